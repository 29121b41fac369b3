"""One step and a scan of the simple RNN, the LSTM and the GRU, with Keras's weight layouts.

Each cell comes twice: `..._step` takes one time step, and the function of the cell's name takes
whole sequences. Weights are laid out as `layer.get_weights()` of the Keras layer gives them, so a
trained layer's weights can be handed over as they are.
"""

from rnnlab.cells._gru import gru, gru_step
from rnnlab.cells._lstm import lstm, lstm_step
from rnnlab.cells._simple_rnn import simple_rnn, simple_rnn_step

__all__ = ["gru", "gru_step", "lstm", "lstm_step", "simple_rnn", "simple_rnn_step"]
