"""How long a page takes: ``{page-time}`read` ``, `open` and `run`, all computed.

``{page-time}`run tutorials/other` `` is the running time of another page.

Reading time comes from the words and lines of code that are seen while all folds are closed
(`read`) or open (`open`), and each fold says its own; running time from what the cells took when
they last ran (`env.rnnlab_run_seconds`, which the execution of pages fills).
"""

from __future__ import annotations

from math import ceil

from docutils import nodes
from docutils.utils import unescape
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx_exercise.nodes import solution_node

from showing.folds import fold

LOGGER = logging.getLogger(__name__)
WORDS_A_MINUTE = 180  # technical prose, read by someone who stops to think
LINES_A_MINUTE = 15  # code
# Steps that a reader can tell apart. Two runs of a page differ by less, so its sentence stays.
STEPS = (5, 10, 20, 30, 45, 60)
FOLDS = (fold, solution_node)  # they say their minutes
CLOSED = (*FOLDS, HideCodeCellNode)


class PageTime(SphinxRole):
    """The role: its text is `read`, `open`, `run`, or `run` and another page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave the question in the text until the page is written."""
        kind, _, page = unescape(self.text).partition(" ")
        page = page or self.env.docname
        if self.text not in {"read", "open", "run"} and not (
            kind == "run" and page in self.env.found_docs
        ):
            wanted = "{page-time} takes `read`, `open`, `run` or `run` and a page, not %r"
            LOGGER.warning(wanted, self.text, location=self.get_location())
        return [nodes.inline(page_time=kind, page=page)], []


class WritePageTimes(SphinxPostTransform):
    """Put the times in."""

    default_priority = 10

    def run(self, **options: object) -> None:
        """Replace each question by its answer."""
        seconds = getattr(self.env, "rnnlab_run_seconds", {})
        for node in self.document.findall():
            if isinstance(node, FOLDS):
                node["minutes"] = reading_time(node)
        for node in list(self.document.findall(nodes.inline)):
            if node.get("page_time") == "read":
                node.replace_self(nodes.Text(reading_time(self.document, without=CLOSED)))
            elif node.get("page_time") == "open":
                node.replace_self(nodes.Text(reading_time(self.document)))
            elif node.get("page_time") == "run":
                node.replace_self(nodes.Text(running_time(seconds.get(node["page"]))))


def reading_time(node: nodes.Element, without: tuple[type[nodes.Node], ...] = ()) -> str:
    """Return the minutes that the words and code below a node take, but for those in folds."""
    words, lines = words_and_lines(node, without)
    minutes = max(1, ceil(words / WORDS_A_MINUTE + lines / LINES_A_MINUTE))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def words_and_lines(
    node: nodes.Element, without: tuple[type[nodes.Node], ...] = ()
) -> tuple[int, int]:
    """Count the words, and the lines of code and of output, below a node."""
    words = lines = 0
    for child in node.children:
        if isinstance(child, nodes.literal_block):
            lines += len(child.astext().splitlines())
        elif isinstance(child, nodes.Text):
            words += len(child.split())
        elif not isinstance(child, (nodes.raw, nodes.Invisible, *without)):
            more_words, more_lines = words_and_lines(child, without)
            words, lines = words + more_words, lines + more_lines
    return words, lines


def running_time(seconds: float | None) -> str:
    """Return the time that a page's cells take, rounded up to a step."""
    if seconds is None:
        return "a time that this build did not measure"
    if seconds > STEPS[-1]:
        return f"about {ceil(seconds / 60)} minutes"
    return f"about {next(step for step in STEPS if seconds <= step)} seconds"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role."""
    app.add_role("page-time", PageTime())
    app.add_post_transform(WritePageTimes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
