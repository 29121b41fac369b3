"""Activations in NumPy, with their slopes as functions of their own outputs."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Activation(NamedTuple):
    """An activation, written into a second argument, and its slope where the outputs are these."""

    apply: Callable[[Array, Array], Array]
    slope: Callable[[Array], Array]


def _sigmoid(values: Array, out: Array) -> Array:
    """Write the logistic function of `values`; by way of tanh it cannot overflow."""
    return np.add(np.tanh(values * 0.5) * 0.5, 0.5, out=out)


BY_NAME = {
    "linear": Activation(np.positive, np.ones_like),
    "relu": Activation(lambda values, out: np.maximum(values, 0, out=out), lambda h: h > 0),
    "sigmoid": Activation(_sigmoid, lambda h: h * (1 - h)),
    "tanh": Activation(np.tanh, lambda h: 1 - np.square(h)),
}
