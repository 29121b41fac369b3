"""Each page keeps its budget of reading, as it states it itself."""

from __future__ import annotations

import re

import pytest

from .tools.built_pages import DOCS

CLOSED, OPEN = 20, 35  # minutes
TUTORIALS = sorted(path.stem for path in (DOCS / "tutorials").glob("*.md"))
STATED = re.compile(r"takes (\d+) minutes? to read, (\d+) minutes? with every fold open")


def over_budget(html: str) -> bool:
    """Tell whether a page takes longer than it may, or does not say."""
    stated = STATED.search(html)
    return not stated or int(stated[1]) > CLOSED or int(stated[2]) > OPEN


@pytest.mark.parametrize("name", TUTORIALS)
def test_minutes(name: str) -> None:
    page = DOCS / "_build" / "html" / "tutorials" / f"{name}.html"
    assert not over_budget(page.read_text("utf8"))


@pytest.mark.parametrize(("closed", "opened"), [(21, 30), (20, 36), ("some", "more")])
def test_a_page_that_takes_longer_is_seen(closed: object, opened: object) -> None:
    assert over_budget(f"takes {closed} minutes to read, {opened} minutes with every fold open")
