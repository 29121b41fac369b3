"""The plain forms of what `rnnlab.translation` has."""

import keras
import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

from rnnlab.plain.text import Vocabulary


def sums(count, digits, rng):
    """Draw sums of two numbers and what they come to, each sum once."""
    found = {}
    while len(found) < count:
        is_long = rng.random(2) < 0.5
        lengths = np.where(is_long, digits, rng.integers(1, digits + 1, 2))
        a, b = rng.integers(0, 10**lengths).tolist()
        found.setdefault((min(a, b), max(a, b)), f"{a}+{b}")
    return list(found.values()), [str(a + b) for a, b in found]


PAD, START, END = "\0\2\3"  # the first characters of vocabularies


def vocabulary_of(texts):
    """Number padding, start and end, and the characters of texts."""
    return Vocabulary("\0\2\3" + "".join(sorted(set("".join(texts)))))


def padded(vocabulary, texts):
    """Return the numbers of strings, with padding behind short ones."""
    longest = max(map(len, texts))
    filled = [text.ljust(longest, PAD) for text in texts]
    return np.array([vocabulary.encode(text) for text in filled])


def translate(model, source, target, texts, *, longest=20):
    """Return answers, each character the likeliest after the others."""
    x, y = padded(source, texts), np.ones((len(texts), 1), int)  # START
    for _ in range(longest):
        y = np.column_stack([y, np.argmax(model([x, y])[:, -1], axis=-1)])
    said = [target.decode(row) for row in y[:, 1:]]
    return [answer.partition(END)[0] for answer in said]


def encoder_decoder(
    sources, targets, units=128, *, attention=None, embedding=32, seed=0
):
    """Return a network that reads a string and says another one."""
    keras.utils.set_random_seed(seed)
    make, lstm = keras.layers, {"units": units, "return_sequences": True}
    source = keras.Input((None,), dtype="int32", name="source")
    answer = keras.Input((None,), dtype="int32", name="answer")
    embed = {"name": "source_embedding", "mask_zero": True}
    x = make.Embedding(sources, embedding, **embed)(source)
    read, *states = make.LSTM(**lstm, return_state=True, name="encoder")(x)
    y = make.Embedding(targets, embedding, name="answer_embedding")(answer)
    y = make.LSTM(**lstm, name="decoder")(y, initial_state=states)
    if attention:
        query = make.Dense(units, use_bias=False, name="query")(y)
        seen, kind = [query, read], make.Attention
        if attention == "additive":
            key = make.Dense(units, use_bias=False, name="key")(read)
            seen, kind = [query, read, key], make.AdditiveAttention
        both = make.Concatenate()([y, kind(name="attention")(seen)])
        y = make.Dense(units, "tanh", name="combined")(both)
    logits = make.Dense(targets, name="readout")(y)
    return keras.Model([source, answer], logits)


def load_translator(path):
    """Read a network, kept in two bytes a weight, and its vocabularies."""
    arrays = load_file(path)
    with safe_open(path, "numpy") as file:
        characters = file.metadata()
    source, target = (
        Vocabulary(characters[name]) for name in ("source", "target")
    )
    kind = "additive" if "key/kernel" in arrays else "multiplicative"
    model = encoder_decoder(
        len(source),
        len(target),
        len(arrays["decoder/lstm_cell/recurrent_kernel"]),
        attention=kind if "query/kernel" in arrays else None,
        embedding=arrays["source_embedding/embeddings"].shape[1],
    )
    model.set_weights([arrays[weight.path] for weight in model.weights])
    return model, source, target
