"""Whether one method forecasts better than another: from many origins, beyond chance."""

import numpy as np
import numpy.typing as npt

from rnnlab._door import Rng, takes


@takes(n_values="count", horizon="count", n_origins="count", stride="count or None")
def rolling_origins(
    n_values: int, horizon: int, n_origins: int, stride: int | None = None
) -> npt.NDArray[np.int64]:
    r"""Return the places in a series from which to forecast, at equal distances.

    The last forecast ends with the series. With :math:`n` values, :math:`m` origins at the
    distance :math:`s` and the horizon :math:`h`,

    .. math:: o_k = n - h - (m - 1 - k) \, s, \qquad k = 0, \dots, m - 1

    At origin :math:`o` the values :math:`x_0, \dots, x_{o-1}` are known, and
    :math:`x_o, \dots, x_{o+h-1}` are to be forecast. Whatever learns from the series, a scale
    and a choice included, learns from the first alone.

    Args:
        n_values: The number of values of the series.
        horizon: The number of values to forecast from each origin.
        n_origins: The number of origins.
        stride: The number of values from one origin to the next; the horizon, if left out. One
            that shares no divisor with the season begins in each part of it.

    Returns:
        The origins, ``[n_origins]``, integers.

    Raises:
        TypeError: An argument is no integer.
        ValueError: An argument is not positive, or the first origin would have no value before it.

    Example:
        >>> rolling_origins(100, horizon=10, n_origins=3)
        array([70, 80, 90])

    References:
        Hyndman and Athanasopoulos (2021), "Forecasting: principles and practice", section 5.10.
    """
    last = n_values - horizon
    origins = last - (stride or horizon) * np.arange(n_origins)[::-1]
    if origins[0] < 1:
        raise ValueError(
            f"n_values must be above {n_values - origins[0]} for n_origins={n_origins}, horizon="
            f"{horizon} and stride={stride or horizon}, not {n_values}"
        )
    return origins


@takes(
    differences="[time]",
    block="count <= time",
    rng="rng",
    level="number > 0 and < 1",
    n_draws="count",
)
def block_bootstrap(
    differences: npt.ArrayLike,
    block: int,
    rng: Rng,
    level: float = 0.95,
    *,
    n_draws: int = 2000,
) -> tuple[float, float]:
    r"""Return an interval for the mean difference of two methods' losses.

    Neighbouring losses of forecasts are alike, so that many of them say less than as many
    independent ones would. Series of :math:`n` differences are put together from blocks of
    :math:`b` neighbours that are drawn with replacement, where the last is followed by the first;
    the interval lies between the quantiles :math:`(1 \mp \mathrm{level}) / 2` of their means. If
    it does not hold 0, the methods differ by more than what chance explains.

    Args:
        differences: The loss of the one method less that of the other, in the order of time,
            ``[time]``, in the unit of the loss.
        block: :math:`b`, the number of neighbours that stay together; at least as long as losses
            are alike, such as a season or the horizon.
        rng: A NumPy generator.
        level: How often the interval is to hold the mean.
        n_draws: The number of series that are put together.

    Returns:
        The lower and the upper end, in the unit of the loss.

    Raises:
        TypeError: The differences are no array of numbers, `block` is no integer, or `rng` no
            generator.
        ValueError: The differences have another shape, or hold NaN or infinity; `block` is longer
            than they are; or `level` is not between 0 and 1.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> low, high = block_bootstrap([1.0, 2.0, 1.0, 2.0, 1.0, 2.0], 2, rng)
        >>> 1 <= low <= 1.5 <= high <= 2
        True

    References:
        Politis and Romano (1992), "A circular block-resampling procedure for stationary data".
    """
    values = np.asarray(differences)
    blocks = -(-len(values) // block)
    starts = rng.choice(len(values), size=(n_draws, blocks))
    places = (starts[..., np.newaxis] + np.arange(block)) % len(values)
    means = values[places.reshape(n_draws, -1)[:, : len(values)]].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
