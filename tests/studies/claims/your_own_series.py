"""What the page your-own-series claims about its networks."""

import numpy as np

from rnnlab.comparison import block_bootstrap
from tests.studies.from_page import values_of

PAGE = values_of(
    "your-own-series",
    *("recurrent", "origins", "truth", "errors", "updates", "values"),
)


def claim_the_network_ties_with_the_season_means_and_is_ahead_for_a_month(
    seed: int,
) -> dict[str, float]:
    """Errors over those of the season means, and the ends of intervals in degrees.

    Each origin has a seed of its own, as on the page.
    """
    guesses = [PAGE["recurrent"](o, 1000 * seed + k) for k, o in enumerate(PAGE["origins"])]
    gap = np.abs(np.array(guesses) - PAGE["truth"]) - PAGE["errors"]["season means"]
    low, high = block_bootstrap(gap.ravel(), gap.shape[1], np.random.default_rng(0))
    ahead = block_bootstrap(gap[:, 0], 1, np.random.default_rng(0))
    means = PAGE["errors"]["season means"]
    return {
        "first month": float(1 + gap[:, 0].mean() / means[:, 0].mean()),
        "year": float(1 + gap.mean() / means.mean()),
        "year from": low,
        "year to": high,
        "first month to": ahead[1],
    }


def holds_the_network_ties_with_the_season_means_and_is_ahead_for_a_month(
    values: dict[str, float],
) -> bool:
    """The interval for the year holds 0; in the first month the network is ahead."""
    return values["year from"] < 0 < values["year to"] and values["first month"] < 0.8
