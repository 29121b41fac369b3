"""rnnlab.series against the printed formula and what the book prints."""

import math

import numpy as np
import pytest

from rnnlab.series import two_waves

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
        ((3, 5, RNG, -1), ValueError, "noise must be at least 0, not -1"),
        ((3, 5, RNG, "a"), TypeError, "noise must be a number, not 'a'"),
        ((3, 5, RNG, True), TypeError, "noise must be a number, not True"),
        ((3, 5, RNG, math.nan), ValueError, "noise must be finite, not nan"),
    ],
)
def test_two_waves_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        two_waves(*arguments)
