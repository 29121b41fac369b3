"""Record what several workers cost and gain on one machine, for docs/tutorials.

It writes docs/tutorials/data/many_machines.json. With names of parts it makes those alone:
"updates", "messages", "a slow worker", "a worker that never comes" and "streaming". Each worker
has one thread, but for "1 free", which TensorFlow gives as many as it likes. Nothing else should
be at work beside it.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab.workers import WorkerError, run_workers
from tests.studies.records._record import keep_parts

TARGET = Path(__file__).parents[3] / "docs" / "tutorials" / "data" / "many_machines.json"
#: Units of a GRU, and sequences of 20 steps in a batch.
UNITS, BATCHES, STEPS = (32, 128, 512), (32, 128, 512), 20
ROUNDS = 30
#: Numbers in a message.
SIZES = [4**power for power in range(1, 12)]
PAUSE, PATIENCE = 0.05, 30.0
MEASURED = "measured by a worker:"
#: Files that are streamed, rows in a file, and float32 numbers in a row; the first number is one.
FILES, ROWS, NUMBERS = 16, 1 << 20, 32
#: Numbers in a step of the network that trains on them.
WIDTH = 8
#: Bytes that a worker may take beyond what it has when its network is built.
ALLOWED = 2**30


def asked(workers: int, *what: str, **options: Any) -> list[Any]:
    """Run this program as so many workers, and return what each measured."""
    said = run_workers(__file__, workers, arguments=[MEASURED, *what], **options)
    return [json.loads(one.rpartition(MEASURED)[2].splitlines()[0]) for one in said]


def updates() -> dict[str, Any]:
    """Time updates of networks and batches of several sizes, with one worker and with two."""
    found: dict[str, Any] = {"steps": STEPS, "units": list(UNITS), "batches": list(BATCHES)}
    for name, workers, what in (("1", 1, "update"), ("2", 2, "update"), ("1 free", 1, "free")):
        rows = [asked(workers, what, str(units), *map(str, BATCHES))[0] for units in UNITS]
        found[f"milliseconds, {name}"] = rows
        print(name, rows, flush=True)
    found["numbers"] = [3 * units * (units + 3) + units + 1 for units in UNITS]
    return found


def messages() -> dict[str, Any]:
    """Time sums of vectors over two workers."""
    return {"numbers": SIZES, "milliseconds": asked(2, "messages")[0]}


def slow_worker() -> dict[str, Any]:
    """Time updates where one of two workers pauses before each."""
    setting = str(UNITS[0]), str(BATCHES[0])
    [steady], [paused] = asked(2, "update", *setting)[0], asked(2, "paused", *setting)[0]
    return {"pause": 1000 * PAUSE, "milliseconds": steady, "milliseconds with the pause": paused}


def never_comes() -> dict[str, Any]:
    """See what is said where one of two workers never comes."""
    started = time.perf_counter()
    try:
        asked(2, "never", timeout=PATIENCE)
    except WorkerError as error:
        return {"said": str(error), "seconds": round(time.perf_counter() - started, 1)}
    raise RuntimeError("two workers were done, though one of them never came")


def streaming() -> dict[str, Any]:
    """Let two workers with little memory train on two gigabytes of files, each on its own.

    One that loads all files must fail under the same limit, and only there.
    """
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILES):
            rows = np.random.default_rng(number).random((ROWS, NUMBERS), np.float32)
            rows[:, 0] = 1
            rows.tofile(Path(folder, f"{number}.raw"))
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        [free] = asked(1, "load", folder)
        try:
            asked(1, "load, held", folder)
        except WorkerError as error:
            refused = str(error)
        else:
            raise RuntimeError("the limit lets a worker load all files")
        found = asked(2, "stream", folder, timeout=3600.0)
    return {
        "gigabytes": round(size / 2**30, 2),
        "gigabytes allowed": ALLOWED / 2**30,
        "said by one that loads all": refused,
        "megabytes more of one that loads all, not held": free["megabytes more at the peak"],
        "rows": FILES * ROWS,
        **{name: [one[name] for one in found] for name in found[0]},
    }


def as_worker(what: str, *arguments: str) -> Any:
    """Do one worker's part, and return what it measured."""
    import tensorflow as tf

    if what != "free":
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    print("started", flush=True)
    if what == "never" and json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 1:
        time.sleep(3600)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    number = strategy.cluster_resolver.task_id
    if what in ("update", "free", "paused"):
        units, *batches = map(int, arguments)
        pause = PAUSE * number if what == "paused" else 0.0
        return [timed_update(strategy, units, batch, pause) for batch in batches]
    if what == "messages":
        return [timed_message(strategy, size) for size in SIZES]
    if what == "stream":
        return streamed(strategy, arguments[0])
    if what in ("load", "load, held"):
        return loaded(strategy, arguments[0], held=what == "load, held")
    return None


def timed_update(strategy: Any, units: int, batch: int, pause: float) -> float:
    """Return the milliseconds of an update by `rnnlab.training.train`, starting left out."""
    import keras

    from rnnlab.training import train

    with strategy.scope():
        model = keras.Sequential([
            keras.Input((None, 1)),
            keras.layers.GRU(units, return_sequences=True),
            keras.layers.Dense(1),
        ])  # fmt: skip
    x = np.random.default_rng(0).normal(size=(batch, STEPS, 1)).astype(np.float32)
    moments = []

    def batches() -> Any:
        moments.append(time.perf_counter())
        time.sleep(pause)
        return x, x

    train(model, batches, iterations=ROUNDS + 5, log_every=ROUNDS + 10)
    return round(1000 * float(np.median(np.diff(moments[5:]))), 3)


def timed_message(strategy: Any, size: int) -> float:
    """Return the milliseconds of adding up vectors."""
    import tensorflow as tf

    @tf.function
    def summed(value: Any) -> Any:
        parts = strategy.run(lambda: tf.fill([size], value))
        return strategy.reduce("sum", parts, axis=None)

    moments = []
    for _ in range(ROUNDS + 5):
        moments.append(time.perf_counter())
        if summed(tf.constant(1.0)).numpy()[0] != strategy.num_replicas_in_sync:
            raise RuntimeError("the sum is not that of all workers")
    return round(1000 * float(np.median(np.diff(moments[5:]))), 3)


def small_network(strategy: Any) -> tuple[Any, Any]:
    """Return a network that reads steps of eight numbers, and its optimizer."""
    import keras

    with strategy.scope():
        model = keras.Sequential([
            keras.Input((None, WIDTH)),
            keras.layers.GRU(8, return_sequences=True),
            keras.layers.Dense(WIDTH),
        ])  # fmt: skip
        adam = keras.optimizers.Adam(0.003)
        adam.build(model.trainable_variables)
    return model, adam


def hold() -> None:
    """Let this process take a gigabyte of addresses more than it has, and no more.

    Addresses, and not what is resident, are what a process can be refused without privileges; all
    that is resident has them. TensorFlow reserves much that it never uses, so the limit counts from
    what is there.
    """
    most = megabytes("VmSize") * 2**20 + ALLOWED
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def megabytes(what: str) -> int:
    """Return what Linux says of this process's memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{what}:")).split()[1]) // 1024


def streamed(strategy: Any, folder: str) -> dict[str, Any]:
    """Train on this worker's files under the limit; return the rows, and the memory it took."""
    import tensorflow as tf

    workers = strategy.num_replicas_in_sync
    files = sorted(map(str, Path(folder).iterdir()))[strategy.cluster_resolver.task_id :: workers]
    model, adam = small_network(strategy)

    def own_part(rows: Any) -> Any:
        steps = tf.reshape(rows, (-1, NUMBERS // WIDTH, WIDTH))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(steps[:, :-1]) - steps[:, 1:]) ** 2) / workers
        weights = model.trainable_variables
        adam.apply(tape.gradient(loss, weights), weights)
        return loss

    @tf.function
    def update(rows: Any) -> Any:
        return strategy.reduce("sum", strategy.run(own_part, (rows,)), axis=None)

    before = megabytes("VmSize"), megabytes("VmRSS")
    hold()
    batches = tf.data.FixedLengthRecordDataset(files, 4 * NUMBERS).batch(2048)
    batches = batches.map(lambda raw: tf.io.decode_raw(raw, tf.float32)).prefetch(4)
    count, losses = 0, []
    for rows in batches:
        losses.append(float(update(rows)))
        count += int(rows[:, 0].numpy().sum())
    return {
        "rows of each worker": count,
        "updates": len(losses),
        "loss of the first update, and of the last": [losses[0], losses[-1]],
        "megabytes more at the peak": megabytes("VmHWM") - before[1],
        "megabytes of addresses more at the peak": megabytes("VmPeak") - before[0],
    }


def loaded(strategy: Any, folder: str, *, held: bool) -> dict[str, Any]:
    """Load all files at once; return the memory that it took."""
    _ = small_network(strategy)  # as the one that streams has
    before = megabytes("VmRSS")
    if held:
        hold()
    arrays: list[np.ndarray] = []
    for path in Path(folder).iterdir():
        try:
            arrays.append(np.fromfile(path, np.float32))
        except MemoryError as error:
            raise MemoryError(f"after {len(arrays)} of {FILES} files") from error
    return {"megabytes more at the peak": megabytes("VmHWM") - before}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "updates": updates,
    "messages": messages,
    "a slow worker": slow_worker,
    "a worker that never comes": never_comes,
    "streaming": streaming,
}


if __name__ == "__main__":
    if sys.argv[1:2] == [MEASURED]:
        print(MEASURED, json.dumps(as_worker(*sys.argv[2:])))
    else:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # what workers say is ours
        keep_parts(TARGET, PARTS)
