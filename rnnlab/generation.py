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


@takes(n_values="count")
def generate(
    model: keras.Model, beginning: npt.ArrayLike, n_values: int, *, stateful: bool = False
) -> Array:
    r"""Continue a series: predict a value, take it for true, predict the one after, and so on.

    With a window of :math:`w` values, as many as it begins with, and a network :math:`f` that
    starts from a zero state each time, as in the lab:

    .. math:: \hat x_t = f(x_{t-w}, \dots, x_{t-1})

    The stateful form reads the beginning once and from then on hands its state :math:`s` on, so
    that a value costs one step instead of :math:`w`, and the whole past counts, not the window:

    .. math:: \hat x_t, s_t = g(\hat x_{t-1}, s_{t-1})

    The two agree on the first value, and part where the window begins to forget.

    Args:
        model: A `keras.Sequential` of `SimpleRNN`, `LSTM`, `GRU`, `Dense` and `Dropout` layers
            with as many outputs as inputs at a step. Its last output is the prediction.
        beginning: The values to begin with, ``[time]``, or ``[batch, time, features]`` for several
            series at once.
        n_values: The number of values to generate.
        stateful: Whether to hand on the state rather than re-read a window.

    Returns:
        The values after the beginning, ``[n_values]`` or ``[batch, n_values, features]``, in the
        dtype of the model. A network that runs away reaches infinity and then NaN.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The beginning has another shape, is empty, holds NaN or infinity, or has
            another length than the model reads; `n_values` is not positive; or the model has a
            layer of another kind, or other outputs than inputs.

    Example:
        >>> model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(1)])
        >>> model.set_weights([np.array([[0.0]]), np.array([[0.0]]), np.array([0.0])])
        >>> generate(model, [1.0, 2.0], 3)
        array([0., 0., 0.], dtype=float32)
    """
    check_feedback(model, training=False)
    series = as_numbers("beginning", beginning, model.dtype)
    if series.ndim == 1:
        series = series[np.newaxis, :, np.newaxis]
    check_shape("beginning", series.shape, model.input_shape, "the model's inputs, or [time]")
    given = np.ascontiguousarray(series.swapaxes(0, 1))
    with one_thread(), np.errstate(all="ignore"):
        values = (_stateful if stateful else _windowed)(model, given, n_values)
    return values[:, 0, 0] if np.ndim(beginning) == 1 else values.swapaxes(0, 1)


def _windowed(model: Any, given: Array, n_values: int) -> Array:
    window, batch, features = given.shape
    network = Network(model, batch, window)
    values = np.concatenate([given, np.empty((n_values, batch, features), given.dtype)])
    for t in range(n_values):
        values[window + t] = network.forward(values[t : window + t])[-1]
    return values[window:]


def _stateful(model: Any, given: Array, n_values: int) -> Array:
    network = Network(model, given.shape[1], 1)
    values = np.empty((n_values, *given.shape[1:]), given.dtype)
    for t, value in enumerate(given):
        prediction = network.step(value, fresh=t == 0)
    for value in values:
        value[...] = prediction
        prediction = network.step(value)
    return values
