"""Encoders and decoders, sums and dates, against NumPy, brute force and Unicode's data."""

import json
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from babel.dates import format_date
from safetensors.numpy import load_file, save

from rnnlab._translators import LONGEST
from rnnlab.attention import look_back
from rnnlab.dates import FIRST, LAST, read_languages, readings, written
from rnnlab.translation import (
    END,
    PAD,
    START,
    encoder_decoder,
    load_translator,
    padded,
    save_translator,
    sums,
    translate,
    vocabulary_of,
)

LANGUAGES = read_languages(Path(__file__).parents[2] / "docs" / "tutorials" / "data" / "dates.json")
QUESTIONS = ["12+3", "4+51", "7+7"]


@pytest.fixture(scope="module", params=[None, "additive", "multiplicative"])
def translator(request):
    """A network whose weights are large enough that its answers differ."""
    source, target = vocabulary_of(QUESTIONS), vocabulary_of(["0123456789"])
    model = encoder_decoder(len(source), len(target), 7, attention=request.param, embedding=5)
    rng = np.random.default_rng(67)
    model.set_weights([2.5 * rng.normal(size=w.shape) for w in model.weights])
    return model, source, target


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def step(x, h, c, kernel, recurrent_kernel, bias):
    i, f, g, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def plainly(model, source, target, question, longest):
    """Answer one question in float64, without batches or padding; return the weights, too."""
    w = {weight.path: np.float64(weight) for weight in model.weights}
    cells = [
        [w[f"{name}/lstm_cell/{part}"] for part in ("kernel", "recurrent_kernel", "bias")]
        for name in ("encoder", "decoder")
    ]
    h = c = np.zeros(7)
    states = []
    for code in source.encode(question):
        h, c = step(w["source_embedding/embeddings"][code], h, c, *cells[0])
        states.append(h)
    said, looked = [1], []
    for _ in range(longest):
        h, c = step(w["answer_embedding/embeddings"][said[-1]], h, c, *cells[1])
        r = h
        if "query/kernel" in w:
            query = h @ w["query/kernel"]
            scores = [query @ state for state in states]
            if "key/kernel" in w:
                keys = states @ w["key/kernel"]
                scores = [w["attention/scale"] @ np.tanh(query + key) for key in keys]
            weights = np.exp(scores - np.max(scores))
            looked.append(weights / weights.sum())
            joined = np.concatenate([h, looked[-1] @ states])
            r = np.tanh(joined @ w["combined/kernel"] + w["combined/bias"])
        said.append(int(np.argmax(r @ w["readout/kernel"] + w["readout/bias"])))
    return target.decode(said[1:]).partition(END)[0], np.array(looked)


def test_answers_are_those_of_a_step_by_step_decoder_in_numpy(translator):
    model, source, target = translator
    wanted = [plainly(model, source, target, one, 12)[0] for one in QUESTIONS]
    assert translate(model, source, target, QUESTIONS, longest=12) == wanted
    assert len(set(wanted)) == 3


def test_it_looks_where_a_step_by_step_decoder_in_numpy_looks(translator):
    model, source, target = translator
    if "attention" not in [layer.name for layer in model.layers]:
        with pytest.raises(ValueError, match="model must have attention"):
            look_back(model, [[3]], [[1]])
        return
    answers = translate(model, source, target, QUESTIONS, longest=6)
    so_far = padded(target, [START + answer for answer in answers])
    _, maps = look_back(model, padded(source, QUESTIONS), so_far)
    for question, answer, found in zip(QUESTIONS, answers, maps.numpy(), strict=True):
        wanted = plainly(model, source, target, question, len(answer) + 1)[1]
        here = found[: len(wanted), : len(question)]
        np.testing.assert_allclose(here, wanted[: len(here)], atol=1e-4)
        np.testing.assert_array_equal(found[:, len(question) :], 0)


def test_padding_changes_no_answer(translator):
    model, source, target = translator
    alone = [translate(model, source, target, [one])[0] for one in [*QUESTIONS, "7"]]
    assert alone == translate(model, source, target, [*QUESTIONS, "7", "1" * 30])[:4]


def test_teacher_forcing_and_answering_agree_where_the_answer_is_its_own(translator):
    model, source, target = translator
    said = translate(model, source, target, QUESTIONS, longest=6)
    so_far = padded(target, [START + one for one in said])
    logits = np.asarray(model([padded(source, QUESTIONS), so_far]))
    for answer, row in zip(said, logits, strict=True):
        again = target.decode(row.argmax(axis=-1)[: len(answer) + 1])
        assert again.startswith(answer)


def test_strings_are_filled_up_behind():
    vocabulary = vocabulary_of(["ba", "c"])
    assert vocabulary.characters == PAD + START + END + "abc"
    assert padded(vocabulary, ["ba", "c"]).tolist() == [[4, 3], [5, 0]]


def test_sums_are_right_and_come_once():
    questions, answers = sums(1200, 2, np.random.default_rng(0))
    pairs = [tuple(map(int, question.split("+"))) for question in questions]
    assert [a + b for a, b in pairs] == [int(answer) for answer in answers]
    assert len({frozenset(pair) for pair in pairs}) == 1200
    assert {len(str(a)) for a, _ in pairs} == {1, 2}


def test_a_translator_comes_back_from_its_file(tmp_path, translator):
    model, source, target = translator
    path = tmp_path / "one.safetensors"
    save_translator(model, source, target, path)
    again, *both = load_translator(path)
    assert [one.characters for one in both] == [source.characters, target.characters]
    assert [weight.path for weight in again.weights] == [weight.path for weight in model.weights]
    for kept, weight in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight.astype(np.float16))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda content: content[:200], "whole translator"),
        (lambda content: b"", "whole translator"),
        (lambda content: save({"a": np.zeros(2)}), "whole translator"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, translator, change, problem):
    path = tmp_path / "one.safetensors"
    save_translator(*translator, path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=problem):
        load_translator(path)


def test_arrays_too_many_or_of_another_attention_are_refused(tmp_path, translator):
    path = tmp_path / "one.safetensors"
    save_translator(*translator, path)
    arrays = load_file(path)
    characters = {"source": translator[1].characters, "target": translator[2].characters}
    path.write_bytes(save(arrays | {"attention/more": np.zeros(7)}, characters))
    with pytest.raises(ValueError, match=r"it holds \['attention/more'\], too"):
        load_translator(path)
    if arrays.pop("query/kernel", None) is not None:
        path.write_bytes(save(arrays, characters))
        with pytest.raises(ValueError, match="whole translator"):
            load_translator(path)


def test_another_kind_of_attention_is_refused():
    with pytest.raises(ValueError, match=r"attention must be .*'additive' or 'mult.*, not 'dot'"):
        encoder_decoder(5, 5, attention="dot")


def test_weights_of_another_vocabulary_are_refused(tmp_path, translator):
    path = tmp_path / "one.safetensors"
    save_translator(*translator, path)
    characters = {"source": translator[1].characters + "x", "target": translator[2].characters}
    path.write_bytes(save(load_file(path), characters))
    with pytest.raises(ValueError, match="whole translator"):
        load_translator(path)
    model, source, target = translator
    with pytest.raises(ValueError, match="source must be the model's vocabulary"):
        translate(model, target, target, ["1"])
    with pytest.raises(ValueError, match="target must be the model's vocabulary"):
        translate(model, source, source, ["1"])
    with pytest.raises(TypeError, match="source must be a Vocabulary, not str"):
        translate(model, "123", target, ["1"])


@pytest.mark.parametrize(
    ("texts", "error", "problem"),
    [
        (["1", "2*3"], ValueError, r"'\*' at index 1"),
        (["1", ""], ValueError, r"texts\[1\] must not be empty"),
        ([], ValueError, "texts must not be empty"),
        (
            ["1" * (LONGEST + 1)],
            ValueError,
            r"texts\[0\] must have at most 1000 characters, .* 1001",
        ),
        ([12], TypeError, r"texts\[0\] must be a string"),
    ],
)
def test_what_cannot_be_translated_is_named(translator, texts, error, problem):
    with pytest.raises(error, match=problem):
        translate(*translator, texts)


def test_too_many_sums_are_refused():
    with pytest.raises(ValueError, match="count must be at most 12, not 13"):
        sums(13, 1, np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng must be a NumPy Generator"):
        sums(3, 1, np.random.RandomState(0))


def test_dates_are_written_as_babel_writes_them():
    rng = np.random.default_rng(0)
    for code, language in LANGUAGES.items():
        for pattern in language["patterns"]:
            for offset in rng.integers((LAST - FIRST).days + 1, size=5).tolist():
                day = FIRST + timedelta(offset)
                wanted = format_date(day, pattern, locale=code)
                assert written(day, language, pattern) == wanted


def test_readings_are_those_of_trying_every_day():
    few = [LANGUAGES[code] for code in ("en", "fr", "hr", "pl")]
    found = defaultdict(set)
    for offset in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(offset)
        for language in few:
            for pattern in language["patterns"]:
                found[written(day, language, pattern)].add(day)
    for text in ("3/4/19", "12. lis 2030.", "3 lis 2019", "mardi 31 mars 1981", "13/13/1999"):
        assert readings(text, few) == found[text]


@pytest.mark.parametrize("text", ["31 février 2019", "30. Februar 1999", "99/99/99", "mardi", "x"])
def test_what_is_no_date_has_no_reading(text):
    assert readings(text, LANGUAGES.values()) == set()


def test_a_day_of_the_week_must_fit():
    tuesday = "mardi 31 mars 1981"
    assert readings(tuesday, LANGUAGES.values()) == {date(1981, 3, 31)}
    assert not readings(tuesday.replace("mardi", "lundi"), LANGUAGES.values())


def test_what_is_no_date_of_these_years_is_named():
    with pytest.raises(ValueError, match="day must be within 1950-01-01 to 2049-12-31, not 1949"):
        written(date(1949, 12, 31), LANGUAGES["en"], "y")
    with pytest.raises(TypeError, match="day must be a date, not '2019'"):
        written("2019", LANGUAGES["en"], "y")
    with pytest.raises(TypeError, match="text must be a string"):
        readings(2019, LANGUAGES.values())
    with pytest.raises(ValueError, match="text must not be empty"):
        readings("", LANGUAGES.values())


def test_the_data_hold_out_what_they_say():
    content = json.loads(
        (Path(__file__).parents[2] / "docs/tutorials/data/dates.json").read_text("utf8")
    )
    unseen, patterns = content["held out languages"], content["held out patterns"]
    assert len(unseen) == 4
    assert set(unseen) | set(patterns) == set(LANGUAGES)
    assert all(one in LANGUAGES[code]["patterns"] for code, one in patterns.items())
    assert date.fromisoformat("2019-11-03") in readings("3 lis 2019", LANGUAGES.values())
