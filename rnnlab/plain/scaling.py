"""The plain forms of what `rnnlab.scaling` has."""

from collections import namedtuple

import numpy as np


class Scale(namedtuple("Scale", "mean std")):
    """The mean and the standard deviation of a series."""

    @classmethod
    def of(cls, training):
        return cls(np.nanmean(training, 0), np.nanstd(training, 0))

    def apply(self, values):
        return (values - self.mean) / self.std

    def undo(self, values):
        return self.mean + self.std * values
