"""The plain forms of what `rnnlab.intervals` has."""

import numpy as np


def pinball(targets, predictions, levels):
    """Return the mean pinball loss of forecast quantiles."""
    above = targets[..., np.newaxis] - predictions
    return np.mean(np.maximum(levels * above, (levels - 1) * above))


def coverage(targets, lower, upper):
    """Return the share of values that their intervals hold."""
    return float(np.mean((lower <= targets) & (targets <= upper)))


def interval_score(targets, lower, upper, level):
    """Return the mean width of intervals, with a fine for misses."""
    off = np.maximum(lower - targets, 0) + np.maximum(targets - upper, 0)
    return float(np.mean(upper - lower + 2 / (1 - level) * off))


def conformal_margin(residuals, level):
    """Return how far to go on either side of a forecast."""
    errors = np.sort(np.abs(residuals), axis=None)
    return errors[int(np.ceil(round((len(errors) + 1) * level, 9))) - 1]
