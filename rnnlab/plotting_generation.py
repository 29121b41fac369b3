"""Figures of generated series and of forecasts.

Data and Axes in, Axes out, in the style of `rnnlab.plotting`. Black is the text colour of the page.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator
from numpy.typing import ArrayLike

from rnnlab.plotting import COLORS

_RUNS = tuple(COLORS.values())
#: Smaller differences are drawn here: zero has no place on a logarithmic axis.
_SMALLEST = 1e-9


def continuation(
    ax: Axes, times: ArrayLike, truth: ArrayLike, seed: ArrayLike, generated: ArrayLike
) -> Axes:
    """Draw a true series, the seed of a generated one, and what follows it, on one time axis.

    The axis reaches half as far again as the true series does; what runs away leaves the figure.

    Args:
        ax: Where to draw.
        times: The times of the true series, ``[time]``.
        truth: The true series, ``[time]``.
        seed: The values given, those before the first generated one.
        generated: The values generated; the last of them belongs to the last of the times.

    Returns:
        The same Axes.
    """
    times, seed, generated = np.asarray(times), np.asarray(seed), np.asarray(generated)
    begin, middle = len(times) - len(generated) - len(seed), len(times) - len(generated)
    ax.plot(times, truth, color="black", linewidth=0.9, label="true series")
    ax.plot(times[begin:middle], seed, color=COLORS["blue"], linewidth=4, label="seed")
    ax.plot(times[middle:], generated, color=COLORS["vermilion"], label="generated")
    limit = 1.5 * float(np.abs(truth).max())
    ax.set(xlabel="time $t$", ylabel="value", ylim=(-limit, limit))
    ax.label_outer()
    return ax


def runs(ax: Axes, times: ArrayLike, curves: ArrayLike, limit: float) -> Axes:
    """Draw several generated series over each other, with no run named.

    Args:
        ax: Where to draw.
        times: The times of the values, ``[time]``.
        curves: The series, ``[runs, time]``.
        limit: How far the axis goes on either side of zero; what runs away leaves the figure.

    Returns:
        The same Axes.
    """
    for run, curve in enumerate(np.asarray(curves, float)):
        ax.plot(times, curve, color=_RUNS[run % len(_RUNS)], linewidth=1.1)
    ax.set(xlabel="time $t$", ylabel="value", ylim=(-limit, limit))
    ax.label_outer()
    return ax


def named_lines(
    ax: Axes,
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    at: Sequence[tuple[float, float]],
) -> Axes:
    """Draw up to four lines, and write each one's name in its colour where there is room for it.

    Args:
        ax: Where to draw.
        x: The places of the values, ``[places]``.
        lines: Lines by name, each ``[places]``; the first is black.
        at: Where each name begins, in the order of the lines.

    Returns:
        The same Axes.
    """
    for (name, line), place, color in zip(lines.items(), at, ("black", *_RUNS), strict=False):
        ax.plot(x, line, color=color, linewidth=1.2)
        ax.text(*place, name, color=color)
    return ax


def parting(
    ax: Axes,
    iterations: ArrayLike,
    differences: Mapping[str, ArrayLike],
    marked_iterations: ArrayLike,
    marked: ArrayLike,
) -> Axes:
    """Draw how the relative difference between runs grows, on a logarithmic axis.

    Args:
        ax: Where to draw.
        iterations: The iterations of the lines.
        differences: Two or three lines by name, each as long; the name is written at its end.
        marked_iterations: The iterations of the rings.
        marked: The difference from the figures printed in 2019 at each of them, as rings.

    Returns:
        The same Axes.
    """
    places = np.asarray(iterations, float)
    for (name, line), color in zip(differences.items(), _RUNS, strict=False):
        values = np.maximum(line, _SMALLEST)
        ax.plot(places, values, color=color, linewidth=1.2)
        end = (float(places[-1]), float(np.median(values[len(values) // 2 :])))
        ax.annotate(name, end, (6, 0), textcoords="offset points", va="center", color=color)
    rings = np.maximum(marked, _SMALLEST)
    ax.plot(marked_iterations, rings, "o", color="black", markerfacecolor="none", label="from 2019")
    ax.set(yscale="log", ylim=(_SMALLEST, 10))
    powers = 10.0 ** np.arange(-8, 1, 2)
    ax.set_yticks(powers, [np.format_float_positional(power, trim="-") for power in powers])
    ax.legend(loc="upper right")
    return ax


def dots(ax: Axes, x: ArrayLike, y: ArrayLike) -> Axes:
    """Draw one dot a run, both axes logarithmic, with plain numbers on them.

    Args:
        ax: Where to draw.
        x: A positive number for each run.
        y: Another one.

    Returns:
        The same Axes.
    """
    ax.plot(x, y, "o", color=COLORS["blue"], markerfacecolor="none")
    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:.4f}".rstrip("0").rstrip("."))
        )
        axis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
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
        stretch = times[start : start + len(np.asarray(values))]
        start += len(stretch)
        ax.plot(stretch, values, color=color, linewidth=1.0)
        place = (float(stretch.mean()), 1.02)
        ax.text(*place, name, transform=ax.get_xaxis_transform(), ha="center", color=color)
    return ax
