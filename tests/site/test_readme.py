"""The README tells of what is there: the tree, and the release to cite."""

from __future__ import annotations

import re
import tomllib
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


def test_the_top_level_holds_what_the_tree_names_and_nothing_else() -> None:
    named = set(re.findall(r"^(\S+?)/?(?= |$)", TREE.strip(), re.M)) | {"LICENSE", "README.md"}
    there = {path.name for path in ROOT.iterdir() if path.name[0] not in "._"}
    assert there == named


def test_the_entry_to_cite_is_that_of_the_last_release():
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entry = (ROOT / "README.md").read_text("utf-8").partition("```bibtex")[2]
    found = dict(re.findall(r"(\w+) += \{+(.*?)\}+,", entry))
    released = re.search(r"## (\S+) \((\S+)\)", (ROOT / "docs/changelog.md").read_text("utf-8"))
    assert (found["version"], found["date"]) == released.groups()
    assert found["version"] == metadata["version"]
    assert found["license"] == metadata["license"]
    assert found["author"] == metadata["authors"][0]["name"]
