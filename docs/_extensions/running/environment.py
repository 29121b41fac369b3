"""The environment that the build, its kernels and our sessions run in, whatever the reader has set.

    python docs/_extensions/running/environment.py -m pytest

runs Python with these arguments in it. Only what says where things lie is let in, and what is ours;
so no setting of Python's or of a library's, and no file in the reader's home, reaches what is
computed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

EXTENSIONS = Path(__file__).parents[1]
HOME = EXTENSIONS.parent / "_build" / "home"
# What every page's kernel is set up with; Keras and Matplotlib read their files from here.
KERNEL_SETTINGS = Path(__file__).parent / "kernel"

#: Where libraries in C are looked for, which may compute otherwise: a part of each page's key.
LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
MACHINE = (
    *("PATH", "TMPDIR", "TEMP", "TMP"),
    *LIBRARY_PATHS,
    # Without these nothing starts on Windows.
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS"),
)
OURS = (
    *("RNNLAB_SITE", "RNNLAB_SITE_URL", "RNNLAB_REPOSITORY_URL", "BENCH_THREADS"),
    *("TERM", "NO_COLOR", "PLAYWRIGHT_BROWSERS_PATH"),  # the terminal and the tests' browser
)
# Where packages come from, and whom to trust there, for what asks a registry; no page does.
REGISTRY = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "NO_PROXY"),
    *("UV_DEFAULT_INDEX", "UV_FIND_LINKS", "PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT"),
)
STATED = {
    "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8",  # which macOS may lack
    "TZ": "UTC",
    "PYTHONUTF8": "1",
    "PYTHONNOUSERSITE": "1",
}


def own_environment(let_in: Iterable[str] = (*MACHINE, *OURS, *REGISTRY)) -> dict[str, str]:
    """Return the environment, with those of the reader's variables that are let in."""
    given = {name: os.environ[name] for name in let_in if name in os.environ}
    return (
        given
        | STATED
        | {
            "PYTHONPATH": str(EXTENSIONS),
            "KERAS_HOME": str(KERNEL_SETTINGS),
            "MPLCONFIGDIR": str(
                HOME / "matplotlib"
            ),  # its list of the machine's fonts takes a while
            **home_variables(HOME),
        }
    )


def home_variables(folder: Path) -> dict[str, str]:
    """Return what makes a folder the home, on any system."""
    return dict.fromkeys(("HOME", "USERPROFILE"), str(folder))


def temporary_variables(folder: Path) -> dict[str, str]:
    """Return what makes a folder the one for temporary files, on any system."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))


def run_python(*arguments: str) -> NoReturn:
    """Become Python in this environment, without the flags that this process has."""
    try:
        HOME.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"error: {error.strerror}: {error.filename}")
    command, environment = [sys.executable, *arguments], own_environment()
    if os.name == "posix":
        os.execve(command[0], command, environment)
    sys.exit(subprocess.call(command, env=environment))  # nobody waits for an exec on Windows


if __name__ == "__main__":
    run_python(*sys.argv[1:])
