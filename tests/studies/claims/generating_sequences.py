"""What the page generating-sequences claims about rounding; seeds are in its record."""

from functools import cache

import numpy as np

from rnnlab.generation import generate
from tests.studies.from_page import functions_of

PAGE = functions_of("generating-sequences")


@cache
def curve(activation: str, steps: int) -> np.ndarray:
    """Return what a network writes after zeros, trained from a kernel some roundings larger."""
    model, _ = PAGE["lab_run"](activation, scale=1 + steps * 2.0**-23)
    return generate(model, np.zeros(20), 300).astype(float)


def claim_a_rounding_error_draws_another_curve_with_relu_alone(seed: int) -> dict[str, float]:
    """The largest distance of two curves whose first weights differ in the last digits."""
    steps = 1 + seed % 20
    return {
        kind: float(np.nanmax(np.abs(curve(kind, steps) - curve(kind, 0))))
        for kind in ("relu", "tanh")
    }


def holds_a_rounding_error_draws_another_curve_with_relu_alone(values: dict[str, float]) -> bool:
    """The swings of the curves are some units high."""
    return values["relu"] > 1 and values["tanh"] < 0.1
