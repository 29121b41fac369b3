"""The plain forms of what `rnnlab.attention` has."""

import keras
import numpy as np
import tensorflow as tf


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
