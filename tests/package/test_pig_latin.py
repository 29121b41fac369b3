"""Pig Latin against words that were turned by hand, and its origins against the letters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.pig_latin import origins, phrases, pig_latin

WORDS = st.lists(st.text("abcdeiouxyz", min_size=1, max_size=8), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("pig latin", "igpay atinlay"),
        ("apple", "appleway"),
        ("string", "ingstray"),
        ("my", "myay"),
        ("queen", "ueenqay"),
        ("a", "away"),
    ],
)
def test_words_turned_by_hand(text, turned):
    assert pig_latin(text) == turned


@given(WORDS)
def test_each_letter_is_that_of_its_origin_and_each_place_comes_once(words):
    text = " ".join(words)
    said, places = pig_latin(text), origins(text)
    assert len(said) == len(places)
    for letter, place in zip(said, places, strict=True):
        assert (place == -1 and letter in "way") or text[place] == letter
    assert sorted(place for place in places if place >= 0) == [*range(len(text))]


def test_phrases_are_no_longer_than_asked_and_of_all_lengths():
    words = ["a", "whale", "ship"]
    drawn = phrases(words, 500, 12, np.random.default_rng(0))
    assert {word for one in drawn for word in one.split(" ")} == set(words)
    assert max(map(len, drawn)) == 12
    assert min(map(len, drawn)) == 1
    assert drawn == phrases(words, 500, 12, np.random.default_rng(0))


@pytest.mark.parametrize("text", ["", "The", "the  whale", "the whale ", "naïve", "it's"])
def test_what_is_no_word_is_refused(text):
    for function in (pig_latin, origins):
        with pytest.raises(ValueError, match="text must"):
            function(text)


def test_what_cannot_be_drawn_from_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="longest must be at least 5, the shortest word, not 4"):
        phrases(["whale"], 1, 4, rng)
    with pytest.raises(ValueError, match="words must not be empty"):
        phrases([], 1, 4, rng)
    with pytest.raises(TypeError, match="rng"):
        phrases(["whale"], 1, 9, 0)
