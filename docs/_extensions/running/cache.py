"""Pages that have run, kept in jupyter-cache: never trusted unread, made anew where damaged."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from nbformat import NotebookNode
from sqlalchemy.exc import SQLAlchemyError

from running.pages import Page


@dataclass(frozen=True)
class Executed:
    """A page that has run: its cells with outputs, and the seconds that each took."""

    notebook: NotebookNode
    cell_seconds: list[float]

    @property
    def seconds(self) -> float:
        """The seconds of all cells; starting the kernel is not counted."""
        return sum(self.cell_seconds)

    @property
    def digest(self) -> str:
        """A digest of cells and outputs."""
        cells = [[cell.source, cell.outputs] for cell in self.notebook.cells]
        return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def open_cache(folder: Path) -> JupyterCacheAbstract:
    """Open the cache, or start a new one where what is there can't be read."""
    cache = get_cache(folder)
    try:
        cache.list_cache_records()  # creates the database now, before anything runs at once
    except (SQLAlchemyError, sqlite3.Error, ValueError):
        shutil.rmtree(folder)
        cache = get_cache(folder)
        cache.list_cache_records()
    return cache


def look_up(cache: JupyterCacheAbstract, page: Page) -> Executed | None:
    """Find the outputs of a page in the cache; damaged ones count as missing."""
    try:
        record = cache.match_cache_notebook(page.run)
    except KeyError:
        return None
    try:
        found = Executed(cache.get_cache_bundle(record.pk).nb, record.data["cell_seconds"])
        if found.digest == record.data["sha256"]:
            return found
    except (KeyError, ValueError, OSError, TypeError):
        pass
    shutil.rmtree(cache.path / "executed" / record.hashkey, ignore_errors=True)
    return None


def store(cache: JupyterCacheAbstract, page: Page, executed: Executed) -> None:
    """Keep the outputs of a page."""
    data = {"sha256": executed.digest, "cell_seconds": executed.cell_seconds}
    bundle = CacheBundleIn(executed.notebook, page.name, data=data)
    cache.cache_notebook_bundle(bundle, overwrite=True)


def last_seconds(cache: JupyterCacheAbstract) -> dict[str, list[float]]:
    """Return how long each cell of each page took when it last ran, whatever it was then."""
    records = sorted(cache.list_cache_records(), key=lambda record: record.created)
    return {record.uri: (record.data or {}).get("cell_seconds", []) for record in records}
