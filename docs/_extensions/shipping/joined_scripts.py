"""Scripts of one folder as one file: each may hold one concept, and a page asks for them once.

A folder below `_static` that holds `order.txt` is such a one: the site gets `show.js` for `show/`,
with the scripts one after the other, as the file names them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ORDER = "order.txt"


def join(folder: Path) -> None:
    """Put one script in the place of a folder; raise ExtensionError if the order is not whole."""
    names = (folder / ORDER).read_text("utf-8").split()
    there = sorted(path.name for path in folder.iterdir() if path.name != ORDER)
    if sorted(names) != there:
        wrong = ", ".join(sorted(set(names) ^ set(there))) or "a script twice"
        raise ExtensionError(f"{folder.name}/{ORDER} does not go with the folder: {wrong}")
    text = "\n".join((folder / name).read_text("utf-8") for name in names)
    folder.with_suffix(".js").write_text(text, "utf-8")
    shutil.rmtree(folder)


def join_all(app: Sphinx, exception: Exception | None) -> None:
    """Join what Sphinx has copied."""
    if exception is None and app.builder.format == "html":
        for order in list(Path(app.outdir, "_static").rglob(ORDER)):
            join(order.parent)


def setup(app: Sphinx) -> dict[str, bool]:
    """Work when all files are in place."""
    app.connect("build-finished", join_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
