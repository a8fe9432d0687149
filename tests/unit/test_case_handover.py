"""Shift handover: it counts once another person has accepted it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.handover import CASE
from addin.logic.machine import open_case
from addin.logic.priority import end_of_day
from addin.logic.values import Role

BACK = {"readback": "CASE-2026-000004 first, call back by six."}


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def test_handover_is_accepted_by_the_receiver_and_closed():
    """The time until it was accepted is kept."""
    found = done(CASE, case(), "accept", ctx("b.lowe", now=NOW + timedelta(minutes=20)), **BACK)
    assert (found.text("accepted_by"), found.count("minutes_to_accept")) == ("b.lowe", 20)
    assert done(CASE, found, "close").status == "Closed"


@pytest.mark.rule("HND-01")
def test_nobody_accepts_their_own_handover():
    """The receiver is another person."""
    assert refusal(CASE, case(to_person=None), "accept", **BACK) == {"HND-01"}


@pytest.mark.rule("HND-02")
def test_named_receiver_accepts():
    """Somebody else accepts only as Senior QA, with a reason."""
    assert refusal(CASE, case(to_person="c.adler"), "accept", ctx("b.lowe"), **BACK) == {"HND-02"}
    senior = ctx(Role.SENIOR_QA, reason="The receiver is ill")
    assert done(CASE, case(to_person="c.adler"), "accept", senior, **BACK).status == "Accepted"


@pytest.mark.rule("HND-06")
@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"away_from": "24/11/2026"}, "away_until"),
        ({"away_until": "24/11/2026"}, "away_from"),
        ({"away_from": "25/11/2026", "away_until": "24/11/2026"}, "away_until"),
    ],
)
def test_an_absence_has_its_first_and_its_last_day(days, field):
    """In this order; the refusal names the cell to fill in."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, **days}), ctx())
    assert [(problem.code, problem.field) for problem in decision.problems] == [("HND-06", field)]


@pytest.mark.rule("HND-07")
def test_the_receiver_is_a_person_who_works_here():
    """A slip of the pen would leave the handover to nobody."""
    for wanted in ("b.low", "x.audit"):
        decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, "to_person": wanted}), ctx())
        assert [problem.code for problem in decision.problems] == ["HND-07"]


def test_an_absence_is_due_to_end_when_the_person_is_back():
    """On the next working day after its last one."""
    away = case(away_from="24/11/2026", away_until="27/11/2026")
    found = done(CASE, away, "accept", ctx("b.lowe"), **BACK)
    assert (found.text("cover_of"), found.day("cover_until")) == ("a.khan", date(2026, 11, 27))
    waiting = done(CASE, found, "wait", ctx("b.lowe", reason="away"), waiting_on="Customer", waiting_until="31/12/2026")
    assert waiting.text("due_what") == "Give back what is left"
    assert waiting.instant("due") == end_of_day(date(2026, 11, 30))


@pytest.mark.rule("HND-03")
def test_writer_is_no_receiver():
    """A handover to oneself is refused when it is written."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, "to_person": "A.Khan"}), ctx())
    assert [problem.code for problem in decision.problems] == ["HND-03"]


@pytest.mark.rule("HND-04")
def test_work_put_first_has_its_reason():
    """Manual priority without a reason is refused."""
    found = case(priority_cases="CASE-2026-000003")
    assert refusal(CASE, found, "accept", ctx("b.lowe"), **BACK) == {"HND-04"}
    assert done(CASE, found, "accept", ctx("b.lowe"), priority_reason="Peak", **BACK).status == "Accepted"


@pytest.mark.rule("HND-05")
def test_known_open_cases_are_handed_over():
    """An open P1 that is not in the list is told."""
    urgent = Case("CASE-2026-000005", "ESC", "Raised", {"priority": "P1"})
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, dict(CASE.sample)), ctx(related=(urgent,)))
    assert decision.ok
    assert "CASE-2026-000005" in decision.warnings[0].message


@pytest.mark.parametrize("missing", ["shift", "open_cases", "promised", "risks"])
def test_nothing_is_left_empty(missing):
    """The word none is written, not left out."""
    assert "MOVE-NEEDS" in refusal(CASE, case(**{missing: None}), "accept", ctx("b.lowe"), **BACK)


def test_handover_is_due_within_one_working_hour_and_then_frozen():
    """Unaccepted handovers are late after an hour; accepted ones are not rewritten."""
    found = case()
    assert (found.text("due_what"), found.instant("due")) == ("Accept handover", NOW + timedelta(hours=1))
    accepted = done(CASE, found, "accept", ctx("b.lowe"), **BACK)
    assert refusal(CASE, accepted, "close", risks="None") == {"EDIT-FROZEN"}


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, replace(case()), verb, state)
