"""Write what a class is handed: notebooks without and with answers, and what checks and marks them.

It is made of the site as it was built last:

- `student`: for each page with exercises a notebook without their answers, and beside it a file
  that checks what students answer;
- `solution`: the same with the answers;
- `marking`: a test that marks the notebooks in its folder `submissions`, where an example lies;
- `checks.md`: how many answers each check knows.

An exercise without an answer or a check, or an answer that shows in what students get, is named.
"""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.builders.dummy import DummyBuilder
from sphinx.util.docutils import docutils_namespace, patch_docutils

from copying.cells import needed_by
from copying.programs import NotebookWriter
from handing_out import example, notebooks
from handing_out.leaks import leaks
from handing_out.sealing import Known, file_of, read
from playing.checks import check

WRONG_ANSWERS = 3  # that the check of an exercise knows, at least
STUDENT, SOLUTION, MARKING = "student", "solution", "marking"


class HandoutError(Exception):
    """Hand-outs that can't be made, with a line for each reason."""


class Reader(DummyBuilder):
    """Writes nothing, and reads pages as they are on the site."""

    name = "html"  # by which it is chosen what is shown of an output

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return where a page is."""
        return f"{docname}.html"


@dataclass
class Handout:
    """The hand-out of a page.

    Attributes:
        name: What its files are called by.
        source: The page's source.
        checks: What the checks of its exercises know, by their names.
        student: The notebook without answers.
        printed: The lines that its cells printed, those of answers under True.
    """

    name: str
    source: str
    checks: dict[str, Known]
    student: NotebookNode
    printed: dict[bool, list[str]]

    @property
    def module(self) -> str:
        """The name of the file of checks."""
        return module_of(self.name)


def module_of(name: str) -> str:
    """Return the name of the module that checks the answers to a page's exercises."""
    return f"{name.replace('-', '_')}_checks"


def make(app: Sphinx, page: str, document: nodes.document, folder: Path) -> Handout:
    """Make the hand-out of a page, and write it into a folder.

    Raises:
        HandoutError: An exercise lacks its answer or its check, or the page needs an answer's cell.
    """
    name, source = page.rpartition("/")[2], Path(app.env.doc2path(page)).read_text("utf-8")
    writer, hidden = NotebookWriter(app, page), notebooks.answering(source)
    found = list(notebooks.faults(document))
    shown = {cell.number for cell in writer.page.cells.values() if cell.is_part} - hidden
    needed = {one.cell.number for one in needed_by(shown, writer.page.statements)} & hidden
    found += [f"what is no answer needs cell {number}, which is an answer's" for number in needed]
    if found:
        raise HandoutError("\n".join(f"{page}: {fault}" for fault in found))
    asked = [one for exercise in notebooks.exercises(document) for one in exercise.findall(check)]
    checks = {one["names"][0]: read(one, writer.prose.line) for one in asked}
    title = document.next_node(nodes.title).astext()
    file = folder / STUDENT / f"{module_of(name)}.py"
    file.write_text(file_of(title, list(checks.values())), "utf-8")
    shutil.copy(file, folder / SOLUTION)
    tell = runpy.run_path(str(file))["check"]
    notebooks.number_options(document)

    def write(kind: str, cells: Callable[[Known], list[NotebookNode]], without: set[int]) -> Any:
        notebooks.add_cells(document, file.stem, lambda name: cells(checks[name]))
        notebook = writer.write(document, without)
        nbformat.write(notebook, folder / kind / f"{name}.ipynb")
        return notebook

    write(SOLUTION, partial(notebooks.answered_cells, tell=tell), set())
    notebooks.remove_answers(document)
    student = write(STUDENT, notebooks.empty_cells, hidden)
    printed: dict[bool, list[str]] = {True: [], False: []}
    for cell in writer.page.cells.values():
        printed[cell.number in hidden] += cell.printed.splitlines()
    return Handout(name, source, checks, student, printed)


def wrong_verdicts(known: Known, judge: Callable[[str, object], tuple[bool, str]]) -> Iterator[str]:
    """Yield where a check says something else of an answer than it should."""
    is_right, said = judge(known.name, ...)
    if is_right or "empty" not in said:
        yield f"the check {known.name} says of no answer: {said}"
    for answer, wanted in known.wrong.items():
        verdict = judge(known.name, answer)
        if verdict != (False, wanted):
            yield f"the check {known.name} says of {answer!r}: {verdict[1]}"
    verdict = judge(known.name, known.right)
    if verdict != (True, known.said):
        yield f"the check {known.name} says of the right answer: {verdict[1]}"
    if len(known.wrong) < WRONG_ANSWERS:
        wanted = f"wanted at least {WRONG_ANSWERS}"
        yield f"the check {known.name} knows {len(known.wrong)} wrong answers, {wanted}"


def faults(handout: Handout, folder: Path, package: str) -> Iterator[str]:
    """Yield what is wrong with a hand-out that was written: its checks, and answers that leak."""
    file = folder / STUDENT / f"{handout.module}.py"
    judge = runpy.run_path(str(file))["judge"]
    for known in handout.checks.values():
        yield from (f"{handout.name}: {fault}" for fault in wrong_verdicts(known, judge))
    paths = file, folder / STUDENT / f"{handout.name}.ipynb"
    files = {path.name: path.read_text("utf-8") for path in paths}
    elsewhere = "\n".join([package, *handout.printed[False]])
    for leak in leaks(handout.source, files, elsewhere, handout.printed[True]):
        yield f"an answer leaks into {leak}"


def write_marking(handouts: Sequence[Handout], folder: Path) -> None:
    """Write what marks, with its example."""
    shutil.copy(Path(__file__).with_name("marking.py"), folder / MARKING / "test_submissions.py")
    for handout in handouts:
        if handout.name == example.PAGE:
            right = {name: known.right for name, known in handout.checks.items()}
            for who, notebook in example.submissions(handout.student, right).items():
                target = folder / MARKING / "submissions" / "example" / f"{who}.ipynb"
                target.parent.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebook, target)


def table(handouts: Sequence[Handout]) -> str:
    """Return how many answers each check knows."""
    rows = [
        f"| {handout.name} | {known.name} | {known.kind} | 1 | {len(known.wrong)} | 1 |"
        for handout in handouts
        for known in handout.checks.values()
    ]
    head = "| Page | Check | Kind | Empty | Usual wrong | Right |\n|---|---|---|---|---|---|"
    return "\n".join([head, *rows, ""])


def make_all(app: Sphinx, folder: Path) -> list[Handout]:
    """Make the hand-outs of all pages that have exercises.

    Raises:
        HandoutError: There is no such page, or something is wrong with a page.
    """
    for kind in (STUDENT, SOLUTION, MARKING):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    root = Path(app.confdir).parent
    package = "\n".join(path.read_text("utf-8") for path in sorted(root.glob("rnnlab/**/*.py")))
    handouts: list[Handout] = []
    found: list[str] = []
    with_cells = (name for name, about in app.env.metadata.items() if "kernelspec" in about)
    for page in sorted(with_cells):
        if not notebooks.exercises(app.env.get_doctree(page)):
            continue
        document = app.env.get_and_resolve_doctree(page, app.builder)
        try:
            handouts.append(make(app, page, document, folder))
            found += faults(handouts[-1], folder, package)
        except HandoutError as error:
            found.append(str(error))
    if found or not handouts:
        raise HandoutError("\n".join(found) or "no page has exercises: build the site first")
    write_marking(handouts, folder)
    (folder / "checks.md").write_text(table(handouts), "utf-8")
    return handouts


def write_handouts(source: Path, folder: Path) -> str:
    """Make the hand-outs of a site that is built; return a report of what was made.

    Args:
        source: Where the site's sources lie.
        folder: Where the hand-outs go; it is made.

    Raises:
        HandoutError: Something is wrong with the site, or with a page.
    """
    build, warnings = source / "_build", StringIO()
    work, settings = build / "work", {"nb_execution_cache_path": str(build / "cache")}
    with patch_docutils(source), docutils_namespace():
        # Not the builder of HTML: at each page, what writes the site's files would join in.
        app = Sphinx(
            source, source, work / "html", work / "doctrees", "dummy", settings,
            status=None, warning=warnings,
        )  # fmt: skip
        app.builder = Reader(app, app.env)
        handouts = make_all(app, folder)
    if warnings.getvalue():
        raise HandoutError(warnings.getvalue().strip())
    checks = [known for handout in handouts for known in handout.checks.values()]
    return (
        f"  {STUDENT}: {len(handouts)} notebooks with {len(checks)} exercises, none of whose "
        f"answers shows; {sum(len(one.wrong) for one in checks)} usual wrong answers get their "
        f"reason\n  {SOLUTION}: the same with answers\n"
        f"  {MARKING}: python -m pytest -vv --tb=no test_submissions.py"
    )
