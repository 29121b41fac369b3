"""Forecasts of one or more steps: a well-known test bed, and what a forecast has to beat."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers, check_count

Array = npt.NDArray[np.float64]
Rng = np.random.Generator | np.random.RandomState


def two_waves(n_series: int, n_steps: int, rng: Rng, noise: float = 0.1) -> Array:
    r"""Draw series of two sines with frequencies and phases of their own, and noise.

    .. math:: x_k = \tfrac12 \sin\bigl((10 + 10 f_1)(t_k - o_1)\bigr)
        + \tfrac15 \sin\bigl((20 + 20 f_2)(t_k - o_2)\bigr)
        + \mathrm{noise} \, (u_k - \tfrac12), \qquad t_k = \frac{k}{\mathrm{n\_steps} - 1}

    The numbers :math:`f_1, f_2, o_1, o_2` of each series, and :math:`u_k` of each step, are drawn
    evenly from 0 to 1. The noise has the variance :math:`\mathrm{noise}^2 / 12`, below which no
    forecast of it can get. The times go from 0 to 1 whatever `n_steps` is: with another number of
    steps, the steps are of another length.

    Args:
        n_series: The number of series.
        n_steps: The number of time steps in each, at least 2.
        rng: A NumPy generator; with ``numpy.random.RandomState(42)`` the series are those of the
            book.
        noise: The width of the noise.

    Returns:
        The series, ``[batch, time, 1]``, float64.

    Raises:
        TypeError: A size is no integer, or `rng` no NumPy generator.
        ValueError: A size is too small, or `noise` is negative or not finite.

    References:
        Géron (2019), "Hands-on machine learning with Scikit-Learn, Keras, and TensorFlow", second
        edition, chapter 15.
    """
    check_count("n_series", n_series)
    check_count("n_steps", n_steps, least=2)
    if not isinstance(rng, Rng):
        raise TypeError(f"rng must be a NumPy Generator or RandomState, not {rng!r}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise must be a finite number of at least 0, not {noise!r}")
    f1, f2, o1, o2 = rng.random((4, n_series, 1))
    t = np.linspace(0, 1, n_steps)
    waves = np.sin((10 + 10 * f1) * (t - o1)) / 2 + np.sin((20 + 20 * f2) * (t - o2)) / 5
    series = waves + noise * (rng.random((n_series, n_steps)) - 0.5)
    return np.asarray(series[..., np.newaxis])


def windows_ahead(values: npt.ArrayLike, n_steps: int, horizon: int) -> tuple[Array, Array]:
    r"""Cut a series into all its windows, each with the values that follow it.

    .. math:: X_i = (x_i, \dots, x_{i+w-1}), \qquad Y_i = (x_{i+w}, \dots, x_{i+w+h-1})

    Args:
        values: The series, ``[time]``.
        n_steps: :math:`w`, the number of time steps in each window.
        horizon: :math:`h`, the number of values after it.

    Returns:
        Inputs ``[batch, n_steps, 1]`` and targets ``[batch, horizon, 1]``, float64, the earliest
        window first.

    Raises:
        TypeError: `n_steps` or `horizon` is no integer, or `values` are no numbers.
        ValueError: `values` have another shape, hold NaN or infinity, or end before the horizon
            of the first window does.
    """
    check_count("n_steps", n_steps)
    check_count("horizon", horizon)
    series = as_numbers("values", values)
    if series.ndim != 1:
        raise ValueError(f"values must have the shape [time], not {list(series.shape)}")
    if len(series) < n_steps + horizon:
        raise ValueError(
            f"horizon={horizon} must end within the data: a window of n_steps={n_steps} and the "
            f"values after it need {n_steps + horizon} values, and there are {len(series)}"
        )
    every = np.lib.stride_tricks.sliding_window_view(series, n_steps + horizon)[..., np.newaxis]
    return every[:, :n_steps].copy(), every[:, n_steps:].copy()


def seasonal_naive(inputs: npt.ArrayLike, season: int, horizon: int = 1) -> Array:
    r"""Forecast that each value is that of the same place in the last season.

    With windows of :math:`w` values, a season of :math:`m` steps and :math:`h = 1, 2, \dots`,

    .. math:: \hat x_{w+h} = x_{w+h-m \lceil h/m \rceil}

    A season of one step is the naive forecast.

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

    References:
        Hyndman and Athanasopoulos (2021), "Forecasting: principles and practice", section 5.2.
    """
    check_count("season", season)
    check_count("horizon", horizon)
    windows = _sequences("inputs", inputs)
    if windows.shape[1] < season:
        raise ValueError(f"inputs must hold a season={season} steps, not {windows.shape[1]}")
    last = windows[:, windows.shape[1] - season :]
    return last[:, np.arange(horizon) % season]


@dataclass(frozen=True)
class LinearForecast:
    r"""Each value after a window as a weighted sum of all values in it.

    .. math:: \hat y = x \, \mathrm{kernel} + \mathrm{bias}

    Attributes:
        kernel: ``[time, horizon]``, a column for each step ahead.
        bias: ``[horizon]``.
    """

    kernel: Array
    bias: Array

    def predict(self, inputs: npt.ArrayLike) -> Array:
        """Forecast the values after each window.

        Args:
            inputs: Windows, ``[batch, time, 1]``, as long as those it was fitted to.

        Returns:
            The forecasts, ``[batch, horizon, 1]``.

        Raises:
            TypeError: The inputs are no array of numbers.
            ValueError: They have another shape, or hold NaN or infinity.
        """
        windows = _sequences("inputs", inputs)
        if windows.shape[1:] != (len(self.kernel), 1):
            raise ValueError(
                f"inputs must have the shape [batch, {len(self.kernel)}, 1], "
                f"not {list(windows.shape)}"
            )
        return np.asarray(windows[..., 0] @ self.kernel + self.bias)[..., np.newaxis]


def fit_linear(inputs: npt.ArrayLike, targets: npt.ArrayLike) -> LinearForecast:
    r"""Fit a weighted sum of the window's values to each step ahead, by least squares.

    .. math:: \min_{\mathrm{kernel},\, \mathrm{bias}}
        \sum_i \lVert x_i \, \mathrm{kernel} + \mathrm{bias} - y_i \rVert^2

    Args:
        inputs: Windows, ``[batch, time, 1]``.
        targets: The values after them, ``[batch, horizon, 1]``.

    Returns:
        The forecast with the least squared error; of several, the one with the smallest weights.

    Raises:
        TypeError: An array does not hold numbers.
        ValueError: A shape does not fit, an array holds NaN or infinity, or there are no more
            windows than values in one.
    """
    windows, wanted = _sequences("inputs", inputs), _sequences("targets", targets)
    if windows.shape[2] != 1 or wanted.shape[2] != 1 or len(wanted) != len(windows):
        raise ValueError(
            "inputs and targets must have the shapes [batch, time, 1] and [batch, horizon, 1], "
            f"not {list(windows.shape)} and {list(wanted.shape)}"
        )
    if len(windows) <= windows.shape[1]:
        raise ValueError(
            f"inputs must be more than {windows.shape[1]} windows, one for each number to fit, "
            f"not {len(windows)}"
        )
    design = np.column_stack([windows[..., 0], np.ones(len(windows))])
    solution = np.linalg.lstsq(design, wanted[..., 0], rcond=None)[0]
    return LinearForecast(np.asarray(solution[:-1], float), np.asarray(solution[-1], float))


def _sequences(name: str, values: npt.ArrayLike) -> Array:
    array = as_numbers(name, values)
    if array.ndim != 3:
        raise ValueError(
            f"{name} must have the shape [batch, time, features], not {list(array.shape)}"
        )
    return array
