"""Each page with code can be had as the notebook that made it, with its outputs.

MyST-NB leaves the executed notebooks beside the site; they are put into it, and the page's header
is told where.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


def name_notebook(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Tell the template where the page's notebook is, if it has one."""
    if "kernelspec" in app.env.metadata.get(page, {}):
        context["notebook"] = f"_sources/{page}.ipynb"


def copy_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Put the executed notebooks into the site, with ids of cells that every build gives alike."""
    if exception is not None or app.builder.format != "html":
        return
    for page in sorted(app.env.found_docs):
        if "kernelspec" in app.env.metadata.get(page, {}):
            folder = app.env.mystnb_config.output_folder  # type: ignore[attr-defined]
            notebook = json.loads(Path(folder, f"{page}.ipynb").read_text("utf-8"))
            for number, cell in enumerate(notebook["cells"], start=1):
                cell["id"] = f"cell-{number}"
            target = Path(app.outdir, "_sources", f"{page}.ipynb")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the two steps."""
    app.connect("html-page-context", name_notebook)
    app.connect("build-finished", copy_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
