"""Who imports whom, drawn from a table of the page: ``{rooms} rooms-package``.

The table is the only source; a test holds it against the imports of the sources. Rooms stand on a
stair, as a room imports only from those above it. A line runs down from each room that others
import, and a dot on it is a room that does. The text for those who do not see it is the same in
words.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import cycle

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from rnnlab.plotting import COLORS, MUTED
from showing.locations import warn

# In CSS pixels. A phone shows the drawing as it is, so texts keep their size.
ROW, COLUMN, LEFT, GAP = 26, 30, 6, 4
LETTER = 8  # of a text of 14 pixels: no name of ours is wider
MUTED_LINE = f"var(--figure-muted, {MUTED})"
Rooms = dict[str, list[str]]


class rooms(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """Where a drawing will stand."""


class RoomsDirective(SphinxDirective):
    """The directive: its argument is the name of the table."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a place for the drawing: the table may stand below it."""
        place = rooms(table=self.arguments[0])
        self.set_source_info(place)
        return [place]


def rooms_of(table: nodes.table) -> Rooms:
    """Return which rooms each room imports: the first cell of a row, and the last."""
    rows = ([entry.astext() for entry in row] for row in list(table.findall(nodes.row))[1:])
    return {cells[0]: list(filter(None, cells[-1].split(", "))) for cells in rows}


def drawing(imports: Rooms) -> str:
    """Return the drawing of rooms, each of which imports only from those above it."""
    readers = {room: [one for one in imports if room in imports[one]] for room in imports}
    columns = {room: COLUMN * n + LEFT for n, room in enumerate(filter(readers.get, readers))}
    rows = {room: ROW * (n + 0.5) for n, room in enumerate(imports)}
    names, lines, dots, width = [], [], [], 0.0
    for room, sources in imports.items():
        y = rows[room]
        above = {one: x for one, x in columns.items() if rows[one] < y}
        # A name stands over its own column, or behind those that begin above it.
        left = columns.get(room, max(above.values(), default=LEFT - COLUMN) + COLUMN) - LEFT
        names.append(f'<text x="{left}" y="{y + 5}">{escape(room)}</text>')
        width = max(width, left + LETTER * len(room))
        if sources:
            first = min(columns[one] for one in sources)
            # A column that the line only crosses leaves a gap in it.
            crossed = (
                x
                for one, x in above.items()
                if one not in sources and first < x and y < rows[readers[one][-1]]
            )
            gaps = "".join(f"H{x - GAP}M{x + GAP} {y}" for x in crossed)
            lines.append(line(f"M{first} {y}{gaps}H{left - GAP}", MUTED_LINE))
    for (room, x), (name, color) in zip(columns.items(), cycle(COLORS.items()), strict=False):
        top, look = rows[room] + ROW / 2, f"var(--figure-{name}, {color})"
        lines.append(line(f"M{x} {top}V{rows[readers[room][-1]]}", look))
        dots.append(f'<path d="M{x} {top - 4}l4 7h-8z" style="fill:{look}"/>')
        dots += [
            f'<circle cx="{x}" cy="{rows[one]}" r="4" style="fill:{look}"/>'
            for one in readers[room]
        ]
    size = f"{width:.0f}", f"{ROW * len(imports)}"
    return (
        f'<figure><svg class="figure" role="img" aria-label="{escape(" ".join(words(imports)))}" '
        f'fill="currentColor" font-size="14" '
        f'width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}">'
        f"{''.join([*lines, *dots])}{''.join(names)}</svg></figure>"
    )


def line(path: str, look: str) -> str:
    """Return a line of the drawing."""
    return f'<path d="{path}" style="fill:none;stroke:{look};stroke-width:1.5"/>'


def words(imports: Rooms) -> Iterator[str]:
    """Say the drawing in words."""
    for room, sources in imports.items():
        *most, last = sources or ["no other room"]
        yield f"{room} imports {', '.join(most)}{' and ' if most else ''}{last}."


def draw(app: Sphinx, document: nodes.document) -> None:
    """Put the drawings of a page into their places."""
    for place in list(document.findall(rooms)):
        name = place["table"]
        table = next((one for one in document.findall(nodes.table) if name in one["ids"]), None)
        if table is None:
            warn(app.env.docname, place, "there is no table %s to draw", name)
        svg = drawing(rooms_of(table)) if table else ""
        svg = svg.replace("<figure>", f'<figure id="{name}-drawn">', 1)
        place.replace_self(nodes.raw("", svg, format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive; a drawing is there before Sphinx keeps the page."""
    app.add_node(rooms)
    app.add_directive("rooms", RoomsDirective)
    app.connect("doctree-read", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
