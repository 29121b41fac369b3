"""What the page bare-bones-rnn claims about saturated states."""

import numpy as np

from tests.studies.from_page import values_of

PAGE = values_of("bare-bones-rnn", "inputs", "scaled", "preactivations", "normal", "as_keras")


def claim_two_habits_keep_states_from_saturating(seed: int) -> dict[str, float]:
    """Shares of forty states that are saturated, with one draw of weights."""
    pairs = {
        "as in the lab": (PAGE["inputs"], PAGE["normal"]),
        "smaller weights": (PAGE["inputs"], PAGE["as_keras"]),
        "scaled inputs": (PAGE["scaled"], PAGE["normal"]),
        "both": (PAGE["scaled"], PAGE["as_keras"]),
    }
    states = {
        name: np.tanh(PAGE["preactivations"](inputs, *draw(seed)))
        for name, (inputs, draw) in pairs.items()
    }
    return {name: float(np.mean(np.abs(some) > 0.99)) for name, some in states.items()}


def holds_two_habits_keep_states_from_saturating(values: dict[str, float]) -> bool:
    """Together, with each draw; what each does alone is claimed of a mean."""
    return values["as in the lab"] > 0.3 and values["both"] < 0.1
