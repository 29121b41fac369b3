"""What the page deep-and-bidirectional claims about training."""

from from_page import functions_of

PAGE = functions_of("deep-and-bidirectional")
layers = PAGE["layers"]


def claim_six_layers_learn_faster_with_residual_connections(seed: int) -> dict[str, float]:
    """Squared errors on held-out windows."""
    return {
        "plain": PAGE["series_error"](PAGE["plain"], 6, 12, seed),
        "residual": PAGE["series_error"](PAGE["residual"], 6, 12, seed),
    }


def holds_six_layers_learn_faster_with_residual_connections(values: dict[str, float]) -> bool:
    """Seed by seed."""
    return values["residual"] < values["plain"]


def claim_reading_both_ways_cleans_better(seed: int) -> dict[str, float]:
    """Squared errors, the mean over all steps."""
    ahead = layers.SimpleRNN(24, return_sequences=True)
    both = layers.Bidirectional(layers.SimpleRNN(16, return_sequences=True))
    return {
        "ahead": float(PAGE["cleaning_error"](ahead, seed).mean()),
        "both ways": float(PAGE["cleaning_error"](both, seed).mean()),
    }


def holds_reading_both_ways_cleans_better(values: dict[str, float]) -> bool:
    """By a quarter at least."""
    return values["both ways"] < 0.75 * values["ahead"]


def claim_dropout_on_the_state_prevents_overfitting(seed: int) -> dict[str, float]:
    """Squared errors on new windows."""
    none = PAGE["overfitted"](seed)
    state = PAGE["overfitted"](seed, recurrent_dropout=0.4)
    return {"none": none[-1], "none, at its best": none.min(), "state": state[-1]}


def holds_dropout_on_the_state_prevents_overfitting(values: dict[str, float]) -> bool:
    """Stopping in time would have prevented it too."""
    return max(values["state"], values["none, at its best"]) < 0.85 * values["none"]
