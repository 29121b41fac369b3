"""The drawing of who imports whom is made from a table of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from showing.rooms import drawing

from .test_architecture import arrows_in
from .tools.small_site import SmallSite

TABLE = """
| Room | Modules | Imports |
| :-- | :-- | :-- |
| ground | `a` | |
| wall | `b` | ground |
| roof & tiles | `c` | ground, wall |
"""


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path, "showing.rooms")


def page(name: str) -> str:
    return f"# Rooms\n\n```{{rooms}} {name}\n```\n\n```{{table}} Rooms\n:name: house\n{TABLE}```\n"


def test_a_table_is_drawn_and_said_in_words(site: SmallSite) -> None:
    site.page("index", page("house"))
    assert site.build() == ""
    html = site.html("index.html")
    assert arrows_in(html) == {
        "ground": set(),
        "wall": {"ground"},
        "roof &amp; tiles": {"ground", "wall"},
    }
    assert "ground imports no other room. wall imports ground." in html
    assert "roof &amp; tiles imports ground and wall." in html


def test_a_table_that_is_not_there_is_named(site: SmallSite) -> None:
    site.page("index", page("garden"))
    assert "index.md:3: WARNING: there is no table garden to draw" in site.build()


def test_no_line_runs_through_a_name() -> None:
    svg = drawing(
        {"a": [], "b": ["a"], "a long name": ["a", "b"], "c": ["a long name"], "d": ["b"]}
    )
    names = re.findall(r'<text x="(\S+)" y="(\S+)"', svg)
    lines = re.findall(r'd="M(\S+) (\S+)V([^"]+)"', svg)
    assert (len(names), len(lines)) == (5, 3)
    for x, top, end in lines:
        for left, y in names:
            assert float(x) < float(left) or not float(top) < float(y) - 5 <= float(end)
