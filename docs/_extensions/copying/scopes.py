"""Which names in a piece of code mean variables of its module, and which are local to a function.

Python decides this by what a scope binds anywhere in it, so it can be told from the source alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Scope = Function | ast.ClassDef | Comprehension


@dataclass(frozen=True)
class Use:
    """A place where code names a variable of its module, and the local names that hold there."""

    node: ast.Name
    local: frozenset[str]


def uses(tree: ast.AST) -> list[Use]:
    """Return each place that names a variable of the module, in the order of the source."""
    found = list(_uses(tree, frozenset(), frozenset()))
    return sorted(found, key=lambda use: (use.node.lineno, use.node.col_offset))


def bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that some statements bind in the scope in which they stand."""
    return {name for node in nodes for name in _bindings(node)}


def bound_in_module(tree: ast.AST) -> set[str]:
    """Return the names that a piece of code binds in its module, functions with `global` too."""
    declared = {
        name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
    }
    return bound([tree]) | declared


def names_in_functions(tree: ast.AST) -> set[str]:
    """Return the variables of the module that functions in a piece of code name."""
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    inside = {part for node in functions for part in ast.walk(node)}
    return {use.node.id for use in uses(tree) if use.node in inside}


def parameters(function: Function) -> list[ast.arg]:
    """Return all parameters of a function."""
    own = function.args
    stars = [arg for arg in (own.vararg, own.kwarg) if arg]
    return [*own.posonlyargs, *own.args, *own.kwonlyargs, *stars]


def _bindings(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds in the scope around it."""
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield node.id
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
    if isinstance(node, Comprehension):
        # Its variables are its own; only `:=` binds outside of it.
        walrus = (part for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
        yield from (part.target.id for part in walrus)
    else:
        outside = _outside(node) if isinstance(node, Scope) else ast.iter_child_nodes(node)
        for child in outside:
            yield from _bindings(child)


def _outside(scope: Function | ast.ClassDef) -> Sequence[ast.AST]:
    """Return the parts of a function or class that are evaluated in the scope around it."""
    if isinstance(scope, ast.ClassDef):
        return [*scope.decorator_list, *scope.bases, *scope.keywords]
    hints: list[ast.AST] = [arg.annotation for arg in parameters(scope) if arg.annotation]
    defaults = [node for node in [*scope.args.defaults, *scope.args.kw_defaults] if node]
    if isinstance(scope, ast.Lambda):
        return defaults
    return [*scope.decorator_list, *defaults, *hints, *([scope.returns] if scope.returns else [])]


def _uses(node: ast.AST, local: frozenset[str], around: frozenset[str]) -> Iterator[Use]:
    """Yield the uses below a node.

    Args:
        node: Where to look.
        local: The names that are local where the node stands.
        around: Those of them that functions inside also see, which leaves a class's own out.
    """
    if isinstance(node, ast.Name):
        if node.id not in local:
            yield Use(node, local)
        return
    if not isinstance(node, Scope):
        for child in ast.iter_child_nodes(node):
            yield from _uses(child, local, around)
        return
    if isinstance(node, Comprehension):
        first, *others = node.generators
        yield from _uses(first.iter, local, around)
        own = around | {name for part in node.generators for name in _bindings(part.target)}
        values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        inside = [first.target, *first.ifs, *others, *values]
        seen = own
    else:
        for part in _outside(node):
            yield from _uses(part, local, around)
        body = inside = node.body if isinstance(node.body, list) else [node.body]
        own = frozenset(bound(body)) - _globals(body)
        if isinstance(node, ast.ClassDef):
            seen = around | own
            own = around  # a method does not see the names of its class
        else:
            own |= {arg.arg for arg in parameters(node)}
            own = seen = (around - _globals(body)) | own
    for part in inside:
        yield from _uses(part, seen, own)


def _globals(body: Sequence[ast.AST]) -> frozenset[str]:
    """Return the names that a function's body declares to be of the module."""
    found: set[str] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Global):
            found.update(node.names)
        elif not isinstance(node, Scope):
            waiting.extend(ast.iter_child_nodes(node))
    return frozenset(found)
