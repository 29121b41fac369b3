"""Networks of plain layers as a description, checked before Keras builds anything from it."""

import json
import random
from typing import Any

import keras
import tensorflow as tf

from rnnlab._kept.tensor_file import Array, assign, check_layout
from rnnlab._keras_private import states_of

#: Each layer in a description takes time to build.
_LONGEST_DESCRIPTION = 1_000_000
#: Where a description holds notes, which are none of Keras's.
_NOTES = "rnnlab_notes"
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


def variables_of(model: Any) -> list[Any]:
    """Return all that a model has learned or remembers, the states of dropout's seeds included."""
    return [*model.variables, *states_of(model)]


def describe(model: Any, notes: dict[str, Any] | None = None) -> tuple[str, list[Array]]:
    """Return the description of a network and its numbers, which `build` can build again.

    Args:
        model: The network.
        notes: What is kept in the description beside it, as JSON has it.

    Raises:
        Exception: It has other layers; the kind is Keras's or ours.
    """
    config = keras.saving.serialize_keras_object(model)
    config.pop("compile_config", None)  # how it was trained
    description = json.dumps({**config, _NOTES: notes} if notes else config)
    arrays = [variable.numpy() for variable in variables_of(model)]
    _check(description, arrays)
    return description, arrays


def build(description: str, arrays: list[Array]) -> Any:
    """Return the network of a description, with arrays as its variables.

    Raises:
        Exception: It is none of plain layers, or the arrays are not its variables; the kind is
            Keras's or ours. Nothing has been executed or allocated by what was described.
    """
    _check(description, arrays)
    model = _built(description)
    assign(arrays, variables_of(model))
    return model


def notes_of(description: str) -> dict[str, Any]:
    """Return the notes that a description holds."""
    return dict(json.loads(description).get(_NOTES, {}))


def _check(description: str, arrays: list[Array]) -> None:
    if len(description) > _LONGEST_DESCRIPTION:
        raise ValueError(f"its description is longer than {_LONGEST_DESCRIPTION:,} characters")
    _check_classes(_config(description))
    with tf.Graph().as_default():  # where variables have shapes, and nothing is computed
        check_layout(arrays, variables_of(_built(description)))


def _built(description: str) -> Any:
    state = random.getstate()  # Keras draws seeds from it, for numbers that are then replaced
    try:
        return keras.saving.deserialize_keras_object(_config(description), safe_mode=True)
    finally:
        random.setstate(state)


def _config(description: str) -> Any:
    config = json.loads(description)
    if isinstance(config, dict):
        config.pop(_NOTES, None)
    return config


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
