"""Prediction intervals: how wide they must be, how often they hold, and what they are worth."""

import math

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, takes


@takes(residuals="[...]", level="number > 0 and < 1")
def conformal_margin(residuals: npt.ArrayLike, level: float) -> float:
    r"""Return how far to go on either side of a forecast, from its errors on unseen data.

    Of :math:`n` absolute errors in order, :math:`|e|_{(1)} \le \dots \le |e|_{(n)}`, it is

    .. math:: q = |e|_{(k)}, \qquad k = \lceil (n + 1) \, \mathrm{level} \rceil

    If the next error is as likely as any of them to be the largest, the second largest and so
    on, then :math:`\hat y \pm q` holds it with a probability of at least `level`, and of less
    than :math:`\mathrm{level} + 1 / (n + 1)` unless errors are equal. Nothing else is
    asked of the forecast or of the noise.

    Args:
        residuals: The errors on data that the forecast was not fitted to, of any shape, in the
            unit of the series.
        level: The share of values to be held, between 0 and 1.

    Returns:
        The margin :math:`q`, in the unit of the series.

    Raises:
        TypeError: The residuals are no array of numbers.
        ValueError: They are empty or hold NaN or infinity, `level` is not between 0 and 1, or
            there are too few residuals for it: 0.9 takes at least 9 of them, 0.99 at least 99.

    Example:
        >>> conformal_margin([0.1, -0.2, 0.3, -0.4], level=0.8)
        0.4

    References:
        Vovk, Gammerman and Shafer (2005), "Algorithmic learning in a random world", chapter 2;
        Lei et al. (2018), "Distribution-free predictive inference for regression", section 2.2.
    """
    errors = np.sort(np.abs(residuals), axis=None)
    place = max(1, math.ceil((len(errors) + 1) * level - 1e-9))  # 0.7 times 10 is 7, and no more
    if place > len(errors):
        wanted = math.ceil(level / (1 - level) - 1e-9)
        raise ValueError(
            f"residuals must be at least {wanted} for level={level}, not {len(errors)}"
        )
    return float(errors[place - 1])


@takes(targets="[...]", lower="like targets", upper="like targets >= lower")
def coverage(targets: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike) -> float:
    r"""Return the share of values that their intervals hold.

    .. math:: \frac{1}{n} \, \bigl|\{i : l_i \le y_i \le u_i\}\bigr|

    Args:
        targets: The true values :math:`y`, of any shape.
        lower: The lower ends :math:`l`, of the same shape.
        upper: The upper ends :math:`u`, of the same shape.

    Returns:
        The share, from 0 to 1.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ, an array is empty or holds NaN or infinity, or a lower end
            is above its upper end.

    Example:
        >>> coverage([1.0, 5.0], lower=[0.0, 0.0], upper=[2.0, 2.0])
        0.5
    """
    return float(np.mean(np.less_equal(lower, targets) & np.less_equal(targets, upper)))


@takes(
    targets="[...]",
    lower="like targets",
    upper="like targets >= lower",
    level="number > 0 and < 1",
)
def interval_score(
    targets: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike, level: float
) -> float:
    r"""Return the mean width of intervals, with a fine for what they miss; lower is better.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \Bigl( u_i - l_i + \frac{2}{1 - \mathrm{level}}
        \bigl(\max(l_i - y_i, 0) + \max(y_i - u_i, 0)\bigr) \Bigr)

    It is least on average for the interval between the quantiles
    :math:`(1 \mp \mathrm{level}) / 2` of what can happen, so that nobody gains by intervals that
    are too wide or too narrow.

    Args:
        targets: The true values :math:`y`, of any shape.
        lower: The lower ends :math:`l`, of the same shape.
        upper: The upper ends :math:`u`, of the same shape.
        level: The share of values that the intervals are made to hold, between 0 and 1.

    Returns:
        The score, in the unit of the series.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes differ, an array is empty or holds NaN or infinity, a lower end is
            above its upper end, or `level` is not between 0 and 1.

    Example:
        >>> interval_score([1.0, 3.0], lower=[0.0, 0.0], upper=[2.0, 2.0], level=0.5)
        4.0

    References:
        Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation",
        section 6.2.
    """
    below = np.maximum(np.subtract(lower, targets), 0)
    above = np.maximum(np.subtract(targets, upper), 0)
    width = np.subtract(upper, lower)
    return float(np.mean(width + 2 / (1 - level) * (below + above)))


@takes(targets="[...]", predictions="[...]", levels="[quantiles] > 0 and < 1")
def pinball(targets: npt.ArrayLike, predictions: npt.ArrayLike, levels: npt.ArrayLike) -> float:
    r"""Return the mean pinball loss of forecast quantiles; lower is better.

    A forecast :math:`q` of the quantile :math:`\tau` costs, where the value is :math:`y`,

    .. math:: \ell_\tau(y, q) = \max\bigl(\tau (y - q), (\tau - 1)(y - q)\bigr)

    which is least on average for the true quantile. Twice its mean over many evenly spread levels
    comes close to the continuous ranked probability score.

    Args:
        targets: The true values :math:`y`, of any shape.
        predictions: The quantiles :math:`q`, ``[..., quantiles]``, in the shape of the targets
            with an axis more.
        levels: The levels :math:`\tau`, ``[quantiles]``, each between 0 and 1.

    Returns:
        The loss, in the unit of the series, 0 or above.

    Raises:
        TypeError: An argument is no array of numbers.
        ValueError: The shapes do not fit, an array is empty or holds NaN or infinity, or a level
            is not between 0 and 1.

    Example:
        >>> round(pinball([1.0], [[0.0, 3.0]], levels=[0.1, 0.9]), 3)
        0.15

    References:
        Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation",
        section 6.1.
    """
    wanted = (*np.shape(targets), *np.shape(levels))
    if np.shape(predictions) != wanted:
        raise ValueError(
            f"predictions must have the shape {list(wanted)}, that of the targets with a quantile "
            f"for each of the levels, not {list(np.shape(predictions))}"
        )
    above = np.asarray(targets)[..., np.newaxis] - predictions
    tau = np.asarray(levels)
    return float(np.mean(np.maximum(tau * above, (tau - 1) * above)))


@takes(
    residuals="[time]",
    n_past="count < time",
    level="number > 0 and < 1",
    rate="number >= 0",
)
def adaptive_margins(
    residuals: npt.ArrayLike, n_past: int, level: float, rate: float = 0.05
) -> Array:
    r"""Return how far to go on either side of each forecast, from the errors before it.

    At each step :math:`t` the margin is the quantile :math:`1 - \alpha_t` of the last absolute
    errors. After each step that was missed (:math:`m_t = 1`) the next is made wider, after each
    that was held narrower, so that in the long run at most the share
    :math:`\alpha = 1 - \mathrm{level}` is missed, however the errors change:

    .. math:: \alpha_{t+1} = \alpha_t + \mathrm{rate} \, (\alpha - m_t)

    Args:
        residuals: The errors of one-step forecasts in the order of time, ``[time]``, in the unit
            of the series.
        n_past: The number of errors that a margin is made from.
        level: The share of values to be held.
        rate: How fast :math:`\alpha_t` moves; 0 keeps it, and the margin is that of the last
            errors alone.

    Returns:
        The margin for each error after the first `n_past`, ``[time - n_past]``, in the unit of
        the series; infinite where even the largest error would not be enough.

    Raises:
        TypeError: The residuals are no array of numbers, or `n_past` no integer.
        ValueError: The residuals have another shape or hold NaN or infinity, there are no more
            than `n_past`, or `level` or `rate` is out of its range.

    Example:
        >>> adaptive_margins([1.0, 2.0, 3.0, 9.0, 9.0], n_past=3, level=0.5, rate=0.0)
        array([2., 3.])

    References:
        Gibbs and Candès (2021), "Adaptive conformal inference under distribution shift".
    """
    errors = np.abs(residuals)
    margins = np.empty(len(errors) - n_past)
    alpha = 1 - level
    for t, error in enumerate(errors[n_past:]):
        place = math.ceil((n_past + 1) * (1 - alpha) - 1e-9)
        past = np.sort(errors[t : t + n_past])
        margins[t] = np.inf if place > n_past else past[max(place, 1) - 1]
        alpha += rate * (1 - level - (error > margins[t]))
    return margins
