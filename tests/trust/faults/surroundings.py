"""Disks that are full, folders that cannot be written, and several runs on one file."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.trust.faults import forks, kept_run
from tests.trust.faults.outcome import Outcome, Progress

NOBODY = 65534


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """Make `folder` a disk of its own; yields False where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def full_disk(path: Path, room: int, mounted: bool) -> Iterator[None]:
    """Leave `room` bytes on the disk of `path`, or, where it is shared, to each of its files."""
    if mounted:
        filler = path.with_name("filler")
        free = os.statvfs(path.parent).f_bavail * os.statvfs(path.parent).f_frsize
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free - room)
        try:
            yield
        finally:
            filler.unlink()
        return
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)


def full_disks(folder: Path, count: int, progress: Progress) -> Outcome:
    """Let the disk be full at every second page of a checkpoint, and go on when it is not."""
    outcome, page = Outcome(), 4096
    wanted = kept_run.digest(*kept_run.run(None, "NumPy", 12, units=64))
    with small_disk(folder / "disk", 400_000) as mounted:
        path = folder / "disk" / "run.safetensors"
        for number in range(count):
            path.unlink(missing_ok=True)
            kept_run.run(path, "NumPy", 6, every=6, units=64)
            before = path.read_bytes()
            room = (number * len(before) // count) // page * page
            try:
                with full_disk(path, room, mounted):
                    kept_run.run(path, "NumPy", 12, every=4, units=64)
                outcome.mislead(f"nobody was told of a disk with room for {room} bytes")
            except OSError:
                outcome.tried += 1
            if path.read_bytes() != before:
                outcome.lose(f"the checkpoint, with room for {room} bytes")
            if kept_run.digest(*kept_run.run(path, "NumPy", 12, units=64)) != wanted:
                outcome.mislead(f"the end after a disk with room for {room} bytes")
            names = {entry.name for entry in path.parent.iterdir()}
            if names != {path.name, "run.safetensors.lock"}:
                outcome.mislead(f"{names} stayed on the full disk")
            progress.show("a full disk", number + 1, count)
    outcome.note = "ENOSPC on a tmpfs" if mounted else "EFBIG by RLIMIT_FSIZE; no mount allowed"
    return outcome


def _as_nobody(path: Path, told: Path) -> None:
    """Go on with a run as an ordinary user, and write down what is said."""
    answer = told.open("w")  # while it may
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    with answer:
        try:
            kept_run.run(path, "NumPy", 12)
            answer.write("went on")
        except PermissionError:
            answer.write("PermissionError")


def unwritable(folder: Path, count: int, progress: Progress) -> Outcome:
    """Take the right to write or read from a folder or a file, as an ordinary user."""
    outcome = Outcome(note="as an ordinary user")
    folder.chmod(0o755)
    wanted = kept_run.digest(*kept_run.run(None, "NumPy", 12))
    cases = [("folder", 0o555), ("folder", 0o000), ("file", 0o000), ("empty folder", 0o555)]
    for number in range(count):
        what, mode = cases[number % len(cases)]
        place = folder / f"closed-{number}"
        place.mkdir()
        path = place / "run.safetensors"
        if what != "empty folder":
            kept_run.run(path, "NumPy", 6)
        before = path.read_bytes() if path.exists() else None
        closed = path if what == "file" else place
        if what == "file":  # the folder and the lock are anyone's, the checkpoint is not
            place.chmod(0o777)
            path.with_name("run.safetensors.lock").chmod(0o666)
        closed.chmod(mode)
        told = folder / f"told-{number}"
        code = forks.finish(_as_nobody, path, told)
        closed.chmod(0o755)
        outcome.tried += 1
        if code or told.read_text() != "PermissionError":
            outcome.mislead(f"a {what} with the mode {mode:o}: {told.read_text()!r}, exit {code}")
        if (path.read_bytes() if path.exists() else None) != before:
            outcome.lose(f"the checkpoint in a {what} with the mode {mode:o}")
        elif before and kept_run.digest(*kept_run.run(path, "NumPy", 12)) != wanted:
            outcome.mislead(f"the end after a {what} with the mode {mode:o}")
        progress.show("a closed folder", number + 1, count)
    return outcome


def _contend(path: Path, told: Path) -> None:
    try:
        told.write_text(kept_run.digest(*kept_run.run(path, "NumPy", 60)))
    except BlockingIOError:
        told.write_text("in use")


def contenders(folder: Path, count: int, progress: Progress) -> Outcome:
    """Start runs on one file at once, again and again until it is done."""
    outcome, number, refused = Outcome(), 0, 0
    wanted = kept_run.digest(*kept_run.run(None, "NumPy", 60))
    while outcome.tried < count:
        path = folder / f"contended-{number}.safetensors"
        number += 1
        notes = [folder / f"contender-{number}-{one}" for one in range(4)]
        running = [forks.start(_contend, path, note) for note in notes]
        for process in running:
            process.join()
        answers = [note.read_text() if note.exists() else "died" for note in notes]
        outcome.tried += len(answers)
        refused += answers.count("in use")
        for answer in answers:
            if answer == "died":
                outcome.lose(f"a run on {path.name} died")
            elif answer not in ("in use", wanted):
                outcome.mislead(f"a run on {path.name} ended with other bits")
        if wanted not in answers:
            outcome.lose(f"no run on {path.name} came to its end")
        progress.show("runs on one file", outcome.tried, count)
    outcome.note = f"{refused} were refused"
    return outcome
