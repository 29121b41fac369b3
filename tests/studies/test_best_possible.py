"""The best possible forecast of a page against sums written out."""

import math

import numpy as np
import pytest

from tests.studies.from_page import functions_of


def curve(t):
    return t * math.sin(t) / 3 + 2 * math.sin(5 * t)


@pytest.mark.parametrize("sigma", [0.1, 1.0, 3.0])
def test_the_best_possible_forecast_is_the_mean_over_all_times(sigma):
    page = functions_of("the-noise-floor")
    x, _ = page["noisy_windows"](np.random.default_rng(1), 3, sigma)
    found = page["best_possible"](x, sigma)
    assert found.shape == (3, 1, 1)
    for window, forecast in zip(x[:, :, 0].tolist(), found.ravel(), strict=True):
        times = [28 * (k + 0.5) / 20_000 for k in range(20_000)]
        distances = [
            sum((value - curve(t + 0.1 * k)) ** 2 for k, value in enumerate(window)) for t in times
        ]
        least = min(distances)
        weights = [math.exp((least - distance) / (2 * sigma**2)) for distance in distances]
        after = [curve(t + 2) for t in times]
        mean = sum(w * value for w, value in zip(weights, after, strict=True)) / sum(weights)
        assert forecast == pytest.approx(mean, abs=0.03 * sigma)
