"""Sphinx extension: each code cell as a program that runs where it is pasted.

In the built site, `scripts/<page>/<nn>.py` is the smallest program that makes the output of a
cell, `<nn>.out` is what it prints and `<nn>.svg` what it draws; `page.py` is the whole page. The
page offers each cell's program beside its plain copy button, and the page's notebook runs without
our package too.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from running.executed_pages import read_executed
from running.pages import is_page
from showing.locations import is_cell

from .notebook import make_notebook
from .package import Package
from .page import Cell, CellError, Page, read_cells
from .prose import Prose
from .script import Program, Writer, formatted, layout

LOGGER = logging.getLogger(__name__)
FOLDER = "scripts"
WHOLE = "page"


class script_link(nodes.General, nodes.Element):  # noqa: N801  (docutils names nodes so)
    """A link to the program of a cell, which a script turns into a button that copies it."""


class Snippets:
    """The programs of one page."""

    def __init__(self, app: Sphinx, name: str) -> None:
        """Read a page that has run.

        Raises:
            CellError: What a cell needs can't be worked out.
        """
        self.app, self.name = app, name
        path = Path(app.env.doc2path(name))
        self.source = path.read_text("utf-8")
        notebook = read_executed(self.source)
        code = [index for index, one in enumerate(notebook.cells) if one.cell_type == "code"]
        self.cells = dict(zip(code, read_cells(notebook), strict=True))
        self.page = Page(list(self.cells.values()), _package(Path(app.confdir).parent))
        self.writer = Writer(self.page, path.parent)

    def of_cell(self, cell: Cell) -> Program:
        """Return the program of a cell."""
        return self.writer.write(self.page.needed_by([cell.number]), [cell.number])

    def of_page(self, for_notebook: bool = False) -> Program:
        """Return the program of the whole page; a notebook shows last expressions by itself."""
        parts = [cell.number for cell in self.cells.values() if cell.is_part]
        return self.writer.write(self.page.needed_by(parts), None if for_notebook else parts)

    def header(self, *what: str, cells: Sequence[Cell] = ()) -> list[str]:
        """Return the lines that say what a program is, where it is from, and its licence.

        If the outputs of some of its cells vary, a line says so, with the reasons.
        """
        config = self.app.config
        address = self.app.builder.get_target_uri(self.name)
        reasons = "; ".join(dict.fromkeys(cell.varies for cell in cells if cell.varies))
        return [
            *what,
            urljoin(config.html_baseurl, address) if config.html_baseurl else address,
            f"{config.project} {config.version}. Copyright {config.copyright}",
            *([f"Its output differs from run to run: {reasons}"] if reasons else []),
        ]


@cache
def _package(root: Path) -> Package:
    return Package(root)


def begin(app: Sphinx) -> None:
    """Read our package anew in each build."""
    _package.cache_clear()


def write_scripts(app: Sphinx, document: nodes.document) -> None:
    """Write the programs of a page that was read, and mark its cells."""
    name = app.env.docname
    if app.builder.format != "html" or not is_page(Path(app.env.doc2path(name)).read_text("utf-8")):
        return
    folder = Path(app.outdir, FOLDER, name)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        snippets = Snippets(app, name)
        for module in snippets.writer.modules():
            app.env.note_dependency(str(module.path))
        title = document.next_node(nodes.title).astext()
        written = set()
        for cell in snippets.cells.values():
            if cell.is_shown:
                header = snippets.header(f"{title}, cell {cell.number}", cells=[cell])
                text = layout(snippets.of_cell(cell), header, cell.number)
                _write(folder, f"{cell.number:02d}", text, [cell])
                written.add(cell.number)
        parts = [cell for cell in snippets.cells.values() if cell.is_part]
        header = snippets.header(title, cells=parts)
        _write(folder, WHOLE, layout(snippets.of_page(), header), parts)
    except CellError as error:
        LOGGER.warning("%s", error, location=(name, error.cell.line), type="snippets")
        return
    formatted(folder)
    for node in document.findall(is_cell):
        cell = snippets.cells[node["cell_index"]]
        if cell.number in written:
            node[0].append(script_link(script=f"{FOLDER}/{name}/{cell.number:02d}.py"))


def _write(folder: Path, stem: str, text: str, cells: list[Cell]) -> None:
    """Write a program, and what it prints and draws."""
    (folder / f"{stem}.py").write_text(text, "utf-8")
    if printed := "".join(cell.printed for cell in cells):
        (folder / f"{stem}.out").write_text(printed, "utf-8")
    figures = [figure for cell in cells for figure in cell.figures]
    for number, figure in enumerate(figures, start=1):
        mark = f"-{number}" if len(figures) > 1 else ""
        (folder / f"{stem}{mark}.svg").write_text(figure, "utf-8")


def remove_scripts(app: Sphinx, env: object, name: str) -> None:
    """Remove the programs of a page that is read again, or is no more."""
    shutil.rmtree(Path(app.outdir, FOLDER, name), ignore_errors=True)


def write_notebook(app: Sphinx, document: nodes.document, name: str) -> None:
    """Put a notebook that runs anywhere in the place of the one that MyST-NB leaves."""
    if app.builder.format != "html" or not is_page(Path(app.env.doc2path(name)).read_text("utf-8")):
        return
    try:
        snippets = Snippets(app, name)
        program = snippets.of_page(for_notebook=True)
    except CellError:
        return  # reported when the page was read
    base = app.config.html_baseurl

    def link(address: str) -> str:
        here = urljoin(base, app.builder.get_target_uri(name))
        whole = urljoin(here, address)
        return whole if whole.startswith(("http://", "https://")) else ""

    def figure_name(figure: nodes.figure) -> str:
        numbers = app.env.toc_fignumbers.get(name, {}).get("figure", {})
        number = numbers.get(figure["ids"][0]) if figure["ids"] else None
        if number is None:
            return ""
        return app.config.numfig_format["figure"] % ".".join(map(str, number)) + ": "

    blocks = Prose(link, figure_name).blocks(document)
    notebook = make_notebook(blocks, program, snippets.cells, snippets.header())
    path = Path(app.env.mystnb_config.output_folder, f"{name}.ipynb")  # type: ignore[attr-defined]
    path.write_text(nbformat.writes(notebook), "utf-8")


def offer(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Tell the page's templates what is there."""
    if "kernelspec" not in app.env.metadata.get(name, {}):
        return
    context["page_script"] = f"{FOLDER}/{name}/{WHOLE}.py"
    context["launchers"] = launchers(app.config.repository_url, app.config.notebooks_branch, name)


def launchers(repository: str, branch: str, name: str) -> dict[str, str]:
    """Return where a page's notebook can be opened, if it is known where the site's files are.

    Both services take notebooks from a public repository on GitHub.
    """
    host, _, path = repository.partition("github.com/")
    if host != "https://" or path.count("/") != 1:
        return {}
    notebook = f"_sources/{name}.ipynb"
    return {
        "Colab": f"https://colab.research.google.com/github/{path}/blob/{branch}/{notebook}",
        "Binder": f"https://mybinder.org/v2/gh/{path}/{branch}?urlpath=lab/tree/{notebook}",
    }


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
    app.add_config_value("notebooks_branch", "gh-pages", "html", types=str)
    app.add_node(
        script_link, html=(visit_link, None), latex=(skip, None), text=(skip, None),
        man=(skip, None), texinfo=(skip, None),
    )  # fmt: skip
    app.connect("builder-inited", begin)
    app.connect("env-purge-doc", remove_scripts)
    app.connect("doctree-read", write_scripts)
    app.connect("doctree-resolved", write_notebook)
    app.connect("html-page-context", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
