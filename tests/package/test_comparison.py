"""Origins as scikit-learn's, and intervals that hold what they say on series with memory."""

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.model_selection import TimeSeriesSplit

from rnnlab.comparison import block_bootstrap, rolling_origins


@pytest.mark.parametrize(("n", "horizon", "origins"), [(100, 10, 5), (23, 1, 22), (57, 7, 3)])
def test_origins_are_those_of_scikit_learn(n, horizon, origins):
    splits = TimeSeriesSplit(n_splits=origins, test_size=horizon).split(np.zeros(n))
    for origin, (known, ahead) in zip(rolling_origins(n, horizon, origins), splits, strict=True):
        assert known.tolist() == list(range(origin))
        assert ahead.tolist() == list(range(origin, origin + horizon))


def test_a_stride_is_the_distance_of_origins():
    assert rolling_origins(100, 12, 4, 5).tolist() == [73, 78, 83, 88]


def test_origins_need_a_value_before_the_first():
    assert rolling_origins(21, 10, 2).tolist() == [1, 11]
    with pytest.raises(ValueError, match="n_values must be above 20 for n_origins=2, horizon=10"):
        rolling_origins(20, 10, 2)


def test_blocks_of_one_are_the_bootstrap_of_scipy():
    values = np.random.default_rng(1).exponential(size=200)
    low, high = block_bootstrap(values, 1, np.random.default_rng(2), n_draws=20_000)
    theirs = bootstrap(
        (values,), np.mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(3)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert abs(low - theirs.low) < 0.03 * width
    assert abs(high - theirs.high) < 0.03 * width


def held(block, n_series=300, n=400, memory=0.7):
    """How often an interval holds the mean, 0, of series with memory."""
    rng = np.random.default_rng(4)
    count = 0
    for _ in range(n_series):
        noise = rng.normal(size=n + 50)
        series = np.zeros(n + 50)
        for t in range(1, n + 50):
            series[t] = memory * series[t - 1] + noise[t]
        low, high = block_bootstrap(series[50:], block, rng, n_draws=300)
        count += low <= 0 <= high
    return count / n_series


def test_blocks_longer_than_the_memory_hold_the_mean_and_single_values_do_not():
    assert 0.88 < held(25) < 0.98  # of 0.95, and a little less for the length of the series
    assert held(1) < 0.75


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, 2.0], 3), ValueError, "block must be at most time = 2, not 3"),
        (([1.0, np.nan], 1), ValueError, "differences must be finite"),
        (([[1.0]], 1), ValueError, r"differences must have the shape \[time\]"),
        (([1.0, 2.0], 1.5), TypeError, "block must be an integer"),
    ],
)
def test_what_is_no_series_of_differences_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        block_bootstrap(*arguments, np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng"):
        block_bootstrap([1.0, 2.0], 1, 7)
