"""Train the network of the playground that continues drawings, for docs/tutorials.

Run alone, it writes docs/tutorials/data/curves.json in some minutes on an idle
machine: the weights, and how far off the continuations are on curves that no training saw. A record
by the same versions is kept. Of the seeds, each with its own first weights and curves, the one with
the smallest error on curves for choosing is kept; its error on other curves is recorded.
"""

import base64
import json
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "curves.json"
SEEDS = range(3)
UNITS, UPDATES, BATCH = 32, 7000, 64
EVERY = 4  # the network reads every fourth value of a drawing, which has up to 300
GIVEN = (30, 75)  # values that are read, at least and at most
WANTED = 38  # values that follow: half as many as a whole drawing has
NAMES = ("kernel", "recurrent", "bias", "recurrentBias", "readoutKernel", "readoutBias")


def curves(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of one or two sines, and how many values of each are given.

    Given values have mean zero and variance one, as the playground makes those of a drawing.
    """
    t = np.arange(GIVEN[1] + WANTED)
    waves = rng.integers(1, 3, (count, 1))
    periods = np.exp(rng.uniform(np.log(8), np.log(40), (count, 2, 1)))
    phases = rng.uniform(0, 2 * np.pi, (count, 2, 1))
    sizes = rng.uniform(0.2, 1, (count, 2)) * (np.arange(2) < waves)
    values = np.einsum("cw,cwt->ct", sizes, np.sin(2 * np.pi * t / periods + phases))
    given = rng.integers(*GIVEN, (count, 1), endpoint=True)
    known = t < given
    mean = np.sum(values * known, 1, keepdims=True) / given
    deviation = np.sqrt(np.sum((values - mean) ** 2 * known, 1, keepdims=True) / given)
    return ((values - mean) / deviation).astype(np.float32), given.astype(np.int32)


def network() -> keras.Sequential:
    """Return a network that says the next value."""
    layer = keras.layers.GRU(UNITS, return_sequences=True)
    return keras.Sequential([keras.Input((None, 1)), layer, keras.layers.Dense(1)])


def continued(model: keras.Sequential, values: tf.Tensor, given: tf.Tensor) -> tf.Tensor:
    """Return what is said at each step; where nothing is given, that is the next input."""
    cell, readout = model.layers[0].cell, model.layers[1]
    steps = GIVEN[1] + WANTED - 1
    count = tf.shape(values)[0]
    columns = tf.transpose(values)

    def step(t: Any, state: Any, said: Any, all_said: Any) -> Any:
        inputs = tf.where(t < given, columns[t][:, None], said)
        state, _ = cell(inputs, state)
        said = readout(state)
        return t + 1, state, said, all_said.write(t, said[:, 0])

    start = (0, tf.zeros([count, UNITS]), tf.zeros([count, 1]), tf.TensorArray(tf.float32, steps))
    *_, found = tf.while_loop(lambda t, *_: t < steps, step, start, maximum_iterations=steps)
    return tf.transpose(found.stack())


def errors(said: Any, values: Any, given: Any) -> tuple[Any, Any, Any]:
    """Return the squared errors, which are of continuations, and which of steps before."""
    t = np.arange(1, GIVEN[1] + WANTED)
    return (said - values[:, 1:]) ** 2, (t >= given) & (t < given + WANTED), t < given


def run(seed: int, updates: int = UPDATES) -> keras.Sequential:
    """Train with one seed."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = network()
    rate = keras.optimizers.schedules.CosineDecay(0.005, updates, alpha=0.01)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0)
    optimizer.build(model.trainable_variables)

    def step(values: tf.Tensor, noisy: tf.Tensor, given: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            # No hand is steady: what is read has noise, what is wanted has none.
            squares, *parts = errors(continued(model, noisy, given), values, given)
            masks = [tf.cast(part, tf.float32) for part in parts]
            loss = sum(tf.reduce_sum(squares * one) / tf.reduce_sum(one) for one in masks)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    update = tf.function(step, jit_compile=True)
    for k in range(updates):
        values, given = curves(BATCH, rng)
        noisy = values + rng.normal(scale=0.03, size=values.shape).astype(np.float32)
        loss = update(tf.constant(values), tf.constant(noisy), tf.constant(given))
        if k % 500 == 0:
            print(k, float(loss), flush=True)
    return model


def judged(model: keras.Sequential, seed: int) -> dict[str, float]:
    """Return mean squared errors of continuations, beside two that need no network."""
    values, given = curves(1000, np.random.default_rng(seed))
    said = tf.function(continued, jit_compile=True)(model, tf.constant(values), tf.constant(given))
    last = np.take_along_axis(values, given - 1, 1)
    tries = {"network": said.numpy(), "last value again": last, "mean": np.zeros_like(last)}
    found = {}
    for name, one in tries.items():
        squares, counts, _ = errors(one, values, given)
        found[name] = round(float(np.mean(squares[counts])), 4)
    return found


def written(array: np.ndarray) -> str:
    """Return numbers as text: float32, least byte first."""
    return base64.b64encode(array.astype("<f4").tobytes()).decode()


def main() -> None:
    """Train with each seed, and write down the best."""
    record: dict[str, Any] = {
        "made by": "tests/studies/records/curves.py",
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("keras", "numpy", "tensorflow-cpu")},
        },
        "seeds": list(SEEDS),
        "updates": UPDATES,
    }
    before = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    if all(before.get(key) == record[key] for key in record):
        return
    started = time.process_time()
    models = [run(seed) for seed in SEEDS]
    record["made on"] = f"{datetime.now(UTC):%Y-%m-%d}"
    record["processor seconds"] = round(time.process_time() - started)
    record["errors for choosing"] = [judged(model, 1001)["network"] for model in models]
    best = int(np.argmin(record["errors for choosing"]))
    record["chosen seed"] = SEEDS[best]
    record["errors"] = judged(models[best], 1002)
    kernel, recurrent, biases, *readout = map(np.asarray, models[best].get_weights())
    weights = [kernel, recurrent, *biases, *readout]
    record |= {"every": EVERY, "given": list(GIVEN), "wanted": WANTED}
    record["network"] = {"cell": "gru", "units": UNITS, "activation": "tanh"}
    record["weights"] = dict(zip(NAMES, map(written, weights), strict=True))
    TARGET.write_text(json.dumps(record, indent=1) + "\n")
    print(record["processor seconds"], "s", record["errors for choosing"], record["errors"])


if __name__ == "__main__":
    main()
