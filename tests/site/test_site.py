"""The site as a whole: search, folds, missing pages, paper, no scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .checks import page_load as check
from .tools.browser import SITE, pages

ANSWER = re.compile(r'<div class="solution" id="([^"]+)"')


def page_with(pattern: str) -> str:
    """Return the first page whose source has what is wanted."""
    found = (name for name in pages() if re.search(pattern, (SITE / name).read_text("utf-8")))
    name = next(found, None)
    if name is None:
        pytest.skip(f"no page has {pattern}")
    return name


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_the_search_finds_pages_and_shows_where(window: Page, root: str) -> None:
    window.goto(f"{root}search.html")
    window.locator("main input[type=search]").fill("network")
    window.keyboard.press("Enter")
    results = window.locator("#search-results ul.search li")
    results.first.wait_for()
    assert results.count() > 0
    window.locator("#search-results .context").first.wait_for()  # an excerpt of the page
    found = results.first.locator("a").first
    title = found.inner_text()
    found.click()
    window.wait_for_url(re.compile(r"highlight=network|#|(?<!search)\.html$"))
    assert window.locator("h1").first.inner_text().startswith(title)


def test_the_search_is_reached_from_any_page(browser: Browser, root: str) -> None:
    with check.visit(browser, f"{root}index.html") as seen:
        seen.page.keyboard.press("Control+k")
        seen.page.keyboard.type("network")
        seen.page.keyboard.press("Enter")
        seen.page.locator("#search-results ul.search li").first.wait_for()
        assert check.quiet(seen) == []


def test_a_missing_address_gets_a_page_of_ours_at_any_depth(window: Page, root: str) -> None:
    response = window.goto(f"{root}no/such/page.html")
    assert response is not None
    assert response.status == 404
    assert window.locator("h1").inner_text() == "There is no page here"
    assert window.evaluate("getComputedStyle(document.body).maxWidth") != "none"  # its own style


def test_a_link_to_an_answer_opens_it(window: Page, root: str) -> None:
    name = page_with(ANSWER.pattern)
    for answer in ANSWER.findall((SITE / name).read_text("utf-8")):
        window.goto(f"{root}{name}#{answer}")
        assert window.locator(f"[id='{answer}']").is_visible()
        window.goto("about:blank")


def test_what_is_found_in_an_answer_opens_it(window: Page, root: str) -> None:
    """A text fragment and the browser's find-in-page reveal folds by the same rule."""
    name = page_with(ANSWER.pattern)
    window.goto(f"{root}{name}")
    assert window.locator("details.answer[open]").count() == 0
    words = window.locator("details.answer p").first.text_content() or ""
    start = " ".join(words.split()[:3])
    window.goto("about:blank")
    window.goto(f"{root}{name}#:~:text={start.replace(' ', '%20').replace(',', '%2C')}")
    window.wait_for_function("document.querySelector('details.answer').open")


def test_answers_open_by_keyboard(window: Page, root: str) -> None:
    window.goto(f"{root}{page_with(ANSWER.pattern)}")
    window.locator("details.answer > summary").first.focus()
    window.keyboard.press("Enter")
    assert window.locator("details.answer").first.get_attribute("open") is not None


def test_the_skip_link_leads_to_the_text(window: Page, root: str) -> None:
    window.goto(f"{root}index.html")
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.textContent") == "Skip to main content"
    window.keyboard.press("Enter")
    assert window.evaluate("location.hash") == "#main-content"


def test_a_choice_of_colours_is_kept_from_page_to_page(browser: Browser, root: str) -> None:
    with check.visit(browser, f"{root}index.html", colours="light") as seen:
        seen.page.locator(".theme-switch-button").first.click()
        seen.page.locator(".theme-change-button[data-mode=dark]").first.click()
        for name in [name for name in pages() if name != "404.html"][:4]:
            seen.page.goto(root + name)
            assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_paper_shows_the_answers_and_no_buttons(window: Page, root: str) -> None:
    window.goto(f"{root}{page_with(ANSWER.pattern)}")
    window.emulate_media(media="print")
    box = window.locator("details.answer > .solution").first.bounding_box()
    assert box is not None
    assert box["height"] > 10
    assert window.locator("h1").is_visible()
    assert not window.locator("button.copy").first.is_visible()
    assert not window.locator(".bd-sidebar-primary").is_visible()


def test_pages_are_read_without_scripts(browser: Browser, root: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{root}{page_with(ANSWER.pattern)}")
    assert page.locator("h1").is_visible()
    assert page.locator(".pst-js-only").filter(visible=True).count() == 0
    page.locator("details.answer > summary").first.click()
    assert page.locator("details.answer > .solution").first.is_visible()
    context.close()


def test_formulas_figures_and_headings_take_the_colour_of_the_text(
    browser: Browser, root: str
) -> None:
    name = page_with('<svg[^>]* class="figure"')
    for colours in ("light", "dark"):
        with check.visit(browser, root + name, colours=colours) as seen:
            text, figure = seen.page.evaluate("""() => {
              const figure = document.querySelector("svg.figure");
              return [getComputedStyle(document.body).color, getComputedStyle(figure).fill];
            }""")
            assert text == figure


def test_lines_of_figures_are_lighter_in_the_dark_and_on_paper_as_in_the_light(
    browser: Browser, root: str
) -> None:
    name = page_with(r"stroke:var\(--figure-blue")
    blue = """() => {
      const line = document.querySelector('[style*="stroke:var(--figure-blue"]');
      return getComputedStyle(line).stroke;
    }"""
    found = []
    for colours in ("light", "dark"):
        with check.visit(browser, root + name, colours=colours) as seen:
            found.append(seen.page.evaluate(blue))
    with check.visit(browser, root + name, colours="dark") as seen:
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        found.append(seen.page.evaluate(blue))
    light, dark, paper = found
    assert paper == light != dark


def test_a_figure_drawn_in_steps_is_whole_at_first_and_starts_again(
    window: Page, root: str
) -> None:
    window.goto(root + page_with('class="stepper '))
    figure = window.locator("figure:has(.stepper)").first
    last = int(figure.get_by_role("slider").get_attribute("max") or "0")
    assert figure.locator(".later").count() == 0
    figure.get_by_role("button", name="Next").click()
    assert figure.locator("output").inner_text() == f"Step 1 of {last}"
    shown = figure.locator("[data-step]:not(.later)").all()
    assert {part.get_attribute("data-step") for part in shown} == {"1"}
    figure.get_by_role("button", name="Back").click()
    assert figure.locator("output").inner_text() == f"Step {last} of {last}"
    assert figure.locator(".later").count() == 0


def test_of_frames_one_is_seen_at_a_time(window: Page, root: str) -> None:
    window.goto(root + page_with("data-frame="))
    figure = window.locator("figure:has([data-frame])").first
    slider = figure.get_by_role("slider")
    for press, frame in (("End", slider.get_attribute("max")), ("Home", "1"), ("ArrowRight", "2")):
        slider.press(press)
        seen = figure.locator("[data-frame]:not(.unseen)").all()
        assert {part.get_attribute("data-frame") for part in seen} == {frame}
        assert figure.locator("output").inner_text().startswith(f"Step {frame} of")


def test_only_listed_files_of_others_are_served() -> None:
    vendor = Path(__file__).parents[2] / "docs" / "_static" / "vendor"
    listed = {
        file["path"]
        for package in json.loads((vendor / "vendored.json").read_text("utf-8"))["packages"]
        for file in package["files"]
    }
    there = {
        f"_static/vendor/{path.relative_to(vendor).as_posix()}" for path in vendor.rglob("*.*")
    }
    assert there - {"_static/vendor/vendored.json"} <= listed
