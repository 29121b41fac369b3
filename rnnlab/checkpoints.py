"""Keep a training run in a file, so that a run that is killed goes on as if it had not been."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from rnnlab._door import check_count
from rnnlab._kept import random_state, tensor_file
from rnnlab._kept.files import read_whole, write_whole
from rnnlab._kept.plain_network import variables_of
from rnnlab._kept.tensor_file import DamagedError
from rnnlab._keras_private import strategy_of

#: The layout that is written here; a file of a later one is refused.
FORMAT = 1


class Checkpoint:
    """The file that `rnnlab.training.train` keeps a run in, and goes on from.

    It holds all that the rest of the run depends on: the variables of the model and the
    optimizer, the states of dropout's seeds, the state of the random generator that the batches
    are drawn from, the iteration and the history. A run that goes on from it ends with the same
    bits as one that was never stopped, on one machine with the same versions and threads.

    It is written beside its place, flushed to the disk and then moved there, so that the file is
    whole at any moment: until the next one is complete, it is the last one. A killed writing
    leaves at most ``.<name>.new``, which the next one replaces. A SHA-256 over everything in the
    file is checked when it is read. Its format is safetensors, which holds no code, and
    reading it allocates no more than a few times its size, whatever its header claims.

    A new file may be read by whom your umask says; one that is replaced keeps its permissions.
    Beside it stands ``<name>.lock``, which keeps a second run from being kept in it.

    Attributes:
        path: The file, its symbolic links followed.
        rng: The generator that the batches are drawn from.
        every: The number of iterations from one writing to the next.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> checkpoint = Checkpoint("run.safetensors", rng, every=500)
        >>> checkpoint.path.name, checkpoint.every
        ('run.safetensors', 500)
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        rng: np.random.Generator | np.random.RandomState,
        *,
        every: int = 100,
    ) -> None:
        """Name the file; nothing is read or written yet.

        Args:
            path: The file, in a folder that exists; its name ends in ``.safetensors``.
            rng: The only source of chance in the batches.
            every: Write after every so many iterations, and after the last.

        Raises:
            TypeError: An argument is of another type than wanted.
            ValueError: The name has another ending, or `every` is not positive.
        """
        if Path(path).suffix != ".safetensors":
            raise ValueError(f"path must end in '.safetensors', not {Path(path).name!r}")
        # Two links to one file are one file, and moving another there must not replace the link.
        self.path = Path(os.path.realpath(path))
        if not isinstance(rng, np.random.Generator | np.random.RandomState):
            raise TypeError(
                "rng must be a numpy.random.Generator or RandomState, the one that the batches "
                f"are drawn from, not {type(rng).__name__}"
            )
        check_count("every", every)
        self.rng, self.every = rng, every

    @contextmanager
    def resumed(self, model: Any, optimizer: Any, loss: str, history: Any) -> Iterator[int]:
        """Lock the file, and bring a run to where it was kept; called by `train`.

        Of several workers that train one model the first locks it.

        Args:
            model: The built model.
            optimizer: Its built optimizer.
            loss: The name of the loss.
            history: The history, still empty.

        Yields:
            The number of iterations that the run has behind it, 0 if there is no file.

        Raises:
            ValueError: The file is damaged, of a later format, or of another run: another model,
                optimizer, loss or kind of generator. Nothing has been changed.
            BlockingIOError: Another run is being kept in this file.
            OSError: The file cannot be read, or its folder not be written in.
        """
        if not self.path.parent.is_dir():  # the lock would make it
            raise FileNotFoundError(
                f"there is no folder {str(self.path.parent)!r} for a checkpoint"
            )
        if not _is_keeper(model):  # the one that is will not write before this one has read
            yield self._restore(model, optimizer, loss, history) if self.path.exists() else 0
            return
        lock = filelock.FileLock(f"{self.path}.lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise BlockingIOError(
                f"{str(self.path)!r} is in use: another run is being kept in it"
            ) from None
        try:
            yield self._restore(model, optimizer, loss, history) if self.path.exists() else 0
        finally:
            lock.release()

    def write(self, model: Any, optimizer: Any, loss: str, history: Any, iteration: int) -> None:
        """Keep a run; called by `train`. Of several workers the first keeps it.

        Args:
            model: The model.
            optimizer: Its optimizer.
            loss: The name of the loss.
            history: What was logged so far.
            iteration: The number of iterations made.

        Raises:
            OSError: The file cannot be written, for one because the disk is full. The file holds
                what it held before.
            ValueError: The checkpoint would be larger than 2 GB, or hold more than some ten
                thousand arrays.
        """
        if not _is_keeper(model):
            return
        notes = {
            "format": FORMAT,
            "run": _description(model, optimizer, loss),
            "iteration": iteration,
            "history": vars(history),
            "rng": random_state.as_plain(self.rng),
        }
        variables = [*variables_of(model), *optimizer.variables]
        content = tensor_file.pack(json.dumps(notes), [variable.numpy() for variable in variables])
        # The run holds the lock, so nobody else writes beside.
        write_whole(self.path, content, beside=self.path.with_name(f".{self.path.name}.new"))

    def _restore(self, model: Any, optimizer: Any, loss: str, history: Any) -> int:
        """Set everything as the file has it, or nothing."""
        try:
            text, arrays = tensor_file.unpack(read_whole(self.path))
            notes = json.loads(text)
            if notes["format"] != FORMAT:
                raise DamagedError(f"it has format {notes['format']}, not {FORMAT}")
            for part, value in _description(model, optimizer, loss).items():
                if notes["run"][part] != value:
                    raise DamagedError(f"it is of another run: its {part} differs")
            variables = [*variables_of(model), *optimizer.variables]
            tensor_file.check_layout(arrays, variables)
            iteration, logged = notes["iteration"], notes["history"]
            counted = type(iteration) is int and 0 < iteration < 2**63
            if not counted or not _is_like(logged, history):
                raise DamagedError("it names no iteration, or another history")
            random_state.restore(self.rng, notes["rng"])
        except (ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
            raise ValueError(f"checkpoint {str(self.path)!r} cannot be used: {error}") from error
        tensor_file.assign(arrays, variables)
        vars(history).update(logged)
        return int(iteration)


def _is_keeper(model: Any) -> bool:
    """Tell whether this process keeps files for all that train a model together."""
    strategy = strategy_of(model)
    return strategy is None or bool(strategy.extended.should_checkpoint)


def _is_like(logged: Any, history: Any) -> bool:
    """Tell whether what was read has the parts of a history, with numbers in them."""
    if not isinstance(logged, dict) or set(logged) != set(vars(history)):
        return False
    for name, part in vars(history).items():
        numbers = logged[name] if isinstance(part, list) else [logged[name]]
        if not isinstance(numbers, list) or any(type(n) not in (int, float) for n in numbers):
            return False
    return True


def _description(model: Any, optimizer: Any, loss: str) -> dict[str, Any]:
    """Describe what makes a run another run though its arrays have the same shapes."""
    layers = [[type(layer).__name__, layer.get_config()] for layer in model.layers]
    rule = [type(optimizer).__name__, optimizer.get_config()]
    run = {"model": layers, "optimizer": rule, "loss": loss}
    # Through JSON, so that it is equal to what is read back.
    described: dict[str, Any] = json.loads(
        json.dumps(run, default=_plain), object_hook=_without_name
    )
    return described


def _without_name(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out names, which Keras counts up from model to model."""
    return {key: value for key, value in config.items() if key != "name"}


def _plain(value: Any) -> Any:
    """Stand in for what JSON has no form for; its `str` may hold an address of this process."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return getattr(value, "__qualname__", type(value).__qualname__)
