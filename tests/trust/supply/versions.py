"""The tests of the package on the oldest and the newest versions that `pyproject.toml` lets in.

    python -m tests.trust.supply.versions [TENSORFLOW ...]

Each has an environment of its own, filled from the registry and thrown away; the locks stay as they
are.  What an interpreter has no wheels for is left out by uv: the oldest TensorFlow on Python 3.13
is a later one than on 3.11.  `nox -s trust -- versions` calls this; it needs uv.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[3]
ENVIRONMENT = ROOT / "docs" / "_extensions" / "running" / "environment.py"
# What the tests of the package use beside it: the newest that goes with the rest, and the
# Babel of the locks, since names of months change from one to the next.
TOOLS = ("pytest", "hypothesis", "scikit-learn", "babel==2.18.*", "ruff")
# Published vectors for the cells: the onnx that makes them asks for a protobuf that TensorFlow
# refuses up to 2.19. The tests on the locks have them.
TESTS = ("tests/package", "--ignore=tests/package/test_onnx_vectors.py")
# A library that is older than those that it stands on warns of what they will no longer have.
AGED = ("-W", "ignore::DeprecationWarning", "-W", "ignore::PendingDeprecationWarning")
SHOWN = ("tensorflow", "keras", "numpy", "pandas", "matplotlib")
FOUND = f"""import json
from importlib.metadata import packages_distributions, version
print(json.dumps([version(packages_distributions()[name][0]) for name in {SHOWN}]))"""


def uv(*arguments: str) -> str:
    """Run uv; return what it prints, or raise RuntimeError with what it says."""
    command = ["uv", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(" ".join(done.stderr.split()))
    return done.stdout


def chosen(wanted: str, constraints: Path) -> str:
    """Return requirements of the package: the `oldest`, the `newest` or those of a TensorFlow."""
    resolution = "lowest-direct" if wanted == "oldest" else "highest"
    version = "" if wanted in ("oldest", "newest") else f"=={wanted}.*"
    constraints.write_text(f"tensorflow{version}\ntensorflow-cpu{version}\n", "utf-8")
    return uv(
        *("pip", "compile", "--quiet", "pyproject.toml", "--extra", "cpu"),
        *("--python", sys.executable, "--only-binary", ":all:"),
        *("--resolution", resolution, "--constraint", str(constraints)),
    )


def tried(wanted: str, tests: Sequence[str] = TESTS) -> tuple[list[str], str]:
    """Install and test; return the versions that were found, and what pytest said at the end."""
    with tempfile.TemporaryDirectory(prefix="rnnlab-") as name:
        folder = Path(name)
        requirements = folder / "requirements.txt"
        requirements.write_text(chosen(wanted, folder / "constraints.txt"), "utf-8")
        uv("venv", "--quiet", "--python", sys.executable, str(folder / "venv"))
        python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        uv(
            *("pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)),
            *("--requirement", str(requirements), "--constraint", str(requirements), *TOOLS),
        )
        # Tests start processes of their own, which find the package only where it is installed.
        uv("pip", "install", "--quiet", "--no-deps", "--python", str(python), "--editable", ".")
        found = subprocess.run([python, "-c", FOUND], capture_output=True, text=True, check=True)
        command = [python, ENVIRONMENT, "-m", "pytest", "--quiet", "--tb=short", *AGED, *tests]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
        if done.returncode:
            print(*lines, sep="\n", flush=True)
        return json.loads(found.stdout), lines[-1].strip("= ")


def main(wanted: Sequence[str] = ()) -> int:
    """Print a table; return 1 if something can't be installed or a test fails."""
    failed, rows = False, []
    for one in wanted or ("oldest", "newest"):
        try:
            versions, said = tried(one)
        except RuntimeError as error:
            versions, said = ["-"] * len(SHOWN), f"not installed: {error}"
        failed |= "passed" not in said or "failed" in said or "error" in said
        rows.append((one, *versions, said))
    print(f"CPython {sys.version.split()[0]}")
    for name, *versions, said in [("", *SHOWN, "tests of the package"), *rows]:
        print(f"{name:8}", *(f"{version:>11}" for version in versions), f"  {said}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
