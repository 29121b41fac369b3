"""The first use of each word of the glossary on each page is a link to it.

Nobody marks these by hand. A word is found in running text: not in titles, code, formulas, links,
captions, folds' titles or checks. Its plural in -s counts; of two words that begin at one place,
the longer is taken. A word that the glossary gives with capitals is found with these alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from showing.term_previews import GLOSSARY


class no_term_links(nodes.Element):  # noqa: N801 - docutils names nodes so
    """What is marked in this way has no links to the glossary in it."""


BLOCK = re.compile(r"^```\{glossary\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
PARTS = "tutorials/"
#: What a word in it is no use of: what has a meaning of its own, or stands out already.
ELSEWHERE = (
    nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.reference,
    nodes.title, nodes.rubric, nodes.caption, nodes.table, nodes.footnote, nodes.raw,
    nodes.emphasis, nodes.strong, addnodes.pending_xref, no_term_links,
)  # fmt: skip


def words_of(text: str) -> list[str]:
    """Return the words that a glossary's source explains."""
    return [
        line
        for block in BLOCK.findall(text)
        for line in block.splitlines()
        if line and not line.startswith((" ", ":"))
    ]


def pattern(word: str) -> re.Pattern[str]:
    """Return what finds a word in a text."""
    flags = re.IGNORECASE if word.islower() else 0
    return re.compile(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])", flags)


def link_terms(app: Sphinx, document: nodes.document) -> None:
    """Turn first uses into links, before Sphinx looks where these lead."""
    page = app.env.docname
    glossary = Path(app.env.doc2path(GLOSSARY))
    if not page.startswith(PARTS) or not glossary.exists():
        return
    app.env.note_dependency(str(glossary))
    words = sorted(words_of(glossary.read_text("utf-8")), key=len, reverse=True)
    waiting = {word: pattern(word) for word in words}
    for text in list(running_text(document)):
        replace(text, waiting, page)


def running_text(node: nodes.Node) -> Iterator[nodes.Text]:
    """Yield the pieces of text in paragraphs and lists."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child
        elif not isinstance(child, ELSEWHERE):
            yield from running_text(child)


def replace(text: nodes.Text, waiting: dict[str, re.Pattern[str]], page: str) -> None:
    """Link the words in a piece of text that were not linked before, and take them off the list."""
    parts: list[nodes.Node] = [text]
    for word, wanted in list(waiting.items()):
        for index, part in enumerate(parts):
            found = wanted.search(part) if isinstance(part, nodes.Text) else None
            if found:
                parts[index : index + 1] = [
                    nodes.Text(part[: found.start()]),
                    link(word, found[0], page),
                    nodes.Text(part[found.end() :]),
                ]
                del waiting[word]
                break
    if len(parts) > 1:
        text.parent.replace(text, [part for part in parts if part.astext()])


def link(word: str, shown: str, page: str) -> addnodes.pending_xref:
    """Return a link to a word that shows it as the text has it."""
    return addnodes.pending_xref(
        "", nodes.inline("", shown, classes=["xref", "std", "std-term"]), refdomain="std",
        reftype="term", reftarget=word, refdoc=page, refexplicit=True, refwarn=True,
    )  # fmt: skip


def setup(app: Sphinx) -> dict[str, bool]:
    """Work when a page was read, before `term_previews` looks for links."""
    app.connect("doctree-read", link_terms, priority=200)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
