"""The plain forms of what `rnnlab.cells` has."""

import keras
import numpy as np
import tensorflow as tf


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
