"""What the page interval-forecasts claims about its networks."""

from typing import Any

import numpy as np

from tests.studies.from_page import functions_of

PAGE = functions_of("interval-forecasts")
COLUMNS = ["held", "calm", "noisy", "width", "score"]
BEFORE, AFTER = slice(1000, 3000), slice(4000, 6000)


def claim_a_quantile_network_is_more_even_and_nearer_to_the_floor(seed: int) -> dict[str, float]:
    """Shares held, and scores over the floor, before the growth."""
    run = PAGE["forecasts"](seed)
    return judged(run, "ends", "constant", BEFORE) | judged(run, "ends", "quantile", BEFORE)


def holds_a_quantile_network_is_more_even_and_nearer_to_the_floor(
    values: dict[str, float],
) -> bool:
    """The constant margin holds too much where it is calm and too little where it is noisy."""
    uneven = values["constant, calm"] > 0.9 and values["constant, noisy"] < 0.65
    more_even = (
        values["quantile, noisy"] > values["constant, noisy"] + 0.08
        and values["quantile, calm"] < values["constant, calm"] - 0.03
    )
    return uneven and more_even and values["quantile, score"] < 1.16 < values["constant, score"]


def claim_adaptive_margins_give_coverage_back_and_not_in_parts(seed: int) -> dict[str, float]:
    """Shares held after the growth, and scores beside each other."""
    run = PAGE["forecasts"](seed)
    found = {}
    for way, kind in {"ends": "kept", "adapted": "adaptive"}.items():
        for name in ("constant", "quantile"):
            for what, value in judged(run, way, name, AFTER).items():
                found[f"{kind} {what}"] = value
    best = found["adaptive quantile, score"]
    return found | {
        "score, adaptive quantile over adaptive constant": best / found["adaptive constant, score"],
        "score, adaptive quantile over kept quantile": best / found["kept quantile, score"],
        "score, kept quantile over adaptive constant": (
            found["kept quantile, score"] / found["adaptive constant, score"]
        ),
    }


def holds_adaptive_margins_give_coverage_back_and_not_in_parts(values: dict[str, float]) -> bool:
    """The score of the last three is told on the page, with its exceptions."""
    lost = values["kept constant, held"] + 0.06 < values["kept quantile, held"] < 0.75
    back = all(
        abs(values[f"adaptive {name}, held"] - 0.8) < 0.02 for name in ("constant", "quantile")
    )
    uneven = values["adaptive constant, calm"] > 0.9 and values["adaptive constant, noisy"] < 0.7
    return lost and back and uneven


def judged(run: Any, way: str, name: str, part: slice) -> dict[str, float]:
    """Return what the page's tables have of one series, by name."""
    found = PAGE["judged"](run, PAGE[way](run, name), part)
    return {f"{name}, {c}": float(v) for c, v in zip(COLUMNS, found, strict=True)}


def claim_fewer_quantiles_cross_after_more_updates(seed: int) -> dict[str, float]:
    """The share of steps where nine outputs are out of order, and what sorting saves."""
    _, crossed, as_is, in_order = PAGE["crossings"](seed)
    return {
        "crossed after 30": float(crossed[0]),
        "crossed after 400": float(crossed[-1]),
        "least saved by sorting": float(np.min(as_is - in_order)),
    }


def holds_fewer_quantiles_cross_after_more_updates(values: dict[str, float]) -> bool:
    """Sorting never raises the loss."""
    few = values["crossed after 400"] < 0.5 * values["crossed after 30"]
    return few and values["least saved by sorting"] >= 0
