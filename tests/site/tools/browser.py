"""The built site, a server for it, and the Chromium that looks at it.

The site is served from a folder below the host's root, as many hosts do, and with the site's own
404 page: what holds here holds there.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from handing_out.browser import chromium as chromium

SITE = Path(os.environ.get("RNNLAB_SITE", Path(__file__).parents[3] / "docs" / "_build" / "html"))
FOLDER = "/some/folder/"
COMPRESSED = {".html", ".css", ".js", ".svg", ".txt", ".xml", ".ipynb", ".md"}


class Handler(SimpleHTTPRequestHandler):
    """Serve a folder below `FOLDER`, quietly."""

    protocol_version = "HTTP/1.1"  # as hosts do: connections are used again

    def translate_path(self, path: str) -> str:
        """Take the folder off an address."""
        if not path.startswith(FOLDER):
            return str(Path(self.directory, "missing"))
        return super().translate_path("/" + path.removeprefix(FOLDER))

    def do_GET(self) -> None:
        """Send a file, text compressed, as hosts do."""
        path = Path(self.translate_path(self.path.partition("?")[0].partition("#")[0]))
        if path.suffix not in COMPRESSED or not path.is_file():
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(str(path)) + "; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, *args: Any) -> None:
        """Answer a missing address with the site's own page."""
        page = Path(self.directory, "404.html")
        body = page.read_bytes() if code == HTTPStatus.NOT_FOUND and page.is_file() else b""
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class QuietServer(ThreadingHTTPServer):
    """A server that does not mind a browser that hangs up."""

    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; give the address of its root."""
    with QuietServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}{FOLDER}"
        server.shutdown()
        thread.join()


SOURCE = "_modules/rnnlab/training.html"


def pages(site: Path = SITE) -> list[str]:
    """Return the site's pages, found from the site itself."""
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    # Those of sources have one template: one stands for all.
    return [name for name in found if not name.startswith("_") or name == SOURCE]
