"""Networks that read one string and write another: an encoder and a decoder."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from rnnlab._door import Codes, takes
from rnnlab._translators import check_translated, check_vocabularies
from rnnlab.text import Vocabulary

#: What fills short strings up, what begins an answer, and what ends one.
PAD, START, END = "\0\x02\x03"


@takes(count="count", digits="count <= 15")
def sums(count: int, digits: int, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Draw sums of two numbers, written as ``12345+678``, and what they come to.

    Half of the numbers, by chance, are drawn from all that have at most so many digits; the others
    have a most of their own, which is drawn evenly first. No sum comes twice, nor with its numbers
    exchanged.

    Args:
        count: How many sums, at most ``100**digits // 8``.
        digits: The most digits of a number.
        rng: A NumPy generator.

    Returns:
        Questions and answers.

    Raises:
        TypeError: A size is no integer, or `rng` no NumPy generator.
        ValueError: A size is out of bounds.

    Example:
        >>> questions, answers = sums(100, 3, np.random.default_rng(0))
        >>> [eval(question) for question in questions] == [int(answer) for answer in answers]
        True

    References:
        Zaremba and Sutskever (2014), "Learning to execute".
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a NumPy Generator, not {rng!r}")
    if count > 100**digits // 8:
        raise ValueError(f"count must be at most {100**digits // 8}, not {count}")
    found: dict[tuple[int, int], str] = {}
    while len(found) < count:
        lengths = np.where(rng.random(2) < 0.5, digits, rng.integers(1, digits + 1, 2))
        a, b = rng.integers(0, 10**lengths).tolist()
        found.setdefault((min(a, b), max(a, b)), f"{a}+{b}")
    return list(found.values()), [str(a + b) for a, b in found]


@takes(texts="texts")
def vocabulary_of(texts: Sequence[str]) -> Vocabulary:
    r"""Return `PAD`, `START` and `END`, numbers 0 to 2, and the characters of texts.

    Args:
        texts: Strings.

    Returns:
        The vocabulary, characters in order after those three.

    Raises:
        TypeError: A text is no string.
        ValueError: A text is empty, or there is none.

    Example:
        >>> vocabulary_of(["12", "312"]).characters
        '\x00\x02\x03123'
    """
    return Vocabulary(PAD + START + END + "".join(sorted(set("".join(texts)))))


@takes(texts="texts")
def padded(vocabulary: Vocabulary, texts: Sequence[str]) -> Codes:
    """Return the numbers of strings of different lengths, `PAD` behind the shorter ones.

    Args:
        vocabulary: A vocabulary whose first character is `PAD`.
        texts: Strings.

    Returns:
        Numbers ``[batch, time]``.

    Raises:
        TypeError: A text is no string.
        ValueError: A text is empty or holds an unknown character, or there is none.

    Example:
        >>> padded(vocabulary_of(["12", "312"]), ["12", "312"])
        array([[3, 4, 0],
               [5, 3, 4]])
    """
    longest = max(map(len, texts))
    return np.array([vocabulary.encode(text.ljust(longest, PAD)) for text in texts])


@takes(
    sources="count", targets="count", units="count",
    attention=(None, "additive", "multiplicative"), embedding="count", seed="integer >= 0",
)  # fmt: skip
def encoder_decoder(
    sources: int,
    targets: int,
    units: int = 128,
    *,
    attention: str | None = None,
    embedding: int = 32,
    seed: int = 0,
) -> keras.Model:
    r"""Return a network that reads a string and says, a character at a time, another one.

    The encoder reads the string :math:`x_1 \dots x_n`; the decoder starts with the state
    :math:`(h_n, c_n)` in which the encoder ends, and reads the answer :math:`y` so far:

    .. math::
        (h_t, c_t) &= \mathrm{LSTM}(E_{x_t}, h_{t-1}, c_{t-1}) \\
        (s_0, d_0) &= (h_n, c_n) \\
        (s_j, d_j) &= \mathrm{LSTM}'(F_{y_{j-1}}, s_{j-1}, d_{j-1}) \\
        a_j &= r_j W_y + b_y

    Without attention :math:`r_j = s_j`. With it the decoder looks back at all states of the
    encoder:

    .. math:: r_j = \tanh\Bigl(\Bigl[s_j; \sum_t \alpha_{jt} h_t\Bigr] W_r + b_r\Bigr)

    with the weights :math:`\alpha` of `rnnlab.attention.additive_attention`, of the queries
    :math:`s_j W_q` and the keys :math:`h_t W_k`, or of
    `rnnlab.attention.multiplicative_attention`, of the same queries and the keys :math:`h_t`.

    Where the source is `PAD`, the encoder keeps its state, and attention has no weight.

    Args:
        sources: The number of characters of the source's vocabulary.
        targets: That of the answer's.
        units: The number of units of each LSTM, and of queries and keys.
        attention: ``"additive"``, ``"multiplicative"`` or None.
        embedding: The numbers that stand for a character.
        seed: The seed for the first weights, which Keras draws.

    Returns:
        A model from the codes of sources ``[batch, time]`` and of answers, beginning with
        `START`, ``[batch, steps]``, to the logits of the next character
        ``[batch, steps, characters]``.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is not positive, the seed negative, or the attention of another kind.

    Example:
        >>> encoder_decoder(15, 13, units=64).count_params()
        51405
        >>> encoder_decoder(15, 13, units=64, attention="additive").count_params()
        67917

    References:
        Sutskever, Vinyals and Le (2014), "Sequence to sequence learning with neural networks",
        section 2; Luong, Pham and Manning (2015), "Effective approaches to attention-based neural
        machine translation", section 3.
    """
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    source = keras.Input((None,), dtype="int32", name="source")
    answer = keras.Input((None,), dtype="int32", name="answer")
    x = layers.Embedding(sources, embedding, mask_zero=True, name="source_embedding")(source)
    read, *states = layers.LSTM(
        units, return_sequences=True, return_state=True, name="encoder"
    )(x)  # fmt: skip
    y = layers.Embedding(targets, embedding, name="answer_embedding")(answer)
    y = layers.LSTM(units, return_sequences=True, name="decoder")(y, initial_state=states)
    if attention in ("additive", "multiplicative"):
        query = layers.Dense(units, use_bias=False, name="query")(y)
        if attention == "additive":
            key = layers.Dense(units, use_bias=False, name="key")(read)
            mean = layers.AdditiveAttention(name="attention")([query, read, key])
        else:
            mean = layers.Attention(name="attention")([query, read])
        y = layers.Dense(units, "tanh", name="combined")(layers.Concatenate()([y, mean]))
    return keras.Model([source, answer], layers.Dense(targets, name="readout")(y))


@takes(texts="texts", longest="count")
def translate(
    model: keras.Model,
    source: Vocabulary,
    target: Vocabulary,
    texts: Sequence[str],
    *,
    longest: int = 20,
) -> list[str]:
    """Return a network's answers, each character the likeliest after those before it.

    Args:
        model: A network of `encoder_decoder`.
        source: The characters of what it reads.
        target: Those of its answers.
        texts: What to translate.
        longest: The characters after which an answer is broken off.

    Returns:
        An answer for each text, without `END`.

    Raises:
        TypeError: A text is no string, or `longest` no integer.
        ValueError: A text is empty, longer than 1,000 characters, or holds an unknown character,
            or the model is of another vocabulary.

    Example:
        >>> letters = vocabulary_of(["ab"])
        >>> len(translate(encoder_decoder(5, 5, units=4), letters, letters, ["ab", "b"]))
        2
    """
    check_translated(model, source, target, texts)
    # One place more than the longest text has: Keras warns of a softmax over a single one.
    codes = tf.constant(np.pad(padded(source, texts), [(0, 0), (0, 1)]))
    layers = {layer.name: layer for layer in model.layers}
    read, *states = layers["encoder"](layers["source_embedding"](codes))
    # Multiplicative attention compares queries with the states themselves.
    values = [read, layers["key"](read)] if "key" in layers else [read]
    masks = [None, codes != 0, *[None] * len(values[1:])]

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def step(now: Any, states: Any) -> Any:
        y, states = layers["decoder"].cell(layers["answer_embedding"](now), states)
        if "attention" in layers:
            query = layers["query"](y)[:, tf.newaxis]
            mean = layers["attention"]([query, *values], masks)
            y = layers["combined"](tf.concat([y, mean[:, 0]], axis=-1))
        return tf.argmax(layers["readout"](y), axis=-1), states

    now = tf.fill([len(texts)], tf.constant(1, tf.int64))
    answers = []
    for _ in range(longest):
        now, states = step(now, states)
        answers.append(now.numpy())
    said = [target.decode(row) for row in np.transpose(answers)]
    return [answer.partition(END)[0] for answer in said]


def save_translator(
    model: keras.Model, source: Vocabulary, target: Vocabulary, path: str | os.PathLike[str]
) -> None:
    """Write a network and its vocabularies to a file, in two bytes a weight.

    The file is of the format safetensors: float16 arrays by the paths that Keras gives the
    weights, and the vocabularies' characters in its metadata.

    Args:
        model: A network of `encoder_decoder`.
        source: The characters of what it reads.
        target: Those of its answers.
        path: The file.

    Raises:
        ValueError: The network is of another vocabulary.
        OSError: The file cannot be written.

    Example:
        >>> letters = vocabulary_of(["ab"])
        >>> save_translator(encoder_decoder(5, 5), letters, letters, "letters.safetensors")
        >>> load_translator("letters.safetensors")[1].characters[3:]
        'ab'
    """
    check_vocabularies(model, source, target)
    arrays = {weight.path: weight.numpy().astype(np.float16) for weight in model.weights}
    metadata = {"source": source.characters, "target": target.characters}
    Path(path).write_bytes(save(arrays, metadata))


def load_translator(
    path: str | os.PathLike[str],
) -> tuple[keras.Model, Vocabulary, Vocabulary]:
    """Read a network and its vocabularies from a file that `save_translator` has written.

    Args:
        path: The file.

    Returns:
        The network, the characters that it reads, and those of its answers.

    Raises:
        ValueError: The file is damaged, of another kind, or its weights are of another vocabulary
            than it says.
        OSError: The file cannot be read.

    Example:
        >>> letters = vocabulary_of(["ab"])
        >>> save_translator(encoder_decoder(5, 5, units=4), letters, letters, "a.safetensors")
        >>> load_translator("a.safetensors")[0].count_params()
        1529
    """
    try:
        arrays = load_file(path)
        with safe_open(path, "numpy") as file:
            source, target = (Vocabulary(file.metadata()[name]) for name in ("source", "target"))
        kind = "additive" if "key/kernel" in arrays else "multiplicative"
        model = encoder_decoder(
            len(source),
            len(target),
            len(arrays["decoder/lstm_cell/recurrent_kernel"]),
            attention=kind if "query/kernel" in arrays else None,
            embedding=arrays["source_embedding/embeddings"].shape[1],
        )
        model.set_weights([arrays.pop(weight.path) for weight in model.weights])
        if arrays:
            raise ValueError(f"it holds {sorted(arrays)}, too")
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{str(path)!r} is no whole translator: {error}") from error
    return model, source, target
