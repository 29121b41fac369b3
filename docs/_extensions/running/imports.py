"""What some code imports, directly or through modules of ours: found by reading, not by running."""

from __future__ import annotations

import ast
import importlib.metadata
from collections.abc import Iterable
from functools import cache
from importlib.util import resolve_name
from pathlib import Path


def find_imports(sources: Iterable[str], root: Path) -> tuple[list[Path], set[str]]:
    """Find the files of ours and the libraries that some code imports.

    Args:
        sources: The code, of no package.
        root: Where our own packages lie.

    Returns:
        The files, each with the packages around it, and the distributions of the libraries.
    """
    waiting = [name for source in sources for name in _imported_names(source, package="")]
    files: dict[Path, None] = {}
    libraries: set[str] = set()
    while waiting:
        name = waiting.pop()
        ours = _files_of(name, root)
        if not ours:
            libraries.update(distributions().get(name.partition(".")[0], ()))
        for path in ours:
            if path not in files:
                files[path] = None
                package = ".".join(path.parent.relative_to(root).parts)
                waiting += _imported_names(path.read_text("utf8"), package)
    return list(files), libraries


def parse(source: str) -> ast.Module:
    """Parse code; what does not parse imports nothing, and running it will say what is wrong."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


@cache  # pages share most of what they import
def _imported_names(source: str, package: str) -> list[str]:
    """Return the dotted names that a source imports; each may be a module or a thing in one."""
    found = []
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (package or not node.level):
            module = resolve_name("." * node.level + (node.module or ""), package)
            found += [f"{module}.{alias.name}" for alias in node.names]
    return found


def _files_of(name: str, root: Path) -> list[Path]:
    """Return our files that importing a dotted name runs: its packages and itself."""
    parts = name.split(".")
    paths = [root.joinpath(*parts[:end]) for end in range(1, len(parts) + 1)]
    files = [file for path in paths for file in (path / "__init__.py", path.with_suffix(".py"))]
    return [file for file in files if file.is_file()]


@cache
def distributions() -> dict[str, list[str]]:
    """Return the distributions of each top-level module that is installed."""
    return dict(importlib.metadata.packages_distributions())
