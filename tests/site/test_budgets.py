"""Each page keeps its budget of reading, as it states it itself."""

from __future__ import annotations

import re

import pytest

from .tools.built_pages import DOCS

CLOSED, OPEN = 20, 35  # minutes
TUTORIALS = sorted(path.stem for path in (DOCS / "tutorials").glob("*.md"))
STATED = re.compile(r"takes (\d+) minutes? to read, (\d+) minutes? with every fold open")


@pytest.mark.parametrize("name", TUTORIALS)
def test_minutes(name: str) -> None:
    page = DOCS / "_build" / "html" / "tutorials" / f"{name}.html"
    text = page.read_text("utf8")
    stated = STATED.search(text)
    assert stated, "the page does not say its minutes"
    assert int(stated[1]) <= CLOSED
    assert int(stated[2]) <= OPEN
