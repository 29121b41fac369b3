"""rnnlab.training against updates made with Keras and TensorFlow's own differentiation."""

import io
import itertools
import math
import sys
import tracemalloc

import keras
import numpy as np
import pytest
import tensorflow as tf
from threadpoolctl import threadpool_info

from rnnlab._fast import engines, optimizers
from rnnlab.checkpoints import Checkpoint
from rnnlab.lab2019 import next_batch
from rnnlab.models import recurrent_network
from rnnlab.training import NonFiniteLossError, train
from tests.studies.benchmarks import scaling

L = keras.layers
MODELS = {
    "the lab's": lambda: [L.SimpleRNN(8, "relu", return_sequences=True), L.Dense(1)],
    "sigmoid": lambda: [L.SimpleRNN(5, "sigmoid", return_sequences=True), L.Dense(1)],
    "last step": lambda: [L.SimpleRNN(5, "tanh"), L.Dense(1)],
    "lstm": lambda: [L.LSTM(5, return_sequences=True), L.Dense(1)],
    "gru": lambda: [L.GRU(5, return_sequences=True), L.Dense(1)],
    "bare": lambda: [L.LSTM(1, return_sequences=True)],
    "no bias": lambda: [
        L.SimpleRNN(4, use_bias=False, return_sequences=True),
        L.LSTM(4, use_bias=False, return_sequences=True),
        L.GRU(4, use_bias=False),
        L.Dense(1, use_bias=False),
    ],
    "stack": lambda: [
        L.Dense(3, "sigmoid"),
        L.GRU(4, return_sequences=True),
        L.SimpleRNN(4, "linear", return_sequences=True),
        L.Dense(4, "tanh"),
        L.LSTM(3, return_sequences=True),
        L.Dense(3, "relu"),
        L.Dense(1),
    ],
}
#: Models that only TensorFlow can train.
OTHERS = {
    "bidirectional": lambda: [L.Bidirectional(L.GRU(3, return_sequences=True)), L.Dense(1)],
    "reset before": lambda: [L.GRU(3, reset_after=False, return_sequences=True), L.Dense(1)],
    "penalty": lambda: [L.SimpleRNN(3, kernel_regularizer="l2", return_sequences=True), L.Dense(1)],
    "the same layer twice": lambda: [shared := L.SimpleRNN(1, return_sequences=True), shared],
    "frozen": lambda: [L.SimpleRNN(3, trainable=False, return_sequences=True), L.Dense(1)],
    "normalized": lambda: [L.GRU(3, return_sequences=True), L.LayerNormalization(), L.Dense(1)],
}


def built(layers, steps=None):
    """A model whose first weights, biases too, are the same in each call."""
    model = keras.Sequential([keras.Input((steps, 1)), *layers()])
    rng = np.random.default_rng(7)
    model.set_weights([rng.normal(0, 0.4, weight.shape) for weight in model.get_weights()])
    return model


def drawn(model, seed=0, batch=6, steps=5):
    """A source of batches in the shape of the model's outputs."""
    rng = np.random.default_rng(seed)

    def batches():
        inputs, targets = next_batch(batch, steps, rng)
        return inputs, targets if len(model.output_shape) == 3 else targets[:, -1]

    return batches


def updated_by_tensorflow(model, batches, iterations, loss="mse", optimizer=None):
    """Make the same updates with a gradient tape; return the losses after each."""
    optimizer = optimizer or keras.optimizers.Adam()

    def value(inputs, targets, training):
        mse = tf.reduce_mean(tf.square(model(inputs, training=training) - targets))
        return mse if loss == "mse" else tf.sqrt(mse)

    losses = []
    for _ in range(iterations):
        inputs, targets = (np.float32(array) for array in batches())
        with tf.GradientTape() as tape:
            total = tf.add_n([value(inputs, targets, True), *model.losses])
        gradients = tape.gradient(total, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        losses.append(float(value(inputs, targets, False)))
    return losses


def assert_same_weights(one, other, tolerance=2e-5):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("loss", ["mse", "rmse"])
@pytest.mark.parametrize("name", MODELS | OTHERS)
def test_gradient_descent_makes_tensorflow_s_updates(name, loss):
    model, reference = (built((MODELS | OTHERS)[name]) for _ in range(2))
    history = train(
        model,
        drawn(model),
        iterations=5,
        loss=loss,
        optimizer="sgd",
        learning_rate=0.05,
        log_every=1,
    )
    optimizer = keras.optimizers.SGD(0.05)
    losses = updated_by_tensorflow(reference, drawn(model), 5, loss, optimizer)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-4)
    assert_same_weights(model, reference)


@pytest.mark.parametrize("name", ["the lab's", "lstm", "stack", "bidirectional"])
def test_adam_makes_tensorflow_s_updates(name):
    model, reference = (built((MODELS | OTHERS)[name]) for _ in range(2))
    train(model, drawn(model), iterations=5, optimizer="adam", learning_rate=0.01)
    updated_by_tensorflow(reference, drawn(model), 5, optimizer=keras.optimizers.Adam(0.01))
    assert_same_weights(model, reference, 1e-3)


def test_the_updates_are_those_of_keras_fit():
    model, reference = (built(MODELS["gru"]) for _ in range(2))
    inputs, targets = next_batch(8, 6, np.random.default_rng(0))
    train(model, itertools.repeat((inputs, targets)), iterations=4, optimizer="sgd")
    reference.compile("sgd", "mse")
    reference.fit(inputs, targets, batch_size=8, epochs=4, shuffle=False, verbose=0)
    assert_same_weights(model, reference)


# Keras reads its own learning rate in a way that NumPy warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_callbacks_do_what_they_do_in_keras_fit():
    rng = np.random.default_rng(4)
    x, y = next_batch(8, 10, rng)
    held_out = next_batch(8, 10, rng)
    found = []
    for ours in (True, False):
        model, rates = built(MODELS["gru"]), []
        callbacks = [
            keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True),
            keras.callbacks.LearningRateScheduler(lambda epoch: 0.05 / (1 + epoch % 5)),
            keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs, model=model, rates=rates: rates.append(
                    (round(float(model.optimizer.learning_rate), 6), logs["loss"])
                )
            ),
        ]
        optimizer = keras.optimizers.RMSprop()
        if ours:
            history = train(
                model, itertools.repeat((x, y)), iterations=200, log_every=1, optimizer=optimizer,
                validation=held_out, callbacks=callbacks,
            )  # fmt: skip
            losses = history.validation_losses
        else:
            model.compile(optimizer, "mse")
            fit = model.fit(x, y, 8, 200, 0, callbacks, validation_data=held_out, shuffle=False)
            losses = fit.history["val_loss"]
        found.append((losses, rates, model.get_weights()))
    (ours, our_rates, weights), (theirs, their_rates, their_weights) = found
    assert 3 < len(ours) == len(theirs) < 200
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)
    np.testing.assert_allclose(our_rates, their_rates, rtol=1e-3)
    for one, other in zip(weights, their_weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
    # The weights that came back are the best ones.
    assert model.evaluate(*held_out, verbose=0) == pytest.approx(min(theirs), rel=1e-3)


def in_a_strategy(layers):
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        return built(layers)


@pytest.mark.parametrize("loss", ["mse", "rmse"])
def test_a_model_in_the_scope_of_a_strategy_is_trained_alike(loss):
    made = []
    for make in (built, in_a_strategy):
        model, rng = make(MODELS["lstm"]), np.random.default_rng(5)
        history = train(
            model, lambda rng=rng: next_batch(4, 6, rng), iterations=12, loss=loss, log_every=5
        )
        made.append((history.losses, model.get_weights()))
    np.testing.assert_allclose(made[1][0], made[0][0], rtol=1e-5)
    for one, other in zip(made[0][1], made[1][1], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_what_a_strategy_cannot_train_is_refused():
    model, rng = in_a_strategy(MODELS["lstm"]), np.random.default_rng(5)
    outside = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="optimizer must be made in the scope of the model's"):
        train(model, lambda: next_batch(4, 6, rng), iterations=2, optimizer=outside)
    masked = in_a_strategy(lambda: [L.Masking(9.0), L.LSTM(3, return_sequences=True), L.Dense(1)])
    with pytest.raises(ValueError, match="model must not mask steps where several workers"):
        train(masked, lambda: next_batch(4, 6, rng), iterations=2)
    inputs, targets = next_batch(4, 6, rng)
    with pytest.raises(NonFiniteLossError):
        train(model, itertools.repeat((inputs, np.float32(1e30) * targets)), iterations=2)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_an_epoch_of_callbacks_ends_with_each_loss_that_is_logged():
    told, rng = [], np.random.default_rng(0)
    spy = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: told.append("train"),
        on_epoch_begin=lambda epoch, logs: told.append(f"begin {epoch}"),
        on_train_batch_end=lambda batch, logs: told.append(batch),
        on_epoch_end=lambda epoch, logs: told.append((epoch, logs["loss"])),
        on_train_end=lambda logs: told.append("end"),
    )
    model = built(MODELS["the lab's"])
    history = train(
        model, lambda: next_batch(4, 6, rng), iterations=4, log_every=2, callbacks=[spy]
    )
    first, second, last = history.losses
    assert told == [
        "train", "begin 0", 0, (0, first), "begin 1", 1, 2, (1, second), "begin 2", 3, (2, last),
        "begin 3", "end",
    ]  # fmt: skip


def test_callbacks_that_are_none_or_stand_beside_a_checkpoint_are_refused(tmp_path):
    model, rng = built(MODELS["the lab's"]), np.random.default_rng(0)
    given = {"model": model, "batches": lambda: next_batch(4, 6, rng), "iterations": 2}
    with pytest.raises(
        TypeError, match=r"callbacks\[0\] must be a keras.callbacks.Callback, not str"
    ):
        train(**given, callbacks=["stop"])
    kept = Checkpoint(tmp_path / "run.safetensors", rng)
    with pytest.raises(ValueError, match="callbacks must be empty beside a checkpoint"):
        train(**given, checkpoint=kept, callbacks=[keras.callbacks.Callback()])
    assert not (tmp_path / "run.safetensors").exists()


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: "rmsprop",
        lambda: keras.optimizers.SGD(0.01, momentum=0.9),
        lambda: keras.optimizers.Adam(0.01, clipnorm=0.1),
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.01, 2, 0.5)),
        lambda: keras.optimizers.AdamW(0.01),
    ],
)
def test_any_other_keras_optimizer_is_taken_as_it_is(optimizer):
    model, reference = (built(MODELS["the lab's"]) for _ in range(2))
    train(model, drawn(model), iterations=5, optimizer=optimizer())
    given = optimizer()
    if isinstance(given, str):
        given = keras.optimizers.get(given)
    updated_by_tensorflow(reference, drawn(model), 5, optimizer=given)
    assert_same_weights(model, reference, 1e-4)


def test_the_layers_of_the_site_are_trained_by_hand_and_others_by_tensorflow(monkeypatch):
    def engine(layers, optimizer="adam"):
        model = built(layers)
        optimizer = keras.optimizers.get(optimizer)
        optimizer.build(model.trainable_variables)
        return engines.engine_for(model, optimizer, "mse", *map(np.float32, drawn(model)()))

    monkeypatch.setattr(engines, "WithTensorFlow", lambda *arguments: "tensorflow")
    assert all(isinstance(engine(layers), engines.ByHand) for layers in MODELS.values())
    assert all(engine(layers) == "tensorflow" for layers in OTHERS.values())
    assert engine(MODELS["gru"], "rmsprop") == "tensorflow"


@pytest.mark.parametrize("units", scaling.UNITS)
@pytest.mark.parametrize("cell", scaling.CELLS)
def test_both_engines_agree_at_every_size_of_the_bench(cell, units):
    rng = np.random.default_rng(units)
    for steps, batch in itertools.product(scaling.STEPS, scaling.BATCHES):
        inputs, targets = rng.normal(size=(2, batch, steps, 1)).astype(np.float32)
        moved = []
        for kind, batch_of in ((engines.ByHand, 1), (engines.WithTensorFlow, 2)):
            model = scaling.network({"cell": cell, "units": units, "steps": steps})
            before = model.get_weights()
            optimizer = keras.optimizers.SGD(1.0)
            optimizer.build(model.trainable_variables)
            engine = kind(model, optimizer, "mse", *(inputs, targets)[:batch_of])
            with engine.at_work():
                loss = engine.step(inputs, targets)
            engine.write_back()
            moved.append((loss, [b - a for a, b in zip(model.get_weights(), before, strict=True)]))
        (one_loss, one), (other_loss, other) = moved
        assert one_loss == pytest.approx(other_loss, rel=1e-5)
        for ours, theirs in zip(one, other, strict=True):
            assert np.linalg.norm(ours - theirs) < 1e-4 * np.linalg.norm(theirs), (steps, batch)


def test_the_same_sizes_are_shared_out_the_same_way():
    def rows(units, batch):
        row = {"cell": "lstm", "units": units, "steps": 3}
        optimizer = keras.optimizers.SGD()
        inputs = np.zeros((batch, 3, 1), np.float32)
        engine = engines.ByHand(scaling.network(row), optimizer, "mse", inputs)
        return [rows for rows, _ in engine._shares_of(inputs.shape)]

    assert rows(100, 50) == rows(100, 50) == [slice(0, 50)]
    assert rows(256, 50) == rows(256, 50) == [slice(0, 25), slice(25, 50)]
    assert rows(2000, 1) == [slice(0, 1)]


@pytest.mark.parametrize("engine", ["by hand", "by hand, in halves", "tensorflow"])
class TestEveryEngine:
    """What `train` promises whichever way it computes."""

    @pytest.fixture(autouse=True)
    def chosen(self, engine, monkeypatch):
        if engine == "by hand, in halves":
            monkeypatch.setattr(engines, "_WORK_FOR_TWO_THREADS", 0)
        if engine == "tensorflow":
            monkeypatch.setattr(engines, "unsupported", lambda model, *, training: "by the test")

    @pytest.mark.parametrize("optimizer", [keras.optimizers.Adam, keras.optimizers.SGD])
    def test_an_optimizer_goes_on_from_where_it_was(self, optimizer):
        model, interrupted = (built(MODELS["the lab's"]) for _ in range(2))
        train(model, drawn(model), iterations=6, optimizer=optimizer(0.01))
        batches, kept = drawn(model), optimizer(0.01)
        train(interrupted, batches, iterations=2, optimizer=kept)
        assert int(kept.iterations) == 2
        train(interrupted, batches, iterations=4, optimizer=kept)
        assert_same_weights(model, interrupted, 0)

    def test_keras_can_go_on_from_where_train_was(self):
        model, reference = (built(MODELS["lstm"]) for _ in range(2))
        optimizers = [keras.optimizers.Adam(0.01) for _ in range(2)]
        batches = drawn(model)
        train(model, batches, iterations=3, optimizer=optimizers[0])
        updated_by_tensorflow(model, batches, 3, optimizer=optimizers[0])
        updated_by_tensorflow(reference, drawn(model), 6, optimizer=optimizers[1])
        assert_same_weights(model, reference, 1e-3)

    def test_two_runs_are_equal_to_the_last_bit(self):
        runs = [built(MODELS["the lab's"]) for _ in range(2)]
        losses = [train(run, drawn(run), iterations=20, log_every=1).losses for run in runs]
        assert losses[0] == losses[1]
        assert_same_weights(*runs, 0)

    @pytest.mark.parametrize(("iterations", "logged_at"), [(7, [0, 3, 6]), (8, [0, 3, 6, 7])])
    def test_the_loss_logged_is_that_after_the_update_on_the_batch_just_used(
        self, iterations, logged_at
    ):
        model = built(MODELS["the lab's"])
        used = []

        def batches():
            used.append(next_batch(6, 5, np.random.default_rng(len(used))))
            return used[-1]

        held_out = next_batch(9, 7, np.random.default_rng(99))
        history = train(model, batches, iterations=iterations, log_every=3, validation=held_out)
        assert history.iterations == logged_at
        assert len(used) == iterations
        for (inputs, targets), logged in (
            (used[-1], history.losses[-1]),
            (held_out, history.validation_losses[-1]),
        ):
            residuals = np.asarray(model(inputs.astype(np.float32))) - targets
            assert logged == pytest.approx(np.mean(residuals**2), rel=1e-5)
        assert len(history.validation_losses) == len(logged_at)
        assert history.seconds > 0

    def test_a_perfect_model_stays_as_it_is_under_rmse(self):
        model = built(MODELS["the lab's"])
        inputs = next_batch(4, 5, np.random.default_rng(0))[0].astype(np.float32)
        model.set_weights([np.zeros(weight.shape) for weight in model.get_weights()])
        pairs = itertools.repeat((inputs, np.zeros_like(inputs)))
        history = train(model, pairs, iterations=2, loss="rmse", optimizer="sgd")
        assert history.losses[0] == pytest.approx(0, abs=1e-12)
        assert not any(weight.any() for weight in model.get_weights())

    @pytest.mark.parametrize("learning_rate", [1e2, 1e20, 1e38])
    @pytest.mark.parametrize("optimizer", ["sgd", "adam"])
    def test_a_loss_no_longer_finite_stops_the_run_with_the_last_finite_weights(
        self, learning_rate, optimizer
    ):
        model = built(MODELS["the lab's"])
        with pytest.raises(NonFiniteLossError, match=r"finite at iteration \d+") as stopped:
            train(
                model,
                drawn(model),
                iterations=400,
                optimizer=optimizer,
                learning_rate=learning_rate,
                log_every=1,
            )
        weights = model.get_weights()
        assert all(np.isfinite(weight).all() for weight in weights)
        iteration = stopped.value.iteration
        assert f"iteration {iteration};" in str(stopped.value)
        assert len(stopped.value.history.losses) == iteration
        assert all(map(math.isfinite, stopped.value.history.losses))
        # One update fewer never stops.
        again = built(MODELS["the lab's"])
        if iteration:
            train(
                again,
                drawn(model),
                iterations=iteration,
                optimizer=optimizer,
                learning_rate=learning_rate,
            )

    def test_an_interrupted_run_keeps_the_updates_that_were_whole(self):
        model, reference = (built(MODELS["the lab's"]) for _ in range(2))
        batches, optimizer = drawn(model), keras.optimizers.Adam(0.01)

        def interrupted():
            for _ in range(4):
                yield batches()
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(model, interrupted(), iterations=100, optimizer=optimizer)
        train(reference, drawn(model), iterations=4, optimizer=keras.optimizers.Adam(0.01))
        assert_same_weights(model, reference, 0)
        assert int(optimizer.iterations) == 4

    def test_a_source_that_runs_dry_is_named_and_keeps_the_weights_reached(self):
        model, reference = (built(MODELS["the lab's"]) for _ in range(2))
        batches = drawn(model)
        pairs = [batches() for _ in range(3)]
        with pytest.raises(ValueError, match="batches ran out after 3 of 10 iterations"):
            train(model, pairs, iterations=10)
        train(reference, pairs, iterations=3)
        assert_same_weights(model, reference, 0)

    def test_a_function_that_runs_dry_is_named_as_well(self):
        model = built(MODELS["the lab's"])
        pairs = iter([drawn(model)()])
        with pytest.raises(ValueError, match="batches ran out after 1 of 10 iterations"):
            train(model, lambda: next(pairs), iterations=10)

    def test_a_source_that_changes_shape_midway_is_named(self):
        model = built(MODELS["the lab's"])
        sizes = iter([6, 6, 5])
        with pytest.raises(ValueError, match=r"batch 2 must have the shape \[6, 5, 1\]"):
            train(model, lambda: drawn(model, batch=next(sizes))(), iterations=5)


def test_peak_memory_does_not_grow_with_the_number_of_iterations():
    model = built(MODELS["the lab's"])

    def peak(iterations):
        tracemalloc.start()
        train(model, drawn(model), iterations=iterations, log_every=1000)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(10)
    assert peak(800) < 1.05 * peak(50)


def test_ctrl_c_in_the_middle_of_an_update_undoes_that_update(monkeypatch):
    model, reference = (built(MODELS["the lab's"]) for _ in range(2))
    apply, calls = optimizers.Adam.apply, itertools.count(1)

    def interrupted(self, weights, gradients, step):
        apply(self, weights, gradients, step)
        if next(calls) == 4:
            raise KeyboardInterrupt

    optimizer = keras.optimizers.Adam(0.01)
    monkeypatch.setattr(optimizers.Adam, "apply", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(model, drawn(model), iterations=10, optimizer=optimizer)
    monkeypatch.undo()
    same = keras.optimizers.Adam(0.01)
    train(reference, drawn(model), iterations=3, optimizer=same)
    assert_same_weights(model, reference, 0)
    for one, other in zip(optimizer.variables, same.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_small_products_run_on_one_thread_and_the_old_number_comes_back():
    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    model = built(MODELS["the lab's"])
    batches, before, during = drawn(model), threads(), []

    def watched():
        during.append(threads())
        return batches()

    train(model, watched, iterations=2)
    assert set(during[-1]) == {1}
    assert threads() == before


def test_a_model_in_float64_is_trained_in_float64():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        model, reference = (built(MODELS["gru"]) for _ in range(2))
        train(model, drawn(model), iterations=3, optimizer="sgd")
        optimizer = keras.optimizers.SGD(0.01)
        rng_batches = drawn(model)
        for _ in range(3):
            inputs, targets = rng_batches()
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(reference(inputs) - targets))
            weights = reference.trainable_variables
            optimizer.apply(tape.gradient(loss, weights), weights)
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    assert model.get_weights()[0].dtype == np.float64
    assert_same_weights(model, reference, 1e-9)


class Unusual(keras.Model):
    """A model that declares no inputs and, if it looks at its numbers, fits into no graph."""

    def __init__(self, looks):
        super().__init__()
        self.looks = looks
        self.recurrent = L.SimpleRNN(3, return_sequences=True)
        self.dense = L.Dense(1)

    def build(self, input_shape):
        self.recurrent.build(input_shape)
        self.dense.build((*input_shape[:-1], 3))
        self.built = True

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 1)

    def call(self, inputs):
        if self.looks:
            assert np.isfinite(inputs.numpy()).all()
        return self.dense(self.recurrent(inputs))


@pytest.mark.parametrize("looks", [False, True])
def test_a_model_of_the_reader_s_own_class_is_trained_whether_a_graph_can_hold_it_or_not(looks):
    model = Unusual(looks)
    rng = np.random.default_rng(0)
    history = train(
        model, lambda: next_batch(20, 5, rng), iterations=60, learning_rate=0.05, log_every=59
    )
    assert history.losses[1] < 0.8 * history.losses[0]


def test_whole_numbers_for_an_embedding_stay_whole():
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), L.Embedding(5, 3), L.GRU(3), L.Dense(1)]
    )
    ids, targets = np.array([[1, 2], [3, 4]]), np.ones((2, 1))
    history = train(model, itertools.repeat((ids, targets)), iterations=30, learning_rate=0.1)
    assert history.losses[0] > 0.1
    assert np.abs(np.asarray(model(ids)) - 1).max() < 0.1
    with pytest.raises(TypeError, match="inputs of batch 0 must be integers, not float64"):
        train(model, itertools.repeat((ids + 0.5, targets)), iterations=1)


@pytest.mark.parametrize("ids", [[[0, 5]], [[0, -1]], [[0, 1.5]]])
def test_what_is_no_row_of_an_embedding_is_refused(ids):
    # Keras cuts fractions, and takes negative numbers from the end, without a word.
    model = keras.Sequential([keras.Input((None,)), L.Embedding(5, 3), L.GRU(3), L.Dense(1)])
    with pytest.raises(ValueError, match=r"numbers from 0 to 4, the rows of the model's emb"):
        train(model, itertools.repeat((ids, [[1.0]])), iterations=1)


def test_whole_numbers_too_large_for_the_model_are_refused():
    model = keras.Sequential([keras.Input((2, 1), dtype="int32"), L.Dense(1)])
    with pytest.raises(ValueError, match="must fit into int32, but reach 4294967297"):
        train(
            model,
            itertools.repeat((np.full((1, 2, 1), 2**32 + 1), np.ones((1, 2, 1)))),
            iterations=1,
        )


def test_steps_that_are_masked_count_neither_here_nor_in_keras():
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(2, 4, 6, 1)).astype(np.float32)
    inputs[1:, 3:] = 0
    targets[1:, 3:] = 100  # would be seen if it counted
    layers = lambda: [L.Masking(0.0), L.GRU(3, return_sequences=True), L.Dense(1)]  # noqa: E731
    model, reference = built(layers), built(layers)
    history = train(model, itertools.repeat((inputs, targets)), iterations=4, optimizer="sgd")
    assert history.losses[0] < 10
    reference.compile("sgd", "mse")
    reference.fit(inputs, targets, batch_size=4, epochs=4, shuffle=False, verbose=0)
    assert_same_weights(model, reference)


class TestStatefulLayers:
    """Their state runs on from batch to batch, whatever is logged in between."""

    @staticmethod
    def model():
        model = keras.Sequential(
            [
                keras.Input(batch_shape=(4, 5, 1)),
                L.GRU(4, return_sequences=True, stateful=True),
                L.Dense(1),
            ]
        )
        rng = np.random.default_rng(7)
        model.set_weights([rng.normal(0, 0.4, weight.shape) for weight in model.get_weights()])
        return model

    def test_the_updates_are_those_of_keras(self):
        model, reference = self.model(), self.model()
        train(model, drawn(model, batch=4), iterations=5, optimizer="sgd", learning_rate=0.05)
        reference.compile(keras.optimizers.SGD(0.05), "mse")
        batches = drawn(reference, batch=4)
        for _ in range(5):
            reference.train_on_batch(*batches())
        assert_same_weights(model, reference)

    def test_logging_more_often_changes_nothing(self):
        one, other = self.model(), self.model()
        train(one, drawn(one, batch=4), iterations=6, log_every=1)
        train(other, drawn(other, batch=4), iterations=6, log_every=6)
        assert_same_weights(one, other, 0)
        np.testing.assert_array_equal(one.layers[0].states[0], other.layers[0].states[0])

    def test_an_update_that_is_undone_takes_the_state_with_it(self):
        model = self.model()
        inputs, targets = drawn(model, batch=4)()
        pairs = [(inputs, 1e30 * targets)]
        with pytest.raises(NonFiniteLossError):
            train(model, pairs, iterations=1, optimizer="sgd", learning_rate=1e38)
        assert not np.asarray(model.layers[0].states[0]).any()


class Ordinary(keras.Model):
    """A class as most are written: it can be called, and tells nothing of its shapes."""

    def __init__(self):
        super().__init__()
        self.recurrent = L.SimpleRNN(3, return_sequences=True)
        self.dense = L.Dense(1)

    def call(self, inputs):
        if float(tf.reduce_sum(inputs)) > 1e9:  # a question to the numbers, in Python
            return inputs
        return self.dense(self.recurrent(inputs))


def test_a_class_that_tells_nothing_of_its_shapes_is_trained_and_its_targets_are_checked():
    model, rng = Ordinary(), np.random.default_rng(0)
    history = train(
        model, lambda: next_batch(20, 5, rng), iterations=60, learning_rate=0.05, log_every=59
    )
    assert history.losses[1] < 0.8 * history.losses[0]
    with pytest.raises(ValueError, match=r"shape \[4, 5, 1\] of the model's outputs"):
        train(Ordinary(), change(targets=lambda y: y[:, -1]), iterations=1)


def several(case):
    """A model with more than one input or output."""
    one, two = keras.Input((None, 1)), keras.Input((None, 1))
    states = L.SimpleRNN(3, return_sequences=True)(one)
    outputs = L.Dense(1)(states)
    return {
        "inputs": lambda: keras.Model([one, two], L.Dense(1)(states + two)),
        "outputs": lambda: keras.Model(one, [outputs, L.Dense(1)(states)]),
        "named": lambda: keras.Model(one, {"mean": outputs, "spread": L.Dense(1)(states)}),
    }[case]()


@pytest.mark.parametrize(
    ("case", "what"), [("inputs", "input"), ("outputs", "output"), ("named", "output")]
)
def test_a_model_with_several_inputs_or_outputs_is_refused(case, what):
    with pytest.raises(ValueError, match=f"model must have one {what} that is a tensor"):
        train(several(case), change(), iterations=1)


def test_a_functional_model_is_trained_like_the_same_layers_in_a_row():
    row = built(MODELS["the lab's"])
    inputs = keras.Input((None, 1))
    outputs = inputs
    for layer in MODELS["the lab's"]():
        outputs = layer(outputs)
    model = keras.Model(inputs, outputs)
    model.set_weights(row.get_weights())
    for one in (row, model):
        train(one, drawn(row), iterations=5, optimizer="sgd", learning_rate=0.05)
    assert_same_weights(row, model)


def test_a_source_that_fails_midway_says_so_itself_and_the_updates_made_stay():
    model, reference = (built(MODELS["the lab's"]) for _ in range(2))
    batches = drawn(model)

    def failing():
        yield batches()
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        train(model, failing(), iterations=3)
    train(reference, drawn(model), iterations=1)
    assert_same_weights(model, reference, 0)


def test_a_number_that_is_none_midway_is_named_with_its_batch():
    model, batches, number = (
        built(MODELS["the lab's"]),
        drawn(built(MODELS["the lab's"])),
        iter(range(9)),
    )

    def turning():
        inputs, targets = batches()
        inputs[1, 2] = np.nan if next(number) == 2 else 0
        return inputs, targets

    with pytest.raises(ValueError, match=r"inputs of batch 2 must be finite .* index \[1, 2, 0\]"):
        train(model, turning, iterations=5)
    assert np.isfinite(model.get_weights()[0]).all()


def test_one_training_after_the_other_by_tensorflow_brings_no_warning(caplog):
    x = np.random.default_rng(0).normal(size=(4, 5, 1))
    for _ in range(7):
        model = keras.Sequential([keras.layers.Dense(2), keras.layers.LayerNormalization()])
        model.build((None, 5, 1))
        train(model, lambda: (x, x[..., [0, 0]]), iterations=2, log_every=1)
    assert "retracing" not in caplog.text


def test_dropout_repeats_from_run_to_run():
    def run():
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((None, 1)), L.GRU(6), L.Dropout(0.5), L.Dense(1)])
        return train(model, drawn(model), iterations=3, log_every=1).losses

    assert run() == run()


def test_a_model_learns_the_lab_s_series():
    model = recurrent_network(30)
    rng = np.random.default_rng(0)
    history = train(model, lambda: next_batch(50, 20, rng), iterations=600, learning_rate=0.005)
    assert history.losses[0] > 5
    assert history.losses[-1] < 0.2


class Screen(io.StringIO):
    """A terminal, or what is none."""

    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


def test_a_terminal_sees_progress_with_loss_and_time_and_a_page_sees_nothing(monkeypatch, capfd):
    shown = {}
    for terminal in (True, False):
        monkeypatch.setattr(sys, "stderr", Screen(terminal))
        model = built(MODELS["the lab's"])
        train(model, drawn(model), iterations=5, log_every=2)
        shown[terminal] = sys.stderr.getvalue()
    assert "4 of 5  mse " in shown[True]
    assert " s" in shown[True]
    assert shown[True].endswith("\n")
    assert shown[False] == ""
    assert capfd.readouterr().out == ""


def change(inputs=None, targets=None):
    """A source whose inputs or targets are changed."""
    x, y = next_batch(4, 5, np.random.default_rng(0))
    return lambda: (inputs(x) if inputs else x, targets(y) if targets else y)


@pytest.mark.parametrize(
    ("batches", "error", "message"),
    [
        (change(targets=lambda y: y[:, 0]), ValueError, r"targets of batch 0 .* not \[4, 1\]"),
        (change(targets=lambda y: y[:, :1]), ValueError, r"shape \[4, 5, 1\] of the model's out"),
        (change(targets=lambda y: y[:1]), ValueError, r"of the model's outputs, not \[1, 5, 1\]"),
        (change(inputs=lambda x: x[..., 0]), ValueError, r"inputs of batch 0 .* not \[4, 5\]"),
        (change(inputs=lambda x: x.repeat(2, 2)), ValueError, r"not \[4, 5, 2\]"),
        (change(inputs=lambda x: x * np.nan), ValueError, "inputs of batch 0 must be finite"),
        (change(targets=lambda y: y * 1e300), ValueError, "targets of batch 0 must be finite"),
        (change(lambda x: x[:0], lambda y: y[:0]), ValueError, "must not be empty"),
        (change(inputs=lambda x: x.astype(str)), TypeError, "must be an array of numbers"),
        (lambda: np.zeros((4, 5, 1)), TypeError, "batch 0 must be a pair"),
        ((np.zeros((4, 5, 1)), np.zeros((4, 5, 1))), TypeError, "itertools.repeat"),
        ([], ValueError, "batches ran out after 0 of 3 iterations"),
        (
            change(inputs=lambda x: np.ma.masked_greater(x, 0)),
            ValueError,
            "inputs of batch 0 must not hold masked values",
        ),
        (
            change(inputs=lambda x: [row[: i + 1] for i, row in enumerate(x)]),
            ValueError,
            "inputs of batch 0 must have rows of one length",
        ),
        (7, TypeError, "batches must be a function .* not int"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused(batches, error, message):
    with pytest.raises(error, match=message):
        train(recurrent_network(3), batches, iterations=3)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"iterations": 0}, ValueError, "iterations must be at least 1, not 0"),
        ({"iterations": 2.0}, TypeError, "iterations must be an integer"),
        ({"log_every": 0}, ValueError, "log_every must be at least 1"),
        ({"loss": "mae"}, ValueError, "loss must be 'mse' or 'rmse', not 'mae'"),
        ({"optimizer": "adan"}, ValueError, "optimizer must be .* Keras's, not 'adan'"),
        ({"optimizer": 3}, TypeError, "a name or a Keras optimizer, not 3"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate must be above 0, not -1.0"),
        ({"learning_rate": math.nan}, ValueError, "learning_rate must be finite"),
        ({"learning_rate": True}, TypeError, "learning_rate must be a number, not True"),
        ({"learning_rate": "0.1"}, TypeError, "learning_rate must be a number, not '0.1'"),
        ({"iterations": True}, TypeError, "iterations must be an integer, not True"),
        (
            {"learning_rate": 0.1, "optimizer": keras.optimizers.SGD()},
            ValueError,
            "given by name; set it on the optimizer",
        ),
        ({"model": built(lambda: [L.Dropout(0.1)])}, ValueError, "weights to train"),
        ({"model": "lab"}, TypeError, "model must be a keras.Model, not str"),
        ({"validation": (np.zeros((2, 3, 1)), np.zeros((2, 3)))}, ValueError, "of validation"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        train(**({"model": recurrent_network(3), "batches": change(), "iterations": 2} | arguments))


def test_an_optimizer_of_another_model_is_refused():
    optimizer = keras.optimizers.Adam()
    train(recurrent_network(3), change(), iterations=1, optimizer=optimizer)
    with pytest.raises(ValueError, match="optimizer must be new, or have trained this model"):
        train(recurrent_network(3), change(), iterations=1, optimizer=optimizer)


def test_sequences_of_another_length_than_the_model_reads_are_refused():
    with pytest.raises(ValueError, match=r"shape \[None, 20, 1\] of the model's inputs"):
        train(built(MODELS["gru"], steps=20), change(), iterations=1)
