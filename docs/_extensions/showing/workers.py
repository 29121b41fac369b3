"""What the page on many machines measured, as data beside the site.

Whether workers compute the same is of the run of the page; how much they compute in a second is of
the record that the page shows, and says so.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

PAGE = "tutorials/training-on-many-machines"
FILE = "workers.json"
#: What the page holds two runs against that should end with the same weights.
SAME = 1e-6


def measured(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data, from the values that the page hands to its prose.

    Raises:
        ExtensionError: The page gives no such number or text.
    """
    try:
        return {
            "equal_within": values["many-apart"],
            "killed_and_resumed": values["many-resumed-apart"] <= SAME,
            "throughput": {"1": values["many-throughput-1"], "2": values["many-throughput-2"]},
            "throughput_of": values["many-throughput-of"],
            "made": {"throughput": "recorded", "all else": "this build"},
        }
    except KeyError as error:
        raise ExtensionError(f"{PAGE}: {FILE} needs the value {error}") from error


def write(app: Sphinx, document: nodes.document, name: str) -> None:
    """Write what the page that is about to be written measured."""
    if name == PAGE and app.builder.format == "html":
        env: Any = app.env  # which takes what extensions put there
        kept = Path(env.mystnb_config.output_folder, f"{name}.glue.json")
        outputs = json.loads(kept.read_text("utf8")).items()
        values = {}
        for key, output in outputs:
            with suppress(ValueError, SyntaxError):  # it is no number and no text
                values[key] = ast.literal_eval(output["data"]["text/plain"])
        text = json.dumps(measured(values), indent=1)
        Path(app.outdir, FILE).write_text(text + "\n", "utf8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the data whenever the page is written."""
    app.connect("doctree-resolved", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
