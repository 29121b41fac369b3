"""The updates of two Keras optimizers by hand, on all weights as one vector."""

import math
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._fast.network import Network
from rnnlab._keras_private import moments_of

Array = npt.NDArray[Any]

#: Weights that are updated at a time, so that their arrays stay in the processor's cache.
_BLOCK = 2**15
#: Settings that change an update; here all of them must be off.
_EXTRAS = (
    *("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "momentum"),
    *("nesterov", "amsgrad", "loss_scale_factor", "gradient_accumulation_steps"),
)


class GradientDescent:
    """Gradient descent, which remembers nothing.

    Attributes:
        slots: What a rule remembers from step to step, each array as long as the weights.
        variables: The Keras variables of each of them.
    """

    def __init__(self, optimizer: Any, network: Network) -> None:
        """Go on from where a built Keras optimizer is."""
        self.learning_rate = float(optimizer.learning_rate.numpy())
        self.slots: list[Array] = []
        self.variables: list[list[Any]] = []

    def apply(self, weights: Array, gradients: Array, step: int) -> None:
        """Update the weights and `slots` in place; the first step is step 1."""
        weights -= self.learning_rate * gradients


class Adam(GradientDescent):
    r"""Adam, with the corrections for its zero start gathered in the learning rate.

    References:
        Kingma and Ba (2015), "Adam: a method for stochastic optimization", end of section 2.
    """

    def __init__(self, optimizer: Any, network: Network) -> None:
        """Go on from where a built Keras optimizer is."""
        super().__init__(optimizer, network)
        self.optimizer, self.variables = optimizer, moments_of(optimizer)
        self.slots = [np.zeros_like(network.parameters) for _ in range(2)]
        self.scratch = [np.empty_like(network.parameters[:_BLOCK]) for _ in range(2)]
        for slot, variables in zip(self.slots, self.variables, strict=True):
            network.read(slot, variables)
        self.least = 1e4 * np.finfo(network.parameters.dtype).tiny

    def apply(self, weights: Array, gradients: Array, step: int) -> None:
        """Update the weights and `slots` in place; the first step is step 1."""
        beta_1, beta_2 = self.optimizer.beta_1, self.optimizer.beta_2
        corrected = self.learning_rate * math.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        for start in range(0, len(weights), _BLOCK):
            block = slice(start, start + _BLOCK)
            gradient = gradients[block]
            mean, square = (slot[block] for slot in self.slots)
            change, root = (array[: len(gradient)] for array in self.scratch)
            np.subtract(gradient, mean, out=change)
            change *= 1 - beta_1
            mean += change
            np.square(gradient, out=change)
            change -= square
            change *= 1 - beta_2
            square += change
            np.sqrt(square, out=root)
            root += self.optimizer.epsilon
            np.multiply(mean, corrected, out=change)
            change /= root
            weights[block] -= change
        # Where a gradient stays zero, as in a ReLU unit that is never on, its mean shrinks until
        # it has no full precision, and a processor takes many times as long for such numbers.
        if step % 64 == 0:
            for slot in self.slots:
                slot[np.abs(slot) < self.least] = 0


#: The rule of each Keras optimizer that is known here.
RULES = {keras.optimizers.SGD: GradientDescent, keras.optimizers.Adam: Adam}


def supported(optimizer: Any) -> bool:
    """Return whether `RULES` holds what a Keras optimizer does."""
    return (
        type(optimizer) in RULES
        and not any(getattr(optimizer, name, None) for name in _EXTRAS)
        and isinstance(optimizer.learning_rate, keras.Variable)  # and no schedule
    )
