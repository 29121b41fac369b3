"""A planted claim is caught by its assertion, and one that nothing asserts is reported."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from running.execution import start_kernels
from tests.trust.planted import ROOT, TUTORIALS, alone, asserting_cell, verdict, with_falsehood
from tests.trust.planted_claims import PLANTED, Planted

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---
# A page

```{code-cell} ipython3
errors = {"one": [1, 2], "other": [3, 4]}
```

```{code-cell} ipython3
raise RuntimeError("nobody needs this cell")
```

```{code-cell} ipython3
from myst_nb import glue

means = {name: sum(some) / len(some) for name, some in errors.items()}
ASSERTION
for name, mean in means.items():
    glue(name, mean, display=False)
```
"""
ASSERTED = PAGE.replace("ASSERTION", 'assert means["one"] < means["other"]')
SWAPPED = Planted("page", "the two are exchanged", "[1, 2]", "[5, 6]", "means =")


def tried(text: str, claim: Planted, folder: Path) -> tuple[bool, str]:
    """Try a claim in a new process: in this one, other tests may have started a fork server."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_tried, text, claim, folder).result()


def _tried(text: str, claim: Planted, folder: Path) -> tuple[bool, str]:
    environment = start_kernels([], ROOT)
    return asyncio.run(verdict(folder / "page.md", text, claim, environment))


def test_a_planted_claim_is_caught_by_its_assertion(tmp_path: Path) -> None:
    assert tried(ASSERTED, SWAPPED, tmp_path) == (
        True,
        'cell 3: assert means["one"] < means["other"]',
    )


@pytest.mark.parametrize(
    ("text", "new", "why"),
    [
        (PAGE.replace("ASSERTION\n", ""), "[5, 6]", "passes although the two are exchanged"),
        (ASSERTED, "[]", "not in an assertion of cell 3"),
        (ASSERTED.replace("<", ">"), "[5, 6]", "fails without the false claim"),
        (ASSERTED.replace("[3, 4]", "[1, 2]"), "[5, 6]", "2 times, wanted once"),
        (ASSERTED.replace("means =", "averages ="), "[5, 6]", "0 cells of page hold means ="),
    ],
)
def test_a_claim_that_no_assertion_catches_is_reported(
    text: str, new: str, why: str, tmp_path: Path
) -> None:
    claim = Planted("page", SWAPPED.falsehood, SWAPPED.old, new, SWAPPED.cell)
    good, found = tried(text, claim, tmp_path)
    assert not good
    assert why in found


def test_each_page_has_one_false_claim_outside_of_the_assertions() -> None:
    pages = sorted(path.stem for path in TUTORIALS.glob("*.md"))
    assert sorted(claim.page for claim in PLANTED) == pages
    for claim in PLANTED:
        path = TUTORIALS / f"{claim.page}.md"
        text = path.read_text("utf8")
        number = asserting_cell(text, claim)
        before, after = (
            alone(path, one, claim).run.cells for one in (text, with_falsehood(text, claim))
        )
        assert before[:number] != after[:number], claim.page
        # What is falsified is made in a cell before, and the asserting cell stays as it is.
        assert before[number - 1].source == after[number - 1].source, claim.page
        assert before[number - 1].source.count("assert"), claim.page
