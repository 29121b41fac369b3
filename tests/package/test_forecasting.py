"""rnnlab.forecasting against scikit-learn, the printed formula, and cases worked out by hand."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from rnnlab.baselines import fit_linear, naive
from rnnlab.series import two_waves
from rnnlab.windows import windows

RNG = np.random.default_rng(0)


def test_two_waves_of_the_books_seed_have_the_errors_that_the_book_prints():
    one = two_waves(10_000, 51, np.random.RandomState(42))[7000:9000]
    assert np.mean((one[:, -2] - one[:, -1]) ** 2) == pytest.approx(0.0202, abs=5e-5)
    ten = two_waves(10_000, 60, np.random.RandomState(42))[7000:9000]
    assert np.mean((ten[:, 49:50] - ten[:, 50:]) ** 2) == pytest.approx(0.2570, abs=5e-5)


def test_two_waves_follow_the_formula():
    series = two_waves(3, 5, np.random.RandomState(7))
    drawn = np.random.RandomState(7)
    f1, f2, o1, o2 = drawn.random_sample((4, 3))
    u = drawn.random_sample((3, 5))
    for i in range(3):
        for k in range(5):
            slow = math.sin((10 + 10 * f1[i]) * (k / 4 - o1[i]))
            fast = math.sin((20 + 20 * f2[i]) * (k / 4 - o2[i]))
            value = 0.5 * slow + 0.2 * fast + 0.1 * (u[i, k] - 0.5)
            assert series[i, k, 0] == pytest.approx(value)


def test_the_noise_of_two_waves_has_a_twelfth_of_its_squared_width_as_variance():
    noisy, clean = (two_waves(500, 40, np.random.default_rng(3), noise=w) for w in (0.6, 0))
    assert np.var(noisy - clean) == pytest.approx(0.03, rel=0.02)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 5, RNG), ValueError, "n_series must be at least 1"),
        ((3, 1, RNG), ValueError, "n_steps must be at least 2"),
        ((3, 5, 42), TypeError, "rng must be"),
        ((3, 5, RNG, -1), ValueError, "noise must be"),
    ],
)
def test_two_waves_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        two_waves(*arguments)


def test_windows_ahead_by_hand():
    x, y = windows([1, 2, 3, 4, 5, 6], 3, 2)
    assert x[..., 0].tolist() == [[1, 2, 3], [2, 3, 4]]
    assert y[..., 0].tolist() == [[4, 5], [5, 6]]
    x[:] = 0
    assert y.sum() == 20  # neither is a view of the other


def test_a_horizon_beyond_the_data_is_refused():
    assert len(windows(np.arange(5.0), 3, 2)[0]) == 1
    with pytest.raises(ValueError, match=r"horizon=3 must end within the data.* 6 .* are 5"):
        windows(np.arange(5.0), 3, 3)
    with pytest.raises(ValueError, match=r"shape \[time\], not \[5, 1\]"):
        windows(np.zeros((5, 1)), 3, 1)


def test_seasonal_naive_by_hand():
    window = np.array([1.0, 2, 3, 4, 5]).reshape(1, 5, 1)
    assert naive(window, 3, 5).ravel().tolist() == [3, 4, 5, 3, 4]
    assert naive(window, 1, 2).ravel().tolist() == [5, 5]
    assert naive(window, 5).ravel().tolist() == [1]
    two = np.stack([window[0], -window[0]], axis=0)
    assert naive(two, 2)[:, 0, 0].tolist() == [4, -4]


def test_seasonal_naive_is_exact_on_a_series_that_repeats():
    x, y = windows(np.tile(RNG.normal(size=7), 6), 16, 10)
    np.testing.assert_array_equal(naive(x, 7, 10), y)


def test_seasonal_naive_needs_a_season_in_the_window():
    with pytest.raises(ValueError, match="inputs must hold a season=6 steps, not 5"):
        naive(np.zeros((2, 5, 1)), 6)
    with pytest.raises(ValueError, match=r"\[batch, time, features\]"):
        naive(np.zeros(5), 2)


def test_linear_forecasts_are_scikit_learn_s():
    x, y = RNG.normal(size=(80, 6, 1)), RNG.normal(size=(80, 3, 1))
    reference = LinearRegression().fit(x[..., 0], y[..., 0])
    fitted = fit_linear(x, y)
    new = RNG.normal(size=(9, 6, 1))
    np.testing.assert_allclose(fitted.predict(new)[..., 0], reference.predict(new[..., 0]))
    np.testing.assert_allclose(fitted.kernel, reference.coef_.T)


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        ((80, 6, 1), (79, 3, 1), "inputs and targets must have the shapes"),
        ((80, 6, 2), (80, 3, 1), "inputs and targets must have the shapes"),
        ((6, 6, 1), (6, 3, 1), "inputs must be more than 6 windows"),
        ((80, 6), (80, 3, 1), r"inputs must have the shape \[batch, time, features\]"),
    ],
)
def test_arrays_that_no_line_fits_are_refused(inputs, targets, message):
    with pytest.raises(ValueError, match=message):
        fit_linear(np.zeros(inputs), np.zeros(targets))


def test_a_linear_forecast_takes_windows_of_its_own_length():
    fitted = fit_linear(RNG.normal(size=(20, 4, 1)), RNG.normal(size=(20, 1, 1)))
    with pytest.raises(ValueError, match=r"\[batch, 4, 1\], not \[2, 5, 1\]"):
        fitted.predict(np.zeros((2, 5, 1)))
