"""Two ways to take a training step: by hand in NumPy, and with TensorFlow for any Keras model."""

import math
from contextlib import nullcontext
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from rnnlab._fast import optimizers
from rnnlab._fast.keras_private import mask_of, states_of
from rnnlab._fast.network import Network, unsupported
from rnnlab.threads import one_thread

Array = npt.NDArray[Any]

LOSSES = ("mse", "rmse")
#: Multiplications in one step's product from which a second thread was of use: with 256 units,
#: LSTM and GRU were faster on two threads, and a simple layer, a quarter of their work, was not.
_WORK_FOR_TWO_THREADS = 10_000_000


def engine_for(model: Any, optimizer: Any, loss: str, inputs: Array, targets: Array) -> Any:
    """Return the faster of the engines that can train `model` on batches such as this one."""
    if optimizers.supported(optimizer) and not unsupported(model, training=True):
        return ByHand(model, optimizer, loss, inputs)
    return WithTensorFlow(model, optimizer, loss, inputs, targets)


class ByHand:
    """Training steps in NumPy, for models that `rnnlab._fast.network` can stand for.

    Attributes:
        limits: Makes a context with the number of threads that the steps are fastest on.
    """

    def __init__(self, model: Any, optimizer: Any, loss: str, inputs: Array) -> None:
        """Copy the weights and the optimizer's state from Keras."""
        self.model, self.optimizer, self.kind = model, optimizer, loss
        batch, steps = inputs.shape[:2]
        self.network = Network(model, batch, steps)
        self.networks = {inputs.shape: self.network}
        self.limits = one_thread if self.network.work < _WORK_FOR_TWO_THREADS else nullcontext
        self.update = optimizers.RULES[type(optimizer)](optimizer, self.network)
        self.steps = int(optimizer.iterations.numpy())
        self.state = [self.network.parameters, *self.update.slots]
        self.before = [array.copy() for array in self.state]

    def step(self, inputs: Array, targets: Array) -> float:
        """Update the weights against the gradient and return the loss before.

        Where it or the weights would not be finite, all stays as it was, and NaN is returned.
        """
        for before, array in zip(self.before, self.state, strict=True):
            np.copyto(before, array)
        taken = False
        try:
            loss, slope = self._loss_and_slope(self.network, inputs, targets)
            if math.isfinite(loss):
                weights = self.network.parameters
                with np.errstate(all="ignore"):
                    self.network.backward(slope)
                    self.update.apply(weights, self.network.gradients, self.steps + 1)
                taken = bool(np.isfinite(weights).all())
        finally:
            # Ctrl-C can come at any line; a step that it cuts short is undone as well.
            if taken:
                self.steps += 1
            else:
                for before, array in zip(self.before, self.state, strict=True):
                    np.copyto(array, before)
        return loss if taken else math.nan

    def loss(self, inputs: Array, targets: Array) -> float:
        """Return the loss with the weights as they are."""
        if inputs.shape not in self.networks:
            batch, steps = inputs.shape[:2]
            self.networks[inputs.shape] = Network(self.model, batch, steps, self.network.parameters)
        loss: float = self._loss_and_slope(self.networks[inputs.shape], inputs, targets)[0]
        return loss

    def write_back(self) -> None:
        """Copy the weights and the optimizer's state to Keras."""
        self.network.write(self.network.parameters, self.network.variables)
        for slot, variables in zip(self.update.slots, self.update.variables, strict=True):
            self.network.write(slot, variables)
        self.optimizer.iterations.assign(self.steps)

    def _loss_and_slope(self, network: Network, inputs: Array, targets: Array) -> Any:
        """Return the loss and its slope along each output."""
        with np.errstate(all="ignore"):  # what is not finite is noticed by its loss
            outputs = network.forward(inputs.swapaxes(0, 1))
            # A model that returns its last step alone has targets without a time axis.
            residuals = outputs - (targets.swapaxes(0, 1) if targets.ndim == 3 else targets[None])
            exact = residuals.astype(np.float64).ravel()
            loss, factor = float(exact @ exact) / exact.size, 2 / exact.size
            if self.kind == "rmse":
                loss = math.sqrt(loss)
                factor = 1 / (exact.size * loss) if loss else 0.0
            return loss, residuals * factor


class WithTensorFlow:
    """Training steps of any Keras model: automatic differentiation in one compiled function."""

    limits = nullcontext  # TensorFlow has threads of its own

    def __init__(self, model: Any, optimizer: Any, loss: str, *batch: Array) -> None:
        """Compile the step for batches such as this one, which must not change in shape."""
        self.model, self.optimizer, self.kind = model, optimizer, loss
        # Called as they are, the graphs of one training after the other look to TensorFlow like
        # one that is made ever anew, and it warns.
        self.graph_of_loss = tf.function(self._loss).get_concrete_function
        step = tf.function(self._step)
        try:
            self.compiled_step = step.get_concrete_function(*map(tf.constant, batch))
        except Exception:
            # A model may hold Python that no graph can. Nothing has run yet; if the fault is
            # another one, the first step will raise it.
            self.compiled_step, self.graph_of_loss = self._step, lambda *_: self._loss

    def step(self, inputs: Array, targets: Array) -> float:
        """Update the weights as `ByHand.step` does."""
        return float(self.compiled_step(tf.constant(inputs), tf.constant(targets)))

    def loss(self, inputs: Array, targets: Array) -> float:
        """Return the loss with the weights as they are; a stateful layer keeps its state."""
        variables = self.model.non_trainable_variables + states_of(self.model)
        before = [tf.identity(variable.value) for variable in variables]
        batch = tf.constant(inputs), tf.constant(targets)
        value = float(self.graph_of_loss(*batch)(*batch))
        for variable, state in zip(variables, before, strict=True):
            variable.assign(state)
        return value

    def write_back(self) -> None:
        """Do nothing: this engine works on Keras's own variables."""

    def _loss(self, inputs: tf.Tensor, targets: tf.Tensor, training: bool = False) -> tf.Tensor:
        outputs = self.model(inputs, training=training)
        squares = tf.square(tf.cast(outputs, targets.dtype) - targets)
        if mask_of(outputs) is not None:  # as in Keras's own loss, masked steps do not count
            squares = tf.boolean_mask(squares, mask_of(outputs))
        squared = tf.reduce_mean(squares)
        if self.kind == "mse":
            return squared
        # The root has no slope at zero; just above it the slope is finite, at zero it is left out.
        return tf.sqrt(tf.maximum(squared, squared.dtype.as_numpy_dtype(1e-30)))

    def _step(self, inputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        weights = self.model.trainable_variables
        variables = self.model.variables + states_of(self.model) + self.optimizer.variables
        before = [tf.identity(variable.value) for variable in variables]
        with tf.GradientTape() as tape:
            loss = self._loss(inputs, targets, training=True)
            penalized = tf.add_n([loss, *self.model.losses])
        self.optimizer.apply(tape.gradient(penalized, weights), weights)
        values = [penalized, *(weight.value for weight in weights)]
        finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(value)) for value in values])
        for variable, value in zip(variables, before, strict=True):
            variable.assign(tf.where(finite, variable.value, value))
        return tf.where(finite, loss, math.nan)
