"""rnnlab.intervals against cases worked out by hand and the theory of coverage."""

import numpy as np
import pytest
from scipy import stats

from rnnlab.intervals import conformal_margin, coverage, interval_score

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
