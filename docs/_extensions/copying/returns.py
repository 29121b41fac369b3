"""What a call of something of ours gives, read from its annotations."""

from __future__ import annotations

import ast

from .package import Module, Package, Thing
from .values import DATA, DRAWING, NETWORK, STATE

# These say nothing of what is behind them, or hold what they were made from.
OPEN = frozenset({"Any", "Iterator", "Generator", "Callable", "AbstractContextManager"})


def kind_of_ours(package: Package, path: str) -> str:
    """Return what calling something of ours, or a method of it, gives, by its dotted name."""
    while isinstance(package.find(path.rpartition(".")[0]), Thing):
        path = path.rpartition(".")[0]
    thing = package.resolve(path)
    return STATE if isinstance(thing, Module) else _kind_of(package, thing)


def _kind_of(package: Package, thing: Thing) -> str:
    module = package.module(thing.module)
    assert module
    node = module.statements[module.defined[thing.name][0]]
    if isinstance(node, ast.ClassDef):
        return STATE if _changes_itself(node) else DATA
    if isinstance(node, ast.FunctionDef):
        return _kind(package, module, node.returns)
    return _kind(package, module, node.value) if isinstance(node, ast.Assign) else STATE


def _kind(package: Package, module: Module, hint: ast.expr | None) -> str:
    """Return the kind that an annotation, or a type alias, stands for."""
    if hint is None:
        return STATE
    kinds = set()
    for node in ast.walk(hint):
        name = node.id if isinstance(node, ast.Name) else ""
        library = module.imports.libraries.get(name)
        if name in module.defined:
            kinds.add(_kind_of(package, Thing(module.name, name)))
        elif name in module.imports.ours:
            kinds.add(kind_of_ours(package, module.imports.ours[name]))
        elif library and library.path.rpartition(".")[2] in OPEN:
            kinds.add(STATE)
        elif library and library.path.startswith("matplotlib"):
            kinds.add(DRAWING)
        elif library and library.path.startswith("keras"):
            kinds.add(NETWORK)
    kinds.discard(DATA)
    return DATA if not kinds else kinds.pop() if len(kinds) == 1 else STATE


def _changes_itself(node: ast.ClassDef) -> bool:
    """Tell whether a method sets attributes of its object after it was made."""
    return any(
        isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name != "__init__"
        for part in ast.walk(method)
    )
