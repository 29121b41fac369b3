"""Hidden code as native `<details>` whose summary says what it does.

MyST-NB puts paragraphs into the summary, which HTML does not allow, and a label over them that
speech input does not find on the screen.
"""

from __future__ import annotations

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def visit_hidden(translator: HTML5Translator, node: nodes.Element) -> None:
    """Open a fold."""
    classes = " ".join(["hidden-code", *node["classes"]])
    show, hide = (translator.encode(node[prompt]) for prompt in ("prompt_show", "prompt_hide"))
    translator.body.append(
        f'<details class="{classes}"><summary><span class="show">{show}</span>'
        f'<span class="hide">{hide}</span></summary>\n'
    )


def depart_hidden(translator: HTML5Translator, node: nodes.Element) -> None:
    """Close a fold."""
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw MyST-NB's hidden cells."""
    app.setup_extension("myst_nb")
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden, depart_hidden))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
