"""`nox -s trust -- faults` in short: each fault a few times, a broken fixture for each guard."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import models
from rnnlab._kept.tensor_file import DamagedError, pack, unpack
from rnnlab.checkpoints import Checkpoint
from rnnlab.training import History, train
from tests.trust.faults import (
    damage,
    every_line,
    fuzz,
    hostile,
    kept_run,
    kills,
    mutations,
    surroundings,
)
from tests.trust.faults.outcome import Progress

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and forks are POSIX's")
progress = Progress()


def assert_right(outcome, least=1):
    assert outcome.tried >= least
    assert not outcome.wrongs


@pytest.mark.parametrize("engine", kills.ENGINES)
def test_killed_at_random_moments_a_run_ends_with_the_same_bits(tmp_path, monkeypatch, engine):
    monkeypatch.setattr(kills, "ITERATIONS", 150)
    assert_right(kills.kills(tmp_path, engine, 4, progress), 4)


def test_ctrl_c_at_random_moments_keeps_what_was_reached(tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "ITERATIONS", 150)
    assert_right(kills.interrupts(tmp_path, "TensorFlow", 2, progress), 2)


def test_ctrl_c_at_any_line_leaves_one_whole_iteration(tmp_path):
    assert_right(every_line.every_line(tmp_path, 15, progress), 15)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return damage.Kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return damage.Saved(tmp_path_factory.mktemp("saved"))


def test_damage_is_noticed(kept, saved):
    for file in (kept, saved):
        for contents in (damage.flipped(file.whole, 60), damage.cut(file.whole, 8)):
            assert_right(damage.tried(file.answer, contents, progress, "", of=1), 8)


def test_files_of_other_runs_kinds_and_formats_are_refused(kept, tmp_path):
    assert_right(damage.tried(kept.answer, damage.foreign(tmp_path), progress, "", of=1), 11)


def test_what_is_not_checked_would_be_seen_here(kept, saved, monkeypatch):
    """Without the checksum a flipped bit comes through, and the count says so."""
    monkeypatch.setattr("rnnlab._kept.tensor_file.sign", lambda content: content)
    for file in (kept, saved):
        flipped = bytearray(file.whole)
        flipped[file.whole.index(damage.held(file.whole)["0"])] ^= 1
        outcome = damage.tried(file.answer, [("one bit", bytes(flipped))], progress, "", of=1)
        assert outcome.silently_wrong == 1


def test_numbers_that_are_not_those_of_the_file_would_be_seen_here(saved, monkeypatch):
    """A loader that reads something else than the file holds is found by another reader."""
    monkeypatch.setattr("rnnlab._kept.plain_network.assign", lambda arrays, variables: None)
    assert saved.answer(saved.whole) == "other numbers than in the file"


def test_a_loader_that_is_broken_would_be_seen_by_the_fuzzer():
    def load(content):
        if content.count(b",") > 3:
            raise IndexError(content)
        while content.endswith(b"\n\n"):
            pass
        return "read"

    def make(rng):
        return mutations.mutated(b"1,2,3\n4\n\n5\n", rng)

    tally, faults = fuzz.tried(fuzz.Target(load, make), "broken", range(300), seconds=0.2)[:2]
    assert any("IndexError" in fault for fault in faults)
    assert any("longer than" in fault for fault in faults)
    assert tally["read"]


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path):
    assert_right(surroundings.full_disks(tmp_path, 3, progress), 3)


def test_an_ordinary_user_is_told_of_what_is_closed():
    with tempfile.TemporaryDirectory() as folder:  # one that others may enter, unlike pytest's
        assert_right(surroundings.unwritable(Path(folder), 4, progress), 4)


def test_of_several_runs_on_one_file_one_is_kept(tmp_path):
    assert_right(surroundings.contenders(tmp_path, 4, progress), 4)


@pytest.mark.parametrize(("kind", "least"), [("checkpoint", 25), ("model", 34)])
def test_hostile_files_are_refused_and_do_nothing(tmp_path, kind, least):
    assert_right(hostile.hostile(tmp_path, kind, progress), least)


@pytest.mark.parametrize("name", fuzz.COUNTS)
def test_loaders_raise_what_they_document(name):
    found = fuzz.fuzz(name, 20)
    assert found["tried"] == 20
    assert not found["faults"]


@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused_as_a_checkpoint(content):
    with pytest.raises(DamagedError):
        unpack(content)


@given(
    text=st.text(),
    shape=st.lists(st.integers(0, 3), max_size=3),
    kind=st.sampled_from(["f4", "f8", "i8", "u2", "?"]),
)
def test_what_is_packed_comes_back(text, shape, kind):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(kind)
    again, arrays = unpack(pack(text, [array]))
    assert again == text
    np.testing.assert_array_equal(arrays[0], array)


# What the faults have found.


def test_a_new_checkpoint_is_as_open_as_any_new_file_and_keeps_what_it_is_given(tmp_path):
    path = tmp_path / "run.safetensors"
    umask = os.umask(0o022)
    try:
        kept_run.run(path, "NumPy", 2)
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        path.chmod(0o660)
        kept_run.run(path, "NumPy", 4)
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        model = tmp_path / "model.safetensors"
        models.save(models.recurrent_network(2), model)
        assert stat.S_IMODE(model.stat().st_mode) == 0o644
        model.chmod(0o600)
        models.save(models.recurrent_network(2), model)
        assert stat.S_IMODE(model.stat().st_mode) == 0o600
    finally:
        os.umask(umask)


def test_a_link_to_a_file_stays_one_and_its_file_is_the_one_that_is_locked(tmp_path):
    (tmp_path / "disk").mkdir()
    place, link = tmp_path / "disk" / "run.safetensors", tmp_path / "run.safetensors"
    link.symlink_to(place)
    kept_run.run(link, "NumPy", 2)
    assert link.is_symlink()
    assert kept_run.reached(place) == 2
    first = Checkpoint(place, np.random.RandomState(0))
    with (
        first.resumed(*kept_run.run(None, "NumPy", 1), "mse", History()),
        pytest.raises(BlockingIOError),
    ):
        kept_run.run(link, "NumPy", 4)
    model, to_model = tmp_path / "disk" / "model.safetensors", tmp_path / "model.safetensors"
    to_model.symlink_to(model)
    models.save(models.recurrent_network(2), to_model)
    assert to_model.is_symlink()
    assert model.is_file()


def test_what_a_killed_writing_left_is_replaced_by_the_next(tmp_path):
    path, left = tmp_path / "run.safetensors", tmp_path / ".run.safetensors.new"
    kept_run.run(path, "NumPy", 2)
    left.write_bytes(path.read_bytes()[:100])
    kept_run.run(path, "NumPy", 4)
    assert kept_run.reached(path) == 4
    assert not left.exists()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    left.symlink_to(victim)  # as another user could, in a folder that is everybody's
    kept_run.run(path, "NumPy", 6)
    assert victim.read_text() == "mine"
    assert kept_run.reached(path) == 6


def test_variables_that_numpy_has_no_dtype_for_come_back(tmp_path):
    """Checkpoints of bfloat16 could be written but not read."""

    def run(model, iterations, path=None):
        rng = np.random.default_rng(0)
        train(
            model,
            lambda: (x := rng.normal(size=(4, 5, 1)), x),
            iterations=iterations,
            checkpoint=None if path is None else Checkpoint(path, rng),
        )
        return model

    def network():
        keras.utils.set_random_seed(0)  # before the layer, which draws its seed
        return keras.Sequential([keras.Input((None, 1)), keras.layers.Dense(1, dtype="bfloat16")])

    whole = run(network(), 6)
    run(network(), 3, tmp_path / "run.safetensors")
    gone_on = run(network(), 6, tmp_path / "run.safetensors")
    for ours, theirs in zip(gone_on.variables, whole.variables, strict=True):
        assert ours.numpy().dtype.name == "bfloat16"
        assert ours.numpy().tobytes() == theirs.numpy().tobytes()


DESCRIBED = """
import json, keras
from rnnlab.checkpoints import _description

class Holding(keras.layers.Layer):
    def get_config(self):
        return {"of": [lambda x: x, object()]}

model, rule = keras.Sequential([keras.Input((1,)), Holding()]), keras.optimizers.SGD()
print(json.dumps(_description(model, rule, "mse")))
"""


def test_a_model_that_holds_a_function_is_the_same_in_the_next_process():
    """Its description held the address of the function, so its run could not be gone on with."""
    command = [sys.executable, "-c", DESCRIBED]
    first, second = (subprocess.run(command, capture_output=True, check=True) for _ in range(2))
    assert first.stdout == second.stdout
    assert b"lambda" in first.stdout


def test_a_checkpoint_that_is_a_pipe_or_too_large_is_refused_without_waiting(tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    os.mkfifo(path)
    with pytest.raises(ValueError, match="must be a file"):
        kept_run.run(path, "NumPy", 2)
    path.unlink()
    kept_run.run(path, "NumPy", 2)
    kept = path.read_bytes()
    with path.open("rb+") as file:
        file.truncate(10**13)  # with a hole of 10 TB
    with pytest.raises(ValueError, match="at most 2,000,000,000 bytes"):
        kept_run.run(path, "NumPy", 4)
    path.write_bytes(kept)
    monkeypatch.setattr("rnnlab._kept.files.LARGEST_FILE", len(kept) // 2)
    with pytest.raises(ValueError, match="at most"):
        kept_run.run(path.with_name("more.safetensors"), "NumPy", 2)


def test_networks_of_plain_layers_are_loaded(tmp_path):
    """The list of layers that are read is long enough for what the pages build."""
    layers = keras.layers
    inputs = keras.Input((None, 2))
    outputs = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(inputs)
    outputs = layers.LayerNormalization()(layers.Dropout(0.2)(outputs))
    outputs = layers.RNN(layers.SimpleRNNCell(6), return_sequences=True)(outputs)
    outputs = layers.Add()([outputs, layers.Dense(6, kernel_regularizer="l2")(inputs)])
    model = keras.Model(inputs, layers.GRU(1)(outputs))
    model.compile("adam", "mse")
    models.save(model, tmp_path / "model.safetensors")
    again = models.load(tmp_path / "model.safetensors")
    x = np.ones((2, 4, 2), np.float32)
    np.testing.assert_array_equal(model(x), again(x))
