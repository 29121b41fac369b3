r"""What the 2019 lab ran on: its series and batches, and its weights, drawn from its seeds.

TensorFlow 1 derived the second seed of each random operation from the number of operations in
the graph so far. Today's graphs hold other operations, so the lab's own code draws other numbers;
with the seeds written out, its numbers return.
"""

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from rnnlab._door import Array, Rng, takes

Float32 = npt.NDArray[np.float32]

BARE_BONES_SEEDS = (5, 14)


def time_series(t: npt.ArrayLike) -> Array:
    r"""Return the value of the lab's series at each time.

    .. math:: f(t) = \frac{t \sin t}{3} + 2 \sin 5t

    Args:
        t: Times, of any shape.

    Returns:
        The values, float64, in the shape of `t`.

    Example:
        >>> time_series([0.0, 1.0]).round(4)
        array([ 0.    , -1.6374])
    """
    t = np.asarray(t, float)
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

    Example:
        >>> x, y = next_batch(50, 20, np.random.RandomState(42))
        >>> x.shape, y.shape, bool(np.all(x[:, 1:] == y[:, :-1]))
        ((50, 20, 1), (50, 20, 1), True)
    """
    t = rng.uniform(t_min, t_max - n_steps * resolution, (batch_size, 1))
    t = t + np.arange(n_steps + 1) * resolution
    values = (t * np.sin(t) / 3 + 2 * np.sin(t * 5))[..., np.newaxis]
    return values[:, :-1], values[:, 1:]


def bare_bones_batch() -> tuple[Float32, Float32]:
    """Return the lab's batch: four sequences of three features at two time steps.

    Returns:
        ``X0`` and ``X1``, each ``[batch, features] = [4, 3]``, float32. Row ``i`` of both belongs
        to the same sequence.

    Example:
        >>> first, second = bare_bones_batch()
        >>> first[0], second[0]
        (array([0., 1., 2.], dtype=float32), array([9., 8., 7.], dtype=float32))
    """
    first = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 0, 1]]
    second = [[9, 8, 7], [0, 0, 0], [6, 5, 4], [3, 2, 1]]
    return np.array(first, np.float32), np.array(second, np.float32)


def bare_bones_weights() -> tuple[Float32, Float32, Float32]:
    r"""Return the weights of the lab's hand-written network, 3 features to 5 units.

    .. math:: W_{ij} \sim \mathcal{N}(0, 1), \qquad b_j = 0

    The second seeds of the two kernels' random operations are `BARE_BONES_SEEDS`.

    Returns:
        ``kernel`` ``[3, 5]``, ``recurrent_kernel`` ``[5, 5]`` and ``bias`` ``[5]``, float32.

    Example:
        >>> kernel, recurrent_kernel, bias = bare_bones_weights()
        >>> kernel.shape, recurrent_kernel.shape, bias.shape
        ((3, 5), (5, 5), (5,))
    """
    first, second = map(_normal, ([3, 5], [5, 5]), BARE_BONES_SEEDS)
    return first, second, np.zeros(5, np.float32)


def lab_network(activation: str = "relu") -> keras.Model:
    """Return the lab's network with the weights that it began with.

    A recurrent layer of 100 units reads one value at each step, and a dense layer says the next.

    Args:
        activation: The recurrent layer's; the lab's is ``"relu"``.

    Returns:
        The model, ``[batch, time, 1]`` to ``[batch, time, 1]``, float32.

    Example:
        >>> model = lab_network()
        >>> model.count_params()
        10301
    """
    rnn = keras.layers.SimpleRNN(100, activation, return_sequences=True)
    dense = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((None, 1)), rnn, dense])
    kernels = _uniform([101, 100], 88)
    rnn.set_weights([kernels[:1], kernels[1:], np.zeros(100)])
    dense.kernel.assign(_uniform([100, 1], 137))
    return model


def network_weights() -> list[Float32]:
    r"""Return the initial weights of the lab's network: 1 feature, 100 units, 1 value.

    .. math:: W_{ij} \sim \mathcal{U}(-a, a), \qquad
        a = \sqrt{6 / (n_\mathrm{in} + n_\mathrm{out})}, \qquad b_j = 0

    TensorFlow 1 kept both kernels of the recurrent layer in one array, ``[101, 100]``, and so drew
    both with one bound.

    Returns:
        The recurrent layer's ``kernel`` ``[1, 100]``, ``recurrent_kernel`` ``[100, 100]`` and
        ``bias`` ``[100]``, and the dense layer's ``kernel`` ``[100, 1]`` and ``bias`` ``[1]``,
        float32: in the order of Keras's `set_weights`.

    Example:
        >>> [weights.shape for weights in network_weights()]
        [(1, 100), (100, 100), (100,), (100, 1), (1,)]

    References:
        Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
        neural networks", section 4.2.1.
    """
    kernels, dense = _uniform([101, 100], 88), _uniform([100, 1], 137)
    zeros = np.zeros(100, np.float32)
    return [kernels[:1], kernels[1:], zeros, dense, zeros[:1]]


def _uniform(shape: list[int], seed: int, graph_seed: int = 42) -> Float32:
    """Draw between Glorot's bounds as TensorFlow 1 did.

    An operation keeps its place in its stream between calls: a fresh graph starts it anew.
    Processors of other kinds may draw other numbers from one seed, so the place is fixed too.
    """
    options = {"dtype": tf.float32, "seed": graph_seed, "seed2": seed}
    with tf.Graph().as_default(), tf.device("/CPU:0"):
        draw = tf.raw_ops.RandomUniform(shape=shape, **options)
        unit = tf.compat.v1.Session().run(draw)
    return np.asarray((2 * unit - 1) * np.float32(np.sqrt(6 / sum(shape))))


def _normal(shape: list[int], seed: int, graph_seed: int = 42) -> Float32:
    """Draw normal numbers as TensorFlow 1 did; `_uniform` says more."""
    options = {"dtype": tf.float32, "seed": graph_seed, "seed2": seed}
    with tf.Graph().as_default(), tf.device("/CPU:0"):
        draw = tf.raw_ops.RandomStandardNormal(shape=shape, **options)
        return np.asarray(tf.compat.v1.Session().run(draw))
