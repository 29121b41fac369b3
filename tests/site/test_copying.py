"""What a cell needs of those before it and of our package, and the program made of both.

Where it can be, the reference is Python itself: the cells are run one after the other, then the
program of the last one is run alone, and both must print the same.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import io
import textwrap
from collections.abc import Sequence
from pathlib import Path

import keras
import nbformat
import numpy
import pytest
import tensorflow
from IPython.core.interactiveshell import InteractiveShell

from copying.cells import Cell, CellError, needed_by, read_cells, read_statements
from copying.data import packed
from copying.notebook import make_notebook
from copying.package import Package
from copying.program import Writer, layout, libraries_of, tidied, tidy
from copying.prose import CellPlace
from running.pages import read_page

ROOT = Path(__file__).parents[2]


def cells_of(*sources: str, **last: object) -> list[Cell]:
    """Make cells of their code; keywords are of the last."""
    cells = [Cell(n, n, textwrap.dedent(code).strip()) for n, code in enumerate(sources, start=1)]
    return [*cells[:-1], Cell(cells[-1].number, cells[-1].line, cells[-1].source, **last)]


def program_of(cells: Sequence[Cell], root: Path = Path("nowhere"), folder: Path = ROOT) -> str:
    """Return the program of the last of some cells."""
    statements, number = read_statements(cells), cells[-1].number
    writer = Writer(statements, Package(root), folder)
    return layout(writer.write(needed_by([number], statements), [number]), number)


def printed_by(*sources: str) -> str:
    """Run pieces of code in one namespace and return what the last one prints."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    for source in sources:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(source, "cell", "exec"), namespace)
    return printed.getvalue()


def left_out(*sources: str) -> set[int]:
    """Return the numbers of the cells that the program of the last cell holds nothing of."""
    cells = cells_of(*sources)
    needed = needed_by([len(cells)], read_statements(cells))
    return {cell.number for cell in cells} - {one.cell.number for one in needed}


def check(*sources: str) -> str:
    """Make sure that the last cell prints the same after all cells and in its own program."""
    cells = cells_of(*sources)
    program = program_of(cells)
    assert printed_by(program) == printed_by(*(cell.source for cell in cells))
    return program


# -- What changes a value --------------------------------------------------------------------------

NEEDS_ALL_BUT = {
    "a method call": (["xs = [1]", "xs.append(2)", "ys = [5]", "print(xs)"], {3}),
    "a function of the page that changes its argument": (
        [
            "def train(model):\n    model['steps'] += 1",
            "model = {'steps': 0}",
            "other = {'steps': 9}",
            "history = train(model)",
            "train(other)",
            "print(model)",
        ],
        {3, 5},
    ),
    "a function that hands its argument on": (
        [
            "def inner(m): m.append(1)\ndef outer(m): inner(m)",
            "m = []",
            "outer(m)",
            "print(len(m))",
        ],
        set(),
    ),
    "a copy of an array, which is another": (
        ["import numpy as np", "a = np.zeros(4)", "b = a.copy()", "b[0] = 7", "print(a)"],
        {3, 4},
    ),
    "a generator's state": (
        [
            "import numpy as np",
            "rng = np.random.default_rng(0)",
            "first = rng.normal()",
            "other = np.random.default_rng(0).normal()",
            "print(rng.normal())",
        ],
        {4},
    ),
    "a generator inside a function": (
        [
            "import numpy as np",
            "rng = np.random.default_rng(0)",
            "def draw(): return rng.normal()",
            "a = draw()",
            "print(draw())",
        ],
        set(),
    ),
    "a generator inside a lambda that is handed over": (
        [
            "import numpy as np",
            "rng = np.random.default_rng(0)",
            "def run(batches): return [batches() for _ in range(3)]",
            "run(lambda: rng.normal())",
            "print(rng.normal())",
        ],
        set(),
    ),
    "NumPy's own generator": (
        [
            "import numpy as np\nnp.random.seed(3)",
            "a = np.random.rand()",
            "b = 5",
            "print(np.random.rand())",
        ],
        {3},
    ),
    "Python's own generator": (
        ["import random\nrandom.seed(3)", "random.random()", "print(random.random())"],
        set(),
    ),
    "how arrays are printed": (
        [
            "import numpy as np\nx = np.array([1 / 3])",
            "np.set_printoptions(precision=2)",
            "y = x + 1",
            "print(x)",
        ],
        {3},
    ),
    "a library's function that has the name of a method": (
        ["import numpy as np\nxs = np.arange(3)", "ys = np.append(xs, 4)", "print(np.sum(xs))"],
        {2},
    ),
    "an object of a library that has no name": (
        ["from collections import Counter", "n = Counter('ab').pop('a')", "print(Counter('aab'))"],
        {2},
    ),
    "an object of a library that is a setting": (
        [
            "import os\nos.environ['PLACE'] = 'here'",
            "old = os.environ.pop('PLACE')",
            "print('PLACE' in os.environ)",
        ],
        set(),
    ),
    "what a function has made for the call": (
        [
            "def make(): return [0]",
            "def grow(xs):\n    xs.append(1)\n    return xs",
            "def grown(): return grow(make())",
            "other = grown()",
            "print(make())",
        ],
        {2, 3, 4},
    ),
    "an array filled by the library": (
        [
            "import numpy as np",
            "a, b = np.zeros(2), np.ones(2)",
            "np.add(b, b, out=a)",
            "np.copyto(b, 9)",
            "print(a, b)",
        ],
        set(),
    ),
    "a loop that changes what it goes through": (
        ["rows = [[1], [2]]", "for row in rows:\n    row.append(0)", "print(rows)"],
        set(),
    ),
    "a file that an earlier cell wrote": (
        [
            "from pathlib import Path",
            "Path('x.txt').write_text('a')",
            "n = 3",
            "print(Path('x.txt').read_text())",
        ],
        {3},
    ),
    "sorting in place": (["xs = [3, 1]", "xs.sort()", "print(xs)"], set()),
    "an item assigned": (["xs = [1, 2]", "xs[0] = 5", "print(xs)"], set()),
    "augmented assignment of a number": (["n = 1", "m = 7", "n += 2", "print(n)"], {2}),
    "augmented assignment of an item": (["d = {'n': 1}", "d['n'] += 2", "print(d)"], set()),
    "an item deleted": (["d = {'a': 1, 'b': 2}", "del d['a']", "print(d)"], set()),
    "an iterator moved on": (
        ["it = iter([1, 2, 3])", "first = next(it)", "print(next(it))"],
        set(),
    ),
    "a method of a class of the page": (
        [
            "class Net:\n    def __init__(self): self.w = [0]\n    def step(self): self.w[0] += 1",
            "net = Net()",
            "net.step()",
            "print(net.w)",
        ],
        set(),
    ),
    "a closure that changes a global": (
        ["log = []", "def note(x): log.append(x)", "note(1)", "print(log)"],
        set(),
    ),
    "a function called by a function of the library": (
        [
            "seen = []",
            "def key(x):\n    seen.append(x)\n    return -x",
            "ranked = sorted([1, 2], key=key)",
            "print(seen)",
        ],
        set(),
    ),
    "`global`": (
        ["n = 0", "def step():\n    global n\n    n += 1", "step()", "print(n)"],
        set(),
    ),
    "`super`": (
        [
            "class Base:\n    def step(self): self.n = 1",
            "class Net(Base):\n    def step(self): super().step()",
            "net = Net()",
            "net.step()",
            "print(net.n)",
        ],
        set(),
    ),
    "a generator that a loop moves on": (
        [
            "def count():\n    yield 1\n    yield 2",
            "numbers, more = count(), count()",
            "for one in numbers:\n    break",
            "for one in more:\n    break",
            "print(list(numbers))",
        ],
        {4},
    ),
    "a list of the library's": (
        [
            "import os\nimport sys",
            "os.environ.update(RNNLAB_X='1')",
            "n = 3",
            "print(os.environ['RNNLAB_X'])",
        ],
        {3},
    ),
    "a file written": (
        [
            "from pathlib import Path\nimport tempfile",
            "path = Path(tempfile.mkdtemp(), 'x')",
            "path.write_text('a')",
            "print(path.read_text())",
        ],
        set(),
    ),
}


@pytest.mark.parametrize(("sources", "idle"), NEEDS_ALL_BUT.values(), ids=NEEDS_ALL_BUT.keys())
def test_a_program_holds_what_changed_a_value(
    sources: list[str], idle: set[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # some write files
    check(*sources)
    assert left_out(*sources) == idle


# -- What names mean -------------------------------------------------------------------------------

NAMES = {
    "a name that is bound again": (["x = 1", "x = 2", "print(x)"], {1}),
    "a name that may be bound again": (["x = 1", "if x > 5:\n    x = 2", "print(x)"], set()),
    "both ways of an `if`": (
        ["x = 1", "if 2 > 1:\n    x = 2\nelse:\n    x = 3", "print(x)"],
        set(),
    ),
    "a comprehension's variable is its own": (
        ["i = 7", "j = 8", "squares = [i * i for i in range(3)]", "print(i)"],
        {2, 3},
    ),
    "a comprehension within a comprehension": (
        [
            "n = 2",
            "m = 3",
            "grid = [[i + j + n for i in range(2)] for j in range(2)]",
            "print(grid)",
        ],
        {2},
    ),
    "a comprehension's first iterable is of the scope around it": (
        ["x = [1, 2]", "x = [x for x in x]", "print(x)"],
        set(),
    ),
    "`:=` in a comprehension binds outside": (
        ["last = 0", "values = [last := i for i in range(3)]", "print(last)"],
        {1},
    ),
    "a loop's variable outlives the loop": (["for i in range(3): pass", "print(i)"], set()),
    "a loop that adds up": (
        ["total = 0", "for i in range(4): total += i", "print(total)"],
        set(),
    ),
    "a loop that hands over what it did the round before": (
        [
            "a, b = [0], [1]",
            "for i in range(3):\n    a.append(i)\n    a, b = b, a",
            "print(a, b)",
        ],
        set(),
    ),
    "a loop's own variable, bound by it before it is read": (
        ["ax = 'first'", "for ax in ['a', 'b']:\n    print(ax)"],
        {1},
    ),
    "`with`": (
        ["import contextlib", "with contextlib.nullcontext(4) as x: y = x", "print(x + y)"],
        set(),
    ),
    "`try`": (
        [
            "x = 0",
            "try:\n    x = 1\n    1 / 0\nexcept ZeroDivisionError as e:\n    y = str(e)",
            "print(x, y)",
        ],
        set(),
    ),
    "`finally`": (["try:\n    x = 1\nfinally:\n    y = 2", "print(x, y)"], set()),
    "`match`": (
        ["p = (1, [2, 3])", "match p:\n    case (a, [*rest]):\n        pass", "print(a, rest)"],
        set(),
    ),
    "unpacking": (["a, (b, *c) = 1, (2, 3, 4)", "d = 5", "print(b, c)"], {2}),
    "a function reads a global when it is called": (
        ["k = 1", "def f(): return k", "a = f()", "k = 2", "print(f())"],
        {1, 3},
    ),
    "... and what it was before, if it was called before": (
        ["k = 1", "def f(): return k", "a = f()", "k = 2", "print(a)"],
        {4},
    ),
    "a function calls one that is defined after it": (
        ["def f(): return g()", "def g(): return 3", "print(f())"],
        set(),
    ),
    "a function that is bound again": (
        ["def f(): return 1", "a = f()", "def f(): return 2", "print(f())"],
        {1, 2},
    ),
    "a function in a dictionary": (
        ["k = 1", "fs = {'f': lambda: k}", "k = 5", "print(fs['f']())"],
        set(),
    ),
    "a default is read when the function is defined": (
        ["k = 1", "def f(x=k): return x", "k = 2", "print(f())"],
        set(),
    ),
    "a decorator": (
        [
            "def twice(f): return lambda: 2 * f()",
            "n = 4",
            "@twice\ndef g(): return n",
            "print(g())",
        ],
        set(),
    ),
    "a function that calls itself": (
        ["def fact(n): return n * fact(n - 1) if n else 1", "print(fact(4))"],
        set(),
    ),
    "a generator function runs when it is used": (
        ["k = 1", "def gen():\n    yield k", "it = gen()", "k = 2", "print(list(it))"],
        set(),
    ),
    "a local name like a global one": (
        ["x = 1", "y = 2", "def f(y):\n    x = y\n    return x", "print(f(3))"],
        {1, 2},
    ),
    "a class's own names are not its methods'": (
        ["n = 5", "class C:\n    n = 6\n    def get(self): return n", "print(C().get())"],
        set(),
    ),
    "a name deleted and bound again": (["x = 1", "del x", "x = 3", "print(x)"], {1, 2}),
}


@pytest.mark.parametrize(("sources", "idle"), NAMES.values(), ids=NAMES.keys())
def test_a_program_holds_what_bound_a_name(sources: list[str], idle: set[int]) -> None:
    check(*sources)
    assert left_out(*sources) == idle


# -- What is left out ------------------------------------------------------------------------------


def test_what_only_shows_is_left_out() -> None:
    sources = (
        "import numpy as np\nimport matplotlib.pyplot as plt\nx = np.arange(3.0)",
        "print(x, x.mean())\nassert x.sum() == 3",
        "fig, ax = plt.subplots()\nax.plot(x)\nax.set(xlabel='step')\nplt.show()",
        "np.testing.assert_allclose(x, [0, 1, 2])\nfor v in x:\n    print(v)",
        "print(2 * x)",
    )
    assert left_out(*sources) == {2, 3, 4}


def test_only_the_statements_that_are_needed_are_kept_of_a_cell() -> None:
    program = check("a = 1\nb = 2  # of no use\nc = a + 1", "print(c)")
    assert "b = 2" not in program
    assert "a = 1" in program


def test_comments_stay_with_their_statements() -> None:
    program = check("# the first\na = 1  # one\n\n# the second\nb = 2", "print(a)")
    assert "# the first\na = 1  # one" in program
    assert "second" not in program


def test_what_layers_without_a_seed_draw_is_kept_from_the_last_seed_on() -> None:
    seed = "import keras, numpy as np\nkeras.utils.set_random_seed(1)"
    early = "early = keras.layers.Dense(3)"
    late = "late = keras.layers.Dense(2)\nlate.build((None, 1))"
    use = "print(late(np.ones((1, 1))).numpy())"
    assert left_out(seed, early, late, use) == set()
    assert left_out(seed, early, "keras.utils.set_random_seed(2)", late, use) == {2}


def test_a_cell_may_declare_what_it_needs_though_it_does_not_name_it() -> None:
    sources = ("a = [1]", "b = a", "b.append(2)", "print(a)")
    assert left_out(*sources) == {2, 3}  # two names for one value are not followed
    cells = cells_of(*sources, needs=("b",))
    assert printed_by(program_of(cells)) == "[1, 2]\n"


# -- What can't be worked out ----------------------------------------------------------------------

REFUSED = {
    "from os.path import *": "cell 1: `*` does what can't be told",
    "exec('x = 1')": "cell 1: `exec` does what can't be told",
    "globals()['x'] = 1": "cell 1: `globals` does what can't be told",
    "%matplotlib inline": "cell 1: is not plain Python",
    "print(y)": "cell 1: `y` is bound neither by it nor by a cell before it",
    "def f(): return later": "cell 1: `later` is bound neither by it nor by a cell before it",
    "from rnnlab.nothing import x\nx": "cell 1: `rnnlab.nothing.x` is not in the package rnnlab",
}


@pytest.mark.parametrize(("source", "message"), REFUSED.items(), ids=REFUSED.keys())
def test_a_cell_whose_needs_cannot_be_worked_out_is_named(source: str, message: str) -> None:
    with pytest.raises(CellError) as raised:
        program_of(cells_of(source))
    assert str(raised.value).startswith(message)


def test_a_function_that_is_not_called_comes_with_what_it_needs_at_any_depth() -> None:
    program = program_of(
        cells_of(
            "def helper(x):\n    return x + 1",
            "first, second = lambda x: helper(x), lambda x: helper(x)",
            "def both(x):\n    return first(x) + second(x)",
            "def twice(x):\n    return 2 * both(x)",
        )
    )
    assert printed_by(program, "print(twice(1))") == "8\n"


def test_a_cell_that_varies_says_why() -> None:
    page = (
        "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n"
        "```{{code-cell}} ipython3\n---\nsnippet:\n  varies: {}\n---\n1\n```\n"
    )
    (cell,) = read_cells(read_page(page.format("it prints a time")))
    assert cell.varies == "it prints a time"
    with pytest.raises(CellError, match="cell 1: `snippet:` takes `varies:` and why"):
        read_cells(read_page(page.format('""')))


# -- Our package -----------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package whose modules share names, pass things on, and name each other."""
    modules = {
        "__init__": "",
        "one": '''
            """The first."""
            from collections.abc import Callable
            import math
            from rnnlab._door import takes
            from rnnlab._two import SCALE, twice

            TABLE: dict[str, int] = {"a": 1}


            @takes(radius="positive")
            def area(radius: float) -> float:
                """Return an area.

                Args:
                    radius: Of the circle.
                """
                # A comment that stays.
                return SCALE * _disc(radius)


            def total(*values: float, start: float = 0.0) -> float:
                """Add up."""
                return start + sum(twice(value) for value in values)


            def _disc(radius: float) -> float:
                return math.pi * radius**2
        ''',
        "_two": '''
            import math as m

            #: By how much.
            SCALE = 10.0


            def twice(value: float) -> float:
                return _helper(value) + m.floor(0.5)


            def _helper(value: float) -> float:
                return 2 * value


            class Pair:
                """Two things."""

                def __init__(self, left: object) -> None:
                    self.left = left
        ''',
        "public": "from rnnlab._two import Pair, twice",
        "plain/fast": """
            def slow(values):
                if not values:
                    raise ValueError("values must not be empty")
                return sum(values)
        """,
        "fast": """
            from rnnlab._two import twice

            def slow(values):
                return sum(twice(value) / 2 for value in values)

            def SCALE():
                pass
        """,
    }
    (tmp_path / "rnnlab" / "plain").mkdir(parents=True)
    for name, source in modules.items():
        (tmp_path / "rnnlab" / f"{name}.py").write_text(textwrap.dedent(source))
    return tmp_path


def test_what_is_used_of_the_package_stands_in_the_program_with_its_needs(package: Path) -> None:
    program = program_of(cells_of("from rnnlab.one import area\nprint(area(1))"), package)
    assert printed_by(program) == f"{10 * 3.141592653589793}\n"
    assert "rnnlab import" not in program
    assert "import math\n" in program
    assert "twice" not in program
    assert "Callable" not in program
    assert "TABLE" not in program
    assert "takes" not in program


def test_what_a_function_of_the_page_uses_of_the_package_comes_with_it(package: Path) -> None:
    cells = cells_of(
        "from rnnlab.one import area", "def double(r): return 2 * area(r)", "double(1)"
    )
    assert "def area(" in program_of(cells, package)


def test_docstrings_are_a_sentence_and_types_are_left_out_but_comments_stay(package: Path) -> None:
    program = program_of(cells_of("from rnnlab.one import area\nprint(area(1))"), package)
    assert 'def area(radius):\n    """Return an area."""\n    # A comment that stays.\n' in program
    assert "# By how much.\nSCALE = 10.0" in program


def test_a_thing_named_through_its_module_is_named_alone(package: Path) -> None:
    program = program_of(
        cells_of("from rnnlab import one\nprint(one.total(1, 2, start=3))"), package
    )
    assert "print(total(1, 2, start=3))" in program
    assert printed_by(program) == "9\n"


def test_the_plain_form_of_a_thing_stands_for_it(package: Path) -> None:
    program = program_of(cells_of("from rnnlab.fast import slow\nprint(slow([1, 2]))"), package)
    assert "twice" not in program
    assert printed_by(program) == "3\n"
    assert "values must not be empty" in program  # what a plain form refuses is refused in copies


def test_things_are_found_where_they_are_passed_on(package: Path) -> None:
    cells = cells_of("from rnnlab import public\nfrom rnnlab.public import twice",
                     "print(twice(2), public.Pair(3).left)")  # fmt: skip
    program = program_of(cells, package)
    assert "print(twice(2), Pair(3).left)" in program
    assert printed_by(program) == "4 3\n"


WRONG_USES = {
    "from rnnlab import one\nx = one": "`one` is the module rnnlab.one",
    "from rnnlab import one\ngetattr(one, 'area')": "`one` is the module rnnlab.one",
    "from rnnlab.one import area\nprint(area(1))\narea = 3": "`area` is bound by the page",
    "from rnnlab import one\ntotal = one.total(1)": "`total` is bound by the page",
    "from rnnlab import one\ndef f(area): return one.area(area)": "`area` is a name of the page's",
    "from rnnlab.one import area as a\na(1)": "`area` is imported as `a`",
    "from rnnlab import one\none.nothing": "`rnnlab.one.nothing` is not in the package",
    "from rnnlab import fast, one\nfast.SCALE(one.area(1))": "`SCALE` is defined in",
}


@pytest.mark.parametrize(("source", "why"), WRONG_USES.items(), ids=WRONG_USES.keys())
def test_a_use_of_the_package_that_cannot_be_written_out_is_named(
    package: Path, source: str, why: str
) -> None:
    with pytest.raises(CellError) as raised:
        program_of(cells_of(source), package)
    assert str(raised.value).startswith(f"cell 1: {why}")


# -- The program as text ---------------------------------------------------------------------------


def output(kind: str, **more: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_output(kind, **more)


def test_a_last_expression_is_printed_if_the_page_shows_it() -> None:
    shown = output("execute_result", data={"text/plain": "3"}, execution_count=1)
    assert program_of(cells_of("x = 2", "y = 1\nx + y", outputs=[shown])).endswith("print(x + y)\n")
    assert "print" not in program_of(cells_of("x = []", "x.clear()"))


def test_display_becomes_print() -> None:
    assert printed_by(program_of(cells_of("for i in [1, 2]:\n    display(i)"))) == "1\n2\n"


def test_what_serves_only_the_text_of_the_page_is_left_out() -> None:
    cells = cells_of(
        "from myst_nb import glue\nx = 1\nglue('x', x, display=False)",
        "for v in [1, 2]:\n    glue(f'v{v}', v)\n    x += v",
        "print(x)",
    )
    program = program_of(cells)
    assert "glue" not in program
    assert "myst_nb" not in program
    assert printed_by(program) == "4\n"


def test_a_cell_that_only_serves_the_text_offers_no_program() -> None:
    (cell,) = cells_of("from myst_nb import glue\nglue('x', 1)")
    assert not cell.is_offered
    statements = read_statements([cell])
    writer = Writer(statements, Package(Path("nowhere")), ROOT)
    assert layout(writer.write(needed_by([1], statements), [1])) == "\n"
    assert cells_of("import math", "x = 1")[1].is_offered


def test_a_cell_that_draws_ends_in_showing_it() -> None:
    drawn = output("display_data", data={"image/svg+xml": "<svg/>", "text/plain": "<Figure>"})
    begin = "import matplotlib.pyplot as plt"
    bare = program_of(cells_of(begin, "fig, ax = plt.subplots()", outputs=[drawn]))
    assert bare.endswith("fig, ax = plt.subplots()\nplt.show()\n")
    shown = program_of(cells_of(begin, "fig, ax = plt.subplots()\nplt.show()", outputs=[drawn]))
    assert shown.count("plt.show()") == 1


def test_a_program_says_what_it_needs_and_imports_it_once_in_order() -> None:
    program = program_of(cells_of(
        "import numpy as np\nimport math\nimport json  # of no use here",
        "import numpy as np\nfrom matplotlib.figure import Figure\nimport keras",
        "print(np.pi, math.pi, Figure, keras)",
    ))  # fmt: skip
    program = tidied(program)
    assert program.startswith(
        "import math\n\nimport keras\nimport numpy as np\nfrom matplotlib.figure import Figure\n"
    )
    assert libraries_of(program, cells_of("1")[0]) == [
        *("keras", "matplotlib", "numpy", "tensorflow")
    ]
    with pytest.raises(CellError, match="cell 1: `sklearn` is needed, but a program has only"):
        libraries_of("import sklearn", cells_of("1")[0])
    assert "json" not in program


DATA = {
    "a column of a table": (
        "x.csv",
        "year,high,low\n" + "".join(f"{1950 + n},{n}.5,{n}.25\n" for n in range(300)),
        "pd.read_csv('data/x.csv')['low'].sum()",
        "1950",
    ),
    "an entry of a record, and a column of its rows": (
        "x.json",
        '{"made on": "a day", "runs": {"a b, c": {"mse": [1.5, 2], "s": 3}, '
        '"d": {"mse": [4], "s": 5}}}',
        "[run['mse'] for run in json.loads(Path('data/x.json').read_text())['runs'].values()]",
        "a day",
    ),
}


@pytest.mark.parametrize(("name", "text", "use", "idle"), DATA.values(), ids=DATA.keys())
def test_the_part_of_a_data_file_that_is_used_stands_in_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, use: str, idle: str
) -> None:
    for folder in ("page/data", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "page" / "data" / name).write_text(text)
    head = "import json\nfrom pathlib import Path\nimport pandas as pd\n"
    program = program_of(cells_of(f"{head}print({use})"), folder=tmp_path / "page")
    monkeypatch.chdir(tmp_path / "page")
    wanted = printed_by(f"{head}print({use})")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert printed_by(program) == wanted
    assert idle in text
    assert idle not in program
    assert max(map(len, program.splitlines())) < 100


def test_a_record_of_which_no_key_is_named_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": {"b": 1}}')
    use = "print(list(json.loads(Path('x.json').read_text()).values())[0])"
    program = program_of(cells_of(f"import json\nfrom pathlib import Path\n{use}"), folder=tmp_path)
    assert '{"a": {"b": 1}}' in program


def test_a_record_keeps_what_stands_beside_tables(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": {"n": 3, "rows": {"b": 1}}, "other": 2}')
    use = "print(json.loads(Path('x.json').read_text())['a']['n'])"
    program = program_of(cells_of(f"import json\nfrom pathlib import Path\n{use}"), folder=tmp_path)
    assert '{"a": {"n": 3, "rows": {"b": 1}}}' in program


def test_a_data_file_that_is_too_long_lies_beside_the_program(tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_text("x\n" + "123456\n" * 2000)
    cells = cells_of("import pandas as pd\nprint(len(pd.read_csv('long.csv')))")
    statements = read_statements(cells)
    writer = Writer(statements, Package(Path("nowhere")), tmp_path)
    program = writer.write(needed_by([1], statements), [1])
    assert (program.data, program.beside) == ("", ["long.csv"])


def test_programs_are_formatted(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("import b\nfrom a import d\nfrom a import c\nx = {'a' :1}\n")
    tidy(tmp_path)
    assert (tmp_path / "x.py").read_text() == 'import b\nfrom a import c, d\n\nx = {"a": 1}\n'


# -- The notebook ----------------------------------------------------------------------------------


def test_a_notebook_has_the_outputs_of_the_page_and_none_of_its_tools(package: Path) -> None:
    shown = output("execute_result", data={"text/plain": "20.0"}, execution_count=9)
    cells = cells_of(
        "from myst_nb import glue\nn = 10\nglue('n', n)",
        "from rnnlab.one import total\ntotal(n)",
        outputs=[shown],
    )
    cells[0] = Cell(1, 1, cells[0].source, tags=frozenset({"remove-cell"}))
    statements = read_statements(cells)
    program = Writer(statements, Package(package), ROOT).write(needed_by([2], statements), None)
    blocks = ["# A page", "Some text.", CellPlace(3), "## More"]
    notebook = make_notebook(blocks, program, {1: cells[0], 3: cells[1]}, ["an address"])
    kinds = [(cell.cell_type, cell.source.partition("\n")[0]) for cell in notebook.cells]
    assert kinds == [
        ("markdown", "# A page"),
        ("code", "# @title What this page uses of rnnlab"),
        ("markdown", "Some text."),
        ("code", "n = 10"),
        ("code", "total(n)"),
        ("markdown", "## More"),
    ]
    assert notebook.cells[4].outputs[0].data == {"text/plain": "20.0"}
    assert "myst_nb" not in nbformat.writes(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert printed_by("\n".join([*code[:-1], f"print({code[-1]})"])) == "20.0\n"


@pytest.mark.parametrize(
    ("missing", "installed"),
    [
        (set(), []),
        ({"numpy"}, [f"--quiet numpy=={numpy.__version__}"]),
        (
            {"keras", "tensorflow"},
            [f"--quiet keras=={keras.__version__} tensorflow=={tensorflow.__version__}"],
        ),
    ],
)
def test_a_notebook_installs_what_can_t_be_imported_as_it_made_the_page(
    missing: set[str], installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = cells_of("import keras\nimport numpy as np\nprint(np.pi, keras)")
    program = Writer(read_statements(cells), Package(Path("nowhere")), ROOT).write(
        needed_by([1], read_statements(cells)), None
    )
    notebook = make_notebook(["# A page", CellPlace(0)], program, {0: cells[0]}, [])
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else found(name)
    )
    asked: list[str] = []
    shell = InteractiveShell()
    shell.register_magic_function(asked.append, magic_name="pip")
    shell.run_cell(notebook.cells[1].source).raise_error()
    assert asked == [f"install {options}" for options in installed]


def test_a_notebook_says_what_is_here_in_another_version_and_leaves_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # As on Colab, which has a TensorFlow of its own.
    cells = cells_of("import tensorflow as tf\nprint(tf)")
    program = Writer(read_statements(cells), Package(Path("nowhere")), ROOT).write(
        needed_by([1], read_statements(cells)), None
    )
    source = make_notebook(["# A page", CellPlace(0)], program, {0: cells[0]}, []).cells[1].source
    asked: list[str] = []
    shell = InteractiveShell()
    shell.register_magic_function(asked.append, magic_name="pip")
    shell.run_cell(source).raise_error()
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.19.0")
    shell.run_cell(source).raise_error()
    said = capsys.readouterr().out
    assert "Here is tensorflow 2.19.0" in said
    assert f"made with tensorflow=={tensorflow.__version__}" in said
    assert asked == []


def test_a_notebook_says_which_output_may_differ(package: Path) -> None:
    cells = cells_of("import time\nprint(time.time())", varies="it is a time")
    program = Writer(read_statements(cells), Package(package), ROOT).write(
        needed_by([1], read_statements(cells)), None
    )
    notebook = make_notebook(["# A page", CellPlace(0)], program, {0: cells[0]}, [])
    assert notebook.cells[-1].source.startswith("# Its output may differ: it is a time\n")


def test_a_notebook_carries_a_file_of_data_whole_with_its_source_and_its_licence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    content = bytes(range(256)) * 100
    (folder / "one.bin").write_bytes(content)
    (folder / "one-LICENSE.txt").write_text("Do what you like.\n")
    sources = (
        "Sources.\n\nother.csv,\none.bin\n    From here;\n    one-LICENSE.txt is its licence.\n"
    )
    (folder / "SOURCES.txt").write_text(sources)
    code = packed(folder / "one.bin", "data/one.bin")
    assert "# data/one.bin: From here; one-LICENSE.txt is its licence.\n" in code
    cells = cells_of("print(1)")
    program = Writer(read_statements(cells), Package(Path("nowhere")), ROOT).write(
        needed_by([1], read_statements(cells)), None
    )
    blocks = ["# A page", CellPlace(0)]
    notebook = make_notebook(blocks, program, {0: cells[0]}, [], [code])
    (cell,) = (one for one in notebook.cells if "one.bin" in one.source)
    assert cell.metadata["jupyter"]["source_hidden"]
    monkeypatch.chdir(elsewhere)
    shell = InteractiveShell()
    result = shell.run_cell(cell.source)
    result.raise_error()
    assert result.result is None  # which a notebook would show
    assert (elsewhere / "data" / "one.bin").read_bytes() == content
    assert (elsewhere / "data" / "one-LICENSE.txt").read_text() == "Do what you like.\n"


def test_a_notebook_prints_a_table_whose_plain_form_is_a_text(package: Path) -> None:
    markdown = {"text/markdown": "| a |", "text/plain": "a"}
    table = output("execute_result", data=markdown, execution_count=1)
    cells = cells_of("from rnnlab.one import total\ntotal(3)", outputs=[table])
    statements = read_statements(cells)
    writer = Writer(statements, Package(package), ROOT)
    program = writer.write(needed_by([1], statements), None)
    assert program.body[-1][1] == "print(total(3))"
    cells = cells_of("from rnnlab.one import total\ntotal(3)", outputs=[])
    statements = read_statements(cells)
    program = writer.write(needed_by([1], statements), None)
    assert program.body[-1][1] == "total(3)"
