"""Record what moves the error of the lab's network, over seeds, for docs/tutorials.

Run alone, it writes docs/tutorials/data/levers.json in about five minutes.
A seed draws the first weights and the batches, so runs of one seed differ in their settings alone.
"""

import json
import platform
import re
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab.evaluation import mse_by_step
from rnnlab.lab2019 import next_batch
from rnnlab.models import recurrent_network
from rnnlab.training import NonFiniteLossError, train

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "levers.json"
SEEDS = range(5)

DESCENT = {"optimizer": "sgd", "learning_rate": 0.001}
ADAM = {"optimizer": "adam", "learning_rate": 0.001}
LEVERS: dict[str, dict[str, Any]] = {
    "gradient descent": DESCENT,
    "half the rate, twice the updates": DESCENT | {"learning_rate": 0.0005, "iterations": 3000},
    "twice the updates": DESCENT | {"iterations": 3000},
    "ten times the rate": DESCENT | {"learning_rate": 0.01},
    "twenty times the rate": DESCENT | {"learning_rate": 0.02},
    "series divided by 5": DESCENT | {"scale": 5},
    "root of the error": DESCENT | {"loss": "rmse"},
    "Adam": ADAM,
    "Adam, a third of the rate": ADAM | {"learning_rate": 0.0003},
    "Adam, ten times the rate": ADAM | {"learning_rate": 0.01},
    "Adam, root of the error": ADAM | {"loss": "rmse"},
    "Adam, 20 units": ADAM | {"units": 20},
    "Adam, 50 units": ADAM | {"units": 50},
    "Adam, 300 units": ADAM | {"units": 300},
}
HELD_OUT = {"Adam, trained until t = 24": ADAM | {"t_max": 24}}

# Fixed windows, drawn once: every run is measured on the same.
SETS = {
    "0 to 30": {},
    "24 to 30": {"t_min": 24},
    "30 to 60": {"t_min": 30, "t_max": 60},
    "spacing 0.105": {"resolution": 0.105},
}
EVALUATION = {
    name: next_batch(500, 20, np.random.default_rng(1), **settings)
    for name, settings in SETS.items()
}


def run(
    seed: int,
    *,
    optimizer: str,
    learning_rate: float,
    loss: str = "mse",
    iterations: int = 1500,
    units: int = 100,
    scale: float = 1,
    t_max: float = 30,
) -> dict[str, Any]:
    """Train the lab's network with one seed and return its errors in the unit of the series."""
    model = recurrent_network(units, seed=seed)
    rng = np.random.default_rng(seed)

    def batches() -> tuple[Any, Any]:
        inputs, targets = next_batch(50, 20, rng, t_max=t_max)
        return inputs / scale, targets / scale

    try:
        train(
            model,
            batches,
            iterations=iterations,
            loss=loss,
            optimizer=optimizer,
            learning_rate=learning_rate,
        )
    except NonFiniteLossError as error:
        return {"stopped": error.iteration}
    errors: dict[str, Any] = {"stopped": None}
    for name, (inputs, targets) in EVALUATION.items():
        predictions = scale * np.asarray(model((inputs / scale).astype(np.float32)))
        by_position = mse_by_step(targets, predictions)
        errors[name] = {
            "mse": round(float(by_position.mean()), 6),
            "last step": round(float(by_position[-1]), 6),
            "first three steps": round(float(by_position[:3].sum() / by_position.sum()), 4),
        }
    return errors


def over_seeds(results: list[Any]) -> Any:
    """Turn results of one shape, one for each seed, into one with a list in each place.

    A run that stopped early leaves None wherever others have numbers.
    """
    shape = next((result for result in results if isinstance(result, dict)), None)
    if shape is None:
        return results
    keys = dict.fromkeys(key for result in results if result for key in result)
    return {key: over_seeds([result and result.get(key) for result in results]) for key in keys}


def main() -> None:
    """Run everything and write the record."""
    started = time.perf_counter()
    record: dict[str, Any] = {
        "made by": "tests/studies/records/levers.py",
        "made on": f"{datetime.now(UTC):%Y-%m-%d}",
        "seconds": 0,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("keras", "numpy")},
        },
        "seeds": list(SEEDS),
    }
    for part, runs in {"levers": LEVERS, "held out": HELD_OUT}.items():
        record[part] = {}
        for name, settings in runs.items():
            errors = over_seeds([run(seed, **settings) for seed in SEEDS])
            record[part][name] = {"settings": settings} | errors
            record["seconds"] = round(time.perf_counter() - started)
            print(f"{record['seconds']:6} s  {name}")
    text = json.dumps(record, indent=1)
    in_lines = re.sub(r"\[[^][]*\]", lambda found: " ".join(found[0].split()), text)
    TARGET.write_text(in_lines + "\n")


if __name__ == "__main__":
    main()
