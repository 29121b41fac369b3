"""Exercises as headed sections and answers as native `<details>`, which need no script.

sphinx-exercise reads the directives; this draws them.  The address of an answer stands on what is
folded, not on the fold: a browser opens the fold when a link or a search leads inside.
"""

from __future__ import annotations

from docutils import nodes
from docutils.utils import get_source_line
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import exercise_node, exercise_subtitle, solution_node

from showing.folds import summary
from showing.locations import warn


class TitlesForTranslators(SphinxTransform):
    """Hands the titles of exercises to translators, as they are written."""

    default_priority = 15  # before Sphinx puts translations in (priority 20)

    def apply(self, **_: object) -> None:
        """Say of each title where it stands and what its source is."""
        for subtitle in self.document.findall(exercise_subtitle):
            for_translators(subtitle, subtitle.astext(), subtitle)


def for_translators(title: nodes.TextElement, text: str, place: nodes.Element) -> None:
    """Hand a title to translators; titles of exercises hold no markup."""
    title.rawsource = text
    title.source, title.line = get_source_line(place)


def name_exercises(app: Sphinx, document: nodes.document) -> None:
    """Give exercises and answers the titles that the page shows, and free their contents.

    sphinx-exercise would write "Exercise (1.2 What are the outputs?)", and wrap the contents of
    each in a section with the same id.
    """
    names = {}
    for exercise in document.findall(exercise_node):
        subtitle = next(exercise.findall(exercise_subtitle), None)
        if subtitle is None:
            wanted = "the exercise %s has no title: write its number and what it asks"
            warn(app.env.docname, exercise, wanted, exercise["label"])
            continue
        number = subtitle.astext().split()[0]
        numbered = number[0].isdigit()
        word = "Exercise " if numbered else "Exercise: "
        exercise["title"] = word + subtitle.astext()
        names[exercise["label"]] = number if numbered else f"“{subtitle.astext()}”"
        exercise[0] = nodes.title("", word, *(child.deepcopy() for child in subtitle))
        for_translators(exercise[0], subtitle.astext(), subtitle)
        unwrap(exercise)
    for answer in document.findall(solution_node):
        name = names.get(answer["target_label"])
        if name is None:
            wrong = "the answer %s is to %s, which is no exercise of this page"
            warn(app.env.docname, answer, wrong, answer["label"], answer["target_label"])
            continue
        answer["title"] = f"Answer to {name}"
        answer[0] = nodes.title("", answer["title"])
        # Titles are final: sphinx-exercise is not to look for those of its own.
        answer.resolved_title = True
        registry = app.env.sphinx_exercise_registry  # type: ignore[attr-defined]
        registry[answer["label"]]["node"] = answer
        unwrap(answer)


def unwrap(node: nodes.Element) -> None:
    """Put the children of the inner section in its place."""
    for section in [child for child in node.children if isinstance(child, nodes.section)]:
        section["ids"] = []  # docutils would hand them to the first child
        section.replace_self(section.children)


def visit_exercise(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write an exercise: a section whose heading has the level that its place asks for."""
    title, contents = node[0], node[1:]
    level, label = min(translator.section_level + 1, 6), f"{node['ids'][0]}-title"
    translator.body.append(translator.starttag(node, "section", **{"aria-labelledby": label}))
    translator.body.append(f'<h{level} class="exercise-title" id="{label}">')
    write(translator, title.children)
    translator.add_permalink_ref(node, "Link to this exercise")
    translator.body.append(f"</h{level}>\n")
    write(translator, contents)
    translator.body.append("</section>\n")
    raise nodes.SkipNode


def visit_answer(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write a folded answer."""
    title, contents = node[0], node[1:]
    seen = summary(translator, translator.encode(title.astext()), node)
    translator.body.append(f'<details class="answer">{seen}')
    translator.body.append(translator.starttag(node, "div"))
    write(translator, contents)
    translator.body.append("</div>\n</details>\n")
    raise nodes.SkipNode


def write(translator: HTML5Translator, contents: list[nodes.Node]) -> None:
    """Write nodes in their order."""
    for node in contents:
        node.walkabout(translator)


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw sphinx-exercise's nodes."""
    app.setup_extension("sphinx_exercise")
    app.add_transform(TitlesForTranslators)
    # Before sphinx-exercise notes the titles that links show (priority 500).
    app.connect("doctree-read", name_exercises, priority=400)
    app.add_node(exercise_node, override=True, html=(visit_exercise, None))
    app.add_node(solution_node, override=True, html=(visit_answer, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
