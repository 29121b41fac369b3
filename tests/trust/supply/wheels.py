"""What machines of each kind install from the locks: wheels alone, or a compiler would be needed.

    python -m tests.trust.supply.wheels

Each lock is resolved for each Python and platform; nothing but metadata is fetched.
`nox -s trust -- wheels` and `nox -s lock` call this; it needs uv.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

LOCKS = sorted(Path(__file__).parents[3].glob("docs/requirements/*.txt"))
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "Linux x86-64": "x86_64-unknown-linux-gnu",
    "Linux ARM": "aarch64-unknown-linux-gnu",
    "macOS ARM": "aarch64-apple-darwin",
    "Windows": "x86_64-pc-windows-msvc",
}


def fault(lock: Path, python: str, platform: str) -> str:
    """Return why a lock can't be installed from wheels alone, nothing if it can."""
    alone = ["--no-deps"] if lock.stem.endswith("without-their-dependencies") else []
    with tempfile.TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [
                *("uv", "pip", "install", "--dry-run", "--only-binary", ":all:", *alone),
                *("--python-version", python, "--python-platform", platform),
                *("--target", nowhere, "--require-hashes", "--requirement", str(lock)),
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode == 0:
        return ""
    lines = [line.strip() for line in done.stderr.splitlines()]
    return next((line for line in lines if "Because" in line), " ".join(lines))


def main(locks: Iterable[Path] = LOCKS) -> int:
    """Print a table of the locks; return 1 if one of them needs a build somewhere."""
    width = max(len(lock.stem) for lock in LOCKS)
    print(f"{'':{width}}", *(f"{platform:>16}" for platform in PLATFORMS))
    faults = []
    for lock in locks:
        cells = []
        for name, platform in PLATFORMS.items():
            found = {python: fault(lock, python, platform) for python in PYTHONS}
            cells.append(" ".join(python for python in PYTHONS if not found[python]) or "none")
            faults += [f"{lock.stem}, {name}, {py}: {why}" for py, why in found.items() if why]
        print(f"{lock.stem:{width}}", *(f"{cell:>16}" for cell in cells), flush=True)
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
