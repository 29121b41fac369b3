"""Give the loaders inputs that nobody has thought of.

Valid files are changed a little, with a fixed seed: each input follows from its number. A loader
may return, or raise an error that its documentation names. It may not raise another, take longer
than a bound, allocate much, or end the process.
"""

from __future__ import annotations

import collections
import itertools
import json
import os
import random
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.trust.faults import forks
from tests.trust.faults.mutations import changed, mutated

#: Inputs of each kind.
COUNTS = {
    "checkpoint, bytes changed": 5_000,
    "checkpoint, bytes changed and signed again": 60_000,
    "checkpoint, header changed and signed again": 5_000,
    "checkpoint, notes changed and signed again": 2_000,
    "model, bytes changed": 5_000,
    "model, bytes changed and signed again": 20_000,
    "model, header changed and signed again": 5_000,
    "model, description changed and signed again": 2_000,
}
SECONDS = 20  # for one input; the machine may be busy
MEMORY = 500_000_000

Loader = Callable[[bytes], str]


class Hang(BaseException):
    """An input took too long; no loader may catch it."""


@dataclass
class Target:
    """A loader, and inputs for it.

    Attributes:
        load: Returns what came of an input; an exception is a fault.
        make: Returns the input of a random generator.
    """

    load: Loader
    make: Callable[[random.Random], bytes]


def targets(folder: Path, kind: str) -> Iterator[Target]:
    """A loader, given changed bytes, and changed parts under a checksum that fits."""
    from rnnlab._kept.tensor_file import pack, sign, unpack
    from tests.trust.faults.damage import Kept, Saved

    file = Kept(folder) if kind == "checkpoint" else Saved(folder)
    text, arrays = unpack(file.whole)
    start = 8 + int.from_bytes(file.whole[:8], "little")
    header = json.loads(file.whole[8:start])
    cuts = [0, 8, start, start + header["text"]["data_offsets"][0], len(file.whole)]
    parts = [file.whole[first:last] for first, last in itertools.pairwise(cuts)]

    def headed(length: bytes, header: bytes, *data: bytes, fits: bool = True) -> bytes:
        length = len(header).to_bytes(8, "little") if fits else length
        return sign(b"".join([length, header, *data]))

    def bytes_changed(rng: random.Random) -> bytes:
        """Change the length of the header, the header, the numbers or the text."""
        changed_parts, one = list(parts), rng.randrange(len(parts))
        changed_parts[one] = mutated(parts[one], rng)
        return headed(*changed_parts, fits=rng.random() < 0.5)

    def header_changed(rng: random.Random) -> bytes:
        lie = json.dumps(changed(header, rng), separators=(",", ":")).encode()
        return headed(parts[0], lie, *parts[2:])

    def text_changed(rng: random.Random) -> bytes:
        return pack(json.dumps(changed(json.loads(text), rng)), arrays)

    def load(content: bytes) -> str:
        found = file.answer(content)
        # A signature that fits makes another iteration, layer or number true.
        if found not in ("refused", "read", "same"):
            raise AssertionError(found)
        return found

    def load_unsigned(content: bytes) -> str:
        if (found := load(content)) == "read":
            raise AssertionError("read under a checksum of something else")
        return found

    yield Target(load_unsigned, lambda rng: mutated(file.whole, rng))
    yield from (Target(load, make) for make in (bytes_changed, header_changed, text_changed))


def target(folder: Path, name: str) -> Target:
    """Return what is fuzzed under a name."""
    kind = name.partition(",")[0]
    names = [other for other in COUNTS if other.startswith(kind)]
    return dict(zip(names, targets(folder, kind), strict=True))[name]


def tried(
    target: Target, name: str, numbers: Iterable[int], *, seconds: float = SECONDS, at: int = -1
) -> tuple[collections.Counter[str], list[str], float]:
    """Try inputs by their numbers; return what came of them, the faults and the longest time.

    The number at hand is written to the file `at`, in case that the process dies of its input.
    """

    def too_long(number: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, too_long)
    tally: collections.Counter[str] = collections.Counter()
    faults: list[str] = []
    slowest = 0.0
    for number in numbers:
        if at >= 0:
            os.pwrite(at, number.to_bytes(8, "little"), 0)
        content = target.make(random.Random(f"{name} {number}"))
        started = time.perf_counter()
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            tally[target.load(content)] += 1
        except Hang:
            faults.append(f"input {number}: longer than {seconds} s")
        except BaseException as error:
            faults.append(f"input {number}: {type(error).__name__}: {str(error)[:200]}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, time.perf_counter() - started)
    signal.signal(signal.SIGALRM, before)
    return tally, faults, slowest


def _work(name: str, first: int, last: int, report: Path) -> None:
    """Try inputs in this process, and write down what came of them."""
    at = os.open(report.with_suffix(".at"), os.O_RDWR | os.O_CREAT)
    with tempfile.TemporaryDirectory() as folder:
        fuzzed = target(Path(folder), name)
        tried(fuzzed, name, [first])  # what is imported at the first input is not its memory
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        tally, faults, slowest = tried(fuzzed, name, range(first, last), at=at)
        grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    if grown > MEMORY:
        faults.append(f"the process grew by {grown:,} bytes")
    found = {"tally": tally, "faults": faults, "slowest": slowest, "grown": grown}
    report.write_text(json.dumps(found))


def fuzz(name: str, count: int) -> dict:
    """Try `count` inputs; a process that dies is a fault, and the next one goes on after it."""
    total = {"tried": 0, "tally": collections.Counter(), "faults": [], "slowest": 0.0, "grown": 0}
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        while number < count:
            last = count
            code = forks.finish(_work, name, number, count, report)
            if code or not report.exists():
                last = int.from_bytes(report.with_suffix(".at").read_bytes(), "little") + 1
                total["faults"].append(f"input {last - 1}: the process ended with {code}")
            else:
                found = json.loads(report.read_text())
                report.unlink()
                total["tally"].update(found["tally"])
                total["faults"] += found["faults"]
                for key in ("slowest", "grown"):
                    total[key] = max(total[key], found[key])
            number = last
    total["tried"] = number
    return total
