"""The rules of a page, as functions from its source to what breaks them."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from nbformat import NotebookNode

from running.pages import code_cells, read_page

# Directives whose content is prose; what others hold is code, mathematics or settings.
PROSE_DIRECTIVES = {
    "note", "tip", "warning", "important", "admonition", "seealso", "margin", "epigraph",
    "glossary", "list-table", "table", "figure", "dropdown", "check",
}  # fmt: skip
SECTIONS = ("What you'll do", "What you'll learn", "What you'll need")
LAST_SECTIONS = ("In short", "In practice", "Further reading")
# A page that says `kind: tool` is used rather than read: it may be short and has less of a frame.
TOOL = re.compile(r"^kind: tool$", re.MULTILINE)
WIDEST = 76
HINT = re.compile(r"^: .*$", re.MULTILINE)  # what a check says of an answer; no reader sees all
CHECKS = 2
WRONG_ANSWERS = 3  # with their reasons, in the check of an exercise
BANNED_WORDS = re.compile(r"\b(simply|just|easy|easily|obvious|obviously)\b", re.IGNORECASE)
NUMBERED = re.compile(
    r"(?:Exercises?|[Ss]ections?|[Cc]hapters?) \d+\.\d+(?:(?:,| to| and| or)+ \d+\.\d+)*"
)
TYPED_FIGURE = re.compile(r"(?<![\w.])\d+\.\d+|\d\s?%|\d percent")


def problems(source: str) -> list[str]:
    """Return every rule that a page breaks, in words."""
    notebook = read_page(source)
    prose = list(_prose(source))
    read = list(_prose(HINT.sub("", source)))
    found = [] if TOOL.search(source) else list(_budgets(notebook, read))
    found += _frame(source, prose)
    found += _figures(notebook)
    found += _exercises(source)
    for text in [*prose, *_captions(notebook)]:
        found += [f"typed figure {m[0]!r} in: {text}" for m in _typed_figures(text)]
        found += [f"banned word {m[0]!r} in: {text}" for m in BANNED_WORDS.finditer(text)]
    for cell in code_cells(notebook):
        if re.search(r"^\s*[!%]", cell.source, re.MULTILINE):
            found.append(f"a shell line or magic in: {cell.source}")
        if "remove-cell" not in cell.metadata.get("tags", []):
            wide = (line for line in cell.source.splitlines() if len(line) > WIDEST)
            found += [f"wider than {WIDEST}: {line}" for line in wide]
    return [*found, *_predictions(source), *_checks(source), *_folds(source)]


def _budgets(notebook: NotebookNode, prose: list[str]) -> Iterator[str]:
    shown = [c for c in code_cells(notebook) if "remove-cell" not in c.metadata.get("tags", [])]
    lengths = [len(cell.source.splitlines()) for cell in shown]
    if not 12 <= len(shown) <= 25:
        yield f"{len(shown)} cells, wanted 12 to 25"
    if lengths and statistics.median(lengths) > 9:
        yield f"the median cell has {statistics.median(lengths)} lines, wanted about 8"
    longest = max((len(c.source.splitlines()) for c in code_cells(notebook)), default=0)
    if longest > 25:
        yield f"a cell has {longest} lines, wanted at most 25"
    words = sum(len(text.split()) for text in prose)
    if shown and not 50 <= words / len(shown) <= 120:
        yield f"{words / len(shown):.0f} words a cell, wanted about 60 to 100"
    figures = sum("figure" in cell.metadata.get("mystnb", {}) for cell in shown)
    if not 3 <= figures <= 6:
        yield f"{figures} figures, wanted 3 to 6"


def _frame(source: str, prose: list[str]) -> Iterator[str]:
    if "description lang=en" not in source:
        yield "no description for search engines in the front matter"
    headings = re.findall(r"^## (.+)$", source, re.MULTILINE)
    is_tool = bool(TOOL.search(source))
    first = list(SECTIONS[::2] if is_tool else SECTIONS)
    if headings[: len(first)] != first:
        yield f"the page opens with {headings[: len(first)]}, wanted {first}"
    wanted_last = list(LAST_SECTIONS[:1] if is_tool else LAST_SECTIONS)
    last = [heading for heading in headings if heading in LAST_SECTIONS]
    if last != wanted_last:
        yield f"the page ends with {last}, wanted {wanted_last}"
    for wanted in ("{page-time}`read`", "{page-time}`open`", "{page-time}`run`"):
        if wanted not in source:
            yield f"{wanted} is missing"
    for line in re.findall(r"^\$\$.*$", source, re.MULTILINE)[1::2]:
        if not re.search(r"\$\$\s*\([\w-]+\)$", line):
            yield f"a display formula has no label: {line}"


def _figures(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        settings = cell.metadata.get("mystnb", {})
        if "plt.show()" in cell.source and "figure" not in settings:
            yield f"a figure without a caption: {cell.source}"
        if "figure" in settings:
            figure = settings["figure"]
            if not figure.get("name"):
                yield f"a figure without a name: {cell.source}"
            if len(figure.get("caption", "").split()) < 4:
                yield f"a figure without a caption: {cell.source}"
            if len(settings.get("image", {}).get("alt", "").split()) < 4:
                yield f"a figure without alt text: {cell.source}"


def _exercises(source: str) -> Iterator[str]:
    asked = re.findall(r"\{exercise-start\}[^\n]*\n:label: (\S+)", source)
    answered = re.findall(r"\{solution-start\} (\S+)", source)
    for label in sorted(set(asked) ^ set(answered)):
        yield f"exercise {label} is not both asked and answered"
    for label, body in re.findall(
        r"\{solution-start\} (\S+)(.*?)\{solution-end\}", source, re.DOTALL
    ):
        if "{code-cell}" not in body or "assert" not in body:
            yield f"the answer of {label} has no cell that asserts it"
    for body in re.findall(r"\{exercise-start\}(.*?)\{exercise-end\}", source, re.DOTALL):
        if "predict" not in body.lower():
            yield f"an exercise asks for no prediction: {body.strip().splitlines()[0]}"


def _predictions(source: str) -> Iterator[str]:
    """A prediction's answer is out of sight: what follows it is a fold, or a folded answer.

    Between them may stand checks.
    """
    outside = re.sub(r"```\{exercise-start\}.*?\{exercise-end\}", "", source, flags=re.DOTALL)
    for asked in re.finditer(r"predict first", outside, re.IGNORECASE):
        after = re.search(r"^```\{((?!check)[\w-]+)\}|^#+ ", outside[asked.end() :], re.MULTILINE)
        if not after or after[1] != "fold-start":
            yield f"the answer stands beside: {outside[asked.start() :].splitlines()[0]}"


def _checks(source: str) -> Iterator[str]:
    """Each exercise has a check before its answer, which knows the usual wrong answers."""
    checks = len(re.findall(r"^```\{check\}", source, re.MULTILINE))
    if checks < CHECKS and not TOOL.search(source):
        yield f"{checks} checks, wanted at least {CHECKS}"
    for title, body in re.findall(
        r"\{exercise-start\} ([^\n]*)(.*?)\{exercise-end\}", source, re.DOTALL
    ):
        asked = re.findall(r"^```\{check\} (\S+)(.*?)^```$", body, re.MULTILINE | re.DOTALL)
        if not asked:
            yield f"an exercise without a check: {title}"
        for name, inside in asked:
            wrong = len(HINT.findall(inside)) - (":kind: choice" in inside)
            if wrong < WRONG_ANSWERS:
                yield f"{name} knows {wrong} wrong answers, wanted at least {WRONG_ANSWERS}"


def _folds(source: str) -> Iterator[str]:
    """A fence whose first line holds a backtick is none."""
    for title in re.findall(r"^```\{fold-start\}(.*`.*)$", source, re.MULTILINE):
        yield f"a fold whose title holds code: {title}"


def _typed_figures(text: str) -> Iterator[re.Match[str]]:
    yield from TYPED_FIGURE.finditer(NUMBERED.sub("", text))


def _captions(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        settings = cell.metadata.get("mystnb", {})
        for text in (
            settings.get("figure", {}).get("caption"),
            settings.get("image", {}).get("alt"),
        ):
            if text:
                yield re.sub(r"\{[\w:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$", "", text)


def _prose(source: str) -> Iterator[str]:
    """Yield each block of text: paragraphs, headings, cells of tables, titles of directives."""
    config = MdParserConfig(enable_extensions={"colon_fence", "deflist", "dollarmath"})
    parser = create_md_parser(config, RendererHTML)
    yield from _blocks(parser.parse(source), parser)


def _blocks(tokens: list[Token], parser: object) -> Iterator[str]:
    heading = False
    for token in tokens:
        heading = token.type == "heading_open" or (heading and token.type != "heading_close")
        if token.type == "inline":
            text = "".join(_words(token.children or []))
            # Sections keep the numbers that the lab gave them.
            yield re.sub(r"^\d\.\d ", "", text) if heading else text
        elif token.type in ("fence", "colon_fence"):
            name, _, title = token.info.strip().partition("}")
            if name == "{exercise-start":
                yield re.sub(r"^\s*\d\.\d ", "", title)
            elif name.strip("{:") in PROSE_DIRECTIVES:
                if name not in ("{figure", "{check"):
                    yield title
                body = re.sub(r"^:[\w-]+:.*$", "", token.content, flags=re.MULTILINE)
                yield from _blocks(parser.parse(body), parser)  # type: ignore[attr-defined]


def _words(children: list[Token]) -> Iterator[str]:
    in_link = 0
    for child in children:
        in_link += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type in ("text", "softbreak", "hardbreak") and not in_link:
            yield child.content or " "
