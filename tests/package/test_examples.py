"""Each public function has an example, and each example gives what it says."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

import rnnlab

OPTIONS = doctest.NORMALIZE_WHITESPACE
#: What it does lasts for the whole process.
ALONE = {"rnnlab.repeatability.make_repeatable"}


def public_modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(rnnlab.__path__, "rnnlab.")]
    public = [name for name in names if not name.rpartition(".")[2].startswith("_")]
    return [importlib.import_module(name) for name in public if name != "rnnlab.plain"]


def public_objects() -> Iterator[tuple[str, Any, ModuleType]]:
    for module in public_modules():
        for name, thing in vars(module).items():
            is_ours = getattr(thing, "__module__", "").startswith("rnnlab")
            listed = name in getattr(module, "__all__", ()) or thing_of(thing, module)
            if is_ours and listed and not name.startswith("_") and callable(thing):
                yield f"{module.__name__}.{name}", thing, module


def thing_of(thing: Any, module: ModuleType) -> bool:
    return bool(getattr(thing, "__module__", "") == module.__name__)


OBJECTS = {name: (thing, module) for name, thing, module in public_objects()}


def run_examples(thing: Any, name: str, names: dict[str, Any]) -> doctest.TestResults:
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(False, OPTIONS)
    for test in finder.find(inspect.unwrap(thing), name, globs=dict(names)):
        assert len(test.examples) <= 6, "an example of more than a few lines is a page's"
        runner.run(test)
    return doctest.TestResults(runner.failures, runner.tries)


def names_of(module: ModuleType) -> dict[str, Any]:
    _, ax = plt.subplots()
    return vars(module) | {"np": np, "keras": keras, "ax": ax}


@pytest.mark.parametrize("name", [name for name in OBJECTS if name not in ALONE])
def test_an_example_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    thing, module = OBJECTS[name]
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return
    monkeypatch.chdir(tmp_path)  # some write files
    failed, tried = run_examples(thing, name, names_of(module))
    plt.close("all")
    assert not failed, capsys.readouterr().out
    assert tried, f"{name} has no example"


@pytest.mark.parametrize("name", sorted(ALONE))
def test_an_example_runs_in_a_process_of_its_own(name: str) -> None:
    module, _, thing = name.rpartition(".")
    code = (
        f"import keras, {module} as m; from tests.package.test_examples import run_examples; "
        f"failed, tried = run_examples(m.{thing}, 'x', vars(m) | dict(keras=keras)); "
        "assert tried and not failed"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_a_wrong_example_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    def wrong() -> None:
        """Say less than it is.

        >>> 1 + 1
        3
        """

    assert run_examples(wrong, "wrong", {}).failed == 1
