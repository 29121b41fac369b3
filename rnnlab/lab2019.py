r"""The initial weights of the 2019 lab run, drawn again from its seeds, and its first batch.

TensorFlow 1 derived the second seed of each random operation from the number of operations in
the graph so far. Today's graphs hold other operations, so the lab's own code draws other numbers;
with the seeds written out, its numbers return.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Array = npt.NDArray[np.float32]

GRAPH_SEED = 42
#: The second seed of each weight's random operation.
OPERATION_SEEDS = {
    "bare_bones_kernel": 5,
    "bare_bones_recurrent_kernel": 14,
    "rnn_kernel": 88,
    "dense_kernel": 137,
}


def bare_bones_batch() -> tuple[Array, Array]:
    """Return the lab's batch: four sequences of three features at two time steps.

    Returns:
        ``X0`` and ``X1``, each ``[batch, features] = [4, 3]``, float32. Row ``i`` of both belongs
        to the same sequence.
    """
    first = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 0, 1]], np.float32)
    second = np.array([[9, 8, 7], [0, 0, 0], [6, 5, 4], [3, 2, 1]], np.float32)
    return first, second


def bare_bones_weights() -> tuple[Array, Array, Array]:
    r"""Return the weights of the lab's hand-written network, 3 features to 5 units.

    .. math:: W_{ij} \sim \mathcal{N}(0, 1), \qquad b_j = 0

    Returns:
        ``kernel`` ``[3, 5]``, ``recurrent_kernel`` ``[5, 5]`` and ``bias`` ``[5]``, float32.
    """
    normal = tf.raw_ops.RandomStandardNormal
    kernel = _draw(normal, "bare_bones_kernel", [3, 5])
    recurrent_kernel = _draw(normal, "bare_bones_recurrent_kernel", [5, 5])
    return kernel, recurrent_kernel, np.zeros(5, np.float32)


def rnn_weights() -> tuple[Array, Array, Array]:
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
    kernels = _glorot_uniform("rnn_kernel", [101, 100])
    return kernels[:1], kernels[1:], np.zeros(100, np.float32)


def dense_weights() -> tuple[Array, Array]:
    r"""Return the initial weights of the lab's output layer, 100 units to 1 value.

    .. math:: W_{ij} \sim \mathcal{U}(-a, a), \qquad a = \sqrt{6 / (100 + 1)}, \qquad b_j = 0

    Returns:
        ``kernel`` ``[100, 1]`` and ``bias`` ``[1]``, float32.

    References:
        Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
        neural networks", section 4.2.1.
    """
    return _glorot_uniform("dense_kernel", [100, 1]), np.zeros(1, np.float32)


def _glorot_uniform(name: str, shape: list[int]) -> Array:
    """Draw a matrix between the bounds that its two sizes give."""
    bound = np.float32(np.sqrt(6 / sum(shape)))
    return (2 * _draw(tf.raw_ops.RandomUniform, name, shape) - 1) * bound


def _draw(operation: Callable[..., Any], name: str, shape: list[int]) -> Array:
    """Draw an array as the 2019 run drew the one called `name`."""
    # A random operation keeps its place in its stream between calls: a fresh graph starts it anew.
    # Processors of other kinds may draw other numbers from one seed, so the place is fixed too.
    with tf.Graph().as_default(), tf.device("/CPU:0"), tf.compat.v1.Session() as session:
        seed2 = OPERATION_SEEDS[name]
        draw = operation(shape=shape, dtype=tf.float32, seed=GRAPH_SEED, seed2=seed2)
        array: Array = session.run(draw)
    return array
