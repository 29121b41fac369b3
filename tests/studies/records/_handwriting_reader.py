"""The reader of the study of handwriting: it says which characters strokes show.

It is trained on true strokes of the training part alone, so what it makes of a network's strokes
is a measure of them: two bidirectional LSTMs, and the loss of Graves and others (2006), which needs
no word on where a letter begins. Its weights lie beside this file in a byte each.
"""

import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from safetensors.numpy import load_file, save_file

from rnnlab.strokes import ALPHABET, Strokes
from tests.studies.records._handwriting_lines import Line, Rng

WEIGHTS = Path(__file__).with_name("handwriting-reader.safetensors")
UNITS, STRIDE = 80, 2


def reader() -> keras.Model:
    """Return the network, from what `seen` gives to logits of nothing and of characters."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential([
        keras.Input((None, 4)),
        layers.Conv1D(64, 5, strides=STRIDE, padding="same", activation="tanh"),
        layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True)),
        layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True)),
        layers.Dense(len(ALPHABET) + 1),
    ])  # fmt: skip


def seen(some: list[Strokes]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return what is read of each point: steps, pen and height; and how many frames count."""
    longest = -(-max(map(len, some)) // 40) * 40
    points = np.zeros((len(some), longest, 4), np.float32)
    for row, strokes in zip(points, some, strict=True):
        row[: len(strokes), :3] = strokes * (2, 2, 1)
        row[: len(strokes), 3] = np.cumsum(strokes[:, 1])
    return points, np.array([-(-len(strokes) // STRIDE) for strokes in some], np.int32)


def train_reader(some: list[Line], updates: int, batch: int, rng: Rng) -> list[dict[str, Any]]:
    """Train, write the weights, and return the course."""
    model = reader()
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, updates, warmup_target=0.004, warmup_steps=100
    )
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    variables = model.trainable_variables
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def update(points: Any, frames: Any, codes: Any, lengths: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(keras.ops.ctc_loss(codes, model(points), lengths, frames))
            loss /= tf.cast(tf.reduce_sum(lengths), tf.float32)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    curve, recent, began = [], [], time.process_time()
    for n in range(1, updates + 1):
        start = rng.integers(len(some) - 8 * batch)
        part = sorted(some[start : start + 8 * batch], key=lambda line: len(line.strokes))
        row = rng.integers(8) * batch
        part = part[row : row + batch]
        points, frames = seen([line.strokes[:-1] for line in part])
        codes = np.zeros((batch, 24), np.int32)
        for code, line in zip(codes, part, strict=True):
            code[: len(line.text)] = [ALPHABET.index(c) + 1 for c in line.text]
        lengths = np.array([len(line.text) for line in part], np.int32)
        recent.append(float(update(points, frames, codes, lengths)))
        if n % 100 == 0:
            seconds = round(time.process_time() - began, 1)
            curve.append({
                "updates": n, "nats a character": round(float(np.mean(recent)), 4),
                "processor seconds": seconds,
            })  # fmt: skip
            recent = []
            print(curve[-1], flush=True)
            keep(model)
    return curve


def keep(model: keras.Model) -> None:
    """Write the weights, matrices in a byte each with a scale for each column."""
    arrays: dict[str, Any] = {}
    for n, weight in enumerate(model.get_weights()):
        scale = np.maximum(np.abs(weight).max(axis=tuple(range(weight.ndim - 1))), 1e-12) / 127
        if weight.ndim == 1:
            arrays[f"{n}"] = weight
        else:
            arrays[f"{n}"] = np.round(weight / scale).astype(np.int8)
            arrays[f"{n}.scale"] = np.float32(scale)
    save_file(arrays, WEIGHTS)


def kept() -> keras.Model:
    """Return the network that was trained."""
    model, arrays = reader(), load_file(WEIGHTS)
    model.set_weights([
        arrays[f"{n}"] * arrays.get(f"{n}.scale", np.float32(1)) for n in range(len(model.weights))
    ])  # fmt: skip
    return model


def read(model: keras.Model, some: list[Strokes]) -> list[str]:
    """Return what strokes say: the likeliest of each frame, repeated ones once."""
    order = sorted(range(len(some)), key=lambda n: len(some[n]))
    texts = [""] * len(some)
    for start in range(0, len(order), 50):
        part = order[start : start + 50]
        points, frames = seen([some[n] for n in part])
        for n, logits, count in zip(part, model.predict_on_batch(points), frames, strict=True):
            best = logits[:count].argmax(axis=-1)
            once = best[np.append(True, best[1:] != best[:-1])]
            texts[n] = "".join(ALPHABET[code - 1] for code in once if code)
    return texts


def edits(a: str, b: str) -> int:
    """Return how many characters have to be put in, taken out or changed."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def error_rates(texts: list[str], found: list[str]) -> npt.NDArray[np.float64]:
    """Return edits a character, at most one, of each line."""
    pairs = zip(texts, found, strict=True)
    return np.array([min(1, edits(text, one.strip()) / len(text)) for text, one in pairs])
