"""What the page forecasting-further claims about networks that forecast ten steps."""

from from_page import functions_of

PAGE = functions_of("forecasting-further")


def error(forecast: object) -> float:
    """Return the mean squared error over the ten steps."""
    return float(PAGE["by_step"](forecast).mean())


def claim_the_ways_to_ten_steps_differ(seed: int) -> dict[str, float]:
    """Errors over ten steps of the networks of one seed."""
    taught = PAGE["next_value"](PAGE["KNOWN"], seed)
    return {
        "fed its own output": error(PAGE["iterated"](taught)),
        "fed the truth": error(PAGE["fed_truth"](taught)),
        "probe of its states": error(PAGE["probe"](taught)),
        "wrong spacing": error(PAGE["iterated"](PAGE["next_value"](PAGE["WIDE"], seed))),
        "one shot": error(PAGE["at_once"](seed, False)),
        "scheduled sampling": error(PAGE["iterated"](PAGE["scheduled"](seed))),
    }


def holds_the_ways_to_ten_steps_differ(values: dict[str, float]) -> bool:
    """What the page says of each of its seeds."""
    own = values["fed its own output"]
    return (
        values["wrong spacing"] > 1.15 * own
        and values["one shot"] < own
        and own < 1.4 * values["probe of its states"]
        and own > 4 * values["fed the truth"]
        and values["scheduled sampling"] > own
    )
