"""Take the functions out of a page, so that a claim is tried with the very code that is shown."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

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


def _defines(statement: ast.stmt) -> bool:
    """Tell whether a statement imports, defines a function or sets a CONSTANT."""
    if isinstance(statement, ast.Assign):
        return all(isinstance(name, ast.Name) and name.id.isupper() for name in statement.targets)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef)
