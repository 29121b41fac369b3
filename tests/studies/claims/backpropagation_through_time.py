"""What the page backpropagation-through-time claims about gradients."""

from dataclasses import replace

import numpy as np

from rnnlab.backpropagation import backward
from tests.studies.from_page import values_of

PAGE = values_of("backpropagation-through-time", "draw", "reach", "digits", "names")


def claim_the_last_inputs_matter_most(seed: int) -> dict[str, float]:
    """How strongly the last loss depends on inputs, over the strongest; means over thirty draws."""
    last = np.mean([PAGE["reach"](30 * seed + more)[-1] for more in range(30)], axis=0)
    return {
        "first five": float(last[:5].mean() / last.max()),
        "last five": float(last[-5:].mean() / last.max()),
    }


def holds_the_last_inputs_matter_most(values: dict[str, float]) -> bool:
    """In the mean; single draws can be the other way."""
    return values["first five"] < 0.5 * values["last five"]


def claim_a_missing_transpose_leaves_no_digit(seed: int) -> dict[str, float]:
    """Decimal digits that the faulty gradients share with the right ones."""
    kept, g = PAGE["draw"](seed)
    faulty = backward(replace(kept, recurrent_kernel=kept.recurrent_kernel.T), g)
    PAGE["by_hand"] = backward(kept, g)
    return {name: PAGE["digits"](getattr(faulty, name), name) for name in PAGE["names"]}


def holds_a_missing_transpose_leaves_no_digit(values: dict[str, float]) -> bool:
    """In none of the five."""
    return max(values.values()) < 1
