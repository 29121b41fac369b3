"""rnnlab.intervals against cases worked out by hand and the theory of coverage."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats import norm
from sklearn.metrics import mean_pinball_loss

from rnnlab.intervals import (
    adaptive_margins,
    conformal_margin,
    coverage,
    interval_score,
    pinball,
)

RNG = np.random.default_rng(0)


def test_the_margin_by_hand():
    errors = [-3, 1, 2, -5, 4, 9, -8, 7, 6]  # in absolute value 1 to 9
    assert conformal_margin(errors, 0.9) == 9
    assert conformal_margin(errors, 0.7) == 7  # 0.7 times 10 rounds to a little above 7
    assert conformal_margin(errors, 0.65) == 7
    assert conformal_margin(np.reshape(errors, (3, 3)), 0.5) == 5


@pytest.mark.parametrize(
    ("level", "fewest"), [(0.5, 1), (0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99)]
)
def test_too_few_residuals_are_refused_and_the_message_says_how_many_are_enough(level, fewest):
    assert conformal_margin(np.arange(fewest), level) == fewest - 1
    if fewest > 1:
        with pytest.raises(ValueError, match=f"at least {fewest} for level"):
            conformal_margin(np.arange(fewest - 1), level)


@pytest.mark.parametrize("noise", ["normal", "laplace", "uniform", "standard_cauchy"])
@pytest.mark.parametrize(("level", "n"), [(0.5, 20), (0.9, 39), (0.9, 40)])
def test_the_coverage_is_that_of_theory_whatever_the_noise(noise, level, n):
    errors = np.abs(getattr(RNG, noise)(size=(20_000, n + 1)))
    held = [last <= conformal_margin(others, level) for *others, last in errors[:4000]]
    expected = np.ceil((n + 1) * level - 1e-9) / (n + 1)
    assert np.mean(held) == pytest.approx(expected, abs=4 * np.sqrt(level * (1 - level) / 4000))
    assert level <= expected + 1e-12 < level + 1 / (n + 1) + 1e-12


def test_the_coverage_of_one_calibration_is_beta_distributed():
    n, level = 99, 0.9
    margins = [conformal_margin(RNG.normal(size=n), level) for _ in range(3000)]
    covered = 2 * stats.norm.cdf(margins) - 1
    assert stats.kstest(covered, stats.beta(90, n + 1 - 90).cdf).pvalue > 0.001


def test_coverage_by_hand():
    assert coverage([1, 2, 3, 4], [1, 1, 4, 0], [2, 2, 5, 3.9]) == 0.5
    ends = np.full(200_000, stats.norm.ppf(0.95))
    assert coverage(RNG.normal(size=200_000), -ends, ends) == pytest.approx(0.9, abs=0.003)


def test_the_interval_score_by_hand():
    # Widths 2 and 4; the second value lies 3 above, which costs 2 / 0.1 times as much.
    assert interval_score([1, 8], [0, 1], [2, 5], 0.9) == pytest.approx((2 + 4 + 60) / 2)


def test_the_interval_score_is_least_at_the_true_quantiles():
    values = RNG.normal(size=100_000)
    ends = np.array([1.2, 1.4, stats.norm.ppf(0.95), 1.9, 2.2])
    scores = [
        interval_score(values, np.full_like(values, -q), np.full_like(values, q), 0.9) for q in ends
    ]
    assert int(np.argmin(scores)) == 2


@pytest.mark.parametrize("level", [1e-10, 1e-300])
def test_the_least_level_takes_the_least_error(level):
    assert conformal_margin([-3, 1, 2], level) == 1


@pytest.mark.parametrize(
    ("level", "error", "message"),
    [
        (0, ValueError, "level must be above 0, not 0"),
        (1, ValueError, "level must be below 1, not 1"),
        (1.5, ValueError, "level must be below 1, not 1.5"),
        (float("nan"), ValueError, "level must be finite, not nan"),
        ("a", TypeError, "level must be a number, not 'a'"),
        (True, TypeError, "level must be a number, not True"),
    ],
)
def test_levels_outside_zero_and_one_are_refused(level, error, message):
    with pytest.raises(error, match=message):
        conformal_margin([1.0, 2.0], level)
    with pytest.raises(error, match=message):
        interval_score([1.0], [0.0], [2.0], level)


def test_ends_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"lower must have the shape \[2\] of targets, not \[1\]"):
        coverage([1.0, 2.0], [0.0], [3.0, 3.0])
    with pytest.raises(ValueError, match=r"upper must be at least lower, .* at index \[1\]"):
        coverage([1.0, 2.0], [0.0, 5.0], [3.0, 3.0])
    with pytest.raises(ValueError, match="residuals must not be empty"):
        conformal_margin([], 0.5)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.95])
def test_pinball_is_that_of_scikit_learn(level):
    rng = np.random.default_rng(5)
    y, q = rng.normal(size=(2, 40))
    theirs = mean_pinball_loss(y, q, alpha=level)
    assert pinball(y, q[:, np.newaxis], [level]) == pytest.approx(theirs)
    both = pinball(y, np.stack([q, q + 1], axis=1), [level, level])
    assert both == pytest.approx((theirs + mean_pinball_loss(y, q + 1, alpha=level)) / 2)


def test_pinball_is_least_for_the_true_quantiles():
    y = np.random.default_rng(6).normal(size=20_000)
    levels = np.array([0.05, 0.5, 0.95])
    true = np.broadcast_to(norm.ppf(levels), (len(y), 3))
    least = pinball(y, true, levels)
    for shift in (-0.2, 0.2):
        for place in range(3):
            moved = true.copy()
            moved[:, place] += shift
            assert pinball(y, moved, levels) > least


def test_twice_the_pinball_loss_comes_close_to_the_crps_of_a_normal_forecast():
    y = np.array([-1.0, 0.3, 2.0])
    levels = (np.arange(2000) + 0.5) / 2000
    z = y  # the forecast is standard normal; its CRPS is known in closed form
    crps = np.mean(z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert 2 * pinball(y, np.tile(norm.ppf(levels), (3, 1)), levels) == pytest.approx(
        crps, abs=1e-3
    )


def test_predictions_without_an_axis_for_the_levels_are_refused():
    with pytest.raises(ValueError, match=r"predictions must have the shape \[2, 1\], .* not \[2\]"):
        pinball([1.0, 2.0], [1.0, 2.0], [0.5])


def test_adaptive_margins_hold_their_share_where_the_errors_grow_and_fixed_ones_do_not():
    rng = np.random.default_rng(7)
    errors = rng.normal(size=3000) * np.linspace(1, 8, 3000)
    past = 500
    fixed = conformal_margin(errors[:past], 0.9)
    adaptive = adaptive_margins(errors, past, 0.9)
    assert np.mean(np.abs(errors[past:]) <= adaptive) == pytest.approx(0.9, abs=0.01)
    assert np.mean(np.abs(errors[past:]) <= fixed) < 0.6


def test_without_a_rate_a_margin_is_the_conformal_one_of_the_last_errors():
    errors = np.random.default_rng(8).normal(size=60)
    margins = adaptive_margins(errors, 40, 0.8, rate=0.0)
    for t, margin in enumerate(margins):
        assert margin == conformal_margin(errors[t : t + 40], 0.8)


def test_no_margin_knows_the_error_that_it_is_for():
    errors = np.random.default_rng(9).normal(size=60)
    before = adaptive_margins(errors, 20, 0.8)
    errors[45:] *= 100
    np.testing.assert_array_equal(adaptive_margins(errors, 20, 0.8)[: 45 - 20 + 1], before[:26])
