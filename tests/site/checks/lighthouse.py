"""Lighthouse's marks of a page."""

from __future__ import annotations

import json
import os
import subprocess
from statistics import median

from handing_out.browser import FLAGS, executable

from .npm_tools import installed

LIGHTHOUSE = "lighthouse@13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def marks_of(address: str, *, runs: int = 1) -> dict[str, int]:
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
