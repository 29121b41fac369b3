"""A killed build spoils nothing; `nox -s trust -- killed_builds` kills thirty."""

from __future__ import annotations

from pathlib import Path

from .builds.killed import Kill, Trial


def test_an_update_that_is_killed_gives_the_site_of_an_undisturbed_one(tmp_path: Path) -> None:
    trial = Trial(tmp_path, first=False)
    assert trial.old
    assert trial.old != trial.new
    for share in (0.5, 0.97):
        found = trial.kill(share * trial.seconds)
        assert found.is_good, found


def test_a_spoiled_site_counts_as_bad() -> None:
    assert Kill(1.0, "", "the old", restarted=True, same=True).is_good
    assert not Kill(1.0, "", "SPOILED", restarted=True, same=True).is_good
    assert not Kill(1.0, "", "the old", restarted=False, same=True).is_good
    assert not Kill(1.0, "", "the old", restarted=True, same=False).is_good
