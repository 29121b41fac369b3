"""The plain forms of what `rnnlab.writing` has."""

import keras
import numpy as np
import tensorflow as tf
from safetensors import safe_open

from rnnlab.plain.text import Vocabulary


def writing_network(characters, units=256, *, embedding=64, seed=0):
    """Return a network that says how likely each character is next."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential([
        keras.Input((None,), dtype="int32"),
        keras.layers.Embedding(characters, embedding),
        keras.layers.LSTM(units, return_sequences=True),
        keras.layers.Dense(characters),
    ])  # fmt: skip


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
