"""The project's commands, one verb a session: `nox -l` lists them."""

from __future__ import annotations

import os
import platform
import shutil
import sys
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
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

for option, value in zip(sys.argv, sys.argv[1:], strict=False):
    # nox itself would only say that the interpreter was not found.
    if option in ("-p", "-P", "--python", "--force-python") and value not in SUPPORTED:
        sys.exit(f"error: {option} {value} is not supported; CPython {', '.join(SUPPORTED)} are")


def install(session: nox.Session, group: str, *, package: bool = True) -> None:
    """Install a locked group, every file checked against its hash, and rnnlab itself."""
    python = session.python or platform.python_version().rpartition(".")[0]
    if python not in SUPPORTED or platform.python_implementation() != "CPython":
        session.error(
            f"{platform.python_implementation()} {python} is not supported: TensorFlow has wheels "
            f"for CPython {SUPPORTED[0]} to {SUPPORTED[-1]}; run nox with one of these"
        )
    # TensorFlow imports in 4 s with bytecode and in 9 s without; every page pays for it.
    session.env["UV_COMPILE_BYTECODE"] = "1"
    session.env["PYTHONDONTWRITEBYTECODE"] = None
    session.install("--require-hashes", "-r", str(REQUIREMENTS / f"{group}.txt"))
    if package:
        # The build backend is in the lock, so nothing unlocked is fetched.
        session.install("--no-deps", "--no-build-isolation", "--editable", ".")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site (-- --durations lists the slowest cells)."""
    install(session, "docs")
    session.run("python", "docs/_extensions/shipping/publish.py", *session.posargs)


@nox.session
def preview(session: nox.Session) -> None:
    """Serve the site on 127.0.0.1 and rebuild it whenever a file is saved."""
    install(session, "docs")
    session.run("python", "docs/_extensions/shipping/preview.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Build the site and test the package, the build and the pages (-- goes to pytest)."""
    install(session, "tests")
    find_browser(session)
    session.run("python", "docs/_extensions/shipping/publish.py")
    session.run("pytest", *session.posargs)


@nox.session(requires=["docs"])
def snippets(session: nox.Session) -> None:
    """Run each cell's program where rnnlab is not installed (-- --only PAGE for some)."""
    install(session, "snippets", package=False)
    session.run("python", "tests/trust/programs/run_all.py", *session.posargs)


@nox.session
def pages(session: nox.Session) -> None:
    """Print what each page weighs and how it does (-- --lighthouse 5 for its marks)."""
    install(session, "outside")
    find_browser(session)
    session.run("python", "docs/_extensions/shipping/publish.py")
    session.run("python", "-m", "tests.site.table", *session.posargs)


@nox.session
def markup(session: nox.Session) -> None:
    """Check the HTML of every page with the W3C's checker."""
    install(session, "outside")
    session.run("python", "docs/_extensions/shipping/publish.py")
    session.run("python", "-m", "tests.site.outside")


@nox.session
def vendor(session: nox.Session) -> None:
    """Fetch the files of others that the site carries (-- katex@VERSION for a newer one)."""
    install(session, "outside")
    session.run("python", "docs/_extensions/shipping/vendored.py", *session.posargs)


@nox.session
def record(session: nox.Session) -> None:
    """Run the studies that are too long for a page, and record them below docs/tutorials/data."""
    install(session, "docs")
    for study in sorted(ROOT.glob("tests/studies/records/*.py")):
        session.run("python", str(study.relative_to(ROOT)), *session.posargs)


@nox.session
def claims(session: nox.Session) -> None:
    """Try what the pages claim about training on twenty further seeds (-- PAGE for one page)."""
    install(session, "docs")
    session.run("python", "tests/studies/claims/run.py", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Kill, damage, fill and fuzz what keeps a training (-- --share 0.1 for some of it)."""
    install(session, "tests")
    session.run("python", "tests/trust/faults/run_all.py", *session.posargs)


@nox.session
def repeat(session: nox.Session) -> None:
    """Train the same in other processes and settings, and compare what comes out."""
    install(session, "docs")
    session.run("python", "-m", "tests.trust.repeatability.table", *session.posargs)


@nox.session
def twice(session: nox.Session) -> None:
    """Run every page a second time, and compare its outputs with the site's (-- PAGE for some)."""
    install(session, "docs")
    session.run("python", "docs/_extensions/shipping/publish.py")
    session.run("python", "-m", "tests.trust.twice", *session.posargs)


@nox.session
def figures(session: nox.Session) -> None:
    """Compare the figures that the pages state with those recorded (-- --record for new ones)."""
    install(session, "docs")
    session.run("python", "docs/_extensions/shipping/publish.py")
    session.run("python", "-m", "tests.site.figures", *session.posargs)


@nox.session
def killed_builds(session: nox.Session) -> None:
    """Kill builds at random moments, start them again, and compare the sites (-- --kills N)."""
    install(session, "docs")
    session.run("python", "-m", "tests.trust.killed_builds", *session.posargs)


@nox.session(requires=["docs"])
def audit(session: nox.Session) -> None:
    """Look for known faults and forbidden licences in what the site is built with, and list it."""
    install(session, "audit", package=False)
    built_in = Path(session.virtualenv.location).with_name("docs")
    python = built_in / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    session.run("python", "tests/trust/supply/audit.py", str(python))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and types (-- --fix mends what can be mended)."""
    install(session, "lint", package=False)
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", *([] if "--fix" in session.posargs else ["--check"]))
    session.run("mypy")


@nox.session
def bench(session: nox.Session) -> None:
    """Time training, generating and building beside their peers (-- --runs N)."""
    install(session, "bench")
    locked = str(REQUIREMENTS / "bench-without-their-dependencies.txt")
    session.install("--require-hashes", "--no-deps", "-r", locked)
    # Only a build for CPUs: the others bring gigabytes for graphics cards. Where none is offered,
    # the table names torch as missing.
    torch = ("--quiet", "--no-deps", "torch==2.13.0+cpu")
    session.run("python", "-m", "pip", "install", *torch, success_codes=[0, 1])
    session.run("python", "tests/studies/benchmarks/bench.py", *session.posargs)


@nox.session
def linkcheck(session: nox.Session) -> None:
    """Follow every link that leaves the site (needs the network)."""
    install(session, "docs")
    session.run("sphinx-build", "-b", "linkcheck", "docs", str(BUILD / "linkcheck"))
    session.log(f"report: {(BUILD / 'linkcheck' / 'output.txt').relative_to(ROOT)}")


@nox.session
def lock(session: nox.Session) -> None:
    """Choose the newest versions again and write the locks (-- --upgrade-package NAME for one)."""
    install(session, "lock", package=False)
    with_package = ("docs", "tests", "outside", "bench")
    alone = ("lint", "lock", "audit", "bench-without-their-dependencies", "snippets")
    for group in with_package + alone:
        session.run(
            "uv", "pip", "compile", "--quiet",
            *(["pyproject.toml"] if group in with_package else []),
            *("--group", f"pyproject.toml:{group}"),
            *(["--no-deps"] if group.endswith("without-their-dependencies") else []),
            # The pages' own versions, which made the outputs that programs are compared with.
            *(["--constraint", str(REQUIREMENTS / "docs.txt")] if group == "snippets" else []),
            "--universal", "--python-version", SUPPORTED[0],
            "--fork-strategy", "fewest",  # one version for all supported interpreters
            "--generate-hashes",
            "--no-emit-index-url",  # a lock must name no index host
            "--no-annotate",
            "--custom-compile-command", "nox -s lock",
            "--output-file", str(REQUIREMENTS / f"{group}.txt"),
            *(session.posargs or ["--upgrade"]),
        )  # fmt: skip
    session.log(f"locks: {REQUIREMENTS}/*.txt")


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
        "import pathlib; from playwright.sync_api import sync_playwright as play\n"
        "with play() as p: print(pathlib.Path(p.chromium.executable_path).exists())"
    )
    if "True" in str(session.run("python", "-c", playwrights, silent=True)):
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
