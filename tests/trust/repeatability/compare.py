"""Train the same in several processes and settings, and compare what comes out.

    python -m tests.trust.repeatability.compare [CASE ...]

`nox -s trust -- repeat` calls this. The exit status is 1 where something that docs/reference.md
promises does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
CASES = ("NumPy", "NumPy, wide", "TensorFlow", "TensorFlow, dropout")


@dataclass(frozen=True)
class Setting:
    """What differs from the run that the others are compared with, and what holds all the same.

    `apart` is how far the last loss may be from that run's, relative: 0 for the same bits in
    every weight, None for no promise.
    """

    apart: float | None
    environment: dict[str, str]
    arguments: tuple[str, ...] = ()


FIRST = Setting(0.0, {"PYTHONHASHSEED": "0"})
SETTINGS = {
    "another process": Setting(0.0, {"PYTHONHASHSEED": "1"}),
    "two threads": Setting(1e-4, {}, ("--threads", "2")),
    "oneDNN off": Setting(1e-4, {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "XLA on": Setting(0.02, {"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"}),
    # What NumPy, its matrix products and oneDNN do on a processor without wide instructions.
    # The 100 ReLU units of the lab may then take another side of a kink: 9e-4 was seen.
    "narrow instructions": Setting(
        0.01,
        {
            "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
            "OPENBLAS_CORETYPE": "Nehalem",
            "ONEDNN_MAX_CPU_ISA": "SSE41",
        },
    ),
    # Must differ, or the comparison compares nothing.
    "another seed": Setting(None, {}, ("--seed", "1")),
}


@dataclass(frozen=True)
class Ended:
    """What a training ended with."""

    bits: str
    loss: float
    weights: list[float]


def run(case: str, setting: Setting) -> Ended:
    """Train in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.trust.repeatability.train", case]
    done = subprocess.run(
        [*command, *setting.arguments], env=os.environ | setting.environment, cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{case} failed: {done.stderr[-2000:]}")
    return Ended(**json.loads(done.stdout))


def is_kept(setting: Setting, first: Ended, other: Ended) -> bool:
    """Tell whether a run is as near the first as is promised for its setting."""
    if setting.apart is None:
        return first.bits != other.bits
    if setting.apart == 0:
        return first.bits == other.bits and first.loss == other.loss
    return apart(first, other) <= setting.apart


def apart(first: Ended, other: Ended) -> float:
    """Return how far the last losses are apart, relative to the first."""
    return abs(other.loss - first.loss) / abs(first.loss)


def promise(setting: Setting) -> str:
    """Say in words what is promised."""
    if setting.apart is None:
        return "other bits"
    return f"loss within {setting.apart:g}" if setting.apart else "same bits"


def main() -> int:
    """Print the table; return how many promises were broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cases", nargs="*", default=CASES, help=", ".join(CASES))
    cases = parser.parse_args().cases
    broken = 0
    row = "{:20}  {:20}  {:9}  {:>10}  {:>15}  {}".format
    print(row("trained by", "setting", "same bits", "loss apart", "furthest weight", "promised"))
    for case in cases:
        first = run(case, FIRST)
        for name, setting in SETTINGS.items():
            other = run(case, setting)
            furthest = max(abs(a - b) for a, b in zip(first.weights, other.weights, strict=True))
            promised = promise(setting)
            kept = is_kept(setting, first, other)
            broken += not kept
            same = "yes" if first.bits == other.bits else "no"
            figures = f"{apart(first, other):.1e}", f"{furthest:.1e}"
            verdict = promised if kept else f"{promised}: BROKEN"
            print(row(case, name, same, *figures, verdict), flush=True)
    print(f"{broken} promises broken" if broken else "all promises kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
