"""Plant one false claim on each page, in what is measured, and see that an assertion catches it.

    python -m tests.trust.planted [PART ...]

`nox -s trust -- planted` calls this. `planted_claims` says what is planted on which page, and in
which cell an assertion must fail. That cell is run with what it needs and nothing else, found by
names as for the programs that readers copy: first as the page has it, when it must pass, then
with the false claim. So a page takes seconds and not minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import libcst as cst
import nbformat

from copying.cells import needed_by, read_cells, read_statements
from running.execution import PageError, run_page, start_kernels
from running.pages import Page, code_cells, open_page, read_page, to_run
from tests.trust.planted_claims import PLANTED, Planted

ROOT = Path(__file__).parents[2]
TUTORIALS = ROOT / "docs" / "tutorials"
CELL_TIMEOUT = 300
NO_GLUE = "glue = lambda *_, **__: None\n"  # nothing here shows a page's text
FAILED = re.compile(r", cell (\d+) \(.*?\): (\w+)")
ASSERTION = re.compile(r"^ *-+> +\d+ (.*)$", re.MULTILINE)


def alone(path: Path, text: str, claim: Planted) -> Page:
    """Return a page with what the asserting cell needs, and its other cells empty."""
    notebook = read_page(text)
    number = asserting_cell(text, claim)
    parts = ["" for _ in code_cells(notebook)]
    for statement in needed_by([number], read_statements(read_cells(notebook))):
        parts[statement.cell.number - 1] += cst.Module([]).code_for_node(statement.tree)
    first = next(index for index, part in enumerate(parts) if part)
    parts[first] = NO_GLUE + parts[first]
    run = nbformat.from_dict(to_run(notebook, path.parent, ROOT))
    for cell, source in zip(run.cells, parts, strict=True):
        cell.source = source
    return Page(path.stem, path, notebook, run)


def asserting_cell(text: str, claim: Planted) -> int:
    """Return the number of the cell that a claim names.

    Raises:
        ValueError: None is so named, or several are.
    """
    sources = [cell.source for cell in code_cells(read_page(text))]
    found = [number for number, source in enumerate(sources, start=1) if claim.cell in source]
    if len(found) != 1:
        raise ValueError(f"{len(found)} cells of {claim.page} hold {claim.cell}")
    return found[0]


def with_falsehood(text: str, claim: Planted) -> str:
    """Return the text of a page with a false claim planted.

    Raises:
        ValueError: What it replaces does not stand there exactly once.
    """
    if (count := text.count(claim.old)) != 1:
        raise ValueError(f"{claim.page} has {claim.old!r} {count} times, wanted once")
    return text.replace(claim.old, claim.new)


async def verdict(
    path: Path, text: str, claim: Planted, environment: Mapping[str, str]
) -> tuple[bool, str]:
    """Tell whether a planted claim is caught, and by which assertion or why not."""
    try:
        number = asserting_cell(text, claim)
        as_it_is = alone(path, text, claim)
        falsified = alone(path, with_falsehood(text, claim), claim)
    except ValueError as error:
        return False, str(error)
    try:
        await run_page(as_it_is, environment, CELL_TIMEOUT)
    except PageError as error:
        return False, f"fails without the false claim, too: {error}"
    try:
        await run_page(falsified, environment, CELL_TIMEOUT)
    except PageError as error:
        where = FAILED.search(str(error))
        if where is None or where.groups() != (str(number), "AssertionError"):
            return False, f"fails, but not in an assertion of cell {number}: {error}"
        lines = ASSERTION.findall(str(error))
        return True, f"cell {number}: {lines[0].strip() if lines else 'assertion'}"
    return False, f"cell {number} passes although {claim.falsehood}"


async def run_all(claims: Sequence[Planted], environment: Mapping[str, str]) -> int:
    """Try claims one after the other and report; return how many were caught."""
    started, caught = time.monotonic(), 0
    for done, claim in enumerate(claims, start=1):
        path = TUTORIALS / f"{claim.page}.md"
        good, why = await verdict(path, path.read_text("utf8"), claim, environment)
        caught += good
        word = "caught" if good else "MISSED"
        elapsed = time.monotonic() - started
        print(f"  {word}  {claim.page}, {done} of {len(claims)}, {elapsed:.0f} s elapsed")
        print(f"          {claim.falsehood}\n          {why}", flush=True)
    return caught


def main() -> int:
    """Plant and report; return 1 if a false claim was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=[""], help="parts of pages' names")
    parts = parser.parse_args().parts
    claims = [claim for claim in PLANTED if any(part in claim.page for part in parts)]
    pages = [open_page(claim.page, TUTORIALS / f"{claim.page}.md", ROOT) for claim in claims]
    print(f"{len(claims)} pages, each with one false claim")
    environment = start_kernels([page for page in pages if page], ROOT)
    caught = asyncio.run(run_all(claims, environment))
    print(f"{caught} of {len(claims)} caught")
    return 0 if caught == len(claims) else 1


if __name__ == "__main__":
    sys.exit(main())
