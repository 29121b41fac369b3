"""Dates as languages write them, and what days a written date can stand for."""

import contextlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rnnlab._door import check_text

Language = Mapping[str, Any]

#: Years with two digits are those of this century: 50 is 1950, and 49 is 2049.
FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)
_FIELD = re.compile(r"'([^']+)'|(y+|M+|d+|E+)|(.)")
_NUMBERS = {"y": r"\d{4}", "yy": r"\d\d", **dict.fromkeys(["M", "MM", "d", "dd"], r"\d\d?")}


def read_languages(path: str | os.PathLike[str]) -> dict[str, Language]:
    """Read names of months and days, and patterns, from a file.

    Args:
        path: A JSON file, from the code of a language to its ``"name"``, ``"patterns"`` in the
            notation of Unicode's CLDR, and under ``"MMM"``, ``"MMMM"``, ``"EEE"`` and ``"EEEE"``
            the names, January and Monday first.

    Returns:
        What is in the file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no JSON.

    Example:
        >>> text = '{"languages": {"fr": {"name": "French", "patterns": ["d MMM y"]}}}'
        >>> _ = Path("dates.json").write_text(text)
        >>> read_languages("dates.json")["fr"]["patterns"]
        ['d MMM y']
    """
    content: dict[str, Language] = json.loads(Path(path).read_text("utf8"))["languages"]
    return content


def written(day: date, language: Language, pattern: str) -> str:
    """Write a date in a language.

    A pattern holds fields, other characters, and words in quotation marks: ``y`` and ``yy`` are
    the year and its last two digits, ``M`` and ``MM`` the number of the month, ``MMM`` and
    ``MMMM`` its short and long name, ``d`` and ``dd`` the day, and ``EEE`` and ``EEEE`` the name
    of the day of the week.

    Args:
        day: A date of the years 1950 to 2049.
        language: Names, as `read_languages` gives them for each language.
        pattern: What to write.

    Returns:
        The written date.

    Raises:
        TypeError: The day is no date.
        ValueError: It is of another century.

    Example:
        >>> written(date(2019, 3, 1), {"MMMM": ["janvier", "février", "mars"]}, "d MMMM y")
        '1 mars 2019'

    References:
        Unicode Technical Standard 35, part 4, "Date format patterns".
    """
    if not isinstance(day, date):
        raise TypeError(f"day must be a date, not {day!r}")
    if not FIRST <= day <= LAST:
        raise ValueError(f"day must be within {FIRST} to {LAST}, not {day}")
    parts = {"y": f"{day.year:04}", "yy": f"{day.year % 100:02}"}
    parts |= {"M": str(day.month), "MM": f"{day.month:02}"}
    parts |= {"d": str(day.day), "dd": f"{day.day:02}"}

    def text(found: re.Match[str]) -> str:
        quoted, field, other = found.groups()
        if field in parts:
            return parts[field]
        index = day.weekday() if "E" in (field or "") else day.month - 1
        return str(language[field][index]) if field else quoted or other

    return _FIELD.sub(text, pattern)


def readings(text: str, languages: Iterable[Language]) -> set[date]:
    """Return all days that some pattern of some language writes like this.

    Args:
        text: A written date.
        languages: Names and patterns.

    Returns:
        All such days of the years 1950 to 2049, none for what is no date of these, and several for
        what is ambiguous.

    Raises:
        TypeError: The text is no string.
        ValueError: It is empty.

    Example:
        >>> numeric = {"patterns": ["d/M/y", "M/d/y"]}
        >>> sorted(str(day) for day in readings("3/4/2019", [numeric]))
        ['2019-03-04', '2019-04-03']
    """
    check_text("text", text)
    found = set()
    for language in languages:
        for pattern in language["patterns"]:
            match = _expression(language, pattern).fullmatch(text)
            for day in _days(match) if match else ():
                if written(day, language, pattern) == text:
                    found.add(day)
    return found


_COMPILED: dict[tuple[int, str], tuple[Language, re.Pattern[str]]] = {}


def _expression(language: Language, pattern: str) -> re.Pattern[str]:
    """Return what matches all that a pattern writes, with a group for each field."""
    # Kept beside the language itself, so that its identity is not given to another.
    kept = _COMPILED.get((id(language), pattern))
    if kept and kept[0] is language:
        return kept[1]

    def text(found: re.Match[str]) -> str:
        quoted, field, other = found.groups()
        if not field:
            return re.escape(quoted or other)
        names = sorted(map(re.escape, language.get(field, ())), key=len, reverse=True)
        return f"(?P<{field}>{_NUMBERS.get(field) or '|'.join(names)})"

    compiled = re.compile(_FIELD.sub(text, pattern))
    _COMPILED[id(language), pattern] = language, compiled
    return compiled


def _days(match: re.Match[str]) -> Iterable[date]:
    """Return the days of the year and the day of the month that were found."""
    fields = match.groupdict()
    year = int(fields.get("y") or fields["yy"])
    if "y" not in fields:
        year += 1900 if year >= 50 else 2000
    for month in range(1, 13):
        with contextlib.suppress(ValueError):  # such as 31 April
            day = date(year, month, int(fields.get("d") or fields["dd"]))
            if FIRST <= day <= LAST:
                yield day
