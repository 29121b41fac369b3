"""The book on paper: a tagged PDF with outline, contents with page numbers, and running heads.

Chromium prints it. It knows each page's number, its running head (a named page for each chapter)
and the outline, but can't write on which page something will stand. So it prints twice: the numbers
come from where the links of the first print lead, and the second must agree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from pikepdf import ObjectStreamMode, Pdf
from playwright.sync_api import Page

from handing_out.browser import chromium
from handing_out.chapters import ID, BookError, Chapter, about

STYLE = Path(__file__).with_name("book.css")
#: Sections that each tutorial has: the contents of the book need not name them.
FRAME = re.compile("What you.ll (do|learn|need)|In short|In practice|Further reading|References")
MATHML = re.compile(r'<span class="katex-mathml">.*?</math></span>', re.DOTALL)
HEADING = re.compile(r"<(/?)h([1-5])\b")
WIDTH = 635  # of A4 within `book.css`'s margins, in pixels
HEIGHT = 940
PRINTS = 3  # the contents' numbers are right after two, if no line moves
# What is wider than the page, or can't be broken and is higher: paper would cut it off.
CLIPPED = """([width, height]) => [...document.querySelectorAll(
    'p, pre, code, td, th, dt, li, svg.figure, .katex-html .katex-base, h2, h3, h4, h5')]
  .filter(one => {
    const box = one.getBoundingClientRect();
    return box.right > width + 1 || box.left < -1
      || (one.matches('pre, dt') && one.scrollWidth > one.clientWidth + 1)
      || (one.matches('svg.figure') && box.height > height);
  })
  .map(one => `${one.closest('section[id], nav').id}: ${one.textContent.trim().slice(0, 60)}`)
"""


@dataclass(frozen=True)
class Heading:
    """A heading of the book, as the outline has it."""

    level: int
    title: str
    target: str


def print_pdf(html: str, path: Path) -> bytes:
    """Print a book; return a picture of its cover, as PNG."""
    source = path.with_suffix(".html")
    source.write_text(html, "utf-8")
    try:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.emulate_media(media="print")
            page.goto(source.resolve().as_uri())
            if clipped := page.evaluate(CLIPPED, [WIDTH, HEIGHT]):
                raise BookError(f"paper would clip {'; '.join(clipped[:5])}")
            picture = page.locator(".cover").screenshot()
            with printed(page) as pdf:
                # Tags are two thirds of a file that keeps each of them by itself.
                pdf.save(path, object_stream_mode=ObjectStreamMode.generate)
    finally:
        source.unlink()
    return picture


def printed(page: Page) -> Pdf:
    """Print until each `data-of` stands beside the page of what it names."""
    places = page.evaluate("[...document.querySelectorAll('[data-of]')].map(one => one.dataset.of)")
    written: list[int] = []
    for _ in range(PRINTS):
        last = bool(written)  # the first print is for the numbers; tags take most of its time
        pdf = Pdf.open(
            BytesIO(
                page.pdf(
                    prefer_css_page_size=True, print_background=True, tagged=last, outline=last
                )
            )
        )
        if (numbers := pages_of(pdf, places)) == written:
            return pdf
        page.evaluate(
            "numbers => document.querySelectorAll('[data-of]').forEach("
            "(one, index) => { one.textContent = numbers[index]; })",
            written := numbers,
        )
    raise BookError("the contents move the pages that they name")


def pages_of(pdf: Pdf, places: Sequence[str]) -> list[int]:
    """Return the numbers of the pages that links to places lead to."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    found: Any = pdf.Root.Dests
    try:
        return [numbers[found[f"/{place}"][0].objgen] for place in places]
    except KeyError as error:
        raise BookError(f"no place of the book is called {error.args[0]}") from None


def headings_of(chapters: Sequence[Chapter]) -> list[Heading]:
    """Return the headings that the contents may name: parts, chapters and their sections."""
    found = []
    part = ""
    for chapter in chapters:
        if chapter.part != part:
            part = chapter.part
            found.append(Heading(1, part, chapter.address))
        found.append(Heading(2, chapter.title, chapter.address))
        for tag in chapter.body.find_all("h2"):
            title = " ".join(tag.get_text().split())
            if not FRAME.fullmatch(title):
                found.append(Heading(3, title, str(tag["id"])))
        if chapter.answers:
            found.append(Heading(3, "Answers", f"{chapter.address}--answers"))
    return found


def typeset(chapters: Sequence[Chapter], site: Path, *, title: str, edition: str) -> str:
    """Return the chapters as a book for paper, in HTML.

    Args:
        chapters: What is in it.
        site: The built site, for its fonts and styles.
        title: What the cover says.
        edition: What stands below it.
    """
    static = (site / "_static").resolve()
    styles = [STYLE.read_text("utf-8"), light_code(site), running_heads(chapters)]
    body = [cover(chapters, site, title, edition), contents(headings_of(chapters))]
    part = ""
    for chapter in chapters:
        html = chapter.html(as_printed)
        above = f"<h1>{escape(chapter.part)}</h1>" if chapter.part != part else ""
        part = chapter.part
        html = HEADING.sub(lambda tag: f"<{tag[1]}h{int(tag[2]) + 1}", html)
        where = f'class="chapter" id="{chapter.address}" style="page: {chapter.address}"'
        body.append(f"<section {where}>\n{above}{html}</section>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}: {edition.lower()}</title>\n"
        f'<link rel="stylesheet" href="{(static / "vendor/katex/katex.min.css").as_uri()}">\n'
        f"<style>{''.join(styles)}</style></head>\n<body>{''.join(body)}</body></html>\n"
    )


def light_code(site: Path) -> str:
    """Return the colours that code has on the site's light ground."""
    start = 'html[data-theme="light"] '
    lines = (site / "_static" / "pygments.css").read_text("utf-8").splitlines()
    chosen = (line.removeprefix(start) for line in lines if line.startswith(f"{start}.highlight ."))
    return "\n".join(chosen)


def as_printed(piece: str) -> str:
    """Return a drawing or a formula for paper, where nothing is read twice."""
    return MATHML.sub("", piece)


def cover(chapters: Sequence[Chapter], site: Path, title: str, edition: str) -> str:
    """Return the first page, with the first drawing of the book."""
    drawing = next((one for one in chapters[0].pieces if one.startswith("<svg")), "")
    drawing = ID.sub(r"\g<0>cover-", drawing)  # it stands in its chapter, too
    told = "".join(f"<p>{words}</p>" for words in about(site))
    return (
        f'<section class="cover"><div><p class="title">{escape(title)}</p>'
        f'<p class="edition">{edition}</p></div><div aria-hidden="true">{drawing}</div>'
        f'<div class="made">{told}</div></section>\n'
    )


def contents(headings: Sequence[Heading]) -> str:
    """Return the contents, with room for the pages' numbers."""
    kinds = {1: "part", 2: "chapter", 3: "section"}
    lines = [
        f'<li class="{kinds[one.level]}"><a href="#{one.target}"><span>{escape(one.title)}</span>'
        f'<span class="page-of" data-of="{one.target}">000</span></a></li>'
        for one in headings
    ]
    listed = "\n".join(lines)
    return (
        '<nav class="contents" id="contents"><h1>Contents</h1>'
        f"<div><ol>\n{listed}</ol></div></nav>\n"
    )


def running_heads(chapters: Sequence[Chapter]) -> str:
    """Return a named page for each chapter: its part and title above, the number below."""
    look = "font: 8.5pt sans-serif; color: #55606a"
    rules = []
    for name, left, right in [
        ("contents", "", "Contents"),
        *((one.address, one.part, one.title) for one in chapters),
    ]:
        rules.append(
            f"@page {name} {{"
            f" @top-left {{ content: {json.dumps(left, ensure_ascii=False)}; {look} }}"
            f" @top-right {{ content: {json.dumps(right, ensure_ascii=False)}; {look} }}"
            f" @bottom-center {{ content: counter(page); {look} }} }}\n"
        )
    return "".join(rules)
