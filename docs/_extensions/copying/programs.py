"""Sphinx extension: each code cell as a program that runs where it is pasted.

In the built site, `scripts/<page>/<nn>.py` is the smallest program that makes the output of a
cell, `<nn>.out` is what it prints and `<nn>.svg` what it draws; `page.py` is the whole page, and
`_sources/<page>.ipynb` the same as a notebook. The page offers each cell's program beside its
plain copy button. None of them needs our package, of which the site carries a wheel.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from running.executed_pages import read_executed
from running.pages import is_page
from showing.locations import is_cell

from .cells import Cell, CellError, needed_by, read_cells, read_statements
from .data import packed
from .notebook import make_notebook
from .package import Package
from .program import Program, Writer, layout, libraries_of, tidy
from .prose import Prose

LOGGER = logging.getLogger(__name__)
FOLDER = "scripts"
WHOLE = "page"
WHEELS = "wheels"
BRANCH = "notebooks"


class script_link(nodes.General, nodes.Element):  # noqa: N801  (docutils names nodes so)
    """A link to the program of a cell, which a script turns into a button that copies it."""


class Programs:
    """The programs of one page."""

    def __init__(self, app: Sphinx, name: str) -> None:
        """Read a page that has run.

        Raises:
            CellError: What a cell needs can't be told.
        """
        self.app, self.name = app, name
        path = Path(app.env.doc2path(name))
        notebook = read_executed(path.read_text("utf-8"))
        places = [index for index, one in enumerate(notebook.cells) if one.cell_type == "code"]
        self.cells = dict(zip(places, read_cells(notebook), strict=True))
        self.statements = read_statements(list(self.cells.values()))
        self.writer = Writer(self.statements, _package(Path(app.confdir).parent), path.parent)

    def of_cell(self, cell: Cell) -> Program:
        """Return the program of a cell."""
        return self.writer.write(needed_by([cell.number], self.statements), [cell.number])

    def of_page(self, for_notebook: bool = False) -> Program:
        """Return the program of the whole page; a notebook shows last expressions by itself."""
        parts = [cell.number for cell in self.cells.values() if cell.is_part]
        return self.writer.write(needed_by(parts, self.statements), None if for_notebook else parts)

    def header(
        self, what: str, cells: Sequence[Cell] = (), beside: Sequence[str] = ()
    ) -> list[str]:
        """Return the lines that say what a program is, where it is from, and its licence."""
        config = self.app.config
        address = urljoin(config.html_baseurl, self.app.builder.get_target_uri(self.name))
        reasons = "; ".join(dict.fromkeys(cell.varies for cell in cells if cell.varies))
        where = (
            " from " + urljoin(address, ".") if config.html_baseurl else " from the site's folder"
        )
        return [
            f"{what}, {address}",
            f"{config.project} {config.version}, MIT licence. {config.copyright.partition('.')[0]}",
            *([f"Its output may differ: {reasons}"] if reasons else []),
            *(f"Put {name}{where} beside it." for name in beside),
        ]


@cache
def _package(root: Path) -> Package:
    return Package(root)


def begin(app: Sphinx) -> None:
    """Read our package anew in each build."""
    _package.cache_clear()


def write_programs(app: Sphinx, document: nodes.document) -> None:
    """Write the programs of a page that was read, and mark its cells."""
    name = app.env.docname
    if app.builder.format != "html" or not is_page(Path(app.env.doc2path(name)).read_text("utf-8")):
        return
    folder = Path(app.outdir, FOLDER, name)
    folder.mkdir(parents=True, exist_ok=True)
    title = document.next_node(nodes.title).astext()
    headers: dict[str, tuple[list[str], Cell]] = {}
    try:
        page = Programs(app, name)
        for module in page.writer.package.used:
            app.env.note_dependency(str(module.path))
        for cell in page.cells.values():
            if cell.is_offered:
                stem, program = f"{cell.number:02d}", page.of_cell(cell)
                what = f"{title}, cell {cell.number}"
                headers[stem] = page.header(what, [cell], program.beside), cell
                _write(folder, stem, layout(program, cell.number), [cell])
        parts = [cell for cell in page.cells.values() if cell.is_part]
        whole = page.of_page()
        headers[WHOLE] = page.header(title, parts, whole.beside), parts[-1]
        _write(folder, WHOLE, layout(whole), parts)
        for data in whole.beside:
            target = folder / data
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(page.writer.folder / data, target)
        tidy(folder)
        for stem, (lines, cell) in headers.items():
            file = folder / f"{stem}.py"
            code = file.read_text("utf-8")
            if needed := ", ".join(libraries_of(code, cell)):
                needed = needed.replace("tensorflow", "tensorflow (or tensorflow-cpu)")
                lines = [*lines, f"Needs {needed}: pip install what is missing"]
            file.write_text("\n".join([*(f"# {line}" for line in lines), code]), "utf-8")
    except CellError as error:
        LOGGER.warning("%s", error, location=(name, error.cell.line), type="programs")
        return
    for node in document.findall(is_cell):
        stem = f"{page.cells[node['cell_index']].number:02d}"
        if stem in headers:
            node[0].append(script_link(script=f"{FOLDER}/{name}/{stem}.py"))


def _write(folder: Path, stem: str, text: str, cells: list[Cell]) -> None:
    """Write a program, and what it prints and draws."""
    (folder / f"{stem}.py").write_text(text, "utf-8")
    if printed := "".join(cell.printed for cell in cells):
        (folder / f"{stem}.out").write_text(printed, "utf-8")
    figures = [figure for cell in cells for figure in cell.figures]
    for number, figure in enumerate(figures, start=1):
        mark = f"-{number}" if len(figures) > 1 else ""
        (folder / f"{stem}{mark}.svg").write_text(figure, "utf-8")


def remove_programs(app: Sphinx, env: object, name: str) -> None:
    """Remove the programs of a page that is read again, or is no more."""
    shutil.rmtree(Path(app.outdir, FOLDER, name), ignore_errors=True)


class NotebookWriter:
    """Writes a page as a notebook that runs anywhere, or a part of it."""

    def __init__(self, app: Sphinx, name: str) -> None:
        """Read a page that has run.

        Raises:
            CellError: What a cell needs can't be told.
        """
        here = urljoin(app.config.html_baseurl, app.builder.get_target_uri(name))
        numbers = app.env.toc_fignumbers.get(name, {}).get("figure", {})

        def link(address: str) -> str:
            whole = urljoin(here, address)
            return whole if whole.startswith(("http://", "https://")) else ""

        def figure_name(figure: nodes.figure) -> str:
            number = numbers.get(figure["ids"][0]) if figure["ids"] else None
            if number is None:
                return ""
            return app.config.numfig_format["figure"] % ".".join(map(str, number)) + ": "

        self.prose = Prose(link, figure_name)
        self.page = Programs(app, name)
        self.program = self.page.of_page(for_notebook=True)

    def write(self, document: nodes.document, without: Collection[int] = ()) -> NotebookNode:
        """Return a notebook.

        Args:
            document: The page, or what is left of it.
            without: The numbers of the cells that are left out, those that the page hides included.

        Raises:
            CellError: A cell needs a library that readers are not asked to have.
        """
        page = self.page
        cells = {place: one for place, one in page.cells.items() if one.number not in without}
        title = document.next_node(nodes.title).astext()
        data = [packed(page.writer.folder / file, file) for file in self.program.beside]
        blocks = self.prose.blocks(document)
        return make_notebook(blocks, self.program, cells, page.header(title), data)


def write_notebook(app: Sphinx, document: nodes.document, name: str) -> None:
    """Write a notebook that runs anywhere beside the page's source."""
    if app.builder.format != "html" or not is_page(Path(app.env.doc2path(name)).read_text("utf-8")):
        return
    try:
        notebook = NotebookWriter(app, name).write(document)
    except CellError:
        return  # reported when the page was read
    path = Path(app.outdir, "_sources", f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), "utf-8")


def offer(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Tell the page's templates what is there."""
    context["wheel"] = f"{WHEELS}/{app.config.project}-{app.config.version}-py3-none-any.whl"
    if "kernelspec" in app.env.metadata.get(name, {}):
        context["page_script"] = f"{FOLDER}/{name}/{WHOLE}.py"
        context["notebook"] = f"_sources/{name}.ipynb"
        context["launchers"] = launchers(app.config.repository_url, name)


def launchers(repository: str, name: str) -> dict[str, str]:
    """Return where a page's notebook can be opened, if it is known where the sources are.

    Both services take notebooks from a public repository on GitHub, where the workflow that
    deploys the site puts them on a branch; Binder finds there what to install, too.
    """
    host, _, path = repository.partition("github.com/")
    if host != "https://" or path.count("/") != 1:
        return {}
    notebook = f"_sources/{name}.ipynb"
    return {
        "Colab": f"https://colab.research.google.com/github/{path}/blob/{BRANCH}/{notebook}",
        "Binder": f"https://mybinder.org/v2/gh/{path}/{BRANCH}?urlpath=lab/tree/{notebook}",
    }


def write_wheel(app: Sphinx, exception: Exception | None) -> None:
    """Put our own wheel into the site, for those who want the package itself."""
    root, base = Path(app.confdir).parent, app.config.html_baseurl
    has_package = (root / "pyproject.toml").is_file()
    if exception is not None or app.builder.format != "html" or not has_package:
        return
    folder = Path(app.outdir, WHEELS)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tempfile.TemporaryDirectory() as copied:
        for name in ("pyproject.toml", "LICENSE", "README.md"):
            shutil.copy(root / name, copied)
        shutil.copytree(root / "rnnlab", Path(copied, "rnnlab"))
        if base:  # an index of packages shows no picture by a relative address
            readme = Path(copied, "README.md")
            text = readme.read_text("utf-8").replace("](docs/_static/", f"]({base}_static/")
            readme.write_text(text, "utf-8")
        # The same bytes from the same sources, whenever they were checked out.
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "315532800"}
        command = [sys.executable, "-m", "flit_core.wheel", "--outdir", str(folder), copied]
        subprocess.run(command, check=True, env=environment, capture_output=True)


def visit_link(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write a link that works without scripts."""
    page = translator.builder.get_target_uri(translator.builder.current_docname)
    address = relative_uri(page, node["script"])
    translator.body.append(f'<a class="copy-script" href="{address}">As script</a>\n')
    raise nodes.SkipNode


def skip(translator: object, node: nodes.Element) -> None:
    """Leave the link out where there are no scripts."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.setup_extension("running.executed_pages")
    app.add_config_value("repository_url", "", "html", types=str)
    nowhere = (skip, None)
    app.add_node(script_link, html=(visit_link, None), latex=nowhere, text=nowhere)
    app.connect("builder-inited", begin)
    app.connect("env-purge-doc", remove_programs)
    app.connect("doctree-read", write_programs)
    app.connect("doctree-resolved", write_notebook)
    app.connect("html-page-context", offer)
    app.connect("build-finished", write_wheel)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
