"""Settings of a reader that would change what pages compute, or fail them."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def hostile(folder: Path) -> dict[str, str]:
    """Write into a home what changes outputs or fails pages; return it with such variables."""
    home, modules = folder / "home", folder / "modules"
    files = {
        home / ".keras" / "keras.json": json.dumps({"floatx": "float64", "backend": "jax"}),
        home / ".config" / "matplotlib" / "matplotlibrc": "lines.linewidth: 9\n",
        home / ".ipython" / "profile_default" / "startup" / "00.py": "print('started')",
        home / ".jupyter" / "jupyter_config.json": json.dumps({"NotebookClient": {"timeout": 0}}),
        modules / "sitecustomize.py": "raise SystemExit('sitecustomize of the reader')",
        modules / "usercustomize.py": "raise SystemExit('usercustomize of the reader')",
        modules / "keras.py": "raise SystemExit('another Keras')",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {
        "HOME": str(home),
        "MATPLOTLIBRC": str(home / ".config" / "matplotlib"),
        "MPLBACKEND": "pdf",
        "PYTHONSTARTUP": str(modules / "sitecustomize.py"),
        "PYTHONOPTIMIZE": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONHASHSEED": "7",
        "PYTHONUSERBASE": str(modules),
        "PYTHONDONTWRITEBYTECODE": "1",
        "KERAS_BACKEND": "jax",
        "TF_USE_LEGACY_KERAS": "1",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TF_DETERMINISTIC_OPS": "1",
        "XLA_FLAGS": "--xla_no_such_flag",
        "OMP_NUM_THREADS": "1",
        # In the locale C Python itself does not start from a path such as that of some clones.
        "LC_ALL": "C" if sys.prefix.isascii() else "C.UTF-8",
        "LANGUAGE": "de",
        "TZ": "Asia/Kathmandu",
        "JUPYTER_PATH": str(modules),
        "SOURCE_DATE_EPOCH": "0",
        "FORCE_COLOR": "1",
    }
