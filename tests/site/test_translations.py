"""A translation is possible: all that a page says can be extracted, and comes back translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from .checks.translations import extract, messages, missing
from .tools.executed_site import CONF, ExecutedSite

SETTINGS = """
extensions += [
    "showing.mathematics", "showing.inline_figures", "showing.folds", "showing.exercises",
    "playing.checks",
]
nb_mime_priority_overrides = [("gettext", "image/svg+xml", 0)]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_update_mathjax = False
html_math_renderer = "katex"
numfig = True
locale_dirs = ["locale"]
"""
NUMBER = "from myst_nb import glue\nglue('count', 3)"
FIGURE = """\
---
mystnb:
  figure:
    name: fig-dot
    caption: A dot at one.
  image:
    alt: A dot in a frame.
---
import matplotlib.pyplot as plt
plt.plot([1], [1], "o")
plt.show()"""
TEXT = """\
There are {glue:text}`count` units, and each has $n$ weights.

```{check} how-many
:kind: choice
:answer: More

**Predict first:** more units, or fewer?

More
: There are {glue:text}`count`.

Fewer
: Fewer would do less.
```

```{fold-start} Why three?
:name: why-three
```

Two are too few.

```{fold-end}
```

```{exercise-start} 1.1 How many are there?
:label: ex
:nonumber:
```

Count them.

```{exercise-end}
```

```{solution-start} ex
:label: answer
```

Three.

```{solution-end}
```
"""
GERMAN = {
    "There are {glue:text}`count` units, and each has $n$ weights.": (
        "Es gibt {glue:text}`count` Einheiten, jede mit $n$ Gewichten."
    ),
    "**Predict first:** more units, or fewer?": "**Erst raten:** mehr Einheiten oder weniger?",
    "More": "Mehr",
    "Fewer": "Weniger",
    "There are {glue:text}`count`.": "Es gibt {glue:text}`count`.",
    "Fewer would do less.": "Weniger könnten weniger.",
    "Why three?": "Warum drei?",
    "Two are too few.": "Zwei sind zu wenige.",
    "1.1 How many are there?": "1.1 Wie viele gibt es?",
    "Count them.": "Zähle sie.",
    "Three.": "Drei.",
    "A dot at one.": "Ein Punkt bei eins.",
    "A dot in a frame.": "Ein Punkt in einem Rahmen.",
}


def page_of(folder: Path, language: str) -> ExecutedSite:
    """Return a site of one page with all that translators meet."""
    site = ExecutedSite(folder)
    site.write("conf.py", f"{CONF}{SETTINGS}language = {language!r}\n")
    site.page("page-a", NUMBER, FIGURE, text=TEXT)
    return site


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> ExecutedSite:
    """Return the site in German, built."""
    site = page_of(tmp_path_factory.mktemp("site"), "de")
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    pairs = [f'msgid "{one}"\nmsgstr "{other}"\n' for one, other in GERMAN.items()]
    site.write("locale/de/LC_MESSAGES/page-a.po", "\n".join([head, *pairs]))
    site.built()
    return site


def test_all_that_a_page_says_is_extracted(translated: ExecutedSite) -> None:
    (translated.docs / "conf.py").write_text(f"{CONF}{SETTINGS}", "utf-8")
    target = translated.docs / "_build" / "gettext"
    assert extract(translated.docs, target)
    found = messages(target / "page-a.pot")
    assert set(GERMAN) <= found
    text = (translated.docs / "page-a.md").read_text("utf-8")
    assert missing(text, found) == []
    for one in ("A dot in a frame.", "Fewer", "1.1 How many are there?"):
        assert missing(text, found - {one}) == [one]


def test_a_translated_page_says_it_all_in_its_language_with_its_own_values(
    translated: ExecutedSite,
) -> None:
    shown = translated.shows("page-a")
    assert 'Es gibt <span class="pasted-text">3</span> Einheiten' in shown
    for english, german in GERMAN.items():
        if "{" not in english:
            assert german.replace("**", "").partition(":")[0] in shown, german
        if len(english) > 10:  # short ones are values that scripts compare, too
            assert english not in shown
    assert 'aria-label="Ein Punkt in einem Rahmen."' in shown
    assert 'data-answer="More"' in shown  # what the script compares stays
    assert 'value="More"' in shown
    assert ">Mehr<" in shown
