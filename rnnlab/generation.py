"""Let a network continue a series on its own, each value it predicts being its next input."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers, check_count
from rnnlab._fast.network import Network, UnsupportedModelError, check_supported
from rnnlab.threads import one_thread

Array = npt.NDArray[Any]


def generate(
    model: keras.Model, seed: npt.ArrayLike, n_values: int, *, stateful: bool = False
) -> Array:
    r"""Continue a series: predict a value, take it for true, predict the one after, and so on.

    With a window of :math:`w` values, the length of the seed, and a network :math:`f` that starts
    from a zero state each time, as in the lab:

    .. math:: \hat x_t = f(x_{t-w}, \dots, x_{t-1})

    The stateful form reads the seed once and from then on hands its state :math:`s` on, so that a
    value costs one step instead of :math:`w`, and the whole past counts, not the window alone:

    .. math:: \hat x_t, s_t = g(\hat x_{t-1}, s_{t-1})

    The two agree on the first value, and part where the window begins to forget.

    Args:
        model: A `keras.Sequential` of `SimpleRNN`, `LSTM`, `GRU`, `Dense` and `Dropout` layers
            with as many outputs as inputs at a step. Its last output is the prediction.
        seed: The values to begin with, ``[time]``, or ``[batch, time, features]`` for several
            series at once.
        n_values: The number of values to generate.
        stateful: Whether to hand on the state rather than re-read a window.

    Returns:
        The values after the seed, in the dtype of the model: ``[n_values]``, or
        ``[batch, n_values, features]``. A network that runs away reaches infinity and then NaN.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The seed has another shape, is empty, holds NaN or infinity, or has another
            length than the model reads; `n_values` is not positive; or the model has a layer of
            another kind, or other outputs than inputs.
    """
    check_count("n_values", n_values)
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model, not {type(model).__name__}")
    try:
        check_supported(model, training=False)
    except UnsupportedModelError as error:
        raise ValueError(f"model cannot generate here: {error}") from error
    series = _as_seed(seed, model)
    with one_thread(), np.errstate(all="ignore"):
        values = (_stateful if stateful else _windowed)(model, series, n_values)
    return values[:, 0, 0] if np.ndim(seed) == 1 else values.swapaxes(0, 1)


def _windowed(model: Any, seed: Array, n_values: int) -> Array:
    window, batch, features = seed.shape
    network = Network(model, batch, window)
    values = np.concatenate([seed, np.empty((n_values, batch, features), seed.dtype)])
    for t in range(n_values):
        values[window + t] = network.forward(values[t : window + t])[-1]
    return values[window:]


def _stateful(model: Any, seed: Array, n_values: int) -> Array:
    _, batch, features = seed.shape
    network = Network(model, batch, 1)
    values = np.empty((n_values, batch, features), seed.dtype)
    for value in seed:
        prediction = network.forward(value[np.newaxis])
        network.carry_state()
    for t in range(n_values):
        values[t] = prediction[-1]
        prediction = network.forward(values[t : t + 1])
        network.carry_state()
    return values


def _as_seed(seed: npt.ArrayLike, model: Any) -> Array:
    """Return the seed as ``[time, batch, features]`` in the dtype of the model."""
    array = as_numbers("seed", seed, model.dtype)
    if array.ndim not in (1, 3):
        raise ValueError(
            f"seed must have the shape [time] or [batch, time, features], not {list(array.shape)}"
        )
    if array.ndim == 1:
        array = array[np.newaxis, :, np.newaxis]
    _, steps, features = model.input_shape
    outputs = model.output_shape[-1]
    if features != outputs:
        raise ValueError(
            f"model must have as many outputs as inputs at a step to feed on itself, not {outputs} "
            f"and {features}"
        )
    if array.shape[2] != features or steps not in (None, array.shape[1]):
        raise ValueError(
            f"seed must have the shape {list(model.input_shape)} of the model's inputs, "
            f"not {list(array.shape)}"
        )
    return array.swapaxes(0, 1).copy()
