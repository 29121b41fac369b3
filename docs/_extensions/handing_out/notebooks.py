"""A page as two notebooks: one for students, with empty cells for their work, and one with answers.

Both are made of the page as its own notebook is. A student's has nothing of the answers: neither
their text nor their cells, of which those that the page hides go, too.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx_exercise.nodes import exercise_node, solution_node

from copying.prose import notebook_cell
from handing_out.sealing import Known
from playing.checks import check
from running.pages import read_page

ASKED = {
    "number": "Your number",
    "shape": "Your shape, such as (4, 5)",
    "choice": "The number of your answer",
    "order": "The numbers of the items in your order, such as (3, 1, 2)",
}


def exercises(document: nodes.document) -> list[exercise_node]:
    """Return the exercises of a page."""
    return list(document.findall(exercise_node))


def faults(document: nodes.document) -> Iterator[str]:
    """Yield the exercises that have no answer or no check, by their titles."""
    answered = {one["target_label"] for one in document.findall(solution_node)}
    for exercise in exercises(document):
        missing = [] if exercise["label"] in answered else ["answer"]
        missing += [] if next(exercise.findall(check), None) else ["check"]
        yield from (f"“{exercise[0].astext()}” has no {what}" for what in missing)


def answering(source: str) -> set[int]:
    """Return the numbers of the code cells in a page's answers."""
    number, inside, found = 0, False, set()
    for cell in read_page(source).cells:
        if cell.cell_type == "code":
            number += 1
            found |= {number} if inside else set()
        for mark in re.findall(r"^```\{solution-(\w+)\}", cell.source, re.MULTILINE):
            inside = mark == "start"
    return found


def number_options(document: nodes.document) -> None:
    """Number the options and the items of the exercises' checks: students answer by these."""
    for exercise in exercises(document):
        for one in exercise.findall(check):
            for options in list(one.findall(nodes.bullet_list)):
                options.replace_self(nodes.enumerated_list("", *options.children))


def add_cells(
    document: nodes.document, module: str, cells_of: Callable[[str], list[NotebookNode]]
) -> None:
    """Give each exercise its cells, and the first one a cell that imports what checks answers.

    Args:
        document: The page.
        module: What checks answers.
        cells_of: The cells of an exercise, by the name of its check.
    """
    for old in list(document.findall(notebook_cell)):
        old.parent.remove(old)
    code = f"from {module} import check  # that file lies beside this notebook"
    first = [nbformat.v4.new_code_cell(code)]
    for exercise in exercises(document):
        for one in list(exercise.findall(check)):
            for cell in first + cells_of(one["names"][0]):
                exercise += notebook_cell(cell=cell)
            first = []


def remove_answers(document: nodes.document) -> None:
    """Leave nothing of the answers."""
    for answer in list(document.findall(solution_node)):
        answer.parent.remove(answer)


def empty_cells(known: Known) -> list[NotebookNode]:
    """Return the cells that a student fills."""
    asked = f'# {ASKED[known.kind]}, in place of the three dots:\ncheck("{known.name}", ...)'
    return [nbformat.v4.new_code_cell("# Your work"), nbformat.v4.new_code_cell(asked)]


def answered_cells(known: Known, tell: Callable[[str, object], None]) -> list[NotebookNode]:
    """Return the cell that checks the right answer, with what is told of it."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        tell(known.name, known.right)
    output = nbformat.v4.new_output("stream", text=printed.getvalue())
    source = f'check("{known.name}", {known.right!r})'
    return [nbformat.v4.new_code_cell(source, outputs=[output])]
