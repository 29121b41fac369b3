"""A form in which a network of characters writes on, or translates, what the reader types.

    ```{letters} write
    :network: moby-dick-network.safetensors
    :text: The whale
    ```

The network is one of the pages' data; its weights and the script that runs it are loaded when the
form is first sent. Without scripts nothing of it is there.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder as Builder
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from shipping.files_as_scripts import write_script

DATA, SITE = Path("tutorials", "data"), Path("_static", "networks")
TEMPERATURES = {"0": "always the likeliest", "0.4": "0.4", "0.7": "0.7", "1": "1"}
LABELS = {"write": ("A beginning", "Write on"), "translate": ("A written date", "Read it")}


class letters(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """The place of a form."""


class Letters(SphinxDirective):
    """The directive."""

    required_arguments = 1
    option_spec: ClassVar = {
        "network": directives.unchanged_required,
        "text": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Leave the place until the page is written."""
        kind = directives.choice(self.arguments[0], LABELS)
        self.env.note_dependency(str(Path(self.env.srcdir, DATA, self.options["network"])))
        return [letters("", kind=kind, **self.options)]


def as_text(path: Path) -> str:
    """Return a file as text: scripts can hold nothing else."""
    return base64.b64encode(path.read_bytes()).decode()


def ship(builder: Builder, name: str, text: str) -> str:
    """Write a network's text as a script; return the attributes that tell a form of it."""
    script = Path(builder.outdir, SITE, name)
    script.parent.mkdir(parents=True, exist_ok=True)
    write_script(script, text)
    root = builder.get_relative_uri(builder.current_docname, "index")
    folder = root.rpartition("/")[0] + "/" if "/" in root else ""
    hash_ = hashlib.sha256(text.encode()).hexdigest()
    return f'data-hash="{hash_}" data-network="{folder}{(SITE / name).as_posix()}"'


def visit_letters(translator: HTML5Translator, node: letters) -> None:
    """Write the form, and the network as a script."""
    builder = translator.builder
    text = as_text(Path(builder.srcdir, DATA, node["network"]))
    shipped = ship(builder, node["network"], text)
    label, button = LABELS[node["kind"]]
    options = "".join(
        f'<option value="{value}"{" selected" * (value == "0.7")}>{words}</option>'
        for value, words in TEMPERATURES.items()
    )
    writes = node["kind"] == "write"
    temperature = f'<label>Temperature <select name="temperature">{options}</select></label>'
    translator.body.append(
        f'<div class="letters pst-js-only" data-kind="{node["kind"]}" {shipped}>\n'
        f'<form><label>{label} <textarea name="text" rows="2" spellcheck="false">'
        f"{escape(node['text'])}</textarea></label>\n"
        f"{temperature if writes else ''}"
        f'<button type="submit">{button}</button></form>\n'
        # What comes a character at a time is not read aloud as it comes.
        f'<output{" aria-live=off" * writes}></output><p role="status"></p></div>\n'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("letters", Letters)
    app.add_node(letters, html=(visit_letters, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
