"""Backpropagation through time for the simple recurrent network, by hand in NumPy float64."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rnnlab._door import Array, takes

# Each activation, and its slope where its value is y.
FUNCTION_AND_SLOPE: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "linear": (lambda a: a, lambda y: np.ones_like(y)),
    "relu": (lambda a: np.maximum(a, 0), lambda y: np.where(y > 0, 1.0, 0.0)),
    "sigmoid": (lambda a: (1 + np.tanh(a / 2)) / 2, lambda y: y * (1 - y)),
    "tanh": (np.tanh, lambda y: 1 - y**2),
}


@dataclass(frozen=True)
class Forward:
    """What a forward pass keeps for the way back, in float64.

    Attributes:
        inputs: What came in, ``[batch, time, features]``.
        states: The initial state, then the state after each step, ``[batch, 1 + time, units]``.
        kernel: The weights on the inputs, ``[features, units]``.
        recurrent_kernel: The weights on the previous state, ``[units, units]``.
        activation: The name of the activation.

    Example:
        >>> kept = forward([[[1.0], [0.0]]], [[1.0]], [[0.5]], None, "linear")
        >>> kept.outputs.ravel()
        array([1. , 0.5])
    """

    inputs: Array
    states: Array
    kernel: Array
    recurrent_kernel: Array
    activation: str

    @property
    def outputs(self) -> Array:
        """The states after each step, ``[batch, time, units]``."""
        return self.states[:, 1:]

    @property
    def slopes(self) -> Array:
        """The slope of the activation at each step, ``[batch, time, units]``.

        It is had from the outputs alone, so what went into the activation need not be kept.
        """
        return FUNCTION_AND_SLOPE[self.activation][1](self.outputs)


class Gradients(NamedTuple):
    """The slope of a loss along each argument of `forward`, in that argument's shape.

    Example:
        >>> kept = forward([[[1.0], [0.0]]], [[1.0]], [[0.5]], None, "linear")
        >>> backward(kept, [[[0.0], [1.0]]]).bias
        array([1.5])
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array
    inputs: Array
    initial_state: Array


@takes(
    inputs="[batch, time, features]",
    kernel="[features, units]",
    recurrent_kernel="[units, units]",
    bias="[units] or None",
    activation=tuple(FUNCTION_AND_SLOPE),
    initial_state="[batch, units] or None",
)
def forward(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    activation: str = "tanh",
    initial_state: Any = None,
) -> Forward:
    r"""Run a simple recurrent network and keep what its gradients need.

    .. math:: a_t = x_t W_x + h_{t-1} W_h + b, \qquad h_t = \phi(a_t)

    Args:
        inputs: Sequences :math:`x`, ``[batch, time, features]``; all arrays become float64.
        kernel: :math:`W_x`, ``[features, units]``.
        recurrent_kernel: :math:`W_h`, ``[units, units]``.
        bias: :math:`b`, ``[units]``; None for none.
        activation: The name of :math:`\phi`: ``"linear"``, ``"relu"``, ``"sigmoid"`` or
            ``"tanh"``.
        initial_state: :math:`h_{-1}`, ``[batch, units]``; zeros if left out.

    Returns:
        The states after each step, and what else the way back needs.

    Raises:
        TypeError: An argument is no array of numbers, or the activation no string.
        ValueError: A shape does not fit, a dimension is empty, a value is NaN or infinite, or
            the activation is unknown.

    Example:
        >>> kept = forward([[[1.0], [0.0]]], [[1.0]], [[0.5]], None, "linear")
        >>> kept.states.ravel()
        array([0. , 1. , 0.5])

    References:
        Elman (1990), "Finding structure in time", Cognitive Science 14.
    """
    x, w_x, w_h = (np.asarray(a, np.float64) for a in (inputs, kernel, recurrent_kernel))
    b = 0.0 if bias is None else bias
    states = np.zeros((len(x), 1 + x.shape[1], len(w_h)))
    states[:, 0] = 0.0 if initial_state is None else initial_state
    function, _ = FUNCTION_AND_SLOPE[activation]
    for t in range(x.shape[1]):
        states[:, t + 1] = function(x[:, t] @ w_x + states[:, t] @ w_h + b)
    return Forward(x, states, w_x, w_h, activation)


@takes(output_gradients="like kept.outputs", truncate_after="count or None")
def backward(kept: Forward, output_gradients: Any, truncate_after: int | None = None) -> Gradients:
    r"""Carry the slope of a loss from the outputs back to all that made them.

    With :math:`g_t` the slope of the loss :math:`L` along the output of step :math:`t`, the
    errors :math:`\delta_t = \partial L / \partial a_t` come from the last step to the first,

    .. math:: \delta_t = (g_t + \delta_{t+1} W_h^\top) \odot \phi'(a_t)

    and every weight collects from each step that used it:

    .. math::

        \frac{\partial L}{\partial W_x} &= \sum_t x_t^\top \delta_t, &
        \frac{\partial L}{\partial W_h} &= \sum_t h_{t-1}^\top \delta_t, \\
        \frac{\partial L}{\partial b} &= \sum_t \delta_t, &
        \frac{\partial L}{\partial x_t} &= \delta_t W_x^\top, \\
        \frac{\partial L}{\partial h_{-1}} &= \delta_0 W_h^\top

    Truncated after :math:`k` steps, :math:`\delta_t` leaves out what comes from the outputs at
    :math:`t + k` and later.

    Args:
        kept: What `forward` returned.
        output_gradients: :math:`g`, ``[batch, time, units]``.
        truncate_after: :math:`k`, the number of steps through which the slope along an output is
            followed, the output's own step included; None follows it to the initial state.

    Returns:
        The gradients, summed over the batch where all of it shares the argument.

    Raises:
        TypeError: `output_gradients` is no array of numbers, or `truncate_after` no integer.
        ValueError: `output_gradients` has another shape than the outputs or holds a value that is
            NaN or infinite, or `truncate_after` is below 1.

    Example:
        >>> kept = forward([[[1.0], [0.0]]], [[1.0]], [[0.5]], None, "linear")
        >>> gradients = backward(kept, [[[0.0], [1.0]]])  # the loss is the last output
        >>> gradients.kernel, gradients.recurrent_kernel
        (array([[0.5]]), array([[1.]]))

    References:
        Werbos (1990), "Backpropagation through time: what it does and how to do it",
        Proceedings of the IEEE 78; Williams and Peng (1990), "An efficient gradient-based
        algorithm for on-line training of recurrent network trajectories", Neural Computation 2,
        for the truncation.
    """
    g, slopes = np.asarray(output_gradients, np.float64), kept.slopes
    errors = np.empty_like(g)
    # What later steps send back to h_t. To truncate, it is kept apart by age, newest first, so
    # that what has gone its k steps drops out; otherwise one sum will do.
    returned = np.zeros((1, *g[:, 0].shape))
    for t in reversed(range(g.shape[1])):
        if truncate_after is None:
            arriving = g[:, t] + returned
        else:
            arriving = np.concatenate([g[np.newaxis, :, t], returned])[:truncate_after]
        errors_by_age = arriving * slopes[:, t]
        errors[:, t] = errors_by_age.sum(axis=0)
        returned = errors_by_age @ kept.recurrent_kernel.T
    return Gradients(
        kernel=np.einsum("bti,btj->ij", kept.inputs, errors),
        recurrent_kernel=np.einsum("bti,btj->ij", kept.states[:, :-1], errors),
        bias=errors.sum(axis=(0, 1)),
        inputs=errors @ kept.kernel.T,
        initial_state=returned.sum(axis=0),
    )


def state_gradient_norms(kept: Forward) -> Array:
    r"""Measure how much of a small change of an earlier state reaches the last one.

    .. math::

        \frac{\partial h_{T-1}}{\partial h_{T-1-k}}
        = \prod_{t=T-k}^{T-1} W_h \operatorname{diag} \phi'(a_t)

    in the layout of row vectors. The norm is the largest singular value: the factor by which the
    best placed change grows or shrinks.

    Args:
        kept: What `forward` returned.

    Returns:
        The norms, ``[batch, 1 + time]``; column :math:`k` belongs to the lag :math:`k`.

    Example:
        >>> kept = forward(np.ones((1, 3, 1)), [[1.0]], [[0.5]], None, "linear")
        >>> state_gradient_norms(kept)
        array([[1.   , 0.5  , 0.25 , 0.125]])

    References:
        Bengio, Simard and Frasconi (1994), "Learning long-term dependencies with gradient descent
        is difficult", IEEE Transactions on Neural Networks 5; Pascanu, Mikolov and Bengio (2013),
        "On the difficulty of training recurrent neural networks", section 2.
    """
    batch, steps, units = kept.outputs.shape
    slopes = kept.slopes
    product = np.broadcast_to(np.eye(units), (batch, units, units))
    norms = np.ones((batch, 1 + steps))
    for lag in range(1, 1 + steps):
        # The slopes of a step scale the columns of W_h; an earlier step multiplies from the left.
        product = (kept.recurrent_kernel * slopes[:, [steps - lag]]) @ product
        norms[:, lag] = np.linalg.norm(product, ord=2, axis=(1, 2))
    return norms
