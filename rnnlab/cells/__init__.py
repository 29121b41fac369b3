"""The simple RNN, the LSTM and the GRU over sequences, with Keras's weight layouts.

Weights are laid out as `layer.get_weights()` of the Keras layer gives them, so a trained layer's
weights can be handed over as they are.
"""

from rnnlab.cells._gru import gru
from rnnlab.cells._lstm import lstm
from rnnlab.cells._simple_rnn import ACTIVATIONS, simple_rnn

__all__ = ["ACTIVATIONS", "gru", "lstm", "simple_rnn"]
