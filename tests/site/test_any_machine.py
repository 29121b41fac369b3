"""The build gives the same on any machine, leaves nothing on it, and says what is wrong there."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .test_build import ran
from .tools.executed_site import CONF, EXTENSIONS
from .tools.executed_site import ExecutedSite as Site
from .tools.hostile_settings import hostile


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "nö spaces"  # a path as readers have them
    folder.mkdir()
    site = Site(folder)
    site.write("conf.py", CONF.replace("timeout = 5", "timeout = 100"))
    return site


# The reader's own settings ------------------------------------------------------------------------

TRAINS = """import keras
import matplotlib.pyplot as plt
import numpy as np
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((5, 1)), keras.layers.GRU(8), keras.layers.Dense(1)])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(64, 5, 1))
history = model.fit(x, x[:, -1], epochs=2, verbose=0).history["loss"]
print(history, keras.config.floatx(), keras.backend.backend(), "ä")
plt.plot(history)
plt.show()"""


def test_the_readers_settings_change_no_byte(site: Site, tmp_path: Path) -> None:
    site.page("page-a", TRAINS)
    site.page("page-b", "import os\nassert os.environ.get('HOME') == os.path.expanduser('~')\n''")
    site.built()
    first = read(site.html)
    assert b"float32 tensorflow \xc3\xa4" in first["page-a.html"]
    settings = hostile(tmp_path)
    assert "none had to run" in site.built(**settings)
    for name in ("cache", "work"):
        (site.docs / "_build" / name).rename(tmp_path / name)
    assert ran(site.built(**settings)) == {"page-a", "page-b"}
    assert read(site.html) == first


def read(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_an_assertion_fails_whatever_python_is_told(site: Site) -> None:
    site.page("page-a", "assert 1 == 2")
    assert "AssertionError" in site.failed(PYTHONOPTIMIZE="1")


def test_a_home_that_cannot_be_written_is_not_mentioned(site: Site, tmp_path: Path) -> None:
    site.page("page-a", "print(1)")
    nowhere = tmp_path / "file"
    nowhere.touch()
    said = site.built(HOME=str(nowhere / "home")).splitlines()
    assert all(line.startswith(("pages: ", "  start ", "  done ", "site: ")) for line in said), said


def test_each_page_has_a_home_and_a_temporary_folder_of_its_own(site: Site) -> None:
    look = """import tempfile
from pathlib import Path
home, temporary = Path.home(), Path(tempfile.gettempdir())
print([path.name for folder in (home, temporary) for path in folder.iterdir()], "and no more")
(home / "left").touch()
(temporary / "left").touch()"""
    site.page("page-a", look)
    site.page("page-b", look + "\n")
    site.built()
    assert all("[] and no more" in site.shows(page) for page in ("page-a", "page-b"))


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder with a short name, as sockets need."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


# What is left -------------------------------------------------------------------------------------


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def started(site: Site, **settings: str) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a build; return it, and the numbers of a kernel, its server and a child, as it runs."""
    note = site.docs.parent / "numbers"
    cell = f"""import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(90)"])
with open({str(note)!r}, "w") as note:
    note.write(f"{{os.getpid()}} {{os.getppid()}} {{child.pid}}.")
time.sleep(80)"""
    site.page("page-a", cell)
    build = site.start(**settings)
    while not (note.exists() and note.read_text().endswith(".")):
        assert build.poll() is None, build.communicate()
        time.sleep(0.1)
    return build, [int(number) for number in note.read_text().strip(".").split()]


def none_is_left(processes: list[int], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(map(is_alive, processes)):
        time.sleep(0.1)
    return not any(map(is_alive, processes))


def test_killing_the_build_alone_leaves_no_process_and_the_next_one_no_file(
    site: Site, temporary: Path
) -> None:
    build, processes = started(site, TMPDIR=str(temporary))
    build.kill()
    build.communicate()
    assert none_is_left(processes)
    assert list(temporary.iterdir())
    site.page("page-a", "import tensorflow as tf\ntf.function(lambda x: x + 1)(1)\n''")
    site.built(TMPDIR=str(temporary))
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_says_so_and_leaves_nothing(
    site: Site, temporary: Path, number: signal.Signals
) -> None:
    build, processes = started(site, TMPDIR=str(temporary))
    build.send_signal(number)
    output, _ = build.communicate(timeout=30)
    assert build.returncode == 130
    said = output.splitlines()[-2:]
    assert said[0] == "interrupted; the pages that have run are kept", output
    assert said[1].startswith("error: the build failed; there is no site yet")
    assert none_is_left(processes)
    assert not list(temporary.iterdir())


def test_a_kernel_ends_with_its_page(site: Site) -> None:
    note = site.docs.parent / "kernels"
    tell = f"import os\nprint(os.getpid(), file=open({str(note)!r}, 'a'))\n''"
    for name in ("page-a", "page-b", "page-c"):
        site.page(name, f"{tell}\n'{name}'" + " " * 2000)
    look = f"""import time
time.sleep(2)
def is_alive(number):
    try:
        os.kill(number, 0)
        return open(f"/proc/{{number}}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
print([is_alive(int(number)) for number in open({str(note)!r})], "and no more")"""
    site.page("page-d", f"import os\n{look}")
    # The shortest starts last, when two of the others have ended.
    site.built()
    assert "True" not in site.shows("page-d")
    assert "False" in site.shows("page-d")


# What is wrong with the machine -------------------------------------------------------------------


def told(output: str) -> str:
    """Return the only line that says why a build failed."""
    lines = [line for line in output.splitlines() if not line.startswith(("pages: ", "  "))]
    assert len(lines) == 2, output
    assert lines[1].startswith("error: the build failed; ")
    assert "Traceback" not in output
    return lines[0]


def test_a_full_disk_is_told_in_a_line(site: Site) -> None:
    # Files end here at 20 KB, which Python is told of as it is of a full disk.
    site.page("page-a", "x = 1", text="word " * 10_000)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limit[1]))
    try:
        line = told(site.failed(TF_CPP_MIN_LOG_LEVEL="3"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert line.startswith("error: ")
    assert "File too large" in line or "disk" in line


def test_a_long_temporary_folder_is_told_in_a_line(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    site.page("page-a", "print(1)")
    line = told(site.failed(TMPDIR=str(folder)))
    assert line.startswith(f"error: a socket in {folder}")
    assert "set TMPDIR to a shorter path" in line


def test_a_changed_file_of_others_is_told_in_a_line(site: Site) -> None:
    check = """
from shipping import vendored
def digest(data): return "another"
vendored.digest = digest
extensions += ["shipping.vendored"]
"""
    site.write("conf.py", CONF + check)
    site.page("page-a", "print(1)")
    line = told(site.failed())
    assert line.startswith("error: _")
    assert "its SHA-256 is another" in line
    assert line.endswith("(refresh with: nox -s vendor)")


def test_a_port_out_of_range_is_told_in_a_line() -> None:
    program = str(EXTENSIONS / "shipping" / "preview.py")
    command = [sys.executable, program, "--port", "99999"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --port 99999 can't be used: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("address", "buttons"),
    [
        ("https://github.com/someone/rnnlab", True),
        ("https://github.com/someone/rnnlab.git", True),
        ("https://gitlab.com/someone/rnnlab", True),
        ("https://codeberg.org/someone/rnnlab", False),
        ("https://bitbucket.org/someone/rnnlab", False),
        ("somewhere", False),
    ],
)
def test_any_address_of_the_sources_is_taken(
    site: Site, monkeypatch: pytest.MonkeyPatch, address: str, buttons: bool
) -> None:
    ours = (EXTENSIONS.parent / "conf.py").read_text("utf8")
    options = ours[ours.index("# Where the site will stand") : ours.index("# -- Sources")]
    theme = [line for line in ours.splitlines() if "repository_url " in line and '": ' in line]
    theme += [line for line in ours.splitlines() if '": has_buttons' in line]
    assert len(theme) == 3
    look = f"html_theme = 'sphinx_book_theme'\nhtml_theme_options = {{{''.join(theme)}}}\n"
    site.write("conf.py", f"{CONF}import os, re\n{options}{look}")
    site.write("page-a.md", "# A page\n\nText.\n")
    site.built(RNNLAB_REPOSITORY_URL=address)
    assert ("issues/new" in site.shows("page-a")) == buttons


@pytest.mark.skipif(not shutil.which("nox"), reason="nox is not on the PATH")
@pytest.mark.parametrize("option", ["-p", "-P", "--python"])
@pytest.mark.parametrize("version", ["3.12", "python3.12"])
def test_a_python_is_chosen_by_any_of_its_names(option: str, version: str) -> None:
    noxfile = EXTENSIONS.parents[1] / "noxfile.py"
    command = ["nox", "--noxfile", str(noxfile), "--list", "-s", "docs", option, version]
    done = subprocess.run(command, capture_output=True, text=True)
    assert f"* docs-{version} -> " in done.stdout, done


@pytest.mark.skipif(not shutil.which("nox"), reason="nox is not on the PATH")
def test_an_unknown_python_is_told_in_a_line() -> None:
    noxfile = EXTENSIONS.parents[1] / "noxfile.py"
    command = ["nox", "--noxfile", str(noxfile), "--list", "-p", "3.9"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode
    assert "error: Python 3.9 is not supported; CPython 3.11, 3.12, 3.13 are\n" in done.stderr
