"""What the cells share: their arguments checked, and a step run along the time axis."""

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from rnnlab._checks import checked_arrays

State = tuple[tf.Tensor, ...]


def checked_arguments(
    inputs: tuple[Any, str],
    blocks: int,
    kernel: Any,
    recurrent_kernel: Any,
    bias: tuple[Any, str],
    state: Mapping[str, Any],
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, Any, State]:
    """Return the arguments of a cell as tensors that fit each other.

    Args:
        inputs: The inputs and their dimensions, as `checked_arrays` takes them.
        blocks: How many blocks of `units` columns stand side by side in each kernel.
        kernel: ``[features, blocks * units]``.
        recurrent_kernel: ``[units, blocks * units]``.
        bias: The bias and its dimensions; a bias of None comes back as 0.
        state: The tensors of the state by name; each that is None comes back as zeros.

    Returns:
        Inputs, kernel, recurrent kernel, bias and the tensors of the state.

    Raises:
        TypeError: An argument is no array of numbers, or dtypes differ.
        ValueError: A shape does not fit, a dimension is empty, or a value is not finite.
    """
    columns = "units" if blocks == 1 else f"{blocks}*units"
    arrays = {
        "inputs": inputs,
        "kernel": (kernel, f"features {columns}"),
        "recurrent_kernel": (recurrent_kernel, f"units {columns}"),
    }
    optional = {"bias": bias, **{name: (value, "batch units") for name, value in state.items()}}
    arrays |= {name: pair for name, pair in optional.items() if pair[0] is not None}
    tensors = dict(zip(arrays, checked_arrays(**arrays), strict=True))
    sides = tensors["recurrent_kernel"].shape
    if sides.is_fully_defined() and sides[1] != blocks * sides[0]:
        raise ValueError(
            f"recurrent_kernel must have shape [units, {columns}]; got {sides.as_list()}"
        )
    sizes = [tf.shape(tensors["inputs"])[0], tf.shape(tensors["recurrent_kernel"])[0]]
    zeros = tf.zeros(sizes, tensors["inputs"].dtype)
    return (
        tensors["inputs"],
        tensors["kernel"],
        tensors["recurrent_kernel"],
        tensors.get("bias", 0.0),
        tuple(tensors.get(name, zeros) for name in state),
    )


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

    Raises:
        TypeError: The mask is not boolean.
        ValueError: The mask has another shape than ``[batch, time]``.
    """
    sequence = _time_first(inputs, go_backwards)
    if mask is None:
        states = tf.scan(step, sequence, initial_state)
        return _time_first(states[0]), tuple(state[-1] for state in states)
    counts = _time_first(_checked_mask(mask, inputs), go_backwards)

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


def _checked_mask(mask: Any, inputs: tf.Tensor) -> tf.Tensor:
    """Return the mask as a tensor, one truth value for each step of `inputs`."""
    mask = tf.convert_to_tensor(mask)
    if mask.dtype != tf.bool:
        raise TypeError(f"mask must be boolean, True where a step counts; got {mask.dtype.name}")
    if not mask.shape.is_compatible_with(inputs.shape[:2]):
        raise ValueError(
            f"mask must have shape [batch, time] = {inputs.shape[:2].as_list()}, one value for "
            f"each step; got {mask.shape.as_list()}"
        )
    return tf.ensure_shape(mask, inputs.shape[:2])
