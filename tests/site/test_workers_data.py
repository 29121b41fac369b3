"""What several workers measured, as data: it is what their page states and records."""

from __future__ import annotations

import json

import pytest
from sphinx.errors import ExtensionError

from showing.workers import FILE, PAGE, measured

from .checks.figures import stated
from .tools.browser import SITE
from .tools.built_pages import DOCS

RECORD = DOCS / "tutorials" / "data" / "many_machines.json"
VALUES = {
    "many-apart": 6e-8,
    "many-resumed-apart": 0.0,
    "many-throughput-1": 100.0,
    "many-throughput-2": 150.0,
    "many-throughput-of": "sequences",
}


def test_the_site_has_what_the_page_states() -> None:
    found = json.loads((SITE / FILE).read_text("utf8"))
    assert json.loads((SITE.parent / FILE).read_text("utf8")) == found
    assert found == measured(stated()[PAGE])
    assert found["equal_within"] < 1e-6
    assert found["killed_and_resumed"] is True


def test_what_is_done_in_a_second_is_that_of_the_record() -> None:
    found = json.loads((SITE / FILE).read_text("utf8"))
    updates = json.loads(RECORD.read_text("utf8"))["updates"]
    units, size = updates["units"][1], updates["batches"][1]
    assert f"GRU of {units} units, batches of {size}" in found["throughput_of"]
    for workers, done in found["throughput"].items():
        milliseconds = updates[f"milliseconds, {workers}"][1][1]
        assert done == pytest.approx(1000 * size / milliseconds)


def test_a_run_that_ends_elsewhere_is_not_resumed() -> None:
    assert measured(VALUES)["killed_and_resumed"] is True
    assert measured(VALUES | {"many-resumed-apart": 1e-3})["killed_and_resumed"] is False


def test_a_value_that_the_page_does_not_give_is_named() -> None:
    del (values := dict(VALUES))["many-throughput-2"]
    with pytest.raises(ExtensionError, match=r"workers\.json needs the value 'many-throughput-2'"):
        measured(values)
