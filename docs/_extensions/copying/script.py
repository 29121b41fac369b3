"""A program that runs alone, made of statements of a page and of what they need of our package."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from running.fingerprint import find_data_files

from .glue import without_glue
from .libraries import ALLOWED
from .names import Names
from .package import BUILTINS, Import, Module, Package, Reference, Thing, UnresolvedError
from .page import CellError, Page, Statement
from .scopes import bound_in_module, uses
from .source import Edit

WIDTH = 100  # that of our package, whose lines then stay as they are
DATA_LIMIT = 100_000  # characters; what is longer is no snippet
SHOW = Import("matplotlib.pyplot", None, "plt")
PATH = Import("pathlib", "Path", "Path")
DATA_FILE = '''
def _data_file(name, text):
    """Write a data file of the page, unless there is one of that name."""
    path = {Path}(name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
'''


@dataclass(frozen=True)
class Program:
    """The parts of a program: imports, what it needs of our package and of files, and its body."""

    imports: str
    package: str
    files: str
    body: list[tuple[Statement, str]]
    libraries: list[str]


class Writer:
    """Writes the programs of one page."""

    def __init__(self, page: Page, folder: Path) -> None:
        """Take a page and the folder in which it lies.

        Raises:
            CellError: A cell uses something of our package in a way that can't be written out.
        """
        self.page, self.folder = page, folder
        self.package: Package = page.package
        self._references: dict[int, list[Reference]] = {}
        self._own: set[str] = set()
        for statement in page.statements:
            if not statement.is_import:
                self._own |= bound_in_module(statement.node)
            try:
                found = self.package.references(statement.source, statement.node, page.imports)
                self._references[id(statement)] = list(found)
            except UnresolvedError as error:
                raise CellError(statement.cell, error) from error
        every = [one for found in self._references.values() for one in found]
        needed = [Reference(0, 0, target, frozenset()) for target in (SHOW, PATH)]
        try:
            self.names = Names(self.package, [*every, *needed], self._own)
        except UnresolvedError as error:
            raise CellError(page.cells[0], error) from error

    def modules(self) -> list[Module]:
        """Return the modules of our package that the page needs something of."""
        return [self.package.module(name) for name in self.names.closure]

    def write(self, statements: Sequence[Statement], shown: Sequence[int] | None) -> Program:
        """Write a program of some statements.

        Args:
            statements: The statements, with all that they need.
            shown: The numbers of the cells whose outputs it is to make. None: it is for a notebook,
                whose cells show their last expressions by themselves.

        Raises:
            CellError: A statement names something that none of them defines, or needs a library or
                a file that a reader of the program has not got.
        """
        self._check(statements)
        imports: set[Import] = set()
        body = []
        for statement in statements:
            if not statement.is_import:
                references = self._references[id(statement)]
                imports |= {one.target for one in references if isinstance(one.target, Import)}
                text = self._text(statement, shown)
                body.append((statement, text))
        body = list(self._with_show(body, shown or ()))
        if any(text.endswith(f"{self.names[SHOW]}.show()") for _, text in body):
            imports.add(SHOW)
        things = {
            one.target
            for statement in statements
            for one in self._references[id(statement)]
            if isinstance(one.target, Thing)
        }
        package, more = self._inlined(sorted(things, key=lambda one: (one.module, one.name)))
        files = self._files(statements)
        imports |= more | ({PATH} if files else set())
        self._check_libraries(statements, imports)
        lines = sorted({self._import(one) for one in imports}, key=_import_order)
        return Program("\n".join(_sections(lines)), package, files, body, _to_install(imports))

    def _text(self, statement: Statement, shown: Sequence[int] | None) -> str:
        """Return the text of a statement as the program has it."""
        source, cell = statement.source, statement.cell
        edits = self.names.edits(self._references[id(statement)])
        edits += without_glue(source, statement.node)
        if shown is not None:  # outside of IPython, nothing is shown but what is printed
            for use in uses(statement.node):
                if use.node.id == "display" and "display" not in self._own:
                    edits.append(Edit(*source.span(use.node), "print"))
        if cell.number in (shown or ()) and statement.is_last and cell.shows_last:
            start, end = source.span(statement.node)
            edits += [Edit(start, start, "print("), Edit(end, end, ")")]
        return source.text_of(statement.node, edits)

    def _with_show(
        self, body: Sequence[tuple[Statement, str]], shown: Sequence[int]
    ) -> Iterator[tuple[Statement, str]]:
        """Let each cell that draws end in showing what it drew."""
        for index, (statement, text) in enumerate(body):
            yield statement, text
            cell = statement.cell
            is_end = index + 1 == len(body) or body[index + 1][0].cell is not cell
            own = [text for one, text in body if one.cell is cell]
            shows = any(".show()" in text for text in own)
            if is_end and cell.number in shown and cell.figures and not shows:
                yield statement, f"{self.names[SHOW]}.show()"

    def _inlined(self, things: Sequence[Thing]) -> tuple[str, set[Import]]:
        """Return the source of things of our package with all that it needs, and its imports."""
        parts, imports = [], set()
        for name, numbers in self.package.closure(things).items():
            module = self.package.module(name)
            assert module
            parts.append(_heading(f"From {name}"))
            for number in numbers:
                node = module.statements[number]
                needs = self.package.needs(module, number)
                imports |= {one.target for one in needs if isinstance(one.target, Import)}
                edits = [*module.edits, *self.names.edits(needs)]
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    start = module.source.span(node)[0]
                    place = module.source.data.index(node.name.encode(), start)
                    chosen = self.names[Thing(name, node.name)]
                    edits.append(Edit(place, place + len(node.name.encode()), chosen))
                parts.append(module.source.text_of(node, edits))
        return "\n\n".join(parts), imports

    def _files(self, statements: Sequence[Statement]) -> str:
        """Return the data files that the statements read, as calls that write them."""
        sources = [one.source.text_of(one.node) for one in statements]
        calls = []
        for path in find_data_files(sources, self.folder):
            text = _compact(path)
            if len(text) > DATA_LIMIT:
                name = path.relative_to(self.folder)
                reader = next(
                    one for one in statements if str(name) in one.source.text_of(one.node)
                )
                why = f"reads {name}, which is too long for a snippet: {len(text):,} characters"
                raise CellError(reader.cell, f"{why}, wanted at most {DATA_LIMIT:,}")
            text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
            name = path.relative_to(self.folder).as_posix()
            calls.append(f'_data_file("{name}", """\\\n{text}""")')
        if not calls:
            return ""
        function = DATA_FILE.replace("{Path}", self.names[PATH])
        return "\n\n".join([_heading("Data"), function, *calls])

    def _check(self, statements: Sequence[Statement]) -> None:
        """Make sure that every name of the statements is bound by one of them."""
        known = {"display"} | BUILTINS
        for statement in statements:
            known |= bound_in_module(statement.node)
        for statement in statements:
            for use in uses(statement.node):
                if use.node.id not in known and use.node.id != "glue":
                    why = f"`{use.node.id}` is bound neither by it nor by a cell before it"
                    raise CellError(statement.cell, why)

    def _check_libraries(self, statements: Sequence[Statement], imports: Iterable[Import]) -> None:
        for one in imports:
            root = one.module.partition(".")[0]
            if root not in ALLOWED and root not in sys.stdlib_module_names:
                cell = statements[-1].cell
                wanted = ", ".join(sorted(ALLOWED))
                raise CellError(cell, f"`{root}` is needed, but a snippet has only {wanted}")

    def _import(self, one: Import) -> str:
        """Return the statement that imports something under the name chosen for it."""
        name = self.names[one]
        if one.name is not None:
            suffix = "" if name == one.name else f" as {name}"
            return f"from {one.module} import {one.name}{suffix}"
        is_plain = name in (one.module, one.module.partition(".")[0])
        return f"import {one.module}" if is_plain else f"import {one.module} as {name}"


def _heading(text: str) -> str:
    """Return a comment that stands before a part of a program."""
    return f"# -- {text} ".ljust(80, "-")


def _import_order(line: str) -> tuple[bool, bool, str]:
    words = line.split()
    is_library = words[1].partition(".")[0] not in sys.stdlib_module_names
    return is_library, words[0] == "from", line


def _sections(lines: Sequence[str]) -> Iterator[str]:
    """Yield import statements: Python's own, a blank line, the others."""
    before = None
    for line in lines:
        is_library = _import_order(line)[0]
        if before is False and is_library:
            yield ""
        before = is_library
        yield line


def _to_install(imports: Iterable[Import]) -> list[str]:
    """Return what has to be installed for some imports; TensorFlow brings Keras and h5py."""
    roots = {one.module.partition(".")[0] for one in imports} & ALLOWED
    return sorted({"tensorflow" if root in ("keras", "h5py") else root for root in roots})


def _compact(path: Path) -> str:
    """Return a data file's text, without idle blanks if it is JSON."""
    text = path.read_text("utf-8")
    if path.suffix != ".json":
        return text
    lines = [""]
    for piece in json.JSONEncoder(ensure_ascii=False).iterencode(json.loads(text)):
        if len(lines[-1] + piece) > WIDTH:
            lines.append("")
        lines[-1] += piece.lstrip() if not lines[-1] else piece
    return "\n".join(line.rstrip() for line in lines) + "\n"


def layout(program: Program, header: Sequence[str], shown: int | None = None) -> str:
    """Return a program as text.

    Args:
        program: The program.
        header: The lines of its header, without comment signs.
        shown: The number of the cell whose output it is to make; None for all.
    """
    needs = " ".join(program.libraries)
    lines = [*header, *([f"Needs: pip install {needs}"] if needs else [])]
    parts = ["\n".join(f"# {line}" for line in lines), program.imports, program.package]
    parts.append(program.files)
    earlier = [pair for pair in program.body if pair[0].cell.number != shown and shown is not None]
    own = [pair for pair in program.body if pair[0].cell.number == shown or shown is None]
    if earlier:
        parts += [_heading("Earlier cells of the page"), cells_text(earlier)]
    if program.package or program.files or earlier:
        parts.append(_heading("The cells" if shown is None else "The cell"))
    parts.append(cells_text(own))
    return "\n\n".join(part for part in parts if part) + "\n"


def cells_text(body: Sequence[tuple[Statement, str]]) -> str:
    """Return statements as text, with the blank lines that the cells have between them."""
    text, before = "", None
    for statement, part in body:
        if before and before.cell is not statement.cell:
            text += "\n\n"
        elif before:
            end = before.source.whole_span(before.node)[1]
            start = statement.source.whole_span(statement.node)[0]
            gap = statement.source.data[end:start].decode()
            text += "\n\n" if "\n\n" in gap or gap.strip(" \n;") else "\n"
        text, before = text + part, statement
    return text


def formatted(folder: Path) -> None:
    """Format all programs in a folder."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--quiet"]
    options = ["--no-cache", "--line-length", str(WIDTH), "--target-version", "py311"]
    subprocess.run([*command, *options, str(folder)], check=True)
