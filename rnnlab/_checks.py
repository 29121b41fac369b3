"""What every cell checks once, at its public door: its arrays and its activation."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

ACTIVATIONS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "linear": tf.identity,
    "relu": tf.nn.relu,
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
}


def activation_named(name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the function that `name` stands for in `ACTIVATIONS`.

    Raises:
        TypeError: `name` is not a string.
        ValueError: `name` is not a key of `ACTIVATIONS`.
    """
    known = ", ".join(repr(key) for key in ACTIVATIONS)
    if not isinstance(name, str):
        raise TypeError(f"activation must be one of the names {known}; got {name!r}")
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {known}; got {name!r}")
    return ACTIVATIONS[name]


def checked_arrays(**arguments: tuple[Any, str]) -> list[tf.Tensor]:
    """Return the arguments as tensors of one dtype whose shapes agree with each other.

    Each argument is a pair of its value and its dimensions by name, as in
    ``kernel=(kernel, "features units")``. A dimension has one size wherever its name occurs, and
    the first argument that holds it decides which. Sizes that are unknown while a `tf.function`
    is traced are checked when it runs; values are checked when they are known, that is, eagerly.

    Raises:
        TypeError: A value is no array of numbers, or dtypes are neither all float32 nor all
            float64.
        ValueError: A shape does not fit, a dimension is empty, or a value is NaN or infinite.
    """
    tensors = _as_tensors({name: value for name, (value, _) in arguments.items()})
    dimensions = {name: layout.split() for name, (_, layout) in arguments.items()}
    sizes: dict[str, tuple[int, str]] = {}
    for name, tensor in tensors.items():
        _check_shape(name, tensor.shape, dimensions[name], sizes)
        _check_finite(name, tensor)
    return [
        tf.ensure_shape(tensor, [sizes.get(key, (None,))[0] for key in dimensions[name]])
        for name, tensor in tensors.items()
    ]


def _as_tensors(values: Mapping[str, Any]) -> dict[str, tf.Tensor]:
    """Convert `values` to tensors; plain lists take the dtype of the arrays beside them."""
    dtypes = {name: _dtype_name(v) for name, v in values.items() if hasattr(v, "dtype")}
    for name, dtype in dtypes.items():
        if dtype not in ("float32", "float64"):
            raise TypeError(f"{name} must have dtype float32 or float64; got {dtype}")
    first, common = next(iter(dtypes.items()), ("", "float32"))
    for name, dtype in dtypes.items():
        if dtype != common:
            raise TypeError(f"{name} must have dtype {common} like {first}; got {dtype}")
    tensors = {}
    for name, value in values.items():
        try:
            tensors[name] = tf.convert_to_tensor(value, common)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{name} must be an array of numbers with rows of one length; "
                f"got {type(value).__name__}: {error}"
            ) from error
    return tensors


def _dtype_name(value: Any) -> str:
    """Return the dtype of a TensorFlow, NumPy or Keras array by name."""
    return str(getattr(value.dtype, "name", value.dtype))


def _check_shape(
    name: str, shape: tf.TensorShape, dimensions: list[str], sizes: dict[str, tuple[int, str]]
) -> None:
    """Compare `shape` with the sizes seen so far, and add its own to them."""
    if shape.rank is None:
        return
    wanted = f"{name} must have shape [{', '.join(dimensions)}]"
    got = f"got {shape.as_list()}"
    if shape.rank != len(dimensions):
        raise ValueError(f"{wanted}, {len(dimensions)} dimensions; {got}")
    for dimension, size in zip(dimensions, shape, strict=True):
        if size is None:
            continue
        if size == 0:
            raise ValueError(f"{wanted} with at least 1 in {dimension}; {got}")
        expected, source = sizes.setdefault(dimension, (size, name))
        if size != expected:
            raise ValueError(f"{wanted} with {dimension} = {expected} as in {source}; {got}")


def _check_finite(name: str, tensor: tf.Tensor) -> None:
    """Refuse NaN and infinity in an eager tensor; a traced one has no values yet."""
    if not tf.executing_eagerly():
        return
    values = tensor.numpy()
    faults = np.argwhere(~np.isfinite(values))
    if len(faults):
        index = tuple(faults[0].tolist())
        raise ValueError(f"{name} must be finite; got {values[index]} at index {list(index)}")
