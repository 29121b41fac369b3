"""rnnlab.lab2019 against what the 2019 run printed, and the lab's code written out."""

import functools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnlab import lab2019
from rnnlab.lab2019 import next_batch, time_series


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
        model.set_weights(lab2019.network_weights())
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
        *lab2019.network_weights(),
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


@pytest.mark.parametrize("seeds", [(6, 14), (5, 15)])
def test_another_seed_does_not_give_the_printed_outputs(seeds, printed, monkeypatch):
    monkeypatch.setattr(lab2019, "BARE_BONES_SEEDS", seeds)
    assert np.abs(bare_bones_outputs()[1] - printed["bare_bones_rnn"]["Y1"]).max() > 0.1


@pytest.mark.parametrize("name", ["rnn_kernel", "dense_kernel"])
def test_another_seed_does_not_give_the_logged_losses(name, printed, monkeypatch):
    uniform, changed = lab2019._uniform, {"rnn_kernel": 88, "dense_kernel": 137}[name]
    monkeypatch.setattr(lab2019, "_uniform", lambda s, seed: uniform(s, seed + (seed == changed)))
    loss = first_logged_losses()["gradient_descent_mse"]
    assert loss != pytest.approx(printed["logged_loss"]["gradient_descent_mse"][0][1], rel=1e-2)


def test_another_graph_seed_gives_neither(printed, monkeypatch):
    for name in ("_uniform", "_normal"):
        other = functools.partial(getattr(lab2019, name), graph_seed=43)
        monkeypatch.setattr(lab2019, name, other)
    assert np.abs(bare_bones_outputs()[0] - printed["bare_bones_rnn"]["Y0"]).max() > 0.1
    loss = first_logged_losses()["gradient_descent_mse"]
    assert loss != pytest.approx(printed["logged_loss"]["gradient_descent_mse"][0][1], rel=1e-2)


def test_the_network_has_these_weights():
    for mine, theirs in zip(
        lab2019.lab_network("tanh").get_weights(), lab2019.network_weights(), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_the_series_is_the_lab_s():
    for t in (0.0, 1.0, 12.2, 30.0):
        assert time_series(t) == pytest.approx(t * math.sin(t) / 3 + 2 * math.sin(5 * t), abs=1e-12)


def test_the_legacy_generator_draws_the_lab_s_batches_one_after_the_other():
    np_random = np.random.RandomState(42)
    rng = np.random.RandomState(42)
    for _ in range(3):
        # The lab's own lines.
        t0 = np_random.rand(50, 1) * (30 - 0 - 20 * 0.1)
        Ts = t0 + np.arange(0.0, 21) * 0.1  # noqa: N806
        ys = Ts * np.sin(Ts) / 3 + 2 * np.sin(Ts * 5)
        inputs, targets = next_batch(50, 20, rng)
        np.testing.assert_array_equal(inputs, ys[:, :-1].reshape(-1, 20, 1))
        np.testing.assert_array_equal(targets, ys[:, 1:].reshape(-1, 20, 1))


def test_targets_are_the_inputs_one_step_later():
    inputs, targets = next_batch(7, 5, np.random.default_rng(0))
    assert inputs.shape == targets.shape == (7, 5, 1)
    np.testing.assert_array_equal(inputs[:, 1:], targets[:, :-1])


def test_windows_lie_between_t_min_and_t_max():
    class Ends(np.random.RandomState):
        """Draws the least number and the greatest below the upper bound."""

        def uniform(self, low, high, size):
            return np.linspace(low, np.nextafter(high, low), np.prod(size)).reshape(size)

    inputs, targets = next_batch(2, 10, Ends(), t_min=20.0, t_max=24.0, resolution=0.2)
    assert inputs[0, 0, 0] == time_series(20.0)
    assert targets[1, -1, 0] == pytest.approx(time_series(24.0))


def test_equal_seeds_draw_equal_batches():
    one, other = (next_batch(3, 4, np.random.default_rng(5))[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, not 0"),
        ({"n_steps": -1}, ValueError, "n_steps must be at least 1, not -1"),
        ({"n_steps": 2.0}, TypeError, "n_steps must be an integer, not 2.0"),
        ({"n_steps": 301}, ValueError, r"t_max must be at least t_min \+ .* = 30.1, not 30.0"),
        ({"batch_size": True}, TypeError, "batch_size must be an integer"),
        ({"rng": 42}, TypeError, "rng must be a NumPy Generator or RandomState, not 42"),
        ({"resolution": 0.0}, ValueError, "resolution must be above 0, not 0.0"),
        ({"resolution": "a"}, TypeError, "resolution must be a number, not 'a'"),
        ({"t_min": True}, TypeError, "t_min must be a number, not True"),
        ({"t_max": math.inf}, ValueError, "t_max must be finite, not inf"),
    ],
)
def test_a_batch_that_cannot_be_drawn_is_refused(change, error, message):
    arguments = {"batch_size": 2, "n_steps": 20, "rng": np.random.default_rng(0)} | change
    with pytest.raises(error, match=message):
        next_batch(**arguments)
