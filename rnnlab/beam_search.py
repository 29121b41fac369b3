"""Search for a likely sequence: a beam, and an exact search for short ones."""

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from rnnlab._door import Array, takes
from rnnlab._translators import check_translated, check_vocabularies
from rnnlab.text import Vocabulary
from rnnlab.translation import padded

#: From prefixes ``[n, steps]`` to the log-probabilities of what comes next, ``[n, characters]``.
Continuations = Callable[[npt.NDArray[np.int64]], npt.ArrayLike]


class Found(NamedTuple):
    """A sequence with its log-probability, in nats.

    Args:
        codes: The sequence, `end` included where it has ended.
        log_prob: The sum of the log-probabilities of its codes.

    Example:
        >>> Found(codes=(5, 3, 2), log_prob=-0.7).codes
        (5, 3, 2)
    """

    codes: tuple[int, ...]
    log_prob: float


@takes(width="count", end="integer >= 0", longest="count", penalty="number >= 0")
def beam_search(
    continuations: Continuations, width: int, *, end: int, longest: int, penalty: float = 0.0
) -> list[Found]:
    r"""Return likely sequences, of which the `width` likeliest extensions are taken at each step.

    A width of one is greedy: it takes the likeliest code at each step. Of what is taken, that which
    has ended is set aside, and the rest goes on. Of all that were set aside, or have `longest`
    codes, the first is that with the largest

    .. math::
        \frac{\log P(y_1 \dots y_m)}{m^{p}}

    where :math:`p` is the penalty. At zero, a longer sequence can only be less likely than its
    beginning; at one, the mean log-probability of a code counts.

    Args:
        continuations: A function from prefixes ``[n, steps]`` to the log-probabilities of what
            comes next, ``[n, characters]``; the first prefixes are one of no steps.
        width: How many extensions are taken.
        end: The code that ends a sequence.
        longest: The codes after which a sequence is broken off.
        penalty: The power of the length by which log-probabilities are divided.

    Returns:
        The sequences that were found, the best first, at most ``width`` of them.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is not positive, or the penalty negative, or the log-probabilities are
            not of the shape wanted.

    Example:
        >>> halves = lambda prefixes: np.log(np.full([len(prefixes), 2], 0.5))
        >>> beam_search(halves, 2, end=0, longest=3)[0].codes
        (0,)

    References:
        Sutskever, Vinyals and Le (2014), "Sequence to sequence learning with neural networks",
        section 3.2, and Wu et al. (2016), "Google's neural machine translation system", section 7,
        for lengths.
    """
    beam, done = [Found((), 0.0)], []
    for _ in range(longest):
        steps = _log_probs(continuations, [one.codes for one in beam])
        total = np.array([one.log_prob for one in beam])[:, np.newaxis] + steps
        best = np.argsort(-total, axis=None, kind="stable")[:width]
        rows, codes = np.unravel_index(best, total.shape)
        new = [
            Found((*beam[row].codes, int(code)), float(total[row, code]))
            for row, code in zip(rows, codes, strict=True)
            if np.isfinite(total[row, code])  # what is impossible is not found
        ]
        done += [one for one in new if one.codes[-1] == end]
        beam = [one for one in new if one.codes[-1] != end]
        if not beam:
            break
    return sorted(done + beam, key=lambda one: -one.log_prob / len(one.codes) ** penalty)[:width]


@takes(end="integer >= 0", longest="count")
def most_likely(continuations: Continuations, *, end: int, longest: int) -> Found:
    """Return the likeliest of all sequences that end within some length, whatever it takes.

    Beginnings are tried from the likeliest on, and none that is less likely than a whole sequence
    is: as each code can only make a sequence less likely, none is missed. The number of beginnings
    that must be tried grows with how unsure the network is, to more than can be tried.

    Args:
        continuations: As in `beam_search`.
        end: The code that ends a sequence.
        longest: The most codes of a sequence, `end` included.

    Returns:
        The sequence; of several as likely, one of them.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is not positive, no sequence of so few codes ends, or the
            log-probabilities are not of the shape wanted.

    Example:
        >>> halves = lambda prefixes: np.log(np.full([len(prefixes), 2], 0.5))
        >>> most_likely(halves, end=0, longest=3)
        Found(codes=(0,), log_prob=-0.6931471805599453)

    References:
        Stahlberg and Byrne (2019), "On NMT search errors and model errors: cat got your tongue?",
        section 2.
    """
    order = count()  # of two as likely, the one found first
    waiting: list[tuple[float, int, tuple[int, ...]]] = [(0.0, next(order), ())]
    while waiting:
        cost, _, codes = heapq.heappop(waiting)
        if codes and codes[-1] == end:
            return Found(codes, -cost)
        if len(codes) < longest:
            for code, step in enumerate(_log_probs(continuations, [codes])[0]):
                if np.isfinite(step):
                    heapq.heappush(waiting, (cost - float(step), next(order), (*codes, code)))
    raise ValueError(f"longest must let a sequence end: none of at most {longest} codes does")


def _log_probs(continuations: Continuations, prefixes: Sequence[tuple[int, ...]]) -> Array:
    given = np.asarray(continuations(np.array(prefixes, int).reshape(len(prefixes), -1)), float)
    if given.ndim != 2 or len(given) != len(prefixes) or np.isnan(given).any():
        raise ValueError(
            f"continuations must return numbers [n, characters] for n = {len(prefixes)}, not the "
            f"shape {given.shape} with {np.isnan(given).sum()} NaN"
        )
    return given


def continuations_of(
    model: keras.Model, source: Vocabulary, target: Vocabulary
) -> Callable[[str], Continuations]:
    """Return what a network says may come next in its answers to texts.

    The whole answer so far is read anew each time, which suits short answers.

    Args:
        model: A network of `encoder_decoder`.
        source: The characters of what it reads.
        target: Those of its answers.

    Returns:
        A function from a text to one from prefixes ``[n, steps]`` to log-probabilities
        ``[n, characters]``, for `beam_search` and `most_likely`. Prefixes begin behind `START`.

    Raises:
        TypeError: A vocabulary is none, or the text no string.
        ValueError: The model is of another vocabulary, or the text is empty, too long, or holds an
            unknown character.

    Example:
        >>> from rnnlab.translation import encoder_decoder, vocabulary_of
        >>> letters = vocabulary_of(["ab"])
        >>> answers_to = continuations_of(encoder_decoder(5, 5, units=4), letters, letters)
        >>> len(beam_search(answers_to("ab"), 3, end=2, longest=4))
        3
    """
    check_vocabularies(model, source, target)

    # Sizes are left open, or each new length would be traced again.
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int64)] * 2, autograph=False)  # type: ignore[untyped-decorator]
    def after(codes: Any, answers: Any) -> Any:
        return tf.nn.log_softmax(model([codes, answers])[:, -1])

    @takes(text="text")
    def answers_to(text: str) -> Continuations:
        check_translated(model, source, target, [text])
        codes = padded(source, [text])

        def continuations(prefixes: Any) -> Array:
            started = np.pad(prefixes, [(0, 0), (1, 0)], constant_values=1)
            return np.asarray(after(np.repeat(codes, len(started), axis=0), started), float)

        return continuations

    return answers_to
