"""A Keras model of recurrent and dense layers as one NumPy network with one vector of weights."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from rnnlab._fast import gated_layers, layers
from rnnlab._fast.activations import BY_NAME

Array = npt.NDArray[Any]

_LAYERS: dict[type, Any] = {
    keras.layers.Dense: layers.Dense,
    keras.layers.SimpleRNN: layers.SimpleRNN,
    keras.layers.LSTM: gated_layers.LSTM,
    keras.layers.GRU: gated_layers.GRU,
}
#: The settings of gated layers that `gated_layers` assumes: Keras's defaults.
_GATED = {"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True}
#: Settings that leave what a layer computes as it is, or that our layers read. Any other setting
#: must be off, those that a later Keras will add included.
_UNDERSTOOD = {
    *("name", "dtype", "trainable", "units", "use_bias", "return_sequences", "seed", "unroll"),
    *("kernel_initializer", "recurrent_initializer", "bias_initializer", "unit_forget_bias"),
}
#: Settings that matter in training alone.
_TRAINING = ("dropout", "regularizer", "constraint")


class Network:
    """The layers of a Keras model, ready for a fixed number of sequences of a fixed length.

    Attributes:
        variables: The Keras variables that the weights come from.
        parameters: All weights as one vector.
        gradients: What `backward` fills in: the slope of the loss along each of them.
        work: The multiplications in the largest product of one gate at one step of one sequence.
    """

    def __init__(self, model: Any, batch: int, steps: int, parameters: Array | None = None) -> None:
        """Take over the layers of a model that `unsupported` has nothing against.

        Args:
            model: The Keras model.
            batch: The number of sequences.
            steps: The number of time steps.
            parameters: The weights of another network of this model, to be shared with it; None
                copies them from the model.
        """
        dtype, features = np.dtype(model.dtype), model.input_shape[-1]
        theirs, self.layers = _computing_layers(model), []
        for layer in theirs:
            self.layers.append(_LAYERS[type(layer)](layer, steps, batch, features, dtype))
            steps, batch, features = self.layers[-1].outputs.shape
        self.variables = [weight for layer in theirs for weight in layer.weights]
        self.counts = [len(layer.weights) for layer in theirs]  # fewer without a bias
        self.work = max(layer.size // layer.gates for layer in self.layers)
        size = sum(layer.size for layer in self.layers)
        self.parameters = np.zeros(size, dtype) if parameters is None else parameters
        self.gradients = np.zeros(size, dtype)
        vectors = self._parts(self.parameters), self._parts(self.gradients)
        for layer, weights, gradients in zip(self.layers, *vectors, strict=True):
            layer.bind(weights, gradients)
        if parameters is None:
            self.read(self.parameters, self.variables)

    def forward(self, inputs: Array) -> Array:
        """Return the outputs ``[time, batch, units]`` for inputs ``[time, batch, features]``.

        The array is written over by the next call. A model that returns the last step alone has
        one step in its outputs.
        """
        for layer in self.layers:
            inputs = layer.forward(inputs)
        return inputs

    def step(self, inputs: Array, *, fresh: bool = False) -> Array:
        """Return the outputs ``[batch, units]`` of one more step, or of a first one.

        Args:
            inputs: ``[batch, features]``, for a network of one step.
            fresh: Whether to begin with zeros rather than with the states of the step before.
        """
        for layer in self.layers:
            layer.start(fresh)
        outputs: Array = self.forward(inputs[np.newaxis])[-1]
        return outputs

    def backward(self, errors: Array) -> None:
        """Fill in `gradients`, given the slope of the loss along the last `forward`'s outputs."""
        kernel: Array = np.eye(errors.shape[-1], dtype=errors.dtype)
        for layer in reversed(self.layers):
            errors, kernel = layer.backward(errors, kernel)

    def read(self, flat: Array, variables: list[Any]) -> None:
        """Copy Keras variables, in the order of `variables`, into a vector like `parameters`."""
        for piece, variable in zip(self._pieces(flat), variables, strict=True):
            piece[...] = variable.numpy()

    def write(self, flat: Array, variables: list[Any]) -> None:
        """Copy a vector like `parameters` into Keras variables."""
        for piece, variable in zip(self._pieces(flat), variables, strict=True):
            variable.assign(piece)

    def _pieces(self, flat: Array) -> Iterator[Array]:
        """Return views of a vector like `parameters`, shaped as the weights of Keras's layers."""
        for layer, part, count in zip(self.layers, self._parts(flat), self.counts, strict=True):
            yield from layer.pieces(part)[:count]

    def _parts(self, flat: Array) -> list[Array]:
        return np.split(flat, np.cumsum([layer.size for layer in self.layers])[:-1])


def unsupported(model: Any, *, training: bool) -> str:
    """Return why `Network` does not compute what a Keras model does, or nothing.

    Args:
        model: The model.
        training: Whether it is to be trained, so that dropout, penalties and the like matter.
    """
    if type(model) is not keras.Sequential:
        return f"{type(model).__name__} is not keras.Sequential"
    if not model.built or len(model.input_shape) != 3:
        return "its inputs are not declared as [batch, time, features]"
    if model.dtype not in ("float32", "float64"):
        return f"its dtype is {model.dtype}, not float32 or float64"
    if not _computing_layers(model):
        return "it has no layer that computes anything"
    if len({id(layer) for layer in model.layers}) < len(model.layers):
        return "it uses a layer twice, which would count its weights twice"
    for layer in model.layers if training else _computing_layers(model):
        if reason := _unsupported(layer, model.dtype, training):
            return f"layer {layer.name!r} {reason}"
    return ""


def check_feedback(model: Any, *, training: bool, ahead: int = 0) -> None:
    """Make sure that `Network` computes what a model does, and can take its outputs for inputs.

    Args:
        model: The model.
        training: Whether it is to be trained.
        ahead: The number of inputs at a step that are known ahead, and stand behind the others.

    Raises:
        TypeError: It is no Keras model.
        ValueError: It does not, or has other outputs than inputs at a step.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model, not {type(model).__name__}")
    if reason := unsupported(model, training=training):
        raise ValueError(f"model cannot be fed its own forecasts here: {reason}")
    features, outputs = model.input_shape[-1], model.output_shape[-1]
    if features - ahead != outputs:
        besides = f" besides the {ahead} known ahead" if ahead else ""
        raise ValueError(
            f"model must have {features - ahead} outputs, as many as inputs{besides}, not {outputs}"
        )


def _computing_layers(model: Any) -> list[Any]:
    """Return the layers that do something outside training."""
    return [layer for layer in model.layers if type(layer) is not keras.layers.Dropout]


def _unsupported(layer: Any, dtype: str, training: bool) -> str:
    """Return why our layers do not compute what this layer does, or nothing."""
    if type(layer) not in _LAYERS:
        return f"is {type(layer).__name__}, not Dense, SimpleRNN, LSTM or GRU"
    if layer.compute_dtype != dtype or layer.variable_dtype != dtype:
        return f"does not compute in {dtype} like the others"
    if training and not layer.trainable:
        return "is not trainable"
    if training and layer.activity_regularizer:
        return "has activity_regularizer set"
    gated = isinstance(layer, keras.layers.LSTM | keras.layers.GRU)
    for name, value in layer.get_config().items():
        if gated and name in _GATED:
            if value != _GATED[name]:
                return f"has {name}={value!r}, not {_GATED[name]!r}"
        elif name == "activation":
            if value not in BY_NAME:
                return f"has activation={value!r}, not one of {sorted(BY_NAME)}"
        elif value and name not in _UNDERSTOOD and (training or not name.endswith(_TRAINING)):
            return f"has {name} set"
    return ""
