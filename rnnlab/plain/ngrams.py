"""The plain forms of what `rnnlab.ngrams` has."""

import numpy as np


class KneserNey:
    """N-grams whose shorter runs count in how many ways they begin."""

    def __init__(self, size, order, discount=0.9):
        self.size, self.order, self.discount = size, order, discount

    def fit(self, codes):
        runs = [self._runs(codes, n + 1) for n in range(self.order)]
        for n in range(self.order - 1):
            runs[n] = np.unique(runs[n + 1]) % self.size ** (n + 1)
        self.tables = [np.unique(r, return_counts=True) for r in runs]
        return self

    def log_prob(self, codes):
        p = np.full(len(codes), 1 / self.size)
        for n, (runs, counts) in enumerate(self.tables):
            asked = self._runs(codes, n + 1)
            context = asked // self.size * self.size
            i, j = np.searchsorted(runs, [context, context + self.size])
            sums = np.append(0, np.cumsum(counts))
            k = np.minimum(np.searchsorted(runs, asked), len(runs) - 1)
            kept = np.where(runs[k] == asked, counts[k] - self.discount, 0)
            mixed = np.maximum(kept, 0) + self.discount * (j - i) * p[n:]
            p[n:][j > i] = (mixed / np.maximum(sums[j] - sums[i], 1))[j > i]
        return np.log(p)

    def _runs(self, codes, n):
        powers = self.size ** np.arange(n - 1, -1, -1)
        cut = np.lib.stride_tricks.sliding_window_view
        return cut(codes, n) @ powers
