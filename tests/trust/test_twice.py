"""A page that gives something else the second time is seen, and a time is exempt."""

from __future__ import annotations

from pathlib import Path

import nbformat

from running.pages import Page, read_page

from .builds.twice import differences

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---
# A page

```{code-cell} ipython3
print(hash("a"))
```

```{code-cell} ipython3
---
snippet:
  varies: it is a time
---
print(time.time())
```
"""


def gave(*texts: str) -> nbformat.NotebookNode:
    cells = []
    for text in texts:
        cell = nbformat.v4.new_code_cell()
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells)


def test_other_outputs_are_named_by_cell_and_line_unless_they_are_times() -> None:
    notebook = read_page(PAGE)
    page = Page("page-a", Path("page-a.md"), notebook, notebook)
    assert list(differences(page, gave("1", "2"), gave("1", "3"))) == []
    (found,) = differences(page, gave("41", "2"), gave("42", "2"))
    assert found.startswith("cell 1 (page-a.md, line 9): ")
    assert "42" in found
