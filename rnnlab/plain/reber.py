"""The plain forms of what `rnnlab.reber` has."""

import numpy as np

from rnnlab.reber import REBER_SYMBOLS


def with_outer_changed(string):
    """Return a string that is wrong in its last symbol but one alone."""
    return string[:-2] + {"T": "P", "P": "T"}[string[-2]] + string[-1]


def one_hot(strings, *, align="start"):
    """Return strings as arrays with a one in the column of each symbol."""
    longest = max(map(len, strings))
    pad = str.rjust if align == "end" else str.ljust
    letters = np.array([list(pad(one, longest)) for one in strings])
    return np.float64(letters[..., np.newaxis] == list(REBER_SYMBOLS))
