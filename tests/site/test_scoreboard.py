"""The scoreboard as data: every row of its tables, whole, and how its figure was made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from .tools.browser import SITE
from .tools.small_site import SmallSite

HEAD = "| task | published | source | ours | made |\n| :-- | :-- | :-- | :-- | :-- |\n"
ROW = "| {doc}`Sum <index>` | `0.5` | a paper | 0.4 | recorded; 3 seeds |\n"


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    site = SmallSite(tmp_path, "showing.scoreboard")
    site.page("index", "# Title\n\n```{toctree}\nscoreboard\n```\n")
    return site


def test_each_row_of_the_site_is_there() -> None:
    rows = json.loads((SITE / "scoreboard.json").read_text("utf8"))
    assert len(rows) == len(re.findall("<tr", (SITE / "scoreboard.html").read_text("utf8"))) - 9
    assert json.loads((SITE.parent / "scoreboard.json").read_text("utf8")) == rows
    for row in rows:
        assert {"task", "published", "source", "ours", "spread", "page", "measured"} == set(row)
        assert all(row[name] for name in row if name != "spread"), row
        assert (SITE / row["page"].partition("#")[0]).exists(), row


def test_a_row_is_taken_apart(site: SmallSite) -> None:
    site.page("scoreboard", f"# Rows\n\n{HEAD}{ROW}")
    assert site.build() == ""
    (row,) = json.loads(site.html("scoreboard.json"))
    assert row == {
        "task": "Sum", "published": "0.5", "source": "a paper", "ours": "0.4",
        "measured": "recorded", "spread": "3 seeds", "page": "index.html",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + ROW.replace("recorded", "someday"), "must begin with this build or recorded"),
        (HEAD + ROW.replace("{doc}`Sum <index>`", "Sum"), "must link the page"),
        (HEAD.replace("made", "when") + ROW, "must have the columns"),
    ],
)
def test_a_row_that_does_not_say_enough_fails_the_build(
    site: SmallSite, text: str, message: str
) -> None:
    site.page("scoreboard", f"# Rows\n\n{text}")
    with pytest.raises(ExtensionError, match=message):
        site.build()
