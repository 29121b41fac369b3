"""A link to a word of the glossary says what the word means."""

from __future__ import annotations

import os
from pathlib import Path

from .tools.small_site import SmallSite

GLOSSARY = "# Words\n\n```{glossary}\nstate\n    What is carried\n    on.\n\n    More of it.\n```\n"


def test_a_link_to_a_word_has_its_first_paragraph_as_title(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.term_previews")
    site.page("glossary", GLOSSARY)
    site.page("index", "# One\n\n{term}`state`\n\n```{toctree}\nglossary\n```\n")
    assert site.build() == ""
    assert 'title="What is carried on."' in site.html("index.html")
    assert "More of it" not in site.html("index.html")


def test_a_changed_meaning_reaches_the_pages_that_link_to_it(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.term_previews")
    site.page("glossary", GLOSSARY)
    site.page("index", "# One\n\n{term}`state`\n\n```{toctree}\nglossary\n```\n")
    site.build()
    changed = site.source / "glossary.md"
    changed.write_text(GLOSSARY.replace("carried", "kept"), "utf-8")
    os.utime(changed, ns=(2**62, 2**62))
    site.build()
    assert 'title="What is kept on."' in site.html("index.html")


def test_a_site_without_a_glossary_is_left_alone(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.term_previews")
    site.page("index", "# One\n\nNothing to look up.\n")
    assert site.build() == ""
