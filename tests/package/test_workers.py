"""Workers on one machine: what they compute together, how they end, and what is said of it."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rnnlab.workers import WorkerError, run_workers

TRAINING = """
import os, signal, sys

import keras
import numpy as np
import tensorflow as tf

from rnnlab.checkpoints import Checkpoint
from rnnlab.training import train

folder, kind, loss, dies_at = sys.argv[1:]
if kind == "together":
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    number = strategy.cluster_resolver.task_id
else:
    strategy, number = tf.distribute.get_strategy(), 0
with strategy.scope():
    keras.utils.set_random_seed(3)
    layer = keras.layers.GRU(8, return_sequences=True, reset_after=False, kernel_regularizer="l2")
    model = keras.Sequential([keras.Input((None, 1)), layer, keras.layers.Dense(1)])
rng = np.random.default_rng(1)


def batches():
    x = rng.normal(size=(7, 12, 1))
    batches.drawn += 1
    if batches.drawn == int(dies_at) and number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return x, np.cumsum(x, axis=1) / 5


batches.drawn = 0
kept = Checkpoint(f"{folder}/{kind}-{loss}.safetensors", rng, every=5)
history = train(
    model, batches, iterations=20, loss=loss, learning_rate=0.01, log_every=5,
    validation=(np.ones((3, 4, 1)), np.ones((3, 4, 1))), checkpoint=kept,
)
arrays = [weight.numpy() for weight in model.weights]
losses = history.losses + history.validation_losses
np.savez(f"{folder}/{kind}-{loss}-{number}.npz", *arrays, losses=losses)
print("batches drawn:", batches.drawn)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a function that trains in one process or in two, and returns what came out."""
    folder = tmp_path_factory.mktemp("workers")
    (folder / "training.py").write_text(TRAINING)

    def run(kind, loss, dies_at=0):
        arguments = [str(folder), kind, loss, str(dies_at)]
        if kind == "together":
            said = run_workers(folder / "training.py", 2, timeout=240, arguments=arguments)
        else:
            command = [sys.executable, folder / "training.py", *arguments]
            said = [subprocess.run(command, check=True, capture_output=True, text=True).stdout]
        files = [folder / f"{kind}-{loss}-{number}.npz" for number in range(len(said))]
        return said, [dict(np.load(file)) for file in files]

    return run


@pytest.mark.parametrize("loss", ["mse", "rmse"])
def test_two_workers_make_the_updates_of_one_even_if_one_is_killed_on_the_way(trained, loss):
    _, [alone] = trained("alone", loss)
    if loss == "mse":
        with pytest.raises(WorkerError, match=r"worker 1 of 2 ended with code -9 after \d+ s"):
            trained("together", loss, dies_at=13)
    said, both = trained("together", loss)
    # After the kill the run goes on from the tenth update, and makes the other ten.
    assert [int(one.split()[-1]) for one in said] == [11 if loss == "mse" else 20] * 2
    for one in both:
        assert one.keys() == alone.keys()
        for name, array in one.items():
            np.testing.assert_allclose(array, alone[name], rtol=0, atol=1e-6)
    for name in alone:
        np.testing.assert_array_equal(both[0][name], both[1][name])


def test_workers_of_different_versions_are_told_so(tmp_path):
    change = "keras.__version__ = f'3.{number}'\nrng = "
    program = write(tmp_path, TRAINING.replace("rng = ", change, 1))
    with pytest.raises(WorkerError) as said:
        run_workers(program, 2, timeout=240, arguments=[str(tmp_path), "together", "mse", "0"])
    # Each worker says so; either may be the first to end.
    assert "RuntimeError: workers must run on the same versions, but worker 0 has" in str(
        said.value
    )
    assert "worker 0 has Keras 3.0, " in str(said.value)
    assert "worker 1 has Keras 3.1, TensorFlow" in str(said.value)
    assert not list(tmp_path.glob("*.npz"))


def write(folder, program):
    path = folder / "program.py"
    path.write_text(program)
    return path


def test_each_worker_knows_the_same_addresses_and_its_own_number(tmp_path):
    program = (
        "import json, os; print(json.dumps(json.loads(os.environ['TF_CONFIG'])['task']['index']))"
    )
    assert run_workers(write(tmp_path, program), 3) == ["0\n", "1\n", "2\n"]
    program = (
        "import json, os; print(sorted(json.loads(os.environ['TF_CONFIG'])['cluster']['worker']))"
    )
    first, second = run_workers(write(tmp_path, program), 2)
    assert first == second
    assert first.count("127.0.0.1:") == 2


NUMBER = (
    "import json, os, sys, time\nnumber = json.loads(os.environ['TF_CONFIG'])['task']['index']\n"
)


def test_the_first_that_fails_is_named_with_its_last_words_and_the_others_are_ended(tmp_path):
    program = write(
        tmp_path,
        f"{NUMBER}open(f'{tmp_path}/{{number}}', 'w').write(str(os.getpid()))\n"
        "if number == 1:\n    raise ValueError('no such file')\ntime.sleep(60)\n",
    )
    began = time.monotonic()
    with pytest.raises(
        WorkerError, match=r"worker 1 of 2 ended with code 1 .* ValueError: no such"
    ):
        run_workers(program, 2)
    assert time.monotonic() - began < 50
    first = tmp_path / "0"
    if first.exists() and Path("/proc").exists():
        assert not Path("/proc", first.read_text()).exists()


def test_one_that_is_not_done_in_time_is_named(tmp_path):
    program = f"{NUMBER}print('waiting', flush=True)\nif number == 0:\n    time.sleep(60)\n"
    wanted = r"1 of 2 workers were not done in 3 s; worker 0: it printed last: waiting"
    with pytest.raises(WorkerError, match=wanted):
        run_workers(write(tmp_path, program), 2, timeout=3)


@pytest.mark.parametrize(
    ("arguments", "error", "problem"),
    [
        ({"workers": 0}, ValueError, "workers must be at least 1"),
        ({"workers": 1.5}, TypeError, "workers"),
        ({"timeout": 0}, ValueError, "timeout must be above 0, not 0"),
        ({"program": "nowhere.py"}, FileNotFoundError, "there is no 'nowhere.py'"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, arguments, error, problem):
    with pytest.raises(error, match=problem):
        run_workers(**{"program": write(tmp_path, ""), **arguments})
