"""The lab's network as a Keras model, and models kept in files."""

import math
import os
import tempfile
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np

from rnnlab._arguments import check_count

#: Larger files are refused before they are unpacked.
LARGEST_FILE = 2_000_000_000
_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}


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

    References:
        Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
        neural networks", section 4.2.1.
    """
    check_count("units", units)
    check_count("features", features)
    check_count("seed", seed, least=0)
    try:
        keras.activations.get(activation)
    except ValueError:
        raise ValueError(
            f"activation must be the name of one of Keras's, not {activation!r}"
        ) from None
    model = keras.Sequential(
        [
            keras.Input((None, features)),
            keras.layers.SimpleRNN(units, activation=activation, return_sequences=True),
            keras.layers.Dense(features),
        ]
    )
    rng = np.random.default_rng(seed)
    recurrent_bound = math.sqrt(6 / (features + 2 * units))
    dense_bound = math.sqrt(6 / (units + features))
    model.set_weights(
        [
            rng.uniform(-recurrent_bound, recurrent_bound, (features, units)),
            rng.uniform(-recurrent_bound, recurrent_bound, (units, units)),
            np.zeros(units),
            rng.uniform(-dense_bound, dense_bound, (units, features)),
            np.zeros(features),
        ]
    )
    return model


def save(model: keras.Model, path: str | os.PathLike[str]) -> None:
    """Write a model, its layers and its weights, to a file in Keras's format.

    The file is written beside its place and then moved there, so that whatever happens meanwhile,
    `path` holds either the whole new model or what it held before.

    Args:
        model: The model.
        path: The file; its name ends in ``.keras``.

    Raises:
        TypeError: `model` is no Keras model.
        ValueError: The name of the file has another ending.
        OSError: The file cannot be written.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model, not {type(model).__name__}")
    path = _keras_path(path)
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=path.parent) as folder:
        written = Path(folder, path.name)
        with warnings.catch_warnings():
            # Keras 3.15 reads its variables in a way that NumPy 2 warns of.
            warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
            model.save(written)
        with written.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(written, path)


def load(path: str | os.PathLike[str]) -> keras.Model:
    """Read a model from a file that `save` or Keras's own `model.save` has written.

    Nothing that the file holds is executed.

    Args:
        path: The file; its name ends in ``.keras``.

    Returns:
        The model, ready to predict, to be trained and to generate.

    Raises:
        ValueError: The name has another ending, or the file is cut short, damaged, too large, no
            Keras model, or a model that holds code of its own.
        OSError: The file cannot be read.
    """
    path = _keras_path(path)
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                names = {member.filename for member in members}
                if names != _MEMBERS or len(members) != len(_MEMBERS):
                    raise ValueError(f"it holds {sorted(names)}, not {sorted(_MEMBERS)}")
                if sum(member.file_size for member in members) > LARGEST_FILE:
                    raise ValueError(f"it would unpack to more than {LARGEST_FILE:,} bytes")
                # Keras notices a missing byte but not a changed one; the checksums do.
                damaged = archive.testzip()
                if damaged:
                    raise ValueError(f"the checksum of {damaged} is wrong")
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:
            raise ValueError(f"{str(path)!r} is no whole Keras model: {error}") from error


def _keras_path(path: str | os.PathLike[str]) -> Path:
    path = Path(path)
    if path.suffix != ".keras":
        raise ValueError(f"path must end in '.keras', not {path.name!r}")
    return path
