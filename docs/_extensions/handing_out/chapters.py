"""The chapters of a book: the pages of the built site, in its order, without what needs a screen.

A book says what the site says, as it is made from the pages that stand there and runs nothing.
Copy buttons, forms and the playground go; a check stays as its question. What answers a prediction
(the answer of an exercise, the fold after the words *Predict first*, what a check says) moves to
the end of its chapter, where the edition without answers leaves it out.

Drawings and formulas are taken out before a page is parsed, and put in again as each form of the
book shows them: they are most of a page's weight.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from posixpath import dirname, normpath

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

#: What only a screen has a use for.
ON_SCREEN = (
    "a.headerlink, a.copy-script, button, .stepper, .viewcode-link, .toctree-wrapper, script,"
    "noscript, .pst-js-only:not(.try, .letters, .hand), span.minutes"
)
#: Where a program of the page stood, and what a reader is told of it.
PROGRAMS = {
    ".playground:not(.try .playground)": "The playground is on the site.",
    ".try": "On the site, the playground opens here.",
    ".letters": "On the site, the network answers here to what you type.",
    ".hand": "On the site, the network writes here what you type, by hand.",
    "form.check-progress": "The site lists here which of your answers were right.",
}
ARTICLE = re.compile(r'<article class="bd-article">(.*)</article>', re.DOTALL)
PIECE = re.compile(r'<span class="katex">|<svg\b')
ID = re.compile(r'\bid="|href="#|url\(#')
PLACE = re.compile(r'<i data-piece="(\d+)"></i>')
PREDICTION = re.compile("predict first", re.IGNORECASE)
#: Pages that say what is right where the lab's answers were wrong: the answers once more.
TELLING = ("changes-from-2019",)
SAID = ("p", "li", "pre", "tr")  # what an answer says
WORDS = 8  # what is shorter, a page and an answer may both say


class BookError(Exception):
    """The site can't be made into a book; the message is one line."""


@dataclass
class Chapter:
    """A page of the site as a part of a book."""

    page: str
    part: str
    title: str
    body: Tag
    pieces: list[str]
    answers: list[Tag] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What the chapter's ids begin with."""
        return address(self.page)

    def tags(self, *names: str) -> Iterator[Tag]:
        """Yield the elements of the chapter, answers too."""
        yield from list(self.body.find_all(names or True))
        yield from self.answer_tags(*names)

    def answer_tags(self, *names: str) -> Iterator[Tag]:
        """Yield the elements of the answers."""
        for answer in self.answers:
            yield from [*([] if names else [answer]), *answer.find_all(names or True)]

    def html(self, piece: Callable[[str], str]) -> str:
        """Return the chapter as HTML that is XHTML too, its answers at the end.

        Args:
            piece: Turns a drawing (`<svg ...>`) or a formula (`<span class="katex">...`) as the
                site has it into what the book shows.
        """
        html = self.body.decode_contents()
        if self.answers:
            answers = "\n".join(map(str, self.answers))
            start = f'<section class="answers" id="{self.address}--answers"><h2>Answers</h2>'
            html += f"{start}\n{answers}</section>\n"
        return PLACE.sub(lambda place: piece(self.pieces[int(place[1])]), html)


def address(page: str) -> str:
    """Return what ids of a page begin with, as one file may hold all pages."""
    return page.replace("/", "-")


def read_chapters(site: Path) -> list[Chapter]:
    """Return the chapters of the built site, with their answers apart."""
    index = site / "index.html"
    if not index.is_file():
        raise BookError(f"there is no site in {site}: run nox -s docs")
    home = index.read_text("utf-8")
    navigation = BeautifulSoup(home, "html.parser").select(".bd-links .caption, .bd-links a")
    chapters, part = [read_chapter(site, "index", "Introduction")], ""
    for one in navigation:
        if one.name == "p":
            part = one.get_text(strip=True)
        else:
            page = str(one["href"]).removesuffix(".html")
            chapters.append(read_chapter(site, page, part))
    link(chapters)
    return chapters


def about(site: Path) -> list[str]:
    """Return what a reader is told first: what the book is, and whose."""
    home = (site / "index.html").read_text("utf-8")
    address_ = re.search(r'<link rel="canonical" href="([^"]+)"', home)
    where = f' at <a href="{address_[1]}">{address_[1]}</a>' if address_ else ""
    rights = BeautifulSoup(home, "html.parser").select_one(".copyright")
    return [
        f"These are the pages of the site of rnnlab {version('rnnlab')}{where}, with what their "
        "code put out when the site was built.",
        "What needs a screen is on the site alone: programs to copy, checks that answer, figures "
        "that are drawn in steps, networks to try.",
        *([" ".join(rights.get_text().split())] if rights else []),
    ]


def read_chapter(site: Path, page: str, part: str) -> Chapter:
    """Return a page as a chapter; its links are still the site's."""
    found = ARTICLE.search((site / f"{page}.html").read_text("utf-8"))
    if not found:
        raise BookError(f"{page}: there is no article on it")
    html, pieces = take_out_pieces(found[1], f"{address(page)}--")
    body = BeautifulSoup(html, "html.parser")
    if image := body.select_one("img"):
        raise BookError(f"{page}: a book has drawings alone, not {image.get('src')}")
    for one in body.select(ON_SCREEN):
        one.decompose()
    for place, words in PROGRAMS.items():
        for one in body.select(place):
            one.replace_with(new(f'<p class="on-screen">{words}</p>'))
    for hidden in body.select("details.hidden-code"):
        hidden.summary.decompose()  # type: ignore[union-attr]
        hidden.unwrap()
    for number, heading in enumerate(body.find_all("h2"), start=1):
        heading["id"] = f"heading-{number}"  # its section may begin at the foot of the page before
    title = body.h1.get_text(" ", strip=True) if body.h1 else page
    chapter = Chapter(page, part, title, body, pieces)
    exercises_are_answered(chapter)
    chapter.answers = take_out_answers(body)
    for fold in body.select("details.fold"):
        unfold(fold)
    return chapter


def take_out_pieces(html: str, prefix: str) -> tuple[str, list[str]]:
    """Return a page without its drawings and formulas, and these, with a prefix to their ids."""
    parts: list[str] = []
    pieces: list[str] = []
    end = 0
    while start := PIECE.search(html, end):
        tag = "svg" if start[0] == "<svg" else "span"
        depth = 0
        for one in re.compile(rf"<(/?){tag}\b").finditer(html, start.start()):
            depth += -1 if one[1] else 1
            if not depth:
                break
        stop = html.index(">", one.end()) + 1
        parts += [html[end : start.start()], f'<i data-piece="{len(pieces)}"></i>']
        pieces.append(ID.sub(rf"\g<0>{prefix}", html[start.start() : stop]))
        end = stop
    return "".join([*parts, html[end:]]), pieces


def exercises_are_answered(chapter: Chapter) -> None:
    """See to it that after each exercise, and before the next, comes its answer."""
    asked = None
    for one in chapter.body.select(".exercise-title, details.answer"):
        if one.name != "details" and asked:
            break
        asked = None if one.name == "details" else one
    if asked:
        raise BookError(f"{chapter.page}: there is no answer to {asked.get_text(strip=True)}")


def take_out_answers(body: Tag) -> list[Tag]:
    """Move what answers a prediction out of a page, and leave a link to it."""
    asked_for = [text for text in body.find_all(string=PREDICTION) if not text.find_parent("pre")]
    for asked in [*asked_for, *body.select("form.check")]:
        answer = asked.find_next("details")
        if answer is None:
            raise BookError(
                f"there is no answer after the prediction: {asked.get_text(strip=True)}"
            )
        answer["class"] = "answer"
        if isinstance(asked, Tag):
            answer.summary.insert_after(form_to_question(asked))  # type: ignore[union-attr]
    answers = []
    for number, one in enumerate(body.select("details.answer"), start=1):
        answers.append(answer := unfold(one, "h3"))
        answer["id"] = f"answer-{number}"
        answer.insert_after(link_to := new('<p class="to-answer"></p>'))
        title = answer.h3.get_text(" ", strip=True)  # type: ignore[union-attr]
        words = title if title.startswith("Answer to") else "Answer"
        link_to.append(new(f'<a href="#answer-{number}">{words}: at the end of this chapter</a>'))
        # On paper its page stands here, when it is known.
        link_to.append(new(f'<span class="page-of" data-of="answer-{number}"></span>'))
        link_to["id"] = f"asked-{number}"
        back = f'<p class="to-question"><a href="#asked-{number}">Back to the question</a></p>'
        answer.append(new(back))
        answer.extract()
    return answers


def form_to_question(form: Tag) -> Tag:
    """Make a check's form a question on paper; return what it says to answers."""
    kind, right = form["data-kind"], str(form["data-answer"])
    options = {}
    for one in form.select("label > span"):
        field_ = one.find_previous_sibling(["input", "select"])
        options[str(field_.get("value") or field_.get("data-value"))] = one  # type: ignore[union-attr]
    question = new('<div class="check"><p></p></div>')
    for child in list(form.legend.contents):  # type: ignore[union-attr]
        question.p.append(child)  # type: ignore[union-attr]
    if options:
        question.append(items := new("<ul></ul>"))
        for option in options.values():
            items.append(item := new("<li></li>"))
            item.extend([copy(child) for child in option.contents])
    said = new('<div class="check-answer"><p><strong>Answer:</strong> </p></div>')
    said.p.extend(written(right, str(kind), options))  # type: ignore[union-attr]
    wrong = new("<ul></ul>")
    for hint in form.select("[data-given]"):
        if kind == "choice" and hint["data-given"] == right:
            said.p.extend([". ", *list(hint.contents)])  # type: ignore[union-attr]
            continue
        wrong.append(line := new("<li><em></em>: </li>"))
        line.em.extend(written(str(hint["data-given"]), str(kind), options))  # type: ignore[union-attr]
        line.extend(list(hint.contents))
    if wrong.contents:
        said.extend([new("<p>Usual wrong answers:</p>"), wrong])
    question["id"] = form["id"]
    form.replace_with(question)
    return said


def written(answer: str, kind: str, options: dict[str, Tag]) -> list[PageElement]:
    """Return an answer as it is read: the page keeps it as its script compares it."""
    if kind == "number":
        number = float(answer)
        text = f"{number:,.0f}" if number.is_integer() else f"{number:.6g}"
        return [NavigableString(text.replace("-", "\N{MINUS SIGN}"))]
    if kind == "shape":
        sizes = answer.split(",")
        return [NavigableString(f"({', '.join(sizes)}{',' * (len(sizes) == 1)})")]
    found: list[PageElement] = []
    for one in answer.split(" | ") if kind == "order" else [answer]:
        found += [NavigableString("; ")] if found else []
        found += [copy(child) for child in options[one].contents]
    return found


def unfold(fold: Tag, heading: str = "p") -> Tag:
    """Make a fold a section that is open, below its title; return it."""
    title = fold.summary
    title.name = heading  # type: ignore[union-attr]
    title["class"] = "fold-title"  # type: ignore[index]
    fold.name = "section"
    return fold


def link(chapters: list[Chapter]) -> None:
    """Let ids and links be those of the book; what the book does not hold is no link."""
    pages = {one.page for one in chapters}
    ids = {one.address for one in chapters}
    for chapter in chapters:
        for tag in chapter.tags():
            for name in {"id", "aria-labelledby", "data-of"} & tag.attrs.keys():
                tag[name] = f"{chapter.address}--{tag[name]}"
            ids.add(str(tag.get("id")))
    for chapter in chapters:
        for tag in chapter.tags("a"):
            tag.attrs.pop("title", None)  # shown where a pointer rests on it
            file, _, name = str(tag.get("href", "")).partition("#")
            if ":" in file:
                continue
            page = normpath(f"{dirname(chapter.page)}/{file}".lstrip("/")) if file else chapter.page
            page = page.removesuffix(".html")
            if page not in pages:
                tag.unwrap()
                continue
            target = f"{address(page)}--{name}"
            tag["href"] = f"#{target if target in ids else address(page)}"


def leave_out_answers(chapters: list[Chapter]) -> None:
    """Take the answers away, with what leads to them.

    Raises:
        BookError: if the chapters still say what an answer says.
    """
    ids = {f"#{tag['id']}" for one in chapters for tag in one.answer_tags() if tag.get("id")}
    told = {said(tag): chapter.page for chapter in chapters for tag in chapter.answer_tags(*SAID)}
    chapters[:] = [one for one in chapters if one.page not in TELLING]
    for chapter in chapters:
        chapter.answers = []
        for tag in chapter.body.select("p.to-answer"):
            tag.decompose()
        for tag in chapter.tags("a"):
            if tag.get("href") in ids:
                tag.unwrap()
        for tag in chapter.tags(*SAID):
            if (words := said(tag)) in told and words.count(" ") >= WORDS:
                raise BookError(f"{chapter.page} tells an answer of {told[words]}: {words}")


def said(tag: Tag) -> str:
    """Return the words of an element, without what stands between them."""
    return " ".join(re.findall(r"\w+", tag.get_text()))


def new(html: str) -> Tag:
    """Return a new element."""
    return BeautifulSoup(html, "html.parser").contents[0]  # type: ignore[return-value]
