"""Hand-outs: students get no answers, checks tell right from wrong, and what is broken is named."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from handing_out import __main__ as command
from handing_out import judging
from handing_out.chapters import BookError
from handing_out.leaks import leaks
from handing_out.make import HandoutError
from handing_out.sealing import Known, file_of
from shipping.build import alone
from tests.site.test_budgets import STATED
from tests.site.tools.browser import SITE
from tests.site.tools.executed_site import CONF, ExecutedSite
from tests.trust.notebooks import kernel_variables, run

DOCS = Path(__file__).parents[2] / "docs"
HANDOUT = DOCS / "_build" / "handout"
EXERCISE = re.compile(r"^```\{exercise-start\} (.*?)\n(.*?)^```\{exercise-end\}", re.M | re.S)
CHECK = re.compile(r"^```\{check\} (\S+)\n(.*?)^```$", re.M | re.S)
SOURCES = {path.stem: path.read_text("utf-8") for path in (DOCS / "tutorials").glob("*.md")}
PAGES = sorted(name for name, text in SOURCES.items() if EXERCISE.search(text))


def make(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Make hand-outs of a site that is built."""
    code = (
        "import sys; from pathlib import Path; from handing_out.make import write_handouts\n"
        "print(write_handouts(*map(Path, sys.argv[1:])))"
    )
    command = [sys.executable, "-c", code, str(source), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def _made() -> None:
    shutil.rmtree(HANDOUT, ignore_errors=True)
    done = make(DOCS, HANDOUT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none of whose answers shows" in done.stdout


def module(path: Path) -> ModuleType:
    """Load a file of checks."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def checks_of(page: str, kind: str = "student") -> ModuleType:
    return module(HANDOUT / kind / f"{page.replace('-', '_')}_checks.py")


def notebook_of(page: str, kind: str) -> Any:
    return nbformat.read(HANDOUT / kind / f"{page}.ipynb", as_version=4)


def code_of(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def declared(page: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Yield name, kind, right answer and reasons of each exercise's check, as they are written."""
    for _, exercise in EXERCISE.findall(SOURCES[page]):
        for name, body in CHECK.findall(exercise):
            options = dict(re.findall(r"^:(\w+): (.+)$", body, re.M))
            reasons = dict(re.findall(r"^(\S.*)\n: (.+)$", body, re.M))
            items = re.findall(r"^\d+\. (.+)$", body, re.M)
            if items:  # a student sees them in another order
                text = "\n".join(cell.source for cell in notebook_of(page, "student").cells)
                seen = [
                    re.findall(rf"^(\d+)\. {re.escape(item)}$", text, re.M)[0] for item in items
                ]
                reasons = {
                    ", ".join(seen[int(place) - 1] for place in written.split(", ")): reason
                    for written, reason in reasons.items()
                }
            yield name, options["kind"], options.get("answer", ""), reasons


def plain(text: str) -> str:
    """Return the words of a sentence without formulas and marks."""
    return " ".join(re.findall(r"\w+", re.sub(r"\$[^$]*\$|\{[\w:]+\}", " ", text)))


# -- What checks say -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_check_knows_the_answers_that_its_page_declares(page: str) -> None:
    checks = checks_of(page)
    names = [name for name, *_ in declared(page)]
    assert list(checks.CHECKS) == names
    assert len(names) == len(EXERCISE.findall(SOURCES[page]))
    for name, kind, right, reasons in declared(page):
        for empty in (..., None, "", "..."):
            verdict = checks.judge(name, empty)
            assert not verdict.is_right
            assert "empty" in verdict.said
        assert len(reasons) - (kind == "choice") >= 3
        for answer, reason in reasons.items():
            if re.fullmatch("[a-z]+(-[a-z]+)+", answer) and kind != "choice":
                continue  # a value of the page
            verdict = checks.judge(name, answer)
            assert verdict.is_right == (answer == right)
            assert verdict.said.startswith("Right. " if answer == right else "Not quite. ")
            assert set(plain(reason).split()) <= set(plain(verdict.said).split())


@pytest.mark.parametrize("page", PAGES)
def test_the_solution_passes(page: str) -> None:
    checks, found = checks_of(page), {}
    for cell in code_of(notebook_of(page, "solution")):
        if call := re.fullmatch(r'check\("([\w-]+)", (.+)\)', cell.source):
            found[call[1]] = checks.judge(call[1], eval(call[2]))
            assert cell.outputs[0].text == f"{call[1]}: {found[call[1]].said}\n"
    assert set(found) == set(checks.CHECKS)
    assert all(verdict.is_right for verdict in found.values())


def sealed(tmp_path: Path, *known: Known) -> ModuleType:
    """Return a file of some checks."""
    path = tmp_path / "some_checks.py"
    path.write_text(file_of("Some", list(known)), "utf-8")
    return module(path)


@pytest.mark.parametrize(
    ("kind", "right", "accepted", "refused"),
    [
        ("number", 1 / 3, ["1/3", "2 / 6", 1 / 3], ["1/4", 0.3333]),
        ("number", 1000, ["1,000", "1000", 1e3, "1 000"], [True, [1000], "a thousand", 999]),
        ("number", -7, ["\N{MINUS SIGN}7", "-7", -7.0], [7, float("nan"), "7/0", "1e999"]),
        ("shape", (4, 7), ["(4, 7)", [4, 7], "4 x 7"], [(7, 4), 47, "four by seven", ()]),
        ("choice", 2, [2, "2", "the Last one", "  the last one. "], [1, True, 2.0, "the"]),
        ("order", (2, 1, 3), ["2, 1, 3", [2, 1, 3]], [(1, 2, 3), "2, 1"]),
    ],
)
def test_answers_are_read_as_students_write_them(
    tmp_path: Path, kind: str, right: object, accepted: list[object], refused: list[object]
) -> None:
    options = ("first", "the last one")
    checks = sealed(tmp_path, Known("one", kind, 0.0, right, "Right. So it is.", {}, options))
    assert {checks.judge("one", answer) for answer in accepted} == {(True, "Right. So it is.")}
    assert not any(checks.judge("one", answer).is_right for answer in refused)
    with pytest.raises(KeyError, match="no exercise 'two', but one"):
        checks.judge("two", 1)


@pytest.mark.parametrize(("right", "tolerance"), [(40.0, 4.0), (-0.002, 0.0003), (9.9, 2.0)])
def test_a_number_may_be_off_by_the_tolerance(
    tmp_path: Path, right: float, tolerance: float
) -> None:
    wrong = {right + 5 * tolerance: "Not quite. Too much."}
    checks = sealed(tmp_path, Known("one", "number", tolerance, right, "Right.", wrong))
    for off in (-0.93, -0.5, 0.0, 0.31, 0.93):
        assert checks.judge("one", right + off * tolerance) == (True, "Right.")
        assert checks.judge("one", right + (5 + off) * tolerance) == (False, "Not quite. Too much.")
    for off in (-1.07, 1.07, 2.5):
        assert checks.judge("one", right + off * tolerance) == (False, "No. Try again.")


def test_a_file_of_checks_tells_nothing(tmp_path: Path) -> None:
    known = Known(
        "one", "number", 7.25, 1234.5, "Right. It is so.", {77: "Not quite. It counts twice."}
    )
    text = file_of("Some", [known])
    for secret in ("1234", "7.25", "It is so", "twice", "77,"):
        assert secret not in text.replace(Path(judging.__file__).read_text("utf-8"), "")


def test_answers_that_cannot_be_told_apart_are_refused() -> None:
    known = Known("one", "choice", 0.0, 1, "Right.", {2: "Not quite."}, ("A half.", "a half"))
    with pytest.raises(ValueError, match="the check one can't tell 2 from another"):
        file_of("Some", [known])


# -- What students get -----------------------------------------------------------------------------

PAGE = """# Page

```{exercise-start} One
:label: ex-1
:nonumber:
```

```{check} one
:kind: choice
:answer: yes

Is it?

yes
: Because this is certainly so.

no
: This mistakes something for another.
```

```{exercise-end}
```

```{solution-start} ex-1
:label: answer-1
```

It holds for {term}`each` of the units, in whatever order they come.

```{code-cell} ipython3
values = [unit ** 2 for unit in range(7)]
shared = "a line that a worked cell has, too"
```

```{solution-end}
```

```{code-cell} ipython3
shared = "a line that a worked cell has, too"
```
"""


@pytest.mark.parametrize(
    ("place", "secret"),
    [
        ("source", "of the units, in whatever order they come."),
        ("source", "values = [unit**2 for unit in range(7)]"),
        ("output", "of the units, in whatever\norder they come"),
        ("metadata", "This mistakes something for another."),
        ("attachment", "Because this is certainly so"),
        ("printed", "seven squares are in this list"),
    ],
)
def test_an_answer_that_leaks_is_found(place: str, secret: str) -> None:
    cell = new_code_cell('shared = "a line that a worked cell has, too"')
    notebook = new_notebook(cells=[cell])
    files = {"page.ipynb": nbformat.writes(notebook), "page_checks.py": "It holds."}
    printed = ["seven squares are in this list"]
    assert leaks(PAGE, files, printed=printed) == []
    if place in ("source", "printed"):
        cell.source += f"\n{secret}"
    elif place == "output":
        cell.outputs = [new_output("stream", text=secret)]
    else:
        cell.metadata[place] = {"text/plain": [secret]}
    files["page.ipynb"] = nbformat.writes(notebook)
    assert len(leaks(PAGE, files, printed=printed)) == 1
    assert len(leaks(PAGE, {"page_checks.py": f"# {secret}"}, printed=printed)) == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_student_gets_the_page_with_empty_cells_and_no_answer(page: str) -> None:
    student, solution = notebook_of(page, "student"), notebook_of(page, "solution")
    text = "\n".join(cell.source for cell in student.cells if cell.cell_type == "markdown")
    assert "Answer to" not in text
    asked = [cell for cell in code_of(student) if cell.source.endswith(", ...)")]
    assert len(asked) == len(EXERCISE.findall(SOURCES[page]))
    given = {cell.source for cell in code_of(solution)}
    own = [cell for cell in code_of(student) if cell.source not in given]
    assert {cell.source for cell in own} == {"# Your work", *(cell.source for cell in asked)}
    assert not any(cell.outputs for cell in own)
    assert len(code_of(solution)) > len(code_of(student)) - 2 * len(asked)


@pytest.mark.parametrize("page", PAGES)
def test_a_solution_has_what_the_site_shows(page: str) -> None:
    ours = nbformat.read(SITE / "_sources" / "tutorials" / f"{page}.ipynb", as_version=4)
    cells = code_of(notebook_of(page, "solution"))
    found = [(cell.source, json.dumps(outputs(cell))) for cell in cells]
    added = [pair for pair in found if re.match(r"check\(|from \w+_checks import", pair[0])]
    rest = [pair for pair in found if pair not in added]
    assert rest == [(cell.source, json.dumps(outputs(cell))) for cell in code_of(ours)]


def outputs(cell: Any) -> list[Any]:
    return [{**one, "execution_count": None} for one in cell.outputs]


def test_a_student_notebook_runs_and_its_checks_say_that_they_are_empty(tmp_path: Path) -> None:
    page = "bare-bones-rnn"
    notebook = notebook_of(page, "student")
    file = HANDOUT / "student" / "bare_bones_rnn_checks.py"
    (tmp_path / file.name).write_bytes(file.read_bytes())
    run(notebook, Path(sys.executable), tmp_path, kernel_variables(offline=True))
    said = [cell.outputs[0].text for cell in code_of(notebook) if cell.source.endswith(", ...)")]
    assert len(said) == 5
    assert all("This is still empty" in one for one in said)


# -- What is broken --------------------------------------------------------------------------------

LEAK = "\n## In short\n\nIt holds for each of the units, in whatever order they come.\n"
SMALL = """---
file_format: mystnb
kernelspec:
  name: python3
---
""" + PAGE.replace("{term}`each`", "each").replace(
    "```\n\n```{exercise-end}",
    "\nnever\n: It is seen once.\n\nboth\n: One excludes the other.\n```\n\n```{exercise-end}",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> ExecutedSite:
    site = ExecutedSite(tmp_path_factory.mktemp("small"))
    more = ["showing.exercises", "playing.checks", "copying.programs"]
    site.write("conf.py", f"{CONF}extensions += {more}\nmyst_enable_extensions = ['deflist']\n")
    site.write("page-a.md", SMALL)
    site.built()
    return site


def test_a_small_site_is_handed_out(small: ExecutedSite, tmp_path: Path) -> None:
    small.write("page-a.md", SMALL)
    small.built()
    done = make(small.docs, folder := tmp_path / "handout")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "student").iterdir()} == {
        "page-a.ipynb", "page_a_checks.py",
    }  # fmt: skip
    assert "| page-a | one | choice | 1 | 3 | 1 |" in (folder / "checks.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            re.search(r"```\{solution-start.*?solution-end\}\n```\n", SMALL, re.S)[0],  # type: ignore[index]
            "", "page-a: “Exercise: One” has no answer",
        ),
        ("```{check} one\n:kind: choice\n:answer: yes\n", "```{note}\n", "One” has no check"),
        ("never\n: It is seen once.\n\n", "", "the check one knows 2 wrong answers"),
        ("# Page\n", f"# Page\n{LEAK}", "an answer leaks into page-a.ipynb"),
        (
            "```{solution-end}\n```\n",
            "```{solution-end}\n```\n\n```{code-cell} ipython3\nprint(values)\n```\n",
            "needs cell 1, which is an answer's",
        ),
    ],
    ids=["no answer", "no check", "few wrong answers", "a leak", "a cell of an answer"],
)  # fmt: skip
def test_what_is_broken_is_named(
    small: ExecutedSite, tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert old in SMALL
    small.write("page-a.md", SMALL.replace(old, new))
    small.built()
    done = make(small.docs, tmp_path / "handout")
    assert done.returncode == 1
    assert fault in done.stderr


def books(folder: Path, site: Path) -> list[Path]:
    """Write what stands for a book."""
    (folder / "a.pdf").write_text(site.name)
    return [folder / "a.pdf"]


def no_books(folder: Path, site: Path) -> list[Path]:
    raise BookError("a page can't stand in a book")


def handouts(source: Path, folder: Path) -> str:
    """Write what stands for the hand-outs."""
    (folder / "student").mkdir()
    return "  student: one"


def no_handouts(source: Path, folder: Path) -> str:
    handouts(source, folder)
    raise HandoutError("an answer leaks")


@pytest.mark.parametrize(
    ("of_books", "of_pages", "fault"),
    [(no_books, handouts, "a page can't"), (books, no_handouts, "an answer leaks")],
)
def test_all_is_handed_out_or_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    of_books: object,
    of_pages: object,
    fault: str,
) -> None:
    (tmp_path / "_build").mkdir()

    def run(of_books: object, of_pages: object) -> tuple[int, str, list[str]]:
        monkeypatch.setattr(command, "make_books", of_books)
        monkeypatch.setattr(command, "write_handouts", of_pages)
        status, (out, error) = command.main(tmp_path), capsys.readouterr()
        folder = tmp_path / "_build"
        return status, out + error, sorted(path.name for path in folder.rglob("*"))

    whole = ["a.pdf", "handout", "lock", "student"]
    status, said, found = run(books, handouts)
    assert (status, found) == (0, whole)
    assert "a.pdf: 0.0 MB" in said
    status, said, found = run(of_books, of_pages)
    assert (status, found) == (1, whole)  # as it was
    assert said.startswith(fault)
    assert said.endswith("error: the hand-outs were not made\n")
    with alone(tmp_path / "_build", waits=False):
        assert run(books, handouts)[0] == 2


# -- The teacher's page ----------------------------------------------------------------------------

TEACHING = (DOCS / "teaching.md").read_text("utf-8")


def test_five_submissions_are_marked_as_the_page_shows() -> None:
    command = [sys.executable, "-m", "pytest", "-vv", "--tb=no", "-p", "no:cacheprovider"]
    folder = HANDOUT / "marking"
    done = subprocess.run(
        [*command, "test_submissions.py"], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    failed = re.findall(r"^FAILED \S+test_answer\[(.+?)\] - Failed: (.+)$", done.stdout, re.M)
    assert failed == re.findall(r"^\| `(example/.+?)` \| (.+) \|$", TEACHING, re.M)
    assert "5 failed, 20 passed" in done.stdout


def test_minutes_and_exercises_of_each_part_are_those_of_its_pages() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    parts = re.findall(r"^:caption: ([^\n]+)\n.*?\n\n(.*?)^```", index, re.M | re.S)
    for part, entries in parts:
        names = re.findall(r"^tutorials/(\S+)$", entries, re.M)
        if not names:
            continue
        row = re.search(rf"^\| {part} \| (\d+) \| (\d+) \| (\d+) \|$", TEACHING, re.M)
        assert row, part
        pages = [(SITE / "tutorials" / f"{name}.html").read_text("utf-8") for name in names]
        stated = [STATED.search(html) for html in pages]
        for column in (1, 2):
            total = sum(int(one[column]) for one in stated if one)
            assert abs(total - int(row[column])) <= 5, (part, total)
        assert int(row[3]) == sum(len(EXERCISE.findall(SOURCES[name])) for name in names)
