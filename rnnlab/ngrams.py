"""N-grams of characters: what followed each context, counted and smoothed."""

import numpy as np
import numpy.typing as npt

from rnnlab._door import Array, Codes, as_codes, takes


class _NGrams:
    """Counts of all runs of up to `order` characters, looked up for many places at once."""

    def __init__(self, size: int, order: int) -> None:
        if size**order >= 2**63:  # a run is one number
            raise ValueError(f"size ** order must be below 2 ** 63, not {size} ** {order}")
        self.size, self.order = size, order
        self.tables: list[tuple[Codes, Codes]] = []

    def fit(self, codes: npt.ArrayLike) -> "_NGrams":
        """Count the runs of a text, ``[time]``, and return the model.

        Raises:
            TypeError: The codes are no integers.
            ValueError: There are fewer than `order`, or one is not below `size`.
        """
        codes = as_codes("codes", codes, self.size)
        if len(codes) < self.order:
            raise ValueError(f"codes must be at least order = {self.order}, not {len(codes)}")
        runs = [self._runs(codes, n) for n in range(1, self.order + 1)]
        self.tables = [np.unique(run, return_counts=True) for run in runs]
        return self

    def log_prob(self, codes: npt.ArrayLike) -> Array:
        """Return the logarithm of the probability of each character after those before it.

        Args:
            codes: The text, ``[time]``. Its first characters have shorter contexts.

        Returns:
            Natural logarithms, ``[time]``; their negative mean is the nats a character.

        Raises:
            TypeError: The codes are no integers.
            ValueError: The model is not fitted, there are none, or one is not below `size`.
        """
        codes = as_codes("codes", codes, self.size)
        if not self.tables:
            raise ValueError("the model must be fitted first")
        p = np.full(len(codes), 1 / self.size)
        for n, (runs, counts) in enumerate(self.tables, 1):
            asked = self._runs(codes, n)
            # The runs with one context lie side by side.
            context = asked // self.size * self.size
            begin, end = np.searchsorted(runs, [context, context + self.size])
            sums = np.append(0, np.cumsum(counts))
            place = np.minimum(np.searchsorted(runs, asked), len(runs) - 1)
            count = np.where(runs[place] == asked, counts[place], 0)
            known, shorter = end > begin, p[n - 1 :]
            seen = count, sums[end] - sums[begin], end - begin, shorter
            shorter[known] = self._mix(*(values[known] for values in seen))
        logs: Array = np.log(p)
        return logs

    def _runs(self, codes: Codes, n: int) -> Codes:
        """Return each run of `n` characters as a number whose last digit is its last character."""
        digits = np.lib.stride_tricks.sliding_window_view(codes, n) if len(codes) >= n else None
        powers = self.size ** np.arange(n - 1, -1, -1, dtype=np.int64)
        return np.empty(0, np.int64) if digits is None else digits @ powers

    def _mix(self, count: Codes, total: Codes, kinds: Codes, shorter: Array) -> Array:
        raise NotImplementedError


class WittenBell(_NGrams):
    r"""N-grams in which a context is trusted the more, the fewer kinds followed it.

    With the count :math:`n(cw)` of character :math:`w` after the context :math:`c`, its sum
    :math:`n(c)` over characters, the number :math:`k(c)` of different ones, and the context
    :math:`c'` without its first character,

    .. math:: p(w \mid c) = \frac{n(cw) + k(c) \, p(w \mid c')}{n(c) + k(c)}

    The probability without any context is mixed with the same for all characters.

    Args:
        size: The number of characters of the vocabulary.
        order: The characters of the longest run, the last one counted too.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is not positive, or the runs are more than 64 bits can count.

    Example:
        >>> model = WittenBell(2, order=1).fit([0, 0, 1])
        >>> np.round(np.exp(model.log_prob([0, 1])), 2)
        array([0.6, 0.4])

    References:
        Witten and Bell (1991), "The zero-frequency problem", method C, in the interpolated form
        of Chen and Goodman (1999).
    """

    @takes(size="count", order="count")
    def __init__(self, size: int, order: int) -> None:
        """Take the sizes; `fit` counts."""
        super().__init__(size, order)

    def _mix(self, count: Codes, total: Codes, kinds: Codes, shorter: Array) -> Array:
        mixed: Array = (count + kinds * shorter) / (total + kinds)
        return mixed


class KneserNey(_NGrams):
    r"""N-grams whose shorter runs count in how many ways they are preceded, not how often.

    From each count a discount :math:`d` is taken, and given to the shorter context:

    .. math:: p(w \mid c) = \frac{\max(n(cw) - d, 0) + d \, k(c) \, p(w \mid c')}{n(c)}

    In the longest runs :math:`n(cw)` is how often character :math:`w` followed the context
    :math:`c`; in shorter ones, how many different characters stood before :math:`cw`.
    :math:`n(c)` is its sum over :math:`w`, :math:`k(c)` the number of :math:`w` with
    :math:`n(cw) > 0`, and :math:`c'` the context without its first character. The probability
    without any context is mixed with the same for all characters.

    Args:
        size: The number of characters of the vocabulary.
        order: The characters of the longest run, the last one counted too.
        discount: The discount :math:`d`, above 0 and at most 1.

    Raises:
        TypeError: A size is no integer, or the discount no number.
        ValueError: A size is not positive, the runs are more than 64 bits can count, or the
            discount is out of bounds.

    Example:
        >>> model = KneserNey(2, order=2, discount=0.5).fit([0, 1, 0, 0])
        >>> np.round(np.exp(model.log_prob([0, 1])), 3)
        array([0.667, 0.417])

    References:
        Kneser and Ney (1995), "Improved backing-off for m-gram language modeling"; interpolated
        as in Chen and Goodman (1999), "An empirical study of smoothing techniques for language
        modeling", section 2.7.
    """

    @takes(size="count", order="count", discount="number > 0 and <= 1")
    def __init__(self, size: int, order: int, discount: float = 0.9) -> None:
        """Take the settings; `fit` counts."""
        super().__init__(size, order)
        self.discount = discount

    def fit(self, codes: npt.ArrayLike) -> "KneserNey":
        """Count the runs of a text, ``[time]``, and return the model.

        Raises:
            TypeError: The codes are no integers.
            ValueError: There are fewer than `order`, or one is not below `size`.
        """
        super().fit(codes)
        for n in range(self.order - 1):
            longer, _ = self.tables[n + 1]
            self.tables[n] = np.unique(longer % self.size ** (n + 1), return_counts=True)
        return self

    def _mix(self, count: Codes, total: Codes, kinds: Codes, shorter: Array) -> Array:
        kept = np.maximum(count - self.discount, 0)
        mixed: Array = (kept + self.discount * kinds * shorter) / total
        return mixed
