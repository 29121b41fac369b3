"""What the page several-series claims about networks on twelve counters."""

from functools import cache
from typing import Any

import numpy as np

from tests.studies.from_page import values_of

NAMES = ("forecasts", "scaled_errors", "rule_forecasts", "treated", "learn", "weeks_ahead")


@cache
def page() -> dict[str, Any]:
    return values_of("several-series", *NAMES)


def mase(guess: Any) -> dict[str, float]:
    errors = page()["scaled_errors"](guess)
    return {"tomorrow": float(errors[..., 0].mean()), "week": float(errors.mean())}


def linear() -> dict[str, float]:
    return mase(page()["rule_forecasts"](page()["EVERY"], page()["both"]))


def claim_five_networks_lead_for_tomorrow_and_are_level_for_a_week(seed: int) -> dict[str, float]:
    """MASE of the mean of five networks less that of the linear rule, which has no seed."""
    some = [page()["forecasts"]("one for all", seed + 1000 * k) for k in range(5)]
    ours, theirs = mase(np.mean(some, axis=0)), linear()
    return {span: ours[span] - theirs[span] for span in ours}


def holds_five_networks_lead_for_tomorrow_and_are_level_for_a_week(
    values: dict[str, float],
) -> bool:
    """Level is a fortieth of what is scaled."""
    return values["tomorrow"] < -0.015 and abs(values["week"]) < 0.025


def claim_the_calendar_is_worth_its_place(seed: int) -> dict[str, float]:
    """MASE of one network for all, for tomorrow."""
    kinds = ("one for all", "one, without calendar")
    return {kind: mase(page()["forecasts"](kind, seed))["tomorrow"] for kind in kinds}


def holds_the_calendar_is_worth_its_place(values: dict[str, float]) -> bool:
    """Without calendar by a twenty-fifth of the scale behind."""
    told, without = values.values()
    return without > told + 0.04


def claim_filling_costs_less_than_leaving_out(seed: int) -> dict[str, float]:
    """MASE for tomorrow, by what is done with days on which cameras were off."""
    found = {"none was off": mase(page()["forecasts"]("one for all", seed))["tomorrow"]}
    for name, (x, y) in page()["treated"].items():
        if name != "masked":
            network = page()["learn"](x, y, 64, 400, seed)
            weeks = page()["weeks_ahead"](
                network, page()["EVERY"][0], page()["both"], page()["origins"]
            )
            found[name] = mase(weeks)["tomorrow"]
    return found


def holds_filling_costs_less_than_leaving_out(values: dict[str, float]) -> bool:
    """Filled is close to none, left out is far off."""
    none = values["none was off"]
    return values["filled"] < 1.1 * none < 1.5 * none < values["left out"]
