"""What the cells share: a step run along the time axis."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

State = tuple[tf.Tensor, ...]


def scan(
    step: Callable[[State, tf.Tensor], State],
    inputs: tf.Tensor,
    initial_state: State,
    mask: Any,
    go_backwards: bool,
) -> tuple[tf.Tensor, State]:
    """Apply `step` to one time step after the other.

    Where the mask is false, state and output stay those of the step before. Before the first true
    step there is no output that could stay, so it is zeros, as in Keras, whatever the initial
    state is.

    Args:
        step: From a state and a slice ``[batch, ...]`` of `inputs` to the next state. The first
            tensor of a state is also the cell's output.
        inputs: ``[batch, time, ...]``.
        initial_state: Tensors of shape ``[batch, units]``.
        mask: Boolean, ``[batch, time]``; None if every step counts.
        go_backwards: Take the last step first. The outputs stand in the order of processing.

    Returns:
        The outputs, ``[batch, time, units]``, and the final state.
    """
    sequence = _time_first(inputs, go_backwards)
    if mask is None:
        states = tf.scan(step, sequence, initial_state)
        return _time_first(states[0]), tuple(state[-1] for state in states)
    counts = _time_first(mask, go_backwards)

    def masked_step(carried: State, slices: State) -> State:
        current, counts = slices
        after = step(carried[1:], current)
        return tuple(
            tf.where(counts[:, tf.newaxis], new, old)
            for new, old in zip((after[0], *after), carried, strict=True)
        )

    carried = (tf.zeros_like(initial_state[0]), *initial_state)
    outputs, *states = tf.scan(masked_step, (sequence, counts), carried)
    return _time_first(outputs), tuple(state[-1] for state in states)


def _time_first(tensor: tf.Tensor, reverse: bool = False) -> tf.Tensor:
    """Swap batch and time, either way, and reverse the new first axis if asked."""
    swapped = tf.transpose(tensor, [1, 0, *range(2, len(tensor.shape))])
    return tf.reverse(swapped, [0]) if reverse else swapped
