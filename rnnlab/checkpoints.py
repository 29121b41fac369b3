"""Keep a training run in a file, so that a run that is killed goes on as if it had not been."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from rnnlab._arguments import check_count
from rnnlab._checkpoint_file import DamagedError, pack, unpack
from rnnlab._engines import states_of

#: The layout that is written here; a file of a later one is refused.
FORMAT = 1


class Checkpoint:
    """The file that `rnnlab.training.train` keeps a run in, and goes on from.

    It holds all that the rest of the run depends on: the variables of the model and the
    optimizer, the states of dropout's seeds, the state of the random generator that the batches
    are drawn from, the iteration and the history. A run that goes on from it ends with the same
    bits as one that was never stopped, on one machine with the same versions and threads.

    It is written beside its place, flushed to the disk and then moved there, so that the file is
    whole at any moment. A SHA-256 over everything in it is checked when it is read. It is an
    ``.npz`` of plain arrays and holds no code.

    Attributes:
        path: The file.
        rng: The generator that the batches are drawn from.
        every: The number of iterations from one writing to the next.
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
            path: The file, in a folder that exists; its name ends in ``.npz``.
            rng: The only source of chance in the batches.
            every: Write after every so many iterations, and after the last.

        Raises:
            TypeError: An argument is of another type than wanted.
            ValueError: The name has another ending, or `every` is not positive.
        """
        self.path = Path(path)
        if self.path.suffix != ".npz":
            raise ValueError(f"path must end in '.npz', not {self.path.name!r}")
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
        """Keep a run; called by `train`.

        Args:
            model: The model.
            optimizer: Its optimizer.
            loss: The name of the loss.
            history: What was logged so far.
            iteration: The number of iterations made.

        Raises:
            OSError: The file cannot be written, for one because the disk is full. The file holds
                what it held before.
        """
        notes = {
            "format": FORMAT,
            "run": _description(model, optimizer, loss),
            "iteration": iteration,
            "history": vars(history),
            "rng": _as_json(_state(self.rng)),
        }
        arrays = [variable.numpy() for variable in _variables(model, optimizer)]
        _replace(self.path, pack(json.dumps(notes), arrays))

    def _restore(self, model: Any, optimizer: Any, loss: str, history: Any) -> int:
        """Set everything as the file has it, or nothing."""
        try:
            text, arrays = unpack(self.path.read_bytes())
            notes = json.loads(text)
            if notes["format"] != FORMAT:
                raise DamagedError(f"it has format {notes['format']}, not {FORMAT}")
            self._compare(notes["run"], _description(model, optimizer, loss))
            variables = _variables(model, optimizer)
            here = [(list(v.shape), str(v.dtype)) for v in variables]
            there = [(list(array.shape), str(array.dtype)) for array in arrays]
            if here != there:
                raise DamagedError(f"it is of another model: its arrays are {there}, not {here}")
            iteration, logged = notes["iteration"], notes["history"]
            if not isinstance(iteration, Integral) or set(logged) != set(vars(history)):
                raise DamagedError("it names no iteration, or another history")
            _set_state(self.rng, _from_json(notes["rng"]))
        except (DamagedError, KeyError, TypeError, RecursionError, MemoryError) as error:
            raise ValueError(f"checkpoint {str(self.path)!r} cannot be used: {error}") from error
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        vars(history).update(logged)
        return int(iteration)

    def _compare(self, there: dict[str, Any], here: dict[str, Any]) -> None:
        for part, value in here.items():
            if there[part] != value:
                raise DamagedError(f"it is of another run: its {part} differs")


def _variables(model: Any, optimizer: Any) -> list[Any]:
    """Return all that changes in training, the states of dropout's seeds included."""
    return [*model.variables, *states_of(model), *optimizer.variables]


def _description(model: Any, optimizer: Any, loss: str) -> dict[str, Any]:
    """Describe what makes a run another run though its arrays have the same shapes."""
    layers = [[type(layer).__name__, layer.get_config()] for layer in model.layers]
    rule = [type(optimizer).__name__, optimizer.get_config()]
    # Through JSON, so that it is equal to what is read back.
    plain = json.dumps(_without_names([layers, rule]), default=str, sort_keys=True)
    described_layers, described_rule = json.loads(plain)
    return {"model": described_layers, "optimizer": described_rule, "loss": loss}


def _without_names(value: Any) -> Any:
    """Leave out names, which Keras counts up from model to model."""
    if isinstance(value, dict):
        return {key: _without_names(item) for key, item in value.items() if key != "name"}
    if isinstance(value, list | tuple):
        return [_without_names(item) for item in value]
    return value


def _state(rng: Any) -> Any:
    if isinstance(rng, np.random.RandomState):
        return rng.get_state(legacy=False)
    return rng.bit_generator.state


def _set_state(rng: Any, state: Any) -> None:
    try:
        if isinstance(rng, np.random.RandomState):
            rng.set_state(state)
        else:
            rng.bit_generator.state = state
    except Exception as error:
        raise DamagedError(f"its random generator is of another kind: {error}") from error


def _as_json(value: Any) -> Any:
    """Write arrays in a generator's state as their numbers and dtype."""
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return {"values": value.tolist(), "dtype": str(value.dtype)}
    return value.item() if isinstance(value, np.generic) else value


def _from_json(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {"values", "dtype"}:
        return np.array(value["values"], value["dtype"])
    return {key: _from_json(item) for key, item in value.items()}


def _replace(path: Path, content: bytes) -> None:
    """Put a file in its place whole, on the disk and not in its buffers alone."""
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    if os.name == "posix":  # the new name is on the disk when its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
