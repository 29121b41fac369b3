"""Run pages into a cache: those whose outputs are missing or stale, longest first, two at a time.

jupyter-cache stores the executed notebooks and nbclient drives the kernels. Only the parent
process writes to the cache, a page at a time, so that a build which is interrupted goes on from
where it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from sqlalchemy.exc import SQLAlchemyError

from running.forked_kernels import HAS_FORK, NAME, last_words, start_server
from running.pages import KERNEL_SETTINGS, cell_lines, find_data_files, find_imports

# TensorFlow's C++ side writes notes about the machine to stderr while it is imported, before
# Python can stop it. Information and warnings of that form are noise; errors are not.
CPP_NOISE = re.compile(
    r"WARNING: All log messages before absl::InitializeLog\(\) is called.*"
    r"|[IW]\d{4} [\d:.]+\s+\d+ \S+\.(?:cc|h):\d+\] .*"
    r"|\d{4}-\d\d-\d\d [\d:.]+: [IW] \S+\.(?:cc|h):\d+\] .*"
    r"|To enable the following instructions: .* rebuild TensorFlow with the appropriate .*"
)
ANSI_COLOURS = re.compile(r"\x1b\[[\d;]*m")


@dataclass(frozen=True)
class Page:
    """A page to run: its name, its file, its cells with their lines, and what is run of it."""

    name: str
    path: Path
    notebook: NotebookNode
    run: NotebookNode


@dataclass
class Executed:
    """A page that has run: its cells with outputs, and the seconds that each took."""

    notebook: NotebookNode
    cell_seconds: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The seconds of all cells; starting the kernel is not counted."""
        return sum(self.cell_seconds)


class PageError(Exception):
    """A page that could not be run, with the cell and the reason."""


def open_cache(folder: Path) -> JupyterCacheAbstract:
    """Open the cache, or start a new one where what is there can't be read."""
    try:
        cache = get_cache(folder)
        cache.list_cache_records()  # creates the database now, before anything runs at once
    except (SQLAlchemyError, sqlite3.Error, ValueError):
        shutil.rmtree(folder)
        cache = get_cache(folder)
        cache.list_cache_records()
    return cache


def look_up(cache: JupyterCacheAbstract, page: Page) -> Executed | None:
    """Find the outputs of a page in the cache; damaged ones count as missing."""
    try:
        record = cache.match_cache_notebook(page.run)
    except KeyError:
        return None
    try:
        notebook = cache.get_cache_bundle(record.pk).nb
        if digest(notebook) == record.data["sha256"]:
            return Executed(notebook, record.data["cell_seconds"])
    except (KeyError, ValueError, OSError, TypeError):
        pass
    shutil.rmtree(cache.path / "executed" / record.hashkey, ignore_errors=True)
    return None


def run_pages(
    pages: Sequence[Page],
    cache: JupyterCacheAbstract,
    *,
    root: Path,
    workers: int = 2,
    cell_timeout: int = 300,
    report: Callable[[str], None] = print,
) -> dict[str, Executed]:
    """Bring the outputs of all pages up to date.

    Args:
        pages: The pages.
        cache: Where outputs are kept.
        root: Where our own packages lie; the kernels import them from there.
        workers: How many pages run at once.
        cell_timeout: Seconds after which a cell is given up.
        report: Takes each line of progress.

    Returns:
        The executed pages by name.

    Raises:
        PageError: If a page failed. The others have run and are in the cache.
    """
    executed = {page.name: found for page in pages if (found := look_up(cache, page))}
    waiting = [page for page in pages if page.name not in executed]
    if not waiting:
        report(f"pages: all {len(pages)} are up to date, none had to run")
        return executed
    expected = _last_seconds(cache)
    # A page that never ran has no time to go by, but a long source tends to take long.
    waiting.sort(key=lambda page: (expected.get(page.name, 1e6), len(str(page.run))), reverse=True)
    report(f"pages: {len(waiting)} of {len(pages)} to run, {workers} at a time")
    sources = [cell.source for page in waiting for cell in page.run.cells]
    start_server(kernel_environment(root), libraries=find_imports(sources, root)[1])
    failures = asyncio.run(
        _run_all(waiting, cache, executed, root, workers, cell_timeout, expected, report)
    )
    if failures:
        raise PageError(f"{len(failures)} of {len(waiting)} pages failed")
    return executed


async def _run_all(
    waiting: list[Page],
    cache: JupyterCacheAbstract,
    executed: dict[str, Executed],
    root: Path,
    workers: int,
    cell_timeout: int,
    expected: dict[str, float],
    report: Callable[[str], None],
) -> list[str]:
    started = time.monotonic()
    turn = asyncio.Semaphore(workers)
    failures: list[str] = []
    finished = 0

    async def run(page: Page) -> None:
        nonlocal finished
        async with turn:
            last = f" (last time {expected[page.name]:.1f} s)" if page.name in expected else ""
            report(f"  start   {page.name}{last}")
            try:
                result = await run_page(page, root, cell_timeout)
            except PageError as error:
                failures.append(str(error))
                report(f"  FAILED  {error}")
                return
            _store(cache, page, result)
            executed[page.name] = result
            finished += 1
            elapsed = time.monotonic() - started
            report(
                f"  done    {page.name}: {result.seconds:.1f} s, "
                f"{finished} of {len(waiting)}, {elapsed:.0f} s elapsed"
            )

    await asyncio.gather(*(run(page) for page in waiting))
    return failures


async def run_page(page: Page, root: Path, cell_timeout: int, hash_seed: int = 0) -> Executed:
    """Run the cells of one page in a kernel of its own, in a folder of its own."""
    notebook = nbformat.from_dict(page.run)
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}

    with tempfile.TemporaryDirectory(prefix="page-") as scratch:
        folder = Path(scratch, "work")
        folder.mkdir()
        sources = [cell.source for cell in page.run.cells]
        for data in find_data_files(sources, page.path.parent):
            copy = folder / data.relative_to(page.path.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data, copy)
        client = NotebookClient(
            notebook,
            km=_kernel_manager(page, Path(scratch)),
            timeout=cell_timeout,
            force_raise_errors=True,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=lambda cell, cell_index: starts.setdefault(cell_index, time.monotonic()),
            on_cell_executed=lambda cell, cell_index, **_: ends.setdefault(
                cell_index, time.monotonic()
            ),
        )
        settings = Path(scratch, "ipython")  # IPython also writes here, so each kernel has a copy
        shutil.copytree(KERNEL_SETTINGS, settings)
        environment = kernel_environment(root, hash_seed) | {"IPYTHONDIR": str(settings)}
        log = Path(scratch, "kernel.log")
        with log.open("wb") as terminal:
            try:
                await client.async_execute(env=environment, stdout=terminal, stderr=terminal)
            except CellExecutionError as error:
                raise _page_error(
                    page, starts, f"{error.ename}: {error.evalue}", error.traceback
                ) from None
            except CellTimeoutError:
                reason = f"ran longer than {cell_timeout} seconds and was stopped"
                raise _page_error(page, starts, reason) from None
            except DeadKernelError:
                detail = log.read_text("utf8", "replace")[-2000:]
                raise _page_error(page, starts, "the kernel died", detail) from None
            except RuntimeError as error:
                detail = log.read_text("utf8", "replace")[-2000:] or last_words()
                raise _page_error(page, starts, str(error), detail) from None

    for index, cell in enumerate(notebook.cells):
        cell.outputs = _merged([output for output in cell.outputs if not _only_noise(output)])
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                raise _page_error(page, {index: 0.0}, "wrote to stderr", output.text)
            if str(output.get("data", {}).get("text/plain")).startswith("<Figure size") and not any(
                kind.startswith("image/") for kind in output.data
            ):
                raise _page_error(page, {index: 0.0}, "drew a figure of which no image came")
    return Executed(notebook, [ends[index] - starts[index] for index in sorted(starts)])


def _kernel_manager(page: Page, scratch: Path) -> AsyncKernelManager:
    """Make what starts a page's kernel: a process of its own, reached without the network."""
    manager = AsyncKernelManager(
        kernel_name=page.run.metadata.kernelspec.name,
        connection_file=str(scratch / "kernel.json"),
    )
    if HAS_FORK:
        manager.transport = "ipc"
        manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": NAME}
    return manager


def kernel_environment(root: Path, hash_seed: int = 0) -> dict[str, str]:
    """Return the environment of a kernel, the same for every page."""
    environment = dict(os.environ)
    # Without bytecode TensorFlow takes twice as long to import.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {
        # Beside ours lies what keeps a page off the network.
        "PYTHONPATH": os.pathsep.join([str(root), str(KERNEL_SETTINGS)]),
        "PYTHONHASHSEED": str(hash_seed),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(KERNEL_SETTINGS / "matplotlibrc"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    return environment


def _only_noise(output: NotebookNode) -> bool:
    """Drop the noise from an stderr output; tell whether nothing else is left."""
    if output.output_type != "stream" or output.name != "stderr":
        return False
    lines = output.text.splitlines()
    output.text = "\n".join(line for line in lines if line.strip() and not CPP_NOISE.match(line))
    return not output.text


def _merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was printed in one go: a slow kernel may hand it over in pieces."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if output.output_type == "stream" and last and last.get("name") == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def _page_error(page: Page, started: dict[int, float], reason: str, detail: str = "") -> PageError:
    """Say which page failed, in which cell, on which line, and why."""
    where = page.name
    if started:
        cell = max(started)
        line = cell_lines(page.notebook)[cell]
        where += f", cell {cell + 1} ({page.path.name}, line {line})"
    plain = ANSI_COLOURS.sub("", detail).strip()
    indented = "".join(f"\n      {line}" for line in plain.splitlines())
    return PageError(f"{where}: {reason}{indented}")


def digest(notebook: NotebookNode) -> str:
    """Digest the cells and outputs of an executed notebook."""
    cells = [[cell.source, cell.outputs] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def _store(cache: JupyterCacheAbstract, page: Page, result: Executed) -> None:
    data = {"sha256": digest(result.notebook), "cell_seconds": result.cell_seconds}
    bundle = CacheBundleIn(result.notebook, page.name, data=data)
    cache.cache_notebook_bundle(bundle, overwrite=True)


def _last_seconds(cache: JupyterCacheAbstract) -> dict[str, float]:
    """Return how long each page took when it last ran, whatever its cells were then."""
    records = sorted(cache.list_cache_records(), key=lambda record: record.created)
    return {record.uri: sum((record.data or {}).get("cell_seconds", [])) for record in records}
