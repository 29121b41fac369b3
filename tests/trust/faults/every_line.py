"""Ctrl-C at every line of ours that a training runs through, one run for each."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import keras

import rnnlab
from tests.trust.faults import forks, kept_run
from tests.trust.faults.outcome import Outcome, Progress

ITERATIONS = 3
OURS = str(Path(rnnlab.__file__).parent)


class _Tracer:
    """Counts the lines of ours that run, and sends the signal at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.lines = at, 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                signal.raise_signal(signal.SIGINT)
        return self


def _traced(path: Path, at: int) -> tuple[int, bool, int, str]:
    """Run with Ctrl-C at a line; return the lines, whether it stopped, and what it reached."""
    path.unlink(missing_ok=True)
    model, optimizer = kept_run.network("NumPy", 2), keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    tracer, stopped = _Tracer(at), False
    sys.settrace(tracer)
    try:
        kept_run.run(path, "NumPy", ITERATIONS, every=2, model=model, optimizer=optimizer)
    except KeyboardInterrupt:
        stopped = True
    finally:
        sys.settrace(None)
    return tracer.lines, stopped, int(optimizer.iterations), kept_run.digest(model, optimizer)


def _work(folder: Path, count: int) -> None:
    """Try up to `count` lines, spread over the run, and write down what was wrong."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    path = folder / "lines.safetensors"
    way = {0: _traced(path, 1)[3]}  # before anything has begun
    for iterations in range(1, ITERATIONS + 1):
        model, optimizer = kept_run.run(None, "NumPy", iterations, units=2)
        way[iterations] = kept_run.digest(model, optimizer)
    lines = _traced(path, 0)[0]
    tried = sorted(
        {1 + k * lines // count for k in range(count)} if count < lines else range(1, lines + 1)
    )
    wrongs, in_file = [], 0
    for at in tried:
        _, stopped, iteration, digest = _traced(path, at)
        kept = kept_run.reached(path) if path.exists() else 0
        in_file += kept > 0
        if not stopped:
            wrongs.append(f"line {at}: Ctrl-C was swallowed")
        if way.get(iteration) != digest:
            wrongs.append(f"line {at}: weights of no iteration")
        if kept != iteration:
            wrongs.append(f"line {at}: the file holds {kept}, the model {iteration}")
    found = {"tried": len(tried), "lines": lines, "in_file": in_file, "wrongs": wrongs}
    (folder / "lines.json").write_text(json.dumps(found))


def every_line(folder: Path, count: int, progress: Progress) -> Outcome:
    """Press Ctrl-C at lines of the package; model and file must hold one whole iteration."""
    outcome = Outcome()
    if code := forks.finish(_work, folder, count):
        outcome.lose(f"the process ended with {code}")
        return outcome
    found = json.loads((folder / "lines.json").read_text())
    outcome.tried = found["tried"]
    outcome.note = f"a run has {found['lines']:,} lines; {found['in_file']:,} left a checkpoint"
    for wrong in found["wrongs"]:
        outcome.mislead(wrong)
    return outcome
