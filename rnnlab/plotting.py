"""Figures: data and Axes in, Axes out, in one style for light and dark pages.

Pages turn black into their own text colour and keep the background transparent. Fills are
therefore see-through: text on them stays readable on either background.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike

#: Line colours by name, each with a contrast of three to one on white and on a dark page.
COLORS = {"blue": "#0072b2", "vermilion": "#d55e00", "green": "#009e73"}

#: How much of a colour a full fill holds, so that black and white text both read on it.
FILL_ALPHA = 0.5


def heat_map(
    ax: Axes,
    values: ArrayLike,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    decimals: int = 2,
) -> Axes:
    """Draw a matrix as cells that hold their values: blue above zero, vermilion below.

    The fill grows with the magnitude and is full at the largest magnitude, or at 1 if all are
    smaller.

    Args:
        ax: Where to draw.
        values: The matrix, ``[rows, columns]``.
        row_labels: A label for each row, from the top.
        column_labels: A label for each column.
        decimals: Digits shown after the decimal point.

    Returns:
        The same Axes.
    """
    matrix = np.asarray(values, float)
    full = max(1.0, float(np.abs(matrix).max()))
    for (row, column), value in np.ndenumerate(matrix):
        color = COLORS["blue"] if value > 0 else COLORS["vermilion"]
        alpha = FILL_ALPHA * abs(value) / full
        ax.add_patch(Rectangle((column, row), 1, 1, facecolor=(color, alpha), linewidth=0))
        ax.text(column + 0.5, row + 0.5, f"{value:z.{decimals}f}", ha="center", va="center")
    rows, columns = matrix.shape
    ax.set(xlim=(0, columns), ylim=(rows, 0))
    ax.set_xticks(np.arange(columns) + 0.5, column_labels)
    ax.set_yticks(np.arange(rows) + 0.5, row_labels)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def ranges(ax: Axes, values: Mapping[str, ArrayLike], unit: str) -> Axes:
    """Draw a row for each name: its median as a dot, on a line from its least to its largest value.

    The axis is logarithmic, for values that differ by factors.

    Args:
        ax: Where to draw.
        values: Positive numbers by name, ``[n]`` each; the first name is the top row.
        unit: What the numbers are, for the axis.

    Returns:
        `ax`.

    Raises:
        ValueError: There is no name, or its values are none, not positive or not finite.
    """
    if not values:
        raise ValueError("values must hold at least one name; got none")
    for row, (name, given) in enumerate(values.items()):
        numbers = np.asarray(given, float)
        if not (numbers.size and np.isfinite(numbers).all() and numbers.min() > 0):
            raise ValueError(f"values of {name!r} must be positive numbers; got {numbers}")
        ends = [numbers.min(), numbers.max()]
        ax.plot(ends, [-row, -row], color=COLORS["blue"], linewidth=1)
        ax.plot(np.median(numbers), -row, "o", color=COLORS["blue"])
    ax.set_yticks(-np.arange(len(values)), list(values))
    ax.set(xscale="log", xlabel=unit, ylim=(0.6 - len(values), 0.6))
    low, high = ax.get_xlim()
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter(NullFormatter())
    return ax


def saturation(ax: Axes, preactivations: ArrayLike, reach: float) -> Axes:
    """Mark values on the curve of tanh, above the slope that a gradient passes through there.

    Args:
        ax: Where to draw.
        preactivations: What goes into tanh, of any shape.
        reach: How far the axis goes on either side of zero.

    Returns:
        The same Axes.
    """
    grid = np.linspace(-reach, reach, 500)
    marks = np.ravel(np.asarray(preactivations, float))
    ax.fill_between(
        grid, 1 - np.tanh(grid) ** 2, facecolor=(COLORS["green"], FILL_ALPHA), linewidth=0
    )
    ax.plot(grid, np.tanh(grid), color=COLORS["blue"])
    ax.plot(marks, np.tanh(marks), "o", color=COLORS["vermilion"], alpha=0.7, markeredgewidth=0)
    ax.annotate("tanh", (-reach, -0.95), (6, 0), textcoords="offset points", va="bottom")
    ax.annotate("slope of tanh", (0.9, 0.35), (8, 0), textcoords="offset points", va="center")
    ax.set(xlim=(-reach, reach), ylim=(-1.15, 1.15))
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def unrolled_network(ax: Axes, steps: int = 3) -> Axes:
    """Draw a recurrent network unrolled in time: one box a step, the same weights in each.

    What belongs to time step t carries the gid `step-<t + 1>`, by which a page can show the steps
    one after the other.

    Args:
        ax: Where to draw; its axis is turned off.
        steps: How many time steps to draw.

    Returns:
        The same Axes.
    """
    for step in range(steps):
        x = 2.0 * step
        before = set(ax.get_children())
        box = FancyBboxPatch(
            (x - 0.5, -0.36),
            1.0,
            0.72,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=(COLORS["blue"], FILL_ALPHA / 2),
            edgecolor=COLORS["blue"],
            linewidth=1.5,
        )
        ax.add_patch(box)
        ax.text(x, 0, r"$\tanh$", ha="center", va="center", fontsize=12)
        _arrow(ax, (x, -1.15), (x, -0.42), rf"$x_{step}$", r"$W_x$", COLORS["vermilion"])
        ax.text(x, 1.25, rf"$h_{step}$", ha="center", va="bottom", fontsize=13)
        _arrow(ax, (x, 0.42), (x, 1.2), "", "", COLORS["green"])
        _arrow(ax, (x - 1.4, 0), (x - 0.56, 0), "", r"$W_h$", COLORS["blue"])
        for artist in set(ax.get_children()) - before:
            arrow = getattr(artist, "arrow_patch", None)  # drawn as an artist of its own
            for part in filter(None, [artist, arrow]):
                part.set_gid(f"step-{step + 1}")
    ax.text(-1.45, 0, r"$h_{-1}$", ha="right", va="center", fontsize=13)
    ax.set(xlim=(-2.0, 2.0 * steps - 1.2), ylim=(-1.6, 1.65), aspect="equal")
    ax.axis("off")
    return ax


def _arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    tail: str,
    label: str,
    color: str,
) -> None:
    """Draw an arrow with a text at its tail and another beside its middle."""
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.5})
    ax.text(*start, tail, ha="center", va="top", fontsize=13)
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    upright = start[0] == end[0]
    offset = (5, 0) if upright else (0, 5)
    align = ("left", "center") if upright else ("center", "bottom")
    ax.annotate(
        label, middle, offset, textcoords="offset points", ha=align[0], va=align[1], fontsize=11
    )
