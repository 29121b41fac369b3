"""The pages with cells, and the outputs that the last build has for them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "_extensions"))

from running.execution import Executed, Page, look_up, open_cache  # noqa: E402
from running.pages import is_page, read_page, to_run  # noqa: E402


class NotBuiltError(Exception):
    """Pages have no outputs that are up to date."""


def find_pages(parts: Sequence[str] = ("",)) -> list[Page]:
    """Return the pages with cells whose name has one of some parts in it."""
    found = []
    for path in sorted(DOCS.rglob("*.md")):
        name = path.relative_to(DOCS).with_suffix("").as_posix()
        if name.startswith("_") or not any(part in name for part in parts):
            continue
        text = path.read_text("utf8")
        if is_page(text):
            notebook = read_page(text)
            found.append(Page(name, path, notebook, to_run(notebook, path.parent, ROOT)))
    return found


def outputs_of(pages: Iterable[Page], build: Path = DOCS / "_build") -> list[Executed]:
    """Return what each page gave when it was built.

    Raises:
        NotBuiltError: The build has no outputs of some page as it is now.
    """
    cache = open_cache(build / "cache")
    found = {page.name: look_up(cache, page) for page in pages}
    if missing := [name for name, outputs in found.items() if outputs is None]:
        raise NotBuiltError(f"no outputs of {', '.join(missing)}: run nox -s docs")
    return [outputs for outputs in found.values() if outputs]


def varies(page: Page) -> list[bool]:
    """Tell for each code cell of a page whether it says that its output differs from run to run."""
    cells = [cell for cell in page.notebook.cells if cell.cell_type == "code"]
    return [bool(cell.metadata.get("snippet", {}).get("varies")) for cell in cells]
