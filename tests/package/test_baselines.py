"""rnnlab.baselines against scikit-learn, and cases worked out by hand."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from rnnlab.baselines import (
    LinearForecast,
    exact_recurrence,
    fit_linear,
    fit_two_waves,
    naive,
)
from rnnlab.evaluation import mse, steps_within
from rnnlab.lab2019 import next_batch, time_series
from rnnlab.series import two_waves
from rnnlab.windows import windows

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(2, 6, 5, 1))


def test_naive_by_hand():
    window = np.array([1.0, 2, 3, 4, 5]).reshape(1, 5, 1)
    assert naive(window, 3, 5).ravel().tolist() == [3, 4, 5, 3, 4]
    assert naive(window, 1, 2).ravel().tolist() == [5, 5]
    assert naive(window, 5).ravel().tolist() == [1]
    two = np.stack([window[0], -window[0]], axis=0)
    assert naive(two, 2)[:, 0, 0].tolist() == [4, -4]


def test_naive_is_exact_on_a_series_that_repeats():
    x, y = windows(np.tile(RNG.normal(size=7), 6), 16, 10)
    np.testing.assert_array_equal(naive(x, 7, 10), y)


def test_naive_needs_a_season_in_the_window():
    with pytest.raises(ValueError, match="season must be at most time = 5, not 6"):
        naive(np.zeros((2, 5, 1)), 6)
    with pytest.raises(ValueError, match=r"\[batch, time, features\]"):
        naive(np.zeros(5), 2)


def test_a_fit_is_scikit_learn_s_least_squares():
    inputs, targets = windows(np.cumsum(RNG.normal(size=80)) + 5, 8)
    fitted = fit_linear(inputs, targets, order=3)
    rows = [
        [*inputs[k, t - 2 : t + 1, 0][::-1], targets[k, t, 0]]
        for k in range(len(inputs))
        for t in range(2, 8)
    ]
    *past, now = np.array(rows).T
    reference = LinearRegression().fit(np.array(past).T, now)
    np.testing.assert_allclose(fitted.coefficients[:, 0], reference.coef_, rtol=1e-8)
    assert fitted.intercept == pytest.approx(reference.intercept_, rel=1e-8)
    np.testing.assert_allclose(
        fitted.predict(inputs).ravel(), reference.predict(np.array(past).T), rtol=1e-8
    )


def test_a_known_recurrence_is_found_again():
    true = LinearForecast(np.array([[1.2], [-0.5]]), 0.3)
    series = true.generate([1.0, 2.0], 30)
    assert series[0] == pytest.approx(0.3 + 1.2 * 2.0 - 0.5 * 1.0)
    assert series[1] == pytest.approx(0.3 + 1.2 * series[0] - 0.5 * 2.0)
    found = fit_linear(*windows(np.concatenate([[1.0, 2.0], series]), 5), order=2)
    np.testing.assert_allclose(found.coefficients, true.coefficients, rtol=1e-8)
    assert found.intercept == pytest.approx(0.3, rel=1e-8)


def test_the_lab_s_series_obeys_its_recurrence_at_any_resolution():
    for resolution in (0.1, 0.25):
        inputs, targets = next_batch(200, 10, RNG, resolution=resolution)
        predictions = exact_recurrence(resolution).predict(inputs)
        assert mse(targets[:, 5:], predictions) < 1e-20


def test_the_recurrence_runs_freely_along_the_whole_series():
    series = time_series(0.1 * np.arange(300))
    generated = exact_recurrence().generate(series[:20], 280)
    np.testing.assert_allclose(generated, series[20:], rtol=0, atol=1e-6)
    assert steps_within(series[20:], generated) == 280


def test_a_longer_memory_leaves_a_smaller_error_on_the_lab_s_windows():
    inputs, targets = next_batch(2000, 20, RNG)
    errors = [mse(targets, inputs)]
    for order in (2, 3, 4, 6):
        fitted = fit_linear(inputs, targets, order=order)
        errors.append(mse(targets[:, order - 1 :], fitted.predict(inputs)))
    np.testing.assert_allclose(errors[:4], [0.655, 0.095, 0.0067, 2.7e-7], rtol=0.05)
    assert errors[4] < 1e-20


def test_linear_forecasts_are_scikit_learn_s():
    x, y = RNG.normal(size=(80, 6, 1)), RNG.normal(size=(80, 3, 1))
    reference = LinearRegression().fit(x[..., 0], y[..., 0])
    fitted = fit_linear(x, y)
    new = RNG.normal(size=(9, 6, 1))
    np.testing.assert_allclose(fitted.predict(new)[..., 0], reference.predict(new[..., 0]))
    np.testing.assert_allclose(fitted.coefficients[::-1], reference.coef_.T)


def test_an_order_of_the_whole_window_forecasts_its_last_target():
    x, y = windows(RNG.normal(size=60), 4)
    np.testing.assert_allclose(
        fit_linear(x, y, order=4).coefficients, fit_linear(x, y[:, -1:]).coefficients
    )


def test_several_steps_ahead_are_forecast_from_the_end_of_a_longer_window():
    rule = LinearForecast(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([0.0, 10.0]))
    assert rule.predict([[[9.0], [3.0], [5.0]]])[..., 0].tolist() == [[5.0, 2 * 5.0 + 3.0 + 10.0]]
    assert rule.generate([9.0, 3.0], 2).tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        ((80, 6, 1), (79, 3, 1), r"targets .* with batch = 80 as in inputs, not \[79, 3, 1\]"),
        ((80, 6, 2), (80, 3, 1), r"inputs must have the shape \[batch, time, 1\]"),
        ((80, 6, 1), (80, 3, 2), r"targets must have the shape \[batch, ahead, 1\]"),
        ((6, 6, 1), (6, 3, 1), "inputs must give more than order=6 targets, not 6"),
        ((80, 6), (80, 3, 1), r"inputs must have the shape \[batch, time, 1\]"),
    ],
)
def test_arrays_that_no_line_fits_are_refused(inputs, targets, message):
    with pytest.raises(ValueError, match=message):
        fit_linear(np.zeros(inputs), np.zeros(targets))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x, y: fit_linear(x, y, order=0), ValueError, "order must be at least 1"),
        (lambda x, y: fit_linear(x, y, order=True), TypeError, "order must be an integer"),
        (
            lambda x, y: fit_linear(x, y, order=6),
            ValueError,
            "order must be at most time = 5, not 6",
        ),
        (
            lambda x, y: fit_linear(x, y[:, 1:], order=2),
            ValueError,
            r"targets .* with time = 5 as in inputs, not \[6, 4, 1\]",
        ),
        (lambda x, y: fit_linear(x[:1], y[:1], order=3), ValueError, "more than order=3 targets"),
        (lambda x, y: fit_linear(x[..., 0], y, order=2), ValueError, r"\[batch, time, 1\]"),
        (
            lambda x, y: exact_recurrence().predict(x),
            ValueError,
            r"time of inputs must be at least len\(self.coefficients\) = 6, not 5",
        ),
        (
            lambda x, y: exact_recurrence().generate([1.0], 2),
            ValueError,
            "time of beginning must be at least .* = 6, not 1",
        ),
        (lambda x, y: exact_recurrence().generate(np.ones(6), 0), ValueError, "n_values"),
        (lambda x, y: exact_recurrence(0.0), ValueError, "resolution must be above 0, not 0.0"),
        (lambda x, y: exact_recurrence("a"), TypeError, "resolution must be a number, not 'a'"),
        (lambda x, y: naive(x[0]), ValueError, r"\[batch, time, features\], not \[5, 1\]"),
    ],
)
def test_what_no_forecast_can_be_had_from_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(*NOISE)


def test_two_waves_without_noise_are_continued_exactly():
    series = two_waves(200, 60, np.random.default_rng(1), noise=0.0)
    errors = np.abs(fit_two_waves(series[:, :50], 10) - series[:, 50:]).max(axis=(1, 2))
    # Where both waves have nearly one frequency, many pairs fit alike.
    assert np.quantile(errors, 0.98) < 1e-6


def test_no_numbers_of_a_fine_grid_fit_two_waves_better():
    series = two_waves(5, 30, np.random.default_rng(2))
    t = np.linspace(0, 1, 31)
    for one in series:
        best, forecast = np.inf, np.nan
        # At given frequencies and second phase the best first phase follows, brute force for all.
        for w1 in np.linspace(9.8, 20.2, 53):
            for w2 in np.linspace(19.6, 40.4, 53):
                p1, p2 = np.meshgrid(*[np.linspace(-np.pi, np.pi, 25)] * 2)
                waves = np.sin(w1 * t + p1.ravel()[:, None]) / 2
                waves += np.sin(w2 * t + p2.ravel()[:, None]) / 5
                squares = np.square(waves[:, :30] - one[:, 0]).sum(axis=1)
                if squares.min() < best:
                    best, forecast = squares.min(), waves[squares.argmin(), 30]
        found = fit_two_waves(one[np.newaxis], 1)[0, 0, 0]
        assert found == pytest.approx(forecast, abs=0.08)


def test_two_waves_are_fitted_as_well_as_their_numbers_can_be_known():
    width = 0.02
    series = two_waves(2000, 60, np.random.default_rng(3), noise=width)
    error = np.mean((fit_two_waves(series[:, :50], 10) - series[:, 50:]) ** 2, axis=0)[:, 0]
    # The bound of Cramer and Rao for four numbers seen fifty times lies below, not far.
    assert np.all(error > 0.9 * width**2 / 12)
    assert np.all(error < 2.5 * width**2 / 12)


@pytest.mark.parametrize(
    ("series", "horizon", "message"),
    [
        (np.zeros((3, 7, 1)), 1, "time of series must be at least 8, not 7"),
        (np.zeros((3, 9, 1)), 0, "horizon must be at least 1, not 0"),
        (np.zeros((3, 9)), 1, "series must have the shape"),
    ],
)
def test_what_is_no_two_waves_is_refused(series, horizon, message):
    with pytest.raises(ValueError, match=message):
        fit_two_waves(series, horizon)
