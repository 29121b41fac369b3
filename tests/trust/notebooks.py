"""Run each page's notebook as its reader would, and compare what it gives with the page.

    python -m tests.trust.notebooks [SITE] [--only PART] [--here]

A notebook runs alone in an empty folder, in a fresh environment that has a kernel of Jupyter and
what the notebook's own install line put there; what that line leaves open is as in the lock of
the docs. Notebooks with the same line share an environment. After that line no notebook reaches
the network. `--here` runs them in this environment, which installs nothing.

Compared is what each cell printed and returned, a table as aligned text: the same words, and as
many numbers. Numbers are the same to a hundred-thousandth before the page trains something and to a
thousandth after it; where the page trains with what carries rounding to per cents (see
`programs/run_all.py`), or says that an output may differ, they may be others; and words, too, where
it says that they differ without rnnlab, which no notebook has. Of figures it is compared how many
there are: a plain Jupyter draws them in a style of its own.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from running.environment import (
    KERNEL_SETTINGS,
    MACHINE,
    STATED,
    home_variables,
    own_environment,
    temporary_variables,
)
from tests.trust.programs.compare import EXACT, ROUGH, TRAINED, TRAINS, VARIES, text_difference

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "docs" / "requirements" / "docs.txt"
SECONDS = 1800  # for a cell
INSTALLS = "%pip install"
OTHER_WORDS = re.compile(r"^# Its output may differ: .*without rnnlab", re.MULTILINE)
# Of what a cell returns; a table's text is what a notebook prints of it.
SHOWN = ("text/html", "text/plain")
IMAGES = {"image/svg+xml", "image/png"}
ADDRESS = re.compile(r"\b0x[0-9a-f]+\b")  # of an object in memory


@dataclass
class Page:
    """A notebook of the site."""

    path: Path
    name: str

    def __post_init__(self) -> None:
        """Read the notebook."""
        self.notebook = nbformat.read(self.path, as_version=4)
        self.code = [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    @property
    def install(self) -> str:
        """The code of the cell that installs what the others need."""
        return next((cell.source for cell in self.code if INSTALLS in cell.source), "")


class NotebookError(Exception):
    """A cell of a notebook that raised an error, with the reason."""


def run(notebook: NotebookNode, python: Path, folder: Path, env: dict[str, str]) -> None:
    """Run a notebook in place.

    Args:
        notebook: The notebook.
        python: The Python of the environment to run it in.
        folder: Where it runs, and finds no file but its own.
        env: The environment variables of its kernel.

    Raises:
        NotebookError: A cell raised an error, ran too long, or its kernel died.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as beside:
        manager = AsyncKernelManager(
            kernel_name="python3", connection_file=str(Path(beside, "kernel.json"))
        )
        assert manager.kernel_spec
        alone = "import sys; sys.modules['rnnlab'] = None"  # wherever it is installed
        manager.kernel_spec.argv = [
            *(str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            f"--IPKernelApp.exec_lines={alone}",
        ]
        current = 0

        def start(cell_index: int, **_: Any) -> None:
            nonlocal current
            current = cell_index

        client = NotebookClient(
            notebook,
            km=manager,
            timeout=SECONDS,
            shutdown_kernel="immediate",
            force_raise_errors=True,
            resources={"metadata": {"path": str(folder)}},
            on_cell_execute=start,
        )
        home, temporary = Path(beside, "home"), Path(beside, "tmp")
        for own in (home, temporary):
            own.mkdir()
        folders = {**home_variables(home), **temporary_variables(temporary)}
        with Path(beside, "kernel.log").open("wb") as log:
            try:
                client.execute(env=folders | env, stdout=log, stderr=log, cleanup_kc=True)
            except CellExecutionError as error:
                why = f"{error.ename}: {error.evalue}"
                raise NotebookError(f"{cell_name(notebook, current)}: {why}") from None
            except (RuntimeError, TimeoutError) as error:
                why = f"{type(error).__name__}: {error}"
                raise NotebookError(f"{cell_name(notebook, current)}: {why}") from None


def cell_name(notebook: NotebookNode, index: int) -> str:
    """Name a cell by its place and its beginning."""
    cell = notebook.cells[index]
    return f"cell {index + 1} ({cell.source.partition(chr(10))[0][:60]!r})"


def kernel_variables(*, offline: bool) -> dict[str, str]:
    """Return the environment of a kernel: what says where things lie on this machine."""
    given = {name: os.environ[name] for name in MACHINE if name in os.environ}
    # Beside the settings of our own kernels lies what keeps a page off the network.
    return given | STATED | ({"PYTHONPATH": str(KERNEL_SETTINGS)} if offline else {})


def make_environment(folder: Path, install: str) -> Path:
    """Make an environment with a kernel and what a notebook's own cell installs.

    Args:
        folder: Where to make it.
        install: The code of that cell.

    Returns:
        Its Python.
    """
    home = folder / "environment"
    venv.create(home, with_pip=True, symlinks=os.name != "nt")
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    constraints = folder / "constraints.txt"
    constraints.write_text(locked_versions(LOCK.read_text("utf-8")), "utf-8")
    # A cache of its own, which environments share.
    settings = {
        "PIP_CONSTRAINT": str(constraints),
        "PIP_CACHE_DIR": own_environment()["HOME"] + "/pip",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    command = [str(python), "-m", "pip", "install", "-qq", "ipykernel"]
    subprocess.run(command, env=kernel_variables(offline=False) | settings, check=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(install)])
    run(notebook, python, folder, kernel_variables(offline=False) | settings)
    return python


def locked_versions(lock: str) -> str:
    """Return the versions of a lock as constraints, which take no hashes."""
    found = re.findall(r"^([\w.-]+==[^\\\n]+?) *\\?$", lock, re.MULTILINE)
    return "\n".join([*found, ""])


def differences(page: Page, found: NotebookNode) -> Iterator[str]:
    """Yield how the outputs of a notebook that ran differ from those of the page, cell by cell."""
    trains = False
    rough = any(ROUGH.search(cell.source) for cell in page.code)
    for index, (cell, ours) in enumerate(zip(page.notebook.cells, found.cells, strict=True)):
        # What the page uses of ours stands in a cell with a title, and trains nothing there.
        if cell.cell_type != "code" or cell.source.startswith("# @title"):
            continue
        trains = trains or bool(TRAINS.search(cell.source))
        varies = VARIES.search(cell.source)
        tolerance = math.inf if varies or (trains and rough) else TRAINED if trains else EXACT
        where = cell_name(page.notebook, index)
        if not cell.outputs:
            continue
        same_words = not OTHER_WORDS.search(cell.source)
        if same_words and (fault := text_difference(shown(ours), shown(cell), tolerance)):
            yield f"{where}: {fault}"
        if (drawn := figures(ours)) != (wanted := figures(cell)):
            yield f"{where}: drew {drawn} figures, wanted {wanted}"


def shown(cell: NotebookNode) -> str:
    """Return what a cell printed and returned, as text."""
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        if output.get("name") == "stdout":
            parts.append(output.text)
        elif output.output_type == "execute_result" and not IMAGES & set(data):
            parts.append(next(data[kind] for kind in SHOWN if kind in data))
    return ADDRESS.sub("0", "\n".join(parts))


def figures(cell: NotebookNode) -> int:
    """Return how many figures a cell drew."""
    return sum(bool(IMAGES & set(one.get("data", {}))) for one in cell.outputs)


def try_page(page: Page, python: Path, *, offline: bool) -> list[str]:
    """Run a notebook alone in an empty folder; return what is wrong with it."""
    found = nbformat.from_dict(page.notebook)
    found = nbformat.reads(nbformat.writes(found), as_version=4)
    with tempfile.TemporaryDirectory(prefix="notebook-", ignore_cleanup_errors=True) as folder:
        nbformat.write(found, Path(folder, page.path.name))
        try:
            run(found, python, Path(folder), kernel_variables(offline=offline))
        except NotebookError as error:
            return [str(error)]
    return list(differences(page, found))


def main() -> int:
    """Run what is asked for and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site", nargs="?", type=Path, default=ROOT / "docs/_build/html")
    parser.add_argument("--only", default="", help="part of the path of the notebooks to run")
    parser.add_argument(
        "--here", action="store_true", help="in this environment, not in fresh ones"
    )
    options = parser.parse_args()
    sources = options.site.resolve() / "_sources"
    paths = [path for path in sorted(sources.glob("**/*.ipynb")) if options.only in str(path)]
    if not paths:
        print(f"error: no notebooks in {options.site}/_sources: run nox -s docs", file=sys.stderr)
        return 2
    pages = [Page(path, path.relative_to(sources).with_suffix("").as_posix()) for path in paths]
    lines = {
        page.install: [other for other in pages if other.install == page.install] for page in pages
    }
    many = "1 install line" if len(lines) == 1 else f"{len(lines)} install lines"
    print(f"{len(pages)} notebooks with {many}", flush=True)
    failed: dict[str, str] = {}
    done, started = 0, time.monotonic()
    for install, alike in lines.items():
        with tempfile.TemporaryDirectory(prefix="notebooks-", ignore_cleanup_errors=True) as folder:
            python = Path(sys.executable)
            if not options.here:
                began = time.monotonic()
                python = make_environment(Path(folder), install)
                print(
                    f"  installed {versions_of(install)}, {time.monotonic() - began:.0f} s",
                    flush=True,
                )
            for page in alike:
                began = time.monotonic()
                found = try_page(page, python, offline=True)
                done += 1
                now = time.monotonic()
                print(
                    f"  {done:2} of {len(pages)}  {'FAILED' if found else 'ok':6} {page.name}: "
                    f"{len(page.code)} cells, {now - began:.1f} s, {now - started:.0f} s elapsed",
                    flush=True,
                )
                for fault in found:
                    print("\n".join(f"      {line}" for line in fault.splitlines()), flush=True)
                if found:
                    failed[page.name] = found[0]
    for name, fault in failed.items():  # once more, where the end of a long output shows them
        print(f"FAILED {name}, {' '.join(fault.split())[:300]}")
    print(
        f"{len(pages) - len(failed)} of {len(pages)} notebooks run and give what their pages show"
    )
    return 1 if failed else 0


def versions_of(install: str) -> str:
    """Return what an install cell names."""
    return ", ".join(re.findall(r'"(\w+)": "[\d.]+"', install)) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
