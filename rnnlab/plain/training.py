"""The plain forms of what `rnnlab.training` has."""

from types import SimpleNamespace

import tensorflow as tf


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
