"""Searches against trying every sequence."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.beam_search import beam_search, continuations_of, most_likely
from rnnlab.translation import START, encoder_decoder, padded, translate, vocabulary_of

END = 0


def chances(seed, codes=3, longest=4):
    """A table of probabilities after each beginning, drawn as it is asked for."""

    def continuations(prefixes):
        rows = []
        for prefix in prefixes:
            rng = np.random.default_rng([seed, *(int(code) + 1 for code in prefix)])
            rows.append(np.log(rng.dirichlet(np.full(codes, 0.5)) + 1e-9))
        return np.array(rows)

    return continuations


def every_sequence(continuations, codes=3, longest=4):
    """All that end after at most so many codes, with their log-probabilities."""
    found = {}
    for length in range(1, longest + 1):
        for rest in itertools.product(range(1, codes), repeat=length - 1):
            sequence = (*rest, END)
            found[sequence] = sum(
                continuations([sequence[:n]])[0][sequence[n]] for n in range(length)
            )
    return found


@given(st.integers(0, 2**16))
def test_the_exact_search_finds_what_trying_all_finds(seed):
    found = most_likely(chances(seed), end=END, longest=4)
    every = every_sequence(chances(seed))
    assert found.codes == max(every, key=every.__getitem__)
    assert np.isclose(found.log_prob, every[found.codes], atol=1e-12)


@given(st.integers(0, 2**16), st.sampled_from([0.0, 0.5, 1.0]))
def test_a_beam_as_wide_as_all_beginnings_finds_the_best_of_all(seed, penalty):
    found = beam_search(chances(seed), 200, end=END, longest=4, penalty=penalty)
    every = every_sequence(chances(seed))
    ended = [one for one in found if one.codes[-1] == END]
    assert {one.codes for one in ended} == set(every)
    for one in ended:
        assert np.isclose(one.log_prob, every[one.codes], atol=1e-12)
    scores = [one.log_prob / len(one.codes) ** penalty for one in found]
    assert scores == sorted(scores, reverse=True)


@given(st.integers(0, 2**16))
def test_a_beam_of_one_takes_the_likeliest_code_each_time(seed):
    continuations, codes = chances(seed), ()
    while len(codes) < 4 and END not in codes:
        codes = (*codes, int(np.argmax(continuations([codes])[0])))
    (found,) = beam_search(continuations, 1, end=END, longest=4)
    assert found.codes == codes


def by_hand(prefixes):
    """Greedy begins with 1, and the likeliest begins with 2: worked out on paper."""
    table = {
        (): [0.0, 0.6, 0.4],
        (1,): [0.5, 0.25, 0.25],
        (2,): [0.9, 0.05, 0.05],
    }
    with np.errstate(divide="ignore"):
        return np.log([table.get(tuple(map(int, one)), [1.0, 0.0, 0.0]) for one in prefixes])


def test_a_case_worked_out_by_hand():
    (greedy,) = beam_search(by_hand, 1, end=END, longest=3)
    assert greedy.codes == (1, 0)
    assert np.isclose(np.exp(greedy.log_prob), 0.3)
    wider = beam_search(by_hand, 2, end=END, longest=3)
    assert wider[0].codes == (2, 0)
    assert np.isclose(np.exp(wider[0].log_prob), 0.36)
    assert most_likely(by_hand, end=END, longest=3) == wider[0]


def test_what_is_impossible_is_not_found():
    with np.errstate(divide="ignore"):
        rows = np.log([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    found = beam_search(lambda p: rows[[p.shape[1]] * len(p)], 2, end=0, longest=2)
    assert found == [((1, 0), 0.0)]


def test_a_penalty_prefers_what_is_longer():
    # To end at once has the probability 0.5; to say 1 three times and end then, 0.5 * 0.9.
    steps = [[0.5, 0.5], [1e-9, 1.0], [1e-9, 1.0], [0.9, 0.1]]

    def continuations(prefixes):
        return np.log([steps[len(prefix)] for prefix in prefixes])

    assert beam_search(continuations, 5, end=0, longest=4)[0].codes == (0,)
    assert beam_search(continuations, 5, end=0, longest=4, penalty=1)[0].codes == (1, 1, 1, 0)


@pytest.mark.parametrize("attention", [None, "additive", "multiplicative"])
def test_a_networks_continuations_are_its_own_and_greedy_is_translate(attention):
    letters = vocabulary_of(["abc"])
    model = encoder_decoder(len(letters), len(letters), 6, attention=attention, seed=1)
    rng = np.random.default_rng(0)
    model.set_weights([1.5 * rng.normal(size=weight.shape) for weight in model.weights])
    answers_to = continuations_of(model, letters, letters)
    text, so_far = "cab", "ba"
    logits = np.float64(model([padded(letters, [text]), padded(letters, [START + so_far])])[0, -1])
    wanted = logits - np.log(np.exp(logits).sum())
    got = answers_to(text)(np.array([letters.encode(so_far)]))
    np.testing.assert_allclose(got[0], wanted, atol=1e-5)
    (greedy,) = beam_search(answers_to(text), 1, end=2, longest=8)
    said = translate(model, letters, letters, [text], longest=8)[0]
    assert letters.decode(greedy.codes).partition("\x03")[0] == said


@pytest.mark.parametrize(
    ("call", "error", "problem"),
    [
        (lambda: beam_search(by_hand, 0, end=0, longest=3), ValueError, "width must be at least 1"),
        (lambda: beam_search(by_hand, 1, end=0, longest=3.0), TypeError, "longest"),
        (lambda: beam_search(by_hand, 1, end=0, longest=3, penalty=-1), ValueError, "penalty"),
        (lambda: beam_search(lambda p: [0.5], 1, end=0, longest=3), ValueError, "continuations"),
        (
            lambda: most_likely(lambda p: np.full((len(p), 2), np.nan), end=0, longest=3),
            ValueError, "4 NaN|2 NaN",
        ),
        (
            lambda: most_likely(lambda p: np.log([[1e-300, 1.0]] * len(p)), end=9, longest=3),
            ValueError, "longest must let a sequence end",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused(call, error, problem):
    with pytest.raises(error, match=problem):
        call()


def test_what_a_network_cannot_read_is_refused():
    letters = vocabulary_of(["abc"])
    answers_to = continuations_of(encoder_decoder(6, 6, 4), letters, letters)
    with pytest.raises(ValueError, match="'x' at index 0"):
        answers_to("x")
    with pytest.raises(ValueError, match="text must not be empty"):
        answers_to("")
    with pytest.raises(ValueError, match="source must be the model's vocabulary"):
        continuations_of(encoder_decoder(7, 6, 4), letters, letters)
