"""The gated recurrent unit, with weights laid out as in Keras."""

from typing import Any

import tensorflow as tf

from rnnlab._door import takes_tensors
from rnnlab.cells._scan import State, scan


@takes_tensors(
    inputs="[batch, time, features]",
    recurrent_kernel="[units, 3*units]",
    kernel="[features, 3*units]",
    bias="[2, 3*units] or zeros if reset_after else [3*units] or zeros",
    initial_state="[batch, units] or zeros",
    mask="bool [batch, time] or None",
)
def gru(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    initial_state: Any = None,
    mask: Any = None,
    go_backwards: bool = False,
    reset_after: bool = True,
) -> tuple[tf.Tensor, tf.Tensor]:
    r"""Run a gated recurrent unit over sequences and return every state, and the last one.

    .. math::

        z_t &= \sigma(x_t W_{xz} + b_z + h_{t-1} W_{hz} + d_z) \\
        r_t &= \sigma(x_t W_{xr} + b_r + h_{t-1} W_{hr} + d_r) \\
        g_t &= \tanh(x_t W_{xg} + b_g + r_t \odot (h_{t-1} W_{hg} + d_g)) \\
        h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot g_t

    The update gate :math:`z` decides how much of the old state stays, the reset gate :math:`r`
    how much of it the candidate :math:`g` sees. With ``reset_after=False`` the reset gate comes
    before the product, :math:`g_t = \tanh(x_t W_{xg} + b_g + (r_t \odot h_{t-1}) W_{hg})`, and
    there is no second bias :math:`d`.

    Args:
        inputs: Sequences :math:`x`, ``[batch, time, features]``, float32 or float64.
        kernel: :math:`W_{xz}, W_{xr}, W_{xg}` side by side, ``[features, 3*units]``.
        recurrent_kernel: :math:`W_{hz}, W_{hr}, W_{hg}` side by side, ``[units, 3*units]``.
        bias: :math:`b` and :math:`d` as two rows, ``[2, 3*units]``; with ``reset_after=False``
            :math:`b` alone, ``[3*units]``; None for none.
        initial_state: ``[batch, units]``; zeros if left out.
        mask: Boolean, ``[batch, time]``. Where it is false, state and output stay those of the
            step before; an output before the first true step is zeros.
        go_backwards: Take the last step first; the outputs stand in the order of processing.
        reset_after: Whether the reset gate acts after the product with the recurrent kernel.

    Returns:
        The outputs, ``[batch, time, units]``, and the final state, ``[batch, units]``.

    Raises:
        TypeError: An argument is no array of numbers, the arrays are neither all float32 nor all
            float64, or the mask is not boolean.
        ValueError: A shape does not fit, a dimension is empty, or a value is NaN or infinite.

    Example:
        >>> layer = keras.layers.GRU(4, return_sequences=True)
        >>> expected = layer(np.ones((2, 3, 1), "float32"))
        >>> outputs, state = gru(np.ones((2, 3, 1), "float32"), *layer.get_weights())
        >>> bool(np.allclose(outputs, expected, atol=1e-6))
        True

    References:
        Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder", section
        2.3, where the reset gate comes before the product.
    """
    biases = (bias[0], bias[1]) if reset_after else (bias, 0.0)

    def step(state: State, projected: tf.Tensor) -> State:
        return _gru_state(state, projected, recurrent_kernel, biases[1], reset_after)

    # The inputs do not depend on the state: one product serves all steps.
    start = (initial_state,)
    outputs, (hidden,) = scan(step, inputs @ kernel + biases[0], start, mask, go_backwards)
    return outputs, hidden


def _gru_state(
    state: State,
    projected: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    recurrent_bias: Any,
    reset_after: bool,
) -> State:
    """Finish a step whose inputs have been through the kernel and the first bias."""
    (hidden,) = state
    x_z, x_r, x_g = tf.split(projected, 3, axis=-1)
    if reset_after:
        h_z, h_r, h_g = tf.split(hidden @ recurrent_kernel + recurrent_bias, 3, axis=-1)
        update, reset = tf.sigmoid(x_z + h_z), tf.sigmoid(x_r + h_r)
        candidate = tf.tanh(x_g + reset * h_g)
    else:
        kernel_z, kernel_r, kernel_g = tf.split(recurrent_kernel, 3, axis=-1)
        update = tf.sigmoid(x_z + hidden @ kernel_z)
        reset = tf.sigmoid(x_r + hidden @ kernel_r)
        candidate = tf.tanh(x_g + (reset * hidden) @ kernel_g)
    return (update * hidden + (1 - update) * candidate,)
