"""Hidden code folds away natively, under a summary that is its own name."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .tools.small_site import SmallSite


def test_a_hidden_cell_is_a_fold_whose_summary_is_text(tmp_path: Path) -> None:
    cells = [new_markdown_cell("# Title"), new_code_cell("1", metadata={"tags": ["hide-input"]})]
    metadata = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    site = SmallSite(tmp_path, "showing.hidden_cells")
    (site.source / "index.ipynb").write_text(
        nbformat.writes(new_notebook(cells=cells, metadata=metadata))
    )
    assert site.build() == ""
    summary = site.html("index.html").partition("<summary>")[2].partition("</summary>")[0]
    assert "Show code cell source" in summary
    assert "Hide code cell source" in summary
    assert "<p" not in summary
    assert "aria-label" not in summary
