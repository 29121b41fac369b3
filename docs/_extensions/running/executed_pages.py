"""Sphinx extension: run the pages first, then let Sphinx read them with their outputs.

Sphinx itself executes nothing: MyST-NB is given notebooks that already have outputs. A page is
read again when its outputs are new, and so is each page that shows a value of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from myst_nb.ext.glue.utils import PendingGlueReference
from myst_nb.sphinx_ import Parser as NotebookParser
from myst_parser.parsers.sphinx_ import MystParser
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

from running.execution import Executed, Page, PageError, digest, open_cache, run_pages
from running.pages import code_cells, is_page, read_page, to_run

# The outputs of this build's pages, by the code that made them. Filled before Sphinx reads, in the
# process that Sphinx's readers are forked from.
_executed: dict[tuple[str, ...], Executed] = {}


class PageParser(NotebookParser):
    """MyST-NB's parser for pages with cells, MyST's own for all others."""

    def parse(self, inputstring: str, document: Any) -> None:
        """Parse a source into a document."""
        if is_page(inputstring):
            super().parse(inputstring, document)
        else:
            MystParser.parse(self, inputstring, document)


def read_executed(text: str) -> NotebookNode:
    """Read a page with the outputs that its cells gave."""
    notebook = read_page(text)
    key = _code(notebook)
    if key not in _executed:
        raise SphinxError("a page changed while the site was built; build again")
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
    done = _executed[key].notebook.cells
    for cell, ran in zip(code_cells(notebook), done, strict=True):
        cell.outputs = ran.outputs
        cell.execution_count = ran.execution_count
    return notebook


def configure(app: Sphinx, config: Config) -> None:
    """Make MyST-NB take the outputs that it is given and run nothing itself."""
    config.nb_execution_mode = "off"
    config.nb_custom_formats = {".md": "running.executed_pages.read_executed"}
    config.exclude_patterns = [*config.exclude_patterns, "_build"]


def execute(app: Sphinx) -> None:
    """Run what is stale, before Sphinx reads anything."""
    root = Path(app.confdir).parent
    pages = []
    for name in sorted(app.project.discover(app.config.exclude_patterns)):
        path = Path(app.project.doc2path(name, absolute=True))
        text = path.read_text("utf8")
        if path.suffix == ".md" and is_page(text):
            notebook = read_page(text)
            pages.append(Page(name, path, notebook, to_run(notebook, path.parent, root)))
    if not pages:
        return
    cache = open_cache(
        Path(app.config.nb_execution_cache_path or Path(app.outdir).parent / "cache")
    )
    try:
        executed = run_pages(pages, cache, root=root, cell_timeout=app.config.rnnlab_cell_timeout)
    except PageError as error:
        # Not an exception of Sphinx's, which would print a report of a crash in Sphinx.
        raise SystemExit(f"error: {error}") from None
    _executed.clear()
    _executed.update({_code(page.notebook): executed[page.name] for page in pages})
    app.env.rnnlab_page_outputs = {  # type: ignore[attr-defined]
        name: digest(done.notebook) for name, done in executed.items()
    }
    app.env.rnnlab_run_seconds = {  # type: ignore[attr-defined]
        name: done.seconds for name, done in executed.items()
    }


def with_new_outputs(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages whose outputs are not those of the last build."""
    return [
        name
        for name, outputs in getattr(env, "rnnlab_page_outputs", {}).items()
        if name in env.all_docs and env.metadata[name].get("outputs") != outputs
    ]


def with_their_readers(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Add the pages that show a value of one that is read again; forget the old values."""
    for name, metadata in env.metadata.items():
        if name not in docnames and not metadata.get("values_from", set()).isdisjoint(docnames):
            docnames.append(name)
    for name in docnames:
        Path(env.mystnb_config.output_folder, f"{name}.glue.json").unlink(missing_ok=True)


def remember(app: Sphinx, doctree: Any) -> None:
    """Keep, for the next build, which outputs a page shows and whose values."""
    name = app.env.docname
    metadata = app.env.metadata[name]
    metadata["outputs"] = getattr(app.env, "rnnlab_page_outputs", {}).get(name)
    metadata["values_from"] = {node.refdoc for node in doctree.findall(PendingGlueReference)}


def _code(notebook: NotebookNode) -> tuple[str, ...]:
    return tuple(cell.source for cell in code_cells(notebook))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.setup_extension("myst_nb")
    app.add_config_value("rnnlab_cell_timeout", 300, "", types=int)
    app.add_source_parser(PageParser, override=True)
    app.connect("config-inited", configure, priority=100)
    app.connect("builder-inited", execute)
    app.connect("env-get-outdated", with_new_outputs)
    app.connect("env-before-read-docs", with_their_readers)
    app.connect("doctree-read", remember)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
