"""The playground, on its own page and where an exercise asks for it.

    ```{playground}
    :settings: activation=relu&rate=0.001
    ```

With settings, a button opens it in the page; nothing of it is loaded before that, and without
scripts nothing is there, so a link to the playground's page belongs beside it. Without settings the
directive is the playground of that page. The script makes what is inside; the element holds what
it can't know, of which one is the hash of the network that the site brings along.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from shipping.files_as_scripts import write_script
from showing.playground_links import PLAYGROUND

NETWORK = Path("tutorials", "data", "curves.json")  # made by tests/studies/records/curves.py
SCRIPT = Path("_static", "play", "curves.json")
WITHOUT_SCRIPTS = """\
<p class="without-scripts">The playground is a program in JavaScript, which is switched off here. \
Below are two figures like its own, made while this page was built.</p>
"""


class playground(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """The place of a playground."""


class Playground(SphinxDirective):
    """The directive."""

    option_spec: ClassVar = {"settings": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Leave the place until the page is written."""
        self.env.note_dependency(str(Path(self.env.srcdir, NETWORK)))
        return [playground("", **self.options)]


def visit_playground(translator: HTML5Translator, node: playground) -> None:
    """Write the element, and the button that opens it if it has settings."""
    builder = translator.builder
    here = builder.get_target_uri(PLAYGROUND).rpartition("/")[2]
    attributes = {
        "data-page": builder.get_relative_uri(builder.current_docname, PLAYGROUND) or here,
        "data-hash": hashlib.sha256(Path(builder.srcdir, NETWORK).read_bytes()).hexdigest(),
    }
    if "settings" not in node:
        start = translator.starttag(node, "div", CLASS="playground", **attributes)
        translator.body.append(f"{start}{WITHOUT_SCRIPTS}</div>\n")
        raise nodes.SkipNode
    attributes |= {"data-settings": node["settings"], "hidden": "hidden"}
    start = translator.starttag(nodes.container(), "div", "", CLASS="playground", **attributes)
    translator.body.append(
        '<div class="try pst-js-only">'
        '<button type="button" class="try-here" aria-expanded="false">Try it here</button>\n'
        f"{start}</div></div>\n"
    )
    raise nodes.SkipNode


def write_network(app: Sphinx, exception: Exception | None) -> None:
    """Put the network beside the scripts, as one of them."""
    if exception is None and app.builder.format == "html":
        path = Path(app.outdir, SCRIPT)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_script(path, Path(app.srcdir, NETWORK).read_text("utf-8"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("playground", Playground)
    app.add_node(playground, html=(visit_playground, None))
    app.connect("build-finished", write_network)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
