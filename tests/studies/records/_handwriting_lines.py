"""The lines of the study of handwriting: what they say, who writes them, and what is held out."""

import re
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab.handwriting import codes_of
from rnnlab.strokes import ALPHABET, Strokes, Writer, random_writer, read_faces, write_line

DATA = Path(__file__).parents[3] / "docs" / "tutorials" / "data"
SPLITS = ("train", "validation", "test")
#: Pairs of letters that no line of training holds.
PAIRS = {
    "validation": ("br", "ev", "gl", "ib", "ok", "pu", "ty", "um"),
    "test": ("ag", "ck", "dr", "ew", "fo", "gi", "ho", "ki", "mp", "ow", "ry", "ud"),
}
WRITERS = {"train": 2000, "validation": 200, "test": 200}
LETTERS = ALPHABET[1:53]
#: Letters that both faces write in one stroke: one is begun after a line, as its last point.
ONE_STROKE = "celos"

Rng = np.random.Generator


@dataclass(frozen=True)
class Line:
    """A line, who wrote it, and its strokes with one more point, at which the next word begins."""

    text: str
    writer: Writer
    strokes: Strokes


@cache
def faces() -> dict[str, Any]:
    """Return the glyphs."""
    return read_faces(DATA / "hershey.json")


def pairs_of(text: str) -> set[str]:
    """Return the held-out pairs in a text."""
    pairs = {a + b for a, b in pairwise(text)}
    return pairs & {*PAIRS["validation"], *PAIRS["test"]}


@cache
def words() -> dict[str, list[str]]:
    """Return the words of Moby Dick's beginning by split: a tenth is held out for each of two."""
    text = (DATA / "moby-dick-beginning.txt").read_text("utf8")
    found: dict[str, list[str]] = {split: [] for split in (*SPLITS, "test pairs")}
    for word in sorted(set(re.findall(r"\b[a-z]{2,10}\b", text))):
        number, held = zlib.crc32(word.encode()) % 10, pairs_of(word)
        split = SPLITS[max(0, number - 7)]
        if not held or (split == "validation" and held <= set(PAIRS["validation"])):
            found[split].append(word)
        elif held <= set(PAIRS["test"]):
            found["test pairs"].append(word)
    return found


def token(source: list[str], rng: Rng) -> str:
    """Draw a word, capitalised or in capitals at times, or a number, or letters at random."""
    kind, word = rng.random(), str(rng.choice(source))
    if kind < 0.62:
        return word
    if kind < 0.74:
        return word.capitalize()
    if kind < 0.78:
        return word.upper()
    if kind < 0.88:
        return "".join(rng.choice(list("0123456789"), rng.integers(1, 5)))
    while True:
        letters = rng.choice(list(LETTERS), rng.integers(2, 7))
        text = "".join(c.lower() if rng.random() < 0.5 else c for c in letters)
        if not pairs_of(text):
            return text


def text_of(source: list[str], rng: Rng) -> str:
    """Draw what a line says, of four to 24 characters."""
    length, text = rng.integers(3, 20), ""
    while len(text) < length:
        mark = str(rng.choice(list(".,?!"))) if rng.random() < 0.15 else ""
        joint = str(rng.choice(["-", "'"])) if text and rng.random() < 0.06 else " "
        text += joint * bool(text) + token(source, rng) + mark
    return text[:24].strip()


def line_of(text: str, writer: Writer, rng: Rng) -> Line:
    """Write a line, and begin the next word."""
    strokes = write_line(f"{text} {rng.choice(list(ONE_STROKE))}", writer, faces(), rng)
    ends = np.flatnonzero(strokes[:, 2])
    return Line(text, writer, strokes[: ends[-2] + 2])


def lines(split: str, count: int, seed: int) -> list[Line]:
    """Write lines of a split, by its writers and with its words."""
    rng = np.random.default_rng((SPLITS.index(split.split()[0]), seed))
    found = []
    for _ in range(count):
        source = words()[split]
        number = int(rng.integers(WRITERS[split.split()[0]]))
        text = text_of(source, rng)
        while split == "train" and pairs_of(text):
            text = text_of(source, rng)
        found.append(line_of(text, writer_of(split, number), rng))
    return found


def writer_of(split: str, number: int) -> Writer:
    """Return one of a split's writers."""
    return random_writer(np.random.default_rng((7, SPLITS.index(split.split()[0]), number)))


def padded(some: list[Line], scale: float) -> tuple[Any, Any, Any, npt.NDArray[Any]]:
    """Return a batch: points that are read, characters, points that come, and which count."""
    longest = max(len(line.strokes) for line in some)
    codes = np.full((len(some), max(len(line.text) for line in some) + 1), -1, np.int32)
    points = np.zeros((len(some), longest + 1, 3), np.float32)
    counts = np.zeros((len(some), longest), np.float32)
    points[:, 0, 2] = 1
    for row, line in enumerate(some):
        codes[row, : len(line.text) + 1] = codes_of(line.text)
        points[row, 1 : len(line.strokes) + 1] = line.strokes / (scale, scale, 1)
        counts[row, : len(line.strokes)] = 1
    return points[:, :-1], codes, points[:, 1:], counts


def scale_of(some: list[Line]) -> float:
    """Return the root mean square of steps along an axis."""
    steps = np.concatenate([line.strokes[:, :2] for line in some])
    return float(np.sqrt(np.mean(steps**2)))
