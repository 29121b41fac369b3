"""Attention against Keras, and what hiding places does."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.attention import (
    additive_attention,
    look_back,
    multiplicative_attention,
)
from rnnlab.translation import START, encoder_decoder, padded, vocabulary_of

sizes = st.fixed_dictionaries(
    {name: st.integers(1, 5) for name in ("batch", "steps", "units", "features")}
    | {"time": st.integers(2, 5)}  # Keras warns of a single place
)
TEXTS = ["12+3", "4+51+6", "7"]


def drawn(batch, steps, time, units, features, seed=0):
    """Query, key, value, scale and a mask with something true in each row."""
    rng = np.random.default_rng(seed)
    shapes = (batch, steps, units), (batch, time, units), (batch, time, features), (units,)
    arrays = [tf.constant(rng.normal(size=shape)) for shape in shapes]
    places = rng.random((batch, 1, time)) < 0.6
    places[..., rng.integers(time)] = True
    return arrays, np.repeat(places, steps, axis=1)


def value_and_gradients(function, tensors):
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        mean, weights = function(*tensors)
        # Each number counts differently, so that no two can be confused.
        counts = tf.reshape(tf.range(tf.size(mean), dtype=tf.float64), mean.shape)
        loss = tf.reduce_sum(counts * mean) + tf.reduce_sum(weights**2)
    return [mean, weights, *tape.gradient(loss, tensors)]


@given(sizes, st.booleans())
def test_both_kinds_equal_kerass_layers_in_values_and_gradients(sizes, masked):
    (query, key, value, scale), mask = drawn(**sizes)
    settings = {"return_attention_scores": True}
    settings |= {"mask": [None, mask[:, 0]]} if masked else {}
    mask = mask if masked else None
    layer = keras.layers.AdditiveAttention(dtype="float64")
    layer.build([query.shape, value.shape, key.shape])
    layer.scale.assign(scale)
    pairs = [
        (
            lambda q, k, u: additive_attention(q, k, u, scale, mask),
            lambda q, k, u: layer([q, u, k], **settings),
        ),
        (
            lambda q, k, u: multiplicative_attention(q, k, u, mask),
            lambda q, k, u: keras.layers.Attention(dtype="float64")([q, u, k], **settings),
        ),
    ]
    for ours, theirs in pairs:
        got, wanted = (value_and_gradients(one, [query, key, value]) for one in (ours, theirs))
        for a, b in zip(got, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-9 * (1 + np.abs(b).max()))


def test_the_gradient_of_the_scale_equals_kerass():
    (query, key, value, scale), mask = drawn(2, 3, 4, 5, 2)
    layer = keras.layers.AdditiveAttention(dtype="float64")
    layer.build([query.shape, value.shape, key.shape])
    layer.scale.assign(scale)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(scale)
        ours = tf.reduce_sum(additive_attention(query, key, value, scale, mask)[0] ** 3)
        theirs = tf.reduce_sum(layer([query, value, key], [None, mask[:, 0]]) ** 3)
    wanted = tape.gradient(theirs, layer.trainable_variables)[0]
    np.testing.assert_allclose(tape.gradient(ours, scale), wanted, atol=1e-12)


def test_a_mask_of_its_own_for_each_step_takes_places_out():
    (query, key, value, scale), _ = drawn(1, 2, 3, 4, 2)
    mask = np.array([[[True, False, False], [True, True, False]]])
    mean, weights = additive_attention(query, key, value, scale, mask)
    np.testing.assert_array_equal(weights[0, 0], [1, 0, 0])
    np.testing.assert_allclose(mean[0, 0], value[0, 0], atol=1e-15)
    assert weights[0, 1, 2] == 0
    assert 0 < weights[0, 1, 1] < 1


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        (
            {"key": np.ones((1, 3, 5))},
            ValueError,
            "key must have the shape .* units = 4 as in query",
        ),
        ({"value": np.ones((1, 2, 2))}, ValueError, "value must have the shape .* time = 3"),
        ({"scale": np.ones(5)}, ValueError, "scale must have the shape"),
        ({"mask": np.ones((1, 1, 3), bool)}, ValueError, "mask must have the shape"),
        ({"query": np.full((1, 2, 4), np.nan)}, ValueError, "query must be finite"),
        ({"query": np.ones((1, 2, 4), "float32")}, TypeError, "dtype"),
    ],
)
def test_what_does_not_fit_is_refused(change, error, problem):
    (query, key, value, scale), mask = drawn(1, 2, 3, 4, 2)
    given = {"query": query, "key": key, "value": value, "scale": scale, "mask": mask}
    with pytest.raises(error, match=problem):
        additive_attention(**given | change)


@pytest.fixture(scope="module", params=["additive", "multiplicative"])
def translator(request):
    """A network whose weights are large enough that hiding a place changes what it says."""
    source, target = vocabulary_of(TEXTS), vocabulary_of(["0123456789"])
    model = encoder_decoder(len(source), len(target), 7, attention=request.param, embedding=5)
    rng = np.random.default_rng(10)
    model.set_weights([2.0 * rng.normal(size=weight.shape) for weight in model.weights])
    return model, source, target


def test_hiding_nothing_changes_nothing_and_what_is_hidden_has_no_weight(translator):
    model, source, target = translator
    codes, answers = padded(source, TEXTS), padded(target, [START + "12", START + "3", START])
    every = np.ones((3, 3, 6), bool)
    logits, weights = look_back(model, codes, answers)
    np.testing.assert_allclose(logits, model([codes, answers]), atol=1e-4)
    np.testing.assert_array_equal(weights[2, :, 1:], 0)  # PAD
    some = every.copy()
    some[0, 1, 2] = False
    less, other = look_back(model, codes, answers, some)
    assert other[0, 1, 2] == 0
    left = np.delete(weights[0, 1], 2)
    np.testing.assert_allclose(np.delete(other[0, 1], 2), left / left.sum(), atol=1e-5)
    changed = np.abs(less - logits).max(axis=-1) > 1e-6
    assert changed.tolist() == [[False, True, False], [False] * 3, [False] * 3]


def test_places_that_leave_nothing_are_refused(translator):
    model, source, target = translator
    codes, answers = padded(source, TEXTS), padded(target, [START] * 3)
    places = np.ones((3, 1, 6), bool)
    places[2, 0, 0] = False  # the only character of the third text
    with pytest.raises(ValueError, match=r"do not at index \[2, 0\]"):
        look_back(model, codes, answers, places)
    with pytest.raises(ValueError, match=r"places must have the shape \(3, 1, 6\)"):
        look_back(model, codes, answers, places[:, 0])
