"""One loop for all trainings: batches in, losses out, checkpoints, progress and Ctrl-C."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy.typing as npt

from rnnlab._fast.engines import engine_for
from rnnlab._kept.interrupts import delayed_interrupt

Batch = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@dataclass
class History:
    """What a training run leaves behind besides the weights.

    Attributes:
        iterations: The iterations at which the loss was logged; the first iteration is 0.
        losses: At each of them, the loss after the update, on the batch just trained on.
        validation_losses: At each of them, the loss on the validation batch; empty without one.
        seconds: How long the run took, compiling included.

    Example:
        >>> from rnnlab.lab2019 import next_batch
        >>> from rnnlab.models import recurrent_network
        >>> model, rng = recurrent_network(units=5), np.random.default_rng(0)
        >>> history = train(model, lambda: next_batch(50, 20, rng), iterations=200)
        >>> history.iterations, len(history.losses)
        ([0, 100, 199], 3)
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


def run(
    model: Any,
    optimizer: Any,
    loss: str,
    first: Batch,
    feed: Callable[[Any, int], Iterator[Batch]],
    iterations: int,
    log_every: int = 100,
    validation: Batch | None = None,
    checkpoint: Any = None,
    callbacks: Sequence[Any] = (),
) -> History:
    """Make updates until there have been enough, or Ctrl-C is pressed.

    Args:
        model: A built model.
        optimizer: A built optimizer.
        loss: One of `LOSSES`.
        first: A batch in the shapes of all.
        feed: From the engine, and the number of iterations that a checkpoint has behind it, to
            the batches of those that are left.
        iterations: The number of updates.
        log_every: How many iterations apart losses are logged; the last is, too.
        validation: A batch to log losses on, never trained on.
        checkpoint: Where to keep the run, and to go on from.
        callbacks: Callbacks of Keras, which see and change Keras's own variables.

    Returns:
        What was logged.
    """
    started = time.perf_counter()
    history = History()
    place = (model, optimizer, loss, history)
    kept = nullcontext(0) if checkpoint is None else checkpoint.resumed(*place)
    with delayed_interrupt() as interrupt, kept as done:
        if done > iterations:
            raise ValueError(f"iterations must be at least the {done} of the checkpoint")
        started -= history.seconds
        if done < iterations and history.iterations[-1:] == [done - 1] and (done - 1) % log_every:
            # It was logged as the last of all, which it is no more.
            for logged_so_far in (history.iterations, history.losses, history.validation_losses):
                del logged_so_far[-1:]
        engine = engine_for(model, optimizer, loss, *first, by_hand=not callbacks)
        batches = feed(engine, done)
        listeners = keras.callbacks.CallbackList(callbacks, model=model)
        if callbacks:
            model.optimizer, model.stop_training = optimizer, False
        try:
            with engine.at_work():
                stopping = interrupt.asked
                listeners.on_train_begin()
                listeners.on_epoch_begin(0)
                for iteration in range(done, iterations):
                    if stopping:
                        break
                    batch = next(batches)
                    listeners.on_train_batch_begin(iteration)
                    value = engine.step(*batch)
                    listeners.on_train_batch_end(iteration, {"loss": value})
                    logged = iteration % log_every == 0 or iteration == iterations - 1
                    if logged and math.isfinite(value):
                        value = engine.loss(*batch)
                    if not math.isfinite(value):
                        raise NonFiniteLossError(loss, iteration, history)
                    if logged:
                        history.iterations.append(iteration)
                        history.losses.append(value)
                        if validation:
                            history.validation_losses.append(engine.loss(*validation))
                        spent = time.perf_counter() - started
                        line = f"{iteration:,} of {iterations:,}  {loss} {value:.4g}  {spent:.1f} s"
                        _show(f"\r{line:<60}")
                        epoch = len(history.losses)
                        told = {"loss": value}
                        if validation:
                            told["val_loss"] = history.validation_losses[-1]
                        listeners.on_epoch_end(epoch - 1, told)
                        listeners.on_epoch_begin(epoch)
                    made = iteration + 1
                    stopping = interrupt.asked or made == iterations
                    if callbacks:
                        stopping = stopping or model.stop_training
                    if checkpoint and (stopping or made % checkpoint.every == 0):
                        engine.write_back()
                        history.seconds = time.perf_counter() - started
                        checkpoint.write(*place, made)
                listeners.on_train_end()
        finally:
            engine.write_back()
            history.seconds = time.perf_counter() - started
            _show("\n")
    return history


def _show(text: str) -> None:
    """Write on the terminal how far the run is; elsewhere, nothing."""
    if sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)
