"""Reference forms: what one would write with Keras, TensorFlow and NumPy.

Each bears the name of something in the package that is longer because it
is fast, outlasts a kill, or checks what it is given. These check nothing,
and leave out what no page uses. Programs copied from pages hold these
forms, and tests compare them with the others.
"""

import contextlib
import heapq
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import textwrap
import time
from collections import namedtuple
from dataclasses import make_dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from rnnlab.plotting import COLORS
from rnnlab.reber import REBER_SYMBOLS
from rnnlab.strokes import ALPHABET
from rnnlab.workers import WorkerError


def train(
    model, batches, *, iterations, loss="mse", optimizer="adam",
    learning_rate=None, log_every=None, validation=None,
):
    """Update a model's weights once for each batch."""
    if optimizer == "adam" or getattr(model, "optimizer", 0) != optimizer:
        model.compile(
            optimizer,
            root_mean_square if loss == "rmse" else "mse",
            jit_compile=False,
        )
    if learning_rate:
        model.optimizer.learning_rate = learning_rate
    if log_every:
        log = SimpleNamespace(losses=[], validation_losses=[])
        last = iterations - 1
        log.iterations = [*range(0, last, log_every), last]
    draws = iter(batches, None) if callable(batches) else batches
    for i, (x, y) in zip(range(iterations), draws):
        model.train_on_batch(x, y)
        if log_every and i in log.iterations:
            log.losses.append(float(model.compute_loss(x, y, model(x))))
            if validation:
                new = model.compute_loss(*validation, model(validation[0]))
                log.validation_losses.append(float(new))
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


def generate(model, beginning, n_values, stateful=False, known=None):
    """Continue a series, each predicted value being the next input."""
    series = np.atleast_3d(beginning).astype(model.dtype)
    batch, given, features = series.shape
    for end in range(given, given + n_values):
        past = series[:, 0 if stateful else end - given :]
        if known is not None:
            after = slice(end + 1 - past.shape[1], end + 1)
            ahead = np.broadcast_to(known, (batch, *np.shape(known)[-2:]))
            past = np.dstack([past, ahead[:, after]])
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


def save(model, path, notes=None):
    """Write a model's description, weights and notes to a file."""
    text = json.dumps(
        {"model": model.get_config(), "notes": notes},
        default=lambda array: array.tolist(),
    )
    weights = {str(n): v.numpy() for n, v in enumerate(model.variables)}
    text = np.frombuffer(text.encode(), np.uint8)
    save_file(weights | {"text": text}, path)


def load(path):
    """Read a model that `save` has written."""
    try:
        arrays = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path!r} is no whole model: {error}") from error
    description = json.loads(arrays.pop("text").tobytes())["model"]
    model = keras.Sequential.from_config(description)
    for number, variable in enumerate(model.variables):
        variable.assign(arrays[str(number)])
    return model


def load_notes(path):
    """Read the notes beside a model."""
    return json.loads(load_file(path)["text"].tobytes())["notes"]


def read_series(
    path, columns, time, time_format, step="", zone="", gaps="", **csv
):
    """Read columns of numbers with their times, at regular steps."""
    missing = csv.pop("missing", [-999, -9999])
    table = pd.read_csv(path, na_values=missing, **csv).drop_duplicates()
    text = table[[*np.atleast_1d(time)]].astype(str).agg(" ".join, axis=1)
    times = pd.to_datetime(text, format=time_format)
    if zone:
        summer = ~times.duplicated().to_numpy()
        times = times.dt.tz_localize(zone, ambiguous=summer)
    table = table[columns].astype(float).set_index(times).sort_index()
    usual = table.index.to_series().diff().mode()[0]
    months = round(usual / pd.Timedelta("30.4D"))
    rows = table.asfreq(step or (f"{months}MS" if months else usual))
    filled = rows.interpolate(limit_area="inside")
    is_off = not table.index.isin(rows.index).all()
    if is_off or (not gaps and not filled.equals(rows)):
        raise ValueError("rows missing or off the step: give gaps or step")
    table = filled if gaps == "fill" else rows
    return table, f"{len(table)} rows from {table.index[0]} on"


class Scale(namedtuple("Scale", "mean std")):
    """The mean and the standard deviation of a series."""

    @classmethod
    def of(cls, training):
        return cls(np.nanmean(training, 0), np.nanstd(training, 0))

    def apply(self, values):
        return (values - self.mean) / self.std

    def undo(self, values):
        return self.mean + self.std * values


def rolling_origins(n_values, horizon, n_origins, stride=None):
    """Return the places from which to forecast, at equal distances."""
    last = n_values - horizon
    return last - (stride or horizon) * np.arange(n_origins)[::-1]


def block_bootstrap(differences, block, rng, level=0.95):
    """Return an interval for the mean of differences in time."""
    n = len(differences)
    starts = rng.choice(n, size=(2000, -(-n // block)))
    places = (starts[..., np.newaxis] + np.arange(block)) % n
    means = differences[places.reshape(2000, -1)[:, :n]].mean(axis=1)
    return tuple(np.quantile(means, [(1 - level) / 2, (1 + level) / 2]))


def pinball(targets, predictions, levels):
    """Return the mean pinball loss of forecast quantiles."""
    above = targets[..., np.newaxis] - predictions
    return np.mean(np.maximum(levels * above, (levels - 1) * above))


def Table(columns, formats=None):
    """Return columns of numbers or text as lines of text."""
    form = formats and {k: f"{{:{s}}}".format for k, s in formats.items()}
    return pd.DataFrame(columns).to_string(index=False, formatters=form)


class LinearForecast:
    """A weighted sum of the last values for each step ahead."""

    def __init__(self, coefficients, intercept=0.0):
        self.coefficients, self.intercept = coefficients, intercept

    def predict(self, inputs):
        x, order = np.asarray(inputs)[..., 0], len(self.coefficients)
        cut = np.lib.stride_tricks.sliding_window_view(x, order, axis=1)
        ahead = cut[..., ::-1] @ self.coefficients + self.intercept
        return ahead[:, -1, :, None] if ahead.shape[2] > 1 else ahead

    def generate(self, beginning, n_values):
        series = np.reshape(beginning, (1, -1, 1))
        for _ in range(n_values):
            latest = series[:, -len(self.coefficients) :]
            series = np.append(series, self.predict(latest), axis=1)
        return series[0, len(beginning) :, 0]


def fit_linear(inputs, targets, *, order=None):
    """Fit weighted sums of the last values by least squares."""
    x, y = np.asarray(inputs)[..., 0], np.asarray(targets)[..., 0]
    if order:
        x = np.lib.stride_tricks.sliding_window_view(x, order, axis=1)
        x, y = x.reshape(-1, order), y[:, order - 1 :].reshape(-1, 1)
    x = np.column_stack([x[:, ::-1], np.ones(len(x))])
    fitted = np.linalg.lstsq(x, y, rcond=None)[0]
    return LinearForecast(fitted[:-1], fitted[-1])


def mse_by_step(targets, predictions):
    """Return the mean squared error at each time step of the windows."""
    return np.square(np.subtract(targets, predictions)).mean(axis=(0, 2))


def coverage(targets, lower, upper):
    """Return the share of values that their intervals hold."""
    return float(np.mean((lower <= targets) & (targets <= upper)))


def interval_score(targets, lower, upper, level):
    """Return the mean width of intervals, with a fine for misses."""
    off = np.maximum(lower - targets, 0) + np.maximum(targets - upper, 0)
    return float(np.mean(upper - lower + 2 / (1 - level) * off))


def conformal_margin(residuals, level):
    """Return how far to go on either side of a forecast."""
    errors = np.sort(np.abs(residuals), axis=None)
    return errors[int(np.ceil(round((len(errors) + 1) * level, 9))) - 1]


def time_series(t):
    """Return the value of the lab's series at each time."""
    return t * np.sin(t) / 3 + 2 * np.sin(t * 5)


def windows(values, n_steps, horizon=None, at_each_step=False, known=None):
    """Cut a series into all its windows, and what follows each."""
    cut = np.lib.stride_tricks.sliding_window_view
    every = cut(np.atleast_3d(values), n_steps + (horizon or 1), axis=1)
    every = np.concatenate(every.swapaxes(2, 3))
    x, y = every[:, :n_steps], every[:, n_steps if horizon else 1 :]
    if at_each_step:
        y = [every[:, h : h + n_steps] for h in range(1, horizon + 1)]
        y = np.concatenate(y, axis=2)
    if known is not None:
        ahead = np.reshape(known, (-1, *np.shape(known)[-2:]))
        ahead = windows(ahead, n_steps, horizon or 1, at_each_step=True)[1]
        x = np.dstack([x, ahead])
    return x, y


KEPT = "inputs kernel recurrent_kernel states outputs slopes"
Forward = make_dataclass("Forward", KEPT.split())


def forward(
    inputs, kernel, recurrent_kernel, bias, activation="tanh",
    initial_state=0,
):
    """Run a simple recurrent network; keep what its gradients need."""
    x, w_x, w_h = map(np.asarray, (inputs, kernel, recurrent_kernel))
    function, slope = np.tanh, lambda y: 1 - y**2
    if activation == "relu":
        function, slope = lambda a: np.maximum(a, 0), lambda y: y > 0
    if activation == "linear":
        function, slope = lambda a: a, np.ones_like
    h = [np.full((len(x), len(w_h)), initial_state)]
    for t in range(x.shape[1]):
        a = x[:, t] @ w_x + h[-1] @ w_h
        h.append(function(a if bias is None else a + bias))
    states = np.stack(h, axis=1)
    outputs = states[:, 1:]
    return Forward(x, w_x, w_h, states, outputs, slope(outputs))


def backward(kept, output_gradients, truncate_after=None):
    """Carry the slope of a loss back from the outputs."""
    g, w_h = np.asarray(output_gradients), kept.recurrent_kernel
    errors, returned = np.zeros(g.shape), []
    for t in reversed(range(g.shape[1])):
        arriving = [g[:, t] + sum(returned)]
        if truncate_after:  # what steps send back is kept apart, by age
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


def state_gradient_norms(kept):
    """Measure how much of a change of a state reaches the last one."""
    product = np.eye(kept.outputs.shape[2])
    norms = [np.ones(len(kept.outputs))]
    for t in reversed(range(kept.outputs.shape[1])):
        product = kept.recurrent_kernel * kept.slopes[:, [t]] @ product
        norms.append(np.linalg.norm(product, ord=2, axis=(1, 2)))
    return np.stack(norms, axis=1)


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
    b, d = (0, 0) if bias is None else (bias[0], bias[1])
    if not reset_after:
        b, d = 0 if bias is None else bias, 0
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


def dots_with_medians(ax, runs):
    """Draw a ring for each run, and a stroke at the median of each row."""
    for row, found in enumerate(runs.values()):
        at, blue = [row] * len(found), COLORS["blue"]
        ax.plot(found, at, "o", color=blue, mfc="none")
        ax.plot(np.median(found), row, "|", c="black", ms=14, mew=1.5)
    names = [textwrap.fill(name, 18) for name in runs]
    ax.set_yticks(range(len(runs)), names)
    ax.set_ylim(len(runs) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    return ax


def heat_map(ax, values, row_labels, column_labels, decimals=2):
    """Draw a matrix as cells that hold their values."""
    matrix = np.asarray(values, float)
    full = max(1, np.abs(matrix).max())
    for (row, column), value in np.ndenumerate(matrix):
        color = COLORS["blue"] if value > 0 else COLORS["vermilion"]
        fill = color, 0.5 * abs(value) / full
        ax.add_patch(plt.Rectangle((column, row), 1, 1, fc=fill, lw=0))
        place, text = (column + 0.5, row + 0.5), f"{value:z.{decimals}f}"
        ax.text(*place, text, ha="center", va="center")
    rows, columns = matrix.shape
    ax.set(xlim=(0, columns), ylim=(rows, 0))
    ax.set_xticks(np.arange(columns) + 0.5, column_labels)
    ax.set_yticks(np.arange(rows) + 0.5, row_labels)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def label_lines(ax):
    """Name each line that has a label, in its colour, where it ends."""
    for name, line in {line.get_label(): line for line in ax.lines}.items():
        if not name.startswith("_"):
            place = {"xytext": (6, 0), "textcoords": "offset points"}
            look = {"color": line.get_color(), "va": "center"}
            ax.annotate(name, line.get_xydata()[-1], **place, **look)
    return ax


def bare_bones_weights():
    """Return the lab's weights as TensorFlow 1 drew them."""
    options = {"dtype": tf.float32, "seed": 42}
    normal = tf.raw_ops.RandomStandardNormal
    with tf.Graph().as_default(), tf.device("CPU"):
        first = normal(shape=[3, 5], seed2=5, **options)
        second = normal(shape=[5, 5], seed2=14, **options)
        kernels = tf.compat.v1.Session().run([first, second])
    return *kernels, np.zeros(5, np.float32)


def with_outer_changed(string):
    """Return a string that is wrong in its last symbol but one alone."""
    return string[:-2] + {"T": "P", "P": "T"}[string[-2]] + string[-1]


def one_hot(strings, *, align="start"):
    """Return strings as arrays with a one in the column of each symbol."""
    longest = max(map(len, strings))
    pad = str.rjust if align == "end" else str.ljust
    letters = np.array([list(pad(one, longest)) for one in strings])
    return np.float64(letters[..., np.newaxis] == list(REBER_SYMBOLS))


def writing_network(characters, units=256, *, embedding=64, seed=0):
    """Return a network that says how likely each character is next."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential([
        keras.Input((None,), dtype="int32"),
        keras.layers.Embedding(characters, embedding),
        keras.layers.LSTM(units, return_sequences=True),
        keras.layers.Dense(characters),
    ])  # fmt: skip


class Vocabulary:
    """The characters that a model knows, numbered in their order."""

    def __init__(self, characters):
        self.characters = characters

    def __len__(self):
        return len(self.characters)

    def encode(self, text):
        return np.array([self.characters.index(c) for c in text])

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
    with safe_open(path, "numpy") as file:
        letters = Vocabulary(file.metadata()["vocabulary"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    names = "embedding kernel recurrent_kernel bias readout readout_bias"
    w = [arrays[n] * arrays.get(f"{n}.scale", 1) for n in names.split()]
    model = writing_network(len(letters), len(w[2]), embedding=len(w[0][0]))
    model.set_weights(w)
    return model, letters


def sums(count, digits, rng):
    """Draw sums of two numbers and what they come to, each sum once."""
    found = {}
    while len(found) < count:
        is_long = rng.random(2) < 0.5
        lengths = np.where(is_long, digits, rng.integers(1, digits + 1, 2))
        a, b = rng.integers(0, 10**lengths).tolist()
        found.setdefault((min(a, b), max(a, b)), f"{a}+{b}")
    return list(found.values()), [str(a + b) for a, b in found]


PAD, START, END = "\0\2\3"  # the first characters of vocabularies


def vocabulary_of(texts):
    """Number padding, start and end, and the characters of texts."""
    return Vocabulary("\0\2\3" + "".join(sorted(set("".join(texts)))))


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


def encoder_decoder(
    sources, targets, units=128, *, attention=None, embedding=32, seed=0
):
    """Return a network that reads a string and says another one."""
    keras.utils.set_random_seed(seed)
    make, lstm = keras.layers, {"units": units, "return_sequences": True}
    source = keras.Input((None,), dtype="int32", name="source")
    answer = keras.Input((None,), dtype="int32", name="answer")
    embed = {"name": "source_embedding", "mask_zero": True}
    x = make.Embedding(sources, embedding, **embed)(source)
    read, *states = make.LSTM(**lstm, return_state=True, name="encoder")(x)
    y = make.Embedding(targets, embedding, name="answer_embedding")(answer)
    y = make.LSTM(**lstm, name="decoder")(y, initial_state=states)
    if attention:
        query = make.Dense(units, use_bias=False, name="query")(y)
        seen, kind = [query, read], make.Attention
        if attention == "additive":
            key = make.Dense(units, use_bias=False, name="key")(read)
            seen, kind = [query, read, key], make.AdditiveAttention
        both = make.Concatenate()([y, kind(name="attention")(seen)])
        y = make.Dense(units, "tanh", name="combined")(both)
    logits = make.Dense(targets, name="readout")(y)
    return keras.Model([source, answer], logits)


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
    every, lengths, found = np.array(words), np.char.str_len(words), []
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
    numbers = {"y": day.year, "M": day.month, "d": day.day}

    def text(found):
        quoted, field, other = found.groups()
        if field in numbers:
            return str(numbers[field])
        if field in ("yy", "MM", "dd"):
            return f"{numbers[field[0]] % 100:02}"
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


def read_faces(path):
    """Read the glyphs of single-stroke fonts from a file."""
    return json.loads(Path(path).read_text("utf8"))["faces"]


def random_writer(rng):
    """Draw a writer."""
    script, draw = rng.random() < 0.5, rng.uniform
    return SimpleNamespace(
        face="script" if script else "simplex",
        size=draw(0.8, 1.2) * (0.75 if script else 1),
        slant=draw(-0.25, 0.15) if script else draw(-0.15, 0.45),
        width=draw(0.8, 1.15),
        spacing=0 if script else draw(-0.1, 0.15),
        step=draw(0.28, 0.4),
        bend=draw(-0.08, 0.08),
        jitter=draw(0.01, 0.05),
        rise=draw(-0.04, 0.04),
    )


def write_line(text, writer, faces, rng):
    """Write a line as a writer would, from the glyphs of a font."""
    script = writer.face == "script"
    unit, x, points = writer.size / (9 if script else 14), 0, []
    for character in text:
        wide, *strokes = faces[writer.face][character]
        grow, lean, *place = rng.normal(0, writer.jitter / 2, 4)
        for stroke in strokes:
            xy = np.float64(stroke) * unit * (1 + grow)
            xy = xy @ [[writer.width, 0], [writer.slant + lean, 1]]
            xy = in_steps(xy + np.array(place) * writer.size, writer)
            noise = writer.jitter * writer.size
            noise = rng.normal(0, noise, (len(xy) + 2, 2))
            xy += (noise[:-2] + 2 * noise[1:-1] + noise[2:]) / 6**0.5
            xy[:, 0] += x
            if script and points and stroke is strokes[0]:
                gap = np.linalg.norm(xy[0] - points[-1][:2])
                points[-1][2] = float(gap > 0.4 * writer.size)
                xy = xy[int(gap < writer.step / 2) :]
            points += [[*point, 0] for point in xy]
            points[-1][2] = 1
        x += wide * unit * writer.width + writer.spacing * writer.size
    line = np.array(points)
    line[:, 1] += writer.rise * line[:, 0]
    line[1:, :2] -= line[:-1, :2].copy()
    return np.float32(line)


def in_steps(xy, writer):
    """Return points in steps of about equal length, corners kept."""
    sides, found = np.diff(xy, axis=0), [xy[:1]]
    lengths = np.linalg.norm(sides, axis=1)
    turns = np.sum(sides[1:] * sides[:-1], axis=1)
    turns /= lengths[1:] * lengths[:-1]
    corners = [0, *(np.flatnonzero(turns < 0.5) + 1), len(xy) - 1]
    for a, b in itertools.pairwise(corners):
        along = np.append(0, np.cumsum(lengths[a:b]))
        count = max(1, round(along[-1] / writer.step))
        t = np.linspace(0, 1, count + 1)[1:, np.newaxis]
        across = (xy[b] - xy[a])[::-1] * (-1, 1)
        axes, total = xy[a : b + 1].T, along[-1]
        places = [np.interp(t * total, along, axis) for axis in axes]
        bulge = writer.bend * 4 * t * (1 - t) * across
        found.append(np.hstack(places) + bulge)
    return np.concatenate(found)


def mixture(outputs, neatness=0):
    """Return the densities that a network's outputs stand for."""
    outputs = np.asarray(outputs)
    parts = np.split(outputs[..., 1:], 6, axis=-1)
    pi, mean_x, mean_y, log_x, log_y, rho = parts
    weight = np.exp((1 + neatness) * (pi - pi.max(-1, keepdims=True)))
    logs = np.clip(np.stack([log_x, log_y], -1), -8, 8)
    return SimpleNamespace(
        pen=1 / (1 + np.exp(-outputs[..., 0])),
        weight=weight / weight.sum(-1, keepdims=True),
        mean=np.stack([mean_x, mean_y], -1),
        deviation=np.exp(logs - neatness),
        correlation=0.95 * np.tanh(rho),
    )


def density(of, x):
    """Return a mixture's density at points of the plane."""
    x = np.asarray(x)[..., np.newaxis, :]
    u, v = np.moveaxis((x - of.mean) / of.deviation, -1, 0)
    rho, rest = of.correlation, 1 - of.correlation**2
    height = of.weight / (2 * np.pi * of.deviation.prod(-1) * rest**0.5)
    square = (u**2 + v**2 - 2 * rho * u * v) / rest
    return np.sum(height * np.exp(-square / 2), axis=-1)


def mixture_loss(points, outputs):
    """Return minus the logarithm of the density at points that came."""
    outputs = tf.convert_to_tensor(outputs)
    points = tf.cast(points, outputs.dtype)
    pi, x, y, s_x, s_y, rho = tf.split(outputs[..., 1:], 6, axis=-1)
    s_x, s_y = (tf.clip_by_value(s, -8, 8) for s in (s_x, s_y))
    rho = 0.95 * tf.tanh(rho)
    u = (points[..., :1] - x) * tf.exp(-s_x)
    v = (points[..., 1:2] - y) * tf.exp(-s_y)
    logs = tf.nn.log_softmax(pi) - np.log(2 * np.pi) - s_x - s_y
    logs -= tf.math.log(1 - rho**2) / 2
    logs -= (u**2 + v**2 - 2 * rho * u * v) / (2 * (1 - rho**2))
    pen = tf.nn.sigmoid_cross_entropy_with_logits(
        points[..., 2], outputs[..., 0]
    )
    return pen - tf.reduce_logsumexp(logs, axis=-1)


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
        codes = [ALPHABET.index(character) for character in text + " "]
        self.text = np.eye(len(ALPHABET))[codes]
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


def draw(of, numbers):
    """Draw a point from a density, by random numbers."""
    first, a, b, last = numbers
    j = np.sum(np.cumsum(of.weight)[:-1] <= first)
    rho = of.correlation[j]
    shift = of.deviation[j] * [a, rho * a + (1 - rho**2) ** 0.5 * b]
    return np.append(of.mean[j] + shift, last < of.pen)


def lstm_of(x, h, c, w, name):
    """Return the new state and cell of an LSTM."""
    sums = x @ w[f"{name}_kernel"] + h @ w[f"{name}_recurrent"]
    i, f, g, o = np.split(sums + w[f"{name}_bias"], 4)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c
