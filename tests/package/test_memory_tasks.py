"""rnnlab.memory_tasks against a regular expression, cases worked out by hand, and theory."""

import re

import numpy as np
import pytest

from rnnlab.memory_tasks import (
    ORDER_SYMBOLS,
    REBER_SYMBOLS,
    adding,
    adding_1997,
    copy_memory,
    embedded_reber,
    legal_symbols,
    next_symbols,
    one_hot,
    temporal_order,
    with_outer_changed,
)

# The grammar once more, written from its diagram as an expression: S and T loop, and X and P lead
# back from the end of the upper path into the lower one.
LOWER = "T*V(?:PXT*V)*(?:V|PS)"
REBER = f"B(?:TS*X(?:S|X{LOWER})|P{LOWER})E"
EMBEDDED = re.compile(f"B([TP]){REBER}\\1E")


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


def test_drawn_strings_are_those_of_the_expression():
    strings = embedded_reber(5000, rng(9))
    assert all(EMBEDDED.fullmatch(string) for string in strings)
    lengths = [len(string) for string in strings]
    assert min(lengths) == 9
    # By theory: the mean length is the solution of the automaton's linear equations.
    assert np.mean(lengths) == pytest.approx(4 + expected_reber_length(), abs=0.15)
    assert np.mean([string[1] == "T" for string in strings]) == pytest.approx(0.5, abs=0.03)


def expected_reber_length():
    """Solve for the mean number of symbols from each state of the grammar's diagram to its end."""
    ways = [(1,), (2, 3), (2, 4), (3, 5), (3, 6), (4, 6), (7,), ()]
    equations, ones = np.eye(8), np.ones(8)
    ones[7] = 0
    for state, targets in enumerate(ways):
        for target in targets:
            equations[state, target] -= 1 / len(targets)
    return np.linalg.solve(equations, ones)[0]


def test_exactly_the_strings_of_the_expression_are_legal():
    generator = rng(10)
    kept = 0
    for string in embedded_reber(300, generator):
        # A string with one symbol changed at random is legal if, and only if, it still matches.
        place, symbol = generator.integers(len(string)), generator.choice(list(REBER_SYMBOLS))
        changed = f"{string[:place]}{symbol}{string[place + 1 :]}"
        try:
            legal = legal_symbols(changed)[-1] == ""
        except ValueError:
            legal = False
        assert legal == bool(EMBEDDED.fullmatch(changed)), changed
        kept += legal
    assert kept > 20  # both cases have been seen


def test_legal_symbols_by_hand():
    assert legal_symbols("BTBTXSETE") == ["TP", "B", "TP", "SX", "SX", "E", "T", "E", ""]
    assert legal_symbols("BPBPV") == ["TP", "B", "TP", "TV", "PV"]
    assert legal_symbols("BPBPVPX") == ["TP", "B", "TP", "TV", "PV", "SX", "TV"]
    assert legal_symbols("BPBPVVE")[-1] == "P"


def test_a_changed_outer_symbol_is_the_only_change_and_illegal():
    assert with_outer_changed("BTBTXSETE") == "BTBTXSEPE"
    for string in embedded_reber(200, rng(11)):
        changed = with_outer_changed(string)
        differing = [i for i, (a, b) in enumerate(zip(string, changed, strict=True)) if a != b]
        assert differing == [len(string) - 2]
        assert not EMBEDDED.fullmatch(changed)
        with pytest.raises(ValueError, match=f"at place {len(string) - 2}"):
            legal_symbols(changed)


def test_next_symbols_by_hand():
    x, y, legal = next_symbols(["BTBTXSETE", "BP"])
    assert x.shape == y.shape == legal.shape == (2, 8, 7)
    assert [symbols_of(row, REBER_SYMBOLS) for row in x] == ["BTBTXSET", "B......."]
    assert [symbols_of(row, REBER_SYMBOLS) for row in y] == ["TBTXSETE", "P......."]
    words = [["".join(np.array(list(REBER_SYMBOLS))[step]) for step in row] for row in legal]
    assert words[0] == ["TP", "B", "TP", "SX", "SX", "E", "T", "E"]
    assert words[1] == ["TP"] + [""] * 7


def test_what_comes_next_is_always_legal():
    _, y, legal = next_symbols(embedded_reber(500, rng(12)))
    assert legal[y == 1].all()
    assert (legal.any(axis=-1) == y.any(axis=-1)).all()


def test_one_hot_by_hand():
    at_start = one_hot(["ba", "a"], "ab")
    assert at_start.tolist() == [[[0, 1], [1, 0]], [[1, 0], [0, 0]]]
    at_end = one_hot(["ba", "a"], "ab", align="end")
    assert at_end.tolist() == [[[0, 1], [1, 0]], [[0, 0], [1, 0]]]


def test_draws_repeat_with_their_seed_and_with_the_older_generator():
    for draw in (
        lambda r: adding(3, 5, r)[0],
        lambda r: adding_1997(3, 24, r)[0],
        lambda r: copy_memory(3, 4, r)[0],
        lambda r: temporal_order(3, r)[0],
        lambda r: one_hot(embedded_reber(5, r)),
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
        (lambda: adding(2, 5, rng(), low=1.0), ValueError, "low must be below high"),
        (lambda: adding(2, 5, rng(), high=np.inf), ValueError, "both finite"),
        (lambda: adding_1997(2, 23, rng()), ValueError, "n_steps must be at least 24, not 23"),
        (lambda: adding_1997(2, 30.0, rng()), TypeError, "n_steps must be an integer"),
        (lambda: copy_memory(2, 0, rng()), ValueError, "lag must be at least 1"),
        (lambda: copy_memory(2, 3, rng(), length=0), ValueError, "length must be at least 1"),
        (lambda: copy_memory(2, 3, rng(), n_symbols=1), ValueError, "n_symbols must be at least 2"),
        (lambda: temporal_order(2, rng(), relevant=4), ValueError, "relevant must be 2 or 3"),
        (lambda: temporal_order(2, rng(), n_steps=9), ValueError, "n_steps must be at least 10"),
        (lambda: temporal_order(2, None), TypeError, "rng must be"),
        (lambda: embedded_reber(0, rng()), ValueError, "n_strings must be at least 1"),
        (lambda: embedded_reber(3, "seed"), TypeError, "rng must be"),
        (lambda: legal_symbols(""), ValueError, "string must not be empty"),
        (lambda: legal_symbols("BTQ"), ValueError, "'BTPSXVE'; 'Q' is unknown"),
        (lambda: legal_symbols("BTBS"), ValueError, "'S' at place 3, where it allows P or T"),
        (lambda: legal_symbols("BTBTXSETEB"), ValueError, "allows no further symbol"),
        (lambda: legal_symbols(["B"]), TypeError, "string must be a string, not list"),
        (lambda: next_symbols("BTBT"), TypeError, "not the one string"),
        (lambda: next_symbols([]), ValueError, "at least one string"),
        (lambda: next_symbols(["BT", "B"]), ValueError, r"strings\[1\] must not be empty"),
        (lambda: next_symbols(["BTE"]), ValueError, "'E' at place 2, where it allows B"),
        (lambda: with_outer_changed("BTBT"), ValueError, "string must be whole"),
        (lambda: one_hot("BT"), TypeError, "not the one string 'BT'"),
        (lambda: one_hot([]), ValueError, "at least one string"),
        (lambda: one_hot(["BT", ""]), ValueError, r"strings\[1\] must not be empty"),
        (lambda: one_hot(["BT", "BA"]), ValueError, r"strings\[1\] .* 'A' is unknown"),
        (lambda: one_hot([3]), TypeError, r"strings\[0\] must be a string, not int"),
        (lambda: one_hot(["a"], "aa"), ValueError, "symbols must be one or more different"),
        (lambda: one_hot(["B"], align="left"), ValueError, "align must be 'start' or 'end'"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
