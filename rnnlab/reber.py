"""Strings of the embedded Reber grammar, and symbols as numbers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, Rng, takes

#: What the columns of one-hot Reber strings stand for.
REBER_SYMBOLS = "BTPSXVE"

#: Where each symbol leads from each state of the Reber grammar; from the last there is no way on.
_REBER: tuple[dict[str, int], ...] = (
    {"B": 1},
    {"T": 2, "P": 3},
    {"S": 2, "X": 4},
    {"T": 3, "V": 5},
    {"X": 3, "S": 6},
    {"P": 4, "V": 6},
    {"E": 7},
    {},
)
_OTHER = {"T": "P", "P": "T"}


def _embedded() -> list[dict[str, int]]:
    """Return the embedded grammar: two copies of Reber's, each closed by the symbol it began with.

    With a copy for each outer symbol, a state knows which one it was.
    """
    size, end = len(_REBER), 2 + 2 * (len(_REBER) + 1)
    states: list[dict[str, int]] = [{"B": 1}, {"T": 2, "P": 3 + size}]
    for outer, start in (("T", 2), ("P", 3 + size)):
        states += [{s: start + to for s, to in ways.items()} for ways in _REBER[:-1]]
        states += [{outer: start + size}, {"E": end}]
    return [*states, {}]


_GRAMMAR = _embedded()


@takes(n_strings="count", rng="rng")
def embedded_reber(n_strings: int, rng: Rng) -> list[str]:
    r"""Draw strings of the embedded Reber grammar, each way on with the same chance.

    With :math:`r` a string of the Reber grammar,

    .. math:: \mathrm{B\,T}\,r\,\mathrm{T\,E} \qquad\text{or}\qquad \mathrm{B\,P}\,r\,\mathrm{P\,E}

    so that the last symbol but one repeats the second. A string has at least 9 symbols, and there
    is no longest one.

    Args:
        n_strings: The number of strings; some may be alike.
        rng: A NumPy generator.

    Returns:
        The strings, of the symbols in `REBER_SYMBOLS`.

    Raises:
        TypeError: `n_strings` is no integer, or `rng` no NumPy generator.
        ValueError: `n_strings` is not positive.

    Example:
        >>> strings = embedded_reber(2, np.random.default_rng(0))
        >>> all(string[1] == string[-2] for string in strings)
        True

    References:
        Reber (1967), "Implicit learning of artificial grammars"; Hochreiter and Schmidhuber
        (1997), "Long short-term memory", section 5.1.
    """
    strings = []
    for _ in range(n_strings):
        string, ways = "", _GRAMMAR[0]
        while ways:
            symbol = list(ways)[int(rng.random() * len(ways))]
            string, ways = string + symbol, _GRAMMAR[ways[symbol]]
        strings.append(string)
    return strings


@takes(string="text")
def legal_symbols(string: str) -> list[str]:
    """Return what the embedded Reber grammar allows after each symbol of a string.

    Args:
        string: The beginning of a string of the grammar, or a whole one.

    Returns:
        For each symbol, the one or two that may come next, in the order of `REBER_SYMBOLS`; none
        after the last of a whole string.

    Raises:
        TypeError: `string` is no string.
        ValueError: It is empty, holds an unknown symbol, or one that the grammar does not allow
            there.

    Example:
        >>> legal_symbols("BT")
        ['TP', 'B']
    """
    ways, allowed = _GRAMMAR[0], []
    for place, symbol in enumerate(string):
        if symbol not in ways:
            raise ValueError(
                f"string must follow the grammar, but has {symbol!r} at place {place}, where it "
                f"allows {' or '.join(sorted(ways)) or 'no further symbol'}: {string!r}"
            )
        ways = _GRAMMAR[ways[symbol]]
        allowed.append("".join(s for s in REBER_SYMBOLS if s in ways))
    return allowed


@takes(string="text")
def with_outer_changed(string: str) -> str:
    """Return a string that differs from one of the grammar in its last symbol but one alone.

    It has T there where the grammar wants P, and the other way round. Nobody who has forgotten the
    second symbol can tell the two apart.

    Args:
        string: A whole string of the embedded Reber grammar.

    Returns:
        The string with one symbol changed, which is none of the grammar.

    Raises:
        TypeError: `string` is no string.
        ValueError: It is no whole string of the grammar.

    Example:
        >>> with_outer_changed("BTBTXSETE")
        'BTBTXSEPE'
    """
    if legal_symbols(string)[-1]:
        raise ValueError(f"string must be whole, but could go on: {string!r}")
    return string[:-2] + _OTHER[string[-2]] + string[-1]


@takes(strings="texts")
def next_symbols(strings: Sequence[str]) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Return strings as inputs, the symbol after each as targets, and those that might be there.

    Args:
        strings: Strings of the embedded Reber grammar, two symbols long at least.

    Returns:
        Inputs and targets, float64, and what is legal, bool, each ``[batch, time, 7]`` with a
        column for each of `REBER_SYMBOLS`. The last symbol of a string is no input. Behind the
        end of a shorter string inputs and targets are zero, and nothing is legal.

    Raises:
        TypeError: `strings` is a string or holds something else than strings.
        ValueError: There is no string, or one is too short or does not follow the grammar.

    Example:
        >>> inputs, targets, legal = next_symbols(["BTBTXSETE"])
        >>> inputs.shape, "".join(REBER_SYMBOLS[k] for k in np.flatnonzero(legal[0, 0]))
        ((1, 8, 7), 'TP')
    """
    inputs = one_hot([string[:-1] for string in strings])
    legal = np.zeros(inputs.shape, bool)
    for row, string in zip(legal, strings, strict=True):
        for step, allowed in zip(row, legal_symbols(string)[:-1], strict=False):
            step[[REBER_SYMBOLS.index(symbol) for symbol in allowed]] = True
    return inputs, one_hot([string[1:] for string in strings]), legal


@takes(strings="texts", align=("start", "end"))
def one_hot(strings: Sequence[str], *, align: str = "start") -> Array:
    """Return strings as arrays with a one in the column of each of `REBER_SYMBOLS`.

    Args:
        strings: The strings; they may differ in length.
        align: ``"start"`` lets all begin at the first step, with zeros behind the shorter ones;
            ``"end"`` lets all end at the last step, with zeros before them.

    Returns:
        ``[batch, time, 7]``, float64, as many steps as the longest string has symbols.

    Raises:
        TypeError: `strings` is a string or holds something else than strings.
        ValueError: There is no string, one is empty or holds an unknown symbol, or `align` is
            another word.

    Example:
        >>> one_hot(["BT"]).astype(int).tolist()
        [[[1, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0]]]
    """
    if unknown := sorted(set("".join(strings)) - set(REBER_SYMBOLS)):
        raise ValueError(f"strings must be of the symbols {REBER_SYMBOLS}, not {unknown[0]!r}")
    steps = max(map(len, strings))
    encoded = np.zeros((len(strings), steps, len(REBER_SYMBOLS)))
    for row, string in zip(encoded, strings, strict=True):
        first = steps - len(string) if align == "end" else 0
        columns = [REBER_SYMBOLS.index(symbol) for symbol in string]
        row[np.arange(first, first + len(string)), columns] = 1
    return encoded
