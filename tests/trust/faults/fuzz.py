"""Give the loaders inputs that nobody has thought of.

Valid files are changed a little, with a fixed seed: each input follows from its number. A loader
may return, or raise an error that its documentation names. It may not raise another, take longer
than a bound, allocate much, or end the process.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.trust.faults import forks
from tests.trust.faults.mutations import changed, mutated

#: Inputs of each kind.
COUNTS = {
    "checkpoint, bytes changed": 60_000,
    "CSV": 40_000,
    "checkpoint, notes changed and signed again": 2_000,
    "model, bytes changed": 1_000,
    "model, description changed and signed again": 400,
    "model, HDF5 changed and signed again": 1_000,
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


def checkpoint_target(folder: Path) -> Target:
    """The loader of checkpoints, given any bytes."""
    from rnnlab._kept.checkpoint_file import DamagedError, unpack
    from tests.trust.faults.damage import Kept

    kept = Kept(folder)

    def load(content: bytes) -> str:
        try:
            unpack(content)
        except DamagedError:  # what a run makes of it is tried on fewer
            return "refused"
        found = kept.answer(content)
        if found != "same":
            raise AssertionError(found)
        return found

    return Target(load, lambda rng: mutated(kept.whole, rng))


def signed_checkpoint_target(folder: Path) -> Target:
    """A run that goes on from notes that were changed, under a checksum that fits."""
    from rnnlab._kept.checkpoint_file import pack, unpack
    from tests.trust.faults.damage import Kept

    kept = Kept(folder)
    text, arrays = unpack(kept.whole)
    notes = json.loads(text)

    def load_signed(content: bytes) -> str:
        found = kept.answer(content)
        # A signature that fits makes another iteration or history true.
        if "error" in found or "changed" in found:
            raise AssertionError(found)
        return "refused" if found == "refused" else "read"

    return Target(load_signed, lambda rng: pack(json.dumps(changed(notes, rng)), arrays))


def csv_target(folder: Path) -> Target:
    """The loader of CSV files."""
    from rnnlab.series import read_csv

    path = folder / "fuzz.csv"
    files = [
        b"day,sold\n1,10\n2,20.5\n3,\n4,-4e3\n",
        b'\xef\xbb\xbf"day","sold, in all",sold\r\n1,"2",3\r\n"4","5",NA\r\n',
        b"sold\n1\n\n2\nnan\n3\n\n",
        b"sold\n" + b"1" * 300 + b"\n0." + b"3" * 300 + b"e-5\n",
        "sold;täglich\n1;٣\n".encode(),
        b"a,sold\n" + b"1.5,2.5\n" * 100,
    ]
    pieces = b', \n \r " ; \0 \xff nan inf 1e999 1_0 \t'.split(b" ")

    def make(rng: random.Random) -> bytes:
        data = mutated(rng.choice(files), rng)
        for _ in range(rng.randrange(3)):
            place = rng.randrange(len(data) + 1)
            data = data[:place] + rng.choice(pieces) * rng.choice((1, 1, 3, 1000)) + data[place:]
        return data

    def load(content: bytes) -> str:
        path.write_bytes(content)
        try:
            values = read_csv(path, ["sold"], gaps="interpolate" if len(content) % 2 else "error")
        except UnicodeError as error:  # a kind of ValueError, but it names no place
            raise AssertionError(error) from error
        except ValueError:
            return "refused"
        assert values.shape[1] == 1
        assert len(values)
        assert (abs(values) < float("inf")).all()
        return "read"

    return Target(load, make)


def model_targets(folder: Path) -> Iterator[Target]:
    """The loader of models, reached by any bytes and through checksums that fit."""
    from tests.trust.faults.damage import Saved
    from tests.trust.faults.hostile_files import parts, zipped

    saved = Saved(folder)
    members = parts(saved.whole)
    config, weights = json.loads(members["config.json"]), members["model.weights.h5"]

    def load(content: bytes) -> str:
        found = saved.answer(content)
        if found not in ("same", "refused"):
            raise AssertionError(found)
        return found

    def load_signed(content: bytes) -> str:
        found = saved.answer(content)
        if "error" in found:
            raise AssertionError(found)
        return "refused" if found == "refused" else "read"

    yield Target(load, lambda rng: mutated(saved.whole, rng))
    yield Target(
        load_signed,
        lambda rng: zipped(members | {"config.json": json.dumps(changed(config, rng)).encode()}),
    )
    yield Target(
        load_signed, lambda rng: zipped(members | {"model.weights.h5": mutated(weights, rng)})
    )


def targets(folder: Path) -> dict[str, Target]:
    """Return what is fuzzed, by name."""
    one = [checkpoint_target(folder), csv_target(folder), signed_checkpoint_target(folder)]
    return dict(zip(COUNTS, [*one, *model_targets(folder)], strict=True))


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
        target = targets(Path(folder))[name]
        tried(target, name, [first])  # what is imported at the first input is not its memory
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        tally, faults, slowest = tried(target, name, range(first, last), at=at)
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


def main() -> int:
    """Fuzz all loaders, print the table and return how many inputs were faults."""
    parser = argparse.ArgumentParser(description=__doc__.partition(";")[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the inputs of a whole run")
    parser.add_argument("--report", type=Path, help="a file for the counts")
    options = parser.parse_args()
    started, found = time.monotonic(), {}
    for name, count in COUNTS.items():
        before = time.monotonic()
        result = found[name] = fuzz(name, max(1, round(count * options.share)))
        tally = ", ".join(f"{n:,} {what}" for what, n in sorted(result["tally"].items()))
        print(
            f"  {name}: {result['tried']:,} inputs, {len(result['faults'])} faults ({tally}); "
            f"slowest {result['slowest']:.2f} s, memory +{result['grown'] / 1e6:.0f} MB, "
            f"{time.monotonic() - before:.0f} s, {time.monotonic() - started:.0f} s elapsed",
            flush=True,
        )
        for fault in result["faults"][:10]:
            print(f"    {fault}", flush=True)
    if options.report:
        options.report.write_text(json.dumps(found))
    tried = sum(result["tried"] for result in found.values())
    faults = sum(len(result["faults"]) for result in found.values())
    print(f"fuzz: {tried:,} inputs, {faults} faults, {time.monotonic() - started:.0f} s")
    return faults


if __name__ == "__main__":
    raise SystemExit(min(main(), 1))
