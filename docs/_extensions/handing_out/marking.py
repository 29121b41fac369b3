"""Marks what students hand in: each of their answers is a test.

    python -m pytest -vv --tb=no test_submissions.py

Notebooks are read from the folder `submissions` beside this file, in whatever folders and under
whatever names; none is run. The files of checks are those of the folder `student`.
"""

import ast
import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "student"))


def read(path: Path) -> tuple[ModuleType, dict[str, object]]:
    """Return the checks that a notebook asks, and the last answer to each that can be read."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    checks = re.findall(r"from (\w+_checks) import check", "\n".join(sources))
    if not checks:
        raise ValueError(f"{path}: no cell imports the checks of a page")
    answers: dict[str, object] = {}
    for source in sources:
        try:
            code = ast.parse(source)
        except SyntaxError:  # a magic, or a fault of the student's: then the answer is missing
            continue
        for node in ast.walk(code):
            match node:
                case ast.Call(func=ast.Name("check"), args=[ast.Constant(str(name)), answer]):
                    answers[name] = value_of(answer)
    return importlib.import_module(checks[0]), answers


def value_of(answer: ast.expr) -> object:
    """Return an answer; what is no plain value, such as 1/3, as it is written."""
    try:
        return ast.literal_eval(answer)
    except (TypeError, ValueError):
        return ast.unparse(answer)


def answers() -> Iterator[object]:
    """Yield the answers of all notebooks to all exercises of their pages."""
    for path in sorted(HERE.glob("submissions/**/*.ipynb")):
        checks, given = read(path)
        who = path.relative_to(HERE / "submissions").with_suffix("").as_posix()
        for name in checks.CHECKS:
            yield pytest.param(checks, name, given, id=f"{who}: {name}")


@pytest.mark.parametrize(("checks", "name", "given"), list(answers()))
def test_answer(checks: ModuleType, name: str, given: dict[str, object]) -> None:
    """The answer is right."""
    if name not in given:
        pytest.fail("No cell that can be read answers this.", pytrace=False)
    verdict = checks.judge(name, given[name])
    if not verdict.is_right:
        pytest.fail(verdict.said, pytrace=False)
