"""Serve the site on 127.0.0.1, build it again when a file is saved, and reload open pages.

    python docs/_extensions/shipping/preview.py [--port 8000]

Each build runs in a fork of this process, which has Sphinx loaded but none of our modules, so a
build starts at once and always sees the code as it was saved.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import runpy
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

from watchfiles import DefaultFilter, watch

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "docs" / "_build"
# What a build spends its first seconds on.
LIBRARIES = ("sphinx.cmd.build", "sphinx_book_theme", "myst_nb.sphinx_ext")

# The policy of the pages allows scripts and requests of their own host alone.
RELOAD_SCRIPT = b'new EventSource("/_preview/builds").onmessage = () => location.reload();'


class Handler(SimpleHTTPRequestHandler):
    """Serves the built site, with the reload script added to each page."""

    #: Set when the build that is at work or to come has succeeded.
    built = threading.Event()

    def do_GET(self) -> None:
        """Answer with the file, the script or, as they end, the builds."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if self.path == "/_preview/builds":
            self._start("text/event-stream")
            with contextlib.suppress(ConnectionError):  # the page was left
                while Handler.built.wait():
                    self.wfile.write(b"data: new\n\n")
        elif self.path == "/_preview/reload.js":
            self._start("text/javascript")
            self.wfile.write(RELOAD_SCRIPT)
        elif path.suffix == ".html" and path.is_file():
            self._start("text/html; charset=utf-8")
            script = b'<script src="/_preview/reload.js"></script></body>'
            self.wfile.write(path.read_bytes().replace(b"</body>", script))
        else:
            super().do_GET()

    def _start(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing of requests; the terminal is for builds."""


def build() -> bool:
    """Build the site in a process of its own; tell whether that succeeded."""
    child = multiprocessing.get_context("fork").Process(target=_build)
    child.start()
    child.join()
    return child.exitcode == 0


def _build() -> None:
    module = runpy.run_path(str(Path(__file__).with_name("build.py")))
    sys.exit(module["main"]([], waits=True))


def main() -> int:
    """Build, serve, and build again after each change until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    for library in LIBRARIES:
        import_module(library)
    try:
        handler = partial(Handler, directory=str(BUILD / "html"))
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:  # the latter above 65535
        print(f"error: --port {port} can't be used: {error}", file=sys.stderr)
        return 2
    server.daemon_threads = True
    sources = DefaultFilter(ignore_paths=[BUILD])  # no hidden folders, bytecode or editors' files
    saves = watch(
        ROOT / "docs", ROOT / "rnnlab", watch_filter=sources, debounce=200, step=50,
        rust_timeout=200, yield_on_timeout=True,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):
        next(saves)  # from here on it watches; what is saved during a build is built after it
        build()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"preview: http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)
        for saved in saves:
            if saved and build():
                Handler.built, built = threading.Event(), Handler.built
                built.set()
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from running.environment import run_python

    program = "import sys; from shipping.preview import main; sys.exit(main())"
    run_python("-c", program, *sys.argv[1:])
