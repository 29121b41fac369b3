"""Lines made from a font: against the font's own geometry, and cases worked out by hand."""

from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from rnnlab.strokes import (
    ALPHABET,
    LONGEST,
    Writer,
    check_line,
    draw_strokes,
    random_writer,
    read_faces,
    replaced,
    write_line,
)

DATA = Path(__file__).parents[2] / "docs" / "tutorials" / "data" / "hershey.json"
FACES = read_faces(DATA)
PLAIN = Writer(step=0.1)


def places(strokes):
    return np.cumsum(strokes[:, :2], axis=0)


def written(text, writer=PLAIN, seed=0):
    return write_line(text, writer, FACES, np.random.default_rng(seed))


def test_both_faces_have_all_characters():
    assert len(set(ALPHABET)) == len(ALPHABET) == 69
    assert all(set(face) == set(ALPHABET) for face in FACES.values())
    assert set(FACES) == {"simplex", "script"}


def test_the_fonts_acknowledgement_goes_with_them():
    assert "A. V. Hershey" in DATA.read_text("utf8")
    assert "James Hurt" in DATA.read_text("utf8")


@pytest.mark.parametrize("face", FACES)
def test_an_x_is_one_high_and_points_lie_on_the_fonts_lines(face):
    unit = {"simplex": 14, "script": 9}[face]
    xy = places(written("x", Writer(face, step=0.05)))
    assert xy[:, 1].max() == pytest.approx(1, abs=0.01)
    assert xy[:, 1].min() == pytest.approx(0, abs=0.01)
    lines = [np.float64(stroke) / unit for stroke in FACES[face]["x"][1:]]
    sides = [side for line in lines for side in pairwise(line)]
    for point in xy:
        distances = []
        for a, b in sides:
            share = np.clip(np.dot(point - a, b - a) / np.dot(b - a, b - a), 0, 1)
            distances.append(np.linalg.norm(a + share * (b - a) - point))
        assert min(distances) < 1e-5


def test_steps_are_about_equal_and_lifts_are_those_of_the_font():
    strokes = written("Ishmael", Writer(step=0.2))
    assert strokes.dtype == np.float32
    assert strokes[:, 2].sum() == sum(len(FACES["simplex"][c]) - 1 for c in "Ishmael")
    assert strokes[-1, 2] == 1
    within = np.append(False, strokes[:-1, 2] == 0)
    lengths = np.linalg.norm(strokes[within, :2], axis=1)
    assert np.quantile(lengths, 0.02) > 0.12
    assert lengths.max() < 0.31


def test_corners_stay_sharp():
    xy = places(written("L", Writer(step=0.33)))
    corner = np.float64(FACES["simplex"]["L"][1][-1]) / 14
    assert np.abs(xy - corner).sum(axis=1).min() < 1e-5


def test_what_a_writer_has_changes_a_line_as_it_says():
    plain = places(written("lo"))
    leaned = places(written("lo", Writer(step=0.1, slant=0.5)))
    np.testing.assert_allclose(leaned[0], plain[0] + [0.5 * plain[0, 1], 0], atol=1e-5)
    large = places(written("lo", Writer(step=0.2, size=2.0)))
    np.testing.assert_allclose(large, 2 * plain, atol=1e-4)
    wide = places(written("lo", Writer(step=0.1, spacing=0.3)))
    np.testing.assert_allclose(wide[-1], plain[-1] + [0.3, 0], atol=1e-4)
    rising = places(written("lo", Writer(step=0.1, rise=0.1)))
    np.testing.assert_allclose(rising[:, 1], plain[:, 1] + 0.1 * plain[:, 0], atol=1e-4)
    bent = places(written("l", Writer(step=0.1, bend=0.1)))
    height = np.ptp(plain[: len(bent), 1])
    assert np.ptp(bent[:, 0]) == pytest.approx(0.1 * height, rel=0.02)


def test_the_script_is_joined_within_words():
    assert written("el", Writer("script"))[:, 2].sum() == 1
    assert written("e l", Writer("script"))[:, 2].sum() == 2
    assert written("el")[:, 2].sum() == 2


def test_a_writer_repeats_with_the_seed_and_differs_from_line_to_line():
    writer = random_writer(np.random.default_rng(3))
    first, again, other = (written("sea", writer, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_writers_are_spread_over_both_faces():
    rng = np.random.default_rng(0)
    writers = [random_writer(rng) for _ in range(400)]
    assert 160 < sum(writer.face == "script" for writer in writers) < 240
    assert len(set(writers)) == 400


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("caf\u00e9", "cafe"),
        ("\u201cwhat\u201d \u2013 why; how\u2026", "'what' - why, how..."),
        ("Stra\u00dfe & \u00d8re", "Strasse and Ore"),
        ("\ufb01n", "fin"),
        ("a\u2603b", "ab"),
    ],
)
def test_unknown_characters_are_named_and_others_offered(text, instead):
    assert replaced(text) == instead
    with pytest.raises(ValueError, match="cannot be written") as refused:
        check_line(text)
    unknown = [c for c in text if c not in ALPHABET]
    assert all(repr(c) in str(refused.value) for c in unknown)
    assert repr(instead) in str(refused.value)
    check_line(instead)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "text must not be empty"),
        ("   ", "text must hold more than spaces"),
        ("a" * (LONGEST + 1), f"text must be at most {LONGEST} characters, not {LONGEST + 1}"),
        ("\u2603", "text holds '\u2603', which cannot be written$"),
    ],
)
def test_lines_that_cannot_be_written_are_refused(text, problem):
    with pytest.raises(ValueError, match=problem):
        written(text)


def test_a_face_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"one of the faces \['simplex', 'script'\], not 'gothic'"):
        written("a", Writer("gothic"))


def test_a_file_without_faces_is_refused(tmp_path):
    path = tmp_path / "faces.json"
    for content in ("[]", "{}", '{"faces": 1}'):
        path.write_text(content)
        with pytest.raises(ValueError, match="has no faces"):
            read_faces(path)


def test_drawn_lines_are_the_strokes():
    _, ax = plt.subplots()
    strokes = np.array([[0, 1, 0], [0, -1, 1], [1, 1, 0], [0, -1, 1], [5, 5, 0]])
    draw_strokes(ax, strokes, x=10, y=20, color="red")
    drawn = [line.get_xydata().tolist() for line in ax.lines]
    assert drawn == [[[10, 21], [10, 20]], [[11, 21], [11, 20]], [[16, 25]]]
    plt.close("all")
    with pytest.raises(ValueError, match=r"strokes must have the shape \[points, 3\]"):
        draw_strokes(ax, [[1.0, 2.0]])
