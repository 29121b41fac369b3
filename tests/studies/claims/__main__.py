"""Try what pages claim about training on further seeds.

    python -m tests.studies.claims [PAGE ...] [--seeds 20]

`nox -s study -- claims` calls this.

A page asserts its claims on the few seeds that it has time for. Here each is tried on twenty more,
with the functions of the page itself. In a module of this folder `claim_<name>(seed)` returns
what it measures, by name, and `holds_<name>(values)` tells whether the claim holds for it.
What came out is written into docs/tutorials/data/further_seeds.json, from which pages tell it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.studies.from_page import TUTORIALS
from tests.studies.records._record import keep

FIRST_SEED = 100  # the pages use smaller ones
RECORD = TUTORIALS / "data" / "further_seeds.json"

Values = dict[str, float]


def main() -> int:
    """Try the claims and return how many of them failed with some seed."""
    known = sorted({path.stem for path in Path(__file__).parent.glob("[!_]*.py")})
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=known, help=f"some of {', '.join(known)}")
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds (default: 20)")
    arguments = parser.parse_args()
    if unknown := set(arguments.pages) - set(known):
        parser.error(f"no claims of {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    failed = 0
    for page in arguments.pages:
        module = importlib.import_module(f"tests.studies.claims.{page}")
        for name in [name for name in vars(module) if name.startswith("claim_")]:
            holds = getattr(module, name.replace("claim_", "holds_", 1))
            failed += not is_kept(page, name, getattr(module, name), holds, arguments.seeds)
    return failed


def is_kept(
    page: str,
    name: str,
    claim: Callable[[int], Values],
    holds: Callable[[Values], bool],
    seeds: int,
) -> bool:
    """Try one claim, print how often it held and what was measured, and tell if it always did."""
    started = time.perf_counter()
    runs = [claim(seed) for seed in range(FIRST_SEED, FIRST_SEED + seeds)]
    kept = [holds(values) for values in runs]
    words = name.removeprefix("claim_").replace("_", " ")
    spread = {key: spread_of([values[key] for values in runs]) for key in runs[0]}
    seconds = time.perf_counter() - started
    print(f"{page}: {words}: {sum(kept)} of {len(kept)} ({seconds:.0f} s)")
    for key, (least, median, most) in spread.items():
        print(f"    {key}: {least:.4g} to {most:.4g}, median {median:.4g}")
    add_to_record(page, words, {"seeds": seeds, "held": sum(kept)} | spread)
    failing = [FIRST_SEED + i for i, held in enumerate(kept) if not held]
    if failing:
        print(f"    fails with seeds {failing}")
    return not failing


def spread_of(values: list[float]) -> list[float]:
    """Return the least, the median and the most."""
    return [round(float(value), 5) for value in np.quantile(values, [0, 0.5, 1])]


def add_to_record(page: str, claim: str, found: dict[str, Any]) -> None:
    """Write what came out, beside that of other claims."""
    parts = json.loads(RECORD.read_text()).get("pages", {}) if RECORD.exists() else {}
    parts.setdefault(page.replace("_", "-"), {})[claim] = found
    keep(RECORD, "tests/studies/claims", {"pages": dict(sorted(parts.items()))})


if __name__ == "__main__":
    raise SystemExit(main())
