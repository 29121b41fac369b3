"""A chapter of a book on paper as a PDF of its own, with its tags and the numbers of its pages.

It is what the book has of the chapter, so no chapter is printed twice. Links that lead out of the
chapter lead nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf

from handing_out.chapters import BookError

BEFORE = 2  # the cover and the contents come before the first chapter
#: By which a page and a link refer to their tags.
KEYS = ("/StructParents", "/StructParent")


class Place(NamedTuple):
    """A chapter as it is found in a book: by its address, and in the outline by its title."""

    address: str
    title: str


def write_excerpt(book: Path, chapters: Sequence[Place], number: int, path: Path) -> None:
    """Write a chapter of a book into a file.

    Args:
        book: The PDF.
        chapters: All that it has, in its order.
        number: Which of them, from 0.
        path: The file.

    Raises:
        BookError: The book is not tagged as it should be.
    """
    with Pdf.open(book) as pdf:
        keep_chapter(pdf, chapters, number)
        pdf.save(path, object_stream_mode=ObjectStreamMode.generate)


def keep_chapter(pdf: Pdf, chapters: Sequence[Place], number: int) -> None:
    """Take all but a chapter out of a book."""
    root: Any = pdf.Root
    indices = {page.objgen: index for index, page in enumerate(pdf.pages)}
    starts = [indices[root.Dests[f"/{one.address}"][0].objgen] for one in chapters]
    start, end = starts[number], [*starts, len(pdf.pages)][number + 1]
    with pdf.open_outline() as outline:
        items = [item for part in outline.root for item in (part, *part.children)]
        of_chapter = next(item for item in items if item.title == chapters[number].title)
        outline.root[:] = [of_chapter]
    del pdf.pages[end:]
    del pdf.pages[:start]
    pages = {page.objgen for page in pdf.pages}
    for name in [name for name, place in root.Dests.items() if place[0].objgen not in pages]:
        del root.Dests[name]
    notes = [note for page in pdf.pages for note in page.obj.get("/Annots", [])]
    for note in notes:
        if note.get("/Dest") not in (None, *root.Dests):
            del note["/Dest"]
    keep_tags(root.StructTreeRoot, BEFORE + number, len(chapters), [*pdf.pages, *notes])
    root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, St=start + 1)]))
    pdf.docinfo["/Title"] = f"{chapters[number].title} ({pdf.docinfo['/Title']})"


def keep_tags(tree: Any, number: int, count: int, things: Sequence[Any]) -> None:
    """Leave of a book's tags those of one of its parts, which pages and links refer to."""
    document = tree.K[0] if isinstance(tree.K, Array) else tree.K
    if len(document.K) != BEFORE + count:
        raise BookError(f"{len(document.K)} parts of the book are tagged, not {BEFORE + count}")
    kept = document.K[number]
    document.K = Array([kept])
    used = {int(one.get(key)) for one in things for key in KEYS if key in one}
    numbers = list(tree.ParentTree.Nums)
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    tree.ParentTree.Nums = Array([one for pair in pairs if int(pair[0]) in used for one in pair])
    named = [one for kid in tree.IDTree.Kids for one in kid.Names] if "/IDTree" in tree else []
    pairs = zip(named[::2], named[1::2], strict=True)
    own = Array([one for pair in pairs if part_of(pair[1]) == kept.objgen for one in pair])
    tree.IDTree = Dictionary(Names=own)


def part_of(tag: Any) -> tuple[int, int]:
    """Return which part of its book a tag is in."""
    while Name.Document != tag.P.S:
        tag = tag.P
    found: tuple[int, int] = tag.objgen
    return found
