"""What came of a fault that was tried many times."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Counts of one fault.

    Attributes:
        tried: How often it was made to happen.
        lost: How often the work before it could not be gone on from, though it was kept.
        silently_wrong: How often wrong values came back, or nothing was said.
        note: What the table says besides.
        wrongs: Some words on each that was lost or wrong.
    """

    tried: int = 0
    lost: int = 0
    silently_wrong: int = 0
    note: str = ""
    wrongs: list[str] = field(default_factory=list)

    def lose(self, what: str) -> None:
        """Count work that is gone."""
        self.lost += 1
        self.wrongs.append(f"lost: {what[:300]}")

    def mislead(self, what: str) -> None:
        """Count a wrong value, or a fault that nobody is told of."""
        self.silently_wrong += 1
        self.wrongs.append(f"silently wrong: {what[:300]}")

    @property
    def bad(self) -> bool:
        """Whether there is anything to mend."""
        return bool(self.lost or self.silently_wrong)


class Progress:
    """A line on the terminal that says how far the faults are."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.shown = 0.0

    def show(self, what: str, done: int, of: int) -> None:
        """Say how many of a fault are done, every other second."""
        now = time.monotonic()
        if sys.stdout.isatty() and now - self.shown > 2:
            self.shown = now
            line = f"  {what}: {done:,} of {of:,}, {now - self.started:.0f} s elapsed"
            print(f"\r{line:<79}", end="", flush=True)

    def done(self, what: str, outcome: Outcome) -> None:
        """Say that a fault is through."""
        end = "\r" if sys.stdout.isatty() else ""
        line = f"  {what}: {outcome.tried:,} tried, {time.monotonic() - self.started:.0f} s elapsed"
        print(f"{end}{line:<79}", flush=True)
        for wrong in outcome.wrongs[:5]:
            print(f"    {wrong}", flush=True)
