"""rnnlab.checkpoints: a run that goes on is the run that never stopped."""

import hashlib
import json
import os
import resource
import signal
import tracemalloc

import keras
import numpy as np
import pytest
import safetensors

from rnnlab._kept.tensor_file import DamagedError, pack, sign, unpack
from rnnlab.checkpoints import Checkpoint
from rnnlab.lab2019 import next_batch
from rnnlab.training import train

L = keras.layers


def network(*, dropout=False, units=4, activation="tanh"):
    keras.utils.set_random_seed(3)
    middle = [L.Dropout(0.3)] if dropout else []
    return keras.Sequential(
        [
            keras.Input((None, 1)),
            L.SimpleRNN(units, activation, return_sequences=True),
            *middle,
            L.Dense(1),
        ]
    )


def run(model, iterations, path=None, *, rng=None, every=5, **settings):
    rng = rng or np.random.RandomState(1)
    checkpoint = None if path is None else Checkpoint(path, rng, every=every)
    return train(
        model,
        lambda: next_batch(4, 8, rng),
        iterations=iterations,
        log_every=7,
        checkpoint=checkpoint,
        **settings,
    )


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
@pytest.mark.parametrize("dropout", [False, True])
@pytest.mark.parametrize("generator", [np.random.RandomState, np.random.default_rng])
def test_a_run_that_goes_on_ends_with_the_bits_of_one_that_never_stopped(
    tmp_path, optimizer, dropout, generator
):
    whole = network(dropout=dropout)
    history = run(whole, 30, rng=generator(1), optimizer=optimizer)

    path = tmp_path / "run.safetensors"
    run(network(dropout=dropout), 13, path, rng=generator(1), optimizer=optimizer)
    other_start = generator(77)  # all of it comes from the file
    resumed = network(dropout=dropout)
    resumed.set_weights([weight + 1 for weight in resumed.get_weights()])
    keras.utils.set_random_seed(99)
    gone_on = run(resumed, 30, path, rng=other_start, optimizer=optimizer)

    for ours, theirs in zip(resumed.variables, whole.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    assert gone_on.losses == history.losses
    assert gone_on.iterations == history.iterations


def test_the_state_of_a_stateful_layer_goes_on_too(tmp_path):
    def stateful():
        keras.utils.set_random_seed(3)
        return keras.Sequential(
            [
                keras.Input(batch_shape=(4, 8, 1)),
                L.GRU(3, return_sequences=True, stateful=True),
                L.Dense(1),
            ]
        )

    whole, resumed, path = stateful(), stateful(), tmp_path / "run.safetensors"
    run(whole, 9)
    run(stateful(), 5, path)
    run(resumed, 9, path)
    ours, theirs = ([*m.get_weights(), m.layers[0].states[0].numpy()] for m in (resumed, whole))
    assert theirs[-1].any()
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_the_state_of_the_generator_the_run_would_have_been_another(tmp_path):
    """The comparison above can fail."""
    whole, other = network(), network()
    run(whole, 30)
    run(other, 13)
    run(other, 17)  # begins again with the first batches
    assert any(
        (a != b).any() for a, b in zip(whole.get_weights(), other.get_weights(), strict=True)
    )


def test_a_finished_run_is_not_trained_on(tmp_path):
    path = tmp_path / "run.safetensors"
    model = network()
    run(model, 10, path)
    again = network()
    history = run(again, 10, path)
    for ours, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert history.iterations == [0, 7, 9]
    with pytest.raises(ValueError, match="iterations must be at least the 10"):
        run(network(), 9, path)


@pytest.mark.parametrize(
    ("other", "settings", "part"),
    [
        (lambda: network(units=5), {}, "model differs"),
        (lambda: network(activation="relu"), {}, "model differs"),
        (lambda: network(dropout=True), {}, "model differs"),
        (network, {"optimizer": "sgd"}, "optimizer differs"),
        (network, {"learning_rate": 0.5}, "optimizer differs"),
        (network, {"loss": "rmse"}, "loss differs"),
        (network, {"rng": np.random.default_rng(1)}, "generator is of another kind"),
    ],
)
def test_the_file_of_another_run_is_refused_and_changes_nothing(tmp_path, other, settings, part):
    path = tmp_path / "run.safetensors"
    run(network(), 10, path)
    kept = path.read_bytes()
    model = other()
    before = model.get_weights()
    with pytest.raises(ValueError, match=part):
        run(model, 20, path, **settings)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    assert path.read_bytes() == kept


def test_any_flipped_bit_and_any_cut_is_noticed():
    content = pack('{"a": 1}', [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(3)])
    text, arrays = unpack(content)
    assert text == '{"a": 1}'
    np.testing.assert_array_equal(arrays[0], [[0, 1, 2], [3, 4, 5]])
    assert arrays[1] == 3
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        with pytest.raises(DamagedError, match="checksum"):
            unpack(bytes(damaged))
        with pytest.raises(DamagedError, match="checksum"):
            unpack(content[:place])


def test_other_readers_of_the_format_see_the_same(tmp_path):
    """Its own library opens the file by name, and finds a header as the format describes it."""
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    path = tmp_path / "some.safetensors"
    path.write_bytes(pack("text", [array.T, np.array(True)]))
    with safetensors.safe_open(path, "np") as file:
        np.testing.assert_array_equal(file.get_tensor("0"), array.T)
        assert file.get_tensor("1").dtype == bool
        assert file.get_tensor("text").tobytes() == b"text"
        digest = file.metadata()["sha256"]
    content = path.read_bytes()
    unsigned = content.replace(digest.encode(), b"0" * 64)
    assert hashlib.sha256(unsigned).hexdigest() == digest


def claiming(data=b"", **tensors):
    """Make a file whose header says of its arrays what the format can, signed."""
    known = {"__metadata__": {"sha256": "0" * 64}}
    header = json.dumps(known | tensors, separators=(",", ":")).encode()
    return sign(len(header).to_bytes(8, "little") + header + data)


def array(*shape, start=0, end=0, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (claiming(a=array(2_500_000_000_000, end=10**13)), "file not fully covered"),
        (claiming(b"1234", a=array(2_500_000_000_000, end=4)), "invalid shape"),
        (claiming(a=array(2**32, 2**32)), "overflow"),
        (claiming(b"1234", a=array(1, end=4), b=array(1, end=4)), "invalid offset"),
        (claiming(b"12345678", a=array(1, end=4)), "file not fully covered"),
        (claiming(b"1234", a=array(1, end=4, dtype="object")), "unknown variant"),
        (claiming(**{str(k): array(0) for k in range(20_000)}), "at most 1,000,000 bytes"),
        (sign((2**63).to_bytes(8, "little") + bytes(100)), "at most 1,000,000 bytes"),
        (claiming(b"1234", a=array(1, end=4)), "text"),
    ],
)
def test_a_header_that_claims_what_the_file_is_not_is_refused_for_nothing(content, message):
    tracemalloc.start()
    try:
        with pytest.raises(DamagedError, match=message):
            unpack(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000 + 5 * len(content)


def test_a_later_format_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    with monkeypatch.context() as later:
        later.setattr("rnnlab.checkpoints.FORMAT", 2)
        run(network(), 5, path)
    with pytest.raises(ValueError, match="format 2, not 1"):
        run(network(), 10, path)


def test_two_runs_cannot_be_kept_in_one_file(tmp_path):
    path = tmp_path / "run.safetensors"
    rng = np.random.RandomState(0)
    first = Checkpoint(path, rng)
    with (
        first.resumed(network(), keras.optimizers.SGD(), "mse", None),
        pytest.raises(BlockingIOError, match="in use"),
    ):
        run(network(), 10, path)
    run(network(), 10, path)


@pytest.mark.skipif(os.name != "posix", reason="limits of the file size are POSIX's")
def test_a_disk_that_is_full_leaves_the_last_checkpoint(tmp_path):
    path = tmp_path / "run.safetensors"
    run(network(), 10, path)
    kept = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            run(network(), 20, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_bytes() == kept
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.safetensors", "run.safetensors.lock"]


def test_bad_arguments_are_named(tmp_path):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"path must end in '\.safetensors', not 'run\.h5'"):
        Checkpoint(tmp_path / "run.h5", rng)
    with pytest.raises(TypeError, match="rng must be a numpy"):
        Checkpoint(tmp_path / "run.safetensors", 0)
    with pytest.raises(ValueError, match="every must be at least 1"):
        Checkpoint(tmp_path / "run.safetensors", rng, every=0)
    with pytest.raises(TypeError, match="batches must be a function"):
        train(
            network(),
            iter([]),
            iterations=1,
            checkpoint=Checkpoint(tmp_path / "run.safetensors", rng),
        )
    with pytest.raises(FileNotFoundError):
        run(network(), 5, tmp_path / "nowhere" / "run.safetensors")
