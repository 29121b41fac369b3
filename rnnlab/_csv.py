"""Columns of numbers from a CSV file, with every fault named by its row and column."""

import csv
import io
import os
import re
from array import array
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LARGEST_FILE = 100_000_000
#: What an empty field may be written as, in lower case.
GAPS = {"", "na", "n/a", "nan", "null"}
# `float` also reads "1_000", "infinity" and digits of other scripts. A point stands between the
# two runs of digits, or a long field that fails would be tried with every division of them.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def read_csv(
    path: str | os.PathLike[str],
    columns: str | Sequence[str],
    *,
    gaps: str = "error",
    delimiter: str = ",",
) -> Array:
    """Read columns of numbers, one row for each time step, from a CSV file with a header.

    An empty field is a gap, and so is ``NA``, ``N/A``, ``NaN`` or ``null`` in any case. Empty
    lines are skipped, but in a file of a single column they are gaps, except at its end.

    Args:
        path: The file, in UTF-8, of at most 100 MB.
        columns: The name of a column as it stands in the header, or a sequence of names.
        gaps: ``"error"`` refuses gaps; ``"interpolate"`` fills them along a straight line
            between the values before and after, as if the rows were equally far apart in time.
        delimiter: The character between fields.

    Returns:
        The values, float64: ``[time]`` for one name, ``[time, features]`` for a sequence.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The file is too large, no UTF-8 text or no CSV; it has no such column, a row
            with more or fewer fields than the header, a field that is no finite number, or a gap
            that cannot be filled. The message names the row, the header being row 1, and the
            column.
        OSError: The file cannot be read.
    """
    names = [columns] if isinstance(columns, str) else list(columns)
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(f"columns must be a name or a sequence of names, not {columns!r}")
    if gaps not in ("error", "interpolate"):
        raise ValueError(f"gaps must be 'error' or 'interpolate', not {gaps!r}")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise ValueError(f"delimiter must be one character between fields, not {delimiter!r}")
    content = _content(Path(path))
    try:
        rows, values = _values(content, names, delimiter)
    except UnicodeDecodeError as error:
        raise ValueError(f"{str(path)!r} must be UTF-8 text: {error}") from error
    for name, column in zip(names, values.T, strict=True):
        _close_gaps(name, rows, column, gaps)
    return values[:, 0] if isinstance(columns, str) else values


def _content(path: Path) -> bytes:
    if not path.is_file() and path.exists():
        raise ValueError(f"path must be a file, not {str(path)!r}")
    with path.open("rb") as file:
        # Reading allocates what is asked for, so no more than the file has.
        content = file.read(min(os.fstat(file.fileno()).st_size, LARGEST_FILE) + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{str(path)!r} must be at most {LARGEST_FILE:,} bytes long")
    return content


def _values(content: bytes, names: list[str], delimiter: str) -> tuple[Array, Array]:
    """Return the numbers of the rows, and the values ``[row, column]`` with NaN for gaps.

    Row by row: as lists of fields, 100 MB of lines would take several gigabytes.
    """
    text = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        places = [_place(name, header) for name in names] if header else []
        rows, values, empty = array("d"), array("d"), 0
        for number, fields in enumerate(reader, start=2):
            if not fields:
                empty += 1  # a gap in a file of one column, but not at its end
                continue
            if len(header) == 1:
                rows.extend(range(number - empty, number))
                values.extend(repeat(np.nan, empty * len(places)))
            empty = 0
            if len(fields) != len(header):
                raise ValueError(
                    f"row {number} must have {len(header)} fields like the header, "
                    f"not {len(fields)}"
                )
            rows.append(number)
            values.extend(
                _number(fields[place], number, name)
                for place, name in zip(places, names, strict=True)
            )
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} is no CSV: {error}") from error
    if not rows:
        raise ValueError("the file must hold a header and at least one row of values")
    return np.frombuffer(rows), np.frombuffer(values).reshape(len(rows), len(names))


def _place(name: str, header: list[str]) -> int:
    if header.count(name) != 1:
        shown = f"{header[:20]}{' and more' if len(header) > 20 else ''}"
        raise ValueError(f"the header must have one column {name!r}; its columns are {shown}")
    return header.index(name)


def _close_gaps(name: str, rows: Array, values: Array, gaps: str) -> None:
    """Fill the gaps of a column in place, or refuse them."""
    missing = np.isnan(values)
    if not missing.any():
        return
    first, last = (int(row) for row in rows[missing][[0, -1]])
    if gaps == "error":
        raise ValueError(
            f"column {name!r} must have no gap, but has {missing.sum()}, the first in row {first}; "
            "gaps='interpolate' fills them"
        )
    if missing[0] or missing[-1]:
        raise ValueError(
            f"column {name!r} has a gap at its {'start' if missing[0] else 'end'}, row "
            f"{first if missing[0] else last}, where no value on each side says how to fill it"
        )
    at = np.arange(len(values))
    values[missing] = np.interp(at[missing], at[~missing], values[~missing])


def _number(field: str, row: int, column: str) -> float:
    text = field.strip()
    if text.lower() in GAPS:
        return np.nan
    if not _NUMBER.fullmatch(text):
        shown = repr(text if len(text) <= 40 else text[:40] + "...")
        raise ValueError(f"row {row}, column {column!r} must be a number, not {shown}")
    number = float(text)
    if not np.isfinite(number):
        raise ValueError(f"row {row}, column {column!r} must be a finite number, not {text[:40]}")
    return number
