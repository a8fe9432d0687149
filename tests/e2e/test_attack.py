"""Everything a register holds is tampered with, each way at least once: all is found at its place, nothing else is."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from proof_kit import fresh_folder

from addin.bench_audit.attack import DESIGNED, RANDOM, attack, is_placed, play_demo, scene_of
from addin.bench_audit.innocent import ROUNDS
from addin.verify import verify


@cache
def scene():
    """The demo's register after its day, its head witnessed."""
    return scene_of(play_demo(fresh_folder() / "register"))


@pytest.mark.parametrize("make", DESIGNED, ids=lambda make: make.__name__)
def test_each_designed_attack_is_found_at_its_place(make, tmp_path):
    """The first fault names the event that was attacked, or a fault names the file."""
    rng = Random(make.__name__)
    blow = None
    for number in range(20):
        work = tmp_path / str(number)
        work.mkdir()
        if (blow := make(scene(), work, rng)) is not None:
            break
    report = verify(blow.path, blow.other, witness=blow.witness, key=blow.key)
    assert not report.ok
    assert is_placed(report, blow), (blow, report.faults[:3])


@pytest.mark.parametrize("make", [make for make, _ in ROUNDS], ids=lambda make: make.__name__)
def test_what_is_done_in_good_faith_raises_no_alarm(make, tmp_path):
    """Copies, other programs, sorting, widths, tidying."""
    kept = make(scene(), tmp_path, Random(7))
    report = verify(kept.path, kept.other, witness=kept.witness)
    assert report.ok, report.faults[:3]


def test_attacks_drawn_by_chance_are_found():
    """The same harness as `casebook bench attack`, with fewer rounds; there are at least 40 designed attacks."""
    assert len(DESIGNED) >= 40
    assert len({make.__name__ for make in DESIGNED}) == len(DESIGNED)
    assert set(RANDOM) <= set(DESIGNED)
    report = attack(scene(), designed=0, drawn=40, innocent=12)
    assert report.failures == []
    assert (report.found, report.placed, report.alarms) == (40, 40, 0)
