"""Make what a class is handed: notebooks, what checks and marks them, and books.

    python -m handing_out

It is made of the site as it was built last, into `docs/_build/handout`. Where something can't be
made it is named, and what was there before stays.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from filelock import Timeout

from handing_out.book import make_books
from handing_out.chapters import BookError
from handing_out.make import HandoutError, write_handouts
from shipping.build import ROOT, alone


def main(source: Path = ROOT / "docs") -> int:
    """Make all; say what was made, and where."""
    build, started = source / "_build", time.monotonic()
    new, place = build / "handout.new", build / "handout"
    try:
        with alone(build, waits=False):
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            with ProcessPoolExecutor(1) as pool:  # books in a process beside this one
                books = pool.submit(make_books, new, build / "html")
                report = write_handouts(source, new)
                made = books.result()
            shutil.rmtree(place, ignore_errors=True)
            new.rename(place)
    except Timeout:
        print("error: a build is at work; wait for it", file=sys.stderr)
        return 2
    except (HandoutError, BookError) as error:
        shutil.rmtree(new, ignore_errors=True)
        print(f"{error}\nerror: the hand-outs were not made", file=sys.stderr)
        return 1
    print(f"hand-outs: {os.path.relpath(place)}, made in {time.monotonic() - started:.0f} s")
    print(report)
    for path in made:
        print(f"  {path.name}: {(place / path.name).stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
