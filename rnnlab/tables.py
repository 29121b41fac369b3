"""Tables of numbers that read well on a page and on a terminal."""

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


class Table:
    """Columns of one length, shown as a Markdown table on a page and as aligned text elsewhere.

    On a page, columns of numbers are aligned right, others left. Numbers are shown in plain decimal
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

    Example:
        >>> Table({"units": [5, 100], "error": [0.25, 0.0625]}, {"error": ".2f"})
        units error
            5  0.25
          100  0.06
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
        self._columns = [
            [heading, *(_text(heading, value, formats.get(heading)) for value in column)]
            for heading, column in values.items()
        ]

    def __str__(self) -> str:
        """Return the table as lines of aligned text."""
        columns = {heading: texts for heading, *texts in self._columns}
        return str(pd.DataFrame(columns).to_string(index=False))

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        """Return the table in Markdown; notebooks look for this method."""
        columns = []
        for numeric, texts in zip(self._numeric, self._columns, strict=True):
            heading, *cells = [text.replace("|", "\\|") for text in texts]
            columns.append([heading, "---:" if numeric else ":---", *cells])
        return "\n".join(f"| {' | '.join(row)} |" for row in zip(*columns, strict=True))


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
        if isinstance(value, float | np.floating):
            return np.format_float_positional(value + 0.0, trim="-")  # 0 from -0 as well
        return str(value)
    if spec[-1:] in ("e", "E", "g", "G"):
        raise ValueError(f"formats must be decimal, such as '.4f'; got {spec!r} for {heading!r}")
    try:
        text = format(value, spec)
    except (TypeError, ValueError) as error:
        raise ValueError(f"formats: {spec!r} does not fit {value!r} in {heading!r}") from error
    # What is rounded to zero loses its sign.
    return text.replace("-", "") if set(text) <= set(" +-0.,%") else text
