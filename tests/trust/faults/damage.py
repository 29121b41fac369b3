"""Files that are damaged, cut, empty, of another kind or of another run."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnlab import checkpoints, models
from rnnlab.checkpoints import Checkpoint
from rnnlab.training import History
from tests.trust.faults import kept_run
from tests.trust.faults.outcome import Outcome, Progress


def held(content: bytes) -> dict[str, bytes]:
    """Read the arrays of a file as safetensors describes them, without its library or ours."""
    start = 8 + int.from_bytes(content[:8], "little")
    header, data = json.loads(content[8:start]), content[start:]
    return {
        name: data[slice(*item["data_offsets"])]
        for name, item in header.items()
        if name != "__metadata__"
    }


def _found(content: bytes, whole: bytes, variables: Iterable[Any]) -> str:
    """Compare what was read with what the file holds."""
    arrays = held(content)
    numbers = {str(n): variable.numpy().tobytes() for n, variable in enumerate(variables)}
    if numbers | {"text": arrays["text"]} != arrays:
        return "other numbers than in the file"
    return "same" if content == whole else "read"


class Kept:
    """A checkpoint, and a run that is set from what has become of it."""

    def __init__(self, folder: Path, units: int = 2) -> None:
        self.path = folder / "damaged.safetensors"
        kept_run.run(self.path, "NumPy", 8, units=units)
        self.whole = self.path.read_bytes()
        self.elsewhere = kept_run.network("NumPy", units)
        self.theirs = keras.optimizers.Adam(0.01)
        self.theirs.build(self.elsewhere.trainable_variables)
        self.variables = [*self.elsewhere.variables, *self.theirs.variables]
        # Not the learning rate, which is a variable but makes a run another one.
        self.blank = [
            variable.numpy() + (variable.name != "learning_rate") for variable in self.variables
        ]
        assert self.answer(self.whole) == "same"  # or every refusal below says nothing

    def answer(self, content: bytes) -> str:
        """Read other bytes as this checkpoint: "same", "read", "refused" or what is wrong."""
        self.path.write_bytes(content)
        for variable, value in zip(self.variables, self.blank, strict=True):
            variable.assign(value)
        before = kept_run.digest(self.elsewhere, self.theirs)
        rng, history = np.random.RandomState(5), History()
        at_first = str(rng.get_state())
        try:
            with Checkpoint(self.path, rng).resumed(
                self.elsewhere, self.theirs, "mse", history
            ) as n:
                notes = json.loads(held(content)["text"])
                if (n, vars(history)) != (notes["iteration"], notes["history"]):
                    return "another iteration or history than in the file"
                return _found(content, self.whole, self.variables)
        except (ValueError, OSError) as error:
            if isinstance(error, UnicodeError):
                return f"no documented error: {error!r}"
            same = kept_run.digest(self.elsewhere, self.theirs) == before
            untouched = same and str(rng.get_state()) == at_first and not history.losses
            return "refused" if untouched else "refused, but something was changed"
        except Exception as error:
            return f"no documented error: {error!r}"


class Saved:
    """A model in a file, and what is read from what has become of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "damaged.safetensors"
        models.save(models.recurrent_network(3, "tanh"), self.path)
        self.whole = self.path.read_bytes()
        assert self.answer(self.whole) == "same"

    def answer(self, content: bytes) -> str:
        """Read other bytes as this model: "same", "read", "refused" or what is wrong."""
        self.path.write_bytes(content)
        try:
            model = models.load(self.path)
        except ValueError as error:
            return (
                f"no documented error: {error!r}" if isinstance(error, UnicodeError) else "refused"
            )
        except Exception as error:
            return f"no documented error: {error!r}"
        return _found(content, self.whole, model.variables)


def tried(
    answer: Callable[[bytes], str],
    contents: Iterable[tuple[str, bytes]],
    progress: Progress,
    what: str,
    *,
    of: int,
) -> Outcome:
    """Count the answers; whatever is not refused is a fault."""
    outcome = Outcome()
    for name, content in contents:
        outcome.tried += 1
        if (found := answer(content)) != "refused":
            outcome.mislead(f"{name}: {found}")
        progress.show(what, outcome.tried, of)
    return outcome


def flipped(whole: bytes, count: int, seed: int = 0) -> Iterable[tuple[str, bytes]]:
    """Flip one bit at a time: a random one of every byte, or of as many as wanted."""
    rng = random.Random(seed)
    places = range(len(whole)) if count >= len(whole) else rng.sample(range(len(whole)), count)
    for place in places:
        bit, content = rng.randrange(8), bytearray(whole)
        content[place] ^= 1 << bit
        yield f"bit {bit} of byte {place}", bytes(content)


def cut(whole: bytes, count: int) -> Iterable[tuple[str, bytes]]:
    """Cut a file at lengths from nothing to all but one byte."""
    lengths = sorted({round(k * (len(whole) - 1) / max(count - 1, 1)) for k in range(count)})
    return ((f"cut at {length}", whole[:length]) for length in lengths)


def foreign(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Files that are whole, but not what is wanted."""
    path = folder / "foreign.safetensors"
    for name, change in {
        "another size": {"units": 3},
        "another engine's layers": {"engine": "TensorFlow"},
        "another optimizer": {"optimizer": keras.optimizers.SGD()},
        "another learning rate": {"optimizer": keras.optimizers.Adam(0.02)},
    }.items():
        path.unlink(missing_ok=True)
        settings: dict[str, Any] = {"engine": "NumPy", "units": 2} | change
        kept_run.run(path, settings.pop("engine"), 8, **settings)
        yield name, path.read_bytes()
    path.unlink()
    checkpoints.FORMAT += 1
    try:
        kept_run.run(path, "NumPy", 8, units=2)
    finally:
        checkpoints.FORMAT -= 1
    yield "a later format", path.read_bytes()
    models.save(models.recurrent_network(2), path)
    yield "a model", path.read_bytes()
    yield "HDF5", b"\x89HDF\r\n\x1a\n" + bytes(1_000)
    np.savez(folder / "arrays.npz", np.zeros(3))
    yield "arrays of NumPy's own", (folder / "arrays.npz").read_bytes()
    yield "an empty file", b""
    yield "zeros", bytes(10_000)
    yield "a text", b"iteration 8\n" * 100
