"""Attention: a decoder that looks back at every state of the encoder."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab._door import Array, takes, takes_tensors
from rnnlab._translators import check_translated, read_translator
from rnnlab.text import Vocabulary
from rnnlab.translation import END, padded


@takes_tensors(
    query="[batch, steps, units]", key="[batch, time, units]", value="[batch, time, features]",
    scale="[units]", mask="bool [batch, steps, time] or None",
)  # fmt: skip
def additive_attention(query: Any, key: Any, value: Any, scale: Any, mask: Any = None) -> Any:
    r"""Return a mean of values for each query, weighted by a sum of query and key.

    .. math::
        e_{jt} &= \sum_i v_i \tanh(q_j + k_t)_i \\
        \alpha_{jt} &= \frac{\exp e_{jt}}{\sum_s \exp e_{js}} \\
        c_j &= \sum_t \alpha_{jt} \, u_t

    Args:
        query: Queries :math:`q`, ``[batch, steps, units]``.
        key: Keys :math:`k`, ``[batch, time, units]``.
        value: Values :math:`u`, ``[batch, time, features]``.
        scale: The vector :math:`v`, ``[units]``.
        mask: Truth values ``[batch, steps, time]``; where one is false the weight is zero. In each
            row something must be true.

    Returns:
        The means ``[batch, steps, features]`` and the weights ``[batch, steps, time]``, whose rows
        sum to one.

    Raises:
        TypeError: Dtypes differ, or are neither float32 nor float64.
        ValueError: Shapes do not fit.

    Example:
        >>> x = np.eye(2)[np.newaxis]
        >>> means, weights = additive_attention(x, x, x, np.ones(2))
        >>> weights.shape
        TensorShape([1, 2, 2])

    References:
        Bahdanau, Cho and Bengio (2015), "Neural machine translation by jointly learning to align
        and translate", section 3.1.
    """
    sums = query[:, :, tf.newaxis] + key[:, tf.newaxis]
    return _mean(tf.reduce_sum(scale * tf.tanh(sums), axis=-1), value, mask)


@takes_tensors(
    query="[batch, steps, units]", key="[batch, time, units]", value="[batch, time, features]",
    mask="bool [batch, steps, time] or None",
)  # fmt: skip
def multiplicative_attention(query: Any, key: Any, value: Any, mask: Any = None) -> Any:
    r"""Return a mean of values for each query, weighted by the product of query and key.

    .. math::
        e_{jt} = \sum_i q_{ji} \, k_{ti}

    Weights and means follow from these scores as in `additive_attention`.

    Args:
        query: Queries :math:`q`, ``[batch, steps, units]``.
        key: Keys :math:`k`, ``[batch, time, units]``.
        value: Values ``[batch, time, features]``.
        mask: Truth values ``[batch, steps, time]``; where one is false the weight is zero. In each
            row something must be true.

    Returns:
        The means ``[batch, steps, features]`` and the weights ``[batch, steps, time]``, whose rows
        sum to one.

    Raises:
        TypeError: Dtypes differ, or are neither float32 nor float64.
        ValueError: Shapes do not fit.

    Example:
        >>> x = 9 * np.eye(2)[np.newaxis]
        >>> means, weights = multiplicative_attention(x, x, x)
        >>> weights.numpy().round(2).tolist()
        [[[1.0, 0.0], [0.0, 1.0]]]

    References:
        Luong, Pham and Manning (2015), "Effective approaches to attention-based neural machine
        translation", section 3.1.
    """
    return _mean(tf.matmul(query, key, transpose_b=True), value, mask)


def _mean(scores: Any, value: Any, mask: Any) -> Any:
    if mask is not None:
        scores = tf.where(mask, scores, tf.constant(-np.inf, scores.dtype))
    weights = tf.nn.softmax(scores)
    return weights @ value, weights


@takes(
    sources="count", targets="count", units="count", kind=("additive", "multiplicative"),
    embedding="count", seed="integer >= 0",
)  # fmt: skip
def attentive_encoder_decoder(
    sources: int,
    targets: int,
    units: int = 128,
    *,
    kind: str = "additive",
    embedding: int = 32,
    seed: int = 0,
) -> keras.Model:
    r"""Return a network that writes a string while it looks back at the one that it has read.

    It is that of `encoder_decoder`, whose states of the encoder are
    :math:`h_1 \dots h_n` and whose states of the decoder are :math:`s_1 \dots s_m`, and between
    the decoder and what reads it out

    .. math::
        c_j &= \sum_t \alpha_{jt} h_t \\
        r_j &= \tanh([s_j; c_j] W_r + b_r) \\
        a_j &= r_j W_y + b_y

    with the weights :math:`\alpha` of additive attention, of the queries :math:`s_j W_q` and the
    keys :math:`h_t W_k`, or of multiplicative attention, of the same queries and the keys
    :math:`h_t`. The weight of `PAD` is zero.

    Args:
        sources: The number of characters of the source's vocabulary.
        targets: That of the answer's.
        units: The number of units of each LSTM, and of queries and keys.
        kind: ``"additive"`` or ``"multiplicative"``.
        embedding: The numbers that stand for a character.
        seed: The seed for the first weights, which Keras draws.

    Returns:
        A model from the codes of sources ``[batch, time]`` and of answers, beginning with
        `START`, ``[batch, steps]``, to the logits of the next character
        ``[batch, steps, characters]``.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is not positive, the seed negative, or the kind another one.

    Example:
        >>> attentive_encoder_decoder(15, 13, units=64).count_params()
        67917

    References:
        Luong, Pham and Manning (2015), "Effective approaches to attention-based neural machine
        translation", section 3.
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
    query = layers.Dense(units, use_bias=False, name="query")(y)
    if kind == "additive":
        key = layers.Dense(units, use_bias=False, name="key")(read)
        context = layers.AdditiveAttention(name="attention")([query, read, key])
    else:
        context = layers.Attention(name="attention")([query, read])
    y = layers.Dense(units, "tanh", name="combined")(layers.Concatenate()([y, context]))
    return keras.Model([source, answer], layers.Dense(targets, name="readout")(y))


@takes(texts="texts", longest="count")
def translate_attentively(
    model: keras.Model,
    source: Vocabulary,
    target: Vocabulary,
    texts: Sequence[str],
    *,
    longest: int = 20,
) -> tuple[list[str], Array]:
    """Return a network's answers, and where it looked while it wrote each character.

    Args:
        model: A network of `attentive_encoder_decoder`.
        source: The characters of what it reads.
        target: Those of its answers.
        texts: What to translate.
        longest: The characters after which an answer is broken off.

    Returns:
        An answer for each text, without `END`, each character the likeliest after those before it;
        and the weights of attention ``[batch, longest, time]``, those of `END` and of what would
        follow it included.

    Raises:
        TypeError: A text is no string, or `longest` no integer.
        ValueError: A text is empty, longer than 1,000 characters, or holds an unknown
            character, or the model is of another vocabulary.

    Example:
        >>> from rnnlab.translation import vocabulary_of
        >>> letters = vocabulary_of(["ab"])
        >>> model = attentive_encoder_decoder(5, 5, units=4)
        >>> answers, weights = translate_attentively(model, letters, letters, ["ab", "b"])
        >>> weights.shape
        (2, 20, 2)
    """
    check_translated(model, source, target, texts)
    # One place more than the longest text has: Keras warns of a softmax over a single one.
    codes = tf.constant(np.pad(padded(source, texts), [(0, 0), (0, 1)]))
    layers = {layer.name: layer for layer in model.layers}
    read, *states = layers["encoder"](layers["source_embedding"](codes))
    # Multiplicative attention compares queries with the states themselves.
    values = [read, layers["key"](read)] if "key" in layers else [read]

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def step(now: Any, states: Any) -> Any:
        y, states = layers["decoder"].cell(layers["answer_embedding"](now), states)
        query = layers["query"](y)[:, tf.newaxis]
        context, weights = layers["attention"](
            [query, *values], [None, codes != 0, *[None] * len(values[1:])],
            return_attention_scores=True,
        )  # fmt: skip
        y = layers["combined"](tf.concat([y, context[:, 0]], axis=-1))
        return tf.argmax(layers["readout"](y), axis=-1), states, weights[:, 0]

    now = tf.fill([len(texts)], tf.constant(1, tf.int64))
    answers, looked = [], []
    for _ in range(longest):
        now, states, weights = step(now, states)
        answers.append(now.numpy())
        looked.append(weights.numpy())
    said = [target.decode(row) for row in np.transpose(answers)]
    return [answer.partition(END)[0] for answer in said], np.stack(looked, axis=1)[..., :-1]


def look_only_at(model: keras.Model, codes: Any, answers: Any, places: Any) -> tuple[Any, Any]:
    """Return what a network says when it may look at some places only.

    The other places get no weight, and the rest of the weights sum to one again. What the network
    has read before is as always: its states have passed all places.

    Args:
        model: A network of `attentive_encoder_decoder`.
        codes: The codes of sources ``[batch, time]``.
        answers: Those of answers so far, beginning with `START`, ``[batch, steps]``.
        places: Truth values ``[batch, steps, time]``, in each row something true that is not
            `PAD`.

    Returns:
        The logits of the next character ``[batch, steps, characters]``, and the weights
        ``[batch, steps, time]``.

    Raises:
        ValueError: The places are not of that shape, or leave no place to look at.

    Example:
        >>> model = attentive_encoder_decoder(5, 5, units=4)
        >>> first = np.array([[[True, False, False]]])
        >>> look_only_at(model, np.array([[3, 4, 0]]), np.array([[1]]), first)[1].numpy()
        array([[[1., 0., 0.]]], dtype=float32)
    """
    codes, answers, places = np.asarray(codes), np.asarray(answers), np.asarray(places, bool)
    wanted = (*answers.shape, codes.shape[-1])
    if places.shape != wanted:
        raise ValueError(f"places must have the shape {wanted}, not {places.shape}")
    places = places & (codes != 0)[:, np.newaxis]
    if not places.any(axis=-1).all():
        row = np.argwhere(~places.any(axis=-1))[0].tolist()
        raise ValueError(f"places must leave something to look at, but do not at index {row}")
    layers = {layer.name: layer for layer in model.layers}
    read = layers["encoder"].output[0]
    key = layers["key"].output if "key" in layers else read
    tensors = [layers["query"].output, key, read, layers["decoder"].output]
    query, key, read, state = keras.Model(model.inputs, tensors)([codes, answers])
    if "key" in layers:
        means, weights = additive_attention(query, key, read, layers["attention"].scale, places)
    else:
        means, weights = multiplicative_attention(query, key, read, places)
    joined = layers["combined"](tf.concat([state, means], axis=-1))
    return layers["readout"](joined), weights


def load_attentive_translator(
    path: str | os.PathLike[str],
) -> tuple[keras.Model, Vocabulary, Vocabulary]:
    """Read a network with attention and its vocabularies from a file.

    Args:
        path: A file that `save_translator` has written.

    Returns:
        The network, the characters that it reads, and those of its answers.

    Raises:
        ValueError: The file is damaged, of another kind, or its weights are of another vocabulary
            than it says.
        OSError: The file cannot be read.

    Example:
        >>> from rnnlab.translation import save_translator, vocabulary_of
        >>> letters = vocabulary_of(["ab"])
        >>> save_translator(
        ...     attentive_encoder_decoder(5, 5, units=4), letters, letters, "a.safetensors"
        ... )
        >>> load_attentive_translator("a.safetensors")[0].count_params()
        1601
    """

    def network(arrays: Mapping[str, Any]) -> Callable[..., keras.Model]:
        kind = "additive" if "key/kernel" in arrays else "multiplicative"
        return partial(attentive_encoder_decoder, kind=kind)

    return read_translator(path, network)
