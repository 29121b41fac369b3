"""The plain forms of what `rnnlab.plotting` has."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from rnnlab.plotting import COLORS


def named_lines(ax, x, lines, reference=""):
    """Draw lines, each with its name in its colour where it ends."""
    colors = iter(COLORS.values())
    for name, line in lines.items():
        color, look = "black", "--"
        if name != reference:
            color, look = next(colors), "-"
        ax.plot(x, np.transpose(line), look, color=color, linewidth=1.2)
        end = np.ravel(x)[-1], np.median(np.atleast_2d(line), axis=0)[-1]
        place = {"xytext": (6, 0), "textcoords": "offset points"}
        ax.annotate(name, end, **place, color=color, va="center")
    return ax


def dots_with_medians(ax, runs):
    """Draw a ring for each run, and a stroke at the median of each row."""
    for row, found in enumerate(runs.values()):
        at, blue = [row] * len(found), COLORS["blue"]
        ax.plot(found, at, "o", color=blue, mfc="none")
        ax.plot(np.median(found), row, "|", c="black", ms=14, mew=1.5)
    names = [textwrap.fill(name, 18) for name in runs]
    ax.set_yticks(range(len(runs)), names)
    ax.set_ylim(len(runs) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    return ax


def heat_map(ax, values, row_labels, column_labels, decimals=2):
    """Draw a matrix as cells that hold their values."""
    matrix = np.asarray(values, float)
    full = max(1, np.abs(matrix).max())
    for (row, column), value in np.ndenumerate(matrix):
        color = COLORS["blue"] if value > 0 else COLORS["vermilion"]
        fill = color, 0.5 * abs(value) / full
        ax.add_patch(plt.Rectangle((column, row), 1, 1, fc=fill, lw=0))
        place, text = (column + 0.5, row + 0.5), f"{value:z.{decimals}f}"
        ax.text(*place, text, ha="center", va="center")
    rows, columns = matrix.shape
    ax.set(xlim=(0, columns), ylim=(rows, 0))
    ax.set_xticks(np.arange(columns) + 0.5, column_labels)
    ax.set_yticks(np.arange(rows) + 0.5, row_labels)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def label_lines(ax):
    """Name each line that has a label, in its colour, where it ends."""
    for name, line in {line.get_label(): line for line in ax.lines}.items():
        if not name.startswith("_"):
            place = {"xytext": (6, 0), "textcoords": "offset points"}
            look = {"color": line.get_color(), "va": "center"}
            ax.annotate(name, line.get_xydata()[-1], **place, **look)
    return ax
