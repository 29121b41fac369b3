"""rnnlab.reber against a regular expression, cases worked out by hand, and theory."""

import re

import numpy as np
import pytest

from rnnlab.reber import (
    REBER_SYMBOLS,
    embedded_reber,
    legal_symbols,
    next_symbols,
    one_hot,
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
    b, t, none = np.eye(7)[0].tolist(), np.eye(7)[1].tolist(), [0.0] * 7
    assert one_hot(["TB", "B"]).tolist() == [[t, b], [b, none]]
    assert one_hot(["TB", "B"], align="end").tolist() == [[t, b], [none, b]]


def test_draws_repeat_with_their_seed_and_with_the_older_generator():
    assert embedded_reber(50, rng(1)) == embedded_reber(50, rng(1))
    assert embedded_reber(50, rng(1)) != embedded_reber(50, np.random.RandomState(1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: embedded_reber(0, rng()), ValueError, "n_strings must be at least 1"),
        (lambda: embedded_reber(3, "seed"), TypeError, "rng must be"),
        (lambda: legal_symbols(""), ValueError, "string must not be empty"),
        (lambda: legal_symbols("BTQ"), ValueError, "'Q' at place 2, where it allows B"),
        (lambda: legal_symbols("BTBS"), ValueError, "'S' at place 3, where it allows P or T"),
        (lambda: legal_symbols("BTBTXSETEB"), ValueError, "allows no further symbol"),
        (lambda: legal_symbols(["B"]), TypeError, "string must be a string, not list"),
        (lambda: next_symbols("BTBT"), TypeError, "must be a sequence of strings, not 'BTBT'"),
        (lambda: next_symbols([]), ValueError, "strings must not be empty"),
        (lambda: next_symbols(["BT", "B"]), ValueError, r"strings\[1\] must not be empty"),
        (lambda: next_symbols(["BTE"]), ValueError, "'E' at place 2, where it allows B"),
        (lambda: with_outer_changed("BTBT"), ValueError, "string must be whole"),
        (lambda: one_hot("BT"), TypeError, "must be a sequence of strings, not 'BT'"),
        (lambda: one_hot([]), ValueError, "strings must not be empty"),
        (lambda: one_hot(["BT", ""]), ValueError, r"strings\[1\] must not be empty"),
        (lambda: one_hot(["BT", "BA"]), ValueError, "symbols BTPSXVE, not 'A'"),
        (lambda: one_hot([3]), TypeError, r"strings\[0\] must be a string, not int"),
        (lambda: one_hot(["B"], align="left"), ValueError, "align must be 'start' or 'end', not"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
