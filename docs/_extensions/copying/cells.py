"""The code cells of a page that has run, and what each of them needs of those before it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import libcst as cst
from nbformat import NotebookNode

from running.pages import cell_lines, code_cells

from .statements import RANDOM, SETTINGS, Effect, Known

BUILTINS = frozenset(dir(builtins)) | {"display"}
#: Code that is made while it runs can't be told from its source.
UNTOLD = frozenset({"exec", "eval", "globals", "vars", "locals", "compile"})
BRANCHES = ast.If | ast.While | ast.Try


@dataclass(frozen=True)
class Cell:
    """A code cell of a page, with what it gave when the page ran.

    Attributes:
        varies: Why its output differs from run to run; empty if it does not.
        needs: Names that it needs though it does not name them.
    """

    number: int
    line: int
    source: str
    outputs: list[NotebookNode] = field(default_factory=list)
    tags: frozenset[str] = frozenset()
    varies: str = ""
    needs: tuple[str, ...] = ()

    @property
    def is_part(self) -> bool:
        """Whether the cell, or what it gives, is part of the page."""
        return "remove-cell" not in self.tags

    @property
    def is_offered(self) -> bool:
        """Whether a reader sees code that does something: an import alone makes no program."""
        code = ast.parse(self.source).body
        is_work = not all(
            isinstance(node, ast.Import | ast.ImportFrom) or is_glue(node) for node in code
        )
        return self.is_part and "remove-input" not in self.tags and is_work

    @property
    def printed(self) -> str:
        """What the cell printed, and its last expression if it shows one."""
        return "".join(_text(output) for output in self.outputs)

    @property
    def figures(self) -> list[str]:
        """What the cell drew, as SVG."""
        drawn = (output.get("data", {}).get("image/svg+xml") for output in self.outputs)
        return [figure for figure in drawn if figure]

    @property
    def shows_last(self) -> bool:
        """Whether the cell ends in an expression whose value is shown."""
        return any(output.output_type == "execute_result" for output in self.outputs)

    @property
    def shows_table(self) -> bool:
        """Whether the value that it ends in is a table of ours."""
        return any(
            output.output_type == "execute_result" and "text/markdown" in output.data
            for output in self.outputs
        )


def _text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    data = output.get("data", {})
    if "scrapbook" in output.metadata or "image/svg+xml" in data or "text/plain" not in data:
        return ""
    return f"{data['text/plain']}\n"


class CellError(Exception):
    """A cell from which no program can be made, with the reason."""

    def __init__(self, cell: Cell, why: object) -> None:
        """Name the cell."""
        super().__init__(f"cell {cell.number}: {why}")
        self.cell = cell


def read_cells(notebook: NotebookNode) -> list[Cell]:
    """Return the code cells of an executed page.

    Raises:
        CellError: What a cell declares of its program is not understood.
    """
    cells = []
    lines = cell_lines(notebook)
    for number, (node, line) in enumerate(zip(code_cells(notebook), lines, strict=True), start=1):
        declared = dict(node.metadata.get("snippet", {}))
        varies, needs = str(declared.pop("varies", "")), tuple(declared.pop("needs", ()))
        tags = frozenset(node.metadata.get("tags", ()))
        cell = Cell(number, line, node.source, node.get("outputs", []), tags, varies, needs)
        if declared or ("snippet" in node.metadata and not varies.strip() and not needs):
            why = "`snippet:` takes `varies:` and why, or `needs:` and a list of names, not "
            raise CellError(cell, f"{why}{node.metadata['snippet']}")
        cells.append(cell)
    return cells


@dataclass(frozen=True)
class Statement:
    """A statement at the top level of a cell: its source with comments, and what it does."""

    cell: Cell
    tree: cst.BaseStatement
    node: ast.stmt
    effect: Effect
    is_last: bool

    @property
    def is_import(self) -> bool:
        """Whether it is an import, which a program has at its head."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)


def read_statements(cells: Sequence[Cell]) -> list[Statement]:
    """Return the statements of a page's cells, in order, but for those that only glue.

    Raises:
        CellError: A cell is no plain Python, or makes code while it runs.
    """
    known, statements = Known(), []
    for cell in cells:
        try:
            code, trees = ast.parse(cell.source).body, _trees(cell.source)
        except (SyntaxError, cst.ParserSyntaxError) as error:
            raise CellError(cell, f"is not plain Python: {error}") from error
        for node, tree in zip(code, trees, strict=True):
            if not is_glue(node):
                effect = known.effect(node)
                hidden = UNTOLD & (effect.reads | effect.later)
                if isinstance(node, ast.ImportFrom):
                    hidden |= {"*"} & {one.name for one in node.names}
                if hidden:
                    why = f"`{min(hidden)}` does what can't be told from the source"
                    raise CellError(cell, why)
                statements.append(Statement(cell, tree, node, effect, node is code[-1]))
    return statements


def _trees(source: str) -> list[cst.BaseStatement]:
    """Return the statements of a cell with their comments; those that share a line, apart."""
    module = cst.parse_module(source)
    found: list[cst.BaseStatement] = []
    for tree in module.body:
        if not found:  # a comment at the top is its first statement's
            tree = tree.with_changes(leading_lines=[*module.header, *tree.leading_lines])
        if isinstance(tree, cst.SimpleStatementLine) and len(tree.body) > 1:
            parts = [one.with_changes(semicolon=cst.MaybeSentinel.DEFAULT) for one in tree.body]
            found += [cst.SimpleStatementLine([part]) for part in parts]
        else:
            found.append(tree)
    return found


def is_glue(node: ast.stmt) -> bool:
    """Tell whether a statement only hands a value to the page's text, or imports what does."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name("glue"))):
            return True
        case ast.ImportFrom(module=str(module)):
            return module.partition(".")[0] == "myst_nb"
    return False


def needed_by(numbers: Collection[int], statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements of some cells, by their numbers, and all that these need.

    An earlier statement is needed if it binds or changes a name that is needed. From the last
    statement back to the first, names are added that a needed statement reads, and taken away
    where one binds them anew.

    Raises:
        CellError: A name is bound by no cell up to the last of these.
    """
    found: list[Statement] = []
    wanted = {SETTINGS}
    asking: dict[str, Cell] = {}
    for statement in reversed(statements):
        effect, cell = statement.effect, statement.cell
        if cell.number in numbers:
            wanted |= effect.later | set(cell.needs if statement.is_last else ())
            asking |= dict.fromkeys(effect.later, cell)
        elif cell.number > max(numbers) or wanted.isdisjoint(effect.binds | effect.changes):
            continue
        found.append(statement)
        if not isinstance(statement.node, BRANCHES):
            wanted -= effect.binds
        wanted |= effect.reads
        asking |= dict.fromkeys(effect.reads, cell)
    branches = {name for one in found for name in one.effect.binds}
    unbound = wanted - branches - BUILTINS - {RANDOM, SETTINGS, "glue"}
    if missing := {name for name in unbound if name.isidentifier()}:  # others are files
        name = min(missing)
        raise CellError(asking[name], f"`{name}` is bound neither by it nor by a cell before it")
    return found[::-1]
