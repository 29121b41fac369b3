"""What the search shows of a page, and what is copied, as scripts beside the files."""

from __future__ import annotations

import json
from pathlib import Path

from .tools.small_site import SmallSite

START = "document.currentScript.content = "


def test_a_page_and_its_source_are_there_as_scripts(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "shipping.files_as_scripts", html_sourcelink_suffix="")
    page = '# A title\n\n% unseen\n\nA *word*, $x$.\n\n<hr>\n\n## Part two\n\nA "long"\nend.\n'
    site.page("index", page)
    assert site.build() == ""

    def content(name: str) -> object:
        start, _, text = site.html(f"{name}.js").partition(START)
        assert start == ""
        return json.loads(text.rstrip(";\n"))

    assert content("_sources/index.md") == page
    assert content("index.html") == [
        ["a-title", "A title"],
        ["", "A word, x."],
        ["part-two", "Part two"],
        ["", "A “long” end."],
    ]
