"""What the page the-noise-floor claims about its forecasts."""

from tests.studies.from_page import functions_of

PAGE = functions_of("the-noise-floor")


def claim_a_network_wins_where_the_series_visits_both_sides_of_the_bend(
    seed: int,
) -> dict[str, float]:
    """Squared errors over the noise floor, with the dial in the middle and at its end."""
    straight, bent = (PAGE["bent_scores"](dial, seed) for dial in (0.6, 0.9))
    return {
        "linear, straight": straight[0],
        "network, straight": straight[1],
        "linear, bent": bent[0],
        "network, bent": bent[1],
    }


def holds_a_network_wins_where_the_series_visits_both_sides_of_the_bend(
    values: dict[str, float],
) -> bool:
    """The floor is one."""
    on_the_floor = values["linear, straight"] < 1.05 and values["network, straight"] < 1.1
    return on_the_floor and values["linear, bent"] > 2.5 * values["network, bent"]


def claim_noise_closes_the_gap_to_the_linear_rule(seed: int) -> dict[str, float]:
    """The network's squared error over the fitted rule's, with little and with much noise."""
    quiet, loud = (PAGE["floor_scores"](sigma, seed) for sigma in (0.03, 3.0))
    return {"quiet": quiet[2] / quiet[1], "loud": loud[2] / loud[1]}


def holds_noise_closes_the_gap_to_the_linear_rule(values: dict[str, float]) -> bool:
    """The network is never ahead by more than chance."""
    return values["quiet"] > 1.3 and 0.98 < values["loud"] < 1.15
