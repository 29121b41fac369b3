"""What rnnlab._keras_private takes for granted of Keras, against what Keras does."""

import keras
import numpy as np

from rnnlab import _keras_private as keras_private
from rnnlab._fast import optimizers

L = keras.layers


def test_states_are_those_that_the_next_call_begins_with_and_are_no_variables():
    inner = L.GRU(3, stateful=True, return_sequences=True)
    lstm = L.LSTM(2, stateful=True)
    model = keras.Sequential(
        [keras.Input(batch_shape=(2, 4, 1)), keras.Sequential([inner, L.Dense(1)]), lstm]
    )
    outputs = model(np.ones((2, 4, 1), np.float32))
    states = keras_private.states_of(model)
    assert [tuple(state.shape) for state in states] == [(2, 3), (2, 2), (2, 2)]
    np.testing.assert_array_equal(states[1], outputs)
    assert np.asarray(states[0]).any()
    assert not {id(state) for state in states} & {id(v) for v in model.variables}
    assert keras_private.states_of(keras.Sequential([keras.Input((4, 1)), L.GRU(3)])) == []


def test_a_mask_comes_with_the_outputs_of_the_layers_behind_it():
    inputs = np.array([[[1.0], [0.0], [2.0]]], np.float32)
    model = keras.Sequential([L.Masking(), L.GRU(2, return_sequences=True), L.Dense(1)])
    np.testing.assert_array_equal(keras_private.mask_of(model(inputs)), [[True, False, True]])
    assert keras_private.mask_of(L.GRU(2)(inputs)) is None


def test_the_weights_of_an_optimizer_are_those_it_was_built_for_in_their_order():
    weights = [keras.Variable(np.ones(size, np.float32)) for size in (3, 1, 2)]
    optimizer = keras.optimizers.Adam()
    optimizer.build(weights)
    assert list(map(id, keras_private.weights_of(optimizer))) == list(map(id, weights))


def test_adam_keeps_the_means_of_slopes_and_of_their_squares_in_the_order_of_the_weights():
    weights = [keras.Variable(np.ones(size, np.float32)) for size in (2, 3)]
    slopes = [np.array([1.0, -2.0], np.float32), np.array([3.0, 0.5, -4.0], np.float32)]
    optimizer = keras.optimizers.Adam(beta_1=0.75, beta_2=0.875)
    optimizer.build(weights)
    optimizer.apply([keras.ops.convert_to_tensor(slope) for slope in slopes])
    first, second = keras_private.moments_of(optimizer)
    for mean, square, slope in zip(first, second, slopes, strict=True):
        np.testing.assert_allclose(mean, slope / 4)
        np.testing.assert_allclose(square, slope**2 / 8)


def test_a_learning_rate_is_a_variable_and_a_schedule_is_not():
    assert optimizers.supported(keras.optimizers.Adam(0.1))
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    assert not optimizers.supported(keras.optimizers.Adam(schedule))


def test_a_functional_model_says_where_its_class_is():
    inputs = keras.Input((2,))
    model = keras.Model(inputs, L.Dense(1)(inputs))
    assert keras.saving.serialize_keras_object(model)["module"] == keras_private.FUNCTIONAL
