"""Compare the figures that the last build's pages state with those that are recorded.

    python -m tests.site.checks.figures [--record]

`nox -s check -- figures` calls this. It prints what differs, and writes it with the versions to
`docs/_build/figures.md`. The record is `tests/site/recorded_figures.json`.
"""

from __future__ import annotations

import argparse
import ast
import json
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.site.tools.built_pages import DOCS, ROOT, NotBuiltError, find_pages, outputs_of, varies

from .figure_allowances import allowance

RECORD = ROOT / "tests" / "site" / "recorded_figures.json"
REPORT = DOCS / "_build" / "figures.md"
HOW_TO_RECORD = "record it with: nox -s check -- figures --record"
LIBRARIES = ("tensorflow-cpu", "tensorflow", "keras", "numpy", "matplotlib")
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")

Value = float | str
Figures = dict[str, dict[str, Value]]


@dataclass(frozen=True)
class Difference:
    """A figure that is not as recorded."""

    page: str
    name: str
    recorded: Value | None
    found: Value | None

    @property
    def apart(self) -> float | None:
        """How far the two are apart, relative to the larger; None if they can't be compared."""
        if self.recorded is None or self.found is None:
            return None
        texts = [re.sub(NUMBER, "#", str(value)) for value in (self.recorded, self.found)]
        pairs = zip(_numbers(self.recorded), _numbers(self.found), strict=False)
        if texts[0] != texts[1]:
            return None
        return max((abs(a - b) / max(abs(a), abs(b)) for a, b in pairs if a != b), default=0.0)

    @property
    def allowed(self) -> float | None:
        """How far apart they may be; None for any distance."""
        return allowance(self.name)[0]

    @property
    def is_fault(self) -> bool:
        """Whether they are further apart than they may be."""
        if self.recorded is None or self.found is None:
            return True
        if self.allowed is None:
            return False
        return self.apart is None or self.apart > self.allowed

    def __str__(self) -> str:
        where = f"{self.page}: {self.name}"
        if self.recorded is None:
            return f"{where} is {self.found}, and there is no record of it; {HOW_TO_RECORD}"
        if self.found is None:
            return f"{where} was {self.recorded}, and is not stated any more; {HOW_TO_RECORD}"
        words = f"{where} is {self.found}, recorded {self.recorded}"
        return f"{words}: {_percent(self.apart)} apart, {_percent(self.allowed)} allowed"


def stated(build: Path = DOCS / "_build") -> Figures:
    """Return the figures that pages hand to their prose, by page and name; no times."""
    pages = find_pages()
    return {
        page.name: values
        for page, outputs in zip(pages, outputs_of(pages, build), strict=True)
        if (
            values := {
                name: value
                for cell, timed in zip(outputs.notebook.cells, varies(page), strict=True)
                if not timed
                for name, value in _glued(cell.outputs)
            }
        )
    }


def compare(recorded: Figures, found: Figures) -> list[Difference]:
    """Return every figure that is not exactly as recorded."""
    return [
        Difference(page, name, before, now)
        for page in sorted(recorded.keys() | found.keys())
        for name in recorded.get(page, {}) | found.get(page, {})
        if (before := recorded.get(page, {}).get(name)) != (now := found.get(page, {}).get(name))
    ]


def made_with() -> dict[str, str]:
    """Return what the figures depend on besides the sources."""
    installed = {}
    for library in LIBRARIES:
        try:
            installed[library] = version(library)
        except ImportError:
            continue
    return {"python": platform.python_version(), "machine": platform.machine(), **installed}


def read_record() -> tuple[dict[str, str], Figures]:
    """Return what the recorded figures were made with, and the figures."""
    record = json.loads(RECORD.read_text("utf8"))
    return record["made with"], record["figures"]


def report(differing: list[Difference], count: int, before: dict[str, str]) -> str:
    """Return the differences as a page of Markdown."""
    now = made_with()
    faults = sum(one.is_fault for one in differing)
    lines = [
        "# Figures, recorded and built", "",
        f"{count - len(differing)} of {count} figures are exactly as recorded, "
        f"{len(differing) - faults} within what is allowed, {faults} are not.", "",
        "| made with | recorded | this build |", "| :--- | :--- | :--- |",
        *(f"| {name} | {before.get(name, '-')} | {now.get(name, '-')} |" for name in before | now),
        "", "| page | figure | recorded | this build | apart | allowed | |",
        "| :--- | :--- | ---: | ---: | ---: | ---: | :--- |",
    ]  # fmt: skip
    for one in sorted(differing, key=lambda one: (not one.is_fault, one.page, one.name)):
        verdict = "**off**" if one.is_fault else allowance(one.name)[1]
        cells = (one.page, one.name, _short(one.recorded), _short(one.found), _percent(one.apart))
        lines.append(f"| {' | '.join(cells)} | {_percent(one.allowed)} | {verdict} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Compare or record; return 1 if a figure is off."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--record", action="store_true", help="write the record anew")
    recording = parser.parse_args().record
    try:
        found = stated()
    except NotBuiltError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    count = sum(len(values) for values in found.values())
    if recording:
        record = {"made with": made_with(), "figures": found}
        RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf8")
        print(f"recorded {count} figures of {len(found)} pages in {RECORD.relative_to(ROOT)}")
        return 0
    before, recorded = read_record()
    differing = compare(recorded, found)
    REPORT.write_text(report(differing, count, before), "utf8")
    faults = [one for one in differing if one.is_fault]
    for one in differing:
        print(f"  {'OFF' if one.is_fault else 'near':4} {one}")
    print(f"{count - len(faults)} of {count} figures are as recorded: {REPORT.relative_to(ROOT)}")
    return 1 if faults else 0


def _glued(outputs: list[dict]) -> Iterator[tuple[str, Value]]:  # type: ignore[type-arg]
    """Yield name and value of what a cell hands to the prose."""
    for output in outputs:
        glued = output.get("metadata", {}).get("scrapbook")
        if glued:
            text = output["data"].get(f"{glued['mime_prefix']}text/plain", "")
            try:
                value = ast.literal_eval(text)
            except (ValueError, SyntaxError):
                value = text
            yield glued["name"], value if isinstance(value, int | float | str) else text


def _numbers(value: Value) -> list[float]:
    if isinstance(value, str):
        return [float(number.replace(",", "")) for number in NUMBER.findall(value)]
    return [float(value)]


def _short(value: Value | None) -> str:
    return "-" if value is None else value if isinstance(value, str) else f"{value:.6g}"


def _percent(share: float | None) -> str:
    return "any" if share is None else f"{share:.2g}"


if __name__ == "__main__":
    sys.exit(main())
