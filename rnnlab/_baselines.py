"""Predictors without a network: the last value again, and linear recurrences."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers, check_count

Array = npt.NDArray[np.float64]


def naive(inputs: npt.ArrayLike) -> Array:
    r"""Predict that the next value is the last one again.

    .. math:: \hat x_{t+1} = x_t

    Args:
        inputs: Windows, ``[batch, time, features]``.

    Returns:
        The predictions, in the same shape: a copy of the inputs.

    Raises:
        TypeError: The inputs are no array of numbers.
        ValueError: They have other than three axes, are empty, or hold NaN or infinity.
    """
    return _windows("inputs", inputs).copy()


@dataclass(frozen=True)
class Autoregression:
    r"""A linear recurrence: each value is a weighted sum of the last few.

    .. math:: \hat x_t = c + \sum_{k=1}^{p} a_k \, x_{t-k}

    Attributes:
        coefficients: :math:`a_1, \dots, a_p`, ``[order]``, the newest value's first.
        intercept: :math:`c`.
    """

    coefficients: Array
    intercept: float = 0.0

    @property
    def order(self) -> int:
        """The number :math:`p` of values that it looks back on."""
        return len(self.coefficients)

    def predict(self, inputs: npt.ArrayLike) -> Array:
        """Predict the value after each step that has enough values up to it.

        Args:
            inputs: Windows, ``[batch, time, 1]``.

        Returns:
            The predictions at the steps from ``order - 1`` on, ``[batch, time - order + 1, 1]``:
            those for ``targets[:, order - 1:]``.

        Raises:
            TypeError: The inputs are no array of numbers.
            ValueError: They have another shape, are shorter than the order, or hold NaN or
                infinity.
        """
        latest = _latest(_windows("inputs", inputs, features=1), self.order)
        return np.asarray(latest @ self.coefficients + self.intercept)[..., np.newaxis]

    def generate(self, seed: npt.ArrayLike, n_values: int) -> Array:
        """Continue a series, each value predicted being the next to look back on.

        Args:
            seed: The values to begin with, ``[time]``, at least as many as the order.
            n_values: The number of values to generate.

        Returns:
            The values after the seed, ``[n_values]``.

        Raises:
            TypeError: The seed is no array of numbers, or `n_values` no integer.
            ValueError: The seed has another shape, is too short, or holds NaN or infinity; or
                `n_values` is not positive.
        """
        check_count("n_values", n_values)
        begun = as_numbers("seed", seed)
        if begun.ndim != 1 or len(begun) < self.order:
            raise ValueError(
                f"seed must have the shape [time] and at least {self.order} values, "
                f"not the shape {list(begun.shape)}"
            )
        values = np.concatenate([begun[len(begun) - self.order :], np.empty(n_values)])
        oldest_first = self.coefficients[::-1]
        for t in range(n_values):
            values[self.order + t] = values[t : self.order + t] @ oldest_first + self.intercept
        return values[self.order :]


def fit_autoregression(inputs: npt.ArrayLike, targets: npt.ArrayLike, order: int) -> Autoregression:
    r"""Fit a linear recurrence to windows by least squares.

    .. math:: \min_{a, c} \sum_t \Bigl(x_t - c - \sum_{k=1}^{p} a_k \, x_{t-k}\Bigr)^2

    Args:
        inputs: Windows, ``[batch, time, 1]``.
        targets: The values one step later, in the same shape.
        order: :math:`p`, the number of values to look back on.

    Returns:
        The recurrence with the least squared error; of several, the one with the smallest
        coefficients.

    Raises:
        TypeError: An array does not hold numbers, or `order` is no integer.
        ValueError: A shape does not fit, an array holds NaN or infinity, `order` is not positive
            or above the windows' length, or there are fewer targets than numbers to fit.
    """
    check_count("order", order)
    windows = _windows("inputs", inputs, features=1)
    wanted = _windows("targets", targets, features=1)
    if wanted.shape != windows.shape:
        raise ValueError(
            f"targets must have the shape {list(windows.shape)} of inputs, not {list(wanted.shape)}"
        )
    latest = _latest(windows, order).reshape(-1, order)
    if len(latest) <= order:
        raise ValueError(
            f"inputs must give more than order={order} targets to fit {order + 1} numbers to, "
            f"not {len(latest)}"
        )
    design = np.column_stack([latest, np.ones(len(latest))])
    solution = np.linalg.lstsq(design, wanted[:, order - 1 :].ravel(), rcond=None)[0]
    return Autoregression(solution[:-1].astype(np.float64), float(solution[-1]))


def exact_recurrence(resolution: float = 0.1) -> Autoregression:
    r"""Return the recurrence that the lab's series obeys exactly.

    Sampled at steps of :math:`r`, :math:`2 \sin 5t` is a combination of the powers of
    :math:`e^{\pm 5ir}`, and :math:`t \sin t / 3` one of the powers of :math:`e^{\pm ir}`, twice
    over for its factor :math:`t`. A recurrence with these roots has the characteristic polynomial

    .. math:: (z^2 - 2 z \cos r + 1)^2 \, (z^2 - 2 z \cos 5r + 1)

    Args:
        resolution: The time :math:`r` from one value to the next.

    Returns:
        The recurrence, of order 6, without an intercept.

    Raises:
        ValueError: The resolution is no positive number.
    """
    if not 0 < resolution < math.inf:
        raise ValueError(f"resolution must be a positive number, not {resolution!r}")
    slow = np.array([1, -2 * math.cos(resolution), 1])
    fast = np.array([1, -2 * math.cos(5 * resolution), 1])
    polynomial = np.polymul(np.polymul(slow, slow), fast)
    return Autoregression(-polynomial[1:])


def _latest(windows: Array, order: int) -> Array:
    """Return the last `order` values at each step that has them, the newest first."""
    if windows.shape[1] < order:
        raise ValueError(f"inputs must have at least order={order} steps, not {windows.shape[1]}")
    return np.lib.stride_tricks.sliding_window_view(windows[..., 0], order, axis=1)[..., ::-1]


def _windows(name: str, values: npt.ArrayLike, features: int | None = None) -> Array:
    array = as_numbers(name, values)
    if array.ndim != 3 or features not in (None, array.shape[2]):
        raise ValueError(
            f"{name} must have the shape [batch, time, {features or 'features'}], "
            f"not {list(array.shape)}"
        )
    return array
