"""Forecasts without a network, which a network has to beat: naive ones and linear ones."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, takes


@takes(inputs="[batch, time, features]", season="count <= time", horizon="count")
def naive(inputs: npt.ArrayLike, season: int = 1, horizon: int = 1) -> Array:
    r"""Forecast that each value is that of the same place in the last season.

    With windows of :math:`w` values, a season of :math:`m` steps and :math:`h = 1, 2, \dots`,

    .. math:: \hat x_{w+h} = x_{w+h-m \lceil h/m \rceil}

    A season of one step repeats the last value; a longer one makes the seasonal naive forecast.

    Args:
        inputs: Windows, ``[batch, time, features]``.
        season: :math:`m`, the number of steps after which the series repeats itself.
        horizon: The number of values to forecast.

    Returns:
        The values after each window, ``[batch, horizon, features]``.

    Raises:
        TypeError: The inputs are no array of numbers, or a count is no integer.
        ValueError: The inputs have another shape, are shorter than a season, or hold NaN or
            infinity; or a count is not positive.

    Example:
        >>> naive([[[1.0], [2.0], [3.0]]], season=2, horizon=3).ravel()
        array([2., 3., 2.])

    References:
        Hyndman and Athanasopoulos (2021), "Forecasting: principles and practice", section 5.2.
    """
    return np.asarray(inputs)[:, np.arange(horizon) % season - season]


@dataclass(frozen=True)
class LinearForecast:
    r"""Each value is a weighted sum of the last few; one step ahead, this is an autoregression.

    Looking back on :math:`p` values, for :math:`h = 1, 2, \dots` steps ahead,

    .. math:: \hat x_{t+h} = c_h + \sum_{k=1}^{p} a_{k,h} \, x_{t+1-k}

    Attributes:
        coefficients: :math:`a`, ``[order, horizon]``, the newest value's first.
        intercept: :math:`c`, ``[horizon]``, or one number for all.

    Example:
        >>> halved = LinearForecast(np.array([[0.5]]))
        >>> halved.generate(np.array([8.0]), 3)
        array([4., 2., 1.])
    """

    coefficients: Array
    intercept: Array | float = 0.0

    @takes(inputs="[batch, time, 1]", time="count >= len(self.coefficients)")
    def predict(self, inputs: npt.ArrayLike) -> Array:
        """Forecast the values after each window or, one step ahead, after each of its steps.

        Args:
            inputs: Windows, ``[batch, time, 1]``.

        Returns:
            Several steps ahead, the values after each window, ``[batch, horizon, 1]``. One step
            ahead, the value after each step that has :math:`p` values up to it, ``[batch, time -
            p + 1, 1]``: the forecasts of ``targets[:, p - 1:]``.

        Raises:
            TypeError: The inputs are no array of numbers.
            ValueError: They have another shape, are shorter than :math:`p`, or hold NaN or
                infinity.

        Example:
            >>> halved = LinearForecast(np.array([[0.5]]))
            >>> halved.predict([[[8.0], [6.0]]]).ravel()
            array([4., 3.])
        """
        latest = _newest_first(inputs, len(self.coefficients))
        ahead = np.asarray(latest @ self.coefficients + self.intercept)
        return ahead if ahead.shape[2] == 1 else ahead[:, -1, :, np.newaxis]

    @takes(beginning="[time]", time="count >= len(self.coefficients)", n_values="count")
    def generate(self, beginning: Array, n_values: int) -> Array:
        """Continue a series, each value forecast being the next to look back on.

        Args:
            beginning: The values to begin with, ``[time]``, at least :math:`p` of them.
            n_values: The number of values to generate.

        Returns:
            The values after the beginning, ``[n_values]``.

        Raises:
            TypeError: The beginning is no array of numbers, or `n_values` no integer.
            ValueError: The beginning has another shape, is too short, or holds NaN or infinity;
                or `n_values` is not positive.

        Example:
            >>> fibonacci = LinearForecast(np.array([[1.0], [1.0]]))
            >>> fibonacci.generate(np.array([1.0, 1.0]), 4)
            array([2., 3., 5., 8.])
        """
        order = len(self.coefficients)
        oldest_first = self.coefficients[::-1, 0]
        values = np.concatenate([beginning[len(beginning) - order :], np.empty(n_values)])
        for t in range(n_values):
            values[order + t] = values[t : order + t] @ oldest_first + np.ravel(self.intercept)[0]
        return values[order:]


@takes(
    inputs="[batch, time, 1]",
    order="count <= time or None",
    targets="[batch, ahead, 1] if order is None else [batch, time, 1]",
)
def fit_linear(
    inputs: npt.ArrayLike, targets: npt.ArrayLike, *, order: int | None = None
) -> LinearForecast:
    r"""Fit weighted sums of the last values by least squares.

    .. math:: \min_{a, c}
        \sum_{t,h} \Bigl(x_{t+h} - c_h - \sum_{k=1}^{p} a_{k,h} \, x_{t+1-k}\Bigr)^2

    Args:
        inputs: Windows, ``[batch, time, 1]``.
        targets: The values that follow each window, ``[batch, horizon, 1]``; or, with an order,
            the next value at each step, ``[batch, time, 1]``.
        order: :math:`p`, the number of values to look back on; all of a window, if left out.

    Returns:
        The forecast with the least squared error; of several, the one with the smallest weights.

    Raises:
        TypeError: An array does not hold numbers, or `order` is no integer.
        ValueError: A shape does not fit, an array holds NaN or infinity, `order` is not positive
            or above the windows' length, or there are no more targets than values to look back
            on.

    Example:
        >>> doubling = 2.0 ** np.arange(6).reshape(1, 6, 1)
        >>> forecast = fit_linear(doubling[:, :-1], doubling[:, 1:], order=1)
        >>> forecast.coefficients.round(6)
        array([[2.]])
    """
    y = np.asarray(targets)[..., 0]
    if order is not None:
        y = y[:, order - 1 :].reshape(-1, 1)
    x = _newest_first(inputs, order or np.shape(inputs)[1])
    x = np.column_stack([x.reshape(len(y), -1), np.ones(len(y))])
    if len(x) < x.shape[1]:
        raise ValueError(f"inputs must give more than order={x.shape[1] - 1} targets, not {len(x)}")
    fitted = np.linalg.lstsq(x, y, rcond=None)[0]
    return LinearForecast(fitted[:-1], fitted[-1])


@takes(resolution="number > 0")
def exact_recurrence(resolution: float = 0.1) -> LinearForecast:
    r"""Return the recurrence that the series of the 2019 lab obeys exactly.

    Sampled at steps of :math:`r`, :math:`2 \sin 5t` is a combination of the powers of
    :math:`e^{\pm 5ir}`, and :math:`t \sin t / 3` one of the powers of :math:`e^{\pm ir}`, twice
    over for its factor :math:`t`. A recurrence with these roots has the characteristic polynomial

    .. math:: (z^2 - 2 z \cos r + 1)^2 \, (z^2 - 2 z \cos 5r + 1)

    Args:
        resolution: The time :math:`r` from one value to the next.

    Returns:
        The recurrence, of order 6, without an intercept.

    Raises:
        TypeError: The resolution is no number.
        ValueError: It is not positive and finite.

    Example:
        >>> from rnnlab.lab2019 import time_series
        >>> series = time_series(0.1 * np.arange(9))
        >>> drawn = exact_recurrence().generate(series[:6], 3)
        >>> bool(np.allclose(drawn, series[6:]))
        True
    """
    slow = [1, -2 * math.cos(resolution), 1]
    fast = [1, -2 * math.cos(5 * resolution), 1]
    polynomial = np.polymul(np.polymul(slow, slow), fast)
    return LinearForecast(-polynomial[1:, np.newaxis])


@takes(series="[batch, time, 1]", time="count >= 8", horizon="count")
def fit_two_waves(series: npt.ArrayLike, horizon: int) -> Array:
    r"""Continue series of `rnnlab.series.two_waves`, knowing the formula but not its numbers.

    Frequencies :math:`w` and phases :math:`p` are those of the least squared error,

    .. math:: \min_{w_1, p_1, w_2, p_2} \sum_k \Bigl(x_k - \tfrac12 \sin(w_1 t_k + p_1)
        - \tfrac15 \sin(w_2 t_k + p_2)\Bigr)^2

    found by Gauss and Newton's method from the best of some 400 pairs of frequencies. A forecast
    that also used the shape of the noise and the ranges of the numbers could do better, so that
    its error says what there is to gain at least.

    Args:
        series: The beginnings of series with `horizon` more steps, ``[batch, time, 1]``.
        horizon: The number of values to forecast.

    Returns:
        The values after each series, ``[batch, horizon, 1]``.

    Raises:
        TypeError: The series are no array of numbers, or `horizon` no integer.
        ValueError: The series have another shape, fewer than eight steps, or hold NaN or infinity;
            or `horizon` is not positive.

    Example:
        >>> from rnnlab.series import two_waves
        >>> series = two_waves(2, 30, np.random.default_rng(0), noise=0.0)
        >>> continued = fit_two_waves(series[:, :20], horizon=10)
        >>> bool(np.allclose(continued, series[:, 20:], atol=1e-6))
        True
    """
    values = np.asarray(series)[..., 0]
    steps = values.shape[1]
    every_t = np.linspace(0, 1, steps + horizon)
    t = every_t[:steps]

    # With free amplitudes, cosines and sines of given frequencies fit by a projection.
    pairs = np.stack(np.meshgrid(np.linspace(10, 20, 21), np.linspace(20, 40, 21)), -1)
    angles = pairs.reshape(-1, 2)[:, np.newaxis] * t[:, np.newaxis]
    bases = np.concatenate([np.cos(angles), np.sin(angles)], axis=2)
    fitted = np.square(np.linalg.qr(bases)[0].swapaxes(1, 2) @ values.T).sum(axis=1)
    best = fitted.argmax(axis=0)
    parts = (np.linalg.pinv(bases[best]) @ values[..., np.newaxis])[..., 0]
    phases = np.arctan2(parts[:, :2], parts[:, 2:])
    numbers = np.hstack([pairs.reshape(-1, 2)[best], phases])[..., np.newaxis]

    sizes = np.array([[0.5], [0.2]])
    for _ in range(20):
        angles = numbers[:, :2] * t + numbers[:, 2:]
        slopes = sizes * np.cos(angles)
        slopes = np.concatenate([slopes * t, slopes], axis=1)
        errors = values - (sizes * np.sin(angles)).sum(axis=1)
        # The smallest of additions keeps the equations solvable where two waves are one.
        squares = slopes @ slopes.swapaxes(1, 2) + 1e-9 * np.eye(4)
        numbers += np.linalg.solve(squares, slopes @ errors[..., np.newaxis])
    angles = numbers[:, :2] * every_t[steps:] + numbers[:, 2:]
    return np.asarray((sizes * np.sin(angles)).sum(axis=1)[..., np.newaxis])


def _newest_first(inputs: npt.ArrayLike, order: int) -> Array:
    """Return the last values at each step that has `order` of them, ``[batch, steps, order]``."""
    cut = np.lib.stride_tricks.sliding_window_view
    return cut(np.asarray(inputs)[..., 0], order, axis=1)[..., ::-1]
