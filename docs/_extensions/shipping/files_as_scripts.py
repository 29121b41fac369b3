"""Sphinx extension: what a page's scripts read of the site's files, as scripts beside these.

A page that was opened from a folder may load scripts, but neither read nor download any other
file. So `01.py.js` holds the text of `01.py`, which a page copies; the same goes for what it offers
for download; and `page.html.js` holds the text of a page, of which the search shows excerpts.
"""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

OFFERED = ("scripts/**/*.py", "_sources/**/*.ipynb", "_sources/**/*.md")
UNSEEN = nodes.raw | nodes.Invisible  # figures, comments


def write_script(path: Path, content: object) -> None:
    """Write a script beside a file; it hands its content to the element that loads it."""
    text = json.dumps(content, ensure_ascii=False)
    Path(f"{path}.js").write_text(f"document.currentScript.content = {text};\n", "utf-8")


def write_text(app: Sphinx, document: nodes.document, name: str) -> None:
    """Write the blocks of a page's text, each with what a link to it ends in."""
    if app.builder.format != "html":
        return
    blocks = []
    for block in document.findall(nodes.TextElement):
        if not isinstance(block, UNSEEN) and not isinstance(block.parent, nodes.TextElement):
            linked = block.parent if isinstance(block, nodes.title) else block
            blocks.append(["".join(linked["ids"][:1]), " ".join(block.astext().split())])
    path = Path(app.outdir, app.builder.get_target_uri(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_script(path, blocks)


def write_offered(app: Sphinx, exception: Exception | None) -> None:
    """Write what pages offer to copy or to download."""
    if exception is None and app.builder.format == "html":
        for pattern in OFFERED:
            for path in Path(app.outdir).glob(pattern):
                write_script(path, path.read_text("utf-8"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("doctree-resolved", write_text)
    app.connect("build-finished", write_offered)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
