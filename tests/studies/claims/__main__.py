"""Try what pages claim about training on further seeds.

    python -m tests.studies.claims [PAGE ...] [--seeds 20]

`nox -s study -- claims` calls this.

A page asserts its claims on the few seeds that it has time for. Here each is tried on twenty more,
with the functions of the page itself. In a module of this folder `claim_<name>(seed)` returns
what it measures, by name, and `holds_<name>(values)` tells whether the claim holds for it.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable
from pathlib import Path

FIRST_SEED = 100  # the pages use smaller ones

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
    seconds = time.perf_counter() - started
    print(f"{page}: {words}: {sum(kept)} of {len(kept)} ({seconds:.0f} s)")
    for key in runs[0]:
        found = sorted(values[key] for values in runs)
        print(f"    {key}: {found[0]:.4g} to {found[-1]:.4g}, median {found[len(found) // 2]:.4g}")
    failing = [FIRST_SEED + i for i, held in enumerate(kept) if not held]
    if failing:
        print(f"    fails with seeds {failing}")
    return not failing


if __name__ == "__main__":
    raise SystemExit(main())
