"""Keras's dense and simple recurrent layers in NumPy, forward and back, laid out for speed.

On a network of a hundred units one time step is so little work that the overhead of a framework
costs more than its arithmetic. Three things make these passes fast:

- What goes into a step lies side by side in one array, ``[state, inputs, 1]``, so that one matrix
  product adds up the recurrent part, the input part and the bias.
- The weights' gradients are one product over all steps at once, instead of one for each step.
- On the way back, the errors of the step after and those of the layer above lie side by side too,
  and again one product adds them up. For this a layer hands down its errors together with its
  kernel, and leaves the product of the two to the layer below.

Arrays are time-major here, ``[time, batch, features]``, so that each step is one block of memory.
A layer works on a fixed number of sequences of a fixed length; its weights and their gradients are
flat vectors of `size` numbers that it is bound to.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab._fast.activations import BY_NAME

Array = npt.NDArray[Any]


class Dense:
    """A dense layer, applied to each time step."""

    gates = 1

    def __init__(self, layer: Any, steps: int, batch: int, features: int, dtype: Any) -> None:
        """Copy the sizes of a Keras layer and make room for its outputs."""
        self.shape = (features + 1, layer.units)
        self.size = (features + 1) * layer.units
        self.bias = layer.use_bias
        self.activate, self.slope = BY_NAME[layer.activation.__name__]
        self.outputs = np.empty((steps, batch, layer.units), dtype)

    def pieces(self, flat: Array) -> list[Array]:
        """Return the kernel ``[features, units]`` and the bias ``[units]``."""
        rows = flat.reshape(self.shape)
        return [rows[:-1], rows[-1]]

    def bind(self, parameters: Array, gradients: Array) -> None:
        """Use these flat vectors from now on."""
        self.parameters = self.pieces(parameters)
        self.gradients = self.pieces(gradients)

    def start(self, fresh: bool) -> None:
        """Do nothing: a dense layer has no state."""

    def forward(self, inputs: Array) -> Array:
        """Return the activation of ``inputs @ kernel + bias``."""
        kernel, bias = self.parameters
        self.inputs = rows_of(inputs)
        outputs = rows_of(self.outputs)
        np.matmul(self.inputs, kernel, out=outputs)
        outputs += bias
        self.activate(outputs, outputs)
        return self.outputs

    def backward(self, errors: Array, kernel: Array) -> tuple[Array, Array]:
        """Write the gradients and return the errors before the activation."""
        errors = errors @ kernel.T
        errors *= self.slope(self.outputs)
        kernel_gradient, bias_gradient = self.gradients
        np.matmul(self.inputs.T, rows_of(errors), out=kernel_gradient)
        if self.bias:
            np.sum(rows_of(errors), axis=0, out=bias_gradient)
        return errors, self.parameters[0]


class SimpleRNN:
    r"""The simple recurrent layer, :math:`h_t = \phi(x_t W_x + h_{t-1} W_h + b)`."""

    gates = 1

    def __init__(self, layer: Any, steps: int, batch: int, features: int, dtype: Any) -> None:
        """Copy the sizes of a Keras layer and make room for its states."""
        self.units = units = layer.units
        self.width = self.gates * units
        self.shape = (units + features + 1, self.width)
        self.size = self.shape[0] * self.width
        self.activate, self.slope = BY_NAME[layer.activation.__name__]
        self.joined = np.zeros((steps + 1, batch, units + features + 1), dtype)
        # Without a bias its row of weights starts at zero, and meets zeros, so it stays there.
        self.joined[..., -1] = layer.use_bias
        self.states = self.joined[..., :units]
        self.outputs = self.states[1:] if layer.return_sequences else self.states[-1:]
        self.sums = np.empty((batch, units), dtype)
        self.errors: Array | None = None

    def pieces(self, flat: Array) -> list[Array]:
        """Return the kernel, the recurrent kernel and the bias."""
        rows = flat.reshape(self.shape)
        return [rows[self.units : -1], rows[: self.units], rows[-1]]

    def bind(self, parameters: Array, gradients: Array) -> None:
        """Use these flat vectors from now on."""
        self.weights = parameters.reshape(self.shape)
        self.gradient = gradients.reshape(self.shape)
        self.kernel, self.recurrent_kernel, _ = self.pieces(parameters)

    def start(self, fresh: bool) -> None:
        """Begin the next forward pass with zeros, or with the states at the end of the last one."""
        self.states[0] = 0 if fresh else self.states[-1]

    def forward(self, inputs: Array) -> Array:
        """Return the states, all of them or the last as the Keras layer does."""
        self.joined[:-1, :, self.units : -1] = inputs
        for joined, state in zip(self.joined[:-1], self.states[1:], strict=True):
            np.matmul(joined, self.weights, out=self.sums)
            self.activate(self.sums, state)
        return self.outputs

    def backward(self, errors: Array, kernel: Array) -> tuple[Array, Array]:
        """Write the gradients and return the errors before the activation."""
        joined, into, back = self._errors_side_by_side(errors, kernel)
        # Of whole rows, though the states alone are wanted: the processor takes them in one go.
        slopes = self.slope(self.joined[1:])[..., : self.units]
        for t in reversed(range(len(slopes))):
            np.matmul(joined[t + 1], back, out=self.sums)
            np.multiply(self.sums, slopes[t], out=into[t])
        return self._weight_gradients(into[:-1])

    def _errors_side_by_side(self, errors: Array, kernel: Array) -> tuple[Array, Array, Array]:
        """Lay the errors of the layer above where each step back finds them.

        Returns:
            ``[1 + time, batch, width + above]`` whose block ``t + 1`` holds the errors of this
            layer at step ``t + 1``, still to be filled in, and of the layer above at ``t``; the
            part to be filled in, ``[1 + time, batch, width]``; and the weights that both pass
            through on their way to the state at ``t``.
        """
        if self.errors is None:  # what is not written here or by the layer stays zero
            steps, batch, _ = self.joined.shape
            self.errors = np.zeros((steps, batch, self.width + errors.shape[-1]), errors.dtype)
        joined = self.errors
        joined[-len(errors) :, :, self.width :] = errors
        # Copied: a product with a transposed view takes half as long again.
        back = np.hstack([self.recurrent_kernel, kernel]).T.copy()
        return joined, joined[..., : self.width], back

    def _weight_gradients(self, errors: Array) -> tuple[Array, Array]:
        np.matmul(rows_of(self.joined[:-1]).T, rows_of(errors), out=self.gradient)
        return errors, self.kernel


def rows_of(array: Array) -> Array:
    """Return ``[time, batch, features]`` as a matrix with a row for each step of each sequence."""
    return array.reshape(-1, array.shape[-1])
