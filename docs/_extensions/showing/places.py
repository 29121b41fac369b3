"""Where in its page a node stands, for warnings that name the line and the cell."""

from __future__ import annotations

from docutils import nodes


def line_of(node: nodes.Node | None) -> int | None:
    """Return the source line of a node, or of the nearest node around it that has one."""
    while node is not None:
        if node.line:  # MyST leaves 0 where it knows none
            return int(node.line)
        node = node.parent
    return None


def cell_of(node: nodes.Node) -> str:
    """Name the code cell that holds a node, counted as a reader of the source counts them."""
    while node is not None and not is_cell(node):
        node = node.parent
    # MyST-NB counts text blocks too: a cell's own count is its rank among the code cells.
    cells = [] if node is None or node.document is None else list(node.document.findall(is_cell))
    return f"cell {cells.index(node) + 1}" if node in cells else "the text"


def is_cell(node: nodes.Node) -> bool:
    """Tell whether a node is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
