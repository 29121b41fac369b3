"""What a Keras model file may hold, checked before Keras reads it."""

import io
import json
import math
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import h5py
import keras
import numpy as np

_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
#: The bytes of variables that Keras does not write, such as the states of a stateful layer.
_STATES = 10_000_000
#: Each layer in a description takes time to build.
_LONGEST_DESCRIPTION = 1_000_000
#: Layers that are numbers and arithmetic. Others read files, run code that they carry, or allocate
#: by a number in their description.
_LAYERS = """
    Activation Add AdditiveAttention Attention AveragePooling1D BatchNormalization Bidirectional
    Concatenate Conv1D Dense Dropout ELU Embedding Flatten GRU GRUCell GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalMaxPooling1D GroupNormalization InputLayer LSTM
    LSTMCell LayerNormalization LeakyReLU Masking MaxPooling1D MultiHeadAttention Multiply PReLU
    Permute RNN ReLU RepeatVector Reshape SimpleRNN SimpleRNNCell Softmax SpatialDropout1D
    StackedRNNCells Subtract TimeDistributed UnitNormalization
""".split()  # noqa: SIM905 (to be read and extended)
_CLASSES = {"Sequential", "Functional", "DTypePolicy", "__keras_tensor__", *_LAYERS} | {
    name
    for module in (keras.initializers, keras.regularizers, keras.constraints)
    for name, item in vars(module).items()
    if isinstance(item, type)
}
_MODULES = {
    None,
    "keras",
    *(f"keras.{part}" for part in ("layers", "initializers", "regularizers", "constraints")),
    "keras.src.models.functional",
}


def check(content: bytes) -> None:
    """Make sure that a file holds a network of plain layers, and nothing but it.

    Raises:
        Exception: It does not; the kind is zipfile's, HDF5's, Keras's or ours.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if names != _MEMBERS or len(members) != len(_MEMBERS):
            raise ValueError(f"it holds {sorted(names)}, not {sorted(_MEMBERS)}")
        # Keras compresses nothing, so nothing can unpack to more than the file.
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its parts are compressed")
        if sum(member.file_size for member in members) > len(content):
            raise ValueError("its parts claim to be larger than the file")
        # Keras notices a missing byte but not a changed one; the checksums do.
        if damaged := archive.testzip():
            raise ValueError(f"the checksum of {damaged} is wrong")
        description, weights = archive.read("config.json"), archive.read("model.weights.h5")
    if len(description) > _LONGEST_DESCRIPTION:
        raise ValueError(f"its description is longer than {_LONGEST_DESCRIPTION:,} bytes")
    config = json.loads(description)
    config["compile_config"] = None  # it is not loaded
    _check_classes(config)
    _check_arrays(weights)
    # Keras keeps a list of the variables without values for each thread; this one ends with it.
    with ThreadPoolExecutor(1) as thread:
        size = thread.submit(_size, config).result()
    if size > len(weights) + _STATES:
        raise ValueError(f"its description asks for {size:,} bytes of weights, which it lacks")


def _check_classes(value: Any) -> None:
    """Refuse a description of anything but plain layers, wherever it stands."""
    if isinstance(value, dict):
        if "class_name" in value:
            name, module = value["class_name"], value.get("module")
            registered = value.get("registered_name") or name
            if name not in _CLASSES or module not in _MODULES or registered != name:
                raise ValueError(f"it holds {name!r} of {module!r}, which is no plain layer")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _check_classes(item)


def _check_arrays(weights: bytes) -> None:
    """Refuse HDF5 that refers to other places, or whose arrays are not stored in it as they are."""
    with h5py.File(io.BytesIO(weights), "r") as file:
        groups, total = [file["/"]], 0
        seen = {group.id for group in groups}
        while groups:
            group = groups.pop()
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise ValueError(f"its {name!r} is a link to another place")
                item = group[name]
                if isinstance(item, h5py.Group):
                    if item.id in seen:
                        raise ValueError(f"its {name!r} holds itself")
                    seen.add(item.id)
                    groups.append(item)
                    continue
                if not isinstance(item, h5py.Dataset) or item.is_virtual or item.external:
                    raise ValueError(f"its {name!r} is not in the file")
                if item.dtype.hasobject or item.shape is None or item.chunks is not None:
                    raise ValueError(f"its {name!r} is not stored plainly")
                claimed = math.prod(item.shape) * item.dtype.itemsize
                total += claimed
                if claimed != item.id.get_storage_size() or total > len(weights):
                    raise ValueError(f"its {name!r} claims the shape {item.shape}")


def _size(config: Any) -> int:
    """Return how many bytes the variables of a described model take, without allocating them."""
    with keras.StatelessScope(initialize_variables=False):
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    return sum(math.prod(v.shape) * np.dtype(v.dtype).itemsize for v in model.variables)
