"""Record how well encoders and decoders read dates and sums, for docs/tutorials.

It writes into docs/tutorials/data the names and patterns of dates (dates.json), the weights of two
networks, and translation.json. With names of parts it makes those alone: languages, dates, the
sums "as written" and "both turned", about fifteen minutes of one core each, and "three digits",
the page's own training with three seeds.

Of each run the weights after the last update are kept.
"""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnlab import translation
from rnnlab.dates import FIRST, LAST, read_languages, readings, written
from rnnlab.translation import load_translator
from tests.studies.from_page import values_of
from tests.studies.records._moby_dick_network import use_one_thread
from tests.studies.records._record import keep_parts

DATA = Path(__file__).parents[3] / "docs" / "tutorials" / "data"
TARGET, LANGUAGES = DATA / "translation.json", DATA / "dates.json"
DATES, SUMS = DATA / "dates.safetensors", DATA / "sums.safetensors"
HELD_OUT_LANGUAGES, NAMES = 4, ("MMM", "MMMM", "EEE", "EEEE")
#: Settings of the runs; a learning rate rises for the first updates and falls as a cosine.
SETTINGS = {
    "dates": {
        **{"examples": 100_000, "units": 128, "batch": 100, "rate": 0.003, "passes": 15},
        "letters replaced": 0.1,  # in training, by others, so that no word is all that it goes by
    },
    "sums": {"examples": 50_000, "units": 128, "batch": 100, "rate": 0.004, "passes": 50},
}
DIGITS, TESTS, SEEDS = 5, 10_000, range(3)
#: Whether the question and the answer are turned round.
ORDERS = {
    "as written": (1, 1),
    "question turned": (-1, 1),
    "answer turned": (1, -1),
    "both turned": (-1, -1),
}
FIVE_DIGITS = ("as written", "both turned")


def languages() -> dict[str, Any]:
    """Write names and patterns, and draw what is held out."""
    from tests.studies.records._languages import LANGUAGES as FOUND
    from tests.studies.records._languages import SOURCE

    rng = np.random.default_rng(0)
    unseen = sorted(rng.choice(sorted(FOUND), HELD_OUT_LANGUAGES, replace=False).tolist())
    patterns = {
        code: str(rng.choice(one["patterns"])) for code, one in FOUND.items() if code not in unseen
    }
    content = {
        "from": SOURCE,
        "held out languages": unseen,
        "held out patterns": patterns,
        "languages": FOUND,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    LANGUAGES.write_text(text + "\n", "utf8")
    return {
        "languages": len(FOUND),
        "patterns": sum(len(one["patterns"]) for one in FOUND.values()),
    }


def draw(keys: list[tuple[str, str]], count: int, rng: Any) -> list[tuple[str, str]]:
    """Draw written dates of some languages and patterns, and what they are in ISO."""
    known, days = read_languages(LANGUAGES), (LAST - FIRST).days + 1
    pairs = {}
    while len(pairs) < count:
        code, pattern = keys[rng.integers(len(keys))]
        day = FIRST + timedelta(int(rng.integers(days)))
        pairs[written(day, known[code], pattern)] = day.isoformat()
    return list(pairs.items())


def keys() -> dict[str, list[tuple[str, str]]]:
    """Return languages and patterns: what is trained on, and what is held out."""
    content = json.loads(LANGUAGES.read_text("utf8"))
    unseen, patterns = content["held out languages"], content["held out patterns"]
    every = [(code, one) for code in content["languages"] for one in
             content["languages"][code]["patterns"]]  # fmt: skip
    seen = [key for key in every if key[0] not in unseen]
    trained_on = [key for key in seen if key[1] != patterns[key[0]]]
    known = {pattern for _, pattern in trained_on}
    held_out = [key for key in seen if key[1] == patterns[key[0]]]
    return {
        "seen patterns": trained_on,
        "held-out patterns": held_out,
        "held-out languages": [key for key in every if key[0] in unseen],
        "of which nowhere seen": [key for key in held_out if key[1] not in known],
    }


def dates(path: Path = DATES, attention: str | None = None) -> dict[str, Any]:
    """Train on dates, write the weights, and measure on what was not seen."""
    rng, known = np.random.default_rng(0), read_languages(LANGUAGES)
    pairs = draw(keys()["seen patterns"], SETTINGS["dates"]["examples"], rng)
    seen = dict(pairs)
    names = [name for one in known.values() for key in NAMES for name in one[key]]
    patterns = [pattern for one in known.values() for pattern in one["patterns"]]
    source = translation.vocabulary_of([*seen, *names, *patterns])
    target = translation.vocabulary_of([*seen.values()])
    model = translation.encoder_decoder(
        len(source), len(target), SETTINGS["dates"]["units"], attention=attention
    )
    run = trained(model, SETTINGS["dates"], source, target, list(seen), list(seen.values()))
    translation.save_translator(model, source, target, path)
    return run | measured_dates(path) | of_file(path)


def measured_dates(path: Path = DATES) -> dict[str, Any]:
    """Measure the weights that ship on dates whose strings were not trained on."""
    rng, known = np.random.default_rng(0), read_languages(LANGUAGES)
    seen = dict(draw(keys()["seen patterns"], SETTINGS["dates"]["examples"], rng))
    model, source, target = load_translator(path)
    found = {}
    for name, chosen in keys().items():
        fresh = [pair for pair in draw(chosen, TESTS, rng) if pair[0] not in seen]
        alone = [len(readings(text, known.values())) == 1 for text, _ in fresh]
        said = translation.translate(model, source, target, [text for text, _ in fresh])
        right = np.array([one == day for one, (_, day) in zip(said, fresh, strict=True)])
        lettered = np.array([any(map(str.isalpha, text)) for text, _ in fresh])
        found[name] = {
            "strings": len(fresh),
            "ambiguous": round(1 - float(np.mean(alone)), 4),
            "whole": round(float(right.mean()), 4),
            "whole of the unambiguous": round(float(right[alone].mean()), 4),
            "without letters": round(1 - float(lettered.mean()), 4),
            "whole with letters": round(float(right[lettered].mean()), 4),
        }
        print(name, found[name], flush=True)
    return found


def added(order: str) -> dict[str, Any]:
    """Train on sums in an order of their characters, and measure on others."""
    (turn, turn_answer), rng = ORDERS[order], np.random.default_rng(0)
    count = SETTINGS["sums"]["examples"]
    questions, answers = translation.sums(count + TESTS, DIGITS, rng)
    questions = [question[::turn] for question in questions]
    answers = [answer[::turn_answer] for answer in answers]
    vocabularies = translation.vocabulary_of(questions), translation.vocabulary_of(answers)
    units = SETTINGS["sums"]["units"]
    model = translation.encoder_decoder(*map(len, vocabularies), units, seed=0)
    run = trained(
        model, SETTINGS["sums"], *vocabularies, questions[:count], answers[:count],
        (questions[count:], answers[count:]),
    )  # fmt: skip
    if order == "both turned":
        translation.save_translator(model, *vocabularies, SUMS)
        model, *_ = load_translator(SUMS)
        run |= of_file(SUMS)
    return run | measured_sums(model, order)


def measured_sums(model: Any, order: str) -> dict[str, Any]:
    """Measure a network on the sums that it was not trained on, and on longer ones."""
    turn, turn_answer = ORDERS[order]
    count = SETTINGS["sums"]["examples"]
    every = translation.sums(count + TESTS, DIGITS, np.random.default_rng(0))
    both = [translation.vocabulary_of(texts) for texts in every]
    questions, answers = (texts[count:] for texts in every)
    said = translation.translate(model, *both, [question[::turn] for question in questions])
    right = np.array([one[::turn_answer] == a for one, a in zip(said, answers, strict=True)])
    wanted = [answer[::turn_answer] for answer in answers]
    letters = [a == b for one, w in zip(said, wanted, strict=True)
               for a, b in zip(one.ljust(len(w), " "), w, strict=False)]  # fmt: skip
    long = [min(map(len, question.split("+"))) == DIGITS for question in questions]
    return {
        "whole": round(float(right.mean()), 4),
        "of two with five digits": round(float(right[long].mean()), 4),
        "characters": round(float(np.mean(letters)), 4),
    }


def three_digits() -> dict[str, Any]:
    """Train the page's small network with three seeds, in four orders of the characters."""
    page = values_of("encoder-decoder", "learned", "whole")
    found = {}
    for order, (turn, turn_answer) in ORDERS.items():
        runs = (page["learned"](turn, turn_answer, seed) for seed in SEEDS)
        found[order] = [round(float(page["whole"](*run[1:])), 4) for run in runs]
        print(order, found[order], flush=True)
    return found


def trained(
    model: Any, settings: dict[str, Any], source: Any, target: Any, texts: list[str],
    answers: list[str], held_out: tuple[list[str], list[str]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Train a network, by what a page would write in Keras, and return how it went."""
    x = translation.padded(source, texts)
    y = translation.padded(target, [translation.START + a + translation.END for a in answers])
    updates = len(x) // settings["batch"] * settings["passes"]
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, updates - 200, warmup_target=settings["rate"], warmup_steps=200
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss)
    letters = [n for n, character in enumerate(source.characters) if character.isalpha()]
    rng = np.random.default_rng(1)
    curve, wall, processor = [], time.perf_counter(), time.process_time()
    for number in range(1, settings["passes"] + 1):
        seen = x
        if share := settings.get("letters replaced"):
            chosen = (rng.random(x.shape) < share) & np.isin(x, letters)
            seen = np.where(chosen, rng.choice(letters, x.shape), x)
        fit = model.fit([seen, y[:, :-1]], y[:, 1:], settings["batch"], verbose=0)
        point = {
            "pass": number,
            "loss": round(fit.history["loss"][0], 5),
            "wall seconds": round(time.perf_counter() - wall, 1),
            "processor seconds": round(time.process_time() - processor, 1),
        }
        if held_out and (number % 5 == 0 or number < 5):
            said = translation.translate(model, source, target, held_out[0])
            point["whole"] = round(float(np.mean(np.array(said) == held_out[1])), 4)
        curve.append(point)
        print(json.dumps(point), flush=True)
    return {"settings": settings, "numbers": model.count_params(), "curve": curve}


def of_file(path: Path) -> dict[str, Any]:
    """Return what tells a file from others."""
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "languages": languages,
    "dates": dates,
    **{order: partial(added, order) for order in FIVE_DIGITS},
    "three digits": three_digits,
}


if __name__ == "__main__":
    use_one_thread()
    keep_parts(TARGET, PARTS)
