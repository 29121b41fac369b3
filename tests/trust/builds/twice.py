"""Run every page a second time, and compare its outputs with those of the site.

    python -m tests.trust.builds.twice [PART ...]

`nox -s trust -- twice` calls this. The second time Python hashes with another seed and the pages
come in another order, the shortest first. What a page computes must be the same to the last digit
and point of a figure; a cell with `snippet: varies`, whose output is a time, is exempt.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from running.cache import Executed
from running.execution import PageError, run_page, start_kernels
from running.pages import Page, cell_lines
from tests.site.tools.built_pages import ROOT, NotBuiltError, find_pages, outputs_of, varies

HASH_SEED = 1  # the site's is 0
CELL_TIMEOUT = 900


def differences(page: Page, first: NotebookNode, second: NotebookNode) -> Iterator[str]:
    """Yield each cell whose outputs differ between two runs, with what differs."""
    exempt, lines = varies(page), cell_lines(page.notebook)
    for index, (one, other) in enumerate(zip(first.cells, second.cells, strict=True)):
        pair = one.outputs, other.outputs
        if not exempt[index] and pair[0] != pair[1]:
            before, after = _parting(*(json.dumps(o, sort_keys=True) for o in pair))
            yield (
                f"cell {index + 1} ({page.path.name}, line {lines[index]}): "
                f"{before!r}, and the second time {after!r}"
            )


def _parting(one: str, other: str) -> tuple[str, str]:
    """Return two texts from a little before the place where they part."""
    same = (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    start = max(0, next(same, min(len(one), len(other))) - 30)
    return one[start : start + 80], other[start : start + 80]


async def run_all(pages: Sequence[tuple[Page, Executed]], environment: dict[str, str]) -> int:
    """Run pages and report; return how many differ or failed."""
    turn, bad, finished = asyncio.Semaphore(2), 0, 0
    started = time.monotonic()

    async def run(page: Page, first: Executed) -> None:
        nonlocal bad, finished
        async with turn:
            try:
                second = await run_page(page, environment, CELL_TIMEOUT)
                found = list(differences(page, first.notebook, second.notebook))
            except PageError as error:
                found = [str(error)]
        bad += bool(found)
        finished += 1
        verdict = "DIFFERS" if found else "same"
        elapsed = time.monotonic() - started
        print(f"  {verdict:7} {page.name}, {finished} of {len(pages)}, {elapsed:.0f} s elapsed")
        print("".join(f"      {line}\n" for line in found), end="", flush=True)

    await asyncio.gather(*(run(page, first) for page, first in pages))
    return bad


def main() -> int:
    """Run and compare; return 1 if a page differs, 2 if there is nothing to compare with."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=[""], help="parts of pages' names")
    pages = find_pages(parser.parse_args().parts)
    try:
        built = list(zip(pages, outputs_of(pages), strict=True))
    except NotBuiltError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    built.sort(key=lambda pair: pair[1].seconds)
    print(f"{len(built)} pages to run again, the shortest first, PYTHONHASHSEED={HASH_SEED}")
    bad = asyncio.run(run_all(built, start_kernels(pages, ROOT, HASH_SEED)))
    print(f"{len(built) - bad} of {len(built)} pages gave the same outputs both times")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
