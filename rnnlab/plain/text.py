"""The plain forms of what `rnnlab.text` has."""

import numpy as np


class Vocabulary:
    """The characters that a model knows, numbered in their order."""

    def __init__(self, characters):
        self.characters = characters

    def __len__(self):
        return len(self.characters)

    def encode(self, text):
        return np.array([self.characters.index(c) for c in text])

    def decode(self, codes):
        return "".join(self.characters[code] for code in codes)


def carried_windows(codes, streams, window):
    """Cut a text into streams, and these into windows that go on."""
    batches = (len(codes) - 1) // (streams * window)
    shape = streams, batches, window
    x, y = codes[: np.prod(shape)], codes[1 : np.prod(shape) + 1]
    return x.reshape(shape).swapaxes(0, 1), y.reshape(shape).swapaxes(0, 1)
