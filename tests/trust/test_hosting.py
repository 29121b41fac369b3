"""Hosting is ready to be switched on: workflows run our sessions, and nothing that can change."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipping.versions import ARCHIVE
from tests.site.tools.browser import SITE

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SESSIONS = re.findall(r"^def (\w+)\(session: nox", (ROOT / "noxfile.py").read_text(), re.MULTILINE)


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def faults(workflow: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a workflow."""
    if workflow.get("permissions") != {}:
        yield "gives permissions to all of its jobs"
    for name, job in workflow["jobs"].items():
        if "timeout-minutes" not in job:
            yield f"{name} may run for ever"
    for step in steps(workflow):
        action = step.get("uses", "")
        if action and not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action):
            yield f"{action} is not pinned to a commit, or not GitHub's own"
        if "actions/checkout" in action and step.get("with", {}).get("persist-credentials", True):
            yield "the checkout leaves a token behind"
        for session in re.findall(r"nox -s (\S+)", step.get("run", "")):
            if session not in SESSIONS:
                yield f"there is no session {session}"
        if "${{" in step.get("run", ""):
            yield "a command is put together from what others may write"


def read(text: str) -> dict[str, Any]:
    return dict(yaml.safe_load(text))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_our_sessions_and_nothing_that_can_change(path: Path) -> None:
    workflow = read(path.read_text("utf-8"))
    assert list(faults(workflow)) == []
    assert any("nox -s" in step.get("run", "") for step in steps(workflow))


BROKEN = """
permissions: {contents: write}
jobs:
  tests:
    steps:
      - uses: actions/checkout@v7
      - run: python -m nox -s missing
      - run: echo ${{ github.head_ref }}
"""


def test_a_careless_workflow_is_found() -> None:
    found = "\n".join(faults(read(BROKEN)))
    for what in ("permissions", "for ever", "not pinned", "token", "missing", "others may write"):
        assert what in found


def test_what_is_tested_is_what_is_deployed() -> None:
    jobs = read((ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8"))["jobs"]
    assert jobs["deploy"]["needs"] == "tests"
    assert "RNNLAB_SITE_URL != ''" in jobs["deploy"]["if"]
    uploads = [step for step in jobs["tests"]["steps"] if "upload" in step.get("uses", "")]
    assert [step["with"]["path"] for step in uploads] == ["docs/_build/html", "docs/_build/hosted"]
    order = [step.get("run", "") + step.get("uses", "") for step in jobs["tests"]["steps"]]
    wanted = ("nox -s tests", "gh release download", "nox -s dist -- versions", "upload-pages")
    found = [next(n for n, step in enumerate(order) if what in step) for what in wanted]
    assert found == sorted(found)


def test_a_released_site_is_where_each_deployment_looks_for_it() -> None:
    release, site = (
        (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
        for name in ("release", "site")
    )
    assert "nox -s dist -- site" in release
    assert "rnnlab-site-*.tar.gz" in release
    assert "rnnlab-site-*.tar.gz" in site
    assert ARCHIVE.fullmatch("rnnlab-site-1.0.0.tar.gz")
    assert "gh workflow run site.yml" in release


def test_the_wheel_that_is_published_is_small_and_holds_the_package(tmp_path: Path) -> None:
    code = f"from flit_core.buildapi import build_wheel as build; print(build({str(tmp_path)!r}))"
    command = [sys.executable, "-c", code]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    wheel = tmp_path / built.stdout.split()[-1]
    assert wheel.stat().st_size < 300_000
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("rnnlab/")}
    package = ROOT / "rnnlab"
    sources = {f"rnnlab/{path.relative_to(package)}" for path in package.rglob("*.py")}
    assert held >= sources | {"rnnlab/py.typed"}


def test_a_page_says_what_made_its_outputs() -> None:
    made = (SITE / "tutorials" / "bare-bones-rnn.html").read_text("utf-8")
    said = re.search(r"The outputs on this page were made with ([^<]+?)\.</p>", made)
    assert said
    for name in ("Keras", "NumPy", "Matplotlib", "rnnlab"):
        assert f"{name} {version(name.lower())}" in said[1]
    assert re.search(r"TensorFlow 2\.\d+\.\d+", said[1])
    assert "The outputs" not in (SITE / "glossary.html").read_text("utf-8")  # which runs nothing
