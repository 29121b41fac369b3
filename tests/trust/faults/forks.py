"""Processes that start with TensorFlow imported, so that hundreds of them can be killed."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any

_context = multiprocessing.get_context("forkserver")
# Imported in the server, which computes nothing: TensorFlow's threads would not survive a fork.
_context.set_forkserver_preload(["rnnlab.training", "rnnlab.checkpoints", "rnnlab.models"])


def start(work: Callable[..., Any], *arguments: Any) -> ForkServerProcess:
    """Start a function of a module in a process of its own."""
    process = _context.Process(target=_quietly, args=(work, *arguments))
    process.start()
    return process


def finish(work: Callable[..., Any], *arguments: Any) -> int | None:
    """Run a function in a process of its own and return its exit code."""
    process = start(work, *arguments)
    process.join()
    return process.exitcode


def _quietly(work: Callable[..., Any], *arguments: Any) -> None:
    """Keep what TensorFlow says about the machine off the terminal, but not an error."""
    terminal = os.dup(2)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        work(*arguments)
    except Exception:
        os.dup2(terminal, 2)
        traceback.print_exc()
        raise SystemExit(1) from None
