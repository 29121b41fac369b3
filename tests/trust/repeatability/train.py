"""One short training, for `table.py` to run in a process of its own: prints what it ended with.

python tests/trust/repeatability/train.py CASE [--threads N] [--seed N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
from typing import Any

import keras
import numpy as np

from rnnlab.lab2019 import time_series
from rnnlab.models import recurrent_network
from rnnlab.repeatability import make_repeatable
from rnnlab.training import train
from rnnlab.windows import shuffled_batches, windows


def _model(*layers: Any) -> Any:
    return keras.Sequential([keras.Input((None, 1)), *layers, keras.layers.Dense(1)])


def _lstm(**settings: Any) -> Any:
    return keras.layers.LSTM(32, return_sequences=True, **settings)


# How each model is made, and how many updates it gets. NumPy trains the first two, shares the
# products of the second out among threads, and leaves the others to TensorFlow.
CASES = {
    "NumPy": (recurrent_network, 100),
    "NumPy, wide": (lambda: _model(keras.layers.GRU(300, return_sequences=True)), 10),
    "TensorFlow": (lambda: _model(_lstm(), keras.layers.LayerNormalization()), 100),
    "TensorFlow, dropout": (lambda: _model(_lstm(dropout=0.1)), 100),
}


def main() -> None:
    """Train, and print the result as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()

    make_repeatable(given.seed, threads=given.threads)
    make, iterations = CASES[given.case]
    inputs, targets = windows(time_series(0.1 * np.arange(300)), 20)
    batches = shuffled_batches(inputs, targets, 50, np.random.default_rng(given.seed))
    model = make()
    history = train(model, batches, iterations=iterations, log_every=iterations - 1)
    weights = np.concatenate([weight.ravel() for weight in model.get_weights()])
    bits = hashlib.sha256(weights.tobytes()).hexdigest()
    print(json.dumps({"bits": bits, "loss": history.losses[-1], "weights": weights.tolist()}))


if __name__ == "__main__":
    main()
