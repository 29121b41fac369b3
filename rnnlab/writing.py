"""Networks that read characters, say how likely each is to come next, and write."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from safetensors import SafetensorError
from safetensors.numpy import load, save

from rnnlab._door import Array, Codes, Rng, as_codes, takes
from rnnlab._kept.files import read_whole
from rnnlab.text import Vocabulary

#: The weights of `writing_network` in order, by the names that they have in files.
WEIGHTS = ("embedding", "kernel", "recurrent_kernel", "bias", "readout", "readout_bias")
#: Characters of a beginning that `write` reads; it takes them one at a time.
LONGEST = 100_000


@takes(
    logits="[...]", temperature="number > 0", top_k="count or None",
    nucleus="number > 0 and <= 1 or None",
)  # fmt: skip
def probabilities(
    logits: npt.ArrayLike,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    nucleus: float | None = None,
) -> Array:
    r"""Return what to draw from: the softmax of logits, sharpened and cut off.

    With the logits :math:`a` and the temperature :math:`T`,

    .. math:: p_i = \frac{e^{a_i / T}}{\sum_j e^{a_j / T}}

    Then all but the `top_k` likeliest get zero, or all but the fewest that together have at least
    the share `nucleus`, and the rest is scaled to the sum one.

    Args:
        logits: The outputs of a network, ``[..., characters]``.
        temperature: Below 1 it sharpens, above it levels.
        top_k: How many characters may be drawn; None for all.
        nucleus: The share of the probability that may be drawn; None for all of it.

    Returns:
        Probabilities in the shape of the logits, float64.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: A logit is NaN or infinite, or a setting is out of bounds.

    Example:
        >>> probabilities(np.log([0.6, 0.3, 0.1]), top_k=2).round(3)
        array([0.667, 0.333, 0.   ])

    References:
        Holtzman, Buys, Du, Forbes and Choi (2020), "The curious case of neural text
        degeneration", section 3.
    """
    logits = np.asarray(logits)
    p = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    p /= p.sum(axis=-1, keepdims=True)
    order = np.argsort(-p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, axis=-1)
    if top_k is not None:
        ranked[..., top_k:] = 0
    if nucleus is not None:
        # Stays if those before it do not reach the share; the likeliest always does.
        ranked[np.cumsum(ranked, axis=-1) - ranked >= nucleus] = 0
    np.put_along_axis(p, order, ranked, axis=-1)
    kept: Array = p / p.sum(axis=-1, keepdims=True)
    return kept


@takes(rng="rng")
def sample(logits: npt.ArrayLike, rng: Rng, **cut: Any) -> Codes:
    """Draw a character for each row of logits.

    Args:
        logits: The outputs of a network, ``[..., characters]``.
        rng: A NumPy generator.
        cut: `temperature`, `top_k` and `nucleus`, as `probabilities` takes them.

    Returns:
        Numbers of characters, ``[...]``.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: A logit is NaN or infinite, or a setting is out of bounds.

    Example:
        >>> int(sample([0.0, 50.0, 0.0], np.random.default_rng(0)))
        1
    """
    below = np.cumsum(probabilities(logits, **cut), axis=-1)
    drawn = rng.random((*below.shape[:-1], 1)) * below[..., -1:]
    numbers: Codes = np.sum(below <= drawn, axis=-1)
    return numbers


@takes(count="count", rng="rng")
def write(
    model: keras.Model,
    vocabulary: Vocabulary,
    beginnings: str | Sequence[str],
    count: int,
    rng: Rng,
    **cut: Any,
) -> Any:
    """Let a network go on from a text, each character that it draws being its next input.

    Args:
        model: A `keras.Sequential` of an embedding, `LSTM`, `GRU` or `SimpleRNN` layers, and a
            dense layer whose outputs are the logits of the next character.
        vocabulary: The characters by which it was trained.
        beginnings: A text, or several of one length, which are gone on from side by side.
        count: How many characters to write.
        rng: A NumPy generator.
        cut: `temperature`, `top_k` and `nucleus`, as `probabilities` takes them.

    Returns:
        The characters after the beginning, a string, or one for each beginning.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The model is of another vocabulary; a beginning is empty, longer than
            `LONGEST` or than the others, or holds an unknown character; or a setting is out of
            bounds.

    Example:
        >>> model = writing_network(2, units=4)
        >>> text = write(model, Vocabulary("ab"), "a", 5, np.random.default_rng(0))
        >>> len(text), set(text) <= {"a", "b"}
        (5, True)
    """
    _check_vocabulary(model, vocabulary)
    texts = [beginnings] if isinstance(beginnings, str) else list(beginnings)
    codes = [vocabulary.encode(text) for text in texts]
    lengths = {len(text) for text in texts}
    if len(lengths) != 1:
        raise ValueError(f"beginnings must be of one length, not {sorted(lengths)}")
    if lengths.pop() > LONGEST:
        raise ValueError(f"beginnings must be at most {LONGEST} characters, not {len(texts[0])}")
    states = [
        layer.cell.get_initial_state(len(texts)) if hasattr(layer, "cell") else []
        for layer in model.layers
    ]
    step = tf.function(_step)
    for now in np.transpose(codes):
        logits, states = step(model, tf.constant(now), states)
    written = []
    for _ in range(count):
        written.append(sample(logits.numpy(), rng, **cut))
        logits, states = step(model, tf.constant(written[-1]), states)
    found = [vocabulary.decode(row) for row in np.transpose(written)]
    return found[0] if isinstance(beginnings, str) else found


def _step(model: Any, y: Any, states: list[Any]) -> tuple[Any, list[Any]]:
    """Read one character of each text, and return logits and the states of the layers."""
    new = []
    for layer, state in zip(model.layers, states, strict=True):
        y, state = layer.cell(y, state) if hasattr(layer, "cell") else (layer(y), state)
        new.append(state)
    return y, new


@takes(streams="count", warm_up="integer >= 0")
def log_prob(
    model: keras.Model, codes: npt.ArrayLike, *, streams: int = 64, warm_up: int = 200
) -> Array:
    r"""Return the logarithms of the probabilities that a network gives to the characters of a text.

    .. math:: \log p(x_t \mid x_0, \dots, x_{t-1}), \qquad t = 1, 2, \dots

    The text is read in several streams side by side. All but the first read some characters of
    the one before first, so that they begin with a state.

    Args:
        model: From codes ``[batch, time]`` to the logits ``[batch, time, characters]`` of the next.
        codes: The text, ``[time]``.
        streams: In how many parts it is read.
        warm_up: How many characters each part reads before its own.

    Returns:
        Natural logarithms, ``[time - 1]``, of all but the first character.

    Raises:
        TypeError: The codes are no integers, or a size is none.
        ValueError: There are fewer than two codes, or one is not of the model's vocabulary.

    Example:
        >>> log_prob(writing_network(2, units=4), [0, 1, 1]).shape
        (2,)
    """
    codes = as_codes("codes", codes, model.output_shape[-1])
    wanted = len(codes) - 1
    if not wanted:
        raise ValueError("codes must be at least 2: the first one is not predicted")
    length = -(-wanted // streams)
    begins = np.arange(0, wanted, length)[:, np.newaxis]
    starts = np.maximum(begins - warm_up, 0)
    places = starts + np.arange(warm_up + length)
    padded = np.pad(codes, (0, warm_up + length))
    found = np.empty(places.shape)
    for row in range(0, len(places), 16):
        # All parts have one shape, for which the model is compiled once.
        part = places[np.minimum(np.arange(row, row + 16), len(places) - 1)]
        logits = np.float64(model.predict_on_batch(padded[part]))
        logits -= logits.max(axis=-1, keepdims=True)
        told = np.take_along_axis(logits, padded[part + 1][..., np.newaxis], axis=-1)[..., 0]
        told -= np.log(np.exp(logits).sum(axis=-1))
        found[row : row + 16] = told[: len(places) - row]
    own = np.take_along_axis(found, begins - starts + np.arange(length), axis=1)
    return own.ravel()[:wanted]


@takes(characters="count", units="count", embedding="count", seed="integer >= 0")
def writing_network(
    characters: int, units: int = 256, *, embedding: int = 64, seed: int = 0
) -> keras.Sequential:
    r"""Return a network that reads characters and says how likely each is to come next.

    With the row :math:`e` of the embedding :math:`E` that belongs to the character :math:`x_t`,

    .. math:: e_t = E_{x_t}, \qquad h_t = \mathrm{LSTM}(e_t, h_{t-1}), \qquad a_t = h_t W_y + b_y

    Args:
        characters: The number of characters of the vocabulary.
        units: The number of units of the LSTM.
        embedding: The numbers that stand for a character.
        seed: The seed for the first weights, which Keras draws.

    Returns:
        A model from codes ``[batch, time]`` to logits ``[batch, time, characters]``.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is not positive, or the seed negative.

    Example:
        >>> writing_network(83, units=256).count_params()
        355347
    """
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential([
        keras.Input((None,), dtype="int32"),
        layers.Embedding(characters, embedding),
        layers.LSTM(units, return_sequences=True),
        layers.Dense(characters),
    ])  # fmt: skip


def save_writer(model: keras.Model, vocabulary: Vocabulary, path: str | os.PathLike[str]) -> None:
    r"""Write a network of `writing_network` and its vocabulary to a file, in a byte a weight.

    Each column of a matrix is kept as whole numbers :math:`q` and a scale :math:`s`:

    .. math:: w \approx s q, \qquad s = \max_i |w_i| / 127, \qquad q_i = \mathrm{round}(w_i / s)

    Biases keep 32 bits. The file is of the format safetensors; its metadata hold the vocabulary in
    order and the sizes. Arrays bear the names in `WEIGHTS`, scales those with ``.scale`` behind.

    Args:
        model: The network.
        vocabulary: Its characters.
        path: The file.

    Raises:
        TypeError: The vocabulary is none.
        ValueError: The network is of another vocabulary.
        OSError: The file cannot be written.

    Example:
        >>> model = writing_network(2, units=4)
        >>> save_writer(model, Vocabulary("ab"), "writer.safetensors")
        >>> load_writer("writer.safetensors")[1].characters
        'ab'
    """
    _check_vocabulary(model, vocabulary)
    arrays: dict[str, Any] = {}
    for name, weight in zip(WEIGHTS, model.get_weights(), strict=True):
        if weight.ndim == 1:
            arrays[name] = weight
            continue
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / 127
        arrays[name] = np.round(weight / scale).astype(np.int8)
        arrays[f"{name}.scale"] = scale
    rows, embedding = arrays["embedding"].shape
    sizes = {"characters": rows, "embedding": embedding, "units": len(arrays["recurrent_kernel"])}
    metadata = {"vocabulary": vocabulary.characters, "sizes": json.dumps(sizes)}
    Path(path).write_bytes(save(arrays, metadata))


def load_writer(path: str | os.PathLike[str]) -> tuple[keras.Sequential, Vocabulary]:
    """Read a network and its vocabulary from a file that `save_writer` has written.

    Args:
        path: The file.

    Returns:
        The network, as `writing_network` makes it, and the vocabulary.

    Raises:
        ValueError: The file is damaged, of another kind, or its weights are of another vocabulary
            than it says.
        OSError: The file cannot be read.

    Example:
        >>> save_writer(writing_network(2, units=4), Vocabulary("ab"), "writer.safetensors")
        >>> model, vocabulary = load_writer("writer.safetensors")
        >>> model.output_shape, len(vocabulary)
        ((None, None, 2), 2)
    """
    content = read_whole(Path(path))
    try:
        arrays = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        vocabulary = Vocabulary(header["__metadata__"]["vocabulary"])
        weights = [arrays[name] * arrays.get(f"{name}.scale", np.float32(1)) for name in WEIGHTS]
        (rows, embedding), units = weights[0].shape, len(weights[2])
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{str(path)!r} is no whole writer: {error!r}") from error
    if rows != len(vocabulary):
        raise ValueError(
            f"{str(path)!r} has weights of another vocabulary: an embedding of {rows} characters, "
            f"and names {len(vocabulary)}"
        )
    model = writing_network(rows, units, embedding=embedding)
    model.set_weights(weights)
    return model, vocabulary


def _check_vocabulary(model: Any, vocabulary: Vocabulary) -> None:
    if not isinstance(vocabulary, Vocabulary):
        raise TypeError(f"vocabulary must be a Vocabulary, not {type(vocabulary).__name__}")
    outputs = model.output_shape[-1]
    if outputs != len(vocabulary):
        raise ValueError(
            f"model must be of this vocabulary: it tells {outputs} characters apart, and the "
            f"vocabulary has {len(vocabulary)}"
        )
