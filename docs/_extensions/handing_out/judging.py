"""Tells whether an answer to an exercise is right, and of a usual wrong one what it mistakes.

    check("name of the exercise", your_answer)

What is said of an answer is sealed by a key made of that answer, so this file gives none away.
"""

from __future__ import annotations

import hashlib
import math
import re
from numbers import Integral
from typing import Any, NamedTuple

# So many that to try a thousand numbers takes seconds.
ROUNDS = 20_000
#: Per exercise its kind, the step by which numbers are told apart, and what is said, by the seal.
CHECKS: dict[str, dict[str, Any]] = {}


class Verdict(NamedTuple):
    """Whether an answer is right, and what is said of it."""

    is_right: bool
    said: str


def check(name: str, answer: object) -> None:
    """Print what is said of an answer."""
    print(f"{name}: {judge(name, answer).said}")


def judge(name: str, answer: object) -> Verdict:
    """Judge an answer.

    Raises:
        KeyError: There is no exercise of that name.
    """
    if name not in CHECKS:
        raise KeyError(f"there is no exercise {name!r}, but {', '.join(CHECKS)}")
    known = CHECKS[name]
    if answer is ... or answer is None or (isinstance(answer, str) and not answer.strip(" .")):
        return Verdict(False, "This is still empty: put your answer in place of the three dots.")
    try:
        text = READINGS[known["kind"]](answer, known["step"])
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return Verdict(False, f"{answer!r} can't be read: write {WANTED[known['kind']]}.")
    tag, key = keys(name, text)
    if tag not in known["sealed"]:
        return Verdict(False, "No. Try again.")
    said = sealed(bytes.fromhex(known["sealed"][tag]), key).decode()
    return Verdict(said.startswith("Right"), said)


def keys(name: str, text: str) -> tuple[str, bytes]:
    """Return the tag by which an answer is found, and the key to what is said of it."""
    found = hashlib.pbkdf2_hmac("sha256", text.encode(), name.encode(), ROUNDS, 40)
    return found[:8].hex(), found[8:]


def sealed(said: bytes, key: bytes) -> bytes:
    """Seal what is said, or open it again."""
    stream = hashlib.shake_256(key).digest(len(said))
    return bytes(a ^ b for a, b in zip(said, stream, strict=True))


def number(answer: Any, step: float) -> str:
    """Read a number, also as 1/3, 12 % or 1,000; numbers closer than a step are one."""
    if isinstance(answer, bool):
        raise TypeError
    if isinstance(answer, str):
        bare = re.sub(r"[\s%]|(?<=\d),(?=\d{3}(?!\d))", "", answer).replace("\N{MINUS SIGN}", "-")
        above, _, below = bare.partition("/")
        answer = float(above) / float(below or 1)
    value = float(answer)
    if not math.isfinite(value):
        raise ValueError
    return str(round(value / step)) if step else f"{value + 0.0:.9g}"


def shape(answer: Any, step: float) -> str:
    """Read a shape, or the numbers of items in an order."""
    found = re.findall(r"\d+", answer) if isinstance(answer, str) else [int(n) for n in answer]
    if not found:
        raise ValueError
    return ",".join(map(str, found))


def choice(answer: Any, step: float) -> str:
    """Read the number of an option, or its words."""
    if isinstance(answer, bool) or not isinstance(answer, str | Integral):
        raise TypeError
    return " ".join(re.findall(r"\w+", str(answer).casefold()))


READINGS = {"number": number, "shape": shape, "choice": choice, "order": shape}
WANTED = {
    "number": "a number, such as 12, 0.5 or 1/3",
    "shape": "a shape, such as (4, 5)",
    "choice": "the number of an option, such as 2",
    "order": "the numbers of the items in your order, such as (3, 1, 2)",
}
