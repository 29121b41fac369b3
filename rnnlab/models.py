"""The lab's network as a Keras model, and models kept in files."""

import os
import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np

from rnnlab._door import takes
from rnnlab._kept import model_file
from rnnlab._kept.files import put_in_place, read_whole

#: Larger files are refused before they are read.
LARGEST_FILE = 2_000_000_000


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


def save(model: keras.Model, path: str | os.PathLike[str]) -> None:
    """Write a model, its layers and its weights, to a file in Keras's format.

    The file is written beside its place and then moved there, so that whatever happens meanwhile,
    `path` holds either the whole new model or what it held before. A symbolic link stays one, and a
    file that is replaced keeps its permissions. A process that is killed may leave a folder
    ``.saving-...``, which nothing reads.

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
    path = Path(os.path.realpath(_keras_path(path)))
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=path.parent) as folder:
        written = Path(folder, "model.keras")
        with warnings.catch_warnings():
            # Keras 3.15 reads its variables in a way that NumPy 2 warns of.
            warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
            model.save(written)
        put_in_place(written, path)


def load(path: str | os.PathLike[str]) -> keras.Model:
    """Read a model from a file that `save` or Keras's own `model.save` has written.

    Only a network of Keras's plain layers is read: those that are numbers and arithmetic. Nothing
    that the file holds is executed, nothing outside of it is read, and no more than a few times
    its size is allocated, whatever it claims. A file with other layers that you trust is for
    `keras.saving.load_model`.

    Args:
        path: The file, of at most 2 GB; its name ends in ``.keras``.

    Returns:
        The model, ready to predict, to be trained and to generate.

    Raises:
        ValueError: The name has another ending, or the file is cut short, damaged, too large,
            compressed, no Keras model, or a model with other layers, code of its own or links to
            other files.
        OSError: The file cannot be read.
    """
    path = _keras_path(path)
    content = read_whole(path, LARGEST_FILE)
    # A copy that is ours alone, so that what was checked is what Keras reads.
    with tempfile.TemporaryDirectory(prefix="rnnlab-") as folder:
        copy = Path(folder, "model.keras")
        copy.write_bytes(content)
        try:
            model_file.check(content)
            return keras.saving.load_model(copy, compile=False, safe_mode=True)
        except Exception as error:
            raise ValueError(f"{str(path)!r} is no whole Keras model: {error}") from error


def _keras_path(path: str | os.PathLike[str]) -> Path:
    path = Path(path)
    if path.suffix != ".keras":
        raise ValueError(f"path must end in '.keras', not {path.name!r}")
    return path
