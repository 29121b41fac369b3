"""A file with times as columns at regular steps, and a report of what was done to get there."""

import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset as offset_of

from rnnlab._door import takes
from rnnlab.tables import Table

GAPS = ("refuse", "keep", "fill")


class _Report:
    """What was found in a file, how often, where first, and what was done."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, str, str]] = []

    def add(self, found: str, where: Any, done: str) -> None:
        """Add a line for times or row numbers, if there are any."""
        if len(where):
            self.rows.append((found, len(where), str(where[0]), done))

    def table(self) -> Table:
        headings = ("found", "how often", "first", "done")
        return Table(dict(zip(headings, map(list, zip(*self.rows, strict=True)), strict=True)))


@takes(time_format="text", gaps=GAPS, decimal="text", thousands="text or None")
def read_series(
    path: str | os.PathLike[str],
    columns: str | Sequence[str],
    *,
    time: str | Sequence[str],
    time_format: str,
    step: str | None = None,
    zone: str | None = None,
    gaps: str = "refuse",
    missing: float | Sequence[float] | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    **csv: Any,
) -> tuple[pd.DataFrame, Table]:
    r"""Read columns of numbers with their times from a CSV file, at regular steps.

    The file is read by `pandas.read_csv`. Rows in another order are sorted, and a row that is
    there twice is kept once; a report tells of both. What can't be put right for certain is
    refused, with the column, the row and the value: two values for one time, a time between the
    steps, text among the numbers, and what looks like a code for "not measured": a number of nines,
    such as -999, which is farther from all others than these are from each other.

    Args:
        path: The file.
        columns: The name of a column of numbers, or several.
        time: The name of the column of times, or of several that are joined by a space, such as a
            date and an hour.
        time_format: How times are written, as for `pandas.to_datetime`: ``"%d.%m.%Y %H:%M"``.
        step: The time from row to row, a frequency of pandas such as ``"h"``, ``"D"``, ``"B"``
            (Monday to Friday) or ``"MS"`` (first of the month); None takes the most frequent one.
        zone: The time zone in which times are written, such as ``"Europe/Berlin"``. The hour that
            is there twice when the clock is put back, and the one that is not there when it is put
            forward, are then told from doubled and missing rows.
        gaps: What to do where a row or a value is missing: ``"refuse"`` them, ``"keep"`` them as
            NaN, or ``"fill"`` them along a straight line between their neighbours. A column that
            ends before the others is not known yet: it ends with NaN.
        missing: Number or numbers that mean "not measured"; ``[]`` if there are none and what looks
            like one was measured.
        decimal: The sign before decimals.
        thousands: The sign between groups of three digits.
        csv: Further options of `pandas.read_csv`, such as `sep`, `encoding` or `skiprows`.

    Returns:
        The columns, float64, with a `pandas.DatetimeIndex` of regular steps; and the report.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The file has no such column, is in another encoding, or holds what can't be put
            right for certain. Rows are counted from 1, after the heading.
        OSError: The file cannot be read.

    Example:
        >>> with open("tides.csv", "w") as file:
        ...     _ = file.write("day;level\n02.01.2024;1,5\n01.01.2024;1,2\n03.01.2024;1,1\n")
        >>> options = {"time": "day", "time_format": "%d.%m.%Y", "sep": ";", "decimal": ","}
        >>> read_series("tides.csv", "level", **options)[0]["level"].tolist()
        [1.2, 1.5, 1.1]
    """
    report = _Report()
    names = [columns] if isinstance(columns, str) else list(columns)
    time_names = [time] if isinstance(time, str) else list(time)
    texts = _texts(path, [*time_names, *names], csv)
    times = _times(texts[time_names], time_format)
    report.add("rows", times, f"read from {os.path.basename(path)}")
    codes = [] if missing is None else _codes(missing)
    numbers = {name: _numbers(texts[name], decimal, thousands) for name in names}
    for name, values in numbers.items():
        if values.isna().all():
            raise ValueError(f"columns: {name!r} must hold numbers, but is empty")
        if missing is None:
            _check_codes(name, values)
        coded = values.isin(codes)
        report.add(f"{name}: {' or '.join(map(str, codes))}", times[coded], "not measured")
        numbers[name] = values.mask(coded)
    table = pd.DataFrame(numbers).set_axis(times)
    table.index.name = " ".join(time_names)
    table = _regular(_in_order(table, zone, report), step, report)
    return _without_gaps(table, gaps, report), report.table()


def _texts(path: Any, names: list[str], csv: dict[str, Any]) -> pd.DataFrame:
    """Return the columns as text; what is empty or NA is NaN."""
    what = f"path {os.fspath(path)!r}"
    options = {"encoding": "utf-8-sig", "index_col": False} | csv | {"dtype": str}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            table = pd.read_csv(path, **options)
        except UnicodeError as error:
            wide = _beginning(path) in (b"\xff\xfe", b"\xfe\xff")
            likely = "utf-16" if wide else "cp1252"
            raise ValueError(
                f"{what} is not written in {options['encoding']}: {error}; give its encoding, "
                f"such as encoding={likely!r}"
            ) from None
        except pd.errors.EmptyDataError:
            raise ValueError(f"{what} must not be empty") from None
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            raise ValueError(
                f"{what} has rows with more fields than its heading: {str(error).strip()}; fields "
                "end at sep, which must not be the decimal sign: perhaps sep=';'"
            ) from None
    table.columns = table.columns.str.strip()
    if unknown := [name for name in names if name not in table]:
        heading = list(table.columns)
        signs = [s for s in (";", "\t", "|") if len(heading) == 1 and s in heading[0]]
        hint = f"; perhaps fields end at another sign: sep={signs[0]!r}" if signs else ""
        raise ValueError(f"{what} must have a column {unknown[0]!r}, but has {heading}{hint}")
    if len(table) < 3:
        raise ValueError(f"{what} must have at least 3 rows, not {len(table)}")
    return table


def _beginning(path: Any) -> bytes:
    with open(path, "rb") as file:
        return file.read(2)


def _times(texts: pd.DataFrame, time_format: str) -> pd.DatetimeIndex:
    """Return the times as they are written, or the first row that does not fit."""
    joined = texts.fillna("").agg(lambda row: " ".join(map(str.strip, row)), axis=1)
    has_offset = "%z" in time_format
    times = pd.to_datetime(joined, format=time_format, errors="coerce", utc=has_offset)
    if times.isna().any():
        row = int(np.argmax(times.isna()))
        raise ValueError(
            f"time_format {time_format!r} must fit all times, but in row {row + 1} of "
            f"{' '.join(texts.columns)!r} stands {joined[row]!r}"
        )
    return pd.DatetimeIndex(times)


def _numbers(texts: pd.Series, decimal: str, thousands: str | None) -> pd.Series:
    """Return text as numbers, or the first row that holds none."""
    plain = texts.str.strip()
    if thousands:
        # 1.5 with points between thousands is no 15.
        grouped = plain.str.fullmatch(rf"[-+]?\d{{1,3}}(?:[{thousands}]\d{{3}})+(?:\D.*)?")
        plain = plain.mask(grouped.eq(True), plain.str.replace(thousands, ""))
    if decimal != ".":
        plain = plain.mask(plain.str.contains(".", regex=False).eq(True), "a point")
    numbers = pd.to_numeric(plain.str.replace(decimal, "."), errors="coerce").astype(float)
    off = ~np.isfinite(numbers) & texts.notna()
    if off.any():
        row, text = int(np.argmax(off)), texts[off].iloc[0]
        signs = [sign for sign in ".," if sign in text and sign not in (decimal, thousands)]
        hint = "".join(f"; perhaps decimal={s!r} or thousands={s!r}" for s in signs)
        raise ValueError(
            f"columns: {texts.name!r} must hold numbers, but in row {row + 1} stands {text!r}{hint}"
        )
    return numbers


def _codes(missing: Any) -> list[float]:
    """Return the numbers that mean "not measured"."""
    codes = np.atleast_1d(missing)
    if codes.size and not np.issubdtype(codes.dtype, np.number):
        raise TypeError(f"missing must be numbers such as [-999], not {missing!r}")
    return [float(code) for code in codes]


def _check_codes(name: str, values: pd.Series) -> None:
    """Refuse a number of nines that is far from all others, as -999 often is."""
    for code in (values.min(), values.max()):
        others = values[values != code]
        nines = set(f"{abs(code):g}".replace(".", "")) == {"9"} and abs(code) > 9
        if nines and len(others) and abs(others - code).min() > np.ptp(others):
            raise ValueError(
                f"columns: {name!r} holds {code:g} {(values == code).sum()} times, first in row "
                f"{int(np.argmax(values == code)) + 1}, far from all other values, which end at "
                f"{others.min():g} and {others.max():g}; if it means 'not measured', give "
                f"missing=[{code:g}], if it was measured, missing=[]"
            )


def _in_order(table: pd.DataFrame, zone: str | None, report: _Report) -> pd.DataFrame:
    """Return rows with rising times, each once."""
    table = table.assign(**{_ROW: np.arange(1, len(table) + 1)})
    if table.index[0] > table.index[-1]:
        report.add("newest row first", table.index, "turned round")
        table = table[::-1]
    table = _in_zone(table, zone)
    late = np.flatnonzero(table.index[1:] < table.index[:-1]) + 1
    report.add("row out of order", table.index[late - 1], "sorted")
    table = table.sort_index(kind="stable")
    again = table.index.duplicated()
    values = table.drop(columns=_ROW)
    same = values.eq(values.shift()) | (values.isna() & values.shift().isna())
    differ = again & ~same.all(axis=1).to_numpy()
    if differ.any():
        place = int(np.argmax(differ))
        first, second = table.iloc[place - 1], table.iloc[place]
        hint = (
            "; if times are local, give their zone, since an hour is there twice when the clock is "
            "put back"
            if table.index.tz is None and second.name.hour < 4 and second.name.hour > 0
            else ""
        )
        name = next(name for name in values if first[name] != second[name])
        raise ValueError(
            f"time {second.name} stands in row {first[_ROW]:.0f} and in row {second[_ROW]:.0f}, "
            f"with {first[name]:g} and {second[name]:g} as {name!r}{hint}"
        )
    report.add("row there twice", table.index[again], "kept once")
    return table[~again]


#: A name that no file is likely to have, for the number of each row.
_ROW = "row number of rnnlab"


def _in_zone(table: pd.DataFrame, zone: str | None) -> pd.DataFrame:
    """Return the times of a zone; of a time that is there twice, the first is the summer's."""
    if zone is None:
        return table
    times = table.index
    try:
        if times.tz is not None:
            return table.set_axis(times.tz_convert(zone))
        summer = ~times.duplicated()
        local = times.tz_localize(zone, ambiguous=summer, nonexistent="NaT")
    except (KeyError, ValueError, OSError) as error:  # zoneinfo raises all three
        raise ValueError(f"zone must be a time zone such as 'Europe/Berlin': {error}") from None
    if local.isna().any():
        place = int(np.argmax(local.isna()))
        raise ValueError(
            f"zone {zone!r} has no {times[place]}, which stands in row "
            f"{table[_ROW].iloc[place]}: the clock was put forward; if the file knows no summer "
            "time, give a zone without one, such as 'UTC'"
        )
    return table.set_axis(local)


def _regular(table: pd.DataFrame, step: str | None, report: _Report) -> pd.DataFrame:
    """Return a table with a row for each step."""
    times, found = table.index, "step as given" if step else "most frequent step"
    try:
        offset = offset_of(step) if step else _usual_step(times)
        grid = pd.date_range(times[0], times[-1], freq=offset)
    except ValueError as error:
        raise ValueError(f"step: {error}") from None
    if len(grid) > 1000 * len(times):
        raise ValueError(
            f"step {offset.freqstr!r} makes {len(grid):,} rows of {len(times):,}; give the step"
        )
    between = np.flatnonzero(~times.isin(grid))
    if len(between):
        place = between[0]
        raise ValueError(
            f"step {offset.freqstr!r} must lead to all times, but not to {times[place]} in row "
            f"{table[_ROW].iloc[place]} and {len(between) - 1} others"
        )
    report.add(f"{found}: {offset.freqstr}", grid, "one row each")
    report.add("row missing", grid.difference(times), "left empty")
    if times.tz is not None:
        shift = np.diff([moment.utcoffset().total_seconds() for moment in grid])
        report.add("clock put forward", grid[1:][shift > 0], "the hour before is not missing")
        report.add("clock put back", grid[1:][shift < 0], "both hours are kept")
    return table.drop(columns=_ROW).reindex(grid.rename(times.name))


def _usual_step(times: pd.DatetimeIndex) -> Any:
    """Return the most frequent step, from a day on by the calendar."""
    calendar = times.tz_localize(None)
    months = pd.Series(12 * calendar.year + calendar.month).diff().mode()[0]
    usual = pd.Series(times).diff().mode()[0]
    if months and usual >= pd.Timedelta(days=28):
        if (calendar.day == calendar[0].day).all():
            first = calendar[0].day == 1
            return offset_of(f"{months:.0f}MS") if first else pd.DateOffset(months=int(months))
        if calendar.is_month_end.all():
            return offset_of(f"{months:.0f}ME")
    days = pd.Series(calendar).diff().mode()[0]
    whole = days >= pd.Timedelta(days=1) and days % pd.Timedelta(days=1) == pd.Timedelta(0)
    return offset_of(f"{days.days}D" if whole else usual)


def _without_gaps(table: pd.DataFrame, gaps: str, report: _Report) -> pd.DataFrame:
    """Return a table in which missing values are refused, kept or filled, as is wanted.

    Where a column ends before the others, it is not known yet.
    """
    filled = table.copy()
    for name, values in table.items():
        end = values.last_valid_index()
        report.add(f"{name}: not known yet", table.index[table.index > end], "NaN")
        values = values[:end]
        absent = values.index[values.isna()]
        if len(absent) and gaps == "refuse":
            raise ValueError(
                f"gaps: {name!r} has no value at {len(absent)} of {len(values)} steps, first at "
                f"{absent[0]}; give gaps='fill' for a straight line between their neighbours, or "
                "gaps='keep' for NaN"
            )
        report.add(f"{name}: no value", absent, "filled" if gaps == "fill" else "kept as NaN")
        if gaps == "fill":
            if np.isnan(values.iloc[0]):
                raise ValueError(
                    f"gaps: {name!r} has no value at {absent[0]}, the first time, with a neighbour "
                    "on one side alone; leave such rows out"
                )
            filled.loc[:end, name] = values.interpolate()
    return filled
