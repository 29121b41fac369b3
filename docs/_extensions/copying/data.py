"""Data files of a page in what readers take along.

A program holds the part that it uses, if that is short; a notebook holds the whole file, packed.
"""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
import zlib
from base64 import b64encode
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

#: Lines of data in a program; what is longer is fetched, or lies beside the program.
LIMIT = 60
WIDTH = 76


def embedded(path: Path, name: str, words: Collection[str]) -> str:
    """Return code that writes a data file, or nothing where that would be too long.

    Args:
        path: The file.
        name: What the page calls it, relative to itself.
        words: The strings in the program's code; columns that it does not name are left out.
    """
    if path.suffix not in (".csv", ".json"):
        return ""
    text = path.read_text("utf-8")
    if path.suffix == ".csv":
        rows = _columns(text, words)
        lines = textwrap.wrap(" ".join(rows), WIDTH) if not any(" " in row for row in rows) else []
        before, after = '"\\n".join(', ".split())"
    else:
        text = json.dumps(_keys(json.loads(text), words), ensure_ascii=False)
        lines = _wrapped(re.findall(r'"[^"]*"[:,]? ?|[^" ]+ ?', text))
        before, after = "", ""
    if not 0 < len(lines) <= LIMIT or '"""' in text or "\\" in text:
        return ""
    data = "\n".join(lines)
    folder = f"Path({str(Path(name).parent.as_posix())!r}).mkdir(exist_ok=True)\n"
    return f'{folder}Path({name!r}).write_text({before}"""\\\n{data}\n"""{after})'


def packed(path: Path, name: str) -> str:
    """Return code that writes a data file of any length, with where the data come from.

    Args:
        path: The file. A `SOURCES.txt` beside it may say where it comes from and name its licence.
        name: What the page calls it, relative to itself.
    """
    source = _source(path)
    licences = re.findall(r"[\w-]+-LICENSE\.txt", source)
    lines = textwrap.wrap(f"{name}: {source}" if source else name, WIDTH - 2)
    lines = [f"# {line}" for line in lines]
    lines += [
        "from base64 import b64decode",
        "from pathlib import Path",
        "from zlib import decompress",
        "",
    ]
    lines.append(f"Path({Path(name).parent.as_posix()!r}).mkdir(parents=True, exist_ok=True)")
    for one in [path, *map(path.with_name, licences)]:
        # One line, however long: a notebook that is not folded stays readable.
        text = b64encode(zlib.compress(one.read_bytes(), 9)).decode()
        target = Path(name).with_name(one.name).as_posix()
        lines.append(f'with Path({target!r}).open("wb") as file:')
        lines.append(f'    file.write(decompress(b64decode("{text}")))')
    return "\n".join(lines)


def _source(path: Path) -> str:
    """Return what is written about a data file in the list beside it."""
    notes = path.with_name("SOURCES.txt")
    text = notes.read_text("utf-8") if notes.exists() else ""
    for names, about in re.findall(r"^(\S.*(?:\n\S.*)*)\n((?: .*\n?)+)", text, re.MULTILINE):
        if path.name in re.split(r",\s+", names.strip()):
            return " ".join(about.split())
    return ""


def _wrapped(tokens: Iterable[str]) -> list[str]:
    """Fill lines with the tokens of JSON, which may be parted anywhere."""
    lines = [""]
    for token in tokens:
        if len(lines[-1] + token.rstrip()) > WIDTH:
            lines.append("")
        lines[-1] += token
    return [line.rstrip() for line in lines]


def _columns(text: str, words: Collection[str]) -> list[str]:
    """Return the rows of a table with the columns that are named; all of them if none is."""
    head, *rows = list(csv.reader(io.StringIO(text)))
    places = [place for place, name in enumerate(head) if name in words] or range(len(head))
    return [",".join(row[place] for place in places) for row in [head, *rows]]


def _keys(value: Any, words: Collection[str]) -> Any:
    """Return a dictionary without the entries at its top that are not named, if one is named.

    Below that, dictionaries that stand side by side with the same keys are rows of a table, and
    keep the columns that are named.
    """
    if not isinstance(value, dict):
        return value
    named = {key: _rows(part, words) for key, part in value.items() if key in words}
    return named or value


def _rows(value: Any, words: Collection[str]) -> Any:
    if not isinstance(value, dict):
        return value
    parts = list(value.values())
    heads = [set(part) if isinstance(part, dict) else None for part in parts]
    if len(parts) > 1 and heads[0] and all(head == heads[0] for head in heads):
        return {
            name: {key: _rows(one, words) for key, one in part.items() if key in words} or part
            for name, part in value.items()
        }
    return {key: _rows(part, words) for key, part in value.items()}
