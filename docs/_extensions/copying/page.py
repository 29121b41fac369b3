"""A page as the statements of its cells, and what each cell needs of those before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from nbformat import NotebookNode

from running.pages import cell_lines, code_cells

from .flow import Flow
from .glue import is_glue
from .package import Imports, Package, UnresolvedError
from .returns import kind_of_ours
from .scopes import bound_in_module, names_in_functions, uses
from .source import Source


@dataclass(frozen=True)
class Cell:
    """A code cell of a page, with what it gave when the page ran."""

    number: int
    line: int
    source: str
    outputs: list[NotebookNode] = field(default_factory=list)
    tags: frozenset[str] = frozenset()
    varies: str = ""

    @property
    def is_part(self) -> bool:
        """Whether the cell, or what it gives, is part of the page."""
        return "remove-cell" not in self.tags

    @property
    def is_shown(self) -> bool:
        """Whether a reader sees the code of the cell."""
        return self.is_part and "remove-input" not in self.tags

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


def _text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    data = output.get("data", {})
    if "scrapbook" in output.metadata or "image/svg+xml" in data or "text/plain" not in data:
        return ""
    return f"{data['text/plain']}\n"


class CellError(Exception):
    """A cell from which no snippet can be made, with the reason."""

    def __init__(self, cell: Cell, why: object) -> None:
        """Name the cell."""
        super().__init__(f"cell {cell.number}: {why}")
        self.cell = cell


@dataclass(frozen=True)
class Statement:
    """A statement at the top level of a cell."""

    cell: Cell
    source: Source
    node: ast.stmt
    is_last: bool

    @property
    def is_import(self) -> bool:
        """Whether it is an import, which a snippet has at its head."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)


def read_cells(notebook: NotebookNode) -> list[Cell]:
    """Return the code cells of an executed page.

    Raises:
        CellError: A cell is marked as varying without a reason.
    """
    cells = []
    lines = cell_lines(notebook)
    for number, (node, line) in enumerate(zip(code_cells(notebook), lines, strict=True), start=1):
        varies = node.metadata.get("snippet", {}).get("varies", "")
        tags = frozenset(node.metadata.get("tags", []))
        cell = Cell(number, line, node.source, node.get("outputs", []), tags, str(varies).strip())
        if "snippet" in node.metadata and not cell.varies:
            raise CellError(cell, "`snippet: varies:` must say why its output differs between runs")
        cells.append(cell)
    return cells


class Page:
    """A page's statements, and which of them each cell needs."""

    def __init__(self, cells: Sequence[Cell], package: Package) -> None:
        """Follow the statements of a page.

        Raises:
            CellError: What a cell needs can't be worked out.
        """
        self.cells, self.package = cells, package
        self.statements = list(_statements(cells))
        flow = Flow(package.name, partial(kind_of_ours, package))
        self._at_end: dict[int, dict[str, set[int]]] = {}
        for statement in self.statements:
            try:
                flow.follow(statement.node)
            except UnresolvedError as error:
                raise CellError(statement.cell, error) from error
            self._at_end[statement.cell.number] = flow.bindings()
        self._needs = flow.needs
        imports = [one for one in self.statements if one.is_import]
        try:
            self.imports = Imports([one.node for one in imports], package.name)
        except UnresolvedError as error:
            raise CellError(imports[-1].cell, error) from error

    def needed_by(self, numbers: Sequence[int]) -> list[Statement]:
        """Return the statements of some cells, by their numbers, and all that these need.

        A function that is defined there may not be called there. It comes with what it would need
        if it were called at the end of the last of the cells.
        """
        waiting = [index for index, one in enumerate(self.statements) if one.cell.number in numbers]
        at_end = self._at_end.get(max(numbers), {})
        for index in list(waiting):
            for name in names_in_functions(self.statements[index].node):
                waiting += at_end.get(name, ())
        found: set[int] = set()
        bound: set[str] = set()
        while waiting:
            index = waiting.pop()
            if index not in found:
                found.add(index)
                waiting += self._needs[index]
                bound |= bound_in_module(self.statements[index].node)
            if not waiting:
                used = {use.node.id for one in found for use in uses(self.statements[one].node)}
                named = {one for name in used - bound for one in at_end.get(name, ())}
                waiting = list(named - found)
        return [self.statements[index] for index in sorted(found)]


def _statements(cells: Sequence[Cell]) -> Iterator[Statement]:
    """Yield the statements of the cells, but for those that only serve the page's own text."""
    for cell in cells:
        try:
            source = Source(cell.source)
        except SyntaxError as error:
            raise CellError(cell, f"is not plain Python: {error}") from error
        for node in source.tree.body:
            if not is_glue(node):
                yield Statement(cell, source, node, node is source.tree.body[-1])
