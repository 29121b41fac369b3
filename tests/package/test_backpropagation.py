"""Gradients written by hand agree with finite differences, TensorFlow and Keras."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.backpropagation import Gradients, backward, forward, state_gradient_norms

BATCH, STEPS, FEATURES, UNITS = 3, 7, 2, 4
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear")


def network(seed=0):
    """Arguments of `forward` with every one of them given."""
    rng = np.random.default_rng(seed)
    return {
        "inputs": rng.normal(size=(BATCH, STEPS, FEATURES)),
        "kernel": rng.normal(size=(FEATURES, UNITS)),
        "recurrent_kernel": 0.5 * rng.normal(size=(UNITS, UNITS)),
        "bias": rng.normal(size=UNITS),
        "initial_state": rng.normal(size=(BATCH, UNITS)),
    }


def loss_weights(seed=1):
    """A loss that is a weighted sum of the outputs has these weights as its output gradients."""
    return np.random.default_rng(seed).normal(size=(BATCH, STEPS, UNITS))


def slope_by_differences(function, at, step):
    slope = np.empty_like(at)
    for index in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[index] += step
        down[index] -= step
        slope[index] = (function(up) - function(down)) / (2 * step)
    return slope


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", Gradients._fields)
def test_each_gradient_is_the_slope_that_finite_differences_measure(name, activation):
    weights, arguments = loss_weights(), network()

    def loss(value):
        kept = forward(**(arguments | {name: value}), activation=activation)
        return np.sum(weights * kept.outputs)

    by_hand = backward(forward(**arguments, activation=activation), weights)
    measured = slope_by_differences(loss, arguments[name], step=1e-6)
    np.testing.assert_allclose(getattr(by_hand, name), measured, rtol=1e-7, atol=1e-7)


@given(
    batch=st.integers(1, 4),
    steps=st.integers(1, 50),
    units=st.integers(1, 6),
    activation=st.sampled_from(ACTIVATIONS),
    use_bias=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_outputs_and_gradients_are_those_of_the_keras_layer(
    batch, steps, units, activation, use_bias, seed
):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(batch, steps, FEATURES))
    initial_state = rng.normal(size=(batch, units))
    weights = rng.normal(size=(batch, steps, units))
    layer = keras.layers.SimpleRNN(
        units,
        activation=activation,
        use_bias=use_bias,
        bias_initializer=keras.initializers.RandomNormal(seed=seed),
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed),
        return_sequences=True,
        dtype="float64",
    )
    x, h0 = tf.constant(inputs), tf.constant(initial_state)
    with tf.GradientTape() as tape:
        tape.watch([x, h0])
        outputs = layer(x, initial_state=h0)
        loss = tf.reduce_sum(weights * outputs)
    expected = tape.gradient(loss, [*layer.trainable_variables, x, h0])
    kernel, recurrent_kernel, *bias = layer.get_weights()
    kept = forward(
        inputs, kernel, recurrent_kernel, bias[0] if bias else None, activation, initial_state
    )
    by_hand = backward(kept, weights)._asdict()
    if not use_bias:
        del by_hand["bias"]
    np.testing.assert_allclose(kept.outputs, outputs, rtol=1e-9, atol=1e-9)
    for ours, theirs in zip(by_hand.values(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("truncate_after", [1, 3, STEPS - 1])
def test_truncation_equals_a_network_restarted_from_a_frozen_state(truncate_after):
    """Each output is computed again from the state k steps before, held constant."""
    arguments, weights = network(), loss_weights()
    states = forward(**arguments).states
    x, w, r, b, h0 = (tf.Variable(arguments[name]) for name in arguments)
    with tf.GradientTape() as tape:
        loss = tf.zeros((), tf.float64)
        for t in range(STEPS):
            start = max(0, t + 1 - truncate_after)
            h = h0 if start == 0 else tf.constant(states[:, start])
            for s in range(start, t + 1):
                h = tf.tanh(x[:, s] @ w + h @ r + b)
            loss += tf.reduce_sum(weights[:, t] * h)
    expected = tape.gradient(loss, [w, r, b, x, h0], unconnected_gradients="zero")
    by_hand = backward(forward(**arguments), weights, truncate_after=truncate_after)
    for ours, theirs in zip(by_hand, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_truncation_after_the_whole_sequence_changes_nothing():
    kept, weights = forward(**network()), loss_weights()
    truncated = backward(kept, weights, truncate_after=STEPS)
    for short, full in zip(truncated, backward(kept, weights), strict=True):
        np.testing.assert_allclose(short, full, rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_state_gradient_norms_are_those_of_the_jacobians_that_tensorflow_finds(activation):
    arguments = network()
    kept = forward(**arguments, activation=activation)
    norms = state_gradient_norms(kept)
    layer = keras.layers.SimpleRNN(UNITS, activation=activation, dtype="float64")
    layer.build((BATCH, STEPS, FEATURES))
    layer.set_weights([arguments[name] for name in ("kernel", "recurrent_kernel", "bias")])
    for lag in range(1, STEPS + 1):
        state = tf.constant(kept.states[:, STEPS - lag])
        with tf.GradientTape() as tape:
            tape.watch(state)
            last = layer(arguments["inputs"][:, STEPS - lag :], initial_state=state)
        jacobian = tape.batch_jacobian(last, state).numpy()
        np.testing.assert_allclose(
            norms[:, lag], np.linalg.norm(jacobian, ord=2, axis=(1, 2)), rtol=1e-10
        )
    np.testing.assert_array_equal(norms[:, 0], 1.0)


def test_a_linear_network_keeps_powers_of_its_recurrent_kernel():
    """With R = [[0.5]] half of a change is left after one step, an eighth after three."""
    kept = forward(np.zeros((1, 3, 1)), [[1.0]], [[0.5]], None, activation="linear")
    np.testing.assert_array_equal(state_gradient_norms(kept), [[1.0, 0.5, 0.25, 0.125]])


FAULTS = [
    (
        {"inputs": np.zeros((3, 7))},
        "the shape [batch, time, features], not [3, 7]",
    ),
    ({"inputs": np.zeros((3, 0, 2))}, "inputs must not be empty, but has the shape [3, 0, 2]"),
    (
        {"inputs": np.full((3, 7, 2), np.nan)},
        "inputs must be finite in float64",
    ),
    ({"kernel": np.zeros((3, 4))}, "with features = 2 as in inputs, not [3, 4]"),
    ({"recurrent_kernel": np.zeros((2, 4))}, "with units = 4 as in kernel, not [2, 4]"),
    (
        {"bias": np.zeros(3)},
        "[units] with units = 4 as in kernel, not [3]",
    ),
    ({"initial_state": np.zeros((1, 4))}, "with batch = 3 as in inputs, not [1, 4]"),
    (
        {"activation": "logit"},
        "activation must be 'linear', 'relu', 'sigmoid' or 'tanh', not",
    ),
]


@pytest.mark.parametrize(("change", "message"), FAULTS)
def test_forward_names_what_does_not_fit(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        forward(**(network() | change))


def test_backward_names_what_does_not_fit():
    kept = forward(**network())
    with pytest.raises(ValueError, match=r"shape \[3, 7, 4\] of kept.outputs, not \[3, 4\]"):
        backward(kept, np.zeros((3, 4)))
    with pytest.raises(ValueError, match="truncate_after must be at least 1, not 0"):
        backward(kept, loss_weights(), truncate_after=0)
    for wrong in (1.5, True, "a"):
        with pytest.raises(TypeError, match=f"truncate_after must be an integer, not {wrong!r}"):
            backward(kept, loss_weights(), truncate_after=wrong)
    with pytest.raises(TypeError, match="kernel must be an array of numbers, not of <U1"):
        forward(**(network() | {"kernel": [["a"]]}))
