"""What the site is built with: known faults, licences, and a list of it all in CycloneDX's format.

    python -m tests.trust.supply.audit PYTHON

PYTHON is the interpreter of the environment that the site was built in. `nox -s audit` calls this.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "docs" / "requirements" / "docs.txt"
BUILT_WITH = ROOT / "docs" / "_build" / "sbom.cdx.json"

# Licences under which anybody may build and publish a site, in the words of packages' metadata.
ALLOWED = {
    *("0BSD", "3-Clause BSD License", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0"),
    *("Apache 2.0", "Apache License 2.0", "Apache Software License", "Apache-2.0"),
    *("ISC", "ISC License", "MIT", "MIT License", "MIT-CMU", "Zlib", "Public Domain"),
    *("MPL-2.0", "Mozilla Public License 2.0", "PSF-2.0", "Python Software Foundation License"),
}
# What a package does not say in its metadata, read in the files that it carries; and a choice.
READ = {
    "docutils": "Public Domain",  # but for an Emacs mode, under the GPL, which nothing here uses
    "namex": "Apache-2.0",
    "quickjs-ng": "MIT",
}

Row = dict[str, Any]


def licence_of(row: Row) -> str:
    """Return the licence of a package."""
    return READ.get(row["Name"], str(row["License"]).strip())


def is_allowed(licence: str) -> bool:
    """Tell whether licences that hold together are allowed, and one of those to choose from."""
    return all(
        any(re.sub(r" \(.*\)$", "", one.strip()) in ALLOWED for one in part.split(" OR "))
        for part in re.split(r" AND |;", licence)
    )


def forbidden(rows: list[Row]) -> Iterator[str]:
    """Yield each package whose licence is unknown or not allowed."""
    for row in rows:
        if not is_allowed(licence_of(row)):
            yield f"{row['Name']} {row['Version']}: {licence_of(row)}"


def advisories(answer: Row | None, why: str) -> tuple[str, bool]:
    """Say what pip-audit found, and whether that is a fault.

    Of a package that its source does not know pip-audit says nothing but that it was skipped, and
    it ends well even if it has skipped them all.
    """
    packages = [] if answer is None else answer["dependencies"]
    asked = [one for one in packages if "skip_reason" not in one]
    if not asked:
        reason = next((one["skip_reason"] for one in packages), why) or "no answer"
        words = "no advisory source can be reached from here, nothing was checked"
        return f"{words}: {reason}", False
    found = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {fault['fix_versions']}"
        for one in asked
        for fault in one["vulns"]
    ]
    words = f"{len(asked)} of {len(packages)} packages checked, {len(found)} known faults"
    return "\n  ".join([words, *found]), bool(found)


def ask_for_advisories() -> tuple[Row | None, str]:
    """Run pip-audit on the lock; return its answer, or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        done = _run(
            "pip-audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip",
            "--progress-spinner", "off", "--timeout", "15",
            "--format", "json", "--output", str(answer),
        )  # fmt: skip
        if answer.exists():
            return json.loads(answer.read_text("utf8")), ""
        return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1]


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def main(python: str) -> int:
    """Check and write; return 1 if something is wrong."""
    words, bad = advisories(*ask_for_advisories())
    print(f"advisories: {words}")

    listed = _run("pip-licenses", "--python", python, "--from", "mixed", "--format", "json")
    rows = [row for row in json.loads(listed.stdout) if row["Name"] != "rnnlab"]
    counts = Counter(licence_of(row) for row in rows)
    print(f"licences: {len(rows)} packages")
    for licence, count in counts.most_common():
        print(f"  {count:3}  {licence}")
    wrong = list(forbidden(rows))
    print(f"  unknown or not allowed: {', '.join(wrong) or 'none'}")

    BUILT_WITH.parent.mkdir(parents=True, exist_ok=True)
    made = _run(
        "cyclonedx-py", "environment", python, "--pyproject", str(ROOT / "pyproject.toml"),
        "--output-reproducible", "--output-format", "JSON", "--output-file", str(BUILT_WITH),
    )  # fmt: skip
    if made.returncode:
        print(f"CycloneDX: not written: {made.stderr.strip()}")
    else:
        components = json.loads(BUILT_WITH.read_text("utf8"))["components"]
        print(f"CycloneDX: {len(components)} components in {BUILT_WITH.relative_to(ROOT)}")
    return 1 if bad or wrong or made.returncode else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
