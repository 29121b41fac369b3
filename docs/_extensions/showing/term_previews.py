"""A link to a word of the glossary shows what the word means when it is pointed at.

The browser's own tooltip does it: no script, and nothing to load.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

GLOSSARY = "glossary"


def depend(app: Sphinx, document: nodes.document) -> None:
    """Render a page that links to a word again when the glossary has changed."""
    links = document.findall(addnodes.pending_xref)
    if any(link["reftype"] == "term" for link in links) and GLOSSARY in app.env.found_docs:
        app.env.note_dependency(str(app.env.doc2path(GLOSSARY)))


def preview(app: Sphinx, document: nodes.document, name: str) -> None:
    """Give each link to a word the first paragraph of its meaning as title."""
    links = [link for link in document.findall(nodes.reference) if _word(link)]
    if not links or GLOSSARY not in app.env.found_docs:
        return
    meanings = {
        identifier: item.next_node(nodes.definition).next_node(nodes.paragraph).astext()
        for item in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for identifier in term["ids"]
    }
    for link in links:
        if meaning := meanings.get(_word(link)):
            link["reftitle"] = " ".join(meaning.split())


def _word(link: nodes.Element) -> str:
    """Return the id of the word that a link leads to, or nothing."""
    identifier = str(link.get("refid") or link.get("refuri", "").partition("#")[2])
    return identifier if identifier.startswith("term-") else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Work on each page that was read, and again before it is written."""
    app.connect("doctree-read", depend)
    app.connect("doctree-resolved", preview)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
