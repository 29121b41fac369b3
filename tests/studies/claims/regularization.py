"""What the page regularization claims about training."""

from tests.studies.from_page import functions_of

PAGE = functions_of("regularization")


def claim_dropout_on_the_state_prevents_overfitting(seed: int) -> dict[str, float]:
    """Squared errors on new windows."""
    none = PAGE["overfitted"](seed)[1]
    state = PAGE["overfitted"](seed, recurrent_dropout=0.4)[1]
    return {"none": none[-1], "none, at its best": none.min(), "state": state[-1]}


def holds_dropout_on_the_state_prevents_overfitting(values: dict[str, float]) -> bool:
    """Stopping in time would have prevented it too."""
    return max(values["state"], values["none, at its best"]) < 0.85 * values["none"]
