"""A fingerprint of what shapes every page: where it changes, all are rendered again.

Sphinx itself notices new settings, but not a changed extension, template or style sheet.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

SHAPES_EVERY_PAGE = ("conf.py", "_extensions/**/*", "_templates/**/*", "_static/**/*")


def make_fingerprint(app: Sphinx, config: Config) -> None:
    """Make the fingerprint a setting that every page depends on."""
    folder = Path(app.confdir)
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SHAPES_EVERY_PAGE for path in folder.glob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"\0{path.relative_to(folder)}\0".encode() + path.read_bytes())
    config.rnnlab_site_fingerprint = digest.hexdigest()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("rnnlab_site_fingerprint", "", "env", types=str)
    app.connect("config-inited", make_fingerprint)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
