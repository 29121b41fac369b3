"""The theme's style sheet, cut to the rules that the site can use.

It brings all of Bootstrap and a rule for each of 2,000 icons, and holds back the first paint of
every page.  When the pages are written, all class names that can occur are known, because each is
a word of a page or of a script: a rule that asks for another applies to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx
from tinycss2.ast import LiteralToken, Node

THEME_STYLES = "styles/pydata-sphinx-theme.css"
COMMA = LiteralToken(1, 1, ",")
WORD = re.compile(r"[A-Za-z_][\w-]*")


def cut_styles(styles: str, words: set[str]) -> str:
    """Return a style sheet without the selectors that ask for a class which is no word."""
    return str(tinycss2.serialize(cut_rules(tinycss2.parse_stylesheet(styles), words)))


def cut_rules(rules: Iterable[Node], words: set[str]) -> Iterator[Node]:
    """Yield the rules that can apply, with the selectors that can."""
    for rule in rules:
        if rule.type == "qualified-rule":
            parts = groupby(rule.prelude, key=lambda token: token == ",")
            selectors = [list(one) for is_comma, one in parts if not is_comma]
            kept = [one for one in selectors if classes(one) <= words]
            rule.prelude = [token for one in kept for token in (COMMA, *one)][1:]
            if kept:
                yield rule
        elif rule.type == "at-rule" and rule.at_keyword in {"media", "supports"}:
            inner = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
            rule.content = list(cut_rules(inner, words))
            if rule.content:
                yield rule
        else:
            yield rule


def classes(selector: list[Node]) -> set[str]:
    """Return the classes that a selector asks for; what a function holds, as :not, is no demand."""
    return {name.value for dot, name in pairwise(selector) if dot == "." and name.type == "ident"}


def cut(app: Sphinx, exception: Exception | None) -> None:
    """Cut what the finished site does not use."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    files = [*site.rglob("*.html"), *site.glob("_static/**/*.js")]
    words = {word for path in files for word in WORD.findall(path.read_text("utf-8"))}
    path = site / "_static" / THEME_STYLES  # Sphinx copies it anew in every build
    path.write_text(cut_styles(path.read_text("utf-8"), words), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Work when all is written, before the fonts are cut to the icons that are left (500)."""
    app.connect("build-finished", cut, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
