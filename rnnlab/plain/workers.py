"""The plain forms of what `rnnlab.workers` has."""

import json
import os
import socket
import subprocess
import sys
import time

from rnnlab.workers import WorkerError


def run_workers(program, workers=2, *, timeout=300, arguments=()):
    """Run a program in several processes that know of each other."""
    found = [socket.create_server(("localhost", 0)) for _ in range(workers)]
    addresses = [f"localhost:{one.getsockname()[1]}" for one in found]
    for server in found:
        server.close()
    running, end = [], time.time() + timeout
    for index in range(workers):
        task = {"type": "worker", "index": index}
        place = {"cluster": {"worker": addresses}, "task": task}
        environment = os.environ | {"TF_CONFIG": json.dumps(place)}
        command = [sys.executable, program, *arguments]
        options = {"stdout": subprocess.PIPE, "text": True}
        one = subprocess.Popen(command, env=environment, **options)
        running.append(one)
    while any(code := [one.poll() for one in running]) or None in code:
        failed = [n for n, one in enumerate(code) if one]
        if failed or time.time() > end:
            for one in running:
                one.kill()
                one.communicate()
            n = failed[0] if failed else code.index(None)
            ended = f"ended with code {code[n]}"
            raise WorkerError(f"worker {n} of {workers} {ended}")
        time.sleep(0.1)
    return [one.communicate()[0] for one in running]
