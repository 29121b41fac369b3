"""Scheduled sampling: train a network on inputs that are more and more often its own forecasts."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._door import Rng, as_numbers, takes
from rnnlab._fast.batches import check_shape
from rnnlab._fast.loop import run
from rnnlab._fast.network import Network, check_feedback
from rnnlab.threads import one_thread
from rnnlab.training import History
from rnnlab.windows import shuffled_batches

Array = npt.NDArray[np.float64]


@takes(n_given="count", own_share="number >= 0 and <= 1", rng="rng")
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

    Example:
        >>> from rnnlab.models import recurrent_network
        >>> series, model = np.ones((2, 6, 1)), recurrent_network(units=3)
        >>> rng = np.random.default_rng(0)
        >>> forced = scheduled_inputs(model, series, n_given=2, own_share=0.0, rng=rng)
        >>> bool(np.all(forced == series))  # a share of 0 is teacher forcing
        True

    References:
        Bengio, Vinyals, Jaitly and Shazeer (2015), "Scheduled sampling for sequence prediction
        with recurrent neural networks", section 2.4.
    """
    values = _checked(model, series, n_given, training=False)
    network = Network(model, len(values), 1)
    with one_thread():
        return _mixed(network, values, n_given, own_share, rng)


@takes(n_given="count", iterations="count", learning_rate="number > 0", rng="rng")
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
        The losses logged, at every hundredth iteration, and the seconds that it took.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The series have another shape, hold NaN or infinity, or are fewer than a
            batch; a size is not positive; `n_given` leaves no input to replace; a share is not
            between 0 and 1; or the model is of another kind.
        NonFiniteLossError: The loss or a weight stopped being finite. The model keeps the last
            weights that were.
        KeyboardInterrupt: Ctrl-C was pressed, as in `rnnlab.training.train`.

    Example:
        >>> from rnnlab.models import recurrent_network
        >>> series, model = np.ones((32, 6, 1)), recurrent_network(units=3)
        >>> half = dict(n_given=2, own_share=lambda done: done / 2)
        >>> history = train_scheduled(
        ...     model, series, iterations=200, rng=np.random.default_rng(0), **half
        ... )
        >>> history.iterations
        [0, 100, 199]

    References:
        Bengio, Vinyals, Jaitly and Shazeer (2015), "Scheduled sampling for sequence prediction
        with recurrent neural networks".
    """
    if not callable(own_share):
        raise TypeError(f"own_share must be a function of the part done, not {own_share!r}")
    values = _checked(model, series, n_given, training=True)
    batches = shuffled_batches(values, values, batch_size, rng)
    optimizer = keras.optimizers.Adam(float(learning_rate))
    optimizer.build(model.trainable_variables)

    def feed(engine: Any, done: int) -> Iterator[tuple[Array, Array]]:
        # It shares the weights with the one in training, so it is always up to date.
        feeder = Network(model, batch_size, 1, engine.parameters)
        for iteration in range(iterations):
            batch, _ = next(batches)
            share = own_share(iteration / iterations)
            yield _mixed(feeder, batch[:, :-1], n_given, share, rng), batch[:, 1:]

    first = values[:batch_size, :-1], values[:batch_size, 1:]
    return run(model, optimizer, "mse", first, feed, iterations)


@takes(own_share="number >= 0 and <= 1")
def _mixed(network: Network, series: Array, n_given: int, own_share: float, rng: Rng) -> Array:
    inputs = series.swapaxes(0, 1).copy()
    if own_share:
        own = rng.random((*inputs.shape[:2], 1)) < own_share
        own[:n_given] = False
        forecast = inputs[0]
        with np.errstate(all="ignore"):
            for t, value in enumerate(inputs):
                np.copyto(value, forecast, where=own[t])
                forecast = network.step(value, fresh=t == 0)
    return inputs.swapaxes(0, 1)


def _checked(model: keras.Model, series: npt.ArrayLike, n_given: int, *, training: bool) -> Array:
    """Return the series as ``[batch, time, features]`` in the dtype of the model."""
    check_feedback(model, training=training)
    values: Array = as_numbers("series", series, model.dtype)
    check_shape("series", values.shape, model.input_shape, "the model's inputs")
    if model.input_shape[1]:
        raise ValueError(f"model must read any number of steps, not {model.input_shape[1]}")
    n_inputs = values.shape[1] - training  # in training, the last value is a target alone
    if n_given >= n_inputs:
        raise ValueError(f"n_given must leave one of the {n_inputs} inputs, not {n_given}")
    return values
