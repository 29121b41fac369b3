"""The rows of the scoreboard as data beside it, for those who compare figures by a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

PAGE = "scoreboard"
COLUMNS = ["task", "published", "source", "ours", "made"]
MADE = ("this build", "recorded")


def rows(document: nodes.document) -> list[dict[str, str]]:
    """Return the rows of all tables on the page.

    Raises:
        ExtensionError: A table has other columns, or a row does not say how its figure was made,
            or links no page.
    """
    found = []
    for table in document.findall(nodes.table):
        head, *body = ([cell.astext() for cell in row] for row in table.findall(nodes.row))
        if head != COLUMNS:
            raise ExtensionError(f"{PAGE}: a table must have the columns {COLUMNS}, not {head}")
        links = [row.next_node(nodes.reference) for row in table.findall(nodes.row)][1:]
        for cells, link in zip(body, links, strict=True):
            row = dict(zip(COLUMNS, cells, strict=True))
            row["measured"], _, row["spread"] = row.pop("made").partition("; ")
            if row["measured"] not in MADE:
                raise ExtensionError(
                    f"{PAGE}: made of {row['task']!r} must begin with {' or '.join(MADE)}, "
                    f"not {row['measured']!r}"
                )
            if link is None:
                raise ExtensionError(f"{PAGE}: {row['task']!r} must link the page of its figure")
            found.append(row | {"page": link["refuri"]})
    return found


def write(app: Sphinx, document: nodes.document, name: str) -> None:
    """Write the rows of the page that is about to be written."""
    if name == PAGE and app.builder.format == "html":
        text = json.dumps(rows(document), indent=1, ensure_ascii=False)
        Path(app.outdir, f"{PAGE}.json").write_text(text + "\n", "utf8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the data whenever the page is written."""
    app.connect("doctree-resolved", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
