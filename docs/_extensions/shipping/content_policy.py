"""The content security policy: a page asks no other host for anything and runs only our files.

It stands in every page, so that it holds from a folder and on hosts that send no headers, and in
three files of headers for hosts that do.  Scripts come from files alone: a script or a handler
written into a page fails the build.  Inline `style` attributes are allowed, openly: KaTeX places
its glyphs and Matplotlib colours its lines with them; `<style>` elements are not.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",  # heat maps inside an SVG, and icons inside the theme's style sheet
    "font-src": "'self'",
    "connect-src": "'self'",  # the preview asks for the end of the next build
    "form-action": "'self'",
    "base-uri": "'none'",
}
META = "; ".join(f"{name} {sources}" for name, sources in POLICY.items())
HEADERS = {
    # A page cannot say this of itself: only the header keeps it out of other sites' frames.
    "Content-Security-Policy": f"{META}; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Style sheets and fonts are cut to the pages: ten minutes after a change all are of one build.
    "Cache-Control": "max-age=600",
}
FILES = {
    # Netlify, Cloudflare Pages and others; nginx (include it); Apache.
    "_headers": ("/*\n", "  {}: {}\n"),
    "nginx-headers.conf": ("", 'add_header {} "{}" always;\n'),
    ".htaccess": ("", 'Header always set {} "{}"\n'),
}
# The theme sets these two inline; nothing reads them without a version switcher.
THEME_OPTIONS = ("DOCUMENTATION_OPTIONS.pagename", "DOCUMENTATION_OPTIONS.search_as_you_type")


class BreachFinder(HTMLParser):
    """Collects, in words, what the policy refuses in the HTML that it is fed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element; names come in small letters."""
        names = [name for name, _ in attrs]
        # Data in a page is not executed, and the policy lets it be.
        if tag == "script" and "src" not in names and ("type", "application/json") not in attrs:
            self.found.append("a script without a file")
        if tag == "style":
            self.found.append("a <style> element")
        self.found += [f"an inline handler, {name}" for name in names if name.startswith("on")]


def breaches(html: str) -> list[str]:
    """Return what the policy refuses in a piece of HTML."""
    finder = BreachFinder()
    finder.feed(html)
    return finder.found


def apply(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Hand the policy to the template, take the theme's inline scripts out, check the contents."""
    context["content_policy"] = META
    files = []
    for script in context.get("script_files", []):
        body = getattr(script, "attributes", {}).get("body", "")
        if body and not body.startswith(THEME_OPTIONS):
            LOGGER.warning("the content policy refuses the script %r", body, location=page)
        if not body:
            files.append(script)
    context["script_files"] = files
    for breach in breaches(context.get("body") or ""):
        LOGGER.warning("the content policy refuses %s", breach, location=page)


def write_headers(app: Sphinx, exception: Exception | None) -> None:
    """Write the headers in the three dialects that hosts read."""
    if exception is None and app.builder.format == "html":
        for name, (start, line) in FILES.items():
            text = start + "".join(line.format(*header) for header in HEADERS.items())
            (Path(app.outdir) / name).write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Work after the theme has added its scripts (priority 500 and 501)."""
    app.connect("html-page-context", apply, priority=900)
    app.connect("build-finished", write_headers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
