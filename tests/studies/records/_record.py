"""How a record is written: what made it, with which versions, and its parts."""

import json
import platform
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


def keep(path: Path, made_by: str, parts: dict[str, Any]) -> None:
    """Write a record, lists in a line each."""
    head = {
        "made by": made_by,
        "made on": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": f"python -m {made_by.removesuffix('.py').replace('/', '.')}",
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("tensorflow-cpu", "keras", "numpy")},
        },
    }
    text = json.dumps(head | parts, indent=1)
    in_lines = re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text)
    path.write_text(in_lines + "\n")


def keep_parts(path: Path, parts: dict[str, Callable[[], dict[str, Any]]]) -> None:
    """Make the parts that the command names, or all, and write each into the record when done."""
    # Another study's arguments may reach this one through nox.
    chosen = [name for name in sys.argv[1:] if name in parts] or parts
    for name in chosen:
        found = parts[name]()
        # Parts that run side by side keep each other's.
        record = json.loads(path.read_text()) if path.exists() else {}
        record[name] = found
        ordered = {key: record[key] for key in parts if key in record}
        keep(path, f"tests/studies/records/{path.stem}.py", ordered)
