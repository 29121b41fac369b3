"""A digest of all that a page's outputs depend on besides the code of its cells.

That is: the modules of ours that the cells import (and what those import in turn), the data files
that they name, the versions of the libraries that they run on, the style of the figures, and what
of the machine and its settings reaches a kernel. Text, captions and alt texts are not in it: a
changed sentence runs nothing.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from running.environment import KERNEL_SETTINGS, LIBRARY_PATHS, STATED
from running.imports import find_imports, parse

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

    digest = hashlib.sha256("\0".join(_machine()).encode())
    for path in sorted(files):
        digest.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for library in sorted(libraries | RUNS_EVERY_PAGE):
        digest.update(f"\0{library} {importlib.metadata.version(library)}".encode())
    return digest.hexdigest()


def _machine() -> list[str]:
    """Return what else a kernel's sums depend on: interpreter, platform, processors, settings."""
    # TensorFlow shares its sums out among as many threads, which adds them in another order.
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    paths = [os.environ.get(name, "") for name in LIBRARY_PATHS]
    system = platform.system(), platform.machine(), *platform.libc_ver(), str(len(usable(0)))
    return [platform.python_version(), *system, *paths, *STATED.values()]


def find_data_files(sources: Iterable[str], folder: Path) -> list[Path]:
    """Find the files below a folder that some code names in a string."""
    names = {name for source in sources for name in _names_of_files(source)}
    return sorted(path for name in names if (path := folder / name).is_file())


@cache  # pages share most of the modules that they import
def _names_of_files(source: str) -> list[Path]:
    """Return the strings of some code that may name a file below a folder."""
    strings = (
        node.value
        for node in ast.walk(parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    names = [Path(string) for string in strings if "." in string and len(string) < 200]
    return [name for name in names if not name.is_absolute() and ".." not in name.parts]
