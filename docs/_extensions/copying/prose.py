"""The text of a page as plain Markdown, for notebooks.

References become text, and links where the address of the site is known. The page is taken as
Sphinx is about to write it, so every number and every value is in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from docutils import nodes
from nbformat import NotebookNode
from sphinx import addnodes

LEFT_OUT = (
    nodes.comment,
    nodes.target,
    nodes.substitution_definition,
    nodes.raw,
    nodes.image,
    addnodes.index,
    addnodes.toctree,
)
ADMONITIONS = {
    nodes.note: "Note",
    nodes.tip: "Tip",
    nodes.warning: "Warning",
    nodes.hint: "Hint",
    nodes.important: "Important",
}


@dataclass(frozen=True)
class CellPlace:
    """Where a code cell stands in the text, counted among the page's cells of all kinds."""

    index: int


class notebook_cell(nodes.General, nodes.Element):  # noqa: N801  (docutils names nodes so)
    """A code cell, its `cell`, that a notebook has and its page has not."""


class Prose:
    """Turns the tree of a page into Markdown."""

    def __init__(
        self, link: Callable[[str], str], figure_name: Callable[[nodes.figure], str]
    ) -> None:
        """Take what turns an address on the site into one for elsewhere ("" for none)."""
        self.link, self.figure_name = link, figure_name

    def blocks(self, node: nodes.Node, level: int = 0) -> Iterator[str | CellPlace | NotebookNode]:
        """Yield the blocks of Markdown below a node, cells, and the places of the page's cells."""
        match node:
            case notebook_cell():
                yield node["cell"]
                return
            case nodes.container() if node.get("nb_element") == "cell_code":
                yield CellPlace(node["cell_index"])
                for figure in node.findall(nodes.figure):
                    yield from self._caption(figure)
                return
            case nodes.section():
                level += 1
            case nodes.title():
                # An exercise's heading is one level below that of the section around it.
                depth = level if isinstance(node.parent, nodes.section) else level + 1
                yield f"{'#' * depth} {self.line(node)}"
                return
            case nodes.paragraph():
                yield self.line(node)
                return
            case nodes.math_block():
                number = f" \\tag{{{node['number']}}}" if node.get("number") else ""
                yield f"$$\n{node.astext().strip()}{number}\n$$"
                return
            case nodes.literal_block():
                language = node.get("language", "")
                language = language if language not in ("none", "default") else ""
                yield f"```{language}\n{node.astext()}\n```"
                return
            case nodes.bullet_list() | nodes.enumerated_list():
                yield "\n".join(self._items(node))
                return
            case nodes.definition_list_item():
                term, *definitions = node.children
                text = "\n\n".join(map(self._quoted_text, definitions))
                yield f"**{self.line(term)}**: {text}"
                return
            case nodes.block_quote():
                yield _quote(self.text(node.children, level))
                return
            case nodes.table():
                yield "\n".join(self._rows(node))
                return
            case nodes.figure():
                yield from self._caption(node)
                return
            case nodes.citation():
                label, *rest = node.children
                yield f"- **{self.line(label)}** {self.text(rest, level)}"
                return
        title = next((name for kind, name in ADMONITIONS.items() if isinstance(node, kind)), "")
        if title:
            yield _quote(f"**{title}.** {self.text(node.children, level)}")
        elif not isinstance(node, LEFT_OUT):
            for child in node.children:
                yield from self.blocks(child, level)

    def text(self, children: Sequence[nodes.Node], level: int = 0) -> str:
        """Return nodes that hold no code cells as one text."""
        blocks = [block for child in children for block in self.blocks(child, level)]
        return "\n\n".join(block for block in blocks if isinstance(block, str))

    def line(self, node: nodes.Node) -> str:
        """Return what is in a paragraph or the like."""
        return "".join(self._inline(child) for child in node.children).strip()

    def _inline(self, node: nodes.Node) -> str:
        match node:
            case nodes.Text():
                return node.astext()
            case nodes.math():
                return f"${node.astext().strip()}$"
            case nodes.literal():
                marks = "``" if "`" in node.astext() else "`"
                return f"{marks}{node.astext()}{marks}"
        if isinstance(node, LEFT_OUT):
            return ""
        inside = "".join(self._inline(child) for child in node.children)
        match node:
            case nodes.emphasis():
                return f"*{inside}*"
            case nodes.strong():
                return f"**{inside}**"
            case nodes.superscript():
                return f"<sup>{inside}</sup>"
            case nodes.reference():
                address = self.link(node.get("refuri", "")) if node.get("refuri") else ""
                return f"[{inside}]({address})" if address else inside
        return inside

    def _items(self, node: nodes.bullet_list | nodes.enumerated_list) -> Iterator[str]:
        for number, item in enumerate(node.children, start=1):
            mark = "-" if isinstance(node, nodes.bullet_list) else f"{number}."
            text = self.text(item.children)
            yield f"{mark} " + text.replace("\n", "\n" + " " * (len(mark) + 1))

    def _rows(self, node: nodes.table) -> Iterator[str]:
        rows = list(node.findall(nodes.row))
        for number, row in enumerate(rows):
            cells = [" ".join(self.text(entry.children).split()) for entry in row.children]
            yield f"| {' | '.join(cells)} |"
            if number == 0:
                yield f"|{' --- |' * len(cells)}"

    def _caption(self, figure: nodes.figure) -> Iterator[str]:
        for caption in figure.findall(nodes.caption):
            yield f"*{self.figure_name(figure)}{self.line(caption)}*"

    def _quoted_text(self, node: nodes.Node) -> str:
        return self.text(node.children).replace("\n", "\n  ")


def _quote(text: str) -> str:
    """Return a text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
