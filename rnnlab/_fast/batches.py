"""Batches for a training: drawn one by one, and checked against the model and each other."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers

Array = npt.NDArray[Any]


def drawn(batches: Any, iterations: int) -> Iterator[Any]:
    """Return an iterator of batches that says so when there are no more."""
    if isinstance(batches, tuple) or not (callable(batches) or isinstance(batches, Iterable)):
        raise TypeError(
            "batches must be a function that returns (inputs, targets) or an iterable of such "
            f"pairs, not {type(batches).__name__}; for one pair used again and again, give "
            "itertools.repeat((inputs, targets))"
        )
    return _drawn(batches if callable(batches) else iter(batches).__next__, iterations)


def _drawn(draw: Callable[[], Any], iterations: int) -> Iterator[Any]:
    for iteration in range(iterations):
        try:
            batch = draw()
        except StopIteration:
            raise ValueError(
                f"batches ran out after {iteration} of {iterations} iterations; "
                "give an endless source, or fewer iterations"
            ) from None
        yield batch


def as_batch(name: str, batch: Any, model: Any, first: tuple[Array, Array] | None) -> Any:
    """Return inputs and targets as arrays of the model's dtypes, or say what is wrong with them.

    The first batch is compared with the model, each later one with the first.
    """
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        raise TypeError(f"{name} must be a pair (inputs, targets), not {type(batch).__name__}")
    inputs = as_numbers(f"inputs of {name}", batch[0], _input_dtype(model))
    targets = as_numbers(f"targets of {name}", batch[1], model.variable_dtype)
    _check_ids(name, batch[0], model)
    if first is None:
        _check_inputs(name, inputs.shape, model)
        shape = _output_shape(inputs, model)
        if targets.shape != shape:
            raise ValueError(
                f"targets of {name} must have the shape {list(shape)} of the model's outputs, "
                f"not {list(targets.shape)}: a loss between different shapes would broadcast them"
            )
    elif (inputs.shape, targets.shape) != (first[0].shape, first[1].shape):
        raise ValueError(
            f"{name} must have the shapes {list(first[0].shape)} and {list(first[1].shape)} of "
            f"the first batch, not {list(inputs.shape)} and {list(targets.shape)}"
        )
    return inputs, targets


def _input_dtype(model: Any) -> str:
    """Return the dtype that a model declares for its inputs, or else that of its weights."""
    try:
        return str(model.inputs[0].dtype)
    except (AttributeError, TypeError):  # not built yet, or of a class of the reader's own
        return str(model.variable_dtype)


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


def _check_inputs(name: str, shape: tuple[int, ...], model: Any) -> None:
    """Build the model if need be, and compare a batch with what it declares."""
    if _is_own_class(model):
        return  # it declares nothing
    if not model.built:
        model.build((None, *shape[1:]))
    wanted = model.input_shape
    _check_single("input", wanted)
    fits = len(shape) == len(wanted) and all(
        size in (None, given) for size, given in zip(wanted, shape, strict=True)
    )
    if not fits:
        raise ValueError(
            f"inputs of {name} must have the shape {list(wanted)} of the model's inputs, "
            f"not {list(shape)}"
        )


def _output_shape(inputs: Array, model: Any) -> tuple[int, ...]:
    if not _is_own_class(model):
        shape = model.compute_output_shape(inputs.shape)
    else:
        # The one thing that every such class can do; it also makes the weights.
        shape = keras.tree.map_structure(lambda output: tuple(output.shape), model(inputs))
    _check_single("output", shape)
    return tuple(shape)


def _is_own_class(model: Any) -> bool:
    """Return whether a model is of a class of the reader's own, which need not tell its shapes."""
    return not hasattr(model, "input_shape") and not isinstance(model, keras.Sequential)


def _check_single(what: str, shape: Any) -> None:
    """Refuse several inputs or outputs: their shapes come as a list or a dictionary."""
    if not isinstance(shape, tuple) or not all(size is None or type(size) is int for size in shape):
        raise ValueError(f"model must have one {what} that is a tensor, not {shape}")
