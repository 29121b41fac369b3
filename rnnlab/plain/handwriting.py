"""The plain forms of what `rnnlab.handwriting` has."""

from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf
from safetensors import safe_open
from safetensors.numpy import load_file

from rnnlab.plain.mixtures import draw, mixture
from rnnlab.strokes import ALPHABET


class SoftWindow(keras.layers.Layer):
    """An LSTM that reads points, and with each a few characters."""

    def __init__(self, units, windows):
        super().__init__()
        slow = np.repeat([0, 0, np.log(0.1)], windows)
        self.cell = keras.layers.LSTMCell(units)
        self.window = keras.layers.Dense(
            3 * windows,
            kernel_initializer=keras.initializers.RandomNormal(0, 0.05),
            bias_initializer=lambda *_, **__: tf.constant(slow, "float32"),
        )

    def call(self, points, text):
        u = tf.range(tf.shape(text)[1], dtype=text.dtype)
        w, states = 0 * text[:, 0], self.cell.get_initial_state(len(text))
        kappa, found = 0, []
        for p in tf.unstack(points, axis=1):
            h, states = self.cell(tf.concat([p, w], -1), states)
            parts = tf.exp(self.window(h))[..., np.newaxis]
            alpha, beta, move = tf.split(parts, 3, axis=1)
            kappa += move
            each = alpha * tf.exp(-beta * (kappa - u) ** 2)
            phi = tf.reduce_sum(each, axis=1)
            w = tf.linalg.matvec(text, phi, transpose_a=True)
            found.append((h, w, phi))
        return [tf.stack(parts, axis=1) for parts in zip(*found)]


def load_hand(path):
    """Read the weights of a network that writes by hand."""
    with safe_open(path, "np") as file:
        scale = float(file.metadata()["scale"])
    arrays = load_file(path)
    weights = {
        name: np.float64(array) * arrays.get(f"{name}.scale", 1)
        for name, array in arrays.items()
        if not name.endswith(".scale")
    }
    return SimpleNamespace(weights=weights, scale=scale)


def codes_of(text):
    """Return the numbers of a line's characters, and of a space."""
    return [ALPHABET.index(character) for character in text + " "]


def handwrite(hand, text, rng, neatness=0, begun=()):
    """Write a line, a point at a time."""
    pen, unit = WritingHand(hand, text), (hand.scale, hand.scale, 1)
    size = count, _ = 40 * len(text), 2
    normal, uniform = rng.standard_normal(size), rng.random(size)
    outputs = pen.read(np.array([0, 0, 1]))
    for point in begun:
        outputs = pen.read(point / unit)
    points, windows, ended = [], [], False
    while len(points) < count and not ended:
        (a, b), (first, last) = normal[len(points)], uniform[len(points)]
        point = draw(mixture(outputs, neatness), [first, a, b, last])
        points.append(point * unit)
        windows.append(pen.phi)
        outputs = pen.read(point)
        ended = bool(point[2]) and pen.phi.argmax() == len(pen.phi) - 1
    return SimpleNamespace(
        strokes=np.float32(points), window=np.array(windows), finished=ended
    )


class WritingHand:
    """A network that has read a text, and points so far."""

    def __init__(self, hand, text):
        self.w, self.kappa = hand.weights, 0
        self.text = np.eye(len(ALPHABET))[codes_of(text)]
        self.seen = np.zeros(len(ALPHABET))
        self.first = np.zeros((2, len(self.w["lstm1_recurrent"])))
        self.second = np.zeros((2, len(self.w["lstm2_recurrent"])))

    def read(self, point):
        w, x = self.w, np.append(point, self.seen)
        h, _ = self.first = lstm_of(x, *self.first, w, "lstm1")
        parts = np.exp(h @ w["window_kernel"] + w["window_bias"])
        alpha, beta, move = np.split(parts, 3)
        self.kappa = self.kappa + move
        away = np.subtract.outer(np.arange(len(self.text)), self.kappa)
        self.phi = np.exp(-beta * away**2) @ alpha
        self.seen = self.phi @ self.text
        x = np.concatenate([point, h, self.seen])
        self.second = lstm_of(x, *self.second, w, "lstm2")
        joined = np.append(h, self.second[0])
        return joined @ w["output_kernel"] + w["output_bias"]


def lstm_of(x, h, c, w, name):
    """Return the new state and cell of an LSTM."""
    sums = x @ w[f"{name}_kernel"] + h @ w[f"{name}_recurrent"]
    i, f, g, o = np.split(sums + w[f"{name}_bias"], 4)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c
