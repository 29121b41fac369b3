"""Record how networks do on memory tasks at published lengths, for docs/tutorials.

Run alone, it writes docs/tutorials/data/memory.json in about five minutes of
an idle core; with names of tasks it runs those alone and keeps what is recorded of the others. The
tasks and networks are those of the page memory-benchmarks, whose functions are called here. A seed
draws the first weights and the sequences.
"""

import json
import platform
import re
import sys
import time
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab.memory_tasks import adding, adding_1997, temporal_order
from rnnlab.training import train
from tests.studies.from_page import functions_of

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "memory.json"
SEEDS, SUM_SEEDS = range(5), range(3)
CELLS = ("SimpleRNN", "LSTM", "GRU")
#: After how many sequences a run is given up.
MOST = {
    "order of two": 12_800,
    "order of three": 24_000,
    "adding": 48_000,
    "copying": 96_000,
    "grammar": 16_000,
}
SUM_ITERATIONS = 2000


def wrong(draw: Any, model: Any, tolerance: float) -> int:
    """Count the mistakes among 2,560 sequences, as in 1997."""
    x, y = draw(2560, np.random.default_rng(1_000_000))
    return int(np.sum(np.abs(np.asarray(model(x)) - y).max(axis=-1) >= tolerance))


def order(relevant: int, most: int, page: dict[str, Any], cell: str, seed: int) -> dict[str, Any]:
    """Tasks 6a and 6b of 1997."""
    needed, model = page["order_run"](cell, seed, most, relevant=relevant)
    mistakes = wrong(lambda n, rng: temporal_order(n, rng, relevant=relevant), model, 0.3)
    return {"sequences": needed, "wrong of 2560": mistakes}


def adding_of_1997(page: dict[str, Any], cell: str, seed: int) -> dict[str, Any]:
    """Experiment 4 of 1997, with T = 100."""
    needed, model = page["adding_run"](cell, seed, MOST["adding"])
    mistakes = wrong(lambda n, rng: adding_1997(n, 100, rng), model, 0.04)
    return {"sequences": needed, "wrong of 2560": mistakes}


def copying(page: dict[str, Any], cell: str, seed: int) -> dict[str, Any]:
    """Three symbols of four, recalled after a lag of twenty."""
    needed, share = page["copy_run"](cell, seed, MOST["copying"])
    return {"sequences": needed, "recalled": round(share, 4)}


def grammar(page: dict[str, Any], cell: str, seed: int) -> dict[str, Any]:
    """Experiment 1 of 1997."""
    needed, share, _ = page["reber_run"](cell, seed, MOST["grammar"])
    return {"sequences": needed, "foretold": round(share, 4)}


TASKS = {
    "order of two": partial(order, 2, MOST["order of two"]),
    "order of three": partial(order, 3, MOST["order of three"]),
    "adding": adding_of_1997,
    "copying": copying,
    "grammar": grammar,
}


def squared_error_of_sum(page: dict[str, Any], cell: str, seed: int) -> float:
    """Return that of the sum of two numbers between -1 and 1 in 100, with eight units."""
    rng = np.random.default_rng(seed)
    model = page["network"](cell, 8, 2, 1, seed, lag=100)
    for rate, iterations in ((0.01, SUM_ITERATIONS * 3 // 4), (0.001, SUM_ITERATIONS // 4)):
        train(
            model,
            lambda: adding(32, 100, rng, low=-1.0),
            iterations=iterations,
            learning_rate=rate,
        )
    x, y = adding(2000, 100, np.random.default_rng(1_000_000), low=-1.0)
    return round(float(np.mean((np.asarray(model(x)) - y) ** 2)), 6)


def runs_of(task: str, page: dict[str, Any]) -> dict[str, Any]:
    """Run one task with every cell and seed."""
    runs: dict[str, Any] = {"most": MOST[task]}
    for cell in CELLS:
        found: dict[str, list[Any]] = {"seconds": []}
        for seed in SEEDS:
            started = time.process_time()
            for key, value in TASKS[task](page, cell, seed).items():
                kept = None if value == np.inf else value  # JSON has no infinity
                found.setdefault(key, []).append(kept)
            found["seconds"].append(round(time.process_time() - started, 1))
        runs[cell] = found
        print(task, cell, found, flush=True)
    return runs


def sums(page: dict[str, Any]) -> dict[str, Any]:
    """Run the sum of two numbers, by the scale of later figures."""
    runs: dict[str, Any] = {"seeds": list(SUM_SEEDS), "sequences": 32 * SUM_ITERATIONS}
    for cell in ("SimpleRNN", "LSTM"):
        started = time.process_time()
        errors = [squared_error_of_sum(page, cell, seed) for seed in SUM_SEEDS]
        seconds = round((time.process_time() - started) / len(errors), 1)
        runs[cell] = {"squared error": errors, "seconds each": seconds}
        print("sum", cell, runs[cell], flush=True)
    return runs


def main(chosen: list[str]) -> None:
    """Run what is asked for, or everything, and write the record."""
    page = functions_of("memory-benchmarks")
    kept = json.loads(TARGET.read_text()) if chosen else {"runs": {}}
    done = {task: runs_of(task, page) for task in TASKS if task in chosen or not chosen}
    record = {
        "made by": "tests/studies/records/memory.py",
        "made on": f"{datetime.now(UTC):%Y-%m-%d}",
        "seconds are": "of processor time, of all threads",
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("keras", "numpy")},
        },
        "seeds": list(SEEDS),
        "runs": {task: (kept["runs"] | done).get(task) for task in TASKS},
        "sum": kept["sum"] if chosen and "sum" not in chosen else sums(page),
    }
    text = json.dumps(record, indent=1)
    in_lines = re.sub(r"\[[^][]*\]", lambda found: " ".join(found[0].split()), text)
    TARGET.write_text(in_lines + "\n")


if __name__ == "__main__":
    # Another study's arguments may reach this one through nox.
    main([name for name in sys.argv[1:] if name in {*TASKS, "sum"}])
