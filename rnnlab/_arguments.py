"""Checks of arguments that several modules share."""

from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt


def check_count(name: str, value: Any, least: int = 1) -> None:
    """Make sure that an argument is an integer of at least `least`.

    Raises:
        TypeError: It is no integer.
        ValueError: It is smaller.
    """
    if isinstance(value, bool | np.bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def as_numbers(name: str, values: Any, dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """Return an argument as an array of finite numbers.

    Raises:
        TypeError: It holds something else than numbers, or fractions where `dtype` has none.
        ValueError: It is empty, its rows differ in length, or a value is masked, is NaN or
            infinite, in itself or in `dtype`, or is an integer too large for `dtype`.
    """
    if np.ma.is_masked(values):
        raise ValueError(f"{name} must not hold masked values; they would count as what is below")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must have rows of one length: {error}") from error
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be an array of numbers, not of {array.dtype}")
    if array.dtype.kind == "f" and np.dtype(dtype).kind in "iu":
        raise TypeError(f"{name} must be integers, not {array.dtype}")
    if not array.size:
        raise ValueError(f"{name} must not be empty, but has the shape {list(array.shape)}")
    given = array
    with np.errstate(over="ignore"):  # what becomes infinite is refused below
        array = array.astype(dtype, copy=False)
    if array.dtype.kind in "iu" and not np.array_equal(array, given):
        raise ValueError(f"{name} must fit into {array.dtype}, but reach {np.abs(given).max()}")
    finite = np.isfinite(array)
    if not finite.all():
        index = np.argwhere(~finite)[0].tolist()
        raise ValueError(f"{name} must be finite in {array.dtype}, but is not at index {index}")
    return array
