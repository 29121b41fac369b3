"""How far a figure of a page may be from the recorded one where numbers are rounded otherwise."""

from __future__ import annotations

import fnmatch

#: How far a figure may be from the recorded one, relative to the larger of the two.
USUAL = 0.001
#: Those that may be further, and why: the share, or None where the figure need only be there. The
#: shares have a margin over what narrow instructions and no oneDNN changed on one machine.
NOISE = None, "it measures rounding itself"
CHAOS = None, "it is where two runs part, which rounding decides"
DESCENT = 0.02, "many updates pass rounding on"
TRAINED = 0.5, "a long training passes rounding on, and Adam divides small by small"
ADRIFT = 0.2, "a network that does not learn drifts where rounding leads it"
FEW = 0.5, "it counts what a few trained networks do"
RARE = None, "it differs much from network to network, and the page asserts a bound"
WIDER: dict[str, tuple[float | None, str]] = {
    "*-version": (None, "it is a version"),
    "bare-largest-difference": NOISE,
    "bare-ulps": NOISE,
    "bptt-best-*": NOISE,
    "bptt-least-*": NOISE,
    "gates-apart": NOISE,
    "gates-*-values": NOISE,
    "gates-*-gradients": NOISE,
    "gen-apart-*": NOISE,
    "gen-exact-error": NOISE,
    "gen-redrawn-*": NOISE,
    "gen-tanh-parting": NOISE,
    "gen-steps": CHAOS,
    "play-apart-*": NOISE,
    "predict-log-agreement": NOISE,
    "predict-prediction-gap": NOISE,
    "bptt-echo-five": ADRIFT,
    "bptt-echo-pieces-five": ADRIFT,
    "bptt-echo-*": DESCENT,
    "gates-series-*": DESCENT,
    "gen-share-*": DESCENT,
    "honest-bend-network": DESCENT,
    "honest-book-*": DESCENT,
    "honest-floor-quiet": DESCENT,
    "honest-floor-loud": DESCENT,
    "floor-network-most": DESCENT,
    "honest-walk-*": DESCENT,
    "predict-mse-*": DESCENT,
    "predict-rmse-*": DESCENT,
    "predict-between-losses": DESCENT,
    "deep-*": TRAINED,
    "reg-*": TRAINED,
    "hand-gain": DESCENT,
    "hand-kept": DESCENT,
    "intervals-further-*": (USUAL, "it is read from a record"),
    "intervals-crossed-*": RARE,
    "intervals-factor-*": RARE,
    "intervals-sea-apart": RARE,
    "intervals-*": DESCENT,
    "own-winners": TRAINED,
    "predict-map-factor": TRAINED,
    "predict-mean-*": TRAINED,
    "predict-lever-paired": TRAINED,
    "gates-recall-*": FEW,
    "vanish-near": FEW,
    "vanish-far": FEW,
    "vanish-open": FEW,
    "faster-gap": NOISE,
    "faster-moved": DESCENT,
    "further-s*": TRAINED,
    "further-gap": TRAINED,
    "further-unknown": TRAINED,
    "further-probe": TRAINED,
    "further-harm-*": TRAINED,
    "memory-reach-most": FEW,
    "memory-copied-*": FEW,
    "memory-judged": DESCENT,
    "trans-small-written": TRAINED,
    "trans-small-letters": TRAINED,
    "trans-small-turned": TRAINED,
    "att-long": RARE,
    "att-long-none": RARE,
    "att-at-*": RARE,
    "att-most-*": RARE,
    "att-other-*": RARE,
    "several-mondays-*": (USUAL, "it is recorded"),
    "several-*": TRAINED,
    "many-apart": NOISE,
    "many-resumed-apart": NOISE,
    "text-small-network": DESCENT,
    "text-repeated-*": FEW,
    "text-unit-untrained": DESCENT,
}


def allowance(name: str) -> tuple[float | None, str]:
    """Return how far a figure may be from its record, and why."""
    for pattern, wider in WIDER.items():
        if fnmatch.fnmatch(name, pattern):
            return wider
    return USUAL, "rounding"
