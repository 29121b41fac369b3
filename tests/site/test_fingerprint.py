"""What the outputs of a page depend on is found by reading its code."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from running import fingerprint
from running.environment import own_environment
from running.imports import find_imports
from running.kernels import kernel_environment


def test_a_new_library_version_runs_the_pages_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {"uses numpy": "import numpy", "uses nothing": "print(1)"}
    before = {k: fingerprint.make_fingerprint([v], tmp_path, tmp_path) for k, v in sources.items()}
    real = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "99" if name == "numpy" else real(name)
    )
    after = {k: fingerprint.make_fingerprint([v], tmp_path, tmp_path) for k, v in sources.items()}
    assert before["uses numpy"] != after["uses numpy"]
    assert before["uses nothing"] == after["uses nothing"]


def test_a_new_figure_style_runs_every_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint.make_fingerprint(["print(1)"], tmp_path, tmp_path)
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9")
    monkeypatch.setattr(fingerprint, "KERNEL_SETTINGS", tmp_path)
    assert fingerprint.make_fingerprint(["print(1)"], tmp_path, tmp_path) != before


def test_imports_are_found_in_every_form(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    for name in ("__init__", "a", "b", "c", "unused"):
        (tmp_path / "ours" / f"{name}.py").write_text("")
    (tmp_path / "ours" / "b.py").write_text(
        "from . import c\nfrom .a import x\nimport numpy.linalg"
    )
    source = "def later():\n    import ours.b as alias\n"
    files, libraries = find_imports([source], tmp_path)
    assert {path.stem for path in files} == {"__init__", "a", "b", "c"}
    assert libraries == {"numpy"}


def test_a_relative_import_finds_what_lies_beside_and_above(tmp_path: Path) -> None:
    for name in ("ours/__init__", "ours/above", "ours/deep/__init__", "ours/deep/beside"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.py").write_text("")
    (tmp_path / "ours" / "deep" / "one.py").write_text(
        "from .. import above\nfrom .beside import x\nfrom ..no_module import y"
    )
    files, _ = find_imports(["from ours.deep.one import x", "from . import nothing"], tmp_path)
    assert {path.stem for path in files} == {"__init__", "above", "beside", "one"}
    assert len(files) == 5


def test_a_data_file_is_found_by_its_name_below_the_page_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    for name in ("page/data.csv", "above.csv"):
        (tmp_path / name).write_text("1")
    source = f"open('data.csv'); open('../above.csv'); open({str(tmp_path / 'above.csv')!r}); '.'"
    found = fingerprint.find_data_files([source, "no python ("], tmp_path / "page")
    assert found == [tmp_path / "page" / "data.csv"]


@pytest.mark.parametrize("name", ["LD_LIBRARY_PATH", "processors"])
def test_what_a_kernel_takes_from_the_machine_runs_every_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = fingerprint.make_fingerprint(["print(1)"], tmp_path, tmp_path)
    if name == "processors":
        monkeypatch.setattr("os.sched_getaffinity", lambda _: range(99), raising=False)
    else:
        monkeypatch.setenv(name, "/elsewhere")
    assert fingerprint.make_fingerprint(["print(1)"], tmp_path, tmp_path) != before


def test_what_does_not_reach_a_kernel_runs_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint.make_fingerprint(["print(1)"], tmp_path, tmp_path)
    for name in ("KERAS_BACKEND", "PYTHONOPTIMIZE", "HOME", "TF_ENABLE_ONEDNN_OPTS", "PATH"):
        monkeypatch.setenv(name, "/elsewhere")
    assert fingerprint.make_fingerprint(["print(1)"], tmp_path, tmp_path) == before
    given = own_environment()
    assert {"PATH"} == {name for name, value in given.items() if value == "/elsewhere"}


def test_whom_a_registry_trusts_reaches_sessions_and_no_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/elsewhere")
    assert own_environment()["SSL_CERT_FILE"] == "/elsewhere"
    assert "SSL_CERT_FILE" not in kernel_environment(Path())
