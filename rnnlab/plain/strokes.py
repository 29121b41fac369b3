"""The plain forms of what `rnnlab.strokes` has."""

import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np


def read_faces(path):
    """Read the glyphs of single-stroke fonts from a file."""
    return json.loads(Path(path).read_text("utf8"))["faces"]


def random_writer(rng):
    """Draw a writer."""
    script, draw = rng.random() < 0.5, rng.uniform
    return SimpleNamespace(
        face="script" if script else "simplex",
        size=draw(0.8, 1.2) * (0.75 if script else 1),
        slant=draw(-0.25, 0.15) if script else draw(-0.15, 0.45),
        width=draw(0.8, 1.15),
        spacing=0 if script else draw(-0.1, 0.15),
        step=draw(0.28, 0.4),
        bend=draw(-0.08, 0.08),
        jitter=draw(0.01, 0.05),
        rise=draw(-0.04, 0.04),
    )


def write_line(text, writer, faces, rng):
    """Write a line as a writer would, from the glyphs of a font."""
    script = writer.face == "script"
    unit, x, points = writer.size / (9 if script else 14), 0, []
    for character in text:
        wide, *strokes = faces[writer.face][character]
        grow, lean, *place = rng.normal(0, writer.jitter / 2, 4)
        for stroke in strokes:
            xy = np.float64(stroke) * unit * (1 + grow)
            xy = xy @ [[writer.width, 0], [writer.slant + lean, 1]]
            xy = in_steps(xy + np.array(place) * writer.size, writer)
            noise = writer.jitter * writer.size
            noise = rng.normal(0, noise, (len(xy) + 2, 2))
            xy += (noise[:-2] + 2 * noise[1:-1] + noise[2:]) / 6**0.5
            xy[:, 0] += x
            if script and points and stroke is strokes[0]:
                gap = np.linalg.norm(xy[0] - points[-1][:2])
                points[-1][2] = float(gap > 0.4 * writer.size)
                xy = xy[int(gap < writer.step / 2) :]
            points += [[*point, 0] for point in xy]
            points[-1][2] = 1
        x += wide * unit * writer.width + writer.spacing * writer.size
    line = np.array(points)
    line[:, 1] += writer.rise * line[:, 0]
    line[1:, :2] -= line[:-1, :2].copy()
    return np.float32(line)


def in_steps(xy, writer):
    """Return points in steps of about equal length, corners kept."""
    sides, found = np.diff(xy, axis=0), [xy[:1]]
    lengths = np.linalg.norm(sides, axis=1)
    turns = np.sum(sides[1:] * sides[:-1], axis=1)
    turns /= lengths[1:] * lengths[:-1]
    corners = [0, *(np.flatnonzero(turns < 0.5) + 1), len(xy) - 1]
    for a, b in itertools.pairwise(corners):
        along = np.append(0, np.cumsum(lengths[a:b]))
        count = max(1, round(along[-1] / writer.step))
        t = np.linspace(0, 1, count + 1)[1:, np.newaxis]
        across = (xy[b] - xy[a])[::-1] * (-1, 1)
        axes, total = xy[a : b + 1].T, along[-1]
        places = [np.interp(t * total, along, axis) for axis in axes]
        bulge = writer.bend * 4 * t * (1 - t) * across
        found.append(np.hstack(places) + bulge)
    return np.concatenate(found)
