"""The reference misses nothing public, shows nothing private, and says where things are used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from showing.reference import uses_of

from ..package.test_examples import OBJECTS
from .tools.built_pages import DOCS
from .tools.small_site import SmallSite

BUILT = DOCS / "_build" / "html"
GROUP = """# Group

```{eval-rst}
.. automodule:: rnnlab.intervals
   :members:
```
"""
TUTORIAL = """---
file_format: mystnb
kernelspec:
  name: python3
---
# Cover

```{code-cell} ipython3
from rnnlab import plotting
from rnnlab.intervals import coverage

plotting.heat_map(1)
```
"""


def test_uses_are_found_by_import_and_by_attribute() -> None:
    assert set(uses_of(TUTORIAL)) == {"rnnlab.intervals.coverage", "rnnlab.plotting.heat_map"}


def test_a_reference(tmp_path: Path) -> None:
    extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "showing.reference"]
    site = SmallSite(tmp_path, *extensions)
    site.page("reference/group", GROUP)
    site.page("tutorials/cover", TUTORIAL)
    listing = "# One\n\n```{objects} rnnlab.intervals\n```\n\n"
    contents = "```{toctree}\nreference/group\ntutorials/cover\n```\n"
    site.page("index", listing + contents)
    assert "not found: rnnlab" not in site.build(nitpicky=True)
    landing = site.html("index.html")
    assert '<li id="rnnlab.intervals.coverage">' in landing
    assert 'href="reference/group.html#rnnlab.intervals.coverage"' in landing
    assert "Return the share of values that their intervals hold." in landing
    group = site.html("reference/group.html")
    used = re.findall(r"<p>Used on: (.*?)</p>", group, re.DOTALL)
    assert len(used) == 1
    assert "../tutorials/cover.html" in used[0]
    # Another use: the page of the reference follows.
    site.page("tutorials/cover", TUTORIAL.replace("coverage", "interval_score"))
    site.build()
    group = site.html("reference/group.html")
    assert "Used on" in group.partition('id="rnnlab.intervals.interval_score"')[2]
    assert "Used on" not in group.partition('id="rnnlab.intervals.interval_score"')[0]


@pytest.mark.parametrize("name", OBJECTS)
def test_each_public_object_has_its_place(name: str) -> None:
    groups = [path.read_text("utf-8") for path in (BUILT / "reference").glob("*.html")]
    (own,) = [html for html in groups if f'<dt class="sig sig-object py" id="{name}">' in html]
    entry = own.partition(f'id="{name}">')[2].partition("</dt>")[0]
    assert "_modules/" in entry, "no link to its source"
    assert f'<li id="{name}">' in (BUILT / "reference.html").read_text("utf-8")


def test_nothing_private_is_shown() -> None:
    for path in (BUILT / "reference").glob("*.html"):
        shown = re.findall(r'class="sig sig-object py" id="([^"]+)"', path.read_text("utf-8"))
        assert not [name for name in shown if re.search(r"\._|\.plain\.", name)]


def test_no_sentence_is_taken_for_a_type() -> None:
    """Napoleon takes what stands before a colon after `Returns:` for a type."""
    for path in (BUILT / "reference").glob("*.html"):
        assert "Return type" not in path.read_text("utf-8"), path.name
