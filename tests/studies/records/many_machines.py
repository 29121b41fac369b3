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
    """Let two workers read files of two gigabytes, each its own, and see how much they hold."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILES):
            rows = np.random.default_rng(number).random((ROWS, NUMBERS), np.float32)
            rows[:, 0] = 1
            rows.tofile(Path(folder, f"{number}.raw"))
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        found = asked(2, "stream", folder)
    return {
        "gigabytes": round(size / 2**30, 2),
        "rows": FILES * ROWS,
        "rows of each worker": [one["rows"] for one in found],
        "megabytes more at the peak": [one["megabytes"] for one in found],
        "seconds": [one["seconds"] for one in found],
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
        return streamed(arguments[0], strategy.num_replicas_in_sync, number)
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


def streamed(folder: str, workers: int, number: int) -> dict[str, Any]:
    """Read this worker's files, batch by batch; return the rows, and how much memory it took."""
    import tensorflow as tf

    files = sorted(map(str, Path(folder).iterdir()))[number::workers]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    rows = tf.data.FixedLengthRecordDataset(files, 4 * NUMBERS).batch(1024)
    rows = rows.map(lambda raw: tf.io.decode_raw(raw, tf.float32)).prefetch(4)
    count = sum(float(batch[:, 0].numpy().sum()) for batch in rows)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    seconds = round(time.perf_counter() - started, 1)
    return {"rows": int(count), "megabytes": round(more / 1024), "seconds": seconds}


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
