"""The plain forms of what `rnnlab.lab2019` has."""

import numpy as np
import tensorflow as tf


def time_series(t):
    """Return the value of the lab's series at each time."""
    return t * np.sin(t) / 3 + 2 * np.sin(t * 5)


def bare_bones_weights():
    """Return the lab's weights as TensorFlow 1 drew them."""
    options = {"dtype": tf.float32, "seed": 42}
    normal = tf.raw_ops.RandomStandardNormal
    with tf.Graph().as_default(), tf.device("CPU"):
        first = normal(shape=[3, 5], seed2=5, **options)
        second = normal(shape=[5, 5], seed2=14, **options)
        kernels = tf.compat.v1.Session().run([first, second])
    return *kernels, np.zeros(5, np.float32)
