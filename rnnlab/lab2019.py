r"""What the 2019 lab ran on: its series and batches, and its weights, drawn from its seeds.

TensorFlow 1 derived the second seed of each random operation from the number of operations in
the graph so far. Today's graphs hold other operations, so the lab's own code draws other numbers;
with the seeds written out, its numbers return.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from rnnlab._door import Array, Rng, takes

Float32 = npt.NDArray[np.float32]

GRAPH_SEED = 42
#: The second seed of each weight's random operation.
OPERATION_SEEDS = {
    "bare_bones_kernel": 5,
    "bare_bones_recurrent_kernel": 14,
    "rnn_kernel": 88,
    "dense_kernel": 137,
}


def time_series(t: npt.ArrayLike) -> Array:
    r"""Return the value of the lab's series at each time.

    .. math:: f(t) = \frac{t \sin t}{3} + 2 \sin 5t

    Args:
        t: Times, of any shape.

    Returns:
        The values, float64, in the shape of `t`.
    """
    t = np.asarray(t, dtype=np.float64)
    return np.asarray(t * np.sin(t) / 3 + 2 * np.sin(t * 5))


@takes(
    batch_size="count",
    n_steps="count",
    rng="rng",
    t_min="number",
    resolution="number > 0",
    t_max="number >= t_min + n_steps * resolution",
)
def next_batch(
    batch_size: int,
    n_steps: int,
    rng: Rng,
    *,
    t_min: float = 0.0,
    t_max: float = 30.0,
    resolution: float = 0.1,
) -> tuple[Array, Array]:
    r"""Draw windows of the lab's series that begin at random times.

    A window begins at a time :math:`t_0` drawn evenly from those that leave room for it between
    `t_min` and `t_max`. Its inputs and targets are the same values, one step apart:

    .. math:: x_k = f(t_0 + k r), \qquad y_k = x_{k+1}, \qquad k = 0, \dots, \mathrm{n\_steps} - 1

    Args:
        batch_size: The number of windows.
        n_steps: The number of time steps in each.
        rng: A NumPy generator. With ``numpy.random.RandomState(42)`` the batches are those of
            the 2019 lab.
        t_min: The earliest time.
        t_max: The latest time.
        resolution: The time :math:`r` from one step to the next.

    Returns:
        Inputs and targets, each ``[batch, time, 1]``, float64.

    Raises:
        TypeError: A size is no integer, `rng` no NumPy generator, or a time no number.
        ValueError: A size or `resolution` is not positive, or a window does not fit between
            `t_min` and `t_max`.
    """
    room = t_max - t_min - n_steps * resolution
    starts = t_min + rng.random((batch_size, 1)) * room
    values = time_series(starts + np.arange(0.0, n_steps + 1) * resolution)[..., np.newaxis]
    return values[:, :-1], values[:, 1:]


def bare_bones_batch() -> tuple[Float32, Float32]:
    """Return the lab's batch: four sequences of three features at two time steps.

    Returns:
        ``X0`` and ``X1``, each ``[batch, features] = [4, 3]``, float32. Row ``i`` of both belongs
        to the same sequence.
    """
    first = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 0, 1]], np.float32)
    second = np.array([[9, 8, 7], [0, 0, 0], [6, 5, 4], [3, 2, 1]], np.float32)
    return first, second


def bare_bones_weights() -> tuple[Float32, Float32, Float32]:
    r"""Return the weights of the lab's hand-written network, 3 features to 5 units.

    .. math:: W_{ij} \sim \mathcal{N}(0, 1), \qquad b_j = 0

    Returns:
        ``kernel`` ``[3, 5]``, ``recurrent_kernel`` ``[5, 5]`` and ``bias`` ``[5]``, float32.
    """
    normal = tf.raw_ops.RandomStandardNormal
    kernel = _draw(normal, "bare_bones_kernel", [3, 5])
    recurrent_kernel = _draw(normal, "bare_bones_recurrent_kernel", [5, 5])
    return kernel, recurrent_kernel, np.zeros(5, np.float32)


def rnn_weights() -> tuple[Float32, Float32, Float32]:
    r"""Return the initial weights of the lab's recurrent layer, 1 feature to 100 units.

    .. math:: W_{ij} \sim \mathcal{U}(-a, a), \qquad a = \sqrt{6 / (101 + 100)}, \qquad b_j = 0

    TensorFlow 1 kept both kernels in one array, and so drew both with one bound.

    Returns:
        ``kernel`` ``[1, 100]``, ``recurrent_kernel`` ``[100, 100]`` and ``bias`` ``[100]``,
        float32.

    References:
        Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
        neural networks", section 4.2.1.
    """
    kernels = _glorot("rnn_kernel", [101, 100])
    return kernels[:1], kernels[1:], np.zeros(100, np.float32)


def dense_weights() -> tuple[Float32, Float32]:
    r"""Return the initial weights of the lab's output layer, 100 units to 1 value.

    .. math:: W_{ij} \sim \mathcal{U}(-a, a), \qquad a = \sqrt{6 / (100 + 1)}, \qquad b_j = 0

    Returns:
        ``kernel`` ``[100, 1]`` and ``bias`` ``[1]``, float32.

    References:
        Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
        neural networks", section 4.2.1.
    """
    return _glorot("dense_kernel", [100, 1]), np.zeros(1, np.float32)


def _glorot(name: str, shape: list[int]) -> Float32:
    """Draw a matrix between the bounds that its two sizes give."""
    bound = np.float32(np.sqrt(6 / sum(shape)))
    return (2 * _draw(tf.raw_ops.RandomUniform, name, shape) - 1) * bound


def _draw(operation: Callable[..., Any], name: str, shape: list[int]) -> Float32:
    """Draw an array as the 2019 run drew the one called `name`."""
    # A random operation keeps its place in its stream between calls: a fresh graph starts it anew.
    # Processors of other kinds may draw other numbers from one seed, so the place is fixed too.
    with tf.Graph().as_default(), tf.device("/CPU:0"), tf.compat.v1.Session() as session:
        seed2 = OPERATION_SEEDS[name]
        draw = operation(shape=shape, dtype=tf.float32, seed=GRAPH_SEED, seed2=seed2)
        array: Float32 = session.run(draw)
    return array
