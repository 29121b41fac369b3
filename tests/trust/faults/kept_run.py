"""A small training that is kept in a file, the same in every process, and what it leaves."""

from __future__ import annotations

import hashlib
import json
import signal
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnlab._fast import engines
from rnnlab._kept.tensor_file import unpack
from rnnlab.checkpoints import Checkpoint
from rnnlab.lab2019 import next_batch
from rnnlab.training import train

L = keras.layers


def network(engine: str, units: int = 8) -> Any:
    """Return the network that `engine` trains, with weights that are not yet those of a run."""
    keras.utils.set_random_seed(3)
    middle = [L.Dropout(0.3)] if engine == "TensorFlow" else []
    recurrent = L.SimpleRNN(units, "tanh", return_sequences=True)
    return keras.Sequential([keras.Input((None, 1)), recurrent, *middle, L.Dense(1)])


def run(
    path: Path | None,
    engine: str,
    iterations: int,
    *,
    every: int = 1,
    units: int = 8,
    kind: type[Checkpoint] = Checkpoint,
    optimizer: Any = None,
    model: Any = None,
) -> tuple[Any, Any]:
    """Train, and keep the run in `path`; return model and optimizer.

    NumPy's steps are taken in halves, on two threads, as there is more that can be cut short.
    """
    engines._WORK_FOR_TWO_THREADS = 0
    model = model or network(engine, units)
    optimizer = optimizer or keras.optimizers.Adam(0.01)
    rng = np.random.RandomState(1)
    checkpoint = None if path is None else kind(path, rng, every=every)
    train(
        model,
        lambda: next_batch(4, 8, rng),
        iterations=iterations,
        log_every=7,
        optimizer=optimizer,
        checkpoint=checkpoint,
    )
    return model, optimizer


def digest(model: Any, optimizer: Any) -> str:
    """Return a sum over all bits that a run has reached."""
    total = hashlib.sha256()
    for variable in (*model.variables, *optimizer.variables):
        total.update(variable.numpy().tobytes())
    return total.hexdigest()


def reached(path: Path) -> int:
    """Return the iteration that a checkpoint holds; raises where it is not whole."""
    return int(json.loads(unpack(path.read_bytes())[0])["iteration"])


class _Recording(Checkpoint):
    """A checkpoint that also writes down what each iteration has reached."""

    def write(self, model: Any, optimizer: Any, loss: str, history: Any, iteration: int) -> None:
        """Add a line; nothing is kept."""
        with self.path.with_suffix(".txt").open("a") as file:
            file.write(f"{iteration} {digest(model, optimizer)}\n")


def record(path: Path, engine: str, iterations: int) -> None:
    """Train without a fault, and write down the way of the weights beside `path`."""
    _, optimizer = run(path, engine, iterations, kind=_Recording)
    assert int(optimizer.iterations) == iterations


def recorded(path: Path) -> dict[int, str]:
    """Return the digest of each iteration that `record` has written down."""
    lines = path.with_suffix(".txt").read_text().splitlines()
    return {int(number): total for number, total in (line.split() for line in lines)}


def finish(path: Path, engine: str, iterations: int) -> None:
    """Go on with a run to its end or to Ctrl-C, and write down where it is."""
    model, optimizer = network(engine), keras.optimizers.Adam(0.01)
    stopped = False
    # A shell ignores Ctrl-C in what it runs in the background, and its children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(path, engine, iterations, model=model, optimizer=optimizer)
    except KeyboardInterrupt:
        stopped = True
    note = {"iteration": int(optimizer.iterations), "stopped": stopped}
    text = json.dumps(note | {"digest": digest(model, optimizer)})
    path.with_suffix(".json").write_text(text)
