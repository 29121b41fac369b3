"""The simple recurrent network, with weights laid out as in Keras."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from rnnlab._door import takes_tensors
from rnnlab.cells._scan import State, scan

ACTIVATIONS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "linear": tf.identity,
    "relu": tf.nn.relu,
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
}


@takes_tensors(
    inputs="[batch, time, features]",
    recurrent_kernel="[units, units]",
    kernel="[features, units]",
    bias="[units] or zeros",
    initial_state="[batch, units] or zeros",
    activation=tuple(ACTIVATIONS),
    mask="bool [batch, time] or None",
)
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

    Example:
        >>> layer = keras.layers.SimpleRNN(4, return_sequences=True)
        >>> expected = layer(np.ones((2, 3, 1), "float32"))
        >>> outputs, state = simple_rnn(np.ones((2, 3, 1), "float32"), *layer.get_weights())
        >>> bool(np.allclose(outputs, expected, atol=1e-6))
        True

    References:
        Elman (1990), "Finding structure in time", Cognitive Science 14.
    """

    def step(state: State, projected: tf.Tensor) -> State:
        return (ACTIVATIONS[activation](projected + state[0] @ recurrent_kernel),)

    # The inputs do not depend on the state: one product serves all steps.
    outputs, (final,) = scan(step, inputs @ kernel + bias, (initial_state,), mask, go_backwards)
    return outputs, final
