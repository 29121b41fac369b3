"""rnnlab.plotting: what a reader would read off a figure is what went in."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgb, to_rgba
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from rnnlab import plotting


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def drawn(ax, label):
    """The points of the line with a label."""
    [line] = [line for line in ax.lines if line.get_label() == label]
    return line.get_xydata()


def contrast(first, second):
    """The contrast ratio of two colours, as the WCAG define it."""

    def luminance(color):
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
        return np.dot([0.2126, 0.7152, 0.0722], parts)

    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


# The two page backgrounds, each with the text colour that stands on it.
LIGHT, DARK = ("#ffffff", "#222832"), ("#14181e", "#ced6dd")


@pytest.mark.parametrize("color", [*plotting.COLORS.values(), plotting.MUTED])
@pytest.mark.parametrize(("background", "text"), [LIGHT, DARK])
def test_lines_and_text_on_fills_stand_out_on_light_and_on_dark(color, background, text):
    color, background, text = map(to_rgb, (color, background, text))
    assert contrast(color, background) >= 3
    alpha = plotting.FILL_ALPHA
    fill = [alpha * c + (1 - alpha) * b for c, b in zip(color, background, strict=True)]
    assert contrast(text, fill) >= 4.5


def test_a_series_is_drawn_whole_and_its_window_thick_upon_it_under_its_name(ax):
    times, values = [0.0, 0.5, 1.0, 1.5], [3.0, -1.0, 4.0, 1.0]
    assert plotting.series_with_window(ax, times, values, times[1:3], values[1:3], "here") is ax
    whole, part = ax.lines
    np.testing.assert_array_equal(whole.get_xydata(), [[0, 3], [0.5, -1], [1, 4], [1.5, 1]])
    np.testing.assert_array_equal(part.get_xydata(), [[0.5, -1], [1, 4]])
    assert part.get_linewidth() > 2 * whole.get_linewidth()
    [name] = ax.texts
    assert (name.get_text(), name.xy) == ("here", (0.75, 4))
    assert same_color(name.get_color(), part.get_color())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time $t$", "value")


def test_targets_and_predictions_stand_one_step_after_the_inputs(ax):
    times, values = [0.0, 0.5, 1.0, 1.5], [3.0, 1.0, 4.0, 1.5]
    assert plotting.shifted_window(ax, times, values, predictions=[9.0, 2.0, 6.0]) is ax
    np.testing.assert_array_equal(drawn(ax, "input"), [[0, 3], [0.5, 1], [1, 4]])
    np.testing.assert_array_equal(drawn(ax, "target"), [[0.5, 1], [1, 4], [1.5, 1.5]])
    np.testing.assert_array_equal(drawn(ax, "prediction"), [[0.5, 9], [1, 2], [1.5, 6]])
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["input", "target", "prediction"]


def test_without_predictions_a_window_has_none(ax):
    plotting.shifted_window(ax, [0, 1, 2], [5.0, 6.0, 7.0])
    assert [line.get_label() for line in ax.lines] == ["input", "target"]


def test_seed_and_continuation_follow_each_other_on_the_axis_of_the_truth(ax):
    times, truth = np.arange(6) / 10, [0.0, 1, 2, 3, 4, -8]
    assert plotting.continuation(ax, times, truth, [7, 8], [9, 10, 11]) is ax
    np.testing.assert_array_equal(drawn(ax, "true series"), np.stack([times, truth], 1))
    np.testing.assert_allclose(drawn(ax, "seed"), [[0.1, 7], [0.2, 8]])
    np.testing.assert_allclose(drawn(ax, "generated"), [[0.3, 9], [0.4, 10], [0.5, 11]])


def test_a_continuation_that_runs_away_does_not_squeeze_the_true_series(ax):
    plotting.continuation(ax, np.arange(4), [0, 1, 2, -4], [0], [10, 1e3, 1e9])
    assert ax.get_ylim() == (-6, 6)


def names_of(ax):
    """Each name's height in the data, its height above that in points, and its colour."""
    return {text.get_text(): (text.xy[1], text.xyann[1], text.get_color()) for text in ax.texts}


def boxes_of(ax):
    """Where the names stand in the finished figure, from the lowest up."""
    ax.figure.draw_without_rendering()
    return sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)


def test_a_line_and_its_name_at_its_end_have_one_colour_and_the_reference_is_dashed(ax):
    lines = {"zero": [0, 0, 0], "network": [1, 2, 3], "exact": [9, 8, 7]}
    assert plotting.named_lines(ax, [10, 20, 30], lines, reference="zero") is ax
    named, blue, vermilion = names_of(ax), plotting.COLORS["blue"], plotting.COLORS["vermilion"]
    wanted = {"zero": (0, "--", "black"), "network": (3, "-", blue), "exact": (7, "-", vermilion)}
    for line, (name, (end, style, color)) in zip(ax.lines, wanted.items(), strict=True):
        assert line.get_xdata().tolist() == [10, 20, 30]
        assert line.get_ydata().tolist() == lines[name]
        assert (line.get_linestyle(), line.get_color()) == (style, color)
        assert named[name] == pytest.approx((end, 0, color))


def test_runs_of_one_name_have_one_colour_and_one_name_at_their_median(ax):
    plotting.named_lines(ax, [1, 2], {"runs": [[0, 1], [0, 9], [0, 2]], "gap": [5, np.nan]})
    assert [line.get_ydata()[1] for line in ax.lines[:3]] == [1, 9, 2]
    assert len({line.get_color() for line in ax.lines[:3]}) == 1
    assert names_of(ax)["runs"][0] == 2
    assert names_of(ax)["gap"][0] == 5


def test_names_that_would_overlap_are_pushed_apart_as_little_as_that_takes(ax):
    for name, end in {"far": 9, "low": 2.9, "high": 3.1, "low too": 2.9}.items():
        ax.plot([0, 1], [0, end], label=name)
    plotting.label_lines(ax)
    shifts = {name: shift for name, (_, shift, _) in names_of(ax).items()}
    low, middle, high, far = boxes_of(ax)
    assert low.y1 < middle.y0
    assert middle.y1 < high.y0
    assert middle.y0 - low.y1 == pytest.approx(high.y0 - middle.y1, abs=0.1)
    assert shifts["far"] == 0
    assert sum(shifts.values()) == pytest.approx(0)  # as far up as down
    assert far.y0 > high.y1


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("top_down", [False, True])
def test_a_crowd_of_names_keeps_its_order_inside_the_axes_and_off_its_lines(ax, scale, top_down):
    ends = 1 + np.linspace(0, 0.01, 12)
    for k, end in enumerate(ends):
        ax.plot([0, 1], [1, end], label=f"run {k}" + ", with a long name" * (k == 3))
    ax.set(yscale=scale, ylim=(1, 50))
    if top_down:
        ax.invert_yaxis()
    plotting.label_lines(ax)
    boxes = boxes_of(ax)
    assert all(above.y0 >= below.y1 for below, above in pairwise(boxes))
    assert boxes[0].y0 >= ax.bbox.y0 - 1
    assert boxes[-1].y1 <= ax.bbox.y1 + 1
    assert min(box.x0 for box in boxes) > ax.bbox.x1
    in_order = sorted(ax.texts, key=lambda text: text.get_window_extent().y0)
    heights = [text.xy[1] for text in in_order]
    assert heights == sorted(heights, reverse=top_down)


def test_names_move_with_the_limits_when_they_are_asked_to(ax):
    lines = {"low": [0, 9.0], "high": [0, 10.0]}
    plotting.named_lines(ax, [0, 1], lines)
    ax.set_ylim(0, 400)
    plotting.label_lines(ax)
    assert len(ax.texts) == 2
    low, high = boxes_of(ax)
    assert low.y1 < high.y0
    assert [text.get_text() for text in ax.texts] == ["low", "high"]


def test_more_names_than_the_axes_have_room_for_are_refused(ax):
    ax.figure.set_size_inches(4, 1)
    for k in range(8):
        ax.plot([0, 1], [0, k], label=f"run {k}")
    with pytest.raises(ValueError, match=r"ax must be \d+ points high for its names; got \d+"):
        plotting.label_lines(ax)


def test_lines_without_a_label_have_no_name_and_none_at_all_is_refused(ax):
    ax.plot([0, 1], label="_hidden")
    ax.axhline(0.5)
    with pytest.raises(ValueError, match="ax must have a line with a label in view; got none"):
        plotting.label_lines(ax)
    ax.plot([0, 1], [5, 5], label="level", color=plotting.MUTED)
    assert plotting.label_lines(ax) is ax
    assert names_of(ax) == {"level": (5, 0, plotting.MUTED)}


def test_a_line_that_leaves_the_axis_is_named_where_it_does(ax):
    ax.set(yscale="log", ylim=(1e-4, 2))
    lines = {"stays": [1, 1, 1], "falls": [1, 1e-2, 1e-6], "outside": [5, 5, 5]}
    plotting.named_lines(ax, [1, 2, 3], lines)
    assert names_of(ax)["falls"][0] == 1e-2
    assert names_of(ax)["stays"][0] == 1
    assert "outside" not in names_of(ax)
    assert ax.get_ylim() == (1e-4, 2)


def test_more_lines_than_colours_are_refused(ax):
    lines = {name: [0, 1] for name in "abcd"}
    plotting.named_lines(ax, [0, 1], lines, reference="b")
    with pytest.raises(ValueError, match=r"lines must be at most 3 .* got \['a', 'b', 'c', 'd'\]"):
        plotting.named_lines(ax, [0, 1], lines)


def test_each_run_is_a_ring_in_the_row_of_its_name_with_a_stroke_at_the_median(ax):
    runs = {"first": [0.3, 0.1, 0.2], "second": [0.5, 0.9]}
    assert plotting.dots_with_medians(ax, runs) is ax
    rings, stroke, more, other = ax.lines
    np.testing.assert_array_equal(rings.get_xydata(), [[0.3, 0], [0.1, 0], [0.2, 0]])
    np.testing.assert_allclose(stroke.get_xydata(), [[0.2, 0]])
    np.testing.assert_array_equal(more.get_xydata(), [[0.5, 1], [0.9, 1]])
    np.testing.assert_allclose(other.get_xydata(), [[0.7, 1]])
    assert {rings.get_marker(), more.get_marker()} == {"o"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    assert ax.yaxis_inverted()


def test_ranges_have_a_row_each_with_the_median_on_a_line_from_least_to_most(ax):
    values = {"slow": [3.0, 9.0, 4.0, 5.0], "quick": [0.5]}
    assert plotting.ranges_with_medians(ax, values, "seconds") is ax
    line, dot, one, other = ax.lines
    np.testing.assert_allclose(line.get_xydata(), [[3, 0], [9, 0]])
    np.testing.assert_allclose(dot.get_xydata(), [[4.5, 0]])
    np.testing.assert_allclose(one.get_xydata(), [[0.5, 1], [0.5, 1]])
    np.testing.assert_allclose(other.get_xydata(), [[0.5, 1]])
    rows = dict(zip(ax.get_yticks(), [t.get_text() for t in ax.get_yticklabels()], strict=True))
    assert rows == {0: "slow", 1: "quick"}
    assert ax.yaxis_inverted()
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
        plotting.ranges_with_medians(ax, values, "seconds")


def test_lines_and_dots_are_opaque(ax):
    plotting.series_with_window(ax, [0, 1], [0, 1], [0, 1], [0, 1], "window")
    plotting.shifted_window(ax, [0, 1, 2], [0, 1, 2], [1, 2])
    plotting.continuation(ax, [0, 1], [0, 1], [0], [1])
    plotting.named_lines(ax, [0, 1], {"line": [0, 1]})
    plotting.dots_with_medians(ax, {"row": [0, 1]})
    plotting.tanh_saturation(ax, [0, 1], 2)
    logarithmic = plotting.ranges_with_medians(ax.figure.add_subplot(), {"row": [1, 2]}, "s")
    lines = [*ax.lines, *logarithmic.lines]
    assert len(lines) == 16
    assert {line.get_alpha() for line in lines} == {None}


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


def test_marks_lie_on_tanh_and_the_axis_reaches_as_far_as_asked(ax):
    values = np.array([[-21.0, 0.5], [3.0, 9.0]])
    assert plotting.tanh_saturation(ax, values, reach=23) is ax
    slope, curve, marks = (line.get_xydata() for line in ax.lines)
    np.testing.assert_allclose(slope[:, 1], 1 - np.tanh(slope[:, 0]) ** 2)
    np.testing.assert_allclose(marks, np.stack([values.ravel(), np.tanh(values.ravel())], 1))
    np.testing.assert_allclose(curve[:, 1], np.tanh(curve[:, 0]))
    assert ax.get_xlim() == (curve[0, 0], curve[-1, 0]) == (-23, 23)


def test_an_unrolled_network_has_a_box_a_step_and_one_pair_of_weights(ax):
    assert plotting.unrolled_network(ax, steps=4) is ax
    texts = [text.get_text() for text in ax.texts]
    for step in range(4):
        assert f"$x_{step}$" in texts
        assert f"$h_{step}$" in texts
    assert texts.count("$W_x$") == texts.count("$W_h$") == 4
    assert "$h_{-1}$" in texts


def test_the_artists_of_a_step_carry_its_number_and_stand_in_its_place(ax):
    plotting.unrolled_network(ax, steps=4)
    steps = ["step-1", "step-2", "step-3", "step-4"]
    boxes = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert [box.get_gid() for box in boxes] == steps
    assert [box.get_x() + box.get_width() / 2 for box in boxes] == [0, 2, 4, 6]
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert [arrow.get_gid() for arrow in arrows] == [step for step in steps for _ in range(3)]
    assert [text.get_gid() for text in ax.texts] == [step for step in steps for _ in range(5)] + [
        None
    ]
