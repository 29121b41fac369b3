"""Kill a build at random moments, start it again, and compare the site with an undisturbed one's.

    python -m tests.trust.builds.killed [--kills 30] [--seed 0]

Half of the builds are a folder's first; the others bring a site up
to date of which one page has changed, so that there is a site to be spoiled.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.site.tools.executed_site import CONF, ExecutedSite

ALT = "---\nmystnb:\n  image:\n    alt: a line that rises\n---\n"
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([{}, 2, 3])\nplt.show()"

Files = dict[str, bytes]


@dataclass(frozen=True)
class Kill:
    """What was found after one kill, and after the build that was started then."""

    seconds: float
    stage: str
    stood: str
    restarted: bool
    same: bool

    @property
    def is_good(self) -> bool:
        """Whether nothing was spoiled."""
        return self.stood != "SPOILED" and self.restarted and self.same


def write_pages(site: ExecutedSite, edition: int) -> None:
    """Write three pages, of which the second differs from edition to edition."""
    more = ["showing.inline_figures", "copying.programs", "shipping.page_styles"]
    site.write("conf.py", f"{CONF}extensions += {more}\n")
    glued = "from myst_nb import glue\nglue('it', 1.25, display=False)"
    site.page("page-a", "x = 6", "print(x * 7)", glued)
    site.page("page-b", FIGURE.format(edition), f"print('edition', {edition})", metadata=ALT)
    site.page("page-c", "import time\ntime.sleep(0.5)\nprint('late')")


def read(folder: Path) -> Files:
    """Return every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


class Trial:
    """A site to be built, again and again from the same start in the same folder."""

    def __init__(self, folder: Path, *, first: bool) -> None:
        """Prepare the start, and build once without a kill."""
        self.site = ExecutedSite(folder)
        self.start = folder / "start"
        if not first:
            write_pages(self.site, 1)
            self.site.built()
        self.old = read(self.site.html)  # empty before the first build
        write_pages(self.site, 2)
        shutil.copytree(self.site.docs, self.start, symlinks=True)
        started = time.monotonic()
        self.site.built()
        self.seconds = time.monotonic() - started
        self.new = read(self.site.html)

    def kill(self, seconds: float) -> Kill:
        """Kill a build after so many seconds, with all that it started, and build again."""
        site = self.site
        shutil.rmtree(site.docs)
        shutil.copytree(self.start, site.docs, symlinks=True)
        build = site.start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            build.wait(seconds)
        ended = build.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(build.pid, signal.SIGKILL)
        output, _ = build.communicate()
        # Killed between the two renames, a build leaves the old site beside its place, and the
        # next build begins by putting it back.
        found = read(site.html if site.html.exists() else site.html.with_name("html.old"))
        names = {"the new": self.new, "the old" if self.old else "none": self.old}
        stood = next((name for name, files in names.items() if files == found), "SPOILED")
        status, _ = site.build()
        stage = "after its end" if ended else stage_of(output)
        return Kill(seconds, stage, stood, status == 0, read(site.html) == self.new)


def stage_of(output: str) -> str:
    """Say how far a build had come by what it had printed."""
    starts, ends = (output.count(f"\n  {word}") for word in ("start ", "done "))
    if "pages:" not in output:
        return "before its pages"
    return f"{ends} pages run" + (f", {starts - ends} running" if starts > ends else "")


def try_kills(kills: int, seed: int) -> Iterator[Kill]:
    """Kill so many builds at moments drawn evenly from the time that one takes."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as later:
        trials = Trial(Path(first), first=True), Trial(Path(later), first=False)
        for number in range(kills):
            trial = trials[number % 2]
            yield trial.kill(rng.uniform(0, trial.seconds))


def main() -> int:
    """Print the table; return 1 if a site was spoiled."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    row = "{:>4}  {:7}  {:>9}  {:24}  {:15}  {:9}  {}".format
    print(row("kill", "build", "after (s)", "stage", "site that stood", "restarted", "same site"))
    bad = 0
    for number, done in enumerate(try_kills(given.kills, given.seed), start=1):
        bad += not done.is_good
        yes = {True: "yes", False: "NO"}
        cells = (f"{done.seconds:.2f}", done.stage, done.stood, yes[done.restarted])
        print(row(number, ("update", "first")[number % 2], *cells, yes[done.same]), flush=True)
    print(f"{given.kills - bad} of {given.kills} builds, killed and started again, gave the site")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
