"""Each tutorial has its block of PyTorch, and each block its check; PyTorch runs in the study."""

import numpy as np
import pytest

from tests.studies import pytorch
from tests.studies.from_page import TUTORIALS

VERSION = pytorch.pinned_version(pytorch.NOXFILE.read_text("utf8"))
PAGE = f"""
Checked with PyTorch `{VERSION}` by a study, not at build time.

```{{code-block}} python
:name: torch-lstm-and-gru

import torch

weights = torch.zeros(3)
```
"""


@pytest.mark.parametrize("page", pytorch.PAGES)
def test_a_page_has_a_block_that_a_study_checks(page):
    text = (TUTORIALS / f"{page}.md").read_text("utf8")
    assert pytorch.problems(page, text, VERSION) == []


def test_no_check_is_left_of_a_page_that_is_gone():
    checks = [name for name in vars(pytorch) if name.startswith("check_") and name != "check_of"]
    assert checks
    assert {name.removeprefix("check_").replace("_", "-") for name in checks} == set(pytorch.PAGES)


def test_a_page_as_it_should_be_has_no_problems():
    assert pytorch.problems("lstm-and-gru", PAGE, VERSION) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (":name: torch-lstm-and-gru\n", "", "has 0 blocks"),
        ("torch-lstm-and-gru", "torch-lstm", "has 0 blocks"),
        ("torch.zeros(3)", "torch.zeros(3", "never closed"),
        ("weights = torch.zeros(3)", "weights = torch.zeros(3)\n" * 20, "wanted at most 18"),
        ("weights = ", f"{'w' * 80} = ", "wider than 76"),
        (VERSION, "1.0.0", "does not say that PyTorch"),
    ],
)
def test_a_block_that_breaks_a_rule_is_caught(old, new, problem):
    assert old in PAGE
    found = "\n".join(pytorch.problems("lstm-and-gru", PAGE.replace(old, new), VERSION))
    assert problem in found


def test_a_block_without_a_check_is_caught():
    text = PAGE.replace("lstm-and-gru", "another-page")
    assert pytorch.problems("another-page", text, VERSION) == [
        "nothing checks the block of another-page"
    ]


@pytest.mark.parametrize("found", [[1.0, 2.0001], [1.0, np.nan], [1.0, 2.0, 3.0]])
def test_values_that_differ_do_not_agree(found):
    assert pytorch.values("outputs", [1.0, 2.0], [1.0, 2.0]).holds()
    assert not pytorch.values("outputs", found, [1.0, 2.0]).holds()


def test_small_slopes_are_compared_by_their_size():
    assert pytorch.values("outputs", [1e-6], [2e-6]).holds()
    assert not pytorch.slopes("gradients", [1e-6], [2e-6]).holds()
    assert not pytorch.fact("it is so", False).holds()


def test_a_block_that_differs_from_keras_is_counted(monkeypatch, capsys, tmp_path):
    def check_lstm_and_gru(run):
        yield pytorch.values("the value", run("= 3", "= 4")["value"], 3.0)
        yield pytorch.values("the value as it is", run()["value"], 3.0)

    text = PAGE.replace("import torch\n\nweights = torch.zeros(3)", "value = 3")
    (tmp_path / "lstm-and-gru.md").write_text(text, "utf8")
    monkeypatch.setattr(pytorch, "TUTORIALS", tmp_path)
    monkeypatch.setattr(pytorch, "check_lstm_and_gru", check_lstm_and_gru)
    assert not pytorch.is_right("lstm-and-gru", VERSION)
    assert capsys.readouterr().out == "lstm-and-gru: the value off by 0.3\n"
