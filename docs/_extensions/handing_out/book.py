"""Books made of the built site: a PDF with answers, one without, and an EPUB.

A page with exercises is a PDF of its own, too, beside its notebook: with answers, and without.
No page is run, and no other host is asked for anything.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from handing_out.chapters import Chapter, leave_out_answers, read_chapters
from handing_out.epub import epub_files, write_epub
from handing_out.excerpts import write_excerpt
from handing_out.paper import print_pdf, typeset

#: The books, each with the folder of the notebooks that its chapters go to.
EDITIONS = {"rnnlab": "solution", "rnnlab-without-answers": "student"}


def make_books(target: Path, site: Path) -> list[Path]:
    """Write the books into a folder, and chapters into folders of it; return the books.

    Raises:
        BookError: There is no site, or something of it can't stand in a book.
    """
    target.mkdir(parents=True, exist_ok=True)
    chapters = read_chapters(site)
    title = chapters[0].title
    files = epub_files(chapters, site)
    full, html = list(chapters), typeset(chapters, site, title=title, edition="With answers")
    asked = {one.page for one in chapters if one.body.select_one(".exercise-title")}
    leave_out_answers(chapters)
    less = typeset(chapters, site, title=title, edition="Without answers")
    with ThreadPoolExecutor(2) as pool:
        make = partial(make_pdfs, target, asked)
        covers = list(pool.map(make, EDITIONS, (full, chapters), (html, less)))
    epub = target / "rnnlab.epub"
    made = (site / "index.html").stat().st_mtime
    write_epub(files, covers[0], epub, title=title, made=made)
    return [*(target / f"{name}.pdf" for name in EDITIONS), epub]


def make_pdfs(
    target: Path, asked: set[str], name: str, chapters: list[Chapter], html: str
) -> bytes:
    """Print a book, and cut out the chapters of some pages; return a picture of its cover."""
    book, folder = target / f"{name}.pdf", target / EDITIONS[name]
    folder.mkdir(exist_ok=True)
    cover = print_pdf(html, book)
    for number, chapter in enumerate(chapters):
        if chapter.page in asked:
            write_excerpt(book, chapters, number, folder / f"{Path(chapter.page).name}.pdf")
    return cover
