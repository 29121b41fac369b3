"""rnnlab.generation against Keras's own predictions, one step at a time."""

import tracemalloc

import keras
import numpy as np
import pytest

from rnnlab.generation import generate
from rnnlab.lab2019 import next_batch, time_series
from rnnlab.models import recurrent_network
from rnnlab.windows import windows

LAYERS = keras.layers


def network(*layers, features=1, steps=None):
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((steps, features)), *layers])


MODELS = {
    "relu": lambda: recurrent_network(20, "relu"),
    "tanh": lambda: recurrent_network(20, "tanh"),
    "sigmoid": lambda: recurrent_network(20, "sigmoid"),
    "lstm": lambda: network(LAYERS.LSTM(12, return_sequences=True), LAYERS.Dense(1)),
    "gru": lambda: network(LAYERS.GRU(12, return_sequences=True), LAYERS.Dense(1)),
    "no bias": lambda: network(
        LAYERS.LSTM(5, return_sequences=True, use_bias=False),
        LAYERS.GRU(5, return_sequences=True, use_bias=False),
        LAYERS.SimpleRNN(5, use_bias=False),
        LAYERS.Dense(1, use_bias=False),
    ),
    "stack": lambda: network(
        LAYERS.LSTM(6, return_sequences=True),
        LAYERS.Dropout(0.5),
        LAYERS.GRU(5, dropout=0.3),
        LAYERS.Dense(4, "relu"),
        LAYERS.Dense(1),
    ),
    "fixed length": lambda: network(
        LAYERS.SimpleRNN(5, return_sequences=True), LAYERS.Dense(1), steps=20
    ),
}
BEGINNING = time_series(12.2 + 0.1 * np.arange(20))


def last_output(model, window):
    outputs = np.asarray(model(window.astype(np.float32), training=False))
    return outputs[:, -1] if outputs.ndim == 3 else outputs


@pytest.mark.parametrize("name", MODELS)
def test_each_value_is_what_keras_predicts_from_the_window_before_it(name):
    model = MODELS[name]()
    values = np.concatenate([BEGINNING, generate(model, BEGINNING, 300)])
    windows = np.lib.stride_tricks.sliding_window_view(values, 20)[:300, :, np.newaxis]
    expected = last_output(model, windows)[:, 0]
    np.testing.assert_allclose(values[20:], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["relu", "lstm", "gru"])
def test_free_running_stays_with_keras_over_20_steps(name):
    model = MODELS[name]()
    sequence = BEGINNING.tolist()
    for _ in range(20):
        window = np.array(sequence[-20:]).reshape(1, 20, 1)
        sequence.append(float(last_output(model, window)[0, 0]))
    np.testing.assert_allclose(generate(model, BEGINNING, 20), sequence[20:], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "fixed length"])
def test_the_stateful_form_is_what_keras_predicts_from_the_whole_past(name):
    model = MODELS[name]()
    values = np.concatenate([BEGINNING, generate(model, BEGINNING, 40, stateful=True)])
    for t in (20, 21, 40, 59):
        expected = last_output(model, values[np.newaxis, :t, np.newaxis])[0, 0]
        assert values[t] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_several_series_of_several_features_run_beside_each_other():
    model = network(LAYERS.GRU(8, return_sequences=True), LAYERS.Dense(3), features=3)
    given = np.random.default_rng(0).normal(size=(4, 6, 3))
    for stateful in (False, True):
        together = generate(model, given, 5, stateful=stateful)
        assert together.shape == (4, 5, 3)
        for k in range(4):
            alone = generate(model, given[k : k + 1], 5, stateful=stateful)
            np.testing.assert_allclose(together[k : k + 1], alone, rtol=1e-5, atol=1e-6)


def test_the_lab_s_zeros_grow_out_of_the_biases_alone():
    model = recurrent_network()
    assert not generate(model, np.zeros(20), 50).any()
    model.layers[-1].bias.assign([0.5])
    assert generate(model, np.zeros(20), 50).all()


def test_generating_leaves_model_and_beginning_as_they_were():
    model, given = MODELS["lstm"](), BEGINNING.copy()
    before = model.get_weights()
    first = generate(model, given, 10)
    np.testing.assert_array_equal(generate(model, given, 10), first)
    np.testing.assert_array_equal(given, BEGINNING)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_a_network_that_runs_away_says_so_in_its_values():
    model = recurrent_network(4)
    model.set_weights([np.full(weight.shape, 10.0) for weight in model.get_weights()])
    values = generate(model, BEGINNING, 40)
    assert np.isfinite(values[0])
    assert not np.isfinite(values[-1])


def test_the_stateful_form_takes_one_step_a_value_however_many_there_are(monkeypatch):
    steps = []

    def forward(self, inputs):
        steps.append(inputs.shape)
        return inputs

    monkeypatch.setattr("rnnlab._fast.network.Network.forward", forward)
    generate(recurrent_network(3), BEGINNING, 100_000, stateful=True)
    assert set(steps) == {(1, 1, 1)}
    assert len(steps) == len(BEGINNING) + 100_000 - 1  # the last value is read by nothing
    steps.clear()
    generate(recurrent_network(3), BEGINNING, 10)
    assert steps == [(20, 1, 1)] * 10


def test_a_model_with_another_layer_is_refused_by_name():
    model = network(LAYERS.Bidirectional(LAYERS.GRU(3, return_sequences=True)), LAYERS.Dense(1))
    with pytest.raises(ValueError, match=r"layer 'bidirectional.*' is Bidirectional, not Dense"):
        generate(model, BEGINNING, 3)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: LAYERS.GRU(3, reset_after=False), "has reset_after=False, not True"),
        (lambda: LAYERS.LSTM(3, recurrent_activation="relu"), "has recurrent_activation='relu'"),
        (lambda: LAYERS.LSTM(3, activation="relu"), "has activation='relu', not 'tanh'"),
        (lambda: LAYERS.SimpleRNN(3, activation="softplus"), "has activation='softplus'"),
        (lambda: LAYERS.SimpleRNN(3, go_backwards=True), "has go_backwards set"),
        (lambda: LAYERS.SimpleRNN(3, dtype="float64"), "does not compute in float32"),
    ],
)
def test_a_setting_that_would_generate_something_else_is_refused(layer, message):
    with pytest.raises(ValueError, match=message):
        generate(network(layer(), LAYERS.Dense(1)), BEGINNING, 3)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_values": 0}, ValueError, "n_values must be at least 1, not 0"),
        ({"n_values": 3.0}, TypeError, "n_values must be an integer"),
        ({"beginning": []}, ValueError, "beginning must not be empty"),
        ({"beginning": [[1.0, 2.0]]}, ValueError, r"inputs, or \[time\], not \[1, 2\]"),
        ({"beginning": np.zeros((1, 4, 2))}, ValueError, r"shape \[None, None, 1\] of the model's"),
        ({"beginning": [1.0, np.nan]}, ValueError, "beginning must be finite in float32"),
        ({"beginning": [1.0, 1e300]}, ValueError, "beginning must be finite in float32"),
        ({"beginning": ["a"]}, TypeError, "beginning must be an array of numbers"),
        ({"model": None}, TypeError, "model must be a keras.Model, not NoneType"),
    ],
)
def test_what_cannot_be_continued_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        generate(
            **({"model": recurrent_network(3), "beginning": BEGINNING, "n_values": 2} | arguments)
        )


def test_a_model_that_computes_nothing_is_refused():
    with pytest.raises(ValueError, match="no layer that computes anything"):
        generate(network(LAYERS.Dropout(0.1)), BEGINNING, 3)


def test_a_model_that_cannot_feed_on_itself_is_refused():
    with pytest.raises(ValueError, match="must have 1 outputs, as many as inputs, not 2"):
        generate(network(LAYERS.SimpleRNN(3), LAYERS.Dense(2)), BEGINNING, 3)


def test_a_beginning_of_another_length_than_the_model_reads_is_refused():
    with pytest.raises(ValueError, match=r"shape \[None, 20, 1\] of the model's inputs"):
        generate(MODELS["fixed length"](), BEGINNING[:-1], 3)


def test_a_batch_of_the_lab_s_windows_can_be_the_beginning():
    inputs, _ = next_batch(5, 20, np.random.default_rng(0))
    assert generate(recurrent_network(10), inputs, 7).shape == (5, 7, 1)


def test_a_million_values_take_no_more_memory_than_they_are():
    model = network(LAYERS.SimpleRNN(1, return_sequences=True))
    generate(model, [0.5, 0.1], 10, stateful=True)
    tracemalloc.start()
    values = generate(model, [0.5, 0.1], 1_000_000, stateful=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert values.shape == (1_000_000,)
    assert peak < 1.1 * values.nbytes


def test_what_is_known_ahead_is_read_beside_the_value_before_it():
    # y_t = x_t + 10 a_{t+1}, worked out by hand.
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(1)])
    model.set_weights([np.array([[1.0], [10.0]]), np.zeros(1)])
    known = np.array([[9.0], [9.0], [1.0], [0.0], [2.0]])  # of the beginning, it reads the last
    for stateful in (False, True):
        made = generate(model, [5.0, 7.0], 3, known=known, stateful=stateful)
        assert made.tolist() == [17, 17, 37]
    several = generate(model, [[[5.0], [7.0]], [[0.0], [1.0]]], 3, known=known)
    assert several[..., 0].tolist() == [[17, 17, 37], [11, 11, 31]]
    own = generate(model, [[[5.0], [7.0]], [[0.0], [1.0]]], 3, known=[known, 0 * known])
    assert own[..., 0].tolist() == [[17, 17, 37], [1, 1, 1]]


def test_windows_and_generate_put_what_is_known_ahead_in_the_same_place():
    rng = np.random.default_rng(0)
    values, known = rng.normal(size=30), rng.normal(size=(30, 2))
    model = recurrent_network(5, "tanh", features=3, seed=1)
    model = keras.Sequential([keras.Input((None, 3)), model.layers[0], keras.layers.Dense(1)])
    inputs, _ = windows(values, 12, known=known)
    one = generate(model, values[4:16], 1, known=known[4:17])
    np.testing.assert_allclose(one[0], model(inputs[4:5])[0, -1, 0], rtol=1e-5)


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (np.zeros((4, 1)), r"known must have the shape .*5"),
        (np.zeros((5, 2)), "model must have 0 outputs, as many as inputs besides the 2 known"),
        (np.full((5, 1), np.nan), "known must be finite"),
        (np.zeros(5), r"known must have the shape \[time, ahead\]"),
    ],
)
def test_what_is_known_ahead_must_fit(known, message):
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=message):
        generate(model, [5.0, 7.0], 3, known=known)
