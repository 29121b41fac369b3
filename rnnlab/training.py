"""Train a Keras model on batches drawn one after the other, and keep its losses."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

import keras
import numpy.typing as npt

from rnnlab._door import takes
from rnnlab._fast.batches import as_batch, drawn
from rnnlab._fast.engines import LOSSES
from rnnlab._fast.loop import History, NonFiniteLossError, run
from rnnlab._keras_private import strategy_of, weights_of

__all__ = ["History", "NonFiniteLossError", "train"]

Batch = tuple[npt.ArrayLike, npt.ArrayLike]


@takes(iterations="count", log_every="count", loss=LOSSES, learning_rate="number > 0 or None")
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
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    r"""Update a model's weights once for each batch.

    With the outputs :math:`\hat y` and the targets :math:`y`, :math:`n` numbers each, the loss is

    .. math:: \mathrm{mse} = \frac{1}{n} \sum_{i=1}^{n} (\hat y_i - y_i)^2
        \qquad\text{or}\qquad \mathrm{rmse} = \sqrt{\mathrm{mse}}

    A `keras.Sequential` of `SimpleRNN`, `LSTM`, `GRU` and `Dense` layers is trained with plain
    ``"adam"`` or ``"sgd"`` by backpropagation written out in NumPy, which compiles nothing; where
    one step is much work, each half of a batch has a thread of its own. Any other model or
    optimizer, and any run with callbacks, is trained by TensorFlow. The weights agree up to
    rounding. ``nox -s study -- bench`` compares the time with that of Keras's `fit`. On a terminal
    a line shows how far the run has come.

    A model that was made in the scope of a strategy of TensorFlow is trained by all its workers
    together, each of which calls this function with the same batches: worker :math:`k` of
    :math:`n` takes the rows :math:`k, k + n, \dots`, and the gradients are added up. Without
    dropout the weights are those of one process up to rounding. The first worker keeps the
    checkpoint. `rnnlab.workers.run_workers` starts workers on one machine.

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
        log_every: The loss is logged at iteration 0, every so many iterations from there, and at
            the last.
        validation: Inputs and targets never trained on, for a loss to be logged beside the other.
        checkpoint: A `rnnlab.checkpoints.Checkpoint` to keep the run in; if its file is there, the
            run goes on from it. Then `batches` must be a function that draws from its `rng`.
        callbacks: Callbacks of Keras. For them an epoch ends with each loss that is logged, which
            they get as ``loss``, and that of the validation batch as ``val_loss``; after a batch
            they get the loss before its update. Not with a checkpoint, which does not keep them.

    Returns:
        The losses logged, and the seconds that it took.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: A size is not positive; a loss or optimizer is unknown; the model has several
            inputs or outputs; a batch is empty, has values that are NaN, infinite, masked or no
            row of an embedding, or a shape that does not fit the model, the targets or the
            batches before; the batches ran out; the checkpoint cannot be used or is further on
            than `iterations`; or there are callbacks beside it. The model keeps the weights
            reached.
        OSError: The checkpoint cannot be read or written, or another run is kept in it.
        RuntimeError: Workers run on different versions of Keras, TensorFlow or NumPy.
        NonFiniteLossError: The loss or a weight stopped being finite. The model keeps the last
            weights that were.
        KeyboardInterrupt: Ctrl-C was pressed. The iteration at hand was finished; the model, and
            the checkpoint if there is one, hold what was reached. A second Ctrl-C does not wait.

    Example:
        >>> from rnnlab.lab2019 import next_batch
        >>> from rnnlab.models import recurrent_network
        >>> model, rng = recurrent_network(units=20), np.random.default_rng(0)
        >>> history = train(model, lambda: next_batch(50, 20, rng), iterations=300)
        >>> history.losses[-1] < history.losses[0]
        True

    References:
        Werbos (1990), "Backpropagation through time: what it does and how to do it".
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model, not {type(model).__name__}")
    if checkpoint is not None and not callable(batches):
        raise TypeError(
            "batches must be a function that draws from the checkpoint's rng, so that a run can go "
            f"on in the middle, not {type(batches).__name__}"
        )
    for place, callback in enumerate(callbacks):
        if not isinstance(callback, keras.callbacks.Callback):
            kind = type(callback).__name__
            raise TypeError(f"callbacks[{place}] must be a keras.callbacks.Callback, not {kind}")
    if checkpoint is not None and callbacks:
        raise ValueError("callbacks must be empty beside a checkpoint, which does not keep them")
    source = drawn(batches, iterations)
    first = as_batch("batch 0", next(source), model)
    held_out = None if validation is None else as_batch("validation", validation, model)

    def feed(engine: Any, done: int) -> Iterator[Any]:
        if not done:
            yield first
        for iteration in range(max(done, 1), iterations):
            yield as_batch(f"batch {iteration}", next(source), model, first)

    strategy = strategy_of(model)
    with strategy.scope() if strategy else nullcontext():
        optimizer = _prepared(optimizer, learning_rate, model)
        return run(
            *(model, optimizer, loss, first, feed, iterations),
            *(log_every, held_out, checkpoint, callbacks),
        )


def _prepared(optimizer: Any, learning_rate: float | None, model: Any) -> Any:
    """Return a Keras optimizer with variables for the model's weights."""
    weights = model.trainable_variables
    if not weights:
        raise ValueError("model must have weights to train")
    if isinstance(optimizer, str):
        try:
            optimizer = keras.optimizers.get(optimizer)
        except ValueError:
            raise ValueError(f"optimizer must be one of Keras's, not {optimizer!r}") from None
        if learning_rate is not None:
            optimizer.learning_rate = float(learning_rate)
    elif not isinstance(optimizer, keras.optimizers.Optimizer):
        raise TypeError(f"optimizer must be a name or a Keras optimizer, not {optimizer!r}")
    elif learning_rate is not None:
        raise ValueError("learning_rate is for an optimizer given by name; set it on the optimizer")
    if strategy_of(optimizer) is not strategy_of(model):
        raise ValueError(
            "optimizer must be made in the scope of the model's strategy, as the model"
        )
    if not optimizer.built:
        optimizer.build(weights)
    # Keras checks this, too, but not before the first update.
    if [id(weight) for weight in weights_of(optimizer)] != [id(w) for w in weights]:
        raise ValueError("optimizer must be new, or have trained this model before; not another")
    return optimizer
