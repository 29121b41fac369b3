"""The plain forms of what `rnnlab.models` has."""

import json

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file


def recurrent_network(units=100, activation="relu", features=1, seed=0):
    """Return a simple recurrent layer, and a dense one at every step."""
    rnn = keras.layers.SimpleRNN(units, activation, return_sequences=True)
    dense = keras.layers.Dense(features)
    model = keras.Sequential([keras.Input((None, features)), rnn, dense])
    kernels = [weight for weight in model.weights if len(weight.shape) > 1]
    rng = np.random.default_rng(seed)
    a, b = 6 / (features + 2 * units), 6 / (units + features)
    for kernel, bound in zip(kernels, np.sqrt([a, a, b])):
        kernel.assign(rng.uniform(-bound, bound, kernel.shape))
    return model


def save(model, path, notes=None):
    """Write a model's description, weights and notes to a file."""
    text = json.dumps(
        {"model": model.get_config(), "notes": notes},
        default=lambda array: array.tolist(),
    )
    weights = {str(n): v.numpy() for n, v in enumerate(model.variables)}
    text = np.frombuffer(text.encode(), np.uint8)
    save_file(weights | {"text": text}, path)


def load(path):
    """Read a model that `save` has written."""
    try:
        arrays = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path!r} is no whole model: {error}") from error
    description = json.loads(arrays.pop("text").tobytes())["model"]
    model = keras.Sequential.from_config(description)
    for number, variable in enumerate(model.variables):
        variable.assign(arrays[str(number)])
    return model


def load_notes(path):
    """Read the notes beside a model."""
    return json.loads(load_file(path)["text"].tobytes())["notes"]
