"""Figures of a training run: the series, its windows, predictions, losses and errors.

Data and Axes in, Axes out, in the style of `rnnlab.plotting`. Black is the text colour of the page.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike

from rnnlab.plotting import COLORS, FILL_ALPHA

#: The look of the first, second, ... line of a figure; the first is what others are compared with.
_LINES: tuple[dict[str, Any], ...] = (
    {"color": "black", "linestyle": "--"},
    {"color": COLORS["vermilion"], "marker": "s"},
    {"color": COLORS["blue"], "marker": "o"},
    {"color": COLORS["green"], "marker": "^"},
)


def series_with_window(
    ax: Axes, times: ArrayLike, values: ArrayLike, window_times: ArrayLike, window: ArrayLike
) -> Axes:
    """Draw a series, and a stretch of it as a thick line.

    Args:
        ax: Where to draw.
        times: The times of the series, ``[time]``.
        values: Its values, ``[time]``.
        window_times: The times of the stretch.
        window: Its values.

    Returns:
        The same Axes.
    """
    ax.plot(times, values, color=COLORS["blue"], linewidth=1.2)
    ax.plot(window_times, window, color=COLORS["vermilion"], linewidth=4)
    ax.annotate(
        "the window below",
        (float(np.mean(np.asarray(window_times))), float(np.max(np.asarray(window)))),
        (0, 12),
        textcoords="offset points",
        ha="center",
        color=COLORS["vermilion"],
    )
    ax.set(xlabel="time $t$", ylabel="value")
    return ax


def shifted_window(
    ax: Axes, times: ArrayLike, values: ArrayLike, predictions: ArrayLike | None = None
) -> Axes:
    """Draw a window's inputs and, one step later, its targets, with predictions if there are any.

    Args:
        ax: Where to draw.
        times: The times of the inputs and of the last target, ``[steps + 1]``.
        values: The true values at these times, ``[steps + 1]``.
        predictions: What a network says for the targets, ``[steps]``.

    Returns:
        The same Axes.
    """
    times, values = np.asarray(times), np.asarray(values)
    marks = {"input": (times[:-1], values[:-1], "o", COLORS["blue"], 9)}
    marks["target"] = (times[1:], values[1:], "*", COLORS["vermilion"], 6)
    if predictions is not None:
        marks["prediction"] = (times[1:], np.asarray(predictions), "x", COLORS["green"], 7)
    for label, (at, height, marker, color, size) in marks.items():
        fill = "none" if marker == "o" else color
        ax.plot(at, height, marker, color=color, mfc=fill, markersize=size, label=label)
    ax.set(xlabel="time $t$", ylabel="value")
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0, handletextpad=0.1)
    return ax


def training_curves(
    ax: Axes,
    iterations: ArrayLike,
    losses: Mapping[str, ArrayLike],
    marked_iterations: ArrayLike,
    marked: Mapping[str, ArrayLike],
) -> Axes:
    """Draw losses as lines on a logarithmic axis, and others as rings that should lie on them.

    Args:
        ax: Where to draw.
        iterations: The iterations of the lines.
        losses: The losses of up to three runs by name.
        marked_iterations: The iterations of the rings.
        marked: The losses that the rings show, by the same names.

    Returns:
        The same Axes.
    """
    for (name, curve), look in zip(losses.items(), _LINES[1:], strict=False):
        color = look["color"]
        ax.plot(iterations, curve, color=color, label=name)
        ax.plot(marked_iterations, marked[name], "o", color=color, markerfacecolor="none")
    ax.set(xlabel="iteration", yscale="log")
    ax.legend(labelcolor="linecolor")
    return _plain_ticks(ax)


def labelled_lines(
    ax: Axes, x: ArrayLike, lines: Mapping[str, ArrayLike], lowest: float = 0.0
) -> Axes:
    """Draw positive numbers on a logarithmic axis, each line named where it ends.

    Args:
        ax: Where to draw.
        x: The places of the numbers, ``[places]``.
        lines: Up to four lines by name, each ``[places]``; the first is dashed.
        lowest: Where the axis begins. A line that leaves it downwards is named on its way out.

    Returns:
        The same Axes.
    """
    x = np.asarray(x)
    for (name, line), look in zip(lines.items(), _LINES, strict=False):
        values = np.asarray(line, float)
        end = int(np.flatnonzero(values > lowest)[-1])
        place = (float(x[end]), float(values[end]))
        if end + 1 < len(values):  # half-way down to where it leaves
            heights = np.log([values[end + 1], values[end]])
            half = np.log(lowest * values[end]) / 2
            place = (float(np.interp(half, heights, x[[end + 1, end]])), float(np.exp(half)))
        ax.plot(x, values, label=name, **look)
        ax.annotate(
            name,
            place,
            (8, 0),
            textcoords="offset points",
            va="center",
            color=look["color"],
        )
    ax.set(yscale="log")
    if lowest:
        ax.set_ylim(lowest, 2 * max(float(np.max(np.asarray(line))) for line in lines.values()))
    return _plain_ticks(ax)


def shaded_stretch(ax: Axes, start: float, end: float, label: str) -> Axes:
    """Shade a stretch of the horizontal axis and name it at the top.

    Args:
        ax: Where to draw.
        start: Where the stretch begins.
        end: Where it ends.
        label: Its name.

    Returns:
        The same Axes.
    """
    ax.axvspan(start, end, facecolor=(COLORS["blue"], FILL_ALPHA / 3), linewidth=0)
    middle = (start + end) / 2
    ax.text(middle, 1.02, label, transform=ax.get_xaxis_transform(), ha="center", va="bottom")
    return ax


def spread(ax: Axes, runs: Mapping[str, ArrayLike]) -> Axes:
    """Draw a row of dots for each set of runs, one dot a run, with a stroke at the median.

    Args:
        ax: Where to draw.
        runs: The results of each set by its name, from the top; each ``[runs]``, none below zero.

    Returns:
        The same Axes.
    """
    for row, results in enumerate(runs.values()):
        values = np.asarray(results, float)
        ax.plot(values, np.full(values.shape, row), "o", color=COLORS["blue"], alpha=0.6)
        ax.plot(np.median(values), row, "|", color="black", markersize=14, markeredgewidth=1.5)
    ax.set_yticks(range(len(runs)), [textwrap.fill(name, 18) for name in runs])
    ax.set(ylim=(len(runs) - 0.5, -0.5))
    ax.set_xlim(left=0)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    return ax


def _plain_ticks(ax: Axes) -> Axes:
    """Write the powers of ten of a vertical axis as plain decimals, and no number between."""
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:.12f}".rstrip("0").rstrip("."))
    )
    ax.yaxis.set_minor_formatter(NullFormatter())
    return ax
