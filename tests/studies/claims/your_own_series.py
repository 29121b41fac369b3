"""What the page your-own-series claims about its networks."""

import numpy as np

from rnnlab.evaluation import mae, mae_by_step
from rnnlab.generation import generate
from tests.studies.from_page import values_of

PAGE = values_of(
    "your-own-series",
    *("fit", "rivals", "margin", "error", "stretches", "overtrained", "std", "climatology"),
    *("every_x", "every_y"),
)
UPDATES = 1020  # where the page stops; to find it again would take longer than all claims


def claim_the_network_beats_naive_and_ties_with_linear(seed: int) -> dict[str, float]:
    """Differences of the errors on the test stretch, in standard errors."""
    network, _ = PAGE["fit"](seed, UPDATES)
    guesses, rivals = np.asarray(network(PAGE["x"]["test"]))[:, -1], PAGE["rivals"]("test")
    against = {name: PAGE["margin"](guesses, rivals[name]) for name in ("naive", "linear")}
    return {name: gap / spread for name, (gap, spread) in against.items()}


def holds_the_network_beats_naive_and_ties_with_linear(values: dict[str, float]) -> bool:
    """Two standard errors are a tie."""
    return values["naive"] < -4 and abs(values["linear"]) < 2


def claim_it_beats_climatology_for_two_months(seed: int) -> dict[str, float]:
    """Errors over that of climatology by months ahead, for five networks as on the page."""
    networks = [PAGE["fit"](seed + 1000 * k, UPDATES)[0] for k in range(5)]
    given, truth = PAGE["stretches"](PAGE["scaled"]["test"])
    mean = mae_by_step(truth, PAGE["stretches"](PAGE["climatology"]["test"])[1])
    errors = [mae_by_step(truth, generate(network, given, 12)) for network in networks]
    ratio = np.mean(errors, axis=0) / mean
    return {
        "first": float(ratio[0]),
        "second": float(ratio[1]),
        "later, mean": float(ratio[2:].mean()),
        "last": float(ratio[-1]),
    }


def holds_it_beats_climatology_for_two_months(values: dict[str, float]) -> bool:
    """At single months after that it may be level."""
    first, second, later, last = values.values()
    return max(first, second) < 1 < min(later, last)


def claim_a_shuffled_split_flatters_what_is_overtrained(seed: int) -> dict[str, float]:
    """Errors in degrees."""
    every_x, every_y, x, y = (PAGE[name] for name in ("every_x", "every_y", "x", "y"))
    order = np.random.default_rng(seed).permutation(len(every_x))
    drawn, rest = order[:86], order[86:]
    network = PAGE["overtrained"](seed, every_x[rest], every_y[rest])
    shuffled = PAGE["std"] * mae(every_y[drawn][:, -1], network(every_x[drawn])[:, -1])
    network = PAGE["overtrained"](seed, x["training"], y["training"])
    return {
        "shuffled": float(shuffled),
        "in time": float(PAGE["error"]("test", network(x["test"])[:, -1])),
        "linear": float(PAGE["error"]("test", PAGE["rivals"]("test")["linear"])),
    }


def holds_a_shuffled_split_flatters_what_is_overtrained(values: dict[str, float]) -> bool:
    """Shuffled it looks better than the linear forecast, in time it is worse."""
    return values["shuffled"] < values["linear"] < values["in time"]
