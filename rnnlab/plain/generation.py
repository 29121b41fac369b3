"""The plain forms of what `rnnlab.generation` has."""

import numpy as np


def generate(model, beginning, n_values, stateful=False, known=None):
    """Continue a series, each predicted value being the next input."""
    series = np.atleast_3d(beginning).astype(model.dtype)
    batch, given, features = series.shape
    for end in range(given, given + n_values):
        past = series[:, 0 if stateful else end - given :]
        if known is not None:
            after = slice(end + 1 - past.shape[1], end + 1)
            ahead = np.broadcast_to(known, (batch, *np.shape(known)[-2:]))
            past = np.dstack([past, ahead[:, after]])
        outputs = model.predict_on_batch(past)
        latest = outputs.reshape(batch, -1, features)[:, -1:]
        series = np.concatenate([series, latest], axis=1)
    new = series[:, given:]
    return new[0, :, 0] if np.ndim(beginning) == 1 else new
