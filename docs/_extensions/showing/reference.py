"""The reference: a line an object on its landing, and with each object where pages use it.

    ```{objects} rnnlab.evaluation
    ```

lists what a module offers, each with the first sentence of its docstring. The line has the
object's name as its address, where the whole reference stood on one page: old links still lead to
something.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import PycodeError
from sphinx.ext.autodoc.mock import mock  # type: ignore[attr-defined]
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

from running.pages import code_cells, is_page, read_page

Uses = dict[str, set[str]]


def public_objects(name: str) -> Iterator[tuple[str, Any]]:
    """Yield the functions and classes that a module offers, by name, in their order."""
    module = import_module(name)
    offered = getattr(module, "__all__", None)
    for own, thing in vars(module).items():
        is_own = inspect.getmodule(thing) is module and not own.startswith("_")
        if callable(thing) and (own in offered if offered else is_own):
            yield own, thing


class Objects(SphinxDirective):
    """The directive."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a list: name, and what it is."""
        module = self.arguments[0]
        items = []
        with mock(self.config.autodoc_mock_imports):
            found = list(public_objects(module))
        for name, thing in found:
            full = f"{module}.{name}"
            link = addnodes.pending_xref(
                "", nodes.literal("", name), refdomain="py", reftype="obj", reftarget=full,
                refdoc=self.env.docname, refexplicit=True, refwarn=True,
            )  # fmt: skip
            said, _ = self.parse_inline((inspect.getdoc(thing) or "").partition("\n\n")[0])
            paragraph = nodes.paragraph("", "", link, nodes.Text(": "), *said)
            items.append(nodes.list_item("", paragraph, ids=[full]))
        return [nodes.bullet_list("", *items)]


def uses_of(source: str) -> Iterator[str]:
    """Yield the full names of what a page's cells import from our package."""
    modules: dict[str, str] = {}
    for cell in code_cells(read_page(source)):
        for node in ast.walk(ast.parse(cell.source)):
            match node:
                case ast.ImportFrom(module="rnnlab", names=names):
                    modules |= {one.asname or one.name: f"rnnlab.{one.name}" for one in names}
                case ast.ImportFrom(module=str(module), names=names) if "rnnlab" in module:
                    yield from (f"{module}.{one.name}" for one in names)
                case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in modules:
                    yield f"{modules[name]}.{attribute}"


def find_uses(app: Sphinx, env: BuildEnvironment, *_: object) -> list[str]:
    """Note which pages use what; return the pages of the reference if that has changed."""
    uses: Uses = defaultdict(set)
    for page in sorted(env.found_docs):
        source = Path(env.doc2path(page)).read_text("utf-8")
        if page.startswith("tutorials/") and is_page(source):
            for name in uses_of(source):
                uses[name].add(page)
    if uses == getattr(env, "rnnlab_uses", None):
        return []
    env.rnnlab_uses = dict(uses)  # type: ignore[attr-defined]
    return [page for page in env.found_docs if page.startswith("reference/")]


def say_uses(
    app: Sphinx, kind: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Add to a docstring the pages that use the object."""
    module = getattr(thing, "__module__", None) or ""
    # What another module has written is imported by the name of the one that offers it.
    pages = app.env.rnnlab_uses.get(name, ())  # type: ignore[attr-defined]
    if kind in ("function", "class", "exception") and module.startswith("rnnlab") and pages:
        links = ", ".join(f":doc:`/{page}`" for page in sorted(pages))
        lines += ["", f"Used on: {links}.", ""]


def load_modules(app: Sphinx) -> list[object]:
    """Load the modules whose sources are shown, without TensorFlow: viewcode would load it."""
    with mock(app.config.autodoc_mock_imports):
        for name in getattr(app.env, "_viewcode_modules", ()):
            import_module(name)
    # viewcode looks at the source alone: with a new template, the page of an old source is stale.
    written = (Path(app.outdir, f"{name}.html") for name in app.env.found_docs)
    remove_sources(app, older_than=min(page.stat().st_mtime for page in written))
    return []


def note_titles(app: Sphinx, env: BuildEnvironment) -> None:
    """Remove the pages of sources if the sidebar that they show is an old one."""
    titles = {name: title.astext() for name, title in env.titles.items()}
    if titles != getattr(env, "rnnlab_titles", None):
        env.rnnlab_titles = titles  # type: ignore[attr-defined]
        remove_sources(app)


def remove_sources(app: Sphinx, older_than: float = math.inf) -> None:
    """Remove what viewcode wrote before a time; it writes again what is not there."""
    for page in Path(app.outdir, "_modules").rglob("*.html"):
        if page.stat().st_mtime < older_than:
            page.unlink()


def describe_source(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Give a page of viewcode's what ours have: a description, and an address of its title."""
    if page.startswith("_modules/"):
        said = escape(f"Source of {context['title']}, the package behind the pages of this site.")
        meta = f'<meta name="description" content="{said}">'
        context["metatags"] = context.get("metatags", "") + meta
        context["body"] = context["body"].replace("<h1>", '<h1 id="source">', 1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and look for uses before pages are read."""
    # Where a layer is described, Sphinx reads the source of the class that it extends, and would
    # load TensorFlow for that.
    for name in ("keras", "keras.layers"):
        ModuleAnalyzer.cache["module", name] = PycodeError("it is not loaded")
    app.add_directive("objects", Objects)
    app.connect("env-get-outdated", find_uses)
    app.connect("autodoc-process-docstring", say_uses, priority=900)  # after Napoleon
    app.connect("env-updated", note_titles)
    app.connect("html-collect-pages", load_modules, priority=400)  # before viewcode (500)
    app.connect("html-page-context", describe_source)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
