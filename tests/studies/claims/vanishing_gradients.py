"""What the page vanishing-gradients claims about training."""

import numpy as np

from tests.studies.from_page import functions_of

PAGE = functions_of("vanishing-gradients")


def claim_weights_that_keep_gradients_learn_to_remember(seed: int) -> dict[str, float]:
    """Shares recalled after training, by initial weights.

    Of those that let gradients fade, one draw in a few dozen is lucky: the median of three, as on
    the page.
    """
    keep, fade = ["tanh, orthogonal", "ReLU, identity"], ["ReLU, uniform", "ReLU, orthogonal"]
    kept = {kind: PAGE["recall"](kind, seed)[1] for kind in keep}
    seeds = [3 * seed + more for more in range(3)]
    faded = {kind: np.median([PAGE["recall"](kind, one)[1] for one in seeds]) for kind in fade}
    return kept | faded


def holds_weights_that_keep_gradients_learn_to_remember(values: dict[str, float]) -> bool:
    """Guessing recalls one half."""
    orthogonal, identity, *fading = values.values()
    return min(orthogonal, identity) > 0.9 and max(fading) < 0.7


def claim_clipping_saves_a_bold_learning_rate(seed: int) -> dict[str, float]:
    """Squared errors at the end of training with a learning rate of 0.1."""
    free, _ = PAGE["descend"](seed, 0.1, np.inf)
    held, _ = PAGE["descend"](seed, 0.1, 1.0)
    return {"free": free[-1], "clipped": float(np.mean(held[-20:]))}


def holds_clipping_saves_a_bold_learning_rate(values: dict[str, float]) -> bool:
    """A free run ends when its error passes a thousand millions."""
    return values["free"] > 1e6 and values["clipped"] < 0.6
