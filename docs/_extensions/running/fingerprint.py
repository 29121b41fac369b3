"""A digest of all that a page's outputs depend on besides the code of its cells.

That is: the modules of ours that the cells import (and what those import in turn), the data files
that they name, the versions of the libraries that they run on, and the style of the figures. Text,
captions and alt texts are not in it: a changed sentence runs nothing.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path

from running.imports import find_imports, parse

KERNEL_SETTINGS = Path(__file__).parent / "kernel"
# What runs the cells and draws the figures of every page, imported by it or not.
RUNS_EVERY_PAGE = {"ipykernel", "ipython", "matplotlib-inline"}


def make_fingerprint(sources: Iterable[str], folder: Path, root: Path) -> str:
    """Digest what the outputs of some code depend on.

    Args:
        sources: The code.
        folder: Where the page lies; data files are named relative to it.
        root: Where our own packages lie.
    """
    sources = list(sources)
    modules, libraries = find_imports(sources, root)
    code = [*sources, *(path.read_text("utf8") for path in modules)]
    settings = (path for path in KERNEL_SETTINGS.rglob("*") if path.suffix != ".pyc")
    files = {*modules, *find_data_files(code, folder), *filter(Path.is_file, settings)}

    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(files):
        digest.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for library in sorted(libraries | RUNS_EVERY_PAGE):
        digest.update(f"\0{library} {importlib.metadata.version(library)}".encode())
    return digest.hexdigest()


def find_data_files(sources: Iterable[str], folder: Path) -> list[Path]:
    """Find the files below a folder that some code names in a string."""
    found = set()
    for node in (node for source in sources for node in ast.walk(parse(source))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            name = Path(node.value)
            if len(node.value) < 200 and not name.is_absolute() and ".." not in name.parts:
                path = folder / name
                if path.is_file():
                    found.add(path)
    return sorted(found)
