"""rnnlab.memory_tasks against the papers' words, cases worked out by hand, and theory."""

import re

import numpy as np
import pytest

from rnnlab.memory_tasks import (
    ORDER_SYMBOLS,
    adding,
    adding_1997,
    copy_memory,
    temporal_order,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def symbols_of(sequence, symbols):
    """Turn a one-hot sequence into a string, with a dot for a step without a symbol."""
    assert set(np.unique(sequence)) <= {0, 1}
    return "".join(symbols[row.argmax()] if row.any() else "." for row in sequence)


def test_the_sum_of_adding_is_that_of_the_marked_values():
    x, y = adding(500, 9, rng())
    assert x.shape == (500, 9, 2)
    assert y.shape == (500, 1)
    for (values, marks), target in zip(x.swapaxes(1, 2), y[:, 0], strict=True):
        first, second = np.flatnonzero(marks)
        assert marks[first] == marks[second] == 1
        assert first < 4 <= second
        assert target == pytest.approx(values[first] + values[second])


def test_each_half_of_adding_is_marked_evenly_and_its_values_are_even():
    x, _ = adding(30_000, 6, rng(1), low=-1.0, high=3.0)
    np.testing.assert_allclose(x[..., 1].mean(axis=0), 1 / 3, atol=0.012)
    assert -1 <= x[..., 0].min() < -0.999
    assert 2.999 < x[..., 0].max() < 3
    assert x[..., 0].var() == pytest.approx(16 / 12, rel=0.02)


@pytest.mark.parametrize(("low", "high", "expected"), [(0.0, 1.0, 1 / 6), (-1.0, 1.0, 2 / 3)])
def test_the_mean_scores_a_sixth_of_the_squared_range_on_adding(low, high, expected):
    _, y = adding(100_000, 20, rng(2), low=low, high=high)
    assert np.mean((y - (low + high)) ** 2) == pytest.approx(expected, rel=0.02)


def test_adding_of_1997_follows_the_paper():
    x, y = adding_1997(3000, 40, rng(3))
    assert x.shape == (3000, 44, 2)
    lengths = set()
    for (values, marks), target in zip(x.swapaxes(1, 2), y[:, 0], strict=True):
        begin = int(np.flatnonzero(np.abs(marks) == 1)[0])
        assert not values[:begin].any()
        values, marks = values[begin:], marks[begin:]
        lengths.add(len(marks))
        assert marks[-1] == -1
        chosen = np.flatnonzero(marks == 1)
        assert len(chosen) == 2
        assert chosen[0] < 10  # one of the first ten
        assert chosen[1] < 20  # both of the first half
        if marks[0] == 1:
            assert values[0] == 0
        else:
            assert marks[0] == -1
        assert target == pytest.approx(0.5 + values[chosen].sum() / 4)
    assert lengths == {40, 41, 42, 43, 44}


def test_the_marks_of_adding_of_1997_are_spread_as_the_paper_says():
    x, _ = adding_1997(40_000, 40, rng(4))
    marks = np.stack([row[np.flatnonzero(row)[0] :][:20] for row in x[..., 1]]) == 1
    # One of ten, and then one of the nineteen that are left in the first T/2 - 1 and one.
    share = marks.mean(axis=0)
    np.testing.assert_allclose(share[:10], 1 / 10 + 9 / 10 / 18, atol=0.01)
    np.testing.assert_allclose(share[10:19], 1 / 18, atol=0.01)
    assert share[19] == 0


def test_copy_memory_by_hand():
    class Fixed(np.random.RandomState):
        def random(self, size):
            return np.array([[0.0, 0.99, 0.5]])

    x, y = copy_memory(1, 2, Fixed(), length=3, n_symbols=4)
    assert symbols_of(x[0], "abcd_>") == "adc_>___"
    assert symbols_of(y[0], "abcd_") == "_____adc"
    assert x.shape == (1, 8, 6)
    assert y.shape == (1, 8, 5)


def test_copy_memory_uses_all_symbols_evenly_and_returns_those_that_it_shows():
    x, y = copy_memory(4000, 5, rng(5))
    assert x.shape == (4000, 25, 10)
    np.testing.assert_array_equal(x[:, :10, :9], y[:, -10:])
    np.testing.assert_allclose(x[:, :10, :8].mean(axis=(0, 1)), 1 / 8, atol=0.005)
    assert (x[..., 9].sum(axis=1) == 1).all()
    assert (x[:, 14, 9] == 1).all()
    assert (y[:, :15, 8] == 1).all()


def test_waiting_and_guessing_has_98_6_percent_of_the_copied_symbols():
    _, y = copy_memory(300, 600, rng(6))
    guess = np.zeros_like(y)
    guess[:, :-10, 8] = guess[:, -10:, 0] = 1
    right = (guess * y).sum() / y.sum()
    assert right == pytest.approx(1 - 10 * (7 / 8) / 620, abs=5e-4)
    assert right == pytest.approx(0.986, abs=5e-4)


@pytest.mark.parametrize(
    ("relevant", "places"), [(2, ["10-20", "50-60"]), (3, ["10-20", "33-43", "66-76"])]
)
def test_temporal_order_follows_the_paper(relevant, places):
    x, y = temporal_order(3000, rng(7), relevant=relevant)
    assert x.shape == (3000, 110, 8)
    assert y.shape == (3000, 2**relevant)
    found = [set() for _ in places]
    lengths = set()
    for sequence, target in zip(x, y, strict=True):
        string = symbols_of(sequence, ORDER_SYMBOLS).lstrip(".")
        assert re.fullmatch(r"E[abcdXY]+B", string)
        lengths.add(len(string))
        at = [match.start() for match in re.finditer("[XY]", string)]
        assert len(at) == relevant
        for place, seen in zip(at, found, strict=True):
            seen.add(place)
        number = int("".join(str("XY".index(string[i])) for i in at), 2)
        assert target.tolist() == np.eye(2**relevant)[number].tolist()
    assert lengths == set(range(100, 111))
    for seen, words in zip(found, places, strict=True):
        low, high = map(int, words.split("-"))
        assert seen == set(range(low, high + 1))
    np.testing.assert_allclose(y.mean(axis=0), 2.0**-relevant, atol=0.03)


def test_temporal_order_scales_with_its_length():
    x, _ = temporal_order(500, rng(8), n_steps=10)
    assert x.shape == (500, 11, 8)
    for sequence in x:
        string = symbols_of(sequence, ORDER_SYMBOLS).lstrip(".")
        assert re.fullmatch(r"E[abcd]{0,1}[XY][abcd]{2,4}[XY][abcd]{2,4}B", string), string


def test_draws_repeat_with_their_seed_and_with_the_older_generator():
    for draw in (
        lambda r: adding(3, 5, r)[0],
        lambda r: adding_1997(3, 24, r)[0],
        lambda r: copy_memory(3, 4, r)[0],
        lambda r: temporal_order(3, r)[0],
    ):
        np.testing.assert_array_equal(draw(rng(1)), draw(rng(1)))
        legacy = draw(np.random.RandomState(1))
        assert legacy.dtype == np.float64
        assert not np.array_equal(draw(rng(1)), legacy)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: adding(0, 5, rng()), ValueError, "batch_size must be at least 1"),
        (lambda: adding(2, 1, rng()), ValueError, "n_steps must be at least 2"),
        (lambda: adding(2, 5, 7), TypeError, "rng must be a NumPy Generator"),
        (lambda: adding(2, 5, rng(), low=1.0), ValueError, "high must be above low = 1.0, not 1.0"),
        (lambda: adding(2, 5, rng(), low="a"), TypeError, "low must be a number, not 'a'"),
        (lambda: adding(2, 5, rng(), high=True), TypeError, "high must be a number, not True"),
        (lambda: adding(2, 5, rng(), high=np.inf), ValueError, "high must be finite, not inf"),
        (lambda: adding_1997(2, 23, rng()), ValueError, "n_steps must be at least 24, not 23"),
        (lambda: adding_1997(2, 30.0, rng()), TypeError, "n_steps must be an integer"),
        (lambda: copy_memory(2, 0, rng()), ValueError, "lag must be at least 1"),
        (lambda: copy_memory(2, 3, rng(), length=0), ValueError, "length must be at least 1"),
        (lambda: copy_memory(2, 3, rng(), n_symbols=1), ValueError, "n_symbols must be at least 2"),
        (
            lambda: temporal_order(2, rng(), relevant=4),
            ValueError,
            "relevant must be 2 or 3, not",
        ),
        (lambda: temporal_order(2, rng(), relevant=2.0), TypeError, "relevant must be 2 or 3"),
        (lambda: temporal_order(2, rng(), n_steps=9), ValueError, "n_steps must be at least 10"),
        (lambda: temporal_order(2, None), TypeError, "rng must be"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
