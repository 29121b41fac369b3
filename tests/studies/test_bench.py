"""The bench itself: what its tables say of peers, with the peers made up."""

import json

import numpy as np
import pytest

from rnnlab._fast import engines
from tests.studies.benchmarks import bench, scaling

ROW = {"cell": "lstm", "units": 4, "steps": 5, "batch": 3, "busy": False}


def answers(monkeypatch, seconds):
    """Let peers answer with numbers, or fail with a text; return the order in which they ran."""
    ran = []

    def run_peer(kind, peer):
        ran.append(peer)
        given = seconds(peer, ran.count(peer))
        return given if isinstance(given, str) else {"seconds": given}

    monkeypatch.setattr(bench, "run_peer", run_peer)
    monkeypatch.setitem(bench.PEERS, "training", ("rnnlab", "one", "other"))
    return ran


def test_the_warm_up_does_not_count_and_each_round_begins_with_another_peer(monkeypatch):
    ran = answers(monkeypatch, lambda peer, run: float(run))
    seconds, missing = bench.measure("training", 2)
    assert seconds == {"rnnlab": [2.0, 3.0], "one": [2.0, 3.0], "other": [2.0, 3.0]}
    assert missing == {}
    assert ran[0::3] == ["rnnlab", "one", "other"]


def test_a_peer_that_is_not_there_or_fails_midway_is_named_as_missing(monkeypatch):
    reasons = {"one": "No module named 'one'", "other": "crashed"}
    ran = answers(
        monkeypatch,
        lambda peer, run: reasons[peer] if (peer, run) in (("one", 1), ("other", 3)) else 1.0,
    )
    seconds, missing = bench.measure("training", 3)
    assert list(seconds) == ["rnnlab"]
    assert missing == reasons
    assert ran.count("one") == 1, "what is missing is not tried again"
    text = bench.table("training", seconds, missing)
    assert "missing: No module named 'one'" in text


def test_without_rnnlab_there_is_nothing_to_compare(monkeypatch):
    answers(monkeypatch, lambda peer, run: "broken" if peer == "rnnlab" else 1.0)
    with pytest.raises(RuntimeError, match="training with rnnlab failed: broken"):
        bench.measure("training", 2)


def test_a_difference_is_shown_only_where_every_pair_shows_it():
    seconds = {"rnnlab": [1.0, 1.1, 1.2], "slow": [2.0, 2.2, 2.4], "close": [1.1, 1.0, 1.3]}
    ours, slow, close = (
        next(
            line for line in bench.table("training", seconds, {}).splitlines() if name in line[:20]
        )
        for name in ("rnnlab ", "slow", "close")
    )
    assert "0.50" in slow
    assert "no difference shown" in close
    assert "no difference" not in slow + ours


def test_a_peer_runs_in_a_process_of_its_own_and_its_failure_is_its_last_line():
    floor = bench.run_peer("training", "matmul_floor")
    assert floor["seconds"] > 0
    assert bench.run_peer("training", "nobody").startswith(("KeyError", "ModuleNotFoundError"))
    json.dumps(floor)


class InThisProcess:
    """A peer of the scaling table, without a process of its own."""

    def __init__(self, name):
        self.make, self.asked = getattr(scaling, name), []

    def ask(self, what):
        self.asked.append(what)
        if isinstance(what, dict):
            batch = [np.ones((what["batch"], what["steps"], 1), np.float32)] * 2
            self.answer = self.make(what, batch)
            return 0.0
        return self.answer(what)


def test_the_scaling_table_tells_times_and_our_share_of_the_better_fit():
    class Fixed:
        def __init__(self, *seconds):
            self.seconds = [0.5, 0.5, *seconds]  # the first call, and how many make an answer

        def ask(self, what):
            return self.seconds.pop(0)

    peers = {
        "rnnlab": Fixed(0.010, 0.012, 0.011),
        "keras_fit": Fixed(0.020, 0.020, 0.020),
        "keras_fit_xla": Fixed(0.040, 0.010, 0.040),
    }
    row = scaling.measured(ROW, peers, 3)
    assert (row["rnnlab"], row["keras_fit"], row["keras_fit_xla"]) == (11, 20, 40)
    assert (row["share"], row["least"], row["most"]) == (0.55, 0.5, 1.2)
    assert row["seconds_once"]["rnnlab"] == 0.5
    assert len(scaling.too_slow([row])) == 1, "one round was more than 1.15 of the better fit"
    assert scaling.too_slow([row | {"most": 1.1}]) == []
    assert len(scaling.too_slow([row | {"most": 1.1, "share": 1.06}])) == 1


def test_the_scaling_table_shows_an_engine_that_is_the_wrong_one(monkeypatch):
    class OnePieceAtATime(engines.WithTensorFlow):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.compiled_step = self._step

    monkeypatch.setattr(scaling, "SECONDS", 0.01)
    names = ("rnnlab", "keras_fit", "keras_fit_xla")
    right = scaling.measured(ROW, {name: InThisProcess(name) for name in names}, 3)
    monkeypatch.setattr(engines.optimizers, "supported", lambda optimizer: False)
    monkeypatch.setattr(engines, "WithTensorFlow", OnePieceAtATime)
    wrong = scaling.measured(ROW, {name: InThisProcess(name) for name in names}, 3)
    assert right["share"] < wrong["share"]
    assert scaling.too_slow([wrong])
