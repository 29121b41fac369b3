"""The plain forms of what `rnnlab.comparison` has."""

import numpy as np


def rolling_origins(n_values, horizon, n_origins, stride=None):
    """Return the places from which to forecast, at equal distances."""
    last = n_values - horizon
    return last - (stride or horizon) * np.arange(n_origins)[::-1]


def block_bootstrap(differences, block, rng, level=0.95):
    """Return an interval for the mean of differences in time."""
    n = len(differences)
    starts = rng.choice(n, size=(2000, -(-n // block)))
    places = (starts[..., np.newaxis] + np.arange(block)) % n
    means = differences[places.reshape(2000, -1)[:, :n]].mean(axis=1)
    return tuple(np.quantile(means, [(1 - level) / 2, (1 + level) / 2]))
