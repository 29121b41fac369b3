"""The checks of a page's exercises, sealed in a file of plain Python that is handed out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes

from handing_out import judging
from playing.checks import BETWEEN, check, check_hint

# What is right differs from what a page accepts by a sixteenth of the tolerance at most.
STEPS_A_TOLERANCE = 8


@dataclass(frozen=True)
class Known:
    """What the check of an exercise knows, as a student meets it.

    Attributes:
        right: The right answer, as it may be written.
        wrong: The usual wrong answers, as they may be written, with their reasons.
        said: What is said of the right answer.
    """

    name: str
    kind: str
    tolerance: float
    right: object
    said: str
    wrong: dict[object, str]
    options: tuple[str, ...] = ()

    @property
    def step(self) -> float:
        """The step by which numbers are told apart; nothing if they are exact.

        It is a power of two, so that it tells little of an answer that the tolerance is a share of.
        """
        if not self.tolerance:
            return 0.0
        return float(2.0 ** math.floor(math.log2(self.tolerance / STEPS_A_TOLERANCE)))


def read(node: check, words: Callable[[nodes.Element], str]) -> Known:
    """Read what a check knows.

    Args:
        node: The check, as its page has it.
        words: What writes the words of a hint.
    """
    options = tuple(item["value"] for item in node.findall(nodes.list_item))
    hints = {hint["given"]: words(hint) for hint in node.findall(check_hint)}
    said = f"Right. {hints.pop(node['answer'], '')}".strip()

    def written(given: str | float) -> object:
        if isinstance(given, float):
            return int(given) if given.is_integer() else given
        if node["kind"] == "shape":
            return tuple(map(int, given.split(",")))
        places = tuple(options.index(one) + 1 for one in given.split(BETWEEN))
        return places if node["kind"] == "order" else places[0]

    return Known(
        node["names"][0], node["kind"], node["tolerance"], written(node["answer"]), said,
        {written(given): f"Not quite. {hint}" for given, hint in hints.items()}, options,
    )  # fmt: skip


def seal(known: Known) -> dict[str, str]:
    """Return what is said of each answer, sealed by it.

    Raises:
        ValueError: Two answers can't be told apart.
    """
    found: dict[str, str] = {}
    for answer, said in [(known.right, known.said), *known.wrong.items()]:
        for text in texts(known, answer):
            tag, key = judging.keys(known.name, text)
            if tag in found and not known.step:
                raise ValueError(
                    f"the check {known.name} can't tell {answer!r} from another answer"
                )
            found.setdefault(tag, judging.sealed(said.encode(), key).hex())
    return dict(sorted(found.items()))


def texts(known: Known, answer: object) -> Iterator[str]:
    """Yield the readings of an answer."""
    if isinstance(answer, int | float) and known.step:
        near = round(known.tolerance / known.step) + 1
        middle = round(answer / known.step)
        for place in range(middle - near, middle + near + 1):
            if abs(place * known.step - answer) <= known.tolerance:
                yield str(place)
        return
    yield judging.READINGS[known.kind](answer, known.step)
    if known.kind == "choice" and isinstance(answer, int):
        yield judging.choice(known.options[answer - 1], known.step)


def file_of(title: str, checks: list[Known]) -> str:
    """Return the file that checks the answers to a page's exercises."""
    code = Path(judging.__file__).read_text("utf-8")
    head, mark, rest = code.partition("CHECKS: dict[str, dict[str, Any]] = {}\n")
    data = {one.name: {"kind": one.kind, "step": one.step, "sealed": seal(one)} for one in checks}
    assert mark
    sealed = json.dumps(data, indent=1).replace("\n", "\n ")
    return f"# {title}: the checks of its exercises\n{head}{mark[:-3]}{sealed}\n{rest}"
