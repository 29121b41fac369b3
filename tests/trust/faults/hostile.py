"""Read hostile files where an audit hook and a limit watch."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.trust.faults import forks
from tests.trust.faults.damage import Kept, Saved
from tests.trust.faults.hostile_files import checkpoints, saved_models
from tests.trust.faults.outcome import Outcome, Progress

#: What reading may add to the memory of the process; the files ask for a thousand times as much.
MEMORY = 200_000_000
#: What reads each kind of file, and what makes hostile ones of a whole one.
KINDS = {"checkpoint": (Kept, checkpoints), "model": (Saved, saved_models)}
FORBIDDEN = (
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "marshal.loads",
    "pickle.find_class", "socket.connect", "compile", "exec", "shutil.unpack_archive",
)  # fmt: skip


def _watched(answer: Callable[[bytes], str], content: bytes, folder: str, events: list[str]) -> str:
    """Read a file while Python reports what else is opened and executed."""
    answer(content[:100])  # whatever is imported at the first reading is imported now
    own, watching = (folder, tempfile.gettempdir(), sys.prefix, sys.base_prefix), [True]

    def watch(event: str, arguments: tuple) -> None:
        if not watching:
            return
        if event in FORBIDDEN and not _from_a_library(event):
            events.append(event)
        elif event == "open" and isinstance(arguments[0], str):
            place = os.path.realpath(arguments[0])
            if not place.startswith(own):
                events.append(f"open {place}")

    sys.addaudithook(watch)
    found = answer(content)
    watching.clear()
    return found


def _from_a_library(event: str) -> bool:
    """Tell code that Python itself compiles, as for a named tuple, from code in a file."""
    if event not in ("compile", "exec", "marshal.loads"):
        return False
    frame, files = sys._getframe(2), []
    while frame:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    return any(
        "importlib" in name
        or name.endswith(("ast.py", "collections/__init__.py"))
        or "tensorflow" in name
        for name in files
    )


def _read(kind: str, files: list[Path], told: Path) -> None:
    """Read files in this process; write down what came of each and what it took."""
    folder = told.with_suffix("")
    folder.mkdir(exist_ok=True)
    answer = KINDS[kind][0](folder).answer
    for file in files:
        events: list[str] = []
        content = file.read_bytes()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = _watched(answer, content, str(folder), events)
        grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        line = {"found": found, "events": events[:5], "grown": grown - 3 * len(content)}
        with told.open("a") as notes:
            notes.write(json.dumps(line) + "\n")


def hostile(folder: Path, kind: str, progress: Progress, *, seconds: float = 300) -> Outcome:
    """Read each file in a process that may die of it."""
    outcome, largest = Outcome(), 0
    read_by, made = KINDS[kind]
    cases = dict(made(read_by(folder).whole))
    files = []
    for number, content in enumerate(cases.values()):
        files.append(folder / f"hostile-{number}.bin")
        files[-1].write_bytes(content)
    told = folder / f"told-{kind}.txt"
    told.touch()
    names = list(cases)
    while len(answers := told.read_text().splitlines()) < len(names):
        process = forks.start(_read, kind, files[len(answers) :], told)
        process.join(seconds)
        if process.is_alive():
            process.kill()
            process.join()
        if (now := len(told.read_text().splitlines())) < len(names):
            died = {"found": f"died of it, {process.exitcode}", "events": [], "grown": 0}
            with told.open("a") as notes:
                notes.write(json.dumps(died) + "\n")
            assert now >= len(answers)
    for name, line in zip(names, answers, strict=True):
        answer = json.loads(line)
        outcome.tried += 1
        largest = max(largest, answer["grown"])
        if answer["found"] != "refused":
            outcome.mislead(f"{kind}, {name}: {answer['found']}")
        if answer["events"]:
            outcome.mislead(f"{kind}, {name}: {answer['events']}")
        if answer["grown"] > MEMORY:
            outcome.mislead(f"{kind}, {name}: took {answer['grown']:,} bytes")
        progress.show(f"hostile {kind}s", outcome.tried, len(cases))
    outcome.note = f"at most {largest / 1e6:.0f} MB beyond three times the file"
    return outcome
