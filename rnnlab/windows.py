"""What a network learns from: a series split in time, cut into windows, and drawn in batches."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, Rng, takes


@takes(
    values="[time] or [time, features] or [batch, time, features]",
    n_steps="count < time",
    horizon="count <= time - n_steps or None",
)
def windows(
    values: npt.ArrayLike, n_steps: int, horizon: int | None = None, *, at_each_step: bool = False
) -> tuple[Array, Array]:
    r"""Cut a series into all its windows, each with what is to be forecast from it.

    A window :math:`x_i, \dots, x_{i+w-1}` of :math:`w` = `n_steps` values has as its targets the
    :math:`h` = `horizon` values that follow it,

    .. math:: y_k = x_{i+w-1+k}, \qquad k = 1, \dots, h

    or at each of its steps :math:`t` those that follow there, as sequence-to-sequence training
    wants them:

    .. math:: y_{t,k} = x_{i+t+k}, \qquad t = 0, \dots, w - 1

    Without a horizon they are the next value at each step. Split a series first and cut each
    part on its own: a window across the border would show the one part to the other.

    Args:
        values: The series :math:`x`, ``[time]`` or ``[time, features]``, or several of them,
            ``[batch, time, features]``, of which each is cut on its own.
        n_steps: :math:`w`, the number of time steps in each window.
        horizon: :math:`h`, the number of values to forecast.
        at_each_step: Whether to forecast them at each step, not only after the last.

    Returns:
        Inputs ``[windows, n_steps, features]``, the earliest window first, and targets, float64.
        These are ``[windows, n_steps, features]`` without a horizon,
        ``[windows, horizon, features]`` with one, and ``[windows, n_steps, horizon * features]``
        at each step.

    Raises:
        TypeError: `n_steps` or `horizon` is no integer, or `values` are no numbers.
        ValueError: `values` have another shape, hold NaN or infinity, or end before the horizon
            of the first window does.

    Example:
        >>> inputs, targets = windows([1.0, 2.0, 3.0, 4.0, 5.0], n_steps=2, horizon=1)
        >>> inputs[:, :, 0]
        array([[1., 2.],
               [2., 3.],
               [3., 4.]])
        >>> targets.ravel()
        array([3., 4., 5.])
    """
    if horizon is None:
        horizon, at_each_step = 1, True
    series = np.asarray(values)
    if series.ndim == 1:
        series = series[:, np.newaxis]
    series = series.reshape(-1, *series.shape[-2:])
    cut = np.lib.stride_tricks.sliding_window_view
    every = np.concatenate(cut(series, n_steps + horizon, axis=1).swapaxes(2, 3))
    targets = every[:, n_steps:]
    if at_each_step:
        following = cut(every[:, 1:], horizon, axis=1).swapaxes(2, 3)
        targets = following.reshape(len(every), n_steps, -1)
    return every[:, :n_steps].copy(), targets.copy()


@takes(values="[time] or [time, features]", shares="[parts] > 0 and < 1")
def split(values: npt.ArrayLike, *shares: float) -> list[Array]:
    """Split a series in time: the first part is the earliest, and nothing is shuffled.

    Args:
        values: The series, ``[time]`` or ``[time, features]``.
        shares: The share of each part but the last, which takes the rest: ``split(values, 0.7,
            0.15)`` makes parts of 70, 15 and 15 percent.

    Returns:
        The parts, float64, in the shape of `values` but for their length.

    Raises:
        TypeError: `values` or a share are no numbers.
        ValueError: No share is given, a share is not between 0 and 1, or a part would be empty.

    Example:
        >>> training, test = split(np.arange(10.0), 0.8)
        >>> test
        array([8., 9.])
    """
    borders = np.round(np.cumsum(shares) * np.shape(values)[0]).astype(int)
    if not all(np.diff([0, *borders, np.shape(values)[0]]) > 0):
        raise ValueError(f"shares must leave no part of the {np.shape(values)[0]} values empty")
    return np.split(np.asarray(values), borders)


@takes(
    inputs="any [windows, ...]",
    targets="any [windows, ...]",
    batch_size="count <= windows",
    rng="rng",
)
def shuffled_batches(
    inputs: npt.NDArray[Any], targets: npt.NDArray[Any], batch_size: int, rng: Rng
) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Draw batches from windows for ever, in another order each time through.

    Each time through, every window is drawn at most once; those left over when no full batch
    remains wait for the next time.

    Args:
        inputs: The windows' inputs, ``[windows, time, features]``.
        targets: Their targets, as many.
        batch_size: The number of windows in a batch.
        rng: A NumPy generator; the same seed gives the same batches.

    Returns:
        An endless iterator of inputs and targets, ``[batch, time, features]``, of their own
        dtypes.

    Raises:
        TypeError: `batch_size` is no integer, `rng` no NumPy generator, or an array not of
            numbers.
        ValueError: Inputs and targets are not equally many, or fewer than `batch_size`.

    Example:
        >>> inputs, targets = windows(np.arange(12.0), n_steps=2)
        >>> batches = shuffled_batches(inputs, targets, 5, np.random.default_rng(0))
        >>> next(batches)[0].shape
        (5, 2, 1)
    """
    while True:
        order = rng.permutation(len(inputs))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            chosen = order[start : start + batch_size]
            yield inputs[chosen], targets[chosen]
