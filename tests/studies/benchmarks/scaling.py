"""Time one iteration of training beside Keras's `fit` and JAX, from small networks to large ones.

Each peer is a process that lives through all sizes of a cell and works when it is asked to: a round
is one answer of each, in turn, so that what slows the machine for a while slows all. An answer is
the time of an iteration, over a fifth of a second of them or more. What happens once is not counted
in: what a call does before its second iteration, in `train` with a loss that is logged. Tracing and
compiling are told beside it. On a busy machine another process multiplies matrices without a pause.
All take the threads that they take by themselves.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[3]
PEERS = ("rnnlab", "keras_fit", "keras_fit_xla", "jax", "products")
CELLS = {"simple": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
GATES = {"simple": 1, "lstm": 4, "gru": 3}
UNITS, STEPS, BATCHES = (32, 100, 256, 512), (20, 100), (32, 256)
MOST_IN_MEDIAN, MOST = 1.05, 1.15  # of the better `fit`
SECONDS, ROUNDS = 0.2, 7

Row = dict[str, Any]
Batch = list[np.ndarray]
Answer = Callable[[int], float]


def rnnlab(row: Row, batch: Batch) -> Answer:
    """Time `train`."""
    from rnnlab.training import train

    model = network(row)

    def answer(iterations: int) -> float:
        drawn: list[float] = []

        def draw() -> Batch:
            drawn.append(time.perf_counter())
            return batch

        train(model, draw, iterations=iterations + 1, learning_rate=1e-4)
        return (time.perf_counter() - drawn[1]) / iterations

    return answer


def keras_fit(row: Row, batch: Batch, **how: Any) -> Answer:
    """Time `fit` as it comes."""
    import keras

    model = network(row)
    model.compile("adam", "mse", **how)
    model.optimizer.learning_rate = 1e-4

    def answer(iterations: int) -> float:
        inputs, targets = (np.concatenate([array] * (iterations + 1)) for array in batch)
        at: list[float] = []
        clock = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: at.append(time.perf_counter())
        )
        model.fit(
            inputs, targets, batch_size=row["batch"], shuffle=False, verbose=0, callbacks=[clock]
        )
        return (at[-1] - at[0]) / iterations

    return answer


def keras_fit_xla(row: Row, batch: Batch) -> Answer:
    """Time `fit`, compiled."""
    return keras_fit(row, batch, jit_compile=True)


def network(row: Row) -> Any:
    """Return a recurrent layer and an output at each step."""
    import keras

    keras.utils.set_random_seed(0)
    layer = getattr(keras.layers, CELLS[row["cell"]])
    recurrent = layer(row["units"], return_sequences=True)
    return keras.Sequential([keras.Input((row["steps"], 1)), recurrent, keras.layers.Dense(1)])


def jax(row: Row, batch: Batch) -> Answer:
    """Time the same in JAX, an update a call."""
    import jax
    import jax.numpy as jnp

    units, width = row["units"], GATES[row["cell"]] * row["units"]
    keys = jax.random.split(jax.random.PRNGKey(0), 3)
    weights = {
        "kernel": jax.random.normal(keys[0], (1, width)),
        "recurrent": jax.random.normal(keys[1], (units, width)) / units**0.5,
        "biases": jnp.zeros((2, width)),
        "dense": jax.random.normal(keys[2], (units, 1)) / units**0.5,
    }

    def cell(weights: Any, carry: Any, inputs: Any) -> Any:
        h, c = carry
        of_input = inputs @ weights["kernel"] + weights["biases"][0]
        of_state = h @ weights["recurrent"] + weights["biases"][1]
        if row["cell"] == "simple":
            h = jnp.tanh(of_input + of_state)
        elif row["cell"] == "lstm":
            i, f, g, o = jnp.split(of_input + of_state, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
        else:
            (z, r, g), (z_h, r_h, g_h) = (jnp.split(a, 3, axis=1) for a in (of_input, of_state))
            z, r = jax.nn.sigmoid(z + z_h), jax.nn.sigmoid(r + r_h)
            h = z * h + (1 - z) * jnp.tanh(g + r * g_h)
        return (h, c), h

    def loss(weights: Any, inputs: Any, targets: Any) -> Any:
        zeros = jnp.zeros((row["batch"], units))
        step = functools.partial(cell, weights)
        _, states = jax.lax.scan(step, (zeros, zeros), jnp.swapaxes(inputs, 0, 1))
        return jnp.mean((jnp.swapaxes(states @ weights["dense"], 0, 1) - targets) ** 2)

    @jax.jit
    def update(weights: Any, first: Any, second: Any, count: Any, batch: Any) -> Any:
        gradients = jax.grad(loss)(weights, *batch)
        count += 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
        rate = 1e-4 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weights = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second
        )
        return weights, first, second, count

    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros, zeros, jnp.float32(0))

    def answer(iterations: int) -> float:
        nonlocal state
        started = time.perf_counter()
        for _ in range(iterations):
            state = update(*state, batch)
        jax.block_until_ready(state)
        return (time.perf_counter() - started) / iterations

    return answer


def products(row: Row, batch: Batch) -> Answer:
    """Time the products that no way can do without, on one thread or two, whichever is faster."""
    from threadpoolctl import threadpool_limits

    units, width = row["units"], GATES[row["cell"]] * row["units"]
    states, weights = np.ones((row["batch"], units), "f"), np.ones((units, width), "f")
    errors, back = np.ones((row["batch"], width), "f"), np.ones((width, units), "f")
    every_state, every_error = (np.repeat(a, row["steps"], axis=0) for a in (states, errors))

    def answer(iterations: int) -> float:
        seconds = []
        for threads in (1, 2):
            with threadpool_limits(threads, user_api="blas"):
                started = time.perf_counter()
                for _ in range(-(-iterations // 2)):
                    for _ in range(row["steps"]):  # forwards and back
                        states @ weights
                        errors @ back
                    every_state.T @ every_error  # the gradient of the weights
                seconds.append(time.perf_counter() - started)
        return min(seconds) / -(-iterations // 2)

    return answer


def work(peer: str) -> None:
    """Answer what is asked on standard input: a row makes its network, a number times it."""
    answer: Answer = float
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, dict):
            rng = np.random.default_rng(0)
            shape = asked["batch"], asked["steps"], 1
            batch = [rng.normal(size=shape).astype(np.float32) for _ in range(2)]
            started = time.perf_counter()
            answer = globals()[peer](asked, batch)
            answer(1)
            print(time.perf_counter() - started, flush=True)
        else:
            print(answer(asked), flush=True)


def compute() -> None:
    """Multiply matrices until this process is ended, or its parent is gone."""
    matrix, parent = np.ones((512, 512), np.float32), os.getppid()
    while os.getppid() == parent:
        matrix @ matrix


def start(task: str, **how: Any) -> subprocess.Popen[str]:
    """Start a process of this module."""
    command = [sys.executable, "-m", "tests.studies.benchmarks.scaling", task]
    return subprocess.Popen(command, cwd=ROOT, text=True, **how)


class Peer:
    """A peer in a process of its own."""

    def __init__(self, name: str) -> None:
        """Start it."""
        pipe = subprocess.PIPE
        self.complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 (as long as the process)
        self.process = start(name, stdin=pipe, stdout=pipe, stderr=self.complaints)

    def ask(self, what: Any) -> float:
        """Return the seconds that it answers."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(what), file=self.process.stdin, flush=True)
        if not (answer := self.process.stdout.readline()):
            self.complaints.seek(0)
            raise RuntimeError(f"{what} was not measured: {self.complaints.read()[-2000:]}")
        return float(answer)


@contextlib.contextmanager
def running(names: Sequence[str], is_busy: bool) -> Iterator[dict[str, Peer]]:
    """Start the peers, and what keeps the machine busy; end them at last."""
    peers = {name: Peer(name) for name in names}
    one_thread = {"env": os.environ | {"OPENBLAS_NUM_THREADS": "1"}}
    others = [start("compute", **one_thread)] if is_busy else []
    try:
        yield peers
    finally:
        for process in [*(peer.process for peer in peers.values()), *others]:
            process.kill()
            process.wait()


def measured(row: Row, peers: dict[str, Any], rounds: int) -> Row:
    """Return a row with the milliseconds of each peer, and our share of the better `fit`."""
    once = {name: round(peer.ask(row), 2) for name, peer in peers.items()}
    counts = {n: min(500, math.ceil(SECONDS / peer.ask(2))) for n, peer in peers.items()}
    times: dict[str, list[float]] = {name: [] for name in peers}
    for turn in range(rounds):
        first = turn % len(peers)
        for name in [*peers][first:] + [*peers][:first]:
            times[name].append(1000 * peers[name].ask(counts[name]))
    fits = zip(times["keras_fit"], times["keras_fit_xla"], strict=True)
    shares = [ours / min(fit) for ours, fit in zip(times["rnnlab"], fits, strict=True)]
    medians = {name: round(statistics.median(some), 4) for name, some in times.items()}
    share = medians["rnnlab"] / min(medians["keras_fit"], medians["keras_fit_xla"])
    spread = {
        "share": round(share, 3),
        "least": round(min(shares), 3),
        "most": round(max(shares), 3),
    }
    return {**row, **medians, **spread, "seconds_once": once}


def scaling() -> list[Row]:
    """Measure all sizes, on a quiet machine and on a busy one."""
    started, rows = time.monotonic(), []
    for is_busy, cell in itertools.product((False, True), CELLS):
        with running(PEERS, is_busy) as peers:
            for units, steps, batch in itertools.product(UNITS, STEPS, BATCHES):
                row = {"cell": cell, "units": units, "steps": steps, "batch": batch}
                row["busy"] = is_busy
                rows.append(measured(row, peers, ROUNDS))
                print(f"  {time.monotonic() - started:5.0f} s  {line(rows[-1])}", flush=True)
    return rows


def line(row: Row) -> str:
    """Lay a row out."""
    sizes = f"{row['cell']:6} {row['units']:3} x {row['steps']:3} x {row['batch']:3}"
    times = "".join(f"  {peer} {row[peer]:.2f}" for peer in PEERS if peer in row)
    share = f"{row['share']:.2f} of the better fit ({row['least']:.2f} to {row['most']:.2f})"
    return f"{sizes}, {'busy' if row['busy'] else 'quiet'}:{times} ms; {share}"


def too_slow(rows: Sequence[Row]) -> list[str]:
    """Return the rows in which `train` is behind the better `fit`."""
    return [line(r) for r in rows if r["share"] > MOST_IN_MEDIAN or r["most"] > MOST]


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    compute() if sys.argv[1] == "compute" else work(sys.argv[1])
