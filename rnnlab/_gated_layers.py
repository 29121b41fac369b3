"""Keras's LSTM and GRU in NumPy, forward and back, laid out as in `rnnlab._layers`."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._activations import sigmoid
from rnnlab._layers import SimpleRNN, rows_of

Array = npt.NDArray[Any]


class LSTM(SimpleRNN):
    """The long short-term memory, with Keras's gates: input, forget, candidate, output."""

    gates = 4

    def __init__(self, layer: Any, steps: int, batch: int, features: int, dtype: Any) -> None:
        """Copy the sizes of a Keras layer and make room for its states, gates and cells."""
        super().__init__(layer, steps, batch, features, dtype)
        self.opened = np.empty((steps, batch, self.width), dtype)
        self.cells = np.zeros((steps + 1, batch, self.units), dtype)
        self.squashed = np.empty((steps, batch, self.units), dtype)
        # sigmoid(x) = 1/2 + tanh(x/2)/2: with three gates halved, one tanh serves all four.
        self.scale = np.repeat(np.asarray([0.5, 0.5, 1.0, 0.5], dtype), self.units)
        self.shift = 1 - self.scale
        self.shift[2 * self.units : 3 * self.units] = 0

    def carry_state(self) -> None:
        """Begin the next forward pass with the states in which the last one ended."""
        super().carry_state()
        self.cells[0] = self.cells[-1]

    def forward(self, inputs: Array) -> Array:
        """Return the states, all of them or the last as the Keras layer does."""
        self.joined[:-1, :, self.units : -1] = inputs
        weights = self.weights * self.scale
        for t, opened in enumerate(self.opened):
            np.matmul(self.joined[t], weights, out=opened)
            np.tanh(opened, out=opened)
            opened *= self.scale
            opened += self.shift
            take_in, keep, candidate, let_out = _split(opened, 4)
            np.multiply(keep, self.cells[t], out=self.cells[t + 1])
            np.multiply(take_in, candidate, out=self.sums)
            self.cells[t + 1] += self.sums
            np.tanh(self.cells[t + 1], out=self.squashed[t])
            np.multiply(let_out, self.squashed[t], out=self.states[t + 1])
        return self.outputs

    def backward(self, errors: Array, kernel: Array) -> tuple[Array, Array]:
        """Write the gradients and return the errors before the gates."""
        joined, into, back = self._errors_side_by_side(errors, kernel)
        take_in, keep, candidate, let_out = _split(self.opened, 4)
        slopes = np.empty((*self.squashed.shape[:2], 4, self.units), joined.dtype)
        np.multiply(candidate, take_in * (1 - take_in), out=slopes[:, :, 0])
        np.multiply(self.cells[:-1], keep * (1 - keep), out=slopes[:, :, 1])
        np.multiply(take_in, 1 - np.square(candidate), out=slopes[:, :, 2])
        np.multiply(self.squashed, let_out * (1 - let_out), out=slopes[:, :, 3])
        to_cell = let_out * (1 - np.square(self.squashed))
        by_gate = into.reshape(*into.shape[:2], 4, self.units)
        cell = np.zeros_like(self.sums)
        for t in reversed(range(len(slopes))):
            np.matmul(joined[t + 1], back, out=self.sums)
            cell += self.sums * to_cell[t]
            np.multiply(slopes[t, :, :3], cell[:, None], out=by_gate[t, :, :3])
            np.multiply(slopes[t, :, 3], self.sums, out=by_gate[t, :, 3])
            cell *= keep[t]
        return self._weight_gradients(into[:-1])


class GRU(SimpleRNN):
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
        self.recurrent = np.empty((steps, batch, self.width), dtype)

    def pieces(self, flat: Array) -> list[Array]:
        """Return the kernel, the recurrent kernel and the two biases ``[2, 3 * units]``."""
        rows = flat.reshape(self.shape)
        above = -self.units
        return [rows[: above - 2], rows[above:], rows[above - 2 : above]]

    def forward(self, inputs: Array) -> Array:
        """Return the states, all of them or the last as the Keras layer does."""
        above, units = -self.units - 1, self.units
        self.inputs[..., :-1] = inputs
        self.opened = self.inputs @ self.weights[:above]
        update, reset, candidate = _split(self.opened, 3)
        gates = self.opened[..., : 2 * units]
        for t, recurrent in enumerate(self.recurrent):
            np.matmul(self.joined[t], self.weights[above:], out=recurrent)
            gates[t] += recurrent[:, : 2 * units]
            sigmoid(gates[t], gates[t])
            candidate[t] += reset[t] * recurrent[:, 2 * units :]
            np.tanh(candidate[t], out=candidate[t])
            np.subtract(self.states[t], candidate[t], out=self.sums)
            self.sums *= update[t]
            np.add(self.sums, candidate[t], out=self.states[t + 1])
        return self.outputs

    def backward(self, errors: Array, kernel: Array) -> tuple[Array, Array]:
        """Write the gradients and return the errors of the input part before the gates."""
        joined, into, back = self._errors_side_by_side(errors, kernel)
        update, reset, candidate = _split(self.opened, 3)
        to_candidate = (1 - update) * (1 - np.square(candidate))
        slopes = np.empty((*candidate.shape[:2], 3, self.units), joined.dtype)
        np.multiply(self.states[:-1] - candidate, update * (1 - update), out=slopes[:, :, 0])
        np.multiply(to_candidate, reset, out=slopes[:, :, 2])
        np.multiply(slopes[:, :, 2], 1 - reset, out=slopes[:, :, 1])
        slopes[:, :, 1] *= self.recurrent[..., 2 * self.units :]
        by_gate = into.reshape(*into.shape[:2], 3, self.units)
        state = np.zeros_like(self.sums)
        for t in reversed(range(len(slopes))):
            np.matmul(joined[t + 1], back, out=self.sums)
            state += self.sums
            np.multiply(slopes[t], state[:, None], out=by_gate[t])
            np.multiply(state, to_candidate[t], out=to_candidate[t])
            state *= update[t]
        above = -self.units - 1
        np.matmul(rows_of(self.joined[:-1]).T, rows_of(into[:-1]), out=self.gradient[above:])
        # The input part of the candidate does not pass the reset gate.
        into = into[:-1].copy()
        into[..., 2 * self.units :] = to_candidate
        np.matmul(rows_of(self.inputs).T, rows_of(into), out=self.gradient[:above])
        return into, self.kernel


def _split(array: Array, parts: int) -> list[Array]:
    """Return views of equal parts of the last axis."""
    width = array.shape[-1] // parts
    return [array[..., k * width : (k + 1) * width] for k in range(parts)]
