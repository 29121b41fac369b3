"""How good predictions are: their errors, by several measures."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, takes


@takes(targets="[...]", predictions="like targets")
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

    Example:
        >>> mse([1.0, 2.0], [1.0, 4.0])
        2.0
    """
    return float(np.mean(np.square(np.subtract(targets, predictions))))


@takes(targets="[...]", predictions="like targets")
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

    Example:
        >>> rmse([0.0, 0.0], [3.0, 3.0])
        3.0
    """
    return float(np.sqrt(mse(targets, predictions)))


@takes(targets="[...]", predictions="like targets")
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

    Example:
        >>> mae([1.0, 2.0], [1.0, 4.0])
        1.0
    """
    return float(np.mean(np.abs(np.subtract(targets, predictions))))


@takes(training_series="[time]", season="count < time")
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

    Example:
        >>> mase([5.0, 6.0], [4.5, 5.5], training_series=[1.0, 2.0, 3.0, 4.0])
        0.5

    References:
        Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", section 3.
    """
    series = np.asarray(training_series)
    scale = np.mean(np.abs(series[season:] - series[:-season]))
    if scale == 0:
        raise ValueError(
            "training_series must change from one season to the next: the naive forecast has no "
            "error on it to scale by"
        )
    errors = np.abs(np.subtract(targets, predictions))
    return float(errors.mean() / scale)


@takes(targets="[batch, time, features]", predictions="like targets")
def mse_by_step(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> Array:
    r"""Return the mean squared error at each time step of the windows.

    .. math:: e_t = \frac{1}{n} \sum_{i=1}^{n} (\hat y_{i,t} - y_{i,t})^2

    Args:
        targets: The true values, ``[batch, time, features]``.
        predictions: The predictions, in the same shape.

    Returns:
        The errors, ``[time]``, in the square of the series' unit; their mean is `mse`.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ or have no three axes, an array is empty, or a value is NaN
            or infinite.

    Example:
        >>> mse_by_step([[[0.0], [0.0]]], [[[1.0], [2.0]]])
        array([1., 4.])
    """
    squares = np.square(np.subtract(targets, predictions))
    return np.asarray(squares.mean(axis=(0, 2)))


@takes(targets="[batch, time, features]", predictions="like targets")
def mae_by_step(targets: npt.ArrayLike, predictions: npt.ArrayLike) -> Array:
    r"""Return the mean absolute error at each time step of the windows.

    .. math:: e_t = \frac{1}{n} \sum_{i=1}^{n} |\hat y_{i,t} - y_{i,t}|

    Args:
        targets: The true values, ``[batch, time, features]``.
        predictions: The predictions, in the same shape; those of a network that runs freely have
            one more step to go wrong in at each step.

    Returns:
        The errors, ``[time]``, in the unit of the series; their mean is `mae`.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ or have no three axes, an array is empty, or a value is NaN
            or infinite.

    Example:
        >>> mae_by_step([[[0.0], [0.0]]], [[[1.0], [-2.0]]])
        array([1., 2.])
    """
    errors = np.abs(np.subtract(targets, predictions))
    return np.asarray(errors.mean(axis=(0, 2)))


@takes(truth="[time] or [batch, time]", generated="any like truth", tolerance="number >= 0")
def steps_within(truth: npt.ArrayLike, generated: npt.ArrayLike, tolerance: float = 1.0) -> Any:
    r"""Return for how many steps a generated series stays within a tolerance of the truth.

    .. math:: \max \{t : |\hat y_s - y_s| \le \mathrm{tolerance} \text{ for } s = 1, \dots, t\}

    Args:
        truth: The true values :math:`y`, ``[time]`` or ``[batch, time]``.
        generated: The generated values :math:`\hat y`, in the same shape. A value that is not
            finite is off.
        tolerance: The largest absolute error that is still good, in the unit of the series.

    Returns:
        The number of steps before the first that is off, an integer, or ``[batch]`` of them.

    Raises:
        TypeError: An argument is no array of numbers, or the tolerance no number.
        ValueError: The shapes differ or are others, an array is empty, a true value is NaN or
            infinite, or the tolerance is negative or not finite.

    Example:
        >>> int(steps_within([0.0, 0.0, 0.0], [0.5, -0.9, 1.1], tolerance=1.0))
        2
    """
    with np.errstate(invalid="ignore"):
        good = np.abs(np.subtract(generated, truth)) <= tolerance  # which NaN is not
    return np.sum(np.logical_and.accumulate(good, axis=-1), axis=-1)
