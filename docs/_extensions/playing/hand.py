"""A form in which a network writes by hand what the reader types, and goes on from what they draw.

    ```{hand}
    :network: handwriting.safetensors
    :styles: handwriting_styles.json
    :text: The quick brown fox
    ```

The network and the styles that it can take up are of the pages' data. The form's scripts are loaded
when the reader turns to it, and these two when something is to be written. Without scripts nothing
of it is there.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from playing.letters import DATA, as_text, ship

FORM = """\
<div class="hand pst-js-only" {shipped}>
<form>
<label class="hand-text">Text <input name="text" value="{text}" autocomplete="off" \
spellcheck="false"></label>
<label>Neatness <span class="hand-value" aria-hidden="true">0.5</span> \
<input name="neatness" type="range" min="0" max="2" step="0.1" value="0.5"></label>
<label>Size <input name="size" type="range" min="12" max="40" value="24"></label>
<label>Style <select name="style"><option value="none">the network's own</option>\
{styles}</select></label>
<div class="hand-buttons"><button type="submit">Write</button>
<button type="button" name="stop" aria-disabled="true">Stop</button>
<button type="button" name="clear">Clear</button>
<button type="button" name="save" aria-disabled="true">Save as SVG</button></div>
</form>
<p role="status"></p>
<button type="button" class="hand-replace" hidden>Take what it offers</button>
<div class="hand-paper"><svg height="92" tabindex="0" role="application" \
aria-label="Paper, on which a beginning can be drawn" aria-describedby="hand-hint">\
<path class="hand-rules"/><path class="hand-own"/><path class="hand-written"/><circle r="4"/>\
</svg></div>
<p id="hand-hint">If you like, draw the beginning of the line first, between the rules, with \
mouse, finger or pen; the network then goes on from there, and the text above is still the whole \
line. By keyboard, the arrow keys move the pen, and the space bar lowers and lifts it.</p>
</div>
"""


class hand(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """The place of a form."""


class Hand(SphinxDirective):
    """The directive."""

    option_spec: ClassVar = {
        "network": directives.unchanged_required,
        "styles": directives.unchanged_required,
        "text": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Leave the place until the page is written."""
        for name in ("network", "styles"):
            self.env.note_dependency(str(Path(self.env.srcdir, DATA, self.options[name])))
        return [hand("", **self.options)]


def visit_hand(translator: HTML5Translator, node: hand) -> None:
    """Write the form, and the network as a script."""
    builder = translator.builder
    network, listed = (Path(builder.srcdir, DATA, node[name]) for name in ("network", "styles"))
    styles = json.loads(listed.read_text("utf-8"))["styles"]
    content = f"{as_text(network)}\n{json.dumps(styles, separators=(',', ':'))}"
    options = (f'<option value="{n}">{escape(s["name"])}</option>' for n, s in enumerate(styles))
    form = FORM.format(
        shipped=ship(builder, node["network"], content),
        text=escape(node["text"]),
        styles="".join(options),
    )
    translator.body.append(form)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("hand", Hand)
    app.add_node(hand, html=(visit_hand, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
