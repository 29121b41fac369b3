"""The policy stands in every page and in the headers; what it would refuse stops the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipping.content_policy import HEADERS, META, breaches

from .tools.small_site import SmallSite


def test_scripts_come_from_files_alone() -> None:
    directives = dict(part.split(" ", 1) for part in META.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert all("http" not in sources for sources in directives.values())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script>1</script>", ["a script without a file"]),
        ('<SCRIPT type="module">1</SCRIPT>', ["a script without a file"]),
        ('<button class="a" onclick="go()">', ["an inline handler, onclick"]),
        ("<svg><style>*{}</style></svg>", ["a <style> element"]),
        ('<script src="a.js"></script>', []),
        ('<script type="application/json">{"a": 1}</script>', []),
        ('<img alt="step one = two">', []),
        ("<p>onclick = 1</p>", []),
    ],
)
def test_what_is_refused_is_named(html: str, expected: list[str]) -> None:
    assert breaches(html) == expected


def test_a_page_with_a_script_of_its_own_stops_the_build(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "shipping.content_policy")
    site.page("index", "# Title\n\n<script>1</script>\n")
    assert "index.md: WARNING: the content policy refuses a script without a file" in site.build()


def test_the_headers_are_written_for_three_kinds_of_hosts(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "shipping.content_policy")
    site.page("index", "# Title\n")
    assert site.build() == ""
    for name in ("_headers", "nginx-headers.conf", ".htaccess"):
        text = site.html(name)
        for header, value in HEADERS.items():
            assert header in text
            assert value in text
