"""Time training, generating and building beside their peers.

    python -m tests.studies.benchmarks.bench [--runs 5] [--only KIND]

Each run is a process of its own. The order is interleaved and begins with another peer in each
round, so that a machine that becomes slower slows all alike, and one round before the counted ones
warms up. How training scales is measured in processes that stay (`scaling`), and is kept for the
pages, too. Prints medians, spreads and ratios, and writes them to docs/_build/bench.json. Run it
on a machine that does nothing else. Ends with 1 where `train` is behind Keras's `fit`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.studies.benchmarks import building, scaling

ROOT = Path(__file__).parents[3]
FOR_PAGES = ROOT / "docs" / "tutorials" / "data" / "scaling.json"
PEERS = {
    "training": (
        "rnnlab", "lab_2019", "keras_fit", "keras_fit_tuned", "torch", "jax", "matmul_floor",
    ),
    "generating": ("rnnlab", "rnnlab_stateful", "lab_2019", "keras_call", "keras_predict"),
}  # fmt: skip
SIZES = {"memory": (1500, 15_000), "stateful": (1000, 1_000_000), "side_by_side": (1, 100)}
UNITS = {
    "memory": "peak MB of a process that trains, by iterations",
    "stateful": "microseconds a value generated with the state carried, by values",
    "side_by_side": "microseconds a value of one series, by how many are continued together",
    "building": "seconds, ratios to Sphinx's own, and peak MB",
}
THREADS = (
    f"{os.environ.get('BENCH_THREADS', '1')} for the products of NumPy, TensorFlow and PyTorch; "
    "JAX takes as many as it likes"
)


def run_peer(kind: str, peer: str) -> dict[str, float] | str:
    """Run a peer once; return its line, or why there is none."""
    command = [sys.executable, "-m", "tests.studies.benchmarks.peers", kind, peer]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(kind: str, runs: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Run all peers of a kind in turn, a round to warm up and then the counted ones.

    Returns:
        The seconds of each peer, and why others are missing; one that fails once is missing.
    """
    peers = PEERS[kind]
    seconds: dict[str, list[float]] = {peer: [] for peer in peers}
    missing: dict[str, str] = {}
    started = time.monotonic()
    for round_ in range(runs + 1):
        first = round_ % len(peers)
        for peer in peers[first:] + peers[:first]:
            if peer in missing:
                continue
            line = run_peer(kind, peer)
            if isinstance(line, str):
                missing[peer] = line
            elif round_:
                seconds[peer].append(line["seconds"])
        name = f"round {round_} of {runs}" if round_ else "warm-up"
        print(f"  {kind}: {name}, {time.monotonic() - started:.0f} s elapsed", flush=True)
    if "rnnlab" in missing:
        raise RuntimeError(f"{kind} with rnnlab failed: {missing['rnnlab']}")
    return {peer: times for peer, times in seconds.items() if peer not in missing}, missing


def scale(kind: str) -> dict[str, float]:
    """Measure something at a small and at a large size, to see that it does not grow."""
    found: dict[str, float] = {}
    for size in SIZES[kind]:
        line = run_peer(kind, str(size))
        if isinstance(line, str):
            raise RuntimeError(f"{kind} at {size} was not measured: {line}")
        found[str(size)] = line["measured"]
    print(f"  {kind}: measured", flush=True)
    return found


def keep(rows: list[scaling.Row]) -> None:
    """Write how training scales to where the pages read it."""
    made = {
        "made by": "tests/studies/benchmarks/bench.py",
        "made on": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "versions": {name: version(name) for name in ("keras", "numpy", "jax")},
    }
    lines = ",\n".join(json.dumps(row) for row in rows)
    FOR_PAGES.write_text(f'{json.dumps(made)[:-1]}, "rows": [\n{lines}\n]}}\n')


def table(kind: str, seconds: dict[str, list[float]], missing: dict[str, str]) -> str:
    """Lay out medians, spreads and the ratio of rnnlab to each peer, pair by pair."""
    rows = [f"{kind}: seconds (median, least to most), and rnnlab's share of a peer's"]
    for peer, times in sorted(seconds.items(), key=lambda item: statistics.median(item[1])):
        pairs = [ours / theirs for ours, theirs in zip(seconds["rnnlab"], times, strict=True)]
        verdict = "" if peer == "rnnlab" else f"  {statistics.median(pairs):6.2f}"
        if peer != "rnnlab" and min(pairs) <= 1 <= max(pairs):
            verdict += f" ({min(pairs):.2f} to {max(pairs):.2f}: no difference shown)"
        spread = f"{min(times):.3f} to {max(times):.3f}"
        rows.append(f"  {peer:16} {statistics.median(times):8.3f}  {spread:18}{verdict}")
    rows += [f"  {peer:16}  missing: {why}" for peer, why in missing.items()]
    return "\n".join(rows)


def main() -> int:
    """Measure everything, print the tables and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each peer")
    parser.add_argument("--only", choices=[*PEERS, *UNITS, "scaling"], help="one part alone")
    options = parser.parse_args()
    path = ROOT / "docs" / "_build" / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    report = json.loads(path.read_text()) if options.only and path.exists() else {}
    tables, behind = [f"threads: {THREADS}"], []
    for kind in PEERS:
        if options.only in (None, kind):
            seconds, missing = measure(kind, options.runs)
            report[kind] = {peer: statistics.median(times) for peer, times in seconds.items()}
            report[kind]["spreads"] = {p: [min(t), max(t)] for p, t in seconds.items()}
            if missing:
                report[kind]["missing"] = missing
            tables.append(table(kind, seconds, missing))
    for kind, unit in UNITS.items():
        if options.only in (None, kind):
            found = scale(kind) if kind in SIZES else building.measure(options.runs)
            report[kind] = dict(found)
            rows = [f"  {name:32} {value:9.2f}" for name, value in found.items()]
            tables.append("\n".join([f"{kind}: {unit}", *rows]))
    if options.only in (None, "scaling"):
        report["scaling"] = scaling.scaling()
        keep(report["scaling"])
        behind = scaling.too_slow(report["scaling"])
        tables.append("\n  ".join(["scaling:", *map(scaling.line, report["scaling"])]))
        tables.append(f"how training scales, for the pages: {FOR_PAGES.relative_to(ROOT)}")
    report["threads"] = {"products": THREADS}
    path.write_text(json.dumps(report, indent=1))
    tables += [f"bench: {path.relative_to(ROOT)}", *(f"behind `fit`: {row}" for row in behind)]
    print("\n\n".join(tables))
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
