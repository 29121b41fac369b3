"""Time builds of synthetic sites that have the extensions, the theme and the files of the real one.

A cold build runs all pages; what it takes beyond its cells, two pages at a time, is its overhead.
A rebuild in which nothing changed is set beside Sphinx's own, of the same sources with the same
settings. The preview is timed from the moment a sentence is saved until its page is served.
Memory is what the build and all that it starts hold at one time, shared parts counted once.
"""

from __future__ import annotations

import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]
CELLS = 15
COLD = 3  # counted cold builds of each size


def measure(runs: int) -> dict[str, float]:
    """Time everything about building, with this many counted runs of what is short."""
    found: dict[str, float] = {}
    cold: dict[int, list[tuple[float, float]]] = {3: [], 12: []}
    for _ in range(COLD + 1):  # in turn, and the first ones do not count
        for pages, taken in cold.items():
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                taken.append(Site(Path(folder), pages).cold())
    for pages, taken in cold.items():
        overheads, wholes = zip(*taken[1:], strict=True)
        found[f"cold_{pages}_pages"] = statistics.median(wholes)
        found[f"cold_overhead_{pages}_pages"] = statistics.median(overheads)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            site = Site(Path(folder), pages)
            site.cold()
            ours, sphinxs = site.unchanged(runs)
            found[f"unchanged_{pages}_pages"] = statistics.median(ours)
            found[f"unchanged_sphinx_{pages}_pages"] = statistics.median(sphinxs)
            ratios = [one / other for one, other in zip(ours, sphinxs, strict=True)]
            found[f"unchanged_ratio_{pages}_pages"] = statistics.median(ratios)
            if pages == 12:
                found["preview_12_pages"] = statistics.median(site.preview(runs))
                shutil.rmtree(site.docs / "_build")
                found["peak_mb_12_pages"] = peak_memory(site.build)
        print(f"  building: {pages} pages measured", flush=True)
    more = found["cold_overhead_12_pages"] - found["cold_overhead_3_pages"]
    return found | {"cold_overhead_a_further_page": more / 9}


class Site:
    """Pages of a few quick cells on TensorFlow, in a copy of the project without its own pages."""

    def __init__(self, folder: Path, pages: int) -> None:
        self.folder, self.docs = folder, folder / "docs"
        own = shutil.ignore_patterns("_build", "tutorials", "*.md", "__pycache__", "requirements")
        shutil.copytree(ROOT / "docs", self.docs, ignore=own)
        (folder / "rnnlab").mkdir()  # the preview watches it
        names = "\n".join(f"page-{number}" for number in range(pages))
        (self.docs / "index.md").write_text(f"# Index\n\n```{{toctree}}\n{names}\n```\n")
        for number in range(pages):
            self.write(number, "Some text.")
        self.build = [sys.executable, str(self.docs / "_extensions" / "shipping" / "build.py")]

    def write(self, number: int, sentence: str) -> None:
        """Write a page that holds this sentence."""
        front = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
        cells = "".join(
            f"\n## Part {cell}\n\nMore text.\n\n```{{code-cell}} ipython3\n"
            f"import tensorflow as tf\nfloat(tf.reduce_sum(tf.ones([{cell + 1}, {number + 1}])))\n"
            "```\n"
            for cell in range(CELLS)
        )
        text = f"{front}# Page {number}\n\n{sentence}\n{cells}"
        (self.docs / f"page-{number}.md").write_text(text)

    def cold(self) -> tuple[float, float]:
        """Build from nothing; return the overhead and the time of the whole build."""
        seconds, output = timed(self.build)
        cells = [float(number) for number in re.findall(r"done .*?: ([\d.]+) s,", output)]
        return seconds - sum(cells) / 2, seconds

    def unchanged(self, runs: int) -> tuple[list[float], list[float]]:
        """Build again when nothing changed: with build.py, and in turn with Sphinx alone."""
        build = self.docs / "_build"
        own = build / "own"
        sphinx = [
            *(sys.executable, "-m", "sphinx", "-b", "html", "--quiet", "--jobs", "2"),
            *("-D", f"nb_execution_cache_path={build / 'cache'}", "-d", str(own / "doctrees")),
            *(str(self.docs), str(own / "html")),
        ]
        timed(sphinx)
        pairs = [(timed(self.build)[0], timed(sphinx)[0]) for _ in range(runs + 1)]
        ours, sphinxs = zip(*pairs[1:], strict=True)
        return list(ours), list(sphinxs)

    def preview(self, runs: int) -> list[float]:
        """Save a sentence and wait until the preview serves it, again and again."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        script = self.docs / "_extensions" / "shipping" / "preview.py"
        preview = subprocess.Popen(
            [sys.executable, str(script), "--port", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}/page-1.html"
            wait_for("Some text.", address)
            seconds = []
            for run in range(runs + 1):
                sentence = f"Saved for the {run}th time."
                saved = time.perf_counter()
                self.write(1, sentence)
                wait_for(sentence, address)
                seconds.append(time.perf_counter() - saved)
            return seconds[1:]
        finally:
            preview.terminate()
            preview.wait()


def wait_for(text: str, address: str, seconds: float = 120) -> None:
    """Ask for a page until it holds a text."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address) as answer:
                if text in answer.read().decode():
                    return
        except (urllib.error.URLError, ConnectionError):
            pass  # not there yet, or between two sites
        time.sleep(0.02)
    raise TimeoutError(f"{address} does not show {text!r} after {seconds:.0f} s")


def peak_memory(command: list[str]) -> float:
    """Run a command; return the most megabytes that it and what it started held at one time."""
    with tempfile.TemporaryFile("w+") as told:
        build = psutil.Popen(command, stdout=told, stderr=subprocess.STDOUT)
        most = 0.0
        while build.poll() is None:
            most = max(most, sum(map(held, [build, *build.children(recursive=True)])))
            time.sleep(0.2)
        if build.returncode:
            told.seek(0)
            raise RuntimeError(f"{command} failed:\n{told.read()[-2000:]}")
    return most / 1e6


def held(process: psutil.Process) -> float:
    """Return the bytes that a process holds; what several share is shared out among them."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:  # it has ended
        return 0
    return float(getattr(memory, "pss", memory.uss))


def timed(command: list[str]) -> tuple[float, str]:
    """Run a command; return its seconds and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return time.perf_counter() - started, done.stdout
