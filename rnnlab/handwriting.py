"""A network that writes a line by hand: two LSTMs, a window on the text, a mixture density."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from safetensors import SafetensorError
from safetensors.numpy import load, save

from rnnlab._door import Array, Rng, as_numbers, takes
from rnnlab._kept.files import read_whole
from rnnlab.mixtures import draw, mixture
from rnnlab.strokes import ALPHABET, Strokes, check_line

#: The arrays of a hand, in the order of the weights of `handwriting_network`.
WEIGHTS = (
    "lstm1_kernel", "lstm1_recurrent", "lstm1_bias", "window_kernel", "window_bias",
    "lstm2_kernel", "lstm2_recurrent", "lstm2_bias", "output_kernel", "output_bias",
)  # fmt: skip
#: Points that a character takes at most, on average, before a line is given up.
MOST_POINTS = 40


class SoftWindow(keras.layers.Layer):  # type: ignore[misc]
    r"""An LSTM that reads points, and with each of them a few characters of a text.

    With the point :math:`p_t`, the characters :math:`c_u` as one-hot rows, and the window
    :math:`w_0 = 0`, :math:`\kappa_0 = 0`,

    .. math::
        h_t &= \mathrm{LSTM}([p_t, w_{t-1}], h_{t-1}) \\
        (\hat\alpha_t, \hat\beta_t, \hat\kappa_t) &= h_t W_w + b_w \\
        \kappa_t &= \kappa_{t-1} + \exp \hat\kappa_t \\
        \phi_{tu} &= \sum_k e^{\hat\alpha_{tk}}
            \exp(-e^{\hat\beta_{tk}} (\kappa_{tk} - u)^2) \\
        w_t &= \sum_u \phi_{tu} \, c_u

    It takes points ``[batch, time, 3]`` and characters ``[batch, characters, alphabet]``, and
    returns :math:`h`, :math:`w` and :math:`\phi`, with time as the second dimension.

    Example:
        >>> h, w, phi = SoftWindow(8, windows=2)(np.zeros((1, 5, 3)), np.zeros((1, 4, 6)))
        >>> h.shape, w.shape, phi.shape
        (TensorShape([1, 5, 8]), TensorShape([1, 5, 6]), TensorShape([1, 5, 4]))

    References:
        Graves (2013), "Generating sequences with recurrent neural networks", equations 46 to 51.
    """

    def __init__(self, units: int, windows: int, **settings: Any) -> None:
        """Set how many units the LSTM has, and how many Gaussians the window."""
        super().__init__(**settings)
        self.units, self.windows = units, windows

    def build(self, points_shape: Any, text_shape: Any) -> None:
        """Draw the weights, as Keras does for its LSTM; the window begins at ten steps a letter."""
        units, inputs = self.units, points_shape[-1] + text_shape[-1]
        self.kernel = self.add_weight(shape=(inputs, 4 * units), initializer="glorot_uniform")
        self.recurrent = self.add_weight(shape=(units, 4 * units), initializer="orthogonal")
        self.bias = self.add_weight(shape=(4 * units,), initializer=_repeated([0, 1, 0, 0], units))
        self.window_kernel = self.add_weight(
            shape=(units, 3 * self.windows), initializer=keras.initializers.RandomNormal(0, 0.05)
        )
        self.window_bias = self.add_weight(
            shape=(3 * self.windows,), initializer=_repeated([0, 0, np.log(0.1)], self.windows)
        )

    def call(self, points: Any, text: Any) -> Any:
        """Read all points."""
        own, others = self.kernel[: points.shape[-1]], self.kernel[points.shape[-1] :]
        recurrent = tf.concat([others, self.recurrent], axis=0)
        before = tf.transpose(points @ own + self.bias, (1, 0, 2))
        places = tf.range(tf.shape(text)[1], dtype=points.dtype)

        def step(state: Any, from_point: Any) -> Any:
            h, c, w, kappa, _ = state
            i, f, g, o = tf.split(from_point + tf.concat([w, h], -1) @ recurrent, 4, axis=-1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            window = tf.exp(h @ self.window_kernel + self.window_bias)[..., tf.newaxis]
            alpha, beta, move = tf.split(window, 3, axis=1)
            kappa = kappa + move
            phi = tf.reduce_sum(alpha * tf.exp(-beta * (kappa - places) ** 2), axis=1)
            return h, c, tf.linalg.matvec(text, phi, transpose_a=True), kappa, phi

        zeros = tf.zeros_like
        h = zeros(before[0, :, : self.units])
        kappa = zeros(h[:, : self.windows, tf.newaxis])
        first = h, h, zeros(text[:, 0]), kappa, zeros(text[..., 0])
        h, _, w, _, phi = tf.scan(step, before, first)
        return tuple(tf.transpose(found, (1, 0, 2)) for found in (h, w, phi))

    def compute_output_spec(self, points: Any, text: Any) -> Any:
        """Say what comes out, without running it."""
        sizes = self.units, text.shape[-1], text.shape[1]
        return tuple(keras.KerasTensor((*points.shape[:2], size), points.dtype) for size in sizes)


def _repeated(parts: list[float], times: int) -> Any:
    """Return an initializer that gives each value some times."""
    return lambda shape, dtype=None: tf.constant(np.repeat(parts, times), dtype)


@takes(units="count", more_units="count", windows="count", mixtures="count", seed="integer >= 0")
def handwriting_network(
    units: int = 128, more_units: int = 80, *, windows: int = 5, mixtures: int = 10, seed: int = 0
) -> keras.Model:
    r"""Return a network from points so far, and a text, to the density of the next point.

    .. math::
        h_t, w_t &= \mathrm{SoftWindow}(p, c)_t \\
        h'_t &= \mathrm{LSTM}([p_t, h_t, w_t], h'_{t-1}) \\
        y_t &= [h_t, h'_t] \, W_y + b_y

    Args:
        units: The units of the LSTM that reads the text.
        more_units: Those of the LSTM above it.
        windows: How many Gaussians the window on the text has.
        mixtures: How many Gaussians the density has.
        seed: The seed for the first weights.

    Returns:
        A model of points ``[batch, time, 3]``, whose steps are divided by a scale, and the numbers
        of characters ``[batch, characters]``, -1 where there is none, that returns outputs
        ``[batch, time, 6 * mixtures + 1]`` for `rnnlab.mixtures.mixture_loss`.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is not positive, or the seed negative.

    Example:
        >>> handwriting_network().count_params() < 220_000
        True

    References:
        Graves (2013), section 5.
    """
    keras.utils.set_random_seed(seed)
    points, codes = keras.Input((None, 3)), keras.Input((None,), dtype="int32")
    text = keras.ops.one_hot(codes, len(ALPHABET))
    h, w, _ = SoftWindow(units, windows, name="window")(points, text)
    joined = keras.ops.concatenate([points, h, w], axis=-1)
    above = keras.layers.LSTM(more_units, return_sequences=True)(joined)
    outputs = keras.layers.Dense(6 * mixtures + 1)(keras.ops.concatenate([h, above], axis=-1))
    return keras.Model([points, codes], outputs)


@dataclass(frozen=True)
class Hand:
    """A trained network, as arrays.

    Attributes:
        weights: Arrays by the names in `WEIGHTS`.
        scale: What steps are divided by before they are read, in heights of an x.

    Example:
        >>> hand = hand_of(handwriting_network(8, 8), scale=0.3)
        >>> list(hand.weights) == list(WEIGHTS)
        True
    """

    weights: dict[str, Array]
    scale: float


@dataclass(frozen=True)
class Writing:
    """A line that a network has written.

    Attributes:
        strokes: Steps and pen, ``[points, 3]``, as `rnnlab.strokes.write_line` gives them.
        window: How much of each character the network has read before each point,
            ``[points, characters]``.
        finished: Whether the window has passed the end of the text; if not, points were all used.

    Example:
        >>> hand = hand_of(handwriting_network(8, 8), scale=0.3)
        >>> handwrite_by(hand, "ab", np.zeros((1, 4))).window.shape
        (1, 3)
    """

    strokes: Strokes
    window: Array
    finished: bool


def codes_of(text: str) -> npt.NDArray[np.int32]:
    """Return the numbers of the characters that a network reads: the line, and a space after it.

    Args:
        text: The line.

    Returns:
        Numbers, ``[characters + 1]``.

    Raises:
        TypeError: It is no string.
        ValueError: It cannot be written, as in `rnnlab.strokes.check_line`.

    Example:
        >>> codes_of("ab").tolist()
        [1, 2, 0]
    """
    check_line(text)
    return np.array([ALPHABET.index(character) for character in text + " "], np.int32)


@takes(points="count", rng="rng")
def random_numbers(points: int, rng: Rng) -> Array:
    """Draw the four numbers by which `handwrite_by` chooses a point, for several points.

    Args:
        points: How many points.
        rng: A NumPy generator.

    Returns:
        Numbers, ``[points, 4]``.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: There are no points.

    Example:
        >>> random_numbers(7, np.random.default_rng(0)).shape
        (7, 4)
    """
    normal = rng.standard_normal((points, 2))
    uniform = rng.random((points, 2))
    return np.column_stack([uniform[:, 0], normal, uniform[:, 1]])


def handwrite(hand: Hand, text: str, rng: Rng, **settings: Any) -> Writing:
    """Write a line.

    Args:
        hand: The network.
        text: The line.
        rng: A NumPy generator.
        settings: `neatness` and `begun`, as `handwrite_by` takes them.

    Returns:
        What was written, with at most `MOST_POINTS` points for each character.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The line cannot be written, or a setting is out of bounds.

    Example:
        >>> hand = hand_of(handwriting_network(8, 8), scale=0.3)
        >>> handwrite(hand, "ab", np.random.default_rng(0)).strokes.shape[1]
        3
    """
    check_line(text)
    return handwrite_by(hand, text, random_numbers(MOST_POINTS * len(text), rng), **settings)


@takes(numbers="[points, 4]", neatness="number >= 0")
def handwrite_by(
    hand: Hand,
    text: str,
    numbers: npt.ArrayLike,
    *,
    neatness: float = 0.0,
    begun: npt.ArrayLike | None = None,
) -> Writing:
    """Write a line, by random numbers that are given.

    After each point at which the pen is lifted, the line is done if the window reads the space
    after it.

    Args:
        hand: The network.
        text: The line, with what has been begun.
        numbers: Random numbers, as `random_numbers` draws them.
        neatness: Zero for the density as it was learned; above, what is likely becomes likelier.
        begun: Strokes ``[points, 3]`` of the beginning of the line, which are gone on from, in
            their style.

    Returns:
        What was written after what was begun.

    Raises:
        TypeError: An argument is of another type than wanted.
        ValueError: The line cannot be written, a setting is out of bounds, or what was begun has
            fewer than two points.

    Example:
        >>> hand = hand_of(handwriting_network(8, 8), scale=0.3)
        >>> handwrite_by(hand, "ab", np.zeros((5, 4)), begun=[[0, 1, 0], [0, -1, 1]]).strokes.shape
        (5, 3)

    References:
        Graves (2013), sections 5.3 to 5.5.
    """
    codes, numbers = codes_of(text), np.asarray(numbers)
    read = _Reader(hand, codes)
    outputs = read(np.array([0.0, 0.0, 1.0]))
    if begun is not None:
        for point in _checked_beginning(begun):
            outputs = read(point / (hand.scale, hand.scale, 1))
    points, windows = [], []
    for row in numbers:
        point = draw(mixture(outputs, neatness), row)
        points.append(point * (hand.scale, hand.scale, 1))
        windows.append(read.phi)
        outputs = read(point)
        if point[2] and read.is_past_the_end():
            break
    finished = bool(point[2]) and read.is_past_the_end()
    return Writing(np.array(points, np.float32), np.array(windows), finished)


class _Reader:
    """A network that has read a text, and points so far; the mathematics is in `SoftWindow`."""

    def __init__(self, hand: Hand, codes: npt.NDArray[np.int32]) -> None:
        self.w = w = hand.weights
        self.text = np.eye(len(ALPHABET))[codes]
        units, more_units = len(w["lstm1_recurrent"]), len(w["lstm2_recurrent"])
        self.first, self.second = (np.zeros((2, n)) for n in (units, more_units))
        self.seen = np.zeros(len(ALPHABET))
        self.kappa = np.zeros(len(w["window_bias"]) // 3)
        self.phi = np.zeros(len(codes))

    def __call__(self, point: Array) -> Array:
        """Read a point whose steps are scaled, and return what is said of the next."""
        w = self.w
        self.first = _lstm_step(w, "lstm1", np.concatenate([point, self.seen]), *self.first)
        h = self.first[0]
        alpha, beta, move = np.split(np.exp(h @ w["window_kernel"] + w["window_bias"]), 3)
        self.kappa = self.kappa + move
        away = self.kappa[:, np.newaxis] - np.arange(len(self.text))
        self.phi = alpha @ np.exp(-beta[:, np.newaxis] * away**2)
        self.seen = self.phi @ self.text
        self.second = _lstm_step(w, "lstm2", np.concatenate([point, h, self.seen]), *self.second)
        outputs: Array = np.concatenate([h, self.second[0]]) @ w["output_kernel"] + w["output_bias"]
        return outputs

    def is_past_the_end(self) -> bool:
        """Return whether the space after the line is what is read most."""
        return bool(self.phi.argmax() == len(self.phi) - 1)


def _lstm_step(w: dict[str, Array], name: str, x: Array, h: Array, c: Array) -> Array:
    """Return the new state and cell of an LSTM, one under the other."""
    sums = x @ w[f"{name}_kernel"] + h @ w[f"{name}_recurrent"] + w[f"{name}_bias"]
    i, f, g, o = np.split(sums, 4)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return np.stack([_sigmoid(o) * np.tanh(c), c])


def _sigmoid(x: Array) -> Array:
    return 0.5 + 0.5 * np.tanh(x / 2)


def _checked_beginning(begun: npt.ArrayLike) -> Array:
    points = as_numbers("begun", begun)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"begun must have the shape [points, 3], not {list(points.shape)}")
    if len(points) < 2:
        raise ValueError("begun must have at least 2 points: one shows no style")
    return points


def hand_of(model: keras.Model, scale: float) -> Hand:
    """Return the arrays of a network.

    Args:
        model: A network of `handwriting_network`.
        scale: What steps were divided by in training, in heights of an x.

    Returns:
        The arrays, float64.

    Raises:
        ValueError: The model is another one.

    Example:
        >>> hand_of(handwriting_network(8, 8), scale=0.3).weights["lstm1_kernel"].shape
        (72, 32)
    """
    weights = model.get_weights()
    if len(weights) != len(WEIGHTS) or len(weights[0]) != 3 + len(ALPHABET):
        raise ValueError("model must be one of handwriting_network")
    arrays = [np.asarray(weight, np.float64) for weight in weights]
    return Hand(dict(zip(WEIGHTS, arrays, strict=True)), float(scale))


def save_hand(hand: Hand, path: str | os.PathLike[str]) -> None:
    r"""Write a hand to a file, in a byte a weight.

    Each column of a matrix is kept as whole numbers :math:`q` and a scale :math:`s`:

    .. math:: w \approx s q, \qquad s = \max_i |w_i| / 127, \qquad q_i = \mathrm{round}(w_i / s)

    Biases keep 32 bits. The file is of the format safetensors; its metadata hold the alphabet, the
    scale of steps, and the SHA-256 of all bytes behind the header. Arrays bear the names in
    `WEIGHTS`, scales of columns those with ``.scale`` behind.

    Args:
        hand: The hand.
        path: The file.

    Raises:
        OSError: The file cannot be written.

    Example:
        >>> save_hand(hand_of(handwriting_network(8, 8), scale=0.3), "hand.safetensors")
        >>> load_hand("hand.safetensors").scale
        0.3
    """
    arrays: dict[str, Any] = {}
    for name, weight in hand.weights.items():
        if weight.ndim == 1:
            arrays[name] = np.float32(weight)
            continue
        scale = np.float32(np.maximum(np.abs(weight).max(axis=0), 1e-12) / 127)
        arrays[name] = np.round(weight / scale).astype(np.int8)
        arrays[f"{name}.scale"] = scale
    metadata = {"alphabet": ALPHABET, "scale": repr(hand.scale)}
    metadata["sha256"] = hashlib.sha256(_body(save(arrays, metadata))).hexdigest()
    Path(path).write_bytes(save(arrays, metadata))


def load_hand(path: str | os.PathLike[str]) -> Hand:
    """Read a hand from a file that `save_hand` has written.

    Args:
        path: The file.

    Returns:
        The hand.

    Raises:
        ValueError: The file is damaged, of another kind, or of another alphabet.
        OSError: The file cannot be read.

    Example:
        >>> save_hand(hand_of(handwriting_network(8, 8), scale=0.3), "hand.safetensors")
        >>> load_hand("hand.safetensors").weights["output_bias"].shape
        (61,)
    """
    content = read_whole(Path(path))
    try:
        arrays = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        about = header["__metadata__"]
        alphabet, scale, digest = about["alphabet"], float(about["scale"]), about["sha256"]
        weights = {
            name: arrays[name].astype(np.float64) * arrays.get(f"{name}.scale", np.float32(1))
            for name in WEIGHTS
        }
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{str(path)!r} is no whole hand: {error!r}") from error
    if hashlib.sha256(_body(content)).hexdigest() != digest:
        raise ValueError(f"{str(path)!r} is damaged: its weights do not match their SHA-256")
    if alphabet != ALPHABET:
        raise ValueError(f"{str(path)!r} is of another alphabet: {alphabet!r}")
    return Hand(weights, scale)


def _body(content: bytes) -> bytes:
    """Return what stands behind the header of a safetensors file."""
    return content[8 + int.from_bytes(content[:8], "little") :]
