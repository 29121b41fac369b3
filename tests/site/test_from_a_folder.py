"""The site opened from a folder, where a browser lets pages read no other file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from playwright.sync_api import Browser

from .checks import page_load as check
from .tools.browser import SITE, pages


def page_with(text: str) -> Path:
    return next(SITE / name for name in pages() if text in (SITE / name).read_text("utf-8"))


def path_of(address: str) -> Path:
    return Path(url2pathname(address.removeprefix("file:")))


@pytest.fixture
def seen(browser: Browser) -> Iterator[check.Visit]:
    """Give a page of the folder that has cells; it must be without errors at the end as well."""
    with check.visit(browser, page_with('class="copy-script"').as_uri()) as seen:
        assert check.quiet(seen) == []
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield seen
        assert check.quiet(seen) == []


def test_a_cell_is_copied_as_a_script(seen: check.Visit) -> None:
    first, second, *_ = seen.page.locator("button.copy-script").all()
    for button in (first, second):
        button.click()
        seen.page.wait_for_function(
            "(button) => button.textContent === 'Copied'", arg=button.element_handle()
        )
        program = path_of(button.get_attribute("data-program") or "")
        copied = seen.page.evaluate("navigator.clipboard.readText()")
        assert copied == program.read_text("utf-8")


def test_a_program_that_cannot_be_read_can_be_opened(browser: Browser) -> None:
    with check.visit(browser, page_with('class="copy-script"').as_uri()) as seen:
        seen.page.route("**/*.py.js", lambda route: route.abort())
        seen.page.locator("button.copy-script").first.click()
        seen.page.get_by_role("link", name="Not copied: open the script").click()
        seen.page.wait_for_url("**/*.py")


@pytest.mark.parametrize(
    "what", ["Notebook with outputs", "Whole page as a script", "Source (Markdown)"]
)
def test_what_is_offered_is_downloaded(seen: check.Visit, what: str) -> None:
    here = seen.page.url
    for _ in range(2):
        seen.page.get_by_role("button", name="Download this page").click()
        link = seen.page.get_by_role("link", name=what)
        address = str(link.evaluate("link => link.href"))
        with seen.page.expect_download(timeout=10_000) as download:
            link.click()
        if address.startswith("file:"):
            file = path_of(address)
        assert download.value.suggested_filename == file.name
        assert Path(download.value.path()).read_bytes() == file.read_bytes()
        assert seen.page.url == here


def test_the_search_shows_excerpts(seen: check.Visit) -> None:
    seen.page.goto((SITE / "search.html").as_uri() + "?q=network")
    seen.page.get_by_text("Search finished").wait_for()
    results = seen.page.locator("#search-results li:not(.kind-object)")
    assert results.count() > 1
    for result in results.all():
        result.locator(".context").wait_for()
        assert "network" in result.inner_text().lower()
    to_a_section = results.filter(has=seen.page.locator("a[href*='#']")).first
    excerpt = to_a_section.locator(".context").inner_text().removeprefix("...")
    to_a_section.locator("a").click()
    section = seen.page.locator(f"[id='{urlsplit(seen.page.url).fragment}']")
    assert " ".join(excerpt.split()[1:6]) in " ".join((section.text_content() or "").split())
