"""The plain forms of what `rnnlab.windows` has."""

import numpy as np


def windows(values, n_steps, horizon=None, at_each_step=False, known=None):
    """Cut a series into all its windows, and what follows each."""
    cut = np.lib.stride_tricks.sliding_window_view
    every = cut(np.atleast_3d(values), n_steps + (horizon or 1), axis=1)
    every = np.concatenate(every.swapaxes(2, 3))
    x, y = every[:, :n_steps], every[:, n_steps if horizon else 1 :]
    if at_each_step:
        y = [every[:, h : h + n_steps] for h in range(1, horizon + 1)]
        y = np.concatenate(y, axis=2)
    if known is not None:
        ahead = np.reshape(known, (-1, *np.shape(known)[-2:]))
        ahead = windows(ahead, n_steps, horizon or 1, at_each_step=True)[1]
        x = np.dstack([x, ahead])
    return x, y
