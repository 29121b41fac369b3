"""Build the site beside the one that stands, and put it in its place only when it is whole.

    python docs/_extensions/shipping/publish.py [--source docs] [--into docs/_build] [--durations]

Sphinx works in `work`, which is thrown away with its doctrees whenever a build did not end well:
Sphinx forgets the warnings of pages that it does not read again, so building on would publish a
broken page. Executed pages are in `cache`, which outlives failures. `html` is the site.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

ROOT = Path(__file__).parents[3]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and publish; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, default=ROOT / "docs", help="the site's sources")
    parser.add_argument("--into", type=Path, help="the build folder (default: SOURCE/_build)")
    parser.add_argument("--durations", action="store_true", help="list the slowest cells")
    options = parser.parse_args(arguments)
    build = options.into or options.source / "_build"
    build.mkdir(parents=True, exist_ok=True)

    lock = FileLock(build / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"error: another build is at work in {_shown(build)}; wait for it", file=sys.stderr)
        return 2
    with lock:
        started = time.monotonic()
        _finish_swap(build)
        status = _build(options.source, build)
        if status:
            print(_failure(build), file=sys.stderr)
            return status
        _swap(build)
        if options.durations:
            print(slowest_cells(build / "cache"))
        seconds = time.monotonic() - started
        print(f"site: {_shown(build / 'html' / 'index.html')}, built in {seconds:.0f} s")
        return 0


def _build(source: Path, build: Path) -> int:
    """Let Sphinx bring the work folder up to date; any warning is a failure."""
    # Imported here: it takes a second, which a refused second build need not wait for.
    from sphinx.cmd.build import main as sphinx_build

    work = build / "work"
    complete = work / "complete"
    # Sphinx leaves in place what it wrote for a page that is gone since.
    if not complete.is_file() or any(
        not (source / name).exists() for name in complete.read_text("utf8").splitlines()
    ):
        shutil.rmtree(work, ignore_errors=True)
    complete.unlink(missing_ok=True)
    try:
        status = sphinx_build(
            [
                *("-b", "html", "--fail-on-warning", "--keep-going", "--quiet", "--jobs", "2"),
                *("-D", f"nb_execution_cache_path={(build / 'cache').resolve()}"),
                *("-d", str(work / "doctrees"), str(source), str(work / "html")),
            ]
        )
    except SystemExit as stopped:  # pages failed
        print(stopped.code, file=sys.stderr)
        status = 1
    if status:
        shutil.rmtree(work, ignore_errors=True)
    else:
        names = (path.relative_to(source) for path in source.rglob("*.md"))
        pages = [name.as_posix() for name in names if not name.parts[0].startswith("_")]
        complete.write_text("\n".join(pages), "utf8")
    return status


def _swap(build: Path) -> None:
    """Put a copy of what Sphinx wrote in the place of the site."""
    new, site, old = build / "html.new", build / "html", build / "html.old"
    shutil.rmtree(new, ignore_errors=True)
    # Source maps are of use to the theme's makers alone, and two thirds of the site's size.
    shutil.copytree(
        build / "work" / "html", new, ignore=shutil.ignore_patterns(".buildinfo*", "*.map")
    )
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def _finish_swap(build: Path) -> None:
    """Bring the site back if a build was killed between the two renames of the swap."""
    site, old = build / "html", build / "html.old"
    if old.exists() and not site.exists():
        old.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def slowest_cells(cache: Path, count: int = 15) -> str:
    """List the cells that took longest when they last ran."""
    from jupyter_cache import get_cache

    records = sorted(get_cache(cache).list_cache_records(), key=lambda record: record.created)
    latest = {record.uri: record.data["cell_seconds"] for record in records}
    cells = [
        (seconds, f"{page}, cell {number}")
        for page, times in latest.items()
        for number, seconds in enumerate(times, start=1)
    ]
    rows = [f"{seconds:7.1f} s  {name}" for seconds, name in sorted(cells, reverse=True)[:count]]
    return "\n".join(["slowest cells:", *rows])


def _failure(build: Path) -> str:
    if (build / "html").exists():
        return f"error: the build failed; the site in {_shown(build / 'html')} is the one before it"
    return "error: the build failed; there is no site yet"


def _shown(path: Path) -> str:
    path = path.resolve()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


if __name__ == "__main__":
    sys.exit(main())
