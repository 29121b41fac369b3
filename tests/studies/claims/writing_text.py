"""What the page writing-text claims about the network that it trains."""

from functools import cache
from typing import Any

import numpy as np

from rnnlab.writing import log_prob
from tests.studies.from_page import values_of


@cache
def page() -> dict[str, Any]:
    return values_of("writing-text", "small_run", "small", "new", "small_best")


def claim_a_small_network_on_a_part_is_behind_counting(seed: int) -> dict[str, float]:
    """Nats a character on the held-out part."""
    values = page()
    small = values["small"]
    small.set_weights(values["small_run"](seed))
    new = values["new"]
    n = (len(new) - 1) // 50
    return {
        "network": -float(np.mean(log_prob(small, new))),
        "n-gram": float(values["small_best"]),
        "reset": -float(np.mean(log_prob(small, new[: n * 50 + 1], streams=n, warm_up=0))),
    }


def holds_a_small_network_on_a_part_is_behind_counting(values: dict[str, float]) -> bool:
    """A state that is carried helps, though no gradient was followed so far."""
    return values["n-gram"] + 0.02 < values["network"] < values["reset"] - 0.02
