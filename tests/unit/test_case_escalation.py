"""Escalation and handover: a blocker told in four parts, and a shift that another person takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.escalation import CASE
from addin.logic.machine import edit, open_case
from addin.logic.sbar import blocker
from addin.logic.values import Money, Role

ACK = {"taken_by": "J. Hale", "readback": "Release wave 3 to the pick bench by three.", "telephoned": "Yes"}


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def taken(**texts: object) -> Case:
    return done(CASE, case(**texts), "acknowledge", ctx(now=NOW + timedelta(minutes=7)), **ACK)


def solved(**texts: object) -> Case:
    return done(CASE, taken(**texts), "resolve", resolution="The wave was released at 11:20.")


def test_escalation_goes_from_raised_to_closed_by_senior_qa():
    """A P1 is acknowledged, acted on, updated, solved, confirmed by the raiser and closed by Senior QA."""
    found = taken()
    assert (found.count("minutes_to_ack"), found.text("owner")) == (7, "a.khan")
    found = done(CASE, found, "act")
    found = done(CASE, found, "update", update_text="IT restarts the queue.")
    found = done(CASE, found, "resolve", resolution="The wave was released at 11:20.")
    found = done(CASE, found, "confirm")
    assert found.status == "Confirmed by raiser"
    closed = done(CASE, found, "close", ctx(Role.SENIOR_QA), root_cause="System/IT")
    assert (closed.status, closed.text("decision")) == ("Closed", "The wave was released at 11:20.")


def test_message_without_facts_opens_a_case():
    """A blocker told in three words still becomes a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.rule("ESC-01")
@pytest.mark.parametrize("part", ["situation", "background", "assessment", "recommendation"])
def test_all_four_parts_are_filled_before_it_is_taken(part):
    """Situation, background, assessment and recommendation."""
    assert refusal(CASE, case(**{part: None}), "acknowledge", **ACK) == {"ESC-01"}


@pytest.mark.rule("ESC-02")
@pytest.mark.parametrize("ask", ["Please help ASAP!", "can someone look into it", "Fix it now", "urgent"])
def test_ask_is_specific(ask):
    """An ask that asks for nothing in particular is refused."""
    assert refusal(CASE, case(recommendation=ask), "acknowledge", **ACK) == {"ESC-02"}


@pytest.mark.rule("ESC-03")
def test_ask_has_a_time_ahead():
    """An ask whose time has passed is agreed anew."""
    assert refusal(CASE, case(ask_by="23/11/2026 09:59"), "acknowledge", **ACK) == {"ESC-03"}
    assert refusal(CASE, case(ask_by=None), "acknowledge", **ACK) == {"MOVE-NEEDS"}


@pytest.mark.rule("ESC-04")
def test_p1_is_told_by_telephone():
    """A chat message alone is not enough for a P1; for a P3 it is."""
    assert refusal(CASE, case(), "acknowledge", **{**ACK, "telephoned": "No"}) == {"ESC-04"}
    mild = case(priority_wanted="P3", orders_affected="2")
    assert done(CASE, mild, "acknowledge", **{**ACK, "telephoned": None}).status == "Acknowledged"


@pytest.mark.rule("ESC-05")
@pytest.mark.rule("ESC-06")
@pytest.mark.parametrize(
    ("texts", "code"),
    [({"root_cause": "Carrier"}, "ESC-05"), ({"priority_wanted": "P3"}, "ESC-06")],
)
def test_wrong_team_and_low_severity_are_told(texts, code):
    """A carrier's trouble does not go to IT, and 38 orders are no P3."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, **texts}), ctx())
    assert [warning.code for warning in decision.warnings] == [code]


@pytest.mark.rule("ESC-07")
def test_what_nobody_takes_in_fifteen_minutes_goes_one_level_up():
    """Each level has its own clock, and the ladder ends at level 4."""
    found = case()
    assert found.instant("due") == NOW + timedelta(minutes=15)
    assert found.text("level_name") == "Senior Quality Assurance Coordinator"
    late = ctx(now=NOW + timedelta(minutes=16), reason="No answer")
    assert "ESC-07" in {warning.code for warning in press(CASE, found, "note", late, baseline="20 min").warnings}
    found = done(CASE, found, "escalate", late)
    assert (found.status, found.count("level")) == ("Re-escalated", 3)
    assert found.instant("due") == NOW + timedelta(minutes=31)


@pytest.mark.rule("ESC-08")
def test_ladder_ends():
    """Above the fourth level there is nobody."""
    found = case()
    for _ in range(2):
        found = done(CASE, found, "escalate", ctx(reason="No answer"))
    assert refusal(CASE, found, "escalate", ctx(reason="No answer")) == {"ESC-08"}


@pytest.mark.rule("ESC-09")
def test_raiser_confirms_unless_senior_qa_does_with_a_reason():
    """Who raised it says whether it is solved."""
    assert refusal(CASE, solved(), "confirm", ctx("b.lowe")) == {"ESC-09"}
    found = press(CASE, solved(), "confirm", ctx(Role.SENIOR_QA, reason="The raiser is on leave"))
    assert found.ok
    assert found.drafts[-1].data["overrides"] == ["ESC-09"]


@pytest.mark.rule("ESC-10")
@pytest.mark.rule("COM-06")
def test_worst_severity_decides_who_closes():
    """Lowering the severity does not take the case away from Senior QA."""
    found = done(CASE, solved(), "prioritise", ctx(reason="Calmer"), priority_wanted="P4")
    found = done(CASE, found, "confirm")
    assert refusal(CASE, found, "close", root_cause="System/IT") == {"ESC-10"}
    mild = done(CASE, solved(priority_wanted="P3", ticket_ref=None), "confirm")
    assert refusal(CASE, mild, "close", root_cause="3PL") == {"COM-06"}
    assert done(CASE, mild, "close", root_cause="3PL", no_ticket_why="Solved on the floor").status == "Closed"


@pytest.mark.parametrize(
    ("severity", "following"),
    [
        ("P1", datetime(2026, 11, 27, 17, tzinfo=UTC)),
        ("P2", datetime(2026, 11, 27, 20, tzinfo=UTC)),
        ("P3", datetime(2026, 11, 30, 16, tzinfo=UTC)),
    ],
)
def test_updates_come_at_the_pace_of_the_severity(severity, following):
    """Hourly, every four hours, daily; only the daily one leaves out the weekend."""
    friday = datetime(2026, 11, 27, 16, tzinfo=UTC)
    found = open_(CASE, ctx(now=friday), **{**CASE.sample, "priority_wanted": severity, "ask_by": "30/11/2026 12:00"})
    assert found.instant("next_update") == following


def test_missed_update_is_counted():
    """An update that comes late stays on the record."""
    found = done(CASE, taken(), "update", ctx(now=NOW + timedelta(minutes=67)), update_text="On time.")
    assert found.count("updates_missed") is None or found.count("updates_missed") == 0
    found = done(CASE, found, "update", ctx(now=NOW + timedelta(minutes=140)), update_text="Late.")
    assert found.count("updates_missed") == 1


def test_solved_escalation_may_be_sent_back():
    """What is not solved goes on."""
    assert done(CASE, solved(), "send_back", ctx(reason="Still stuck")).status == "In action"


def test_case_writes_its_own_escalation():
    """The four parts come out of the case, without typing and without personal values."""
    origin = Case("CASE-2026-000007", "OST", "Checked", {"order_no": "4102938475", "requester": "Ms R. Ferro"})
    opening = blocker(origin, "IT", "Systems disagree.", "Say what holds order 4102938475.")
    decision = open_case(CASE, "CASE-2026-000008", opening.fields, ctx())
    assert decision.ok
    assert "Ferro" not in str(opening.fields)
    found = done(CASE, decision.case, "acknowledge", **{**ACK, "ask_by": "23/11/2026 15:00"})
    assert found.status == "Acknowledged"


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, replace(case()), verb, state)


@pytest.mark.rule("ESC-12")
def test_what_was_chased_enough_goes_one_level_up():
    """Each chase plans the next by working time, never after the time of the ask; the third one is told."""
    found = taken(ask_by="24/11/2026 08:10", priority_wanted="P2")
    assert found.instant("chase_at") == datetime(2026, 11, 23, 14, 7, tzinfo=UTC)
    for count in (1, 2, 3):
        decision = press(CASE, found, "chase", ctx(now=NOW + timedelta(hours=4 * count, minutes=30)))
        assert decision.ok
        found = decision.case
        assert found.count("chases") == count
    assert found.instant("chase_at") == datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
    later = ctx(now=NOW + timedelta(hours=20))
    noted = press(CASE, found, "update", later, update_text="Still nothing")
    assert "ESC-12" in {problem.code for problem in noted.warnings}
    up = done(CASE, found, "escalate", ctx(reason="No answer"))
    assert (up.count("level"), up.has("chases")) == (3, False)


def test_an_escalation_says_what_is_normal_and_which_limit_was_passed():
    """Out of the case it comes from, until somebody writes it better."""
    about = Case("CASE-2026-000009", "OST", "New", {
        "priority": "P3", "due": NOW - timedelta(hours=5), "due_what": "Answer",
        "value_at_risk": Money.parse("GBP 6400.00"), "legal_due": NOW.date() + timedelta(days=2),
    })  # fmt: skip
    opened = open_case(CASE, "CASE-2026-000010", {"parent_case": about.case_id}, ctx(related=(about,)))
    assert opened.ok
    assert opened.case.text("baseline") == (
        "A P3 case has its next step within 30 working hours; here 'Answer' by 23/11/2026 05:00."
    )
    assert opened.case.text("threshold") == (
        "'Answer' is overdue by 5 hours. The legal date is 2 days away (limit 3). "
        "Goods worth £6,400.00 (limit £5,000.00)."
    )
    mine = edit(CASE, opened.case, {"threshold": "Wave older than 4 hours"}, ctx(related=(about,))).case
    assert mine.text("threshold") == "Wave older than 4 hours"
    calm = replace(about, fields={"priority": "P4"})
    early = open_case(CASE, "CASE-2026-000010", {"parent_case": calm.case_id}, ctx(related=(calm,))).case
    assert early.text("threshold") == "No limit is passed yet: told early."
