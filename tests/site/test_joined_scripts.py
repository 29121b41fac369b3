"""Scripts of one folder become one file, whole and in the order that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from shipping.joined_scripts import join

from .tools.browser import SITE
from .tools.small_site import SmallSite


def folder_with(folder: Path, order: str) -> Path:
    show = folder / "show"
    show.mkdir(parents=True)
    (show / "order.txt").write_text(order, "utf-8")
    for name in ("a", "b"):
        (show / f"{name}.js").write_text(f"seen += {name!r};", "utf-8")
    return show


def test_they_stand_in_their_order(tmp_path: Path) -> None:
    show = folder_with(tmp_path, "b.js\na.js\n")
    join(show)
    assert (tmp_path / "show.js").read_text("utf-8") == "seen += 'b';\nseen += 'a';"
    assert not show.exists()


@pytest.mark.parametrize(
    ("order", "wrong"),
    [("a.js\n", "b.js"), ("a.js\nb.js\nc.js\n", "c.js"), ("a.js\nb.js\nb.js\n", "a script twice")],
)
def test_an_order_that_is_not_whole_is_named(tmp_path: Path, order: str, wrong: str) -> None:
    show = folder_with(tmp_path, order)
    with pytest.raises(ExtensionError, match=rf"does not go with the folder: {wrong}$"):
        join(show)
    assert show.exists()


def test_a_second_build_joins_again(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "shipping.joined_scripts", html_static_path=["_static"])
    site.page("index", "# Title\n")
    show = folder_with(site.source / "_static", "a.js\nb.js\n")
    assert site.build() == ""
    (show / "b.js").write_text("seen += 'new';", "utf-8")
    assert site.build() == ""
    assert site.html("_static/show.js").endswith("seen += 'new';")


def test_the_site_has_none_left() -> None:
    assert list((SITE / "_static").rglob("order.txt")) == []
    assert (SITE / "_static" / "play" / "show.js").is_file()
