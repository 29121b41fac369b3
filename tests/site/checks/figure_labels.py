"""Whether the texts of a figure lie on each other or on its lines, measured in its SVG.

Matplotlib writes a row of text as a group of glyphs, each the use of a path; a line of data is a
path that is cut at the edge of its axes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from showing.inline_figures import style_of

Points = NDArray[np.float64]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
TRANSFORM = re.compile(r"(\w+)\(([^)]*)\)")
# Boxes are as high as their glyphs, which may be as close as print: half a point is no overlap.
SLACK = 0.5


def overlaps(svg: str) -> list[str]:
    """Return in words what lies on what in a figure, in each of its frames if it has some."""
    root = ElementTree.fromstring(svg)
    glyphs = {path.get("id", ""): path for path in root.iter("path") if path.get("id")}
    frames = sorted({one.get("data-frame", "") for one in root.iter()} - {""})
    found: list[str] = []
    for frame in frames or [""]:
        seen = ElementTree.fromstring(svg)
        drop_other_frames(seen, frame)
        found += overlaps_of(seen, glyphs)
    return found


def drop_other_frames(element: ElementTree.Element, frame: str) -> None:
    """Remove what is not seen while this frame is."""
    for child in list(element):
        if child.get("data-frame", frame) == frame:
            drop_other_frames(child, frame)
        else:
            element.remove(child)


def overlaps_of(root: ElementTree.Element, glyphs: dict[str, ElementTree.Element]) -> list[str]:
    """Return in words what lies on what in a drawing."""
    texts = list(boxes(root, glyphs))
    found = [
        f"texts at {place(one)} and {place(two)}"
        for one, two in combinations(texts, 2)
        if np.all(np.minimum(one[1], two[1]) - np.maximum(one[0], two[0]) > SLACK)
    ]
    for points, frame in lines(root):
        for box in texts:
            low, high = np.maximum(box[0] + SLACK, frame[0]), np.minimum(box[1] - SLACK, frame[1])
            if np.any(np.all((low < points) & (points < high), axis=1)):
                found.append(f"a line through the text at {place(box)}")
    return found


def place(box: Points) -> str:
    """Name a box by its middle, in points."""
    x, y = box.mean(axis=0)
    return f"({x:.0f}, {y:.0f})"


def boxes(root: ElementTree.Element, glyphs: dict[str, ElementTree.Element]) -> Iterator[Points]:
    """Yield the lowest and the highest corner of each row of text."""
    for group in root.iter("g"):
        marks = []
        for use in group.findall("use"):
            glyph = glyphs[use.get("href", "")[1:]]
            if "x" not in use.attrib:  # a marker has a place, a glyph a transformation
                marks.append(move(use, move(glyph, points_of(glyph))))
        if marks and any(map(len, marks)):  # a space has no points
            points = move(group, np.concatenate(marks))
            yield np.array([points.min(axis=0), points.max(axis=0)])


def lines(root: ElementTree.Element) -> Iterator[tuple[Points, Points]]:
    """Yield the points of each line of data, closer than any text, and the corners of its axes."""
    frames = {clip.get("id"): clip[0] for clip in root.iter("clipPath")}
    for path in root.iter("path"):
        style = style_of(path)
        if "clip-path" in path.attrib and style.get("fill") == "none" and "stroke" in style:
            if "--figure-grid" in style["stroke"]:
                continue
            rect = frames[path.get("clip-path", "")[5:-1]]
            x, y, width, height = (float(rect.get(k, 0)) for k in ("x", "y", "width", "height"))
            corners = points_of(path)
            steps = np.linalg.norm(np.diff(corners, axis=0), axis=1)
            along = np.concatenate([[0], np.cumsum(steps)])
            at = np.arange(0, along[-1], SLACK)
            fine = np.stack([np.interp(at, along, c) for c in corners.T], axis=1)
            yield fine, np.array([[x, y], [x + width, y + height]])


def points_of(path: ElementTree.Element) -> Points:
    """Return the points that a path names; a curve stays within its own."""
    return np.array(NUMBER.findall(path.get("d", "")), float).reshape(-1, 2)


def move(element: ElementTree.Element, points: Points) -> Points:
    """Return points as the transformations of an element place them."""
    for name, numbers in reversed(TRANSFORM.findall(element.get("transform", ""))):
        values = np.array(NUMBER.findall(numbers), float)
        if name == "rotate":
            turn = np.deg2rad(values[0])
            points = points @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        else:
            points = points + values if name == "translate" else points * values
    return points
