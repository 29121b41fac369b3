"""The plain forms of what `rnnlab.mixtures` has."""

from types import SimpleNamespace

import numpy as np
import tensorflow as tf


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


def draw(of, numbers):
    """Draw a point from a density, by random numbers."""
    first, a, b, last = numbers
    j = np.sum(np.cumsum(of.weight)[:-1] <= first)
    rho = of.correlation[j]
    shift = of.deviation[j] * [a, rho * a + (1 - rho**2) ** 0.5 * b]
    return np.append(of.mean[j] + shift, last < of.pen)
