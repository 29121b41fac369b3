"""Checks: the reader commits to an answer before the fold with the answer is opened.

    ```{check} cell-numbers
    :kind: number
    :answer: page-numbers
    :tolerance: 10 %

    **Predict first:** how many numbers does the cell hold?

    15
    : These are the input weights alone.

    page-without-bias
    : The bias counts, too.
    ```

A definition list holds the usual wrong answers with their reasons. What a number is compared with
is a value of the page (glue), so it follows the page; a term is such a value, a whole number or a
fraction.

- `number`: right within the tolerance, which is a number or a share of the right answer.
- `shape`: the answer is written as `(4, 5)`, or is a value of the page; so are the terms.
- `choice`: the terms are the options, which are shuffled, and the answer is the text of one, or a
  value of the page that is such a text. What stands under the right option is said as well.
- `order`: a numbered list holds the items; the answer is their order as it is written, or a value
  of the page that names them in another. A term is an order too: `3, 1, 2`.

The script judges the answer; without scripts the question stays, and the fold after it.
"""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from showing.locations import warn
from showing.term_links import no_term_links

KINDS = ("number", "shape", "choice", "order")
FRACTION = re.compile(r"-?\d+(?:/[1-9]\d*)?")
SHAPE = re.compile(r"\d+(?:, ?\d+)*,?")
BETWEEN = " | "  # items of an order


class check(nodes.General, no_term_links):  # noqa: N801 - docutils names nodes so
    """A question, its options if it has some, and its hints."""


class check_hint(nodes.Invisible, nodes.TextElement):  # noqa: N801
    """What is said after one answer; neither the search nor the notebook shows it."""


class check_progress(nodes.General, nodes.Element):  # noqa: N801
    """The reader's progress on all pages."""


class CheckError(Exception):
    """A check can't be made."""


class Check(SphinxDirective):
    """The directive: its argument is the name, under which the reader's answer is kept."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {
        "kind": lambda argument: directives.choice(argument, KINDS),
        "answer": directives.unchanged_required,
        "tolerance": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the check, with its answer found."""
        node = check("", names=[nodes.fully_normalize_name(self.arguments[0])])
        self.set_source_info(node)
        self.state.document.note_explicit_target(node, node)
        try:
            self.fill(node, self.parse_content_to_nodes())
        except CheckError as error:
            warn(self.env.docname, node, "the check %s: %s", self.arguments[0], error)
            return []
        return [node]

    def fill(self, node: check, content: list[nodes.Node]) -> None:
        """Put the question, the options and the hints into the node."""
        kind = self.options.get("kind")
        if kind is None:
            raise CheckError(f"wanted a :kind:, one of {', '.join(KINDS)}")
        question, *rest = content or [nodes.comment()]
        if not isinstance(question, nodes.paragraph):
            raise CheckError("wanted a question in one paragraph first")
        terms = {
            item[0].astext(): item
            for one in rest
            if isinstance(one, nodes.definition_list)
            for item in one
        }
        lists = [one for one in rest if isinstance(one, nodes.enumerated_list)]
        if len(rest) != len(lists) + any(isinstance(one, nodes.definition_list) for one in rest):
            raise CheckError("wanted nothing but a question, answers with reasons, and items")
        node["kind"] = kind
        node += question
        options = [item[0] for item in terms.values()] if kind == "choice" else []
        if kind == "order":
            options = [item[0] for one in lists for item in one]
        if options:
            texts = [one.astext() for one in options]
            shown = sorted(options, key=lambda one: place(node["names"][0], one.astext()))
            if kind == "order" and [one.astext() for one in shown] == texts:
                shown.reverse()  # the right order is not the first that is seen
            items = (nodes.list_item("", plain(one), value=one.astext()) for one in shown)
            node += nodes.bullet_list("", *items)
        find = getattr(self, f"{kind}_of")
        node["answer"] = find(self.options.get("answer", ""), [one.astext() for one in options])
        node["tolerance"] = self.tolerance(node["answer"]) if kind == "number" else 0.0
        for term, item in terms.items():
            given = find(term, [one.astext() for one in options])
            if kind != "choice" and same(node, given):
                raise CheckError(f"the wrong answer {term!r} is right")
            reason = item[1][0]
            if len(item[1]) > 1 or not isinstance(reason, nodes.paragraph):
                raise CheckError(f"wanted one paragraph under {term!r}")
            hint = check_hint("", "", *reason.children, given=given, classes=["no-search"])
            for_translators(hint, reason)
            node += hint

    def number_of(self, text: str, options: list[str]) -> float:
        """Return a number: a value of the page, or for a wrong answer a whole one or a fraction."""
        if FRACTION.fullmatch(text) and text != self.options.get("answer"):
            return float(Fraction(text))
        value = self.value(text).replace("\N{MINUS SIGN}", "-").replace(",", "")
        try:
            return float(value.removesuffix("%"))
        except ValueError:
            raise CheckError(f"the value of {text!r} is no number but {value!r}") from None

    def shape_of(self, text: str, options: list[str]) -> str:
        """Return a shape as the script writes it."""
        text = text.strip("()[]")
        if not SHAPE.fullmatch(text):
            text = self.value(text).strip("()[]")
        if not SHAPE.fullmatch(text):
            raise CheckError(f"wanted a shape such as (4, 5), not {text!r}")
        return ",".join(re.findall(r"\d+", text))

    def choice_of(self, text: str, options: list[str]) -> str:
        """Return an option."""
        found = text if text in options else self.value(text)
        if found not in options:
            raise CheckError(f"{found!r} is none of the options: {'; '.join(options)}")
        return found

    def order_of(self, text: str, options: list[str]) -> str:
        """Return the items in an order."""
        names = [name.strip() for name in text.split(",")] if text else options
        if text and not all(name.isdigit() for name in names):
            names = [name.strip() for name in self.value(text).split(",")]
        elif text:
            names = [options[int(name) - 1] for name in names if 0 < int(name) <= len(options)]
        if sorted(names) != sorted(options) or len(options) < 2:
            raise CheckError(f"{text!r} is no order of {'; '.join(options) or 'items'}")
        return BETWEEN.join(names)

    def tolerance(self, answer: float) -> float:
        """Return how far a right answer may be from the value."""
        text = self.options.get("tolerance", "0")
        share = text.endswith("%")
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            raise CheckError(f"the tolerance is no number: {text!r}") from None
        return abs(answer) * number / 100 if share else number

    def value(self, key: str) -> str:
        """Return a value of this page."""
        try:
            data = retrieve_glue_data(self.state.document, key).data
        except RetrievalError:
            raise CheckError(f"this page has no value {key!r}") from None
        text = str(data.get("text/plain", ""))
        return text[1:-1] if text[:1] in {"'", '"'} and text[:1] == text[-1:] else text


def plain(node: nodes.Element) -> nodes.paragraph:
    """Return the words of a term or an item as a paragraph."""
    paragraph = nodes.paragraph("", "", *(word.deepcopy() for word in node.children))
    for_translators(paragraph, node)
    return paragraph


def for_translators(node: nodes.Element, original: nodes.Element) -> None:
    """Hand a node to translators as the one whose words it holds."""
    node.source, node.line, node.rawsource = original.source, original.line, original.rawsource
    node["translatable"] = True


def place(name: str, option: str) -> str:
    """Return what the options of a check are sorted by: in each build the same."""
    return hashlib.sha256(f"{name} {option}".encode()).hexdigest()


def same(node: check, given: str | float) -> bool:
    """Tell whether an answer is right."""
    if isinstance(given, float):
        return bool(abs(given - node["answer"]) <= node["tolerance"])
    return bool(given == node["answer"])


def visit_check(translator: HTML5Translator, node: check) -> None:
    """Write a form, which is disabled until the script is there."""
    question = node.next_node(nodes.paragraph)
    address = f"{translator.builder.current_docname}#{node['ids'][0]}"
    attributes = {
        "data-check": address,
        "data-kind": node["kind"],
        "data-answer": node["answer"],
        "data-tolerance": node["tolerance"],
    }
    body = translator.body
    body.append(translator.starttag(node, "form", CLASS="check", **attributes))
    body.append("<fieldset disabled><legend>")
    write(translator, question)
    body.append('</legend>\n<div class="check-fields">')
    options = node.next_node(nodes.bullet_list)
    for item in options.children if options else []:
        value = f'value="{translator.attval(item["value"])}"'
        if node["kind"] == "choice":
            body.append(f'<label><input type="radio" name="{node["ids"][0]}" {value}> ')
        else:
            places = "".join(f"<option>{n + 1}</option>" for n in range(len(options)))
            body.append(
                f'<label><select data-{value}><option value="">&ndash;</option>{places}</select>'
            )
        body.append("<span>")
        write(translator, item[0])
        body.append("</span></label>\n")
    if not options:
        body.append('<label>Your answer <input type="text" autocomplete="off"></label>\n')
    body.append('<button type="submit">Check</button></div></fieldset>\n')
    body.append('<div class="check-said" role="status"></div>\n<div hidden>')
    for one in node.findall(check_hint):
        body.append(translator.starttag(one, "div", "", **{"data-given": one["given"]}))
        write(translator, one)
        body.append("</div>\n")
    body.append("</div></form>\n")
    raise nodes.SkipNode


def write(translator: HTML5Translator, text: nodes.Element) -> None:
    """Write what is in a paragraph or the like."""
    for child in text.children:
        child.walkabout(translator)


class Progress(SphinxDirective):
    """The reader's progress, with what saves, reads and forgets it."""

    def run(self) -> list[nodes.Node]:
        """Leave the list until all pages are known."""
        self.env.metadata[self.env.docname]["shows_progress"] = True
        return [check_progress()]


def visit_progress(translator: HTML5Translator, node: check_progress) -> None:
    """Write the pages that have checks, in the order of the site."""
    builder = translator.builder
    env: Any = builder.env
    here = builder.current_docname
    known = checks_of(env)
    body = translator.body
    body.append('<form class="check-progress"><fieldset disabled><legend>Right answers</legend>\n')
    body.append("<ul>\n")
    for page in [page for page in env.toctree_includes.get(here, []) if page in known]:
        title = translator.encode(env.titles[page].astext())
        names = " ".join(f"{page}#{name}" for name in known[page])
        link = f'<a href="{builder.get_relative_uri(here, page)}">{title}</a>'
        count = f"0 of {len(known[page])}"
        body.append(f'<li>{link} <span data-checks="{names}">{count}</span></li>\n')
    body.append(
        '</ul>\n<p class="check-fields"><button type="button" data-do="save">Export</button>\n'
        '<button type="button" data-do="forget">Reset</button>\n'
        '<label>Import <input type="file" accept=".json,application/json"></label></p></fieldset>\n'
        '<p class="check-said" role="status"></p></form>\n'
    )
    raise nodes.SkipNode


def checks_of(env: Any) -> dict[str, list[str]]:
    """Return the ids of the checks of each page that has some."""
    return {
        name: metadata["checks"]
        for name, metadata in env.metadata.items()
        if metadata.get("checks")
    }


def note_checks(app: Sphinx, document: nodes.document) -> None:
    """Note which checks a page has."""
    app.env.metadata[app.env.docname]["checks"] = [
        node["ids"][0] for node in document.findall(check)
    ]


def with_progress(app: Sphinx, env: Any) -> list[str]:
    """Name the pages that show the progress if the checks are not those they show."""
    shown, env.rnnlab_checks = getattr(env, "rnnlab_checks", None), checks_of(env)
    return (
        [name for name, metadata in env.metadata.items() if metadata.get("shows_progress")]
        if shown != env.rnnlab_checks
        else []
    )


def load_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Load the script and its styles on pages that have a use for them."""
    if 'class="check' in (context.get("body") or ""):
        app.add_css_file("checks.css")
        app.add_js_file("checks.js", defer="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both directives."""
    app.add_directive("check", Check)
    app.add_directive("check-progress", Progress)
    app.add_node(check, html=(visit_check, None))
    app.add_node(check_hint)
    app.add_node(check_progress, html=(visit_progress, None))
    app.connect("doctree-read", note_checks)
    app.connect("env-updated", with_progress)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
