"""rnnlab.models: the lab's network, and models that come back from their files."""

import keras
import numpy as np
import pytest

from rnnlab._kept.tensor_file import pack, unpack
from rnnlab.models import load, load_notes, recurrent_network, save


def test_the_network_is_the_lab_s_equations():
    model = recurrent_network(7, "relu", features=2, seed=3)
    kernel, recurrent_kernel, bias, dense_kernel, dense_bias = model.get_weights()
    inputs = np.random.default_rng(0).normal(size=(4, 6, 2)).astype(np.float32)
    state = np.zeros((4, 7), np.float32)
    for t in range(6):
        state = np.maximum(inputs[:, t] @ kernel + state @ recurrent_kernel + bias, 0)
        outputs = state @ dense_kernel + dense_bias
        np.testing.assert_allclose(model(inputs)[:, t], outputs, rtol=1e-4, atol=1e-5)


def test_first_weights_fill_the_lab_s_bounds_evenly():
    kernel, recurrent_kernel, bias, dense_kernel, dense_bias = recurrent_network().get_weights()
    for weights, bound in (
        (np.concatenate([kernel, recurrent_kernel]), np.sqrt(6 / (101 + 100))),
        (dense_kernel, np.sqrt(6 / (100 + 1))),
    ):
        assert np.abs(weights).max() <= bound
        assert np.abs(weights).max() > 0.95 * bound
        assert weights.std() == pytest.approx(bound / np.sqrt(3), rel=0.15)
        assert abs(weights.mean()) < 0.15 * bound
    assert not bias.any()
    assert not dense_bias.any()


def test_the_seed_decides_the_first_weights():
    first, same, other = (recurrent_network(5, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not np.array_equal(first[1], other[1])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"units": 0}, ValueError, "units must be at least 1, not 0"),
        ({"units": 2.5}, TypeError, "units must be an integer, not 2.5"),
        ({"features": -1}, ValueError, "features must be at least 1, not -1"),
        ({"seed": None}, TypeError, "seed must be an integer, not None"),
        ({"activation": "logit"}, ValueError, "activation must be .* Keras's, not 'logit'"),
    ],
)
def test_a_network_that_cannot_be_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        recurrent_network(**arguments)


def test_a_model_comes_back_with_its_layers_and_weights(tmp_path):
    model = recurrent_network(6, "tanh", seed=4)
    save(model, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    inputs = np.linspace(-1, 1, 10, dtype=np.float32).reshape(1, 10, 1)
    np.testing.assert_array_equal(model(inputs), again(inputs))
    assert again.layers[0].activation is keras.activations.tanh
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_states_and_the_seeds_of_dropout_come_back(tmp_path):
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(4, 8, 1)),
            keras.layers.GRU(3, return_sequences=True, stateful=True),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    inputs = np.random.default_rng(0).normal(size=(4, 8, 1)).astype(np.float32)
    model.fit(inputs, inputs, verbose=0)
    save(model, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    assert again.layers[0].states[0].numpy().any()
    for _ in range(2):  # both draw on, and both remember
        np.testing.assert_array_equal(model(inputs, training=True), again(inputs, training=True))


def test_saving_and_loading_draw_nothing(tmp_path):
    """What is drawn afterwards would be other weights otherwise."""
    model = keras.Sequential([keras.Input((None, 1)), keras.layers.GRU(3, dropout=0.5)])
    keras.utils.set_random_seed(0)
    expected = keras.layers.Dense(2)(np.ones((1, 3)))
    keras.utils.set_random_seed(0)
    save(model, tmp_path / "model.safetensors")
    load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(keras.layers.Dense(2)(np.ones((1, 3))), expected)


def test_numbers_that_numpy_has_no_dtype_for_come_back(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, dtype="bfloat16")])
    save(model, tmp_path / "model.safetensors")
    kernel = load(tmp_path / "model.safetensors").get_weights()[0]
    assert kernel.dtype.name == "bfloat16"
    assert kernel.tobytes() == model.get_weights()[0].tobytes()


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    model = recurrent_network(3)
    save(model, path)
    before = path.read_bytes()

    def full(number):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(recurrent_network(4), path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.safetensors"]


@pytest.fixture
def saved(tmp_path):
    """A saved model that may be damaged."""
    path = tmp_path / "model.safetensors"
    save(recurrent_network(4), path)
    return path


def test_a_file_cut_short_anywhere_is_refused(saved):
    whole = saved.read_bytes()
    for length in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        saved.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"model\.safetensors' is no whole model"):
            load(saved)


def test_a_single_changed_bit_in_the_weights_is_noticed(saved):
    whole = bytearray(saved.read_bytes())
    weights = recurrent_network(4).get_weights()[1].tobytes()
    whole[whole.index(weights) + 5] ^= 1
    saved.write_bytes(whole)
    with pytest.raises(ValueError, match="checksum is wrong"):
        load(saved)


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Lambda(lambda x: print("run") or x),
        keras.layers.Dense(1, activation=lambda x: x),
        keras.layers.Normalization(mean=0.0, variance=1.0),
    ],
)
def test_what_would_not_be_loaded_is_not_saved(saved, layer):
    before = saved.read_bytes()
    with pytest.raises(ValueError, match="model must be one that can be loaded again"):
        save(keras.Sequential([keras.Input((2,)), layer]), saved)
    assert saved.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text, arrays: ("{", arrays), "Expecting property name"),
        (lambda text, arrays: (text.replace("Sequential", "Other"), arrays), "no plain layer"),
        (lambda text, arrays: (text, arrays[:-1]), "of another model"),
        (lambda text, arrays: (text, [*arrays, arrays[0]]), "of another model"),
        (lambda text, arrays: (text, [a.T for a in arrays]), "of another model"),
        (lambda text, arrays: (text, [a.view(np.int32) for a in arrays]), "of another model"),
        (lambda text, arrays: (text + " " * 1_000_000, arrays), "longer than 1,000,000"),
    ],
)
def test_what_another_has_packed_is_refused(saved, change, message):
    saved.write_bytes(pack(*change(*unpack(saved.read_bytes()))))
    with pytest.raises(ValueError, match=f"no whole model: .*{message}"):
        load(saved)


def test_a_file_that_is_too_large_is_neither_written_nor_read(saved, monkeypatch):
    monkeypatch.setattr("rnnlab._kept.files.LARGEST_FILE", 1000)
    with pytest.raises(ValueError, match="must be at most 1,000 bytes"):
        load(saved)
    with pytest.raises(ValueError, match="must be at most 1,000 bytes"):
        save(recurrent_network(4), saved)


def test_names_and_things_that_are_no_models_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in '\.safetensors', not 'model\.h5'"):
        save(recurrent_network(2), tmp_path / "model.h5")
    with pytest.raises(ValueError, match=r"not 'model\.keras'.* keras\.saving\.load_model"):
        load(tmp_path / "model.keras")
    with pytest.raises(TypeError, match=r"model must be a keras.Model, not list"):
        save([1.0], tmp_path / "model.safetensors")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.safetensors")


def test_notes_come_back_as_they_were_and_arrays_as_lists(tmp_path):
    path = tmp_path / "network.safetensors"
    notes = {"mean": np.array([1.5]), "steps": np.int64(24), "name": "°C", "of": {"a": [1, None]}}
    save(recurrent_network(3), path, notes)
    assert load_notes(path) == {
        "mean": [1.5],
        "steps": 24,
        "name": "°C",
        "of": {"a": [1, None]},
    }
    assert load(path).count_params() == recurrent_network(3).count_params()
    save(recurrent_network(3), path)
    assert load_notes(path) == {}


def test_notes_cannot_pass_for_layers(tmp_path):
    path = tmp_path / "network.safetensors"
    save(recurrent_network(3), path, {"class_name": "Lambda", "module": "os"})
    assert load_notes(path)["module"] == "os"
    assert len(load(path).layers) == 2


@pytest.mark.parametrize(
    ("notes", "error", "message"),
    [
        ({"a": float("nan")}, ValueError, "notes must be finite"),
        (
            {"a": object()},
            TypeError,
            "notes must hold numbers, text, .* not <object",
        ),
    ],
)
def test_notes_that_would_not_come_back_are_refused_and_nothing_is_written(
    tmp_path, notes, error, message
):
    path = tmp_path / "network.safetensors"
    with pytest.raises(error, match=message):
        save(recurrent_network(3), path, notes)
    assert list(tmp_path.iterdir()) == []
