"""What a page is made of: its code cells, and all that their outputs depend on.

The outputs of a page are kept under a key. The key is made of the code of its cells and of a
fingerprint of everything else that can change what the cells print: the modules of ours that they
import (and what those import in turn), the data files that they name, the versions of the
libraries that they run on, and the style of the figures. Text, captions and alt texts are not in
it: a changed sentence runs nothing.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from nbformat import NotebookNode

KERNEL_SETTINGS = Path(__file__).parent / "kernel"

# What runs the cells and draws the figures of every page, imported by it or not.
RUNS_EVERY_PAGE = ("ipykernel", "ipython", "matplotlib-inline")


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
    lines = notebook.metadata["source_map"]
    return [
        line + 1
        for cell, line in zip(notebook.cells, lines, strict=True)
        if cell.cell_type == "code"
    ]


def to_run(notebook: NotebookNode, folder: Path, root: Path) -> NotebookNode:
    """Return the part of a page that decides its outputs, as the notebook that is run and cached.

    Args:
        notebook: The page.
        folder: Where the page lies; data files are named relative to it.
        root: Where our own packages lie.

    Returns:
        A notebook of code cells alone, whose kernelspec carries the fingerprint.
    """
    cells = code_cells(notebook)
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    fingerprint = make_fingerprint([cell.source for cell in cells], folder, root)
    kernelspec = {"name": kernel, "display_name": kernel, "fingerprint": fingerprint}
    run = nbformat.v4.new_notebook(metadata={"kernelspec": kernelspec})
    run.cells = [
        nbformat.v4.new_code_cell(cell.source, id=f"cell-{number}")
        for number, cell in enumerate(cells, start=1)
    ]
    return run


def make_fingerprint(sources: Iterable[str], folder: Path, root: Path) -> str:
    """Digest all that the outputs of some code depend on besides the code itself."""
    sources = list(sources)
    modules, libraries = find_imports(sources, root)
    code = [*sources, *(path.read_text("utf8") for path in modules)]
    libraries |= set(RUNS_EVERY_PAGE)
    settings = (path for path in KERNEL_SETTINGS.rglob("*") if path.suffix != ".pyc")
    files = [*modules, *find_data_files(code, folder), *filter(Path.is_file, settings)]

    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(set(files)):
        digest.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for library in sorted(libraries):
        digest.update(f"\0{library} {_version(library)}".encode())
    return digest.hexdigest()


def find_imports(sources: Iterable[str], root: Path) -> tuple[list[Path], set[str]]:
    """Find the files of ours and the libraries that some code imports, directly or through ours."""
    waiting = [name for source in sources for name in _imported_names(source, package="")]
    files: dict[Path, None] = {}
    libraries: set[str] = set()
    while waiting:
        name = waiting.pop()
        ours = _files_of(name, root)
        if not ours:
            libraries.update(_distributions().get(name.partition(".")[0], ()))
        for path in ours:
            if path not in files:
                files[path] = None
                module = path.parent if path.name == "__init__.py" else path.with_suffix("")
                package = module if path.name == "__init__.py" else module.parent
                waiting += _imported_names(
                    path.read_text("utf8"), package=".".join(package.relative_to(root).parts)
                )
    return list(files), libraries


def find_data_files(sources: Iterable[str], folder: Path) -> list[Path]:
    """Find the files below `folder` that some code names in a string."""
    found = set()
    for source in sources:
        for node in ast.walk(_parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                name = Path(node.value)
                if len(node.value) < 200 and not name.is_absolute() and ".." not in name.parts:
                    path = folder / name
                    if path.is_file():
                        found.add(path)
    return sorted(found)


def _imported_names(source: str, package: str) -> Iterator[str]:
    """Yield the dotted names that a source imports; each may be a module or a thing in one."""
    for node in ast.walk(_parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".") if package else []
            base = parts[: len(parts) - node.level + 1] if node.level else []
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)


def _files_of(name: str, root: Path) -> list[Path]:
    """Return our files that importing a dotted name runs: its packages and itself."""
    files = []
    path = root
    for part in name.split("."):
        path = path / part
        if (package := path / "__init__.py").is_file():
            files.append(package)
        elif (module := path.with_suffix(".py")).is_file():
            files.append(module)
            break
        else:
            break  # a name inside the module found last, or no module of ours
    return files


def _parse(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])  # running the cell will say what is wrong with it


@cache
def _distributions() -> dict[str, list[str]]:
    found = importlib.metadata.packages_distributions()
    return {name: dists for name, dists in found.items() if name not in sys.stdlib_module_names}


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
