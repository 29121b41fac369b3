"""Every page of the built site, found from the site itself, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .checks import page_load as check
from .checks import page_use as use
from .tools.browser import pages


@pytest.fixture(scope="module", params=pages())
def page(request: pytest.FixtureRequest, browser: Browser, root: str) -> Iterator[check.Visit]:
    """A page in a window; the tests below use it in their order, the last change it most."""
    with check.visit(browser, root + request.param) as seen:
        yield seen


def test_is_light_and_asks_no_other_host(page: check.Visit) -> None:
    assert check.weight(page) == []


def test_stays_still_while_it_loads(page: check.Visit) -> None:
    assert check.steadiness(page) == []


def test_gives_each_part_an_address_of_its_own(page: check.Visit) -> None:
    assert check.addresses(page) == []


def test_is_walked_by_keyboard(page: check.Visit) -> None:
    assert use.keyboard(page) == []


def test_does_what_it_offers_within_its_content_policy(page: check.Visit) -> None:
    assert use.useful(page) == []
    assert check.quiet(page) == []


def test_is_open_to_all(page: check.Visit) -> None:
    assert use.accessibility(page) == []


@pytest.mark.parametrize("name", pages())
def test_fits_a_phone(browser: Browser, root: str, name: str) -> None:
    with check.visit(browser, root + name, width=check.NARROW, colours="dark") as seen:
        assert check.steadiness(seen) == []
        assert check.upright(seen) == []
        assert check.quiet(seen) == []
