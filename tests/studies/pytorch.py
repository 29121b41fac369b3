"""Hold the PyTorch that each tutorial shows against Keras and `rnnlab`.

    python -m tests.studies.pytorch [PAGE ...]

`nox -s study -- pytorch` calls this, where PyTorch is installed.

A tutorial shows its own cell or loop in PyTorch, too, in a block that the build does not run.
Here each block is read out of its page and run; `check_<page>(run)` runs it, whole or with a line
changed, and yields what is compared: what came of the block and what Keras, `rnnlab` or the
figures of 2019 have for the same weights and inputs. What the words beside a block say of PyTorch
is tried as well, as a fact that has to be true.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from tests.studies.from_page import TUTORIALS, functions_of

LONGEST, WIDEST = 18, 76
NOXFILE = Path(__file__).parents[2] / "noxfile.py"
# The playground is no text on a cell or a loop.
PAGES = sorted({path.stem for path in TUTORIALS.glob("*.md")} - {"playground"})

Run = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Compared:
    """What a block gives, what it should give, and how far apart the two may be."""

    what: str
    found: Any
    wanted: Any
    tolerance: float
    relative: bool = True

    def distance(self) -> float:
        """Return the largest difference, as a share of the largest value where that is asked."""
        found, wanted = as_array(self.found), as_array(self.wanted)
        if found.shape != wanted.shape:
            return np.inf
        largest = np.abs(wanted).max()
        return float(np.abs(found - wanted).max() / (largest if self.relative else max(1, largest)))

    def holds(self) -> bool:
        """Tell whether the two agree; what is no number agrees with nothing."""
        return self.distance() <= self.tolerance


Comparisons = Iterator[Compared]


def values(what: str, found: Any, wanted: Any) -> Compared:
    """Compare outputs."""
    return Compared(what, found, wanted, 1e-5, relative=False)


def slopes(what: str, found: Any, wanted: Any) -> Compared:
    """Compare gradients."""
    return Compared(what, found, wanted, 1e-4)


def losses(what: str, found: Any, wanted: Any) -> Compared:
    """Compare the losses or the weights of a training, to which each update adds rounding."""
    return Compared(what, found, wanted, 1e-4)


def fact(what: str, is_true: Any) -> Compared:
    """Compare what is to be true with the truth."""
    return Compared(what, float(bool(is_true)), 1.0, 0.0)


def as_array(value: Any) -> np.ndarray:
    """Return an array of PyTorch, TensorFlow or NumPy as one of NumPy."""
    return np.asarray(value.detach() if hasattr(value, "detach") else value, np.float64)


def pinned_version(noxfile: str) -> str:
    """Return the version of PyTorch that the study installs."""
    return re.findall(r"torch==([\d.]+)\+cpu", noxfile)[0]


def block_of(page: str, text: str) -> str:
    """Return the code of a page's block.

    Raises:
        ValueError: The page has no such block, or several.
    """
    form = rf"```\{{code-block\}} python\n:name: torch-{page}\n\n(.*?)```\n"
    found = re.findall(form, text, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"{page} has {len(found)} blocks named torch-{page}, wanted one")
    return str(found[0])


def check_of(page: str) -> Callable[[Run], Comparisons] | None:
    """Return the function that checks a page's block."""
    return globals().get(f"check_{page.replace('-', '_')}")


def problems(page: str, text: str, version: str) -> list[str]:
    """Return, in words, what is wrong with a page's block as far as can be told without PyTorch."""
    found = [] if check_of(page) else [f"nothing checks the block of {page}"]
    if f"Checked with PyTorch `{version}` by a study, not at build time." not in text:
        found.append(f"{page} does not say that PyTorch {version} checked its block")
    try:
        code = block_of(page, text)
        compile(code, page, "exec")
    except (SyntaxError, ValueError) as error:
        return [*found, str(error)]
    lines = code.splitlines()
    if len(lines) > LONGEST:
        found.append(f"the block of {page} has {len(lines)} lines, wanted at most {LONGEST}")
    return found + [f"wider than {WIDEST}: {line}" for line in lines if len(line) > WIDEST]


def main() -> int:
    """Check the blocks and return how many of them differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=PAGES, help=f"some of {', '.join(PAGES)}")
    pages = parser.parse_args().pages
    if unknown := set(pages) - set(PAGES):
        parser.error(f"no page {', '.join(sorted(unknown))}; there are {', '.join(PAGES)}")
    import torch

    version = pinned_version(NOXFILE.read_text("utf8"))
    if torch.__version__.partition("+")[0] != version:
        sys.exit(f"this is PyTorch {torch.__version__}; the pages name {version}")
    return sum(not is_right(page, version) for page in pages)


def is_right(page: str, version: str) -> bool:
    """Check one block, print a line, and tell whether it does what the page says."""
    text = page_text(page)
    if wrong := problems(page, text, version):
        print(f"{page}: {'; '.join(wrong)}")
        return False
    code = block_of(page, text)

    def run(old: str = "", new: str = "") -> dict[str, Any]:
        if old not in code:
            raise ValueError(f"the block of {page} has no {old!r}")
        names: dict[str, Any] = {"__name__": page}
        exec(compile(code.replace(old, new) if old else code, page, "exec"), names)
        return names

    check = check_of(page)
    assert check is not None
    compared = list(check(run))
    wrong = [f"{one.what} off by {one.distance():.1g}" for one in compared if not one.holds()]
    furthest = max(one.distance() for one in compared)
    print(f"{page}: {'; '.join(wrong) or f'{len(compared)} agree, at most {furthest:.1g} apart'}")
    return not wrong


def torch_arrays(layer: Any) -> list[np.ndarray]:
    """Return the weights of a Keras layer as PyTorch keeps them."""
    kernel, recurrent_kernel, bias = layer.get_weights()
    first, second = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
    arrays = [kernel.T, recurrent_kernel.T, first, second]
    if type(layer).__name__ == "GRU":
        update, reset, candidate = np.split(np.arange(len(first)), 3)
        arrays = [a[np.concatenate([reset, update, candidate])] for a in arrays]
    return arrays


def put(parameters: Any, arrays: Sequence[np.ndarray]) -> None:
    """Give PyTorch's parameters these values."""
    import torch

    with torch.no_grad():
        for parameter, array in zip(parameters, arrays, strict=True):
            parameter.copy_(torch.tensor(array))


def put_network(block: dict[str, Any], weights: Sequence[np.ndarray]) -> None:
    """Give a block's `rnn` and `dense` the weights of the lab's network."""
    kernel, recurrent_kernel, bias, readout, readout_bias = weights
    put(block["rnn"].parameters(), [kernel.T, recurrent_kernel.T, bias, 0 * bias])
    put(block["dense"].parameters(), [readout.T, readout_bias])


def drawn(layer: Any, features: int, seed: int = 0) -> Any:
    """Give a Keras layer weights that neither shrink nor blow up a state, and return it."""
    layer.build((None, None, features))
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(size=w.shape) / w.shape[0] ** 0.5 for w in layer.get_weights()])
    return layer


def singles(*arrays: Any) -> list[Any]:
    """Return arrays as PyTorch's, in float32."""
    import torch

    return [torch.tensor(np.asarray(array, np.float32)) for array in arrays]


def mean_square(misses: Any) -> float:
    """Return the mean of the squares."""
    return float(np.mean(as_array(misses) ** 2))


def check_bare_bones_rnn(run: Run) -> Comparisons:
    import torch

    from rnnlab import lab2019
    from rnnlab.cells import simple_rnn

    inputs = np.stack(lab2019.bare_bones_batch(), axis=1)
    kernel, recurrent_kernel, bias = map(np.array, lab2019.bare_bones_weights())
    for b in (bias, np.float32([1, -2, 0.5, 0, 3])):
        rnn = run()["recurrent"](kernel, recurrent_kernel, b)
        states, last = rnn(torch.tensor(inputs))
        wanted, state = simple_rnn(inputs, kernel, recurrent_kernel, b)
        yield values("states", states, wanted)
        yield values("last state", last[0], state)
    other = torch.nn.RNN(3, 5)
    other.load_state_dict(rnn.state_dict())
    yield values("time first", other(torch.tensor(inputs).swapaxes(0, 1))[0].swapaxes(0, 1), wanted)
    with torch.no_grad():
        rnn.bias_hh_l0.copy_(rnn.bias_ih_l0)
        rnn.bias_ih_l0.zero_()
    yield values("the other bias", rnn(torch.tensor(inputs))[0], wanted)
    try:
        torch.nn.RNN(3, 5, nonlinearity="sigmoid")
        yield fact("another activation is refused", False)
    except ValueError:
        yield fact("another activation is refused", True)


def check_predicting_a_time_series(run: Run) -> Comparisons:
    from rnnlab import lab2019

    weights = lab2019.network_weights()
    block, rng = run(), np.random.RandomState(42)
    put_network(block, weights)
    logged = []
    for iteration in range(101):
        x, y = singles(*lab2019.next_batch(50, 20, rng))
        block["update"](x, y)
        if iteration % 100 == 0:
            logged.append(mean_square(block["dense"](block["rnn"](x)[0]) - y))
    printed = json.loads((TUTORIALS / "data" / "lab2019_log.json").read_text())["losses"]["mse"]
    yield losses("losses of 2019", logged, printed[:2])

    moved = []
    for both in (run(), run(".requires_grad_(False)")):
        put_network(both, weights)
        both["update"](*singles(*lab2019.next_batch(50, 20, np.random.RandomState(42))))
        moved.append(as_array(both["rnn"].bias_ih_l0) + as_array(both["rnn"].bias_hh_l0))
    yield losses("the step of two biases", moved[1], 2 * moved[0])


def check_generating_sequences(run: Run) -> Comparisons:
    import torch

    from rnnlab.generation import generate
    from rnnlab.lab2019 import time_series
    from rnnlab.models import recurrent_network

    model = recurrent_network(100, "tanh", seed=0)
    network = {"rnn": torch.nn.RNN(1, 100, batch_first=True), "dense": torch.nn.Linear(100, 1)}
    put_network(network, model.get_weights())
    given = np.stack([time_series(t + 0.1 * np.arange(20)) for t in (0, 12)])[..., np.newaxis]
    block, [start] = run(), singles(given)
    for name, stateful in [("by_window", False), ("by_state", True)]:
        found = block[name](**network, given=start, n=60)
        yield values(name, found, generate(model, given, 60, stateful=stateful))


def check_backpropagation_through_time(run: Run) -> Comparisons:
    import torch

    from rnnlab.backpropagation import backward, forward
    from rnnlab.lab2019 import next_batch

    rng = np.random.default_rng(0)
    x, y = (array / 6 for array in next_batch(16, 20, rng))
    shapes = (1, 8), (8, 8), (8,), (8, 1)
    weights = [rng.normal(scale=0.4, size=shape) for shape in shapes]
    kept = forward(x, *weights[:3])
    miss = kept.outputs @ weights[3] - y
    g = 2 * miss / miss.size
    ours = backward(kept, g @ weights[3].T)
    wanted = [*ours[:3], np.einsum("btu,bto->uo", kept.outputs, g)]
    block = run()
    found = block["slopes"](x, y, *weights)
    names = ["kernel", "recurrent kernel", "bias", "readout"]
    for name, one, other in zip(names, found, wanted, strict=True):
        yield slopes(name, one, other)
    x, y = torch.tensor(x[:2, :4]), torch.tensor(y[:2, :4])
    leaves = [torch.tensor(w, requires_grad=True) for w in weights]
    judged = torch.autograd.gradcheck(lambda *w: block["loss_of"](x, y, *w), leaves)
    yield fact("gradcheck", judged)


def check_truncated_backpropagation(run: Run) -> Comparisons:
    import keras

    cut_streams = functions_of("truncated-backpropagation")["cut_streams"]
    x, y = cut_streams(np.random.default_rng(0), 6, pieces=12)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([
        keras.Input(batch_shape=(32, 6, 1)),
        keras.layers.SimpleRNN(16, return_sequences=True, stateful=True),
        keras.layers.Dense(1),
    ])  # fmt: skip
    model.compile(keras.optimizers.Adam(0.01, epsilon=1e-8), "mse")
    block = run()
    put_network(block, model.get_weights())
    streams = [np.concatenate(np.split(array, 12), axis=1) for array in (x, y)]
    block["train"](*singles(*streams), 6)
    model.fit(x, y, batch_size=32, shuffle=False, verbose=0)
    model.layers[0].reset_state()
    outputs = block["dense"](block["rnn"](*singles(x[:32]))[0])
    yield losses("outputs after twelve pieces", outputs, model(x[:32]))
    try:
        run("        h = h.detach()")["train"](*singles(*streams), 6)
        yield fact("without detach it fails", False)
    except RuntimeError:
        yield fact("without detach it fails", True)
    yield fact("Keras's epsilon", keras.optimizers.Adam().epsilon == 1e-7)
    yield fact("PyTorch's epsilon", block["adam"].defaults["eps"] == 1e-8)


def check_vanishing_gradients(run: Run) -> Comparisons:
    import torch

    from rnnlab.backpropagation import forward, state_gradient_norms
    from rnnlab.lab2019 import next_batch

    page, rng = functions_of("vanishing-gradients"), np.random.default_rng(0)
    x, _ = next_batch(4, 60, rng)
    for activation in ("tanh", "relu"):
        kernel, recurrent_kernel = page["uniform"](rng, 1), page["orthogonal"](rng)
        rnn = torch.nn.RNN(1, 40, nonlinearity=activation, batch_first=True).double()
        put(rnn.parameters(), [kernel.T, recurrent_kernel.T, np.zeros(40), np.zeros(40)])
        kept = forward(x / 6, kernel, recurrent_kernel, None, activation)
        found = run()["norms_by_lag"](rnn, torch.tensor(x / 6))
        yield slopes(f"norms, {activation}", found, state_gradient_norms(kept)[:, :60].T)
    for limit in (0.5, 50.0):
        parts = [rng.normal(size=shape) for shape in [(3, 4), (4,)]]
        leaves = [torch.zeros(part.shape, dtype=torch.float64) for part in parts]
        for leaf, part in zip(leaves, parts, strict=True):
            leaf.grad = torch.tensor(part)
        length = torch.nn.utils.clip_grad_norm_(leaves, limit)
        wanted, wanted_length = page["clipped"](parts, limit)
        yield slopes("length", length, wanted_length)
        for leaf, part in zip(leaves, wanted, strict=True):
            yield slopes(f"clipped at {limit}", leaf.grad, part)


def check_lstm_and_gru(run: Run) -> Comparisons:
    import keras
    import tensorflow as tf
    import torch

    x = np.random.default_rng(1).normal(size=(2, 6, 3)).astype(np.float32)
    for kind in ("LSTM", "GRU"):
        layer = drawn(getattr(keras.layers, kind)(4, return_sequences=True), 3)
        cell = run()["from_keras"](layer)
        inputs, variable = torch.tensor(x, requires_grad=True), tf.Variable(x)
        outputs, _ = cell(inputs)
        (outputs**3).sum().backward()
        with tf.GradientTape() as tape:
            wanted = layer(variable)
            loss = tf.reduce_sum(wanted**3)
        to_inputs, to_kernel = tape.gradient(loss, [variable, layer.trainable_variables[0]])
        yield values(f"outputs, {kind}", outputs, wanted)
        yield slopes(f"inputs, {kind}", inputs.grad, to_inputs)
        order = [1, 0, 2] if kind == "GRU" else [0, 1, 2, 3]
        blocks = np.split(as_array(to_kernel).T, len(order))
        moved = np.concatenate([blocks[i] for i in order])
        yield slopes(f"kernel, {kind}", cell.weight_ih_l0.grad, moved)
    of_paper = drawn(keras.layers.GRU(4, return_sequences=True, reset_after=False), 3)
    kernel, recurrent_kernel, bias = of_paper.get_weights()
    with_two = keras.layers.GRU(4, return_sequences=True)
    with_two.build((None, None, 3))
    with_two.set_weights([kernel, recurrent_kernel, np.stack([bias, 0 * bias])])
    other = run()["from_keras"](with_two)(torch.tensor(x))[0]
    apart = np.abs(as_array(other) - as_array(of_paper(x))).max()
    yield fact("the reset gate acts after the product", apart > 0.01)


def check_deep_and_bidirectional(run: Run) -> Comparisons:
    import keras
    import torch

    block = run()
    first = drawn(keras.layers.SimpleRNN(13, return_sequences=True), 1)
    second = drawn(keras.layers.SimpleRNN(13, return_sequences=True), 13, seed=1)
    put(block["deep"].parameters(), torch_arrays(first) + torch_arrays(second))
    x = np.random.default_rng(0).normal(size=(3, 7, 1)).astype(np.float32)
    yield values("two layers", block["deep"](torch.tensor(x))[0], second(first(x)))

    layer = drawn(keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True)), 2)
    ways = torch_arrays(layer.forward_layer) + torch_arrays(layer.backward_layer)
    put(block["both_ways"].parameters(), ways)
    lengths = np.array([6, 3, 2])
    x = np.random.default_rng(1).normal(size=(3, 6, 2)).astype(np.float32)
    mask = np.arange(6) < lengths[:, np.newaxis]
    padded = np.where(mask[..., np.newaxis], x, 0)
    yield values("both ways", block["both_ways"](torch.tensor(x))[0], layer(x))
    found, last = block["without_padding"](
        block["both_ways"], torch.tensor(padded), torch.tensor(lengths)
    )
    yield values("padded", as_array(found)[mask], as_array(layer(padded, mask=mask))[mask])
    yield fact("zeros after the end", np.all(as_array(found)[~mask] == 0))
    ahead = drawn(keras.layers.GRU(4, return_sequences=True), 2)
    ahead.set_weights(layer.forward_layer.get_weights())
    masked = as_array(ahead(padded, mask=mask))
    yield values("states at the ends", last[0], masked[:, -1])
    yield fact("Keras repeats the last state", np.all(masked[1, 3:] == masked[1, 2]))


def check_regularization(run: Run) -> Comparisons:
    import keras
    import torch

    block, rng = run(), np.random.default_rng(0)
    layer = drawn(keras.layers.SimpleRNN(32, return_sequences=True), 1)
    put(block["cell"].parameters(), torch_arrays(layer))
    x = rng.normal(size=(1, 20, 1)).astype(np.float32)
    [inputs] = singles(x)
    yield values("in use", block["states"](inputs, 0.4, False), layer(x))
    torch.manual_seed(0)
    draw = as_array(torch.nn.functional.dropout(torch.ones(1, 32), 0.4))[0]
    yield fact("some are dropped", 0 < np.mean(draw == 0) < 1)
    torch.manual_seed(0)
    found = block["states"](inputs, 0.4, True)
    kernel, recurrent_kernel, bias = layer.get_weights()
    layer.set_weights([kernel, draw[:, np.newaxis] * recurrent_kernel, bias])
    yield values("one draw on the state", found, layer(x))

    stacked = torch.nn.RNN(1, 8, num_layers=2, nonlinearity="relu", dropout=0.5, batch_first=True)
    ones, zeros, eye = np.ones(8), np.zeros(8), np.eye(8)
    arrays = [zeros[:, np.newaxis], 0 * eye, ones, zeros, eye, 0 * eye, zeros, zeros]
    put(stacked.parameters(), arrays)
    between = as_array(stacked(torch.zeros(1, 6, 1))[0])[0]
    yield fact("dropout between layers", set(np.unique(between)) == {0.0, 2.0})
    yield fact("a draw at each step", not np.all(between == between[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that there is nothing to drop
        single = torch.nn.RNN(1, 8, dropout=0.5, batch_first=True)
    yield values("none in one layer", single(inputs)[0], single.eval()(inputs)[0])

    # Decay of a weight whose gradient is zero, and Keras's whole update beside PyTorch's.
    for kind, left in {"AdamW": 2 - 0.02, "Adam": 2 - 0.01}.items():
        weight = torch.full((1,), 2.0, requires_grad=True)
        weight.grad = torch.zeros(1)
        getattr(torch.optim, kind)([weight], lr=0.01, weight_decay=1.0).step()
        yield values(f"decay of {kind}", weight, [left])
    weights = [as_array(w) for w in block["weights"]]
    variables = [keras.Variable(w, dtype="float32") for w in weights]
    adam = keras.optimizers.Adam(0.01, weight_decay=1.0)
    for _ in range(3):
        # Not near zero, where epsilon counts, which Keras adds before it corrects the divisor.
        steps = [np.float32(rng.uniform(0.5, 1.5, w.shape)) for w in weights]
        for parameter, step in zip(block["weights"], steps, strict=True):
            parameter.grad = torch.tensor(step)
        block["adam"].step()
        adam.apply([keras.ops.convert_to_tensor(step) for step in steps], variables)
    for parameter, variable in zip(block["weights"], variables, strict=True):
        yield values("three updates with decay", parameter, variable)


def check_memory_benchmarks(run: Run) -> Comparisons:
    import torch

    from rnnlab import memory_tasks

    lstm = run()["gated"](8, 16, 100)
    keep = as_array(lstm.bias_ih_l0)[16:32]
    yield fact("times up to the lag", np.all((keep >= 0) & (keep <= np.log(100))))
    model = functions_of("memory-benchmarks")["network"]("LSTM", 16, 8, 4, seed=0, lag=100)
    kernel, recurrent_kernel, bias = model.layers[0].get_weights()
    bias[:16], bias[16:32] = -keep, keep  # as the page does, with the same draw
    model.layers[0].set_weights([kernel, recurrent_kernel, bias])
    put([lstm.weight_ih_l0, lstm.weight_hh_l0], [kernel.T, recurrent_kernel.T])
    x, _ = memory_tasks.temporal_order(20, np.random.default_rng(0))
    yield values("last states", lstm(*singles(x))[1][0][0], model.layers[0](np.float32(x)))
    drawn_biases = [as_array(b) for b in list(torch.nn.LSTM(8, 16).parameters())[2:]]
    yield fact("both biases are drawn", all(np.ptp(b) > 0 for b in drawn_biases))
    gru, half = torch.nn.GRU(8, 4, batch_first=True), torch.full((1, 20, 4), 0.5)
    with torch.no_grad():
        gru.bias_ih_l0[4:8] = 50
    yield values("a GRU that keeps", gru(*singles(x), half)[1], half)


def check_writing_text(run: Run) -> Comparisons:
    import torch

    from rnnlab.writing import writing_network

    names = run()
    model = names["Writer"](81, 16, 8)
    keras_model = writing_network(81, units=16, embedding=8)
    table, kernel, recurrent_kernel, bias, readout, readout_bias = keras_model.get_weights()
    put([model.embedding.weight], [table])
    put(model.lstm.parameters(), [kernel.T, recurrent_kernel.T, bias, 0 * bias])
    put(model.dense.parameters(), [readout.T, readout_bias])
    codes = np.random.default_rng(0).integers(0, 81, (3, 20))
    wanted = keras_model(codes)
    yield values("logits", model(torch.tensor(codes))[0], wanted)
    first, states = model(torch.tensor(codes[:, :12]))
    second, _ = model(torch.tensor(codes[:, 12:]), states)
    yield values("carried", torch.cat([first, second], dim=1), wanted)
    yield fact("no gradient is followed further", not any(s.requires_grad for s in states))
    targets = torch.tensor(codes[:, 1:13]).flatten()
    loss = torch.nn.functional.cross_entropy(first.flatten(0, 1), targets)
    by_hand, _ = functions_of("writing-text")["cross_entropy"](
        as_array(first).reshape(-1, 81), codes[:, 1:13].ravel()
    )
    yield values("cross-entropy", loss, by_hand)


def check_encoder_decoder(run: Run) -> Comparisons:
    import torch

    from rnnlab.translation import encoder_decoder, padded, vocabulary_of

    questions = ["12+3", "4+51", "9+9"]
    vocabulary = vocabulary_of(questions)
    model = run()["Translator"](len(vocabulary), 13, 16, 8)
    keras_model = encoder_decoder(len(vocabulary), 13, units=16, embedding=8)
    rows, answers, *lstms, readout, bias = keras_model.get_weights()
    put([model.source.weight, model.answer.weight], [rows, answers])
    for own, (kernel, recurrent_kernel, own_bias) in zip(
        (model.encoder, model.decoder), (lstms[:3], lstms[3:]), strict=True
    ):
        put(own.parameters(), [kernel.T, recurrent_kernel.T, own_bias, 0 * own_bias])
    put(model.readout.parameters(), [readout.T, bias])
    codes, so_far = padded(vocabulary, questions), np.random.default_rng(0).integers(1, 13, (3, 5))
    lengths = torch.tensor([len(question) for question in questions])
    found = model(torch.tensor(codes), lengths, torch.tensor(so_far))
    yield values("logits", found, keras_model([codes, so_far]))
    longer = model(torch.tensor(np.pad(codes, [(0, 0), (0, 3)])), lengths, torch.tensor(so_far))
    yield values("logits with more padding", longer, found)


def check_handwriting(run: Run) -> Comparisons:
    import torch

    from rnnlab.mixtures import mixture_loss

    rng = np.random.default_rng(0)
    outputs, points = rng.normal(size=(3, 7, 25)), rng.normal(size=(3, 7, 3))
    points[..., 2] = points[..., 2] > 0
    found = run()["mixture_loss"](torch.tensor(points), torch.tensor(outputs))
    yield values("losses", found, mixture_loss(points, outputs))


def check_attention_and_beam_search(run: Run) -> Comparisons:
    import keras
    import torch

    from rnnlab.attention import multiplicative_attention
    from rnnlab.translation import encoder_decoder, padded, vocabulary_of

    phrases = ["my own", "the sea", "a"]
    vocabulary = vocabulary_of(phrases)
    network = encoder_decoder(len(vocabulary), 13, 16, attention="multiplicative")
    codes, so_far = padded(vocabulary, phrases), np.random.default_rng(0).integers(1, 13, (3, 5))
    layers = {layer.name: layer for layer in network.layers}
    outputs = [layers["decoder"].output, layers["encoder"].output[0]]
    decoded, read = keras.Model(network.inputs, outputs)([codes, so_far])
    block = run()["LookBack"](16, 13)
    kernel, *combined, readout, bias = (
        weight for name in ("query", "combined", "readout") for weight in layers[name].get_weights()
    )
    put(block.parameters(), [kernel.T, combined[0].T, combined[1], readout.T, bias])
    given, mask = singles(decoded, read), torch.tensor(codes != 0)
    yield values("logits", block(*given, mask), network([codes, so_far]))
    apart = np.abs(as_array(block(*given, mask | True)) - as_array(block(*given, mask))).max()
    yield fact("the mask matters", apart > 1e-3)

    query = singles(draws := np.random.default_rng(1).normal(size=(2, 3, 8)))[0]
    scaled = torch.nn.functional.scaled_dot_product_attention(query, query, query)
    halves = [(draws / 8**0.5).astype(np.float32), *[draws.astype(np.float32)] * 2]
    yield values("scores are divided by the root", scaled, multiplicative_attention(*halves)[0])
    heads = torch.nn.MultiheadAttention(8, 1, batch_first=True)
    left_out = torch.tensor([[False, False, True]] * 2)
    weights = heads(query, query, query, key_padding_mask=left_out)[1]
    yield fact("true places are left out", (weights[..., 2] == 0).all() and weights[0, 0, 0] > 0)


def check_training_on_many_machines(run: Run) -> Comparisons:
    import keras

    code = block_of("training-on-many-machines", page_text("training-on-many-machines"))
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(6, 8, 3)).astype("float32"), rng.normal(size=(3, 1))
    y = np.cumsum(x[..., :1], axis=1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.set_weights([kernel, np.zeros(1)])
    model.compile(keras.optimizers.Adam(0.003), "mse")
    for some, wanted in zip(x, y, strict=True):
        model.train_on_batch(some, wanted)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder, "given.npz"), x=x, y=y, kernel=kernel)
        program = Path(folder, "worker.py")
        program.write_text(code + WORKER_IN_PYTORCH)
        command = [sys.executable, str(program), folder]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        workers = [subprocess.Popen([*command, rank], env=environment) for rank in ("0", "1")]
        for worker in workers:
            if worker.wait(120):
                raise RuntimeError(f"a worker ended with {worker.returncode}")
        for rank in (0, 1):
            found = np.load(Path(folder, f"{rank}.npy"))
            yield losses(f"weights of worker {rank}", found, model.get_weights()[0].ravel())
    yield fact("there is a block to run", "train" in run())


WORKER_IN_PYTORCH = """

import sys

import numpy as np

folder, rank = sys.argv[1], int(sys.argv[2])
given = np.load(f"{folder}/given.npz")
model = torch.nn.Linear(3, 1)
with torch.no_grad():
    model.weight.copy_(torch.tensor(given["kernel"].T))
    model.bias.zero_()
pairs = [(torch.tensor(x), torch.tensor(y)) for x, y in zip(given["x"], given["y"])]
train(model, pairs, rank, 2, distributed.FileStore(f"{folder}/store", 2))
np.save(f"{folder}/{rank}.npy", model.weight.detach().numpy().ravel())
"""


def page_text(page: str) -> str:
    """Return the source of a tutorial."""
    return (TUTORIALS / f"{page}.md").read_text("utf8")


def check_honest_forecasting(run: Run) -> Comparisons:
    import torch

    from rnnlab.windows import split, windows

    series = np.random.default_rng(0).normal(size=300).cumsum()
    early, late = split(series, 0.7)
    loader, new = run()["prepared"](torch.tensor(series), 20, len(early))
    mean, std = early.mean(), early.std()
    for name, found, wanted in zip(["x", "y"], new, windows((late - mean) / std, 20), strict=True):
        yield values(f"late windows, {name}", found, wanted)
    batches = list(loader)
    for place, wanted in enumerate(windows((early - mean) / std, 20)):
        known = np.concatenate([as_array(batch[place]) for batch in batches])
        order, wanted_order = known[:, 0, 0].argsort(), wanted[:, 0, 0].argsort()
        yield values("early windows", known[order], wanted[wanted_order])
        yield fact("they are shuffled", not np.array_equal(known, wanted))
    yield values("the other deviation", torch.tensor(early).std(), early.std(ddof=1))


def check_interval_forecasts(run: Run) -> Comparisons:
    import keras
    import tensorflow as tf
    import torch

    from rnnlab.intervals import pinball

    page, block = functions_of("interval-forecasts"), run()
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 8, 30, 1)).astype(np.float32)
    model = page["network"](3, seed=0)
    model.build(x.shape)
    network = block["QuantileNetwork"]()
    put_network(vars(network)["_modules"], model.get_weights())
    found = network(torch.tensor(x))
    loss = block["pinball_loss"](torch.tensor(y), found)
    loss.backward()
    with tf.GradientTape() as tape:
        q = model(x)
        wanted = keras.ops.mean(page["pinball_loss"](page["LEVELS"])(y, q))
    yield values("quantiles", found, q)
    yield losses("loss", loss, wanted)
    yield losses("the package's", loss, pinball(y[..., 0], as_array(found), page["LEVELS"]))
    gradients = tape.gradient(wanted, model.trainable_variables)
    yield slopes("slopes of the readout", network.dense.weight.grad.T, gradients[3])
    yield slopes("slopes of the kernel", network.rnn.weight_ih_l0.grad.T, gradients[0])


def check_the_noise_floor(run: Run) -> Comparisons:
    import torch

    from rnnlab.lab2019 import time_series

    page, block = functions_of("the-noise-floor"), run()
    for sigma in (0.01, 0.1, 1.0):
        x, _ = page["noisy_windows"](np.random.default_rng(0), 40, sigma)
        _, curve = page["all_beginnings"](sigma)
        wanted = page["best_possible"](x, sigma)[:, 0, 0]
        found = block["best_possible"](torch.tensor(x), torch.tensor(curve), sigma)
        yield values(f"noise {sigma}", found, wanted)
    torch.manual_seed(0)
    clean_x, clean_y = block["noisy_windows"](50, 0.0)
    torch.manual_seed(0)
    x, y = block["noisy_windows"](50, 0.5)
    torch.manual_seed(0)
    t = as_array(28 * torch.rand(50, 1) + 0.1 * torch.arange(21))
    yield values("inputs", clean_x[..., 0], time_series(t)[:, :-1])
    yield values("targets", clean_y[..., 0], time_series(t)[:, 1:])
    yield values("one noise for both", x[:, 1:], y[:, :-1])
    spread = float((x - clean_x).std())
    yield fact("its strength", abs(spread / 0.5 - 1) < 0.1)


def check_forecasting_further(run: Run) -> Comparisons:
    import torch

    from rnnlab.windows import windows

    page, block = functions_of("forecasting-further"), run()
    series = page["KNOWN"][:5]
    for at_each_step in (False, True):
        model = page["network"](0, 10, at_each_step)
        network = block["TenSteps"](at_each_step)
        put(network.rnn.parameters(), [a for part in model.layers[:2] for a in torch_arrays(part)])
        put(network.dense.parameters(), [w.T for w in model.layers[2].get_weights()])
        given = series[:, :50]
        yield values("forecasts", network(torch.tensor(given)), model(given))
    _, wanted = windows(series, 50, 10, at_each_step=True)
    yield values("targets", block["targets"](torch.tensor(series)), wanted)
    yield values("of one shot", block["targets"](torch.tensor(series))[:, -1], series[:, 50:, 0])


def check_your_own_series(run: Run) -> Comparisons:
    import torch

    from rnnlab.models import recurrent_network

    model, block = recurrent_network(32, "tanh", seed=0), run()
    mean, std = 23.25, 2.5
    network = block["Forecaster"](mean, std)
    put_network(vars(network)["_modules"], model.get_weights())
    x = np.float32(np.random.default_rng(0).normal(mean, std, size=(5, 24, 1)))
    found = network(torch.tensor(x))
    yield values("forecasts", found, mean + std * as_array(model((x - mean) / std)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sea.pt"
        torch.save(network.state_dict(), path)
        again = block["Forecaster"]()
        again.load_state_dict(torch.load(path))
    yield fact("restored to the last bit", torch.equal(again(torch.tensor(x)), found))
    trained = [name for name, _ in network.named_parameters()]
    yield fact("the scale is not trained", "scale" not in trained and len(trained) == 6)


def check_several_series(run: Run) -> Comparisons:
    import keras
    import torch

    from rnnlab.generation import generate

    rng, block = np.random.default_rng(0), run()
    keras.utils.set_random_seed(0)
    layer, dense = keras.layers.GRU(8, return_sequences=True), keras.layers.Dense(24)
    model = keras.Sequential([keras.Input((None, 32)), layer, dense])
    gru, linear = torch.nn.GRU(32, 8, batch_first=True), torch.nn.Linear(8, 24)
    put(gru.parameters(), torch_arrays(layer))
    put(linear.parameters(), [w.T for w in dense.get_weights()])
    days, known = np.float32(rng.normal(size=(3, 14, 24))), np.float32(rng.normal(size=(3, 21, 8)))
    found = block["week_ahead"](gru, linear, *singles(days, known))
    yield values("a week", found, generate(model, days, 7, known=known))


def check_training_faster(run: Run) -> Comparisons:
    import keras
    import torch

    from rnnlab.lab2019 import next_batch
    from rnnlab.models import recurrent_network
    from rnnlab.training import train

    model, block, rng = recurrent_network(100, seed=0), run(), np.random.default_rng(0)
    put_network(block, model.get_weights())
    batches = [next_batch(50, 20, rng) for _ in range(10)]
    adam = keras.optimizers.Adam(0.001, epsilon=1e-8)
    history = train(model, batches, iterations=10, optimizer=adam, log_every=1)
    found = []
    for x, y in (singles(*batch) for batch in batches):
        block["step"](x, y)
        found.append(mean_square(block["dense"](block["rnn"](x)[0]) - y))
    yield losses("ten losses", found, history.losses)
    with mock.patch.object(torch, "_fused_adam_", wraps=torch._fused_adam_) as fused:
        block["step"](x, y)
    yield fact("one operation for all weights", [len(c.args[0]) for c in fused.mock_calls] == [5])
    yield fact("one thread", torch.get_num_threads() == 1)


if __name__ == "__main__":
    raise SystemExit(main())
