"""Run the pages first, then let Sphinx read them with their outputs.

Sphinx itself executes nothing: MyST-NB is given notebooks that already have outputs. A page is
read again when its outputs are new, and so is each page that shows a value of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from myst_nb.ext.glue.utils import PendingGlueReference
from myst_nb.sphinx_ import Parser as NotebookParser
from myst_parser.parsers.sphinx_ import MystParser
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError

from running.cache import Executed, open_cache
from running.execution import PageError, run_pages
from running.pages import code_cells, is_page, open_page, read_page

# The outputs of this build's pages, by the code that made them. Filled before Sphinx reads, in the
# process that Sphinx's readers are forked from.
_executed: dict[tuple[str, ...], Executed] = {}

OWN_VALUE = re.compile(r"\{glue:text\}`([^`:]+)(:[^`:]+)?`")


class PageParser(NotebookParser):
    """MyST-NB's parser for pages with cells, MyST's own for all others."""

    def parse(self, inputstring: str, document: Any) -> None:
        """Parse a source into a document."""
        if is_page(inputstring):
            super().parse(inputstring, document)
            return
        if str(document.current_source).endswith("<translated>"):
            # A translated sentence is a document of its own, which has no values: it takes those
            # of its page as another page would.
            env = document.settings.env
            page = Path(env.doc2path(env.docname)).name
            inputstring = OWN_VALUE.sub(
                lambda value: f"{{glue:text}}`{page}::{value[1]}{value[2] or ':s'}`", inputstring
            )
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


def execute(app: Sphinx) -> None:
    """Run what is stale, before Sphinx reads anything."""
    root = Path(app.confdir).parent
    names = sorted(app.project.discover(app.config.exclude_patterns))
    paths = [Path(app.project.doc2path(name, absolute=True)) for name in names]
    found = (open_page(name, path, root) for name, path in zip(names, paths, strict=True))
    pages = [page for page in found if page]
    folder = app.config.nb_execution_cache_path or Path(app.outdir).parent / "cache"
    cache, timeout = open_cache(Path(folder)), app.config.rnnlab_cell_timeout
    try:
        executed = run_pages(pages, cache, root=root, cell_timeout=timeout)
    except PageError as error:
        # Not an exception of Sphinx's, which would print a report of a crash in Sphinx.
        raise SystemExit(f"error: {error}") from None
    _executed.clear()
    _executed.update({_code(page.notebook): executed[page.name] for page in pages})
    env: Any = app.env  # which takes what extensions put there
    env.rnnlab_page_outputs = {name: done.digest for name, done in executed.items()}
    env.rnnlab_run_seconds = {name: done.seconds for name, done in executed.items()}


def with_new_outputs(
    app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages whose outputs are not those of the last build."""
    return [
        name
        for name, outputs in getattr(env, "rnnlab_page_outputs", {}).items()
        if name in env.all_docs and env.metadata[name].get("outputs") != outputs
    ]


def with_their_readers(app: Sphinx, env: Any, docnames: list[str]) -> None:
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
