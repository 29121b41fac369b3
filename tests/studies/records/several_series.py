"""Record how networks forecast the counters of the page several-series, beside other methods.

It runs with the functions of the page. ``python -m tests.studies.records.several_series`` makes
all parts; names of parts make these alone. The seconds are the processor's, on a machine with
other work.
"""

import json
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.studies.from_page import values_of
from tests.studies.records._record import keep_parts

Array = npt.NDArray[Any]

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "several_series.json"
SEEDS = range(5)
REFITTED_SEEDS = range(3)
#: Where settings are chosen: three weeks of origins, which learn from nine weeks before.
CHOICE, CHOSEN_FROM = range(63, 84), 63
RIDGES = (1, 3, 10, 30, 100)
GRID = {
    "one for all": {"units": (32, 64, 128), "updates": (100, 200, 400, 800)},
    "one for each": {"units": (16, 32, 64), "updates": (50, 100, 200, 400)},
}
CHOICE_SEEDS = {"one for all": range(3), "one for each": range(1)}
WEEKS = (4, 6, 8, 12, 16)
NAMES = ("forecasts", "rule_forecasts", "scaled_errors", "mended", "is_holiday")


@cache
def page() -> dict[str, Any]:
    return values_of("several-series", *NAMES)


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function returns, and the processor seconds that it took."""
    began = time.process_time()
    found = run()
    return found, round(time.process_time() - began, 1)


def rounded(values: Array) -> Any:
    return np.round(values, 4).tolist()


def summary(guess: Array, at: Any = None) -> dict[str, Any]:
    """Return the MASE by day ahead, and of tomorrow on holidays."""
    at = page()["origins"] if at is None else np.asarray(at)
    errors = page()["scaled_errors"](guess, at)
    on_holiday = page()["is_holiday"][at]
    found = {"by day": rounded(errors.mean(axis=(0, 1)))}
    if on_holiday.any():
        found["tomorrow on holidays"] = rounded(errors[:, on_holiday, 0].mean())
    return found


def chosen() -> dict[str, Any]:
    """Try settings inside the training part; the mean over seven days decides."""
    at, found = np.array(CHOICE), []
    for kind, grid in GRID.items():
        groups, ahead, *_ = page()["KINDS"][kind]
        for units in grid["units"]:
            for updates in grid["updates"]:
                page()["KINDS"][kind] = groups, ahead, units, updates
                guesses = [
                    page()["forecasts"](kind, seed, at, end=CHOSEN_FROM)
                    for seed in CHOICE_SEEDS[kind]
                ]
                mases = [page()["scaled_errors"](guess, at).mean() for guess in guesses]
                found.append(
                    {"method": kind, "units": units, "updates": updates, "mase": rounded(mases)}
                )
                print(found[-1], flush=True)
    for name, groups, ahead in (
        ("linear, for each", page()["EACH"], page()["calendar"]),
        ("linear, for all", page()["EVERY"], page()["both"]),
    ):
        for ridge in RIDGES:
            guess = page()["rule_forecasts"](groups, ahead, at, end=CHOSEN_FROM, ridge=ridge)
            mase = page()["scaled_errors"](guess, at).mean()
            found.append({"method": name, "ridge": ridge, "mase": rounded([mase])})
            print(found[-1], flush=True)
    return {"origins": [int(k) for k in at], "learned from days": CHOSEN_FROM, "tried": found}


def refitted(fit: Callable[..., Array]) -> Array:
    """Forecast from each origin by what was fitted to all days before its two weeks."""
    origins = page()["origins"]
    parts = [origins[k : k + 14] for k in range(0, len(origins), 14)]
    return np.concatenate([fit(at=part, end=int(part[0])) for part in parts], axis=1)


def _ets(history: Array, _: Array) -> Array:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    model = ExponentialSmoothing(
        history, seasonal="add", seasonal_periods=168, initialization_method="heuristic"
    )
    return np.asarray(model.fit().forecast(168))


def _weekly_change(hours: Array) -> Array:
    return hours[168:] - hours[:-168]


def methods_of_statistics() -> dict[str, Any]:
    """ETS and ARIMA for each counter, hour by hour, from each Monday of the test.

    ETS has a season of a week and no trend. ARIMA(2, 0, 1) forecasts the change from the week
    before, with one regressor: the mean day of the counter on holidays, changed in the same way.
    It is fitted at the first origin and reads on from there; ETS is fitted at each.
    """
    from statsmodels.tsa.arima.model import ARIMA

    origins = page()["origins"][::7]
    hours = page()["mended"].to_numpy(copy=True)
    # A gap is filled with the week before, as ETS and the change take no gap.
    for k in range(168, len(hours)):
        hours[k] = np.where(np.isnan(hours[k]), hours[k - 168], hours[k])
    first = 24 * int(origins[0])
    holiday = np.repeat(page()["is_holiday"], 24)
    ets, arima = [], []
    seconds = {"ETS": 0.0, "ARIMA": 0.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of statsmodels, on convergence
        for k, name in enumerate(page()["COUNTERS"]):
            series = hours[:, k]
            weeks, spent = timed(
                lambda series=series: [_ets(series[: 24 * o], series) for o in origins]
            )
            ets.append(weeks)
            seconds["ETS"] += spent
            day = series[:first].reshape(-1, 24).mean(axis=0)
            known = _weekly_change(holiday * np.tile(day, len(series) // 24))

            def by_arima(series: Array = series, known: Array = known) -> list[Array]:
                change, end = _weekly_change(series), first - 168
                scale = change[:end].std()
                fitted = ARIMA(
                    change[:end] / scale, known[:end] / scale, order=(2, 0, 1), trend="n"
                ).fit()
                found = []
                for o in 24 * origins - 168:
                    read = fitted.apply(change[:o] / scale, known[:o] / scale)
                    ahead = read.forecast(168, exog=known[o : o + 168] / scale)
                    found.append(scale * np.asarray(ahead) + series[o : o + 168])
                return found

            weeks, spent = timed(by_arima)
            arima.append(weeks)
            seconds["ARIMA"] += spent
            print(name, seconds, flush=True)
    last_week = np.stack([page()["counts"][:, k - 7 : k] for k in origins], axis=1)
    guesses = {
        "seasonal naive": last_week,
        "ETS": np.array(ets).reshape(len(ets), len(origins), 7, 24),
        "ARIMA": np.array(arima).reshape(len(arima), len(origins), 7, 24),
        "linear, for all": page()["rule_forecasts"](page()["EVERY"], page()["both"], origins),
    }
    found = {}
    for name, guess in guesses.items():
        errors = page()["scaled_errors"](guess, origins)
        found[name] = {
            "week": rounded(errors.mean()),
            "seconds": round(seconds.get(name, 0), 1),
        }
    return {"origins": "the first and every seventh", "methods": found}


def table() -> dict[str, Any]:
    """All methods, fitted once before the first origin, and fitted again each fortnight."""
    found: dict[str, Any] = {}
    for name, groups, ahead in (
        ("linear, for each", page()["EACH"], page()["calendar"]),
        ("linear, for all", page()["EVERY"], page()["both"]),
        ("linear, without calendar", page()["EVERY"], page()["place"]),
    ):
        again, spent = timed(
            lambda g=groups, a=ahead: refitted(
                lambda **part: page()["rule_forecasts"](g, a, **part)
            )
        )
        found[name] = {"fitted each fortnight": summary(again), "seconds": spent}
    for kind in page()["KINDS"]:
        once, again, spent = [], [], 0.0
        for seed in SEEDS:
            one, seconds = timed(lambda s=seed, k=kind: page()["forecasts"](k, s))
            once.append(one)
            spent += seconds
            if seed in REFITTED_SEEDS:
                new, seconds = timed(
                    lambda s=seed, k=kind: refitted(
                        lambda **part: page()["forecasts"](k, s, **part)
                    )
                )
                again.append(new)
                spent += seconds
            print(kind, seed, summary(one), summary(again[-1]), f"{spent:.0f} s", flush=True)
        found[kind] = {
            "seeds": list(SEEDS),
            "fitted once": [summary(one) for one in once],
            "fitted each fortnight": [summary(one) for one in again],
            "mean of the networks, fitted once": summary(np.mean(once, axis=0)),
            "mean of the networks, fitted each fortnight": summary(np.mean(again, axis=0)),
            "seconds": round(spent, 1),
        }
    return found


def again() -> dict[str, Any]:
    """The rows of the page's table: the MASE by day of what was fitted each fortnight."""
    found: dict[str, Any] = {}
    for name, made in json.loads(TARGET.read_text())["table"].items():
        each = made["fitted each fortnight"]
        runs = each if isinstance(each, list) else [each]
        found[name] = rounded(np.mean([run["by day"] for run in runs], axis=0))
        if together := made.get("mean of the networks, fitted each fortnight"):
            found[f"{name}: mean of three"] = together["by day"]
    return found


def weeks() -> dict[str, Any]:
    """How many weeks before the first origin are learned from; the scale is that of all sixteen."""
    found: dict[str, Any] = {"weeks": list(WEEKS), "seeds": list(range(3))}
    first = page()["first"]
    for name, groups, ahead in (
        ("linear, for each", page()["EACH"], page()["calendar"]),
        ("linear, for all", page()["EVERY"], page()["both"]),
    ):
        found[name] = [
            summary(page()["rule_forecasts"](groups, ahead, start=first - 7 * k))["by day"]
            for k in WEEKS
        ]
    for kind in ("one for all", "one for each"):
        found[kind] = [
            [
                summary(page()["forecasts"](kind, seed, start=first - 7 * k))["by day"]
                for seed in found["seeds"]
            ]
            for k in WEEKS
        ]
        print(kind, found[kind], flush=True)
    return found


if __name__ == "__main__":
    keep_parts(
        TARGET,
        {
            "chosen": chosen,
            "table": table,
            "again": again,
            "statistics": methods_of_statistics,
            "weeks": weeks,
        },
    )
