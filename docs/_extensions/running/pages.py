"""Pages: their sources read as notebooks, and the part of each that decides its outputs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from nbformat import NotebookNode

from running.fingerprint import make_fingerprint


@dataclass(frozen=True)
class Page:
    """A page to run: its name, its file, its cells with their lines, and what is run of it."""

    name: str
    path: Path
    notebook: NotebookNode
    run: NotebookNode


def open_page(name: str, path: Path, root: Path) -> Page | None:
    """Read a page; return None if it has no cells.

    Args:
        name: What the site calls it.
        path: Its source.
        root: Where our own packages lie.
    """
    text = path.read_text("utf8")
    if path.suffix != ".md" or not is_page(text):
        return None
    notebook = read_page(text)
    return Page(name, path, notebook, to_run(notebook, path.parent, root))


def is_page(text: str) -> bool:
    """Tell whether a Markdown source has cells to run."""
    return bool(is_myst_markdown_notebook(text))


def read_page(text: str) -> NotebookNode:
    """Read a page into a notebook whose metadata map each cell to its line."""
    return read_myst_markdown_notebook(text, add_source_map=True)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def cell_lines(notebook: NotebookNode) -> list[int]:
    """Return the line of the page on which each code cell starts."""
    cells = zip(notebook.cells, notebook.metadata["source_map"], strict=True)
    return [line + 1 for cell, line in cells if cell.cell_type == "code"]


def to_run(notebook: NotebookNode, folder: Path, root: Path) -> NotebookNode:
    """Return the part of a page that decides its outputs: the notebook that is run and cached.

    Its code cells alone are in it, and its kernelspec carries the fingerprint.
    """
    sources = [cell.source for cell in code_cells(notebook)]
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    fingerprint = make_fingerprint(sources, folder, root)
    kernelspec = {"name": kernel, "display_name": kernel, "fingerprint": fingerprint}
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        for number, source in enumerate(sources, start=1)
    ]
    return nbformat.v4.new_notebook(metadata={"kernelspec": kernelspec}, cells=cells)
