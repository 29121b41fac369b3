"""How long a page takes: ``{page-time}`read` `` and ``{page-time}`run` ``, both computed.

``{page-time}`run tutorials/other` `` is the running time of another page.

Reading time comes from the page's words and lines of code, running time from what its cells took
when they last ran (`env.rnnlab_run_seconds`, which the execution of pages fills).
"""

from __future__ import annotations

from math import ceil

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from docutils.utils import unescape
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxRole

WORDS_A_MINUTE = 180  # technical prose, read by someone who stops to think
LINES_A_MINUTE = 15  # code
# Steps that a reader can tell apart. Two runs of a page differ by less, so its sentence stays.
STEPS = (5, 10, 20, 30, 45, 60)


class page_time(nodes.Inline, nodes.TextElement):  # type: ignore[misc]  # noqa: N801
    """Stands for a time until the page is written."""


class PageTime(SphinxRole):
    """The role: its text is `read`, `run`, or `run` and another page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a node, or a message if the text is neither."""
        kind, _, page = unescape(self.text).partition(" ")
        page = page or self.env.docname
        known = kind == "run" and page in self.env.found_docs
        if not known and self.text not in {"read", "run"}:
            inliner: Inliner = self.inliner
            message = inliner.reporter.error(
                f"{{page-time}} takes `read`, `run` or `run` and a page, not {self.text!r}",
                line=self.lineno,
            )
            return [], [message]
        return [page_time(kind=kind, page=page)], []


class WritePageTimes(SphinxPostTransform):
    """Put the times in."""

    default_priority = 10

    def run(self, **options: object) -> None:
        """Replace each node by its text."""
        for node in list(self.document.findall(page_time)):
            if node["kind"] == "read":
                text = reading_time(self.document)
            else:
                seconds = getattr(self.env, "rnnlab_run_seconds", {}).get(node["page"])
                text = running_time(seconds)
            node.replace_self(nodes.Text(text))


def reading_time(document: nodes.document) -> str:
    """Return the minutes that a page's words and code take."""
    words = lines = 0
    for text in document.findall(nodes.Text):
        if isinstance(text.parent, nodes.literal_block):
            lines += len(text.splitlines())
        elif not isinstance(text.parent, nodes.raw):
            words += len(text.split())
    minutes = max(1, ceil(words / WORDS_A_MINUTE + lines / LINES_A_MINUTE))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def running_time(seconds: float | None) -> str:
    """Return the time that a page's cells take, rounded up to a step."""
    if seconds is None:
        return "a time that this build did not measure"
    if seconds > STEPS[-1]:
        minutes = ceil(seconds / 60)
        return f"about {minutes} minutes"
    return f"about {next(step for step in STEPS if seconds <= step)} seconds"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role."""
    app.add_node(page_time)
    app.add_role("page-time", PageTime())
    app.add_post_transform(WritePageTimes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
