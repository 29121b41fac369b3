"""All 165 figures that the 2019 lab printed, made again by the package."""

from functools import cache

import keras
import numpy as np
import pytest

from rnnlab import lab2019
from rnnlab.cells import simple_rnn
from rnnlab.lab2019 import next_batch, time_series
from rnnlab.models import recurrent_network
from rnnlab.training import train

RUNS = {
    "gradient_descent_mse": ("mse", lambda: keras.optimizers.SGD(0.001)),
    "gradient_descent_rmse": ("rmse", lambda: keras.optimizers.SGD(0.001)),
    # TensorFlow 1's epsilon; Keras's own default is 1e-7.
    "adam_mse": ("mse", lambda: keras.optimizers.Adam(0.001, epsilon=1e-8)),
}


@cache
def trained(run):
    """The lab's network after a run of the lab's, and the run's history."""
    loss, optimizer = RUNS[run]
    model = recurrent_network()
    model.set_weights(lab2019.network_weights())
    rng = np.random.RandomState(42)
    history = train(
        model,
        lambda: next_batch(50, 20, rng),
        iterations=1500,
        loss=loss,
        optimizer=optimizer(),
        log_every=100,
    )
    return model, history


def test_40_figures_of_the_training_window(printed):
    inputs, targets = next_batch(1, 20, np.random.RandomState(42))
    window = np.concatenate([inputs[0], targets[0]], axis=1)
    np.testing.assert_allclose(window, printed["training_window"], rtol=0, atol=1e-8)


def test_40_figures_of_the_bare_bones_outputs(printed):
    kernel, recurrent_kernel, bias = lab2019.bare_bones_weights()
    state = np.zeros((4, 5), np.float32)
    for inputs, name in zip(lab2019.bare_bones_batch(), ("Y0", "Y1"), strict=True):
        _, state = simple_rnn(
            inputs[:, np.newaxis], kernel, recurrent_kernel, bias, initial_state=state
        )
        np.testing.assert_allclose(state, printed["bare_bones_rnn"][name], rtol=0, atol=1e-6)


@pytest.mark.parametrize("run", ["gradient_descent_mse", "gradient_descent_rmse"])
def test_30_losses_of_gradient_descent(run, printed):
    iterations, losses = zip(*printed["logged_loss"][run], strict=True)
    history = trained(run)[1]
    assert history.iterations == [*iterations, 1499]
    np.testing.assert_allclose(history.losses[:-1], losses, rtol=1e-4)


def test_15_losses_of_adam(printed):
    iterations, losses = zip(*printed["logged_loss"]["adam_mse"], strict=True)
    history = trained("adam_mse")[1]
    assert history.iterations == [*iterations, 1499]
    assert history.losses[0] == pytest.approx(losses[0], rel=1e-6)
    # Rounding grows to several percent from here on: the run is chaotic.
    np.testing.assert_allclose(history.losses[1:-1], losses[1:], rtol=0.1)


@pytest.mark.parametrize("run", ["gradient_descent_mse", "gradient_descent_rmse"])
def test_40_predictions_after_gradient_descent(run, printed):
    instance = time_series(np.linspace(12.2, 12.2 + 0.1 * 21, 21)[:-1])
    predictions = trained(run)[0](instance.reshape(1, 20, 1).astype(np.float32))
    np.testing.assert_allclose(
        np.ravel(predictions), np.ravel(printed["prediction"][run]), rtol=0, atol=5e-4
    )
