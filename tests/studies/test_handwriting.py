"""The study of handwriting: what is held out, its reader, and the network that it ships."""

import base64
import hashlib
import json
from itertools import pairwise

import numpy as np
import pytest

from rnnlab.handwriting import handwrite, load_hand
from tests.studies.records import handwriting
from tests.studies.records._handwriting_lines import DATA, PAIRS, lines, pairs_of, words, writer_of
from tests.studies.records._handwriting_reader import edits, error_rates, kept, read

RECORD = json.loads((DATA / "handwriting.json").read_text())
HELD = {*PAIRS["validation"], *PAIRS["test"]}
NEATNESS = handwriting.DEFAULT_NEATNESS


@pytest.fixture(scope="module")
def reader():
    return kept()


def test_what_is_held_out_is_in_no_line_of_training():
    for line in lines("train", 500, 0):
        assert not HELD & {a + b for a, b in pairwise(line.text)}
    for one, other in (("train", "test"), ("train", "validation"), ("validation", "test")):
        assert not {*words()[one]} & {*words()[other]}
    assert all(pairs_of(word) for word in words()["test pairs"])
    held = lines("test pairs", RECORD["legible"]["lines"], 1)
    assert sum(bool(pairs_of(line.text)) for line in held) == RECORD["legible"]["lines with pairs"]
    assert max(len(line.text) for line in held) == 24
    writers = [{writer_of(split, n) for n in range(200)} for split in ("train", "test")]
    assert not writers[0] & writers[1]


def test_a_line_ends_with_the_first_point_of_the_next_word():
    for line in lines("validation", 50, 0):
        assert line.strokes[-2, 2] == 1


@pytest.mark.parametrize(
    ("a", "b", "count"), [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0)]
)
def test_edits_are_those_of_levenshtein(a, b, count):
    assert edits(a, b) == edits(b, a) == count
    assert error_rates(["abcdef"], ["abcxef "]) == pytest.approx(1 / 6)


def test_the_files_are_those_of_the_record_and_light_enough_for_a_page():
    content = handwriting.WEIGHTS.read_bytes()
    assert hashlib.sha256(content).hexdigest() == RECORD["train"]["sha256"]
    assert len(base64.b64encode(content)) <= 300_000
    assert RECORD["train"]["weights"] < 220_000
    assert RECORD["train"]["settings"] == handwriting.SETTINGS
    curve = RECORD["train"]["curve"][-1]
    assert curve["updates"] == handwriting.SETTINGS["updates"]
    assert curve["processor seconds"] + RECORD["train"]["seconds for lines"] < 3600
    read_by = handwriting.READER_WEIGHTS.read_bytes()
    assert hashlib.sha256(read_by).hexdigest() == RECORD["reader"]["sha256"]


def test_the_reader_reads_true_strokes_of_others(reader):
    held = lines("test", 100, 1)
    found = read(reader, [line.strokes[:-1] for line in held])
    right = 1 - error_rates([line.text for line in held], found).mean()
    assert right > 0.95
    assert right == pytest.approx(RECORD["reader"]["right by character"]["test"], abs=0.005)


def test_what_the_network_writes_can_be_read(reader):
    hand = load_hand(handwriting.WEIGHTS)
    texts = [line.text for line in lines("test", 40, 2)]
    written = [
        handwrite(hand, text, np.random.default_rng(n), neatness=NEATNESS)
        for n, text in enumerate(texts)
    ]
    rates = error_rates(texts, read(reader, [one.strokes for one in written]))
    rows = RECORD["legible"]["reader"]["test"]
    recorded = np.mean(rows[f"neatness {NEATNESS}"]["error"])
    error = rates.std() / len(rates) ** 0.5
    assert abs(rates.mean() - recorded) < 4 * error + 0.01
    assert recorded < np.mean(rows["true strokes"]["error"]) + 0.1


def test_writings_of_a_word_differ_at_least_half_as_much_as_true_ones():
    record = RECORD["diversity"]
    assert np.mean(record[f"neatness {NEATNESS}"]) > 0.5 * np.mean(record["true"])
