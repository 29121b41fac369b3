"""Time training, generating and building beside their peers: `python bench.py [--runs 5]`.

Each run is a process of its own. The order is interleaved, so that a machine that becomes slower
slows all alike, and one round before the counted ones warms up. Prints medians, spreads and
ratios, and writes them to docs/_build/bench.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PEERS = {
    "training": (
        "rnnlab", "lab_2019", "keras_fit", "keras_fit_tuned", "torch", "jax", "matmul_floor",
    ),
    "generating": ("rnnlab", "rnnlab_stateful", "lab_2019", "keras_call", "keras_predict"),
}  # fmt: skip


def run_peer(kind: str, peer: str) -> dict[str, float] | str:
    """Run a peer once; return its line, or why there is none."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    command = [sys.executable, str(Path(__file__).with_name("peers.py")), kind, peer]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(kind: str, runs: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Run all peers of a kind in turn, a round to warm up and then the counted ones."""
    seconds: dict[str, list[float]] = {peer: [] for peer in PEERS[kind]}
    missing: dict[str, str] = {}
    started = time.monotonic()
    for round_ in range(runs + 1):
        for peer in PEERS[kind]:
            if peer in missing:
                continue
            line = run_peer(kind, peer)
            if isinstance(line, str):
                missing[peer] = line
            elif round_:
                seconds[peer].append(line["seconds"])
        name = f"round {round_} of {runs}" if round_ else "warm-up"
        print(f"  {kind}: {name}, {time.monotonic() - started:.0f} s elapsed", flush=True)
    return {peer: times for peer, times in seconds.items() if times}, missing


def build_times(pages: int, runs: int) -> dict[str, float]:
    """Time cold and unchanged builds of synthetic pages, and Sphinx's own unchanged build."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        docs = Path(folder, "docs")
        _synthetic_site(docs, pages)
        publish = [sys.executable, str(ROOT / "docs/_extensions/publish.py"), "--source", str(docs)]
        cold, output = _timed(publish)
        cells = sum(
            float(line.split(": ")[1].split(" s")[0])
            for line in output.splitlines()
            if line.startswith("  done")
        )
        build = docs / "_build"
        ours, sphinxs = [], []
        own = build / "own"
        sphinx = [
            *(sys.executable, "-m", "sphinx", "-b", "html", "--quiet", "--jobs", "2"),
            *("-D", f"nb_execution_cache_path={build / 'cache'}", "-d", str(own / "doctrees")),
            *(str(docs), str(own / "html")),
        ]
        _timed(sphinx)
        for _ in range(runs):
            ours.append(_timed(publish)[0])
            sphinxs.append(_timed(sphinx)[0])
    return {
        f"cold_{pages}_pages": cold,
        f"cold_overhead_{pages}_pages": cold - cells / 2,
        f"unchanged_{pages}_pages": statistics.median(ours),
        f"unchanged_sphinx_{pages}_pages": statistics.median(sphinxs),
    }


def _synthetic_site(docs: Path, pages: int) -> None:
    docs.mkdir(parents=True)
    names = "\n".join(f"page-{number}" for number in range(pages))
    (docs / "index.md").write_text(f"# Index\n\n```{{toctree}}\n{names}\n```\n")
    extensions = str(ROOT / "docs" / "_extensions")
    (docs / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {extensions!r})\n"
        "extensions = ['house', 'executed_pages', 'sphinx.ext.autodoc', 'sphinxcontrib.bibtex', "
        "'sphinx_exercise']\n"
        "bibtex_bibfiles = []\nhtml_theme = 'sphinx_book_theme'\n"
    )
    front = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
    for number in range(pages):
        cells = "".join(
            f"\n## Part {cell}\n\nSome text.\n\n```{{code-cell}} ipython3\n"
            f"import tensorflow as tf\nfloat(tf.reduce_sum(tf.ones([{cell + 1}, {number + 1}])))\n"
            "```\n"
            for cell in range(15)
        )
        (docs / f"page-{number}.md").write_text(f"{front}# Page {number}\n{cells}")


def _timed(command: list[str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout


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


def main() -> None:
    """Measure everything, print the tables and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each peer")
    options = parser.parse_args()
    report: dict[str, dict[str, object]] = {}
    tables = []
    for kind in PEERS:
        seconds, missing = measure(kind, options.runs)
        report[kind] = {peer: statistics.median(times) for peer, times in seconds.items()}
        if missing:
            report[kind]["missing"] = missing
        tables.append(table(kind, seconds, missing))
    building: dict[str, object] = {}
    for pages in (3, 12):
        building |= build_times(pages, options.runs)
        print(f"  building: {pages} pages measured", flush=True)
    report["building"] = building
    rows = [f"  {name:32} {value:7.2f}" for name, value in building.items()]
    tables.append("\n".join(["building: seconds", *rows]))
    path = ROOT / "docs" / "_build" / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    report["threads"] = {"all peers": int(os.environ.get("BENCH_THREADS", "1"))}
    path.write_text(json.dumps(report, indent=1))
    print("\n\n".join(tables))
    print(f"bench: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
