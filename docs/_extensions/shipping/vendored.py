"""Files of others that the site serves or is built with: one list, checked at every build.

`_static/vendor/vendored.json` names each package, its version and licence, and each file with its
SHA-256.  `nox -s vendor` fetches them anew from the npm registry.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

DOCS = Path(__file__).resolve().parents[2]
LIST = "_static/vendor/vendored.json"


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def faults(docs: Path = DOCS) -> list[str]:
    """Return a sentence for each listed file that is missing or not the one listed."""
    found = []
    for package in json.loads((docs / LIST).read_text("utf-8"))["packages"]:
        for file in package["files"]:
            path = docs / file["path"]
            if not path.is_file():
                found.append(f"{file['path']} of {package['name']} is missing")
            elif (actual := digest(path.read_bytes())) != file["sha256"]:
                found.append(
                    f"{file['path']} is not the file of {package['name']} {package['version']}: "
                    f"its SHA-256 is {actual}, the list says {file['sha256']}"
                )
    return found


def refresh(docs: Path = DOCS, versions: dict[str, str] | None = None) -> None:
    """Fetch each listed package anew (the newest version unless one is given) and list it again."""
    listed: dict[str, Any] = json.loads((docs / LIST).read_text("utf-8"))
    for package in listed["packages"]:
        version = (versions or {}).get(package["name"], "latest")
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", "--silent", f"{package['name']}@{version}"]
            subprocess.run(command, cwd=folder, check=True)
            (archive,) = Path(folder).glob("*.tgz")
            with tarfile.open(archive) as members:
                members.extractall(folder, filter="data")
            unpacked = Path(folder) / "package"
            manifest = json.loads((unpacked / "package.json").read_text("utf-8"))
            package["version"], package["licence"] = manifest["version"], manifest["license"]
            for file in package["files"]:
                data = (unpacked / file["source"]).read_bytes()
                target = docs / file["path"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                file["sha256"] = digest(data)
        print(f"{package['name']} {package['version']}: {len(package['files'])} files")
    (docs / LIST).write_text(json.dumps(listed, indent=2) + "\n", "utf-8")


def check(app: Sphinx) -> None:
    """Refuse to build a site from a file that is not the one listed."""
    if found := faults():
        raise ExtensionError("; ".join(found) + " (refresh with: nox -s vendor)")


def setup(app: Sphinx) -> dict[str, bool]:
    """Check the list before pages run, which takes minutes."""
    app.connect("builder-inited", check, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    refresh(versions=dict(argument.split("@") for argument in sys.argv[1:]))
