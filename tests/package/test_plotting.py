"""rnnlab.plotting: what a reader would read off a figure is what went in."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb, to_rgba

from rnnlab import plotting


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def contrast(first, second):
    """The contrast ratio of two colours, as the WCAG define it."""

    def luminance(color):
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
        return np.dot([0.2126, 0.7152, 0.0722], parts)

    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


# The two page backgrounds, each with the text colour that stands on it.
LIGHT, DARK = ("#ffffff", "#222832"), ("#14181e", "#ced6dd")


@pytest.mark.parametrize("color", plotting.COLORS.values(), ids=plotting.COLORS)
@pytest.mark.parametrize(("background", "text"), [LIGHT, DARK])
def test_lines_and_text_on_fills_stand_out_on_light_and_on_dark(color, background, text):
    color, background, text = map(to_rgb, (color, background, text))
    assert contrast(color, background) >= 3
    alpha = plotting.FILL_ALPHA
    fill = [alpha * c + (1 - alpha) * b for c, b in zip(color, background, strict=True)]
    assert contrast(text, fill) >= 4.5


def test_a_heat_map_shows_each_value_in_its_place(ax):
    values = np.array([[0.25, -1.0, 0.0], [1.0, 0.5, -0.125]])
    assert plotting.heat_map(ax, values, ["r0", "r1"], ["c0", "c1", "c2"], decimals=3) is ax
    # Rows run from the top: the first row's labels stand highest.
    top_left = min(ax.texts, key=lambda text: (text.get_position()[1], text.get_position()[0]))
    assert top_left.get_text() == "0.250"
    assert ax.yaxis_inverted()
    assert [text.get_text() for text in ax.texts] == [f"{v:.3f}" for v in values.ravel()]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["r0", "r1"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["c0", "c1", "c2"]


def test_a_heat_map_s_colour_is_the_sign_and_its_strength_the_magnitude(ax):
    plotting.heat_map(ax, [[2.0, -1.0, 0.0]], ["r"], ["a", "b", "c"])
    fills = [patch.get_facecolor() for patch in ax.patches]
    assert fills[0] == to_rgba(plotting.COLORS["blue"], plotting.FILL_ALPHA)
    assert fills[1] == to_rgba(plotting.COLORS["vermilion"], plotting.FILL_ALPHA / 2)
    assert fills[2][3] == 0


def test_saturation_marks_lie_on_tanh_and_the_axis_reaches_as_far_as_asked(ax):
    values = np.array([[-21.0, 0.5], [3.0, 9.0]])
    assert plotting.saturation(ax, values, reach=23) is ax
    curve, marks = (line.get_xydata() for line in ax.lines)
    np.testing.assert_allclose(marks, np.stack([values.ravel(), np.tanh(values.ravel())], 1))
    np.testing.assert_allclose(curve[:, 1], np.tanh(curve[:, 0]))
    assert ax.get_xlim() == (curve[0, 0], curve[-1, 0]) == (-23, 23)


def test_an_unrolled_network_has_a_box_a_step_and_one_pair_of_weights(ax):
    assert plotting.unrolled_network(ax, steps=4) is ax
    texts = [text.get_text() for text in ax.texts]
    assert len(ax.patches) == 4
    for step in range(4):
        assert f"$x_{step}$" in texts
        assert f"$h_{step}$" in texts
    assert texts.count("$W_x$") == texts.count("$W_h$") == 4
    assert "$h_{-1}$" in texts
    steps = [patch.get_gid() for patch in ax.patches]
    assert steps == ["step-1", "step-2", "step-3", "step-4"]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [arrow.get_gid() for arrow in arrows] == [step for step in steps for _ in range(3)]
    assert next(t for t in ax.texts if t.get_text() == "$h_{-1}$").get_gid() is None


def test_ranges_have_a_row_each_with_the_median_on_a_line_from_least_to_most(ax):
    values = {"slow": [3.0, 9.0, 4.0, 5.0], "quick": [0.5]}
    assert plotting.ranges(ax, values, "seconds") is ax
    line, dot, one, other = ax.lines
    np.testing.assert_allclose(line.get_xydata(), [[3, 0], [9, 0]])
    np.testing.assert_allclose(dot.get_xydata(), [[4.5, 0]])
    np.testing.assert_allclose(one.get_xydata(), [[0.5, -1], [0.5, -1]])
    np.testing.assert_allclose(other.get_xydata(), [[0.5, -1]])
    rows = dict(zip(ax.get_yticks(), [t.get_text() for t in ax.get_yticklabels()], strict=True))
    assert rows == {0: "slow", -1: "quick"}
    low, high = ax.get_xlim()
    assert [tick for tick in ax.get_xticks() if low < tick < high] == [0.5, 1, 2, 5, 10]
    assert ax.get_xlabel() == "seconds"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "at least one name"),
        ({"a": []}, "'a' must be positive"),
        ({"a": [1.0, 0.0]}, "'a' must be positive"),
        ({"a": [np.nan]}, "'a' must be positive"),
    ],
)
def test_ranges_of_what_a_logarithm_does_not_have_are_refused(ax, values, message):
    with pytest.raises(ValueError, match=message):
        plotting.ranges(ax, values, "seconds")
