"""The build's promises, each seen to be kept and, with a site broken on purpose, seen to fail."""

from __future__ import annotations

import html
import os
import signal
import time
from pathlib import Path

import nbformat
import pytest

from .tools.executed_site import CONF
from .tools.executed_site import ExecutedSite as Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def ran(output: str) -> set[str]:
    return {line.split()[1] for line in output.splitlines() if line.startswith("  start ")}


# What is fresh stays, what is stale runs ----------------------------------------------------------


def test_outputs_come_from_running_the_cells(site: Site) -> None:
    site.page("page-a", "print(6 * 7)")
    output = site.built()
    assert ">42\n" in site.shows("page-a")
    assert "done    page-a" in output
    assert output.splitlines()[-1].startswith("site: ")


def test_a_figure_comes_out_as_svg_in_the_style_of_the_site(site: Site) -> None:
    cell = "import matplotlib.pyplot as plt\nprint(plt.rcParams['svg.fonttype'])\nplt.plot([1, 2])"
    site.page("page-a", f"{cell}\nplt.show()")
    site.built()
    assert ">path\n" in site.shows("page-a")
    (figure,) = site.html.glob("_images/*.svg")
    assert "<path" in figure.read_text("utf8")


def test_without_a_change_no_page_runs(site: Site) -> None:
    site.page("page-a", "print(1)")
    site.built()
    assert "none had to run" in site.built()


def test_a_changed_sentence_or_caption_is_rendered_and_runs_nothing(site: Site) -> None:
    caption = ":tags: [{}]\n"
    site.page("page-a", "print(1)", text="Before.", metadata=caption.format("x"))
    site.built()
    site.page("page-a", "print(1)", text="After.", metadata=caption.format("y"))
    assert ran(site.built()) == set()
    assert "After." in site.shows("page-a")


def test_a_changed_module_runs_the_pages_that_import_it_and_no_other(site: Site) -> None:
    site.module("ours/__init__.py", "")
    site.module("ours/deep.py", "VALUE = 'first'")
    site.module("ours/through.py", "from .deep import VALUE")
    site.module("ours/other.py", "OTHER = 1")
    site.page("page-a", "from ours import through\nprint(through.VALUE)")
    site.page("page-b", "from ours.other import OTHER\nprint(OTHER)")
    assert ran(site.built()) == {"page-a", "page-b"}

    site.module("ours/deep.py", "VALUE = 'second'")
    assert ran(site.built()) == {"page-a"}
    assert "second" in site.shows("page-a")

    site.module("ours/deep.py", "VALUE = 'first'")
    assert ran(site.built()) == set(), "reverting a change must find the old outputs"
    assert "first" in site.shows("page-a")


def test_a_changed_data_file_runs_the_page_that_names_it(site: Site) -> None:
    site.write("data/numbers.txt", "1")
    site.page("page-a", "print(open('data/numbers.txt').read())")
    site.page("page-b", "print(0)")
    site.built()
    site.write("data/numbers.txt", "12345")
    assert ran(site.built()) == {"page-a"}
    assert "12345" in site.shows("page-a")


def test_a_page_that_shows_a_value_of_another_follows_it(site: Site) -> None:
    site.module("ours.py", "VALUE = 1.25")
    site.page(
        "page-a", "import ours\nfrom myst_nb import glue\nglue('it', ours.VALUE, display=False)"
    )
    site.write("page-b.md", "# B\n\nThe value is {glue:text}`page-a.md::it:.2f`.\n")
    site.built()
    assert "1.25" in site.shows("page-b")
    site.module("ours.py", "VALUE = 8.75")
    site.built()
    assert "8.75" in site.shows("page-b")


def test_a_value_that_its_page_no_longer_gives_fails_the_build(site: Site) -> None:
    site.page("page-a", "from myst_nb import glue\nglue('it', 1.25, display=False)")
    site.write("page-b.md", "# B\n\nThe value is {glue:text}`page-a.md::it:.2f`.\n")
    site.built()
    site.page("page-a", "print(1)")
    assert "'it' not found" in site.failed()


@pytest.mark.parametrize("gone", ["page-b.md", "_static/page-b.js"])
def test_what_is_gone_is_gone_from_the_site(site: Site, gone: str) -> None:
    site.page("page-a", "print(1)")
    site.write("conf.py", CONF + "html_static_path = ['_static']\n")
    site.write("_static/other.js", "")
    site.write(gone, "# B\n")
    site.built()
    assert list(site.html.rglob("*page-b*"))
    (site.docs / gone).unlink()
    assert ran(site.built()) == set()
    assert not list(site.html.rglob("*page-b*"))


def test_a_changed_template_renders_every_page_again(site: Site) -> None:
    site.page("page-a", "print(1)")
    site.write("conf.py", CONF + "templates_path = ['_templates']\n")
    site.built()
    layout = '{% extends "!layout.html" %}{% block footer %}a new footer{% endblock %}'
    site.write("_templates/layout.html", layout)
    assert ran(site.built()) == set()
    assert "a new footer" in site.shows("page-a")


# What a page leaves behind, and what another one looks for.
LEAVES = """
import builtins, os, random, sys, warnings
from pathlib import Path
import matplotlib.pyplot as plt
import numpy as np
left = builtins.left = 1
os.environ["LEFT"] = "1"
Path("left.txt").write_text("1")
sys.path.append("/left")
random.seed(7)
np.random.seed(7)
np.left = 1
plt.rcParams["lines.linewidth"] = 99
plt.plot([1, 2])
builtins.Left = type("Left", (Warning,), {})
warnings.simplefilter("ignore", builtins.Left)
''"""
FINDS = """
import builtins, os, random, sys, warnings
from pathlib import Path
import matplotlib.pyplot as plt
import numpy as np
found = {
    "globals": "left" in globals() or hasattr(builtins, "left"),
    "environment": "LEFT" in os.environ,
    "files": Path("left.txt").exists() or "/left" in sys.path,
    "seed": random.random() == random.Random(7).random(),
    "NumPy's seed": np.random.random() == np.random.RandomState(7).random(),
    "a library": hasattr(np, "left"),
    "figures": plt.rcParams["lines.linewidth"] == 99 or bool(plt.get_fignums()),
    "filters": "Left" in [what.__name__ for _, _, what, *_ in warnings.filters],
}
print("found:", *[name for name, is_left in found.items() if is_left], "and no more")"""


def test_nothing_that_a_page_does_reaches_another(site: Site) -> None:
    # Pages that have not run start in the order of their length, two at a time: while the second
    # one sleeps, the first ends and the third begins.
    site.page("page-a", "'a long page'", LEAVES, "'x'" + " " * 2000)
    site.page("page-b", "import time\ntime.sleep(4)", "'x'" + " " * 2000)
    site.page("page-c", FINDS)
    output = site.built()
    assert output.index("done    page-a") < output.index("start   page-c"), output
    assert "found: and no more" in site.shows("page-c")
    # In the page itself all of it is there.
    site.page("page-c", LEAVES, FINDS)
    site.built()
    everything = "globals environment files seed NumPy's seed a library figures filters"
    assert f"found: {everything} and no more" in html.unescape(site.shows("page-c"))


# What is wrong fails, twice, and leaves the old site whole ----------------------------------------

BROKEN = {
    "an error": ("x = 1", "1 / 0", "ZeroDivisionError: division by zero"),
    "too long": ("x = 1", "import time\ntime.sleep(60)", "ran longer than 5 seconds"),
    "stderr": ("x = 1", "import sys\nprint('oops', file=sys.stderr)", "wrote to stderr"),
    "a warning": ("x = 1", "import warnings\nwarnings.warn('odd')", "wrote to stderr"),
    "a dead kernel": ("x = 1", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "died"),
    "a lost figure": (
        "x = 1",
        "class Lost:\n    def __repr__(self): return '<Figure size 1x1>'\nLost()",
        "no image came",
    ),
    "C-level stderr": ("x = 1", "import os\nos.write(2, b'from below')\n''", "wrote to stderr"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_cell_fails_the_build_and_names_page_cell_and_line(site: Site, case: str) -> None:
    first, second, reason = BROKEN[case]
    site.page("page-a", "print('the old site')")
    site.built()
    site.page("page-a", first, second)
    site.page("page-b", "print('runs all the same')")
    for attempt in ("first", "again"):
        output = site.failed()
        assert "FAILED  page-a, cell 2 (page-a.md, line 15)" in output, (attempt, output)
        assert reason in output
        assert "the old site" in site.shows("page-a")
        assert not (site.html / "page-b.html").exists()
    site.page("page-a", "print('mended')")
    assert ran(site.built()) == {"page-a"}, "what ran well before is not run again"
    assert "mended" in site.shows("page-a")


def test_a_warning_of_sphinx_fails_the_build_however_often_it_is_run(site: Site) -> None:
    site.page("page-a", "print(1)")
    site.built()
    site.page("page-a", "print(1)", text="A {ref}`reference` to nowhere.")
    for _ in range(2):
        assert "reference" in site.failed()
        assert "Some text." in site.shows("page-a")


def test_a_second_build_at_the_same_time_is_refused_and_the_first_is_not_harmed(site: Site) -> None:
    site.page("page-a", "import time\ntime.sleep(4)\nprint('slow')")
    first = site.start()
    assert first.stdout is not None
    while "start   page-a" not in first.stdout.readline():
        pass
    assert "another build is at work" in site.failed()
    rest, _ = first.communicate(timeout=60)
    assert first.returncode == 0, rest
    assert "slow" in site.shows("page-a")


# No page reaches the network ----------------------------------------------------------------------

ELSEWHERE = {
    "a name": "import urllib.request\nurllib.request.urlopen('http://example.org/')",
    "an address": "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=3)",
    "an address of version 6": (
        "import socket\ns = socket.socket(socket.AF_INET6)\ns.connect(('2001:db8::1', 80))"
    ),
    "a datagram": (
        "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\ns.sendto(b'x', ('192.0.2.1', 9))"
    ),
    "a look-up": "import socket\nsocket.gethostbyname('example.org')",
    "asyncio": (
        "import asyncio\nloop = asyncio.new_event_loop()\n"
        "import threading\ncall = asyncio.open_connection('192.0.2.1', 80)\n"
        "worker = threading.Thread(target=loop.run_forever, daemon=True)\nworker.start()\n"
        "asyncio.run_coroutine_threadsafe(call, loop).result(4)"
    ),
    "a Python program": (
        "import subprocess, sys\n"
        "code = 'import socket; socket.create_connection((\"192.0.2.1\", 80), timeout=3)'\n"
        "run = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)\n"
        "assert run.returncode == 0, run.stderr"
    ),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_page_that_reaches_for_another_host_fails_and_is_named(site: Site, case: str) -> None:
    site.page("page-a", "x = 1", ELSEWHERE[case])
    output = site.failed()
    assert "FAILED  page-a, cell 2 (page-a.md, line 15)" in output
    assert "a page reaches no network, and this one asks for" in output


def test_a_page_may_talk_to_its_own_machine(site: Site) -> None:
    cell = """import http.server, threading, urllib.request
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
with http.server.HTTPServer(("127.0.0.1", 0), Quiet) as server:
    threading.Thread(target=server.handle_request, daemon=True).start()
    print(urllib.request.urlopen(f"http://localhost:{server.server_port}/", timeout=4).status)"""
    site.page("page-a", cell)
    site.built()
    assert ">200\n" in site.shows("page-a")


# What is interrupted goes on, what is damaged is made again ---------------------------------------


def test_a_killed_build_goes_on_where_it_was(site: Site) -> None:
    site.page("page-a", "print('quick')")
    site.page("page-b", "import time\ntime.sleep(4)")
    first = site.start()
    assert first.stdout is not None
    while "done    page-a" not in first.stdout.readline():
        pass
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert not site.html.exists()
    assert ran(site.built()) == {"page-b"}


def test_a_killed_build_leaves_no_kernel_behind(site: Site) -> None:
    site.write("conf.py", CONF.replace("timeout = 5", "timeout = 60"))
    number = site.docs.parent / "number"
    cell = f"import os, time\nopen({str(number)!r}, 'w').write(str(os.getpid()))\ntime.sleep(50)"
    site.page("page-a", cell)
    build = site.start()
    while not (number.exists() and number.read_text()):
        time.sleep(0.1)
    os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    for _ in range(200):
        time.sleep(0.1)
        try:
            os.kill(int(number.read_text()), 0)
        except ProcessLookupError:
            return
    pytest.fail("the kernel outlived the build by 20 seconds")


def test_figures_are_not_lost_when_the_process_that_kernels_are_forked_from_dies(
    site: Site,
) -> None:
    end = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    site.page("page-a", "'a long page'" + " " * 2000, end)
    site.page("page-b", "'shorter'" + " " * 1000, "import time\ntime.sleep(1)", figure)
    site.page("page-c", figure)
    output = site.failed()
    assert "the process that kernels are forked from died" in output
    site.page("page-a", "x = 1")
    site.built()
    assert len(list(site.html.glob("_images/*.svg"))) == 1  # both figures, alike


def test_a_swap_that_was_cut_in_two_is_finished(site: Site) -> None:
    site.page("page-a", "print('stands')")
    site.built()
    site.html.rename(site.html.with_name("html.old"))  # killed between the two renames
    site.page("page-a", "1 / 0")
    site.failed()
    assert "stands" in site.shows("page-a")


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "database"])
def test_a_damaged_cache_is_made_again_not_trusted(site: Site, damage: str) -> None:
    site.page("page-a", "print('a' + 'b')")
    site.built()
    cache = site.docs / "_build" / "cache"
    (notebook,) = cache.glob("executed/*/base.ipynb")
    text = notebook.read_text("utf8")
    if damage == "cut":
        notebook.write_text(text[: len(text) // 2], "utf8")
    elif damage == "changed":
        notebook.write_text(text.replace('"ab\\n"', '"xy\\n"'), "utf8")
        assert notebook.read_text("utf8") != text
    elif damage == "gone":
        notebook.unlink()
    else:
        (cache / "global.db").write_bytes(b"no database" * 100)
    assert ran(site.built()) == {"page-a"}
    assert ">ab\n" in site.shows("page-a")


# Smaller pieces -----------------------------------------------------------------------------------


def test_what_is_printed_slowly_is_one_output(site: Site) -> None:
    cell = "import time\nfor n in range(3):\n    print(n, flush=True)\n    time.sleep(0.4)"
    site.page("page-a", cell)
    site.built()
    assert "0\n1\n2\n" in site.shows("page-a")


def test_pages_run_the_longest_first(site: Site) -> None:
    site.page("page-a", "x = 1")
    site.page("page-b", "import time\ntime.sleep(1)")
    site.page("page-c", "import time\ntime.sleep(0.5)")
    site.built()
    for name, pause in (("page-a", 0), ("page-b", 1), ("page-c", 0.5)):
        site.page(name, f"import time\ntime.sleep({pause})\nnew = 1")
    starts = [line.split()[1] for line in site.built().splitlines() if "start " in line]
    assert starts == ["page-b", "page-c", "page-a"]


# Programs to copy ---------------------------------------------------------------------------------


def with_programs(site: Site) -> None:
    site.write("conf.py", CONF + 'extensions += ["copying.programs"]\n')


def test_each_cell_is_there_as_a_program_that_follows_the_page(site: Site) -> None:
    with_programs(site)
    site.page("page-a", "x = [1]", "y = 5", "x.append(2)", "print(x)")
    site.built()
    program = site.html / "scripts" / "page-a" / "04.py"
    text = program.read_text("utf8")
    assert "x.append(2)" in text
    assert "y = 5" not in text
    assert program.with_suffix(".out").read_text("utf8") == "[1, 2]\n"
    assert 'href="scripts/page-a/04.py"' in site.shows("page-a")
    site.built()
    assert program.read_text("utf8") == text
    site.page("page-a", "x = [7]", "print(x)")
    site.built()
    assert not program.exists()
    assert "x = [7]" in program.with_name("02.py").read_text("utf8")


def test_a_page_with_code_is_there_as_a_notebook_with_its_outputs(site: Site) -> None:
    with_programs(site)
    site.page("page-a", "x = 20", "print(x + 1)")
    site.built()
    notebook = nbformat.read(site.html / "_sources" / "page-a.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code[-2:]] == ["x = 20", "print(x + 1)"]
    assert code[-1].outputs[0].text == "21\n"
    assert [cell.id for cell in notebook.cells] == [
        f"cell-{number}" for number in range(1, len(notebook.cells) + 1)
    ]


def test_a_cell_whose_needs_cannot_be_worked_out_fails_the_build(site: Site) -> None:
    with_programs(site)
    site.page("page-a", "x = 1", "exec('x = 2')\nprint(x)")
    for _ in range(2):
        output = site.failed()
        assert "page-a.md:" in output
        assert "cell 2: `exec`" in output
