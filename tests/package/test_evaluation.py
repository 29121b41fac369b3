"""rnnlab.evaluation against scikit-learn, NumPy, and cases worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, mean_squared_error, root_mean_squared_error

from rnnlab.evaluation import mae, mae_by_step, mase, mse, mse_by_step, rmse, steps_within

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
    with pytest.raises(ValueError, match=r"shape \[8, 5, 1\] of targets, not \[8, 1, 1\]"):
        error(np.zeros((8, 5, 1)), np.zeros((8, 1, 1)))


@pytest.mark.parametrize(
    ("predictions", "error", "message"),
    [
        ([np.nan, 1.0], ValueError, "predictions must be finite"),
        ([], ValueError, "predictions must not be empty"),
        (["a", "b"], TypeError, "predictions must be an array of numbers"),
        ([True, False], TypeError, "predictions must be an array of numbers, not of bool"),
    ],
)
def test_predictions_that_are_no_numbers_are_refused(predictions, error, message):
    with pytest.raises(error, match=message):
        mse([1.0, 2.0], predictions)


def test_errors_by_step_leave_the_time_axis():
    truth = np.zeros((2, 3, 1))
    off = np.array([[1.0, 2.0, 0.0], [3.0, -2.0, 0.0]])[..., np.newaxis]
    assert mse_by_step(truth, off).tolist() == [5.0, 4.0, 0.0]
    assert mae_by_step(truth, off).tolist() == [2.0, 2.0, 0.0]
    assert mse_by_step(truth, off).mean() == pytest.approx(mse(truth, off))
    with pytest.raises(ValueError, match=r"\[batch, time, features\], not \[3\]"):
        mse_by_step(truth[0, :, 0], off[0, :, 0])


def test_the_steps_within_a_tolerance_end_before_the_first_that_is_off():
    truth = np.zeros(4)
    assert steps_within(truth, [0.5, -1.0, 1.5, 0.0]) == 2
    assert steps_within(truth, [0.5, -1.0, 1.5, 0.0], tolerance=0.4) == 0
    assert steps_within(truth, [0.0, 0.0, 0.0, 1.0]) == 4
    assert steps_within(truth, [0.0, np.nan, 0.0, 9.0]) == 1
    assert steps_within(np.zeros((2, 2)), [[0.0, 2.0], [-np.inf, 0.0]]).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("generated", "tolerance", "error", "message"),
    [
        ([0.0], 1.0, ValueError, r"generated must have the shape \[4\] of truth, not \[1\]"),
        (["a"] * 4, 1.0, TypeError, "generated must be an array of numbers"),
        ([True] * 4, 1.0, TypeError, "generated must be an array of numbers, not of bool"),
        (np.zeros(4), -1, ValueError, "tolerance must be at least 0, not -1"),
        (np.zeros(4), np.nan, ValueError, "tolerance must be finite, not nan"),
        (np.zeros(4), "a", TypeError, "tolerance must be a number, not 'a'"),
        (np.zeros(4), True, TypeError, "tolerance must be a number, not True"),
    ],
)
def test_what_no_steps_can_be_counted_from_is_refused(generated, tolerance, error, message):
    with pytest.raises(error, match=message):
        steps_within(np.zeros(4), generated, tolerance)


@pytest.mark.parametrize(("season", "error"), [(4, ValueError), (0, ValueError), (True, TypeError)])
def test_a_season_that_the_training_series_does_not_hold_is_refused(season, error):
    with pytest.raises(error, match="season must be"):
        mase([1.0], [2.0], [1.0, 3.0, 2.0, 6.0], season)
