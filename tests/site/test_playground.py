"""The playground in a browser, from a server and from a folder."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from .checks import page_load as check
from .checks import page_use as use
from .tools.browser import SITE, pages

NAME = "tutorials/playground.html"
KILOBYTES = 40
QUICK = "units=4&window=5"  # a run of few multiplications
Opened = Callable[..., AbstractContextManager[check.Visit]]


@pytest.fixture(params=["http", "folder"])
def opened(request: pytest.FixtureRequest, browser: Browser, root: str) -> Opened:
    """Open the playground with settings, over http (in a worker) and from a folder (without)."""
    address = root + NAME if request.param == "http" else (SITE / NAME).as_uri()
    return lambda settings=QUICK, **options: playing(browser, address, settings, **options)


@pytest.fixture
def window(browser: Browser, root: str) -> Iterator[Page]:
    """The playground over http, for what is the same in both places."""
    with playing(browser, root + NAME, QUICK) as seen:
        yield seen.page


@contextmanager
def playing(
    browser: Browser, address: str, settings: str = QUICK, **options: Any
) -> Iterator[check.Visit]:
    with check.visit(browser, f"{address}#{settings}", **options) as seen:
        seen.page.locator(".playground").scroll_into_view_if_needed()
        seen.page.wait_for_selector(".playground[data-phase]")
        yield seen
        assert check.quiet(seen) == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def wait_for(page: Page, phase: str, least: int = 0) -> None:
    page.wait_for_function(
        """([phase, least]) => {
          const {phase: now, iteration} = document.querySelector(".playground").dataset;
          return now === phase && iteration >= least;
        }""",
        arg=[phase, least],
    )


def made(page: Page) -> int:
    return int(page.locator(".playground").get_attribute("data-iteration") or 0)


def text(page: Page, part: str) -> str:
    return page.locator(f".play-{part}").first.inner_text()


def shows(page: Page, part: str, words: str) -> None:
    page.wait_for_function(
        "([part, words]) => document.querySelector(`.play-${part}`).textContent.includes(words)",
        arg=[part, words],
    )


def row_of(page: Page, figure: str) -> list[list[str]]:
    """The numbers of a figure, from its table."""
    fold = page.locator(f"#play-figure-{figure} details")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    fold.locator("tbody tr").first.wait_for()
    return [row.locator("td").all_inner_texts() for row in fold.locator("tbody tr").all()]


def copied(page: Page, name: str) -> str:
    press(page, name)
    shows(page, "said", "Copied")
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_it_trains_pauses_steps_and_begins_again(opened: Opened) -> None:
    with opened(f"{QUICK}&updates=20000") as seen:
        page = seen.page
        wait_for(page, "ready")
        press(page, "Train")
        wait_for(page, "training", 3)
        assert re.search(r"Update [\d,]+ of 20,000, about .* left. Loss \d", text(page, "now"))
        press(page, "Pause")
        wait_for(page, "paused")
        page.wait_for_timeout(150)  # what was under way has arrived
        before = made(page)
        press(page, "Step")
        wait_for(page, "paused", before + 1)
        assert made(page) == before + 1
        press(page, "Reset")
        wait_for(page, "ready")
        assert made(page) == 0


def test_it_stops_by_itself_and_says_what_it_found(opened: Opened) -> None:
    with opened(f"{QUICK}&updates=30") as seen:
        page = seen.page
        plan = text(page, "plan")
        assert "the first 200 of 300 values of the lab's series, in windows of 5" in plan
        assert "It stops after 30 updates" in plan
        press(page, "Train")
        wait_for(page, "done", 30)
        assert made(page) == 30
        shows(page, "found", "naive forecast")
        assert "within half the standard deviation" in text(page, "found")
        press(page, "Train")
        assert "Reset begins again" in text(page, "said")


def test_a_seed_gives_the_same_losses_in_a_worker_and_in_the_page(
    browser: Browser, root: str
) -> None:
    found = []
    for address in (root + NAME, (SITE / NAME).as_uri()):
        with playing(browser, address, "units=40&cell=lstm&updates=3&window=30") as seen:
            press(seen.page, "Train")
            wait_for(seen.page, "done", 3)
            found.append([row[1] for row in row_of(seen.page, "loss")])
    assert found[0] == found[1]
    assert len(found[0]) == 3


@pytest.mark.parametrize("name", ["series", "held", "cell", "activation", "loss", "optimizer"])
def test_each_choice_is_made_and_trained(window: Page, name: str) -> None:
    choice = window.locator(f"#play-{name}")
    values = choice.locator("option").evaluate_all("options => options.map(o => o.value)")
    for value in [value for value in values if value not in ("drawn", "file")]:
        choice.select_option(value)
        assert f"{name}={value}" in window.evaluate("location.hash")
        press(window, "Step")
        wait_for(window, "paused", 1)
        assert window.locator(".play-said:empty").count() == 1


@pytest.mark.parametrize(
    ("name", "good", "bad", "wanted"),
    [
        ("units", "5", "101", "Units must be a whole number from 4 to 100"),
        ("window", "7", "1.5", "Window length must be a whole number from 2 to 100"),
        (
            "rate",
            "0.02",
            "two commas, no 0,0,2",
            "Learning rate must be a number from 0.000001 to 10",
        ),
        ("updates", "3", "", "Updates must be a whole number from 1 to 20000"),
        ("seed", "9", "-1", "Seed must be a whole number from 0 to 999999"),
    ],
)
def test_each_number_is_taken_or_refused(
    window: Page, name: str, good: str, bad: str, wanted: str
) -> None:
    field = window.locator(f"#play-{name}")
    field.fill(good)
    field.press("Enter")
    field.blur()
    assert f"{name}={good}" in window.evaluate("location.hash")
    field.fill(bad)
    field.blur()
    assert wanted in text(window, "said")
    assert field.input_value() == good
    assert f"{name}={good}" in window.evaluate("location.hash")
    press(window, "Step")
    wait_for(window, "paused", 1)


def test_a_decimal_comma_is_taken(window: Page) -> None:
    window.locator("#play-rate").fill("0,02")
    window.locator("#play-rate").blur()
    assert "rate=0.02" in window.evaluate("location.hash")
    assert window.locator("#play-rate").input_value() == "0.02"
    assert window.locator(".play-said:empty").count() == 1


def test_that_a_change_ends_a_run_is_said_to_all_and_only_then(window: Page) -> None:
    window.locator("#play-units").fill("5")
    window.locator("#play-units").blur()
    assert window.locator(".play-said:empty").count() == 1
    press(window, "Step")
    wait_for(window, "paused", 1)
    window.locator("#play-units").fill("6")
    window.locator("#play-units").blur()
    assert "begins again: press Train" in text(window, "said")
    assert window.locator(".play-said").is_visible()


def test_the_fold_opens_where_something_in_it_is_set(browser: Browser, root: str) -> None:
    fold = ".play-more"
    with playing(browser, root + NAME, "units=5") as seen:
        assert seen.page.locator(fold).get_attribute("open") is None
    with playing(browser, root + NAME, "units=5&loss=rmse") as seen:
        assert seen.page.locator(fold).get_attribute("open") is not None


def test_on_a_phone_what_it_does_is_on_the_first_screen(browser: Browser, root: str) -> None:
    with playing(browser, root + NAME, "units=5", width=check.NARROW) as seen:
        seen.page.locator(".playground").evaluate("element => element.scrollIntoView()")
        train = seen.page.get_by_role("button", name="Train", exact=True).bounding_box()
        figure = seen.page.locator("#play-figure-loss").bounding_box()
        assert train is not None
        assert figure is not None
        assert train["y"] < 500
        assert figure["y"] < 900


def test_each_preset_is_set_and_trained(window: Page) -> None:
    presets = window.locator("#play-preset option").all_inner_texts()
    for name in [name for name in presets if name not in ("none of these", "a drawing, continued")]:
        window.locator("#play-preset").select_option(label=name)
        press(window, "Step")
        wait_for(window, "paused", 1)
        assert window.locator("#play-preset").evaluate("s => s.selectedOptions[0].text") == name
    window.locator("#play-preset").select_option(label="the lab of 2019, 100 units")
    assert re.search(r"1,500 updates, about \d+ (s|min)", text(window, "plan"))


def test_each_link_to_the_playground_is_a_preset(window: Page) -> None:
    link = re.compile(r'href="(?:[^"]*playground\.html)?(#[^"]*=[^"]*)">(?!<a)')
    found = [link.findall((SITE / name).read_text("utf-8")) for name in pages()]
    links = {unescape(one) for page in found for one in page}
    assert len(links) >= 10
    opened = re.compile(r'data-settings="([^"]*)"')
    places = [opened.findall((SITE / name).read_text("utf-8")) for name in pages()]
    assert sum(map(len, places)) >= 4
    links |= {f"#{unescape(one)}" for page in places for one in page}
    notes, is_preset = window.evaluate(
        """(links) => {
          const {fromAddress, PRESETS, DEFAULTS, differences} = PlaySettings;
          const read = links.map(fromAddress);
          const presets = Object.values(PRESETS);
          return [read.flatMap(({notes}) => notes), read.map(({settings}) =>
            presets.some((one) => !differences({...DEFAULTS, ...one}, settings)))];
        }""",
        sorted(links),
    )
    assert notes == []
    assert all(is_preset)


def test_a_link_on_the_page_sets_the_playground(window: Page) -> None:
    window.get_by_role("link", name="a random walk").click()
    wait_for(window, "ready")
    assert window.locator("#play-series").input_value() == "walk"
    shows(window, "plan", "a random walk")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            "units=900&cell=lstm",
            "units=900; it must be a whole number from 4 to 100, so 16 is used",
        ),
        ("rate=fast", "rate=fast; it must be a number from 0.000001 to 10, so 0.01 is used"),
        ("cell=perceptron", "it must be one of simple, lstm, gru"),
        ("constructor=1&__proto__=2", "“__proto__”, which is no setting here"),
        ("=&=%&units=", "units=; it must be"),
    ],
)
def test_an_address_with_nonsense_is_answered_with_defaults(
    opened: Opened, settings: str, said: str
) -> None:
    with opened(settings) as seen:
        assert said in text(seen.page, "said")
        press(seen.page, "Step")
        wait_for(seen.page, "paused", 1)


def test_an_address_that_is_no_text_stops_nothing(opened: Opened) -> None:
    with opened("%") as seen:
        wait_for(seen.page, "ready")


def draw(page: Page, until: float) -> None:
    page.locator("#play-drawing").scroll_into_view_if_needed()
    box = page.locator("#play-drawing").bounding_box()
    assert box is not None
    heights = (0.5, 0.2, 0.5, 0.8)
    for k in range(13):
        x = box["x"] + box["width"] * (0.005 + until * k / 12)
        page.mouse.move(x, box["y"] + box["height"] * heights[k % 4])
        if k == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_drawing_is_continued_and_goes_nowhere(opened: Opened) -> None:
    with opened(f"series=drawn&updates=5&{QUICK}") as seen:
        page = seen.page
        assert "There is no drawing yet" in text(page, "plan")
        press(page, "Train")
        assert "There is no drawing yet" in text(page, "said")
        draw(page, 0.05)
        shows(page, "plan", "The series is too short")
        draw(page, 0.6)
        wait_for(page, "ready")
        requests = len(seen.sizes)
        press(page, "Continue my drawing")
        wait_for(page, "done", 5)
        page.wait_for_selector("#play-drawing .network[d^=M]", state="attached")
        assert "held=none" in page.evaluate("location.hash")
        assert len(page.evaluate("location.hash")) < 200
        assert len(seen.sizes) == requests
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        compile(copied(page, "Copy this as Python"), "program.py", "exec")
        page.reload()
        wait_for(page, "ready")  # the drawing is still there
        press(page, "Clear the drawing")
        shows(page, "plan", "There is no drawing")


def test_a_drawing_is_made_by_keyboard(window: Page) -> None:
    window.locator("#play-series").select_option("drawn")
    window.locator("#play-drawing").focus()
    for _ in range(6):
        for key in ("ArrowUp", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowRight"):
            window.keyboard.press(key)
    window.keyboard.press("ArrowLeft")
    shows(window, "plan", "of 85 values of your drawing")


def give(page: Page, name: str, content: str) -> None:
    page.locator("#play-file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )


def test_a_column_of_a_file_is_learned_and_goes_nowhere(opened: Opened) -> None:
    rows = [f"day {k};{k % 7},5;{(k * k) % 11}" for k in range(90)]
    rows[5] = "day 5;;3"
    with opened(f"series=file&updates=3&{QUICK}") as seen:
        page = seen.page
        assert "There are no numbers yet" in text(page, "plan")
        requests = len(seen.sizes)
        give(page, "mine.csv", "\n".join(["when;first;second", *rows]))
        wait_for(page, "ready")
        assert "without a number there, which are left out: 1." in text(page, "said")
        shows(page, "plan", "of 89 values of your column")
        assert page.locator("#play-column option").all_inner_texts() == ["first", "second"]
        page.locator("#play-column").select_option("second")
        shows(page, "plan", "of 90 values of your column")
        press(page, "Train")
        wait_for(page, "done", 3)
        assert len(seen.sizes) == requests
        assert "rnnlab-playground" not in page.evaluate("Object.keys(localStorage)")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no column of numbers"),
        ("name,town\nAnn,Ulm\nBob,Bonn\n", "has no column of numbers"),
        ("x\n1\n2\n3\n", "The series is too short: it has 3 values"),
        ("x\n" + "0.1\n" * 90, "The part to train on never changes"),
        ("x\n" + "1e200\n-1e200\n" * 45, "too large to compute with"),
        ("0\n" * 600_000, "larger than a megabyte"),
    ],
    ids=["empty", "words", "short", "constant", "huge", "large"],
)
def test_a_bad_file_is_named(window: Page, content: str, said: str) -> None:
    window.locator("#play-series").select_option("file")
    give(window, "bad.csv", content)
    window.wait_for_function(
        "(said) => document.querySelector('.playground').textContent.includes(said)", arg=said
    )
    press(window, "Train")
    assert made(window) == 0
    window.locator("#play-series").select_option("lab")
    press(window, "Step")
    wait_for(window, "paused", 1)


def test_divergence_is_said_and_not_drawn(opened: Opened) -> None:
    with opened(f"{QUICK}&optimizer=sgd&rate=10&activation=relu") as seen:
        page = seen.page
        press(page, "Train")
        wait_for(page, "diverged")
        said = text(page, "said")
        assert re.search(r"Diverged at update \d+: the .*Lower the learning rate, now 10", said)
        # An error that was measured earlier says when.
        stated = re.search(
            r"squared error is [\d.e+]+( after ([\d,]+) updates?)?\.", text(page, "found")
        )
        measured = page.evaluate("document.querySelector('.playground').dataset.iteration")
        assert not stated or not stated[2] or stated[2] != measured
        page.wait_for_timeout(300)
        drawn = page.locator(".playground").evaluate("element => element.innerHTML")
        assert "NaN" not in drawn
        assert "Infinity" not in drawn
        page.locator("#play-rate").fill("0.01")
        page.locator("#play-rate").blur()
        press(page, "Step")
        wait_for(page, "paused", 1)


def test_an_earlier_curve_stays_for_comparison(window: Page) -> None:
    window.locator("#play-updates").fill("20")
    window.locator("#play-updates").blur()
    press(window, "Train")
    wait_for(window, "done", 20)
    window.locator("#play-optimizer").select_option("sgd")
    key = window.locator("#play-figure-loss .play-key")
    key.get_by_text("loss before (Adam)").wait_for()
    assert window.locator("#play-figure-loss .before").count() == 2  # its line, and that of the key
    press(window, "Step")
    wait_for(window, "paused", 1)
    shows(window, "found", "Before, with Adam")
    window.locator("#play-series").select_option("walk")  # its errors are of another series
    shows(window, "plan", "a random walk")
    assert window.locator("#play-figure-loss .before").count() == 0


def test_each_figure_has_a_table(window: Page) -> None:
    press(window, "Step")
    wait_for(window, "paused", 1)
    figures = window.locator(".play-figures figure").evaluate_all("f => f.map((one) => one.id)")
    assert len(figures) == 6
    for name in figures:
        rows = row_of(window, name.removeprefix("play-figure-"))
        assert all(re.fullmatch(r"-?[\d.e+-]+|none", cell) for row in rows for cell in row)


def test_what_happens_is_announced_but_not_each_update(window: Page) -> None:
    window.locator("#play-updates").fill("300")
    window.locator("#play-updates").blur()
    window.evaluate("""() => {
      window.heard = [];
      for (const region of document.querySelectorAll(".playground [role=status]"))
        new MutationObserver(() => heard.push(region.textContent))
          .observe(region, {childList: true, characterData: true, subtree: true});
    }""")
    press(window, "Train")
    wait_for(window, "done", 300)
    window.wait_for_function("() => heard.some((text) => text.includes('Done after 300'))")
    heard = [one for one in window.evaluate("heard") if one]
    assert heard[0].startswith("Training.")
    assert len(heard) <= 3


@pytest.mark.parametrize(
    "settings",
    ["series=lab", "series=noisy&cell=gru&loss=rmse&seed=3", "series=walk&cell=lstm&held=none"],
)
def test_the_python_program_is_one(browser: Browser, root: str, settings: str) -> None:
    with playing(browser, root + NAME, settings) as seen:
        program = copied(seen.page, "Copy this as Python")
        compile(program, "program.py", "exec")
        assert all(len(line) <= 76 for line in program.splitlines())
        assert seen.page.locator("#play-cell").input_value()[:3].upper() in program.upper()


def test_the_address_is_copied(window: Page) -> None:
    address = copied(window, "Copy the address")
    assert address.startswith("http")
    assert "units=4" in address.partition("#")[2]
    assert "?" not in address


def test_what_an_older_version_kept_is_put_aside(window: Page) -> None:
    for kept in ('{"version": 0, "curve": [1]}', "nonsense", '{"version": 1, "drawn": 5}'):
        window.evaluate("(kept) => localStorage.setItem('rnnlab-playground', kept)", kept)
        window.reload()
        window.wait_for_selector(".playground[data-phase]")
        assert "a drawing of another version of this page" in text(window, "said")
        assert window.evaluate("localStorage.getItem('rnnlab-playground-before')") == kept


def test_nothing_is_loaded_before_it_is_near(browser: Browser, root: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 200})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(root + NAME, wait_until="load")
    page.wait_for_timeout(100)
    assert not [url for url in asked if "/play/" in url]
    page.locator(".playground").scroll_into_view_if_needed()
    page.wait_for_selector(".playground[data-phase]")
    assert all(url.startswith(root.partition("/some")[0]) for url in asked)
    context.close()


def test_it_is_small() -> None:
    folder = SITE / "_static" / "play"
    apart = ("parity.js", "curves.json.js")  # neither engine nor interface
    files = [path for path in folder.iterdir() if path.name not in apart]
    assert {"engine.js", "show.js", "playground.css"} < {path.name for path in files}
    assert len((folder / "curves.json.js").read_bytes()) <= 60_000
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) <= KILOBYTES * 1000


def test_without_scripts_a_figure_is_shown(browser: Browser, root: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root + NAME)
    assert page.get_by_text("a program in JavaScript, which is switched off").is_visible()
    assert page.locator("#fig-play svg.figure").is_visible()
    context.close()


def test_it_is_played_by_keyboard_alone(opened: Opened) -> None:
    with opened(f"{QUICK}&updates=20000") as seen:
        page = seen.page

        def tab_to(name: str) -> None:
            for _ in range(80):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.textContent") == name:
                    return
            pytest.fail(f"the Tab key does not reach {name}")

        page.locator("#play-preset").focus()
        tab_to("Train")
        page.keyboard.press("Enter")
        wait_for(page, "training", 2)
        tab_to("Pause")
        page.keyboard.press("Space")
        wait_for(page, "paused")
        tab_to("Step")
        page.keyboard.press("Enter")
        tab_to("Reset")
        page.keyboard.press("Enter")
        wait_for(page, "ready")


@pytest.mark.parametrize(("colours", "width"), [("light", check.WIDE), ("dark", check.NARROW)])
def test_it_is_accessible_in_each_state(
    browser: Browser, root: str, colours: str, width: int
) -> None:
    found: list[str] = []
    with playing(browser, root + NAME, QUICK, colours=colours, width=width) as seen:
        page = seen.page
        page.evaluate(use.AXE)

        def look(state: str) -> None:
            faults = [*use.axe(page, ".playground"), *check.upright(seen)]
            found.extend(f"{state}: {fault}" for fault in faults)

        look("before")
        page.locator("#play-updates").fill("20000")
        page.locator("#play-updates").blur()
        press(page, "Train")
        wait_for(page, "training", 2)
        look("training")
        press(page, "Pause")
        wait_for(page, "paused")
        for fold in page.locator(".play-figures details > summary").all():
            fold.click()
        page.locator(".play-pointer").focus()
        look("paused")
        page.locator("#play-series").select_option("drawn")
        draw(page, 0.6)
        assert "Continued by" in own_continuation(page)
        look("drawing")
        page.locator("#play-series").select_option("file")
        look("file")
        page.locator("#play-preset").select_option(label="far too fast, learning rate 10")
        press(page, "Train")
        wait_for(page, "diverged")
        look("diverged")
    assert found == []


def test_a_unit_is_put_into_words_by_mouse_and_by_keyboard(opened: Opened) -> None:
    with opened("units=5&window=5&cell=lstm") as seen:
        page = seen.page
        page.locator("#play-figure-hidden").scroll_into_view_if_needed()
        shows(page, "unit", "Point at a row")
        unit = page.locator(".play-pointer")
        unit.scroll_into_view_if_needed()
        box = unit.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + 0.3 * box["height"])
        said = text(page, "unit")
        place = r"(the input|unit \d|itself) at the ((input|forget|output) gate|candidate)"
        assert said.startswith("Unit 2 has its largest weights from ")
        assert len(re.findall(place + " \\([+\N{MINUS SIGN}][\\d.]+\\)", said)) == 3
        unit.focus()
        for key, number in [("ArrowDown", 3), ("End", 5), ("ArrowDown", 5), ("Home", 1)]:
            page.keyboard.press(key)
            assert text(page, "unit").startswith(f"Unit {number} ")
            assert unit.get_attribute("aria-valuenow") == str(number)
            assert unit.get_attribute("aria-valuetext") == text(page, "unit")
        row, map_ = page.locator(".play-row").bounding_box(), unit.bounding_box()
        assert row is not None
        assert map_ is not None
        assert abs(row["y"] - map_["y"]) < 3
        assert abs(row["height"] - map_["height"] / 5) < 3


def test_the_words_of_a_unit_are_its_weights(window: Page) -> None:
    said = window.evaluate("""() => {
      const {Network, initialWeights} = RNN;
      const weights = initialWeights({cell: "gru", units: 4, seed: 1});
      for (const name in weights) weights[name].fill(0);
      weights.kernel[4 + 2] = -3;           // into unit 3, reset gate
      weights.recurrent[12 * 1 + 8 + 2] = 2; // from unit 2, candidate
      weights.recurrent[12 * 2 + 2] = 1;     // from itself, update gate
      weights.recurrent[12 * 2 + 3] = 9;     // into another unit
      const network = new Network({cell: "gru", units: 4, activation: "tanh", weights});
      return PlayUnits.inWords(2, network.strongest(3)[2], "gru");
    }""")
    assert said == (
        "Unit 3 has its largest weights from the input at the reset gate (\N{MINUS SIGN}3), "
        "unit 2 at the candidate (+2), itself at the update gate (+1)."
    )


def test_an_lstm_shows_the_gradients_of_both_states(window: Page) -> None:
    window.locator("#play-figure-gradients").scroll_into_view_if_needed()
    key = window.locator("#play-figure-gradients .play-key")
    window.locator("#play-cell").select_option("lstm")
    key.get_by_text("for c, the cell's state").wait_for()
    assert len(row_of(window, "gradients")[0]) == 3
    window.locator("#play-cell").select_option("gru")
    window.wait_for_function(
        """() => !document.querySelector("#play-figure-gradients .play-key")
          .textContent.includes(" c,")"""
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [(0.5, "2 times as much"), (1.0, "about as much"), (0.98, "about as much"),
     (2.0, "and does better"), (0.94, "1.1 times as much")],
)  # fmt: skip
def test_the_naive_forecast_is_compared_in_plain_words(
    window: Page, error: float, said: str
) -> None:
    found = window.evaluate(
        """(error) => PlayWords.finding({
          settings: PlaySettings.DEFAULTS, series: {floor: null, values: []}, iteration: 7,
          baselines: {naive: 1, linear: 1}, measured: {x: [5], y: [error]}, earlier: null,
          views: {},
        })""",
        error,
    )
    assert f"has 1, {said};" in found
    assert f"is {error:.3g} after 5 updates." in found


# The page's own network ---------------------------------------------------------------------------


def own_continuation(page: Page) -> str:
    page.locator("#play-by").select_option("site")
    press(page, "Continue my drawing")
    page.wait_for_selector(".play-said:not(:empty)")
    return text(page, "said")


def continued(page: Page) -> str:
    return page.locator("#play-drawing .network").get_attribute("d") or ""


def test_the_pages_own_network_continues_a_drawing(opened: Opened) -> None:
    with opened(f"series=drawn&held=none&updates=5&{QUICK}") as seen:
        page = seen.page
        assert not any("curves" in url for url in seen.sizes)
        assert "There is no drawing yet" in own_continuation(page)
        assert any("curves" in url for url in seen.sizes)
        draw(page, 0.2)
        shows(page, "plan", "values of your drawing")
        assert "at least 120 values" in own_continuation(page)
        assert continued(page) == ""
        draw(page, 0.6)
        wait_for(page, "ready")
        said = own_continuation(page)
        assert "a GRU of 32 units" in said
        assert "has the hash that this page names" in said
        assert made(page) == 0  # nothing is trained
        numbers = [float(one) for one in re.findall(r"[ML]\d+ (-?[\d.]+)", continued(page))]
        assert len(numbers) == 150
        page.locator("#play-by").select_option("trained")
        before = continued(page)
        press(page, "Continue my drawing")
        wait_for(page, "done", 5)
        page.wait_for_function(
            "(d) => document.querySelector('#play-drawing .network').getAttribute('d') !== d",
            arg=before,
        )


BROKEN_WEIGHTS: dict[str, tuple[Callable[[str], str] | None, str]] = {
    "another number": (lambda body: body.replace("Kernel", "kernel", 1), "is not the one that"),
    "another script": (lambda _: 'document.currentScript.content = "{}";', "is not the one that"),
    "missing": (None, "is missing"),
}


@pytest.mark.parametrize("wrong", BROKEN_WEIGHTS)
def test_a_file_of_weights_with_another_hash_is_not_used(
    browser: Browser, root: str, wrong: str
) -> None:
    change, said = BROKEN_WEIGHTS[wrong]
    body = (SITE / "_static" / "play" / "curves.json.js").read_text("utf-8")

    def answer(route: Route) -> None:
        if change is None:
            route.abort()
        else:
            route.fulfill(body=change(body))

    # Not with `playing`: of a missing file the browser leaves a note of its own.
    with check.visit(browser, f"{root}{NAME}#series=drawn&held=none&{QUICK}") as seen:
        page = seen.page
        page.wait_for_selector(".playground[data-phase]")
        page.route("**/curves.json.js", answer)
        draw(page, 0.6)
        shows(page, "plan", "values of your drawing")
        assert said in own_continuation(page)
        assert continued(page) == ""


def test_where_a_browser_gives_no_hash_this_is_said(browser: Browser, root: str) -> None:
    with playing(browser, root + NAME, f"series=drawn&held=none&{QUICK}") as seen:
        seen.page.evaluate("Object.defineProperty(crypto, 'subtle', {value: undefined})")
        draw(seen.page, 0.6)
        shows(seen.page, "plan", "values of your drawing")
        assert "could not be checked" in own_continuation(seen.page)
        assert continued(seen.page) != ""


def test_the_pages_hash_is_that_of_the_record() -> None:
    record = Path(__file__).parents[2] / "docs" / "tutorials" / "data" / "curves.json"
    wanted = hashlib.sha256(record.read_bytes()).hexdigest()
    assert f'data-hash="{wanted}"' in (SITE / NAME).read_text("utf-8")
