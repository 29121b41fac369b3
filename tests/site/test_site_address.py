"""With an address the site says where it stands; without one it points nowhere."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from PIL import Image

from copying.programs import write_wheel

from .tools.small_site import SmallSite

BASE = "https://example.org/course/"
ROOT = Path(__file__).parents[2]


def small_site(folder: Path) -> SmallSite:
    templates = ROOT / "docs" / "_templates"
    extensions = ("shipping.site_address", "shipping.social_card")
    settings = {"templates_path": [str(templates)], "html_theme": "sphinx_book_theme"}
    site = SmallSite(folder, *extensions, **settings)
    site.page("index", "# Title\n\n```{toctree}\na/page\n```\n")
    site.page("a/page", "# Page\n")
    return site


def test_without_an_address_nothing_points_anywhere(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    assert site.build() == ""
    assert {"404.html"} <= site.files
    assert site.files.isdisjoint({"sitemap.xml", "robots.txt"})
    assert 'href="index.html"' in site.html("404.html")
    assert "canonical" not in site.html("index.html")


def test_with_an_address_all_pages_are_listed_in_every_build(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    for text in ("# Page\n", "# Page\n\nChanged.\n"):  # the second build writes one page alone
        site.page("a/page", text)
        assert site.build(html_baseurl=BASE) == ""
        tree = ElementTree.fromstring(site.html("sitemap.xml"))
        assert [entry[0].text for entry in tree] == [f"{BASE}a/page.html", f"{BASE}index.html"]
    assert f"Sitemap: {BASE}sitemap.xml" in site.html("robots.txt")
    assert f'<link rel="canonical" href="{BASE}a/page.html" />' in site.html("a/page.html")
    assert 'href="/course/index.html"' in site.html("404.html")
    with Image.open(site.source / "_build" / "html" / "_static" / "social-card.png") as card:
        assert card.size == (1200, 630)


@pytest.mark.parametrize("base", ["", BASE])
def test_the_wheel_shows_the_picture_of_the_site_if_there_is_one(tmp_path: Path, base: str) -> None:
    builder, config = SimpleNamespace(format="html"), SimpleNamespace(html_baseurl=base)
    app = SimpleNamespace(confdir=ROOT / "docs", outdir=tmp_path, builder=builder, config=config)
    write_wheel(app, None)
    (wheel,) = tmp_path.glob("wheels/*.whl")
    (name,) = (name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("METADATA"))
    (picture,) = re.findall(r"!\[.*?\]\((.*?)\)", zipfile.ZipFile(wheel).read(name).decode())
    assert picture == (f"{BASE}_static/readme.png" if base else "docs/_static/readme.png")
    assert (ROOT / "docs" / "_static" / "readme.png").is_file()
