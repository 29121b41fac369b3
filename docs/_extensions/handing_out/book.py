"""Books made of the built site: a PDF with answers, one without, and an EPUB.

A page with exercises is a PDF of its own, too, beside its notebook: with answers, and without.
No page is run, and no other host is asked for anything.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from handing_out.chapters import leave_out_answers, read_chapters
from handing_out.epub import epub_files, write_epub
from handing_out.excerpts import Place, write_excerpt
from handing_out.paper import print_pdf, typeset

#: The books, each with the folder of the notebooks that its chapters go to.
WITHOUT = "rnnlab-without-answers"
EDITIONS = {"rnnlab": "solution", WITHOUT: "student"}


def make_books(target: Path, site: Path) -> list[Path]:
    """Write the books into a folder, and chapters into folders of it; return the books.

    Raises:
        BookError: There is no site, or something of it can't stand in a book.
    """
    target.mkdir(parents=True, exist_ok=True)
    chapters = read_chapters(site)
    title = chapters[0].title
    files = epub_files(chapters, site)
    asked = {one.page for one in chapters if one.body.select_one(".exercise-title")}
    printed = []
    for name, edition in (("rnnlab", "With answers"), (WITHOUT, "Without answers")):
        if name == WITHOUT:
            leave_out_answers(chapters)
        html = typeset(chapters, site, title=title, edition=edition)
        places = [Place(one.address, one.title) for one in chapters]
        wanted = {n: Path(one.page).name for n, one in enumerate(chapters) if one.page in asked}
        printed.append((target / f"{name}.pdf", html, places, wanted))
    with ProcessPoolExecutor(len(printed)) as pool:  # cutting holds the lock of the interpreter
        covers = list(pool.map(make_pdfs, *zip(*printed, strict=True)))
    epub = target / "rnnlab.epub"
    made = (site / "index.html").stat().st_mtime
    write_epub(files, covers[0], epub, title=title, made=made)
    return [*(one[0] for one in printed), epub]


def make_pdfs(book: Path, html: str, places: list[Place], wanted: dict[int, str]) -> bytes:
    """Print a book, and cut out the chapters that are wanted; return a picture of its cover."""
    cover = print_pdf(html, book)
    folder = book.parent / EDITIONS[book.stem]
    folder.mkdir(exist_ok=True)
    for number, name in wanted.items():
        write_excerpt(book, places, number, folder / f"{name}.pdf")
    return cover
