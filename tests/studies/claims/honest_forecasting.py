"""What the page honest-forecasting claims about its forecasts."""

from tests.studies.from_page import functions_of

PAGE = functions_of("honest-forecasting")


def claim_shuffled_windows_flatter_and_time_does_not(seed: int) -> dict[str, float]:
    """Errors of a search for the nearest window, relative to the naive forecast's."""
    shuffled, in_time = PAGE["leak"](seed)
    return {"shuffled": shuffled, "in time": in_time}


def holds_shuffled_windows_flatter_and_time_does_not(values: dict[str, float]) -> bool:
    """On a random walk nothing is better than one, but for luck on the few hundred steps tested."""
    return values["shuffled"] < 0.6 and values["in time"] > max(0.85, 2 * values["shuffled"])
