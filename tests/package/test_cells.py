"""rnnlab.cells against the printed figures, NumPy, Keras and finite differences."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import lab2019
from rnnlab.cells import ACTIVATIONS, simple_rnn

NUMPY_ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


def numpy_rnn(inputs, kernel, recurrent_kernel, bias, activation="tanh", initial_state=None):
    """The recurrence, spelled out step by step."""
    state = np.zeros((len(inputs), len(bias))) if initial_state is None else initial_state
    states = []
    for step in range(inputs.shape[1]):
        drive = inputs[:, step] @ kernel + state @ recurrent_kernel + bias
        state = NUMPY_ACTIVATIONS[activation](drive)
        states.append(state)
    return np.stack(states, axis=1), state


def drawn(seed=0, batch=3, time=4, features=2, units=5, dtype=np.float64, scale=0.5):
    """Inputs, kernel, recurrent kernel, bias and initial state of the sizes asked for."""
    rng = np.random.default_rng(seed)
    shapes = [(batch, time, features), (features, units), (units, units), (units,), (batch, units)]
    return [rng.normal(scale=scale, size=shape).astype(dtype) for shape in shapes]


def test_the_lab_s_printed_outputs_come_out(printed):
    figures = printed["bare_bones_rnn"]
    inputs = np.stack([figures["X0"], figures["X1"]], axis=1).astype(np.float32)
    outputs, state = simple_rnn(inputs, *lab2019.bare_bones_weights())
    np.testing.assert_allclose(outputs[:, 0], figures["Y0"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(outputs[:, 1], figures["Y1"], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(state, outputs[:, 1])


sizes = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**16),
        "batch": st.integers(1, 4),
        "time": st.integers(1, 12),
        "features": st.integers(1, 4),
        "units": st.integers(1, 6),
    }
)


@given(sizes, st.sampled_from(sorted(ACTIVATIONS)), st.booleans())
def test_it_equals_numpy_in_float64(sizes, activation, from_zeros):
    *arrays, state = drawn(**sizes)
    state = None if from_zeros else state
    computed = simple_rnn(*arrays, activation=activation, initial_state=state)
    for got, want in zip(computed, numpy_rnn(*arrays, activation, state), strict=True):
        assert got.dtype == tf.float64
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@given(sizes, st.sampled_from(sorted(ACTIVATIONS)))
def test_it_equals_keras_in_values_and_gradients(sizes, activation):
    inputs, *weights, state = drawn(**sizes)
    layer = keras.layers.SimpleRNN(
        weights[0].shape[1], activation, return_sequences=True, return_state=True, dtype="float64"
    )
    layer.build(inputs.shape)
    layer.set_weights(weights)
    inputs, state = tf.Variable(inputs), tf.Variable(state)
    sources = [inputs, state, *layer.trainable_variables]

    def value_and_gradients(run):
        with tf.GradientTape() as tape:
            outputs, final = run()
            # Every output counts differently, so that no two of them can be confused.
            counts = tf.reshape(tf.range(tf.size(outputs), dtype=tf.float64), outputs.shape)
            loss = tf.reduce_sum(counts * outputs) + tf.reduce_sum(final**2)
        return [outputs, final, *tape.gradient(loss, sources)]

    ours = value_and_gradients(
        lambda: simple_rnn(inputs, *layer.weights, activation, initial_state=state)
    )
    theirs = value_and_gradients(lambda: layer(inputs, initial_state=[state]))
    for got, want in zip(ours, theirs, strict=True):
        scale = 1 + np.abs(want).max()
        np.testing.assert_allclose(got / scale, want / scale, rtol=0, atol=1e-12)


def test_it_equals_keras_in_float32():
    # Weights so small that a step does not enlarge the rounding errors of the step before.
    inputs, *weights, _ = drawn(batch=8, time=20, units=16, dtype=np.float32, scale=0.2)
    layer = keras.layers.SimpleRNN(16, return_sequences=True)
    layer.build(inputs.shape)
    layer.set_weights(weights)
    outputs, _ = simple_rnn(inputs, *weights)
    assert outputs.dtype == tf.float32
    np.testing.assert_allclose(outputs, layer(inputs), rtol=0, atol=1e-6)


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh"])
def test_its_gradients_equal_finite_differences(activation):
    arrays = [tf.constant(array) for array in drawn()]

    def loss(inputs, kernel, recurrent_kernel, bias, state):
        outputs, _ = simple_rnn(inputs, kernel, recurrent_kernel, bias, activation, state)
        return tf.reduce_sum(outputs**3)

    exact, differences = tf.test.compute_gradient(loss, arrays, delta=1e-6)
    for got, want in zip(exact, differences, strict=True):
        scale = 1 + np.abs(want).max()
        np.testing.assert_allclose(got / scale, want / scale, rtol=0, atol=1e-8)


def test_steps_taken_one_by_one_equal_the_scan():
    inputs, *weights, state = drawn()
    outputs, final = simple_rnn(inputs, *weights, initial_state=state)
    for time in range(inputs.shape[1]):
        _, state = simple_rnn(inputs[:, time : time + 1], *weights, initial_state=state)
        np.testing.assert_allclose(state, outputs[:, time], rtol=0, atol=1e-15)
    np.testing.assert_allclose(state, final, rtol=0, atol=1e-15)


def test_a_traced_function_of_unknown_sizes_gives_the_same():
    inputs, *weights, state = drawn(batch=1)
    signature = [
        tf.TensorSpec([None, None, 2], tf.float64),
        # One size known and the other not: the loop must settle on one.
        tf.TensorSpec([1, 5], tf.float64),
    ]
    traced = tf.function(
        lambda inputs, state: simple_rnn(inputs, *weights, initial_state=state), signature
    )
    eager = simple_rnn(inputs, *weights, initial_state=state)
    for got, want in zip(traced(inputs, state), eager, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-15)


def test_sizes_that_show_only_when_a_traced_function_runs_are_still_checked():
    inputs, *weights, _ = drawn()
    traced = tf.function(
        lambda inputs: simple_rnn(inputs, *weights), [tf.TensorSpec(None, tf.float64)]
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="compatible"):
        traced(inputs[:, :, :1])


def test_plain_lists_take_the_dtype_of_the_arrays_beside_them():
    _, state = simple_rnn([[[1, 2]]], np.ones((2, 1)), [[1]], [-3], initial_state=[[0]])
    assert state.dtype == tf.float64
    assert state.numpy() == [[0.0]]
    assert simple_rnn([[[1]]], [[1]], [[1]], [-2])[1].dtype == tf.float32


def replaced(argument, value):
    """Fitting arguments of `simple_rnn`, but for one."""
    names = ["inputs", "kernel", "recurrent_kernel", "bias", "initial_state"]
    return dict(zip(names, drawn(), strict=True)) | {argument: value}


SHAPE_FAULTS = [
    ("inputs", (3, 4), "inputs must have the shape [batch, time, features], not [3, 4]"),
    ("inputs", (0, 4, 2), "inputs must not be empty, but has the shape [0, 4, 2]"),
    ("inputs", (3, 0, 2), "inputs must not be empty, but has the shape [3, 0, 2]"),
    ("inputs", (3, 4, 0), "inputs must not be empty, but has the shape [3, 4, 0]"),
    (
        "inputs",
        (3, 4, 7),
        "kernel must have the shape [features, units] with features = 7 as in inputs, not [2, 5]",
    ),
    ("kernel", (7, 5), "[features, units] with features = 2 as in inputs, not [7, 5]"),
    ("kernel", (2, 6), "[features, units] with units = 5 as in recurrent_kernel, not [2, 6]"),
    ("kernel", (2,), "kernel must have the shape [features, units], not [2]"),
    ("recurrent_kernel", (5, 4), "recurrent_kernel must have the shape [units, units]"),
    ("recurrent_kernel", (2, 5), "recurrent_kernel must have the shape [units, units]"),
    ("bias", (1, 5), "bias must have the shape [units], not [1, 5]"),
    ("bias", (4,), "bias must have the shape [units] with units = 5 as in recurrent_kernel"),
    ("initial_state", (5,), "initial_state must have the shape [batch, units], not [5]"),
    ("initial_state", (2, 5), "[batch, units] with batch = 3 as in inputs, not [2, 5]"),
    ("initial_state", (3, 4), "[batch, units] with units = 5 as in recurrent_kernel, not [3, 4]"),
]


@pytest.mark.parametrize(("argument", "shape", "message"), SHAPE_FAULTS)
def test_a_shape_that_does_not_fit_is_refused(argument, shape, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        simple_rnn(**replaced(argument, np.zeros(shape)))


VALUE_FAULTS = [
    ("inputs", np.float32([[[1, 2]]]), "must have dtype float32, not float64"),
    ("kernel", np.ones((2, 5), int), "kernel must have dtype float64, not int64"),
    ("bias", np.zeros(5, np.float16), "bias must have dtype float64, not float16"),
    ("bias", np.zeros(5, bool), "bias must have dtype float64, not bool"),
    ("inputs", "words", "inputs must be an array of numbers, not of <U5"),
    ("kernel", None, "kernel must be an array of numbers, not of object"),
]


@pytest.mark.parametrize(("argument", "value", "message"), VALUE_FAULTS)
def test_what_is_no_float_array_of_one_dtype_is_refused(argument, value, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        simple_rnn(**replaced(argument, value))


def test_rows_that_differ_in_length_are_refused():
    with pytest.raises(ValueError, match="kernel must have rows of one length"):
        simple_rnn(**replaced("kernel", [[1, 2], [3]]))


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("argument", ["inputs", "kernel", "initial_state"])
def test_values_that_are_not_finite_are_refused_with_their_place(argument, fault):
    arguments = replaced(argument, None)
    arguments[argument] = dict(zip(arguments, drawn(), strict=True))[argument]
    arguments[argument][..., 1] = fault
    place = [0] * (arguments[argument].ndim - 1) + [1]
    message = f"{argument} must be finite in float64, but is not at index {place}"
    with pytest.raises(ValueError, match=re.escape(message)):
        simple_rnn(**arguments)


def test_an_unknown_activation_is_refused_with_the_known_ones():
    message = "activation must be 'linear', 'relu', 'sigmoid' or 'tanh', not 'logit'"
    with pytest.raises(ValueError, match=message):
        simple_rnn(*drawn()[:4], activation="logit")
    with pytest.raises(TypeError, match="activation must be 'linear', 'relu'"):
        simple_rnn(*drawn()[:4], activation=np.tanh)
