"""Run the programs of all cells without our package, and compare what they give with the pages.

    python tests/trust/programs/run_all.py [SITE] [--only PART] [--cut]

Each program runs in a process of its own, forked from one that has the libraries loaded and knows
nothing of our package. What trains nothing gives the same; what trains with smooth activations or
by gradient descent, the same to a thousandth. Adam with ReLU, and series that a trained network
writes by itself, carry rounding to per cents: these print as many numbers in the same words, and
draw as many figures.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import math
import multiprocessing
import os
import re
import runpy
import shutil
import signal
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, cast

from compare import (
    EXACT,
    PIXELS,
    ROUGH,
    TRAINED,
    TRAINED_PIXELS,
    TRAINS,
    VARIES,
    figure_difference,
    text_difference,
)

ROOT = Path(__file__).parents[3]
STYLE = ROOT / "docs" / "_extensions" / "running" / "kernel" / "matplotlibrc"
LIBRARIES = ["numpy", "matplotlib.pyplot", "tensorflow", "keras"]
SECONDS = 1800  # of the processor; a page that trains a dozen networks takes fifteen minutes
BODY = re.compile(r"^# -- (earlier cells|the cell|the page) --$", re.MULTILINE)
DATA = re.compile(r'write_text\((?:"\\n"\.join\()?\s*"""\\\n.*?"""', re.DOTALL)
#: The plain form writes a name where its line ends, ours beside the axes, which it makes smaller.
NAMES_LINES = re.compile(r"^def label_lines\(", re.MULTILINE)
FEWEST_ORIGINS = 8
UPDATES = 2
FILLED = (
    "[some.extend(some[-1:] * (len(log.iterations) - len(some)))"
    " for some in (log.losses, log.validation_losses)]"
)
# As the pages' kernels hand their figures over.
AS_ON_PAGES = {
    "bbox_inches": None,
    "metadata": dict.fromkeys(["Date", "Creator", "Format", "Type"]),
}


@dataclass
class Script:
    """A program of the site, and what the page shows of it."""

    path: Path
    covers: list[Script] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the program."""
        text = self.path.read_text("utf-8")
        self.lines = DATA.sub("", text).count("\n")
        self.trains = bool(TRAINS.search(text))
        self.is_rough = self.trains and bool(ROUGH.search(text))
        self.varies = bool(VARIES.search(text))
        self.draws_alike = not (self.is_rough or NAMES_LINES.search(text))
        heading = BODY.search(text)
        body = text.count("\n", 0, heading.start()) if heading else 0
        parts = [(node.lineno, ast.dump(node)) for node in ast.parse(text).body]
        self.definitions = {code for line, code in parts if line <= body}
        self.statements = [code for line, code in parts if line > body]

    @property
    def is_page(self) -> bool:
        """Tell whether it holds all cells of a page."""
        return self.path.stem == "page"

    @property
    def printed(self) -> str:
        """What the page shows as printed."""
        path = self.path.with_suffix(".out")
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def figures(self) -> list[str]:
        """What the page shows as drawn."""
        paths = [self.path.with_suffix(".svg"), *self.path.parent.glob(f"{self.path.stem}-*.svg")]
        paths = sorted(paths, key=lambda path: (len(path.name), path.name))
        return [path.read_text("utf-8") for path in paths if path.exists()]

    def begins(self, other: Script) -> bool:
        """Tell whether another program does all that this one does, and then goes on."""
        count = len(self.statements)
        same = self.statements == other.statements[:count]
        return same and count < len(other.statements) and self.definitions <= other.definitions


@dataclass(frozen=True)
class Result:
    """What a program gave."""

    printed: str
    figures: list[str]
    seconds: float
    error: str = ""


def shortened(text: str) -> str:
    """Let a program's training make few updates, and drop what it asserts."""
    return ast.unparse(ast.fix_missing_locations(Shorten().visit(ast.parse(text))))


def fit_little() -> None:
    """Let `fit` see the first batches alone, or make as few updates, in as many passes as asked."""
    import keras

    whole = keras.Model.fit

    def fit(
        model: Any, x: Any = None, y: Any = None, batch_size: Any = None, *a: Any, **k: Any
    ) -> Any:
        if y is not None:
            few = slice(UPDATES * (batch_size or 32))
            x, y = [one[few] for one in x] if isinstance(x, list) else x[few], y[few]
            if "sample_weight" in k:
                k["sample_weight"] = k["sample_weight"][few]
        if "steps_per_epoch" in k:
            k["steps_per_epoch"] = UPDATES
        return whole(model, x, y, batch_size, *a, **k)

    keras.Model.fit = fit


class Shorten(ast.NodeTransformer):
    """Ends `train` after its first updates, with as many losses as before; drops assertions.

    Where a page fits all methods anew at many origins, they are fewer.
    """

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if ast.unparse(node.targets[0]) == "ORIGINS":
            node.value = ast.Constant(FEWEST_ORIGINS)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        text = ast.unparse(self.generic_visit(node))
        if node.name == "train":
            text = text.replace("zip(range(iterations)", f"zip(range(min({UPDATES}, iterations))")
            text = text.replace("return log", f"{FILLED}; return log")
        return cast(ast.FunctionDef, ast.parse(text).body[0])

    def visit_Assert(self, node: ast.Assert) -> ast.Pass:
        return ast.Pass()

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        return ast.Pass() if "np.testing.assert" in ast.unparse(node) else node


def run(path: str, cut: bool = False) -> Result:
    """Run a program; what a process of its own does."""
    import matplotlib.pyplot as plt

    sys.modules["rnnlab"] = None  # type: ignore[assignment]  # wherever it is installed
    figures: list[str] = []

    def show(*_: object, **__: object) -> None:
        for number in plt.get_fignums():
            drawing = io.StringIO()
            plt.figure(number).savefig(drawing, format="svg", **AS_ON_PAGES)
            figures.append(drawing.getvalue())
        plt.close("all")

    plt.show = show
    printed, error, started = io.StringIO(), "", time.monotonic()
    # Its own time, so that a program is not ended for what the machine does beside it.
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(printed):
        shutil.copytree(Path(path).parent, folder, dirs_exist_ok=True)  # data lie beside it
        os.chdir(folder)
        try:
            if cut:
                fit_little()
                text = Path(path).read_text("utf-8")
                path = "cut.py"
                Path(path).write_text(shortened(text), "utf-8")
            runpy.run_path(path, run_name="__main__")
        except BaseException:
            error = traceback.format_exc(limit=-3)
        signal.setitimer(signal.ITIMER_PROF, 0)
        os.chdir("/")
    return Result(printed.getvalue(), figures, time.monotonic() - started, error)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"computed longer than {SECONDS} seconds")


def faults(script: Script, result: Result) -> Iterator[str]:
    """Yield what is wrong with what a program gave."""
    if result.error:
        yield result.error
        return
    if not script.varies:
        yield from _differences(script, result, at_end=True)
    for covered in script.covers:
        if not covered.varies:
            for fault in _differences(covered, result, at_end=False):
                yield f"{covered.path.name}: {fault}"


def _differences(script: Script, result: Result, *, at_end: bool) -> Iterator[str]:
    tolerance = math.inf if script.is_rough else TRAINED if script.trains else EXACT
    # A cell before it that is needed whole, such as a loop, may print and draw as well.
    lines, wanted = result.printed.splitlines(), script.printed.splitlines()
    count = len(wanted)
    own = (lines[-count:] if at_end else lines[:count]) if count else []
    if script.is_page:
        own = lines
    if fault := text_difference("\n".join(own), script.printed, tolerance):
        yield fault
    figures = script.figures
    drawn = result.figures[-len(figures) :] if at_end else result.figures[: len(figures)]
    if figures and len(drawn) != len(figures):
        yield f"drew {len(drawn)} figures, wanted {len(figures)}"
    for one, other in zip(drawn if script.draws_alike else [], figures, strict=False):
        if fault := figure_difference(one, other, TRAINED_PIXELS if script.trains else PIXELS):
            yield fault


def collect(site: Path, part: str, cut: bool) -> list[Script]:
    """Return the programs to run, each with those that it covers."""
    paths = [path for path in sorted(site.glob("scripts/**/*.py")) if part in str(path)]
    scripts = [Script(path) for path in paths]
    if cut:  # whole pages take half of the time, and hold what the programs of their cells hold
        scripts = [script for script in scripts if not (script.trains and script.is_page)]
    kept = []
    for script in scripts:
        same_page = [other for other in scripts if other.path.parent == script.path.parent]
        longer = next((other for other in same_page if script.begins(other)), None)
        if longer:
            longer.covers.append(script)
        else:
            kept.append(script)
    for script in kept:  # who covers may be covered
        waiting = list(script.covers)
        while waiting:
            below = waiting.pop()
            script.covers += [one for one in below.covers if one not in script.covers]
            waiting += below.covers
    return sorted(kept, key=lambda script: script.lines, reverse=True)


def lengths(scripts: Sequence[Script], site: Path) -> Iterator[str]:
    """Yield how long programs are, by page and in all; lines of data are not counted."""
    every = [one for script in scripts for one in [script, *script.covers]]
    every = list({one.path: one for one in every}.values())
    cells = [one for one in every if not one.is_page]
    for folder in sorted({one.path.parent for one in cells}):
        whole = next((one.lines for one in every if one.path == folder / "page.py"), 0)
        own = [one.lines for one in cells if one.path.parent == folder]
        page = f"; whole page {whole}" if whole else ""
        yield f"{folder.relative_to(site / 'scripts')}: {_quantiles(own)}{page}"
    yield f"all cells: {_quantiles([one.lines for one in cells])}"


def _quantiles(lines: Sequence[int]) -> str:
    ordered = sorted(lines) or [0]
    ninth = ordered[math.ceil(0.9 * len(ordered)) - 1]
    median = statistics.median(ordered)
    line = f"median {median:.0f} lines, nine in ten {ninth}, most {ordered[-1]}"
    return f"{len(lines)} programs, {line}"


def start_server() -> None:
    """Start the process that the programs' processes are forked from."""
    os.environ |= {
        "MATPLOTLIBRC": str(STYLE),
        "MPLBACKEND": "agg",
        # Programs that run side by side would wait for each other's threads, ten times as long.
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    multiprocessing.get_context("forkserver").set_forkserver_preload(LIBRARIES)
    terminal, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)  # TensorFlow's notes about the machine
    forkserver.ensure_running()
    os.dup2(terminal, 2)


def main() -> int:
    """Run what is asked for and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site", nargs="?", type=Path, default=ROOT / "docs/_build/html")
    parser.add_argument("--only", default="", help="part of the path of the programs to run")
    parser.add_argument(
        "--cut",
        action="store_true",
        help="two updates a training, two batches a pass of fit; no whole pages that train",
    )
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    site = options.site.resolve()
    scripts = collect(site, options.only, options.cut)
    if not scripts:
        print(f"error: no programs in {options.site}/scripts: run nox -s docs", file=sys.stderr)
        return 2
    count = sum(1 + len(script.covers) for script in scripts)
    print(f"{count} programs, of which {count - len(scripts)} are the beginning of a longer one")

    start_server()
    failed, done = {}, 0
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(options.workers, context, max_tasks_per_child=1) as pool:
        waiting = {
            pool.submit(run, str(script.path), options.cut and script.trains): script
            for script in scripts
        }
        for future in as_completed(waiting):
            script, result = waiting[future], future.result()
            done += 1 + len(script.covers)
            is_cut = options.cut and script.trains
            found = [result.error] * bool(result.error) if is_cut else list(faults(script, result))
            name = script.path.relative_to(site / "scripts")
            verdict = "FAILED" if found else "ok"
            print(f"  {done:4} of {count}  {verdict:6} {name}  {result.seconds:.1f} s", flush=True)
            if found:
                failed[name] = found
                print("\n".join(f"      {line}" for one in found for line in one.splitlines()))
    print(*lengths(scripts, site), sep="\n")
    good = count - sum(
        1 + len(s.covers) for s in scripts if s.path.relative_to(site / "scripts") in failed
    )
    for name, found in failed.items():  # once more, where the end of a long output shows them
        print(f"FAILED {name}: {found[0].strip().splitlines()[-1]}")
    print(f"{good} of {count} programs run and give what their pages show")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
