"""Series that are made by a formula, so that what can be known of them is known."""

import numpy as np

from rnnlab._door import Array, Rng, takes


@takes(n_series="count", n_steps="count >= 2", rng="rng", noise="number >= 0")
def two_waves(n_series: int, n_steps: int, rng: Rng, noise: float = 0.1) -> Array:
    r"""Draw series of two sines with frequencies and phases of their own, and noise.

    .. math::

        x_k &= \tfrac12 \sin\bigl((10 + 10 f_1)(t_k - o_1)\bigr) \\
        &+ \tfrac15 \sin\bigl((20 + 20 f_2)(t_k - o_2)\bigr) \\
        &+ \mathrm{noise} \, (u_k - \tfrac12), \\
        t_k &= \frac{k}{\mathrm{n\_steps} - 1}

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
        TypeError: A size is no integer, `rng` no NumPy generator, or `noise` no number.
        ValueError: A size is too small, or `noise` is negative or not finite.

    Example:
        >>> two_waves(3, 50, np.random.RandomState(42)).shape
        (3, 50, 1)

    References:
        Géron (2019), "Hands-on machine learning with Scikit-Learn, Keras, and TensorFlow", second
        edition, chapter 15.
    """
    f1, f2, o1, o2 = rng.random((4, n_series, 1))
    t = np.linspace(0, 1, n_steps)
    series = np.sin((10 + 10 * f1) * (t - o1)) / 2
    series += np.sin((20 + 20 * f2) * (t - o2)) / 5
    series += noise * (rng.random((n_series, n_steps)) - 0.5)
    return np.asarray(series[..., np.newaxis])
