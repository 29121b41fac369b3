"""The preview shows what was saved, and tells open pages of it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from .tools.executed_site import EXTENSIONS, ExecutedSite


def test_a_saved_page_is_built_and_open_pages_are_told(tmp_path: Path) -> None:
    site = ExecutedSite(tmp_path)
    (tmp_path / "rnnlab").mkdir()
    shutil.copytree(EXTENSIONS, site.docs / "_extensions")
    site.page("page-a", "print(1)", text="As it was.")
    program = site.docs / "_extensions" / "shipping" / "preview.py"
    command = [sys.executable, str(program), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as preview:
        assert preview.stdout
        try:
            line = next(line for line in preview.stdout if line.startswith("preview: "))
            root = line.split()[1]
            page = urllib.request.urlopen(f"{root}page-a.html").read().decode()
            assert "As it was." in page
            assert '<script src="/_preview/reload.js"></script>' in page
            assert b"location.reload" in urllib.request.urlopen(f"{root}_preview/reload.js").read()
            with urllib.request.urlopen(f"{root}_preview/builds", timeout=60) as builds:
                site.page("page-a", "print(1)", text="As it is.")
                assert builds.readline() == b"data: new\n"
            page = urllib.request.urlopen(f"{root}page-a.html").read().decode()
            assert "As it is." in page
        finally:
            preview.send_signal(signal.SIGINT)
        preview.stdout.read()
    assert preview.returncode == 0
