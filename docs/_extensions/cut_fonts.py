"""Icons and mathematical fonts, cut to the glyphs that the site uses.

The theme brings 2,000 icons, and a rule for each in its style sheet; KaTeX brings 20 fonts.  When
the pages are written, what they use is known: the rest goes.
"""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

THEME_STYLES = "_static/styles/pydata-sphinx-theme.css"
ICON_FONTS = "_static/vendor/fontawesome/webfonts"
FORMULA_FONTS = "_static/vendor/katex/fonts"
ICON_RULE = re.compile(r'([^{}]*)\{--fa:"\\([0-9a-f]+) ?"\}')
ICON_NAME = re.compile(r"\bfa-[a-z0-9-]+")
# Icons that the theme's style sheet itself puts before admonitions and links.
STYLE_ICON = re.compile(r'--pst-icon-[\w-]+:"([^"])"')
TAG = re.compile(r"<[^>]*>")


def cut_styles(styles: str, names: set[str]) -> tuple[str, set[int]]:
    """Return the theme's style sheet without the rules of idle icons, and the code points left."""
    codes = {ord(icon) for icon in STYLE_ICON.findall(styles)}

    def keep_or_drop(rule: re.Match[str]) -> str:
        selectors = {selector.strip().removeprefix(".") for selector in rule[1].split(",")}
        if selectors.isdisjoint(names):
            return ""
        codes.add(int(rule[2], 16))
        return rule[0]

    return ICON_RULE.sub(keep_or_drop, styles), codes


def cut_font(path: Path, codes: set[int], cache: Path) -> None:
    """Cut a font file to the glyphs of some code points; what was cut before is taken from cache."""
    original = path.read_bytes()
    key = hashlib.sha256(original + repr(sorted(codes)).encode()).hexdigest()
    kept = cache / f"{key}.woff2"
    if not kept.is_file():
        options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
        font = TTFont(BytesIO(original), recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        font.flavor = "woff2"
        cache.mkdir(parents=True, exist_ok=True)
        font.save(kept)
    path.write_bytes(kept.read_bytes())


def cut(app: Sphinx, exception: Exception | None) -> None:
    """Cut what the finished site does not use."""
    if exception is not None or app.builder.format != "html":
        return
    site, cache = Path(app.outdir), Path(app.doctreedir) / "fonts"
    pages = [path.read_text("utf-8") for path in sorted(site.rglob("*.html"))]
    names = {name for page in pages for name in ICON_NAME.findall(page)}
    styles = site / THEME_STYLES
    text, icons = cut_styles(styles.read_text("utf-8"), names)
    styles.write_text(text, "utf-8")
    for path in sorted((site / ICON_FONTS).glob("*.woff2")):
        cut_font(path, icons, cache)
    # What the text around the formulas adds is a few letters, which formulas mostly use as well.
    texts = (TAG.sub("", page) for page in pages if 'class="katex"' in page)
    characters = {ord(character) for character in set().union(*texts)}
    for path in sorted((site / FORMULA_FONTS).glob("*.woff2")):
        cut_font(path, characters, cache)


def setup(app: Sphinx) -> dict[str, bool]:
    """Work when the pages and the theme's files are all there."""
    app.connect("build-finished", cut)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
