"""A page as a notebook with its outputs, which runs from top to bottom in a plain Jupyter.

Its code is that of the whole-page script: what the page takes from our package stands in the
notebook itself, in a cell that is folded, and so do the data that it reads. It is handed on alone,
and needs no file of this site and none of its tools.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import groupby

import nbformat
from nbformat import NotebookNode

from running.imports import distributions

from .cells import Cell
from .program import Program, body_text, layout, libraries_of, tidied
from .prose import CellPlace

#: A second build of TensorFlow would overwrite the files of one that is there, so what is there
#: stays, in whatever version: Colab has its own, and a kernel can't change what it has loaded.
INSTALL = """\
# Installs what is missing, in the version that made this page.
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec

versions = {versions}
missing = [f"{{name}}=={{versions[name]}}" for name in versions if not find_spec(name)]
if missing:
    %pip install --quiet {{" ".join(missing)}}
found = packages_distributions()
other = [name for name in versions if version(found[name][0]) != versions[name]]
if other:
    print("Here is", *(f"{{name}} {{version(found[name][0])}}" for name in other))
    wanted = " ".join(f"{{name}}=={{versions[name]}}" for name in other)
    print(f"This page was made with {{wanted}}: other versions may differ, or fail.")"""
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}


def make_notebook(
    blocks: Iterable[str | CellPlace | NotebookNode],
    program: Program,
    cells: dict[int, Cell],
    header: Sequence[str],
    data: Sequence[str] = (),
) -> NotebookNode:
    """Make a notebook.

    Args:
        blocks: The page's text, with the places of its code cells, and cells that it has not.
        program: The page's code.
        cells: The page's code cells by their place among all cells.
        header: Where the page is from, line by line.
        data: Code that writes the data files that are too long for a program, a piece a file.

    Returns:
        The notebook, in format 4.5.
    """
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        }
    )
    code = {
        cell.number: body_text(list(pairs))
        for cell, pairs in groupby(program.body, key=lambda pair: pair[0].cell)
    }
    add = notebook.cells.append
    blocks = iter(blocks)
    title = next(blocks)
    assert isinstance(title, str)
    add(_text(f"{title}\n\n" + "  \n".join(header)))
    setup = tidied(layout(replace(program, body=[])))
    libraries = libraries_of("\n".join([setup, *code.values()]), next(iter(cells.values())))
    if libraries:
        versions = {name: version(distributions()[name][0]) for name in libraries}
        add(_code(INSTALL.format(versions=json.dumps(versions))))
    add(_code(f"# @title What this page uses of rnnlab\n{setup}", metadata=FOLDED))
    for piece in data:
        add(_code(f"# @title A file of data that this page reads\n{piece}", metadata=FOLDED))
    done: set[int] = set()

    def next_count() -> int:
        return sum(one.cell_type == "code" for one in notebook.cells) + 1

    def add_code(cell: Cell) -> None:
        done.add(cell.number)
        if cell.is_part and cell.number in code:
            count = next_count()
            varies = f"# Its output may differ: {cell.varies}\n" if cell.varies else ""
            source = varies + code[cell.number]
            add(_code(source, outputs=_outputs(cell, count), execution_count=count))
        elif cell.number in code:  # a hidden cell that others need
            add(_code(code[cell.number], metadata=FOLDED))

    text: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            if block.startswith("#") and text:
                add(_text("\n\n".join(text)))
                text = []
            text.append(block)
            continue
        if text:
            add(_text("\n\n".join(text)))
            text = []
        if isinstance(block, NotebookNode):
            count = next_count() if block.outputs else None
            add(_code(block.source, outputs=block.outputs, execution_count=count))
            continue
        here = cells[block.index]
        for cell in sorted(cells.values(), key=lambda cell: cell.number):
            if cell.number <= here.number and cell.number not in done:
                add_code(cell)
    if text:
        add(_text("\n\n".join(text)))
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"  # the same in every build
    nbformat.validate(notebook)
    return notebook


def _text(source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source)


def _code(source: str, **more: object) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, **more)


def _outputs(cell: Cell, count: int) -> list[NotebookNode]:
    """Return the outputs of a cell, but for values that were handed to the text."""
    kept = [
        copy.deepcopy(one) for one in cell.outputs if "scrapbook" not in one.get("metadata", {})
    ]
    for output in kept:
        if output.output_type == "execute_result":
            output.execution_count = count
    return kept
