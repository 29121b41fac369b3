"""Scheduled sampling: train a network on inputs that are more and more often its own forecasts."""

import math
import time
from collections.abc import Callable
from numbers import Real

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._arguments import as_numbers, check_count
from rnnlab._fast.engines import ByHand
from rnnlab._fast.network import Network, UnsupportedModelError, check_supported
from rnnlab.threads import one_thread
from rnnlab.training import History, NonFiniteLossError
from rnnlab.windows import shuffled_batches

Array = npt.NDArray[np.float64]
Rng = np.random.Generator | np.random.RandomState

_LOG_EVERY = 100


def scheduled_inputs(
    model: keras.Model, series: npt.ArrayLike, n_given: int, own_share: float, rng: Rng
) -> Array:
    r"""Put a network's own forecasts in the place of some true values.

    A coin is tossed for each value after the first :math:`g` of each series. With
    :math:`\hat x_t` the last output of the network for the inputs
    :math:`\tilde x_0, \dots, \tilde x_{t-1}`,

    .. math:: \tilde x_t = \begin{cases}
            \hat x_t & \text{for } t \ge g \text{, with the probability } p \\
            x_t & \text{else}
        \end{cases}

    A share of 0 returns the series, which is teacher forcing. With a share of 1 the network runs
    free, as `rnnlab.generation.generate` lets it with ``stateful=True``.

    Args:
        model: A `keras.Sequential` of `SimpleRNN`, `LSTM`, `GRU`, `Dense` and `Dropout` layers
            with as many outputs as inputs at a step, for sequences of any length.
        series: The true values :math:`x`, ``[batch, time, features]``.
        n_given: :math:`g`, the number of values that are always true.
        own_share: :math:`p`, from 0 to 1.
        rng: A NumPy generator, which tosses the coins.

    Returns:
        The inputs :math:`\tilde x`, in the shape of the series and the dtype of the model.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The series have another shape or hold NaN or infinity; `n_given` is not
            positive or leaves no value to forecast; `own_share` is not between 0 and 1; or the
            model has a layer of another kind, or other outputs than inputs.

    References:
        Bengio, Vinyals, Jaitly and Shazeer (2015), "Scheduled sampling for sequence prediction
        with recurrent neural networks", section 2.4.
    """
    values = _checked(model, series, n_given, rng, training=False)
    _check_share(own_share)
    network = Network(model, len(values), 1)
    with one_thread(), np.errstate(all="ignore"):
        return _mixed(network, values, n_given, own_share, rng)


def train_scheduled(
    model: keras.Model,
    series: npt.ArrayLike,
    *,
    n_given: int,
    own_share: Callable[[float], float],
    iterations: int,
    rng: Rng,
    batch_size: int = 32,
    learning_rate: float = 0.001,
) -> History:
    r"""Train a network on the next value at each step, with inputs by `scheduled_inputs`.

    The loss is the mean squared error of all outputs. The forecasts among the inputs are made
    with the weights of the moment and then taken as given: no gradient passes through them, as in
    the paper. The optimizer is Adam.

    .. math:: \min \; \frac{1}{n} \sum_t
        \bigl( f(\tilde x_0, \dots, \tilde x_{t-1}) - x_t \bigr)^2

    Args:
        model: A `keras.Sequential` of `SimpleRNN`, `LSTM`, `GRU` and `Dense` layers with as many
            outputs as inputs at a step, for sequences of any length. Its weights are updated.
        series: The series to learn from, ``[batch, time, features]``.
        n_given: The number of values at the beginning of each that are always true.
        own_share: From the part of the training that is done, from 0 to below 1, to the share of
            own forecasts among the later values.
        iterations: The number of updates.
        rng: A NumPy generator, which draws batches and tosses coins.
        batch_size: The number of series in a batch.
        learning_rate: The step size of Adam.

    Returns:
        The loss at every hundredth iteration, before its update, and the seconds that all took.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The series have another shape, hold NaN or infinity, or are fewer than a
            batch; a size is not positive; `n_given` leaves no input to replace; a share is not
            between 0 and 1; or the model is of another kind.
        NonFiniteLossError: The loss or a weight stopped being finite. The model keeps the last
            weights that were.

    References:
        Bengio, Vinyals, Jaitly and Shazeer (2015), "Scheduled sampling for sequence prediction
        with recurrent neural networks".
    """
    started = time.perf_counter()
    check_count("iterations", iterations)
    if not isinstance(learning_rate, Real) or not 0 < learning_rate < math.inf:
        raise ValueError(f"learning_rate must be a positive number, not {learning_rate!r}")
    if not callable(own_share):
        raise TypeError(f"own_share must be a function of the part done, not {own_share!r}")
    values = _checked(model, series, n_given, rng, training=True)
    if n_given >= values.shape[1] - 1:
        raise ValueError(
            f"n_given must leave one of the {values.shape[1] - 1} inputs to replace, not {n_given}"
        )
    batches = shuffled_batches(values, values, batch_size, rng)
    optimizer = keras.optimizers.Adam(float(learning_rate))
    optimizer.build(model.trainable_variables)
    engine = ByHand(model, optimizer, "mse", values[:batch_size, :-1])
    history = History()
    try:
        with engine.limits(), np.errstate(all="ignore"):
            for iteration in range(iterations):
                batch, _ = next(batches)
                share = own_share(iteration / iterations)
                _check_share(share)
                # It shares the weights with the one in training, so it is always up to date.
                feeder = Network(model, batch_size, 1, engine.network.parameters)
                inputs = _mixed(feeder, batch[:, :-1], n_given, share, rng)
                loss = engine.step(inputs, batch[:, 1:])
                if not math.isfinite(loss):
                    raise NonFiniteLossError("mse", iteration, history)
                if iteration % _LOG_EVERY == 0:
                    history.iterations.append(iteration)
                    history.losses.append(loss)
    finally:
        engine.write_back()
        history.seconds = time.perf_counter() - started
    return history


def _mixed(network: Network, series: Array, n_given: int, own_share: float, rng: Rng) -> Array:
    if own_share == 0:
        return series
    inputs = series.swapaxes(0, 1).copy()
    own = rng.random((*inputs.shape[:2], 1)) < own_share
    own[:n_given] = False
    forecast = inputs[:1]
    for t in range(len(inputs)):
        np.copyto(inputs[t], forecast[-1], where=own[t])
        forecast = network.forward(inputs[t : t + 1])
        network.carry_state()
    return inputs.swapaxes(0, 1)


def _check_share(own_share: float) -> None:
    if not isinstance(own_share, Real) or not 0 <= own_share <= 1:
        raise ValueError(f"own_share must be between 0 and 1, not {own_share!r}")


def _checked(
    model: keras.Model, series: npt.ArrayLike, n_given: int, rng: Rng, *, training: bool
) -> Array:
    """Return the series as ``[batch, time, features]`` in the dtype of the model."""
    check_count("n_given", n_given)
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model, not {type(model).__name__}")
    if not isinstance(rng, Rng):
        raise TypeError(f"rng must be a NumPy Generator or RandomState, not {rng!r}")
    try:
        check_supported(model, training=training)
    except UnsupportedModelError as error:
        raise ValueError(f"model cannot be fed its own forecasts here: {error}") from error
    values: Array = as_numbers("series", series, model.dtype)
    if values.ndim != 3:
        raise ValueError(
            f"series must have the shape [batch, time, features], not {list(values.shape)}"
        )
    steps, features = values.shape[1:]
    if n_given >= steps:
        raise ValueError(f"n_given must leave one of the {steps} values to forecast, not {n_given}")
    if (None, features, features) != (*model.input_shape[1:], model.output_shape[-1]):
        raise ValueError(
            f"model must read any number of steps with {features} features and have as many "
            f"outputs, not inputs {model.input_shape} and outputs {model.output_shape}"
        )
    return values
