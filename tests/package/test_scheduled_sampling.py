"""rnnlab.scheduled_sampling against Keras stepping by itself, and Keras's own gradients."""

import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnlab.scheduled_sampling import scheduled_inputs, train_scheduled
from rnnlab.series import two_waves
from rnnlab.training import NonFiniteLossError, train
from rnnlab.windows import shuffled_batches

SERIES = two_waves(8, 12, np.random.default_rng(0)).astype(np.float32)


def network(layer="SimpleRNN", features=1, steps=None, outputs=None):
    keras.utils.set_random_seed(3)
    recurrent = getattr(keras.layers, layer)
    return keras.Sequential(
        [
            keras.Input((steps, features)),
            recurrent(5, return_sequences=True),
            recurrent(4, return_sequences=True),
            keras.layers.Dense(outputs or features),
        ]
    )


def replaced(inputs):
    return inputs != SERIES


def rng():
    return np.random.default_rng(1)


@pytest.mark.parametrize("layer", ["SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("share", [0.4, 1.0])
def test_each_replaced_value_is_what_keras_says_after_the_inputs_before(layer, share):
    model = network(layer)
    inputs = scheduled_inputs(model, SERIES, 4, share, rng())
    own = replaced(inputs)
    assert not own[:, :4].any()
    assert own[:, 4:].all() if share == 1 else 0 < own[:, 4:].sum() < own[:, 4:].size
    for t in range(4, 12):
        forecast = np.asarray(model(inputs[:, :t]))[:, -1]
        expected = np.where(own[:, t], forecast, SERIES[:, t])
        np.testing.assert_allclose(inputs[:, t], expected, atol=1e-6)


def test_a_share_of_zero_is_the_truth():
    inputs = scheduled_inputs(network(), SERIES, 1, 0, rng())
    np.testing.assert_array_equal(inputs, SERIES)
    assert not np.shares_memory(inputs, SERIES)


def test_the_coins_fall_as_often_as_the_share_says():
    series = np.full((400, 12, 1), 9, np.float32)  # no forecast of this network is near nine
    inputs = scheduled_inputs(network(), series, 2, 0.3, rng())
    # Of 4000 coins; the standard deviation of their mean is 0.007.
    assert np.mean(inputs[:, 2:] != 9) == pytest.approx(0.3, abs=0.03)


def test_without_own_forecasts_it_trains_as_train_does():
    trained, scheduled = network(), network()
    batches = shuffled_batches(SERIES[:, :-1], SERIES[:, 1:], 4, rng())
    train(trained, batches, iterations=30, learning_rate=0.01)
    settings = {"n_given": 3, "own_share": lambda done: 0, "iterations": 30, "rng": rng()}
    train_scheduled(scheduled, SERIES, **settings, batch_size=4, learning_rate=0.01)
    for one, other in zip(trained.get_weights(), scheduled.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_update_is_adams_with_fresh_forecasts_and_no_gradient_through_them():
    model, reference = network(), network()
    shares = [0.0, 1.0, 1.0]
    given = []
    train_scheduled(
        model,
        SERIES,
        n_given=4,
        own_share=lambda done: given.append(done) or shares[len(given) - 1],
        iterations=3,
        rng=rng(),
        batch_size=8,
        learning_rate=0.01,
    )
    assert given == pytest.approx([0, 1 / 3, 2 / 3])
    optimizer = keras.optimizers.Adam(0.01)
    for share in shares:  # all series are in each batch, so their order does not matter
        inputs = SERIES[:, :-1].copy()
        if share:
            for t in range(4, 11):
                inputs[:, t] = np.asarray(reference(inputs[:, :t]))[:, -1]
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(reference(inputs) - SERIES[:, 1:]))
        weights = reference.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)
    for one, other in zip(model.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_the_loss_is_logged_after_the_update_as_train_logs_it_and_falls():
    settings = {"n_given": 4, "own_share": lambda done: 0, "rng": rng(), "batch_size": 8}
    model = network()
    history = train_scheduled(model, SERIES, **settings, iterations=1, learning_rate=0.01)
    residuals = np.asarray(model(SERIES[:, :-1])) - SERIES[:, 1:]
    assert history.losses == pytest.approx([np.mean(residuals**2)], rel=1e-5)
    settings |= {"own_share": lambda done: done, "iterations": 301}
    history = train_scheduled(network(), SERIES, **settings, learning_rate=0.01)
    assert history.iterations == [0, 100, 200, 300]
    assert history.losses[-1] < history.losses[0] / 2
    assert history.seconds > 0


def test_ctrl_c_ends_it_after_the_update_at_hand():
    model, reference = network(), network()
    settings = {"n_given": 3, "batch_size": 4, "learning_rate": 0.01}

    def pressed(done):
        if done == 0.05:
            signal.raise_signal(signal.SIGINT)
        return 0

    with pytest.raises(KeyboardInterrupt):
        train_scheduled(model, SERIES, **settings, own_share=pressed, iterations=40, rng=rng())
    train_scheduled(
        reference, SERIES, **settings, own_share=lambda done: 0, iterations=3, rng=rng()
    )
    for one, other in zip(model.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_network_forecasts_all_inputs(monkeypatch):
    from rnnlab._fast import network as network_module

    made = []
    make = network_module.Network.__init__

    def counted(self, *arguments):
        made.append(arguments[1:3])
        make(self, *arguments)

    monkeypatch.setattr(network_module.Network, "__init__", counted)
    settings = {"n_given": 4, "own_share": lambda done: 1, "rng": rng(), "batch_size": 8}
    train_scheduled(network(), SERIES, **settings, iterations=5)
    assert sorted(made) == [(1, 11), (8, 1), (8, 11)]  # the first holds the weights


def test_a_run_that_diverges_stops_with_finite_weights():
    model = network()
    settings = {"n_given": 4, "own_share": lambda done: 1, "iterations": 5, "rng": rng()}
    with pytest.raises(NonFiniteLossError):
        train_scheduled(model, SERIES, **settings, batch_size=8, learning_rate=1e38)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


INPUTS = {"model": network, "series": SERIES, "n_given": 4, "own_share": 0.5, "rng": rng()}
BAD_INPUTS = [
    ({"model": lambda: "a model"}, TypeError, "model must be a keras.Model"),
    ({"model": lambda: network(features=2)}, ValueError, r"shape \[None, None, 2\] of the model"),
    (
        {"model": lambda: network(outputs=2)},
        ValueError,
        "must have 1 outputs, as many as",
    ),
    ({"model": lambda: network(steps=12)}, ValueError, "model must read any number"),
    ({"series": SERIES[..., 0]}, ValueError, "series must have the shape"),
    ({"series": SERIES * np.nan}, ValueError, "series must be finite"),
    ({"n_given": 12}, ValueError, "n_given must leave one of the 12 inputs, not 12"),
    ({"n_given": 0}, ValueError, "n_given must be at least 1"),
    ({"own_share": 1.1}, ValueError, "own_share must be at most 1"),
    ({"own_share": "half"}, TypeError, "own_share must be a number"),
    ({"own_share": True}, TypeError, "own_share must be a number"),
    ({"rng": 4}, TypeError, "rng must be a NumPy"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD_INPUTS)
def test_scheduled_inputs_refuses(change, error, message):
    arguments = INPUTS | change
    with pytest.raises(error, match=message):
        scheduled_inputs(**(arguments | {"model": arguments["model"]()}))


BAD_TRAINING = [
    ({"iterations": 0}, ValueError, "iterations must be at least 1"),
    ({"learning_rate": -1}, ValueError, "learning_rate must be above 0"),
    ({"learning_rate": True}, TypeError, "learning_rate must be a number"),
    ({"batch_size": 9}, ValueError, "batch_size must be at most windows = 8, not 9"),
    ({"n_given": 11}, ValueError, "n_given must leave one of the 11 inputs"),
    ({"own_share": lambda done: 2}, ValueError, "own_share must be at most 1"),
    ({"own_share": lambda done: "x"}, TypeError, "own_share must be a number"),
    ({"own_share": 0.5}, TypeError, "own_share must be a function"),
    ({"series": SERIES[..., 0]}, ValueError, "series must have the shape"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD_TRAINING)
def test_train_scheduled_refuses_and_leaves_the_weights(change, error, message):
    model = network()
    before = model.get_weights()
    arguments = {
        "series": SERIES,
        "n_given": 4,
        "own_share": lambda done: done,
        "iterations": 2,
        "rng": rng(),
        "batch_size": 4,
    }
    with pytest.raises(error, match=message):
        train_scheduled(model, **(arguments | change))
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_train_scheduled_refuses_layers_that_it_cannot_train():
    model = keras.Sequential([keras.Input((None, 1)), keras.layers.Conv1D(1, 2, padding="causal")])
    settings = {"n_given": 4, "own_share": lambda done: done, "iterations": 2, "rng": rng()}
    with pytest.raises(ValueError, match=r"model cannot be fed its own .*Conv1D"):
        train_scheduled(model, SERIES, **settings)
