"""The playground where an exercise asks for it: a button opens it in the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .checks import page_load as check
from .checks import page_use as use
from .test_playground import copied, press
from .tools.browser import SITE
from .tools.small_site import SmallSite

PREDICTING, GENERATING = (
    f"tutorials/{name}.html" for name in ("predicting-a-time-series", "generating-sequences")
)
WANTED = {PREDICTING: ["exercise-2-2", "exercise-2-3"], GENERATING: ["3-2", "3-3"]}
Opened = Callable[..., AbstractContextManager[check.Visit]]


@pytest.fixture(params=["http", "folder"])
def opened(request: pytest.FixtureRequest, browser: Browser, root: str) -> Opened:
    @contextmanager
    def visited(name: str, **options: object) -> Iterator[check.Visit]:
        address = root + name if request.param == "http" else (SITE / name).as_uri()
        with check.visit(browser, address, **options) as seen:  # type: ignore[arg-type]
            yield seen
            assert check.quiet(seen) == []

    return visited


def open_at(page: Page, place: int) -> None:
    page.locator("button.try-here").nth(place).click()
    page.wait_for_selector(".playground[data-phase]")


def open_places(page: Page) -> list[int]:
    """Which playgrounds of a page are there."""
    filled = "all => all.flatMap((one, k) => one.childElementCount && !one.hidden ? [k] : [])"
    return list(page.locator(".playground").evaluate_all(filled))


@pytest.mark.parametrize("name", WANTED)
def test_nothing_is_loaded_before_the_button_is_pressed(opened: Opened, name: str) -> None:
    with opened(name) as seen:
        assert not [url for url in seen.sizes if "/play/" in url]
        buttons = seen.page.locator("section.exercise button.try-here")
        assert buttons.count() == len(WANTED[name])
        assert buttons.first.get_attribute("aria-expanded") == "false"
        links = seen.page.locator(
            "section.exercise:has(button.try-here) a[href*='playground.html#']"
        )
        assert links.count() >= len(WANTED[name])  # for those without scripts, and to share
        open_at(seen.page, 0)
        assert [url for url in seen.sizes if url.endswith("/play/show.js")]


@pytest.mark.parametrize("name", WANTED)
def test_it_begins_with_the_settings_of_the_exercise_and_trains(opened: Opened, name: str) -> None:
    with opened(name) as seen:
        page = seen.page
        before = page.evaluate("location.href")
        for place, loss in enumerate(["mse", "rmse"] if name == PREDICTING else ["mse", "mse"]):
            open_at(page, place)
            assert page.locator("#play-activation").input_value() == (
                "sigmoid" if (name, place) == (GENERATING, 1) else "relu"
            )
            assert page.locator("#play-loss").input_value() == loss
            assert page.locator("#play-preset").input_value() != ""
            press(page, "Step")
            page.wait_for_selector('.playground[data-phase="paused"][data-iteration="1"]')
            page.wait_for_selector("#play-figure-loss > svg path.truth", state="attached")
        assert page.evaluate("location.href") == before


def test_opening_a_second_one_closes_the_first(opened: Opened) -> None:
    with opened(PREDICTING) as seen:
        page = seen.page
        open_at(page, 0)
        assert open_places(page) == [0]
        press(page, "Train")
        page.wait_for_selector('.playground[data-phase="training"]')
        open_at(page, 1)
        assert open_places(page) == [1]
        page.get_by_text("and the one before it is closed").wait_for(state="attached")
        assert check.addresses(seen) == []
        expanded = "all => all.map((one) => one.ariaExpanded)"
        assert page.locator("button.try-here").evaluate_all(expanded) == ["false", "true"]
        page.wait_for_timeout(200)  # what the first was doing reports to nobody
        assert page.locator(".playground[data-phase]").get_attribute("data-phase") == "ready"
        page.get_by_role("button", name="Close the playground").click()
        page.wait_for_function("() => !document.querySelector('.playground[data-phase]')")
        assert open_places(page) == []


def test_its_address_is_that_of_the_playgrounds_page(browser: Browser, root: str) -> None:
    with check.visit(browser, root + PREDICTING) as seen:
        open_at(seen.page, 1)
        address = copied(seen.page, "Copy the address")
        assert address.startswith(root + "tutorials/playground.html#")
        assert "loss=rmse" in address
        seen.page.goto(address)
        seen.page.wait_for_selector(".playground[data-phase]")
        assert seen.page.locator("#play-loss").input_value() == "rmse"


def test_a_change_leaves_the_address_of_the_page(browser: Browser, root: str) -> None:
    with check.visit(browser, root + PREDICTING) as seen:
        open_at(seen.page, 0)
        seen.page.locator("#play-units").fill("5")
        seen.page.locator("#play-units").blur()
        assert seen.page.evaluate("location.hash") == ""


def test_it_is_opened_and_closed_by_keyboard(opened: Opened) -> None:
    with opened(GENERATING) as seen:
        page = seen.page
        button = page.locator("button.try-here").first
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".playground[data-phase]")
        page.wait_for_selector("#play-preset")
        assert button.evaluate("one => one === document.activeElement")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "play-preset"
        button.focus()
        page.keyboard.press("Space")
        page.wait_for_function("() => !document.querySelector('.playground[data-phase]')")


@pytest.mark.parametrize(("colours", "width"), [("light", check.WIDE), ("dark", check.NARROW)])
def test_it_is_accessible_when_open(browser: Browser, root: str, colours: str, width: int) -> None:
    with check.visit(browser, root + PREDICTING, colours=colours, width=width) as seen:
        page = seen.page
        page.evaluate(use.AXE)
        open_at(page, 1)
        press(page, "Step")
        wait_for_first(page)
        assert use.axe(page, "section.exercise:has(.playground[data-phase])") == []
        assert check.upright(seen) == []
        assert check.addresses(seen) == []


def wait_for_first(page: Page) -> None:
    page.wait_for_selector('.playground[data-phase="paused"][data-iteration="1"]')


def test_it_is_not_printed(browser: Browser, root: str) -> None:
    with check.visit(browser, root + PREDICTING) as seen:
        open_at(seen.page, 0)
        assert seen.page.locator(".try").first.is_visible()
        seen.page.emulate_media(media="print")
        assert not seen.page.locator(".try").first.is_visible()


def test_without_scripts_the_link_stays(browser: Browser, root: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root + PREDICTING)
    assert not page.locator("button.try-here").first.is_visible()
    assert page.locator("section.exercise a[href*='playground.html#']").first.is_visible()
    context.close()


def test_a_missing_file_is_said(browser: Browser, root: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/play/show.js", lambda route: route.abort())
    page.goto(root + PREDICTING)
    page.locator("button.try-here").first.click()
    page.get_by_text("A file of the playground is missing").wait_for()
    context.close()


def test_the_directive_makes_both(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.playground_links", "playing.playground")
    data = site.source / "tutorials" / "data"
    data.mkdir(parents=True)
    (data / "curves.json").write_text("{}", "utf-8")
    block = "---\norphan: true\n---\n\n# Title\n\n```{playground}\n```\n"
    site.page("tutorials/playground", block)
    site.page("index", block.replace("\n```\n", "\n:settings: units=5&rate=0.1\n```\n"))
    assert site.build() == ""
    own, other = site.html("tutorials/playground.html"), site.html("index.html")
    assert re.search('<div class="playground" data-hash="44136fa[0-9a-f]{57}"', own)
    assert 'data-page="playground.html"' in own
    assert "try-here" not in own
    assert 'data-page="tutorials/playground.html"' in other
    assert 'data-settings="units=5&amp;rate=0.1" hidden="hidden"' in other
    assert 'aria-expanded="false">Try it here</button>' in other
    assert site.html("_static/play/curves.json.js") == 'document.currentScript.content = "{}";\n'
