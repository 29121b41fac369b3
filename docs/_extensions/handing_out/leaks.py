"""What of a page's answers stands in files that are handed to students.

The answers are taken from the page's source, and the files are read as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

ANSWER = re.compile(r"^```\{solution-start\}.*?^```\{solution-end\}$", re.MULTILINE | re.DOTALL)
EXERCISE = re.compile(r"^```\{exercise-start\}.*?^```\{exercise-end\}$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
HINT = re.compile(r"^: .*$", re.MULTILINE)
# Between two of these stand words that a notebook has as the source has them.
MARKUP = re.compile(r"\{[\w:-]+\}`[^`]*`|\]\([^)]*\)|\$+[^$]*\$+|^:[\w-]+:.*$|^```.*$|(?<=[.:;])\s")
FEWEST = 5  # words in a row; fewer may stand anywhere


def leaks(
    page: str, files: dict[str, str], known: str = "", printed: Iterable[str] = ()
) -> list[str]:
    """Return what of the answers stands in files, each with the file's name.

    A line of code, or one that was printed, may stand there if it stands elsewhere on the page;
    a sentence, or what a check says of an answer, may not.

    Args:
        page: The page's source.
        files: The text of each file, by its name.
        known: Other code that may stand there, such as our package's.
        printed: The lines that the answers printed.
    """
    answers, rest = "\n".join(ANSWER.findall(page)), ANSWER.sub("", page)
    code = [*"\n".join(CODE.findall(answers)).splitlines(), *printed]
    hints = [hint for exercise in EXERCISE.findall(page) for hint in HINT.findall(exercise)]
    sentences = [*CODE.sub("", answers).splitlines(), *hints]
    elsewhere = words(rest + known)
    wanted = [words(line) for line in code if words(line) not in elsewhere]
    wanted += [words(part) for line in sentences for part in MARKUP.split(line)]
    secret = sorted({one for one in wanted if one.count(" ") > FEWEST})
    found = []
    for name, text in files.items():
        parts = strings(json.loads(text)) if name.endswith(".ipynb") else [text]
        here = words(" ".join(parts))
        found += [f"{name}:{one}" for one in secret if one in here]
    return found


def words(text: str) -> str:
    """Return the words of a text, with a blank before and after each."""
    return " ".join(["", *re.findall(r"[^\W_]+", text), ""])


def strings(value: Any) -> Iterator[str]:
    """Yield every string of a notebook: its cells, outputs, attachments and metadata."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from strings(part)
