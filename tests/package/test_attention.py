"""Attention against Keras, float64 loops and files."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.attention import (
    additive_attention,
    attentive_encoder_decoder,
    load_attentive_translator,
    look_only_at,
    multiplicative_attention,
    translate_attentively,
)
from rnnlab.translation import (
    START,
    encoder_decoder,
    load_translator,
    padded,
    save_translator,
    vocabulary_of,
)

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
    """A network whose weights are large enough that its answers differ."""
    source, target = vocabulary_of(TEXTS), vocabulary_of(["0123456789"])
    model = attentive_encoder_decoder(len(source), len(target), 7, kind=request.param, embedding=5)
    rng = np.random.default_rng(10)
    model.set_weights([2.0 * rng.normal(size=weight.shape) for weight in model.weights])
    return model, source, target


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def step(x, h, c, kernel, recurrent_kernel, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def plainly(model, source, target, text, longest):
    """Answer one text in float64, without batches or padding; return the weights, too."""
    w = {weight.path: np.float64(weight) for weight in model.weights}
    cells = [
        [w[f"{name}/lstm_cell/{part}"] for part in ("kernel", "recurrent_kernel", "bias")]
        for name in ("encoder", "decoder")
    ]
    h = c = np.zeros(7)
    states = []
    for code in source.encode(text):
        h, c = step(w["source_embedding/embeddings"][code], h, c, *cells[0])
        states.append(h)
    said, looked, now = [], [], 1
    for _ in range(longest):
        h, c = step(w["answer_embedding/embeddings"][now], h, c, *cells[1])
        query = h @ w["query/kernel"]
        if "key/kernel" in w:
            scores = [w["attention/scale"] @ np.tanh(query + u @ w["key/kernel"]) for u in states]
        else:
            scores = [query @ u for u in states]
        weights = np.exp(scores - np.max(scores))
        weights /= weights.sum()
        joined = np.concatenate([h, weights @ states])
        r = np.tanh(joined @ w["combined/kernel"] + w["combined/bias"])
        now = int(np.argmax(r @ w["readout/kernel"] + w["readout/bias"]))
        said.append(now)
        looked.append(weights)
    return target.decode(said), np.array(looked)


def test_answers_and_maps_are_those_of_a_step_by_step_decoder_in_numpy(translator):
    model, source, target = translator
    answers, weights = translate_attentively(model, source, target, TEXTS, longest=9)
    assert weights.shape == (3, 9, 6)
    for text, answer, looked in zip(TEXTS, answers, weights, strict=True):
        wanted, map_ = plainly(model, source, target, text, 9)
        assert answer == wanted.partition("\x03")[0]
        np.testing.assert_allclose(looked[:, : len(text)], map_, atol=1e-4)
        np.testing.assert_array_equal(looked[:, len(text) :], 0)
    assert len(set(answers)) == 3
    alone, looked = translate_attentively(model, source, target, ["7"], longest=9)
    assert alone == answers[2:]
    np.testing.assert_array_equal(looked, np.ones((1, 9, 1)))


def test_answers_are_those_of_the_whole_network_given_them(translator):
    model, source, target = translator
    answers, _ = translate_attentively(model, source, target, TEXTS, longest=6)
    logits = np.asarray(
        model([padded(source, TEXTS), padded(target, [START + one for one in answers])])
    )
    for answer, row in zip(answers, logits, strict=True):
        assert target.decode(row.argmax(axis=-1)[: len(answer)]) == answer


def test_hiding_nothing_changes_nothing_and_what_is_hidden_has_no_weight(translator):
    model, source, target = translator
    codes, answers = padded(source, TEXTS), padded(target, [START + "12", START + "3", START])
    every = np.ones((3, 3, 6), bool)
    logits, weights = look_only_at(model, codes, answers, every)
    np.testing.assert_allclose(logits, model([codes, answers]), atol=1e-4)
    np.testing.assert_array_equal(weights[2, :, 1:], 0)  # PAD
    some = every.copy()
    some[0, 1, 2] = False
    less, other = look_only_at(model, codes, answers, some)
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
        look_only_at(model, codes, answers, places)
    with pytest.raises(ValueError, match=r"places must have the shape \(3, 1, 6\)"):
        look_only_at(model, codes, answers, places[:, 0])


def test_a_translator_comes_back_from_its_file(tmp_path, translator):
    model, source, target = translator
    path = tmp_path / "one.safetensors"
    save_translator(model, source, target, path)
    again, *both = load_attentive_translator(path)
    assert [one.characters for one in both] == [source.characters, target.characters]
    assert [layer.name for layer in again.layers if layer.name == "key"] == [
        layer.name for layer in model.layers if layer.name == "key"
    ]
    for kept, weight in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight.astype(np.float16))


def test_files_of_the_other_kind_of_network_are_refused(tmp_path, translator):
    model, source, target = translator
    path = tmp_path / "one.safetensors"
    save_translator(encoder_decoder(len(source), len(target), 7), source, target, path)
    with pytest.raises(ValueError, match="whole translator"):
        load_attentive_translator(path)
    path.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="whole translator"):
        load_attentive_translator(path)
    save_translator(model, source, target, path)
    with pytest.raises(ValueError, match="whole translator"):
        load_translator(path)


@pytest.mark.parametrize(
    ("texts", "error", "problem"),
    [
        (["1", "2*3"], ValueError, r"'\*' at index 1"),
        ([""], ValueError, "empty"),
        ([], ValueError, "texts must not be empty"),
        (["1" * 1001], ValueError, "at most 1000 characters, not 1001"),
        ([1], TypeError, "string"),
    ],
)
def test_what_cannot_be_read_is_refused(translator, texts, error, problem):
    with pytest.raises(error, match=problem):
        translate_attentively(*translator, texts)


def test_another_kind_and_another_vocabulary_are_refused(translator):
    model, _, target = translator
    with pytest.raises(ValueError, match="kind must be 'additive' or 'multiplicative', not 'dot'"):
        attentive_encoder_decoder(5, 5, kind="dot")
    with pytest.raises(ValueError, match="source must be the model's vocabulary"):
        translate_attentively(model, target, target, ["1"])
