"""Notebooks that readers take along: each runs alone and gives what its page shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.site.tools.browser import SITE
from tests.trust.notebooks import LOCK, locked_versions

ROOT = Path(__file__).parents[2]
#: The quickest ones; together they train, draw, print, and show tables.
LIGHT = ("index", "bare-bones-rnn")


def run(site: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run notebooks of a site in the environment of the tests, which installs nothing."""
    command = [sys.executable, "-m", "tests.trust.notebooks", str(site), "--here", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def small_site(folder: Path, *sources: str, printed: str) -> Path:
    """Write a site of one notebook, whose last cell prints something on the page."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in sources])
    shown = nbformat.v4.new_output("stream", name="stdout", text=printed)
    notebook.cells[-1].outputs = [shown]
    path = folder / "_sources" / "page.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook, path)
    return folder


@pytest.mark.parametrize("name", LIGHT)
def test_a_notebook_runs_alone_and_gives_what_its_page_shows(name: str) -> None:
    # All of them, each in an environment made by its own install line: `nox -s trust -- notebooks`.
    done = run(SITE, "--only", f"{name}.ipynb")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 notebooks run and give what their pages show" in done.stdout


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("print(3)", "cell 2 ('print(3)'): printed 3, wanted 4"),
        ("print('four')", "printed"),
        ("import rnnlab\nprint(4)", "ModuleNotFoundError"),
        ("print(open('data/numbers.txt').read())", "FileNotFoundError"),
        ("import socket\nsocket.create_connection(('example.org', 80))", "reaches no network"),
        ("# Its output may differ: it is a time\nprint('four')", "printed"),
    ],
)
def test_a_notebook_that_fails_or_gives_something_else_is_named(
    tmp_path: Path, source: str, fault: str
) -> None:
    done = run(small_site(tmp_path, "x = 1", source, printed="4\n"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED page" in done.stdout
    assert fault in done.stdout
    assert "0 of 1 notebooks" in done.stdout


@pytest.mark.parametrize(
    ("reason", "printed"),
    [("it is a time", "3"), ("the message is shorter without rnnlab", "three")],
)
def test_a_time_may_be_another_and_a_message_shorter(
    tmp_path: Path, reason: str, printed: str
) -> None:
    source = f"# Its output may differ: {reason}\nprint({printed!r})"
    assert run(small_site(tmp_path, source, printed="4\n")).returncode == 0


def test_a_notebook_holds_the_data_that_its_page_reads_and_what_it_was_made_with() -> None:
    paths = sorted(SITE.glob("_sources/**/*.ipynb"))
    assert len(paths) > 20
    locked = dict(re.findall(r"^([\w-]+)==([\w.]+)", locked_versions(LOCK.read_text()), re.M))
    locked.setdefault("tensorflow", locked["tensorflow-cpu"])
    for path in paths:
        code = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        (versions,) = re.findall(r"^versions = (\{.+\})$", code[0], re.MULTILINE)
        assert "%pip install" in code[0]
        for name, version in json.loads(versions).items():
            assert locked[name] == version, f"{path.name} names {name} {version}"
        text = "\n".join(code)
        for name in set(re.findall(r"[\"'](data/[\w.-]+)[\"']", text)):
            writes = rf"Path\([\"']{re.escape(name)}[\"']\)\.(write_text|open\(.wb)"
            assert re.search(writes, text), f"{path.name} reads {name}"


def test_constraints_are_the_versions_of_a_lock() -> None:
    lock = "# head\na-b==1.2 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"
    lock += "c==2 ; sys_platform == 'linux' \\\n    --hash=sha256:22\n"
    assert locked_versions(lock) == "a-b==1.2\nc==2 ; sys_platform == 'linux'\n"
