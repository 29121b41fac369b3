"""A site of a few lines, built in this process with some of our extensions."""

from __future__ import annotations

import warnings
from io import StringIO
from pathlib import Path
from typing import Any

from sphinx.testing.util import SphinxTestApp

OTHERS = "sphinx.ext.napoleon|sphinx_book_theme|pydata_sphinx_theme|sphinx_exercise|myst_nb"
SETTINGS = {
    "html_theme": "basic",
    "html_math_renderer": "katex",
    "myst_enable_extensions": ["dollarmath", "colon_fence"],
    "myst_update_mathjax": False,
    "nb_execution_mode": "off",
    "numfig": True,
}


class SmallSite:
    """A folder of pages; `build` gives the warnings, `html` what was written."""

    def __init__(self, folder: Path, *extensions: str, **settings: Any) -> None:
        self.source = folder / "docs"
        self.source.mkdir()
        self.settings = SETTINGS | settings
        self.settings["extensions"] = ["myst_nb", "showing.mathematics", *extensions]
        (self.source / "conf.py").touch()

    def page(self, name: str, text: str) -> None:
        """Write a page."""
        path = self.source / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    def build(self, **settings: Any) -> str:
        """Build what changed; return all warnings."""
        said = StringIO()
        with warnings.catch_warnings():
            # Extensions and themes of others are behind Sphinx in places; ours are not.
            warnings.filterwarnings("ignore", category=PendingDeprecationWarning, module=OTHERS)
            app = SphinxTestApp(
                "html", srcdir=self.source, warning=said, confoverrides=self.settings | settings
            )
            try:
                app.build()
            finally:
                app.cleanup()
        return said.getvalue()

    def html(self, name: str) -> str:
        """Return a written file."""
        return (self.source / "_build" / "html" / name).read_text("utf-8")

    @property
    def files(self) -> set[str]:
        """What lies at the top of the site."""
        return {path.name for path in (self.source / "_build" / "html").iterdir()}
