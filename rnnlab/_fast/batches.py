"""Batches for a training: drawn one by one, and checked against the model and each other."""

from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._door import as_numbers

Array = npt.NDArray[Any]


def drawn(batches: Any, iterations: int) -> Iterator[Any]:
    """Give batches one by one, and say so when there are no more."""
    if isinstance(batches, tuple) or not (callable(batches) or isinstance(batches, Iterable)):
        raise TypeError(
            "batches must be a function that returns (inputs, targets) or an iterable of such "
            f"pairs, not {type(batches).__name__}; for one pair used again and again, give "
            "itertools.repeat((inputs, targets))"
        )
    draw = batches if callable(batches) else iter(batches).__next__
    for iteration in range(iterations):
        try:
            batch = draw()
        except StopIteration:
            raise ValueError(
                f"batches ran out after {iteration} of {iterations} iterations; "
                "give an endless source, or fewer iterations"
            ) from None
        yield batch


def as_batch(name: str, batch: Any, model: Any, first: tuple[Array, Array] | None = None) -> Any:
    """Return inputs and targets as arrays of the model's dtypes, or say what is wrong with them.

    The first batch is compared with the model, each later one with the first.
    """
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        raise TypeError(f"{name} must be a pair (inputs, targets), not {type(batch).__name__}")
    inputs = as_numbers(f"inputs of {name}", batch[0], _input_dtype(model))
    targets = as_numbers(f"targets of {name}", batch[1], model.variable_dtype)
    _check_ids(name, batch[0], model)
    if first is None:
        outputs, of = _output_shape(f"inputs of {name}", inputs, model), "the model's outputs"
    else:
        outputs, of = first[1].shape, "the first batch"
        check_shape(f"inputs of {name}", inputs.shape, first[0].shape, of)
    # A loss between different shapes would broadcast them.
    check_shape(f"targets of {name}", targets.shape, outputs, of)
    return inputs, targets


def check_shape(name: str, shape: Any, wanted: Any, of: str) -> None:
    """Make sure that an array has the shape of something else, where None is any size.

    Raises:
        ValueError: It has not.
    """
    fits = [w in (None, s) for w, s in zip(wanted, shape, strict=False)]
    if len(shape) != len(wanted) or not all(fits):
        raise ValueError(f"{name} must have the shape {list(wanted)} of {of}, not {list(shape)}")


def _input_dtype(model: Any) -> str:
    """Return the dtype that a model declares for its inputs, or else that of its weights."""
    declared = getattr(model, "inputs", None)  # not if it is of a class of the reader's own
    return str(declared[0].dtype if declared else model.variable_dtype)


def _check_ids(name: str, inputs: Any, model: Any) -> None:
    """Make sure that what goes into an embedding names rows of it.

    Keras would cut a fraction, and count a negative number from the end, without a word.
    """
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if not layers or not isinstance(layers[0], keras.layers.Embedding):
        return
    ids, rows = np.asarray(inputs), layers[0].input_dim
    wrong = ids[(ids < 0) | (ids >= rows) | (ids % 1 != 0)]
    if wrong.size:
        raise ValueError(
            f"inputs of {name} must be whole numbers from 0 to {rows - 1}, the rows of the model's "
            f"embedding, not {wrong[0]}"
        )


def _output_shape(name: str, inputs: Array, model: Any) -> Any:
    """Build the model if need be, compare a batch with what it reads, and say what it returns."""
    if hasattr(model, "input_shape") or isinstance(model, keras.Sequential):
        if not model.built:
            model.build((None, *inputs.shape[1:]))
        _check_single("input", model.input_shape)
        check_shape(name, inputs.shape, model.input_shape, "the model's inputs")
        shape = model.compute_output_shape(inputs.shape)
    else:
        # A class of the reader's own need not tell its shapes. The one thing that all can do also
        # makes the weights.
        shape = keras.tree.map_structure(lambda output: tuple(output.shape), model(inputs))
    _check_single("output", shape)
    return shape


def _check_single(what: str, shape: Any) -> None:
    """Refuse several inputs or outputs: their shapes come as a list or a dictionary."""
    if not isinstance(shape, tuple) or not all(size is None or type(size) is int for size in shape):
        raise ValueError(f"model must have one {what} that is a tensor, not {shape}")
