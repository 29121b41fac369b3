"""Start kernels by forking a process that has already imported TensorFlow.

Importing TensorFlow takes 4 s, and every page would pay for it. Python's own fork server imports
the libraries once and computes nothing; each page's kernel is a fork of it, so a page starts with
the libraries loaded and shares no state with another. Where there is no fork (Windows), kernels
are new processes as usual.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Collection
from importlib.metadata import EntryPoint
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

HAS_FORK = os.name == "posix"
# Not the inline backend of Matplotlib: it sets itself up for the kernel that imports it.
ALWAYS = ["ipykernel.kernelapp", "matplotlib.pyplot"]


NAME = "rnnlab-fork"

_server_log = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the build runs)
atexit.register(_server_log.close)


def start_server(environment: dict[str, str], *, libraries: Collection[str]) -> None:
    """Start importing what pages on these libraries need, in the background.

    Args:
        environment: The environment of the kernels.
        libraries: The distributions that the pages import, by name.
    """
    if not HAS_FORK:
        return
    from multiprocessing import forkserver

    entry = EntryPoint(
        NAME, "running.forked_kernels:ForkProvisioner", "jupyter_client.kernel_provisioners"
    )
    KernelProvisionerFactory.instance().provisioners[NAME] = entry

    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)  # some libraries read it while they are imported
    terminal = os.dup(2)
    try:
        os.dup2(_server_log.fileno(), 2)  # TensorFlow's notes about the machine, among others
        on_tensorflow = any(name.startswith(("tensorflow", "keras")) for name in libraries)
        preload = [*ALWAYS, *(["tensorflow", "keras"] if on_tensorflow else [])]
        multiprocessing.get_context("forkserver").set_forkserver_preload(preload)
        forkserver.ensure_running()
    except OSError as error:
        if "too long" not in str(error):
            raise
        folder = tempfile.gettempdir()
        raise OSError(f"a socket in {folder}: {error}; set TMPDIR to a shorter path") from None
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.environ.clear()
        os.environ.update(before)


def last_words() -> str:
    """Return the end of what the server, and forks that did not become kernels, wrote."""
    _server_log.seek(0)
    return _server_log.read().decode("utf8", "replace")[-2000:]


def serve_kernel(connection: str, folder: str, environment: dict[str, str], log: str) -> None:
    """Be a kernel: what the fork runs."""
    os.setsid()  # a group of its own, so that what the page starts can be stopped with it
    with open(log, "ab") as terminal, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(terminal.fileno(), 1)
        os.dup2(terminal.fileno(), 2)
    # Python starts a new server where one has died, and would start it without the pages' settings:
    # what has read them while it was imported, as Matplotlib has, would draw no figures.
    if os.environ.get("MATPLOTLIBRC") != environment["MATPLOTLIBRC"]:
        sys.exit("the process that kernels are forked from died; build again")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # The paths of a new process, not those of the build that it was forked for.
    own = environment["PYTHONPATH"].split(os.pathsep)
    installed = [path for path in sys.path if path.startswith((sys.prefix, sys.base_prefix))]
    sys.path[:] = ["", *own, *installed]
    tempfile.tempdir = None  # the server may have asked for it
    threading.Thread(target=_end_with_the_build, daemon=True).start()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(argv=["-f", connection])


def _end_with_the_build() -> None:
    """Kill this kernel, and what its page started, when the build is gone, however it ended.

    The server ends by itself after its last fork.
    """
    build = multiprocessing.parent_process()
    assert build
    build.join()
    os.killpg(0, signal.SIGKILL)


class _Forked(ForkServerProcess):
    """A forked process that also has what a provisioner uses of `subprocess.Popen`."""

    stdout = stderr = stdin = None

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self) -> int | None:
        self.join()
        return self.exitcode

    def send_signal(self, number: int) -> None:
        if self.pid and self.is_alive():
            os.kill(self.pid, number)


class ForkProvisioner(LocalProvisioner):
    """Launches a kernel as a fork of the server."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel that `cmd` describes; its output goes where `stderr` points."""
        folder = str(kwargs.get("cwd") or Path.cwd())
        connection = cmd[cmd.index("-f") + 1]
        given = (connection, folder, kwargs["env"], kwargs["stderr"].name)
        process = _Forked(target=serve_kernel, args=given, daemon=True)
        process.start()
        self.process = process  # type: ignore[assignment]  # it wants a Popen
        self.pid = self.pgid = process.pid
        return self.connection_info
