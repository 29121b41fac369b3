"""The README's tree is that of the repository."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREE = (ROOT / "README.md").read_text("utf-8").partition("## What is where")[2].split("```")[1]


def test_what_the_tree_names_is_there() -> None:
    top = ROOT
    for line in TREE.strip().splitlines():
        if folder := re.match(r"(\w+)/", line):
            top = ROOT / folder[1]
        within = top if line.startswith("  ") else ROOT
        for name in re.findall(r"[\w/]+(?:/|\.(?:py|md|toml))(?= |,|$)", line):
            assert (within / name).exists() or list(within.glob(f"*/{name}")), line


def test_every_module_of_the_package_is_in_the_tree() -> None:
    modules = {path.name for path in (ROOT / "rnnlab").glob("*.py")} - {"__init__.py"}
    assert modules <= set(re.findall(r"\w+\.py", TREE))
