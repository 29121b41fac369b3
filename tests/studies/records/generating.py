"""Record how the lab's network generates, over seeds, for docs/tutorials/generating-sequences.md.

Run alone, it writes docs/tutorials/data/generating.json in about ten
minutes. A seed draws the first weights and the batches, so that runs of one seed differ in their
optimizer and activation alone.
"""

import json
import platform
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab.baselines import exact_recurrence, fit_linear
from rnnlab.evaluation import mae_by_step, mse, mse_by_step, steps_within
from rnnlab.generation import generate
from rnnlab.lab2019 import next_batch, time_series
from rnnlab.models import recurrent_network
from rnnlab.training import train
from rnnlab.windows import shuffled_batches, windows

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "generating.json"
SEEDS, NOISE_SEEDS, CURVES = range(30), range(10), 5
OPTIMIZERS = {
    "Adam": lambda: keras.optimizers.Adam(0.001, epsilon=1e-8),
    "gradient descent": lambda: keras.optimizers.SGD(0.001),
}
ACTIVATIONS = ("relu", "tanh", "sigmoid")
NOISE = 0.1

SERIES = time_series(0.1 * np.arange(450))
INPUTS, TARGETS = windows(SERIES[:301], 20)
LATE_INPUTS, LATE_TARGETS = windows(SERIES[300:421], 20)
# Nineteen places to begin at, each with a hundred true values after what is given, before t = 30.
STARTS = range(0, 181, 10)
TRUE_SEEDS = np.stack([SERIES[start : start + 20] for start in STARTS])[..., np.newaxis]
CONTINUED = np.stack([SERIES[start + 20 : start + 120] for start in STARTS])


def trained(optimizer: str, activation: str, seed: int, batches: Any = None) -> Any:
    """Train the lab's network with one seed."""
    model = recurrent_network(100, activation, seed=seed)
    rng = np.random.default_rng(seed)
    train(
        model,
        batches or (lambda: next_batch(50, 20, rng)),
        iterations=1500,
        optimizer=OPTIMIZERS[optimizer](),
    )
    return model


def predictions(model: Any, inputs: Any) -> Any:
    """Predict without compiling a graph for it."""
    return np.asarray(model(inputs.astype(np.float32)))


def rounded(value: Any) -> Any:
    """Keep four digits: the next one differs from machine to machine."""
    return np.vectorize(lambda number: float(f"{number:.4g}"))(value).tolist()


def measured(model: Any) -> dict[str, Any]:
    """Return the errors of a network one step ahead, and what it does on its own."""
    by_position = mse_by_step(TARGETS, predictions(model, INPUTS))
    late = mse_by_step(LATE_TARGETS, predictions(model, LATE_INPUTS))
    # The state is carried over all true values; the first twenty are within its training.
    carried = predictions(model, SERIES[np.newaxis, :300, np.newaxis])[0, 20:, 0]
    ahead = generate(model, TRUE_SEEDS, 100)
    by_horizon = mae_by_step(CONTINUED[..., np.newaxis], ahead)
    ahead_carried = generate(model, TRUE_SEEDS, 100, stateful=True)[..., 0]
    from_truth = generate(model, SERIES[:20], 300)
    from_zeros = generate(model, np.zeros(20), 300)
    *_, kernel, bias = model.get_weights()
    return {
        "one step": by_position.mean(),
        "last step": by_position[-1],
        "first three steps": by_position[:3].sum() / by_position.sum(),
        "last step beyond 30": late[-1],
        "last step, state carried": np.mean((carried - SERIES[21:301]) ** 2),
        "horizon": 1 + np.median(steps_within(CONTINUED, ahead[..., 0])),
        "horizon, state carried": 1 + np.median(steps_within(CONTINUED, ahead_carried)),
        "error 51 to 100 steps ahead": by_horizon[50:].mean(),
        "free": np.mean((from_truth - SERIES[20:320]) ** 2),
        "largest": np.abs(from_truth).max(),
        "largest from zeros": np.abs(from_zeros).max(),
        "spread of the last 100": from_truth[-100:].std(),
        "bound": np.abs(kernel).sum() + np.abs(bias).sum(),
        "error by horizon": by_horizon,
        "curve": from_truth,
    }


def in_noise(seed: int) -> dict[str, float]:
    """Return one-step errors on a noisy series, of predictors fitted to another noisy one."""
    rng = np.random.default_rng(seed)
    learn, test = (SERIES[:301] + rng.normal(0, NOISE, 301) for _ in range(2))
    inputs, targets = windows(learn, 20)
    test_inputs, test_targets = windows(test, 20)
    last = test_targets[:, -1:]
    autoregression = fit_linear(inputs, targets, order=20)
    scores = {
        "naive": mse(last, test_inputs[:, -1:]),
        "exact recurrence": mse(last, exact_recurrence().predict(test_inputs)[:, -1:]),
        "AR(20), fitted": mse(last, autoregression.predict(test_inputs)[:, -1:]),
    }
    for activation in ("relu", "tanh"):
        batches = shuffled_batches(inputs, targets, 50, np.random.default_rng(seed))
        model = trained("Adam", activation, seed, batches)
        scores[f"Adam, {activation}"] = mse(last, predictions(model, test_inputs)[:, -1:])
    return scores


def main() -> None:
    """Run everything and write the record."""
    started = time.perf_counter()
    runs: dict[str, dict[str, Any]] = {}
    for optimizer in OPTIMIZERS:
        for activation in ACTIVATIONS:
            results = [measured(trained(optimizer, activation, seed)) for seed in SEEDS]
            columns = {key: np.array([result[key] for result in results]) for key in results[0]}
            curves = columns.pop("curve")[:CURVES]
            by_horizon = columns.pop("error by horizon")
            runs[f"{optimizer}, {activation}"] = {
                **{key: rounded(column) for key, column in columns.items()},
                "median error by horizon": rounded(np.median(by_horizon, axis=0)),
                "curves": np.round(curves.astype(float), 2).tolist(),
            }
            print(f"{time.perf_counter() - started:6.0f} s  {optimizer}, {activation}", flush=True)
    noise = [in_noise(seed) for seed in NOISE_SEEDS]
    record = {
        "made by": "tests/studies/records/generating.py",
        "made on": f"{datetime.now(UTC):%Y-%m-%d}",
        "seconds": round(time.perf_counter() - started),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        "seeds": list(SEEDS),
        "runs": runs,
        "noise": {key: rounded([scores[key] for scores in noise]) for key in noise[0]},
    }
    # Each list of numbers on one line, so that a changed row is a changed line.
    text = re.sub(r"\n\s+(?=[-\d\]])", "", json.dumps(record, indent=1))
    TARGET.write_text(text + "\n")


if __name__ == "__main__":
    main()
