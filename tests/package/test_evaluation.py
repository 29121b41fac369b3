"""rnnlab.evaluation against scikit-learn, NumPy, and cases worked out by hand."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, mean_squared_error, root_mean_squared_error

from rnnlab.baselines import exact_recurrence, fit_linear, naive
from rnnlab.evaluation import mae, mae_by_step, mase, mse, mse_by_step, rmse
from rnnlab.lab2019 import next_batch, time_series
from rnnlab.windows import windows

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(2, 6, 5, 1))


def test_errors_are_scikit_learn_s():
    targets, predictions = NOISE
    flat = targets.ravel(), predictions.ravel()
    assert mse(targets, predictions) == pytest.approx(mean_squared_error(*flat))
    assert rmse(targets, predictions) == pytest.approx(root_mean_squared_error(*flat))
    assert mae(targets, predictions) == pytest.approx(mean_absolute_error(*flat))


def test_mase_by_hand():
    # On 1, 3, 2, 6 the naive forecast is off by 2, 1, 4, on average 7/3; the prediction by 1 and 6.
    assert mase([5, 6], [6, 0], [1, 3, 2, 6]) == pytest.approx(3.5 / (7 / 3))
    # With a season of two it is off by 1 and 3.
    assert mase([5, 6], [6, 0], [1, 3, 2, 6], season=2) == pytest.approx(3.5 / 2)


def test_the_naive_forecast_has_a_mase_of_one_on_its_own_training_series():
    series = np.cumsum(RNG.normal(size=50))
    assert mase(series[1:], series[:-1], series) == pytest.approx(1.0)


@pytest.mark.parametrize(("series", "season"), [([3.0, 3.0, 3.0], 1), ([1.0, 2.0, 1.0, 2.0], 2)])
def test_mase_of_a_series_that_only_repeats_is_undefined(series, season):
    with pytest.raises(ValueError, match="naive forecast has no error"):
        mase([1.0], [2.0], series, season=season)


@pytest.mark.parametrize("error", [mse, rmse, mae, mse_by_step, mae_by_step])
def test_arrays_that_would_broadcast_are_refused(error):
    with pytest.raises(ValueError, match="would broadcast"):
        error(np.zeros((8, 5, 1)), np.zeros((8, 1, 1)))


@pytest.mark.parametrize(
    ("predictions", "error", "message"),
    [
        ([np.nan, 1.0], ValueError, "predictions must be finite"),
        ([], ValueError, "predictions must not be empty"),
        (["a", "b"], TypeError, "predictions must be an array of numbers"),
    ],
)
def test_predictions_that_are_no_numbers_are_refused(predictions, error, message):
    with pytest.raises(error, match=message):
        mse([1.0, 2.0], predictions)


def test_errors_by_position_and_by_horizon_leave_the_time_axis():
    truth = np.zeros((2, 3, 1))
    off = np.array([[1.0, 2.0, 0.0], [3.0, -2.0, 0.0]])[..., np.newaxis]
    assert mse_by_step(truth, off).tolist() == [5.0, 4.0, 0.0]
    assert mae_by_step(truth, off).tolist() == [2.0, 2.0, 0.0]
    assert mse_by_step(truth, off).mean() == pytest.approx(mse(truth, off))
    with pytest.raises(ValueError, match=r"\[batch, time, features\], not \[3\]"):
        mse_by_step(truth[0, :, 0], off[0, :, 0])


def test_the_horizon_is_the_first_step_off_by_more_than_the_tolerance():
    truth = np.zeros(4)
    assert horizon(truth, [0.5, -1.0, 1.5, 0.0]) == 3
    assert horizon(truth, [0.5, -1.0, 1.5, 0.0], tolerance=0.4) == 1
    assert horizon(truth, [0.0, 0.0, 0.0, 1.0]) == 5
    assert horizon(truth, [0.0, np.nan, 0.0, 9.0]) == 2
    assert horizon(np.zeros((2, 2)), [[0.0, 2.0], [-np.inf, 0.0]]).tolist() == [2, 1]
    with pytest.raises(ValueError, match="one shape"):
        horizon(truth, [0.0])


def test_the_naive_forecast_repeats_the_last_value():
    inputs, targets = windows([1.0, 2.0, 4.0, 7.0], 2)
    np.testing.assert_array_equal(naive(inputs), inputs)
    assert mae(targets, naive(inputs)) == pytest.approx((1 + 2 + 2 + 3) / 4)


def test_a_fit_is_scikit_learn_s_least_squares():
    inputs, targets = windows(np.cumsum(RNG.normal(size=80)) + 5, 8)
    fitted = fit_linear(inputs, targets, 3)
    rows = [
        [*inputs[k, t - 2 : t + 1, 0][::-1], targets[k, t, 0]]
        for k in range(len(inputs))
        for t in range(2, 8)
    ]
    *past, now = np.array(rows).T
    reference = LinearRegression().fit(np.array(past).T, now)
    np.testing.assert_allclose(fitted.coefficients, reference.coef_, rtol=1e-8)
    assert fitted.intercept == pytest.approx(reference.intercept_, rel=1e-8)
    np.testing.assert_allclose(
        fitted.predict(inputs).ravel(), reference.predict(np.array(past).T), rtol=1e-8
    )


def test_a_known_recurrence_is_found_again():
    true = Autoregression(np.array([1.2, -0.5]), 0.3)
    series = true.generate([1.0, 2.0], 30)
    assert series[0] == pytest.approx(0.3 + 1.2 * 2.0 - 0.5 * 1.0)
    assert series[1] == pytest.approx(0.3 + 1.2 * series[0] - 0.5 * 2.0)
    found = fit_linear(*windows(np.concatenate([[1.0, 2.0], series]), 5), 2)
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
    assert horizon(series[20:], generated) == 281


def test_a_longer_memory_leaves_a_smaller_error_on_the_lab_s_windows():
    inputs, targets = next_batch(2000, 20, RNG)
    errors = [mse(targets, naive(inputs))]
    for order in (2, 3, 4, 6):
        fitted = fit_linear(inputs, targets, order)
        errors.append(mse(targets[:, order - 1 :], fitted.predict(inputs)))
    np.testing.assert_allclose(errors[:4], [0.655, 0.095, 0.0067, 2.7e-7], rtol=0.05)
    assert errors[4] < 1e-20


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x, y: fit_linear(x, y, 0), ValueError, "order must be at least 1"),
        (lambda x, y: fit_linear(x, y, 6), ValueError, "at least order=6 steps, not 5"),
        (
            lambda x, y: fit_linear(x, y[:, 1:], 2),
            ValueError,
            "targets must have the shape",
        ),
        (lambda x, y: fit_linear(x[:1], y[:1], 3), ValueError, "more than order=3 targets"),
        (lambda x, y: fit_linear(x[..., 0], y, 2), ValueError, r"\[batch, time, 1\]"),
        (lambda x, y: exact_recurrence().predict(x), ValueError, "at least order=6 steps"),
        (lambda x, y: exact_recurrence().generate([1.0], 2), ValueError, "at least 6 values"),
        (lambda x, y: exact_recurrence().generate(np.ones(6), 0), ValueError, "n_values"),
        (lambda x, y: exact_recurrence(0.0), ValueError, "resolution must be a positive number"),
        (lambda x, y: naive(x[0]), ValueError, r"\[batch, time, features\], not \[5, 1\]"),
    ],
)
def test_what_no_recurrence_can_be_had_from_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(*NOISE)
