"""Record how a network writes by hand, for docs/tutorials.

It writes into docs/tutorials/data the weights of the network (handwriting.safetensors), and
handwriting.json. With names of parts it makes those alone: "train", "reader", ...
"""

import hashlib
import os
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab.handwriting import hand_of, handwriting_network, save_hand
from rnnlab.mixtures import mixture_loss
from tests.studies.records._handwriting_lines import DATA, Line, lines, padded, scale_of
from tests.studies.records._moby_dick_network import use_one_thread
from tests.studies.records._record import keep_parts

TARGET, WEIGHTS = DATA / "handwriting.json", DATA / "handwriting.safetensors"
SETTINGS: dict[str, Any] = {
    "lines": 40_000, "updates": 4000, "batch": 64, "rate": 0.004, "warm up": 100,
    "clip": 1.0, "average": 0.998, "seed": 0,
}  # fmt: skip


def batches(some: list[Line], size: int, scale: float, rng: np.random.Generator) -> Any:
    """Yield batches of lines of about one length, for ever."""
    while True:
        order = rng.permutation(len(some))
        for start in range(0, len(order), 20 * size):
            part = sorted(order[start : start + 20 * size], key=lambda n: len(some[n].strokes))
            for row in rng.permutation(len(part) // size) * size:
                yield padded([some[n] for n in part[row : row + size]], scale)


def trained(
    model: keras.Model, some: list[Line], held: list[Line], scale: float, **settings: Any
) -> dict[str, Any]:
    """Train a network, leave its averaged weights in it, and return the course."""
    s = SETTINGS | settings
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, s["updates"] - s["warm up"], warmup_target=s["rate"], warmup_steps=s["warm up"]
    )
    optimizer = keras.optimizers.Adam(
        rate, global_clipnorm=s["clip"], use_ema=True, ema_momentum=s["average"]
    )
    variables = model.trainable_variables
    optimizer.build(variables)

    def loss_of(points: Any, codes: Any, wanted: Any, counts: Any) -> Any:
        nats = mixture_loss(wanted, model([points, codes]))
        return tf.reduce_sum(nats * counts) / tf.reduce_sum(counts)

    shapes = [(None, None, 3), (None, None), (None, None, 3), (None, None)]
    kinds = [tf.float32, tf.int32, tf.float32, tf.float32]
    signature = [tf.TensorSpec(*one) for one in zip(shapes, kinds, strict=True)]

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def update(*batch: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(*batch)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    evaluate = tf.function(loss_of, input_signature=signature)
    groups = [padded(held[n : n + 64], scale) for n in range(0, len(held), 64)]
    curve, recent = [], []
    began, began_cpu = time.perf_counter(), time.process_time()
    source = batches(some, s["batch"], scale, np.random.default_rng(s["seed"]))
    for n in range(1, s["updates"] + 1):
        recent.append(float(update(*next(source))))
        if n % 250 == 0 or n == s["updates"]:
            if n == s["updates"]:
                optimizer.finalize_variable_values(variables)
            total = sum(float(evaluate(*group)) * group[3].sum() for group in groups)
            point = {
                "updates": n,
                "train": round(float(np.mean(recent)), 4),
                "validation": round(total / sum(group[3].sum() for group in groups), 4),
                "wall seconds": round(time.perf_counter() - began, 1),
                "processor seconds": round(time.process_time() - began_cpu, 1),
            }
            recent = []
            curve.append(point)
            print(point, flush=True)
            if place := os.environ.get("HANDWRITING_SNAPSHOTS"):
                save_hand(hand_of(model, scale), place)
    return {"settings": s, "curve": curve}


def train() -> dict[str, Any]:
    """Train the network that ships with the page."""
    began = time.process_time()
    some, held = lines("train", SETTINGS["lines"], 0), lines("validation", 640, 0)
    scale = round(scale_of(some), 4)
    seconds = time.process_time() - began
    print(f"{seconds:.0f} s for lines, scale {scale}", flush=True)
    model = handwriting_network(seed=SETTINGS["seed"])
    found = trained(model, some, held, scale)
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


PARTS = {"train": train}


if __name__ == "__main__":
    use_one_thread()
    keep_parts(TARGET, PARTS)
