"""What the page predicting-a-time-series claims about networks trained with Adam."""

from rnnlab.baselines import fit_linear, naive
from rnnlab.evaluation import mse
from tests.studies.records.levers import ADAM, DESCENT, EVALUATION, run


def growth_of_the_naive_error() -> float:
    """Return how much larger the naive forecast's error is from 30 to 60, at the last step."""
    inside, beyond = (EVALUATION[part] for part in ("0 to 30", "30 to 60"))
    return mse(beyond[1][:, -1:], naive(beyond[0], 1)) / mse(inside[1][:, -1:], naive(inside[0], 1))


def claim_most_of_the_error_is_cold_start_and_the_rest_grows_elsewhere(
    seed: int,
) -> dict[str, float]:
    """Errors of the lab's network, with a seed for its weights and batches."""
    errors = run(seed, **ADAM)
    x, y = EVALUATION["0 to 30"]
    last = errors["0 to 30"]["last step"]
    four = fit_linear(x[:250], y[:250], order=4).predict(x[250:])
    return {
        "share of the first three steps": errors["0 to 30"]["first three steps"],
        "beyond the training": errors["30 to 60"]["last step"] / last,
        "at the wrong spacing": errors["spacing 0.105"]["last step"] / last,
        "four weights and a constant": mse(y[250:, -1], four[:, -1]) / last,
    }


def holds_most_of_the_error_is_cold_start_and_the_rest_grows_elsewhere(
    values: dict[str, float],
) -> bool:
    """It grows by more than the naive forecast's beyond; at the wrong spacing it grows."""
    share, beyond, spacing, four = values.values()
    return share > 0.8 and beyond > growth_of_the_naive_error() and spacing > 1 and four < 0.01


def claim_adam_more_than_halves_the_error(seed: int) -> dict[str, float]:
    """Squared errors, means over the window."""
    settings = {"Adam": ADAM, "descent": DESCENT, "root": DESCENT | {"loss": "rmse"}}
    return {name: run(seed, **some)["0 to 30"]["mse"] for name, some in settings.items()}


def holds_adam_more_than_halves_the_error(values: dict[str, float]) -> bool:
    """And on the root, gradient descent ends with a larger one."""
    return values["descent"] > 2 * values["Adam"] and values["root"] > values["descent"]
