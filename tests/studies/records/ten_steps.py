"""Record the ten-steps-ahead table of a well-known book, over seeds, for docs/tutorials.

Run alone, it writes docs/tutorials/data/ten_steps.json in about ten minutes
on an idle machine. Runs that are there already, by the same versions, are kept. The recipe is the
book's: 10,000 series of 60 steps, 7,000 to train on and 2,000 to judge by, 20 epochs of 219 batches
of 32. A seed draws the first weights and the batches.
"""

import json
import platform
import re
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from rnnlab.evaluation import mse
from rnnlab.generation import generate
from rnnlab.series import two_waves
from rnnlab.training import train
from rnnlab.windows import shuffled_batches, windows

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "ten_steps.json"
SEEDS = range(3)
ITERATIONS = 20 * 219

WIDE = two_waves(10_000, 51, np.random.RandomState(42)).astype(np.float32)  # steps of 1/50
SERIES = two_waves(10_000, 60, np.random.RandomState(42)).astype(np.float32)  # steps of 1/59
GIVEN, WANTED = SERIES[:, :50], SERIES[:, 50:]
TARGETS = windows(SERIES, 50, 10, at_each_step=True)[1].astype(np.float32)
JUDGED = slice(7000, 9000)

#: For each forecast: the layer, the inputs and targets to train on, and the learning rate.
RUNS: dict[str, dict[str, Any]] = {
    "iterated": {"layer": "SimpleRNN", "data": "steps of 1/50"},
    "iterated, trained on the steps it is tested on": {
        "layer": "SimpleRNN",
        "data": "steps of 1/59",
    },
    "one-shot": {"layer": "SimpleRNN", "data": "ten at the end"},
    "sequence to sequence": {
        "layer": "SimpleRNN",
        "data": "ten at each step",
        "learning_rate": 0.01,
    },
    "sequence to sequence, LSTM": {"layer": "LSTM", "data": "ten at each step"},
    "sequence to sequence, GRU": {"layer": "GRU", "data": "ten at each step"},
    "convolutions as in WaveNet": {"layer": "Conv1D", "data": "ten at each step"},
}
DATA = {
    "steps of 1/50": (WIDE[:, :50], WIDE[:, 50]),
    "steps of 1/59": (GIVEN, SERIES[:, 50]),
    "ten at the end": (GIVEN, WANTED[..., 0]),
    "ten at each step": (GIVEN, TARGETS),
}


def network(layer: str, at_each_step: bool, outputs: int) -> keras.Sequential:
    """Return the book's network: two recurrent layers and a dense one, or nine convolutions."""
    if layer == "Conv1D":
        stack = [
            layers.Conv1D(20, 2, padding="causal", activation="relu", dilation_rate=rate)
            for rate in (1, 2, 4, 8) * 2
        ]
        return keras.Sequential([keras.Input((None, 1)), *stack, layers.Conv1D(outputs, 1)])
    recurrent = getattr(layers, layer)
    return keras.Sequential(
        [
            keras.Input((None, 1)),
            recurrent(20, return_sequences=True),
            recurrent(20, return_sequences=at_each_step),
            layers.Dense(outputs),
        ]
    )


def run(
    seed: int,
    *,
    layer: str,
    data: str,
    learning_rate: float = 0.001,
    iterations: int = ITERATIONS,
) -> float:
    """Train with one seed and return the mean squared error over the ten steps."""
    inputs, targets = DATA[data]
    keras.utils.set_random_seed(seed)
    model = network(layer, targets.ndim == 3, targets.shape[-1])
    batches = shuffled_batches(inputs[:7000], targets[:7000], 32, np.random.default_rng(seed))
    train(model, batches, iterations=iterations, learning_rate=learning_rate)
    if targets.shape[-1] == 1:
        forecast = generate(model, GIVEN[JUDGED], 10, stateful=True)
    else:
        outputs = np.asarray(model(GIVEN[JUDGED]))
        forecast = (outputs[:, -1] if targets.ndim == 3 else outputs)[..., np.newaxis]
    return round(mse(WANTED[JUDGED], forecast), 6)


def main() -> None:
    """Make the runs that are not in the record yet, and write each one down when it is done."""
    fresh: dict[str, Any] = {
        "made by": "tests/studies/records/ten_steps.py",
        "made on": f"{datetime.now(UTC):%Y-%m-%d}",
        "seconds": 0,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("keras", "numpy", "tensorflow-cpu")},
        },
        "seeds": list(SEEDS),
        "runs": {},
    }
    before = json.loads(TARGET.read_text()) if TARGET.exists() else fresh
    same = all(before[key] == fresh[key] for key in ("versions", "seeds"))
    results = before if same else fresh
    for name, settings in RUNS.items():
        if results["runs"].get(name, {}).get("settings") == settings:
            continue
        started = time.perf_counter()
        errors = [run(seed, **settings) for seed in SEEDS]
        results["runs"][name] = {"settings": settings, "mse": errors}
        results["seconds"] += round(time.perf_counter() - started)
        results["made on"] = fresh["made on"]
        text = json.dumps(results, indent=1)
        in_lines = re.sub(r"\[[^][]*\]", lambda found: " ".join(found[0].split()), text)
        TARGET.write_text(in_lines + "\n")
        print(f"{results['seconds']:6} s  {name}  {errors}", flush=True)


if __name__ == "__main__":
    main()
