"""rnnlab.plotting_generation: what a reader would read off a figure is what went in."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

from rnnlab import plotting_generation as plotting
from rnnlab.plotting import COLORS


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def data_of(line):
    return line.get_xdata().tolist(), line.get_ydata().tolist()


def test_seed_and_continuation_follow_each_other_on_the_axis_of_the_truth(ax):
    times, truth = np.arange(6) / 10, np.array([0.0, 1, 2, 3, 4, -8])
    assert plotting.continuation(ax, times, truth, [7, 8], [9, 10, 11]) is ax
    lines = {line.get_label(): data_of(line) for line in ax.lines}
    assert lines["true series"] == (times.tolist(), truth.tolist())
    assert lines["seed"] == (times[1:3].tolist(), [7, 8])
    assert lines["generated"] == (times[3:].tolist(), [9, 10, 11])


def test_what_runs_away_does_not_squeeze_the_true_series(ax):
    plotting.continuation(ax, np.arange(4), [0, 1, 2, -4], [0], [10, 1e3, 1e9])
    assert ax.get_ylim() == (-6, 6)
    plotting.runs(ax, np.arange(3), [[0, 1, 1e12]], limit=13)
    assert ax.get_ylim() == (-13, 13)


def test_each_run_is_a_line_and_neighbours_differ_in_colour(ax):
    curves = np.arange(10.0).reshape(5, 2)
    assert plotting.runs(ax, [0, 1], curves, limit=20) is ax
    assert [data_of(line)[1] for line in ax.lines] == curves.tolist()
    colors = [line.get_color() for line in ax.lines]
    assert all(first != second for first, second in pairwise(colors))
    assert set(colors) == set(COLORS.values())


def test_a_named_line_and_its_name_have_one_colour_and_the_name_stands_where_asked(ax):
    lines = {"zero": [0, 0, 0], "network": [1, 2, 3], "exact": [4, 4, 4]}
    places = [(0, 0.1), (1, 2.5), (2, 4.5)]
    assert plotting.named_lines(ax, [1, 2, 3], lines, places) is ax
    for line, text, name, place in zip(ax.lines, ax.texts, lines, places, strict=True):
        assert data_of(line) == ([1, 2, 3], lines[name])
        assert text.get_text() == name
        assert text.get_position() == place
        assert same_color(text.get_color(), line.get_color())
    assert same_color(ax.lines[0].get_color(), "black")


def test_differences_lie_on_a_logarithmic_axis_and_a_zero_at_its_foot(ax):
    plotting.parting(ax, [0, 10, 20], {"relu": [1e-8, 1e-4, 0.0]}, [0, 20], [1e-7, 0.0])
    line, rings = ax.lines
    foot = ax.get_ylim()[0]
    assert ax.get_yscale() == "log"
    assert 0 < foot < 1e-8
    assert data_of(line) == ([0, 10, 20], [1e-8, 1e-4, foot])
    assert data_of(rings) == ([0, 20], [1e-7, foot])
    assert ax.texts[0].get_text() == "relu"
    labels = {label.get_text() for label in ax.get_yticklabels()}
    assert {"1", "0.01", "0.0001"} <= labels
    assert not any("e" in label or "10^" in label for label in labels)


def test_dots_are_the_runs_and_their_axes_have_plain_numbers(ax):
    assert plotting.dots(ax, [0.001, 0.01, 0.05], [5, 10, 20]) is ax
    assert data_of(ax.lines[0]) == ([0.001, 0.01, 0.05], [5, 10, 20])
    ax.figure.canvas.draw()
    shown = [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    assert {"0.01", "10", "20"} <= set(shown)
    assert not any("{" in label or "e" in label for label in shown)


def test_the_parts_of_a_split_series_join_end_to_end_each_in_its_colour(ax):
    parts = {"training": [1.0, 2, 3], "validation": [4.0], "test": [5.0, 6]}
    assert plotting.parts(ax, np.arange(1950, 1956), parts) is ax
    for line, text, (name, values) in zip(ax.lines, ax.texts, parts.items(), strict=True):
        assert line.get_ydata().tolist() == values
        assert text.get_text() == name
        assert same_color(text.get_color(), line.get_color())
    times = np.concatenate([line.get_xdata() for line in ax.lines])
    assert times.tolist() == list(range(1950, 1956))
