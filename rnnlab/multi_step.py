"""What sequence-to-sequence training asks for: the next values, at every step."""

import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers, check_count

Array = npt.NDArray[np.float64]


def targets_at_each_step(series: npt.ArrayLike, horizon: int) -> tuple[Array, Array]:
    r"""Ask for the next values at every step of each series, as sequence-to-sequence training does.

    .. math:: y_{t,k} = x_{t+k}, \qquad k = 1, \dots, h

    Args:
        series: The series :math:`x`, ``[batch, time, 1]``.
        horizon: :math:`h`, the number of values that are asked for at each step.

    Returns:
        Inputs ``[batch, time - horizon, 1]``, which are the series without its last values, and
        targets ``[batch, time - horizon, horizon]``, float64.

    Raises:
        TypeError: `horizon` is no integer, or the series are no numbers.
        ValueError: The series have another shape, hold NaN or infinity, or end before the horizon
            of their first step does.
    """
    check_count("horizon", horizon)
    values = as_numbers("series", series)
    if values.ndim != 3 or values.shape[2] != 1:
        raise ValueError(f"series must have the shape [batch, time, 1], not {list(values.shape)}")
    steps = values.shape[1]
    if steps <= horizon:
        raise ValueError(
            f"horizon={horizon} must end within the data: the first step and the values after it "
            f"need {horizon + 1} steps, and there are {steps}"
        )
    every = np.lib.stride_tricks.sliding_window_view(values[:, 1:, 0], horizon, axis=1)
    return values[:, : steps - horizon].copy(), every.copy()
