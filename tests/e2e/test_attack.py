"""Everything a register holds is tampered with, each way at least once: all is found at its place, nothing else is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import openpyxl
import pytest
from proof_kit import fresh_folder

from addin.bench.audit.attack import DESIGNED, RANDOM, attack, is_placed, play_demo, scene_of
from addin.bench.audit.innocent import ROUNDS
from addin.closed_book import press_closed
from addin.folder import create, write_workbook
from addin.macros.press import Asked
from addin.register import audit_place
from addin.register.layout import FIRST_ROW
from addin.service import RowRequest
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


def test_presses_go_on_on_the_next_audit_sheet(tmp_path, monkeypatch):
    """A press whose events begin a new Audit sheet writes them there, and the register stays sound."""
    monkeypatch.setattr(audit_place, "EVENTS_ON_A_SHEET", 5)
    service = create(tmp_path / "register", demo=True)
    person = service.settings.actors()["a.khan"]
    acting = replace(service, actor=person)
    for number in range(4):
        acting.open_cases([RowRequest("", {"order_no": f"{2_000_000_000 + number}"}, opens="OST")])
    write_workbook(acting)
    ids = [case.case_id for case in acting.journal.cases()]
    for case_id in ids:
        assert press_closed(acting, "requests.note", Asked((case_id,), reason="Rang the carrier")).ok
    service.close()
    report = verify(service.folder)
    assert (report.ok, report.events) == (True, 9)
    assert openpyxl.load_workbook(service.workbook)["Audit 2"].cell(FIRST_ROW, 1).value == "6"
