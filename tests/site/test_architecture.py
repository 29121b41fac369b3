"""The page on how the project is built, against what its modules import."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from showing.rooms import drawing

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "docs" / "_extensions"
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf8")
Rooms = dict[str, set[str]]


def table(name: str, page: str = PAGE) -> list[list[str]]:
    """Return the rows of a table: a room, what is in it, and the rooms that it imports."""
    (block,) = re.findall(rf"```{{list-table}}[^\n]*\n:name: {name}\n(.*?)```", page, re.DOTALL)
    rows = re.findall(r"^\* - (.*)\n  - (.*)\n  -(.*)$", block, re.MULTILINE)
    return [[cell.strip() for cell in row] for row in rows[1:]]


def arrows_of(rows: list[list[str]]) -> Rooms:
    """Return which rooms each room imports, as a table says it."""
    return {room: set(filter(None, names.split(", "))) for room, _, names in rows}


def imports_of(room_of: dict[Path, str], root: Path) -> Rooms:
    """Return which rooms each room imports, from the sources."""
    found: Rooms = {room: set() for room in room_of.values()}
    for path, room in room_of.items():
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                place = root.joinpath(*name.split("."))
                target = room_of.get(place.with_suffix(".py"), room_of.get(place / "__init__.py"))
                found[room] |= {target} - {None, room}
    return found


def rooms_of_the_package() -> dict[Path, str]:
    """Return the room of each module, from the page."""
    package, found = ROOT / "rnnlab", {}
    for room, modules, _ in table("rooms-package"):
        for name in re.findall(r"`([^`]+)`", modules):
            place = package / name
            paths = sorted(place.glob("*.py")) if name.endswith("/") else [package / f"{name}.py"]
            assert paths, f"{name} is no module"
            found |= dict.fromkeys(paths, room)
    return found


def rooms_of_the_build() -> dict[Path, str]:
    """Return the room of each module of the build: its folder."""
    return {path: path.relative_to(BUILD).parts[0] for path in BUILD.rglob("*.py")}


def arrows_in(svg: str) -> Rooms:
    """Return which rooms each room imports, as a drawing shows it."""
    names = {float(y) - 5: name for y, name in re.findall(r'<text [^>]*y="(\S+)">([^<]+)<', svg)}
    found: Rooms = {name: set() for name in names.values()}
    column, room = "", ""
    for x, top, dot_x, y in re.findall(
        r'd="M(\S+) (\S+)l4 7h-8z"|<circle cx="(\S+)" cy="(\S+)"', svg
    ):
        if x:  # the head of an arrow, under the room that it leads to
            column, room = x, names[max(one for one in names if one < float(top))]
        else:
            assert dot_x == column
            found[names[float(y)]].add(room)
    return found


def test_each_module_of_the_package_is_in_one_room() -> None:
    names = re.findall(r"`([^`]+)`", " ".join(modules for _, modules, _ in table("rooms-package")))
    assert len(names) == len(set(names))
    modules = set((ROOT / "rnnlab").rglob("*.py")) - {ROOT / "rnnlab" / "__init__.py"}
    assert set(rooms_of_the_package()) == modules


def test_the_rooms_of_the_package_import_what_the_page_says() -> None:
    rows = table("rooms-package")
    assert imports_of(rooms_of_the_package(), ROOT) == arrows_of(rows)


def test_the_rooms_of_the_build_import_what_the_page_says() -> None:
    room_of = rooms_of_the_build()
    assert imports_of(room_of, BUILD) == arrows_of(table("rooms-build"))
    sources = " ".join(path.read_text("utf8") for path in room_of)
    assert set(re.findall(r"^ *(?:from|import) (rnnlab\S*)", sources, re.MULTILINE)) == {
        "rnnlab.plotting"
    }


@pytest.mark.parametrize("name", ["rooms-package", "rooms-build"])
def test_the_drawing_shows_the_imports(name: str) -> None:
    of_package = name == "rooms-package"
    room_of, root = (rooms_of_the_package(), ROOT) if of_package else (rooms_of_the_build(), BUILD)
    rows = {room: sorted(imports) for room, imports in arrows_of(table(name)).items()}
    assert arrows_in(drawing(rows)) == imports_of(room_of, root)


@pytest.mark.parametrize("name", ["rooms-package", "rooms-build"])
def test_a_room_imports_only_from_rooms_above_it(name: str) -> None:
    above: set[str] = set()
    for room, imports in arrows_of(table(name)).items():
        assert imports <= above, f"{room} imports {imports - above}"
        above.add(room)


def test_imports_in_functions_and_of_several_kinds_are_found(tmp_path: Path) -> None:
    sources = {"a": "import lib.b\n", "b": "def f():\n    from lib import c\n", "c": "import os\n"}
    room_of = {tmp_path / "lib" / f"{name}.py": name for name in sources}
    (tmp_path / "lib").mkdir()
    for path, name in room_of.items():
        path.write_text(sources[name])
    assert imports_of(room_of, tmp_path) == {"a": {"b"}, "b": {"c"}, "c": set()}
