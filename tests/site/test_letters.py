"""Networks that write on or translate in the page, against the package."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from rnnlab.attention import look_back
from rnnlab.dates import FIRST, read_languages, written
from rnnlab.translation import START, load_translator, padded, translate
from rnnlab.writing import load_writer, write

from .checks import page_load as check
from .checks import page_use as use
from .tools.browser import SITE
from .tools.small_site import SmallSite

DATA = Path(__file__).parents[2] / "docs" / "tutorials" / "data"
WRITING, DATES = "tutorials/writing-text.html", "tutorials/encoder-decoder.html"
ATTENTION = "tutorials/attention-and-beam-search.html"
Opened = Callable[[str], AbstractContextManager[check.Visit]]


@pytest.fixture(params=["http", "folder"])
def opened(request: pytest.FixtureRequest, browser: Browser, root: str) -> Opened:
    @contextmanager
    def visited(name: str) -> Iterator[check.Visit]:
        address = root + name if request.param == "http" else (SITE / name).as_uri()
        with check.visit(browser, address) as seen:
            yield seen
            assert check.quiet(seen) == []

    return visited


def ask(page: Page, text: str) -> None:
    """Send a text."""
    page.locator(".letters textarea").fill(text)
    page.locator(".letters button").click()


def said(page: Page) -> str:
    return page.locator(".letters [role=status]").inner_text()


def answered(page: Page, text: str) -> str:
    """Send a text and return the answer once it is whole."""
    ask(page, text)
    expect(page.locator(".letters [role=status]")).to_contain_text("sure of had")
    return page.locator(".letters output").inner_text()


def test_nothing_is_loaded_before_the_button_is_pressed(opened: Opened) -> None:
    for name in (WRITING, DATES, ATTENTION):
        with opened(name) as seen:
            assert not [url for url in seen.sizes if "/networks/" in url or "letters.js" in url]


def test_it_writes_what_the_package_writes(opened: Opened) -> None:
    model, vocabulary = load_writer(DATA / "moby-dick-network.safetensors")
    beginning = "Call me "
    wanted = write(model, vocabulary, beginning, 300, np.random.default_rng(0), top_k=1)
    with opened(WRITING) as seen:
        seen.page.locator(".letters select").select_option("always the likeliest")
        ask(seen.page, beginning)
        expect(seen.page.locator(".letters [role=status]")).to_have_text(
            "300 characters written.", timeout=30_000
        )
        found = seen.page.locator(".letters output").text_content() or ""
    assert found[: len(beginning)] == beginning
    assert found[len(beginning) :][:100] == wanted[:100]  # then rounding may decide
    assert len(found) == len(beginning) + 300


def test_what_it_draws_differs(browser: Browser, root: str) -> None:
    with check.visit(browser, root + WRITING) as seen:
        texts = set()
        for _ in range(2):
            ask(seen.page, "The whale ")
            status = seen.page.locator(".letters [role=status]")
            expect(status).to_have_text("300 characters written.", timeout=30_000)
            texts.add(seen.page.locator(".letters output").text_content())
            status.evaluate("one => { one.textContent = ''; }")
        assert len(texts) == 2


def test_it_reads_dates_as_the_package_does(opened: Opened) -> None:
    languages, rng = read_languages(DATA / "dates.json"), np.random.default_rng(0)
    texts = []
    for code in ("en", "fr", "hr", "pl", "sv", "vi"):
        for pattern in languages[code]["patterns"][:3]:
            day = FIRST + timedelta(int(rng.integers(36_525)))
            texts.append(written(day, languages[code], pattern))
    wanted = translate(*load_translator(DATA / "dates.safetensors"), texts)
    with opened(DATES) as seen:
        for text, answer in zip(texts, wanted, strict=True):
            assert answered(seen.page, text) == answer


def test_it_looks_where_the_package_looks(opened: Opened) -> None:
    texts = ["3. listopadu 2031", "November 3, 2031", "2031-11-03", "lunes, 3 de mayo de 1999"]
    network, source, target = load_translator(DATA / "dates-attention.safetensors")
    answers = translate(network, source, target, texts)
    so_far = padded(target, [START + answer for answer in answers])
    weights = look_back(network, padded(source, texts), so_far)[1].numpy()
    with opened(ATTENTION) as seen:
        for text, answer, looked in zip(texts, answers, weights, strict=True):
            assert answered(seen.page, text) == answer
            rows = seen.page.locator(".letters-map tr").evaluate_all(
                """rows => rows.slice(1).map(row => [...row.cells].slice(1).map(
                     cell => Number(cell.style.getPropertyValue("--weight"))))"""
            )
            wanted = looked[: len(answer), : len(text)]
            np.testing.assert_allclose(rows, wanted, rtol=0, atol=1e-3)
            label = seen.page.locator(".letters-map").get_attribute("aria-label") or ""
            assert label.count(" most at ") == len(answer)


def test_a_map_goes_with_its_answer(browser: Browser, root: str) -> None:
    with check.visit(browser, root + ATTENTION) as seen:
        answered(seen.page, "2031-11-03")
        expect(seen.page.locator(".letters-map")).to_have_count(1)
        ask(seen.page, "3 мая 2019")
        expect(seen.page.locator(".letters [role=status]")).to_contain_text("“м”, character 3")
        expect(seen.page.locator(".letters-map")).to_have_count(0)
        answered(seen.page, "2031-11-03")
        answered(seen.page, "2031-11-04")
        expect(seen.page.locator(".letters-map")).to_have_count(1)


def is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def test_an_answer_that_is_no_date_is_called_so(browser: Browser, root: str) -> None:
    translator = load_translator(DATA / "dates.safetensors")
    texts = [f"{day} {month} 2019" for day in (30, 31) for month in ("février", "Februar", "abril")]
    answers = zip(texts, translate(*translator, texts), strict=True)
    text, answer = next(pair for pair in answers if not is_date(pair[1]))
    with check.visit(browser, root + DATES) as seen:
        assert answered(seen.page, text) == answer
        assert said(seen.page).startswith("There is no such date.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "There is no text yet."),
        ("3 мая 2019", "“м”, character 3 of the text, is not among those"),
        ("3/\n4", "A line break, character 3"),
        ("9" * 1001, "The text has 1,001 characters; the network takes at most 1,000."),
    ],
)
def test_what_it_cannot_read_is_named(browser: Browser, root: str, text: str, problem: str) -> None:
    with check.visit(browser, root + DATES) as seen:
        ask(seen.page, text)
        expect(seen.page.locator(".letters [role=status]")).to_contain_text(problem)
        assert seen.page.locator(".letters output").inner_text() == ""


def test_weights_with_another_hash_are_not_used(browser: Browser, root: str) -> None:
    def other(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(body=text.replace("AAAA", "AAAB", 1), content_type="text/javascript")

    with check.visit(browser, root + DATES) as seen:
        seen.page.route("**/networks/*.js", other)
        ask(seen.page, "2019-11-03")
        status = seen.page.locator(".letters [role=status]")
        expect(status).to_contain_text("not the one that this page was built with")


@pytest.mark.parametrize("missing", ["**/networks/*.js", "**/letters.js"])
def test_a_missing_file_is_said_and_may_come_later(
    browser: Browser, root: str, missing: str
) -> None:
    with check.visit(browser, root + DATES) as seen:
        seen.page.route(missing, lambda route: route.abort())
        ask(seen.page, "2019-11-03")
        expect(seen.page.locator(".letters [role=status]")).to_contain_text("is missing")
        seen.page.unroute(missing)
        assert answered(seen.page, "2019-11-03") == "2019-11-03"


@pytest.mark.parametrize(("colours", "width"), [("light", check.WIDE), ("dark", check.NARROW)])
@pytest.mark.parametrize("name", [DATES, ATTENTION])
def test_it_is_accessible_after_an_answer(
    browser: Browser, root: str, name: str, colours: str, width: int
) -> None:
    with check.visit(browser, root + name, colours=colours, width=width) as seen:
        seen.page.evaluate(use.AXE)
        answered(seen.page, "2019-11-03")
        assert use.axe(seen.page, ".letters") == []
        assert check.upright(seen) == []


def test_the_directive_makes_a_form_and_a_script(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "playing.letters")
    data = site.source / "tutorials" / "data"
    data.mkdir(parents=True)
    (data / "one.safetensors").write_bytes(b"abc")
    options = ":network: one.safetensors\n:text: a <b\n"
    block = "---\norphan: true\n---\n\n# Title\n\n```{letters} KIND\n" + options + "```\n"
    site.page("index", block.replace("KIND", "write"))
    site.page("tutorials/other", block.replace("KIND", "translate"))
    assert site.build() == ""
    own, other = site.html("index.html"), site.html("tutorials/other.html")
    assert 'data-network="_static/networks/one.safetensors"' in own
    assert 'data-network="../_static/networks/one.safetensors"' in other
    assert "a &lt;b</textarea>" in own
    assert "Temperature" in own
    assert "Temperature" not in other
    script = site.html("_static/networks/one.safetensors.js")
    assert script == 'document.currentScript.content = "YWJj";\n'
    wanted = hashlib.sha256(b"YWJj").hexdigest()
    assert f'data-hash="{wanted}"' in own
