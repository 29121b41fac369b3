"""What the page truncated-backpropagation claims about training."""

from tests.studies.from_page import functions_of

PAGE = functions_of("truncated-backpropagation")


def claim_an_echo_of_five_steps_needs_six(seed: int) -> dict[str, float]:
    """Errors with too short and long enough truncation, and with the input weights held."""
    return {
        "k = 5": PAGE["echo_run"](seed, 5)[0],
        "k = 6": PAGE["echo_run"](seed, 6)[0],
        "k = 5, input weights held": PAGE["echo_run"](seed, 5, kernel_rate=0.0)[0],
    }


def holds_an_echo_of_five_steps_needs_six(values: dict[str, float]) -> bool:
    """Guessing scores one."""
    short, enough, held = values.values()
    return short > 0.5 and enough < 0.01 and held < 0.1


def claim_the_best_of_three_with_one_step_is_ahead_of_those_with_five(
    seed: int,
) -> dict[str, float]:
    """The lowest errors of three seeds, as on the page."""
    seeds = [3 * seed + more for more in range(3)]
    return {f"k = {k}": min(PAGE["echo_run"](one, k)[0] for one in seeds) for k in (1, 5)}


def holds_the_best_of_three_with_one_step_is_ahead_of_those_with_five(
    values: dict[str, float],
) -> bool:
    """And far from the echo."""
    return 0.1 < values["k = 1"] < values["k = 5"]
