"""Print what each page of the built site weighs and how it does.

    python -m tests.site.checks.pages [--lighthouse [RUNS]] [--pages PART]

With Lighthouse: its marks on a phone for performance, accessibility, best practices and search
engines, each the median of RUNS (1).  Ends with status 1 if a page is not as the tests want it.
"""

from __future__ import annotations

import argparse
import sys

from playwright.sync_api import Browser

from tests.site.tools.browser import SITE, chromium, pages, served

from . import page_load as check
from . import page_use as use
from .lighthouse import CATEGORIES, marks_of

COLUMNS = ["KB", "requests", "CLS 1280", "CLS 390", "axe", "keyboard", "policy", "other"]
MARKS = ["perf.", "access.", "practices", "SEO"]


def measure(browser: Browser, address: str) -> tuple[list[str], list[str]]:
    """Return a page's row, and all that is wrong with it."""
    with check.visit(browser, address, width=check.NARROW) as narrow:
        narrow_shift = narrow.shift
        other = check.steadiness(narrow) + check.upright(narrow) + check.quiet(narrow)
    with check.visit(browser, address) as seen:
        shift = seen.shift
        other += check.weight(seen) + check.steadiness(seen) + check.addresses(seen)
        keyboard = use.keyboard(seen)
        other += use.useful(seen)
        refused, errors = seen.refused, list(seen.errors)
        axe = use.accessibility(seen)
        row = [f"{seen.kilobytes:.0f}", str(len(seen.sizes)), f"{shift:.4f}", f"{narrow_shift:.4f}"]
    row += [str(len(found)) for found in (axe, keyboard, refused, other + errors)]
    return row, axe + keyboard + refused + other + errors


def main() -> int:
    """Measure every page and print the table, then what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lighthouse", type=int, nargs="?", const=1, default=0, metavar="RUNS")
    parser.add_argument("--pages", default="", metavar="PART", help="only pages named like this")
    options = parser.parse_args()
    names = [name for name in pages() if options.pages in name]
    columns = COLUMNS + (MARKS if options.lighthouse else [])
    wrong: dict[str, list[str]] = {}
    width = max(map(len, names))
    print("  ".join([f"{'page':{width}}", *columns]), flush=True)
    with chromium() as browser, served(SITE) as root:
        for name in names:
            row, wrong[name] = measure(browser, root + name)
            # Lighthouse gives no marks to a page that says it is not found.
            if options.lighthouse and name != "404.html":
                marks = marks_of(root + name, runs=options.lighthouse)
                row += [str(marks[category]) for category in CATEGORIES]
            cells = [f"{cell:>{len(column)}}" for cell, column in zip(row, columns, strict=False)]
            print("  ".join([f"{name:{width}}", *cells]), flush=True)
    faults = [f"{name}: {fault}" for name, found in wrong.items() for fault in found]
    print("\n".join(["", *faults, f"{len(names)} pages, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
