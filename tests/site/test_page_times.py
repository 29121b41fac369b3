"""A page says how long it takes, from its words and from its last run."""

from __future__ import annotations

from pathlib import Path

import pytest

from showing.page_times import running_time

from .tools.small_site import SmallSite

SENTENCE = "{page-time}`read` to read and {page-time}`run` to run."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "a time that this build did not measure"),
        (0.2, "about 5 seconds"),
        (7.9, "about 10 seconds"),
        (60.0, "about 60 seconds"),
        (61.0, "about 2 minutes"),
    ],
)
def test_running_times_are_rounded_up(seconds: float | None, text: str) -> None:
    assert running_time(seconds) == text


def test_reading_takes_a_minute_for_180_words_or_15_lines_of_code(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.page_times")
    code = "```python\n" + "x = 1\n" * 30 + "```\n"
    words = "word " * (3 * 180 - 8)  # the sentence itself has eight
    site.page("index", f"# Title\n\n{SENTENCE}\n\n{words}\n\n{code}")
    assert site.build() == ""
    html = site.html("index.html")
    assert "<p>5 minutes to read and a time that this build did not measure to run.</p>" in html


def test_another_word_is_refused(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.page_times")
    site.page("index", "# Title\n\n{page-time}`walk`\n")
    assert "takes `read`, `open`, `run` or `run` and a page, not 'walk'" in site.build()
