"""What the page encoder-decoder claims about the networks that it trains."""

from functools import cache
from typing import Any

from tests.studies.from_page import values_of


@cache
def page() -> dict[str, Any]:
    return values_of("encoder-decoder", "learned", "whole")


def claim_turning_both_round_gets_more_whole_answers(seed: int) -> dict[str, float]:
    """Share of whole answers after the same training."""
    learned, whole = page()["learned"], page()["whole"]
    return {
        "as written": float(whole(*learned(1, 1, seed)[1:])),
        "both turned": float(whole(*learned(-1, -1, seed)[1:])),
    }


def holds_turning_both_round_gets_more_whole_answers(values: dict[str, float]) -> bool:
    """By a tenth and more."""
    return values["both turned"] > values["as written"] + 0.1
