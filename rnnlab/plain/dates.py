"""The plain forms of what `rnnlab.dates` has."""

import contextlib
import json
import re
from datetime import date
from pathlib import Path


def read_languages(path):
    """Read names of months and days, and patterns of dates."""
    return json.loads(Path(path).read_text("utf8"))["languages"]


def written(day, language, pattern):
    """Write a date by a pattern of Unicode's CLDR."""
    numbers = {"y": day.year, "M": day.month, "d": day.day}

    def text(found):
        quoted, field, other = found.groups()
        if field in numbers:
            return str(numbers[field])
        if field in ("yy", "MM", "dd"):
            return f"{numbers[field[0]] % 100:02}"
        index = day.weekday() if "E" in (field or "") else day.month - 1
        return language[field][index] if field else quoted or other

    return re.sub("'([^']+)'|(y+|M+|d+|E+)|(.)", text, pattern)


def readings(text, languages):
    """Return the days that some pattern writes like this."""
    numbers = dict.fromkeys(["M", "MM", "d", "dd"], r"\d\d?")
    numbers |= {"y": r"\d{4}", "yy": r"\d\d"}
    found = set()
    pairs = [(one, p) for one in languages for p in one["patterns"]]
    for language, pattern in pairs:

        def group(part, names=language):
            quoted, field, other = part.groups()
            words = "|".join(map(re.escape, names.get(field, "")))
            wanted = f"(?P<{field}>{numbers.get(field, words)})"
            return wanted if field else re.escape(quoted or other)

        expression = re.sub("'([^']+)'|(y+|M+|d+|E+)|(.)", group, pattern)
        match = re.fullmatch(expression, text)
        parts = match.groupdict() if match else {}
        short = parts.get("yy", "")
        year = parts.get("y") or f"{20 if short < '50' else 19}{short}"
        for month in range(1, 13) if match else ():
            with contextlib.suppress(ValueError):  # such as 31 April
                number = int(parts.get("d") or parts["dd"])
                day = date(int(year), month, number)
                if written(day, language, pattern) == text:
                    found.add(day)
    return found
