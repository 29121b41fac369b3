"""What a link to the site shows where it is shared: a picture, and each page's description.

The picture is drawn from the site's own material, the series of the lab and the window that a
network sees of it.  It needs an absolute address: the extension is for sites whose address is set.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from docutils import nodes
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sphinx.application import Sphinx

CARD = "_static/social-card.png"
GROUND, TEXT, MUTED = "#0b2a3f", "#ffffff", "#b9cbd8"
SERIES, WINDOW = "#6cc3f5", "#f2b05e"


def draw(path: Path, *, site: str, title: str) -> None:
    """Draw a card of 1200 x 630 pixels."""
    with style.context("default"):  # whatever style the build has been given for its pages
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=GROUND)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.04, 1.0, 0.42))
        axes.set_axis_off()
        axes.margins(x=0.02)
        time = np.arange(0, 30, 0.02)
        series = time * np.sin(time) / 3 + 2 * np.sin(5 * time)
        axes.plot(time, series, color=SERIES, linewidth=2.5)
        seen = (time >= 12.2) & (time <= 14.2)  # the lab's test window: 20 steps of 0.1
        axes.plot(time[seen], series[seen], color=WINDOW, linewidth=5)
        text: dict[str, Any] = {"family": "DejaVu Sans", "x": 0.05, "verticalalignment": "top"}
        figure.text(y=0.92, s=site, color=MUTED, fontsize=24, **text)
        figure.text(y=0.81, s=fill(title, 34), color=TEXT, fontsize=42, weight="bold", **text)
        figure.savefig(path, facecolor=GROUND, metadata={"Software": None})


def write_card(app: Sphinx, exception: Exception | None) -> None:
    """Put the card into the site."""
    if exception is None and app.builder.format == "html" and app.config.html_baseurl:
        title = app.env.titles[app.config.root_doc].astext()
        draw(Path(app.outdir) / CARD, site=app.config.project, title=title)


def describe(app: Sphinx, document: nodes.document) -> None:
    """Hand a page's own description to sphinxext-opengraph, which would take its first words."""
    for meta in document.findall(nodes.meta):
        if meta.get("name") == "description":
            app.env.metadata[app.env.docname]["og:description"] = meta["content"]


def setup(app: Sphinx) -> dict[str, bool]:
    """Describe pages when they are read, draw when they are written."""
    app.connect("doctree-read", describe)
    app.connect("build-finished", write_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
