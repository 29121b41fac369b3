"""The programs that readers copy: each is whole, and gives what its page shows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.tools.browser import SITE

ROOT = Path(__file__).parents[2]
RUN_ALL = ROOT / "tests" / "trust" / "programs" / "run_all.py"
LIBRARIES = {
    *("keras", "matplotlib", "numpy", "pandas", "safetensors", "statsmodels", "tensorflow"),
    "threadpoolctl",
}


def programs() -> list[Path]:
    return sorted(SITE.glob("scripts/**/*.py"))


def ruff(*what: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet"]
    return subprocess.run(
        [*command, "--select", "F821,F822,F823,F401,F811,E9", *map(str, what)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_program_parses_and_names_nothing_that_it_does_not_define() -> None:
    assert len(programs()) > 150
    found = ruff(SITE / "scripts")
    assert found.stdout == ""


def test_a_program_with_an_undefined_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import numpy as np\nprint(np.sum(missing))\n")
    assert "missing" in ruff(tmp_path).stdout


def test_every_program_imports_what_a_reader_has_and_no_more() -> None:
    for path in programs():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for root in {name.partition(".")[0] for name in names}:
                assert root in LIBRARIES | sys.stdlib_module_names, f"{path} imports {root}"


def test_programs_run_alone_and_give_what_their_pages_show() -> None:
    # Trainings are cut to two updates; such programs must run to their end, the others give the
    # same. In full, `nox -s programs` runs them.
    command = [sys.executable, str(RUN_ALL), str(SITE), "--cut"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    good, every = map(int, re.findall(r"(\d+) of (\d+) programs run", result.stdout)[-1])
    assert good == every > 250


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("print(2)\n", "printed"),
        ("import rnnlab\nprint(1)\n", "rnnlab"),
        ("print(1)\nraise RuntimeError('stop')\n", "stop"),
    ],
)
def test_a_program_that_gives_something_else_is_found(
    tmp_path: Path, broken: str, message: str
) -> None:
    folder = tmp_path / "scripts" / "page"
    folder.mkdir(parents=True)
    (folder / "01.py").write_text(broken)
    (folder / "01.out").write_text("1\n")
    command = [sys.executable, str(RUN_ALL), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert message in result.stdout
    assert "0 of 1 programs" in result.stdout
