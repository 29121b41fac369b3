"""Scales against scikit-learn's, and values that a scale must not see."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from rnnlab.scaling import Scale

RNG = np.random.default_rng(0)
VALUES = RNG.normal([5.0, -100.0], [0.1, 30.0], (50, 2))


def test_scales_are_those_of_scikit_learn():
    theirs = StandardScaler().fit(VALUES[:30])
    ours = Scale.of(VALUES[:30])
    np.testing.assert_allclose(ours.apply(VALUES), theirs.transform(VALUES), rtol=1e-12)
    np.testing.assert_allclose(ours.undo(ours.apply(VALUES)), VALUES, rtol=1e-12)


def test_what_was_not_measured_does_not_count_and_stays():
    values = VALUES.copy()
    values[[3, 7], 0] = np.nan
    theirs = StandardScaler().fit(values)
    np.testing.assert_allclose(Scale.of(values).apply(values), theirs.transform(values), rtol=1e-12)


def test_one_series_has_one_scale_for_any_shape():
    scale = Scale.of([1.0, 3.0])
    assert scale.apply(np.full((2, 3, 1), 4.0)).shape == (2, 3, 1)
    assert scale.undo([0.0, 1.0]).tolist() == [2, 3]


@pytest.mark.parametrize(
    ("training", "error", "message"),
    [
        ([1.0, 1.0], ValueError, "change in each feature, unlike feature 0"),
        ([[1.0, np.nan], [2.0, np.nan]], ValueError, "unlike feature 1"),
        ([1.0, np.inf], ValueError, "unlike feature 0"),
        (["a", "b"], TypeError, "training must be an array of numbers"),
        (np.zeros((2, 2, 2)), ValueError, r"training must have the shape \[time\] or"),
    ],
)
def test_what_has_no_scale_is_refused(training, error, message):
    with pytest.raises(error, match=message):
        Scale.of(training)


def test_values_of_other_features_are_refused():
    with pytest.raises(ValueError, match=r"values must end in 2 features, as the scale, not \[3\]"):
        Scale.of(VALUES).apply([1.0, 2.0, 3.0])
