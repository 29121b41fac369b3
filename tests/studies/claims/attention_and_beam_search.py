"""What the page attention-and-beam-search claims about the networks that it trains."""

from functools import cache
from typing import Any

import numpy as np

from rnnlab.attention import look_back
from rnnlab.beam_search import beam_search, continuations_of
from rnnlab.pig_latin import origins, pig_latin
from rnnlab.translation import END, START, padded, translate
from tests.studies.from_page import values_of

NAMES = ("learned", "of_length", "share", "letters")


@cache
def page() -> dict[str, Any]:
    return values_of("attention-and-beam-search", *NAMES)


@cache
def model(kind: str, seed: int) -> Any:
    return page()["learned"](None if kind == "none" else kind, seed)


def claim_looking_back_gets_long_phrases_right(seed: int) -> dict[str, float]:
    """Share of right answers to phrases of 13 to 16 characters."""
    some = page()["of_length"](16, seed)
    return {kind: float(page()["share"](model(kind, seed), some)) for kind in ("none", "additive")}


def holds_looking_back_gets_long_phrases_right(values: dict[str, float]) -> bool:
    """By three tenths and more."""
    return values["additive"] > values["none"] + 0.3


def claim_the_map_is_at_the_origin(seed: int) -> dict[str, float]:
    """Share of letters whose origin has the most weight, in right answers of 5 to 8 characters."""
    letters, some = page()["letters"], page()["of_length"](8, seed)
    answers = translate(model("additive", seed), letters, letters, some)
    codes = padded(letters, some), padded(letters, [START + one + END for one in answers])
    weights = look_back(model("additive", seed), *codes)[1].numpy()
    at = [
        place == most
        for text, answer, looked in zip(some, answers, weights, strict=True)
        if answer == pig_latin(text)
        for place, most in zip(origins(text), looked.argmax(axis=-1), strict=False)
        if place >= 0
    ]
    return {"at the origin": float(np.mean(at))}


def holds_the_map_is_at_the_origin(values: dict[str, float]) -> bool:
    """Nine times in ten, and more often."""
    return values["at the origin"] > 0.9


def claim_wider_beams_find_likelier_answers(seed: int) -> dict[str, float]:
    """Means over 20 phrases of 13 to 16 characters, of the network without attention."""
    letters = page()["letters"]
    after = continuations_of(model("none", seed), letters, letters)
    some = page()["of_length"](16, seed, count=60)[:20]
    found = {}
    for width in (1, 30):
        best = [beam_search(after(one), width, end=2, longest=30)[0] for one in some]
        found[f"log P, width {width}"] = float(np.mean([one.log_prob for one in best]))
        found[f"characters, width {width}"] = float(np.mean([len(one.codes) - 1 for one in best]))
    return found


def holds_wider_beams_find_likelier_answers(values: dict[str, float]) -> bool:
    """On average."""
    return values["log P, width 30"] > values["log P, width 1"]
