"""The network that writes by hand: against Keras, and cases worked out by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnlab.handwriting import (
    MOST_POINTS,
    WEIGHTS,
    Hand,
    SoftWindow,
    codes_of,
    hand_of,
    handwrite,
    handwrite_by,
    handwriting_network,
    load_hand,
    random_numbers,
    save_hand,
)
from rnnlab.mixtures import draw, mixture, mixture_loss
from rnnlab.strokes import ALPHABET

MODEL = handwriting_network(12, 9, windows=3, mixtures=4, seed=1)
HAND = hand_of(MODEL, 0.4)


def outputs_of(text, points):
    """What Keras's layers say after a start and each point."""
    read = np.concatenate([[[0, 0, 1]], points / [HAND.scale, HAND.scale, 1]])
    return MODEL([np.float32(read)[np.newaxis], codes_of(text)[np.newaxis]])[0].numpy()


def test_the_window_by_hand():
    layer = SoftWindow(1, windows=1)
    points, text = np.zeros((1, 3, 3), "float32"), np.eye(4, dtype="float32")[np.newaxis]
    layer(points, text)
    kernel, recurrent, bias, window_kernel, window_bias = (
        np.zeros(weight.shape) for weight in layer.get_weights()
    )
    # With all other weights zero the state is zero, and the window moves by the biases alone.
    window_bias[:] = np.log([2.0, 0.5, 1.5])
    layer.set_weights([kernel, recurrent, bias, window_kernel, window_bias])
    h, w, phi = layer(points, text)
    assert np.all(h == 0)
    kappa = np.array([1.5, 3.0, 4.5])[:, np.newaxis]
    wanted = 2 * np.exp(-0.5 * (kappa - np.arange(4)) ** 2)
    np.testing.assert_allclose(phi[0], wanted, rtol=1e-6)
    np.testing.assert_allclose(w, phi)  # characters in their order


def test_the_window_is_read_by_the_next_step():
    layer = SoftWindow(2, windows=1)
    points, text = np.zeros((1, 2, 3), "float32"), np.eye(4, dtype="float32")[np.newaxis]
    _, w, _ = layer(points, text)
    h, *_ = layer(points, text)
    kernel, recurrent, bias, *_ = layer.get_weights()
    cell = keras.layers.LSTMCell(2)
    cell.build((1, 7))
    cell.set_weights([kernel, recurrent, bias])
    states = cell.get_initial_state(1)
    for step, seen in enumerate([np.zeros((1, 4)), w[:, 0]]):
        now, states = cell(tf.concat([points[:, step], tf.cast(seen, "float32")], -1), states)
        np.testing.assert_allclose(h[:, step], now, atol=1e-6)


def test_what_is_written_is_drawn_from_what_keras_says():
    numbers = random_numbers(60, np.random.default_rng(0))
    writing = handwrite_by(HAND, "Hello", numbers, neatness=0.5)
    outputs = outputs_of("Hello", writing.strokes)
    count = len(writing.strokes)
    wanted = draw(mixture(outputs[:count], 0.5), numbers[:count])
    np.testing.assert_allclose(writing.strokes, wanted * [0.4, 0.4, 1], atol=1e-5)
    assert writing.strokes.dtype == np.float32
    assert writing.window.shape == (count, len("Hello") + 1)
    points = np.concatenate([[[0, 0, 1]], writing.strokes / [0.4, 0.4, 1]])[np.newaxis]
    window = MODEL.get_layer("window")
    *_, phi = window(np.float32(points), tf.one_hot(codes_of("Hello")[np.newaxis], len(ALPHABET)))
    np.testing.assert_allclose(writing.window, phi[0, :-1], atol=1e-5)


def test_what_was_begun_is_read_first_and_not_returned():
    numbers = random_numbers(40, np.random.default_rng(1))
    whole = handwrite_by(HAND, "sea", numbers)
    begun, rest = whole.strokes[:10], numbers[10:]
    assert len(whole.strokes) > 12
    writing = handwrite_by(HAND, "sea", rest, begun=begun)
    np.testing.assert_allclose(writing.strokes, whole.strokes[10:], atol=1e-5)
    assert writing.finished == whole.finished


def hand_that_moves(by):
    """A hand whose window moves by a constant, and whose pen is lifted after each point."""
    weights = {name: np.zeros_like(weight) for name, weight in HAND.weights.items()}
    weights["window_bias"] = np.repeat([0.0, 0.0, np.log(by)], 3)
    weights["output_bias"][0] = 50.0
    return Hand(weights, 0.4)


def test_a_line_ends_where_the_window_reads_the_space_after_it():
    # After n points the window has moved n + 1 times: 2.5 and above is nearest to the space.
    writing = handwrite_by(hand_that_moves(0.5), "abc", np.full((50, 4), 0.5))
    assert writing.finished
    assert len(writing.strokes) == 5
    writing = handwrite(hand_that_moves(0.001), "abc", np.random.default_rng(0))
    assert not writing.finished
    assert len(writing.strokes) == MOST_POINTS * 3


def test_the_network_learns_a_line():
    points = np.float32([[[0.5, 1, 0], [0, -1, 1], [1, 1, 0], [0.5, -1, 1]] * 3])
    read = np.concatenate([np.float32([[[0, 0, 1]]]), points[:, :-1]], axis=1)
    model = handwriting_network(12, 9, mixtures=2)
    model.compile(keras.optimizers.Adam(0.02), mixture_loss)
    losses = model.fit([read, codes_of("ab")[np.newaxis]], points, epochs=150, verbose=0)
    assert losses.history["loss"][-1] < losses.history["loss"][0] - 4


def test_a_text_that_is_hidden_adds_nothing():
    read = np.random.default_rng(0).normal(size=(1, 5, 3)).astype("float32")
    hidden, shorter = np.full((1, 6), -1), np.full((1, 2), -1)
    np.testing.assert_array_equal(MODEL([read, hidden]), MODEL([read, shorter]))


def test_what_is_kept_comes_back(tmp_path):
    path = tmp_path / "hand.safetensors"
    save_hand(HAND, path)
    back = load_hand(path)
    assert back.scale == HAND.scale
    for name, weight in HAND.weights.items():
        half = 0.5001 * np.abs(weight).max(axis=0) / 127 if weight.ndim == 2 else 1e-7
        assert np.all(np.abs(back.weights[name] - weight) <= half), name
    save_hand(back, tmp_path / "again.safetensors")
    again = load_hand(tmp_path / "again.safetensors")
    for name in WEIGHTS:
        np.testing.assert_allclose(again.weights[name], back.weights[name], rtol=1e-6, atol=1e-12)


def test_damage_is_seen(tmp_path):
    path = tmp_path / "hand.safetensors"
    save_hand(HAND, path)
    content = path.read_bytes()
    changed = bytearray(content)
    changed[-5] ^= 1
    other = content.replace(b"abcdefghij", b"bacdefghij")
    for damaged, problem in (
        (bytes(changed), "is damaged: its weights do not match their SHA-256"),
        (content[:-1], "is no whole hand"),
        (b"", "is no whole hand"),
        (other, "is of another alphabet"),
        (content.replace(b"lstm1_bias", b"lstm7_bias"), "is no whole hand"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=problem):
            load_hand(path)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ({"text": "na\u00efve"}, "text holds '\u00ef', which cannot be written; 'naive' can"),
        ({"text": ""}, "text must not be empty"),
        ({"text": "a" * 51}, "text must be at most 50 characters"),
        ({"neatness": -0.5}, "neatness must be at least 0"),
        ({"begun": [[0, 1, 0]]}, "begun must have at least 2 points"),
        ({"begun": [0, 1, 0]}, r"begun must have the shape \[points, 3\]"),
        ({"begun": [[0, np.nan, 0]] * 2}, "begun must be finite"),
    ],
)
def test_what_cannot_be_written_is_refused(call, problem):
    with pytest.raises(ValueError, match=problem):
        handwrite(HAND, **{"text": "ab", "rng": np.random.default_rng(0)} | call)


def test_another_model_is_refused():
    with pytest.raises(ValueError, match="model must be one of handwriting_network"):
        hand_of(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), 1.0)
