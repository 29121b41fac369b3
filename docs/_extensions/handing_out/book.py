"""Make books from the built site: a PDF with answers, one without, and an EPUB.

    python docs/_extensions/handing_out/book.py [--target docs/_build/handout]

No page is run, and no other host is asked for anything.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from handing_out.chapters import BookError, leave_out_answers, read_chapters
from handing_out.epub import epub_files, write_epub
from handing_out.paper import print_pdf, typeset

ROOT = Path(__file__).parents[3]
SITE = ROOT / "docs" / "_build" / "html"


def make_books(target: Path, site: Path = SITE) -> list[Path]:
    """Write the books into a folder; return the files."""
    target.mkdir(parents=True, exist_ok=True)
    chapters = read_chapters(site)
    title = chapters[0].title
    files = epub_files(chapters, site)
    editions = {"rnnlab": typeset(chapters, site, title=title, edition="With answers")}
    leave_out_answers(chapters)
    editions["rnnlab-without-answers"] = typeset(
        chapters, site, title=title, edition="Without answers"
    )
    with ThreadPoolExecutor(2) as pool:
        paths = [target / f"{name}.pdf" for name in editions]
        covers = list(pool.map(print_pdf, editions.values(), paths))
    epub = target / "rnnlab.epub"
    made = (site / "index.html").stat().st_mtime
    write_epub(files, covers[0], epub, title=title, made=made)
    return [*paths, epub]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the books and say where they are; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--target", type=Path, default=ROOT / "docs" / "_build" / "handout")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        files = make_books(options.target)
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for path in files:
        print(f"{os.path.relpath(path)}: {path.stat().st_size / 1e6:.1f} MB")
    print(f"books: {len(files)}, made in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
