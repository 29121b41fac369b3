"""The plain forms of what `rnnlab.pig_latin` has."""

import re

import numpy as np


def pig_latin(text):
    """Return words in Pig Latin."""
    said = []
    for word in text.split(" "):
        head = len(re.match("[^aeiou]*", word)[0]) % len(word)
        way = "way" if word[0] in "aeiou" else "ay"
        said.append(word[head:] + word[:head] + way)
    return " ".join(said)


def origins(text):
    """Return where each letter of the Pig Latin comes from, or -1."""
    found, start = [], 0
    for word in text.split(" "):
        head = len(re.match("[^aeiou]*", word)[0]) % len(word)
        places = [*range(head, len(word)), *range(head)]
        found += [start - 1] * (start > 0) + [start + n for n in places]
        found += [-1] * (3 if word[0] in "aeiou" else 2)
        start += len(word) + 1
    return found


def phrases(words, count, longest, rng):
    """Draw phrases of words, as long as is drawn first."""
    every, lengths, found = np.array(words), np.char.str_len(words), []
    for room in rng.integers(min(lengths), longest + 1, count):
        phrase = str(rng.choice(every[lengths <= room]))
        while len(longer := f"{phrase} {rng.choice(every)}") <= room:
            phrase = longer
        found.append(phrase)
    return found
