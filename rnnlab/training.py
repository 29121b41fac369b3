"""Train a Keras model on batches drawn one after the other, and keep its losses."""

import math
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import keras
import numpy.typing as npt

from rnnlab._arguments import check_count
from rnnlab._fast import engines
from rnnlab._fast.batches import as_batch, drawn
from rnnlab._kept.interrupts import delayed_interrupt

Batch = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass
class History:
    """What a training run leaves behind besides the weights.

    Attributes:
        iterations: The iterations at which the loss was logged; the first iteration is 0.
        losses: At each of them, the loss after the update, on the batch just trained on.
        validation_losses: At each of them, the loss on the validation batch; empty without one.
        seconds: How long the run took, compiling included.
    """

    iterations: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    seconds: float = 0.0


class NonFiniteLossError(FloatingPointError):
    """A training run stopped because its loss, or a weight, was no longer a finite number.

    Attributes:
        iteration: The iteration at which it stopped; its update was not made.
        history: The `History` up to there.
    """

    def __init__(self, loss: str, iteration: int, history: History) -> None:
        """Say where the run stopped."""
        super().__init__(
            f"{loss} or a weight stopped being finite at iteration {iteration}; "
            "the model keeps the last finite weights; try a lower learning_rate"
        )
        self.iteration = iteration
        self.history = history


def train(
    model: Any,
    batches: Callable[[], Batch] | Iterable[Batch],
    *,
    iterations: int,
    loss: str = "mse",
    optimizer: Any = "adam",
    learning_rate: float | None = None,
    log_every: int = 100,
    validation: Batch | None = None,
    checkpoint: Any = None,
) -> History:
    r"""Update a model's weights once for each batch.

    With the outputs :math:`\hat y` and the targets :math:`y`, :math:`n` numbers each, the loss is

    .. math:: \mathrm{mse} = \frac{1}{n} \sum_{i=1}^{n} (\hat y_i - y_i)^2
        \qquad\text{or}\qquad \mathrm{rmse} = \sqrt{\mathrm{mse}}

    A `keras.Sequential` of `SimpleRNN`, `LSTM`, `GRU` and `Dense` layers is trained with plain
    ``"adam"`` or ``"sgd"`` by backpropagation written out in NumPy, which on networks of about a
    hundred units takes a third of the time of a graph with automatic differentiation, and
    compiles nothing; any other model or optimizer is trained by TensorFlow. The weights agree up
    to rounding. On a terminal a line shows how far the run has come.

    Args:
        model: A Keras model with one input and one output, each a tensor. Its weights are updated.
        batches: Called without arguments before each iteration, or iterated over, gives the
            batch: inputs, mostly ``[batch, time, features]``, and targets in the shape of the
            model's outputs. All batches have the shapes of the first.
        iterations: The number of updates.
        loss: ``"mse"`` or ``"rmse"``.
        optimizer: The name of a Keras optimizer, or one that is made already; that one goes on
            from where it is.
        learning_rate: For an optimizer given by name; None takes Keras's default for it.
        log_every: The loss is logged at iteration 0 and every so many iterations from there.
        validation: Inputs and targets never trained on, for a loss to be logged beside the other.
        checkpoint: A `rnnlab.checkpoints.Checkpoint` to keep the run in; if its file is there, the
            run goes on from it. Then `batches` must be a function that draws from its `rng`.

    Returns:
        The losses logged, and the seconds that it took.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: A size is not positive; a loss or optimizer is unknown; the model has several
            inputs or outputs; a batch is empty, has values that are NaN, infinite, masked or no
            row of an embedding, or a shape that does not fit the model, the targets or the
            batches before; the batches ran out; or the checkpoint cannot be used or is further on
            than `iterations`. The model keeps the weights reached.
        OSError: The checkpoint cannot be read or written, or another run is kept in it.
        NonFiniteLossError: The loss or a weight stopped being finite. The model keeps the last
            weights that were.
        KeyboardInterrupt: Ctrl-C was pressed. The iteration at hand was finished; the model, and
            the checkpoint if there is one, hold what was reached. A second Ctrl-C does not wait.

    References:
        Werbos (1990), "Backpropagation through time: what it does and how to do it".
    """
    check_count("iterations", iterations)
    check_count("log_every", log_every)
    if loss not in engines.LOSSES:
        raise ValueError(f"loss must be one of {engines.LOSSES}, not {loss!r}")
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model, not {type(model).__name__}")
    if checkpoint is not None and not callable(batches):
        raise TypeError(
            "batches must be a function that draws from the checkpoint's rng, so that a run can go "
            f"on in the middle, not {type(batches).__name__}"
        )
    started = time.perf_counter()
    source = drawn(batches, iterations)
    inputs, targets = first = as_batch("batch 0", next(source), model, None)
    optimizer = _prepared(optimizer, learning_rate, model)
    held_out = None if validation is None else as_batch("validation", validation, model, None)
    history = History()
    progress = _Progress(iterations, loss, started)
    run = (model, optimizer, loss, history)
    kept = nullcontext(0) if checkpoint is None else checkpoint.resumed(*run)
    with delayed_interrupt() as interrupt, kept as done:
        if done > iterations:
            raise ValueError(f"iterations must be at least the {done} of the checkpoint")
        earlier = history.seconds
        engine = engines.engine_for(model, optimizer, loss, inputs, targets)
        try:
            with engine.limits():
                stopping = interrupt.asked
                for iteration in range(done, iterations):
                    if stopping:
                        break
                    if iteration:
                        name = f"batch {iteration}"
                        inputs, targets = as_batch(name, next(source), model, first)
                    value = engine.step(inputs, targets)
                    if math.isfinite(value) and iteration % log_every == 0:
                        value = engine.loss(inputs, targets)
                    if not math.isfinite(value):
                        raise NonFiniteLossError(loss, iteration, history)
                    if iteration % log_every == 0:
                        history.iterations.append(iteration)
                        history.losses.append(value)
                        if held_out:
                            history.validation_losses.append(engine.loss(*held_out))
                        progress.show(iteration, value)
                    made = iteration + 1
                    stopping = interrupt.asked or made == iterations
                    if checkpoint and (stopping or made % checkpoint.every == 0):
                        engine.write_back()
                        history.seconds = earlier + time.perf_counter() - started
                        checkpoint.write(*run, made)
        finally:
            engine.write_back()
            history.seconds = earlier + time.perf_counter() - started
            progress.end()
    return history


class _Progress:
    """A line on the terminal that says how far the training is; elsewhere, nothing."""

    def __init__(self, iterations: int, loss: str, started: float) -> None:
        self.iterations, self.loss, self.started = iterations, loss, started
        self.terminal = sys.stderr.isatty()

    def show(self, iteration: int, value: float) -> None:
        if self.terminal:
            seconds = time.perf_counter() - self.started
            line = f"{iteration:,} of {self.iterations:,}  {self.loss} {value:.4g}  {seconds:.1f} s"
            print(f"\r{line:<60}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.terminal:
            print(file=sys.stderr)


def _prepared(optimizer: Any, learning_rate: float | None, model: Any) -> Any:
    """Return a Keras optimizer with variables for the model's weights."""
    if learning_rate is not None and not (
        isinstance(learning_rate, Real) and 0 < learning_rate < math.inf
    ):
        raise ValueError(f"learning_rate must be a positive number, not {learning_rate!r}")
    weights = model.trainable_variables
    if not weights:
        raise ValueError("model must have weights to train")
    if isinstance(optimizer, str):
        try:
            optimizer = keras.optimizers.get(optimizer)
        except ValueError:
            raise ValueError(
                f"optimizer must be the name of one of Keras's, not {optimizer!r}"
            ) from None
        if learning_rate is not None:
            optimizer.learning_rate = float(learning_rate)
    elif not isinstance(optimizer, keras.optimizers.Optimizer):
        raise TypeError(f"optimizer must be a name or a Keras optimizer, not {optimizer!r}")
    elif learning_rate is not None:
        raise ValueError("learning_rate is for an optimizer given by name; set it on the optimizer")
    if not optimizer.built:
        optimizer.build(weights)
    # Keras checks this, too, but not before the first update.
    if [id(weight) for weight in optimizer._trainable_variables] != [id(w) for w in weights]:
        raise ValueError("optimizer must be new, or have trained this model before; not another")
    return optimizer
