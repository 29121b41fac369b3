"""Strings of the embedded Reber grammar, and symbols as numbers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rnnlab._arguments import check_count
from rnnlab.series import Rng, _check_rng

Array = npt.NDArray[np.float64]

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


_STATES = _embedded()


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

    References:
        Reber (1967), "Implicit learning of artificial grammars"; Hochreiter and Schmidhuber
        (1997), "Long short-term memory", section 5.1.
    """
    check_count("n_strings", n_strings)
    _check_rng(rng)
    return [_walk(rng) for _ in range(n_strings)]


def _walk(rng: Rng) -> str:
    string, ways = "", _STATES[0]
    while ways:
        symbol = list(ways)[int(rng.random() * len(ways))]
        string, ways = string + symbol, _STATES[ways[symbol]]
    return string


def legal_symbols(string: str) -> list[str]:
    """Return what the embedded Reber grammar allows after each symbol of a string.

    Args:
        string: The beginning of a string of the grammar, or a whole one.

    Returns:
        For each symbol, those that may come next, in the order of `REBER_SYMBOLS`: one or two, or
        none after the last of a whole string.

    Raises:
        TypeError: `string` is no string.
        ValueError: It is empty, holds an unknown symbol, or one that the grammar does not allow
            there.
    """
    _check_symbols("string", string, REBER_SYMBOLS)
    ways, allowed = _STATES[0], []
    for place, symbol in enumerate(string):
        if symbol not in ways:
            raise ValueError(
                f"string must follow the grammar, but has {symbol!r} at place {place}, where it "
                f"allows {' or '.join(sorted(ways)) or 'no further symbol'}: {string!r}"
            )
        ways = _STATES[ways[symbol]]
        allowed.append("".join(s for s in REBER_SYMBOLS if s in ways))
    return allowed


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
    """
    if legal_symbols(string)[-1]:
        raise ValueError(f"string must be whole, but could go on: {string!r}")
    return string[:-2] + _OTHER[string[-2]] + string[-1]


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
    """
    inputs = one_hot([string[:-1] for string in _listed(strings)])
    legal = np.zeros(inputs.shape, bool)
    for row, string in zip(legal, strings, strict=True):
        for step, allowed in zip(row, legal_symbols(string)[:-1], strict=False):
            step[[REBER_SYMBOLS.index(symbol) for symbol in allowed]] = True
    return inputs, one_hot([string[1:] for string in strings]), legal


def one_hot(strings: Sequence[str], symbols: str = REBER_SYMBOLS, *, align: str = "start") -> Array:
    """Return strings as arrays with a one in the column of each symbol.

    Args:
        strings: The strings; they may differ in length.
        symbols: What the columns stand for.
        align: ``"start"`` lets all begin at the first step, with zeros behind the shorter ones;
            ``"end"`` lets all end at the last step, with zeros before them.

    Returns:
        ``[batch, time, features]``, float64, as many steps as the longest string has symbols, and
        a feature for each of `symbols`.

    Raises:
        TypeError: `strings` is a string or holds something else than strings.
        ValueError: There is no string, one is empty or holds an unknown symbol, `symbols` are none
            or not all different, or `align` is another word.
    """
    strings = _listed(strings)
    if not symbols or len(set(symbols)) < len(symbols):
        raise ValueError(f"symbols must be one or more different ones, not {symbols!r}")
    if align not in ("start", "end"):
        raise ValueError(f"align must be 'start' or 'end', not {align!r}")
    for index, string in enumerate(strings):
        _check_symbols(f"strings[{index}]", string, symbols)
    steps = max(map(len, strings))
    encoded = np.zeros((len(strings), steps, len(symbols)))
    for row, string in zip(encoded, strings, strict=True):
        first = steps - len(string) if align == "end" else 0
        row[np.arange(first, first + len(string)), [symbols.index(s) for s in string]] = 1
    return encoded


def _listed(strings: Sequence[str]) -> list[str]:
    if isinstance(strings, str):
        raise TypeError(f"strings must be a sequence of strings, not the one string {strings!r}")
    if not len(strings):
        raise ValueError("strings must hold at least one string")
    for index, string in enumerate(strings):
        if not isinstance(string, str):
            raise TypeError(f"strings[{index}] must be a string, not {type(string).__name__}")
    return list(strings)


def _check_symbols(name: str, string: str, symbols: str) -> None:
    if not isinstance(string, str):
        raise TypeError(f"{name} must be a string, not {type(string).__name__}")
    if not string:
        raise ValueError(f"{name} must not be empty")
    if unknown := sorted(set(string) - set(symbols)):
        raise ValueError(f"{name} must be of the symbols {symbols!r}; {unknown[0]!r} is unknown")
