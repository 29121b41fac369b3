"""What the page lstm-and-gru claims about training."""

import keras
import numpy as np

from tests.studies.from_page import functions_of

PAGE = functions_of("lstm-and-gru")


def claim_gates_forecast_the_series_better_than_none(seed: int) -> dict[str, float]:
    """Squared errors on held-out windows, with about as many weights."""
    sizes = {"SimpleRNN": 20, "LSTM": 9, "GRU": 11}
    return {
        name: PAGE["on_the_series"](getattr(keras.layers, name), units, seed)[1]
        for name, units in sizes.items()
    }


def holds_gates_forecast_the_series_better_than_none(values: dict[str, float]) -> bool:
    """Seed by seed, by a tenth at least."""
    return values["SimpleRNN"] > 1.1 * max(values["LSTM"], values["GRU"])


def claim_open_gates_remember_and_others_mostly_do_not(seed: int) -> dict[str, float]:
    """Shares recalled: with open gates for one seed, as they come the median of three."""
    recalled = {f"{name}, open": PAGE["recall"](name, 4.0, seed)[1] for name in ("LSTM", "GRU")}
    for name in ("LSTM", "GRU"):
        three = [PAGE["recall"](name, None, 3 * seed + more)[1] for more in range(3)]
        recalled[f"{name}, as it comes"] = float(np.median(three))
    return recalled


def holds_open_gates_remember_and_others_mostly_do_not(values: dict[str, float]) -> bool:
    """Guessing recalls one half."""
    *opened, lstm, gru = values.values()
    return min(opened) > 0.8 and max(lstm, gru) < 0.7
