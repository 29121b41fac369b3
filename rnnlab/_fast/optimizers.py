"""The updates of two Keras optimizers by hand, on all weights as one vector."""

import math
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._fast.network import Network

Array = npt.NDArray[Any]

#: Settings that change an update; here all of them must be off.
_EXTRAS = (
    *("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "momentum"),
    *("nesterov", "amsgrad", "loss_scale_factor", "gradient_accumulation_steps"),
)


class Update(Protocol):
    """An optimizer's rule, with what it remembers from step to step."""

    slots: list[Array]  #: What it remembers, each array as long as the weights.

    def apply(self, weights: Array, gradients: Array, step: int) -> None:
        """Update the weights and `slots` in place; the first step is step 1."""

    def variables(self) -> list[list[Any]]:
        """Return the Keras variables for each of `slots`."""


def supported(optimizer: Any) -> bool:
    """Return whether `update_of` knows the rule of a Keras optimizer."""
    return (
        type(optimizer) in (keras.optimizers.SGD, keras.optimizers.Adam)
        and not any(getattr(optimizer, name, None) for name in _EXTRAS)
        # A schedule is no variable, and is not among the optimizer's variables.
        and optimizer.variables[1].path.endswith("learning_rate")
    )


def update_of(optimizer: Any, network: Network) -> Update:
    """Return the rule of a built Keras optimizer, to go on from where the optimizer is."""
    learning_rate = float(optimizer.variables[1].numpy())
    if isinstance(optimizer, keras.optimizers.SGD):
        return _GradientDescent(learning_rate)
    return _Adam(optimizer, learning_rate, network)


class _GradientDescent:
    """Gradient descent, which remembers nothing."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.slots: list[Array] = []

    def apply(self, weights: Array, gradients: Array, step: int) -> None:
        weights -= self.learning_rate * gradients

    def variables(self) -> list[list[Any]]:
        return []


class _Adam:
    r"""Adam, with the corrections for its zero start gathered in the learning rate.

    References:
        Kingma and Ba (2015), "Adam: a method for stochastic optimization", end of section 2.
    """

    def __init__(self, optimizer: Any, learning_rate: float, network: Network) -> None:
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.slots = [np.zeros_like(network.parameters) for _ in range(2)]
        self.scratch = [np.empty_like(network.parameters) for _ in range(2)]
        for slot, variables in zip(self.slots, self.variables(), strict=True):
            network.read(slot, variables)

    def apply(self, weights: Array, gradients: Array, step: int) -> None:
        beta_1, beta_2 = self.optimizer.beta_1, self.optimizer.beta_2
        mean, square = self.slots
        change, root = self.scratch
        np.subtract(gradients, mean, out=change)
        change *= 1 - beta_1
        mean += change
        np.square(gradients, out=change)
        change -= square
        change *= 1 - beta_2
        square += change
        np.sqrt(square, out=root)
        root += self.optimizer.epsilon
        corrected = self.learning_rate * math.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        np.multiply(mean, corrected, out=change)
        change /= root
        weights -= change

    def variables(self) -> list[list[Any]]:
        # After iteration and learning rate, the two slots of each weight follow each other.
        slots = self.optimizer.variables[2:]
        return [slots[::2], slots[1::2]]
