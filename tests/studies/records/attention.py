"""Record how well networks with attention read dates and learn Pig Latin, for docs/tutorials.

It writes into docs/tutorials/data the weights of a network that reads dates
(dates-attention.safetensors), and attention.json. With names of parts it makes those alone:
"dates", half an hour of one core, and "pig latin", "self-attention" and "costs", by the page's own
networks.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab.memory_tasks import adding
from tests.studies.from_page import values_of
from tests.studies.records import translation
from tests.studies.records._moby_dick_network import use_one_thread
from tests.studies.records._record import keep_parts

PAGE = "attention-and-beam-search"
TARGET = translation.DATA / "attention.json"
WEIGHTS = translation.DATA / "dates-attention.safetensors"
SEEDS, UPDATES = range(3), 1000
TWO = ("LSTM", "self-attention")
KINDS = {"none": None, "additive": "additive", "multiplicative": "multiplicative"}
#: Characters of phrases that are asked; the page trains on at most sixteen.
LENGTHS = range(4, 29, 4)
#: Steps of sequences whose cost is measured.
COST_STEPS = (32, 64, 128, 256, 512, 1024)


def dates() -> dict[str, Any]:
    """Train on dates as the network without attention, and measure as there."""
    return translation.dates(WEIGHTS, "multiplicative")


def pig_latin() -> dict[str, Any]:
    """Train the page's networks with several seeds, and measure by the length of the phrase."""
    page = values_of(PAGE, "learned", "share", "of_length")
    found: dict[str, Any] = {"lengths": list(LENGTHS)}
    for kind, attention in KINDS.items():
        found[kind] = []
        for seed in SEEDS:
            model = page["learned"](attention, seed)
            shares = [page["share"](model, page["of_length"](n, seed)) for n in LENGTHS]
            shares = [round(float(one), 4) for one in shares]
            found[kind].append(shares)
            print(kind, seed, shares, flush=True)
    return found


class Places(keras.layers.Layer):
    """Add sines and cosines of the step, so that steps can be told apart."""

    def call(self, x: Any) -> Any:
        """Return 32 numbers a step, changed by it."""
        steps = tf.range(tf.shape(x)[1], dtype=tf.float32)[:, tf.newaxis]
        waves = steps / 1e4 ** (np.arange(16, dtype="float32") / 16)
        return x + tf.concat([tf.sin(waves), tf.cos(waves)], axis=-1)


def small_network(kind: str, seed: int = 0) -> keras.Model:
    """Return a network from two numbers to one at each step, its block that of the page."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((None, 2))
    if kind == "LSTM":
        x = keras.layers.LSTM(44, return_sequences=True)(inputs)
    else:
        x = values_of(PAGE, "block")["block"](Places()(keras.layers.Dense(32)(inputs)))
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def marked_sum(count: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Draw sequences of 100 numbers and marks; the sum is wanted last."""
    x, y = adding(count, 100, rng)
    return x.astype("float32"), y.reshape(count, 1, 1).astype("float32")


def odd_so_far(count: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Draw 32 bits; at each step it is asked whether the sum is odd."""
    bits = rng.integers(0, 2, (count, 32, 1)).astype("float32")
    return np.repeat(bits, 2, axis=2), bits.cumsum(axis=1) % 2


TASKS = {"sum of two marked": marked_sum, "odd so far": odd_so_far}


def error(task: str, kind: str, seed: int, updates: int = UPDATES) -> float:
    """Train, and return the error on 1,000 new sequences, over the variance of the targets."""
    rng = np.random.default_rng(seed)
    x, y = TASKS[task](50 * updates, rng)
    new_x, new_y = TASKS[task](1000, rng)
    network = small_network(kind, seed)
    # Where something is wanted: at the last step, or at each.
    model = keras.Model(network.input, network.output[:, -y.shape[1] :])
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, updates - 50, warmup_target=0.005, warmup_steps=50
    )
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), "mse")
    model.fit(x, y, 50, verbose=0)
    return float(model.evaluate(new_x, new_y, verbose=0) / new_y.var())


def self_attention() -> dict[str, Any]:
    """Train two small networks on two tasks with several seeds."""
    errors: dict[str, Any] = {}
    for task in TASKS:
        for kind in TWO:
            found = [round(error(task, kind, seed), 4) for seed in SEEDS]
            errors.setdefault(task, {})[kind] = found
            print(task, kind, found, flush=True)
    numbers = {kind: small_network(kind).count_params() for kind in TWO}
    return {"updates": UPDATES, "numbers": numbers, "errors": errors}


def costs() -> dict[str, Any]:
    """Measure an update of the page's two networks by the length of sequences."""
    found: dict[str, Any] = {"steps": list(COST_STEPS)}
    for kind in TWO:
        rows = []
        for steps in COST_STEPS:
            command = [sys.executable, "-m", "tests.studies.records.attention", "cost of"]
            done = subprocess.run(
                [*command, kind, str(steps)], check=True, capture_output=True, text=True
            )
            rows.append(json.loads(done.stdout.splitlines()[-1]))
            print(kind, steps, rows[-1], flush=True)
        found[kind] = {key: [row[key] for row in rows] for key in rows[0]}
    return found


def cost_of(kind: str, steps: int) -> None:
    """Print the seconds of an update, and how much memory the updates add."""
    model = small_network(kind)
    model.compile("adam", "mse")
    x = np.random.default_rng(0).random((16, steps, 2), "float32")
    y = x[..., :1]
    model.predict_on_batch(x[:1, :2])  # libraries that load late
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model.train_on_batch(x, y)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        model.train_on_batch(x, y)
        seconds.append(time.perf_counter() - began)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"seconds": round(min(seconds), 4), "megabytes": round(more / 1024)}))


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "dates": dates,
    "pig latin": pig_latin,
    "self-attention": self_attention,
    "costs": costs,
}


if __name__ == "__main__":
    use_one_thread()
    if sys.argv[1:2] == ["cost of"]:
        cost_of(sys.argv[2], int(sys.argv[3]))
    else:
        keep_parts(TARGET, PARTS)
