"""The figures that the pages state are those recorded; and one that is off is seen."""

from __future__ import annotations

import fnmatch

import pytest

from .checks.figure_allowances import WIDER
from .checks.figures import HOW_TO_RECORD, Difference, compare, read_record, report, stated


def test_the_pages_state_the_figures_that_are_recorded() -> None:
    _, recorded = read_record()
    faults = [str(one) for one in compare(recorded, stated()) if one.is_fault]
    assert not faults, "\n".join(faults)


def test_every_wider_allowance_is_for_a_figure_that_there_is() -> None:
    names = [name for values in read_record()[1].values() for name in values]
    assert [pattern for pattern in WIDER if not fnmatch.filter(names, pattern)] == []


@pytest.mark.parametrize(
    ("before", "now", "is_fault"),
    [
        (0.5, 0.50001, False),
        (0.5, 0.51, True),
        (0.5, -0.5, True),
        (0.0, 1.0, True),
        (3, 4, True),
        ("minus 7.4", "minus 7.401", False),
        ("minus 7.4", "minus 7.5", True),
        ("minus 7.4", "plus 7.4", True),
        ("10,301", "10,302", False),
        ("10,301", "10,401", True),
        (0.5, "half", True),
    ],
)
def test_a_figure_may_differ_by_rounding_and_no_more(before, now, is_fault) -> None:
    (found,) = compare({"page": {"name": before}}, {"page": {"name": now}})
    assert found.is_fault is is_fault
    assert found.name in report([found], 1, {"numpy": "1.0"})


def test_a_figure_without_a_record_and_one_that_is_gone_say_what_to_do() -> None:
    recorded, found = {"old": {"a": 1.0}}, {"new": {"b": 2.0}}
    differing = compare(recorded, found)
    assert [(one.page, one.is_fault) for one in differing] == [("new", True), ("old", True)]
    assert all(HOW_TO_RECORD in str(one) for one in differing)


def test_the_report_puts_both_versions_beside_each_other() -> None:
    text = report([Difference("page", "name", 1.0, 2.0)], 5, {"numpy": "1.0"})
    assert "4 of 5 figures are exactly as recorded, 0 within what is allowed, 1 are not" in text
    assert "| numpy | 1.0 |" in text
    assert "| page | name | 1 | 2 | 0.5 | 0.001 | **off** |" in text
