"""Make every fault happen many times, print what came of it and write docs/_build/faults.json.

    python -m tests.trust.faults.run_all [--share 0.1] [--only PART]

`nox -s trust -- faults` calls this. Work that was kept must not be lost, and nothing may be
silently wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.trust.faults import damage, every_line, fuzz, hostile, kills, surroundings
from tests.trust.faults.outcome import Outcome, Progress

ROOT = Path(__file__).parents[3]

Fault = Callable[[Path, int, Progress], Outcome]


def _damaged(make: type, change: Callable) -> Fault:
    def fault(folder: Path, count: int, progress: Progress) -> Outcome:
        kept = make(folder)
        return damage.tried(kept.answer, change(kept.whole, count), progress, "damage", of=count)

    return fault


def _foreign(folder: Path, count: int, progress: Progress) -> Outcome:
    kept = damage.Kept(folder)
    return damage.tried(kept.answer, damage.foreign(folder), progress, "foreign", of=count)


def _fuzzed(name: str) -> Fault:
    def fault(folder: Path, count: int, progress: Progress) -> Outcome:
        found = fuzz.fuzz(name, count)
        tally = ", ".join(f"{number:,} {what}" for what, number in sorted(found["tally"].items()))
        outcome = Outcome(tried=found["tried"], note=f"{tally}; slowest {found['slowest']:.1f} s")
        for wrong in found["faults"]:
            outcome.mislead(wrong)
        return outcome

    return fault


#: Each fault with how often it is made to happen.
FAULTS: dict[str, tuple[int, Fault]] = {
    **{
        f"SIGKILL, {engine}": (100, lambda f, n, p, e=engine: kills.kills(f, e, n, p))
        for engine in kills.ENGINES
    },
    **{
        f"Ctrl-C, {engine}": (30, lambda f, n, p, e=engine: kills.interrupts(f, e, n, p))
        for engine in kills.ENGINES
    },
    "Ctrl-C at every line": (300, every_line.every_line),
    "checkpoint, a bit flipped": (5_000, _damaged(damage.Kept, damage.flipped)),
    "checkpoint, cut": (500, _damaged(damage.Kept, damage.cut)),
    "checkpoint, of another run, kind or format": (12, _foreign),
    "model, a bit flipped": (4_000, _damaged(damage.Saved, damage.flipped)),
    "model, cut": (500, _damaged(damage.Saved, damage.cut)),
    "a full disk": (20, surroundings.full_disks),
    "a closed folder or file": (8, surroundings.unwritable),
    "several runs on one file": (40, surroundings.contenders),
    "hostile checkpoints": (1, lambda f, n, p: hostile.hostile(f, "checkpoint", p)),
    "hostile models": (1, lambda f, n, p: hostile.hostile(f, "model", p)),
    **{f"fuzz: {name}": (count, _fuzzed(name)) for name, count in fuzz.COUNTS.items()},
}


def main() -> int:
    """Run the faults and return how many of them showed something to mend."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="of how often each is tried")
    parser.add_argument("--only", default="", help="faults with this in their name")
    options = parser.parse_args()
    progress, outcomes = Progress(), {}
    for name, (count, fault) in FAULTS.items():
        if options.only not in name:
            continue
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            outcomes[name] = fault(Path(folder), max(1, round(count * options.share)), progress)
        progress.done(name, outcomes[name])
    print(table(outcomes))
    path = ROOT / "docs" / "_build" / "faults.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    counts = {
        name: {"tried": o.tried, "lost": o.lost, "silently_wrong": o.silently_wrong}
        for name, o in outcomes.items()
    }
    path.write_text(json.dumps(counts, indent=1))
    seconds = time.monotonic() - progress.started
    print(f"faults: {path.relative_to(ROOT)}, {seconds:.0f} s")
    return sum(outcome.bad for outcome in outcomes.values())


def table(outcomes: dict[str, Outcome]) -> str:
    """Lay out what came of each fault."""
    width = max((len(name) for name in outcomes), default=0)
    rows = [f"{'fault':{width}}  {'tried':>7}  {'lost':>4}  silently wrong"]
    for name, o in outcomes.items():
        row = f"{name:{width}}  {o.tried:7,}  {o.lost:4}  {o.silently_wrong:14}"
        rows.append(f"{row}  {o.note}".rstrip())
    return "\n".join(rows)


if __name__ == "__main__":
    raise SystemExit(min(main(), 1))
