"""A page with code is there as a notebook with its outputs, a page without is not."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from .tools.small_site import SmallSite


def test_a_page_with_code_is_there_as_a_notebook_with_its_outputs(tmp_path: Path) -> None:
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("print(1)", outputs=[new_output("stream", text="1\n")]),
        new_markdown_cell("```{toctree}\nplain\n```"),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python", "pygments_lexer": "python"},
    }
    site = SmallSite(tmp_path, "copying.downloads")
    site.page("plain", "# Plain\n")
    notebook = new_notebook(cells=cells, metadata=metadata)
    (site.source / "index.ipynb").write_text(nbformat.writes(notebook))
    assert site.build() == ""
    written = json.loads(site.html("_sources/index.ipynb"))
    nbformat.validate(written)
    assert [cell["id"] for cell in written["cells"]] == ["cell-1", "cell-2", "cell-3"]
    assert "".join(written["cells"][1]["outputs"][0]["text"]) == "1\n"
    sources = {path.name for path in (site.source / "_build" / "html" / "_sources").iterdir()}
    assert "plain.ipynb" not in sources
