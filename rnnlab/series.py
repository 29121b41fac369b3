"""Time series: the lab's, the reader's from a CSV, and the windows that a network learns from."""

from collections.abc import Iterator
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers, check_count
from rnnlab._csv import read_csv as read_csv

Array = npt.NDArray[np.float64]
Rng = np.random.Generator | np.random.RandomState


def time_series(t: npt.ArrayLike) -> Array:
    r"""Return the value of the lab's series at each time.

    .. math:: f(t) = \frac{t \sin t}{3} + 2 \sin 5t

    Args:
        t: Times, of any shape.

    Returns:
        The values, float64, in the shape of `t`.
    """
    t = np.asarray(t, dtype=np.float64)
    return np.asarray(t * np.sin(t) / 3 + 2 * np.sin(t * 5))


def next_batch(
    batch_size: int,
    n_steps: int,
    rng: Rng,
    *,
    t_min: float = 0.0,
    t_max: float = 30.0,
    resolution: float = 0.1,
) -> tuple[Array, Array]:
    r"""Draw windows of the lab's series that begin at random times.

    A window begins at a time :math:`t_0` drawn evenly from those that leave room for it between
    `t_min` and `t_max`. Its inputs and targets are the same values, one step apart:

    .. math:: x_k = f(t_0 + k r), \qquad y_k = x_{k+1}, \qquad k = 0, \dots, \mathrm{n\_steps} - 1

    Args:
        batch_size: The number of windows.
        n_steps: The number of time steps in each.
        rng: A NumPy generator. With ``numpy.random.RandomState(42)`` the batches are those of
            the 2019 lab.
        t_min: The earliest time.
        t_max: The latest time.
        resolution: The time :math:`r` from one step to the next.

    Returns:
        Inputs and targets, each ``[batch, time, 1]``, float64.

    Raises:
        TypeError: A size is no integer, or `rng` no NumPy generator.
        ValueError: A size or `resolution` is not positive, or a window does not fit between
            `t_min` and `t_max`.
    """
    check_count("batch_size", batch_size)
    check_count("n_steps", n_steps)
    _check_rng(rng)
    if not (isinstance(resolution, Real) and 0 < resolution < np.inf):
        raise ValueError(f"resolution must be a positive number, not {resolution!r}")
    room = t_max - t_min - n_steps * resolution
    if not 0 <= room < np.inf:
        raise ValueError(
            f"n_steps={n_steps} steps of resolution={resolution} must fit between t_min={t_min} "
            f"and t_max={t_max}"
        )
    starts = t_min + rng.random((batch_size, 1)) * room
    values = time_series(starts + np.arange(0.0, n_steps + 1) * resolution)[..., np.newaxis]
    return values[:, :-1], values[:, 1:]


def windows(values: npt.ArrayLike, n_steps: int) -> tuple[Array, Array]:
    """Cut a series into all its windows, each with its targets one step later.

    Split the series first and cut each part on its own: a window across the border would show
    the one part to the other.

    Args:
        values: The series, ``[time]`` or ``[time, features]``.
        n_steps: The number of time steps in each window.

    Returns:
        Inputs and targets, each ``[batch, time, features]``, float64, the earliest window first.

    Raises:
        TypeError: `n_steps` is no integer, or `values` are no numbers.
        ValueError: `values` have another shape, hold NaN or infinity, or are too short for one
            window and its last target.
    """
    check_count("n_steps", n_steps)
    series = _as_series(values)
    if len(series) <= n_steps:
        raise ValueError(
            f"values must be longer than n_steps={n_steps}, for a window and the target after "
            f"it, not {len(series)} long"
        )
    cut = np.lib.stride_tricks.sliding_window_view(series, n_steps + 1, axis=0)
    every = cut.swapaxes(1, 2)
    return every[:, :-1].copy(), every[:, 1:].copy()


def split(values: npt.ArrayLike, *shares: float) -> list[Array]:
    """Split a series in time: the first part is the earliest, and nothing is shuffled.

    Args:
        values: The series, ``[time]`` or ``[time, features]``.
        shares: The share of each part but the last, which takes the rest: ``split(values, 0.7,
            0.15)`` makes parts of 70, 15 and 15 percent.

    Returns:
        The parts, float64, in the shape of `values` but for their length.

    Raises:
        TypeError: `values` are no numbers.
        ValueError: No share is given, a share is not positive, they leave nothing for the last
            part, or a part would be empty.
    """
    series = _as_series(values)
    if not shares or min(shares) <= 0 or sum(shares) >= 1:
        raise ValueError(f"shares must be positive, with a sum below 1, not {shares}")
    borders = np.round(np.cumsum(shares) * len(series)).astype(int)
    parts = np.split(series.reshape(np.shape(values)), borders)
    if not all(len(part) for part in parts):
        raise ValueError(f"shares {shares} of {len(series)} values leave a part empty")
    return parts


def shuffled_batches(
    inputs: npt.ArrayLike, targets: npt.ArrayLike, batch_size: int, rng: Rng
) -> Iterator[tuple[Array, Array]]:
    """Draw batches from windows for ever, in another order each time through.

    Each time through, every window is drawn at most once; those left over when no full batch
    remains wait for the next time.

    Args:
        inputs: The windows' inputs, ``[windows, time, features]``.
        targets: Their targets, as many.
        batch_size: The number of windows in a batch.
        rng: A NumPy generator; the same seed gives the same batches.

    Returns:
        An endless iterator of inputs and targets, ``[batch, time, features]``.

    Raises:
        TypeError: `batch_size` is no integer, or `rng` no NumPy generator.
        ValueError: Inputs and targets are not equally many, or fewer than `batch_size`.
    """
    check_count("batch_size", batch_size)
    _check_rng(rng)
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    if len(inputs) != len(targets):
        raise ValueError(f"targets must be as many as inputs, {len(inputs)}, not {len(targets)}")
    if len(inputs) < batch_size:
        raise ValueError(f"batch_size must be at most the {len(inputs)} windows, not {batch_size}")
    return _shuffled(inputs, targets, batch_size, rng)


def _shuffled(inputs: Any, targets: Any, batch_size: int, rng: Rng) -> Iterator[tuple[Any, Any]]:
    while True:
        order = rng.permutation(len(inputs))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            chosen = order[start : start + batch_size]
            yield inputs[chosen], targets[chosen]


def _as_series(values: npt.ArrayLike) -> Array:
    """Return ``[time, features]``."""
    array = as_numbers("values", values)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"values must have the shape [time] or [time, features], not {list(array.shape)}"
        )
    return array.reshape(len(array), -1)


def _check_rng(rng: Any) -> None:
    if not isinstance(rng, np.random.Generator | np.random.RandomState):
        raise TypeError(f"rng must be a NumPy Generator or RandomState, not {rng!r}")
