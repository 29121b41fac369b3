"""Each page loads the style sheets that it needs, and no others.

Style sheets hold back the first paint: a page without formulas or code cells does not wait for
those of KaTeX and MyST-NB.  sphinx-exercise's would style what `answers` draws in another way.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from myst_nb.sphinx_ext import add_global_html_resources
from sphinx.application import Sphinx

# Part of a style sheet's name, and what a page that needs it holds.
NEEDS = {"katex": 'class="katex"', "mystnb": 'class="cell', "exercise.css": None}


def choose(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Leave out the style sheets that the page's contents have no use for."""
    body = context.get("body") or ""
    idle = [name for name, sign in NEEDS.items() if sign is None or sign not in body]
    context["css_files"] = [
        sheet
        for sheet in context["css_files"]
        if not any(name in str(sheet.filename) for name in idle)
    ]


def put_early(app: Sphinx) -> None:
    """Put MyST-NB's style sheet in its place before pages are written, not after.

    Sphinx adds a checksum to the address of a file that is there. With the file put last, a first
    build had none, and the next build of the same pages had one.
    """
    Path(app.outdir, "_static").mkdir(parents=True, exist_ok=True)
    add_global_html_resources(app, None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Work after all extensions and the theme have added theirs."""
    app.connect("builder-inited", put_early)
    app.connect("html-page-context", choose, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
