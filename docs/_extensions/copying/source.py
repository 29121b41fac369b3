"""A piece of code as its text and its tree, and edits of the text that the tree finds.

Working on the text, not on the tree alone, keeps comments and the way a line was broken.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .scopes import parameters

# Notes to tools of this project; a reader of the snippet has other ones.
FOR_TOOLS = (b"# noqa", b"# type:", b"# pragma")


@dataclass(frozen=True)
class Edit:
    """The bytes from `start` to `end` are to be `text`."""

    start: int
    end: int
    text: str


class Source:
    """A piece of code."""

    def __init__(self, text: str) -> None:
        """Parse the text; raises SyntaxError where it is not Python."""
        self.tree = ast.parse(text)
        self.data = text.encode()
        lengths = (len(line) for line in self.data.split(b"\n"))
        self._line_starts = [0, *itertools.accumulate(length + 1 for length in lengths)]

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node begins and ends, in bytes."""
        start = self._line_starts[node.lineno - 1] + node.col_offset
        return start, self._line_starts[node.end_lineno - 1] + node.end_col_offset

    def whole_span(self, statement: ast.stmt) -> tuple[int, int]:
        """Return the span of a statement with its decorators and the comments that belong to it."""
        start, end = self.span(statement)
        for decorator in getattr(statement, "decorator_list", []):
            start = min(start, self.span(decorator)[0] - 1)
        while start and self.data[start - 1 : start] == b"\n":
            above = self.data.rfind(b"\n", 0, start - 1) + 1
            if not self.data[above:start].lstrip().startswith(b"#"):
                break
            start = above
        rest = self.data[end:].partition(b"\n")[0]
        if rest.lstrip().startswith(b"#") and not rest.lstrip().startswith(FOR_TOOLS):
            end += len(rest)
        return start, end

    def text_of(self, statement: ast.stmt, edits: Iterable[Edit] = ()) -> str:
        """Return the text of a statement with edits made."""
        start, end = self.whole_span(statement)
        parts, done = [], start
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
            if start <= edit.start and edit.end <= end and edit.start >= done:
                parts += [self.data[done : edit.start], edit.text.encode()]
                done = edit.end
        text = b"".join([*parts, self.data[done:end]]).decode()
        return re.sub("^#: ", "# ", text, flags=re.MULTILINE)  # Sphinx's mark

    def shorten(self) -> Iterator[Edit]:
        """Find what a snippet can do without: types of arguments, and docstrings beyond a sentence.

        The shapes that a docstring lists are in the reference, where the header of a snippet leads.
        """
        in_classes = {
            child
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ClassDef)
            for child in node.body
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for argument in parameters(node):
                    if argument.annotation:
                        start, end = self.span(argument)
                        yield Edit(start + len(argument.arg.encode()), end, "")
                if node.returns:
                    start, end = self.span(node.returns)
                    arrow = self.data.rfind(b"->", 0, start)
                    yield Edit(len(self.data[:arrow].rstrip()), end, "")
                yield from self._last_comma(node)
            if isinstance(node, ast.AnnAssign) and node.value and node not in in_classes:
                yield Edit(self.span(node.target)[1], self.span(node.annotation)[1], "")
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from self._first_paragraph(node)

    def _last_comma(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Edit]:
        """Find the comma after the last parameter, which would keep each on a line of its own."""
        defaults = [one for one in [*node.args.defaults, *node.args.kw_defaults] if one]
        ends = [self.span(one)[1] for one in [*parameters(node), *defaults]]
        if ends and (comma := re.match(rb",(?=\s*\))", self.data[max(ends) :])):
            yield Edit(max(ends), max(ends) + len(comma[0]), "")

    def _first_paragraph(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ) -> Iterator[Edit]:
        docstring = ast.get_docstring(node, clean=False)
        if docstring is None:
            return
        paragraph = inspect.cleandoc(docstring).partition("\n\n")[0]
        mark = 'r"""' if "\\" in paragraph else '"""'
        text = paragraph.replace("\n", "\n" + " " * node.body[0].col_offset)
        yield Edit(*self.span(node.body[0]), f'{mark}{text}"""')
