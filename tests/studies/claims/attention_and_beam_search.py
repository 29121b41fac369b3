"""What the page attention-and-beam-search claims about the networks that it trains."""

from functools import cache
from typing import Any

import numpy as np

from rnnlab.attention import look_back
from rnnlab.beam_search import beam_search, continuations_of
from rnnlab.pig_latin import origins, pig_latin
from rnnlab.translation import END, START, padded
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


def claim_the_map_is_right_about_letters(seed: int) -> dict[str, float]:
    """Share of letters and of spaces whose origin has the most weight, and of right ones without.

    The phrases have 9 to 12 characters; the right answer so far is given.
    """
    letters, some = page()["letters"], page()["of_length"](12, seed)
    x = padded(letters, some)
    y = padded(letters, [START + pig_latin(one) + END for one in some])
    network, so_far, wanted = model("additive", seed), y[:, :-1], y[:, 1:]
    most = look_back(network, x, so_far)[1].numpy().argmax(axis=-1)
    origin = np.full(wanted.shape, -2)
    for row, one in zip(origin, some, strict=True):
        row[: len(pig_latin(one))] = origins(one)
    hidden = most[..., np.newaxis] == np.arange(x.shape[1])
    is_right = look_back(network, x, so_far, ~hidden)[0].numpy().argmax(axis=-1) == wanted
    is_space = wanted == letters.encode(" ")[0]
    kinds = {
        "letters": (origin >= 0) & ~is_space,
        "spaces": (origin >= 0) & is_space,
        "new": origin == -1,
    }
    at_origin = {f"{name} at the origin": (most == origin)[kinds[name]] for name in kinds}
    without = {f"{name} without the place": is_right[kinds[name]] for name in kinds}
    return {name: float(np.mean(one)) for name, one in (at_origin | without).items()}


def holds_the_map_is_right_about_letters(values: dict[str, float]) -> bool:
    """Letters nine times in ten and more; spaces and new letters do not need what is shown."""
    others = values["spaces without the place"], values["new without the place"]
    needed = values["letters without the place"] < 0.4 < 0.7 < min(others)
    return values["letters at the origin"] > 0.9 and needed


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
    found["characters less"] = found["characters, width 1"] - found["characters, width 30"]
    return found


def holds_wider_beams_find_likelier_answers(values: dict[str, float]) -> bool:
    """On average."""
    return values["log P, width 30"] > values["log P, width 1"]
