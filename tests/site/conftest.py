"""One browser and one server for all tests of the built site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .tools import browser as browsers


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsers.chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def root() -> Iterator[str]:
    """The address that the built site is served at."""
    assert (browsers.SITE / "index.html").is_file(), f"no site in {browsers.SITE}: run nox -s docs"
    with browsers.served(browsers.SITE) as address:
        yield address
