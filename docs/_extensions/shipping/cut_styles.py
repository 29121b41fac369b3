"""The theme's style sheet, cut to the rules that the site can use.

It brings all of Bootstrap and a rule for each of 2,000 icons, and holds back the first paint of
every page.  When the pages are written, all class names that can occur are known, because each is
a word of a page or of a script: a rule that asks for another applies to nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

THEME_STYLES = "styles/pydata-sphinx-theme.css"
WORD = re.compile(r"[A-Za-z_][\w-]*")
RULE = re.compile(r"(\s*(?:/\*.*?\*/\s*)?)([^{}]+)(\{[^{}]*\})", re.DOTALL)
COMMA = re.compile(r",(?![^()]*\))")  # between selectors, not inside :is(...)
CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
# What stands in these is no condition that one class name decides.
FUNCTION = re.compile(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)")
EMPTY_GROUP = re.compile(r"@(?:media|supports)[^{}]*\{\s*\}")


def cut_styles(styles: str, words: set[str]) -> str:
    """Return a style sheet without the selectors that ask for a class which is no word."""

    def cut(rule: re.Match[str]) -> str:
        comment, selectors, declarations = rule.groups()
        if selectors.startswith("@"):
            return rule[0]
        kept = [
            selector
            for selector in COMMA.split(selectors)
            if words.issuperset(CLASS.findall(FUNCTION.sub("", selector)))
        ]
        return comment + ",".join(kept) + declarations if kept else comment

    return EMPTY_GROUP.sub("", RULE.sub(cut, styles))


def source_of(app: Sphinx, path: str) -> Path:
    """Return the file that Sphinx copies to a path below `_static`: ours, or else the theme's."""
    ours = [Path(app.confdir, folder) for folder in app.config.html_static_path]
    theme = app.builder.theme  # type: ignore[attr-defined]
    theirs = [Path(folder, "static") for folder in theme.get_theme_dirs()]
    return next(folder / path for folder in [*ours, *theirs] if (folder / path).is_file())


def cut(app: Sphinx, exception: Exception | None) -> None:
    """Cut what the finished site does not use."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    files = [*site.rglob("*.html"), *site.glob("_static/**/*.js")]
    words = {word for path in files for word in WORD.findall(path.read_text("utf-8"))}
    styles = source_of(app, THEME_STYLES).read_text("utf-8")
    (site / "_static" / THEME_STYLES).write_text(cut_styles(styles, words), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Work when all is written, before the fonts are cut to the icons that are left (500)."""
    app.connect("build-finished", cut, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
