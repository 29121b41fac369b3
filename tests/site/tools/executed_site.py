"""A site of a few pages whose cells run, built by the real build in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXTENSIONS = Path(__file__).parents[3] / "docs" / "_extensions"

CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["shipping.site_fingerprint", "running.executed_pages"]
exclude_patterns = ["_build"]
project = "fixture"
html_theme = "basic"
rnnlab_cell_timeout = 5
"""


class ExecutedSite:
    """A small site in a folder of its own, built by the real build."""

    def __init__(self, folder: Path) -> None:
        self.docs = folder / "docs"
        self.html = self.docs / "_build" / "html"
        self.docs.mkdir()
        self.write("conf.py", CONF)
        self.write("index.md", "# Index\n\n```{toctree}\n:glob:\n\npage-*\n```\n")

    def write(self, name: str, text: str) -> None:
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")

    def page(self, name: str, *cells: str, text: str = "Some text.", metadata: str = "") -> None:
        blocks = "".join(f"\n```{{code-cell}} ipython3\n{metadata}{cell}\n```\n" for cell in cells)
        front = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
        self.write(f"{name}.md", f"{front}# {name}\n\n{text}\n{blocks}")

    def module(self, name: str, text: str) -> None:
        (self.docs.parent / name).parent.mkdir(exist_ok=True)
        (self.docs.parent / name).write_text(text, "utf8")

    def start(self, **settings: str) -> subprocess.Popen[str]:
        build = str(EXTENSIONS / "shipping" / "build.py")
        return subprocess.Popen(
            [sys.executable, build, "--source", str(self.docs)], env={**os.environ, **settings},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def build(self, **settings: str) -> tuple[int, str]:
        process = self.start(**settings)
        output, _ = process.communicate(timeout=300)
        return process.returncode, output

    def built(self, **settings: str) -> str:
        status, output = self.build(**settings)
        assert status == 0, output
        return output

    def failed(self, **settings: str) -> str:
        status, output = self.build(**settings)
        assert status != 0, output
        assert "site: " not in output
        return output

    def shows(self, page: str) -> str:
        return (self.html / f"{page}.html").read_text("utf8")
