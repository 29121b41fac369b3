"""Words of the glossary are links where a page uses them first; and each word is used."""

from __future__ import annotations

import re
from pathlib import Path

from showing.term_links import pattern, words_of

from .tools.built_pages import DOCS
from .tools.small_site import SmallSite

GLOSSARY = """# Words

```{glossary}
state
    What is carried on.

cell state
    What an LSTM carries besides.

MSE
    The mean of squares.
```
"""
PAGE = """# State

The **state**, `state` and {ref}`state <here>`.

(here)=
## States

States and another state; a cell state, stateful; mse and MSE.
"""


def test_first_uses_in_running_text_are_links(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.term_links", "showing.term_previews")
    site.page("glossary", GLOSSARY)
    site.page("tutorials/page", PAGE)
    site.page("index", "# One\n\nThe state.\n\n```{toctree}\nglossary\ntutorials/page\n```\n")
    assert site.build() == ""
    html = site.html("tutorials/page.html")
    linked = re.findall(r'<a class="reference internal" href="([^"]*#term-[^"]*)"[^>]*>', html)
    assert [one.partition("#")[2] for one in linked] == [
        "term-state", "term-cell-state", "term-MSE",
    ]  # fmt: skip
    assert re.search(r'title="What is carried on."><span class="xref std std-term">States<', html)
    assert "and another state; a" in html
    assert "stateful; mse and <a" in html
    assert "term-state" not in site.html("index.html")


def test_each_word_of_the_glossary_is_used_on_a_page() -> None:
    pages = [path.read_text("utf-8") for path in (DOCS / "tutorials").glob("*.md")]
    words = words_of((DOCS / "glossary.md").read_text("utf-8"))
    assert len(words) > 50
    assert [word for word in words if not any(map(pattern(word).search, pages))] == []


def test_each_page_links_to_the_glossary() -> None:
    site = DOCS / "_build" / "html" / "tutorials"
    for path in (DOCS / "tutorials").glob("*.md"):
        html = (site / f"{path.stem}.html").read_text("utf-8")
        assert html.count("glossary.html#term-") >= 5, path.stem
