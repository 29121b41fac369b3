"""Attention: a decoder that looks back at every state of the encoder."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab._door import takes_tensors


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


def look_back(model: keras.Model, codes: Any, answers: Any, places: Any = None) -> tuple[Any, Any]:
    """Return what a network says next, and where it looks, at each step of answers so far.

    Places may be hidden from it: they get no weight, and the rest of the weights sum to one again.
    What the encoder has read before is as always: its states have passed all places.

    Args:
        model: A network of `rnnlab.translation.encoder_decoder` with attention.
        codes: The codes of sources ``[batch, time]``.
        answers: Those of answers so far, beginning with `START`, ``[batch, steps]``.
        places: Where it may look: truth values ``[batch, steps, time]``, in each row something true
            that is not `PAD`. None is everywhere; `PAD` has no weight in any case.

    Returns:
        The logits of the next character ``[batch, steps, characters]``, and the weights
        ``[batch, steps, time]``.

    Raises:
        ValueError: The model has no attention, or the places are not of that shape, or leave no
            place to look at.

    Example:
        >>> from rnnlab.translation import encoder_decoder
        >>> model = encoder_decoder(5, 5, units=4, attention="additive")
        >>> first = np.array([[[True, False, False]]])
        >>> look_back(model, np.array([[3, 4, 0]]), np.array([[1]]), first)[1].numpy()
        array([[[1., 0., 0.]]], dtype=float32)
    """
    layers = {layer.name: layer for layer in model.layers}
    if "attention" not in layers:
        raise ValueError("model must have attention; this one has none")
    codes, answers = np.asarray(codes), np.asarray(answers)
    wanted = (*answers.shape, codes.shape[-1])
    places = np.ones(wanted, bool) if places is None else np.asarray(places, bool)
    if places.shape != wanted:
        raise ValueError(f"places must have the shape {wanted}, not {places.shape}")
    places = places & (codes != 0)[:, np.newaxis]
    if not places.any(axis=-1).all():
        row = np.argwhere(~places.any(axis=-1))[0].tolist()
        raise ValueError(f"places must leave something to look at, but do not at index {row}")
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
