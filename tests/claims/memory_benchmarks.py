"""What the page memory-benchmarks claims about training."""

from from_page import functions_of

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


def claim_an_lstm_foretells_the_grammar_and_a_simple_network_loses_the_frame(
    seed: int,
) -> dict[str, float]:
    """Sequences that the LSTM needs, and the share of strings that a simple network foretells."""
    return {
        "LSTM": PAGE["reber_run"]("LSTM", seed, 24_000)[0],
        "SimpleRNN": PAGE["reber_run"]("SimpleRNN", seed, 6_400)[1],
    }


def holds_an_lstm_foretells_the_grammar_and_a_simple_network_loses_the_frame(
    values: dict[str, float],
) -> bool:
    """The frame is right for half of the strings by chance."""
    return values["LSTM"] <= 24_000 and values["SimpleRNN"] < 0.75


def claim_an_lstm_tells_unseen_strings_from_their_twins(seed: int) -> dict[str, float]:
    """Shares of unseen strings and twins judged rightly."""
    return {
        cell: float(PAGE["verdict_run"](cell, seed, most)[1])
        for cell, most in {"LSTM": 32_000, "SimpleRNN": 6_400}.items()
    }


def holds_an_lstm_tells_unseen_strings_from_their_twins(values: dict[str, float]) -> bool:
    """Guessing has one half."""
    return values["LSTM"] > 0.99 and values["SimpleRNN"] < 0.75
