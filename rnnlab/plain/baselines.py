"""The plain forms of what `rnnlab.baselines` has."""

import numpy as np


class LinearForecast:
    """A weighted sum of the last values for each step ahead."""

    def __init__(self, coefficients, intercept=0.0):
        self.coefficients, self.intercept = coefficients, intercept

    def predict(self, inputs):
        x, order = np.asarray(inputs)[..., 0], len(self.coefficients)
        cut = np.lib.stride_tricks.sliding_window_view(x, order, axis=1)
        ahead = cut[..., ::-1] @ self.coefficients + self.intercept
        return ahead[:, -1, :, None] if ahead.shape[2] > 1 else ahead

    def generate(self, beginning, n_values):
        series = np.reshape(beginning, (1, -1, 1))
        for _ in range(n_values):
            latest = series[:, -len(self.coefficients) :]
            series = np.append(series, self.predict(latest), axis=1)
        return series[0, len(beginning) :, 0]


def fit_linear(inputs, targets, *, order=None):
    """Fit weighted sums of the last values by least squares."""
    x, y = np.asarray(inputs)[..., 0], np.asarray(targets)[..., 0]
    if order:
        x = np.lib.stride_tricks.sliding_window_view(x, order, axis=1)
        x, y = x.reshape(-1, order), y[:, order - 1 :].reshape(-1, 1)
    x = np.column_stack([x[:, ::-1], np.ones(len(x))])
    fitted = np.linalg.lstsq(x, y, rcond=None)[0]
    return LinearForecast(fitted[:-1], fitted[-1])
