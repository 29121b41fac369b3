"""One step and a scan of the gated recurrent unit, with weights laid out as in Keras."""

from typing import Any

import tensorflow as tf

from rnnlab.cells._scan import State, checked_arguments, scan


def gru_step(
    inputs: Any,
    state: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    reset_after: bool = True,
) -> tf.Tensor:
    r"""Return the state of a gated recurrent unit one time step later.

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
        inputs: :math:`x_t`, ``[batch, features]``, float32 or float64.
        state: :math:`h_{t-1}`, ``[batch, units]``; None for zeros.
        kernel: :math:`W_{xz}, W_{xr}, W_{xg}` side by side, ``[features, 3*units]``.
        recurrent_kernel: :math:`W_{hz}, W_{hr}, W_{hg}` side by side, ``[units, 3*units]``.
        bias: :math:`b` and :math:`d` as two rows, ``[2, 3*units]``; with ``reset_after=False``
            :math:`b` alone, ``[3*units]``; None for none.
        reset_after: Whether the reset gate acts after the product with the recurrent kernel.

    Returns:
        :math:`h_t`, ``[batch, units]``, of the dtype of the arguments. It is also the output.

    Raises:
        TypeError: An argument is no array of numbers, or the arrays are neither all float32 nor
            all float64.
        ValueError: A shape does not fit, a dimension is empty, or a value is NaN or infinite.

    References:
        Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder", section
        2.3, where the reset gate comes before the product.
    """
    inputs, kernel, recurrent_kernel, biases, state = _checked(
        (inputs, "batch features"), kernel, recurrent_kernel, bias, {"state": state}, reset_after
    )
    projected = inputs @ kernel + biases[0]
    return _next_state(state, projected, recurrent_kernel, biases[1], reset_after)[0]


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
    """Run a gated recurrent unit over sequences; `gru_step` has its equations.

    Args:
        inputs: Sequences, ``[batch, time, features]``, float32 or float64.
        kernel: ``[features, 3*units]``, in the order update, reset, candidate.
        recurrent_kernel: ``[units, 3*units]``, in the same order.
        bias: ``[2, 3*units]``, a row for the inputs and a row for the state, or ``[3*units]``
            with ``reset_after=False``; None for none.
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

    References:
        As for `gru_step`.
    """
    inputs, kernel, recurrent_kernel, biases, state = _checked(
        (inputs, "batch time features"),
        kernel,
        recurrent_kernel,
        bias,
        {"initial_state": initial_state},
        reset_after,
    )

    def step(state: State, projected: tf.Tensor) -> State:
        return _next_state(state, projected, recurrent_kernel, biases[1], reset_after)

    # The inputs do not depend on the state: one product serves all steps.
    outputs, (hidden,) = scan(step, inputs @ kernel + biases[0], state, mask, go_backwards)
    return outputs, hidden


def _next_state(
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


def _checked(
    inputs: tuple[Any, str],
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    state: dict[str, Any],
    reset_after: bool,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tuple[Any, Any], State]:
    """Return the arguments as tensors that fit each other, the bias as one for each kernel."""
    x, kernel, recurrent_kernel, both, start = checked_arguments(
        inputs=inputs,
        blocks=3,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=(bias, "2 3*units" if reset_after else "3*units"),
        state=state,
    )
    if bias is None or not reset_after:
        return x, kernel, recurrent_kernel, (both, 0.0), start
    if both.shape[0] != 2:
        raise ValueError(
            f"bias must have shape [2, 3*units], a row for each kernel; got {both.shape.as_list()}"
        )
    return x, kernel, recurrent_kernel, (both[0], both[1]), start
