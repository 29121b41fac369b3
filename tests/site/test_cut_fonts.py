"""Fonts hold the glyphs in use and no others, and are the same in every build."""

from __future__ import annotations

from pathlib import Path

import pydata_sphinx_theme
import pytest
from fontTools.ttLib import TTFont

from shipping.cut_fonts import FORMULA_FONTS, ICON_FONTS, cut_font, icons

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
OURS = Path(__file__).parents[2] / "docs" / "_static"


def test_the_icons_of_a_style_sheet_are_known() -> None:
    styles = '.fa-bars{--fa:"\\f0c9"}:root{--pst-icon-info:"\uf05a";--pst-icon-tip:var(--x)}'
    assert icons(styles) == {0xF0C9, 0xF05A}


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        (THEME / ICON_FONTS / "fa-solid-900.woff2", {0xF0C9}),
        (OURS / FORMULA_FONTS / "KaTeX_Main-Regular.woff2", {ord(letter) for letter in "tanh(=)"}),
    ],
)
def test_a_font_keeps_the_glyphs_in_use(path: Path, codes: set[int], tmp_path: Path) -> None:
    cut = cut_font(path, codes, tmp_path / "first")
    assert cut == cut_font(path, codes, tmp_path / "second")
    assert len(cut) < 0.2 * path.stat().st_size
    (tmp_path / "cut.woff2").write_bytes(cut)
    assert set(TTFont(tmp_path / "cut.woff2").getBestCmap()) == codes


def test_a_font_that_was_cut_before_comes_from_the_cache(tmp_path: Path) -> None:
    source = OURS / FORMULA_FONTS / "KaTeX_Size2-Regular.woff2"
    cut_font(source, {ord("(")}, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"from the cache")
    assert cut_font(source, {ord("(")}, tmp_path) == b"from the cache"
    assert cut_font(source, {ord("("), ord(")")}, tmp_path) != b"from the cache"
