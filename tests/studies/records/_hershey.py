"""Make docs/tutorials/data/hershey.json again, from the wheel of Hershey-Fonts 2.1.0.

``pip download --no-deps Hershey-Fonts==2.1.0`` fetches the wheel, whose path is the argument.

A glyph is its width and its strokes, in the fonts' whole numbers: x from the left edge to the
right, y from the baseline up. The one change is to the dots: where the fonts draw a diamond around
a dot, as plotters fill it, the data have a tick that a pen would make.
"""

import json
import sys
from pathlib import Path
from typing import Any

from rnnlab.strokes import ALPHABET

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "hershey.json"
#: Our names, and those of the package. Simplex and script are the two with single strokes.
FACES = {"simplex": "rowmans", "script": "cursive"}
BASELINE = 9
SOURCE = "Hershey-Fonts 2.1.0 (PyPI), MIT License, Copyright (c) 2020 apshu"
ACKNOWLEDGEMENT = (
    "The Hershey Fonts were originally created by Dr. A. V. Hershey while working at the "
    "U. S. National Bureau of Standards. The format of the font data in the distribution they "
    "were taken from was originally created by James Hurt, Cognition, Inc., 900 Technology Park "
    "Drive, Billerica, MA 01821 (mit-eddie!ci-dandelion!hurt)."
)


def is_dot(stroke: list[list[int]]) -> bool:
    """Return whether a stroke runs around a diamond or a square of at most two units."""
    sides = [max(axis) - min(axis) for axis in zip(*stroke, strict=True)]
    return len(stroke) == 5 and max(sides) <= 2 and stroke[0] == stroke[-1]


def glyph(font: Any, character: str) -> list[Any]:
    """Return a glyph's width and strokes."""
    (found,) = font.glyphs_for_text(character)
    left = found.left_offset
    strokes = []
    for stroke in found.strokes:
        points = [[int(x) - left, BASELINE - int(y)] for x, y in stroke]
        if is_dot(points):
            x, y = (
                sum(sorted({p[i] for p in points})) // len({p[i] for p in points}) for i in (0, 1)
            )
            points = [[x, y], [x + 1, y - 1]]
        strokes.append(points)
    return [int(found.char_width), *strokes]


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    from HersheyFonts import HersheyFonts

    faces = {}
    for ours, theirs in FACES.items():
        font = HersheyFonts(load_default_font=theirs)
        faces[ours] = {character: glyph(font, character) for character in ALPHABET}
    head = {"source": SOURCE, "acknowledgement": ACKNOWLEDGEMENT}
    lines = [f'"{ours}": {{\n' + ",\n".join(
        f"{json.dumps(character)}: {json.dumps(one, separators=(',', ':'))}"
        for character, one in face.items()
    ) + "\n}" for ours, face in faces.items()]  # fmt: skip
    text = json.dumps(head, indent=1)[:-2] + ',\n"faces": {\n' + ",\n".join(lines) + "\n}}\n"
    TARGET.write_text(text)
