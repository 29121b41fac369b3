"""Keras's LSTM and GRU in NumPy, forward and back, laid out as in `rnnlab._fast.layers`."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._fast.layers import SimpleRNN, rows_of

Array = npt.NDArray[Any]

#: Bytes of gates that are worked on at once: what the second cache of one processor holds.
_CACHE = 2**21


class _Gated(SimpleRNN):
    r"""What LSTM and GRU have in common: gates open by a sigmoid, the candidate by tanh.

    Both are written by way of tanh, so that one call serves all gates of a step:

    .. math:: \sigma(a) = \tfrac12 + \tfrac12 \tanh \tfrac{a}{2}

    Each gate of a step is a block of memory of its own, ``[time, gates, batch, units]``, as NumPy
    takes twice as long for blocks that lie side by side.
    """

    candidate = 2  #: The candidate's place among the gates.

    def __init__(self, layer: Any, steps: int, batch: int, features: int, dtype: Any) -> None:
        """Copy the sizes of a Keras layer and make room for its states and gates."""
        super().__init__(layer, steps, batch, features, dtype)
        self.opened = np.empty((steps, self.gates, batch, self.units), dtype)
        self.is_candidate = np.zeros((self.gates, 1, 1), dtype)
        self.is_candidate[self.candidate] = 1
        self.scale = (1 + self.is_candidate) / 2
        self.shift = 1 - self.scale

    def _weights_by_gate(self) -> Array:
        """Return the weights ``[gates, rows, units]``, scaled for the gates' tanh."""
        return self.scale * self._by_gate(self.weights)

    def _by_gate(self, side_by_side: Array) -> Array:
        """Return ``[..., rows, gates * units]`` as ``[..., gates, rows, units]``."""
        shape = (*side_by_side.shape[:-1], self.gates, self.units)
        return side_by_side.reshape(shape).swapaxes(-2, -3)

    def _backwards(self) -> Iterator[tuple[slice, list[Array], Array]]:
        """Yield steps from the last to the first, as many as the processor's cache has room for.

        What does not depend on the errors is thus worked out for many small steps at once, and
        large ones are still in the cache when they are wanted.

        Yields:
            The steps; each of their gates, ``[time, batch, units]``; and the slope of each gate
            from its own value, ``[time, gates, batch, units]``: s (1 - s), or for tanh 1 - s^2.
        """
        count = len(self.opened)
        size = max(1, _CACHE // self.opened[0].nbytes)
        for end in range(count, 0, -size):
            steps = slice(max(0, end - size), end)
            opened = self.opened[steps]
            slopes = 1 - opened
            slopes *= opened + self.is_candidate
            yield steps, [*opened.swapaxes(0, 1)], slopes


class LSTM(_Gated):
    """The long short-term memory, with Keras's gates: input, forget, candidate, output."""

    gates = 4

    def __init__(self, layer: Any, steps: int, batch: int, features: int, dtype: Any) -> None:
        """Copy the sizes of a Keras layer and make room for its states, gates and cells."""
        super().__init__(layer, steps, batch, features, dtype)
        self.cells = np.zeros((steps + 1, batch, self.units), dtype)
        self.squashed = np.empty((steps, batch, self.units), dtype)

    def start(self, fresh: bool) -> None:
        """Begin the next forward pass with zeros, or with the states at the end of the last one."""
        super().start(fresh)
        self.cells[0] = 0 if fresh else self.cells[-1]

    def forward(self, inputs: Array) -> Array:
        """Return the states, all of them or the last as the Keras layer does."""
        self.joined[:-1, :, self.units : -1] = inputs
        weights = self._weights_by_gate()
        for t, opened in enumerate(self.opened):
            np.matmul(self.joined[t], weights, out=opened)
            np.tanh(opened, out=opened)
            opened *= self.scale
            opened += self.shift
            take_in, keep, candidate, let_out = opened
            np.multiply(keep, self.cells[t], out=self.cells[t + 1])
            np.multiply(take_in, candidate, out=self.sums)
            self.cells[t + 1] += self.sums
            np.tanh(self.cells[t + 1], out=self.squashed[t])
            np.multiply(let_out, self.squashed[t], out=self.states[t + 1])
        return self.outputs

    def backward(self, errors: Array, kernel: Array) -> tuple[Array, Array]:
        """Write the gradients and return the errors before the gates."""
        joined, into, back = self._errors_side_by_side(errors, kernel)
        to_gates, cell = self._by_gate(into), np.zeros_like(self.sums)
        for steps, gates, factors in self._backwards():
            take_in, keep, candidate, let_out = gates
            squashed = self.squashed[steps]
            partners = (candidate, self.cells[steps], take_in, squashed)
            for factor, partner in zip(factors.swapaxes(0, 1), partners, strict=True):
                factor *= partner
            through = 1 - np.square(squashed)
            through *= let_out
            for k, t in reversed([*enumerate(range(steps.start, steps.stop))]):
                np.matmul(joined[t + 1], back, out=self.sums)
                through[k] *= self.sums
                cell += through[k]
                np.multiply(factors[k, :3], cell, out=to_gates[t, :3])
                np.multiply(factors[k, 3], self.sums, out=to_gates[t, 3])
                cell *= keep[k]
        return self._weight_gradients(into[:-1])


class GRU(_Gated):
    """The gated recurrent unit as Keras has it by default: update, reset, candidate.

    The reset gate acts after the recurrent product (``reset_after=True``), so the candidate's
    recurrent and input parts are wanted apart, each with a bias of its own.
    """

    gates = 3

    def __init__(self, layer: Any, steps: int, batch: int, features: int, dtype: Any) -> None:
        """Copy the sizes of a Keras layer and make room for its states and gates."""
        super().__init__(layer, steps, batch, features, dtype)
        self.shape = (features + 2 + self.units, self.width)
        self.size = self.shape[0] * self.width
        self.inputs = np.empty((steps, batch, features + 1), dtype)
        self.inputs[..., -1] = layer.use_bias
        self.joined = np.zeros((steps + 1, batch, 1 + self.units), dtype)
        self.joined[..., 0] = layer.use_bias
        self.states = self.joined[..., 1:]
        self.outputs = self.states[1:] if layer.return_sequences else self.states[-1:]
        self.recurrent = np.empty_like(self.opened)
        self.from_inputs = np.empty((steps, batch, self.width), dtype)

    def pieces(self, flat: Array) -> list[Array]:
        """Return the kernel, the recurrent kernel and the two biases ``[2, 3 * units]``."""
        rows = flat.reshape(self.shape)
        kernel, biases, recurrent_kernel = np.split(rows, [-self.units - 2, -self.units])
        return [kernel, recurrent_kernel, biases]

    def forward(self, inputs: Array) -> Array:
        """Return the states, all of them or the last as the Keras layer does."""
        self.inputs[..., :-1] = inputs
        weights = self._weights_by_gate()
        of_inputs, of_state = np.split(weights, [-self.units - 1], axis=1)
        np.matmul(self.inputs[:, np.newaxis], of_inputs, out=self.opened)
        for t, opened in enumerate(self.opened):
            recurrent = self.recurrent[t]
            np.matmul(self.joined[t], of_state, out=recurrent)
            gates, candidate = opened[:2], opened[2]
            gates += recurrent[:2]
            np.tanh(gates, out=gates)
            gates += 1
            gates *= 0.5
            update, reset = gates
            np.multiply(reset, recurrent[2], out=self.sums)
            candidate += self.sums
            np.tanh(candidate, out=candidate)
            np.subtract(self.states[t], candidate, out=self.sums)
            self.sums *= update
            np.add(self.sums, candidate, out=self.states[t + 1])
        return self.outputs

    def backward(self, errors: Array, kernel: Array) -> tuple[Array, Array]:
        """Write the gradients and return the errors of the input part before the gates."""
        joined, into, back = self._errors_side_by_side(errors, kernel)
        to_gates, to_input_part = self._by_gate(into), self._by_gate(self.from_inputs)
        state = np.zeros_like(self.sums)
        for steps, (update, reset, candidate), factors in self._backwards():
            to_update, to_reset, to_candidate = factors.swapaxes(0, 1)
            to_update *= self.states[steps] - candidate
            to_candidate *= 1 - update
            to_reset *= to_candidate
            to_reset *= self.recurrent[steps, 2]
            # The candidate's recurrent part has passed the reset gate, its input part has not.
            through_reset = to_candidate * reset
            for k, t in reversed([*enumerate(range(steps.start, steps.stop))]):
                np.matmul(joined[t + 1], back, out=self.sums)
                state += self.sums
                np.multiply(factors[k], state, out=to_input_part[t])
                to_gates[t, :2] = to_input_part[t, :2]
                np.multiply(through_reset[k], state, out=to_gates[t, 2])
                state *= update[k]
        to_inputs, to_state = np.split(self.gradient, [-self.units - 1])
        np.matmul(rows_of(self.inputs).T, rows_of(self.from_inputs), out=to_inputs)
        np.matmul(rows_of(self.joined[:-1]).T, rows_of(into[:-1]), out=to_state)
        return self.from_inputs, self.kernel
