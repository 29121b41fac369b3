"""The plain forms of what `rnnlab.scheduled_sampling` has."""

import numpy as np
import tensorflow as tf

from rnnlab.plain.training import train


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
