"""What the page deep-and-bidirectional claims about training."""

import numpy as np

from tests.studies.from_page import functions_of

PAGE = functions_of("deep-and-bidirectional")
layers = PAGE["layers"]


def claim_depth_slows_learning_unless_residual_layers_start_at_zero(seed: int) -> dict[str, float]:
    """Squared errors on held-out windows."""
    return {
        "1 layer": PAGE["series_error"](PAGE["plain"], 1, 22, seed),
        "8 layers": PAGE["series_error"](PAGE["plain"], 8, 6, seed),
        "8 wide": PAGE["series_error"](PAGE["plain"], 8, 12, seed),
        "8 wide, residual": PAGE["series_error"](PAGE["residual"], 8, 12, seed),
    }


def holds_depth_slows_learning_unless_residual_layers_start_at_zero(
    values: dict[str, float],
) -> bool:
    """Seed by seed."""
    one, deep, wide, residual = values.values()
    return deep > 1.5 * one and residual < 0.8 * wide


def claim_reading_both_ways_cleans_better(seed: int) -> dict[str, float]:
    """Squared errors, the mean over all steps."""
    ahead = layers.SimpleRNN(24, return_sequences=True)
    both = layers.Bidirectional(layers.SimpleRNN(16, return_sequences=True))
    noisy, clean = PAGE["noisy_batch"](np.random.default_rng(99), size=1000)
    errors = {}
    for name, layer in {"ahead": ahead, "both ways": both}.items():
        model = PAGE["cleaner"](layer, seed)
        errors[name] = 36 * float(np.mean((model(noisy) - clean) ** 2))
    return errors


def holds_reading_both_ways_cleans_better(values: dict[str, float]) -> bool:
    """By a quarter at least."""
    return values["both ways"] < 0.75 * values["ahead"]
