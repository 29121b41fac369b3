"""SIGKILL and Ctrl-C at random moments of a training, each time gone on with."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.trust.faults import forks, kept_run
from tests.trust.faults.outcome import Outcome, Progress

#: By hand in NumPy, and by TensorFlow with the random numbers of dropout.
ENGINES = ("NumPy", "TensorFlow")
ITERATIONS = 400


def _until_written(process: ForkServerProcess, path: Path) -> None:
    """Wait until a run has gone on, so that kill after kill it comes to its end."""
    before = path.stat().st_ino if path.exists() else None
    while process.is_alive():
        if path.exists() and path.stat().st_ino != before:
            return
        time.sleep(0.001)


def _until_writing(process: ForkServerProcess, beside: Path) -> None:
    """Wait until a checkpoint is being written."""
    while process.is_alive() and not beside.exists():
        pass


def kills(folder: Path, engine: str, count: int, progress: Progress, seed: int = 0) -> Outcome:
    """Kill runs until `count` have been killed, and compare the ends with one never killed."""
    outcome, moments = Outcome(), random.Random(f"{seed} {engine}")
    whole = folder / f"{engine}-whole.safetensors"
    forks.finish(kept_run.record, whole, engine, ITERATIONS)
    wanted = kept_run.recorded(whole)[ITERATIONS]
    runs = writing = starting = 0
    while outcome.tried < count:
        path = folder / f"{engine}-{runs}.safetensors"
        runs += 1
        behind = 0
        while True:
            process = forks.start(kept_run.finish, path, engine, ITERATIONS)
            early = moments.random() < 0.2
            if outcome.tried < count:
                if early:
                    time.sleep(moments.uniform(0, 1))
                else:
                    _until_written(process, path)
                    time.sleep(moments.uniform(0, 0.1))
                if moments.random() < 0.6 and not early:
                    _until_writing(process, path.with_name(f".{path.name}.new"))
                    time.sleep(moments.uniform(0, 0.001))
                process.kill()
            process.join()
            if process.exitcode == 0:
                break
            if process.exitcode != -signal.SIGKILL:
                outcome.lose(f"{path.name} could not be gone on with after {outcome.tried} kills")
                break
            outcome.tried += 1
            starting += early
            writing += path.with_name(f".{path.name}.new").exists()
            progress.show(f"SIGKILL, {engine}", outcome.tried, count)
            behind = _compared(path, behind, outcome)
        else:
            continue
        if process.exitcode == 0:
            end = json.loads(path.with_suffix(".json").read_text())
            if end["digest"] != wanted:
                outcome.mislead(f"{path.name} ended with other bits")
        left = [name for name in os.listdir(folder) if name.startswith(".")]
        if left:
            outcome.mislead(f"{left} stayed behind after a run came to its end")
    outcome.note = f"{writing} while writing, {starting} while starting, {runs} runs"
    return outcome


def _compared(path: Path, behind: int, outcome: Outcome) -> int:
    """Read what a kill has left; it may be no less than before."""
    if not path.exists():
        if behind:
            outcome.lose(f"{path.name} is gone")
        return 0
    try:
        now = kept_run.reached(path)
    except ValueError as error:
        outcome.lose(f"{path.name} is unreadable: {error}")
        return behind
    if now < behind:
        outcome.lose(f"{path.name} went back from {behind} to {now}")
    return now


def interrupts(folder: Path, engine: str, count: int, progress: Progress) -> Outcome:
    """Press Ctrl-C at random moments; the model and the file must hold one whole iteration."""
    outcome, moments = Outcome(), random.Random(f"Ctrl-C {engine}")
    whole = folder / f"{engine}-uninterrupted.safetensors"
    forks.finish(kept_run.record, whole, engine, ITERATIONS)
    way = kept_run.recorded(whole)
    runs = 0
    while outcome.tried < count:
        if runs > count:
            outcome.mislead(f"only {outcome.tried} of so many runs were stopped by Ctrl-C")
            break
        path = folder / f"{engine}-interrupted-{runs}.safetensors"
        runs += 1
        while True:
            process = forks.start(kept_run.finish, path, engine, ITERATIONS)
            if outcome.tried < count:
                _until_written(process, path)
                time.sleep(moments.uniform(0, 0.02))
                if process.is_alive():
                    os.kill(process.pid, signal.SIGINT)
            process.join()
            end = _end(path)
            if process.exitcode or end is None:
                outcome.lose(f"{path.name} did not end cleanly, but with {process.exitcode}")
                break
            outcome.tried += end["stopped"]
            progress.show(f"Ctrl-C, {engine}", outcome.tried, count)
            if end["digest"] != way.get(end["iteration"]):
                outcome.mislead(f"{path.name} holds weights of no iteration")
            if kept_run.reached(path) != end["iteration"]:
                outcome.lose(f"{path.name} holds {kept_run.reached(path)}, not {end['iteration']}")
            if not end["stopped"]:
                break
    outcome.note = f"{runs} runs"
    return outcome


def _end(path: Path) -> dict | None:
    """Take what a process has written down at its end."""
    note = path.with_suffix(".json")
    if not note.exists():
        return None
    end = json.loads(note.read_text())
    note.unlink()
    return end
