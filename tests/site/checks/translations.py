"""What translators get: Sphinx extracts the messages of all pages, without a warning.

    python -m tests.site.checks.translations

Nothing is translated; this keeps a translation possible. The messages are written to
`docs/_build/gettext`, a file a page, and among them is looked for what Sphinx does not know: titles
of exercises, questions, options and hints of checks, captions and texts of figures that cells draw.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from running.pages import is_page, read_page

DOCS = Path(__file__).parents[3] / "docs"
CHECK = re.compile(r"^```\{check\}[^\n]*\n((?::[^\n]*\n)*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXERCISE = re.compile(r"^`{3,}\{exercise-start\} (.+)$", re.MULTILINE)
BEGINNING = re.compile(r"^(?:: +|\d+\. |- )")  # of a definition or an item


def written(text: str) -> Iterator[str]:
    """Yield what a page with cells has for translators in places that are ours."""
    if not is_page(text):
        return
    yield from EXERCISE.findall(text)
    for options, body in CHECK.findall(text):
        kept = re.split(r"\n\n|\n(?=: |\d+\. )", body.strip())
        for one, following in zip(kept, [*kept[1:], ""], strict=True):
            # What stands over a hint is seen where it is an option; elsewhere it is a value.
            if not following.startswith(": ") or ":kind: choice" in options:
                yield BEGINNING.sub("", one)
    for cell in read_page(text).cells:
        shown = cell.metadata.get("mystnb", {})
        yield shown.get("figure", {}).get("caption", "")
        yield shown.get("image", {}).get("alt", "")


def messages(path: Path) -> set[str]:
    """Return the messages of a page, with single blanks."""
    with path.open("rb") as file:
        return {squeeze(str(one.id)) for one in read_po(file) if one.id}


def squeeze(text: str) -> str:
    """Return a text with single blanks."""
    return " ".join(text.split())


def missing(text: str, found: set[str]) -> list[str]:
    """Return what a page has for translators and is no message."""
    return [one for one in map(squeeze, written(text)) if one and one not in found]


def extract(source: Path, target: Path) -> bool:
    """Extract the messages of a site into a folder, a file a page; tell whether all went well."""
    build = source / "_build"
    options = {"nb_execution_cache_path": build / "cache", "gettext_compact": 0}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-b", "gettext", "-q", "-E", "-W"),
            *(word for name, value in options.items() for word in ("-D", f"{name}={value}")),
            *("-d", str(build / "gettext-doctrees"), str(source), str(target)),
        ],
        check=False,
    )
    return done.returncode == 0


def main() -> int:
    """Extract the messages of all pages and print how many there are."""
    target = DOCS / "_build" / "gettext"
    if not extract(DOCS, target):
        return 1
    count, lost = 0, []
    for path in sorted(target.rglob("*.pot")):
        name = path.relative_to(target).with_suffix("")
        found = messages(path)
        count += len(found)
        print(f"{len(found):6} {name}")
        page = DOCS / name.with_suffix(".md")
        if page.exists():
            lost += [f"{name}: {one}" for one in missing(page.read_text("utf-8"), found)]
    print(f"{count:6} messages in all; written to {target.relative_to(DOCS.parent)}")
    print(*(f"no message: {one}" for one in lost), sep="\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
