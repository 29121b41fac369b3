"""What repeats to the last bit, and how near the rest is; `nox -s trust -- repeat` tries more."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from rnnlab.repeatability import make_repeatable
from rnnlab.windows import shuffled_batches
from tests.trust.repeatability.compare import FIRST, SETTINGS, Ended, Setting, is_kept, run


@pytest.mark.parametrize(
    ("case", "settings"),
    [
        ("NumPy", ["another process", "narrow instructions"]),
        ("TensorFlow, dropout", ["another process", "two threads", "another seed"]),
    ],
)
def test_a_training_repeats_as_is_promised(case: str, settings: list[str]) -> None:
    first = run(case, FIRST)
    for name in settings:
        assert is_kept(SETTINGS[name], first, run(case, SETTINGS[name])), name


def test_a_promise_that_is_broken_is_noticed() -> None:
    ended = Ended("bits", 1.0, [1.0])
    other = Ended("others", 1.001, [1.0])
    assert not is_kept(Setting(0.0, {}), ended, other)
    assert not is_kept(Setting(1e-4, {}), ended, other)
    assert is_kept(Setting(0.01, {}), ended, other)
    assert not is_kept(Setting(None, {}), ended, ended)


def test_batches_come_in_another_order_each_epoch_and_the_same_each_run() -> None:
    inputs = np.arange(40.0).reshape(40, 1, 1)

    def epochs() -> list[list[float]]:
        batches = shuffled_batches(inputs, inputs, 10, np.random.default_rng(7))
        drawn = [np.concatenate([next(batches)[0].ravel() for _ in range(4)]) for _ in range(5)]
        return [epoch.tolist() for epoch in drawn]

    one = epochs()
    assert one == epochs()
    assert len({tuple(epoch) for epoch in one}) == 5
    assert all(sorted(epoch) == inputs.ravel().tolist() for epoch in one)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"seed": 0.5}, TypeError, "seed must be an integer, not 0.5"),
        ({"seed": -1}, ValueError, "seed must be at least 0, not -1"),
        ({"seed": 2**32}, ValueError, "seed must be at most 4294967295, not 4294967296"),
        ({"seed": 0, "threads": 0}, ValueError, "threads must be at least 1, not 0"),
    ],
)
def test_what_is_no_seed_or_number_of_threads_is_refused(arguments, error, message) -> None:
    with pytest.raises(error, match=message):
        make_repeatable(**arguments)


def test_another_number_of_threads_is_refused_when_tensorflow_already_runs() -> None:
    tf.constant(0)
    threads = tf.config.threading.get_intra_op_parallelism_threads() + 1
    with pytest.raises(RuntimeError, match="call make_repeatable before anything else"):
        make_repeatable(0, threads=99 + threads)


def test_the_number_of_threads_that_tensorflow_runs_on_may_be_asked_for_later() -> None:
    """TensorFlow takes a thread for each usable processor where nothing else was set."""
    here = """
import os, sys
import tensorflow as tf
from rnnlab.repeatability import make_repeatable
if len(sys.argv) > 1:
    tf.config.threading.set_intra_op_parallelism_threads(int(sys.argv[1]))
tf.constant(0)
usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count()))
make_repeatable(0, threads=int(sys.argv[1]) if len(sys.argv) > 1 else len(usable(0)))
"""
    for asked in ([], ["3"]):
        subprocess.run([sys.executable, "-c", here, *asked], check=True)
