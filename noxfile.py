"""The project's commands, one verb a session: `nox -l` lists them."""

from __future__ import annotations

import argparse
import functools
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is present: four times as fast
nox.options.error_on_missing_interpreters = True  # otherwise a session is skipped with exit 0
nox.options.download_python = "never"  # it is the reader's choice where interpreters come from
nox.options.reuse_venv = "yes"
nox.options.sessions = ["docs"]

ROOT = Path(__file__).parent
BUILD = ROOT / "docs" / "_build"
REQUIREMENTS = Path("docs", "requirements")
SUPPORTED = ("3.11", "3.12", "3.13")  # those for which TensorFlow has wheels
# The groups beside which rnnlab itself is installed; they are locked with its dependencies.
WITH_PACKAGE = ("docs", "handout", "tests", "outside", "bench")
# What the sessions that are families can do, and the locked group that each needs.
CHECKS = {
    "pages": "outside",
    "markup": "outside",
    "books": "outside",
    "figures": "docs",
    "translations": "docs",
    "links": "docs",
    "workflows": "workflows",
}
HOSTED = (  # the schema of each file that hosts read
    ("github-workflows", ".github/workflows/*.yml"),
    ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
    ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
    ("readthedocs", ".readthedocs.yaml"),
)
STUDIES = {"records": "docs", "claims": "docs", "bench": "bench", "pytorch": "bench"}
TRIALS = {
    "faults": "tests",
    "repeat": "docs",
    "twice": "docs",
    "killed_builds": "docs",
    "planted": "docs",
    "hostile": "tests",
    "wheels": "lock",
    "notebooks": "docs",
    "versions": "lock",
}
PUBLISHED = {"package": "docs", "site": "docs", "versions": "docs"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# nox's -p chooses among sessions that name a Python: ours name the one that is asked for.
options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
options.add_argument(
    *("-p", "--python", "--pythons", "-P", "--force-python", "--force-pythons"),
    dest="pythons", nargs="*", default=None,
)  # fmt: skip
own_arguments = sys.argv[1 : sys.argv.index("--") if "--" in sys.argv else None]
pythons = options.parse_known_args(own_arguments)[0].pythons
for value in pythons or ():
    if value.removeprefix("python") not in SUPPORTED:
        # nox itself would only say that the interpreter was not found.
        sys.exit(f"error: Python {value} is not supported; CPython {', '.join(SUPPORTED)} are")
command = functools.partial(nox.session, python=pythons)


def install(session: nox.Session, group: str) -> None:
    """Install a locked group, every file checked against its hash, and rnnlab where it needs it."""
    python = str(session.python or platform.python_version().rpartition(".")[0])
    if (
        python.removeprefix("python") not in SUPPORTED
        or platform.python_implementation() != "CPython"
    ):
        session.error(
            f"{platform.python_implementation()} {python} is not supported: TensorFlow has wheels "
            f"for CPython {SUPPORTED[0]} to {SUPPORTED[-1]}; run nox with one of these"
        )
    # TensorFlow imports in 4 s with bytecode and in 9 s without; every page pays for it.
    session.env["UV_COMPILE_BYTECODE"] = "1"
    session.env["PYTHONDONTWRITEBYTECODE"] = None
    session.env["PYTHONPATH"] = str(ROOT / "docs" / "_extensions")  # for `python -m tests.x.y`
    # Where the path has other letters than ASCII's, Python would not start in the locale C.
    session.env["LC_ALL"] = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    session.install("--require-hashes", "-r", str(REQUIREMENTS / f"{group}.txt"))
    if group in WITH_PACKAGE:
        # The build backend is in the lock, so nothing unlocked is fetched.
        session.install("--no-deps", "--no-build-isolation", "--editable", ".")


def build(session: nox.Session, *arguments: str, program: str = "build") -> None:
    """Bring the site up to date."""
    path = f"docs/_extensions/shipping/{program}.py"
    # After Ctrl-C it gets the time to end its kernels.
    session.run("python", path, *arguments, interrupt_timeout=10)


def run(session: nox.Session, *arguments: str) -> None:
    """Run Python in an environment and a temporary folder of our own making."""
    environment = str(ROOT / "docs" / "_extensions" / "running" / "environment.py")
    with tempfile.TemporaryDirectory(prefix="rnnlab-", ignore_cleanup_errors=True) as folder:
        own = {"TMPDIR": folder}
        session.run("python", environment, *arguments, env=own, interrupt_timeout=10)


def choose(session: nox.Session, family: Mapping[str, str]) -> tuple[str, list[str]]:
    """Install what the first argument asks for; return it, and the arguments that follow."""
    name, *arguments = session.posargs or [""]
    if name not in family:
        session.error(f"say which: nox -s {session.name} -- {' | '.join(family)}")
    install(session, family[name])
    return name, arguments


@command
def docs(session: nox.Session) -> None:
    """Build the site (-- --durations lists the slowest cells)."""
    install(session, "docs")
    build(session, *session.posargs)


@command
def preview(session: nox.Session) -> None:
    """Serve the site on 127.0.0.1 and rebuild it whenever a file is saved (-- --port N)."""
    install(session, "docs")
    build(session, *session.posargs, program="preview")


@command
def tests(session: nox.Session) -> None:
    """Lint, build the site, and test package, build, pages and programs (-- goes to pytest)."""
    install(session, "tests")
    find_browser(session)
    check_code(session)
    build(session)
    # Two files of tests at a time, in the order in which they are collected.
    together = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    run(session, "-m", "pytest", *together, *session.posargs)


@command
def lint(session: nox.Session) -> None:
    """Check style and types (-- --fix mends what can be mended)."""
    install(session, "tests")  # types are checked against the libraries themselves
    check_code(session, *session.posargs)


def check_code(session: nox.Session, *fix: str) -> None:
    """Check style, layout and types."""
    session.run("ruff", "check", *fix)
    session.run("ruff", "format", *([] if fix else ["--check"]))
    session.run("mypy")


@command
def check(session: nox.Session) -> None:
    """Check pages (--lighthouse 5), markup, books, figures (--record), translations, links, ..."""
    name, arguments = choose(session, CHECKS)
    if name in ("pages", "books"):
        find_browser(session)
    if name == "links":  # needs the network
        target = BUILD / "linkcheck"
        session.run("sphinx-build", "-b", "linkcheck", "docs", str(target), *arguments)
        session.log(f"report: {(target / 'output.txt').relative_to(ROOT)}")
    elif name == "workflows":
        session.run("zizmor", "--offline", ".github", *arguments)
        for schema, files in HOSTED:
            found = map(str, sorted(ROOT.glob(files)))
            session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *found)
    else:
        build(session)
        session.run("python", "-m", f"tests.site.checks.{name}", *arguments)


@command(requires=["docs"])
def programs(session: nox.Session) -> None:
    """Run each cell's program where rnnlab is not installed (-- --only PAGE for some)."""
    install(session, "programs")
    run(session, "tests/trust/programs/run_all.py", *session.posargs)


@command
def study(session: nox.Session) -> None:
    """Run what no page runs: -- records, claims (PAGE), bench (--runs N) or pytorch (PAGE)."""
    name, arguments = choose(session, STUDIES)
    if name == "records":
        for path in sorted(ROOT.glob("tests/studies/records/[!_]*.py")):
            run(session, "-m", f"tests.studies.records.{path.stem}", *arguments)
    if name == "claims":
        run(session, "-m", "tests.studies.claims", *arguments)
    if name in ("bench", "pytorch"):
        # Only a build for CPUs: the others bring gigabytes for graphics cards. Where none is
        # offered, the bench's table names torch as missing, and the other study says so and fails.
        torch = ("--quiet", "--no-deps", "torch==2.13.0+cpu")
        session.run("python", "-m", "pip", "install", *torch, success_codes=[0, 1])
    if name == "bench":
        locked = str(REQUIREMENTS / "bench-without-their-dependencies.txt")
        session.install("--require-hashes", "--no-deps", "-r", locked)
        run(session, "-m", "tests.studies.benchmarks.bench", *arguments)
    if name == "pytorch":
        run(session, "-m", "tests.studies.pytorch", *arguments)


@command
def trust(session: nox.Session) -> None:
    """Try to break a promise: -- NAME says which; alone, it lists them."""
    name, arguments = choose(session, TRIALS)
    if name in ("twice", "hostile", "notebooks"):  # compared with the outputs of the site
        build(session)
    module = {
        "faults": "faults.run_all",
        "repeat": "repeatability.compare",
        "twice": "builds.twice",
        "killed_builds": "builds.killed",
        "planted": "planted",
        "hostile": "builds.hostile",
        "wheels": "supply.wheels",
        "notebooks": "notebooks",
        "versions": "supply.versions",
    }[name]
    run(session, "-m", f"tests.trust.{module}", *arguments)


@command
def handout(session: nox.Session) -> None:
    """Make what a class is handed: notebooks without and with answers, their checks, and books."""
    install(session, "handout")
    find_browser(session)
    build(session)
    run(session, "-m", "handing_out")


@command(requires=["docs"])
def audit(session: nox.Session) -> None:
    """Look for known faults and forbidden licences in what the site is built with, and list it."""
    install(session, "audit")
    here = Path(session.virtualenv.location)
    built_in = here.with_name(here.name.replace("audit", "docs"))
    python = built_in / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    session.run("python", "-m", "tests.trust.supply.audit", str(python))


@command
def vendor(session: nox.Session) -> None:
    """Fetch the files of others that the site carries (-- katex@VERSION for a newer one)."""
    install(session, "outside")
    session.run("python", "docs/_extensions/shipping/vendored.py", *session.posargs)


@command
def dist(session: nox.Session) -> None:
    """Make what is published: -- package, site, or versions FOLDER (of sites released before)."""
    name, arguments = choose(session, PUBLISHED)
    versions = "docs/_extensions/shipping/versions.py"
    if name == "package":
        folder = BUILD / "dist"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for kind in ("wheel", "sdist"):
            code = f"from flit_core.buildapi import build_{kind} as build; build({str(folder)!r})"
            session.run("python", "-c", code)
        session.log(f"built: {', '.join(str(path.relative_to(ROOT)) for path in folder.iterdir())}")
    elif name == "site":
        build(session)
        session.run("python", versions, "pack")
    else:  # the site as it stands, which has been tested
        session.run("python", versions, "gather", *arguments)


@command
def lock(session: nox.Session) -> None:
    """Choose the newest versions again and write the locks (-- --upgrade-package NAME for one)."""
    install(session, "lock")
    alone = ("lock", "audit", "bench-without-their-dependencies", "programs", "workflows")
    for group in WITH_PACKAGE + alone:
        session.run(
            "uv", "pip", "compile", "--quiet",
            *(["pyproject.toml", "--extra", "cpu"] if group in WITH_PACKAGE else []),
            *("--group", f"pyproject.toml:{group}"),
            *(["--no-deps"] if group.endswith("without-their-dependencies") else []),
            # The pages' own versions, which made the outputs that programs are compared with.
            *(["--constraint", str(REQUIREMENTS / "docs.txt")] if group == "programs" else []),
            "--universal", "--python-version", SUPPORTED[0],  # one lock for all platforms
            "--fork-strategy", "fewest",  # one version for all supported interpreters
            "--generate-hashes",
            "--no-emit-index-url",  # a lock must name no index host
            "--no-annotate",  # who needs what would change with every lock
            "--custom-compile-command", "nox -s lock",  # named in the head of the file
            "--output-file", str(REQUIREMENTS / f"{group}.txt"),
            *(session.posargs or ["--upgrade"]),  # without it uv keeps what the lock has
        )  # fmt: skip
    session.log(f"locks: {REQUIREMENTS}/*.txt")
    session.run("python", "-m", "tests.trust.supply.wheels")


@nox.session(venv_backend="none")
def new_page(session: nox.Session) -> None:
    """Begin a tutorial: -- its-address "Its title, with a verb"."""
    try:
        name, title = session.posargs
    except ValueError:
        session.error('say its address and its title: nox -s new_page -- a-name "Do something"')
    page = ROOT / "docs" / "tutorials" / f"{name}.md"
    if not re.fullmatch("[a-z]+(-[a-z]+)*", name) or page.exists():
        session.error(f"the address must be new, of small letters and hyphens, not {name!r}")
    template = ROOT / "docs" / "_templates" / "new-page.txt"
    text = template.read_text("utf-8").replace("TITLE", title).replace("NAME", name)
    page.write_text(text, "utf-8")
    session.log(f"written: {page.relative_to(ROOT)}; see it with nox -s preview, and when it is to")
    session.log("stay, follow 'Write a page' in docs/contributing.md")


@nox.session(venv_backend="none")
def clean(session: nox.Session) -> None:
    """Remove what the other sessions made, environments included."""
    for folder in (BUILD, ROOT / ".nox", *ROOT.glob(".*_cache"), *ROOT.glob("*/**/__pycache__")):
        # This very session may run from an environment in .nox; its files are not in use.
        shutil.rmtree(folder, ignore_errors=True)
    session.log("removed docs/_build, .nox and all caches")


def find_browser(session: nox.Session) -> None:
    """See to it that there is a Chromium for the tests."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    playwrights = (
        "from playwright.sync_api import sync_playwright as play\n"
        "with play() as p: print(p.chromium.executable_path)"
    )
    path = Path(str(session.run("python", "-c", playwrights, silent=True)).strip())
    if path.exists():
        for parent in path.parents:
            if parent.name == "ms-playwright":  # in the reader's home, which the tests don't see
                session.env["PLAYWRIGHT_BROWSERS_PATH"] = str(parent)
        return
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        session.run("apt-get", "update", "--quiet", external=True, silent=True)
        session.run(
            "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium",
            external=True, silent=True, env={"DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
        return
    session.error(
        "the tests need a Chromium or Chrome: install one, or run "
        f"'{sys.executable} -m nox -s tests' as root on Debian, which does so by itself, or "
        "'playwright install chromium' in this session's environment"
    )
