"""rnnlab.lab2019 against what the 2019 run printed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnlab import lab2019


def bare_bones_outputs():
    """The lab's Y0 and Y1, in NumPy."""
    x0, x1 = lab2019.bare_bones_batch()
    kernel, recurrent_kernel, bias = lab2019.bare_bones_weights()
    y0 = np.tanh(x0 @ kernel + bias)
    return y0, np.tanh(x1 @ kernel + y0 @ recurrent_kernel + bias)


def first_logged_losses():
    """The losses that the lab logs at iteration 0: one batch's, after one update on it."""
    rng = np.random.RandomState(42)
    times = rng.rand(50, 1) * (30 - 20 * 0.1) + np.arange(0.0, 21) * 0.1
    series = (times * np.sin(times) / 3 + 2 * np.sin(5 * times)).astype(np.float32)
    inputs, targets = series[:, :-1, None], series[:, 1:, None]
    losses = {}
    for name, power, optimizer in [
        ("gradient_descent_mse", 1.0, keras.optimizers.SGD(0.001)),
        ("gradient_descent_rmse", 0.5, keras.optimizers.SGD(0.001)),
        ("adam_mse", 1.0, keras.optimizers.Adam(0.001, epsilon=1e-8)),
    ]:
        layers = [keras.layers.SimpleRNN(100, "relu", return_sequences=True), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((20, 1)), *layers])
        model.set_weights([*lab2019.rnn_weights(), *lab2019.dense_weights()])
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(inputs) - targets) ** 2) ** power
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        losses[name] = float(tf.reduce_mean((model(inputs) - targets) ** 2) ** power)
    return losses


def test_the_batch_is_the_one_printed(printed):
    x0, x1 = lab2019.bare_bones_batch()
    np.testing.assert_array_equal(x0, printed["bare_bones_rnn"]["X0"])
    np.testing.assert_array_equal(x1, printed["bare_bones_rnn"]["X1"])
    assert x0.dtype == x1.dtype == np.float32


def test_the_bare_bones_weights_give_the_printed_outputs(printed):
    y0, y1 = bare_bones_outputs()
    np.testing.assert_allclose(y0, printed["bare_bones_rnn"]["Y0"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(y1, printed["bare_bones_rnn"]["Y1"], rtol=0, atol=1e-6)


def test_the_forecasting_weights_give_the_first_logged_losses(printed):
    for name, loss in first_logged_losses().items():
        assert loss == pytest.approx(printed["logged_loss"][name][0][1], rel=2e-6), name


def test_the_weights_come_in_keras_s_shapes_and_float32():
    arrays = [
        *lab2019.bare_bones_weights(),
        *lab2019.rnn_weights(),
        *lab2019.dense_weights(),
    ]
    assert [array.shape for array in arrays] == [
        (3, 5), (5, 5), (5,), (1, 100), (100, 100), (100,), (100, 1), (1,)
    ]  # fmt: skip
    assert {array.dtype.name for array in arrays} == {"float32"}


def test_drawing_again_draws_the_same_in_a_traced_function_too():
    first = lab2019.bare_bones_weights()[0]
    np.testing.assert_array_equal(lab2019.bare_bones_weights()[0], first)
    traced = tf.function(lambda: tf.constant(lab2019.bare_bones_weights()[0]))
    np.testing.assert_array_equal(traced(), first)


@pytest.mark.parametrize("name", ["bare_bones_kernel", "bare_bones_recurrent_kernel"])
def test_another_seed_does_not_give_the_printed_outputs(name, printed, monkeypatch):
    monkeypatch.setitem(lab2019.OPERATION_SEEDS, name, lab2019.OPERATION_SEEDS[name] + 1)
    assert np.abs(bare_bones_outputs()[1] - printed["bare_bones_rnn"]["Y1"]).max() > 0.1


@pytest.mark.parametrize("name", ["rnn_kernel", "dense_kernel"])
def test_another_seed_does_not_give_the_logged_losses(name, printed, monkeypatch):
    monkeypatch.setitem(lab2019.OPERATION_SEEDS, name, lab2019.OPERATION_SEEDS[name] + 1)
    loss = first_logged_losses()["gradient_descent_mse"]
    assert loss != pytest.approx(printed["logged_loss"]["gradient_descent_mse"][0][1], rel=1e-2)


def test_another_graph_seed_gives_neither(printed, monkeypatch):
    monkeypatch.setattr(lab2019, "GRAPH_SEED", 43)
    assert np.abs(bare_bones_outputs()[0] - printed["bare_bones_rnn"]["Y0"]).max() > 0.1
    loss = first_logged_losses()["gradient_descent_mse"]
    assert loss != pytest.approx(printed["logged_loss"]["gradient_descent_mse"][0][1], rel=1e-2)
