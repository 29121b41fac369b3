"""What the page handwriting claims about the networks that it trains."""

from functools import cache
from typing import Any

from tests.studies.from_page import values_of


@cache
def page() -> dict[str, Any]:
    return values_of("handwriting", "learned")


def claim_eight_gaussians_beat_one(seed: int) -> dict[str, float]:
    """Held-out nats a point after the same training."""
    learned = page()["learned"]
    return {"one": learned(1, seed)[1], "eight": learned(8, seed)[1]}


def holds_eight_gaussians_beat_one(values: dict[str, float]) -> bool:
    """By about half a nat."""
    return 0.3 < values["one"] - values["eight"] < 0.9
