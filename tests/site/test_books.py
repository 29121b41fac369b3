"""The books, against the pages of the site that they are made from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from shutil import copytree
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag

from handing_out.book import EDITIONS, make_books
from handing_out.chapters import BookError
from handing_out.paper import FRAME

from .tools.browser import SITE

DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?!\.?\w)")
XHTML = "{http://www.w3.org/1999/xhtml}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# What no book shows, or shows in another form.
ELSEWHERE = "form, svg, .katex, script, noscript, button, .headerlink, .copy-script, .viewcode-link"
ELSEWHERE += ", .stepper, .letters, .hand, .playground, .try, .minutes, .backrefs"
ELSEWHERE += ", .hidden-code > summary"
BLOCKS = ["p", "li", "td", "th", "pre", "dt", "h1", "h2", "h3", "summary"]
MARGIN = 60  # points: less than `book.css` leaves for the running heads
LONG = 8  # words


@dataclass
class Paper:
    """A PDF: its text without the running heads, its outline, and what stands above a page."""

    path: Path

    @cached_property
    def document(self) -> pypdfium2.PdfDocument:
        return pypdfium2.PdfDocument(self.path)

    @cached_property
    def outline(self) -> list[tuple[int, str, int]]:
        """The level, title and page of each heading; pages are counted from 0."""
        return [
            (entry.level, entry.get_title(), entry.get_dest().get_index())
            for entry in self.document.get_toc()
        ]

    @cached_property
    def texts(self) -> list[str]:
        return [self.text(n, MARGIN, self.height - MARGIN) for n in range(len(self.document))]

    @property
    def height(self) -> float:
        return float(self.document[0].get_height())

    def text(self, number: int, bottom: float, top: float) -> str:
        page = self.document[number].get_textpage()
        return str(page.get_text_bounded(bottom=bottom, top=top))

    def lines(self, number: int) -> str:
        """A page's whole text, in which each line is one."""
        return str(self.document[number].get_textpage().get_text_range())

    @cached_property
    def chapters(self) -> dict[str, range]:
        """The pages of each chapter."""
        starts = [(title, page) for level, title, page in self.outline if level == 1]
        ends = [page for _, page in starts[1:]] + [len(self.document)]
        return {
            squeezed(title): range(page, end)
            for (title, page), end in zip(starts, ends, strict=True)
        }


@dataclass
class Books:
    full: Paper
    without: Paper
    epub: Path


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    full, without, epub = make_books(tmp_path_factory.mktemp("books"), SITE)
    return Books(Paper(full), Paper(without), epub)


@pytest.fixture(scope="module")
def articles() -> dict[str, Tag]:
    """The article of each page of the site that the sidebar names, and of its first page."""
    home = BeautifulSoup((SITE / "index.html").read_text("utf-8"), "html.parser")
    names = ["index.html", *(str(link["href"]) for link in home.select(".bd-links a"))]
    return {name: article_of((SITE / name).read_text("utf-8")) for name in names}


def article_of(page: str) -> Tag:
    """Return a page's article without its drawings, which are most of its weight."""
    page = re.sub(r"<svg\b.*?</svg>", "", page, flags=re.DOTALL)
    article = BeautifulSoup(page, "html.parser").select_one("article.bd-article")
    assert article
    return article


@pytest.fixture(scope="module")
def pieces(articles: dict[str, Tag]) -> dict[str, list[str]]:
    """The text of each article, in pieces."""
    return {name: list(pieces_of(article)) for name, article in articles.items()}


def squeezed(text: str) -> str:
    """Return a text without spaces and hyphens, which depend on where lines end."""
    return re.sub(r"[\s\-\u00ad\u200b\ufffe\x02]", "", text)


def pieces_of(element: Tag) -> Iterator[str]:
    """Yield the text of paragraphs, cells, code and so on, between formulas and what is unseen."""
    copy = BeautifulSoup(str(element), "html.parser")
    for one in copy.select(ELSEWHERE):
        one.replace_with("\0")
    blocks = [block for block in copy.find_all(BLOCKS) if not block.find(BLOCKS)]
    for block in blocks or [copy]:
        yield from filter(str.strip, block.get_text().split("\0"))


def absent(pieces: list[str], pages: list[str]) -> list[str]:
    """Return the pieces that no page holds, nor one and the next: formulas end a page's text.

    They may come between the last word of a page and the colon or point behind it.
    """
    texts = [squeezed(page) for page in pages]
    return [piece for piece in pieces if not is_on(squeezed(piece).rstrip(":."), texts)]


def is_on(piece: str, texts: list[str]) -> bool:
    return any(piece in text for text in texts) or any(
        after.startswith(piece[cut:]) and piece[:cut] in text
        for text, after in pairwise(texts)
        for cut in range(1, len(piece))
    )


def numbers_short_of(wanted: str, text: str) -> Counter[str]:
    """Return the decimal numbers that a text has less often than another one."""
    return Counter(DECIMAL.findall(wanted)) - Counter(DECIMAL.findall(text))


def pages_of_chapter(book: Paper, article: Tag) -> range:
    assert article.h1
    return book.chapters[squeezed("".join(pieces_of(article.h1)))]


def answers_of(article: Tag) -> Iterator[str]:
    """Yield what answers say, in pieces: those of exercises, of predictions and of checks."""
    folds = list(article.select("details.answer"))
    for asked in article.find_all(string=re.compile("predict first", re.IGNORECASE)):
        if not asked.find_parent("pre"):
            found = asked.find_next("details", class_=["fold", "answer"])
            assert found
            folds.append(found)
    for answer in [*folds, *article.select("form [data-given]")]:
        yield from pieces_of(answer)


def told(pieces: list[str], text: str) -> list[str]:
    """Return the long pieces that a text holds."""
    whole = squeezed(text)
    long = [piece for piece in pieces if len(piece.split()) >= LONG]
    return [piece for piece in long if squeezed(piece) in whole]


def wrong_numbers(book: Paper) -> list[str]:
    """Return the headings whose number in the contents is not that of the outline."""
    first = book.outline[1][2]
    listed = squeezed("".join(book.texts[page] for page in range(1, first)))
    place, wrong = 0, []
    for level, title, page in book.outline[1:]:
        if level > 2 or FRAME.fullmatch(" ".join(title.split())):
            continue
        line = f"{squeezed(title)}{page + 1}"
        found = listed.find(line, place)
        if found < 0:
            wrong.append(line)
        else:
            place = found + len(line) - len(str(page + 1))
    return wrong


@pytest.mark.parametrize("edition", ["full", "without"])
def test_a_pdf_is_tagged_and_its_outline_leads_to_the_headings(books: Books, edition: str) -> None:
    book: Paper = getattr(books, edition)
    assert pypdfium2.raw.FPDFCatalog_IsTagged(book.document)
    assert len(book.outline) > 400
    for _, title, page in book.outline:
        assert squeezed(title) in squeezed(book.texts[page]), title


@pytest.mark.parametrize("edition", ["full", "without"])
def test_the_contents_have_the_pages_of_the_outline(books: Books, edition: str) -> None:
    assert wrong_numbers(getattr(books, edition)) == []


@pytest.mark.parametrize("edition", ["full", "without"])
def test_each_page_has_its_running_head_and_number(books: Books, edition: str) -> None:
    book: Paper = getattr(books, edition)
    pages = {page: title for title, pages in book.chapters.items() for page in pages}
    assert sorted(pages) == list(range(book.outline[1][2], len(book.document)))
    for page, title in pages.items():
        assert squeezed(book.text(page, book.height - MARGIN, book.height)).endswith(title)
        assert book.text(page, 0, MARGIN).strip() == str(page + 1)


def test_no_word_of_the_site_is_missing_or_clipped_on_paper(
    books: Books, articles: dict[str, Tag], pieces: dict[str, list[str]]
) -> None:
    missing, words = {}, 0
    for name, article in articles.items():
        words += sum(len(piece.split()) for piece in pieces[name])
        pages = pages_of_chapter(books.full, article)
        if found := absent(pieces[name], books.full.texts[pages.start : pages.stop]):
            missing[name] = found
    assert missing == {}
    assert words > 100_000


def test_the_numbers_of_the_site_are_in_both_books(
    books: Books, articles: dict[str, Tag], pieces: dict[str, list[str]]
) -> None:
    count = 0
    with ZipFile(books.epub) as archive:
        for name, article in articles.items():
            wanted = "\n".join(pieces[name])
            count += len(DECIMAL.findall(wanted))
            pages = pages_of_chapter(books.full, article)
            printed = "\n".join(map(books.full.lines, pages))
            assert not numbers_short_of(wanted, printed), name
            page = name.replace("/", "-").replace(".html", ".xhtml")
            assert not numbers_short_of(wanted, text_of_xhtml(archive.read(f"book/{page}"))), name
    assert count > 2000


def text_of_xhtml(page: bytes) -> str:
    """Return the text of a page of the EPUB, a line a piece."""
    root = ElementTree.fromstring(page)
    blocks = {f"{XHTML}{name}" for name in BLOCKS}
    return "\n".join(
        "".join(element.itertext()) for element in root.iter() if element.tag in blocks
    )


def test_the_book_without_answers_tells_none(books: Books, articles: dict[str, Tag]) -> None:
    given = [piece for article in articles.values() for piece in answers_of(article)]
    without = "\n".join(books.without.texts)
    in_short = [piece for article in articles.values() for piece in outside_answers(article)]
    leaks = set(told(given, without)) - set(told(given, "\n".join(in_short)))
    assert not leaks
    kept = told(given, "\n".join(books.full.texts))
    assert len(kept) > 400  # the same search finds them in the other book
    assert "Answer" not in {title for _, title, _ in books.without.outline}


def outside_answers(article: Tag) -> Iterator[str]:
    """Yield what the page says to who opens no answer: an answer may say it again."""
    copy = BeautifulSoup(str(article), "html.parser")
    for asked in copy.find_all(string=re.compile("predict first", re.IGNORECASE)):
        if found := asked.find_next("details", class_=["fold", "answer"]):
            found["class"] = "answer"
    for answer in copy.select("details.answer"):
        answer.decompose()
    yield from pieces_of(copy)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_page_with_exercises_is_a_pdf_of_its_own(
    books: Books, articles: dict[str, Tag], edition: str
) -> None:
    book = {"rnnlab": books.full, "rnnlab-without-answers": books.without}[edition]
    asked = {name for name, article in articles.items() if article.select_one(".exercise-title")}
    folder = book.path.parent / EDITIONS[edition]
    assert {f"tutorials/{path.stem}.html" for path in folder.glob("*.pdf")} == asked
    for name in sorted(asked):
        page = Paper(folder / f"{Path(name).stem}.pdf")
        numbers = book.chapters[squeezed(page.outline[0][1])]
        assert page.texts == [book.texts[number] for number in numbers]
        assert {number for _, _, number in page.outline} <= set(range(len(numbers)))
        answers = [title for _, title, _ in page.outline if title.startswith("Answer")]
        assert bool(answers) == (edition == "rnnlab")
        assert page.document.get_page_label(0) == str(numbers.start + 1)
        for mine, its in ((0, numbers[0]), (len(numbers) - 1, numbers[-1])):
            assert tags_of(page.document[mine]) == tags_of(book.document[its]) != []
        assert page.path.stat().st_size < 0.2 * book.path.stat().st_size


def tags_of(page: pypdfium2.PdfPage) -> list[str]:
    """Return the kinds of a page's tags, from the outermost inwards."""
    raw = pypdfium2.raw
    tree = raw.FPDF_StructTree_GetForPage(page)
    count = raw.FPDF_StructTree_CountChildren(tree)
    waiting = [raw.FPDF_StructTree_GetChildAtIndex(tree, index) for index in range(count)]
    kinds = []
    for tag in waiting:
        name = raw.create_string_buffer(40)
        raw.FPDF_StructElement_GetType(tag, name, len(name))
        kinds.append(name.raw.decode("utf-16-le").rstrip("\0"))
        found = range(raw.FPDF_StructElement_CountChildren(tag))
        children = (raw.FPDF_StructElement_GetChildAtIndex(tag, index) for index in found)
        waiting += [child for child in children if child]
    raw.FPDF_StructTree_Close(tree)
    return kinds


def test_links_are_kept(books: Books, articles: dict[str, Tag]) -> None:
    outside = {
        str(link["href"])
        for article in articles.values()
        for link in article.select('a[href^="http"]')
    }
    found = set()
    for number in range(len(books.full.document)):
        found |= set(web_links(books.full.document[number]))
    assert {link.rstrip("/") for link in outside} <= {link.rstrip("/") for link in found}


def web_links(page: pypdfium2.PdfPage) -> Iterator[str]:
    """Yield the addresses that links of a page lead to."""
    raw = pypdfium2.raw
    place, link = raw.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page, place, link):
        action = raw.FPDFLink_GetAction(link)
        size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
        if size:
            text = raw.create_string_buffer(size)
            raw.FPDFAction_GetURIPath(page.pdf, action, text, size)
            yield text.value.decode()


def test_the_epub_is_whole(books: Books, articles: dict[str, Tag]) -> None:
    with ZipFile(books.epub) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        pages = {
            name.removeprefix("book/"): ElementTree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".xhtml")
        }
        names = set(archive.namelist())
    ids = {(name, one.get("id")) for name, page in pages.items() for one in page.iter()}
    formulas = 0
    for name, page in pages.items():
        for image in page.iter(f"{XHTML}img"):
            assert f"book/{image.get('src')}" in names
            assert image.get("alt")
        for math in page.iter(f"{MATHML}math"):
            formulas += 1
            assert math.get("alttext")
        for link in page.iter(f"{XHTML}a"):
            file, _, target = str(link.get("href")).partition("#")
            if ":" not in file:
                assert (file or name) in pages
                assert not target or (file or name, target) in ids, link.get("href")
    assert formulas >= sum(len(article.select(".katex")) for article in articles.values()) > 800


# -- Each guard is seen to fail ----------------------------------------------------------------

PAGE = """<html><head><title>T</title></head><body>
<nav class="bd-links"><p class="caption">A part</p><a href="one.html">One page</a></nav>
<p class="copyright">Ours</p><article class="bd-article"><section id="a"><h1>{title}</h1>
{body}</section></article></body></html>"""
EXERCISE = """<section class="exercise" id="e"><h3 class="exercise-title">Exercise 1.2 Why?</h3>
<p>Predict it.</p></section>"""
ANSWER = """<details class="answer"><summary>Answer to 1.2</summary><div class="solution" id="s">
<p>Because eight words and a few more are said here.</p></div></details>"""
FORMULA = '<span class="katex"><span class="katex-mathml">{}</span></span>'
MATH = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mi>x</mi>'
    '<annotation encoding="application/x-tex">x</annotation></semantics></math>'
)


def small_site(folder: Path, body: str) -> Path:
    """Write a site of two pages."""
    static = folder / "_static"
    copytree(Path("docs/_static/vendor/katex"), static / "vendor" / "katex")
    (static / "pygments.css").write_text('html[data-theme="light"] .highlight .k { color: red }\n')
    home = PAGE.format(title="A book", body="<p>It begins.</p>")
    (folder / "index.html").write_text(home, "utf-8")
    (folder / "one.html").write_text(PAGE.format(title="One page", body=body), "utf-8")
    return folder


def test_a_small_book_has_its_exercise_and_answer(tmp_path: Path) -> None:
    body = f"<section><h2>To do</h2>{EXERCISE}{ANSWER}</section>{FORMULA.format(MATH)}"
    full, without, epub = make_books(tmp_path, small_site(tmp_path, body))
    assert [title for _, title, _ in Paper(full).outline] == [
        *("Contents", "Introduction", "A book", "A part", "One page"),
        *("To do", "Exercise 1.2 Why?", "Answers", "Answer to 1.2"),
    ]
    assert wrong_numbers(Paper(full)) == []
    text, less = ("\n".join(Paper(path).texts) for path in (full, without))
    assert "said here" in text
    assert "said here" not in less
    assert 'alttext="x"' in ZipFile(epub).read("book/one.xhtml").decode()
    assert sorted(path.name for path in tmp_path.glob("*.html")) == ["index.html", "one.html"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (EXERCISE, "one: there is no answer to Exercise 1.2 Why?"),
        (EXERCISE + EXERCISE + ANSWER, "one: there is no answer to Exercise 1.2 Why?"),
        ("<p>Predict first: how many?</p>", "there is no answer after the prediction"),
        (
            EXERCISE + ANSWER + "<p>Because eight words and a few more are said here.</p>",
            "one tells an answer of one: Because eight words",
        ),
        ('<p><img src="a.png" alt="a"></p>', "one: a book has drawings alone, not a.png"),
        (f'<pre style="white-space: pre">{"x" * 200}</pre>', "paper would clip one--a: xxx"),
        (
            '<svg class="figure" width="9" height="2000pt" style="max-height: none"></svg>',
            "paper would clip one--a",
        ),
        (FORMULA.format(MATH.replace("</mi>", "")), "one.xhtml is no XHTML"),
        (FORMULA.format("x"), "a formula without MathML"),
    ],
)
def test_what_can_not_be_a_book_is_named(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(BookError, match=re.escape(said)):
        make_books(tmp_path, small_site(tmp_path, body))


def test_without_a_site_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"^there is no site in .*: run nox -s docs$"):
        make_books(tmp_path / "books", tmp_path)


def test_the_comparisons_find_what_is_wrong(tmp_path: Path) -> None:
    full, *_ = make_books(tmp_path, small_site(tmp_path, "<p>The error is 0.25 and 0.5.</p>"))
    book = Paper(full)
    text = "\n".join(book.texts)
    assert absent(["The error is", "another error"], book.texts) == ["another error"]
    assert absent(["begins. A part"], ["It begins. $", "A part"]) == []
    assert numbers_short_of("0.25, 0.25 and 0.5", text) == Counter({"0.25": 1})
    assert told(["The error is 0.25 and 0.5. It is so."], f"{text} It is so.")
    book.outline[-1] = (*book.outline[-1][:2], 7)
    assert wrong_numbers(book) == ["Onepage8"]
