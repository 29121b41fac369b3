"""How good predictions are: errors, and the simple predictors that a network has to beat."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers, check_count
from rnnlab._baselines import Autoregression as Autoregression
from rnnlab._baselines import exact_recurrence as exact_recurrence
from rnnlab._baselines import fit_autoregression as fit_autoregression
from rnnlab._baselines import naive as naive

Array = npt.NDArray[np.float64]


def mse(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> float:
    r"""Return the mean squared error, in the square of the series' unit.

    .. math:: \mathrm{mse} = \frac{1}{n} \sum_{i=1}^{n} (\hat y_i - y_i)^2

    Args:
        targets: The true values :math:`y`, of any shape.
        predictions: The predictions :math:`\hat y`, of the same shape.

    Returns:
        The error, 0 or above.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ, an array is empty, or a value is NaN or infinite.
    """
    return float(np.mean(np.square(_errors(targets, predictions))))


def rmse(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> float:
    r"""Return the root of the mean squared error, in the unit of the series.

    .. math:: \mathrm{rmse} = \sqrt{\mathrm{mse}}

    The mean of the roots of several batches is not the root for all of them together.

    Args:
        targets: The true values, of any shape.
        predictions: The predictions, of the same shape.

    Returns:
        The error, 0 or above.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ, an array is empty, or a value is NaN or infinite.
    """
    return float(np.sqrt(mse(targets, predictions)))


def mae(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> float:
    r"""Return the mean absolute error, in the unit of the series.

    .. math:: \mathrm{mae} = \frac{1}{n} \sum_{i=1}^{n} |\hat y_i - y_i|

    Args:
        targets: The true values :math:`y`, of any shape.
        predictions: The predictions :math:`\hat y`, of the same shape.

    Returns:
        The error, 0 or above.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ, an array is empty, or a value is NaN or infinite.
    """
    return float(np.mean(np.abs(_errors(targets, predictions))))


def mase(
    targets: npt.ArrayLike,
    predictions: npt.ArrayLike,
    training_series: npt.ArrayLike,
    season: int = 1,
) -> float:
    r"""Return the mean absolute scaled error: below 1 beats the naive forecast on training data.

    With a training series :math:`x` of :math:`n` values and a season of :math:`m` steps,

    .. math:: \mathrm{mase} = \mathrm{mae} \Big/
        \frac{1}{n - m} \sum_{t=m}^{n-1} |x_t - x_{t-m}|

    Args:
        targets: The true values, of any shape.
        predictions: The predictions, of the same shape.
        training_series: The series :math:`x` that the predictor has learned from, ``[time]``.
        season: :math:`m`, the number of steps back to the value that the naive forecast repeats.

    Returns:
        The error without a unit, 0 or above.

    Raises:
        TypeError: An argument is no array of numbers, or `season` no integer.
        ValueError: The shapes of targets and predictions differ, an array is empty, a value is
            NaN or infinite, `season` is not positive, the training series is no longer than a
            season, or it repeats itself exactly, as a constant one does, so that there is no
            error to scale by.

    References:
        Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", section 3.
    """
    check_count("season", season)
    series = as_numbers("training_series", training_series)
    if series.ndim != 1 or len(series) <= season:
        raise ValueError(
            f"training_series must have the shape [time] and more than season={season} values, "
            f"not the shape {list(series.shape)}"
        )
    scale = float(np.mean(np.abs(series[season:] - series[:-season])))
    if scale == 0:
        raise ValueError(
            "training_series must change from one season to the next: the naive forecast has no "
            "error on it to scale by"
        )
    return mae(targets, predictions) / scale


def error_by_position(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> Array:
    r"""Return the mean squared error at each time step of the windows.

    .. math:: e_t = \frac{1}{n} \sum_{i=1}^{n} (\hat y_{i,t} - y_{i,t})^2

    Args:
        targets: The true values, ``[batch, time, features]``.
        predictions: The predictions, in the same shape.

    Returns:
        The errors, ``[time]``; their mean is `mse`.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ or have no three axes, an array is empty, or a value is NaN
            or infinite.
    """
    return np.asarray(np.mean(np.square(_sequence_errors(targets, predictions)), axis=(0, 2)))


def error_by_horizon(truth: npt.ArrayLike, generated: npt.ArrayLike) -> Array:
    r"""Return the mean absolute error of free running after 1, 2, 3, ... steps.

    Args:
        truth: The true values, ``[batch, time, features]``.
        generated: The generated values, in the same shape, the first of them one step ahead.

    Returns:
        The errors, ``[time]``, in the unit of the series.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ or have no three axes, an array is empty, or a value is NaN
            or infinite.
    """
    return np.asarray(np.mean(np.abs(_sequence_errors(truth, generated)), axis=(0, 2)))


def horizon(truth: npt.ArrayLike, generated: npt.ArrayLike, tolerance: float = 1.0) -> Any:
    r"""Return the first step at which a generated series is off by more than a tolerance.

    .. math:: \min \{t : |\hat y_t - y_t| > \mathrm{tolerance}\}, \qquad t = 1, 2, \dots

    Args:
        truth: The true values :math:`y`, ``[time]`` or ``[batch, time]``.
        generated: The generated values :math:`\hat y`, in the same shape. A value that is not
            finite is off.
        tolerance: The largest absolute error that is still good, in the unit of the series.

    Returns:
        The step, counted from 1, an integer, or an array of them, ``[batch]``; one more than
        there are steps where none is off.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ or are others, an array is empty, or a true value is NaN or
            infinite.
    """
    true = as_numbers("truth", truth)
    given = np.asarray(generated)
    if given.dtype.kind not in "fiu":
        raise TypeError(f"generated must be an array of numbers, not of {given.dtype}")
    if true.ndim not in (1, 2) or given.shape != true.shape:
        raise ValueError(
            "truth and generated must have one shape, [time] or [batch, time], not "
            f"{list(true.shape)} and {list(given.shape)}"
        )
    with np.errstate(invalid="ignore"):
        off = ~(np.abs(given - true) <= tolerance)  # so that NaN is off, too
    return np.where(off.any(axis=-1), off.argmax(axis=-1), off.shape[-1]) + 1


def _errors(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> Array:
    true, predicted = as_numbers("targets", targets), as_numbers("predictions", predictions)
    if predicted.shape != true.shape:
        raise ValueError(
            f"predictions must have the shape {list(true.shape)} of the targets, not "
            f"{list(predicted.shape)}: a difference of other shapes would broadcast them"
        )
    return np.asarray(predicted - true)


def _sequence_errors(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> Array:
    errors = _errors(targets, predictions)
    if errors.ndim != 3:
        raise ValueError(
            f"targets must have the shape [batch, time, features], not {list(errors.shape)}"
        )
    return errors
