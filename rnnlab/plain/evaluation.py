"""The plain forms of what `rnnlab.evaluation` has."""

import numpy as np


def mse_by_step(targets, predictions):
    """Return the mean squared error at each time step of the windows."""
    return np.square(np.subtract(targets, predictions)).mean(axis=(0, 2))
