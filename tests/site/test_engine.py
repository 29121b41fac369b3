"""The playground's engine computes in Chromium what Keras computes here, and says what is wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from playwright.sync_api import Browser, Error, Page

from .checks import page_load as check
from .tools.browser import SITE

PLAY = Path(__file__).parents[2] / "docs" / "_static" / "play"
FILES = ("engine.js", "trainer.js", "parity.js")
LAYERS = {"simple": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear")
CELLS = pytest.mark.parametrize("cell", LAYERS)
UNITS, STEPS, BATCH, INPUTS = 5, 7, 4, 2
VALUES = [float(np.sin(0.3 * t) + 0.3 * np.sin(1.1 * t)) for t in range(120)]
SETTINGS = {
    "values": VALUES, "trainUntil": 80, "cell": "simple", "units": 8, "activation": "tanh",
    "loss": "mse", "optimizer": "adam", "learningRate": 0.01, "steps": 10, "batch": 8, "seed": 3,
    "iterations": 200,
}  # fmt: skip


def sources(**changed: tuple[str, str]) -> str:
    """Return the engine's text, with a place of a file changed where a test wants it."""
    texts = []
    for name in FILES:
        text = (PLAY / name).read_text("utf-8")
        if name.removesuffix(".js") in changed:
            old, new = changed[name.removesuffix(".js")]
            assert text.count(old) >= 1, old
            text = text.replace(old, new)
        texts.append(text)
    return "\n".join(texts)


@pytest.fixture(scope="module")
def engine(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.add_script_tag(content=sources())
    # Typed arrays cross to Python as objects with a key for each number: make lists of them.
    page.evaluate("""() => {
      globalThis.plain = (value) =>
        ArrayBuffer.isView(value) ? Array.from(value)
        : value && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])) : value;
    }""")
    yield page
    page.close()


# Keras's side -------------------------------------------------------------------------------------


def keras_network(cell: str, units: int, activation: str, inputs: int = 1) -> keras.Model:
    layer = LAYERS[cell](units, activation=activation, return_sequences=True)
    return keras.Sequential([keras.Input((None, inputs)), layer, keras.layers.Dense(1)])


def named(cell: str, arrays: list[Any]) -> dict[str, list[float]]:
    """Return weights or gradients in Keras's order by the engine's names."""
    kernel, recurrent, bias, *readout = (np.asarray(array, float) for array in arrays)
    found = {"kernel": kernel, "recurrent": recurrent, "bias": bias}
    if cell == "gru":
        found |= {"bias": bias[0], "recurrentBias": bias[1]}
    found |= dict(zip(["readoutKernel", "readoutBias"], readout, strict=True))
    return {name: array.ravel().tolist() for name, array in found.items()}


def drawn(cell: str, activation: str) -> tuple[keras.Model, Any, Any]:
    """Return a network with weights that are all other than zero, inputs and targets."""
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(2)
    model = keras_network(cell, UNITS, activation, INPUTS)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.5, size=variable.shape))
    inputs = rng.normal(size=(BATCH, STEPS, INPUTS)).astype("float32")
    return model, inputs, rng.normal(size=(BATCH, STEPS, 1)).astype("float32")


def keras_loss(model: keras.Model, inputs: Any, targets: Any, loss: str) -> Any:
    mean = tf.reduce_mean((model(inputs) - targets) ** 2)
    return mean if loss == "mse" else tf.sqrt(mean)


def mulberry32(seed: int) -> Iterator[float]:
    while True:
        seed = (seed + 0x6D2B79F5) % 2**32
        x = (seed ^ seed >> 15) * (seed | 1) % 2**32
        x ^= (x + (x ^ x >> 7) * (x | 61)) % 2**32
        yield (x ^ x >> 14) % 2**32 / 2**32


def keras_run(
    weights: dict[str, list[float]], *, optimizer: str, activation: str, cell: str
) -> list[float]:
    """Train in Keras as `SETTINGS` say; return the losses."""
    model = keras_network(cell, SETTINGS["units"], activation)
    assign(model, cell, weights)
    rate = SETTINGS["learningRate"]
    kind = keras.optimizers.Adam if optimizer == "adam" else keras.optimizers.SGD
    model.compile(kind(rate), "mse")
    steps, batch, until = SETTINGS["steps"], SETTINGS["batch"], SETTINGS["trainUntil"]
    values, uniform, losses = np.array(VALUES, "float32"), mulberry32(SETTINGS["seed"] + 1), []
    for _ in range(SETTINGS["iterations"]):
        starts = [int(next(uniform) * (until - steps)) for _ in range(batch)]
        windows = np.stack([values[i : i + steps + 1] for i in starts])[..., np.newaxis]
        losses.append(float(model.train_on_batch(windows[:, :-1], windows[:, 1:])))
        model.reset_metrics()
    return losses


def assign(model: keras.Model, cell: str, weights: dict[str, list[float]]) -> None:
    arrays = dict(weights)
    if "recurrentBias" in arrays:
        arrays["bias"] = arrays["bias"] + arrays.pop("recurrentBias")
    names = ["kernel", "recurrent", "bias", "readoutKernel", "readoutBias"]
    for variable, name in zip(model.trainable_variables, names, strict=True):
        variable.assign(np.reshape(arrays[name], variable.shape))


def distance(ours: Any, theirs: Any) -> float:
    return float(np.linalg.norm(np.subtract(ours, theirs)) / np.linalg.norm(theirs))


# The network --------------------------------------------------------------------------------------

COMPUTE = """([settings, inputs, targets, batch, steps, loss]) => {
  const network = new RNN.Network(settings);
  const predictions = network.forward(inputs, batch, steps);
  return plain({predictions, ...network.backward(targets, loss)});
}"""


@pytest.mark.parametrize("loss", ["mse", "rmse"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@CELLS
def test_predictions_loss_and_gradients_are_those_of_keras(
    engine: Page, cell: str, activation: str, loss: str
) -> None:
    model, inputs, targets = drawn(cell, activation)
    with tf.GradientTape() as tape:
        value = keras_loss(model, inputs, targets, loss)
    gradients = named(cell, tape.gradient(value, model.trainable_variables))
    ours = engine.evaluate(COMPUTE, arguments(cell, activation, model, inputs, targets, loss))
    np.testing.assert_allclose(ours["predictions"], np.ravel(model(inputs)), rtol=0, atol=1e-5)
    assert ours["loss"] == pytest.approx(float(value), rel=1e-6)
    assert ours["gradients"].keys() == gradients.keys()
    for name, gradient in gradients.items():
        assert distance(ours["gradients"][name], gradient) < 1e-5, name


def arguments(
    cell: str, activation: str, model: keras.Model, inputs: Any, targets: Any, loss: str
) -> list[Any]:
    weights = named(cell, model.trainable_variables)
    settings = {"cell": cell, "units": UNITS, "activation": activation, "weights": weights}
    flat = [np.ravel(array).astype(float).tolist() for array in (inputs, targets)]
    return [settings, *flat, BATCH, STEPS, loss]


@pytest.mark.parametrize("loss", ["mse", "rmse"])
@CELLS
def test_gradients_are_slopes_of_the_loss(
    browser: Browser, engine: Page, cell: str, loss: str
) -> None:
    """In float64, where differences of losses have digits enough."""
    page = browser.new_page()
    exact = sources().replace("Float32Array", "Float64Array")
    page.add_script_tag(content=exact)
    given = arguments(cell, "tanh", *drawn(cell, "tanh"), loss)
    apart = page.evaluate(
        """([settings, inputs, targets, batch, steps, loss]) => {
          const network = new RNN.Network(settings);
          const value = () => {
            network.forward(inputs, batch, steps);
            return network.backward(targets, loss);
          };
          const { gradients } = value();
          return Object.entries(settings.weights).map(([name, array]) => {
            let [apart, length] = [0, 0];
            array.forEach((number, i) => {
              const [above, below] = [1e-5, -1e-5].map((step) => {
                array[i] = number + step;
                return value().loss;
              });
              array[i] = number;
              const slope = (above - below) / 2e-5;
              apart += (slope - gradients[name][i]) ** 2;
              length += slope ** 2;
            });
            return Math.sqrt(apart / length);
          });
        }""",
        given,
    )
    page.close()
    assert len(apart) == (6 if cell == "gru" else 5)
    assert max(apart) < 1e-7


@CELLS
def test_gradients_by_step_back_are_those_of_keras(engine: Page, cell: str) -> None:
    model, inputs, targets = drawn(cell, "tanh")
    layer, readout = model.layers
    parts = ["h", "c"] if cell == "lstm" else ["h"]
    norms: dict[str, list[float]] = {part: [] for part in parts}
    for back in range(STEPS):
        states = [tf.zeros([BATCH, UNITS])] * len(parts)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for t in range(STEPS):
                _, states = layer.cell(inputs[:, t], states)
                if t == STEPS - 1 - back:
                    # Each part alone: what h says to c of the same step came before.
                    watched = [tf.identity(state) for state in states]
                    tape.watch(watched)
                    states = watched
            loss = tf.reduce_mean((readout(states[0]) - targets[:, -1]) ** 2)
        for part, gradient in zip(parts, tape.gradient(loss, watched), strict=True):
            norms[part].append(0.0 if gradient is None else float(tf.norm(gradient)))
    ours = engine.evaluate(
        """([settings, inputs, targets, batch, steps]) => {
          const network = new RNN.Network(settings);
          network.forward(inputs, batch, steps);
          return plain(network.gradientByStepBack(targets));
        }""",
        arguments(cell, "tanh", model, inputs, targets, "mse"),
    )
    assert list(ours) == parts
    for part in parts:
        np.testing.assert_allclose(ours[part], norms[part], rtol=1e-4)
    assert cell != "lstm" or (ours["c"][0] == 0 and min(ours["c"][1:]) > 0)


@CELLS
def test_steps_one_by_one_are_a_run(engine: Page, cell: str) -> None:
    model, inputs, _ = drawn(cell, "tanh")
    given = arguments(cell, "tanh", model, inputs[:1], inputs, "mse")
    ours = engine.evaluate(
        """([settings, inputs, , , steps]) => {
          const network = new RNN.Network(settings);
          let at = {state: network.zeroState()};
          return Array.from({length: steps}, (_, t) => {
            at = network.step(at.state, inputs.slice(2 * t, 2 * t + 2));
            return at.output;
          });
        }""",
        given,
    )
    np.testing.assert_allclose(ours, np.ravel(model(inputs[:1])), rtol=0, atol=1e-5)


# The optimizers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_updates_are_those_of_keras(engine: Page, kind: str) -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=30).astype("float32")
    gradients = (rng.normal(size=(20, 30)) * 10.0 ** rng.integers(-6, 3, 30)).astype("float32")
    optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[kind](0.01)
    variable = keras.Variable(start)
    for gradient in gradients:
        optimizer.apply([gradient], [variable])
    ours = engine.evaluate(
        """([kind, start, gradients]) => {
          const weights = {kernel: Float32Array.from(start)};
          const optimizer = new RNN.Optimizer({kind, learningRate: 0.01}, weights);
          for (const kernel of gradients) optimizer.update({kernel});
          return plain(weights.kernel);
        }""",
        [kind, start.tolist(), gradients.tolist()],
    )
    np.testing.assert_allclose(np.subtract(ours, start), variable - start, rtol=1e-4, atol=2e-6)


TRAIN = """([settings, weights]) => {
  const trainer = new RNN.Trainer(settings);
  if (weights) trainer.weights = weights;
  const start = plain(trainer.weights);
  const losses = [];
  while (!trainer.isDone) losses.push(trainer.advance());
  return {start, losses, weights: plain(trainer.weights), diverged: trainer.diverged};
}"""


@pytest.mark.parametrize(
    ("cell", "optimizer", "activation"),
    [
        ("simple", "sgd", "tanh"),
        ("simple", "adam", "tanh"),
        ("simple", "sgd", "relu"),
        ("simple", "adam", "relu"),
        ("lstm", "adam", "tanh"),
        ("gru", "adam", "tanh"),
    ],
)
def test_two_hundred_losses_are_those_of_keras(
    engine: Page, cell: str, optimizer: str, activation: str
) -> None:
    own = {"cell": cell, "optimizer": optimizer, "activation": activation}
    ours = engine.evaluate(TRAIN, [SETTINGS | own, None])
    theirs = keras_run(ours["start"], **own)
    # Adam divides by what it remembers of gradients: with ReLU, rounding grows from there.
    compared = 20 if (optimizer, activation) == ("adam", "relu") else 200
    np.testing.assert_allclose(ours["losses"][:compared], theirs[:compared], rtol=1e-4)
    assert ours["losses"][-1] < 0.9 * ours["losses"][0]


# Chance -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1])
def test_uniform_numbers_are_those_of_the_named_generator(engine: Page, seed: int) -> None:
    ours = engine.evaluate(
        "(seed) => Array.from({length: 1000}, ((next) => () => next())(RNN.random(seed)))", seed
    )
    expected = mulberry32(seed)
    assert ours == [next(expected) for _ in ours]
    assert 0 <= min(ours) < max(ours) < 1


@CELLS
def test_weights_begin_as_those_of_keras(engine: Page, cell: str) -> None:
    weights = engine.evaluate(
        "(cell) => plain(RNN.initialWeights({cell, units: 30, inputs: 3, seed: 5}))", cell
    )
    theirs = named(cell, keras_network(cell, 30, "tanh", 3).trainable_variables)
    assert {k: len(v) for k, v in weights.items()} == {k: len(v) for k, v in theirs.items()}
    for name in weights:
        if "ias" in name:
            assert weights[name] == theirs[name]
    recurrent = np.reshape(weights["recurrent"], (30, -1))
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(30), atol=1e-6)
    for name, shape in [("kernel", (3, recurrent.shape[1])), ("readoutKernel", (30, 1))]:
        limit = np.sqrt(6 / sum(shape))
        assert 0.9 * limit < np.max(np.abs(weights[name])) <= limit * (1 + 1e-6)
        assert abs(np.mean(weights[name])) < 0.25 * limit
    values = engine.evaluate(
        "() => ((u) => Array.from({length: 5000}, () => RNN.normal(u)))(RNN.random(1))"
    )
    assert abs(np.mean(values)) < 0.05
    assert abs(np.std(values) - 1) < 0.05


def test_a_seed_repeats_a_run_and_another_does_not(engine: Page) -> None:
    first, again, other = (
        engine.evaluate(TRAIN, [SETTINGS | {"seed": seed}, None]) for seed in (3, 3, 4)
    )
    assert first == again
    assert first["losses"] != other["losses"]


@pytest.mark.parametrize("loss", ["mse", "rmse"])
@pytest.mark.parametrize("rows", [1, 3, 8, 50])
def test_an_update_in_pieces_is_the_same(engine: Page, rows: int, loss: str) -> None:
    whole, pieces, pauses = engine.evaluate(
        """([settings, rows]) => {
          const [whole, pieces] = [new RNN.Trainer(settings), new RNN.Trainer(settings)];
          const losses = [[], []];
          let pauses = 0;
          while (!pieces.isDone) {
            losses[0].push(whole.advance());
            const update = pieces.parts(rows);
            let part = update.next();
            for (; !part.done; part = update.next()) pauses += 1;
            losses[1].push(part.value);
          }
          return [...losses, pauses / losses[1].length];
        }""",
        [SETTINGS | {"iterations": 30, "loss": loss}, rows],
    )
    np.testing.assert_allclose(pieces, whole, rtol=1e-5)
    assert pauses == np.ceil(SETTINGS["batch"] / rows) - 1


def test_both_losses_train_as_in_keras(engine: Page) -> None:
    """The root's gradient is that of the mean, divided by twice the root."""
    settings = SETTINGS | {"loss": "rmse", "optimizer": "sgd", "iterations": 1}
    ours = engine.evaluate(TRAIN, [settings, None])
    model = keras_network("simple", 8, "tanh")
    assign(model, "simple", ours["start"])
    uniform, values = mulberry32(SETTINGS["seed"] + 1), np.array(VALUES, "float32")
    starts = [int(next(uniform) * 70) for _ in range(8)]
    windows = np.stack([values[i : i + 11] for i in starts])[..., np.newaxis]
    with tf.GradientTape() as tape:
        loss = keras_loss(model, windows[:, :-1], windows[:, 1:], "rmse")
    gradients = named("simple", tape.gradient(loss, model.trainable_variables))
    assert ours["losses"] == [pytest.approx(float(loss), rel=1e-6)]
    for name, gradient in gradients.items():
        moved = np.subtract(ours["start"][name], ours["weights"][name]) / 0.01
        np.testing.assert_allclose(moved, gradient, rtol=1e-3, atol=2e-5)


# What a trained network says ----------------------------------------------------------------------

SAY = """([settings, count]) => {
  const trainer = new RNN.Trainer(settings);
  while (!trainer.isDone) trainer.advance();
  return plain({
    weights: trainer.weights, predictions: trainer.predictions(), freeRun: trainer.freeRun(count),
    hidden: trainer.hidden(), norms: trainer.gradientNorms(), diverged: trainer.diverged,
    iteration: trainer.iteration,
  });
}"""


@CELLS
def test_forecasts_free_runs_and_states_are_those_of_keras(engine: Page, cell: str) -> None:
    said = engine.evaluate(SAY, [SETTINGS | {"cell": cell, "iterations": 50}, 12])
    model = keras_network(cell, 8, "tanh")
    assign(model, cell, said["weights"])
    until, steps = SETTINGS["trainUntil"], SETTINGS["steps"]
    inputs = np.array(VALUES[until - steps : -1], "float32")[np.newaxis, :, np.newaxis]
    kept = np.s_[steps - 1 :]
    np.testing.assert_allclose(said["predictions"], model(inputs)[0, kept, 0], atol=1e-5)
    states = np.transpose(model.layers[0](inputs)[0, kept])
    assert (said["hidden"]["units"], said["hidden"]["steps"]) == states.shape
    np.testing.assert_allclose(said["hidden"]["values"], states.ravel(), atol=1e-5)
    series = list(VALUES[until - steps : until])
    for _ in range(12):
        read = np.array(series, "float32")[np.newaxis, :, np.newaxis]
        series.append(float(model(read)[0, -1, 0]))
    np.testing.assert_allclose(said["freeRun"], series[steps:], atol=1e-4)
    assert {len(norms) for norms in said["norms"].values()} == {steps}


def test_a_series_may_hold_nothing_out(engine: Page) -> None:
    said = engine.evaluate(SAY, [SETTINGS | {"trainUntil": len(VALUES), "iterations": 2}, 5])
    assert said["predictions"] == said["hidden"]["values"] == []
    assert len(said["freeRun"]) == 5


def test_baselines_are_those_of_least_squares(engine: Page) -> None:
    rng = np.random.default_rng(1)
    values = np.cumsum(rng.normal(size=100)) + 50
    ours = engine.evaluate("(values) => RNN.baselines(values, 70)", values.tolist())
    design = np.column_stack([values[1:-1], values[:-2], np.ones(98)])
    weights = np.linalg.lstsq(design[:68], values[2:70])[0]
    assert ours["linear"] == pytest.approx(np.mean((design[68:] @ weights - values[70:]) ** 2))
    assert ours["naive"] == pytest.approx(np.mean(np.diff(values)[69:] ** 2))
    constant = engine.evaluate("() => RNN.baselines(Array(40).fill(0.1), 30)")
    assert constant == {"naive": 0, "linear": pytest.approx(0, abs=1e-20)}


# What goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["relu", "linear", "tanh"])
@pytest.mark.parametrize("factor", [1, 1e20, 3e38])
@CELLS
def test_divergence_is_told_and_everything_stays_finite(
    engine: Page, cell: str, activation: str, factor: float
) -> None:
    own = {"cell": cell, "activation": activation, "optimizer": "sgd", "learningRate": 10}
    values = [factor * value / 2 for value in VALUES]
    settings = SETTINGS | own | {"values": values, "iterations": 1500}
    said = engine.evaluate(SAY, [settings, 300])
    numbers = [said["predictions"], said["freeRun"], said["hidden"]["values"]]
    numbers += said["norms"].values()
    numbers += said["weights"].values()
    assert all(np.all(np.isfinite(np.asarray(one, float))) for one in numbers)
    losses = engine.evaluate(TRAIN, [settings, None])["losses"]
    assert all(np.isfinite(loss) for loss in losses if loss is not None)
    if activation != "tanh" or factor > 1:
        assert said["diverged"]["iteration"] == said["iteration"] == len(losses) - 1
        assert said["diverged"]["what"] in {
            "the loss is no finite number", "the loss is over a million times the first",
        } or "the gradient of" in said["diverged"]["what"]  # fmt: skip
        assert losses[-1] is None


def test_a_network_that_diverged_trains_no_more(engine: Page) -> None:
    own = {"activation": "linear", "optimizer": "sgd", "learningRate": 10}
    after = engine.evaluate(
        """(settings) => {
          const trainer = new RNN.Trainer(settings);
          while (!trainer.isDone) trainer.advance();
          const before = plain(trainer.weights);
          return [before, trainer.advance(), plain(trainer.weights)];
        }""",
        SETTINGS | own,
    )
    assert after[1] is None
    assert after[0] == after[2]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"units": 3}, "units is 3; it must be a whole number from 4 to 100"),
        ({"units": "16"}, 'units is "16"; it must be a whole number from 4 to 100'),
        ({"units": 8.5}, "units is 8.5;"),
        ({"units": None}, "units is null;"),
        ({"cell": "rnn"}, 'cell is "rnn"; it must be one of simple, lstm, gru'),
        ({"cell": "toString"}, 'cell is "toString";'),
        (
            {"activation": "ReLU"},
            'activation is "ReLU"; it must be one of tanh, relu, sigmoid',
        ),
        ({"loss": "mae"}, 'loss is "mae"; it must be one of mse, rmse'),
        ({"optimizer": "momentum"}, 'optimizer is "momentum"; it must be one of sgd, adam'),
        ({"learningRate": 0}, "learningRate is 0; it must be a number above 0 and at most 10"),
        ({"learningRate": 11}, "learningRate is 11;"),
        ({"learningRate": "0.1"}, 'learningRate is "0.1";'),
        ({"steps": 1}, "steps is 1; it must be a whole number from 2 to 100"),
        ({"steps": 101}, "steps is 101;"),
        ({"batch": 0}, "batch is 0;"),
        ({"iterations": 0}, "iterations is 0;"),
        ({"seed": -1}, "seed is -1; it must be a whole number from 0 to 4294967295"),
        ({"values": [1.0] * 29}, "the length of values is 29; it must be 30 or more"),
        ({"values": [*VALUES[:50], None]}, "values[50] is null; it must be a finite number"),
        ({"values": [*VALUES[:50], 1e39]}, "values[50] is 1e+39; it must be a finite number"),
        ({"values": None}, "values is null; it must be a list of numbers"),
        ({"trainUntil": 10}, "trainUntil is 10; it must be a whole number from 11 to 120"),
        ({"trainUntil": 121}, "trainUntil is 121;"),
    ],
)
def test_a_bad_setting_is_named(engine: Page, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(Error) as error:
        engine.evaluate("(settings) => { new RNN.Trainer(settings); }", SETTINGS | wrong)
    assert said in error.value.message


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("RNN.random(1.5)", "seed is 1.5"),
        ("RNN.initialWeights({cell: 'simple', units: 8, inputs: 0, seed: 1})", "inputs is 0"),
        ("network().forward([1, 2], 1, 3)", "the length of inputs is 2; it must be 3"),
        ("network().forward([1, NaN], 1, 2)", "inputs[1] is NaN; it must be a finite number"),
        ("network().backward([1], 'mse')", "no way back before forward"),
        ("network().step(network().zeroState(), Infinity)", "input[0] is Infinity"),
        ("network({units: 9})", "the length of weights.kernel is 8; it must be 9"),
        ("network({weights: {}})", "weights.kernel is undefined; it must be a list of numbers"),
        ("RNN.baselines([1, 2, 3], 2)", "the length of values is 3; it must be 6 or more"),
        ("(new RNN.Trainer(settings)).freeRun(-1)", "count is -1"),
        (
            "(new RNN.Trainer(settings)).weights = {}",
            "weights.kernel is undefined; it must be",
        ),
    ],
)
def test_a_bad_argument_is_named(engine: Page, call: str, said: str) -> None:
    prepared = """(settings) => {
      const network = (own = {}) => new RNN.Network({cell: "simple", units: 8, activation: "tanh",
        weights: RNN.initialWeights({cell: "simple", units: 8, seed: 1}), ...own});
      CALL;
    }"""
    with pytest.raises(Error) as error:
        engine.evaluate(prepared.replace("CALL", call), SETTINGS)
    assert said in error.value.message


# The site's own network ---------------------------------------------------------------------------

RECORD = PLAY.parents[1] / "tutorials" / "data" / "curves.json"


def own_network() -> tuple[dict[str, list[float]], keras.Model]:
    """Return the weights of the record as numbers, and Keras's network with them."""
    record = json.loads(RECORD.read_text("utf-8"))
    weights = {
        name: np.frombuffer(base64.b64decode(text), "<f4").tolist()
        for name, text in record["weights"].items()
    }
    about = record["network"]
    model = keras_network(about["cell"], about["units"], about["activation"])
    assign(model, about["cell"], weights)
    return weights, model


def test_the_sites_own_network_is_that_of_keras(engine: Page) -> None:
    weights, model = own_network()
    for script in (PLAY.parent / "site.js", PLAY / "show" / "weights.js"):
        engine.add_script_tag(content=script.read_text("utf-8"))
    text = RECORD.read_text("utf-8")
    values = np.array(VALUES[:75], "float32")
    ours = engine.evaluate(
        """async ([text, hash, values, count]) => {
          globalThis.read = async () => text;
          const file = await PlayWeights.load("curves.json", hash);
          const network = new RNN.Network({...file.network, weights: file.weights});
          return plain({
            weights: file.weights, said: network.forward(values, 1, values.length),
            goneOn: PlayWeights.goOn(file, values, count),
          });
        }""",
        [text, hashlib.sha256(text.encode()).hexdigest(), values.tolist(), 38],
    )
    assert ours["weights"] == weights
    np.testing.assert_allclose(
        ours["said"], np.ravel(model(values[None, :, None])), rtol=0, atol=1e-5
    )
    series = values.tolist()
    for _ in range(38):
        series.append(float(model(np.array(series, "float32")[None, :, None])[0, -1, 0]))
    np.testing.assert_allclose(ours["goneOn"], series[75:], atol=1e-4)


# The page's own check -----------------------------------------------------------------------------

PAGE = SITE / "tutorials" / "playground.html"
VECTORS = '<script type="application/json" id="play-vectors">'


def page_vectors() -> Any:
    text = PAGE.read_text("utf-8")
    return json.loads(text.partition(VECTORS)[2].partition("</script>")[0])


@pytest.fixture
def page_is_built() -> None:
    if not PAGE.is_file() or VECTORS not in PAGE.read_text("utf-8"):
        pytest.skip("no playground in the built site")


BROKEN = [
    ("engine", ("1 - y[i] * y[i]", "1 + y[i] * y[i]"), {"gradients", "runs"}),
    ("engine", ("delta[j + units] = total", "delta[j + units] = -total"), {"gradients"}),
    ("engine", ("(earlier[k] - gates", "(earlier[k] + gates"), {"gradients"}),
    ("engine", ("(1 - gates[j]) * gates[j + 2", "(1 + gates[j]) * gates[j + 2"), {"predictions"}),
    ("engine", ("weight[i] -= (rate", "weight[i] += (rate"), {"runs", "early"}),
    ("engine", ("weight[i] -= this.learningRate", "weight[i] += this.learningRate"), {"runs"}),
    ("engine", ("Math.tanh(a[i])", "NaN"), {"predictions", "gradients", "losses", "runs"}),
    ("trainer", ("start + 1 + steps)", "start + steps + 1).reverse()"), {"runs", "early"}),
]


@pytest.mark.usefixtures("page_is_built")
def test_the_pages_check_passes_the_engine(engine: Page) -> None:
    rows = engine.evaluate("async (vectors) => (await RNN.compare(vectors)).rows", page_vectors())
    assert [row["name"] for row in rows if not row["holds"]] == []
    assert {row["name"] for row in rows} == {
        "predictions", "losses", "gradients", "runs", "early",
    }  # fmt: skip
    assert all(row["greatest"] > 0 for row in rows)


@pytest.mark.usefixtures("page_is_built")
@pytest.mark.parametrize(("file", "change", "seen"), BROKEN)
def test_the_pages_check_sees_a_broken_engine(
    browser: Browser, file: str, change: tuple[str, str], seen: set[str]
) -> None:
    page = browser.new_page()
    page.add_script_tag(content=sources(**{file: change}))
    rows = page.evaluate("async (vectors) => (await RNN.compare(vectors)).rows", page_vectors())
    page.close()
    assert seen <= {row["name"] for row in rows if not row["holds"]}


def test_the_parts_shown_are_about_a_hundred_lines() -> None:
    text = (PLAY / "engine.js").read_text("utf-8")
    shown = [
        line
        for name in ("product", "simple cell", "way back")
        for line in text.partition(f"// [{name}]\n")[2].partition("// [end of")[0].splitlines()
    ]
    assert 80 < len(shown) < 120
    assert max(len(line) for line in shown) <= 80  # and 76 without their indentation


@pytest.mark.usefixtures("page_is_built")
@pytest.mark.parametrize("where", ["server", "folder"])
def test_the_button_fills_the_table(browser: Browser, root: str, where: str) -> None:
    address = f"{root}tutorials/playground.html" if where == "server" else PAGE.as_uri()
    with check.visit(browser, address) as seen:
        asked: list[str] = []
        seen.page.on("request", lambda request: asked.append(request.url))
        assert not any("parity.js" in address for address in seen.sizes)
        seen.page.get_by_role("button", name="Check the engine here").click()
        verdict = seen.page.locator("#parity-verdict")
        verdict.get_by_text("all comparisons are within").wait_for()
        cells = seen.page.locator("[data-parity]").all_inner_texts()
        assert len(cells) == 5
        assert all("as wanted" in text for text in cells)
        assert seen.page.locator("#parity-curves svg polyline").count() == 2
        assert any("parity.js" in address for address in asked)
        assert seen.errors == []
        assert seen.refused == []
