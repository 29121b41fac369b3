"""Lines of handwriting as strokes, made from single-stroke letters for writers drawn at random."""

import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from rnnlab._door import Array, Rng, check_text, takes

# The characters that a line may hold; the number of each is its place.
ALPHABET = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,'-?!"
#: Characters of a line.
LONGEST = 50

Strokes = npt.NDArray[np.float32]
Face = Mapping[str, Sequence[Any]]

#: The height of an x, in the fonts' units, and the share of it that is a writer's of middle size.
_X_HEIGHTS, _SHARES = {"simplex": 14, "script": 9}, {"simplex": 1.0, "script": 0.75}
#: Letters of the script are joined where they are no further apart, in x-heights.
_REACH = 0.4
#: The cosine of the angle at a corner, which stays sharp when a stroke is cut into points.
_CORNER = 0.5
#: What stands for a character that is not in the alphabet, where taking accents off is not enough.
INSTEAD = {
    **dict.fromkeys('\u2018\u2019\u201a\u00b4`"\u201c\u201d\u201e\u00ab\u00bb', "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212_", "-"),
    **dict.fromkeys("\t\n", " "),
    **{";": ",", ":": ",", "/": "-", "&": "and", "+": "and", "%": "per cent"},
    **{"\u00df": "ss", "\u00e6": "ae", "\u00c6": "Ae", "\u00f8": "o", "\u00d8": "O"},
}


@dataclass(frozen=True)
class Writer:
    """What one writer's lines have in common.

    Attributes:
        face: The letters, ``"simplex"`` or ``"script"``.
        size: The height of an x.
        slant: How far a letter leans to the right, a unit of height.
        width: The width of letters over that of the font.
        spacing: What is added between letters, in heights of an x.
        step: How far the pen moves from point to point, in units: a fast writer's is long.
        bend: How far straight parts bulge, a unit of their length.
        jitter: How unsteady the hand is: the standard deviation of points, in heights of an x,
            and half of that of a letter's own size, place and slant.
        rise: How far the line rises, a unit of its length.

    Example:
        >>> Writer(slant=0.3).face
        'simplex'
    """

    face: str = "simplex"
    size: float = 1.0
    slant: float = 0.0
    width: float = 1.0
    spacing: float = 0.0
    step: float = 0.32
    bend: float = 0.0
    jitter: float = 0.0
    rise: float = 0.0


@takes(rng="rng")
def random_writer(rng: Rng) -> Writer:
    """Draw a writer.

    Args:
        rng: A NumPy generator.

    Returns:
        A writer of either face, whose other properties are drawn evenly from ranges of their own.

    Raises:
        TypeError: `rng` is no generator.

    Example:
        >>> 0.8 < random_writer(np.random.default_rng(0)).size < 1.2
        True
    """
    face = ("simplex", "script")[int(rng.random() < 0.5)]
    return Writer(
        face=face,
        size=_SHARES[face] * float(rng.uniform(0.8, 1.2)),
        slant=float(rng.uniform(-0.15, 0.45) if face == "simplex" else rng.uniform(-0.25, 0.15)),
        width=float(rng.uniform(0.8, 1.15)),
        spacing=float(rng.uniform(-0.1, 0.15) if face == "simplex" else 0),
        step=float(rng.uniform(0.28, 0.4)),
        bend=float(rng.uniform(-0.08, 0.08)),
        jitter=float(rng.uniform(0.01, 0.05)),
        rise=float(rng.uniform(-0.04, 0.04)),
    )


def read_faces(path: str | os.PathLike[str]) -> dict[str, Face]:
    """Read the glyphs of single-stroke fonts from a file.

    Args:
        path: A JSON file, whose ``"faces"`` hold for each character its width and its strokes,
            each a list of points ``[x, y]`` from the left edge and the baseline.

    Returns:
        For each face the glyph of each character.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no JSON, or has no faces.

    Example:
        >>> text = '{"faces": {"simplex": {"l": [8, [[4, 21], [4, 0]]]}}}'
        >>> _ = Path("faces.json").write_text(text)
        >>> read_faces("faces.json")["simplex"]["l"]
        [8, [[4, 21], [4, 0]]]
    """
    content = json.loads(Path(path).read_text("utf8"))
    if not isinstance(content, dict) or not isinstance(content.get("faces"), dict):
        raise ValueError(f"{str(path)!r} has no faces")
    faces: dict[str, Face] = content["faces"]
    return faces


def check_line(text: str) -> None:
    """Make sure that a line can be written.

    Args:
        text: The line.

    Raises:
        TypeError: It is no string.
        ValueError: It is blank, longer than `LONGEST`, or holds characters out of the alphabet,
            which are named, with a line that can be written instead.

    Example:
        >>> check_line("Wait; what?")
        Traceback (most recent call last):
            ...
        ValueError: text holds ';', which cannot be written; 'Wait, what?' can
    """
    check_text("text", text)
    unknown = [character for character in dict.fromkeys(text) if character not in ALPHABET]
    if unknown:
        named = ", ".join(map(repr, unknown))
        instead = replaced(text).strip()
        offer = f"; {instead!r} can" if instead else ""
        raise ValueError(f"text holds {named}, which cannot be written{offer}")
    if not text.strip():
        raise ValueError("text must hold more than spaces")
    if len(text) > LONGEST:
        raise ValueError(f"text must be at most {LONGEST} characters, not {len(text)}")


def replaced(text: str) -> str:
    r"""Return a line with what is nearest to each character that cannot be written.

    Letters lose their accents, quotation marks and dashes become plain ones, a semicolon becomes
    a comma; what has nothing near is left out.

    Args:
        text: Any text.

    Returns:
        A text of the alphabet.

    Raises:
        TypeError: It is no string.
        ValueError: It is empty.

    Example:
        >>> replaced("Caf\u00e9 \u2013 tr\u00e8s; bon*")
        'Cafe - tres, bon'
    """
    check_text("text", text)
    known = "".join(
        character if character in ALPHABET else INSTEAD.get(character, character)
        for character in text
    )
    return "".join(c for c in unicodedata.normalize("NFKD", known) if c in ALPHABET)


@takes(rng="rng")
def write_line(text: str, writer: Writer, faces: Mapping[str, Face], rng: Rng) -> Strokes:
    r"""Write a line as a writer would, from the glyphs of a font.

    Each letter is leaned, sized and placed, cut into steps of about equal length between its
    corners, and shaken. With the points :math:`(x_t, y_t)` of the line in their order and
    :math:`(x_{-1}, y_{-1}) = 0`, the rows are

    .. math:: x_t - x_{t-1}, \quad y_t - y_{t-1}, \quad
        [\text{the pen is lifted after point } t]

    Args:
        text: The line.
        writer: The writer.
        faces: The glyphs, as `read_faces` gives them.
        rng: A NumPy generator, for what differs between two writings of one writer.

    Returns:
        Strokes, ``[points, 3]``, float32. Steps are to the right and up, in heights of an x that no
        writer has made larger or smaller, from the start of the line on the baseline.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The line cannot be written, as in `check_line`, or there is no such face.

    Example:
        >>> faces = {"simplex": {"l": [8, [[4, 21], [4, 0]]]}}
        >>> writer = Writer(step=1.0)
        >>> write_line("l", writer, faces, np.random.default_rng(0)).tolist()[1:]
        [[0.0, -0.75, 0.0], [0.0, -0.75, 1.0]]
    """
    check_line(text)
    if writer.face not in faces:
        raise ValueError(f"writer must have one of the faces {list(faces)}, not {writer.face!r}")
    unit = writer.size / _X_HEIGHTS[writer.face]
    x, points = 0.0, list[list[float]]()
    for character in text:
        wide, *strokes = faces[writer.face][character]
        grow, lean, *place = rng.normal(0, writer.jitter / 2, 4)
        for number, stroke in enumerate(strokes):
            xy = np.float64(stroke) * unit * (1 + grow)
            xy[:, 0] = xy[:, 0] * writer.width + xy[:, 1] * (writer.slant + lean)
            xy += np.array(place) * writer.size
            xy = _shaken(_stepped(xy, writer), writer, rng) + np.array([x, 0])
            # In the script, a gap within reach is crossed with the pen down.
            if points and number == 0 and writer.face == "script":
                gap = np.linalg.norm(xy[0] - points[-1][:2])
                points[-1][2] = float(gap > _REACH * writer.size)
                if gap < writer.step / 2:
                    xy = xy[1:]
            points += [[*point, 0.0] for point in xy]
            points[-1][2] = 1.0
        x += wide * unit * writer.width + writer.spacing * writer.size
    line = np.array(points)
    line[:, 1] += writer.rise * line[:, 0]
    line[1:, :2] -= line[:-1, :2].copy()
    return line.astype(np.float32)


def _stepped(xy: Array, writer: Writer) -> Array:
    """Return points in steps of about equal length, with all corners among them."""
    sides = np.diff(xy, axis=0)
    lengths = np.linalg.norm(sides, axis=1)
    turns = np.sum(sides[1:] * sides[:-1], axis=1) / (lengths[1:] * lengths[:-1])
    corners = [0, *(np.flatnonzero(turns < _CORNER) + 1), len(xy) - 1]
    found = [xy[:1]]
    for start, end in pairwise(corners):
        along = np.append(0, np.cumsum(lengths[start:end]))
        share = np.linspace(0, 1, max(1, round(along[-1] / writer.step)) + 1)[1:]
        piece = [np.interp(share * along[-1], along, axis) for axis in xy[start : end + 1].T]
        across = (xy[end] - xy[start])[::-1] * (-1, 1)
        bulge = writer.bend * 4 * share * (1 - share)
        found.append(np.transpose(piece) + bulge[:, np.newaxis] * across)
    return np.concatenate(found)


def _shaken(xy: Array, writer: Writer, rng: Rng) -> Array:
    """Move points at random, each about as its neighbours."""
    noise = rng.normal(0, writer.jitter * writer.size, (len(xy) + 2, 2))
    # The weights keep the variance: their squares sum to one.
    return xy + (noise[:-2] + 2 * noise[1:-1] + noise[2:]) / 6**0.5


@takes(strokes="[points, 3]", x="number", y="number")
def draw_strokes(
    ax: Axes, strokes: npt.ArrayLike, *, x: float = 0.0, y: float = 0.0, **style: Any
) -> Axes:
    """Draw strokes, a line for each from where the pen comes down to where it is lifted.

    Args:
        ax: Where to draw; both axes get one scale, and no frame.
        strokes: Steps and pen, ``[points, 3]``.
        x: Where the line starts.
        y: The height of its baseline.
        style: What Matplotlib's `plot` takes.

    Returns:
        `ax`.

    Raises:
        TypeError: The strokes are no numbers.
        ValueError: They are not of that shape, or hold a value that is not finite.

    Example:
        >>> ax = draw_strokes(ax, [[0, 1, 0], [0, -1, 1]], color="black")
    """
    strokes = np.asarray(strokes)
    places = np.cumsum(strokes[:, :2], axis=0) + np.array([x, y])
    ends = np.flatnonzero(strokes[:, 2] > 0.5) + 1
    style.setdefault("color", "black")
    style.setdefault("linewidth", 1.2)
    for stroke in np.split(places, ends):
        if len(stroke):
            ax.plot(*stroke.T, **style)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax
