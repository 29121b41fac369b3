"""Serve the site on 127.0.0.1, build it again when a file is saved, and reload open pages.

    python docs/_extensions/shipping/preview.py [--port 8000]

Each build runs in a fork of this process, which has Sphinx loaded but none of our modules, so a
build starts at once and always sees the code as it was saved.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import sys
import threading
from collections.abc import Iterable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import watchfiles

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "docs" / "_build"

# Asks, over and over, whether a newer site is there; the answer comes when it is.
RELOAD_SCRIPT = b"""\
const wait = async (seen) => {
  for (;;) {
    try {
      const now = await (await fetch("/_preview/builds?seen=" + seen)).text();
      if (seen !== "" && now !== seen) location.reload();
      seen = now;
    } catch { await new Promise((done) => setTimeout(done, 1000)); }
  }
};
wait("");
"""


class Builds:
    """Counts the builds that succeeded; a page can wait for the next one."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def add(self) -> None:
        """Tell all who wait that there is a new site."""
        with self.changed:
            self.count += 1
            self.changed.notify_all()

    def wait_for_newer(self, seen: str, seconds: float = 20) -> str:
        """Return the number of the latest build, waiting while it is the one already seen."""
        with self.changed:
            self.changed.wait_for(lambda: str(self.count) != seen, timeout=seconds)
            return str(self.count)


class Handler(SimpleHTTPRequestHandler):
    """Serves the built site, with the reload script added to each page."""

    def __init__(self, *args: object, builds: Builds) -> None:
        self.builds = builds
        super().__init__(*args, directory=str(BUILD / "html"))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with the file, the script or the number of the latest build."""
        if self.path == "/_preview/reload.js":
            self._send(RELOAD_SCRIPT, "text/javascript")
        elif self.path.startswith("/_preview/builds"):
            newest = self.builds.wait_for_newer(self.path.rpartition("=")[2])
            self._send(newest.encode(), "text/plain")
        else:
            path = Path(self.translate_path(self.path))
            path = path / "index.html" if path.is_dir() else path
            if path.suffix == ".html" and path.is_file():
                script = b'<script src="/_preview/reload.js"></script></body>'
                page = path.read_bytes().replace(b"</body>", script)
                # The policy of the page allows scripts and requests of its own host alone.
                self._send(page, "text/html; charset=utf-8")
            else:
                super().do_GET()

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing of requests; the terminal is for builds."""


def build() -> int:
    """Build the site in a process of its own."""
    child = multiprocessing.get_context("fork").Process(target=_publish)
    child.start()
    child.join()
    return child.exitcode or 0


def _publish() -> None:
    from shipping import publish

    sys.exit(publish.main([]))


def changes() -> Iterable[object]:
    """Yield whenever a source of the site was saved."""
    places = [ROOT / "docs", ROOT / "rnnlab"]
    return watchfiles.watch(*places, watch_filter=_is_source, debounce=200, step=50)


def _is_source(change: watchfiles.Change, path: str) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in Path(path).parts)
    return not hidden and BUILD not in Path(path).parents and not path.endswith("~")


def main() -> int:
    """Build, serve, and build again after each change until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()

    # Loaded once, before the forks.
    import sphinx.cmd.build  # noqa: F401
    import sphinx_book_theme  # noqa: F401

    from running import executed_pages  # noqa: F401

    builds = Builds()
    handler = functools.partial(Handler, builds=builds)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), handler)
    except OSError as error:
        print(f"error: --port {options.port} can't be used: {error.strerror}", file=sys.stderr)
        return 2
    server.daemon_threads = True
    build()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"preview: http://127.0.0.1:{options.port}/ (Ctrl-C ends it)", flush=True)
    try:
        for _ in changes():
            if build() == 0:
                builds.add()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
