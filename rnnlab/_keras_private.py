"""What Keras has and does not promise to keep; each has a test that fails when Keras changes it."""

from typing import Any

import keras

#: Where a functional model says that its class is, once it is serialized.
FUNCTIONAL = "keras.src.models.functional"


def states_of(model: Any) -> list[Any]:
    """Return the states of a model's stateful layers, which Keras leaves out of its variables."""
    stateful = [layer for layer in model._flatten_layers() if getattr(layer, "stateful", False)]
    states: list[Any] = keras.tree.flatten([getattr(x, "states", None) or [] for x in stateful])
    return states


def mask_of(outputs: Any) -> Any:
    """Return which steps of a layer's outputs count, ``[batch, time]``, or None if all do."""
    return getattr(outputs, "_keras_mask", None)


def strategy_of(model: Any) -> Any:
    """Return the strategy of TensorFlow in whose scope a model was made, or None."""
    values = [variable.value for variable in model.variables]
    return next((getattr(value, "distribute_strategy", None) for value in values), None)


def weights_of(optimizer: Any) -> list[Any]:
    """Return the weights that a built optimizer updates."""
    weights: list[Any] = optimizer._trainable_variables
    return weights


def moments_of(optimizer: Any) -> list[list[Any]]:
    """Return the first and the second moments that a built Adam keeps, in the weights' order."""
    return [optimizer._momentums, optimizer._velocities]
