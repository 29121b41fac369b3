"""Released versions of the site beside the latest one, as a host serves them.

    python docs/_extensions/shipping/versions.py pack
    python docs/_extensions/shipping/versions.py gather FOLDER

`pack` makes an archive of the built site, which is kept with the release that it belongs to.
`gather` puts the built site and the archives of a folder into `docs/_build/hosted`: the latest at
its root, and each released version in a folder such as `v1.0`, of its patches the newest.

All versions are known when they are gathered, so the pages' links to each other are written then,
as plain links: no page asks for a list, and none needs a script.  The theme's own switcher has two
inline scripts, which the content policy refuses, and asks for a file, which a folder does not give.
A site whose address is not set has no marks, and nothing is written into it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from posixpath import dirname, relpath

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "docs" / "_build"
ARCHIVE = re.compile(r"rnnlab-site-(\d+)\.(\d+)\.(\d+)\.tar\.gz")
LATEST = "latest"
# Where `layout.html` and `navbar-logo.html` leave room. What is written there stands in old pages
# as well, which have the style sheet of their time: the two class names stay.
SWITCHER, NOTE = "<!-- versions -->", "<!-- version note -->"


def pack(build: Path, version: str) -> Path:
    """Pack the site that was built; return the archive."""
    if not ARCHIVE.fullmatch(name := f"rnnlab-site-{version}.tar.gz"):
        raise SystemExit(f"error: a released version is three numbers, not {version}")
    if SWITCHER not in (build / "html" / "index.html").read_text("utf-8"):
        raise SystemExit("error: the site was built without its address: set RNNLAB_SITE_URL")
    folder = build / "released"
    folder.mkdir(exist_ok=True)
    base = str(folder / name.removesuffix(".tar.gz"))
    return Path(shutil.make_archive(base, "gztar", build / "html"))


def newest_patches(archives: Sequence[Path]) -> dict[str, Path]:
    """Return the archive of each version such as `1.0`, the newest first."""
    found = {}
    for path in archives:
        numbers = ARCHIVE.fullmatch(path.name)
        if not numbers:
            raise SystemExit(f"error: {path.name} is not named as an archive of a released site")
        found[tuple(map(int, numbers.groups()))] = path
    # A later patch takes the place of an earlier one.
    chosen = {f"{numbers[0]}.{numbers[1]}": found[numbers] for numbers in sorted(found)}
    return dict(reversed(chosen.items()))


@dataclass(frozen=True)
class Version:
    """A version of the site, in a folder of the host's, and the pages that it has."""

    name: str
    folder: str
    pages: frozenset[str]


def gather(site: Path, archives: Sequence[Path], target: Path) -> list[str]:
    """Put the site and its released versions into a folder; return the versions' names."""
    versions = [Version(LATEST, ".", pages_of(site, LATEST))]
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(site, target)
    for name, archive in newest_patches(archives).items():
        folder = target / f"v{name}"
        # The filter refuses what would lie outside of the folder.
        shutil.unpack_archive(archive, folder, filter="data")
        versions.append(Version(name, folder.name, pages_of(folder, name)))
    for version in versions if len(versions) > 1 else ():
        for page in version.pages:
            path = target / version.folder / page
            text = path.read_text("utf-8").replace(SWITCHER, switcher(page, version, versions))
            if version is not versions[0]:
                text = text.replace(NOTE, note(page, version, versions))
            path.write_text(text, "utf-8")
    return [version.name for version in versions]


def pages_of(folder: Path, name: str) -> frozenset[str]:
    """Return the pages of a version, which have room for the links."""
    paths = [path for path in folder.rglob("*.html") if SWITCHER in path.read_text("utf-8")]
    if not paths:
        raise SystemExit(
            f"error: no page of version {name} has room for links to the others; "
            "build it with its address in RNNLAB_SITE_URL"
        )
    return frozenset(path.relative_to(folder).as_posix() for path in paths)


def address(page: str, here: Version, there: Version) -> str:
    """Return where a page is in another version, or that one's first page, as a relative link."""
    target = page if page in there.pages else "index.html"
    return escape(relpath(f"{there.folder}/{target}", dirname(f"{here.folder}/{page}")))


def switcher(page: str, here: Version, versions: Sequence[Version]) -> str:
    """Write the list of all versions, each a link to the same page."""
    items = []
    for there in versions:
        current = ' aria-current="true"' if there is here else ""
        missing = "" if page in there.pages else " (its first page)"
        link = f'<a href="{address(page, here, there)}"{current}>{there.name}{missing}</a>'
        items.append(f"<li>{link}</li>")
    return (
        '<nav class="versions" aria-label="Versions of this site"><details>'
        f"<summary>Version: {here.name}</summary><ul>{''.join(items)}</ul></details></nav>"
    )


def note(page: str, here: Version, versions: Sequence[Version]) -> str:
    """Write that a page is of a release, with a link to it in the latest version."""
    latest, newest, *_ = versions
    link = f'<a href="{address(page, here, latest)}">'
    leads = f"{link}Read it in the latest version</a>."
    if page not in latest.pages:
        leads = f"The latest version has no such page: {link}see what it has</a>."
    age = "the newest release" if here is newest else "an old one"
    return f'<p class="old-version">This page is of version {here.name}, {age}. {leads}</p>'


def main() -> int:
    """Pack or gather; say what was made."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("pack", help="make an archive of the built site")
    gathers = commands.add_parser("gather", help="put the site and its released versions together")
    gathers.add_argument("archives", type=Path, help="a folder of archives; it may be missing")
    options = parser.parse_args()
    if not (BUILD / "html" / "index.html").is_file():
        raise SystemExit("error: there is no site yet: run nox -s docs")
    if options.command == "pack":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        archive = pack(BUILD, project["version"])
        print(f"packed: {archive.relative_to(ROOT)}, {archive.stat().st_size / 1e6:.0f} MB")
    else:
        archives = sorted(options.archives.glob("*.tar.gz"))
        versions = gather(BUILD / "html", archives, BUILD / "hosted")
        print(f"gathered: docs/_build/hosted with {', '.join(versions)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
