"""Build the site beside the one that stands, and put it in its place only when it is whole.

    python docs/_extensions/shipping/build.py [--source docs] [--durations]

Sphinx works in `work`, which is thrown away with its doctrees whenever a build did not end well:
Sphinx forgets the warnings of pages that it does not read again, so building on would bring out a
broken page. Executed pages are in `cache`, which outlives failures. `html` is the site.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

ROOT = Path(__file__).parents[3]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, and put the site in its place; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, default=ROOT / "docs", help="the site's sources")
    parser.add_argument("--durations", action="store_true", help="list the slowest cells")
    options = parser.parse_args(arguments)
    folder = options.source / "_build"
    folder.mkdir(parents=True, exist_ok=True)
    site = os.path.relpath(folder / "html")
    try:
        with FileLock(folder / "lock", timeout=0):
            started = time.monotonic()
            finish_swap(folder)
            if status := run_sphinx(options.source, folder):
                stands = f"the site in {site} is the one before it"
                stands = stands if (folder / "html").exists() else "there is no site yet"
                print(f"error: the build failed; {stands}", file=sys.stderr)
                return status
            swap(folder)
    except Timeout:
        where = os.path.relpath(folder)
        print(f"error: another build is at work in {where}; wait for it", file=sys.stderr)
        return 2
    if options.durations:
        print(slowest_cells(folder / "cache"))
    print(f"site: {site}/index.html, built in {time.monotonic() - started:.0f} s")
    return 0


def run_sphinx(source: Path, folder: Path) -> int:
    """Let Sphinx bring the work folder up to date; any warning is a failure."""
    # Imported here: it takes a second, which a refused second build need not wait for.
    from sphinx.cmd.build import main as sphinx_build

    work = folder / "work"
    pages_of_last_build = work / "complete"  # there is none if it did not end well
    # Sphinx leaves in place what it wrote for a page that is gone since.
    if not pages_of_last_build.is_file() or any(
        not (source / name).exists() for name in pages_of_last_build.read_text("utf8").splitlines()
    ):
        shutil.rmtree(work, ignore_errors=True)
    pages_of_last_build.unlink(missing_ok=True)
    try:
        status = sphinx_build(
            [
                *("-b", "html", "--fail-on-warning", "--keep-going", "--quiet", "--jobs", "2"),
                *("-D", f"nb_execution_cache_path={(folder / 'cache').resolve()}"),
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
        pages_of_last_build.write_text("\n".join(pages), "utf8")
    return status


def swap(folder: Path) -> None:
    """Put a copy of what Sphinx wrote in the place of the site."""
    new, site, old = (folder / name for name in ("html.new", "html", "html.old"))
    shutil.rmtree(new, ignore_errors=True)
    # Source maps are of use to the theme's makers alone, and two thirds of the site's size.
    idle = shutil.ignore_patterns(".buildinfo*", "*.map")
    shutil.copytree(folder / "work" / "html", new, ignore=idle)
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


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
    sys.exit(main())
