"""Recurrent neural networks, small enough to read and checked against independent references.

Each module holds one concept and is imported by its own name, as in
``from rnnlab.cells import simple_rnn``; importing the package alone loads nothing else.
"""

from importlib.util import find_spec

if find_spec("tensorflow") is None:  # no dependency: its two builds overwrite each other
    raise ImportError("rnnlab needs TensorFlow: pip install tensorflow (or tensorflow-cpu)")
