"""What the modules of our package define, and what each definition needs in turn."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .scopes import bound, uses
from .source import Edit, Source

BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Thing:
    """Something that a module of ours defines."""

    module: str
    name: str


@dataclass(frozen=True)
class Import:
    """Something of a library, bound to a name: a module, or a name in one."""

    module: str
    name: str | None
    alias: str

    @property
    def path(self) -> str:
        """The dotted name of what is bound; `import a.b` binds `a`."""
        if self.name:
            return f"{self.module}.{self.name}"
        root = self.module.partition(".")[0]
        return root if self.alias == root else self.module


@dataclass(frozen=True)
class Reference:
    """A place in a source that means something of ours or of a library."""

    start: int
    end: int
    target: Thing | Import
    local: frozenset[str]


class UnresolvedError(Exception):
    """A name whose meaning can't be worked out."""

    def __init__(self, name: str, why: str) -> None:
        """Keep the name and say why."""
        super().__init__(f"`{name}` {why}")


class Imports:
    """The names that the import statements of a source bind: to libraries, and to us."""

    def __init__(self, statements: Iterable[ast.stmt], package: str) -> None:
        """Read the import statements among some statements."""
        self.libraries: dict[str, Import] = {}
        self.ours: dict[str, str] = {}
        for statement in statements:
            for alias, module, name in _imported(statement):
                if module.partition(".")[0] == package:
                    self.ours[alias] = f"{module}.{name}" if name else module
                    if name is None and alias == package:
                        self.ours[alias] = package
                elif module != "__future__":
                    self._add(Import(module, name, alias))

    def _add(self, new: Import) -> None:
        old = self.libraries.get(new.alias, new)
        if old.path != new.path:
            raise UnresolvedError(new.alias, f"is imported as {old.path} and as {new.path}")
        # `import a.b` also does what `import a` does.
        self.libraries[new.alias] = max(old, new, key=lambda one: len(one.module))


class Module:
    """A module of ours: its source and what it binds."""

    def __init__(self, name: str, path: Path, package: str) -> None:
        """Read the module."""
        self.name, self.path = name, path
        self.source = Source(path.read_text("utf-8"))
        self.statements = self.source.tree.body
        self.imports = Imports(self.statements, package)
        self.defined = {
            name: [number for number, node in enumerate(self.statements) if name in bound([node])]
            for name in bound(self.statements) - {*self.imports.libraries, *self.imports.ours}
        }
        # A statement that binds nothing but names something may change it: `TABLE["x"] = 1`.
        for number, node in enumerate(self.statements):
            if not bound([node]):
                for name in {use.node.id for use in uses(node)} & set(self.defined):
                    self.defined[name].append(number)

    @cached_property
    def edits(self) -> list[Edit]:
        """What a snippet leaves out of the source."""
        return list(self.source.shorten())


class Package:
    """Our package, read from its files; nothing of it is imported."""

    def __init__(self, root: Path, name: str = "rnnlab") -> None:
        """Take the package `name` in the folder `root`."""
        self.root, self.name = root, name
        self._modules: dict[str, Module | None] = {}
        self._references: dict[tuple[str, int], list[Reference]] = {}

    def module(self, name: str) -> Module | None:
        """Return a module by its dotted name, None if there is no such module."""
        if name not in self._modules and name.partition(".")[0] == self.name:
            path = self.root.joinpath(*name.split("."))
            files = [path / "__init__.py", path.with_suffix(".py")]
            found = next((file for file in files if file.is_file()), None)
            self._modules[name] = Module(name, found, self.name) if found else None
        return self._modules.get(name)

    def resolve(self, name: str) -> Module | Thing:
        """Return what a dotted name means, whichever module passes it on.

        Raises:
            UnresolvedError: There is no such thing.
        """
        if found := self.find(name):
            return found
        raise UnresolvedError(name, f"is not in the package {self.name}")

    def find(self, name: str) -> Module | Thing | None:
        """Return what a dotted name means, None if there is no such thing."""
        if module := self.module(name):
            return module
        parent, _, last = name.rpartition(".")
        if module := self.module(parent):
            if last in module.imports.ours:
                return self.find(module.imports.ours[last])
            if last in module.defined:
                return Thing(module.name, last)
        return None

    def references(
        self, source: Source, tree: ast.AST, imports: Imports, own: Module | None = None
    ) -> Iterator[Reference]:
        """Find the places in a source that mean something of ours or of a library.

        Args:
            source: The source.
            tree: The part of its tree in which to look.
            imports: What its imports bind.
            own: The module that the source is, if it is one of ours.

        Raises:
            UnresolvedError: A name of ours is bound again, or a module of ours is used as a value.
        """
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for use in uses(tree):
            name, node = use.node.id, use.node
            target: Module | Thing | Import
            if name in imports.ours:
                if not isinstance(node.ctx, ast.Load):
                    raise UnresolvedError(name, f"is imported from {self.name} and bound again")
                target = self.resolve(imports.ours[name])
                while isinstance(target, Module):
                    node = parents.get(node)
                    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
                        why = f"is the module {target.name}; name what is used of it"
                        raise UnresolvedError(name, why)
                    target = self.resolve(f"{target.name}.{node.attr}")
            elif name in imports.libraries:
                target = imports.libraries[name]
            elif own and name in own.defined:
                target = Thing(own.name, name)
            elif own and name not in BUILTINS:
                raise UnresolvedError(name, f"is not defined in {own.name}")
            else:
                continue
            yield Reference(*source.span(node), target, use.local)

    def needs(self, module: Module, number: int) -> list[Reference]:
        """Return what a statement of a module refers to, but for what a snippet leaves out."""
        key = (module.name, number)
        if key not in self._references:
            found = self.references(
                module.source, module.statements[number], module.imports, module
            )
            self._references[key] = [
                one
                for one in found
                if not any(cut.start <= one.start and one.end <= cut.end for cut in module.edits)
            ]
        return self._references[key]

    def closure(self, things: Iterable[Thing]) -> dict[str, list[int]]:
        """Return the statements that define some things and all that they need.

        Returns:
            The numbers of the statements by module, each module after those that it needs.
        """
        found: dict[str, set[int]] = {}
        waiting = list(things)
        while waiting:
            thing = waiting.pop()
            module = self.module(thing.module)
            assert module
            for number in module.defined[thing.name]:
                if number not in found.setdefault(module.name, set()):
                    found[module.name].add(number)
                    needs = self.needs(module, number)
                    waiting += [one.target for one in needs if isinstance(one.target, Thing)]
        return {name: sorted(found[name]) for name in self._in_order(found)}

    def _in_order(self, wanted: Iterable[str]) -> list[str]:
        """Return modules so that each stands after those that it imports."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            module = self.module(name)
            if module is None or name in order:
                return
            order[name] = None
            for dotted in sorted(module.imports.ours.values()):
                target = self.resolve(dotted)
                visit(target.name if isinstance(target, Module) else target.module)
            del order[name]
            order[name] = None

        for name in sorted(wanted):
            visit(name)
        return [name for name in order if name in set(wanted)]


def _imported(statement: ast.stmt) -> Iterator[tuple[str, str, str | None]]:
    """Yield alias, module and name for each name that an import statement binds."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0], alias.name, None
    elif isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name, statement.module or "", alias.name
