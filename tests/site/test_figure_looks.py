"""Figures of the built site are seen in both modes, and their texts are read; faults are found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib import rc_params_from_file

from rnnlab.plotting import COLORS, FILL_ALPHA, MUTED, label_lines
from showing.inline_figures import PALETTE, inline_svg

from .checks.figure_contrast import FIGURE, contrast, faults, modes, rgb
from .checks.figure_labels import overlaps
from .tools.browser import SITE, pages

DOCS = Path(__file__).parents[2] / "docs"
STYLE = DOCS / "_extensions" / "running" / "kernel" / "matplotlibrc"
MODES = modes((DOCS / "_static" / "site.css").read_text("utf-8"))
LEGIBLE = 4.5
PATHS = pytest.mark.parametrize("name", pages())


@cache
def figures(name: str) -> list[tuple[str, str]]:
    """Each figure of a built page, with the beginning of its alt text."""
    found = FIGURE.findall((SITE / name).read_text("utf-8"))
    return [(re.findall(r'aria-label="([^"]{,40})', svg)[0], svg) for svg in found]


@pytest.fixture
def axes() -> Iterator[plt.Axes]:
    """Axes in the style of the site."""
    style = rc_params_from_file(STYLE, use_default_template=False)
    with plt.rc_context({key: value for key, value in style.items() if key != "backend"}):
        figure, one = plt.subplots()
        yield one
        plt.close(figure)


def drawn(axes: plt.Axes) -> str:
    """The figure as it stands in a page."""
    file = StringIO()
    axes.figure.savefig(file, format="svg")
    return inline_svg(file.getvalue(), alt="x", prefix="f1")


@PATHS
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_lines_and_texts_stand_out(name: str, mode: str) -> None:
    found = [f"{alt}: {one}" for alt, svg in figures(name) for one in faults(svg, MODES[mode])]
    assert not found, "\n".join(found)


@PATHS
def test_texts_lie_on_no_text_and_no_line(name: str) -> None:
    found = [f"{alt}: {one}" for alt, svg in figures(name) for one in overlaps(svg)]
    assert not found, "\n".join(found)


def test_each_colour_of_figures_has_a_value_in_each_mode_and_differs_between_them() -> None:
    for name in PALETTE:
        light, dark = (MODES[mode][f"--figure-{name}"] for mode in ("light", "dark"))
        assert light != dark


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", COLORS)
def test_text_is_read_on_a_full_fill(name: str, mode: str) -> None:
    colors = {key: rgb(value) for key, value in MODES[mode].items()}
    ground, fill = colors["--pst-color-background"], colors[f"--figure-{name}"]
    red, green, blue = (
        FILL_ALPHA * f + (1 - FILL_ALPHA) * g for f, g in zip(fill, ground, strict=True)
    )
    assert contrast(colors["--pst-color-text-base"], (red, green, blue)) >= LEGIBLE


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.005)


def test_a_figure_by_the_rules_has_no_faults(axes: plt.Axes) -> None:
    axes.grid()
    axes.fill_between([0, 1], [1, 2], facecolor=(MUTED, FILL_ALPHA), linewidth=0)
    axes.plot([0, 1], [0, 1], "o-", mfc="none", label="one")
    axes.plot([0, 1], [1, 1], "s--", color=MUTED, label="another")
    label_lines(axes)
    svg = drawn(axes)
    assert [faults(svg, colors) for colors in MODES.values()] == [[], []]
    assert overlaps(svg) == []


@pytest.mark.parametrize(
    ("look", "fault"),
    [
        ({"alpha": 0.5}, "line in var(--figure-blue, #0072b2), opacity 0.5: 2."),
        ({"marker": "o", "linestyle": "", "markeredgewidth": 0, "alpha": 0.4}, "opacity 0.4: "),
        ({"color": "#dddddd"}, "line in #dddddd, opacity 1: 1."),
    ],
)
def test_a_pale_line_is_found(axes: plt.Axes, look: dict[str, object], fault: str) -> None:
    axes.plot([0, 1], [0, 1], **look)
    assert any(fault in one for one in faults(drawn(axes), MODES["light"]))


def test_a_pale_text_is_found(axes: plt.Axes) -> None:
    axes.text(0, 0, "pale", color=MUTED, alpha=0.9)
    assert any(
        one.startswith("text in var(--figure-muted") for one in faults(drawn(axes), MODES["light"])
    )


def test_a_text_on_a_line_and_on_a_text_is_found(axes: plt.Axes) -> None:
    axes.plot([0, 1], [0, 1])
    axes.text(0.5, 0.5, "on the line", ha="center", va="center")
    axes.text(0.1, 0.9, "beside it")
    [only] = overlaps(drawn(axes))
    assert only.startswith("a line through the text at (")
    axes.text(0.12, 0.91, "on a text")
    assert any(one.startswith("texts at (") for one in overlaps(drawn(axes)))
