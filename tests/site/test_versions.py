"""Hosted: released versions beside the latest, each page linked with itself in the others."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from shipping.versions import gather, newest_patches, pack

from .checks import page_load as check
from .checks.page_use import AXE, axe
from .tools.browser import served
from .tools.small_site import SmallSite

DOCS = Path(__file__).parents[2] / "docs"
EXTENSIONS = ("shipping.content_policy", "shipping.site_address", "shipping.cut_fonts")
SETTINGS = {
    "html_theme": "sphinx_book_theme",
    "html_baseurl": "https://example.org/course/",
    "templates_path": [str(DOCS / "_templates")],
    "html_static_path": [str(DOCS / "_static")],
    "html_css_files": ["site.css"],
    "html_js_files": [("site.js", {"defer": "defer"})],
    "html_title": "rnnlab",
    "html_favicon": str(DOCS / "_static" / "favicon.svg"),
    "version": "0.9.0",
    "html_sidebars": {"**": ["navbar-logo.html", "sbt-sidebar-nav.html"]},
    "html_theme_options": {"navbar_persistent": [], "back_to_top_button": False},
    "html_context": {"default_mode": "auto"},
}


def built(folder: Path, *pages: str, **settings: str) -> Path:
    """Build a site; return the folder that holds it as `html`."""
    folder.mkdir()
    site = SmallSite(folder, *EXTENSIONS, **SETTINGS)
    for page in pages:
        site.page(page, f"# {page}\n\nText.\n\n## Section\n\nText.\n")
    site.page("index", "# Title\n\n```{toctree}\n" + "\n".join(pages) + "\n```\n")
    assert site.build(**settings) == ""
    return site.source / "_build"


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a host serves it: the latest, and two versions, one of them with a patch."""
    folder = tmp_path_factory.mktemp("versions")
    old = built(folder / "old", "a/page", "a/gone")
    archives = [pack(old, version) for version in ("0.9.1", "0.10.0", "0.9.0")]
    gather(built(folder / "new", "a/page", "a/added") / "html", archives, folder / "hosted")
    return folder / "hosted"


@pytest.fixture
def at(hosted: Path, browser: Browser) -> Iterator[tuple[str, Browser]]:
    with served(hosted) as address:
        yield address, browser


def test_the_switcher_lists_all_versions_and_leads_to_the_same_page(
    at: tuple[str, Browser],
) -> None:
    root, browser = at
    with check.visit(browser, f"{root}a/page.html") as seen:
        switcher = seen.page.get_by_role("navigation", name="Versions of this site")
        assert seen.page.locator(".old-version").count() == 0
        switcher.get_by_text("Version: latest").click()
        assert switcher.get_by_role("link").all_inner_texts() == ["latest", "0.10", "0.9"]
        assert switcher.locator("[aria-current=true]").all_inner_texts() == ["latest"]
        switcher.get_by_role("link", name="0.9").click()
        seen.page.wait_for_url(f"{root}v0.9/a/page.html")
        switcher.get_by_text("Version: 0.9").click()
        switcher.get_by_role("link", name="latest").click()
        seen.page.wait_for_url(f"{root}a/page.html")
        assert check.quiet(seen) == []


def test_an_old_page_says_so_and_leads_to_the_latest(at: tuple[str, Browser]) -> None:
    root, browser = at
    for name in ("index.html", "a/page.html", "search.html"):
        with check.visit(browser, f"{root}v0.9/{name}") as seen:
            said = seen.page.locator(".old-version")
            assert "This page is of version 0.9, an old one." in said.inner_text()
            assert check.quiet(seen) + check.weight(seen) + check.steadiness(seen) == []
            assert check.upright(seen) == []
            said.get_by_role("link").click()
            seen.page.wait_for_url(root + name)


def test_where_a_version_has_no_such_page_its_first_one_is_offered(
    at: tuple[str, Browser],
) -> None:
    root, browser = at
    with check.visit(browser, f"{root}v0.10/a/gone.html") as seen:
        assert "version 0.10, the newest release." in seen.page.inner_text(".old-version")
        assert "The latest version has no such page" in seen.page.inner_text(".old-version")
        seen.page.locator(".old-version a").click()
        seen.page.wait_for_url(f"{root}index.html")
    with check.visit(browser, f"{root}a/added.html") as seen:
        seen.page.locator(".versions summary").click()
        seen.page.get_by_role("link", name="0.9 (its first page)").click()
        seen.page.wait_for_url(f"{root}v0.9/index.html")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_everyone_can_use_it(at: tuple[str, Browser], colours: str) -> None:
    root, browser = at
    with check.visit(browser, f"{root}v0.9/a/page.html", colours=colours) as seen:
        seen.page.locator(".versions summary").click()
        seen.page.evaluate(AXE)
        assert axe(seen.page) == []


def test_from_a_folder_nothing_is_asked_for_and_all_links_lead_to_files(
    hosted: Path, browser: Browser
) -> None:
    for name in ("a/page.html", "v0.9/a/page.html", "v0.10/a/gone.html"):
        path = hosted / name
        with check.visit(browser, path.as_uri()) as seen:
            assert all(url.startswith("file:") for url in seen.sizes)
            assert check.quiet(seen) == []
            links = seen.page.locator(".versions a, .old-version a")
            for href in links.evaluate_all("links => links.map((link) => link.href)"):
                assert (hosted / href.removeprefix(f"{hosted.as_uri()}/")).is_file(), href


def test_without_an_address_there_is_neither_switcher_nor_room_for_one(tmp_path: Path) -> None:
    build = built(tmp_path / "local", "a/page", html_baseurl="")
    for path in (build / "html").rglob("*.html"):
        assert not re.search('<!-- version|class="(versions|old-)', path.read_text("utf-8")), path
    with pytest.raises(SystemExit, match="built without its address: set RNNLAB_SITE_URL"):
        pack(build, "0.9.0")
    with pytest.raises(SystemExit, match="no page of version latest has room"):
        gather(build / "html", [], tmp_path / "hosted")


def test_before_the_first_release_the_latest_stands_alone(tmp_path: Path) -> None:
    build = built(tmp_path / "first", "a/page")
    assert gather(build / "html", [], tmp_path / "hosted") == ["latest"]
    page = (tmp_path / "hosted" / "a" / "page.html").read_text("utf-8")
    assert page == (build / "html" / "a" / "page.html").read_text("utf-8")
    assert '<nav class="versions"' not in page


def test_of_the_patches_of_a_version_the_newest_is_kept() -> None:
    names = ("1.9.0", "1.10.2", "1.9.10", "1.9.9")
    chosen = newest_patches([Path(f"rnnlab-site-{name}.tar.gz") for name in names])
    assert list(chosen) == ["1.10", "1.9"]
    assert chosen["1.9"].name == "rnnlab-site-1.9.10.tar.gz"


def test_what_is_no_released_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"site-1\.tar\.gz is not named as an archive"):
        newest_patches([Path("site-1.tar.gz")])
    with pytest.raises(SystemExit, match=r"three numbers, not 1\.0\.0rc1"):
        pack(tmp_path, "1.0.0rc1")


def test_an_archive_writes_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!-- versions -->")
    outside = tmp_path / "rnnlab-site-1.0.0.tar.gz"
    with tarfile.open(outside, "w:gz") as archive:
        archive.add(__file__, "../../outside.html")
    with pytest.raises(tarfile.OutsideDestinationError):
        gather(tmp_path / "site", [outside], tmp_path / "hosted")
    assert not list(tmp_path.rglob("outside.html"))
