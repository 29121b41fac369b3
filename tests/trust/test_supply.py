"""What is installed is what is locked, and the audit does not call well what it did not check."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.trust.supply import versions, wheels
from tests.trust.supply.audit import advisories, forbidden

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "docs" / "requirements").glob("*.txt"))
#: The one thing that is not locked: studies compare with it where the machine's registry has it.
UNLOCKED = {"torch"}


def faults_of(lock: str) -> list[str]:
    """Return what is wrong with a lock."""
    found = [f"names a place: {place}" for place in re.findall(r"\S+://\S+", lock)]
    found += [
        f"has an option: {line}"
        for line in lock.splitlines()
        if re.match(r"-|.*--[a-z-]*url", line)
    ]
    for requirement in re.split(r"^(?=\w)", lock, flags=re.MULTILINE)[1:]:
        if not re.match(r"[\w.-]+==\S+", requirement):
            found.append(f"fixes no version: {requirement.splitlines()[0]}")
        if "--hash=sha256:" not in requirement:
            found.append(f"has no hash: {requirement.splitlines()[0]}")
    return found


def loose_installs(noxfile: str) -> list[str]:
    """Return each call that installs something without the hashes of a lock."""
    calls = [node for node in ast.walk(ast.parse(noxfile)) if isinstance(node, ast.Call)]
    installs = [
        call
        for call in calls
        if ast.unparse(call.func) == "session.install"
        or (ast.unparse(call.func) == "session.run" and "'install'" in ast.unparse(call))
    ]
    assert installs
    return [
        text
        for text in map(ast.unparse, installs)
        # Of ours nothing is fetched, and Debian signs its packages itself.
        if "--require-hashes" not in text
        and "'--no-deps', '--no-build-isolation', '--editable', '.'" not in text
        and "apt-get" not in text
        and not any(f"*{name}" in text for name in UNLOCKED)
    ]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_has_a_version_and_a_hash_for_everything_and_names_no_place(path: Path) -> None:
    assert faults_of(path.read_text("utf8")) == []


@pytest.mark.parametrize(
    ("lock", "fault"),
    [
        ("numpy==2.4.6\n", "has no hash"),
        ("numpy>=2 \\\n    --hash=sha256:00\n", "fixes no version"),
        ("--index-url https://index.example\nnumpy==2 \\\n    --hash=sha256:00\n", "names a place"),
        ("--no-binary numpy\n", "has an option"),
    ],
)
def test_a_lock_that_is_none_is_caught(lock: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(lock))


def test_every_session_installs_with_hashes() -> None:
    noxfile = (ROOT / "noxfile.py").read_text("utf8")
    assert loose_installs(noxfile) == []
    assert loose_installs(noxfile.replace('"--require-hashes", ', "", 1))


def test_every_group_has_a_lock_and_no_other_is_installed() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["dependency-groups"]
    assert {path.stem for path in LOCKS} == set(groups)
    noxfile = (ROOT / "noxfile.py").read_text("utf8")
    named = re.findall(r'install\(session, "([\w-]+)"', noxfile)
    families = re.findall(r"^[A-Z]+ = ({.*?})$", noxfile, re.MULTILINE | re.DOTALL)
    named += [group for family in families for group in ast.literal_eval(family).values()]
    assert len(families) == 4
    assert set(named) <= set(groups)


def test_the_package_leaves_the_build_of_tensorflow_to_its_user_and_says_if_there_is_none() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    assert not any("tensorflow" in one for one in project["dependencies"])
    assert set(project["optional-dependencies"]) == {"cpu", "tensorflow"}
    without = "import sys; sys.modules['tensorflow'] = None; import rnnlab.models"
    done = subprocess.run(
        [sys.executable, "-c", without], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "ImportError: rnnlab needs TensorFlow: pip install tensorflow (or tensorflow-cpu)"
    )


def said_by(code: str, **settings: str) -> str:
    """Return the last line of what Python says when it fails at some code."""
    command = [sys.executable, "-c", code]
    environment = os.environ | settings
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("build", ["tensorflow", "tensorflow-cpu"])
def test_an_old_tensorflow_is_told_in_a_line(tmp_path: Path, build: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    lines = [line for extra in project["optional-dependencies"].values() for line in extra]
    (oldest,) = {re.findall(r">=(2\.\d+),", line)[0] for line in lines}
    major, minor = oldest.split(".")
    old = f"{major}.{int(minor) - 1}.1"
    note = tmp_path / f"{build.replace('-', '_')}-{old}.dist-info" / "METADATA"
    note.parent.mkdir()
    note.write_text(f"Metadata-Version: 2.1\nName: {build}\nVersion: {old}\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    assert said_by("import rnnlab", PYTHONPATH=path) == (
        f"ImportError: rnnlab needs TensorFlow {oldest} or newer, not {old}: "
        f"pip install --upgrade {build}"
    )


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_a_python_that_is_not_supported_is_told_in_a_line(version: tuple[int, int]) -> None:
    code = f"import sys; sys.version_info = ({version[0]}, {version[1]}, 0); import rnnlab"
    number = ".".join(map(str, version))
    said = said_by(code, PYTHONPATH=str(ROOT))
    assert said == f"ImportError: rnnlab needs CPython 3.11, 3.12 or 3.13, not {number}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    assert project["requires-python"] == ">=3.11,<3.14"


def test_the_versions_that_were_tried_are_told_in_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # That they work is tried by `nox -s trust -- versions`, which asks a registry.
    said = {"oldest": "3 passed in 1s", "newest": "1 failed, 2 passed in 1s"}
    monkeypatch.setattr(versions, "tried", lambda one: (list("12345"), said[one]))
    assert versions.main(["oldest"]) == 0
    assert versions.main() == 1
    row = capsys.readouterr().out.splitlines()[-1].split()
    assert row == ["newest", *"12345", *said["newest"].split()]


def test_a_version_that_cannot_be_installed_is_told_in_the_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(one: str) -> None:
        raise RuntimeError("no wheels")

    monkeypatch.setattr(versions, "tried", refuse)
    assert versions.main(["2.18"]) == 1
    assert "not installed: no wheels" in capsys.readouterr().out


def test_a_lock_that_needs_a_compiler_somewhere_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # That each lock does without is tried by `nox -s trust -- wheels`, which asks a registry.
    assert wheels.LOCKS == LOCKS
    monkeypatch.setattr(wheels, "fault", lambda *asked: "")
    assert wheels.main() == 0
    bad = ("docs", "3.13", "aarch64-unknown-linux-gnu")
    monkeypatch.setattr(
        wheels, "fault", lambda lock, *asked: "no wheels" * ((lock.stem, *asked) == bad)
    )
    assert wheels.main() == 1
    printed = capsys.readouterr().out
    assert "docs, Linux ARM, 3.13: no wheels" in printed
    assert re.search(r"^docs +3.11 3.12 3.13 +3.11 3.12 +3.11 3.12 3.13", printed, re.MULTILINE)


def test_unknown_and_forbidden_licences_are_named_and_choices_are_read() -> None:
    rows = [
        {"Name": name, "Version": "1", "License": licence}
        for name, licence in {
            "a": "UNKNOWN",
            "b": "GNU Affero General Public License v3",
            "c": "MIT AND GPL-3.0-only",
            "d": "MIT OR GPL-3.0-only",
            "e": "Mozilla Public License 2.0 (MPL 2.0)",
            "f": "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
        }.items()
    ]
    assert [found[0] for found in forbidden(rows)] == ["a", "b", "c"]


def test_an_audit_that_skipped_everything_says_that_it_checked_nothing() -> None:
    skipped = {"name": "numpy", "skip_reason": "Dependency not found"}
    words, bad = advisories({"dependencies": [skipped]}, "")
    assert "no advisory source can be reached" in words
    assert not bad
    words, bad = advisories(None, "no route to host")
    assert "no route to host" in words
    assert not bad


def test_a_known_fault_fails_the_audit() -> None:
    fault = {"id": "X-1", "fix_versions": ["2"]}
    good, hit = ({"name": n, "version": "1", "vulns": v} for n, v in (("a", []), ("b", [fault])))
    assert advisories({"dependencies": [good]}, "") == (
        "1 of 1 packages checked, 0 known faults",
        False,
    )
    words, bad = advisories({"dependencies": [good, hit]}, "")
    assert bad
    assert "b 1: X-1, mended in ['2']" in words
