"""Reference forms: what one would write with Keras, TensorFlow and NumPy.

Each bears the name of something in the package that is longer because it
is fast, outlasts a kill, or checks what it is given. These check nothing,
and leave out what no page uses. Programs copied from pages hold these
forms, and tests compare them with the others.
"""

import numbers
import pathlib

import keras
import numpy as np
import tensorflow as tf

LOSSES = {
    "mse": lambda y, outputs: tf.reduce_mean((outputs - y) ** 2),
    "rmse": lambda y, outputs: tf.reduce_mean((outputs - y) ** 2) ** 0.5,
}


class History:
    """The losses of a training run, and the iterations they belong to."""

    def __init__(self, iterations):
        self.iterations = list(iterations)
        self.losses, self.validation_losses = [], []


def train(
    model,
    batches,
    iterations,
    loss="mse",
    optimizer="adam",
    learning_rate=None,
    log_every=100,
    validation=None,
):
    """Update a model's weights once for each batch, and log its losses."""
    optimizer = keras.optimizers.get(optimizer)
    if learning_rate:
        optimizer.learning_rate = learning_rate
    error = LOSSES[loss]
    model.compile(optimizer, error, jit_compile=False)
    draws = iter(batches, None) if callable(batches) else batches
    history = History(range(0, iterations, log_every))
    for i, (x, y) in zip(range(iterations), draws):
        model.train_on_batch(x, y)
        if i in history.iterations:
            history.losses.append(float(error(y, model(x))))
            if validation:
                x, y = validation
                history.validation_losses.append(float(error(y, model(x))))
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
    a = np.sqrt(6 / (features + 2 * units))
    kernel = rng.uniform(-a, a, (features, units))
    recurrent_kernel = rng.uniform(-a, a, (units, units))
    rnn.set_weights([kernel, recurrent_kernel, np.zeros(units)])
    a = np.sqrt(6 / (units + features))
    kernel = rng.uniform(-a, a, (units, features))
    dense.set_weights([kernel, np.zeros(features)])
    return model


def save(model, path):
    """Write a model to a file in Keras's format."""
    model.save(pathlib.Path(path).with_suffix(".keras"))


def load(path):
    """Read a model from a file in Keras's format."""
    return keras.saving.load_model(pathlib.Path(path).with_suffix(".keras"))


class Table:
    """Columns of numbers or text, shown as lines of aligned text."""

    def __init__(self, columns, formats=None):
        self.columns, self.formats = columns, formats or {}

    def __repr__(self):
        columns = []
        for heading, values in self.columns.items():
            texts = [heading, *(self.text(heading, v) for v in values)]
            width = max(map(len, texts))
            number = all(isinstance(v, numbers.Real) for v in values)
            texts = [f"{t:{'>' if number else '<'}{width}}" for t in texts]
            columns.append([texts[0], "-" * width, *texts[1:]])
        return "\n".join("  ".join(row).rstrip() for row in zip(*columns))

    def text(self, heading, value):
        if heading in self.formats:
            text = format(value, self.formats[heading])
            return text.strip("-") if set(text) <= set("-0.,%") else text
        if isinstance(value, (float, np.floating)):
            return np.format_float_positional(value + 0.0, trim="-")
        return str(value)


def simple_rnn(
    inputs,
    kernel,
    recurrent_kernel,
    bias,
    activation="tanh",
    initial_state=None,
    mask=None,
    go_backwards=False,
):
    """Run a simple recurrent network over sequences."""
    function = keras.activations.get(activation)
    x, outputs = tf.matmul(inputs, kernel), []
    x += 0 if bias is None else bias
    output = tf.zeros_like(x[:, 0])
    state = output if initial_state is None else initial_state
    for t in range(x.shape[1])[:: -1 if go_backwards else 1]:
        after = function(x[:, t] + state @ recurrent_kernel)
        counts = True if mask is None else mask[:, t, np.newaxis]
        output = tf.where(counts, after, output)
        state = tf.where(counts, after, state)
        outputs.append(output)
    return tf.stack(outputs, axis=1), state


def lstm(
    inputs,
    kernel,
    recurrent_kernel,
    bias,
    initial_state=None,
    mask=None,
    go_backwards=False,
):
    """Run a long short-term memory over sequences."""
    x, outputs = tf.matmul(inputs, kernel), []
    x += 0 if bias is None else bias
    output = tf.zeros_like(x[:, 0, : x.shape[-1] // 4])
    h, c = (output, output) if initial_state is None else initial_state
    for t in range(x.shape[1])[:: -1 if go_backwards else 1]:
        i, f, g, o = tf.split(x[:, t] + h @ recurrent_kernel, 4, axis=-1)
        cell = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        after = tf.sigmoid(o) * tf.tanh(cell)
        counts = True if mask is None else mask[:, t, np.newaxis]
        output = tf.where(counts, after, output)
        h, c = tf.where(counts, after, h), tf.where(counts, cell, c)
        outputs.append(output)
    return tf.stack(outputs, axis=1), (h, c)


def gru(
    inputs,
    kernel,
    recurrent_kernel,
    bias,
    initial_state=None,
    mask=None,
    go_backwards=False,
    reset_after=True,
):
    """Run a gated recurrent unit over sequences."""
    b, d = (0, 0) if bias is None else bias if reset_after else (bias, 0)
    x, outputs = tf.matmul(inputs, kernel) + b, []
    output = tf.zeros_like(x[:, 0, : x.shape[-1] // 3])
    w_g = tf.split(recurrent_kernel, 3, axis=-1)[2]
    h = output if initial_state is None else initial_state
    for t in range(x.shape[1])[:: -1 if go_backwards else 1]:
        x_z, x_r, x_g = tf.split(x[:, t], 3, axis=-1)
        h_z, h_r, h_g = tf.split(h @ recurrent_kernel + d, 3, axis=-1)
        z, r = tf.sigmoid(x_z + h_z), tf.sigmoid(x_r + h_r)
        g = tf.tanh(x_g + (r * h_g if reset_after else (r * h) @ w_g))
        after = z * h + (1 - z) * g
        counts = True if mask is None else mask[:, t, np.newaxis]
        output, h = (tf.where(counts, after, v) for v in (output, h))
        outputs.append(output)
    return tf.stack(outputs, axis=1), h
