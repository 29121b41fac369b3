"""Run pages into a cache: those whose outputs are missing or stale, longest first, two at a time.

jupyter-cache stores the executed notebooks and nbclient drives the kernels. Only the parent
process writes to the cache, a page at a time, so that a build which is interrupted goes on from
where it was.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache.base import JupyterCacheAbstract
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from running.cache import Executed, last_seconds, look_up, store
from running.environment import KERNEL_SETTINGS, home_variables, temporary_variables
from running.fingerprint import find_data_files
from running.forked_kernels import last_words, start_server
from running.imports import find_imports
from running.kernels import kernel_environment, kernel_manager
from running.outputs import clean, fault
from running.pages import Page, cell_lines

ANSI_COLOURS = re.compile(r"\x1b\[[\d;]*m")


class PageError(Exception):
    """A page that could not be run, with the cell and the reason."""


def run_pages(
    pages: Sequence[Page],
    cache: JupyterCacheAbstract,
    *,
    root: Path,
    workers: int = 2,
    cell_timeout: int = 300,
) -> dict[str, Executed]:
    """Bring the outputs of all pages up to date, and print how it goes.

    Args:
        pages: The pages.
        cache: Where outputs are kept.
        root: Where our own packages lie; the kernels import them from there.
        workers: How many pages run at once.
        cell_timeout: Seconds after which a cell is given up.

    Returns:
        The executed pages by name.

    Raises:
        PageError: If a page failed. The others have run and are in the cache.
    """
    executed = {page.name: found for page in pages if (found := look_up(cache, page))}
    waiting = [page for page in pages if page.name not in executed]
    if not waiting:
        print(f"pages: all {len(pages)} are up to date, none had to run")
        return executed
    expected = {name: sum(seconds) for name, seconds in last_seconds(cache).items()}
    # A page that never ran has no time to go by, but a long source tends to take long.
    waiting.sort(key=lambda page: (expected.get(page.name, 1e6), len(str(page.run))), reverse=True)
    print(f"pages: {len(waiting)} of {len(pages)} to run, {workers} at a time")
    environment = start_kernels(waiting, root)
    turn, started = asyncio.Semaphore(workers), time.monotonic()
    done: list[str] = []
    failed: list[str] = []

    async def run(page: Page) -> None:
        async with turn:
            last = f" (last time {expected[page.name]:.1f} s)" if page.name in expected else ""
            print(f"  start   {page.name}{last}", flush=True)
            try:
                result = await run_page(page, environment, cell_timeout)
            except PageError as error:
                failed.append(page.name)
                print(f"  FAILED  {error}", flush=True)
                return
            store(cache, page, result)
            executed[page.name] = result
            done.append(page.name)
            print(
                f"  done    {page.name}: {result.seconds:.1f} s, "
                f"{len(done)} of {len(waiting)}, {time.monotonic() - started:.0f} s elapsed",
                flush=True,
            )

    async def run_all() -> None:
        await asyncio.gather(*map(run, waiting))

    asyncio.run(run_all())
    if failed:
        raise PageError(f"{len(failed)} of {len(waiting)} pages failed")
    return executed


def start_kernels(pages: Sequence[Page], root: Path, hash_seed: int = 0) -> dict[str, str]:
    """Make ready what the kernels of some pages are forked from; return their environment."""
    sources = [cell.source for page in pages for cell in page.run.cells]
    environment = kernel_environment(root, hash_seed)
    start_server(environment, libraries=find_imports(sources, root)[1])
    return environment


async def run_page(page: Page, environment: Mapping[str, str], cell_timeout: int) -> Executed:
    """Run the cells of one page in a kernel of its own, in a folder of its own.

    Raises:
        PageError: If a cell failed or gave what no cell may give.
    """
    # nbclient would answer Ctrl-C by killing one kernel, and its page would seem to have failed.
    asyncio.get_running_loop().add_signal_handler = lambda *_: None  # type: ignore[method-assign]
    notebook = nbformat.from_dict(page.run)
    seconds = [0.0] * len(notebook.cells)
    current: int | None = None

    def start(cell_index: int, **_: Any) -> None:
        nonlocal current
        current = cell_index
        seconds[cell_index] -= time.monotonic()

    def end(cell_index: int, **_: Any) -> None:
        seconds[cell_index] += time.monotonic()

    with tempfile.TemporaryDirectory(prefix="page-", ignore_cleanup_errors=True) as scratch:
        folder, home, temporary, settings = (
            Path(scratch, name) for name in ("work", "home", "tmp", "ipython")
        )
        for own in (folder, home, temporary):
            own.mkdir()
        for data in find_data_files((cell.source for cell in notebook.cells), page.path.parent):
            copy = folder / data.relative_to(page.path.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data, copy)
        shutil.copytree(KERNEL_SETTINGS, settings)  # IPython also writes here
        client = NotebookClient(
            notebook,
            km=kernel_manager(notebook.metadata.kernelspec.name, Path(scratch)),
            timeout=cell_timeout,
            shutdown_kernel="immediate",
            force_raise_errors=True,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            on_cell_execute=start,
            on_cell_executed=end,
        )
        folders = {**home_variables(home), **temporary_variables(temporary)}
        env = {**environment, **folders, "IPYTHONDIR": str(settings)}
        log = Path(scratch, "kernel.log")
        with log.open("wb") as terminal:
            try:
                await client.async_execute(
                    env=env, stdout=terminal, stderr=terminal, cleanup_kc=True
                )
            except CellExecutionError as error:
                reason = f"{error.ename}: {error.evalue}"
                raise page_error(page, current, reason, error.traceback) from None
            except CellTimeoutError:
                reason = f"ran longer than {cell_timeout} seconds and was stopped"
                raise page_error(page, current, reason) from None
            except RuntimeError as error:
                reason = "the kernel died" if isinstance(error, DeadKernelError) else str(error)
                said = log.read_text("utf8", "replace")[-2000:] or last_words()
                raise page_error(page, current, reason, said) from None

    for number, cell in enumerate(notebook.cells):
        cell.outputs = clean(cell.outputs)
        if wrong := fault(cell.outputs):
            raise page_error(page, number, *wrong)
    return Executed(notebook, seconds)


def page_error(page: Page, cell: int | None, reason: str, detail: str = "") -> PageError:
    """Say which page failed, in which cell, on which line, and why."""
    where = page.name
    if cell is not None:
        line = cell_lines(page.notebook)[cell]
        where += f", cell {cell + 1} ({page.path.name}, line {line})"
    plain = ANSI_COLOURS.sub("", detail).strip()
    indented = "".join(f"\n      {line}" for line in plain.splitlines())
    return PageError(f"{where}: {reason}{indented}")
