"""Ways to take a training step: by hand in NumPy, or with TensorFlow, in one process or several."""

import itertools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from rnnlab._fast import optimizers
from rnnlab._fast.network import Network, unsupported
from rnnlab._keras_private import mask_of, states_of, strategy_of
from rnnlab.threads import one_thread

Array = npt.NDArray[Any]

LOSSES = ("mse", "rmse")
#: Multiplications in one gate's product of one step from which two threads are of use. With a third
#: of it, halves took longer than the whole, as Python lets one thread at a time choose what to
#: compute next; with it, 0.8 to 1.1 of its time; with ten times as many, 0.5 to 0.6.
_WORK_FOR_TWO_THREADS = 2_000_000


def engine_for(
    model: Any, optimizer: Any, loss: str, inputs: Array, targets: Array, by_hand: bool = True
) -> Any:
    """Return the faster of the engines that can train `model` on batches such as this one."""
    if strategy_of(model):
        return WithWorkers(model, optimizer, loss, inputs, targets)
    if by_hand and optimizers.supported(optimizer) and not unsupported(model, training=True):
        return ByHand(model, optimizer, loss, inputs)
    return WithTensorFlow(model, optimizer, loss, inputs, targets)


class ByHand:
    """Training steps in NumPy, for models that `rnnlab._fast.network` can stand for.

    Where a step is much work, each half of a batch has a thread of its own, and one waits for the
    other once in an update. The threads of the library behind NumPy's products wait for each other
    in every product, which takes many times as long when another program is at work. Whether there
    are halves depends on sizes alone, so that a run repeats bit for bit.

    Attributes:
        parameters: All weights as one vector.
        gradients: The slope of the loss along each of them, at the last step.
    """

    def __init__(self, model: Any, optimizer: Any, loss: str, inputs: Array) -> None:
        """Copy the weights and the optimizer's state from Keras."""
        self.model, self.optimizer, self.kind = model, optimizer, loss
        self.network = Network(model, 1, inputs.shape[1])  # stands for the weights
        self.parameters, self.gradients = self.network.parameters, self.network.gradients
        self.shares: dict[Any, list[tuple[slice, Network]]] = {}
        self.update = optimizers.RULES[type(optimizer)](optimizer, self.network)
        self.steps = int(optimizer.iterations.numpy())
        self.state = [self.parameters, *self.update.slots]
        self.before = [array.copy() for array in self.state]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Return a context in which steps can be taken."""
        with ThreadPoolExecutor(1) as self.other_thread, one_thread():
            yield

    def step(self, inputs: Array, targets: Array) -> float:
        """Update the weights against the gradient and return the loss before.

        Where it or the weights would not be finite, all stays as it was, and NaN is returned.
        """
        for before, array in zip(self.before, self.state, strict=True):
            np.copyto(before, array)
        taken = False
        try:
            loss = self._pass(inputs, targets, backward=True)
            if math.isfinite(loss):
                with np.errstate(all="ignore"):
                    self.update.apply(self.parameters, self.gradients, self.steps + 1)
                taken = bool(np.isfinite(self.parameters).all())
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
        return self._pass(inputs, targets, backward=False)

    def _pass(self, inputs: Array, targets: Array, *, backward: bool) -> float:
        """Return the loss; if wanted, fill in its gradients."""
        (rows, network), *others = self._shares_of(inputs.shape)
        whole = targets.size, backward
        waiting = [
            self.other_thread.submit(_squares, other, inputs[theirs], targets[theirs], *whole)
            for theirs, other in others
        ]
        squares = _squares(network, inputs[rows], targets[rows], *whole)
        squares += sum(their.result() for their in waiting)
        is_root = self.kind == "rmse"
        loss = math.sqrt(squares / targets.size) if is_root else squares / targets.size
        if backward:
            self.gradients = network.gradients
            for _, other in others:
                self.gradients += other.gradients
            if is_root:
                self.gradients *= 1 / (2 * loss) if loss else 0.0
        return loss

    def _shares_of(self, shape: Any) -> list[tuple[slice, Network]]:
        """Return which sequences of a batch each thread takes, and the network for them."""
        if shape not in self.shares:
            batch, steps = shape[:2]
            is_halved = batch > 1 and batch * self.network.work >= _WORK_FOR_TWO_THREADS
            borders = [0, batch // 2, batch] if is_halved else [0, batch]
            self.shares[shape] = [
                (slice(*rows), Network(self.model, rows[1] - rows[0], steps, self.parameters))
                for rows in itertools.pairwise(borders)
            ]
        return self.shares[shape]

    def write_back(self) -> None:
        """Copy the weights and the optimizer's state to Keras."""
        self.network.write(self.parameters, self.network.variables)
        for slot, variables in zip(self.update.slots, self.update.variables, strict=True):
            self.network.write(slot, variables)
        self.optimizer.iterations.assign(self.steps)


def _squares(network: Network, inputs: Array, targets: Array, size: int, backward: bool) -> float:
    """Return the sum of squared errors; if wanted, fill in the gradients of its `size`-th part."""
    with np.errstate(all="ignore"):  # what is not finite is noticed by its loss
        outputs = network.forward(inputs.swapaxes(0, 1))
        # A model that returns its last step alone has targets without a time axis.
        residuals = outputs - (targets.swapaxes(0, 1) if targets.ndim == 3 else targets[None])
        exact = residuals.astype(np.float64).ravel()
        if backward:
            residuals *= 2 / size
            network.backward(residuals)
        return float(exact @ exact)


class WithTensorFlow:
    """Training steps of any Keras model: automatic differentiation in one compiled function."""

    at_work = nullcontext  # TensorFlow has threads of its own

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
        loss, penalized = self._update(inputs, targets)
        values = [penalized, *(weight.value for weight in weights)]
        finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(value)) for value in values])
        for variable, value in zip(variables, before, strict=True):
            variable.assign(tf.where(finite, variable.value, value))
        return tf.where(finite, loss, math.nan)

    def _update(self, inputs: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Make an update; return the loss before it, and that with the model's penalties."""
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            loss = self._loss(inputs, targets, training=True)
            penalized = tf.add_n([loss, *self.model.losses])
        self.optimizer.apply(tape.gradient(penalized, weights), weights)
        return loss, penalized


class WithWorkers(WithTensorFlow):
    """Training steps of a model that several processes hold, in the scope of a strategy.

    Each process is given whole batches and takes every so many rows of them. Their gradients are
    added up, so that all make the same update, which is that of one process up to rounding, unless
    the model draws numbers, as dropout does.
    """

    def __init__(
        self, model: Any, optimizer: Any, loss: str, inputs: Array, targets: Array
    ) -> None:
        """Share out the rows of batches such as this one, which must not change in shape."""
        self.model, self.optimizer, self.kind = model, optimizer, loss
        self.strategy, self.size = strategy_of(model), targets.size
        self.parts = self.strategy.num_replicas_in_sync
        _require_same_versions(self.strategy)
        if len(inputs) < self.parts:
            raise ValueError(
                f"batch 0 must have a row for each of the {self.parts} workers, not {len(inputs)}"
            )
        self.graph_of_loss = tf.function(self._loss).get_concrete_function
        self.compiled_step = tf.function(self._step)

    def step(self, inputs: Array, targets: Array) -> float:
        """Update the weights as `ByHand.step` does, all processes together."""

        def own_rows(array: Array) -> Any:
            return self.strategy.experimental_distribute_values_from_function(
                lambda replica: tf.constant(array[replica.replica_id_in_sync_group :: self.parts])
            )

        return float(self.compiled_step(own_rows(inputs), own_rows(targets)))

    def _update(self, inputs: Any, targets: Any) -> tuple[tf.Tensor, tf.Tensor]:
        squares = self.strategy.run(self._own_update, (inputs, targets))
        squared = self.strategy.reduce("sum", squares, axis=None)
        loss = tf.sqrt(squared) if self.kind == "rmse" else squared
        return loss, loss

    def _own_update(self, inputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Make the update of all from this process's rows; return their part of the mean square."""
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=True)
            if mask_of(outputs) is not None:
                raise ValueError("model must not mask steps where several workers train it")
            squares = tf.reduce_sum((tf.cast(outputs, targets.dtype) - targets) ** 2) / self.size
            part = squares
            if self.kind == "rmse":  # the slope of the root, at the mean square of the whole batch
                replica = tf.distribute.get_replica_context()
                squared = replica.all_reduce("sum", tf.stop_gradient(squares))
                least = squared.dtype.as_numpy_dtype(1e-30)
                part = squares / (2 * tf.sqrt(tf.maximum(squared, least)))
            penalties = [penalty / self.parts for penalty in self.model.losses]
            penalized = tf.add_n([part, *penalties])
        self.optimizer.apply(tape.gradient(penalized, weights), weights)
        return squares


def _require_same_versions(strategy: Any) -> None:
    """Fail in all workers if one has another Keras, TensorFlow or NumPy than the others."""
    own = f"Keras {keras.__version__}, TensorFlow {tf.__version__}, NumPy {np.__version__}"
    width = 120  # all send as many numbers
    letters = list(own.encode()[:width].ljust(width))
    sent = strategy.run(lambda: tf.constant([letters]))
    said = [bytes(row).decode().strip() for row in strategy.gather(sent, axis=0).numpy().tolist()]
    if len(set(said)) > 1:
        each = "; ".join(f"worker {number} has {words}" for number, words in enumerate(said))
        raise RuntimeError(f"workers must run on the same versions, but {each}")
