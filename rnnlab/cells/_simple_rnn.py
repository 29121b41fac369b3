"""One step and a scan of the simple recurrent network, with weights laid out as in Keras."""

from typing import Any

import tensorflow as tf

from rnnlab._checks import activation_named
from rnnlab.cells._scan import State, checked_arguments, scan


def simple_rnn_step(
    inputs: Any,
    state: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    activation: str = "tanh",
) -> tf.Tensor:
    r"""Return the state of a simple recurrent network one time step later.

    .. math:: h_t = \phi(x_t W_x + h_{t-1} W_h + b)

    Args:
        inputs: :math:`x_t`, ``[batch, features]``, float32 or float64.
        state: :math:`h_{t-1}`, ``[batch, units]``; None for zeros.
        kernel: :math:`W_x`, ``[features, units]``.
        recurrent_kernel: :math:`W_h`, ``[units, units]``.
        bias: :math:`b`, ``[units]``; None for none.
        activation: The name of :math:`\phi`: ``"linear"``, ``"relu"``, ``"sigmoid"`` or
            ``"tanh"``.

    Returns:
        :math:`h_t`, ``[batch, units]``, of the dtype of the arguments. In this cell the state is
        also the output.

    Raises:
        TypeError: An argument is no array of numbers, or the arrays are neither all float32 nor
            all float64.
        ValueError: A shape does not fit, a dimension is empty, a value is NaN or infinite, or
            the activation is unknown.

    References:
        Elman (1990), "Finding structure in time", Cognitive Science 14.
    """
    function = activation_named(activation)
    inputs, kernel, recurrent_kernel, bias, (state,) = checked_arguments(
        inputs=(inputs, "batch features"),
        blocks=1,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=(bias, "units"),
        state={"state": state},
    )
    return function(inputs @ kernel + state @ recurrent_kernel + bias)


def simple_rnn(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    activation: str = "tanh",
    initial_state: Any = None,
    mask: Any = None,
    go_backwards: bool = False,
) -> tuple[tf.Tensor, tf.Tensor]:
    r"""Run a simple recurrent network over sequences and return every state, and the last one.

    .. math:: h_t = \phi(x_t W_x + h_{t-1} W_h + b), \qquad t = 0, \dots, \mathrm{time} - 1

    Args:
        inputs: Sequences :math:`x`, ``[batch, time, features]``, float32 or float64.
        kernel: :math:`W_x`, ``[features, units]``, shared by all steps.
        recurrent_kernel: :math:`W_h`, ``[units, units]``, shared by all steps.
        bias: :math:`b`, ``[units]``; None for none.
        activation: The name of :math:`\phi`: ``"linear"``, ``"relu"``, ``"sigmoid"`` or
            ``"tanh"``.
        initial_state: :math:`h_{-1}`, ``[batch, units]``; zeros if left out.
        mask: Boolean, ``[batch, time]``. Where it is false, state and output stay those of the
            step before; an output before the first true step is zeros.
        go_backwards: Take the last step first; the outputs stand in the order of processing.

    Returns:
        The outputs :math:`h_0, h_1, \dots`, ``[batch, time, units]``, and the final state,
        ``[batch, units]``.

    Raises:
        TypeError: An argument is no array of numbers, the arrays are neither all float32 nor all
            float64, or the mask is not boolean.
        ValueError: A shape does not fit, a dimension is empty, a value is NaN or infinite, or
            the activation is unknown.

    References:
        Elman (1990), "Finding structure in time", Cognitive Science 14.
    """
    function = activation_named(activation)
    inputs, kernel, recurrent_kernel, bias, start = checked_arguments(
        inputs=(inputs, "batch time features"),
        blocks=1,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=(bias, "units"),
        state={"initial_state": initial_state},
    )

    def step(state: State, projected: tf.Tensor) -> State:
        return (function(projected + state[0] @ recurrent_kernel),)

    # The inputs do not depend on the state: one product serves all steps.
    outputs, (final,) = scan(step, inputs @ kernel + bias, start, mask, go_backwards)
    return outputs, final
