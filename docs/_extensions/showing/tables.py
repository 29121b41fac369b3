"""Wide tables become cards on a phone: a card a row, with each heading beside its value.

A table that fits a phone stays one. What fits is estimated from the text; a test in a browser sees
whether it does.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

#: What a phone of 390 pixels shows beside each other, in characters.
PHONE = 34
PADDING = 2  # of a column, in characters


class LabelCells(SphinxPostTransform):
    """Give the cells of wide tables their headings."""

    default_priority = 800  # when links and values are in their places

    def run(self, **options: object) -> None:
        """Label each table that has headings."""
        for table in self.document.findall(nodes.table):
            head = next(table.findall(nodes.thead), None)
            if head is None or width(table) <= PHONE:
                continue
            labels = [" ".join(entry.astext().split()) for entry in head.findall(nodes.entry)]
            table["classes"].append("cards")
            for row in table.next_node(nodes.tbody).findall(nodes.row):
                for label, entry in zip(labels[1:], row.children[1:], strict=False):
                    if entry.astext().strip():  # an empty cell of a card is not shown
                        entry["label"] = label


def width(table: nodes.table) -> int:
    """Return the characters that a table takes at least: the longest word of each column."""
    columns = zip(*(row.children for row in table.findall(nodes.row)), strict=False)
    return sum(max(map(longest_word, column)) + PADDING for column in columns)


def longest_word(entry: nodes.Element) -> int:
    """Return the length of the longest part of a cell that does not break."""
    if entry.next_node(nodes.math):
        return len(entry.astext()) // 2  # of the source of a formula, about half is seen
    return max((len(word) for word in entry.astext().split()), default=0)


def visit_entry(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write the beginning of a cell."""
    HTML5Translator.visit_entry(translator, node)
    if label := node.get("label"):
        start = translator.body[-1]
        said = translator.attval(label)
        translator.body[-1] = start.replace("<td", f'<td data-label="{said}"', 1)


def depart_entry(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write the end of a cell."""
    HTML5Translator.depart_entry(translator, node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both."""
    app.add_post_transform(LabelCells)
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
