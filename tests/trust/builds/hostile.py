"""Build the whole site as on a machine that has lived, and compare it with the one that is there.

    python -m tests.trust.builds.hostile

`nox -s trust -- hostile` calls this. The folder has a letter beyond ASCII and a space in its name,
the home holds settings of Keras, Matplotlib, IPython and Jupyter, and the environment more of them.
Programs, outputs and figures must be the same byte for byte, but for cells whose output is a time;
and the build must not hold more than three gigabytes at any moment.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.site.tools.built_pages import ROOT
from tests.site.tools.hostile_settings import hostile
from tests.studies.benchmarks.building import peak_memory

SITE = ROOT / "docs" / "_build" / "html"
MOST_MB = 3000
TIME = "# Its output may differ: it is a time"


def differing(one: Path, other: Path) -> Iterator[str]:
    """Yield each file of a site's programs that another site lacks or has otherwise."""
    for path in sorted((one / "scripts").rglob("*.*")):
        name = path.relative_to(one)
        program = path.with_name(f"{path.name.partition('.')[0].partition('-')[0]}.py")
        if program.exists() and "# Its output may differ: it is a time" in program.read_text(
            "utf8"
        ):
            continue
        theirs = other / name
        if not theirs.exists() or theirs.read_bytes() != path.read_bytes():
            yield str(name)


def main() -> int:
    """Build, compare, and return 1 if anything differs or the build held too much."""
    if not SITE.exists():
        print("error: there is no site to compare with: run nox -s docs", file=sys.stderr)
        return 2
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "n\N{LATIN SMALL LETTER O WITH DIAERESIS} x")
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__"))
        os.environ.update(hostile(Path(folder)))
        print(f"building in {root.name!r} under hostile settings: some minutes", flush=True)
        peak = peak_memory([sys.executable, str(root / "docs/_extensions/shipping/build.py")])
        new = root / "docs" / "_build" / "html"
        count = sum(1 for path in (SITE / "scripts").rglob("*.*"))
        found = [*differing(SITE, new), *differing(new, SITE)]
    print("".join(f"  differs: {name}\n" for name in found), end="")
    print(
        f"{count - len(set(found))} of {count} files of programs, outputs and figures are the same"
    )
    print(f"peak memory {peak:.0f} MB, of {MOST_MB} allowed; {time.monotonic() - started:.0f} s")
    return 1 if found or peak > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main())
