"""Where in its page a node stands, for warnings that name the page, the line and the cell."""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)


def warn(docname: str, node: nodes.Node, message: str, *values: object) -> None:
    """Warn of a node, with its page and line."""
    line = next((int(one.line) for one in around(node) if one.line), None)  # 0 is none of MyST's
    LOGGER.warning(message, *values, location=(docname, line))


def around(node: nodes.Node | None) -> Iterator[nodes.Node]:
    """Yield a node and all that hold it, the nearest first."""
    while node is not None:
        yield node
        node = node.parent


def cell_of(node: nodes.Node) -> str:
    """Name the code cell that holds a node, counted as a reader of the source counts them."""
    # MyST-NB counts text blocks too: a cell's own count is its rank among the code cells.
    cells = list(node.document.findall(is_cell)) if node.document else []
    own = next(filter(is_cell, around(node)), None)
    return f"cell {cells.index(own) + 1}" if own in cells else "the text"


def is_cell(node: nodes.Node) -> bool:
    """Tell whether a node is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
