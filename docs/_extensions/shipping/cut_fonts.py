"""Icons and mathematical fonts, cut to the glyphs that the site uses.

The theme brings 2,000 icons and KaTeX 20 fonts.  When the pages are written, what they use is
known: the rest goes.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

from shipping.cut_styles import THEME_STYLES

ICON_FONTS = "vendor/fontawesome/webfonts"
FORMULA_FONTS = "vendor/katex/fonts"
# The icons of the rules that are left, and those before admonitions and links.
ICON = re.compile(r'--(?:fa|pst-icon-[\w-]+):"(?:\\([0-9a-f]+) ?|([^"]))"')
TAG = re.compile(r"<[^>]*>")


def icons(styles: str) -> set[int]:
    """Return the code points of the icons that a style sheet can show."""
    return {int(code, 16) if code else ord(icon) for code, icon in ICON.findall(styles)}


def cut_font(source: Path, codes: set[int], cache: Path) -> bytes:
    """Return a font with the glyphs of some code points; the cache has it if it was cut before."""
    key = hashlib.sha256(source.read_bytes() + repr(sorted(codes)).encode()).hexdigest()
    kept = cache / f"{key}.woff2"
    if not kept.is_file():
        font = TTFont(source, recalcTimestamp=False)
        subsetter = subset.Subsetter(subset.Options(layout_features=["*"], notdef_outline=True))
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        font.flavor = "woff2"
        cache.mkdir(parents=True, exist_ok=True)
        font.save(kept)
    return kept.read_bytes()


def cut(app: Sphinx, exception: Exception | None) -> None:
    """Cut what the finished site does not use."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    pages = [path.read_text("utf-8") for path in site.rglob("*.html")]
    # What the text around the formulas adds is a few letters, which formulas mostly use as well.
    texts = (TAG.sub("", page) for page in pages if 'class="katex"' in page)
    characters = {ord(character) for character in set().union(*texts)}
    styles = (site / "_static" / THEME_STYLES).read_text("utf-8")
    for folder, codes in {ICON_FONTS: icons(styles), FORMULA_FONTS: characters}.items():
        for path in (site / "_static" / folder).glob("*.woff2"):  # Sphinx has copied them anew
            path.write_bytes(cut_font(path, codes, Path(app.doctreedir) / "fonts"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Work when the pages and the theme's files are all there."""
    app.setup_extension("shipping.cut_styles")
    app.connect("build-finished", cut)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
