"""Texts, n-grams and networks that write, against cases by hand, dictionaries and Keras."""

import math
from collections import Counter

import numpy as np
import pytest
from safetensors.numpy import load, save

from rnnlab.ngrams import KneserNey, WittenBell
from rnnlab.text import Vocabulary, carried_windows, longest_copied_span
from rnnlab.writing import (
    LONGEST,
    load_writer,
    log_prob,
    probabilities,
    sample,
    save_writer,
    write,
    writing_network,
)

TEXT = "abracadabra, a bad cab; a crab and a cadabra"
LETTERS = "".join(sorted(set(TEXT)))


def rng(seed=0):
    return np.random.default_rng(seed)


def plain_kneser_ney(text, order, discount, letters):
    """Return p(w | context) by the definition, with dictionaries of strings."""
    counts = {order: Counter(text[i : i + order] for i in range(len(text) - order + 1))}
    for n in range(1, order):
        longer = {text[i : i + n + 1] for i in range(len(text) - n)}
        counts[n] = Counter(run[1:] for run in longer)

    def p(context, letter):
        if context is None:
            return 1 / len(letters)
        followers = [counts[len(context) + 1][context + w] for w in letters]
        total, kinds = sum(followers), sum(count > 0 for count in followers)
        shorter = p(context[1:] if context else None, letter)
        if not total:
            return shorter
        kept = max(counts[len(context) + 1][context + letter] - discount, 0)
        return (kept + discount * kinds * shorter) / total

    return p


def plain_witten_bell(text, order, letters):
    counts = Counter(text[i : i + n] for n in range(1, order + 1) for i in range(len(text) - n + 1))

    def p(context, letter):
        if context is None:
            return 1 / len(letters)
        followers = [counts[context + w] for w in letters]
        total, kinds = sum(followers), sum(count > 0 for count in followers)
        shorter = p(context[1:] if context else None, letter)
        return (counts[context + letter] + kinds * shorter) / (total + kinds) if total else shorter

    return p


def test_numbers_and_back():
    vocabulary = Vocabulary(LETTERS)
    codes = vocabulary.encode(TEXT)
    assert vocabulary.decode(codes) == TEXT
    assert [LETTERS[code] for code in codes] == list(TEXT)
    assert len(vocabulary) == len(LETTERS)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("cêp", ValueError, "text holds 'ê' at index 1, which is none of the 3 characters"),
        ("", ValueError, "text must not be empty"),
        (b"cap", TypeError, "text must be a string, not bytes"),
    ],
)
def test_what_is_no_text_of_the_vocabulary_is_named(text, error, message):
    with pytest.raises(error, match=message):
        Vocabulary("acp").encode(text)


def test_a_vocabulary_without_characters_or_with_one_twice_is_refused():
    with pytest.raises(ValueError, match="characters must not be empty"):
        Vocabulary("")
    with pytest.raises(ValueError, match="'b' stands there twice"):
        Vocabulary("abcb")
    with pytest.raises(ValueError, match="codes must be below 3"):
        Vocabulary("abc").decode([0, 3])


def test_a_row_of_each_batch_goes_on_where_it_stopped():
    codes = np.arange(100)
    x, y = carried_windows(codes, streams=3, window=8)
    assert x.shape == y.shape == (4, 3, 8)
    for stream in range(3):
        read = x[:, stream].ravel()
        assert read.tolist() == list(range(32 * stream, 32 * stream + 32))
        assert (y[:, stream].ravel() == read + 1).all()
    with pytest.raises(ValueError, match=r"codes must be at least 25.*not 24"):
        carried_windows(np.arange(24), streams=3, window=8)
    assert carried_windows(np.arange(25), streams=3, window=8)[0].shape == (1, 3, 8)


def test_kneser_ney_worked_out_by_hand():
    # abab with two letters; d = 0.5. Bigrams ab 2, ba 1; so a and b are each preceded by one
    # letter, and without a context p(a) = p(b) = (0.5 + 0.5 * 2 * 1/2) / 2 = 1/2.
    model = KneserNey(2, order=2, discount=0.5).fit([0, 1, 0, 1])
    # p(b | a) = (2 - 0.5 + 0.5 * 1 * 1/2) / 2 = 7/8, p(a | a) = 1/8; p(a | b) = 3/4.
    found = np.exp(model.log_prob([0, 1, 0, 0, 1, 1]))
    np.testing.assert_allclose(found, [1 / 2, 7 / 8, 3 / 4, 1 / 8, 7 / 8, 1 / 4])


def test_witten_bell_worked_out_by_hand():
    # aab: counts a 2, b 1, two kinds of three: p(a) = (2 + 2 * 1/2) / 5, p(b) = 2/5.
    # After a: a and b once each: p(a | a) = (1 + 2 * 3/5) / 4, p(b | a) = (1 + 2 * 2/5) / 4.
    model = WittenBell(2, order=2).fit([0, 0, 1])
    found = np.exp(model.log_prob([0, 0, 1]))
    np.testing.assert_allclose(found, [3 / 5, 11 / 20, 9 / 20])


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_n_grams_agree_with_dictionaries_and_sum_to_one(order):
    vocabulary = Vocabulary(LETTERS)
    codes, new = vocabulary.encode(TEXT), "a bacrab"
    models = [
        (KneserNey(len(LETTERS), order, 0.7), plain_kneser_ney(TEXT, order, 0.7, LETTERS)),
        (WittenBell(len(LETTERS), order), plain_witten_bell(TEXT, order, LETTERS)),
    ]
    for model, plain in models:
        found = np.exp(model.fit(codes).log_prob(vocabulary.encode(new)))
        wanted = [plain(new[max(0, i - order + 1) : i], new[i]) for i in range(len(new))]
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
        for context in ("", "abra", "dc;b"):
            alone = [np.exp(model.log_prob(vocabulary.encode(context + w))[-1]) for w in LETTERS]
            assert sum(alone) == pytest.approx(1, abs=1e-12)


def test_n_grams_refuse_what_they_cannot_count():
    with pytest.raises(ValueError, match=r"size \*\* order must be below 2 \*\* 63"):
        KneserNey(83, order=10)
    with pytest.raises(ValueError, match="must be fitted first"):
        WittenBell(2, order=1).log_prob([0])
    with pytest.raises(ValueError, match="codes must be at least order = 3, not 2"):
        WittenBell(2, order=3).fit([0, 1])
    with pytest.raises(ValueError, match="codes must be below 2"):
        WittenBell(2, order=1).fit([0, 2])
    with pytest.raises(ValueError, match="discount"):
        KneserNey(2, order=1, discount=0)


def test_what_may_be_drawn():
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    np.testing.assert_allclose(probabilities(logits), [0.5, 0.3, 0.15, 0.05])
    np.testing.assert_allclose(probabilities(logits, top_k=2), [0.625, 0.375, 0, 0])
    # 0.5 does not reach 0.7, 0.5 + 0.3 does.
    np.testing.assert_allclose(probabilities(logits, nucleus=0.7), [0.625, 0.375, 0, 0])
    np.testing.assert_allclose(probabilities(logits, nucleus=0.01), [1, 0, 0, 0])
    squares = np.square([0.5, 0.3, 0.15, 0.05])
    np.testing.assert_allclose(probabilities(logits, temperature=0.5), squares / squares.sum())
    several = probabilities(np.stack([logits, logits[::-1]]), top_k=1)
    assert several.tolist() == [[1, 0, 0, 0], [0, 0, 0, 1]]
    with pytest.raises(ValueError, match="temperature must be above 0"):
        probabilities(logits, temperature=0)
    with pytest.raises(ValueError, match="nucleus"):
        probabilities(logits, nucleus=1.5)


def test_drawn_characters_are_as_frequent_as_is_said():
    logits = np.tile(np.log([0.5, 0.3, 0.15, 0.05]), (40_000, 1))
    shares = np.bincount(sample(logits, rng()), minlength=4) / 40_000
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.15, 0.05], atol=0.01)
    assert set(sample(logits, rng(), top_k=2)) == {0, 1}


def one_by_one(model, codes):
    """Return the log probabilities of all but the first, each from all characters before it."""
    found = []
    for t in range(1, len(codes)):
        logits = np.float64(model(codes[np.newaxis, :t])[0, -1])
        found.append(logits[codes[t]] - math.log(np.exp(logits).sum()))
    return np.array(found)


def lively(seed=0):
    """Return a network whose logits differ, over the letters of TEXT."""
    model = writing_network(len(LETTERS), units=6, embedding=3, seed=seed)
    model.set_weights([2 * rng(seed).normal(size=w.shape) for w in model.get_weights()])
    return model


def test_log_probabilities_are_those_of_reading_from_the_first_character():
    model, codes = lively(), Vocabulary(LETTERS).encode(TEXT)
    wanted = one_by_one(model, codes)
    np.testing.assert_allclose(log_prob(model, codes, streams=1), wanted, atol=1e-4)
    # With so long a warm-up each stream has read everything before it.
    np.testing.assert_allclose(log_prob(model, codes, streams=5, warm_up=50), wanted, atol=1e-4)
    reset = log_prob(model, codes, streams=5, warm_up=0)
    np.testing.assert_allclose(reset[:9], wanted[:9], atol=1e-4)
    np.testing.assert_allclose(reset[9:18], one_by_one(model, codes[9:19]), atol=1e-4)


def test_writing_feeds_back_what_it_drew():
    model, vocabulary = lively(), Vocabulary(LETTERS)
    written = write(model, vocabulary, "abra", 12, rng(3))
    draws, text = rng(3), "abra"
    for _ in range(12):
        logits = np.asarray(model(vocabulary.encode(text)[np.newaxis])[:, -1])
        text += vocabulary.decode(sample(logits, draws))
    assert "abra" + written == text
    several = write(model, vocabulary, ["abra", "crab"], 5, rng(), top_k=1)
    assert several[0] == write(model, vocabulary, "abra", 5, rng(1), top_k=1)


def test_what_cannot_be_written_on_is_refused():
    model, vocabulary = lively(), Vocabulary(LETTERS)
    with pytest.raises(ValueError, match="text holds 'X' at index 1"):
        write(model, vocabulary, "aX", 1, rng())
    with pytest.raises(ValueError, match="text must not be empty"):
        write(model, vocabulary, "", 1, rng())
    with pytest.raises(ValueError, match="beginnings must be of one length"):
        write(model, vocabulary, ["a", "ab"], 1, rng())
    with pytest.raises(ValueError, match=f"at most {LONGEST} characters"):
        write(model, vocabulary, "a" * (LONGEST + 1), 1, rng())
    with pytest.raises(ValueError, match="model must be of this vocabulary"):
        write(model, Vocabulary("ab"), "a", 1, rng())
    with pytest.raises(ValueError, match="codes must be below"):
        log_prob(model, [0, 99])


def test_a_written_file_comes_back_within_half_a_step_of_its_scale(tmp_path):
    model, path = lively(), tmp_path / "writer.safetensors"
    save_writer(model, Vocabulary(LETTERS), path)
    again, vocabulary = load_writer(path)
    assert vocabulary.characters == LETTERS
    for old, new in zip(model.get_weights(), again.get_weights(), strict=True):
        step = np.abs(old).max(axis=0) / 127 if old.ndim > 1 else 0
        assert np.all(np.abs(old - new) <= step * 0.5001 + 1e-9)


def test_weights_of_another_vocabulary_and_damaged_files_are_refused(tmp_path):
    path = tmp_path / "writer.safetensors"
    with pytest.raises(ValueError, match="model must be of this vocabulary"):
        save_writer(lively(), Vocabulary("ab"), path)
    save_writer(lively(), Vocabulary(LETTERS), path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"vocabulary":" ,', b'"vocabulary":",'))
    with pytest.raises(ValueError, match="is no whole writer"):  # the header's length is off
        load_writer(path)
    path.write_bytes(save(load(content), {"vocabulary": LETTERS[1:]}))
    with pytest.raises(ValueError, match="weights of another vocabulary"):
        load_writer(path)
    path.write_bytes(content[:-10])
    with pytest.raises(ValueError, match="is no whole writer"):
        load_writer(path)


def test_the_longest_copied_span_is_that_of_all_spans():
    draws = rng()
    for _ in range(50):
        text, source = ("".join(draws.choice(list("ab"), 30)) for _ in range(2))
        spans = [text[i:j] for i in range(30) for j in range(i + 1, 31) if text[i:j] in source]
        assert longest_copied_span(text, source) == max(spans, key=len)
    assert longest_copied_span("abc", "xyz") == ""
    with pytest.raises(ValueError, match="source must not be empty"):
        longest_copied_span("a", "")
