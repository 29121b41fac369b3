"""The pages with cells, and the outputs that the last build has for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from running.cache import Executed, look_up, open_cache
from running.pages import Page, code_cells, open_page

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"


class NotBuiltError(Exception):
    """Pages have no outputs that are up to date."""


def find_pages(parts: Sequence[str] = ("",)) -> list[Page]:
    """Return the pages with cells whose name has one of some parts in it."""
    paths = {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in DOCS.rglob("*.md")}
    found = [
        open_page(name, path, ROOT)
        for name, path in sorted(paths.items())
        if not name.startswith("_") and any(part in name for part in parts)
    ]
    return [page for page in found if page]


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
    cells = code_cells(page.notebook)
    return [bool(cell.metadata.get("snippet", {}).get("varies")) for cell in cells]
