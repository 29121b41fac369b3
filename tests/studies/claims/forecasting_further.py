"""What the page forecasting-further claims about networks that forecast ten steps."""

from tests.studies.from_page import functions_of

PAGE = functions_of("forecasting-further")


def error(forecast: object) -> float:
    """Return the mean squared error over the ten steps."""
    return float(PAGE["by_step"](forecast).mean())


def claim_one_shot_is_ahead_and_scheduled_sampling_does_not_help(seed: int) -> dict[str, float]:
    """Mean errors over three seeds, as on the page; with one seed, each can be the other way."""
    seeds = [seed, seed + 1000, seed + 2000]
    taught = [PAGE["next_value"](PAGE["KNOWN"], one) for one in seeds]
    return {
        "fed its own output": sum(error(PAGE["iterated"](model)) for model in taught) / 3,
        "fed the truth": sum(error(PAGE["fed_truth"](model)) for model in taught) / 3,
        "one shot": sum(error(PAGE["at_once"](one, False)) for one in seeds) / 3,
        "scheduled sampling": sum(
            error(PAGE["iterated"](PAGE["scheduled"](one))) for one in seeds
        ) / 3,
    }  # fmt: skip


def holds_one_shot_is_ahead_and_scheduled_sampling_does_not_help(
    values: dict[str, float],
) -> bool:
    """On average."""
    own = values["fed its own output"]
    return (
        values["one shot"] < own < values["scheduled sampling"]
        and own > 4 * values["fed the truth"]
    )


def claim_spacing_matters_and_little_is_lost_on_the_way(seed: int) -> dict[str, float]:
    """Mean errors over three seeds, as on the page; with a single one, either can fail."""
    seeds = [seed, seed + 1000, seed + 2000]
    taught = [PAGE["next_value"](PAGE["KNOWN"], one) for one in seeds]
    wide = [PAGE["next_value"](PAGE["WIDE"], one) for one in seeds]
    return {
        "fed its own output": sum(error(PAGE["iterated"](model)) for model in taught) / 3,
        "probe of its states": sum(error(PAGE["probe"](model)) for model in taught) / 3,
        "wrong spacing": sum(error(PAGE["iterated"](model)) for model in wide) / 3,
    }


def holds_spacing_matters_and_little_is_lost_on_the_way(values: dict[str, float]) -> bool:
    """With the page's margins."""
    own = values["fed its own output"]
    return values["wrong spacing"] > 1.15 * own and own < 1.4 * values["probe of its states"]
