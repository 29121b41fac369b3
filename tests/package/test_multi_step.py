"""rnnlab.multi_step against the book's own loop and a case worked out by hand."""

import numpy as np
import pytest

from rnnlab.windows import windows


def test_targets_at_each_step_by_hand():
    x, y = windows([[[1], [2], [3], [4]], [[5], [6], [7], [8]]], 2)
    assert x[..., 0].tolist() == [[1, 2], [5, 6]]
    assert y.tolist() == [[[2, 3], [3, 4]], [[6, 7], [7, 8]]]


def test_targets_at_each_step_are_those_that_a_loop_over_the_horizon_fills_in():
    series = np.random.default_rng(0).normal(size=(3, 17, 1))
    x, y = windows(series, 6)
    filled = np.empty((3, 11, 6))
    for ahead in range(1, 7):
        filled[..., ahead - 1] = series[:, ahead : ahead + 11, 0]
    np.testing.assert_array_equal(y, filled)
    np.testing.assert_array_equal(x, series[:, :11])
    x[:] = 0
    y[:] = 0
    assert np.all(series != 0)  # neither is a view of the series


@pytest.mark.parametrize(
    ("series", "horizon", "error", "message"),
    [
        (np.ones((2, 10, 1)), 10, ValueError, "horizon=10 must end within the data.*need 11"),
        (np.ones((2, 10, 1)), 0, ValueError, "horizon must be at least 1"),
        (np.ones((2, 10, 1)), 1.5, TypeError, "horizon must be an integer"),
        (np.ones((2, 10)), 3, ValueError, r"series must have the shape \[batch, time, 1\]"),
        (np.ones((2, 10, 2)), 3, ValueError, r"series must have the shape \[batch, time, 1\]"),
        (np.full((2, 10, 1), np.nan), 3, ValueError, "series must be finite"),
        ("abc", 3, TypeError, "series must be an array of numbers"),
    ],
)
def test_targets_at_each_step_refuses(series, horizon, error, message):
    with pytest.raises(error, match=message):
        windows(series, horizon)
