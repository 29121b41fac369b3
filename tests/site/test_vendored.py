"""Files of others are those of the list, or the site is not built."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from running import executed_pages
from shipping import vendored

from .tools.small_site import SmallSite

ROOT = Path(__file__).parents[2]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A copy of the listed files."""
    docs = tmp_path / "copy"
    listed = json.loads((vendored.DOCS / vendored.LIST).read_text("utf-8"))
    paths = [file["path"] for package in listed["packages"] for file in package["files"]]
    for path in [vendored.LIST, *paths]:
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(vendored.DOCS / path, docs / path)
    return docs


def test_every_file_is_the_one_listed_with_version_and_licence() -> None:
    assert vendored.faults() == []
    listed = json.loads((vendored.DOCS / vendored.LIST).read_text("utf-8"))
    for package in listed["packages"]:
        assert package["version"]
        assert package["licence"]
        assert any(file["source"] == "LICENSE" for file in package["files"])


def test_a_changed_or_missing_file_is_named(docs: Path) -> None:
    assert vendored.faults(docs) == []
    (docs / "_static/vendor/katex/katex.min.css").write_text("changed")
    (docs / "_static/vendor/katex/LICENSE").unlink()
    changed, missing = vendored.faults(docs)
    assert "_static/vendor/katex/katex.min.css is not the file of katex" in changed
    assert missing == "_static/vendor/katex/LICENSE of katex is missing"


def test_a_changed_file_stops_the_build_before_pages_run(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docs / "_static/vendor/katex/katex.min.css").write_text("changed")
    monkeypatch.setattr(vendored.faults, "__defaults__", (docs,))
    monkeypatch.setattr(executed_pages, "execute", lambda app: pytest.fail("pages run"))
    site = SmallSite(tmp_path, "running.executed_pages", "shipping.vendored")
    site.page("index", "# Title\n")
    with pytest.raises(ExtensionError, match=r"katex\.min\.css is not the file"):
        site.build()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="these are not the files of a clone")
def test_a_clone_that_turns_ends_of_lines_into_windows_own_has_the_same_bytes(
    tmp_path: Path,
) -> None:
    git = ["git", "-C", str(ROOT), "-c", "core.autocrlf=true"]
    subprocess.run([*git, "checkout-index", "--all", f"--prefix={tmp_path}/"], check=True)
    assert vendored.faults(tmp_path / "docs") == []
    texts = [
        path for suffix in ("py", "md", "css", "csv") for path in tmp_path.rglob(f"*.{suffix}")
    ]
    assert len(texts) > 200
    assert [path for path in texts if b"\r" in path.read_bytes()] == []
