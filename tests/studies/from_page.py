"""Take functions and values out of a page, so that a claim is tried with the very code shown."""

from __future__ import annotations

import ast
import contextlib
from pathlib import Path
from typing import Any

from copying.cells import Cell, needed_by, read_cells, read_statements
from running.pages import code_cells, read_page

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"


def functions_of(page: str) -> dict[str, Any]:
    """Run the imports, functions and constants of a page, and nothing else that is in its cells.

    Args:
        page: The name of a tutorial, without its ending.

    Returns:
        What they define, by name.
    """
    cells = code_cells(read_page((TUTORIALS / f"{page}.md").read_text("utf8")))
    statements = [
        statement
        for cell in cells
        if "remove-cell" not in cell.metadata.get("tags", [])
        for statement in ast.parse(cell.source).body
        if _defines(statement)
    ]
    found: dict[str, Any] = {}
    exec(compile(ast.Module(statements, []), page, "exec"), found)
    return found


def values_of(page: str, *names: str) -> dict[str, Any]:
    """Run what makes some names of a page, and nothing else that is in its cells.

    Args:
        page: The name of a tutorial, without its ending.
        names: Functions and values; what a function reads of the page is made as well.

    Returns:
        These and what they need, by name: the functions read their values there.
    """
    cells = read_cells(read_page((TUTORIALS / f"{page}.md").read_text("utf8")))
    asked = Cell(len(cells) + 1, 0, ", ".join(names))  # as if a last cell showed them
    needed = needed_by([asked.number], read_statements([*cells, asked]))
    found: dict[str, Any] = {}
    # The data files lie there, and what cells print is no result of a study.
    with contextlib.chdir(TUTORIALS), contextlib.redirect_stdout(None):
        exec(compile(ast.Module([one.node for one in needed], []), page, "exec"), found)
    return found


def _defines(statement: ast.stmt) -> bool:
    """Tell whether a statement imports, defines a function or sets a CONSTANT."""
    if isinstance(statement, ast.Assign):
        return all(isinstance(name, ast.Name) and name.id.isupper() for name in statement.targets)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef)
