"""Batches for a training: drawn one by one, and checked against the model and each other."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

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
    if first is None:
        _check_inputs(name, inputs.shape, model)
        shape = tuple(model.compute_output_shape(inputs.shape))
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


def _check_inputs(name: str, shape: tuple[int, ...], model: Any) -> None:
    """Build the model if need be, and compare a batch with what it declares."""
    if not model.built:
        model.build((None, *shape[1:]))
    try:
        wanted = model.input_shape
    except AttributeError:
        return
    fits = len(shape) == len(wanted) and all(
        size in (None, given) for size, given in zip(wanted, shape, strict=True)
    )
    if not fits:
        raise ValueError(
            f"inputs of {name} must have the shape {list(wanted)} of the model's inputs, "
            f"not {list(shape)}"
        )
