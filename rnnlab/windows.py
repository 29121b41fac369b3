"""What a network learns from: a series split in time, cut into windows, and drawn in batches."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, Rng, takes


@takes(
    values="[time] or [time, features] or [batch, time, features]",
    n_steps="count",
    horizon="integer >= 0 or None",
    stride="count",
    rate="count",
    known="[time, ahead] or [batch, time, ahead] or None",
)
def windows(
    values: npt.ArrayLike,
    n_steps: int,
    horizon: int | None = None,
    *,
    at_each_step: bool = False,
    stride: int = 1,
    rate: int = 1,
    known: npt.ArrayLike | None = None,
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

    What is known ahead, such as the hour, a holiday or a price, stands beside the step before: a
    window's input at step :math:`t` is then

    .. math:: [x_{i+t},\ a_{i+t+1}, \dots, a_{i+t+h}]

    Args:
        values: The series :math:`x`, ``[time]`` or ``[time, features]``, or several of them,
            ``[batch, time, features]``, of which each is cut on its own.
        n_steps: :math:`w`, the number of time steps in each window.
        horizon: :math:`h`, the number of values to forecast; 0 cuts windows without targets.
        at_each_step: Whether to forecast them at each step, not only after the last.
        stride: The number of values from the beginning of a window to that of the next.
        rate: The number of values from one step of a window to the next: 2 takes every other one.
        known: :math:`a`, what is known ahead at each time of the values, ``[time, ahead]``, or of
            each series, ``[batch, time, ahead]``.

    Returns:
        Inputs ``[windows, n_steps, features]``, the earliest window first, and targets, float64.
        These are ``[windows, n_steps, features]`` without a horizon,
        ``[windows, horizon, features]`` with one, and ``[windows, n_steps, horizon * features]``
        at each step. What is known ahead adds ``horizon * ahead`` features to the inputs.

    Raises:
        TypeError: A number of steps is no integer, or `values` or `known` are no numbers.
        ValueError: An array has another shape or holds NaN or infinity, a number of steps is too
            small, or `values` end before the horizon of the first window does.

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
    if not horizon and (at_each_step or known is not None):
        raise ValueError("horizon must be at least 1 at each step, and with what is known ahead")
    series = np.asarray(values)
    if series.ndim == 1:
        series = series[:, np.newaxis]
    series = series.reshape(-1, *series.shape[-2:])
    span = (n_steps + horizon - 1) * rate + 1
    if span > series.shape[1]:
        raise ValueError(
            f"values must have at least {span} steps for n_steps={n_steps}, horizon={horizon} and "
            f"rate={rate}, not {series.shape[1]}"
        )
    cut = np.lib.stride_tricks.sliding_window_view

    def every_window(series: Array) -> Array:
        cuts = cut(series, span, axis=1)[:, ::stride, :, ::rate]
        return np.concatenate(cuts.swapaxes(2, 3))

    def following(every: Array) -> Array:
        """Return at each step what follows there, ``[windows, n_steps, horizon * features]``."""
        return cut(every[:, 1:], horizon, axis=1).swapaxes(2, 3).reshape(len(every), n_steps, -1)

    every = every_window(series)
    inputs = every[:, :n_steps]
    targets = following(every) if at_each_step else every[:, n_steps:]
    if known is not None:
        ahead = np.broadcast_to(known, (len(series), *np.shape(known)[-2:]))
        inputs = np.concatenate([inputs, following(every_window(ahead))], axis=2)
    return inputs.copy(), targets.copy()


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
