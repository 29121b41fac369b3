"""Answers check themselves: what the build makes of a check, and what the reader can do with it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page

from .checks.page_use import AXE, axe
from .tools.browser import served
from .tools.built_pages import DOCS
from .tools.small_site import SmallSite

STATIC = DOCS / "_static"
KEY = "rnnlab-checks"
NAME = "page#how-many"
NUMBER = """```{check} how-many
:kind: number
:answer: count
:tolerance: 10 %

**Predict first:** how many numbers does $W_x$ hold?

15
: The *bias* counts, too.

1/40
: The other way round.

halves
: A half is {glue:text}`halves`.
```
"""
SHAPE = """```{check} which-shape
:kind: shape
:answer: (3, 5)

Which shape has `kernel`?

5, 3
: Features come first.
```
"""
CHOICE = """```{check} which-one
:kind: choice
:answer: best

Which one?

It doesn't learn
: It does.

The second
: Its error is the smallest.

The "third" | \\<b>
: It is the second.
```
"""
ORDER = """```{check} which-order
:kind: order

Put them in order.

1. none
2. some
3. all

3, 2, 1
: The other way round.
```
"""
FOLD = """```{fold-start} The answer
```

It is so.

```{fold-end}
```
"""
PAGE = f"# Page\n\n{NUMBER}\n{FOLD}\n{SHAPE}\n{CHOICE}\n{ORDER}\n{FOLD}"
INDEX = "# Index\n\n```{check-progress}\n```\n\n```{toctree}\npage\nother\n```\n"
VALUES = {"count": "40", "halves": "20.5", "best": "'The second'", "word": "'some'"}


def small_site(folder: Path, page: str = PAGE) -> SmallSite:
    """A site whose page has run: its values are those above."""
    extensions = {"myst_enable_extensions": ["dollarmath", "deflist"]}
    site = SmallSite(
        folder, "showing.folds", "showing.page_times", "playing.checks",
        html_static_path=["_static"], exclude_patterns=["_build"], **extensions,
    )  # fmt: skip
    (site.source / "_static").mkdir()
    for name in ("checks.js", "checks.css"):
        (site.source / "_static" / name).write_bytes((STATIC / name).read_bytes())
    write_page(site, page)
    site.page("index", INDEX)
    site.page("other", "# Other\n\nNothing.\n")
    return site


def write_page(site: SmallSite, page: str) -> None:
    prefix = "application/papermill.record/"
    outputs = [
        new_output(
            "display_data", {f"{prefix}text/plain": text},
            metadata={"scrapbook": {"mime_prefix": prefix, "name": key}},
        )
        for key, text in VALUES.items()
    ]  # fmt: skip
    notebook = new_notebook(
        cells=[new_markdown_cell(page), new_code_cell("glue(...)", outputs=outputs)],
        metadata={"language_info": {"name": "python", "pygments_lexer": "python"}},
    )
    nbformat.write(notebook, site.source / "page.ipynb")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    site = small_site(tmp_path_factory.mktemp("site"))
    assert site.build() == ""
    return site


@pytest.fixture(scope="module")
def address(site: SmallSite) -> Iterator[str]:
    with served(site.source / "_build" / "html") as address:
        yield address


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[Page]:
    """A browser that has seen nothing before, on the page; an error in a script fails the test."""
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}page.html")
    yield page
    context.close()
    assert errors == []


def the(window: Page, name: str) -> Locator:
    return window.locator(f"form#{name}")


def said(form: Locator) -> str:
    return form.get_by_role("status").inner_text().strip()


def answer(form: Locator, text: str) -> str:
    """Write an answer, send it off, and return what is said."""
    form.get_by_role("textbox").fill(text)
    form.get_by_role("button", name="Check").click()
    return said(form)


def kept(window: Page, key: str = KEY) -> Any:
    return json.loads(window.evaluate("(key) => localStorage.getItem(key)", key) or "null")


# -- What the build makes --------------------------------------------------------------------------


def test_a_check_is_a_native_form_that_waits_for_the_script(site: SmallSite) -> None:
    html = site.html("page.html")
    number = re.search(r'<form class="check"[^>]*id="how-many".*?</form>', html, re.DOTALL)
    assert number
    assert 'data-answer="40.0"' in number[0]
    assert 'data-tolerance="4.0"' in number[0]
    assert "<fieldset disabled><legend><strong>Predict first:</strong>" in number[0]
    assert 'data-given="15.0">The <em>bias</em> counts' in number[0]
    assert 'data-given="20.5">A half is' in number[0]
    assert 'data-answer="3,5"' in html
    assert 'data-answer="The second"' in html
    assert 'data-answer="none | some | all"' in html


def test_script_and_styles_are_loaded_where_there_is_a_check(site: SmallSite) -> None:
    for name, wanted in {"page": True, "index": True, "other": False}.items():
        html = site.html(f"{name}.html")
        assert ("checks.js" in html) == ("checks.css" in html) == wanted
    assert re.search(r'<script defer="defer" src="_static/checks.js', site.html("page.html"))


def test_options_are_shuffled_alike_in_each_build(tmp_path: Path, site: SmallSite) -> None:
    other = small_site(tmp_path)
    other.build()
    assert other.html("page.html") == site.html("page.html")
    items = re.findall(r'<select data-value="(\w+)"', site.html("page.html"))
    assert sorted(items) == ["all", "none", "some"]
    assert items != ["none", "some", "all"]


def test_the_index_lists_the_checks_of_each_page_and_follows_them(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    site.build()
    names = "page#how-many page#which-shape page#which-one page#which-order"
    assert f'<span data-checks="{names}">0 of 4</span>' in site.html("index.html")
    assert (
        "other.html"
        not in site.html("index.html").partition("check-progress")[2].partition("</form>")[0]
    )
    write_page(site, f"# Page\n\n{NUMBER}\n{FOLD}")
    assert site.build() == ""
    assert '<span data-checks="page#how-many">0 of 1</span>' in site.html("index.html")


def test_questions_count_as_reading_and_hints_do_not(tmp_path: Path) -> None:
    long = NUMBER.replace("numbers", "word " * 360)
    page = "# Page\n\n{page-time}`read`\n\n"
    for check, minutes in {
        long: "3 minutes",
        NUMBER.replace("The *bias*", "word " * 360): "1 minute",
    }.items():
        folder = tmp_path / minutes[0]
        folder.mkdir()
        site = small_site(folder, page + check + FOLD)
        assert site.build() == ""
        assert f"<p>{minutes}</p>" in site.html("page.html")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (":answer: count", ":answer: counted", "this page has no value 'counted'"),
        (":answer: count", ":answer: 40", "this page has no value '40'"),
        (":answer: count", ":answer: word", "the value of 'word' is no number but 'some'"),
        ("15\n:", "fifteen\n:", "this page has no value 'fifteen'"),
        ("15\n:", "42\n:", "the wrong answer '42' is right"),
        (":tolerance: 10 %", ":tolerance: small", "the tolerance is no number: 'small'"),
        (":kind: number\n", "", "wanted a :kind:"),
        (":answer: (3, 5)", ":answer: (3; 5)", "this page has no value '3; 5'"),
        (":answer: best", ":answer: word", "'some' is none of the options"),
        ("3, 2, 1", "3, 2", "'3, 2' is no order of none; some; all"),
        ("3, 2, 1", "1, 2, 3", "the wrong answer '1, 2, 3' is right"),
        ("Which shape has `kernel`?\n", "", "wanted a question in one paragraph first"),
        ("3. all\n", "3. all\n\nMore.\n", "wanted nothing but"),
    ],
)
def test_a_check_that_cannot_be_right_is_refused(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in PAGE
    site = small_site(tmp_path, PAGE.replace(old, new, 1))
    complaints = site.build()
    assert complaint in complaints
    assert re.search(r"page\.ipynb:\d+", complaints)


def test_two_checks_of_one_name_are_refused(tmp_path: Path) -> None:
    site = small_site(tmp_path, f"# Page\n\n{SHAPE}\n{SHAPE}\n{FOLD}")
    assert "which-shape" in site.build()


def test_the_script_is_small() -> None:
    assert len(gzip.compress((STATIC / "checks.js").read_bytes(), 9)) <= 6000


# -- What the reader can do ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["40", " 40 ", "36.5", "43,9", "4e1", "+40.0", "80/2", "40 / 1", "40 %"]
)
def test_a_right_number(window: Page, text: str) -> None:
    assert answer(the(window, "how-many"), text) == "Right."


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("15", "Not quite. The bias counts, too."),
        ("0.025", "Not quite. The other way round."),
        ("20,5", "Not quite. A half is 20.5."),
        ("400", "No. Try again, or open the answer."),
        ("-40", "No. Try again, or open the answer."),
        ("\N{MINUS SIGN}40", "No. Try again, or open the answer."),
        ("40/0", "No. Try again, or open the answer."),
        ("1 234", "No. Try again, or open the answer."),
        ("1,234.5", "No. Try again, or open the answer."),
        ("35.9", "No. Try again, or open the answer."),
        ("", "Write an answer first."),
        ("forty", "“forty” is not a number. Write it as 12, 0.5, 1e-3 or 1/3."),
        ("4 5", "“4 5” is not a number. Write it as 12, 0.5, 1e-3 or 1/3."),
        ("1/0/2", "“1/0/2” is not a number. Write it as 12, 0.5, 1e-3 or 1/3."),
        ("4 or 5", "“4 or 5” is not a number. Write it as 12, 0.5, 1e-3 or 1/3."),
        ("<b>4</b>", "“<b>4</b>” is not a number. Write it as 12, 0.5, 1e-3 or 1/3."),
    ],
)
def test_a_number_that_is_not_right(window: Page, text: str, reply: str) -> None:
    form = the(window, "how-many")
    assert answer(form, text) == reply
    assert form.get_by_role("textbox").input_value() == text  # it can be mended
    if not reply.startswith("N"):
        assert kept(window) is None


@pytest.mark.parametrize("text", ["(3, 5)", "[3,5]", "3 x 5", "3 5", "3\N{MULTIPLICATION SIGN}5"])
def test_a_right_shape(window: Page, text: str) -> None:
    assert answer(the(window, "which-shape"), text) == "Right."


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("(5, 3)", "Not quite. Features come first."),
        ("(3, 5, 1)", "No. Try again, or open the answer."),
        ("(3, five)", "“(3, five)” is not a shape. Write it as (4, 5)."),
    ],
)
def test_a_shape_that_is_not_right(window: Page, text: str, reply: str) -> None:
    assert answer(the(window, "which-shape"), text) == reply


def test_a_choice(window: Page) -> None:
    form = the(window, "which-one")
    check = form.get_by_role("button", name="Check")
    check.click()
    assert said(form) == "Choose an answer first."
    form.get_by_label(re.compile("It doesn.t learn")).check()
    check.click()
    assert said(form) == "Not quite. It does."
    form.get_by_label(re.compile("third. | <b>")).check()
    check.click()
    assert said(form) == "Not quite. It is the second."
    form.get_by_label("The second").check()
    check.click()
    assert said(form) == "Right. Its error is the smallest."


def test_an_order(window: Page) -> None:
    form = the(window, "which-order")

    def order(**places: str) -> str:
        for item, place in places.items():
            form.get_by_label(item).select_option(place)
        form.get_by_role("button", name="Check").click()
        return said(form)

    assert order(none="1", some="1", all="3") == "Give each place once."
    assert order(none="3", some="2", all="1") == "Not quite. The other way round."
    assert order(none="2", some="1", all="3") == "No. Try again, or open the answer."
    assert order(none="1", some="2", all="3") == "Right."


def test_the_answer_is_opened_by_who_asks_and_all_works_by_keyboard(window: Page) -> None:
    form = the(window, "how-many")
    fold = window.locator("details.fold").first
    assert form.get_by_role("button", name="Open the answer").count() == 0
    form.get_by_role("textbox").focus()
    window.keyboard.type("40")
    window.keyboard.press("Enter")
    assert said(form) == "Right."
    assert fold.get_attribute("open") is None
    window.keyboard.press("Tab")  # to Check
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.textContent") == "Open the answer"
    window.keyboard.press("Enter")
    assert fold.get_attribute("open") is not None
    assert window.evaluate("document.activeElement.tagName") == "SUMMARY"
    choice = the(window, "which-one")
    choice.get_by_role("radio").first.focus()
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Enter")
    assert said(choice) != ""


def test_the_last_check_opens_the_last_fold(window: Page) -> None:
    form = the(window, "which-shape")
    answer(form, "3, 5")
    form.get_by_role("button", name="Open the answer").click()
    assert [fold.get_attribute("open") for fold in window.locator("details.fold").all()] == [
        None, "",
    ]  # fmt: skip


def test_what_is_said_is_announced(window: Page) -> None:
    form = the(window, "how-many")
    place = form.get_by_role("status")  # it is there before there is anything to say
    assert place.count() == 1
    assert place.inner_text() == ""
    assert form.get_by_role("group").count() == 1
    name = form.get_by_role("group").evaluate("(group) => group.querySelector('legend').innerText")
    assert name.startswith("Predict first: how many numbers")
    answer(form, "40")
    assert "Open the answer" not in place.inner_text()


def test_answers_are_kept_and_shown_again(window: Page, address: str) -> None:
    answer(the(window, "how-many"), "40")
    answer(the(window, "which-shape"), "(5, 3)")
    the(window, "which-one").get_by_label("The second").check()
    the(window, "which-one").get_by_role("button", name="Check").click()
    for item, place in {"none": "1", "some": "2", "all": "3"}.items():
        the(window, "which-order").get_by_label(item).select_option(place)
    the(window, "which-order").get_by_role("button", name="Check").click()
    assert kept(window)["answers"][NAME] == {"given": "40", "right": True}
    window.reload()
    assert said(the(window, "how-many")) == "You have answered this rightly."
    assert the(window, "how-many").get_by_role("textbox").input_value() == "40"
    assert said(the(window, "which-shape")) == "This was your answer."
    assert the(window, "which-shape").get_by_role("textbox").input_value() == "(5, 3)"
    assert the(window, "which-one").get_by_label("The second").is_checked()
    assert the(window, "which-order").get_by_label("all").input_value() == "3"
    window.goto(f"{address}index.html")
    assert window.locator("[data-checks]").inner_text() == "3 of 4"


def test_who_was_right_once_stays_so(window: Page) -> None:
    answer(the(window, "how-many"), "40")
    answer(the(window, "how-many"), "41000")
    assert kept(window)["answers"][NAME] == {"given": "41000", "right": True}


def export(window: Page) -> dict[str, Any]:
    with window.expect_download() as download:
        window.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "rnnlab-answers.json"
    return dict(json.loads(Path(download.value.path()).read_text("utf-8")))


def bring(window: Page, state: object) -> str:
    """Import a file."""
    text = state if isinstance(state, str) else json.dumps(state)
    file = {"name": "mine.json", "mimeType": "application/json", "buffer": text.encode()}
    status = window.get_by_role("status")
    status.evaluate("(place) => place.replaceChildren()")
    window.get_by_label("Import").set_input_files(file)  # type: ignore[arg-type]
    status.filter(has_text=re.compile(".")).wait_for()
    return said(window.locator("form.check-progress"))


def test_export_reset_and_import(window: Page, address: str) -> None:
    answer(the(window, "how-many"), "40")
    window.goto(f"{address}index.html")
    state = export(window)
    assert state["answers"] == {NAME: {"given": "40", "right": True}}
    window.once("dialog", lambda dialog: dialog.dismiss())
    window.get_by_role("button", name="Reset").click()
    assert window.locator("[data-checks]").inner_text() == "1 of 4"
    window.once("dialog", lambda dialog: dialog.accept())
    window.get_by_role("button", name="Reset").click()
    assert window.locator("[data-checks]").inner_text() == "0 of 4"
    assert said(window.locator("form.check-progress")) == "All answers are forgotten."
    assert kept(window)["answers"] == {}
    assert bring(window, state).startswith("Answers in mine.json: 1.")
    assert window.locator("[data-checks]").inner_text() == "1 of 4"


def test_a_file_changes_no_right_answer(window: Page, address: str) -> None:
    answer(the(window, "how-many"), "40")
    window.goto(f"{address}index.html")
    wrong = {NAME: {"given": "2", "right": False}, "page#which-shape": {"given": 3}}
    assert bring(window, {"version": 1, "answers": wrong}).startswith("Answers in mine.json: 1.")
    assert kept(window)["answers"] == {NAME: {"given": "40", "right": True}}


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "null", "7", '{"answers": {}}'])
def test_a_file_without_answers_is_refused(window: Page, address: str, text: str) -> None:
    answer(the(window, "how-many"), "40")
    window.goto(f"{address}index.html")
    reply = bring(window, text)
    assert reply == "mine.json holds no answers of this site. Nothing was changed."
    assert window.locator("[data-checks]").inner_text() == "1 of 4"


@pytest.mark.parametrize("old", ['{"version": 0, "solved": ["how-many"]}', "no JSON", "[]"])
def test_a_state_of_another_version_is_said_and_kept(window: Page, address: str, old: str) -> None:
    window.evaluate("([key, old]) => localStorage.setItem(key, old)", [KEY, old])
    window.reload()
    assert answer(the(window, "how-many"), "40") == "Right."
    window.goto(f"{address}index.html")
    assert "another version" in said(window.locator("form.check-progress"))
    assert window.locator("[data-checks]").inner_text() == "1 of 4"
    state = export(window)
    assert state["aside"] == [old]
    assert NAME in state["answers"]
    window.once("dialog", lambda dialog: dialog.accept())
    window.get_by_role("button", name="Reset").click()
    bring(window, state)
    assert export(window)["aside"] == [old]


def test_a_file_of_another_version_is_said_and_kept(window: Page, address: str) -> None:
    window.goto(f"{address}index.html")
    assert "another version" in bring(window, {"version": 2, "answers": []})
    assert [json.loads(one)["version"] for one in export(window)["aside"]] == [2]


def test_a_browser_that_keeps_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', "
        "{get() { throw new DOMException('no', 'SecurityError'); }});"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.stack or ""))
    page.goto(f"{address}page.html")
    assert answer(the(page, "how-many"), "40") == "Right."
    page.goto(f"{address}index.html")
    assert said(page.locator("form.check-progress")) == (
        "This browser keeps no answers for this site."
    )
    bring(page, {"version": 1, "answers": {NAME: {"given": "40", "right": True}}})
    assert page.locator("[data-checks]").inner_text() == "1 of 4"
    assert [stack for stack in errors if "checks.js" in stack] == []  # Sphinx's own scripts do fail
    context.close()


def test_a_full_store_loses_nothing(window: Page) -> None:
    """What can't be kept does not displace what is."""
    old = '{"version": 0, "solved": []}'
    window.evaluate("([key, old]) => localStorage.setItem(key, old)", [KEY, old])
    window.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"
    )
    window.reload()
    assert answer(the(window, "how-many"), "40") == "Right."
    assert kept(window) == json.loads(old)


def test_without_scripts_the_question_stays_and_the_fold(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}page.html")
    form = the(page, "how-many")
    assert form.locator("legend").is_visible()
    assert form.locator("input, button, select").filter(visible=True).count() == 0
    assert page.get_by_text("The bias counts").filter(visible=True).count() == 0
    page.locator("details.fold > summary").first.click()
    assert page.get_by_text("It is so.").first.is_visible()
    page.goto(f"{address}index.html")
    assert not page.locator("form.check-progress").is_visible()
    context.close()


# -- On the site -----------------------------------------------------------------------------------


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_everyone_can_use_checks_that_were_answered(
    browser: Browser, root: str, colours: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{root}tutorials/predicting-a-time-series.html")
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", colours)
    for form in page.locator("form.check").all():
        if form.get_by_role("textbox").count():
            form.get_by_role("textbox").fill("1")
        elif form.get_by_role("radio").count():
            form.get_by_role("radio").first.check()
        form.get_by_role("button", name="Check").click()
        assert said(form) != ""
    page.evaluate(AXE)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(f"{root}index.html")
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", colours)
    page.evaluate(AXE)
    assert axe(page) == []
    context.close()
