"""Settings that all tests share."""

import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import settings

matplotlib.use("Agg")
# The same cases in every run; TensorFlow's first calls are slow, so no deadline for one case.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("repeatable")


#: What takes longest begins first, so that two processes end at about the same time.
FIRST = ("test_programs.py", "test_pages.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else 9)


@pytest.fixture(autouse=True)
def own_print_options():
    """Pages that tests run set how arrays are printed."""
    with np.printoptions():
        yield


@pytest.fixture(scope="session")
def printed():
    """The figures that the 2019 lab prints."""
    return json.loads((Path(__file__).parent / "package" / "printed_figures.json").read_text())
