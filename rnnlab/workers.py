"""Several processes that train one network together, started and watched on one machine."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from rnnlab._door import takes


class WorkerError(RuntimeError):
    """A worker failed, or was not done in time; the others were ended.

    Example:
        >>> raise WorkerError("worker 1 of 2 ended with code 1 after 3 s")
        Traceback (most recent call last):
        rnnlab.workers.WorkerError: worker 1 of 2 ended with code 1 after 3 s
    """


@takes(workers="count", timeout="number > 0")
def run_workers(
    program: str | os.PathLike[str],
    workers: int = 2,
    *,
    timeout: float = 300.0,
    arguments: Sequence[str] = (),
) -> list[str]:
    r"""Run a program in several processes that know of each other, and wait for all of them.

    Each process finds the addresses of all, and its own number, in the environment variable
    ``TF_CONFIG``, where TensorFlow's `MultiWorkerMirroredStrategy` looks for them. A worker of
    TensorFlow waits long for one that never comes, an hour by its source; this function has a
    time-out of its own.

    Args:
        program: A Python file.
        workers: How many processes run it.
        timeout: Seconds after which all are ended.
        arguments: What the program is given on its command line.

    Returns:
        What each worker printed, errors included.

    Raises:
        TypeError: `workers` is no integer, or `timeout` no number.
        ValueError: One of them is not positive, or `timeout` is not finite.
        FileNotFoundError: There is no such program.
        WorkerError: A worker ended with an error or was killed, or the time was over. The message
            says which, numbered from 0, and what it printed last; no worker goes on.

    Example:
        >>> from pathlib import Path
        >>> _ = Path("who.py").write_text("import os; print('index' in os.environ['TF_CONFIG'])")
        >>> run_workers("who.py", workers=2)
        ['True\n', 'True\n']
    """
    if not Path(program).is_file():
        raise FileNotFoundError(f"program must be a Python file; there is no {str(program)!r}")
    addresses = _free_addresses(workers)
    started = time.monotonic()
    with ExitStack() as stack:
        outputs = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in addresses]
        running: list[subprocess.Popen[str]] = []
        stack.callback(_end, running)
        for index, output in enumerate(outputs):
            task = {"type": "worker", "index": index}
            place = json.dumps({"cluster": {"worker": addresses}, "task": task})
            running.append(subprocess.Popen(
                [sys.executable, program, *arguments], env=os.environ | {"TF_CONFIG": place},
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True,
            ))  # fmt: skip
        while True:
            spent = time.monotonic() - started
            waiting = [index for index, process in enumerate(running) if process.poll() is None]
            failed = [index for index, process in enumerate(running) if process.poll()]
            if failed:
                which = f"worker {failed[0]} of {workers}"
                ended = f"ended with code {running[failed[0]].returncode} after {spent:.0f} s"
                raise WorkerError(f"{which} {ended}; {_last_line(outputs[failed[0]])}")
            if not waiting:
                return [_read(output) for output in outputs]
            if spent > timeout:
                said = "; ".join(f"worker {i}: {_last_line(outputs[i])}" for i in waiting)
                late = f"{len(waiting)} of {workers} workers were not done in {timeout:g} s"
                raise WorkerError(f"{late}; {said}")
            time.sleep(0.05)


def _free_addresses(count: int) -> list[str]:
    """Return addresses of this machine that are free now."""
    with ExitStack() as stack:  # all held at once, so that no two are the same
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return ["{}:{}".format(*one.getsockname()) for one in sockets]


def _end(processes: Sequence[subprocess.Popen[str]]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()


def _read(output: IO[str]) -> str:
    output.seek(0)
    return output.read()


def _last_line(output: IO[str]) -> str:
    lines = [line.strip() for line in _read(output).splitlines() if line.strip()]
    return f"it printed last: {lines[-1]}" if lines else "it printed nothing"
