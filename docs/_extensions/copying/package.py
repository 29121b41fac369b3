"""What the modules of our package define, in the form in which readers copy it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import libcst as cst

from .statements import uses

NAME = "rnnlab"
PLAIN = f"{NAME}.plain"
CHECKS = f"{NAME}._door"


class UnknownNameError(Exception):
    """A name of our package whose meaning can't be told."""


@dataclass(frozen=True)
class Thing:
    """Something that a module of ours defines."""

    module: str
    name: str


class Module:
    """A module of ours: what its imports bind, and its definitions without types and checks."""

    def __init__(self, name: str, path: Path) -> None:
        """Read the module."""
        self.name, self.path = name, path
        self.source = path.read_text("utf-8")
        self.imports = imports_of(ast.parse(self.source))

    @cached_property
    def definitions(self) -> dict[str, str]:
        """The source of what binds each name at the top of the module."""
        checks = {name for name, dotted in self.imports.items() if dotted.startswith(CHECKS)}
        shorten = Shorten(checks, keeps_errors=self.name.startswith(f"{PLAIN}."))
        tree = cst.parse_module(self.source).visit(shorten)
        found: dict[str, str] = {}
        for statement in tree.body:
            text = tree.code_for_node(statement).strip("\n")
            for name in uses(ast.parse(text).body[0])[1] - set(self.imports):
                found[name] = f"{found[name]}\n{text}" if name in found else text
        return found


def imports_of(tree: ast.Module) -> dict[str, str]:
    """Return the names that the imports of some code bind, each with what it means, dotted."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for one in node.names:
                found[one.asname or one.name.partition(".")[0]] = (
                    one.name if one.asname else one.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            for one in node.names:
                found[one.asname or one.name] = f"{node.module}.{one.name}"
    return found


class Package:
    """Our package, read from its files; nothing of it is imported."""

    def __init__(self, root: Path) -> None:
        """Take the package that lies in the folder `root`."""
        self.root = root
        self._modules: dict[str, Module | None] = {}

    @property
    def used(self) -> list[Module]:
        """The modules that were asked for so far."""
        return [module for module in self._modules.values() if module]

    def module(self, name: str) -> Module | None:
        """Return a module by its dotted name, None if there is no such module."""
        if name not in self._modules and name.partition(".")[0] == NAME:
            path = self.root.joinpath(*name.split("."))
            files = [path / "__init__.py", path.with_suffix(".py")]
            found = next((file for file in files if file.is_file()), None)
            self._modules[name] = Module(name, found) if found else None
        return self._modules.get(name)

    def existing(self, name: str) -> Module:
        """Return a module that something was found in."""
        module = self.module(name)
        assert module
        return module

    def find(self, dotted: str) -> Module | Thing:
        """Return what a dotted name means: its plain form where there is one.

        Raises:
            UnknownNameError: There is no such thing.
        """
        if module := self.module(dotted):
            return module
        parent, _, name = dotted.rpartition(".")
        module = self.module(parent)
        if module and name in {*module.definitions, *module.imports}:
            plain = parent.replace(NAME, PLAIN, 1)
            if (forms := self.module(plain)) and name in forms.definitions:
                return Thing(plain, name)
        if module and name in module.definitions:
            return Thing(parent, name)
        if module and name in module.imports:
            return self.find(module.imports[name])
        raise UnknownNameError(f"`{dotted}` is not in the package {NAME}")

    def closure(self, things: Iterable[Thing]) -> list[Thing]:
        """Return some things and all that they need of ours, each after what it needs.

        Raises:
            UnknownNameError: Two modules give one name to different things.
        """
        found: dict[Thing, None] = {}
        under_way: set[Thing] = set()

        def visit(thing: Thing) -> None:
            if thing in found or thing in under_way:
                return
            under_way.add(thing)
            module = self.existing(thing.module)
            for name in sorted(uses_of(module.definitions[thing.name])):
                if name in module.definitions:
                    own = self.find(f"{thing.module}.{name}")
                    assert isinstance(own, Thing)
                    visit(own)
                elif module.imports.get(name, "").startswith(f"{NAME}."):
                    target = self.find(module.imports[name])
                    if isinstance(target, Module):
                        raise UnknownNameError(
                            f"`{name}` is a module of ours that {thing.module}.{thing.name} uses "
                            "as a value; import what it needs of it by name"
                        )
                    visit(target)
            found[thing] = None

        for thing in things:
            visit(thing)
        homes: dict[str, str] = {}
        for thing in found:
            if homes.setdefault(thing.name, thing.module) != thing.module:
                raise UnknownNameError(
                    f"`{thing.name}` is defined in {homes[thing.name]} and in {thing.module}; "
                    "a program has room for one of that name"
                )
        return list(found)


def uses_of(source: str) -> set[str]:
    """Return the names of its module that some code reads, wherever."""
    return set().union(*(uses(node)[0] for node in ast.parse(source).body))


class Shorten(cst.CSTTransformer):
    """Leaves out types, checks, and what a docstring says beyond its first sentence."""

    def __init__(self, checks: set[str], keeps_errors: bool) -> None:
        """Take the names of the decorators that check arguments, and whether the rest stays."""
        self.checks, self.keeps_errors = checks, keeps_errors
        self.classes = 0

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        """Count classes: the fields of a dataclass keep their types."""
        self.classes += 1

    def leave_ClassDef(self, node: cst.ClassDef, new: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Shorten its docstring."""
        self.classes -= 1
        return new.with_changes(body=_first_sentence(new.body))

    def leave_Param(self, node: cst.Param, new: cst.Param) -> cst.Param:  # noqa: N802
        """Drop the type."""
        bare = new.with_changes(annotation=None)
        return bare.with_changes(comma=cst.MaybeSentinel.DEFAULT) if not node.default else bare

    def leave_Parameters(self, node: cst.Parameters, new: cst.Parameters) -> cst.Parameters:  # noqa: N802
        """Drop the comma behind the last, which would keep each on a line of its own."""

        def bare(some: Sequence[cst.Param]) -> list[cst.Param]:
            return [one.with_changes(comma=cst.MaybeSentinel.DEFAULT) for one in some]

        return new.with_changes(params=bare(new.params), kwonly_params=bare(new.kwonly_params))

    def leave_FunctionDef(self, node: cst.FunctionDef, new: cst.FunctionDef) -> cst.FunctionDef:  # noqa: N802
        """Drop the type of what it returns and the checks; shorten its docstring."""
        kept = [one for one in new.decorators if _called(one.decorator) not in self.checks]
        return new.with_changes(returns=None, decorators=kept, body=_first_sentence(new.body))

    def leave_If(self, node: cst.If, new: cst.If) -> cst.If | cst.RemovalSentinel:  # noqa: N802
        """Drop what only raises an error: a check; a plain form has none that is too much."""
        if self.keeps_errors:
            return new
        match new:
            case cst.If(
                body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Raise()])]),
                orelse=None,
            ):
                return cst.RemoveFromParent()
        return new

    def leave_AnnAssign(self, node: cst.AnnAssign, new: cst.AnnAssign) -> cst.BaseSmallStatement:  # noqa: N802
        """Drop the type of a variable."""
        if self.classes or new.value is None:
            return new
        return cst.Assign([cst.AssignTarget(new.target)], new.value)

    def leave_Comment(self, node: cst.Comment, new: cst.Comment) -> cst.Comment:  # noqa: N802
        """Turn marks for tools into plain comments."""
        return cst.Comment("# " + new.value[3:]) if new.value.startswith("#: ") else new


def _called(node: cst.BaseExpression) -> str:
    """Return the name that a decorator begins with."""
    while isinstance(node, cst.Call | cst.Attribute):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node.value if isinstance(node, cst.Name) else ""


def _first_sentence(body: cst.BaseSuite) -> cst.BaseSuite:
    """Keep the first paragraph of a docstring."""
    match body:
        case cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Expr(text)]), *rest]):
            if isinstance(text, cst.SimpleString):
                first = str(text.evaluated_value).partition("\n\n")[0].rstrip()
                mark = 'r"""' if "\\" in first else '"""'
                short = cst.Expr(cst.SimpleString(f'{mark}{first}"""'))
                return body.with_changes(body=[cst.SimpleStatementLine([short]), *rest])
    return body
