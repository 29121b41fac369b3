"""The plain forms of what `rnnlab.beam_search` has."""

import heapq
from collections import namedtuple

import numpy as np
import tensorflow as tf

from rnnlab.plain.translation import padded

Found = namedtuple("Found", ["codes", "log_prob"])


def beam_search(continuations, width, *, end, longest, penalty=0):
    """Return the likeliest sequences that a beam finds."""
    beam, done = [Found((), 0.0)], []
    for _ in range(longest):
        steps = continuations(np.array([one.codes for one in beam], int))
        new = [
            Found((*one.codes, code), one.log_prob + float(step))
            for one, row in zip(beam, steps)
            for code, step in enumerate(row)
        ]
        new = sorted(new, key=lambda one: -one.log_prob)[:width]
        done += [one for one in new if one.codes[-1] == end]
        beam = [one for one in new if one.codes[-1] != end]
        if not beam:
            break

    def score(one):
        return one.log_prob / len(one.codes) ** penalty

    return sorted(done + beam, key=score, reverse=True)[:width]


def most_likely(continuations, *, end, longest):
    """Try beginnings, the likeliest first, until one is whole."""
    waiting = [(0.0, ())]
    while waiting:
        cost, codes = heapq.heappop(waiting)
        if codes and codes[-1] == end:
            return Found(codes, -cost)
        if len(codes) < longest:
            (steps,) = continuations(np.array([codes], int))
            for code, step in enumerate(steps):
                heapq.heappush(waiting, (cost - step, (*codes, code)))


def continuations_of(model, source, target):
    """Return what a network says may come next in its answer to a text."""
    after = tf.function(
        lambda x, y: tf.nn.log_softmax(model([x, y])[:, -1]),
        input_signature=[tf.TensorSpec([None, None], tf.int64)] * 2,
    )

    def answers_to(text):
        x = padded(source, [text])

        def continuations(prefixes):
            y = np.pad(prefixes, [(0, 0), (1, 0)], constant_values=1)
            return after(np.repeat(x, len(y), axis=0), y).numpy()

        return continuations

    return answers_to
