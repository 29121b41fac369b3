"""Statements that only hand a value to the page's own text, which a snippet has not got."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .source import Edit, Source


def is_glue(node: ast.AST) -> bool:
    """Tell whether a statement only hands a value to the page's text, or imports what does."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="glue"))):
            return True
        case ast.ImportFrom(module=str(module)):
            return module.partition(".")[0] == "myst_nb"
    return False


def without_glue(source: Source, statement: ast.stmt) -> Iterator[Edit]:
    """Find the calls of glue inside a loop or the like, which a snippet passes over."""
    for node in ast.walk(statement):
        if is_glue(node):
            yield Edit(*source.span(node), "pass")
