"""Pig Latin: a rule that moves letters, for networks that have to learn it."""

import re
from collections.abc import Sequence

import numpy as np

from rnnlab._door import check_text, takes

_LETTERS, _VOWEL = re.compile("[a-z]+"), re.compile("[aeiou]")


def pig_latin(text: str) -> str:
    """Return words in Pig Latin.

    The consonants that a word begins with move to its end, and "ay" follows; a word that begins
    with a vowel gets "way". A word without vowels stays and gets "ay". The vowels are a, e, i, o
    and u.

    Args:
        text: Words of small letters, with a space between two.

    Returns:
        The words in Pig Latin.

    Raises:
        TypeError: The text is no string.
        ValueError: The text holds something else, or nothing.

    Example:
        >>> pig_latin("the white whale is my own")
        'ethay itewhay alewhay isway myay ownway'
    """
    return " ".join(_moved(word)[0] for word in _words(text))


def origins(text: str) -> list[int]:
    """Return for each letter of words in Pig Latin the place in the text that it comes from.

    Args:
        text: Words of small letters, with a space between two.

    Returns:
        An index into the text for each character of ``pig_latin(text)``; ``-1`` for the letters of
        "ay" and "way", which come from none.

    Raises:
        TypeError: The text is no string.
        ValueError: The text holds something else, or nothing.

    Example:
        >>> origins("the is")
        [2, 0, 1, -1, -1, 3, 4, 5, -1, -1, -1]
    """
    found: list[int] = []
    start = 0
    for word in _words(text):
        # The space before a word comes from the one before it.
        found += [start - 1] * (start > 0)
        said, head = _moved(word)
        places = [*range(head, len(word)), *range(head)]
        found += [start + place for place in places] + [-1] * (len(said) - len(word))
        start += len(word) + 1
    return found


@takes(words="texts", count="count", longest="count", rng="rng")
def phrases(words: Sequence[str], count: int, longest: int, rng: np.random.Generator) -> list[str]:
    """Draw phrases of words that have nothing to do with each other.

    For each phrase a number of characters is drawn first, each as likely, from that of the shortest
    word to `longest`; then a word among those that fit, and further words among all, until one does
    not fit.

    Args:
        words: What to draw from.
        count: How many phrases.
        longest: The most characters of a phrase, spaces included.
        rng: A NumPy generator.

    Returns:
        The phrases; some may come twice.

    Raises:
        TypeError: A size is no integer, a word no string, or `rng` no generator.
        ValueError: A size is not positive, there is no word, or none is short enough.

    Example:
        >>> phrases(["a", "whale"], 3, 9, np.random.default_rng(0))
        ['a a a a', 'a', 'whale']
    """
    shortest = min(map(len, words))
    if shortest > longest:
        raise ValueError(f"longest must be at least {shortest}, the shortest word, not {longest}")
    every, lengths, found = np.array(words), np.array([len(word) for word in words]), []
    for room in rng.integers(shortest, longest + 1, count):
        phrase = str(rng.choice(every[lengths <= room]))
        while len(longer := f"{phrase} {rng.choice(every)}") <= room:
            phrase = longer
        found.append(phrase)
    return found


def _words(text: str) -> list[str]:
    check_text("text", text)
    words = text.split(" ")
    for word in words:
        if not _LETTERS.fullmatch(word):
            raise ValueError(
                f"text must be words of the letters a to z, a space between two, not {text!r}"
            )
    return words


def _moved(word: str) -> tuple[str, int]:
    """Return a word in Pig Latin, and how many letters moved."""
    vowel = _VOWEL.search(word)
    head = vowel.start() if vowel else 0
    return word[head:] + word[:head] + ("ay" if head or not vowel else "way"), head
