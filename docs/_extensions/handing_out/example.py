"""Five made-up submissions, wrong in five ways, by which a teacher sees how answers are marked."""

from __future__ import annotations

import re

import nbformat
from nbformat import NotebookNode

PAGE = "bare-bones-rnn"
#: Who answers which exercise how, as it is written; each answers all others rightly.
SUBMISSIONS = {
    "ada": ("growing-axis", "..."),
    "ben": ("seven-units", "(7, 4)"),
    "cleo": ("unrelated-steps", "-3"),
    "dan": ("seven-units", "'four rows, seven columns'"),
    "eve": ("shuffled-rows", "they are the same"),
}


def submissions(student: NotebookNode, right: dict[str, object]) -> dict[str, NotebookNode]:
    """Return the submissions, by who made them.

    Args:
        student: The page's notebook for students.
        right: The right answers to its exercises.
    """
    found = {}
    for who, (name, answer) in SUBMISSIONS.items():
        written = {key: repr(value) for key, value in right.items()} | {name: answer}
        found[who] = nbformat.reads(nbformat.writes(student), as_version=4)
        for cell in found[who].cells:
            if asked := re.search(r'^check\("([\w-]+)", \.\.\.\)$', cell.source, re.MULTILINE):
                cell.source = f'check("{asked[1]}", {written[asked[1]]})'
    return found
