"""Figures, tables and equations are numbered on each page from one.

Sphinx counts through all pages, unless sections are numbered too: a page would begin with Fig. 30.
As numbers are each page's own, a reference by number to another page misleads: it fails the build.
"""

from __future__ import annotations

from collections.abc import Mapping

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder

from showing.locations import warn


def number_by_page(app: Sphinx, builder: Builder) -> None:
    """Give each page's own numbers to all that is about to be written.

    Sphinx has kept its numbers by now, by which it knows which pages changed.
    """
    for kinds in app.env.toc_fignumbers.values():
        for kind, numbers in kinds.items():
            kinds[kind] = {label: (rank,) for rank, label in enumerate(numbers, start=1)}


def stay_on_page(app: Sphinx, document: nodes.document) -> None:
    """Warn of references by number that lead to another page."""
    here = app.env.docname
    domains = app.env.domains
    homes: dict[str, Mapping[str, tuple[object, object]]]
    homes = {"numref": domains.standard_domain.anonlabels, "eq": domains.math_domain.equations}
    for reference in document.findall(addnodes.pending_xref):
        target = reference["reftarget"]
        if reference["reftype"] in homes:
            home, *_ = homes[reference["reftype"]].get(target, ("",))
            if home != here:
                what = "%s is not on this page, and numbers are: name what it shows, link its page"
                warn(here, reference, what, target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("write-started", number_by_page)
    app.connect("doctree-read", stay_on_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
