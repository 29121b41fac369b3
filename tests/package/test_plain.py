"""The reference forms of rnnlab.plain against the full ones, and their lengths."""

import ast
import importlib
import itertools
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from rnnlab import (
    attention,
    backpropagation,
    baselines,
    beam_search,
    cells,
    comparison,
    evaluation,
    generation,
    handwriting,
    intervals,
    lab2019,
    mixtures,
    models,
    pig_latin,
    plain,
    plotting,
    reading,
    reber,
    scaling,
    scheduled_sampling,
    strokes,
    tables,
    training,
    translation,
    workers,
    writing,
)
from rnnlab import dates as full_dates
from rnnlab import ngrams as full_ngrams
from rnnlab import text as full_text
from rnnlab import windows as full_windows

L = keras.layers
RNG = np.random.default_rng(0)
DATA = Path(__file__).parents[2] / "docs" / "tutorials" / "data"
FORMS = Path(plain.__path__[0])
for path in FORMS.glob("[!_]*.py"):
    importlib.import_module(f"{plain.__name__}.{path.stem}")


def forms_of(module):
    """Return a module, and the one that has the plain forms of what is in it."""
    return module, getattr(plain, module.__name__.removeprefix("rnnlab."))


@pytest.fixture
def float64():
    """Keras in float64, so that two ways to compute one thing can be told from one another."""
    for setting in (keras.config.set_floatx, keras.config.set_dtype_policy):
        setting("float64")
    yield
    for setting in (keras.config.set_floatx, keras.config.set_dtype_policy):
        setting("float32")


def network(layers, features=1):
    """Return a model with the same weights, and the same dropout to come, in each call."""
    keras.utils.set_random_seed(5)
    return keras.Sequential([keras.Input((None, features)), *layers()])


def lab(activation="tanh", units=12):
    return models.recurrent_network(units, activation, seed=4)


def drawn(rng, batch=8, steps=10):
    """Draw sines with frequencies of their own, and their next values."""
    x = np.sin(rng.uniform(0.5, 2, (batch, 1)) * np.arange(steps + 1.0))[..., np.newaxis]
    return x[:, :-1], x[:, 1:]


def trained(form, make, iterations=24, **options):
    """Return the history and the weights after a training by one of the forms."""
    model, rng = make(), np.random.default_rng(2)
    held_out = drawn(np.random.default_rng(3), 7, 9)
    history = form(
        model,
        lambda: drawn(rng),
        iterations=iterations,
        log_every=4,
        validation=held_out,
        **options,
    )
    return history, model.get_weights()


MAKES = {
    "tanh": lab,
    "relu": lambda: lab("relu"),
    "lstm": lambda: network(lambda: [L.LSTM(6, return_sequences=True), L.Dense(1)]),
    "gru": lambda: network(lambda: [L.GRU(6, return_sequences=True), L.Dense(1)]),
    "both ways": lambda: network(
        lambda: [L.Bidirectional(L.SimpleRNN(4, return_sequences=True)), L.Dense(1)]
    ),
}


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(
    ("make", "optimizer"),
    [*itertools.product(MAKES, ["adam", "sgd"]), ("tanh", "rmsprop")],
)
def test_both_forms_train_alike(make, optimizer):
    def options():
        if optimizer == "adam":
            # Keras rounds its rates to float32, whatever else it computes in; these it need not.
            exact = {"beta_1": 1 - 2**-3, "beta_2": 1 - 2**-10}
            return {"optimizer": keras.optimizers.Adam(0.01, **exact)}
        return {"optimizer": optimizer, "learning_rate": 0.01, "loss": "rmse"}

    full, weights = trained(training.train, MAKES[make], **options())
    short, others = trained(plain.training.train, MAKES[make], **options())
    assert short.iterations == full.iterations == [0, 4, 8, 12, 16, 20, 23]
    np.testing.assert_allclose(short.losses, full.losses, rtol=1e-8)
    np.testing.assert_allclose(short.validation_losses, full.validation_losses, rtol=1e-8)
    for mine, theirs in zip(others, weights, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_in_float32_they_differ_by_rounding(optimizer):
    options = {"optimizer": optimizer, "learning_rate": 0.01, "iterations": 300}
    full, _ = trained(training.train, lab, **options)
    short, _ = trained(plain.training.train, lab, **options)
    np.testing.assert_allclose(short.losses, full.losses, rtol=1e-3)


def test_both_draw_a_batch_for_each_update_and_no_more():
    for form in (training.train, plain.training.train):
        batches = iter([drawn(np.random.default_rng(0))] * 5)
        form(lab(), batches, iterations=3)
        assert len(list(batches)) == 2


def test_both_drop_the_same_units():
    # A layer of its own: Keras's recurrent layers with `dropout` draw in every call, also in those
    # for the losses that are logged, and the full form alone takes that back.
    def make():
        return network(lambda: [L.SimpleRNN(6, return_sequences=True), L.Dropout(0.4), L.Dense(1)])

    full, _ = trained(training.train, make, learning_rate=0.01)
    short, _ = trained(plain.training.train, make, learning_rate=0.01)
    np.testing.assert_allclose(short.losses, full.losses, rtol=1e-4)


def test_an_optimizer_goes_on_where_it_was_in_both():
    ends = []
    for form in (training.train, plain.training.train):
        model, rng = lab(), np.random.default_rng(0)
        optimizer = keras.optimizers.Adam(0.01)
        for _ in range(2):
            form(model, lambda r=rng: drawn(r), iterations=10, optimizer=optimizer)
        assert int(optimizer.iterations) == 20
        ends.append(model.get_weights())
    for mine, theirs in zip(*ends, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def waves(layer):
    sequences = {"return_sequences": True}
    return network(lambda: [layer(5, **sequences), layer(4, **sequences), L.Dense(1)])


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("layer", [L.SimpleRNN, L.LSTM, L.GRU])
def test_scheduled_sampling_is_the_same_in_both(layer):
    series = np.random.default_rng(0).normal(size=(9, 8, 1))
    for share in (0, 0.5, 1):
        mixed = [
            form.scheduled_inputs(waves(layer), series, 3, share, np.random.default_rng(1))
            for form in forms_of(scheduled_sampling)
        ]
        np.testing.assert_allclose(*mixed, rtol=1e-10)
        np.testing.assert_array_equal(mixed[0] == series, mixed[1] == series)
    ends = []
    for form in forms_of(scheduled_sampling):
        model = waves(layer)
        form.train_scheduled(
            model,
            series,
            n_given=3,
            own_share=lambda done: done,
            iterations=12,
            rng=np.random.default_rng(1),
            batch_size=4,
            learning_rate=0.01,
        )
        ends.append(model.get_weights())
    for mine, theirs in zip(*ends, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("stateful", [False, True])
def test_both_generate_the_same(stateful):
    one, several = np.sin(np.arange(7.0)), np.random.default_rng(0).normal(size=(3, 7, 1))
    for model, begun in [
        (lab(), one),
        (waves(L.LSTM), several),
        (network(lambda: [L.GRU(4), L.Dense(1)]), several),
        (network(lambda: [L.GRU(4), L.Dense(2)], features=2), np.repeat(several, 2, axis=2)),
    ]:
        values = [
            form.generate(model, begun, 9, stateful=stateful) for form in forms_of(generation)
        ]
        assert values[0].shape == values[1].shape
        np.testing.assert_allclose(*values, rtol=1e-9)


@pytest.mark.parametrize("arguments", [{}, {"units": 3, "activation": "tanh", "seed": 2}], ids=str)
@pytest.mark.parametrize("features", [1, 2])
def test_both_draw_the_same_first_weights(arguments, features):
    x = np.random.default_rng(0).normal(size=(2, 4, features))
    made = [form.recurrent_network(features=features, **arguments) for form in forms_of(models)]
    for mine, theirs in zip(*(model.get_weights() for model in made), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(*(model(x) for model in made))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("name", ["model.safetensors"])
def test_a_model_comes_back_from_its_file_to_the_last_bit(name, tmp_path):
    model = lab()
    plain.models.save(model, tmp_path / name)
    restored = plain.models.load(str(tmp_path / name))
    x = np.random.default_rng(0).normal(size=(2, 4, 1))
    np.testing.assert_array_equal(model(x), restored(x))


NUMBERS = [1.5, -0.00004, np.float32(0.1), -0.0, 1e-9, 12345678.25]
TABLES = {
    "numbers as they are": ({"a": NUMBERS, "b": range(6)}, None),
    "numbers by format": ({"name": list("abcdef"), "a": NUMBERS}, {"a": ".4f"}),
    "signs": ({"a": NUMBERS}, {"a": "+.2f"}),
    "thousands": ({"how many": np.arange(6) * 1000.0}, {"how many": ",.0f"}),
    "shares": ({"share": NUMBERS}, {"share": ".1%"}),
    "words that look like zero": ({"a": ["-", "", "0"], "b": [True, None, "x"]}, {}),
    "infinite": ({"a": np.array([np.inf, -np.inf, np.nan])}, {"a": ".2f"}),
}


@pytest.mark.parametrize("name", TABLES)
def test_both_print_the_same_table(name):
    shown = [str(form.Table(*TABLES[name])).split() for form in forms_of(tables)]
    for mine, theirs in zip(*shown, strict=True):
        try:
            numbers = [float(word.strip("%").replace(",", "")) for word in (mine, theirs)]
        except ValueError:
            assert mine == theirs
        else:  # zero may have a sign, and small numbers an exponent
            np.testing.assert_allclose(*numbers, rtol=1e-6, atol=1e-12)


CELLS = {
    "simple_rnn": [{}, {"activation": "relu"}, {"activation": "sigmoid"}],
    "lstm": [{}],
    "gru": [{}, {"reset_after": False}],
}


@pytest.mark.parametrize("mask", [False, True])
@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("name", CELLS)
def test_both_forms_of_a_cell_agree(name, biased, started, mask):
    rng = np.random.default_rng(6)
    blocks = {"simple_rnn": 1, "lstm": 4, "gru": 3}[name]
    x, kernel = rng.normal(size=(3, 5, 2)), rng.normal(size=(2, 4 * blocks))
    recurrent_kernel, state = rng.normal(size=(4, 4 * blocks)), rng.normal(size=(3, 4))
    for options, backwards in itertools.product(CELLS[name], [False, True]):
        twice = name == "gru" and options.get("reset_after", True)
        results = [
            getattr(form, name)(
                x,
                kernel,
                recurrent_kernel,
                tf.Variable(np.random.default_rng(0).normal(size=(2, 12) if twice else 4 * blocks))
                if biased
                else None,
                initial_state=((state, -state) if name == "lstm" else state) if started else None,
                mask=np.arange(15).reshape(3, 5) % 4 > 0 if mask else None,
                go_backwards=backwards,
                **options,
            )
            for form in forms_of(cells)
        ]
        for mine, theirs in zip(*map(tf.nest.flatten, results), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-14)


def sources():
    return "\n".join(path.read_text("utf-8") for path in sorted(FORMS.glob("*.py")))


def formatted():
    """The sources of rnnlab.plain as ruff lays out a program of 76 columns."""
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "76", "-"]
    source = sources()
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("truncate_after", [None, 1, 3])
@pytest.mark.parametrize("activation", ["linear", "relu", "tanh"])
def test_both_carry_the_same_gradients_back(activation, truncate_after):
    rng = np.random.default_rng(1)
    x, bias, start = rng.normal(size=(3, 6, 2)), rng.normal(size=4), rng.normal(size=(3, 4))
    kernels, slopes = (rng.normal(size=(2, 4)), rng.normal(size=(4, 4))), rng.normal(size=(3, 6, 4))
    kept = [
        form.forward(x, *kernels, bias, activation, initial_state=start)
        for form in forms_of(backpropagation)
    ]
    np.testing.assert_allclose(kept[0].outputs, kept[1].outputs, rtol=1e-12)
    np.testing.assert_allclose(kept[0].slopes, kept[1].slopes, rtol=1e-10, atol=1e-12)
    mine = plain.backpropagation.backward(kept[0], slopes, truncate_after)._asdict()
    theirs = backpropagation.backward(kept[1], slopes, truncate_after)._asdict()
    assert list(mine) == list(theirs)
    for name in mine:
        np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-9, atol=1e-11)
    both = (
        map(backpropagation.state_gradient_norms, kept),
        map(plain.backpropagation.state_gradient_norms, kept),
    )
    for norms in zip(*both, strict=True):
        np.testing.assert_allclose(*norms, rtol=1e-9)


@pytest.mark.parametrize("shape", [(30,), (4, 30, 2)])
@pytest.mark.parametrize("options", [{}, {"horizon": 3}, {"horizon": 3, "at_each_step": True}])
def test_both_cut_the_same_windows(shape, options):
    values = np.random.default_rng(0).normal(size=shape)
    both = [module.windows(values, 5, **options) for module in forms_of(full_windows)]
    for mine, theirs in zip(*both, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("horizon", [1, 3])
def test_both_linear_forecasts_are_the_same(horizon):
    rng = np.random.default_rng(0)
    coefficients, intercept = rng.normal(size=(4, horizon)) / 3, rng.normal(size=horizon)
    given = rng.normal(size=(5, 8, 1))
    mine, theirs = (form.LinearForecast(coefficients, intercept) for form in forms_of(baselines))
    np.testing.assert_allclose(mine.predict(given), theirs.predict(given), rtol=1e-12)
    if horizon == 1:
        both = [one.generate(given[0, :6, 0], 20) for one in (mine, theirs)]
        np.testing.assert_allclose(*both, rtol=1e-9)


@pytest.mark.parametrize("order", [None, 3, 8])
def test_both_fit_the_same_linear_forecast(order):
    values = np.random.default_rng(0).normal(size=(40, 8 if order is None else 9, 1))
    x, y = (values, values[:, :2]) if order is None else (values[:, :-1], values[:, 1:])
    mine, theirs = (form.fit_linear(x, y, order=order) for form in forms_of(baselines))
    np.testing.assert_allclose(mine.coefficients, theirs.coefficients, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(mine.intercept, theirs.intercept, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("count", "level"), [(99, 0.07), (9, 0.9), (500, 0.9), (30, 0.123)])
def test_both_leave_the_same_margin(count, level):
    errors = np.random.default_rng(count).normal(size=count)
    margins = [form.conformal_margin(errors, level) for form in forms_of(intervals)]
    assert margins[0] == margins[1]


def test_both_give_the_same_series_errors_and_first_weights():
    rng = np.random.default_rng(0)
    times, (one, other) = rng.uniform(0, 30, 50), rng.normal(size=(2, 6, 4, 3))
    for name, given, full in [
        ("time_series", (times,), lab2019),
        ("mse_by_step", (one, other), evaluation),
        ("bare_bones_weights", (), lab2019),
    ]:
        both = [getattr(form, name)(*given) for form in forms_of(full)]
        for mine, theirs in zip(*both, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-14)


def test_both_make_the_same_network_that_writes():
    made = [form.writing_network(5, 4, embedding=3, seed=2) for form in forms_of(writing)]
    for mine, theirs in zip(*(model.get_weights() for model in made), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_both_draw_the_same_heat_map():
    values, drawn = np.random.default_rng(0).normal(size=(2, 3)), []
    for form in forms_of(plotting):
        figure, ax = plt.subplots()
        form.heat_map(ax, values, ["a", "b"], range(3), decimals=1)
        figure.canvas.draw()
        drawn.append(np.asarray(figure.canvas.buffer_rgba()))
        plt.close(figure)
    np.testing.assert_array_equal(*drawn)


@pytest.mark.parametrize("attention", [None, "additive", "multiplicative"])
def test_both_make_the_same_network_that_translates(attention):
    options = {"attention": attention, "embedding": 5, "seed": 3}
    full, short = (form.encoder_decoder(6, 7, 4, **options) for form in forms_of(translation))
    assert [one.path for one in short.weights] == [one.path for one in full.weights]
    for mine, theirs in zip(short.get_weights(), full.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    codes = [np.array([[3, 4, 5], [5, 0, 0]]), np.array([[1, 6], [1, 3]])]
    np.testing.assert_allclose(short(codes), full(codes), rtol=1e-6)


@pytest.mark.parametrize("align", ["start", "end"])
def test_both_write_and_spoil_strings_of_the_grammar_alike(align):
    strings = reber.embedded_reber(20, np.random.default_rng(0))
    for one in strings:
        assert plain.reber.with_outer_changed(one) == reber.with_outer_changed(one)
    full, short = (form.one_hot(strings, align=align) for form in forms_of(reber))
    np.testing.assert_array_equal(full, short)
    assert full.dtype == short.dtype


def test_both_draw_the_same_rings_and_medians():
    runs = {"tanh": [0.3, 0.2, 0.4], "a name that is long enough for two lines": np.array([0.1])}
    drawn = []
    for form in forms_of(plotting):
        figure, ax = plt.subplots()
        form.dots_with_medians(ax, runs)
        figure.canvas.draw()
        drawn.append(np.asarray(figure.canvas.buffer_rgba()))
        plt.close(figure)
    np.testing.assert_array_equal(*drawn)


def test_both_know_the_same_of_a_text(tmp_path):
    letters, path = "\n abcr", tmp_path / "writer.safetensors"
    words = "a crab, abracab ra\n".replace(",", "")
    keras.utils.set_random_seed(0)
    model = writing.writing_network(len(letters), units=5, embedding=3)
    model.set_weights([2 * np.random.default_rng(0).normal(size=w.shape) for w in model.weights])
    writing.save_writer(model, full_text.Vocabulary(letters), path)
    full = SimpleNamespace(**vars(full_text) | vars(full_ngrams) | vars(writing))
    short = SimpleNamespace(**vars(plain.text) | vars(plain.ngrams) | vars(plain.writing))
    found = []
    for form in (short, full):
        network, vocabulary = form.load_writer(path)
        codes = vocabulary.encode(words)
        n_gram = form.KneserNey(len(vocabulary), 3, 0.7).fit(codes[:12])
        several = form.write(
            network, vocabulary, ["ab", "ra"], 9, np.random.default_rng(1),
            temperature=0.8, top_k=4, nucleus=0.9,
        )  # fmt: skip
        found.append((
            codes,
            *form.carried_windows(codes, 2, 3),
            n_gram.log_prob(codes),
            form.log_prob(network, codes, streams=4, warm_up=2),
            vocabulary.encode("".join(several)),
            vocabulary.encode(form.write(network, vocabulary, "a", 5, np.random.default_rng(2))),
        ))  # fmt: skip
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


@pytest.mark.parametrize("kind", [None, "additive", "multiplicative"])
def test_both_translate_alike(tmp_path, kind):
    path, texts = tmp_path / "translator.safetensors", ["12+3", "4+51"]
    source, target = (translation.vocabulary_of(one) for one in (texts, ["0123456789"]))
    model = translation.encoder_decoder(len(source), len(target), 6, attention=kind, embedding=4)
    rng = np.random.default_rng(19)
    model.set_weights([2 * rng.normal(size=w.shape) for w in model.weights])
    translation.save_translator(model, source, target, path)
    found = []
    for form in forms_of(translation):
        network, *both = form.load_translator(path)
        said = form.translate(network, *both, texts, longest=9)
        codes = form.padded(both[0], texts)
        sums = form.sums(20, 3, np.random.default_rng(1))
        letters = [one.characters for one in (*both, form.vocabulary_of(texts))]
        found.append((said, codes.tolist(), sums, letters))
    assert found[0] == found[1]
    assert len(set(found[0][0])) == 2
    for name in ("PAD", "START", "END"):
        assert getattr(plain.translation, name) == getattr(translation, name)


def test_both_read_and_write_dates():
    languages = full_dates.read_languages(DATA / "dates.json")
    assert plain.dates.read_languages(DATA / "dates.json") == languages
    rng, several = np.random.default_rng(0), list(languages.values())
    for language in several:
        for pattern in language["patterns"]:
            day = full_dates.FIRST + timedelta(int(rng.integers(36_525)))
            text = full_dates.written(day, language, pattern)
            assert plain.dates.written(day, language, pattern) == text
            assert plain.dates.readings(text, several) == full_dates.readings(text, several)
    assert plain.dates.readings("31 février 2019", several) == set()


@pytest.mark.parametrize("seed", range(6))
def test_both_write_the_same_lines(seed):
    lines = []
    for form in forms_of(strokes):
        rng = np.random.default_rng(seed)
        faces = form.read_faces(DATA / "hershey.json")
        lines.append(form.write_line("Oh, a whale 19!", form.random_writer(rng), faces, rng))
    np.testing.assert_allclose(*lines, atol=1e-6)


def test_both_have_the_same_mixtures():
    outputs, points = RNG.normal(size=(2, 5, 13)), RNG.normal(size=(2, 5, 3))
    for neatness in (0, 0.7):
        full, short = (form.mixture(outputs, neatness) for form in forms_of(mixtures))
        for name, values in full._asdict().items():
            np.testing.assert_allclose(getattr(short, name), values, rtol=1e-13)
    full, short = (form.mixture(outputs[0, 0]) for form in forms_of(mixtures))
    places = points[..., :2]
    np.testing.assert_allclose(
        plain.mixtures.density(short, places), mixtures.density(full, places)
    )
    for numbers in ([0.2, 1, -1, 0.3], [0.9, 0, 2, 0.8]):
        both = mixtures.draw(full, numbers), plain.mixtures.draw(short, numbers)
        np.testing.assert_allclose(*both)
    points[..., 2] = points[..., 2] > 0
    losses = [form.mixture_loss(points, outputs) for form in forms_of(mixtures)]
    np.testing.assert_allclose(*losses, rtol=1e-13)


def test_both_look_through_the_same_window():
    points, text = RNG.normal(size=(2, 7, 3)), np.eye(6)[RNG.integers(0, 6, (2, 4))]
    layers = [form.SoftWindow(5, 3) for form in forms_of(handwriting)]
    found = []
    for layer in layers:
        layer(np.float32(points), np.float32(text))
        layer.set_weights(layers[0].get_weights())
        found.append(layer(np.float32(points), np.float32(text)))
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


@pytest.mark.parametrize("text", ["I", "a sea"])
def test_both_write_by_hand_alike(tmp_path, text):
    model = handwriting.handwriting_network(8, 7, windows=2, mixtures=3)
    handwriting.save_hand(handwriting.hand_of(model, 0.4), tmp_path / "hand")
    begun = np.array([[0, 1, 0], [0.2, -1, 1]])
    for settings in ({}, {"neatness": 0.6, "begun": begun}):
        full, short = (
            form.handwrite(
                form.load_hand(tmp_path / "hand"), text, np.random.default_rng(1), **settings
            )
            for form in forms_of(handwriting)
        )
        np.testing.assert_allclose(short.strokes, full.strokes, atol=1e-5)
        np.testing.assert_allclose(short.window, full.window, atol=1e-9)
        assert short.finished == full.finished
    assert plain.handwriting.codes_of(text) == handwriting.codes_of(text).tolist()


def test_each_form_fits_on_a_page():
    lines = formatted().splitlines()
    assert max(map(len, lines)) <= 76
    assert max(map(len, sources().splitlines())) <= 76
    for form in ast.parse("\n".join(lines)).body:
        if isinstance(form, ast.FunctionDef | ast.ClassDef):
            first = form.body[
                1
            ].lineno  # behind its head: programs have the parameters that they use
            own = [line for line in lines[first - 1 : form.end_lineno] if line.strip()]
            assert 1 + len(own) <= 25, f"{form.name} has {1 + len(own)} lines"


@pytest.mark.parametrize("kind", ["additive", "multiplicative"])
def test_both_look_back_alike(kind):
    model = translation.encoder_decoder(6, 6, 6, attention=kind, embedding=4)
    rng = np.random.default_rng(0)
    model.set_weights([2.0 * rng.normal(size=weight.shape) for weight in model.weights])
    codes, so_far = np.array([[3, 4, 5, 3], [4, 5, 0, 0]]), np.array([[1, 4, 2], [1, 3, 3]])
    places = rng.random((2, 3, 4)) < 0.7
    places[..., 0] = True
    for given in ([places], []):
        full, short = (form.look_back(model, codes, so_far, *given) for form in forms_of(attention))
        for a, b in zip(short, full, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_both_run_workers_alike(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import json, os, sys, time\n"
        "number = json.loads(os.environ['TF_CONFIG'])['task']['index']\n"
        "if sys.argv[1:] == [str(number)]:\n    sys.exit(3)\n"
        "time.sleep(0 if not sys.argv[1:] else 30)\nprint(number)\n"
    )
    for form in forms_of(workers):
        assert form.run_workers(program, 3) == ["0\n", "1\n", "2\n"]
        with pytest.raises(workers.WorkerError, match="worker 1 of 2 ended with code 3"):
            form.run_workers(program, arguments=["1"])
        with pytest.raises(workers.WorkerError, match="worker"):
            form.run_workers(program, timeout=1, arguments=["7"])


def test_both_weigh_alike():
    rng = np.random.default_rng(0)
    query, key, value = (rng.normal(size=shape) for shape in [(2, 3, 4), (2, 5, 4), (2, 5, 2)])
    scale, mask = rng.normal(size=4), rng.random((2, 3, 5)) < 0.7
    mask[..., 0] = True
    for given in (mask, None):
        for name, more in (("additive_attention", [scale]), ("multiplicative_attention", [])):
            short, full = (
                getattr(form, name)(*map(tf.constant, (query, key, value)), *more, given)
                for form in forms_of(attention)
            )
            for a, b in zip(short, full, strict=True):
                np.testing.assert_allclose(a, b, atol=1e-12)


def test_both_search_alike():
    letters = translation.vocabulary_of(["abc"])
    model = translation.encoder_decoder(len(letters), len(letters), 6, seed=1)
    rng = np.random.default_rng(0)
    model.set_weights([1.5 * rng.normal(size=weight.shape) for weight in model.weights])
    found = []
    for form in forms_of(beam_search):
        continuations = form.continuations_of(model, letters, letters)("cab")
        beams = [
            form.beam_search(continuations, width, end=2, longest=7, penalty=penalty)
            for width, penalty in ((1, 0), (4, 0), (4, 1))
        ]
        found.append([*(one for some in beams for one in some),
                      form.most_likely(continuations, end=2, longest=5)])  # fmt: skip
    for short, full in zip(*found, strict=True):
        assert short.codes == full.codes
        assert np.isclose(short.log_prob, full.log_prob, atol=1e-5)


def test_both_turn_words_alike():
    text = "pig apple string my a queen sky eye"
    assert plain.pig_latin.pig_latin(text) == pig_latin.pig_latin(text)
    assert plain.pig_latin.origins(text) == pig_latin.origins(text)
    words = text.split(" ")
    full, short = (
        form.phrases(words, 50, 14, np.random.default_rng(0)) for form in forms_of(pig_latin)
    )
    assert short == full


@pytest.mark.parametrize(
    ("horizon", "at_each_step"), [(None, False), (1, False), (3, False), (3, True)]
)
def test_both_put_what_is_known_ahead_beside_the_step_before(horizon, at_each_step):
    values, known = RNG.normal(size=20), RNG.normal(size=(20, 2))
    full = full_windows.windows(values, 5, horizon, at_each_step=at_each_step, known=known)
    short = plain.windows.windows(values, 5, horizon, at_each_step=at_each_step, known=known)
    for one, other in zip(full, short, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("horizon", [None, 3])
def test_both_put_beside_each_series_what_is_known_of_it(horizon):
    values, known = RNG.normal(size=(3, 20, 4)), RNG.normal(size=(3, 20, 2))
    full = full_windows.windows(values, 5, horizon, known=known)
    for one, other in zip(
        full, plain.windows.windows(values, 5, horizon, known=known), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("stateful", [False, True])
def test_both_generate_the_same_beside_what_is_known_ahead(stateful):
    model = keras.Sequential(
        [keras.Input((None, 3)), L.SimpleRNN(4, return_sequences=True), L.Dense(1)]
    )
    known = RNG.normal(size=(11, 2))
    options = {"known": known, "stateful": stateful}
    for beginning in (RNG.normal(size=6), RNG.normal(size=(2, 6, 1))):
        full = generation.generate(model, beginning, 5, **options)
        np.testing.assert_allclose(
            plain.generation.generate(model, beginning, 5, **options), full, rtol=1e-4
        )
    beginning, options["known"] = RNG.normal(size=(2, 6, 1)), RNG.normal(size=(2, 11, 2))
    full = generation.generate(model, beginning, 5, **options)
    np.testing.assert_allclose(
        plain.generation.generate(model, beginning, 5, **options), full, rtol=1e-4
    )


def test_both_scale_choose_origins_draw_blocks_and_score_alike():
    values = RNG.normal(5, 2, 60)
    full, short = scaling.Scale.of(values), plain.scaling.Scale.of(values)
    np.testing.assert_allclose(full.apply(values), short.apply(values), rtol=1e-12)
    np.testing.assert_allclose(full.undo(values), short.undo(values), rtol=1e-12)
    for stride in (None, 5):
        arguments = 60, 7, 3, stride
        full = comparison.rolling_origins(*arguments)
        np.testing.assert_array_equal(plain.comparison.rolling_origins(*arguments), full)
    ends = [
        form.block_bootstrap(values, 7, np.random.default_rng(0)) for form in forms_of(comparison)
    ]
    np.testing.assert_allclose(*ends)
    arguments = values, RNG.normal(5, 2, (60, 2)), np.array([0.1, 0.9])
    assert intervals.pinball(*arguments) == pytest.approx(plain.intervals.pinball(*arguments))
    ends = np.sort(RNG.normal(5, 2, (2, 60)), axis=0)
    ends[:, 0] = values[0]  # the ends are inside
    assert 0 < intervals.coverage(values, *ends) == plain.intervals.coverage(values, *ends) < 1
    scores = [form.interval_score(values, *ends, 0.8) for form in forms_of(intervals)]
    assert scores[0] == pytest.approx(scores[1])
    assert scores[0] > 1.1 * np.mean(ends[1] - ends[0])  # some values are outside


def test_both_keep_notes_beside_a_model(tmp_path):
    notes = {"mean": np.array([1.5, 2.0]), "steps": 3}
    for form in forms_of(models):
        form.save(models.recurrent_network(3), f"{tmp_path}/notes.safetensors", notes)
        found = form.load_notes(f"{tmp_path}/notes.safetensors")
        assert found == {"mean": [1.5, 2.0], "steps": 3}


SEA = DATA / "sea-surface.csv", ["temperature"]
MONTHS = {"time": ["year", "month"], "time_format": "%Y %m"}


def test_both_read_a_whole_file_and_report_its_rows_and_its_first_time():
    full, short = (form.read_series(*SEA, **MONTHS) for form in forms_of(reading))
    pd.testing.assert_frame_equal(full[0], short[0], check_names=False)
    assert short[1] == "732 rows from 1950-01-01 00:00:00 on"
    assert {"732", "1950-01-01"} <= set(str(full[1]).split())


def test_both_sort_days_and_keep_what_is_missing(tmp_path):
    days = ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-03"]
    table = pd.DataFrame({"day": days, "a": [1.5, -999, 3, 4], "b": range(4)})
    table.iloc[[2, 0, 1, 3]].to_csv(tmp_path / "f.csv", index=False)
    options = {"time": "day", "time_format": "%Y-%m-%d", "gaps": "keep", "missing": [-999]}
    full, short = (
        form.read_series(tmp_path / "f.csv", ["b", "a"], **options)[0] for form in forms_of(reading)
    )
    pd.testing.assert_frame_equal(full, short, check_names=False, check_freq=False)
    assert short.isna().sum().to_list() == [1, 2]


def test_both_read_working_days_and_refuse_a_gap(tmp_path):
    days = pd.bdate_range("2024-02-26", periods=12)
    rows = pd.DataFrame({"day": days, "a": np.arange(12.0)})
    rows.to_csv(tmp_path / "whole.csv", index=False)
    rows.drop([3, 7]).to_csv(tmp_path / "gaps.csv", index=False)
    options = {"time": "day", "time_format": "%Y-%m-%d", "step": "B"}
    full, short = (
        form.read_series(tmp_path / "whole.csv", ["a"], **options)[0] for form in forms_of(reading)
    )
    pd.testing.assert_frame_equal(full, short, check_names=False)
    for form in forms_of(reading):
        with pytest.raises(ValueError, match="gaps"):
            form.read_series(tmp_path / "gaps.csv", ["a"], **options)


@pytest.mark.parametrize("step", ["YS", "QS", "MS", "14D"])
def test_both_find_the_step_and_refuse_what_was_not_measured(tmp_path, step):
    days = pd.date_range("2001-01-01", periods=9, freq=step)
    rows = pd.DataFrame({"day": days, "a": np.arange(9.0)})
    options = {"time": "day", "time_format": "%Y-%m-%d"}
    twice = pd.concat([rows, rows[3:4]])  # a row that was written twice is one
    twice.to_csv(tmp_path / "f.csv", index=False)
    for form in forms_of(reading):
        table = form.read_series(tmp_path / "f.csv", ["a"], **options)[0]
        np.testing.assert_array_equal(table["a"], rows["a"])
        assert list(table.index) == list(days)
    rows.loc[4, "a"] = -9999
    rows.to_csv(tmp_path / "f.csv", index=False)
    for form in forms_of(reading):
        with pytest.raises(ValueError, match="missing"):
            form.read_series(tmp_path / "f.csv", ["a"], **options)


def test_no_row_is_lost_where_the_step_does_not_lead(tmp_path):
    """Ends of months: the plain form knows their first days alone, and says so."""
    rows = pd.DataFrame({"day": pd.date_range("2001-01-31", periods=9, freq="ME"), "a": range(9)})
    rows.to_csv(tmp_path / "f.csv", index=False)
    options = {"time": "day", "time_format": "%Y-%m-%d"}
    with pytest.raises(ValueError, match="off the step"):
        plain.reading.read_series(tmp_path / "f.csv", ["a"], **options, gaps="fill")
    for form, step in ((reading, {}), (plain.reading, {"step": "ME"})):
        table, _ = form.read_series(tmp_path / "f.csv", ["a"], **options, **step)
        assert table["a"].tolist() == list(range(9))


def test_both_read_hours_across_a_change_of_the_clock_and_fill_gaps(tmp_path):
    times = pd.date_range("2021-10-30", "2021-11-01", freq="h", tz="Europe/Berlin")
    table = pd.DataFrame({"t": times.strftime("%d.%m.%Y %H:%M"), "x": RNG.normal(size=len(times))})
    table.drop([3, 4]).to_csv(tmp_path / "f.csv", sep=";", decimal=",", index=False)
    options = {
        **{"time": "t", "time_format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
        **{"gaps": "fill", "sep": ";", "decimal": ","},
    }
    full, short = (
        form.read_series(tmp_path / "f.csv", ["x"], **options)[0] for form in forms_of(reading)
    )
    pd.testing.assert_frame_equal(full, short, check_names=False, check_freq=False)
