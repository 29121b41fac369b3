"""Folds hold text and cells, have an address, and say their minutes."""

from __future__ import annotations

from pathlib import Path

from .tools.small_site import SmallSite

PAGE = """# Title

Before, {page-time}`read` closed and {page-time}`open` open.

```{fold-start} Why is $x$ one?
:name: old-place
```

WORDS

```python
x = 1
```

```{fold-end}
```

After.
"""


def built(folder: Path, text: str) -> tuple[str, str]:
    site = SmallSite(folder, "showing.folds", "showing.page_times")
    site.page("index", text)
    complaints = site.build()
    return complaints, site.html("index.html")


def test_a_fold(tmp_path: Path) -> None:
    complaints, html = built(tmp_path, PAGE.replace("WORDS", "word " * 360))
    assert complaints == ""
    before, _, rest = html.partition('<details class="fold"><summary>Why is')
    summary, _, rest = rest.partition("</summary>")
    inside, _, after = rest.partition("</details>")
    assert "Before, 1 minute closed and 3 minutes open." in before
    # 360 words and a line are two minutes and a bit: full minutes, rounded up.
    assert summary.endswith('<span class="minutes">3 minutes</span>')
    assert '<div id="old-place">' in inside
    assert "word word" in inside
    assert "x" in inside
    assert "word word" not in before + after
    assert "<p>After.</p>" in after


def test_a_fold_without_end_is_refused(tmp_path: Path) -> None:
    text = PAGE.replace("```{fold-end}\n```", "## A heading")
    assert "has no end before the next heading or fold" in built(tmp_path, text)[0]


def test_an_end_without_beginning_is_refused(tmp_path: Path) -> None:
    text = PAGE + "\n```{fold-end}\n```\n"
    assert "a fold ends here that does not begin" in built(tmp_path, text)[0]
