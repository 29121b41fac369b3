"""What depends on where the site stands: the 404 page, and for search engines sitemap and robots.

The address is the one optional setting `html_baseurl`.  Unset, nothing points at a made-up place:
there is a 404 page, which finds its way as far as it can, and no sitemap or robots.txt.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from sphinx.application import Sphinx

from shipping.content_policy import POLICY

NOT_FOUND = "404"
STYLE = Path(__file__).parents[2] / "_templates" / "404.css"


def not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Make the page that hosts show for a missing address.

    A host shows it at any depth, where relative addresses lead astray: it carries its own style and
    links from the host's root where the site's address is known.
    """
    style = STYLE.read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = POLICY | {"style-src": f"'sha256-{digest}'", "script-src": "'none'"}
    context = {
        "style": style,
        "policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "root": urlsplit(app.config.html_baseurl).path,
    }
    yield NOT_FOUND, context, "404.html"


def write_for_search_engines(app: Sphinx, exception: Exception | None) -> None:
    """Write sitemap.xml and robots.txt, if it is known where the site stands.

    All pages are listed in every build, also those that it did not write anew.
    """
    base = app.config.html_baseurl
    if exception is not None or app.builder.format != "html" or not base:
        return
    addresses = [base + app.builder.get_target_uri(page) for page in sorted(app.env.found_docs)]
    entries = "".join(f"  <url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    sitemap = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )
    site = Path(app.outdir)
    (site / "sitemap.xml").write_text(sitemap, "utf-8")
    (site / "robots.txt").write_text(f"User-agent: *\nSitemap: {base}sitemap.xml\n", "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the page and the files."""
    app.connect("html-collect-pages", not_found)
    app.connect("build-finished", write_for_search_engines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
