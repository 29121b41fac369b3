"""Reference forms: what one would write with Keras, TensorFlow and NumPy.

Each bears the name of something in the package that is longer because it
is fast, outlasts a kill, or checks what it is given. These check nothing,
and leave out what no page uses. Programs copied from pages hold these
forms, and tests compare them with the others.
"""

import json
from collections import namedtuple
from dataclasses import make_dataclass
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file


def train(model, batches, iterations, loss="mse", **options):
    """Update a model's weights once for each batch, and log its losses."""
    optimizer = keras.optimizers.get(options.get("optimizer", "adam"))
    if rate := options.get("learning_rate"):
        optimizer.learning_rate = rate
    power = {"mse": 1, "rmse": 0.5}[loss]

    def error(y, outputs):
        return tf.reduce_mean((outputs - y) ** 2) ** power

    if getattr(model, "optimizer", None) is not optimizer:
        model.compile(optimizer, error, jit_compile=False)
    logged = list(range(0, iterations, options.get("log_every", 100)))
    history = SimpleNamespace(iterations=logged, losses=[])
    history.validation_losses = []
    apply = model.predict_on_batch  # compiled, unlike model(x)
    draws = iter(batches, None) if callable(batches) else batches
    for i, (x, y) in zip(range(iterations), draws):
        model.train_on_batch(x, y)
        if i in logged:
            history.losses.append(float(error(y, apply(x))))
            if "validation" in options:
                x, y = options["validation"]
                history.validation_losses.append(float(error(y, apply(x))))
    return history


def train_scheduled(
    model,
    series,
    n_given,
    own_share,
    iterations,
    rng,
    batch_size=32,
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

    return train(model, batches(), iterations, learning_rate=learning_rate)


def scheduled_inputs(model, series, n_given, own_share, rng):
    """Put a network's own forecasts in the place of some true values."""
    inputs = np.array(series, model.dtype)
    if own_share == 0:
        return inputs
    batch, steps, _ = inputs.shape
    own = rng.random((steps, batch, 1)) < own_share
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
    series = np.asarray(beginning, model.dtype)
    if series.ndim == 1:
        series = series[np.newaxis, :, np.newaxis]
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
    rng = np.random.default_rng(seed)
    a, b = 6 / (features + 2 * units), 6 / (units + features)
    for weight, squared in zip(model.weights, [a, a, 0, b, 0]):
        if squared:
            bound = np.sqrt(squared)
            weight.assign(rng.uniform(-bound, bound, weight.shape))
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
        self.weights = coefficients.reshape(len(coefficients), -1)

    def predict(self, inputs):
        latest = latest_values(inputs, len(self.weights))
        ahead = latest @ self.weights + self.intercept
        return ahead[:, -1, :, None] if ahead.shape[2] > 1 else ahead

    def generate(self, beginning, n_values):
        values = list(beginning)
        for _ in range(n_values):
            latest = np.reshape(values[-len(self.weights) :], (1, -1, 1))
            values.append(self.predict(latest).item())
        return np.array(values[len(beginning) :])


def fit_linear(inputs, targets, order=None):
    """Fit weighted sums of the last values by least squares."""
    y = np.asarray(targets)[..., 0]
    if order:
        y = y[:, order - 1 :].reshape(-1, 1)
    x = latest_values(inputs, order or np.shape(inputs)[1])
    x = np.column_stack([x.reshape(len(y), -1), np.ones(len(y))])
    *coefficients, intercept = np.linalg.lstsq(x, y, rcond=None)[0]
    return LinearForecast(np.array(coefficients), intercept)


def latest_values(inputs, order):
    """Return the last values up to each step, the newest first."""
    cut = np.lib.stride_tricks.sliding_window_view
    return cut(np.asarray(inputs)[..., 0], order, axis=1)[..., ::-1]


def windows(values, n_steps, horizon=None, at_each_step=False):
    """Cut a series into all its windows, and what follows each."""
    values = np.asarray(values)
    if values.ndim < 3:
        values = values.reshape(1, len(values), -1)
    cut = np.lib.stride_tricks.sliding_window_view
    ahead = horizon or 1
    every = cut(values, n_steps + ahead, axis=1).swapaxes(2, 3)
    every = np.concatenate(every)
    x, y = every[:, :n_steps], every[:, n_steps:]
    if at_each_step or not horizon:
        y = cut(every[:, 1:], ahead, axis=1).swapaxes(2, 3)
        y = y.reshape(len(x), n_steps, -1)
    return x, y


def split(values, *shares):
    """Split a series in time: the first part is the earliest."""
    borders = np.round(np.cumsum(shares) * len(values)).astype(int)
    return np.split(np.asarray(values), borders)


def rnn_weights():
    """Return the first weights of the lab's recurrent layer."""
    kernels = lab_uniform([101, 100], 88)
    return kernels[:1], kernels[1:], np.zeros(100, np.float32)


def dense_weights():
    """Return the first weights of the lab's output layer."""
    return lab_uniform([100, 1], 137), np.zeros(1, np.float32)


def bare_bones_weights():
    """Return the first weights of the lab's network by hand."""
    normal = tf.raw_ops.RandomStandardNormal
    kernels = lab_draw(normal, [3, 5], 5), lab_draw(normal, [5, 5], 14)
    return *kernels, np.zeros(5, np.float32)


def lab_uniform(shape, seed):
    """Draw between Glorot's bounds."""
    unit = lab_draw(tf.raw_ops.RandomUniform, shape, seed)
    return (2 * unit - 1) * np.float32(np.sqrt(6 / sum(shape)))


def lab_draw(operation, shape, seed):
    """Draw as TensorFlow 1 did with seed 42, on the processor."""
    options = {"dtype": tf.float32, "seed": 42, "seed2": seed}
    with tf.Graph().as_default(), tf.device("/CPU:0"):
        with tf.compat.v1.Session() as session:
            return session.run(operation(shape=shape, **options))


FUNCTION_AND_SLOPE = {
    "linear": (lambda a: a, np.ones_like),
    "relu": (lambda a: np.maximum(a, 0), lambda y: 1.0 * (y > 0)),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda y: y * (1 - y)),
    "tanh": (np.tanh, lambda y: 1 - y**2),
}


def forward(
    inputs, kernel, recurrent_kernel, bias=None, activation="tanh", **start
):
    """Run a simple recurrent network; keep what its gradients need."""
    x, w_x, w_h = map(np.asarray, (inputs, kernel, recurrent_kernel))
    function, slope = FUNCTION_AND_SLOPE[activation]
    h = [start.get("initial_state", np.zeros((len(x), len(w_h))))]
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
        # What later steps send back is kept apart, the newest first.
        arriving = [g[:, t], *returned][:truncate_after]
        if truncate_after is None:
            arriving = [sum(arriving)]
        by_age = [a * kept.slopes[:, t] for a in arriving]
        errors[:, t] = sum(by_age)
        returned = [error @ w_h.T for error in by_age]
    products = [
        np.einsum("bti,btj->ij", array, errors)
        for array in (kept.inputs, kept.states[:, :-1])
    ]
    bias = errors.sum((0, 1))
    return Gradients(*products, bias, errors @ kept.kernel.T, sum(returned))


Gradients = namedtuple(
    "Gradients", "kernel recurrent_kernel bias inputs initial_state"
)


def simple_rnn(
    inputs, kernel, recurrent_kernel, bias, activation="tanh", **options
):
    """Run a simple recurrent network over sequences."""
    function, mask = keras.activations.get(activation), options.get("mask")
    x, outputs = tf.matmul(inputs, kernel), []
    x += 0 if bias is None else bias
    output = tf.zeros_like(x[:, 0])
    start = options.get("initial_state")
    state = output if start is None else start
    for t in range(x.shape[1])[:: -1 if options.get("go_backwards") else 1]:
        after = function(x[:, t] + state @ recurrent_kernel)
        counts = True if mask is None else mask[:, t, np.newaxis]
        output = tf.where(counts, after, output)
        state = tf.where(counts, after, state)
        outputs.append(output)
    return tf.stack(outputs, axis=1), state


def lstm(
    inputs, kernel, recurrent_kernel, bias, initial_state=None, **options
):
    """Run a long short-term memory over sequences."""
    mask = options.get("mask")
    x, outputs = tf.matmul(inputs, kernel), []
    x += 0 if bias is None else bias
    output = tf.zeros_like(x[:, 0, : x.shape[-1] // 4])
    h, c = (output, output) if initial_state is None else initial_state
    for t in range(x.shape[1])[:: -1 if options.get("go_backwards") else 1]:
        i, f, g, o = tf.split(x[:, t] + h @ recurrent_kernel, 4, axis=-1)
        cell = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        after = tf.sigmoid(o) * tf.tanh(cell)
        counts = True if mask is None else mask[:, t, np.newaxis]
        output = tf.where(counts, after, output)
        h, c = tf.where(counts, after, h), tf.where(counts, cell, c)
        outputs.append(output)
    return tf.stack(outputs, axis=1), (h, c)


def gru(
    inputs, kernel, recurrent_kernel, bias, initial_state=None, **options
):
    """Run a gated recurrent unit over sequences."""
    mask, after_reset = options.get("mask"), options.get("reset_after", 1)
    b = d = 0
    if bias is not None:
        b, d = (bias[0], bias[1]) if after_reset else (bias, 0)
    x, outputs = tf.matmul(inputs, kernel) + b, []
    output = tf.zeros_like(x[:, 0, : x.shape[-1] // 3])
    w_g = tf.split(recurrent_kernel, 3, axis=-1)[2]
    h = output if initial_state is None else initial_state
    for t in range(x.shape[1])[:: -1 if options.get("go_backwards") else 1]:
        x_z, x_r, x_g = tf.split(x[:, t], 3, axis=-1)
        h_z, h_r, h_g = tf.split(h @ recurrent_kernel + d, 3, axis=-1)
        z, r = tf.sigmoid(x_z + h_z), tf.sigmoid(x_r + h_r)
        g = tf.tanh(x_g + (r * h_g if after_reset else (r * h) @ w_g))
        after = z * h + (1 - z) * g
        counts = True if mask is None else mask[:, t, np.newaxis]
        output, h = (tf.where(counts, after, v) for v in (output, h))
        outputs.append(output)
    return tf.stack(outputs, axis=1), h
