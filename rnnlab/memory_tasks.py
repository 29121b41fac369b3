"""Tasks that ask a network to remember: adding, copying, and the order of symbols."""

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, Rng, takes

#: What the columns of the inputs of `temporal_order` stand for.
ORDER_SYMBOLS = "EBXYabcd"
#: Where the relevant symbols of `temporal_order` may stand, in hundredths of the least length.
_RELEVANT_PLACES = {2: [(10, 20), (50, 60)], 3: [(10, 20), (33, 43), (66, 76)]}


@takes(batch_size="count", n_steps="count >= 2", rng="rng", low="number", high="number > low")
def adding(
    batch_size: int, n_steps: int, rng: Rng, *, low: float = 0.0, high: float = 1.0
) -> tuple[Array, Array]:
    r"""Draw sequences of random numbers, two of them marked; the target is the sum of the two.

    With the values :math:`x_t` drawn evenly between `low` and `high`, and the marks :math:`m_t`,
    which are 1 at one step of each half, both drawn evenly, and 0 elsewhere,

    .. math:: y = \sum_t m_t x_t

    Always to predict the mean, ``low + high``, has the squared error
    :math:`(\mathrm{high} - \mathrm{low})^2 / 6`.

    Args:
        batch_size: The number of sequences.
        n_steps: The number of time steps, at least 2.
        rng: A NumPy generator.
        low: The least value.
        high: The largest value.

    Returns:
        Inputs ``[batch, time, 2]``, the values and the marks, and targets ``[batch, 1]``, both
        float64.

    Raises:
        TypeError: A size is no integer, `rng` no NumPy generator, or `low` or `high` no number.
        ValueError: A size is too small, or `low` is not below `high`, or they are not finite.

    Example:
        >>> x, y = adding(4, 10, np.random.default_rng(0))
        >>> values, marks = x[..., 0], x[..., 1]
        >>> bool(np.allclose(y[:, 0], (values * marks).sum(axis=1)))
        True

    References:
        Hochreiter and Schmidhuber (1997), "Long short-term memory", section 5.4, in the form of
        Le, Jaitly and Hinton (2015), "A simple way to initialize recurrent networks of rectified
        linear units", section 4.1.
    """
    values = rng.uniform(low, high, (batch_size, n_steps))
    marks = np.zeros((batch_size, n_steps))
    rows, half = np.arange(batch_size), n_steps // 2
    marks[rows, _whole(rng, 0, half - 1, batch_size)] = 1
    marks[rows, _whole(rng, half, n_steps - 1, batch_size)] = 1
    return np.stack([values, marks], axis=-1), np.sum(values * marks, axis=1, keepdims=True)


@takes(batch_size="count", n_steps="count >= 24", rng="rng")
def adding_1997(batch_size: int, n_steps: int, rng: Rng) -> tuple[Array, Array]:
    r"""Draw sequences of the adding problem as it was first posed.

    A sequence has a length drawn evenly between :math:`T` = `n_steps` and :math:`T + T/10`, and
    values between -1 and 1. One of its first ten steps is marked by 1, then one of the first
    :math:`T/2 - 1` that are not marked yet. The first and the last step are marked by -1. If the
    first step is one of the two, it keeps its 1 and its value becomes 0. With the values
    :math:`X_1` and :math:`X_2` of the two,

    .. math:: y = \tfrac12 + \tfrac14 (X_1 + X_2)

    A sequence counts as right if the output is within 0.04 of it. Shorter sequences begin later:
    the steps before them are zero.

    Args:
        batch_size: The number of sequences.
        n_steps: The least length :math:`T`, at least 24, so that ten steps and one more are there
            to be marked.
        rng: A NumPy generator.

    Returns:
        Inputs ``[batch, T + T // 10, 2]``, the values and the marks, and targets ``[batch, 1]``,
        both float64.

    Raises:
        TypeError: A size is no integer, or `rng` no NumPy generator.
        ValueError: A size is too small.

    Example:
        >>> x, y = adding_1997(4, 100, np.random.default_rng(0))
        >>> x.shape, y.shape
        ((4, 110, 2), (4, 1))

    References:
        Hochreiter and Schmidhuber (1997), "Long short-term memory", section 5.4.
    """
    longest = n_steps + n_steps // 10
    values = rng.uniform(-1, 1, (batch_size, longest))
    first = _whole(rng, 0, 9, batch_size)
    second = _whole(rng, 0, n_steps // 2 - 3, batch_size)
    second += second >= first  # one of those that are left
    rows = np.arange(batch_size)
    marks = np.zeros((batch_size, longest))
    marks[:, 0] = -1
    marks[rows, first] = marks[rows, second] = 1
    values[marks[:, 0] == 1, 0] = 0
    targets = 0.5 + (values[rows, first] + values[rows, second]) / 4
    lengths = _whole(rng, n_steps, longest, batch_size)
    marks[rows, lengths - 1] = -1
    return _ended_together(np.stack([values, marks], axis=-1), lengths), targets[:, np.newaxis]


@takes(batch_size="count", lag="count", rng="rng", length="count", n_symbols="count >= 2")
def copy_memory(
    batch_size: int, lag: int, rng: Rng, *, length: int = 10, n_symbols: int = 8
) -> tuple[Array, Array]:
    r"""Draw sequences of symbols to be repeated after a long wait.

    With :math:`\ell` = `length` symbols :math:`s_1, \dots, s_\ell`, drawn evenly from `n_symbols`,
    the blank :math:`\circ` and the sign to begin :math:`\triangleright`,

    .. math::
        x &= s_1 \dots s_\ell \; \circ^{\mathrm{lag} - 1} \; \triangleright \; \circ^{\ell} \\
        y &= \circ^{\ell + \mathrm{lag}} \; s_1 \dots s_\ell

    A network that waits rightly and then guesses has a share of
    :math:`1 - \ell (1 - 1 / \mathrm{n\_symbols}) / (\mathrm{lag} + 2 \ell)` of all symbols right,
    so count the last :math:`\ell` alone.

    Args:
        batch_size: The number of sequences.
        lag: The number of steps between the last symbol that is shown and the first that is
            wanted.
        rng: A NumPy generator.
        length: The number of symbols to remember.
        n_symbols: The number of symbols that there are.

    Returns:
        Inputs ``[batch, lag + 2 * length, n_symbols + 2]`` and targets
        ``[batch, lag + 2 * length, n_symbols + 1]``, float64, with a one in the column of each
        symbol: first the symbols, then the blank, then, in the inputs alone, the sign to begin.

    Raises:
        TypeError: A size is no integer, or `rng` no NumPy generator.
        ValueError: A size is not positive, or there are fewer than two symbols.

    Example:
        >>> x, y = copy_memory(1, 2, np.random.default_rng(0), length=3, n_symbols=2)
        >>> x.argmax(axis=-1)  # 2 is the blank, 3 the sign to begin
        array([[1, 0, 0, 2, 3, 2, 2, 2]])
        >>> y.argmax(axis=-1)
        array([[2, 2, 2, 2, 2, 1, 0, 0]])

    References:
        Arjovsky, Shah and Bengio (2016), "Unitary evolution recurrent neural networks", section
        5.1.
    """
    symbols = _whole(rng, 0, n_symbols - 1, (batch_size, length))
    inputs = np.full((batch_size, lag + 2 * length), n_symbols)
    targets = inputs.copy()
    inputs[:, :length] = targets[:, -length:] = symbols
    inputs[:, length + lag - 1] = n_symbols + 1
    return np.eye(n_symbols + 2)[inputs], np.eye(n_symbols + 1)[targets]


@takes(batch_size="count", rng="rng", relevant=(2, 3), n_steps="count >= 10")
def temporal_order(
    batch_size: int, rng: Rng, *, relevant: int = 2, n_steps: int = 100
) -> tuple[Array, Array]:
    r"""Draw sequences of symbols that are classified by the order of two or three of them.

    A sequence has a length drawn evenly between :math:`T` = `n_steps` and :math:`T + T/10`. It
    starts with E, ends with B, and between them has symbols drawn from a, b, c, d, but for the
    relevant ones, which are X or Y. With two of them, they stand at steps drawn from
    :math:`T/10` to :math:`T/5` and from :math:`T/2` to :math:`3T/5`; with three, from
    :math:`T/10` to :math:`T/5`, from :math:`0.33\,T` to :math:`0.43\,T` and from
    :math:`0.66\,T` to :math:`0.76\,T`. The classes are numbered in the order XX, XY, YX, YY, and
    in the same way with three.

    A sequence counts as right if each output is within 0.3 of its target. Shorter sequences begin
    later: the steps before them are zero.

    Args:
        batch_size: The number of sequences.
        rng: A NumPy generator.
        relevant: The number of relevant symbols, 2 or 3.
        n_steps: The least length :math:`T`, at least 10. With 100 the task is that of 1997.

    Returns:
        Inputs ``[batch, T + T // 10, 8]`` with a one in the column of each symbol, in the order of
        `ORDER_SYMBOLS`, and targets ``[batch, 2 ** relevant]`` with a one in that of the class,
        both float64.

    Raises:
        TypeError: A size is no integer, or `rng` no NumPy generator.
        ValueError: A size is too small, or `relevant` is neither 2 nor 3.

    Example:
        >>> x, y = temporal_order(4, np.random.default_rng(0))
        >>> x.shape, y.shape
        ((4, 110, 8), (4, 4))

    References:
        Hochreiter and Schmidhuber (1997), "Long short-term memory", section 5.6, tasks 6a and 6b.
    """
    longest = n_steps + n_steps // 10
    symbols = _whole(rng, 4, 7, (batch_size, longest))
    rows, classes = np.arange(batch_size), np.zeros(batch_size, int)
    for low, high in _RELEVANT_PLACES[relevant]:
        is_y = _whole(rng, 0, 1, batch_size)
        place = _whole(rng, low * n_steps // 100, high * n_steps // 100, batch_size)
        symbols[rows, place] = 2 + is_y
        classes = 2 * classes + is_y
    lengths = _whole(rng, n_steps, longest, batch_size)
    symbols[:, 0], symbols[rows, lengths - 1] = 0, 1
    inputs = _ended_together(np.eye(len(ORDER_SYMBOLS))[symbols], lengths)
    return inputs, np.eye(2**relevant)[classes]


def _whole(rng: Rng, low: int, high: int, size: int | tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Draw integers from `low` to `high`, both included, by either kind of generator."""
    return np.asarray(low + np.floor(rng.random(size) * (high - low + 1)), np.int64)


def _ended_together(sequences: Array, lengths: npt.NDArray[np.int64]) -> Array:
    """Move sequences that differ in length to the end of the time axis, behind zeros."""
    longest = sequences.shape[1]
    source = np.arange(longest) - (longest - lengths)[:, np.newaxis]
    moved = np.take_along_axis(sequences, source.clip(0)[..., np.newaxis], axis=1)
    return np.where(source[..., np.newaxis] >= 0, moved, 0.0)
