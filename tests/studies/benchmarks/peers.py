"""The same training and the same generating, by each peer.

    python -m tests.studies.benchmarks.peers KIND PEER
    python -m tests.studies.benchmarks.peers memory ITERATIONS
    python -m tests.studies.benchmarks.peers stateful VALUES
    python -m tests.studies.benchmarks.peers side_by_side SERIES

The last three tell the peak memory of a process that trains so long, what one of so many values
takes, and what a value takes of one of so many series.

Training: the lab's network (100 ReLU units, a dense output) for 1,500 iterations on batches of 50
windows of 20 steps, Adam with the rate 0.001, in float32, with the batches drawn as the run goes.
The clock starts when the libraries are loaded, so tracing and compiling count.

Generating: 300 values, each from the 20 before it, by a network of the same size whose weights
are random; the first call, in which graphs are traced, is not counted. Keras's own ways
make 60, which count five times.

Prints one line of JSON: the seconds, and a figure by which the runs can be told to have done the
same thing. Threads: BENCH_THREADS, one if unset.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

# One thread for those that take the number from here; networks this small are fastest with one.
THREADS = int(os.environ.get("BENCH_THREADS", "1"))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, str(THREADS))

import numpy as np  # noqa: E402 (after the number of threads is set)

ITERATIONS, BATCH, STEPS, UNITS, RATE = 1500, 50, 20, 100, 0.001
VALUES = 300


def draw(rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Draw a batch of the lab's series, written out so that every peer draws it the same way."""
    t = rng.rand(BATCH, 1) * (30 - STEPS * 0.1) + np.arange(STEPS + 1.0) * 0.1
    values = (t * np.sin(t) / 3 + 2 * np.sin(5 * t)).astype(np.float32)[:, :, np.newaxis]
    return values[:, :-1], values[:, 1:]


def rnnlab_training(iterations: int = ITERATIONS) -> tuple[float, float]:
    from rnnlab.lab2019 import next_batch
    from rnnlab.models import recurrent_network
    from rnnlab.training import train

    started = time.perf_counter()
    rng = np.random.RandomState(42)
    history = train(
        recurrent_network(UNITS),
        lambda: next_batch(BATCH, STEPS, rng),
        iterations=iterations,
        optimizer="adam",
        learning_rate=RATE,
    )
    return time.perf_counter() - started, history.losses[-1]


def lab_2019_training() -> tuple[float, float]:
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    started = time.perf_counter()
    rng = np.random.RandomState(42)
    inputs = tf.placeholder(tf.float32, [None, STEPS, 1])
    targets = tf.placeholder(tf.float32, [None, STEPS, 1])
    outputs = _lab_2019_network(inputs, tf.nn.relu)
    loss = tf.reduce_mean(tf.square(outputs - targets))
    train_step = tf.train.AdamOptimizer(learning_rate=RATE).minimize(loss)
    with _lab_2019_session() as session:
        session.run(tf.global_variables_initializer())
        for iteration in range(ITERATIONS):
            x, y = draw(rng)
            session.run(train_step, {inputs: x, targets: y})
            if iteration % 100 == 0:
                last = session.run(loss, {inputs: x, targets: y})
    return time.perf_counter() - started, float(last)


def _lab_2019_session() -> Any:
    import tensorflow.compat.v1 as tf

    return tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=THREADS))


def _lab_2019_network(inputs: Any, activation: Any) -> Any:
    import tensorflow.compat.v1 as tf

    cell = tf.nn.rnn_cell.BasicRNNCell(num_units=UNITS, activation=activation)
    states, _ = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
    stacked = tf.layers.dense(tf.reshape(states, [-1, UNITS]), 1)
    return tf.reshape(stacked, [-1, STEPS, 1])


def _keras_fit(**tuning: Any) -> tuple[float, float]:
    import keras

    started = time.perf_counter()
    rng = np.random.RandomState(42)
    pairs = [draw(rng) for _ in range(ITERATIONS)]
    x, y = (np.concatenate(arrays) for arrays in zip(*pairs, strict=True))
    unroll = bool(tuning.pop("unroll", False))
    model = keras.Sequential(
        [
            keras.Input((STEPS, 1)),
            keras.layers.SimpleRNN(UNITS, "relu", return_sequences=True, unroll=unroll),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(RATE), "mse", **tuning)
    model.fit(x, y, batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
    seconds = time.perf_counter() - started
    return seconds, float(model.evaluate(x[-BATCH:], y[-BATCH:], verbose=0))


def keras_fit_training() -> tuple[float, float]:
    return _keras_fit()


def keras_fit_tuned_training() -> tuple[float, float]:
    return _keras_fit(unroll=True, jit_compile=True, steps_per_execution=100)


def torch_training() -> tuple[float, float]:
    import torch

    torch.set_num_threads(THREADS)

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.recurrent = torch.nn.RNN(1, UNITS, nonlinearity="relu", batch_first=True)
            self.dense = torch.nn.Linear(UNITS, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.dense(self.recurrent(x)[0])

    started = time.perf_counter()
    torch.manual_seed(0)
    rng = np.random.RandomState(42)
    network = Network()
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)
    for _ in range(ITERATIONS):
        x, y = map(torch.from_numpy, draw(rng))
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(network(x), y)
        loss.backward()
        optimizer.step()
    return time.perf_counter() - started, float(loss.detach())


def jax_training() -> tuple[float, float]:
    import jax
    import jax.numpy as jnp

    started = time.perf_counter()
    rng = np.random.RandomState(42)
    pairs = [draw(rng) for _ in range(ITERATIONS)]
    xs, ys = (jnp.asarray(np.stack(arrays)) for arrays in zip(*pairs, strict=True))
    keys = jax.random.split(jax.random.PRNGKey(0), 3)
    bound = (6 / (1 + 2 * UNITS)) ** 0.5
    weights = {
        "kernel": jax.random.uniform(keys[0], (1, UNITS), minval=-bound, maxval=bound),
        "recurrent": jax.random.uniform(keys[1], (UNITS, UNITS), minval=-bound, maxval=bound),
        "bias": jnp.zeros(UNITS),
        "dense": jax.random.uniform(keys[2], (UNITS, 1), minval=-0.24, maxval=0.24),
        "offset": jnp.zeros(1),
    }

    def loss(weights, x, y):
        def step(state, inputs):
            state = jax.nn.relu(inputs + state @ weights["recurrent"])
            return state, state

        projected = jnp.swapaxes(x @ weights["kernel"] + weights["bias"], 0, 1)
        _, states = jax.lax.scan(step, jnp.zeros((BATCH, UNITS)), projected)
        outputs = jnp.swapaxes(states @ weights["dense"] + weights["offset"], 0, 1)
        return jnp.mean((outputs - y) ** 2)

    def update(carry, batch):
        weights, first, second, count = carry
        value, gradients = jax.value_and_grad(loss)(weights, *batch)
        count = count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
        rate = RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weights = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second
        )
        return (weights, first, second, count), value

    zeros = jax.tree.map(jnp.zeros_like, weights)
    run = jax.jit(lambda carry, batches: jax.lax.scan(update, carry, batches))
    _, values = run((weights, zeros, zeros, jnp.float32(0)), (xs, ys))
    last = float(values[-1])  # waits for the run to end
    return time.perf_counter() - started, last


def matmul_floor_training() -> tuple[float, float]:
    """The products that no training of this network can do without, and nothing else."""
    rng = np.random.default_rng(0)
    states = rng.normal(size=(BATCH, UNITS)).astype(np.float32)
    weights = rng.normal(size=(UNITS, UNITS)).astype(np.float32) / 10
    every_state, every_error = rng.normal(size=(2, BATCH * STEPS, UNITS)).astype(np.float32)
    out, gradient = np.empty_like(states), np.empty_like(weights)
    started = time.perf_counter()
    for _ in range(ITERATIONS):
        for _ in range(2 * STEPS):  # a product forwards and one backwards at each step
            np.matmul(states, weights, out=out)
        np.matmul(every_state.T, every_error, out=gradient)  # the gradient of the weights
    return time.perf_counter() - started, float(out[0, 0])


def _timed_generating(
    generate: Callable[[int], float], values: int = VALUES
) -> tuple[float, float]:
    """Time the generating of this many values; return the seconds that `VALUES` of them take."""
    generate(3)
    started = time.perf_counter()
    last = generate(values)
    return (time.perf_counter() - started) * VALUES / values, last


def _lab_seed() -> np.ndarray:
    t = 0.1 * np.arange(STEPS)
    return (t * np.sin(t) / 3 + 2 * np.sin(5 * t)).astype(np.float32)


def rnnlab_generating() -> tuple[float, float]:
    from rnnlab.generation import generate
    from rnnlab.models import recurrent_network

    model = recurrent_network(UNITS, "tanh")
    return _timed_generating(lambda n: float(generate(model, _lab_seed(), n)[-1]))


def rnnlab_stateful_generating() -> tuple[float, float]:
    from rnnlab.generation import generate
    from rnnlab.models import recurrent_network

    model = recurrent_network(UNITS, "tanh")
    return _timed_generating(lambda n: float(generate(model, _lab_seed(), n, stateful=True)[-1]))


def lab_2019_generating() -> tuple[float, float]:
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    inputs = tf.placeholder(tf.float32, [None, STEPS, 1])
    outputs = _lab_2019_network(inputs, tf.nn.tanh)
    session = _lab_2019_session()
    session.run(tf.global_variables_initializer())

    def generate(values: int) -> float:
        sequence = list(_lab_seed())
        for _ in range(values):
            window = np.array(sequence[-STEPS:]).reshape(1, STEPS, 1)
            sequence.append(session.run(outputs, {inputs: window})[0, -1, 0])
        return float(sequence[-1])

    return _timed_generating(generate)


def _keras_generating(predict: Callable[..., np.ndarray]) -> tuple[float, float]:
    from rnnlab.models import recurrent_network

    model = recurrent_network(UNITS, "tanh")

    def generate(values: int) -> float:
        sequence = list(_lab_seed())
        for _ in range(values):
            window = np.array(sequence[-STEPS:], np.float32).reshape(1, STEPS, 1)
            sequence.append(float(np.asarray(predict(model, window))[0, -1, 0]))
        return sequence[-1]

    return _timed_generating(generate, values=60)


def keras_call_generating() -> tuple[float, float]:
    return _keras_generating(lambda model, window: model(window))


def keras_predict_generating() -> tuple[float, float]:
    return _keras_generating(lambda model, window: model.predict(window, verbose=0))


def memory(iterations: int) -> float:
    """Train for so long; return the most memory that this process ever held, in MB."""
    import resource  # not on Windows

    rnnlab_training(iterations)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def stateful(values: int) -> float:
    """Generate so many values with the state carried; return the microseconds of one."""
    from rnnlab.generation import generate
    from rnnlab.models import recurrent_network

    model = recurrent_network(UNITS, "tanh")
    started = time.perf_counter()
    generate(model, _lab_seed(), values, stateful=True)
    return (time.perf_counter() - started) / values * 1e6


def side_by_side(series: int) -> float:
    """Continue so many series together; return the microseconds of a value of one of them."""
    from rnnlab.generation import generate
    from rnnlab.models import recurrent_network

    model, values = recurrent_network(UNITS, "tanh"), 1000
    beginnings = np.tile(_lab_seed()[np.newaxis, :, np.newaxis], (series, 1, 1))
    started = time.perf_counter()
    generate(model, beginnings, values, stateful=True)
    return (time.perf_counter() - started) / (values * series) * 1e6


#: What is measured at a small and at a large size, to see that it does not grow.
SCALING: dict[str, Callable[[int], float]] = {
    "memory": memory,
    "stateful": stateful,
    "side_by_side": side_by_side,
}


def main(kind: str, peer: str) -> None:
    """Run one peer and print what it took."""
    # The lab's calls live on in the separate tf_keras package alone.
    if peer == "lab_2019":
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if kind in SCALING:
        print(json.dumps({"measured": SCALING[kind](int(peer))}))
        return
    if peer not in ("torch", "jax", "matmul_floor"):
        import tensorflow as tf

        if peer == "lab_2019":
            import tf_keras  # noqa: F401 (TensorFlow would load it while the clock runs)
        else:
            tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    elif peer != "matmul_floor":
        __import__(peer)
    seconds, figure = globals()[f"{peer}_{kind}"]()
    print(json.dumps({"seconds": seconds, "figure": figure}))


if __name__ == "__main__":
    main(*sys.argv[1:])
