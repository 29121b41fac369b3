"""Let a network continue a series on its own, each value it predicts being its next input."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._door import as_numbers, takes
from rnnlab._fast.batches import check_shape
from rnnlab._fast.network import Network, check_feedback
from rnnlab.threads import one_thread

Array = npt.NDArray[Any]


@takes(n_values="count", known="[time, ahead] or [batch, time, ahead] or None")
def generate(
    model: keras.Model,
    beginning: npt.ArrayLike,
    n_values: int,
    *,
    stateful: bool = False,
    known: npt.ArrayLike | None = None,
) -> Array:
    r"""Continue a series: predict a value, take it for true, predict the one after, and so on.

    With a window of :math:`w` values, as many as it begins with, and a network :math:`f` that
    starts from a zero state each time, as in the lab:

    .. math:: \hat x_t = f(x_{t-w}, \dots, x_{t-1})

    The stateful form reads the beginning once and from then on hands its state :math:`s` on, so
    that a value costs one step instead of :math:`w`, and the whole past counts, not the window:

    .. math:: \hat x_t, s_t = g(\hat x_{t-1}, s_{t-1})

    The two agree on the first value, and part where the window begins to forget.

    What is known ahead, :math:`a`, stands beside the step before, as
    `rnnlab.windows.windows` puts it: the input at step :math:`t` is
    :math:`[x_t, a_{t+1}]`, and outputs take the place of :math:`x` alone.

    Args:
        model: A `keras.Sequential` of `SimpleRNN`, `LSTM`, `GRU`, `Dense` and `Dropout` layers
            with as many outputs as inputs at a step, but for what is known ahead. Its last output
            is the prediction.
        beginning: The values to begin with, ``[time]``, or ``[batch, time, features]`` for several
            series at once.
        n_values: The number of values to generate.
        stateful: Whether to hand on the state rather than re-read a window.
        known: What is known ahead at each time of the beginning and of the values after it,
            ``[time + n_values, ahead]``, or ``[batch, time + n_values, ahead]``.

    Returns:
        The values after the beginning, ``[n_values]`` or ``[batch, n_values, features]``, in the
        dtype of the model. A network that runs away reaches infinity and then NaN.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The beginning has another shape, is empty, holds NaN or infinity, or has
            another length than the model reads; `n_values` is not positive; or the model has a
            layer of another kind, or other outputs than inputs; or `known` has another length
            than the beginning and the values together.

    Example:
        >>> model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(1)])
        >>> model.set_weights([np.array([[0.0]]), np.array([[0.0]]), np.array([0.0])])
        >>> generate(model, [1.0, 2.0], 3)
        array([0., 0., 0.], dtype=float32)
    """
    ahead = 0 if known is None else np.shape(known)[-1]
    check_feedback(model, training=False, ahead=ahead)
    series = as_numbers("beginning", beginning, model.dtype)
    if series.ndim == 1:
        series = series[np.newaxis, :, np.newaxis]
    batch, window, features = series.shape if series.ndim == 3 else (1, 0, 0)
    wanted = (*model.input_shape[:2], model.input_shape[2] - ahead)
    check_shape("beginning", series.shape, wanted, "the model's inputs, or [time]")
    shape = (window + n_values, batch, features + ahead)
    if known is not None:
        known = np.broadcast_to(known, (batch, *np.shape(known)[-2:]))
        check_shape("known", known.shape, (batch, shape[0], ahead), "beginning and values")
    with one_thread(), np.errstate(all="ignore"):
        values = np.zeros(shape, series.dtype)
        values[:window, :, :features] = series.swapaxes(0, 1)
        if known is not None:
            values[:-1, :, features:] = known.swapaxes(0, 1)[1:]
        (_stateful if stateful else _windowed)(model, values, window, features)
    generated = values[window:, :, :features]
    return generated[:, 0, 0] if np.ndim(beginning) == 1 else generated.swapaxes(0, 1)


def _windowed(model: Any, values: Array, window: int, features: int) -> None:
    network = Network(model, values.shape[1], window)
    for t in range(window, len(values)):
        values[t, :, :features] = network.forward(values[t - window : t])[-1]


def _stateful(model: Any, values: Array, window: int, features: int) -> None:
    network = Network(model, values.shape[1], 1)
    for t in range(1, len(values)):
        prediction = network.step(values[t - 1], fresh=t == 1)
        if t >= window:
            values[t, :, :features] = prediction
