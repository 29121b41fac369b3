"""The preview shows what was saved, and tells open pages of it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from .tools.executed_site import EXTENSIONS, ExecutedSite


@contextmanager
def previewed(
    folder: Path, cell: str = "print(1)"
) -> Iterator[tuple[ExecutedSite, subprocess.Popen[str]]]:
    """Start a preview of a site with one page."""
    site = ExecutedSite(folder)
    (folder / "rnnlab").mkdir()
    shutil.copytree(EXTENSIONS, site.docs / "_extensions")
    site.page("page-a", cell, text="As it was.")
    program = site.docs / "_extensions" / "shipping" / "preview.py"
    command = [sys.executable, str(program), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as preview:
        try:
            yield site, preview
        finally:
            preview.send_signal(signal.SIGINT)
            assert preview.stdout
            preview.stdout.read()
    assert preview.returncode == 0


def said(preview: subprocess.Popen[str], start: str) -> str:
    assert preview.stdout
    return next(line for line in preview.stdout if line.startswith(start))


def test_a_saved_page_is_built_and_open_pages_are_told(tmp_path: Path) -> None:
    with previewed(tmp_path) as (site, preview):
        root = said(preview, "preview: ").split()[1]
        page = urllib.request.urlopen(f"{root}page-a.html").read().decode()
        assert "As it was." in page
        assert '<script src="/_preview/reload.js"></script>' in page
        assert b"location.reload" in urllib.request.urlopen(f"{root}_preview/reload.js").read()
        with urllib.request.urlopen(f"{root}_preview/builds", timeout=60) as builds:
            site.page("page-a", "print(1)", text="As it is.")
            assert builds.readline() == b"data: new\n"
        page = urllib.request.urlopen(f"{root}page-a.html").read().decode()
        assert "As it is." in page


def test_what_is_saved_while_another_build_is_at_work_is_built_after_it(tmp_path: Path) -> None:
    with previewed(tmp_path) as (site, preview):
        root = said(preview, "preview: ").split()[1]
        with urllib.request.urlopen(f"{root}_preview/builds", timeout=60) as builds:
            with FileLock(site.docs / "_build" / "lock"):
                site.page("page-a", "print(1)", text="As it is.")
                said(preview, "another build is at work; this one waits for it")
            assert builds.readline() == b"data: new\n"
        assert "As it is." in site.shows("page-a")


def test_what_is_saved_during_the_first_build_is_built_after_it(tmp_path: Path) -> None:
    with previewed(tmp_path, "import time\ntime.sleep(3)") as (site, preview):
        said(preview, "  start   page-a")
        site.page("page-a", "print('as it', 'is')")  # fails the build at work
        said(preview, "site: ")
        assert "as it is" in site.shows("page-a")
