"""Tables of numbers that read well on a page and on a terminal."""

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt


class Table:
    """Columns of one length, shown as a Markdown table on a page and as aligned text elsewhere.

    Columns of numbers are aligned right, others left. Numbers are shown in plain decimal
    notation, never with an exponent, and zero without a sign.

    Args:
        columns: Values by heading; at least one column, all of one length. Text may hold
            Markdown.
        formats: Format specifications by heading, such as ``".4f"``. Numbers without one are
            shown with as many digits as tell them from their neighbours.

    Raises:
        TypeError: A column is no one-dimensional sequence, or is a string.
        ValueError: There is no column, the lengths differ, a format belongs to no column, does
            not fit its values or asks for an exponent.
    """

    def __init__(
        self,
        columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
        formats: Mapping[str, str] | None = None,
    ) -> None:
        """Check the columns and turn every value into text."""
        formats = formats or {}
        values = {heading: _values(heading, column) for heading, column in columns.items()}
        if not values:
            raise ValueError("columns must hold at least one column; got none")
        lengths = {heading: len(column) for heading, column in values.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns must all have one length; got {lengths}")
        if unknown := [heading for heading in formats if heading not in values]:
            raise ValueError(f"formats must name columns, {list(values)}; got {unknown}")
        self._numeric = [all(isinstance(v, Real) for v in column) for column in values.values()]
        cells = [
            [_text(heading, value, formats.get(heading)) for value in column]
            for heading, column in values.items()
        ]
        self._rows = [list(values), *(list(row) for row in zip(*cells, strict=True))]

    def __str__(self) -> str:
        """Return the table as lines of aligned text."""
        widths = [max(map(len, column)) for column in zip(*self._rows, strict=True)]
        lines = [self._line(row, widths) for row in self._rows]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        """Return the table in Markdown; notebooks look for this method."""
        rule = ["---:" if numeric else ":---" for numeric in self._numeric]
        escaped = [[cell.replace("|", "\\|") for cell in row] for row in self._rows]
        rows = [escaped[0], rule, *escaped[1:]]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def _line(self, row: list[str], widths: list[int]) -> str:
        """Pad the cells of a row to the widths of their columns."""
        pads: list[Callable[[str, int], str]] = [
            str.rjust if numeric else str.ljust for numeric in self._numeric
        ]
        cells = (pad(cell, width) for pad, cell, width in zip(pads, row, widths, strict=True))
        return "  ".join(cells).rstrip()


def _values(heading: str, column: Any) -> list[Any]:
    """Return a column as a list, whether it came as a sequence, an array or a tensor."""
    if hasattr(column, "__array__"):
        column = np.asarray(column)
    if isinstance(column, str) or not hasattr(column, "__len__") or np.ndim(column) == 0:
        raise TypeError(f"column {heading!r} must be a sequence of values; got {column!r}")
    values = list(column)
    if any(np.ndim(value) for value in values):
        raise TypeError(f"column {heading!r} must have one dimension; got {np.ndim(column)}")
    return values


def _text(heading: str, value: Any, spec: str | None) -> str:
    """Return a value as it is shown."""
    if spec is None:
        is_float = isinstance(value, float | np.floating)
        return np.format_float_positional(value, trim="-") if is_float else str(value)
    if spec[-1:] in ("e", "E", "g", "G"):
        raise ValueError(f"formats must be decimal, such as '.4f'; got {spec!r} for {heading!r}")
    try:
        text = format(value, spec)
    except ValueError as error:
        raise ValueError(f"formats: {spec!r} does not fit {value!r} in {heading!r}") from error
    # A small negative number, rounded to zero, loses its sign.
    return text.replace("-", "", 1) if text.strip("-0.%") == "" else text
