"""The long short-term memory, with weights laid out as in Keras."""

from typing import Any

import tensorflow as tf

from rnnlab._door import takes_tensors
from rnnlab.cells._scan import State, scan


@takes_tensors(
    inputs="[batch, time, features]",
    recurrent_kernel="[units, 4*units]",
    kernel="[features, 4*units]",
    bias="[4*units] or zeros",
    initial_state="[2, batch, units] or zeros",
    mask="bool [batch, time] or None",
)
def lstm(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    initial_state: Any = None,
    mask: Any = None,
    go_backwards: bool = False,
) -> tuple[tf.Tensor, tuple[tf.Tensor, tf.Tensor]]:
    r"""Run a long short-term memory over sequences and return every output, and the last state.

    .. math::

        i_t &= \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i) \\
        f_t &= \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f) \\
        g_t &= \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g) \\
        o_t &= \sigma(x_t W_{xo} + h_{t-1} W_{ho} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    Args:
        inputs: Sequences :math:`x`, ``[batch, time, features]``, float32 or float64.
        kernel: :math:`W_{xi}, W_{xf}, W_{xg}, W_{xo}` side by side, ``[features, 4*units]``: for
            the input gate, the forget gate, the candidate and the output gate.
        recurrent_kernel: :math:`W_{hi}, W_{hf}, W_{hg}, W_{ho}` side by side,
            ``[units, 4*units]``.
        bias: :math:`b_i, b_f, b_g, b_o` one after the other, ``[4*units]``; None for none.
        initial_state: The pair :math:`(h_{-1}, c_{-1})` of hidden and cell state, each
            ``[batch, units]``; zeros if left out.
        mask: Boolean, ``[batch, time]``. Where it is false, state and output stay those of the
            step before; an output before the first true step is zeros.
        go_backwards: Take the last step first; the outputs stand in the order of processing.

    Returns:
        The outputs, ``[batch, time, units]``, and the pair of final hidden and cell state, each
        ``[batch, units]``.

    Raises:
        TypeError: An argument is no array of numbers, the arrays are neither all float32 nor all
            float64, or the mask is not boolean.
        ValueError: A shape does not fit, a dimension is empty, or a value is NaN or infinite.

    Example:
        >>> layer = keras.layers.LSTM(4, return_sequences=True)
        >>> expected = layer(np.ones((2, 3, 1), "float32"))
        >>> outputs, (h, c) = lstm(np.ones((2, 3, 1), "float32"), *layer.get_weights())
        >>> bool(np.allclose(outputs, expected, atol=1e-6))
        True

    References:
        Hochreiter and Schmidhuber (1997), "Long short-term memory", Neural Computation 9;
        Gers, Schmidhuber and Cummins (2000), "Learning to forget", Neural Computation 12, for
        the forget gate.
    """

    def step(state: State, projected: tf.Tensor) -> State:
        return _lstm_state(state, projected, recurrent_kernel)

    # The inputs do not depend on the state: one product serves all steps.
    start = (initial_state[0], initial_state[1])
    outputs, (hidden, cell) = scan(step, inputs @ kernel + bias, start, mask, go_backwards)
    return outputs, (hidden, cell)


def _lstm_state(
    state: State, projected: tf.Tensor, recurrent_kernel: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Finish a step whose inputs have been through the kernel and the bias."""
    hidden, cell = state
    i, f, g, o = tf.split(projected + hidden @ recurrent_kernel, 4, axis=-1)
    cell = tf.sigmoid(f) * cell + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(cell), cell
