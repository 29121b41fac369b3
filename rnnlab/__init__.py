"""Recurrent neural networks, small enough to read and checked against independent references.

Each module holds one concept and is imported by its own name, as in
``from rnnlab.cells import simple_rnn``; importing the package alone loads nothing else.
"""

import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec


def _check_surroundings() -> None:
    """Say in a line what is missing or not supported here."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        here = ".".join(map(str, sys.version_info[:2]))
        raise ImportError(f"rnnlab needs CPython 3.11, 3.12 or 3.13, not {here}")
    if find_spec("tensorflow") is None:  # no dependency: its two builds overwrite each other
        raise ImportError("rnnlab needs TensorFlow: pip install tensorflow (or tensorflow-cpu)")
    for build in ("tensorflow", "tensorflow-cpu"):
        try:
            found = version(build)  # as installed: to ask TensorFlow itself would take seconds
        except PackageNotFoundError:
            continue
        if tuple(map(int, found.split(".")[:2])) < (2, 18):
            raise ImportError(
                f"rnnlab needs TensorFlow 2.18 or newer, not {found}: pip install --upgrade {build}"
            )


_check_surroundings()
