"""What the page memory-benchmarks claims about training."""

from tests.studies.from_page import functions_of

PAGE = functions_of("memory-benchmarks")


def claim_gates_set_to_the_lag_tell_the_order_of_two_symbols(seed: int) -> dict[str, float]:
    """Sequences needed at a hundred steps; infinite where 11,200 were not enough."""
    return {
        "LSTM": PAGE["order_run"]("LSTM", seed, 11_200)[0],
        "GRU": PAGE["order_run"]("GRU", seed, 11_200)[0],
        "SimpleRNN": PAGE["order_run"]("SimpleRNN", seed, 11_200)[0],
        "LSTM, lag of two": PAGE["order_run"]("LSTM", seed, 11_200, lag=2)[0],
    }


def holds_gates_set_to_the_lag_tell_the_order_of_two_symbols(values: dict[str, float]) -> bool:
    """In 1997 it took 31,390."""
    lstm, gru, simple, short = values.values()
    return max(lstm, gru) <= 11_200 < min(simple, short)


def claim_gated_networks_foretell_the_grammar_sooner_than_a_simple_one(
    seed: int,
) -> dict[str, float]:
    """Sequences needed; infinite where 16,000 were not enough."""
    return {cell: PAGE["reber_run"](cell, seed, 16_000)[0] for cell in ("SimpleRNN", "LSTM", "GRU")}


def holds_gated_networks_foretell_the_grammar_sooner_than_a_simple_one(
    values: dict[str, float],
) -> bool:
    """The simple network may get there or not."""
    simple, *gated = values.values()
    return max(gated) <= 16_000 and max(gated) < simple


def claim_an_lstm_tells_unseen_strings_from_their_twins(seed: int) -> dict[str, float]:
    """Shares of unseen strings and twins judged rightly."""
    return {
        cell: float(PAGE["verdict_run"](cell, seed, 48_000)[1]) for cell in ("SimpleRNN", "LSTM")
    }


def holds_an_lstm_tells_unseen_strings_from_their_twins(values: dict[str, float]) -> bool:
    """Guessing has one half; what the simple network has is not claimed."""
    return values["LSTM"] > 0.99
