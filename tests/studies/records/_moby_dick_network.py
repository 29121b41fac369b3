"""The network of the page writing-text: an LSTM that reads on, trained on all of Moby Dick.

Its products run in bfloat16, for which recent processors have a unit of their own, and everything
else in float32. The gradient of the recurrent part is written by hand: TensorFlow's own adds up a
matrix for every step of the window, where one product over all steps does.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Settings:
    """What a run depends on, besides the text."""

    units: int = 384
    embedding: int = 64
    streams: int = 64
    window: int = 100
    updates: int = 5600
    warm_up: int = 100
    learning_rate: float = 0.003
    clip: float = 0.5
    dropout_input: float = 0.1
    dropout_recurrent: float = 0.25
    dropout_output: float = 0.25
    average: float = 0.998
    evaluate_every: int = 200
    seed: int = 0


@tf.function(jit_compile=True)
def _cell(before: Any, recurrent: Any, cell: Any) -> tuple[Any, ...]:
    i, f, g, o = tf.split(before + tf.cast(recurrent, tf.float32), 4, axis=1)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    new = f * cell + i * g
    squashed = tf.tanh(new)
    state = o * squashed
    return i, f, g, o, new, squashed, state, tf.cast(state, tf.bfloat16)


@tf.function(jit_compile=True)
def _cell_back(
    to_state: Any,
    later: Any,
    to_cell: Any,
    i: Any,
    f: Any,
    g: Any,
    o: Any,
    cell: Any,
    squashed: Any,
) -> tuple[Any, Any]:
    to_state = to_state + tf.cast(later, tf.float32)
    to_cell = to_cell + to_state * o * (1 - squashed * squashed)
    to_gates = [
        to_cell * g * i * (1 - i),
        to_cell * cell * f * (1 - f),
        to_cell * i * (1 - g * g),
        to_state * squashed * o * (1 - o),
    ]
    return tf.cast(tf.concat(to_gates, 1), tf.bfloat16), to_cell * f


def _recurrence(steps: int) -> Callable[..., Any]:
    """Return the recurrent part over so many steps, with its gradient."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(before: Any, kernel: Any, state: Any, cell: Any) -> Any:
        kernel = tf.cast(kernel, tf.bfloat16)
        short, kept, states, shorts = tf.cast(state, tf.bfloat16), [], [], []
        for now in tf.unstack(before, num=steps):
            shorts.append(short)
            i, f, g, o, new, squashed, state, short = _cell(now, tf.matmul(short, kernel), cell)
            kept.append((i, f, g, o, cell, squashed))
            states.append(state)
            cell = new

        def gradient(to_states: Any, *_: Any) -> Any:
            to_cell, later = tf.zeros_like(cell), tf.zeros_like(short)
            to_gates: list[Any] = []
            for to_state, step in zip(
                reversed(tf.unstack(to_states, num=steps)), reversed(kept), strict=True
            ):
                to_gate, to_cell = _cell_back(to_state, later, to_cell, *step)
                later = tf.matmul(to_gate, kernel, transpose_b=True)
                to_gates.insert(0, to_gate)
            rows = tf.concat(to_gates, 0)
            to_kernel = tf.matmul(tf.concat(shorts, 0), rows, transpose_a=True)
            shape = (steps, -1, kernel.shape[1])
            return (
                tf.reshape(tf.cast(rows, tf.float32), shape),
                tf.cast(to_kernel, tf.float32),
                None,
                None,
            )

        return (tf.stack(states), state, cell), gradient

    return run


def use_one_thread() -> None:
    """Keep TensorFlow on one thread: the steps follow each other, so others would only wait."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _product(a: Any, b: Any) -> Any:
    return tf.cast(tf.matmul(tf.cast(a, tf.bfloat16), tf.cast(b, tf.bfloat16)), tf.float32)


def first_weights(settings: Settings, vocabulary: int) -> dict[str, Array]:
    """Draw weights as Keras does: the forget gates' biases are 1."""
    keras = tf.keras
    keras.utils.set_random_seed(settings.seed)
    model = keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(vocabulary, settings.embedding),
            keras.layers.LSTM(settings.units),
            keras.layers.Dense(vocabulary),
        ]
    )
    names = ("embedding", "kernel", "recurrent_kernel", "bias", "out_kernel", "out_bias")
    return dict(zip(names, model.get_weights(), strict=True))


def windows(text: Array, settings: Settings) -> Iterator[tuple[Array, Array, bool]]:
    """Cut the text into streams that are read side by side, at another place in each pass.

    Yields:
        Inputs and targets ``[time, stream]``, and whether the streams start anew.
    """
    rng = np.random.default_rng(settings.seed)
    length = (len(text) - 1) // settings.streams
    while True:
        rolled = np.roll(text, -rng.integers(len(text)))
        inputs = rolled[: length * settings.streams].reshape(settings.streams, length).T
        targets = rolled[1 : length * settings.streams + 1].reshape(settings.streams, length).T
        for start in range(0, length - settings.window + 1, settings.window):
            part = slice(start, start + settings.window)
            yield inputs[part], targets[part], start == 0


class Network:
    """The variables, an update, and the loss on a text."""

    def __init__(self, settings: Settings, vocabulary: int) -> None:
        """Draw the first weights."""
        self.settings = settings
        first = first_weights(settings, vocabulary)
        self.weights = {name: tf.Variable(value) for name, value in first.items()}
        self.averages = {name: tf.Variable(value) for name, value in first.items()}
        self.moments = [
            (tf.Variable(tf.zeros_like(value)), tf.Variable(tf.zeros_like(value)))
            for value in first.values()
        ]
        shape = (settings.streams, settings.units)
        self.state, self.cell = tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape))
        self.count = tf.Variable(0.0)

    def _logits(self, weights: Any, x: Any, state: Any, cell: Any, steps: int, drop: bool) -> Any:
        s = self.settings
        dropped = (lambda a, rate: tf.nn.dropout(a, rate)) if drop else (lambda a, _: a)
        seen = dropped(tf.gather(weights["embedding"], tf.reshape(x, [-1])), s.dropout_input)
        before = tf.reshape(
            _product(seen, weights["kernel"]) + weights["bias"], (steps, -1, 4 * s.units)
        )
        kernel = dropped(weights["recurrent_kernel"], s.dropout_recurrent)
        states, state, cell = _recurrence(steps)(before, kernel, state, cell)
        said = dropped(tf.reshape(states, (-1, s.units)), s.dropout_output)
        return _product(said, weights["out_kernel"]) + weights["out_bias"], state, cell

    @staticmethod
    def _loss(logits: Any, y: Any) -> Any:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(y, [-1]), logits)
        return tf.reduce_mean(loss)

    @tf.function  # type: ignore[untyped-decorator]
    def update(self, x: Any, y: Any) -> Any:
        """Learn from one window, and carry the states on."""
        s = self.settings
        with tf.GradientTape() as tape:
            logits, state, cell = self._logits(
                self.weights, x, self.state, self.cell, s.window, drop=True
            )
            loss = self._loss(logits, y)
        variables = list(self.weights.values())
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]
        gradients, _ = tf.clip_by_global_norm(gradients, s.clip)
        self.state.assign(state)
        self.cell.assign(cell)
        self.count.assign_add(1.0)
        self._adam(variables, gradients)
        return loss

    def _adam(
        self, variables: Any, gradients: Any, beta1: float = 0.9, beta2: float = 0.99
    ) -> None:
        """Follow the gradients; the rate rises at first, then falls as a cosine to zero."""
        s, n = self.settings, self.count
        done = tf.minimum(n / s.updates, 1.0)
        rate = s.learning_rate * tf.minimum(n / s.warm_up, 0.5 + 0.5 * tf.cos(np.pi * done))
        keep = tf.minimum(s.average, n / (n + 9.0))
        for variable, gradient, (mean, square), average in zip(
            variables, gradients, self.moments, self.averages.values(), strict=True
        ):
            mean.assign(beta1 * mean + (1 - beta1) * gradient)
            square.assign(beta2 * square + (1 - beta2) * tf.square(gradient))
            ahead = mean / (1 - beta1**n)
            variable.assign_sub(rate * ahead / (tf.sqrt(square / (1 - beta2**n)) + 1e-8))
            average.assign(keep * average + (1 - keep) * variable)

    @tf.function  # type: ignore[untyped-decorator]
    def _window_loss(self, x: Any, y: Any, state: Any, cell: Any, steps: int) -> Any:
        logits, state, cell = self._logits(self.averages, x, state, cell, steps, drop=False)
        return self._loss(logits, y), state, cell

    def loss(self, text: Array, streams: int = 32, window: int = 50) -> float:
        """Return the averaged weights' nats a character on a text, cut into streams."""
        length = (len(text) - 1) // streams // window * window
        x = text[: length * streams].reshape(streams, length).T
        y = text[1 : length * streams + 1].reshape(streams, length).T
        state = cell = tf.zeros((streams, self.settings.units))
        losses = []
        for start in range(0, length, window):
            part = slice(start, start + window)
            loss, state, cell = self._window_loss(x[part], y[part], state, cell, window)
            losses.append(float(loss))
        return float(np.mean(losses))


def train(
    settings: Settings, train_text: Array, validation: Array, vocabulary: int, keep: Path
) -> dict[str, Any]:
    """Train, write the best averaged weights by validation to `keep`, and return the curve."""
    network = Network(settings, vocabulary)
    best, curve, recent = np.inf, [], []
    began, began_cpu = time.perf_counter(), time.process_time()
    for n, (x, y, anew) in enumerate(windows(train_text, settings), 1):
        if anew:
            network.state.assign(tf.zeros_like(network.state))
            network.cell.assign(tf.zeros_like(network.cell))
        recent.append(network.update(x.astype("int32"), y.astype("int32")))
        if n % settings.evaluate_every == 0 or n == settings.updates:
            point = {
                "updates": n,
                "characters": n * settings.window * settings.streams,
                "train": round(float(np.mean([float(loss) for loss in recent])), 4),
                "validation": round(network.loss(validation.astype("int32")), 4),
                "wall seconds": round(time.perf_counter() - began, 1),
                "processor seconds": round(time.process_time() - began_cpu, 1),
            }
            curve.append(point)
            recent = []
            print(json.dumps(point), flush=True)
            if point["validation"] < best:
                best = point["validation"]
                arrays = {name: value.numpy() for name, value in network.averages.items()}
                np.savez(keep, allow_pickle=False, **arrays)
        if n == settings.updates:
            return {"settings": asdict(settings), "curve": curve}
    raise AssertionError("windows never end")
