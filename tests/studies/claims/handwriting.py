"""What the page handwriting claims about the networks that it trains."""

from functools import cache
from typing import Any

from tests.studies.from_page import values_of


@cache
def page() -> dict[str, Any]:
    return values_of("handwriting", "learned", "lifted")


def claim_eight_gaussians_beat_one(seed: int) -> dict[str, float]:
    """Nats of held-out points after the same training, and by how much they differ."""
    learned, lifted = page()["learned"], page()["lifted"]
    of_one, of_eight = learned(1, seed)[1], learned(8, seed)[1]
    gain = of_one - of_eight
    return {
        "one": float(of_one.mean()),
        "eight": float(of_eight.mean()),
        "gain": float(gain.mean()),
        "share of the gain with the pen down": float(gain[~lifted].sum() / gain.sum()),
    }


def holds_eight_gaussians_beat_one(values: dict[str, float]) -> bool:
    """By about half a nat, most of it within strokes."""
    return 0.2 < values["gain"] < 0.9 and values["share of the gain with the pen down"] > 0.5
