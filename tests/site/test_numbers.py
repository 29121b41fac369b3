"""Figures, tables and equations are numbered on each page from one."""

from __future__ import annotations

import re
from pathlib import Path

from .tools.small_site import SmallSite

PAGE = """# Title

```{{figure}} a.svg
:alt: a line
:name: fig-{0}-a

It rises.
```

```{{figure}} a.svg
:alt: a line
:name: fig-{0}-b

It rises.
```

```{{table}} Numbers
:name: tab-{0}

| a | b |
|---|---|
| 1 | 2 |
```

$$x = 1$$ (eq-{0})

{{numref}}`fig-{0}-b`, {{numref}}`tab-{0}`, {{eq}}`eq-{0}`
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M 0 0"/></svg>'


def make_site(folder: Path) -> SmallSite:
    site = SmallSite(folder, "showing.inline_figures", "showing.numbers")
    for name in ("one", "two"):
        site.page(name, PAGE.format(name))
    site.page("index", "# Title\n\n```{toctree}\none\ntwo\n```\n")
    (site.source / "a.svg").write_text(SVG)
    return site


def numbers(site: SmallSite, name: str) -> list[str]:
    html = site.html(f"{name}.html")
    return re.findall(r"(?:Fig\.|Table) [\d.]+|(?<=>)\([\d.]+\)", html)


def test_each_page_begins_at_one_and_references_say_the_same(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    assert site.build() == ""
    for name in ("one", "two"):
        wanted = ["Fig. 1", "Fig. 2", "Table 1", "(1)", "Fig. 2", "Table 1", "(1)"]
        assert numbers(site, name) == wanted


def test_a_figure_more_on_one_page_renumbers_that_page_alone(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.build()
    site.page("one", PAGE.format("one").replace("# Title", PAGE.format("new"), 1))
    assert site.build() == ""
    assert numbers(site, "one")[0:4] == ["Fig. 1", "Fig. 2", "Table 1", "(1)"]
    assert numbers(site, "one")[-3:] == ["Fig. 4", "Table 2", "(2)"]
    assert numbers(site, "two")[-3:] == ["Fig. 2", "Table 1", "(1)"]


def test_a_number_of_another_page_is_refused(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.page("two", "# Title\n\n{numref}`fig-one-a` and {eq}`eq-one`\n")
    first, second = site.build().splitlines()
    assert "two.md:3: WARNING: fig-one-a is not on this page" in first
    assert "two.md:3: WARNING: eq-one is not on this page" in second
