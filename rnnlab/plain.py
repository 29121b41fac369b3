"""Reference forms: what one would write with Keras, TensorFlow and NumPy.

Each bears the name of something in the package that is longer because it
is fast, outlasts a kill, or checks what it is given. These check nothing,
and leave out what no page uses. Programs copied from pages hold these
forms, and tests compare them with the others.
"""

import contextlib
import heapq
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import make_dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from rnnlab.baselines import _newest_first
from rnnlab.plotting import COLORS
from rnnlab.translation import END, PAD, START, encoder_decoder
from rnnlab.workers import WorkerError
from rnnlab.writing import writing_network


def train(
    model, batches, *, iterations, loss="mse", optimizer="adam",
    learning_rate=None, log_every=None, validation=None,
):
    """Update a model's weights once for each batch."""
    method = keras.optimizers.get(optimizer)
    if learning_rate:
        method.learning_rate = learning_rate
    if optimizer == "adam" or getattr(model, "optimizer", 0) != method:
        model.compile(
            method,
            root_mean_square if loss == "rmse" else "mse",
            jit_compile=False,
        )
    if log_every:
        log = SimpleNamespace(losses=[], validation_losses=[])
        log.iterations = list(range(0, iterations, log_every))
    draws = iter(batches, None) if callable(batches) else batches
    for i, (x, y) in zip(range(iterations), draws):
        model.train_on_batch(x, y)
        if log_every and i in log.iterations:
            log.losses.append(float(model.compute_loss(x, y, model(x))))
            if validation:
                x, y = validation
                last = float(model.compute_loss(x, y, model(x)))
                log.validation_losses.append(last)
    if log_every:
        return log


def root_mean_square(y, outputs):
    """Return the root of the mean squared error of a batch."""
    return tf.sqrt(tf.reduce_mean((outputs - y) ** 2))


def train_scheduled(
    model, series, n_given, own_share, iterations, rng, batch_size=32,
    learning_rate=0.001,
):
    """Train a network on inputs that are more and more often its own."""

    def batches():
        done = 0
        while True:
            order = rng.permutation(len(series))
            for i in range(0, len(series) - batch_size + 1, batch_size):
                x = series[order[i : i + batch_size]]
                p = own_share(done / iterations)
                mixed = scheduled_inputs(model, x[:, :-1], n_given, p, rng)
                yield mixed, x[:, 1:]
                done += 1

    return train(
        model,
        batches(),
        iterations=iterations,
        learning_rate=learning_rate,
    )


def scheduled_inputs(model, series, n_given, own_share, rng):
    """Put a network's own forecasts in the place of some true values."""
    inputs = np.array(series, model.dtype)
    if own_share == 0:
        return inputs
    own = rng.random((*inputs.shape[1::-1], 1)) < own_share
    own[:n_given] = False
    return fed_back(model, inputs, own).numpy()


@tf.function
def fed_back(model, x, own):
    """Replace inputs by what the network says after those before."""
    recurrent = [layer for layer in model.layers if hasattr(layer, "cell")]
    states = {r.name: r.get_initial_state(x.shape[0]) for r in recurrent}
    inputs, y = [], x[:, 0]
    for t in range(x.shape[1]):
        y = tf.where(own[t], y, x[:, t])
        inputs.append(y)
        for layer in model.layers:
            if layer.name in states:
                y, states[layer.name] = layer.cell(y, states[layer.name])
            else:
                y = layer(y)
    return tf.stack(inputs, axis=1)


def generate(model, beginning, n_values, stateful=False):
    """Continue a series, each predicted value being the next input."""
    series = np.atleast_3d(beginning).astype(model.dtype)
    batch, given, features = series.shape
    for _ in range(n_values):
        # To carry the state on is to read all that there was.
        past = series if stateful else series[:, -given:]
        outputs = model.predict_on_batch(past)
        latest = outputs.reshape(batch, -1, features)[:, -1:]
        series = np.concatenate([series, latest], axis=1)
    new = series[:, given:]
    return new[0, :, 0] if np.ndim(beginning) == 1 else new


def recurrent_network(units=100, activation="relu", features=1, seed=0):
    """Return a simple recurrent layer, and a dense one at every step."""
    rnn = keras.layers.SimpleRNN(units, activation, return_sequences=True)
    dense = keras.layers.Dense(features)
    model = keras.Sequential([keras.Input((None, features)), rnn, dense])
    kernels = [weight for weight in model.weights if len(weight.shape) > 1]
    rng = np.random.default_rng(seed)
    a, b = 6 / (features + 2 * units), 6 / (units + features)
    for kernel, bound in zip(kernels, np.sqrt([a, a, b])):
        kernel.assign(rng.uniform(-bound, bound, kernel.shape))
    return model


def save(model, path):
    """Write a model's description and weights to a safetensors file."""
    description = json.dumps(model.get_config()).encode()
    text = np.frombuffer(description, np.uint8)
    weights = {str(n): v.numpy() for n, v in enumerate(model.variables)}
    save_file(weights | {"text": text}, path)


def load(path):
    """Read a model that `save` has written."""
    try:
        arrays = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path!r} is no whole model: {error}") from error
    description = json.loads(arrays.pop("text").tobytes())
    model = keras.Sequential.from_config(description)
    for number, variable in enumerate(model.variables):
        variable.assign(arrays[str(number)])
    return model


def Table(columns, formats=None):
    """Return columns of numbers or text as lines of text."""
    form = {k: f"{{:{spec}}}".format for k, spec in (formats or {}).items()}
    return pd.DataFrame(columns).to_string(index=False, formatters=form)


class LinearForecast:
    """A weighted sum of the last values for each step ahead."""

    def __init__(self, coefficients, intercept=0.0):
        self.coefficients, self.intercept = coefficients, intercept

    def predict(self, inputs):
        latest = _newest_first(inputs, len(self.coefficients))
        ahead = latest @ self.coefficients + self.intercept
        return ahead[:, -1, :, None] if ahead.shape[2] > 1 else ahead

    def generate(self, beginning, n_values):
        values = list(beginning)
        for _ in range(n_values):
            latest = values[-len(self.coefficients) :]
            latest = np.reshape(latest, (1, -1, 1))
            values.append(self.predict(latest).item())
        return np.array(values[len(beginning) :])


def windows(values, n_steps, horizon=None, at_each_step=False):
    """Cut a series into all its windows, and what follows each."""
    cut = np.lib.stride_tricks.sliding_window_view
    every = cut(np.atleast_3d(values), n_steps + (horizon or 1), axis=1)
    every = np.concatenate(every.swapaxes(2, 3))
    if at_each_step:
        y = cut(every[:, 1:], horizon, axis=1).swapaxes(2, 3)
        return every[:, :n_steps], y.reshape(len(every), n_steps, -1)
    return every[:, :n_steps], every[:, n_steps if horizon else 1 :]


FUNCTION_AND_SLOPE = {
    "linear": (lambda a: a, np.ones_like),
    "relu": (lambda a: np.maximum(a, 0), lambda y: 1.0 * (y > 0)),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda y: y * (1 - y)),
    "tanh": (np.tanh, lambda y: 1 - y**2),
}


def forward(
    inputs, kernel, recurrent_kernel, bias=None, activation="tanh", *,
    initial_state=None,
):
    """Run a simple recurrent network; keep what its gradients need."""
    x, w_x, w_h = map(np.asarray, (inputs, kernel, recurrent_kernel))
    function, slope = FUNCTION_AND_SLOPE[activation]
    h = [np.zeros((len(x), len(w_h)))]
    if initial_state is not None:
        h = [initial_state]
    for t in range(x.shape[1]):
        a = x[:, t] @ w_x + h[-1] @ w_h
        h.append(function(a if bias is None else a + bias))
    states = np.stack(h, axis=1)
    outputs = states[:, 1:]
    return Forward(x, w_x, w_h, states, outputs, slope(outputs))


KEPT = "inputs kernel recurrent_kernel states outputs slopes"
Forward = make_dataclass("Forward", KEPT.split())


def backward(kept, output_gradients, truncate_after=None):
    """Carry the slope of a loss back from the outputs."""
    g, w_h = np.asarray(output_gradients), kept.recurrent_kernel
    errors, returned = np.zeros(g.shape), []
    for t in reversed(range(g.shape[1])):
        arriving = [g[:, t] + sum(returned)]
        if truncate_after:
            # What later steps send back is kept apart, the newest first.
            arriving = [g[:, t], *returned][:truncate_after]
        by_age = [a * kept.slopes[:, t] for a in arriving]
        errors[:, t] = sum(by_age)
        returned = [error @ w_h.T for error in by_age]
    to_x = np.einsum("bti,btj->ij", kept.inputs, errors)
    to_h = np.einsum("bti,btj->ij", kept.states[:, :-1], errors)
    from_x, bias = errors @ kept.kernel.T, errors.sum((0, 1))
    return Gradients(to_x, to_h, bias, from_x, sum(returned))


SLOPES = "kernel recurrent_kernel bias inputs initial_state"
Gradients = namedtuple("Gradients", SLOPES)


def simple_rnn(
    inputs, kernel, recurrent_kernel, bias, activation="tanh",
    initial_state=None, *, mask=None, go_backwards=False,
):
    """Run a simple recurrent network over sequences."""
    function, outputs = keras.activations.get(activation), []
    x = inputs @ kernel + (0 if bias is None else bias)
    h = tf.zeros_like(x[:, 0]) if initial_state is None else initial_state
    steps = range(x.shape[1])
    for t in reversed(steps) if go_backwards else steps:
        new = function(x[:, t] + h @ recurrent_kernel)
        h = new if mask is None else tf.where(mask[:, t, None], new, h)
        outputs.append(h)
    if mask is not None:
        outputs = from_first_step(outputs, mask, go_backwards)
    return tf.stack(outputs, axis=1), h


def from_first_step(outputs, mask, go_backwards):
    """Leave outputs before the first step that counts zero."""
    counts = mask[:, ::-1] if go_backwards else mask
    seen = np.logical_or.accumulate(counts, axis=1)[..., np.newaxis]
    return [
        tf.where(seen[:, t], output, tf.zeros_like(output))
        for t, output in enumerate(outputs)
    ]


def lstm(
    inputs, kernel, recurrent_kernel, bias, initial_state=None, *,
    mask=None, go_backwards=False,
):
    """Run a long short-term memory over sequences."""
    x, outputs = inputs @ kernel + (0 if bias is None else bias), []
    h = c = tf.zeros_like(x[:, 0, : x.shape[-1] // 4])
    if initial_state is not None:
        h, c = initial_state
    steps = range(x.shape[1])
    for t in reversed(steps) if go_backwards else steps:
        i, f, g, o = tf.split(x[:, t] + h @ recurrent_kernel, 4, axis=-1)
        cell = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        new = tf.sigmoid(o) * tf.tanh(cell)
        h = new if mask is None else tf.where(mask[:, t, None], new, h)
        c = cell if mask is None else tf.where(mask[:, t, None], cell, c)
        outputs.append(h)
    if mask is not None:
        outputs = from_first_step(outputs, mask, go_backwards)
    return tf.stack(outputs, axis=1), (h, c)


def gru(
    inputs, kernel, recurrent_kernel, bias, initial_state=None, *,
    mask=None, go_backwards=False, reset_after=True,
):
    """Run a gated recurrent unit over sequences."""
    b = d = 0
    if bias is not None:
        b, d = (bias[0], bias[1]) if reset_after else (bias, 0)
    x, outputs = inputs @ kernel + b, []
    h = tf.zeros_like(x[:, 0, : x.shape[-1] // 3])
    if initial_state is not None:
        h = initial_state
    w_g = tf.split(recurrent_kernel, 3, axis=-1)[2]
    steps = range(x.shape[1])
    for t in reversed(steps) if go_backwards else steps:
        x_z, x_r, x_g = tf.split(x[:, t], 3, axis=-1)
        h_z, h_r, h_g = tf.split(h @ recurrent_kernel + d, 3, axis=-1)
        z, r = tf.sigmoid(x_z + h_z), tf.sigmoid(x_r + h_r)
        g = tf.tanh(x_g + (r * h_g if reset_after else (r * h) @ w_g))
        new = z * h + (1 - z) * g
        h = new if mask is None else tf.where(mask[:, t, None], new, h)
        outputs.append(h)
    if mask is not None:
        outputs = from_first_step(outputs, mask, go_backwards)
    return tf.stack(outputs, axis=1), h


def named_lines(ax, x, lines, reference=""):
    """Draw lines, each with its name in its colour where it ends."""
    colors = iter(COLORS.values())
    for name, line in lines.items():
        color, look = "black", "--"
        if name != reference:
            color, look = next(colors), "-"
        ax.plot(x, np.transpose(line), look, color=color, linewidth=1.2)
        end = np.ravel(x)[-1], np.median(np.atleast_2d(line), axis=0)[-1]
        place = {"xytext": (6, 0), "textcoords": "offset points"}
        ax.annotate(name, end, **place, color=color, va="center")
    return ax


def label_lines(ax):
    """Name each line that has a label, in its colour, where it ends."""
    for name, line in {line.get_label(): line for line in ax.lines}.items():
        if not name.startswith("_"):
            place = {"xytext": (6, 0), "textcoords": "offset points"}
            look = {"color": line.get_color(), "va": "center"}
            ax.annotate(name, line.get_xydata()[-1], **place, **look)
    return ax


class Vocabulary:
    """The characters that a model knows, numbered in their order."""

    def __init__(self, characters):
        self.characters = characters

    def __len__(self):
        return len(self.characters)

    def encode(self, text):
        number = {c: n for n, c in enumerate(self.characters)}
        return np.array([number[c] for c in text])

    def decode(self, codes):
        return "".join(self.characters[code] for code in codes)


def carried_windows(codes, streams, window):
    """Cut a text into streams, and these into windows that go on."""
    batches = (len(codes) - 1) // (streams * window)
    shape = streams, batches, window
    x, y = codes[: np.prod(shape)], codes[1 : np.prod(shape) + 1]
    return x.reshape(shape).swapaxes(0, 1), y.reshape(shape).swapaxes(0, 1)


class KneserNey:
    """N-grams whose shorter runs count in how many ways they begin."""

    def __init__(self, size, order, discount=0.9):
        self.size, self.order, self.discount = size, order, discount

    def fit(self, codes):
        runs = [self._runs(codes, n + 1) for n in range(self.order)]
        for n in range(self.order - 1):
            runs[n] = np.unique(runs[n + 1]) % self.size ** (n + 1)
        self.tables = [np.unique(r, return_counts=True) for r in runs]
        return self

    def log_prob(self, codes):
        p = np.full(len(codes), 1 / self.size)
        for n, (runs, counts) in enumerate(self.tables):
            asked = self._runs(codes, n + 1)
            context = asked // self.size * self.size
            i, j = np.searchsorted(runs, [context, context + self.size])
            sums = np.append(0, np.cumsum(counts))
            k = np.minimum(np.searchsorted(runs, asked), len(runs) - 1)
            kept = np.where(runs[k] == asked, counts[k] - self.discount, 0)
            mixed = np.maximum(kept, 0) + self.discount * (j - i) * p[n:]
            p[n:][j > i] = (mixed / np.maximum(sums[j] - sums[i], 1))[j > i]
        return np.log(p)

    def _runs(self, codes, n):
        powers = self.size ** np.arange(n - 1, -1, -1)
        cut = np.lib.stride_tricks.sliding_window_view
        return cut(codes, n) @ powers


def log_prob(model, codes, streams=64, warm_up=200):
    """Return the log probabilities that a network gives to a text."""
    length = -(-(len(codes) - 1) // streams)
    begins = np.arange(0, len(codes) - 1, length)[:, None]
    starts = np.maximum(begins - warm_up, 0)
    places = starts + np.arange(warm_up + length)
    padded = np.pad(codes, (0, warm_up + length))
    logits = model.predict(padded[places], batch_size=16, verbose=0)
    wanted = padded[places + 1][..., None]
    told = np.take_along_axis(tf.nn.log_softmax(logits).numpy(), wanted, 2)
    own = begins - starts + np.arange(length)
    found = np.take_along_axis(told[..., 0], own, 1)
    return np.float64(found.ravel()[: len(codes) - 1])


def probabilities(logits, temperature=1, top_k=None, nucleus=None):
    """Return the softmax of logits, sharpened and cut off."""
    p = tf.nn.softmax(np.float64(logits) / temperature).numpy()
    order = np.argsort(-p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, axis=-1)
    if top_k:
        ranked[..., top_k:] = 0
    if nucleus:
        ranked[np.cumsum(ranked, axis=-1) - ranked >= nucleus] = 0
    np.put_along_axis(p, order, ranked, axis=-1)
    return p / p.sum(axis=-1, keepdims=True)


def sample(logits, rng, **cut):
    """Draw a character for each row of logits."""
    below = np.cumsum(probabilities(logits, **cut), axis=-1)
    drawn = rng.random((len(below), 1)) * below[:, -1:]
    return np.sum(below <= drawn, axis=-1)


def write(model, vocabulary, beginnings, count, rng, **cut):
    """Let a network go on from a text, reading what it has drawn."""
    texts = [beginnings] if isinstance(beginnings, str) else beginnings
    codes = np.array([vocabulary.encode(text) for text in texts])
    embedding, *recurrent, dense = model.layers
    states = [r.cell.get_initial_state(len(texts)) for r in recurrent]

    @tf.function
    def step(now, states):
        y, new = embedding(now), []
        for layer, state in zip(recurrent, states):
            y, state = layer.cell(y, state)
            new.append(state)
        return dense(y), new

    for now in codes.T:
        logits, states = step(tf.constant(now), states)
    written = []
    for _ in range(count):
        written.append(sample(logits.numpy(), rng, **cut))
        logits, states = step(tf.constant(written[-1]), states)
    found = [vocabulary.decode(row) for row in np.transpose(written)]
    return found[0] if isinstance(beginnings, str) else found


def load_writer(path):
    """Read a network, kept in a byte a weight, and its vocabulary."""
    arrays = load_file(path)
    with safe_open(path, "numpy") as file:
        vocabulary = Vocabulary(file.metadata()["vocabulary"])
    names = "embedding kernel recurrent_kernel bias readout readout_bias"
    weights = [
        arrays[name] * arrays.get(f"{name}.scale", 1)
        for name in names.split()
    ]
    model = writing_network(
        len(vocabulary), len(weights[2]), embedding=weights[0].shape[1]
    )
    model.set_weights(weights)
    return model, vocabulary


def sums(count, digits, rng):
    """Draw sums of two numbers and what they come to, each sum once."""
    found = {}
    while len(found) < count:
        is_long = rng.random(2) < 0.5
        lengths = np.where(is_long, digits, rng.integers(1, digits + 1, 2))
        a, b = rng.integers(0, 10**lengths).tolist()
        found.setdefault((min(a, b), max(a, b)), f"{a}+{b}")
    return list(found.values()), [str(a + b) for a, b in found]


def vocabulary_of(texts):
    """Number padding, start and end, and the characters of texts."""
    characters = sorted(set("".join(texts)))
    return Vocabulary(PAD + START + END + "".join(characters))


def padded(vocabulary, texts):
    """Return the numbers of strings, with padding behind short ones."""
    longest = max(map(len, texts))
    filled = [text.ljust(longest, PAD) for text in texts]
    return np.array([vocabulary.encode(text) for text in filled])


def translate(model, source, target, texts, *, longest=20):
    """Return answers, each character the likeliest after the others."""
    x, y = padded(source, texts), np.ones((len(texts), 1), int)  # START
    for _ in range(longest):
        y = np.column_stack([y, np.argmax(model([x, y])[:, -1], axis=-1)])
    said = [target.decode(row) for row in y[:, 1:]]
    return [answer.partition(END)[0] for answer in said]


def load_translator(path):
    """Read a network, kept in two bytes a weight, and its vocabularies."""
    arrays = load_file(path)
    with safe_open(path, "numpy") as file:
        characters = file.metadata()
    source, target = (
        Vocabulary(characters[name]) for name in ("source", "target")
    )
    kind = "additive" if "key/kernel" in arrays else "multiplicative"
    model = encoder_decoder(
        len(source),
        len(target),
        len(arrays["decoder/lstm_cell/recurrent_kernel"]),
        attention=kind if "query/kernel" in arrays else None,
        embedding=arrays["source_embedding/embeddings"].shape[1],
    )
    model.set_weights([arrays[weight.path] for weight in model.weights])
    return model, source, target


def additive_attention(query, key, value, scale, mask=None):
    """Return means of the values, and the weights."""
    sums = query[:, :, tf.newaxis] + key[:, tf.newaxis]
    scores = tf.reduce_sum(scale * tf.tanh(sums), axis=-1)
    if mask is not None:
        scores = tf.where(mask, scores, -np.inf)
    weights = tf.nn.softmax(scores)
    return weights @ value, weights


def multiplicative_attention(query, key, value, mask=None):
    """Return means of the values, and the weights."""
    scores = query @ tf.transpose(key, [0, 2, 1])
    if mask is not None:
        scores = tf.where(mask, scores, -np.inf)
    weights = tf.nn.softmax(scores)
    return weights @ value, weights


def look_back(model, codes, answers, places=True):
    """Return what a network says, and where it looks."""
    layer = {one.name: one for one in model.layers}
    read = layer["encoder"].output[0]
    key = layer["key"].output if "key" in layer else read
    tensors = [layer["query"].output, key, read, layer["decoder"].output]
    inside = keras.Model(model.inputs, tensors)
    query, key, read, state = inside([codes, answers])
    places = places & (codes != 0)[:, np.newaxis]
    if "key" in layer:
        scale = layer["attention"].scale
        means, weights = additive_attention(query, key, read, scale, places)
    else:
        means, weights = multiplicative_attention(query, key, read, places)
    joined = layer["combined"](tf.concat([state, means], axis=-1))
    return layer["readout"](joined), weights


Found = namedtuple("Found", ["codes", "log_prob"])


def beam_search(continuations, width, *, end, longest, penalty=0):
    """Return the likeliest sequences that a beam finds."""
    beam, done = [Found((), 0.0)], []
    for _ in range(longest):
        steps = continuations(np.array([one.codes for one in beam], int))
        new = [
            Found((*one.codes, code), one.log_prob + float(step))
            for one, row in zip(beam, steps)
            for code, step in enumerate(row)
        ]
        new = sorted(new, key=lambda one: -one.log_prob)[:width]
        done += [one for one in new if one.codes[-1] == end]
        beam = [one for one in new if one.codes[-1] != end]
        if not beam:
            break

    def score(one):
        return one.log_prob / len(one.codes) ** penalty

    return sorted(done + beam, key=score, reverse=True)[:width]


def most_likely(continuations, *, end, longest):
    """Try beginnings, the likeliest first, until one is whole."""
    waiting = [(0.0, ())]
    while waiting:
        cost, codes = heapq.heappop(waiting)
        if codes and codes[-1] == end:
            return Found(codes, -cost)
        if len(codes) < longest:
            (steps,) = continuations(np.array([codes], int))
            for code, step in enumerate(steps):
                heapq.heappush(waiting, (cost - step, (*codes, code)))


def continuations_of(model, source, target):
    """Return what a network says may come next in its answer to a text."""
    after = tf.function(
        lambda x, y: tf.nn.log_softmax(model([x, y])[:, -1]),
        input_signature=[tf.TensorSpec([None, None], tf.int64)] * 2,
    )

    def answers_to(text):
        x = padded(source, [text])

        def continuations(prefixes):
            y = np.pad(prefixes, [(0, 0), (1, 0)], constant_values=1)
            return after(np.repeat(x, len(y), axis=0), y).numpy()

        return continuations

    return answers_to


def pig_latin(text):
    """Return words in Pig Latin."""
    said = []
    for word in text.split(" "):
        head = len(re.match("[^aeiou]*", word)[0]) % len(word)
        way = "way" if word[0] in "aeiou" else "ay"
        said.append(word[head:] + word[:head] + way)
    return " ".join(said)


def origins(text):
    """Return where each letter of the Pig Latin comes from, or -1."""
    found, start = [], 0
    for word in text.split(" "):
        head = len(re.match("[^aeiou]*", word)[0]) % len(word)
        places = [*range(head, len(word)), *range(head)]
        found += [start - 1] * (start > 0) + [start + n for n in places]
        found += [-1] * (3 if word[0] in "aeiou" else 2)
        start += len(word) + 1
    return found


def phrases(words, count, longest, rng):
    """Draw phrases of words, as long as is drawn first."""
    every, found = np.array(words), []
    lengths = np.array([len(word) for word in words])
    for room in rng.integers(min(lengths), longest + 1, count):
        phrase = str(rng.choice(every[lengths <= room]))
        while len(longer := f"{phrase} {rng.choice(every)}") <= room:
            phrase = longer
        found.append(phrase)
    return found


def read_languages(path):
    """Read names of months and days, and patterns of dates."""
    return json.loads(Path(path).read_text("utf8"))["languages"]


def written(day, language, pattern):
    """Write a date by a pattern of Unicode's CLDR."""
    parts = {
        "y": day.year, "yy": f"{day.year % 100:02}",
        "M": day.month, "MM": f"{day.month:02}",
        "d": day.day, "dd": f"{day.day:02}",
    }

    def text(found):
        quoted, field, other = found.groups()
        if field in parts:
            return str(parts[field])
        index = day.weekday() if "E" in (field or "") else day.month - 1
        return language[field][index] if field else quoted or other

    return re.sub("'([^']+)'|(y+|M+|d+|E+)|(.)", text, pattern)


def readings(text, languages):
    """Return the days that some pattern writes like this."""
    numbers = dict.fromkeys(["M", "MM", "d", "dd"], r"\d\d?")
    numbers |= {"y": r"\d{4}", "yy": r"\d\d"}
    found = set()
    pairs = [(one, p) for one in languages for p in one["patterns"]]
    for language, pattern in pairs:

        def group(part, names=language):
            quoted, field, other = part.groups()
            words = "|".join(map(re.escape, names.get(field, "")))
            wanted = f"(?P<{field}>{numbers.get(field, words)})"
            return wanted if field else re.escape(quoted or other)

        expression = re.sub("'([^']+)'|(y+|M+|d+|E+)|(.)", group, pattern)
        match = re.fullmatch(expression, text)
        parts = match.groupdict() if match else {}
        short = parts.get("yy", "")
        year = parts.get("y") or f"{20 if short < '50' else 19}{short}"
        for month in range(1, 13) if match else ():
            with contextlib.suppress(ValueError):  # such as 31 April
                number = int(parts.get("d") or parts["dd"])
                day = date(int(year), month, number)
                if written(day, language, pattern) == text:
                    found.add(day)
    return found


def run_workers(program, workers=2, *, timeout=300, arguments=()):
    """Run a program in several processes that know of each other."""
    found = [socket.create_server(("localhost", 0)) for _ in range(workers)]
    addresses = [f"localhost:{one.getsockname()[1]}" for one in found]
    for server in found:
        server.close()
    running, end = [], time.time() + timeout
    for index in range(workers):
        task = {"type": "worker", "index": index}
        place = {"cluster": {"worker": addresses}, "task": task}
        environment = os.environ | {"TF_CONFIG": json.dumps(place)}
        command = [sys.executable, program, *arguments]
        options = {"stdout": subprocess.PIPE, "text": True}
        running.append(
            subprocess.Popen(command, env=environment, **options)
        )
    while any(code := [one.poll() for one in running]) or None in code:
        failed = [n for n, one in enumerate(code) if one]
        if failed or time.time() > end:
            for one in running:
                one.kill()
            n = failed[0] if failed else code.index(None)
            ended = f"ended with code {code[n]}"
            raise WorkerError(f"worker {n} of {workers} {ended}")
        time.sleep(0.1)
    return [one.stdout.read() for one in running]
