"""Files of others are those of the list, or the site is not built."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from shipping import vendored

from .tools.small_site import SmallSite


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


def test_a_changed_file_stops_the_build(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docs / "_static/vendor/katex/katex.min.css").write_text("changed")
    monkeypatch.setattr(vendored.faults, "__defaults__", (docs,))
    site = SmallSite(tmp_path, "shipping.vendored")
    site.page("index", "# Title\n")
    with pytest.raises(ExtensionError, match=r"katex\.min\.css is not the file"):
        site.build()
