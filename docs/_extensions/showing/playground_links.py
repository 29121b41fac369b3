"""Links that set the playground: ``{play}`a random walk <series=walk>` ``.

What stands in the brackets is the part of an address after its `#`; Markdown's own links cannot
hold it, since they ask the page for a heading of that name.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole

PLAYGROUND = "tutorials/playground"


class PlayLink(ReferenceRole):
    """The role: words, and settings in angle brackets."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a link whose address is written with the page."""
        return [nodes.reference("", self.title, playground=self.target)], []


def write_addresses(app: Sphinx, document: nodes.document, page: str) -> None:
    """Give each link its address, as seen from its page."""
    for link in document.findall(nodes.reference):
        if "playground" in link:
            # On the page itself it is the whole address too: no element has the settings' name.
            here = app.builder.get_target_uri(PLAYGROUND).rpartition("/")[2]
            start = app.builder.get_relative_uri(page, PLAYGROUND) or here
            link["internal"] = True
            link["refuri"] = f"{start}#{link.attributes.pop('playground')}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role; addresses are there before copies of the page are made (priority 500)."""
    app.add_role("play", PlayLink())
    app.connect("doctree-resolved", write_addresses, priority=300)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
