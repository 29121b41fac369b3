"""Scales of series: learned from one part, applied to others, and undone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, takes


@dataclass(frozen=True)
class Scale:
    r"""The mean and the standard deviation of each feature, to be taken out and put back.

    .. math:: z = \frac{x - \mu}{s}, \qquad x = \mu + s z

    Attributes:
        mean: :math:`\mu`, ``[features]``, in the unit of the series.
        std: :math:`s`, ``[features]``, in the unit of the series.

    Example:
        >>> scale = Scale.of([[1.0], [3.0]])
        >>> scale.apply([[5.0]]), scale.undo([[0.0]])
        (array([[3.]]), array([[2.]]))
    """

    mean: Array
    std: Array

    @classmethod
    @takes(training="any [time] or [time, features]")
    def of(cls, training: npt.ArrayLike) -> "Scale":
        """Learn a scale from the part of a series that a network is trained on.

        Later values were not known when that part ended: a scale that is learned from them, too,
        shows a network something of what it is to forecast.

        Args:
            training: The values, ``[time]`` or ``[time, features]``. NaN counts as not measured.

        Returns:
            The scale of each feature.

        Raises:
            TypeError: The values are no array of numbers.
            ValueError: They have another shape, or a feature is constant, infinite or never
                measured.

        Example:
            >>> Scale.of([1.0, 3.0]).std
            array([1.])
        """
        values = np.asarray(training, float)
        values = values.reshape(len(values), -1)
        bad = [k for k, column in enumerate(values.T) if not 0 < np.ptp(_measured(column)) < np.inf]
        if bad:
            raise ValueError(
                f"training must have finite values that change in each feature, unlike feature "
                f"{bad[0]}"
            )
        return cls(np.nanmean(values, axis=0), np.nanstd(values, axis=0))

    @takes(values="any [...]")
    def apply(self, values: npt.ArrayLike) -> Array:
        """Return values on the scale.

        Args:
            values: In the unit of the series, ``[time]`` or ``[..., features]``; NaN stays NaN.

        Returns:
            The values, of mean 0 and standard deviation 1 where the scale was learned.

        Raises:
            TypeError: They are no array of numbers.
            ValueError: They have another number of features.

        Example:
            >>> Scale.of([1.0, 3.0]).apply([2.0, 4.0])
            array([0., 2.])
        """
        values = self._fitting(values)
        return np.asarray((values - self.mean) / self.std)

    @takes(values="any [...]")
    def undo(self, values: npt.ArrayLike) -> Array:
        """Return values on the scale in the unit of the series again.

        Args:
            values: On the scale, ``[time]`` or ``[..., features]``, such as forecasts.

        Returns:
            The values in the unit of the series.

        Raises:
            TypeError: They are no array of numbers.
            ValueError: They have another number of features.

        Example:
            >>> Scale.of([1.0, 3.0]).undo([0.0, 2.0])
            array([2., 4.])
        """
        return np.asarray(self.mean + self.std * self._fitting(values))

    def _fitting(self, values: npt.ArrayLike) -> Array:
        array, features = np.asarray(values, float), len(self.mean)
        if features > 1 and array.shape[-1:] != (features,):
            raise ValueError(
                f"values must end in {features} features, as the scale, not {list(array.shape)}"
            )
        return array


def _measured(column: Array) -> Array:
    kept = column[~np.isnan(column)]
    return kept if len(kept) else np.zeros(1)
