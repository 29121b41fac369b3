"""Figures of generated series and of forecasts.

Data and Axes in, Axes out, in the style of `rnnlab.plotting`. Black is the text colour of the page.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike

from rnnlab.plotting import COLORS

_RUNS = tuple(COLORS.values())


def continuation(
    ax: Axes,
    times: ArrayLike,
    truth: ArrayLike,
    seed: ArrayLike,
    generated: ArrayLike,
    names: tuple[str, str] = ("seed", "generated"),
) -> Axes:
    """Draw a true series, the seed of a generated one, and what follows it, on one time axis.

    Args:
        ax: Where to draw.
        times: The times of the true series, ``[time]``.
        truth: The true series, ``[time]``.
        seed: The values given, as many as fit before the generated ones.
        generated: The values generated; the last of them belongs to the last of the times.
        names: What the seed and the generated values are called.

    Returns:
        The same Axes.
    """
    times, seed, generated = np.asarray(times), np.asarray(seed), np.asarray(generated)
    begin, middle = len(times) - len(generated) - len(seed), len(times) - len(generated)
    ax.plot(times, truth, color="black", linewidth=0.9, label="true series")
    ax.plot(times[middle:], generated, color=COLORS["vermilion"], label=names[1])
    ax.plot(times[begin:middle], seed, color=COLORS["blue"], linewidth=4, label=names[0])
    return ax


def runs(ax: Axes, times: ArrayLike, curves: ArrayLike, limit: float) -> Axes:
    """Draw several generated series over each other, cut off at a limit, with no run named.

    Args:
        ax: Where to draw.
        times: The times of the values, ``[time]``.
        curves: The series, ``[runs, time]``. What is not finite ends its line.
        limit: How far the axis goes on either side of zero.

    Returns:
        The same Axes.
    """
    for run, curve in enumerate(np.asarray(curves, float)):
        ax.plot(times, curve, color=_RUNS[run % len(_RUNS)], linewidth=1.1)
    ax.set(ylim=(-limit, limit))
    return ax


def named_lines(
    ax: Axes, x: ArrayLike, lines: Mapping[str, ArrayLike], at: Sequence[float]
) -> Axes:
    """Draw up to four lines, each with its name written above it.

    Args:
        ax: Where to draw.
        x: The places of the values, ``[places]``.
        lines: Lines by name, each ``[places]``; the first is black.
        at: The place of each name, in the order of the lines.

    Returns:
        The same Axes.
    """
    places = np.asarray(x, float)
    colors = ("black", *_RUNS)
    for (name, line), place, color in zip(lines.items(), at, colors, strict=False):
        values = np.asarray(line, float)
        ax.plot(places, values, color=color, linewidth=1.2)
        beneath = float(values[np.argmin(np.abs(places - place))])
        ax.annotate(name, (place, beneath), (0, 4), textcoords="offset points", color=color)
    return ax


def powers_of_ten(ax: Axes) -> Axes:
    """Make the vertical axis logarithmic, with every other power of ten written out.

    Args:
        ax: The axes; their data are positive.

    Returns:
        The same Axes.
    """
    ax.set(yscale="log")
    low, high = np.log10(ax.get_ylim())
    powers = np.arange(np.ceil(low), np.floor(high) + 1)[::2]
    ax.set_yticks(10.0**powers)
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: np.format_float_positional(value, trim="-"))
    )
    ax.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    return ax


def parts(ax: Axes, times: ArrayLike, series: Mapping[str, ArrayLike]) -> Axes:
    """Draw the parts of a series that was split in time, each in its colour, under its name.

    Args:
        ax: Where to draw.
        times: The times of all parts together, ``[time]``.
        series: Up to three parts by name, in the order of time, each ``[time]``.

    Returns:
        The same Axes.
    """
    times = np.asarray(times, float)
    start = 0
    for (name, values), color in zip(series.items(), _RUNS, strict=False):
        # A part begins where the one before ends, so that the line has no hole.
        stretch = times[start : start + len(np.asarray(values))]
        ax.plot(stretch, values, color=color, linewidth=1.0)
        ax.text(
            float(stretch.mean()),
            1.02,
            name,
            transform=ax.get_xaxis_transform(),
            ha="center",
            color=color,
        )
        start += len(stretch)
    return ax
