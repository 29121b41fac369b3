"""Record one-step forecasts of the yearly sunspot numbers, beside a published comparison.

``python -m tests.studies.records.sunspots`` writes docs/tutorials/data/sunspots.json in three to
four minutes of the processor; the name of a part makes that part alone.

As in Zhang (2003), "Time series forecasting using a hybrid ARIMA and neural network model", the
series is that of 1700 to 1987, and its last 67 years are forecast, each from the true values of
the years before it. Nothing is fitted again in these years.

No choice is made on them either. An order, and the settings and updates of networks, are those
with the least error in the last fifth of the training years, 1877 to 1920, when only the years
before are learned from; then all years before 1921 are learned from. The learning rate and the
range of the grid come from trials in the same years. Another order is that of Akaike's criterion
on the training years; order nine is the paper's. The lags 1, 2 and 9 alone were tried on the
years of the test, to find whether the paper's rule left lags out, as were networks that are trained
for longer, to find whether the updates were too few; nothing is chosen by either.
"""

import json
import time
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from rnnlab.baselines import fit_linear
from rnnlab.evaluation import mse
from rnnlab.scaling import Scale
from rnnlab.training import train
from rnnlab.windows import shuffled_batches, windows
from tests.studies.records._record import keep_parts

Array = npt.NDArray[Any]

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "sunspots.json"
FIRST, CHOICE, TEST, LAST = 1700, 1877, 1921, 1987
PERIODS = {"1921 to 1955": (1921, 1955), "1921 to 1987": (1921, 1987)}
ORDERS = range(1, 16)
PUBLISHED_ORDER = 9
#: Far more updates than were chosen, to see whether these were too few.
MANY_UPDATES = 1000
GRID = {"layer": ("SimpleRNN", "GRU"), "units": (4, 8, 16, 32), "window": (6, 12, 24)}
UPDATES = range(25, 401, 25)
RATE, BATCH = 0.003, 32
CHOICE_SEEDS, SEEDS = range(5), range(20)


@cache
def numbers() -> Array:
    """Return the numbers of 1700 to 1987, from the copy that statsmodels carries."""
    from statsmodels.datasets import sunspots

    data = sunspots.load_pandas().data
    assert data.YEAR.iloc[0] == FIRST
    return data.SUNACTIVITY.to_numpy(float)[: LAST + 1 - FIRST]


def error(forecast: Array, first: int, last: int) -> float:
    """Return the squared error of a forecast of all years, over some of them."""
    years = slice(first - FIRST, last + 1 - FIRST)
    return round(mse(numbers()[years], forecast[years]), 6)


def errors(forecast: Array) -> dict[str, float]:
    return {name: error(forecast, *years) for name, years in PERIODS.items()}


def from_windows(forecasts: Array, ahead: int) -> Array:
    """Put forecasts from windows at their years; the first years have none."""
    return np.concatenate([np.full(ahead, np.nan), np.ravel(forecasts)])


def by_least_squares(lags: Sequence[int], end: int) -> Array:
    """Forecast all years by a weighted sum of earlier ones, learned before the year `end`."""
    inputs, targets = windows(numbers(), max(lags), 1)
    inputs = inputs[:, [-lag for lag in sorted(lags, reverse=True)]]
    learned = end - FIRST - max(lags)
    rule = fit_linear(inputs[:learned], targets[:learned])
    return from_windows(rule.predict(inputs), max(lags))


def by_likelihood(end: int) -> Array:
    """Forecast all years by the order of the paper, as statsmodels estimates it."""
    from statsmodels.tsa.arima.model import ARIMA

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on convergence and on starting values
        fitted = ARIMA(numbers()[: end - FIRST], order=(PUBLISHED_ORDER, 0, 0)).fit()
    return np.asarray(fitted.apply(numbers()).predict())


def by_akaike() -> list[int]:
    """Return the lags that Akaike's criterion chooses in the training years."""
    from statsmodels.tsa.ar_model import ar_select_order

    chosen = ar_select_order(numbers()[: TEST - FIRST], max(ORDERS), ic="aic")
    return [int(lag) for lag in chosen.ar_lags]


def left_by_the_rule(end: int) -> Array:
    """Return what the linear rule of the paper's order leaves, from its first forecast on."""
    rule = by_least_squares(range(1, PUBLISHED_ORDER + 1), end)
    return (numbers() - rule)[PUBLISHED_ORDER:]


def by_network(
    seed: int, series: Array, end: int, *, layer: str, units: int, window: int, updates: int
) -> tuple[Array, list[float]]:
    """Train on the years before `end` of a series that ends with 1987.

    Returns:
        The forecasts of all years of the series, and, when `end` is before the test, the squared
        errors from there to the test at each of `UPDATES`.
    """
    learned = len(series) - (LAST + 1 - end)
    scale = Scale.of(series[:learned])
    inputs, targets = windows(scale.apply(series), window, 1)
    known = slice(0, learned - window)
    held_out = slice(learned - window, len(inputs) - (LAST + 1 - TEST))
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [keras.Input((None, 1)), getattr(layers, layer)(units), layers.Dense(1)]
    )
    rng = np.random.default_rng(seed)
    history = train(
        model,
        shuffled_batches(inputs[known], targets[known, 0], BATCH, rng),
        iterations=updates + 1,  # as losses are logged after updates 0, 25, 50, ...
        learning_rate=RATE,
        log_every=UPDATES.step,
        validation=(inputs[held_out], targets[held_out, 0]) if end < TEST else None,
    )
    forecasts = scale.undo(np.asarray(model(inputs), float))
    curve = np.array(history.validation_losses[1:]) * scale.std[0] ** 2
    return from_windows(forecasts, window), curve.tolist()


def tried(series: Array) -> dict[str, Any]:
    """Train each network of the grid on the years before the choice, and name the best."""
    found = []
    for values in product(*GRID.values()):
        settings: dict[str, Any] = dict(zip(GRID, values, strict=True))
        most = settings | {"updates": UPDATES[-1]}
        curves = [by_network(seed, series, CHOICE, **most)[1] for seed in CHOICE_SEEDS]
        found.append(settings | {"mse": np.mean(curves, axis=0).round(1).tolist()})
        print(found[-1], flush=True)
    best = min(found, key=lambda one: min(one["mse"]))
    updates = UPDATES[int(np.argmin(best["mse"]))]
    best = {name: best[name] for name in GRID} | {"updates": updates}
    return {"seeds": list(CHOICE_SEEDS), "updates": list(UPDATES), "tried": found, "best": best}


def timed(make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Make a part of the record, with the processor's seconds."""
    began = time.process_time()
    found = make()
    return found | {"seconds": round(time.process_time() - began)}


def chosen() -> dict[str, Any]:
    """What is decided on 1877 to 1920, when only the years before are learned from."""
    linear = [error(by_least_squares(range(1, p + 1), CHOICE), CHOICE, TEST - 1) for p in ORDERS]
    return {
        "years": [CHOICE, TEST - 1],
        "linear": {"orders": list(ORDERS), "mse": linear, "best": ORDERS[int(np.argmin(linear))]},
        "lags by Akaike's criterion": by_akaike(),
        "network": tried(numbers()),
        "network on what the rule leaves": tried(left_by_the_rule(CHOICE)),
    }


def networks(settings: dict[str, Any], base: Array, series: Array) -> dict[str, Any]:
    """Train the chosen network on all years before the test, with each seed."""
    start = len(numbers()) - len(series)
    forecasts = []
    for seed in SEEDS:
        forecast, _ = by_network(seed, series, TEST, **settings)
        forecasts.append(base + from_windows(forecast, start))
    each = [errors(forecast) for forecast in forecasts]
    return {
        "seeds": list(SEEDS),
        "each": {name: [one[name] for one in each] for name in PERIODS},
        "their mean": errors(np.mean(forecasts, axis=0)),
    }


def tested() -> dict[str, Any]:
    """The squared errors in the years of the test, by what was chosen before."""
    choice = json.loads(TARGET.read_text())["chosen"]
    best = choice["network"]["best"]
    nine = range(1, PUBLISHED_ORDER + 1)
    linear = {
        "order nine, as published": nine,
        "order chosen on held-out years": range(1, choice["linear"]["best"] + 1),
        "order by Akaike's criterion": choice["lags by Akaike's criterion"],
        "lags 1, 2 and 9": (1, 2, 9),
    }
    return {
        "from": f"statsmodels.datasets.sunspots of statsmodels {version('statsmodels')}",
        "learned from": [FIRST, TEST - 1],
        "naive": errors(from_windows(numbers()[:-1], 1)),
        "linear": {name: errors(by_least_squares(lags, TEST)) for name, lags in linear.items()},
        "order nine by statsmodels": errors(by_likelihood(TEST)),
        "network": networks(best, np.zeros(len(numbers())), numbers()),
        "network, trained on": {"updates": MANY_UPDATES}
        | networks(best | {"updates": MANY_UPDATES}, np.zeros(len(numbers())), numbers()),
        "linear and network": networks(
            choice["network on what the rule leaves"]["best"],
            by_least_squares(nine, TEST),
            left_by_the_rule(TEST),
        ),
    }


PARTS = {"chosen": lambda: timed(chosen), "test": lambda: timed(tested)}


if __name__ == "__main__":
    keep_parts(TARGET, PARTS)
