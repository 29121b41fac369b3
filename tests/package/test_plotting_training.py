"""rnnlab.plotting_training: what a reader would read off a figure is what went in."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

from rnnlab import plotting_training as plotting
from rnnlab.plotting import COLORS


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def drawn(ax, label):
    """The points of the line with a label."""
    [line] = [line for line in ax.lines if line.get_label() == label]
    return line.get_xydata()


def tick_labels(axis, ax):
    ax.figure.canvas.draw()
    return [tick.get_text() for tick in axis.get_ticklabels(which="both") if tick.get_text()]


def test_a_series_is_drawn_whole_and_its_window_thick_upon_it(ax):
    times = np.linspace(0, 5, 51)
    series, window = np.sin(times), slice(20, 30)
    result = plotting.series_with_window(ax, times, series, times[window], series[window])
    assert result is ax
    whole, part = ax.lines
    np.testing.assert_array_equal(whole.get_xydata(), np.stack([times, series], 1))
    np.testing.assert_array_equal(part.get_xydata(), whole.get_xydata()[window])
    assert part.get_linewidth() > 2 * whole.get_linewidth()
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


def test_training_curves_carry_their_rings_in_their_own_colour(ax):
    iterations, marked = [0, 10, 20, 30], [0, 20]
    losses = {"one": [8.0, 4.0, 2.0, 1.0], "other": [9.0, 8.0, 7.0, 6.0]}
    rings = {"one": [8.0, 2.0], "other": [9.0, 7.0]}
    assert plotting.training_curves(ax, iterations, losses, marked, rings) is ax
    for name, text in zip(losses, ax.get_legend().get_texts(), strict=True):
        curve = next(line for line in ax.lines if line.get_label() == name)
        ring = ax.lines[ax.lines.index(curve) + 1]
        np.testing.assert_array_equal(curve.get_ydata(), losses[name])
        np.testing.assert_array_equal(ring.get_xydata(), np.stack([marked, rings[name]], 1))
        assert text.get_text() == name
        assert same_color(curve.get_color(), ring.get_color())
        assert same_color(curve.get_color(), text.get_color())
    assert ax.get_yscale() == "log"


def test_lines_are_named_where_they_end(ax):
    lines = {"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 0.5]}
    assert plotting.labelled_lines(ax, [10, 20, 30], lines) is ax
    for name, line in lines.items():
        np.testing.assert_array_equal(drawn(ax, name)[:, 1], line)
        [label] = [text for text in ax.texts if text.get_text() == name]
        assert label.xy == (30, line[-1])
    styles = [line.get_linestyle() for line in ax.lines]
    assert styles == ["--", "-"]
    assert ax.get_yscale() == "log"


def test_a_line_that_leaves_the_axis_is_named_on_its_way_out(ax):
    plotting.labelled_lines(ax, [1, 2, 3], {"stays": [1, 1, 1], "falls": [1, 1e-2, 1e-6]}, 1e-4)
    [label] = [text for text in ax.texts if text.get_text() == "falls"]
    # Half-way, on a logarithmic axis, between its last number inside and the axis.
    assert label.xy == pytest.approx((2.25, 1e-3))
    assert ax.get_ylim() == pytest.approx((1e-4, 2))


def test_powers_of_ten_are_written_as_plain_decimals(ax):
    plotting.labelled_lines(ax, [1, 2], {"a": [100, 1e-5]})
    labels = tick_labels(ax.yaxis, ax)
    assert {"0.00001", "0.001", "0.1", "10"} <= set(labels)
    assert all(set(label) <= set("0.1") for label in labels)


def test_a_stretch_is_shaded_from_its_start_to_its_end_and_named(ax):
    ax.set(xlim=(0, 10), ylim=(0, 1))
    assert plotting.shaded_stretch(ax, 2, 5, "seen") is ax
    [shade] = ax.patches
    left, _, width, height = shade.get_bbox().bounds
    assert (left, left + width, height) == (2, 5, 1)
    assert same_color(shade.get_facecolor()[:3], COLORS["blue"])
    assert [text.get_text() for text in ax.texts] == ["seen"]


def test_a_spread_has_a_dot_for_each_run_and_a_stroke_at_the_median(ax):
    runs = {"first": [0.3, 0.1, 0.2], "second": [0.5, 0.9]}
    assert plotting.spread(ax, runs) is ax
    for row, results in enumerate(runs.values()):
        dots, stroke = ax.lines[2 * row : 2 * row + 2]
        np.testing.assert_array_equal(dots.get_xydata(), [[value, row] for value in results])
        np.testing.assert_allclose(stroke.get_xydata(), [[np.median(results), row]])
    assert [label.get_text() for label in ax.get_yticklabels()] == list(runs)
    assert ax.yaxis_inverted()
    assert ax.get_xlim()[0] == 0
