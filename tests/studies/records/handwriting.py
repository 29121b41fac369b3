"""Record how a network writes by hand, for docs/tutorials.

It writes into docs/tutorials/data the weights of the network (handwriting.safetensors), and
handwriting.json. With names of parts it makes those alone: "train", "reader", ...
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab.handwriting import (
    Hand,
    hand_of,
    handwrite,
    handwriting_network,
    load_hand,
    random_numbers,
    save_hand,
)
from rnnlab.handwriting import _Reader as Reader
from rnnlab.mixtures import draw, mixture, mixture_loss
from tests.studies.records._handwriting_lines import (
    DATA,
    Line,
    line_of,
    lines,
    padded,
    pairs_of,
    scale_of,
    words,
    writer_of,
)
from tests.studies.records._handwriting_reader import WEIGHTS as READER_WEIGHTS
from tests.studies.records._handwriting_reader import error_rates, kept, read, train_reader
from tests.studies.records._moby_dick_network import use_one_thread
from tests.studies.records._record import keep_parts

TARGET, WEIGHTS = DATA / "handwriting.json", DATA / "handwriting.safetensors"
SETTINGS: dict[str, Any] = {
    "lines": 20_000, "updates": 3000, "batch": 64, "rate": 0.004, "warm up": 100,
    "clip": 1.0, "average": 0.998, "seed": 0, "hidden": False,
}  # fmt: skip
READER = {"lines": 20_000, "updates": 2500, "batch": 48}
SMALL = {"units": 96, "updates": 500, "batch": 32, "average": 0.99}
#: Lines of each part of the test, and how often each is written.
LINES, SEEDS, HELD = 100, range(3), ("test", "test pairs")
NEATNESS, DEFAULT_NEATNESS = (0.0, 0.5, 1.0, 2.0), 0.5
WRITINGS, MIXTURES = 12, (1, 3, 10, 20)
#: The network without the window is only compared, so it is trained for a shorter time, and kept
#: among temporary files.
HIDDEN_UPDATES = 600
BLIND = Path(tempfile.gettempdir(), "rnnlab-handwriting-without-window.safetensors")


def batches(some: list[Line], size: int, rng: np.random.Generator) -> Iterator[list[Line]]:
    """Yield batches of lines of about one length, for ever."""
    while True:
        order = rng.permutation(len(some))
        for start in range(0, len(order), 20 * size):
            part = sorted(order[start : start + 20 * size], key=lambda n: len(some[n].strokes))
            for row in rng.permutation(len(part) // size) * size:
                yield [some[n] for n in part[row : row + size]]


def trained(
    name: str, model: keras.Model, some: list[Line], held: list[Line], scale: float, **settings: Any
) -> dict[str, Any]:
    """Train a network, leave its averaged weights in it, and return the course.

    A run of that name that was stopped goes on from where it last was kept, among temporary files.
    """
    s = SETTINGS | settings
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, s["updates"] - s["warm up"], warmup_target=s["rate"], warmup_steps=s["warm up"]
    )
    optimizer = keras.optimizers.Adam(
        rate, global_clipnorm=s["clip"], use_ema=True, ema_momentum=s["average"]
    )
    weights = model.trainable_variables
    optimizer.build(weights)
    update, evaluate = steps_of(model, optimizer, s["hidden"])
    groups = [padded(held[n : n + 64], scale) for n in range(0, len(held), 64)]
    state, curve = Path(tempfile.gettempdir(), f"rnnlab-handwriting-{name}.npz"), []
    variables = [*weights, *optimizer.variables]
    if state.exists():
        *values, text = np.load(state).values()
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        curve = json.loads(str(text))
    done, wall, cpu = (
        curve[-1][key] if curve else 0 for key in ("updates", "wall seconds", "processor seconds")
    )
    began, began_cpu, recent = time.perf_counter() - wall, time.process_time() - cpu, []
    source = batches(some, s["batch"], np.random.default_rng(s["seed"]))
    for n, batch in enumerate(islice(source, done, s["updates"]), done + 1):
        recent.append(float(update(*padded(batch, scale))))
        if n % 250 == 0 or n == s["updates"]:
            if n == s["updates"]:
                optimizer.finalize_variable_values(weights)
            total = sum(float(evaluate(*group)) * group[3].sum() for group in groups)
            count = sum(group[3].sum() for group in groups)
            curve.append({
                "updates": n,
                "train": round(float(np.mean(recent)), 4),
                "validation": round(float(total / max(count, 1)), 4),
                "wall seconds": round(time.perf_counter() - began, 1),
                "processor seconds": round(time.process_time() - began_cpu, 1),
            })  # fmt: skip
            recent = []
            print(curve[-1], flush=True)
            if held:
                np.savez(state, *[variable.numpy() for variable in variables], json.dumps(curve))
    state.unlink(missing_ok=True)
    return {"settings": s, "curve": curve}


def steps_of(model: keras.Model, optimizer: Any, hidden: bool) -> tuple[Any, Any]:
    """Return an update, and a loss without one, both of a batch as `padded` gives it."""

    def loss_of(points: Any, codes: Any, wanted: Any, counts: Any) -> Any:
        nats = mixture_loss(wanted, model([points, -tf.ones_like(codes) if hidden else codes]))
        return tf.reduce_sum(nats * counts) / tf.reduce_sum(counts)

    def update(*batch: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(*batch)
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    shapes = [(None, None, 3), (None, None), (None, None, 3), (None, None)]
    kinds = [tf.float32, tf.int32, tf.float32, tf.float32]
    signature = [tf.TensorSpec(*one) for one in zip(shapes, kinds, strict=True)]
    return tuple(
        tf.function(one, input_signature=signature, autograph=False) for one in (update, loss_of)
    )


def train() -> dict[str, Any]:
    """Train the network that ships with the page."""
    began = time.process_time()
    some, held = lines("train", SETTINGS["lines"], 0), lines("validation", 640, 0)
    scale = round(scale_of(some), 4)
    seconds = time.process_time() - began
    print(f"{seconds:.0f} s for lines, scale {scale}", flush=True)
    model = handwriting_network(seed=SETTINGS["seed"])
    found = trained("network", model, some, held, scale)
    hand = hand_of(model, scale)
    save_hand(hand, WEIGHTS)
    content = WEIGHTS.read_bytes()
    return {
        **found,
        "seconds for lines": round(seconds, 1),
        "points": sum(len(line.strokes) for line in some),
        "weights": model.count_params(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def read_back() -> dict[str, Any]:
    """Train the reader on true strokes of training, and read true strokes of held-out writers."""
    some = lines("train", READER["lines"], 1)
    curve = train_reader(some, READER["updates"], READER["batch"], np.random.default_rng(0))
    model = kept()
    rates = {
        part: error_rates([line.text for line in held], read(model, [x.strokes[:-1] for x in held]))
        for part, held in ((part, lines(part, LINES, 1)) for part in HELD)
    }
    found = {part: round(1 - float(rate.mean()), 4) for part, rate in rates.items()}
    print(found, flush=True)
    return {
        "settings": READER,
        "curve": curve[-1],
        "weights": model.count_params(),
        "right by character": found,
        "sha256": hashlib.sha256(READER_WEIGHTS.read_bytes()).hexdigest(),
    }


def without_window() -> dict[str, Any]:
    """Train the network with its text hidden, and keep it out of the way of what ships."""
    some, held = lines("train", SETTINGS["lines"], 0), lines("validation", 640, 0)
    scale = round(scale_of(some), 4)
    # Weights are averaged over fewer updates where there are fewer.
    hide = {"hidden": True, "updates": HIDDEN_UPDATES, "average": 0.99}
    model = handwriting_network(seed=SETTINGS["seed"])
    found = trained("without-window", model, some, held, scale, **hide)
    save_hand(hand_of(model, scale), BLIND)
    return found


def nats() -> dict[str, Any]:
    """Measure the network that ships on lines of the test: nats a point, in heights of an x."""
    hand, held = load_hand(WEIGHTS), lines("test", LINES, 1)
    model = handwriting_network()
    model.set_weights(list(hand.weights.values()))
    return {"lines": LINES, "nats a point": round(nats_of(model, held, hand.scale), 4)}


def nats_of(model: keras.Model, held: list[Line], scale: float) -> float:
    """Return the mean loss a point, for densities a square of the height of an x."""
    total = count = 0.0
    for start in range(0, len(held), 50):
        points, codes, wanted, counts = padded(held[start : start + 50], scale)
        loss = mixture_loss(wanted, model([points, codes], training=False)).numpy()
        total, count = total + float((loss * counts).sum()), count + float(counts.sum())
    return total / count + 2 * float(np.log(scale))


def written(
    hand: Hand, texts: list[str], neatness: float, seed: int, blind: bool = False
) -> list[Any]:
    """Write lines, or as many points as the true ones have if the network is blind."""
    rng = np.random.default_rng((11, seed))
    return [handwrite(hand, text, rng, neatness=neatness) for text in texts]


def legible() -> dict[str, Any]:
    """Let the reader read lines of the test: true ones, and those that the network writes."""
    model, hand = kept(), load_hand(WEIGHTS)
    with_pairs = sum(bool(pairs_of(line.text)) for line in lines("test pairs", LINES, 1))
    found: dict[str, Any] = {"lines": LINES, "seeds": list(SEEDS)}
    found |= {"lines with pairs": with_pairs, "reader": {}}
    for part in HELD:
        held = lines(part, LINES, 1)
        texts = [line.text for line in held]
        rows: dict[str, Any] = {}
        for seed in SEEDS:
            again = np.random.default_rng((12, seed))
            true = [line_of(line.text, line.writer, again).strokes[:-1] for line in held]
            note(rows, "true strokes", error_rates(texts, read(model, true)))
            for neatness in NEATNESS:
                lines_of = written(hand, texts, neatness, seed)
                rates = error_rates(texts, read(model, [line.strokes for line in lines_of]))
                note(rows, f"neatness {neatness}", rates, [x.finished for x in lines_of])
            print(part, seed, rows, flush=True)
        found["reader"][part] = rows
    return found


def note(rows: dict[str, Any], name: str, rates: Any, finished: Any = ()) -> None:
    """Add a seed's mean error rate and its standard error over lines."""
    row = rows.setdefault(name, {"error": [], "standard error": []})
    row["error"].append(round(float(rates.mean()), 4))
    row["standard error"].append(round(float(rates.std() / len(rates) ** 0.5), 4))
    if finished:
        row.setdefault("finished", []).append(round(float(np.mean(finished)), 4))


def legible_without_window() -> dict[str, Any]:
    """Let the reader read what the network writes that has learned without a text."""
    model, hand, held = kept(), load_hand(BLIND), lines("test", LINES, 1)
    rows: dict[str, Any] = {}
    for seed in SEEDS:
        rng = np.random.default_rng((13, seed))
        written_blind = [
            write_blind(hand, random_numbers(len(line.strokes) - 1, rng), DEFAULT_NEATNESS)
            for line in held
        ]
        note(rows, "test", error_rates([line.text for line in held], read(model, written_blind)))
    print(rows, flush=True)
    return rows


def write_blind(hand: Hand, numbers: Any, neatness: float) -> Any:
    """Write points without a text, as many as there are random numbers for."""
    reads, points = Reader(hand, np.zeros(0, np.int32)), []
    outputs = reads(np.array([0.0, 0.0, 1.0]))
    for row in numbers:
        points.append(draw(mixture(outputs, neatness), row))
        outputs = reads(points[-1])
    return np.float32(np.array(points) * (hand.scale, hand.scale, 1))


def path_of(strokes: Any, count: int = 64) -> Any:
    """Return places at equal shares of a writing's path, from its first point on."""
    places = np.cumsum(strokes[:, :2], axis=0)
    places = places - places[0]
    along = np.append(0, np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1)))
    share = np.linspace(0, along[-1], count)
    return np.stack([np.interp(share, along, axis) for axis in places.T], axis=-1)


def spread_of(writings: list[Any]) -> float:
    """Return the mean distance between places at the same share of two writings' paths."""
    paths = np.array([path_of(strokes) for strokes in writings])
    pairs = [(a, b) for a in range(len(paths)) for b in range(a)]
    return float(np.mean([np.linalg.norm(paths[a] - paths[b], axis=-1).mean() for a, b in pairs]))


def diversity() -> dict[str, Any]:
    """Compare how much writings of one word differ: of the test's writers, and of the network."""
    hand, rng = load_hand(WEIGHTS), np.random.default_rng(14)
    chosen = [str(word) for word in rng.choice(words()["test"], 10, replace=False)]
    found: dict[str, Any] = {"words": chosen, "writings": WRITINGS, "true": []}
    for word in chosen:
        true = [line_of(word, writer_of("test", n), rng).strokes[:-1] for n in range(WRITINGS)]
        found["true"].append(round(spread_of(true), 4))
    for neatness in NEATNESS:
        spreads = []
        for word in chosen:
            some = written(hand, [word] * WRITINGS, neatness, 0)
            spreads.append(round(spread_of([line.strokes for line in some]), 4))
        found[f"neatness {neatness}"] = spreads
        print(neatness, np.mean(spreads) / np.mean(found["true"]), flush=True)
    return found


def mixtures() -> dict[str, Any]:
    """Train small networks that read no text, for densities of several numbers of Gaussians."""
    some, held = lines("train", 8000, 2), lines("test", LINES, 1)
    scale = round(scale_of(some), 4)
    found: dict[str, Any] = {"settings": SMALL, "seeds": list(SEEDS)}
    for count in MIXTURES:
        losses = []
        for seed in SEEDS:
            model = plain_network(count, seed)
            trained("plain", model, some, [], scale, **SMALL, seed=seed)
            losses.append(round(nats_of(model, held, scale), 4))
        found[str(count)] = losses
        print(count, losses, flush=True)
    return found


def plain_network(mixtures: int, seed: int) -> keras.Model:
    """Return a network of one LSTM that reads no text."""
    keras.utils.set_random_seed(seed)
    points, codes = keras.Input((None, 3)), keras.Input((None,), dtype="int32")
    h = keras.layers.LSTM(SMALL["units"], return_sequences=True)(points)
    return keras.Model([points, codes], keras.layers.Dense(6 * mixtures + 1)(h))


PARTS = {
    "train": train,
    "reader": read_back,
    "without window": without_window,
    "nats": nats,
    "legible": legible,
    "legible without window": legible_without_window,
    "diversity": diversity,
    "mixtures": mixtures,
}


if __name__ == "__main__":
    use_one_thread()
    keep_parts(TARGET, PARTS)
