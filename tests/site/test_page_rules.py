"""Every page keeps the rules of a page; and each rule is seen to catch a page that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from .checks.page_rules import problems

TUTORIALS = sorted((Path(__file__).parents[2] / "docs" / "tutorials").glob("*.md"))

CELL = """
```{code-cell} ipython3
value = 1
assert value == 1
```
"""
FIGURE = """
```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-NUMBER
    caption: The line rises as it should.
  image:
    alt: a line that rises from left to right
---
plt.show()
```
"""
CHECK = """
```{check} which-NUMBER
:kind: shape
:answer: (1, 2)

Which shape has it?

2, 1
: These are the two the other way round.

1, 1
: There are two columns.

2, 2
: There is one row.
```
"""
EXERCISE = (
    """
```{exercise-start} 1.2 What is it?
:label: ex-1
:nonumber:
```
What is it? **Predict first.**
"""
    + CHECK.replace("NUMBER", "1")
    + """
```{exercise-end}
```

```{solution-start} ex-1
:label: answer-1
```
It is one.
"""
    + CELL
    + """
```{solution-end}
```
"""
)
WORDS = "word " * 60


def page() -> str:
    front = (
        "---\nfile_format: mystnb\nkernelspec:\n  name: python3\nmyst:\n  html_meta:\n"
        '    "description lang=en": about it\n---\n# Run a test\n\n'
        "## What you'll do\n\nTest.\n\n## What you'll learn\n\nTest.\n\n## What you'll need\n\n"
        "{page-time}`read`, {page-time}`open` and {page-time}`run`.\n\n## 1.1 The body\n\n"
    )
    body = "".join(f"{WORDS}\n{CELL}" for _ in range(9))
    body += "".join(f"{WORDS}\n{FIGURE.replace('NUMBER', str(n))}" for n in range(3))
    body += "**Predict first:** is it?\n" + CHECK.replace("NUMBER", "2")
    body += "\n```{fold-start} It is\n```\n\nIt is.\n\n"
    body += "```{fold-end}\n```\n\n"
    body += "$$\nx = 0.5\n$$ (eq-x)\n\nIn Exercises 1.2 to 1.4, $0.5$ and `0.5` and [0.5](x.md).\n"
    return (
        front
        + body
        + EXERCISE
        + "\n## In short\n\nIt is.\n\n## In practice\n\nDo.\n\n## Further reading\n\nRead.\n"
    )


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_page_keeps_the_rules(path: Path) -> None:
    assert problems(path.read_text("utf8")) == []


def test_a_page_by_the_rules_has_no_problems() -> None:
    assert problems(page()) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("It is one.", "It is 0.5 or so.", "typed figure '0.5'"),
        ("It is one.", "It is 50 % of it.", "typed figure '0 %'"),
        ("rises as it should", "rises by 0.25 at once", "typed figure '0.25'"),
        ("It is one.", ":::{note}\nIt is 1.75 there.\n:::", "typed figure '1.75'"),
        ("It is one.", "It is simply one.", "banned word 'simply'"),
        ("    alt: a line that rises from left to right\n", "    alt: ''\n", "without alt text"),
        ("    caption: The line rises as it should.\n", "    caption: ''\n", "without a caption"),
        ("$$ (eq-x)", "$$", "has no label"),
        ("{solution-start} ex-1", "{solution-start} ex-2", "not both asked and answered"),
        ("It is one.\n" + CELL, "It is one.\n", "no cell that asserts it"),
        (" **Predict first.**", "", "asks for no prediction"),
        ("## What you'll learn", "## What else", "the page opens with"),
        ("## Further reading", "## Else", "the page ends with"),
        ("## In short\n\nIt is.\n\n", "", "the page ends with"),
        ("**Predict first:** is it?", "**Predict first:** is it?\n\n" + CELL, "stands beside"),
        ("```\n\n```{fold-start} It is", "```\n\nIt is.\n\n# It is", "stands beside"),
        ("{check} which-2", "{note} which-2", "1 checks, wanted at least 2"),
        ("{check} which-1", "{note} which-1", "an exercise without a check: 1.2"),
        ("1, 1\n: There are two columns.\n\n", "", "which-1 knows 2 wrong answers"),
        ("the other way round", "0.5 times as many", "typed figure '0.5'"),
        ("{fold-start} It is", "{fold-start} It is `x`", "whose title holds code"),
        ("value = 1\n", f"value = {'1' * 80}\n", "wider than 76"),
        ("{page-time}`run`", "", "is missing"),
        ("description lang=en", "keywords", "no description"),
        ("value = 1\n", "value = 1\n" * 30, "wanted at most 25"),
        ("value = 1\n", "!pip install x\n", "a shell line or magic"),
        (WORDS, "word ", "words a cell"),
        (FIGURE.replace("NUMBER", "2"), "", "cells, wanted 12 to 25|2 figures, wanted"),
    ],
)
def test_a_page_that_breaks_a_rule_is_caught(old: str, new: str, problem: str) -> None:
    assert old in page()
    found = "\n".join(problems(page().replace(old, new)))
    assert any(part in found for part in problem.split("|")), found


def test_a_tool_may_be_short_and_keeps_its_frame() -> None:
    front = page().partition("---\n# ")[0].replace("---\nfile", "---\nkind: tool\nfile", 1)
    text = (
        front + "---\n# Run a test\n\n## What you'll do\n\nTest.\n\n## What you'll need\n\n"
        "{page-time}`read`, {page-time}`open` and {page-time}`run`.\n\n## In short\n\n- Test.\n"
    )
    assert problems(text) == []
    assert problems(text.replace("kind: tool\n", ""))
    assert problems(text.replace("## In short", "## Short"))


def test_a_page_begins_with_all_but_its_length() -> None:
    template = TUTORIALS[0].parents[1] / "_templates" / "new-page.txt"
    found = problems(template.read_text("utf-8"))
    short = ("cells, wanted", "words a cell", "figures, wanted", "checks, wanted")
    assert [fault for fault in found if not any(text in fault for text in short)] == []
