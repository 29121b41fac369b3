"""A network that writes by hand in the page, against one computed here, and its form."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from playwright.sync_api import Browser, Page, Route, expect

from rnnlab.handwriting import MOST_POINTS, handwrite_by, load_hand, random_numbers

from .checks import page_load as check
from .checks import page_use as use
from .tools.browser import SITE
from .tools.small_site import SmallSite

DOCS = Path(__file__).parents[2] / "docs"
STATIC = DOCS / "_static"
HAND = STATIC / "hand"
NAME = "tutorials/handwriting.html"
ALPHABET = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,'-?!"
STATUS = ".hand [role=status]"
Opened = Callable[..., AbstractContextManager[check.Visit]]
Array = Any


# The network --------------------------------------------------------------------------------------


def random_network(units: int = 12, more: int = 9, windows: int = 4, mixtures: int = 5) -> bytes:
    """Return a network with random weights in the format of the one that is shipped."""
    rng, size = np.random.default_rng(0), len(ALPHABET)
    outputs = 6 * mixtures + 1
    shapes = {
        "lstm1_kernel": (3 + size, 4 * units), "lstm1_recurrent": (units, 4 * units),
        "window_kernel": (units, 3 * windows),
        "lstm2_kernel": (3 + units + size, 4 * more), "lstm2_recurrent": (more, 4 * more),
        "output_kernel": (units + more, outputs),
        "lstm1_bias": (4 * units,), "window_bias": (3 * windows,), "lstm2_bias": (4 * more,),
        "output_bias": (outputs,),
    }  # fmt: skip
    kept: dict[str, Array] = {}
    for name, shape in shapes.items():
        drawn = rng.normal(scale=0.5, size=shape).astype("float32")
        if name.endswith("bias"):
            kept[name] = drawn
        else:
            kept[f"{name}.scale"] = np.abs(drawn).max(axis=0) / 127
            kept[name] = np.round(drawn / kept[f"{name}.scale"]).astype("int8")
    kept["window_bias"] = kept["window_bias"] - np.repeat(np.float32([0, 0, 2]), windows)
    return safetensors.numpy.save(kept, {"scale": "0.4", "alphabet": ALPHABET})


def weights_of(content: bytes) -> dict[str, Array]:
    kept = safetensors.numpy.load(content)
    return {
        name: np.float64(np.float32(array) * kept.get(f"{name}.scale", np.float32(1)))
        for name, array in kept.items()
        if not name.endswith(".scale")
    }


def lstm(weights: dict[str, Array], name: str, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
    gates = x @ weights[f"{name}_kernel"] + h @ weights[f"{name}_recurrent"]
    i, f, g, o = np.split(gates + weights[f"{name}_bias"], 4)
    c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c


def written_by(
    content: bytes, text: str, numbers: Array, given: Array, neatness: float
) -> tuple[Array, bool]:
    """Write as Graves (2013) says, in float64; return points and whether the line was finished."""
    weights = weights_of(content)
    codes = np.eye(len(ALPHABET))[[ALPHABET.index(character) for character in f"{text} "]]
    places = np.arange(len(codes))
    h1 = c1 = np.zeros(len(weights["lstm1_recurrent"]))
    h2 = c2 = np.zeros(len(weights["lstm2_recurrent"]))
    kappa, w = 0.0, np.zeros(len(ALPHABET))
    points = [np.array([0, 0, 1.0])]
    for step in range(len(given) + len(numbers)):
        p = points[-1] / [0.4, 0.4, 1]
        h1, c1 = lstm(weights, "lstm1", np.concatenate([p, w]), h1, c1)
        out = np.exp(h1 @ weights["window_kernel"] + weights["window_bias"])
        alpha, beta, move = np.split(out, 3)
        kappa = kappa + move
        phi = alpha @ np.exp(-beta[:, None] * (kappa[:, None] - places) ** 2)
        w = phi @ codes
        h2, c2 = lstm(weights, "lstm2", np.concatenate([p, h1, w]), h2, c2)
        y = np.concatenate([h1, h2]) @ weights["output_kernel"] + weights["output_bias"]
        if step < len(given):
            points.append(given[step])
            continue
        if points[-1][2] and phi.argmax() == len(text):
            return np.array(points[1 + len(given) :]), True
        pi, mx, my, sx, sy, rho = np.split(y[1:], 6)
        u, n1, n2, v = numbers[step - len(given)]
        pi = np.exp((1 + neatness) * pi)
        j = np.searchsorted(np.cumsum(pi / pi.sum()), u, side="right")
        r = 0.95 * np.tanh(rho[j])
        x = mx[j] + np.exp(sx[j] - neatness) * n1
        z = my[j] + np.exp(sy[j] - neatness) * (r * n1 + np.sqrt(1 - r**2) * n2)
        points.append(np.array([0.4 * x, 0.4 * z, v < 1 / (1 + np.exp(-y[0]))]))
    return np.array(points[1 + len(given) :]), False


@pytest.fixture(scope="module")
def scripts(browser: Browser) -> Iterator[Page]:
    """A page without a site, in which the scripts are."""
    page = browser.new_page()
    names = (HAND / "order.txt").read_text("utf-8").split()
    for path in [STATIC / "letters.js", STATIC / "play" / "engine.js", *(HAND / n for n in names)]:
        page.add_script_tag(content=path.read_text("utf-8"))
    yield page
    page.close()


WRITE = """async ([file, text, numbers, given, neatness]) => {
  const network = new HandNetwork.Network(await Letters.unpack(file));
  let n = 0;
  const run = network.write(text, { given, neatness, chance: () => numbers[n++] });
  const points = [];
  for (;;) {
    const { value, done } = await run.next();
    if (done) return [points, value];
    points.push(value.point);
  }
}"""


def written_in(
    page: Page, content: bytes, text: str, numbers: Array, given: Array, neatness: float
) -> tuple[Array, bool]:
    file = base64.b64encode(content).decode()
    arguments = [file, text, numbers.tolist(), np.asarray(given).tolist(), neatness]
    points, finished = page.evaluate(WRITE, arguments)
    return np.array(points), finished


@pytest.mark.parametrize("neatness", [0.0, 1.3])
@pytest.mark.parametrize("given", [0, 9])
def test_it_writes_what_is_computed_here(scripts: Page, given: int, neatness: float) -> None:
    content, text = random_network(), "ab Quick, 7?"
    numbers = random_numbers(MOST_POINTS * len(text), np.random.default_rng(1))
    begun = np.random.default_rng(3).normal(size=(9, 3)).round()[:given]
    wanted, ended = written_by(content, text, numbers, begun, neatness)
    found, finished = written_in(scripts, content, text, numbers, begun, neatness)
    assert len(wanted) > 20
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9)
    assert finished == ended


@pytest.mark.parametrize("begun", [None, [[0.3, 1, 0], [0.1, -1, 1]]])
def test_it_writes_what_the_package_writes(scripts: Page, begun: list[list[float]] | None) -> None:
    path = DOCS / "tutorials" / "data" / "handwriting.safetensors"
    if not path.is_file():
        pytest.skip("the network is not there yet")
    content, text = path.read_bytes(), "Call me Ishmael."
    numbers = random_numbers(MOST_POINTS * len(text), np.random.default_rng(2))
    wanted = handwrite_by(load_hand(path), text, numbers, neatness=0.7, begun=begun)
    found, finished = written_in(scripts, content, text, numbers, begun or [], 0.7)
    assert finished == wanted.finished
    np.testing.assert_allclose(found, wanted.strokes, rtol=0, atol=1e-5)


def test_draws_from_a_seed_have_the_moments_of_the_mixture(scripts: Page) -> None:
    # The pen, two shares, and for each x, y, their deviations' logarithms and the correlation.
    outputs = [0.4, 1.0, -0.5, 30, -20, 1, 4, -0.3, 0.2, 0.1, -1, 0.8, -0.6]
    found = scripts.evaluate(
        """(outputs) => {
          const { draw } = HandNetwork.Network.prototype;
          const chance = HandNetwork.chanceOf(7);
          const y = Float64Array.from(outputs);
          return Array.from({ length: 40000 }, () => draw.call({ scale: 1 }, y, 0, chance()));
        }""",
        outputs,
    )
    x, y, pen = np.transpose(found)
    assert abs(pen.mean() - 1 / (1 + np.exp(-0.4))) < 0.01
    assert abs((x > 0).mean() - 1 / (1 + np.exp(-1.5))) < 0.01
    for of, wanted in zip((x > 0, x < 0), np.reshape(outputs[3:], (5, 2)).T, strict=True):
        mean_x, mean_y, log_x, log_y, bend = wanted
        assert abs(x[of].mean() - mean_x) < 0.05
        assert abs(y[of].mean() - mean_y) < 0.05
        assert abs(x[of].std() / np.exp(log_x) - 1) < 0.03
        assert abs(y[of].std() / np.exp(log_y) - 1) < 0.03
        assert abs(np.corrcoef(x[of], y[of])[0, 1] - 0.95 * np.tanh(bend)) < 0.02


# The form -----------------------------------------------------------------------------------------


@pytest.fixture(params=["http", "folder"])
def opened(request: pytest.FixtureRequest, browser: Browser, root: str) -> Opened:
    address = root + NAME if request.param == "http" else (SITE / NAME).as_uri()
    return lambda **options: playing(browser, address, **options)


@contextmanager
def playing(browser: Browser, address: str, **options: Any) -> Iterator[check.Visit]:
    with check.visit(browser, address, **options) as seen:
        seen.page.locator(".hand").scroll_into_view_if_needed()
        yield seen
        assert check.quiet(seen) == []


@pytest.fixture
def page(browser: Browser, root: str) -> Iterator[Page]:
    """The form over http, for what is the same in both places; it has a keyboard and a mouse."""
    with playing(browser, root + NAME) as seen:
        yield seen.page


@pytest.fixture
def phone(browser: Browser, root: str) -> Iterator[Page]:
    """The same on a screen that is touched."""
    context = browser.new_context(
        viewport={"width": check.NARROW, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(root + NAME)
    page.locator(".hand").scroll_into_view_if_needed()
    yield page
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page: Page, words: str) -> None:
    expect(page.locator(STATUS)).to_contain_text(words, timeout=20_000)


def ends(page: Page) -> None:
    """Wait for the end of a line."""
    expect(page.locator(STATUS)).to_have_text(re.compile("^(Written|Not finished)"), timeout=30_000)


def path(page: Page, part: str) -> str:
    return page.locator(f".hand-{part}").get_attribute("d") or ""


def appears(page: Page, part: str) -> None:
    expect(page.locator(f".hand-{part}")).to_have_attribute("d", re.compile("M"))


def draw(page: Page, *strokes: list[tuple[float, float]]) -> None:
    """Draw with the mouse, in pixels from the corner of the paper."""
    box = page.locator(".hand svg").bounding_box()
    assert box is not None
    for first, *others in strokes:
        page.mouse.move(box["x"] + first[0], box["y"] + first[1])
        page.mouse.down()
        for x, y in others:
            page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
        page.mouse.up()


def touch(page: Page, *places: tuple[float, float]) -> None:
    """Draw a stroke with a finger."""
    box = page.locator(".hand svg").bounding_box()
    assert box is not None
    sent = page.context.new_cdp_session(page)
    for n, (x, y) in enumerate(places):
        points = [{"x": box["x"] + x, "y": box["y"] + y}]
        kind = "touchMove" if n else "touchStart"
        sent.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    sent.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


LETTER = [(30, 40), (30, 58), (38, 58), (42, 48)]


def test_nothing_is_loaded_before_the_form_is_used(opened: Opened) -> None:
    with opened() as seen:
        asked = "/networks/", "letters.js", "engine.js", "hand.js"
        assert not [url for url in seen.sizes if any(one in url for one in asked)]


def test_the_script_of_the_weights_is_light() -> None:
    (script,) = SITE.glob("_static/networks/handwriting*.js")
    assert script.stat().st_size <= 300_000


def test_it_writes_and_says_when_it_has_ended(opened: Opened) -> None:
    with opened() as seen:
        press(seen.page, "Write")
        ends(seen.page)
        points = len(re.findall("[MC]", path(seen.page, "written")))
        said = seen.page.locator(STATUS).inner_text()
        assert f" {points} points" in said
        first = path(seen.page, "written")
        press(seen.page, "Write")
        expect(seen.page.locator(".hand-written")).not_to_have_attribute("d", first)
        ends(seen.page)
        assert path(seen.page, "written") != first


def test_it_is_seen_stroke_by_stroke(page: Page) -> None:
    page.evaluate("""() => {
      window.lengths = [];
      new MutationObserver(() => {
        lengths.push(document.querySelector(".hand-written").getAttribute("d").length);
      }).observe(document.querySelector(".hand-written"), { attributes: true });
    }""")
    press(page, "Write")
    ends(page)
    lengths = page.evaluate("lengths")
    assert len(set(lengths)) > 10
    assert lengths == sorted(lengths)


def test_where_motion_is_not_wanted_the_whole_line_comes_at_once(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("""() => {
      window.seenPaths = new Set();
      new MutationObserver(() => {
        seenPaths.add(document.querySelector(".hand-written").getAttribute("d"));
      }).observe(document.querySelector(".hand-written"), { attributes: true });
    }""")
    press(page, "Write")
    ends(page)
    assert page.evaluate("[...seenPaths].filter(Boolean).length") == 1


def test_by_keyboard(page: Page) -> None:
    page.locator(".hand").get_by_label("Text").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("all of it by keys and then some more")
    page.keyboard.press("Enter")
    says(page, "Writing")
    page.keyboard.press("Tab")  # neatness
    page.keyboard.press("End")
    assert page.locator(".hand").get_by_label("Neatness").input_value() == "2"
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert page.locator(".hand").get_by_label("Size").input_value() == "12"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.locator(".hand").get_by_label("Style").input_value() == "0"
    page.keyboard.press("Tab")  # Write
    page.keyboard.press("Enter")
    says(page, "Writing")
    page.keyboard.press("Tab")  # Stop
    appears(page, "written")
    page.keyboard.press("Enter")
    says(page, "Stopped after")
    stopped = path(page, "written")
    page.wait_for_timeout(300)
    assert path(page, "written") == stopped
    page.keyboard.press("Tab")  # Clear
    page.keyboard.press("Space")
    says(page, "The paper is empty.")
    assert path(page, "written") == ""
    page.keyboard.press("Tab")  # Save
    page.keyboard.press("Enter")
    says(page, "nothing on the paper")
    page.keyboard.press("Tab")  # the paper
    expect(page.locator(".hand circle")).to_be_visible()
    for key in ["ArrowUp"] * 5 + ["Space"] + ["ArrowDown"] * 5 + ["ArrowRight"] * 2 + ["Space"]:
        page.keyboard.press(key)
    says(page, "The pen is lifted, 0.4 to the right and 0.0 above the rule.")
    assert path(page, "own").count("C") == 7
    page.keyboard.press("Shift+Tab")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename == "handwriting.svg"


def test_by_touch(phone: Page) -> None:
    touch(phone, (30, 40), (30, 58), (38, 58), (42, 48))  # before a script is there
    appears(phone, "own")
    touch(phone, (60, 40), (60, 58), (68, 58))
    assert path(phone, "own").count("M") == 2
    assert path(phone, "own").count("C") >= 5
    phone.locator(".hand").get_by_label("Text").tap()
    phone.locator(".hand").get_by_label("Text").fill("by touch")
    phone.locator(".hand").get_by_label("Size").tap(position={"x": 5, "y": 16})
    assert int(phone.locator(".hand").get_by_label("Size").input_value()) < 16
    phone.locator(".hand").get_by_label("Style").select_option(index=1)
    phone.locator(".hand").get_by_label("Neatness").tap(position={"x": 5, "y": 16})
    phone.get_by_role("button", name="Write", exact=True).tap()
    ends(phone)
    phone.locator(".hand svg").tap(position={"x": 20, "y": 20})
    says(phone, "press Clear first")
    assert path(phone, "own").count("M") == 2
    with phone.expect_download():
        phone.get_by_role("button", name="Save as SVG").tap()
    phone.get_by_role("button", name="Clear").tap()
    assert path(phone, "own") == path(phone, "written") == ""
    phone.get_by_role("button", name="Write", exact=True).tap()
    says(phone, "Writing")
    phone.get_by_role("button", name="Stop").tap()
    says(phone, "Stopped after")


def test_a_drawing_is_continued(opened: Opened) -> None:
    with opened() as seen:
        page = seen.page
        draw(page, LETTER, [(60, 40), (60, 58)])
        appears(page, "own")
        own = path(page, "own")
        assert own.startswith("M30.0 40.0C")
        press(page, "Write")
        ends(page)
        assert path(page, "own") == own
        assert path(page, "written")
        says(page, "points")
        draw(page, LETTER)  # on what is written
        says(page, "press Clear first")
        assert path(page, "own") == own
        press(page, "Clear")
        assert path(page, "own") == ""


def test_what_is_drawn_is_what_the_network_reads(scripts: Page) -> None:
    strokes = [[[0.1, 1], [0.1, 0], [1.2, 0]], [[2, 0.5]], [[2, 1], [3, 1], [2, 1.1]]]
    given, end = scripts.evaluate(
        """([strokes]) => {
          const writer = { points: [[1, 0.5, 0], [1, -0.25, 1]] };
          const { points, end } = HandDrawing.givenBy(writer, strokes, 0.3);
          return [points, end];
        }""",
        [strokes],
    )
    points = np.array(given)
    places = np.cumsum(points[:, :2], axis=0)
    np.testing.assert_allclose(places[:2], [[1, 0.5], [2, 0.25]])
    np.testing.assert_allclose(places[2], [3.1, 1])  # a space behind what the writer wrote
    np.testing.assert_allclose(end, [2, 1.1])
    np.testing.assert_allclose(places[-1], [5, 1.1])
    assert points[2:, 2].tolist() == [*[0] * 7, 1, 1, *[0] * 7, 1]
    steps = np.linalg.norm(np.diff(places[2:10], axis=0), axis=1)
    np.testing.assert_allclose(steps, 2.1 / 7, atol=0.1)  # a corner is cut


def test_the_network_is_given_all_that_is_set(page: Page) -> None:
    page.locator(".hand").get_by_label("Text").fill("  by the  form ")
    draw(page, LETTER)
    page.locator(".hand").get_by_label("Style").select_option(index=2)
    page.locator(".hand").get_by_label("Neatness").fill("0.3")
    expect(page.locator(".hand-value")).to_have_text("0.3")
    page.evaluate("""() => {
      const { write } = HandNetwork.Network.prototype;
      HandNetwork.Network.prototype.write = function (text, { given, neatness }) {
        const [, style] = this.styles;
        const isStyle = style.points.every((point, n) => point === given[n]);
        const rest = given.length - style.points.length;
        window.told = { text, neatness, begun: style.text, isStyle, rest };
        return write.apply(this, arguments);
      };
    }""")
    press(page, "Write")
    ends(page)
    told = page.evaluate("told")
    assert told["text"] == f"{told['begun']} by the form"
    assert told["neatness"] == 0.3
    assert told["isStyle"]
    assert told["rest"] > 3


def test_a_drawing_of_one_point_is_refused(page: Page) -> None:
    draw(page, [(40, 40)])
    appears(page, "own")
    press(page, "Write")
    says(page, "no more than a point")
    assert path(page, "written") == ""
    draw(page, LETTER)  # it can be gone on with
    press(page, "Write")
    ends(page)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "There is no text yet"),
        ("   ", "There is no text yet"),
        ("a" * 51, "The text has 51 characters; a line takes at most 50."),
        ("word " * 2000, "The text has 9,999 characters; a line takes at most 50."),
        ("日本", "has not learned “日”, “本”. Nothing else is in the text."),
    ],
)
def test_what_cannot_be_written_is_said(page: Page, text: str, problem: str) -> None:
    page.locator(".hand").get_by_label("Text").fill(text)
    press(page, "Write")
    says(page, problem)
    assert path(page, "written") == ""
    expect(page.locator(".hand-replace")).to_be_hidden()


def test_unknown_characters_are_named_and_others_offered(page: Page) -> None:
    page.locator(".hand").get_by_label("Text").fill("Cafe\u0301 & “ﬁne”; Straße 👍🏽 ½")
    press(page, "Write")
    says(page, "The network has not learned “é”, “&”, ““”, “ﬁ”, “””, “;”, “ß”, “👍🏽”, “½”.")
    says(page, "“e” for “é”, “and” for “&”")
    says(page, "“👍🏽” left out")
    press(page, "Take what it offers")
    assert page.locator(".hand").get_by_label("Text").input_value() == "Cafe and 'fine', Strasse"
    expect(page.locator(".hand-replace")).to_be_hidden()
    expect(page.locator(".hand").get_by_label("Text")).to_be_focused()
    ends(page)


def test_weights_with_another_hash_are_not_used(page: Page) -> None:
    def other(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(body=text.replace("AAAA", "AAAB", 1), content_type="text/javascript")

    page.route("**/networks/*.js", other)
    press(page, "Write")
    says(page, "not the one that this page was built with")
    assert path(page, "written") == ""
    page.unroute("**/networks/*.js")
    press(page, "Write")
    ends(page)


@pytest.mark.parametrize("damage", ['"AA', '"!', "cut"])
def test_where_a_browser_has_no_hashes_damage_is_said_all_the_same(page: Page, damage: str) -> None:
    def other(route: Route) -> None:
        text = route.fetch().text()
        body = f'{text[:90_001]}";' if damage == "cut" else text.replace('"', damage, 1)
        route.fulfill(body=body, content_type="text/javascript")

    page.evaluate("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.route("**/networks/*.js", other)
    press(page, "Write")
    says(page, "The file of the weights is damaged")
    assert path(page, "written") == ""


@pytest.mark.parametrize("missing", ["**/networks/*.js", "**/hand.js", "**/engine.js"])
def test_a_missing_file_is_said_and_may_come_later(
    browser: Browser, root: str, missing: str
) -> None:
    with check.visit(browser, root + NAME) as seen:
        seen.page.route(missing, lambda route: route.abort())
        press(seen.page, "Write")
        says(seen.page, "is missing")
        seen.page.unroute(missing)
        press(seen.page, "Write")
        ends(seen.page)


def test_a_file_of_the_line_is_saved(opened: Opened, tmp_path: Path) -> None:
    with opened() as seen:
        page = seen.page
        page.locator(".hand").get_by_label("Text").fill("to be kept, isn't it?")
        draw(page, LETTER)
        appears(page, "own")
        press(page, "Write")
        ends(page)
        with page.expect_download() as saved:
            press(page, "Save as SVG")
        says(page, "Saved as handwriting.svg.")
        saved.value.save_as(tmp_path / "line.svg")
        shown = path(page, "own") + path(page, "written")
    root = ET.parse(tmp_path / "line.svg").getroot()
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.findtext("svg:title", namespaces=space) == "to be kept, isn't it?"
    group = root.find("svg:g", space)
    assert group is not None
    assert (group.get("stroke"), group.get("fill")) == ("#000", "none")
    paths = [one.get("d") or "" for one in group.findall("svg:path", space)]
    assert "".join(paths) == shown
    assert all(re.fullmatch(r"M[-\d. C]+(h0)?", one) for one in paths)
    width, height = map(float, (root.get("viewBox") or "").split()[2:])
    first = [[float(value) for value in re.findall(r"-?[\d.]+", one)[:2]] for one in paths]
    assert all(0 <= x <= width for x, _ in first)
    assert 0 < height < 1000


def test_the_size_is_that_of_the_line_as_well_as_of_what_comes(page: Page) -> None:
    press(page, "Write")
    ends(page)
    before = path(page, "written")
    page.locator(".hand").get_by_label("Size").fill("12")
    small = path(page, "written")
    assert small != before
    assert small.count("C") == before.count("C")
    page.locator(".hand").get_by_label("Size").fill("24")
    assert path(page, "written") == before


def test_words_go_to_the_next_row_where_there_is_no_room(scripts: Page) -> None:
    def word(number: int, left: float, right: float) -> dict[str, Any]:
        return {"points": [[left, 0], [right, 1]], "word": number}

    strokes = [word(0, 0.5, 3), word(0, 3, 4), word(1, 5, 8), word(2, 9, 14), word(2, 15, 15)]
    found = scripts.evaluate("strokes => HandPaper.arrange(strokes, 8)", strokes)
    assert [place["row"] for place in found["places"]] == [0, 0, 0, 1, 1]
    assert [place["shift"] for place in found["places"]] == [-0.5, -0.5, -0.5, -9, -9]
    assert found["rows"] == 2
    assert found["widest"] == 7.5


@pytest.mark.parametrize(("colours", "width"), [("light", check.WIDE), ("dark", check.NARROW)])
def test_it_is_accessible_and_fits(browser: Browser, root: str, colours: str, width: int) -> None:
    with playing(browser, root + NAME, colours=colours, width=width) as seen:
        seen.page.evaluate(use.AXE)
        assert use.axe(seen.page, ".hand") == []
        seen.page.locator(".hand").get_by_label("Size").fill("40")
        draw(seen.page, LETTER)
        press(seen.page, "Write")
        says(seen.page, "Writing")
        assert use.axe(seen.page, ".hand") == []
        ends(seen.page)
        seen.page.locator(".hand").get_by_label("Text").fill("é")
        press(seen.page, "Write")
        says(seen.page, "has not learned")
        assert use.axe(seen.page, ".hand") == []
        assert check.upright(seen) == []


def test_the_page_answers_while_it_writes(page: Page) -> None:
    page.evaluate("""() => {
      window.waits = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (entry.interactionId) waits.push(entry.duration);
      }).observe({ type: "event", durationThreshold: 16, buffered: true });
    }""")
    page.locator(".hand").get_by_label("Style").select_option(index=1)
    began = time.monotonic()
    press(page, "Write")
    for _ in range(5):
        page.locator(".hand").get_by_label("Text").press("a")
        page.locator(".hand").get_by_label("Size").press("ArrowLeft")
    ends(page)
    took = 1000 * (time.monotonic() - began)
    waits = page.evaluate("waits")
    assert waits
    # From a key to what is seen of it: writing at one go would let it wait nearly to the end.
    assert max(waits) < took / 3


def test_the_directive_makes_a_form_and_a_script(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "playing.hand")
    data = site.source / "tutorials" / "data"
    data.mkdir(parents=True)
    content = random_network()
    (data / "one.safetensors").write_bytes(content)
    styles = [{"name": "upright", "text": "ab", "points": [[0, 1, 0], [0, -1, 1]]}]
    (data / "two.json").write_text(json.dumps({"styles": styles}))
    options = ":network: one.safetensors\n:styles: two.json\n:text: a <b\n"
    site.page(
        "tutorials/other", f"---\norphan: true\n---\n\n# Title\n\n```{{hand}}\n{options}```\n"
    )
    site.page("index", "# Title\n")
    assert site.build() == ""
    form = site.html("tutorials/other.html")
    assert 'data-network="../_static/networks/one.safetensors"' in form
    assert 'value="a &lt;b"' in form
    assert '<option value="0">upright</option>' in form
    text = f"{base64.b64encode(content).decode()}\n{json.dumps(styles, separators=(',', ':'))}"
    assert f'data-hash="{hashlib.sha256(text.encode()).hexdigest()}"' in form
    assert site.html("_static/networks/one.safetensors.js").count(json.dumps(text)) == 1
