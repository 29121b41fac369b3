"""Files that are damaged, cut, empty, of another kind or of another run."""

from __future__ import annotations

import io
import random
import zipfile
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


class Kept:
    """A checkpoint, and a run that is set from what has become of it."""

    def __init__(self, folder: Path, units: int = 2) -> None:
        self.path = folder / "damaged.npz"
        self.model, self.optimizer = kept_run.run(self.path, "NumPy", 8, units=units)
        self.whole = self.path.read_bytes()
        self.reached = kept_run.digest(self.model, self.optimizer)
        self.elsewhere = kept_run.network("NumPy", units)
        self.theirs = keras.optimizers.Adam(0.01)
        self.theirs.build(self.elsewhere.trainable_variables)
        # Not the learning rate, which is a variable but makes a run another one.
        self.variables = [
            v
            for v in (*self.elsewhere.variables, *self.theirs.variables)
            if v.name != "learning_rate"
        ]
        self.blank = [variable.numpy() + 1 for variable in self.variables]
        assert self.answer(self.whole) == "same"  # or every refusal below says nothing

    def answer(self, content: bytes) -> str:
        """Read other bytes as this checkpoint: "same", "refused" or what is wrong."""
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
                now = kept_run.digest(self.elsewhere, self.theirs)
                return "same" if (n, now) == (8, self.reached) else f"{n} iterations, other bits"
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
        self.path = folder / "damaged.keras"
        model = models.recurrent_network(3, "tanh")
        models.save(model, self.path)
        self.whole = self.path.read_bytes()
        self.weights = model.get_weights()
        assert self.answer(self.whole) == "same"

    def answer(self, content: bytes) -> str:
        """Read other bytes as this model: "same", "refused" or what is wrong."""
        self.path.write_bytes(content)
        try:
            model = models.load(self.path)
        except ValueError:
            return "refused"
        except Exception as error:
            return f"no documented error: {error!r}"
        read = zip(model.get_weights(), self.weights, strict=True)
        return "same" if all(np.array_equal(a, b) for a, b in read) else "other weights"


def tried(
    answer: Callable[[bytes], str],
    contents: Iterable[tuple[str, bytes]],
    progress: Progress,
    what: str,
    *,
    of: int,
    same_is_right: bool = False,
) -> Outcome:
    """Count the answers; where a fault is one of the content, `same` is a fault as well."""
    outcome, same = Outcome(), 0
    for name, content in contents:
        outcome.tried += 1
        found = answer(content)
        same += found == "same"
        if found not in (("same", "refused") if same_is_right else ("refused",)):
            outcome.mislead(f"{name}: {found}")
        progress.show(what, outcome.tried, of)
    if same_is_right:
        outcome.note = f"{outcome.tried - same} refused, {same} without a meaning"
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
    path = folder / "foreign.npz"
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
    np.savez(path, np.zeros(3))
    yield "arrays that are no checkpoint", path.read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w"):
        pass
    yield "an empty archive", archive.getvalue()
    model = folder / "model.keras"
    models.save(models.recurrent_network(2), model)
    yield "a model", model.read_bytes()
    yield "an empty file", b""
    yield "zeros", bytes(10_000)
    yield "a text", b"iteration 8\n" * 100
