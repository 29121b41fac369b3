"""LSTM, GRU and masks against Keras, finite differences and cases worked out by hand."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.cells import gru, lstm, simple_rnn

FEATURES = 2
# Each cell, the Keras layer that it must equal, what tells the two GRUs apart, and how many
# blocks of units stand side by side in a kernel.
CELLS = {
    "simple_rnn": (simple_rnn, keras.layers.SimpleRNN, {}, 1),
    "lstm": (lstm, keras.layers.LSTM, {}, 4),
    "gru": (gru, keras.layers.GRU, {"reset_after": True}, 3),
    "gru_reset_before": (gru, keras.layers.GRU, {"reset_after": False}, 3),
}


def drawn_weights(name, rng, units=3, use_bias=True):
    """Weights laid out as the Keras layer of this cell lays them out."""
    blocks = CELLS[name][3]
    shapes = [(FEATURES, blocks * units), (units, blocks * units)]
    if use_bias:
        shapes.append((2, blocks * units) if name == "gru" else (blocks * units,))
    return [rng.normal(scale=0.7, size=shape) for shape in shapes]


def drawn_states(name, rng, batch=2, units=3):
    """The one tensor, or the two, of a cell's state."""
    return [rng.normal(size=(batch, units)) for _ in range(2 if name == "lstm" else 1)]


def values_and_gradients(run, sources):
    """Outputs, final state, and the gradients of a loss to which every value counts differently."""
    with tf.GradientTape() as tape:
        values = tf.nest.flatten(run())
        counts = [np.cos(np.arange(value.shape.num_elements())) for value in values]
        loss = sum(
            tf.reduce_sum(tf.reshape(count, value.shape) * value)
            for count, value in zip(counts, values, strict=True)
        )
    return [*values, *tape.gradient(loss, sources, unconnected_gradients="zero")]


@pytest.mark.parametrize("name", CELLS)
@given(
    seed=st.integers(0, 2**16),
    batch=st.integers(1, 3),
    time=st.integers(1, 50),
    units=st.integers(1, 4),
    use_bias=st.booleans(),
    from_zeros=st.booleans(),
    share_kept=st.sampled_from([None, 0.0, 0.5, 1.0]),
    go_backwards=st.booleans(),
)
@settings(max_examples=15)
def test_it_equals_keras_in_values_and_gradients(
    name, seed, batch, time, units, use_bias, from_zeros, share_kept, go_backwards
):
    rng = np.random.default_rng(seed)
    cell, layer_class, more, _ = CELLS[name]
    layer = layer_class(
        units,
        use_bias=use_bias,
        go_backwards=go_backwards,
        return_sequences=True,
        return_state=True,
        dtype="float64",
        **more,
    )
    layer.build((batch, time, FEATURES))
    layer.set_weights(drawn_weights(name, rng, units, use_bias))
    inputs = tf.Variable(rng.normal(size=(batch, time, FEATURES)))
    states = [tf.Variable(state) for state in drawn_states(name, rng, batch, units)]
    mask = None if share_kept is None else tf.constant(rng.random((batch, time)) < share_kept)
    sources = [inputs, *([] if from_zeros else states), *layer.trainable_variables]

    def ours():
        kernel, recurrent_kernel, *bias = layer.trainable_variables
        start = None if from_zeros else tuple(states) if name == "lstm" else states[0]
        return cell(
            inputs,
            kernel,
            recurrent_kernel,
            bias[0] if bias else None,
            initial_state=start,
            mask=mask,
            go_backwards=go_backwards,
            **more,
        )

    def theirs():
        return layer(inputs, mask=mask, initial_state=None if from_zeros else states)

    for got, want in zip(
        values_and_gradients(ours, sources), values_and_gradients(theirs, sources), strict=True
    ):
        scale = 1 + np.abs(want).max()
        np.testing.assert_allclose(got / scale, want / scale, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["lstm", "gru", "gru_reset_before"])
def test_its_gradients_equal_finite_differences(name):
    rng = np.random.default_rng(0)
    cell, _, more, _ = CELLS[name]
    mask = tf.constant([[True, False, True, True, False], [False, True, True, True, True]])
    arrays = [
        rng.normal(size=(2, 5, FEATURES)),
        *drawn_weights(name, rng),
        *drawn_states(name, rng),
    ]

    def loss(inputs, kernel, recurrent_kernel, bias, *states):
        start = states if name == "lstm" else states[0]
        outputs, final = cell(
            inputs, kernel, recurrent_kernel, bias, initial_state=start, mask=mask, **more
        )
        return sum(tf.reduce_sum(value**3) for value in tf.nest.flatten([outputs, final]))

    exact, differences = tf.test.compute_gradient(
        loss, [tf.constant(array) for array in arrays], delta=1e-6
    )
    for got, want in zip(exact, differences, strict=True):
        scale = 1 + np.abs(want).max()
        np.testing.assert_allclose(got / scale, want / scale, rtol=0, atol=1e-8)


def test_it_equals_keras_layers_of_a_model_in_float32():
    keras.utils.set_random_seed(0)
    inputs = keras.random.normal((8, 20, FEATURES))
    for name, (cell, layer_class, more, _) in CELLS.items():
        layer = layer_class(16, return_sequences=True, **more)
        expected = layer(inputs)
        outputs, _ = cell(inputs, *layer.get_weights(), **more)
        np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", ["lstm", "gru", "gru_reset_before"])
def test_steps_taken_one_by_one_equal_the_scan(name):
    rng = np.random.default_rng(0)
    cell, _, more, _ = CELLS[name]
    inputs, weights = rng.normal(size=(2, 5, FEATURES)), drawn_weights(name, rng)
    outputs, final = cell(inputs, *weights, **more)
    state = None
    for time in range(5):
        now = inputs[:, time : time + 1]
        _, state = cell(now, *weights, initial_state=state, **more)
        output = state[0] if name == "lstm" else state
        np.testing.assert_allclose(output, outputs[:, time], rtol=0, atol=1e-15)
    for got, want in zip(tf.nest.flatten(state), tf.nest.flatten(final), strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", CELLS)
def test_a_traced_function_of_unknown_sizes_gives_the_same(name):
    rng = np.random.default_rng(0)
    cell, _, more, _ = CELLS[name]
    inputs, weights = rng.normal(size=(2, 5, FEATURES)), drawn_weights(name, rng)
    mask = rng.random((2, 5)) < 0.5
    signature = [tf.TensorSpec([None, None, FEATURES], tf.float64), tf.TensorSpec(None, tf.bool)]
    traced = tf.function(lambda inputs, mask: cell(inputs, *weights, mask=mask, **more), signature)
    expected = cell(inputs, *weights, mask=mask, **more)
    for got, want in zip(
        tf.nest.flatten(traced(inputs, mask)), tf.nest.flatten(expected), strict=True
    ):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-15)


def test_an_lstm_with_its_gates_held_carries_its_cell_state_unchanged():
    """Input gate shut, forget gate open, output gate open: c stays, h is tanh(c)."""
    rng = np.random.default_rng(0)
    bias = np.repeat([-1e3, 1e3, 0.0, 1e3], 3)
    cell_state = rng.normal(size=(2, 3))
    outputs, (hidden, final) = lstm(
        rng.normal(size=(2, 30, FEATURES)),
        *drawn_weights("lstm", rng, use_bias=False),
        bias,
        initial_state=(np.zeros((2, 3)), cell_state),
    )
    np.testing.assert_array_equal(final, cell_state)
    np.testing.assert_allclose(hidden, np.tanh(cell_state), rtol=1e-15)
    np.testing.assert_array_equal(outputs[:, 0], outputs[:, -1])


@pytest.mark.parametrize("reset_after", [True, False])
def test_an_update_gate_of_one_keeps_the_state_and_a_reset_gate_of_zero_hides_it(reset_after):
    rng = np.random.default_rng(0)
    kernel, recurrent_kernel = drawn_weights("gru", rng, use_bias=False)
    inputs, state = rng.normal(size=(2, FEATURES)), rng.normal(size=(2, 3))

    def step(update, reset):
        bias = np.repeat([update, reset, 0.0], 3)
        bias = np.stack([bias, np.zeros(9)]) if reset_after else bias
        weights = kernel, recurrent_kernel, bias
        return gru(inputs[:, None], *weights, initial_state=state, reset_after=reset_after)[1]

    np.testing.assert_array_equal(step(update=1e3, reset=0.0), state)
    np.testing.assert_allclose(
        step(update=-1e3, reset=-1e3), np.tanh(inputs @ kernel[:, 6:]), rtol=1e-14
    )


@pytest.mark.parametrize("name", CELLS)
def test_what_a_masked_step_holds_cannot_matter(name):
    rng = np.random.default_rng(0)
    cell, _, more, _ = CELLS[name]
    inputs, weights = rng.normal(size=(2, 6, FEATURES)), drawn_weights(name, rng)
    mask = np.array([[False, True, True, False, True, False], [True] * 3 + [False] * 3])
    changed = np.where(mask[:, :, None], inputs, 9.0)
    for got, want in zip(
        tf.nest.flatten(cell(changed, *weights, mask=mask, **more)),
        tf.nest.flatten(cell(inputs, *weights, mask=mask, **more)),
        strict=True,
    ):
        np.testing.assert_array_equal(got, want)


def fitting(name):
    """Arguments of a cell that fit each other: 2 sequences of 5 steps, 2 features, 3 units."""
    rng = np.random.default_rng(0)
    kernel, recurrent_kernel, bias = drawn_weights(name, rng)
    inputs = rng.normal(size=(2, 5, FEATURES))
    return {
        "inputs": inputs,
        "kernel": kernel,
        "recurrent_kernel": recurrent_kernel,
        "bias": bias,
        **CELLS[name][2],
    }


FAULTS = [
    ("lstm", "kernel", np.ones((2, 9)), "[features, 4*units] with 4*units = 12, not [2, 9]"),
    ("lstm", "recurrent_kernel", np.ones((4, 12)), "[units, 4*units] with 4*units = 16"),
    ("lstm", "bias", np.ones(3), "bias must have the shape [4*units] with 4*units = 12, not [3]"),
    ("lstm", "inputs", np.ones((2, 0, 2)), "inputs must not be empty, but has the shape"),
    (
        "lstm",
        "initial_state",
        (np.ones((2, 4)), np.ones((2, 4))),
        "[2, batch, units] with units = 3 as in recurrent_kernel, not [2, 2, 4]",
    ),
    (
        "lstm",
        "initial_state",
        (np.ones((2, 3)), np.ones((2, 4))),
        "initial_state must have rows of one length",
    ),
    ("lstm", "initial_state", np.ones((2, 3)), "the shape [2, batch, units], not [2, 3]"),
    ("lstm", "initial_state", (np.ones((2, 3)),), "the shape [2, batch, units], not [1, 2, 3]"),
    ("gru", "recurrent_kernel", np.ones((4, 9)), "[units, 3*units] with 3*units = 12, not [4, 9]"),
    ("gru", "bias", np.ones(9), "bias must have the shape [2, 3*units], not [9]"),
    ("gru", "bias", np.ones((1, 9)), "bias must have the shape [2, 3*units], not [1, 9]"),
    ("gru_reset_before", "bias", np.ones((2, 9)), "bias must have the shape [3*units], not [2, 9]"),
    ("gru", "initial_state", np.ones((1, 3)), "[batch, units] with batch = 2 as in inputs"),
    ("simple_rnn", "mask", np.ones((2, 4), bool), "mask must have the shape [batch, time] with"),
    ("lstm", "mask", np.ones((2, 5, 1), bool), "the shape [batch, time], not [2, 5, 1]"),
]


@pytest.mark.parametrize(("name", "argument", "value", "message"), FAULTS)
def test_a_shape_that_does_not_fit_is_refused(name, argument, value, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        CELLS[name][0](**(fitting(name) | {argument: value}))


@pytest.mark.parametrize("name", CELLS)
def test_a_mask_that_is_not_boolean_is_refused_with_what_is_supported(name):
    message = "mask must have dtype bool, not int64"
    with pytest.raises(TypeError, match=message):
        CELLS[name][0](**fitting(name), mask=np.ones((2, 5), np.int64))
