"""The lab's network as a Keras model, and models kept in files."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnlab._door import takes
from rnnlab._kept import plain_network, tensor_file
from rnnlab._kept.files import read_whole, write_whole


@takes(units="count", features="count", seed="integer >= 0")
def recurrent_network(
    units: int = 100, activation: str = "relu", *, features: int = 1, seed: int = 0
) -> keras.Sequential:
    r"""Return the lab's network: a simple recurrent layer, and a dense one at every step.

    .. math:: h_t = \phi(x_t W_x + h_{t-1} W_h + b), \qquad \hat y_t = h_t W_y + c

    Its first weights are drawn as TensorFlow 1 did for the lab: those of the recurrent layer, both
    kernels alike, evenly between :math:`\pm \sqrt{6 / (\mathrm{features} + 2\,\mathrm{units})}`,
    those of the dense layer between :math:`\pm \sqrt{6 / (\mathrm{units} + \mathrm{features})}`,
    and the biases zero. `set_weights` sets others, in the order of the names in the equations:
    :math:`W_x, W_h, b, W_y, c`.

    Args:
        units: The number of units of the recurrent layer.
        activation: The name of its activation :math:`\phi`.
        features: The number of values at each time step, in the inputs and in the outputs.
        seed: The seed for the first weights.

    Returns:
        A model from ``[batch, time, features]`` to ``[batch, time, features]``, for sequences of
        any length.

    Raises:
        TypeError: `units`, `features` or `seed` is no integer.
        ValueError: `units` or `features` is not positive, `seed` is negative, or the activation
            is unknown to Keras.

    Example:
        >>> model = recurrent_network(units=5, seed=1)
        >>> model.output_shape, model.count_params()
        ((None, None, 1), 41)

    References:
        Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
        neural networks", section 4.2.1.
    """
    try:
        keras.activations.get(activation)
    except ValueError:
        raise ValueError(f"activation must be one of Keras's, not {activation!r}") from None
    rnn = keras.layers.SimpleRNN(units, activation, return_sequences=True)
    dense = keras.layers.Dense(features)
    model = keras.Sequential([keras.Input((None, features)), rnn, dense])
    rng = np.random.default_rng(seed)
    a = np.sqrt(6 / (features + 2 * units))
    kernel = rng.uniform(-a, a, (features, units))
    recurrent_kernel = rng.uniform(-a, a, (units, units))
    rnn.set_weights([kernel, recurrent_kernel, np.zeros(units)])
    a = np.sqrt(6 / (units + features))
    dense.set_weights([rng.uniform(-a, a, (units, features)), np.zeros(features)])
    return model


def save(
    model: keras.Model, path: str | os.PathLike[str], notes: Mapping[str, Any] | None = None
) -> None:
    """Write a model, its layers and its numbers, to a file in the format safetensors.

    It comes back as it is: with its weights, the states of stateful layers and of dropout's seeds;
    only how it was compiled is left out. The file is written beside its place and then moved
    there, so that whatever happens meanwhile, `path` holds either the whole new model or what it
    held before. A symbolic link stays one, and a file that is replaced keeps its permissions. A
    process that is killed may leave a file ``.<name>.<letters>.new``, which nothing reads.

    Args:
        model: The model, of Keras's plain layers.
        path: The file; its name ends in ``.safetensors``.
        notes: What is needed to use the model again, such as its scale and the length of its
            windows, by name: numbers, text, arrays, lists and dictionaries of them.

    Raises:
        TypeError: `model` is no Keras model, or the notes hold something else.
        ValueError: The name of the file has another ending; the model has layers that `load`
            would refuse, more than some ten thousand arrays, or more than 2 GB, for which Keras's
            own `model.save` is; or the notes hold NaN or infinity.
        OSError: The file cannot be written.

    Example:
        >>> save(recurrent_network(units=5), "network.safetensors")
        >>> load("network.safetensors").count_params()
        41
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model, not {type(model).__name__}")
    path = Path(os.path.realpath(_with_ending(path)))
    own = _as_json(notes or {})
    try:
        content = tensor_file.pack(*plain_network.describe(model, own))
    except Exception as error:
        raise ValueError(f"model must be one that can be loaded again: {error}") from error
    # A name of its own, since others may write the same model at the same time.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    write_whole(path, content, beside=beside)


def load(path: str | os.PathLike[str]) -> keras.Model:
    """Read a model from a file that `save` has written.

    Only a network of Keras's plain layers is read: those that are numbers and arithmetic. Nothing
    that the file holds is executed, nothing outside of it is read, and no more than a few times
    its size is allocated, whatever it claims. A SHA-256 over all of it is checked.

    Args:
        path: The file, of at most 2 GB; its name ends in ``.safetensors``. A ``.keras`` file that
            you trust is for `keras.saving.load_model`.

    Returns:
        The model, ready to predict, to be trained and to generate.

    Raises:
        ValueError: The name has another ending, or the file is cut short, damaged, too large, of
            another kind, or holds a model with other layers or code of its own.
        OSError: The file cannot be read.

    Example:
        >>> save(recurrent_network(units=5), "network.safetensors")
        >>> load("network.safetensors").output_shape
        (None, None, 1)
    """
    path = _with_ending(path)
    content = read_whole(path)
    try:
        return plain_network.build(*tensor_file.unpack(content))
    except Exception as error:
        raise ValueError(f"{str(path)!r} is no whole model: {error}") from error


def load_notes(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the notes that `save` has written beside a model.

    Args:
        path: The file; its name ends in ``.safetensors``.

    Returns:
        The notes by name; arrays have become lists. A model without notes has an empty dictionary.

    Raises:
        ValueError: The name has another ending, or the file is damaged or of another kind.
        OSError: The file cannot be read.

    Example:
        >>> save(recurrent_network(units=5), "network.safetensors", {"steps": 24})
        >>> load_notes("network.safetensors")
        {'steps': 24}
    """
    path = _with_ending(path)
    try:
        return plain_network.notes_of(tensor_file.unpack(read_whole(path))[0])
    except Exception as error:
        raise ValueError(f"{str(path)!r} is no whole model: {error}") from error


def _as_json(notes: Mapping[str, Any]) -> Any:
    """Return notes as they will be read again."""

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray | np.generic):
            return value.tolist()
        raise TypeError(f"notes must hold numbers, text, arrays and lists, not {value!r}")

    try:
        return json.loads(json.dumps(dict(notes), default=plain, allow_nan=False))
    except ValueError as error:
        raise ValueError(f"notes must be finite: {error}") from error


def _with_ending(path: str | os.PathLike[str]) -> Path:
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(
            f"path must end in '.safetensors', not {path.name!r}; Keras's own files are for "
            "model.save and, where you trust them, keras.saving.load_model"
        )
    return path
