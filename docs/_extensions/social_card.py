"""The picture that a link to the site shows where it is shared.

Drawn from the site's own material: the series of the lab, and the window that a network sees.
Only drawn when the site's address is set: such pictures need an absolute address.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sphinx.application import Sphinx

CARD = "_static/social-card.png"
GROUND, TEXT, MUTED = "#0b2a3f", "#ffffff", "#b9cbd8"
SERIES, WINDOW = "#6cc3f5", "#f2b05e"


def draw(path: Path, *, title: str, subtitle: str) -> None:
    """Draw a card of 1200 x 630 pixels."""
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=GROUND)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.06, 1.0, 0.5))
    axes.set_axis_off()
    time = np.arange(0, 30, 0.02)
    series = time * np.sin(time) / 3 + 2 * np.sin(5 * time)
    axes.plot(time, series, color=SERIES, linewidth=2.5)
    seen = (time >= 12.2) & (time <= 14.2)  # the lab's test window: 20 steps of 0.1
    axes.plot(time[seen], series[seen], color=WINDOW, linewidth=5)
    axes.margins(x=0.02)
    figure.text(0.05, 0.79, title, color=TEXT, fontsize=44, fontweight="bold", family="DejaVu Sans")
    figure.text(0.05, 0.68, subtitle, color=MUTED, fontsize=22, family="DejaVu Sans")
    figure.savefig(path, facecolor=GROUND, metadata={"Software": None})


def write_card(app: Sphinx, exception: Exception | None) -> None:
    """Put the card into the site."""
    if exception is None and app.builder.format == "html" and app.config.html_baseurl:
        draw(Path(app.outdir) / CARD, title=app.config.project, subtitle=app.config.html_title)


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw when the pages are written."""
    app.connect("build-finished", write_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
