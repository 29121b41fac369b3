"""Each check of a page is seen to catch a page that is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser

from shipping.content_policy import META

from .checks import page_load as check
from .checks import page_use as use
from .tools.browser import served

SOUND = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><meta name="description" content="A page.">
<link rel="icon" href="data:,">{head}</head><body><main id="top"><h1 id="title">A page</h1>{body}
</main></body></html>"""
POLICY = f'<meta http-equiv="Content-Security-Policy" content="{META}">'
BROKEN = {
    "heavy": (check.weight, "", '<img src="noise.bin" alt="">', "weighs"),
    "many requests": (
        check.weight, "", "".join(f'<img src="{n}.svg" alt="">' for n in range(31)), "requests",
    ),
    "another host": (
        check.weight, "", '<img src="http://127.0.0.1:9/x.png" alt="">', "another host",
    ),
    "moves": (
        check.steadiness, "",
        "<p>Text.</p>" * 20 + "<script>setTimeout(() => title.style.height = '500px', 50)</script>",
        "shifts",
    ),
    "error": (check.quiet, "", "<script>missing()</script>", "missing is not defined"),
    "missing file": (check.quiet, "", '<img src="gone.png" alt="">', "404"),
    "inline script": (check.quiet, POLICY, "<script>1</script>", "refused script-src"),
    "inline handler": (
        check.quiet, POLICY, '<img src="data:," alt="" onerror="1">', "refused script-src",
    ),
    "style element": (check.quiet, POLICY, "<style>p {color: red}</style>", "refused style-src"),
    "too wide": (check.upright, "", '<p style="width: 2000px">Wide.</p>', "scrolls sideways"),
    "clipped formula": (
        check.clipped, "",
        '<div class="formula" style="width: 9em; overflow-x: auto">' + "x" * 99 + "</div>",
        "wider than its column",
    ),
    "clipped code": (
        check.clipped, "",
        '<div class="cell"><pre style="overflow-x: auto">' + "x" * 300 + "</pre></div>",
        "wider than its column",
    ),
    "twice an id": (check.addresses, "", '<p id="a">a</p><p id="a">b</p>', "have the id a"),
    "heading": (check.addresses, "", "<h2>No address</h2>", "heading without id"),
    "figure": (check.addresses, "", "<figure>x</figure>", "figure without id"),
    "equation": (check.addresses, "", '<div class="equation">x</div>', "equation without id"),
    "exercise": (
        check.addresses, "", '<section class="exercise">x</section>', "exercise without id",
    ),
    "dead link": (check.addresses, "", '<a href="#gone">gone</a>', "a link to #gone"),
    "second title": (check.addresses, "", '<h1 id="b">B</h1>', "one h1"),
    "no focus": (
        use.keyboard, "<style>:focus {outline: 0}</style>", '<a href="#top">A</a>',
        "cannot be seen",
    ),
    "unreachable": (
        use.keyboard, "", '<div inert><a href="#top">A</a></div>', "does not reach",
    ),
    "faint": (use.accessibility, "", '<p style="color: #aaa">Faint.</p>', "color-contrast"),
    "faint in the dark": (
        use.accessibility, "<style>[data-theme=dark] p {color: #ddd}</style>", "<p>Faint.</p>",
        "(dark, 390 px",
    ),
    "faint in an answer": (
        use.accessibility, "",
        '<details><summary>A</summary><p style="color: #aaa">Faint.</p></details>',
        "answers open",
    ),
    "small targets": (
        use.accessibility, "",
        "".join(
            f'<button style="width: 10px; height: 10px; padding: 0; margin: 0" aria-label="{n}">'
            "</button>" for n in "abc"
        ),
        "target-size",
    ),
    "other name": (
        use.accessibility, "", '<button aria-label="Close">Open</button>',
        "label-content-name-mismatch",
    ),
    "no name": (use.accessibility, "", '<svg role="img"></svg>', "svg-img-alt"),
    "no keyboard": (
        use.accessibility, "",
        '<pre style="overflow: auto; width: 9em">' + "wide " * 99 + "</pre>",
        "scrollable-region-focusable",
    ),
    "too wide on a phone": (
        use.accessibility, "", '<p style="width: 800px">Wide.</p>', "(dark, 390 px",
    ),
    "idle button": (
        use.useful, "",
        '<button class="theme-switch-button" aria-label="Colours">C</button>'
        + "".join(f'<button class="theme-change-button" data-mode="{m}">{m}</button>'
                  for m in ("dark", "light")),
        "dark does not work",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "noise.bin").write_bytes(Random(42).randbytes(320_000))
    for number in range(31):
        (folder / f"{number}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "404.html").write_text("none")
    return folder


def seen_in(
    browser: Browser, folder: Path, checks: list[Callable[[check.Visit], list[str]]],
    head: str, body: str,
) -> list[str]:  # fmt: skip
    (folder / "page.html").write_text(SOUND.format(head=head, body=body))
    with served(folder) as root, check.visit(browser, f"{root}page.html") as seen:
        return [fault for each in checks for fault in each(seen)]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_page_is_caught(browser: Browser, folder: Path, name: str) -> None:
    one_check, head, body, expected = BROKEN[name]
    faults = seen_in(browser, folder, [one_check], head, body)
    assert any(expected in fault for fault in faults), faults


def test_a_sound_page_passes(browser: Browser, folder: Path) -> None:
    checks = list(dict.fromkeys(one_check for one_check, *_ in BROKEN.values()))
    assert seen_in(browser, folder, checks, POLICY, '<p><a href="#title">Up</a></p>') == []
