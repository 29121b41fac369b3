"""The data that pages read: figures as the lab printed them, records as their scripts make them."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from tests.studies.records import curves, levers, memory, ten_steps

DATA = Path(__file__).parents[2] / "docs" / "tutorials" / "data"


def test_the_log_beside_the_pages_is_what_the_lab_printed(printed):
    log = json.loads((DATA / "lab2019_log.json").read_text())
    for loss in ("mse", "rmse"):
        run = f"gradient_descent_{loss}"
        pairs = zip(log["iterations"], log["losses"][loss], strict=True)
        assert [list(pair) for pair in pairs] == printed["logged_loss"][run]
        assert log["predictions"][loss] == printed["prediction"][run]


def test_the_record_of_levers_holds_the_runs_that_its_script_makes():
    record = json.loads((DATA / "levers.json").read_text())
    assert record["seeds"] == list(levers.SEEDS)
    for part, runs in {"levers": levers.LEVERS, "held out": levers.HELD_OUT}.items():
        assert {name: run["settings"] for name, run in record[part].items()} == runs
        for run in record[part].values():
            for where in levers.SETS:
                errors = run[where]["mse"]
                stopped = [error is None for error in errors]
                assert stopped == [iteration is not None for iteration in run["stopped"]]


def test_the_record_of_ten_steps_holds_runs_of_its_script_and_one_of_them_comes_back():
    record = json.loads((DATA / "ten_steps.json").read_text())
    assert record["seeds"] == list(ten_steps.SEEDS)
    for name, run in record["runs"].items():
        assert run["settings"] == ten_steps.RUNS[name]
        assert len(run["mse"]) == len(record["seeds"])
    # About ten seconds. On other machines rounding differs; three seeds lie within a hundredth.
    again = ten_steps.run(1, **ten_steps.RUNS["iterated"])
    assert again == pytest.approx(record["runs"]["iterated"]["mse"][1], rel=0.05)


def test_the_record_of_memory_holds_the_runs_that_its_script_makes():
    record = json.loads((DATA / "memory.json").read_text())
    assert record["seeds"] == list(memory.SEEDS)
    assert list(record["runs"]) == list(memory.TASKS)
    for task, runs in record["runs"].items():
        assert runs["most"] == memory.MOST[task]
        for cell in memory.CELLS:
            assert len(runs[cell]["sequences"]) == len(runs[cell]["seconds"]) == len(memory.SEEDS)
            assert all(n is None or 0 < n <= runs["most"] for n in runs[cell]["sequences"])
    assert record["sum"]["sequences"] == 32 * memory.SUM_ITERATIONS


def test_a_run_of_the_record_of_memory_comes_out_again():
    record = json.loads((DATA / "memory.json").read_text())["runs"]["order of two"]
    page = memory.functions_of("memory-benchmarks")
    again = memory.TASKS["order of two"](page, "LSTM", memory.SEEDS[0])
    # Rounding differs from machine to machine; a round of training is 1,600 sequences.
    assert abs(again["sequences"] - record["LSTM"]["sequences"][0]) <= 2 * 1600
    assert again["wrong of 2560"] <= 10


def test_the_network_for_drawings_is_one_of_its_script_and_has_the_error_of_its_record():
    record = json.loads((DATA / "curves.json").read_text())
    assert record["seeds"] == list(curves.SEEDS)
    assert record["updates"] == curves.UPDATES
    assert [record["every"], record["given"]] == [curves.EVERY, list(curves.GIVEN)]
    for_choosing = record["errors for choosing"]
    assert record["chosen seed"] == curves.SEEDS[int(np.argmin(for_choosing))]
    read = [
        np.frombuffer(base64.b64decode(record["weights"][name]), "<f4") for name in curves.NAMES
    ]
    model = curves.network()
    kernel, recurrent, *biases = read[:4]
    arrays = [kernel, recurrent, np.stack(biases), *read[4:]]
    shapes = [weight.shape for weight in model.get_weights()]
    model.set_weights([array.reshape(shape) for array, shape in zip(arrays, shapes, strict=True)])
    # What is said becomes what is read: rounding grows, differently on other machines.
    assert curves.judged(model, 1002) == pytest.approx(record["errors"], rel=0.02)
