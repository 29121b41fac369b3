"""Wide tables are cards on a phone; narrow ones stay tables."""

from __future__ import annotations

from pathlib import Path

from .tools.small_site import SmallSite

PAGE = """# Title

| step | error |
| :--- | ---: |
| one | 1 |

| method | mean squared error | standardised error | *over* the floor |
| :--- | ---: | ---: | ---: |
| naive | 1 | 22 | 3 |
| network | 1 | | 3 |
"""


def test_a_wide_table_has_its_headings_in_its_cells(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.tables")
    site.page("index", PAGE)
    assert site.build() == ""
    html = site.html("index.html")
    narrow, wide = (part.partition("</table>")[0] for part in html.split("<table")[1:])
    assert "cards" not in narrow
    assert "data-label" not in narrow
    assert "cards" in wide.partition(">")[0]
    assert wide.count("data-label=") == 5  # of six, one is empty
    assert 'data-label="over the floor"' in wide
    assert "<td><p>naive</p></td>" in wide or 'data-label="method"' not in wide
