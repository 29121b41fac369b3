"""Build the site beside the one that stands, and put it in its place only when it is whole.

    python docs/_extensions/shipping/build.py [--source docs] [--durations]

Sphinx works in `work`, which is thrown away with its doctrees whenever a build did not end well:
Sphinx forgets the warnings of pages that it does not read again, so building on would bring out a
broken page. Executed pages are in `cache`, which outlives failures. `html` is the site.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing.util import Finalize
from pathlib import Path

from filelock import FileLock, Timeout

ROOT = Path(__file__).parents[3]


def main(arguments: Sequence[str] | None = None, *, waits: bool = False) -> int:
    """Build, and put the site in its place; return the exit status.

    Args:
        arguments: The command line, if not this process's own.
        waits: Whether to wait for a build that is at work in the same folder.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends as after Ctrl-C
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, default=ROOT / "docs", help="the site's sources")
    parser.add_argument("--durations", action="store_true", help="list the slowest cells")
    options = parser.parse_args(arguments)
    folder = options.source / "_build"
    where, site = os.path.relpath(folder), os.path.relpath(folder / "html")
    started = time.monotonic()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder, waits):
            use_temporary_folder(folder)
            finish_swap(folder)
            run_sphinx(options.source, folder)
            swap(folder)
    except Timeout:
        print(f"error: another build is at work in {where}; wait for it", file=sys.stderr)
        return 2
    except BaseException as error:
        stands = f"the site in {site} is the one before it"
        stands = stands if (folder / "html").exists() else "there is no site yet"
        said = reason(error, where)
        print(f"{said or ''}\nerror: the build failed; {stands}".strip(), file=sys.stderr)
        if not said:
            raise
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    if options.durations:
        print(slowest_cells(folder / "cache"))
    print(f"site: {site}/index.html, built in {time.monotonic() - started:.0f} s")
    return 0


@contextlib.contextmanager
def alone(folder: Path, waits: bool) -> Iterator[None]:
    """Let one build be at work in a folder; raise Timeout at another one that does not wait."""
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not waits:
            raise
        print("another build is at work; this one waits for it", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def use_temporary_folder(folder: Path) -> None:
    """Keep all temporary files of this process in one place, and leave none.

    A killed build leaves them; the next one finds their place noted in the build's folder.
    """
    note = folder / "temporary"
    if note.is_file() and "rnnlab-" in (left := note.read_text("utf8")):
        shutil.rmtree(left, ignore_errors=True)
    tempfile.tempdir = tempfile.mkdtemp(prefix="rnnlab-")
    note.write_text(tempfile.tempdir, "utf8")
    # When the process ends, after multiprocessing has removed what it has in there (at -100).
    remove = {"ignore_errors": True}
    Finalize(None, shutil.rmtree, (tempfile.tempdir,), remove, exitpriority=-101)


def reason(error: BaseException, where: str) -> str | None:
    """Say in a line why a build failed; None if a fault in the code needs its traceback."""
    # Imported here: it takes a second, which a refused second build need not wait for.
    from sphinx.errors import SphinxError, SphinxParallelError

    if isinstance(error, SystemExit):
        return str(error.code)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; the pages that have run are kept"
    cause: BaseException | None = error
    while cause and not isinstance(cause, OSError | sqlite3.Error):
        cause = cause.__cause__
    if cause:
        again = "when that is mended, build again: the pages that have run are kept"
        return f"error: {cause}, while building in {where}; {again}"
    if isinstance(error, SphinxParallelError) and "[Errno" not in error.message:
        return error.traceback
    return f"error: {error}" if isinstance(error, SphinxError) and not error.__cause__ else None


def run_sphinx(source: Path, folder: Path) -> None:
    """Let Sphinx bring the work folder up to date; any warning is a failure."""
    from sphinx.application import Sphinx
    from sphinx.util.console import color_terminal, nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    work = folder / "work"
    sources = work / "complete"  # of the last build; there is no list if it did not end well
    # Sphinx leaves in place what it wrote for a page, or copied from a file, that is gone since.
    if not sources.is_file() or any(
        not (source / name).exists() for name in sources.read_text("utf8").splitlines()
    ):
        shutil.rmtree(work, ignore_errors=True)
    sources.unlink(missing_ok=True)
    if not color_terminal():
        nocolor()
    settings = {"nb_execution_cache_path": str((folder / "cache").resolve())}
    try:
        with patch_docutils(source), docutils_namespace():
            # Not Sphinx's command, which tells a full disk as a crash of its own.
            app = Sphinx(
                source, source, work / "html", work / "doctrees", "html", settings,
                status=None, warningiserror=True, parallel=2,
            )  # fmt: skip
            app.build()
        if app.statuscode:
            raise SystemExit("error: there are warnings")
        pages = [path for path in source.rglob("*.md") if source / "_build" not in path.parents]
        names = [path.relative_to(source) for path in [*pages, *source.glob("_static/**/*")]]
        sources.write_text("\n".join(name.as_posix() for name in names), "utf8")
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def swap(folder: Path) -> None:
    """Put a copy of what Sphinx wrote in the place of the site."""
    new, site, old = (folder / name for name in ("html.new", "html", "html.old"))
    shutil.rmtree(new, ignore_errors=True)  # of a build that was killed, or found the disk full
    # Source maps are of use to the theme's makers alone, and two thirds of the site's size.
    idle = shutil.ignore_patterns(".buildinfo*", "*.map")
    shutil.copytree(folder / "work" / "html", new, ignore=idle)
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)
    for name in ("scoreboard.json", "workers.json"):
        if (data := site / name).exists():  # not on the small sites of the tests
            shutil.copy(data, folder)


def finish_swap(folder: Path) -> None:
    """Bring the site back if a build was killed between the two renames of the swap."""
    site, old = folder / "html", folder / "html.old"
    if old.exists() and not site.exists():
        old.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def slowest_cells(folder: Path, count: int = 15) -> str:
    """List the cells that took longest when they last ran."""
    from running.cache import last_seconds, open_cache  # Sphinx has put our rooms on the path

    cells = [
        (seconds, f"{page}, cell {number}")
        for page, times in last_seconds(open_cache(folder)).items()
        for number, seconds in enumerate(times, start=1)
    ]
    rows = [f"{seconds:7.1f} s  {name}" for seconds, name in sorted(cells, reverse=True)[:count]]
    return "\n".join(["slowest cells:", *rows])


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from running.environment import run_python

    program = "import sys; from shipping.build import main; sys.exit(main())"
    run_python("-c", program, *sys.argv[1:])
