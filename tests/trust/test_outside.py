"""What others build on this project: links to the reference, types, and where notebooks open."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from urllib.parse import urldefrag

import pytest
import yaml

from copying.programs import BRANCH, launchers
from tests.site.tools.browser import SITE
from tests.site.tools.executed_site import CONF, ExecutedSite

ROOT = Path(__file__).parents[2]
ADDRESS = "https://example.org/course/"
REPOSITORY = "https://github.com/someone/course"
SERVICES = r'href="(https://(?:colab\.research\.google\.com|mybinder\.org)[^"]*)"'

# -- Links from another project --------------------------------------------------------------------


def build_elsewhere(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Build a project of others that takes names from the inventory of the site."""
    mapping = {"rnnlab": (ADDRESS, str(SITE / "objects.inv"))}
    conf = f"extensions = ['sphinx.ext.intersphinx']\nintersphinx_mapping = {mapping}\n"
    (folder / "conf.py").write_text(conf)
    (folder / "index.rst").write_text(f"Title\n=====\n\n{text}\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", str(folder), str(folder / "html")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_another_project_links_to_our_functions_and_to_labels_of_our_pages(tmp_path: Path) -> None:
    done = build_elsewhere(
        tmp_path,
        "Read :py:func:`rnnlab.training.train`, :ref:`predict-ex-2-2`, "
        "and :external+rnnlab:doc:`tutorials/bare-bones-rnn`.",
    )
    assert done.returncode == 0, done.stderr
    links = re.findall(rf'href="{ADDRESS}([^"]*)"', (tmp_path / "html" / "index.html").read_text())
    assert len(links) == 3
    for link in links:
        page, anchor = urldefrag(link)
        target = (SITE / page).read_text("utf-8")
        assert not anchor or f'id="{anchor}"' in target, link


def test_a_name_that_the_inventory_does_not_have_fails_there(tmp_path: Path) -> None:
    done = build_elsewhere(tmp_path, "Read :py:func:`rnnlab.training.missing`.")
    assert done.returncode == 1
    assert "rnnlab.training.missing" in done.stderr


# -- Types from the wheel --------------------------------------------------------------------------

GOOD = """\
import numpy as np
from rnnlab.series import two_waves
from rnnlab.training import train

log = train(None, [], iterations=3)
reveal_type(log.losses)
reveal_type(two_waves(2, 20, np.random.default_rng(0)))
"""
BAD = """\
from rnnlab.training import train

train(None, [], iterations="many")
train(None, [], iteration=3)
"""


def check_types(folder: Path, code: str, *, marked: bool = True) -> str:
    """Return what mypy says of a file of others, where rnnlab is installed from its wheel."""
    environment = folder / "environment"
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    scheme = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", vars=scheme))
    (wheel,) = SITE.glob("wheels/*.whl")
    with zipfile.ZipFile(wheel) as archive:  # which is what installing this one does
        archive.extractall(packages)
    if not marked:
        (packages / "rnnlab" / "py.typed").unlink()
    # Our own libraries, but not what is installed there in editable form.
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (folder / "theirs.py").write_text(code)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python)]
    own = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MYPYPATH")}
    done = subprocess.run(
        [*command, "theirs.py"], cwd=folder, env=own, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_types_of_the_wheel_are_seen_from_outside(tmp_path: Path) -> None:
    said = check_types(tmp_path, GOOD)
    assert "Success: no issues found" in said, said
    revealed = re.findall(r'Revealed type is "(.*)"', said)
    assert len(revealed) == 2
    assert not any(one == "Any" for one in revealed), said


def test_a_wrong_use_is_named_by_a_checker_of_types(tmp_path: Path) -> None:
    said = check_types(tmp_path, BAD)
    assert 'Argument "iterations" to "train" has incompatible type "str"' in said, said
    assert 'Unexpected keyword argument "iteration" for "train"' in said


def test_a_wheel_without_its_mark_has_no_types(tmp_path: Path) -> None:
    assert "py.typed" in check_types(tmp_path, GOOD, marked=False)


# -- Where notebooks open --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "repository", ["", "https://gitlab.com/a/b", "https://github.com/a", "http://github.com/a/b"]
)
def test_a_notebook_opens_nowhere_until_it_is_known_where_it_lies(repository: str) -> None:
    assert launchers(repository, "tutorials/page") == {}


def test_a_notebook_opens_from_the_branch_that_the_workflow_pushes() -> None:
    path = "someone/course"
    assert launchers(REPOSITORY, "tutorials/page") == {
        "Colab": f"https://colab.research.google.com/github/{path}/blob/{BRANCH}"
        "/_sources/tutorials/page.ipynb",
        "Binder": f"https://mybinder.org/v2/gh/{path}/{BRANCH}"
        "?urlpath=lab/tree/_sources/tutorials/page.ipynb",
    }
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8"))
    job = workflow["jobs"]["notebooks"]
    commands = "\n".join(step.get("run", "") for step in job["steps"])
    assert f"git push --force origin HEAD:refs/heads/{BRANCH}\n" in commands
    assert "./_sources/*.ipynb" in commands
    assert job["needs"] == "deploy"
    assert job["if"] == workflow["jobs"]["deploy"]["if"]


def test_the_site_points_at_a_service_only_where_the_repository_is_known() -> None:
    repository = os.environ.get("RNNLAB_REPOSITORY_URL", "").rstrip("/").removesuffix(".git")
    for path in SITE.rglob("*.html"):
        name = path.relative_to(SITE).with_suffix("").as_posix()
        has_notebook = (SITE / "_sources" / f"{name}.ipynb").exists()
        wanted = launchers(repository, name).values() if has_notebook else []
        assert re.findall(SERVICES, path.read_text("utf-8")) == list(wanted), name


@pytest.mark.parametrize("repository", ["", REPOSITORY])
def test_a_page_offers_to_open_its_notebook(tmp_path: Path, repository: str) -> None:
    site = ExecutedSite(tmp_path)
    site.write(
        "conf.py",
        f"{CONF}extensions += ['copying.programs']\nhtml_theme = 'sphinx_book_theme'\n"
        f"templates_path = [{str(ROOT / 'docs' / '_templates')!r}]\n"
        f"repository_url = {repository!r}\nhtml_context = {{'made_with': 'it'}}\n",
    )
    site.page("page-a", "print(1)")
    site.built()
    found = re.findall(SERVICES, site.shows("page-a"))
    assert found == list(launchers(repository, "page-a").values())
    assert len(found) == (2 if repository else 0)


def test_binder_installs_what_is_locked_for_notebooks() -> None:
    folder = ROOT / ".binder"
    assert {path.name for path in folder.iterdir()} == {"requirements.txt", "runtime.txt"}
    lines = (folder / "requirements.txt").read_text("utf-8").splitlines()
    (line,) = [line for line in lines if not line.startswith("#")]
    lock = (folder / line.removeprefix("-r ")).resolve()
    assert lock == ROOT / "docs" / "requirements" / "programs.txt"  # whose hashes are tested
    supported = re.search(r"^SUPPORTED = (.*)$", (ROOT / "noxfile.py").read_text(), re.MULTILINE)
    assert supported
    runtime = (folder / "runtime.txt").read_text("utf-8").strip()
    assert f'"{runtime.removeprefix("python-")}"' in supported[1]
