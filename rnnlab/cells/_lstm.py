"""One step and a scan of the long short-term memory, with weights laid out as in Keras."""

from typing import Any

import tensorflow as tf

from rnnlab.cells._scan import State, checked_arguments, scan

_PAIR = "of hidden and cell state, each [batch, units]"


def lstm_step(
    inputs: Any, state: Any, kernel: Any, recurrent_kernel: Any, bias: Any
) -> tuple[tf.Tensor, tf.Tensor]:
    r"""Return hidden and cell state of a long short-term memory one time step later.

    .. math::

        i_t &= \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i) \\
        f_t &= \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f) \\
        g_t &= \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g) \\
        o_t &= \sigma(x_t W_{xo} + h_{t-1} W_{ho} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    Args:
        inputs: :math:`x_t`, ``[batch, features]``, float32 or float64.
        state: The pair :math:`(h_{t-1}, c_{t-1})`, each ``[batch, units]``; None for zeros.
        kernel: :math:`W_{xi}, W_{xf}, W_{xg}, W_{xo}` side by side, ``[features, 4*units]``.
        recurrent_kernel: :math:`W_{hi}, W_{hf}, W_{hg}, W_{ho}` side by side,
            ``[units, 4*units]``.
        bias: :math:`b_i, b_f, b_g, b_o` one after the other, ``[4*units]``; None for none.

    Returns:
        The pair :math:`(h_t, c_t)`, each ``[batch, units]``, of the dtype of the arguments.
        :math:`h_t` is also the output.

    Raises:
        TypeError: An argument is no array of numbers, the arrays are neither all float32 nor all
            float64, or the state is no pair.
        ValueError: A shape does not fit, a dimension is empty, or a value is NaN or infinite.

    References:
        Hochreiter and Schmidhuber (1997), "Long short-term memory", Neural Computation 9;
        Gers, Schmidhuber and Cummins (2000), "Learning to forget", Neural Computation 12, for
        the forget gate.
    """
    inputs, kernel, recurrent_kernel, bias, pair = checked_arguments(
        inputs=(inputs, "batch features"),
        blocks=4,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=(bias, "4*units"),
        state=_named_pair("state", state),
    )
    return _next_state(pair, inputs @ kernel + bias, recurrent_kernel)


def lstm(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    initial_state: Any = None,
    mask: Any = None,
    go_backwards: bool = False,
) -> tuple[tf.Tensor, tuple[tf.Tensor, tf.Tensor]]:
    """Run a long short-term memory over sequences; `lstm_step` has its equations.

    Args:
        inputs: Sequences, ``[batch, time, features]``, float32 or float64.
        kernel: ``[features, 4*units]``, in the order input, forget, candidate, output.
        recurrent_kernel: ``[units, 4*units]``, in the same order.
        bias: ``[4*units]``, in the same order; None for none.
        initial_state: The pair of hidden and cell state, each ``[batch, units]``; zeros if left
            out.
        mask: Boolean, ``[batch, time]``. Where it is false, state and output stay those of the
            step before; an output before the first true step is zeros.
        go_backwards: Take the last step first; the outputs stand in the order of processing.

    Returns:
        The outputs, ``[batch, time, units]``, and the pair of final hidden and cell state, each
        ``[batch, units]``.

    Raises:
        TypeError: An argument is no array of numbers, the arrays are neither all float32 nor all
            float64, the state is no pair, or the mask is not boolean.
        ValueError: A shape does not fit, a dimension is empty, or a value is NaN or infinite.

    References:
        As for `lstm_step`.
    """
    inputs, kernel, recurrent_kernel, bias, pair = checked_arguments(
        inputs=(inputs, "batch time features"),
        blocks=4,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=(bias, "4*units"),
        state=_named_pair("initial_state", initial_state),
    )

    def step(state: State, projected: tf.Tensor) -> State:
        return _next_state(state, projected, recurrent_kernel)

    # The inputs do not depend on the state: one product serves all steps.
    outputs, (hidden, cell) = scan(step, inputs @ kernel + bias, pair, mask, go_backwards)
    return outputs, (hidden, cell)


def _next_state(
    state: State, projected: tf.Tensor, recurrent_kernel: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Finish a step whose inputs have been through the kernel and the bias."""
    hidden, cell = state
    i, f, g, o = tf.split(projected + hidden @ recurrent_kernel, 4, axis=-1)
    cell = tf.sigmoid(f) * cell + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(cell), cell


def _named_pair(name: str, state: Any) -> dict[str, Any]:
    """Return the two halves of a state under the names that an error shall give them."""
    state = (None, None) if state is None else state
    if not isinstance(state, tuple | list):
        raise TypeError(f"{name} must be a pair {_PAIR}; got {type(state).__name__}")
    if len(state) != 2:
        raise ValueError(f"{name} must be a pair {_PAIR}; got {len(state)} of them")
    return {f"{name}[0]": state[0], f"{name}[1]": state[1]}
