"""Folds: what a first reader does not need, as native `<details>` with the minutes that it takes.

    ```{fold-start} Why the first run differs
    :name: why-the-first-run-differs
    ```

    Text, formulas and code cells.

    ```{fold-end}
    ```

MyST-NB runs no code cell inside a directive, so a fold has a beginning and an end. It holds no
heading: a part with headings is a page of its own. The name is an address that links may lead to.
"""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from showing.locations import warn


class fold(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """A fold: its first child is its title."""


class fold_end(nodes.Special, nodes.Element):  # noqa: N801
    """Where a fold ends."""


class FoldStart(SphinxDirective):
    """The beginning, with the question that the fold answers."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"name": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Leave an empty fold, which is filled when the page is whole."""
        text, _ = self.parse_inline(self.arguments[0])
        node = fold("", nodes.title("", "", *text))
        self.set_source_info(node)
        self.add_name(node)
        return [node]


class FoldEnd(SphinxDirective):
    """The end."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark."""
        node = fold_end()
        self.set_source_info(node)
        return [node]


def fill_folds(app: Sphinx, document: nodes.document) -> None:
    """Move what stands between the beginning and the end of each fold into it."""
    for node in list(document.findall(fold)):
        siblings = node.parent.children
        start = siblings.index(node)
        inside = []
        for sibling in siblings[start + 1 :]:
            if isinstance(sibling, fold_end | fold | nodes.section):
                break
            inside.append(sibling)
        end = start + 1 + len(inside)
        if end == len(siblings) or not isinstance(siblings[end], fold_end):
            wanted = "the fold “%s” has no end before the next heading or fold"
            warn(app.env.docname, node, wanted, node[0].astext())
            continue
        del siblings[start + 1 : end + 1]
        node.extend(inside)
    for node in list(document.findall(fold_end)):
        warn(app.env.docname, node, "a fold ends here that does not begin in this section")
        node.parent.remove(node)


def summary(translator: HTML5Translator, title: str, node: nodes.Element) -> str:
    """Return what is seen of a closed fold: its title, and the minutes if they are known."""
    minutes = node.get("minutes")
    tail = f' <span class="minutes">{minutes}</span>' if minutes else ""
    return f"<summary>{title}{tail}</summary>\n"


def visit_fold(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write a fold; its address stands on what is folded, so that links open it."""
    before = len(translator.body)
    for child in node[0].children:
        child.walkabout(translator)
    title = "".join(translator.body[before:])
    del translator.body[before:]
    translator.body.append(f'<details class="fold">{summary(translator, title, node)}')
    translator.body.append(translator.starttag(node, "div"))
    for child in node[1:]:
        child.walkabout(translator)
    translator.body.append("</div>\n</details>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both directives."""
    app.add_directive("fold-start", FoldStart)
    app.add_directive("fold-end", FoldEnd)
    app.add_node(fold, html=(visit_fold, None))
    app.add_node(fold_end)
    app.connect("doctree-read", fill_folds, priority=300)  # before what looks at parts of pages
    return {"parallel_read_safe": True, "parallel_write_safe": True}
