"""Settings that all tests share."""

import json
from pathlib import Path

import matplotlib
import pytest
from hypothesis import settings

matplotlib.use("Agg")
# The same cases in every run; TensorFlow's first calls are slow, so no deadline for one case.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def printed():
    """The figures that the 2019 lab prints."""
    return json.loads((Path(__file__).parent / "package" / "printed_figures.json").read_text())
