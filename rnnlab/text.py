"""Characters and their numbers, what is cut from a text, and what was copied from one."""

import numpy as np
import numpy.typing as npt

from rnnlab._door import Codes, as_codes, check_text, takes


class Vocabulary:
    """The characters that a model knows; the number of each is its place among them.

    Attributes:
        characters: The characters, in order.

    Example:
        >>> vocabulary = Vocabulary("ehlo")
        >>> vocabulary.encode("hello")
        array([1, 0, 2, 2, 3])
        >>> vocabulary.decode([1, 0, 2, 2, 3])
        'hello'
    """

    def __init__(self, characters: str) -> None:
        """Take the characters in their order; ``sorted(set(text))`` are those of a text.

        Raises:
            TypeError: They are no string.
            ValueError: There are none, or one stands twice.
        """
        check_text("characters", characters)
        if len(set(characters)) < len(characters):
            twice = next(c for c in characters if characters.count(c) > 1)
            raise ValueError(f"characters must differ, but {twice!r} stands there twice")
        self.characters = characters
        self._number = {character: n for n, character in enumerate(characters)}

    def __len__(self) -> int:
        """Return how many characters there are."""
        return len(self.characters)

    def encode(self, text: str) -> Codes:
        """Return the number of each character, ``[time]``.

        Raises:
            TypeError: It is no string.
            ValueError: It is empty, or holds a character that is not in the vocabulary.
        """
        check_text("text", text)
        for place, character in enumerate(text):
            if character not in self._number:
                raise ValueError(
                    f"text holds {character!r} at index {place}, which is none of the "
                    f"{len(self)} characters of the vocabulary"
                )
        return np.array([self._number[character] for character in text])

    def decode(self, codes: npt.ArrayLike) -> str:
        """Return the characters of some numbers, ``[time]``, as one string.

        Raises:
            ValueError: A number is none of the vocabulary's.
        """
        return "".join(self.characters[code] for code in as_codes("codes", codes, len(self)))


@takes(streams="count", window="count")
def carried_windows(codes: npt.ArrayLike, streams: int, window: int) -> tuple[Codes, Codes]:
    r"""Cut a text into streams, and the streams into windows that follow each other.

    Stream :math:`s` is the part of the text that begins at :math:`s \ell`. Row :math:`s` of a
    batch goes on where row :math:`s` of the batch before has stopped, so a stateful layer carries
    its state from each window into the next. The targets are the characters one step later.

    Args:
        codes: The text, ``[time]``.
        streams: How many parts are read side by side.
        window: The characters of a stream in a batch, along which gradients are followed back.

    Returns:
        Inputs and targets, both ``[batches, streams, window]``. What does not fill a last window
        is left out.

    Raises:
        TypeError: The codes are no integers, or a size is none.
        ValueError: The text is too short for one window of each stream.

    Example:
        >>> x, y = carried_windows(np.arange(13), streams=2, window=3)
        >>> x.tolist()
        [[[0, 1, 2], [6, 7, 8]], [[3, 4, 5], [9, 10, 11]]]
    """
    codes = as_codes("codes", codes)
    batches = (len(codes) - 1) // (streams * window)
    if not batches:
        raise ValueError(
            f"codes must be at least {streams * window + 1}, one more than streams * window, "
            f"not {len(codes)}"
        )
    shape = streams, batches, window
    x, y = codes[: np.prod(shape)], codes[1 : np.prod(shape) + 1]
    return x.reshape(shape).swapaxes(0, 1), y.reshape(shape).swapaxes(0, 1)


@takes(text="text", source="text")
def longest_copied_span(text: str, source: str) -> str:
    """Return the longest stretch of a text that stands in another one, letter by letter.

    Args:
        text: What was written.
        source: What it may have been copied from.

    Returns:
        The stretch, the first of several that are as long; empty where they share no character.

    Raises:
        TypeError: One of them is no string.
        ValueError: One of them is empty.

    Example:
        >>> longest_copied_span("the white sail", "a whale, the white whale")
        'the white '
    """
    start = length = 0
    for begin in range(len(text)):
        while begin + length < len(text) and text[begin : begin + length + 1] in source:
            start, length = begin, length + 1
    return text[start : start + length]
