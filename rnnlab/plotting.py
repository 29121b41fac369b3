"""Figures: data and Axes in, Axes out, in one style for light and dark pages.

Pages turn black into their own text colour, give the colours below another
value on light and on dark, and keep the background transparent. Lines and
dots are therefore opaque, and fills see-through: text on them stays readable
on either background.
"""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.ticker import LogLocator
from numpy.typing import ArrayLike, NDArray

#: Line colours by name, each with a contrast of three to one on white and on a dark page.
COLORS = {"blue": "#0072b2", "vermilion": "#d55e00", "green": "#009e73"}

#: What stands beside the subject of a figure: the other seeds, the background.
MUTED = "#6b7680"

#: How much of a colour a full fill holds, so that black and white text both read on it.
FILL_ALPHA = 0.5

#: The gid of texts that `label_lines` has placed.
NAME_OF_LINE = "name-of-line"


def series_with_window(
    ax: Axes,
    times: ArrayLike,
    values: ArrayLike,
    window_times: ArrayLike,
    window: ArrayLike,
    name: str,
) -> Axes:
    """Draw a series, and a window of it as a thick line with a name above.

    Args:
        ax: Where to draw.
        times: The times of the series, ``[time]``.
        values: Its values, ``[time]``.
        window_times: The times of the window, ``[steps]``.
        window: Its values, ``[steps]``.
        name: What to call the window.

    Returns:
        `ax`.

    Example:
        >>> t = np.arange(9.0)
        >>> ax = series_with_window(ax, t, np.sin(t), t[3:6], np.sin(t[3:6]), "window")
    """
    ax.plot(times, values, color=COLORS["blue"], linewidth=1.2)
    ax.plot(window_times, window, color=COLORS["vermilion"], linewidth=4)
    top = np.asarray(window_times).mean(), np.asarray(window).max()
    label = ax.annotate(name, top, (0, 12), textcoords="offset points", ha="center")
    label.set_color(COLORS["vermilion"])
    ax.set(xlabel="time $t$", ylabel="value")
    return ax


def shifted_window(
    ax: Axes, times: ArrayLike, values: ArrayLike, predictions: ArrayLike | None = None
) -> Axes:
    """Draw a window's inputs and, one step later, its targets and predictions of them.

    Args:
        ax: Where to draw.
        times: The times of the inputs and of the last target, ``[steps + 1]``.
        values: The true values at these times, ``[steps + 1]``.
        predictions: What a network says for the targets, ``[steps]``, if there is one.

    Returns:
        `ax`.

    Example:
        >>> ax = shifted_window(ax, [0, 1, 2, 3], [0.0, 1.0, 0.0, 1.0], [0.9, 0.1, 0.9])
    """
    times, values = np.asarray(times), np.asarray(values)
    blue, vermilion, green = COLORS.values()
    ax.plot(times[:-1], values[:-1], "o", color=blue, mfc="none", ms=9, label="input")
    ax.plot(times[1:], values[1:], "*", color=vermilion, ms=6, label="target")
    if predictions is not None:
        ax.plot(times[1:], predictions, "x", color=green, ms=7, label="prediction")
    ax.set(xlabel="time $t$", ylabel="value")
    ax.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0, handletextpad=0.1)
    return ax


def continuation(
    ax: Axes, times: ArrayLike, truth: ArrayLike, seed: ArrayLike, generated: ArrayLike
) -> Axes:
    """Draw a true series, the seed of a generated one, and what follows it.

    The axis reaches half as far again as the true series does; what runs away leaves the figure.

    Args:
        ax: Where to draw.
        times: The times of the true series, ``[time]``.
        truth: The true series, ``[time]``.
        seed: The values given, those before the first generated one.
        generated: The values generated; the last of them belongs to the last of the times.

    Returns:
        `ax`.

    Example:
        >>> t = np.arange(9.0)
        >>> ax = continuation(ax, t, np.sin(t), np.sin(t[2:6]), np.cos(t[6:]))
    """
    times, first = np.asarray(times), -len(np.ravel(generated))
    begin = first - len(np.ravel(seed))
    ax.plot(times, truth, color="black", linewidth=0.9, label="true series")
    ax.plot(times[begin:first], seed, color=COLORS["blue"], linewidth=4, label="seed")
    ax.plot(times[first:], generated, color=COLORS["vermilion"], label="generated")
    limit = 1.5 * float(np.abs(truth).max())
    ax.set(xlabel="time $t$", ylabel="value", ylim=(-limit, limit))
    ax.label_outer()
    return ax


def named_lines(
    ax: Axes, x: ArrayLike, lines: Mapping[str, ArrayLike], reference: str = ""
) -> Axes:
    """Draw lines, each with its name in its colour, placed by `label_lines`.

    Args:
        ax: Where to draw; with its scale and limits, or call `label_lines` when it has them.
        x: The places of the values, ``[places]``.
        lines: Up to three lines by name and the reference: ``[places]``, or ``[runs, places]``
            for several lines of one name. NaN is not drawn.
        reference: The name of what the others are compared with: black and dashed.

    Returns:
        `ax`.

    Raises:
        ValueError: There are more lines than colours, or `label_lines` finds no room.

    Example:
        >>> errors = {"linear": [1.0, 2.0, 3.0], "network": [0.5, 0.7, 0.8]}
        >>> ax = named_lines(ax, [1, 2, 3], errors, reference="linear")
    """
    others = [name for name in lines if name != reference]
    if len(others) > len(COLORS):
        raise ValueError(f"lines must be at most {len(COLORS)} besides the reference; got {others}")
    colors = {reference: "black"} | dict(zip(others, COLORS.values(), strict=False))
    for name, line in lines.items():
        look = "--" if name == reference else "-"
        ax.plot(x, np.transpose(line), look, color=colors[name], linewidth=1.2, label=name)
    return label_lines(ax)


def label_lines(ax: Axes) -> Axes:
    """Name each line that has a label, in its colour, at the right of the axes.

    A name stands at the height where its line ends, or where it was last in view. Names keep the
    order of these ends, and where they are closer than a row of text they are pushed apart, as
    little as that takes. They stand to the right of the axes, which shrink to make room: no line
    reaches them. Lines of one label have one name, at the median of their ends; a label that
    begins with an underscore is none, as for a legend.

    Args:
        ax: Where the lines are. The names go by the limits and the size that it has now; where
            these change, call this again, and the names move.

    Returns:
        `ax`.

    Raises:
        ValueError: No line with a label is in view, or the names are higher than the axes.

    Example:
        >>> lines = ax.plot([1.0, 2.0], label="network")
        >>> ax = label_lines(ax)
    """
    for old in [text for text in ax.texts if text.get_gid() == NAME_OF_LINE]:
        old.remove()
    figure = ax.get_figure(root=True)
    assert figure
    figure.draw_without_rendering()  # lays the figure out: sizes are final from here
    low, high = sorted(ax.get_ylim())
    ends: dict[str, list[float]] = {}
    colors = {}
    for line in ax.get_lines():
        y = np.asarray(line.get_ydata(), float)
        in_view = y[(low <= y) & (y <= high)]
        if in_view.size and not str(line.get_label()).startswith("_"):
            ends.setdefault(str(line.get_label()), []).append(in_view[-1])
            colors[str(line.get_label())] = line.get_color()
    if not ends:
        raise ValueError("ax must have a line with a label in view; got none")
    right_of_axes = ax.get_yaxis_transform()
    labels = []
    for name, some in sorted(ends.items(), key=lambda item: float(np.median(item[1]))):
        place = 1, float(np.median(some))
        label = ax.annotate(textwrap.fill(name, 16), place, (4, 0), xycoords=right_of_axes)
        label.set(color=colors[name], va="center", anncoords="offset points", gid=NAME_OF_LINE)
        labels.append(label)
    if ax.yaxis_inverted():
        labels.reverse()
    pixels = figure.dpi / 72  # to a point
    heights = [label.get_window_extent().height + 2 * pixels for label in labels]
    if sum(heights) > ax.bbox.height:
        wanted, there = sum(heights) / pixels, ax.bbox.height / pixels
        raise ValueError(f"ax must be {wanted:.0f} points high for its names; got {there:.0f}")
    middles = [right_of_axes.transform(label.xy)[1] for label in labels]
    moved = _apart(middles, heights, ax.bbox.y0, ax.bbox.y1)
    for label, middle, new in zip(labels, middles, moved, strict=True):
        label.xyann = (4, (new - middle) / pixels)
    return ax


def _apart(
    middles: Sequence[float], heights: Sequence[float], low: float, high: float
) -> NDArray[np.float64]:
    """Move boxes as little as keeps them in their order, within bounds and off each other.

    Without the heights below it, each box has a free place; these must not fall from one box to
    the next. Least squares under that condition has a closed form (isotonic regression): the
    largest of the smallest means of the runs of boxes that hold a box.
    """
    count = len(middles)
    below = np.cumsum(heights) - np.asarray(heights) / 2
    free = np.asarray(middles) - below
    placed = [
        max(min(free[i:k].mean() for k in range(j + 1, count + 1)) for i in range(j + 1))
        for j in range(count)
    ]
    moved: NDArray[np.float64] = below + np.clip(placed, low, high - sum(heights))
    return moved


def dots_with_medians(ax: Axes, runs: Mapping[str, ArrayLike]) -> Axes:
    """Draw a row for each set of runs: a ring for each run, a stroke at the median.

    Args:
        ax: Where to draw.
        runs: The results of each set by its name, from the top; ``[runs]`` each.

    Returns:
        `ax`.

    Example:
        >>> ax = dots_with_medians(ax, {"tanh": [0.3, 0.2, 0.4], "ReLU": [0.1, 0.2, 0.9]})
    """
    for row, results in enumerate(runs.values()):
        values = np.asarray(results)
        ax.plot(values, np.full(values.shape, row), "o", color=COLORS["blue"], mfc="none")
        ax.plot(np.median(values), row, "|", color="black", markersize=14, markeredgewidth=1.5)
    ax.set_yticks(range(len(runs)), [textwrap.fill(name, 18) for name in runs])
    ax.set_ylim(len(runs) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    return ax


def ranges_with_medians(ax: Axes, values: Mapping[str, ArrayLike], unit: str) -> Axes:
    """Draw a row for each name: a dot at the median, on a line from least to largest.

    The axis is logarithmic, for values that differ by factors.

    Args:
        ax: Where to draw.
        values: Positive numbers by name, ``[n]`` each; the first name is the top row.
        unit: What the numbers are, for the axis.

    Returns:
        `ax`.

    Raises:
        ValueError: There is no name, or its values are none, not positive or not finite.

    Example:
        >>> ax = ranges_with_medians(ax, {"tanh": [3, 20, 40], "ReLU": [100, 900]}, "steps")
    """
    if not values:
        raise ValueError("values must hold at least one name; got none")
    for row, (name, given) in enumerate(values.items()):
        numbers = np.asarray(given, float)
        if not (numbers.size and np.isfinite(numbers).all() and numbers.min() > 0):
            raise ValueError(f"values of {name!r} must be positive numbers; got {numbers}")
        ends = [numbers.min(), numbers.max()]
        ax.plot(ends, [row, row], color=COLORS["blue"], linewidth=1)
        ax.plot(np.median(numbers), row, "o", color=COLORS["blue"])
    ax.set_yticks(range(len(values)), list(values))
    ax.set(xscale="log", xlabel=unit, ylim=(len(values) - 0.4, -0.6))
    low, high = ax.get_xlim()
    subs = (1, 2, 5) if high < 100 * low else (1,)
    ax.xaxis.set_major_locator(LogLocator(subs=subs))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter("")
    return ax


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
        `ax`.

    Example:
        >>> ax = heat_map(ax, [[1.0, -0.5]], row_labels=["state"], column_labels=["0", "1"])
    """
    matrix = np.asarray(values, float)
    full = max(1.0, float(np.abs(matrix).max()))
    for (row, column), value in np.ndenumerate(matrix):
        color = COLORS["blue"] if value > 0 else COLORS["vermilion"]
        fill = color, FILL_ALPHA * abs(value) / full
        ax.add_patch(Rectangle((column, row), 1, 1, facecolor=fill, linewidth=0))
        ax.text(column + 0.5, row + 0.5, f"{value:z.{decimals}f}", ha="center", va="center")
    rows, columns = matrix.shape
    ax.set(xlim=(0, columns), ylim=(rows, 0))
    ax.set_xticks(np.arange(columns) + 0.5, column_labels)
    ax.set_yticks(np.arange(rows) + 0.5, row_labels)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def tanh_saturation(ax: Axes, preactivations: ArrayLike, reach: float) -> Axes:
    """Mark values on the curve of tanh, above the slope that a gradient passes there.

    Args:
        ax: Where to draw.
        preactivations: What goes into tanh, of any shape.
        reach: How far the axis goes on either side of zero.

    Returns:
        `ax`.

    Example:
        >>> ax = tanh_saturation(ax, [-0.3, 2.5], reach=3.0)
    """
    grid = np.linspace(-reach, reach, 500)
    marks = np.ravel(preactivations)
    slope = COLORS["green"], FILL_ALPHA
    ax.fill_between(grid, 1 - np.tanh(grid) ** 2, facecolor=slope, linewidth=0)
    ax.plot(grid, 1 - np.tanh(grid) ** 2, color=COLORS["green"], linewidth=1, label="slope")
    ax.plot(grid, np.tanh(grid), color=COLORS["blue"], label="tanh")
    ax.plot(marks, np.tanh(marks), "o", color=COLORS["vermilion"], markeredgewidth=0)
    ax.set(xlim=(-reach, reach), ylim=(-1.15, 1.15))
    return label_lines(ax)


def unrolled_network(ax: Axes, steps: int = 3) -> Axes:
    """Draw a recurrent network unrolled in time: one box a step, the same weights in each.

    What belongs to time step t carries the gid `step-<t + 1>`, by which a page can show the steps
    one after the other.

    Args:
        ax: Where to draw; its axis is turned off.
        steps: How many time steps to draw.

    Returns:
        `ax`.

    Example:
        >>> ax = unrolled_network(ax, steps=3)
    """
    blue, vermilion, green = COLORS.values()
    arrows = {
        vermilion: ((0, -1.15), (0, -0.36)),
        blue: ((-1.4, 0), (-0.5, 0)),
        green: ((0, 0.36), (0, 1.2)),
    }
    texts = [(0, 0, r"$\tanh$"), (0.27, -0.77, "$W_x$"), (-0.97, 0.22, "$W_h$")]
    for step in range(steps):
        before, x = set(ax.get_children()), 2.0 * step
        box = FancyBboxPatch((x - 0.5, -0.36), 1, 0.72, "round,pad=0,rounding_size=0.12")
        box.set(facecolor=(blue, FILL_ALPHA / 2), edgecolor=blue, linewidth=1.5)
        ax.add_patch(box)
        for color, ((x0, y0), (x1, y1)) in arrows.items():
            arrow = FancyArrowPatch((x + x0, y0), (x + x1, y1), arrowstyle="-|>")
            arrow.set(color=color, linewidth=1.5, mutation_scale=10)
            ax.add_patch(arrow)
        for right, y, text in [*texts, (0, -1.33, f"$x_{step}$"), (0, 1.4, f"$h_{step}$")]:
            ax.text(x + right, y, text, ha="center", va="center", fontsize=12)
        for artist in set(ax.get_children()) - before:
            artist.set_gid(f"step-{step + 1}")
    ax.text(-1.45, 0, "$h_{-1}$", ha="right", va="center", fontsize=13)
    ax.set(xlim=(-2.0, 2.0 * steps - 1.2), ylim=(-1.6, 1.65), aspect="equal")
    ax.axis("off")
    return ax
