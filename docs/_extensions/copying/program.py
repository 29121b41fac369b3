"""A program that runs alone, made of statements of a page and of what they need of our package."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from running.fingerprint import find_data_files

from .cells import Cell, CellError, Statement
from .data import embedded
from .package import NAME, Module, Package, Thing, UnknownNameError, imports_of, uses_of
from .statements import uses
from .unused import without_unused

WIDTH = 76
#: What a program may import, each by the name by which it is installed too.
LIBRARIES = {
    *("keras", "matplotlib", "numpy", "pandas", "safetensors", "statsmodels", "tensorflow"),
    "threadpoolctl",
}


@dataclass
class Program:
    """The parts of a program.

    Attributes:
        imports: Import statements, as many as may be needed.
        ours: What it needs of our package.
        data: Code that writes the data files that it reads.
        body: The statements with their texts.
        beside: Data files that are too long to be part of it.
    """

    imports: str
    ours: str
    data: str
    body: list[tuple[Statement, str]]
    beside: list[str] = field(default_factory=list)


class Writer:
    """Writes the programs of one page."""

    def __init__(self, statements: Sequence[Statement], package: Package, folder: Path) -> None:
        """Take a page's statements and the folder in which it lies.

        Raises:
            CellError: A cell imports something of our package that is not there.
        """
        self.package, self.folder = package, folder
        self.libraries: dict[str, str] = {}
        self.ours: dict[str, Module | Thing] = {}
        for statement in statements:
            if statement.is_import:
                for name, dotted in imports_of(ast.Module([statement.node], [])).items():
                    self._add_import(name, dotted, statement.cell)

    def _add_import(self, name: str, dotted: str, cell: Cell) -> None:
        if dotted.partition(".")[0] != NAME:
            if self.libraries.setdefault(name, dotted) != dotted:
                raise CellError(
                    cell, f"`{name}` is imported as {self.libraries[name]} and {dotted}"
                )
            return
        try:
            found = self.ours[name] = self.package.find(dotted)
        except UnknownNameError as error:
            raise CellError(cell, error) from error
        if isinstance(found, Thing) and found.name != name:
            raise CellError(cell, f"`{found.name}` is imported as `{name}`; use its own name")

    def write(self, statements: Sequence[Statement], shown: Sequence[int] | None) -> Program:
        """Write a program of some statements.

        Args:
            statements: The statements, with all that they need.
            shown: The numbers of the cells whose outputs it is to make. None: it is for a notebook,
                whose cells show their last expressions by themselves.

        Raises:
            CellError: A statement uses something of ours in a way that can't be written out.
        """
        if not statements:  # cells that only hand values to the page's text
            return Program("", "", "", [])
        body: list[tuple[Statement, str]] = []
        things: dict[Thing, Cell] = {}
        for statement in statements:
            if not statement.is_import:
                rewrite = Rewrite(self.ours, statement, self.package, shown)
                tree = statement.tree.visit(rewrite)
                assert isinstance(tree, cst.BaseStatement)
                text = cst.Module([]).code_for_node(tree).strip("\n")
                self._check(statement, text, rewrite.used)
                body.append((statement, text))
                things |= dict.fromkeys(rewrite.used, statement.cell)
        body = _with_show(body, shown or ())
        cell = statements[-1].cell
        try:
            closure = self.package.closure(things)
        except UnknownNameError as error:
            raise CellError(cell, error) from error
        bound = {name for one, _ in body for name in one.effect.binds}
        for thing in closure:
            if thing.name in bound:
                why = f"`{thing.name}` is bound by the page, and is a name in {thing.module} too"
                raise CellError(cell, why)
        modules = [self.package.existing(thing.module) for thing in closure]
        definitions = [m.definitions[t.name] for t, m in zip(closure, modules, strict=True)]
        texts = [text for _, text in body]
        if shown is not None:  # in a notebook one plays with options
            definitions = without_unused(definitions, "\n".join(texts))
        data, beside = self._data(texts)
        code = "\n".join([*definitions, data, *texts])
        imports = {"plt": "matplotlib.pyplot", "Path": "pathlib.Path"} | self.libraries
        for module in modules:
            for name, dotted in module.imports.items():
                if dotted.partition(".")[0] != NAME and imports.setdefault(name, dotted) != dotted:
                    raise CellError(
                        cell, f"`{name}` is {imports[name]} here and {dotted} in {module.name}"
                    )
        lines = [_import(name, imports[name]) for name in sorted(set(imports) & uses_of(code))]
        return Program(
            "\n".join(lines), "\n\n".join(dict.fromkeys(definitions)), data, body, beside
        )

    def _check(self, statement: Statement, text: str, used: Sequence[Thing]) -> None:
        """Make sure that names of ours mean the same in the program as on the page."""
        reads = uses(ast.parse(text).body[0])[0] if text else set()
        for thing in used:
            if thing.name not in reads:
                why = f"`{thing.name}` is a name of the page's own where {thing.module} is meant"
                raise CellError(statement.cell, why)
        for name in reads & set(self.ours):
            if isinstance(module := self.ours[name], Module):
                why = f"`{name}` is the module {module.name}; name what is used of it"
                raise CellError(statement.cell, why)

    def _data(self, texts: Sequence[str]) -> tuple[str, list[str]]:
        """Return code that writes what some code reads, and the files too long for that."""
        words = {
            node.value
            for text in texts
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        parts, beside = [], []
        for path in find_data_files(texts, self.folder):
            name = path.relative_to(self.folder).as_posix()
            if code := embedded(path, name, words):
                parts.append(code)
            else:
                beside.append(name)
        return "\n\n".join(parts), beside


class Rewrite(cst.CSTTransformer):
    """Names what is ours by its own name, and prints what a notebook would show."""

    def __init__(
        self, ours: dict[str, Module | Thing], statement: Statement, package: Package,
        shown: Sequence[int] | None,
    ) -> None:  # fmt: skip
        """Take the names of ours on the page, and the statement."""
        self.ours, self.statement, self.package, self.shown = ours, statement, package, shown
        self.used: list[Thing] = []
        self.reads = uses(statement.node)[0]

    def leave_Attribute(self, node: cst.Attribute, new: cst.Attribute) -> cst.BaseExpression:  # noqa: N802
        """Turn `plotting.heat_map` into `heat_map`."""
        module = self.ours.get(new.value.value) if isinstance(new.value, cst.Name) else None
        if not isinstance(module, Module):
            return new
        try:
            target = self.package.find(f"{module.name}.{new.attr.value}")
        except UnknownNameError as error:
            raise CellError(self.statement.cell, error) from error
        if isinstance(target, Module):
            raise CellError(self.statement.cell, f"`{target.name}` is a module; import it by name")
        self.used.append(target)
        return new.attr

    def visit_Attribute(self, node: cst.Attribute) -> None:  # noqa: N802
        """Leave the name of an attribute alone."""

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802
        """Note what is used of ours by its name."""
        found = self.ours.get(node.value)
        if isinstance(found, Thing) and node.value in self.reads:
            self.used.append(found)

    def leave_Call(self, node: cst.Call, new: cst.Call) -> cst.Call:  # noqa: N802
        """Outside of a notebook `display` prints."""
        is_display = isinstance(new.func, cst.Name) and new.func.value == "display"
        return (
            new.with_changes(func=cst.Name("print"))
            if is_display and self.shown is not None
            else new
        )

    def leave_Expr(self, node: cst.Expr, new: cst.Expr) -> cst.BaseSmallStatement:  # noqa: N802
        """Pass over a value handed to the page's text."""
        match new.value:
            case cst.Call(func=cst.Name("glue")):
                return cst.Pass()
        return new

    def leave_SimpleStatementLine(  # noqa: N802
        self, node: cst.SimpleStatementLine, new: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        """Print the value that ends a cell.

        A notebook shows it by itself, but for a table, whose plain form is a text in lines.
        """
        cell = self.statement.cell
        is_shown = cell.shows_table if self.shown is None else cell.number in self.shown
        is_shown = is_shown and self.statement.is_last and cell.shows_last
        match new.body:
            case [cst.Expr(value=value)] if is_shown and node is self.statement.tree:
                return new.with_changes(
                    body=[cst.Expr(cst.Call(cst.Name("print"), [cst.Arg(value)]))]
                )
        return new


def _with_show(
    body: Sequence[tuple[Statement, str]], shown: Sequence[int]
) -> list[tuple[Statement, str]]:
    """Let each cell that draws end in showing what it drew."""
    done = []
    for index, (statement, text) in enumerate(body):
        cell = statement.cell
        is_end = index + 1 == len(body) or body[index + 1][0].cell is not cell
        shows = any(".show()" in text for one, text in body if one.cell is cell)
        if is_end and cell.number in shown and cell.figures and not shows:
            text += "\nplt.show()"
        done.append((statement, text))
    return done


def _import(name: str, dotted: str) -> str:
    """Return the statement that binds a name to something of a library."""
    parent, _, last = dotted.rpartition(".")
    if dotted == name:
        return f"import {dotted}"
    if last == name:
        return f"from {parent} import {name}"
    is_module = last.islower() and parent != "keras"
    return f"import {dotted} as {name}" if is_module else f"from {parent} import {last} as {name}"


def layout(program: Program, shown: int | None = None) -> str:
    """Return a program as text; `shown` is the number of the cell whose output it is to make."""
    earlier = [pair for pair in program.body if shown is not None and pair[0].cell.number != shown]
    own = [pair for pair in program.body if pair not in earlier]
    parts = [program.imports, program.ours, program.data]
    if earlier:
        parts.append("\n".join(["# -- earlier cells --", *(text for _, text in earlier)]))
    is_marked = own and any(parts[1:])
    heading = (
        "" if not is_marked else "# -- the page --\n" if shown is None else "# -- the cell --\n"
    )
    return "\n\n".join(part for part in [*parts, heading + body_text(own)] if part) + "\n"


def body_text(body: Sequence[tuple[Statement, str]]) -> str:
    """Return statements as text, cells apart by a blank line."""
    text, before = "", None
    for statement, part in body:
        between = "\n\n" if before and before is not statement.cell else "\n" if before else ""
        text, before = f"{text}{between}{part}", statement.cell
    return text


def tidy(folder: Path, width: int = WIDTH) -> None:
    """Sort and merge the imports of all programs in a folder, and format them."""
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--quiet", "--no-cache", "--target-version", "py311"]
    select = ["--fix-only", "--select", "I"]
    subprocess.run([*ruff, "check", *options, *select, str(folder)], check=True)
    layout = ["--line-length", str(width), "--config", "format.skip-magic-trailing-comma=true"]
    # With the layout that is to come, brackets open and close together, as on the pages.
    command = [*ruff, "format", "--preview", *options, *layout, str(folder)]
    subprocess.run(command, check=True)


def tidied(code: str) -> str:
    """Return code as `tidy` leaves it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "code.py")
        path.write_text(code, "utf-8")
        tidy(Path(folder))
        return path.read_text("utf-8")


def libraries_of(code: str, cell: Cell) -> list[str]:
    """Return the libraries that some code needs.

    Raises:
        CellError: It imports what a reader of programs is not asked to have.
    """
    roots = {dotted.partition(".")[0] for dotted in imports_of(ast.parse(code)).values()}
    roots -= set(sys.stdlib_module_names)
    if unknown := roots - LIBRARIES:
        wanted = ", ".join(sorted(LIBRARIES))
        raise CellError(cell, f"`{min(unknown)}` is needed, but a program has only {wanted}")
    return sorted(roots | ({"tensorflow"} if "keras" in roots else set()))
