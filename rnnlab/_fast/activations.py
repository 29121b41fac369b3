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


def sigmoid(values: Array, out: Array) -> Array:
    """Write the logistic function of `values`; by way of tanh it cannot overflow."""
    np.multiply(values, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    return np.add(out, 0.5, out=out)


def _linear(values: Array, out: Array) -> Array:
    np.copyto(out, values)
    return out


def _relu(values: Array, out: Array) -> Array:
    return np.maximum(values, 0, out=out)


def _tanh(values: Array, out: Array) -> Array:
    return np.tanh(values, out=out)


BY_NAME = {
    "linear": Activation(_linear, np.ones_like),
    "relu": Activation(_relu, lambda outputs: outputs > 0),
    "sigmoid": Activation(sigmoid, lambda outputs: outputs * (1 - outputs)),
    "tanh": Activation(_tanh, lambda outputs: 1 - np.square(outputs)),
}


def of(layer: Any) -> Activation:
    """Return the activation of a Keras layer that `BY_NAME` is known to hold."""
    return BY_NAME[layer.activation.__name__]
