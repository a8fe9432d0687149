"""Order status check: what the systems say, and what an answer may not hide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.status import CASE
from addin.logic.machine import open_case

ANSWER = {
    "answer": "Picked today, leaves tonight.",
    "next_step": "Collection tonight",
    "next_update": "23/11/2026 16:00",
}


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def checked(**texts: object) -> Case:
    return done(CASE, case(**texts), "check")


def test_check_goes_from_question_to_answer_to_close():
    """A check is answered with what happened and when more will be said, then closed with its evidence."""
    found = done(CASE, checked(), "answer", ctx(now=NOW + timedelta(minutes=25)), **ANSWER)
    assert (found.status, found.count("minutes_to_answer")) == ("Answered", 25)
    found = done(CASE, found, "close", evidence="oms-0041029384.png", ticket_ref="T-9")
    assert found.status == "Closed"


def test_leading_zeros_survive():
    """0041029384 stays 0041029384."""
    assert case().text("order_no") == "0041029384"


def test_answered_case_may_be_checked_again():
    """A later look at the systems is a check of the same case."""
    assert done(CASE, done(CASE, checked(), "answer", **ANSWER), "check").status == "Checked"


def test_message_without_facts_opens_a_case():
    """A chat message can always become a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.rule("OST-01")
@pytest.mark.parametrize(("number", "hint"), [("41029384", "0041029384"), ("ABC", "Copy")])
def test_order_number_has_the_house_format(number, hint):
    """A number that lost its zeros is refused with the number it probably is."""
    decision = press(CASE, case(order_no=number), "check")
    assert [p.code for p in decision.problems] == ["OST-01"]
    assert hint in decision.problems[0].hint


@pytest.mark.rule("OST-02")
def test_systems_that_disagree_are_dated():
    """Without the beginning nobody can say for how long."""
    assert refusal(CASE, case(wms_stage="Picking"), "check") == {"OST-02"}


@pytest.mark.rule("OST-03")
@pytest.mark.parametrize("texts", [{"checked_at": "23/11/2026 10:01"}, {"stage_since": "23/11/2026 09:59"}])
def test_check_lies_in_the_past_and_after_the_stage(texts):
    """Times that cannot be are refused."""
    assert refusal(CASE, case(**texts), "check") == {"OST-03"}


@pytest.mark.rule("OST-04")
@pytest.mark.parametrize(("since", "blocked"), [("07:58", False), ("07:57", True)])
def test_systems_that_disagree_for_more_than_two_hours_are_a_blocker(since, blocked):
    """Up to two hours it is answered; longer, it becomes an escalation."""
    found = checked(order_stage="Packed", wms_stage="Packing", differ_since=f"23/11/2026 {since}")
    if not blocked:
        assert done(CASE, found, "answer", **ANSWER).status == "Answered"
        return
    assert refusal(CASE, found, "answer", **ANSWER) == {"OST-04"}
    decision = press(CASE, found, "convert", convert_to="Blocker")
    assert decision.ok
    (opening,) = decision.openings
    assert (opening.type, opening.fields["target_team"], opening.fields["order_no"]) == ("ESC", "IT", "0041029384")


@pytest.mark.rule("OST-15")
def test_parcel_that_has_left_is_looked_up_with_the_carrier():
    """Two systems that say 'Collected' do not replace the carrier's own word; before that there is none to look up."""
    gone = case(order_stage="Collected", wms_stage="Collected")
    assert refusal(CASE, gone, "check") == {"OST-15"}
    assert done(CASE, gone, "check", tracking_status="LABEL_CREATED").status == "Checked"


@pytest.mark.parametrize("missing", ["next_step", "next_update", "answer"])
def test_answer_says_what_happened_what_comes_and_when(missing):
    """An answer without its next step or the time of the next update is none."""
    assert refusal(CASE, checked(), "answer", **{**ANSWER, missing: None}) == {"MOVE-NEEDS"}


@pytest.mark.rule("OST-10")
def test_disagreement_becomes_nothing_but_a_blocker():
    """It cannot be turned into a claim or a count."""
    found = checked(wms_stage="Packing", differ_since="23/11/2026 07:00")
    assert refusal(CASE, found, "convert", convert_to="Inventory discrepancy") == {"OST-10"}


@pytest.mark.rule("OST-05")
@pytest.mark.parametrize(("since", "late"), [("18/11/2026 15:57", True), ("18/11/2026 15:58", False)])
def test_order_not_prepared_for_more_than_24_working_hours_is_escalated_first(since, late):
    """Wednesday 15:58 to Monday 09:58 is not more than 24 working hours; the weekend does not count."""
    found = checked(stage_since=since)
    if not late:
        assert done(CASE, found, "answer", **ANSWER).status == "Answered"
        return
    assert refusal(CASE, found, "answer", **ANSWER) == {"OST-05"}
    decision = press(CASE, found, "escalate", ctx(reason="Three days"))
    assert [opening.type for opening in decision.openings] == ["ESC"]
    assert done(CASE, decision.case, "answer", **ANSWER).status == "Answered"


def test_order_past_its_promised_day_is_escalated_first():
    """A broken promise is not only answered."""
    assert refusal(CASE, checked(expected_delivery="22/11/2026"), "answer", **ANSWER) == {"OST-05"}
    delivered = checked(
        expected_delivery="22/11/2026", order_stage="Delivered", wms_stage="Delivered", tracking_status="DELIVERED"
    )
    assert done(CASE, delivered, "answer", **ANSWER).status == "Answered"


@pytest.mark.rule("OST-06")
@pytest.mark.rule("OST-07")
@pytest.mark.parametrize(
    ("texts", "code", "finding"),
    [
        ({"order_stage": "Picking", "wms_stage": "Picking", "stage_since": "23/11/2026 05:57"}, "OST-06", "short pick"),
        ({"order_stage": "Label printed", "wms_stage": "Label printed", "stage_since": "19/11/2026 17:00"}, "OST-07",
         "watch for loss"),
    ],
)  # fmt: skip
def test_slow_picks_and_unscanned_parcels_are_told(texts, code, finding):
    """Picking for over four hours, or not scanned by the next working day."""
    values = typed(CASE, {**CASE.sample, **texts})
    decision = open_case(CASE, "CASE-2026-000001", values, ctx())
    assert [warning.code for warning in decision.warnings] == [code]
    assert finding in decision.case.items("signals")[0]


@pytest.mark.rule("OST-16")
@pytest.mark.parametrize(("status", "told"), [("ATTEMPT_1", False), ("ATTEMPT_2", True), ("ATTEMPT_FINAL", True)])
def test_last_attempt_of_the_carrier_is_told_while_something_can_be_done(status, told):
    """The carrier tries as often as the policy says; whoever asks then can still be helped today."""
    texts = {"order_stage": "In transit", "wms_stage": "In transit", "tracking_status": status}
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, **texts}), ctx())
    assert ("OST-16" in {warning.code for warning in decision.warnings}) is told
    assert ("Last attempt made: ask the customer today, or it comes back" in decision.case.items("signals")) is told


def test_parcel_packed_on_friday_is_not_late_on_monday():
    """The next working day after Friday is Monday."""
    found = case(order_stage="Label printed", wms_stage="Label printed", stage_since="20/11/2026 17:00")
    assert found.items("signals") == ()


@pytest.mark.rule("OST-08")
def test_third_check_of_one_order_warns():
    """Three checks of one order are a deviation; cancelled and duplicate ones do not count."""
    earlier = [replace(case(), case_id=f"CASE-2026-00001{n}") for n in range(3)]
    two = (earlier[0], earlier[1])
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, dict(CASE.sample)), ctx(related=two))
    assert (decision.case.count("checks_of_order"), [w.code for w in decision.warnings]) == (3, ["OST-08"])
    one = (earlier[0], replace(earlier[1], status="Duplicate"))
    assert open_case(CASE, "CASE-2026-000001", typed(CASE, dict(CASE.sample)), ctx(related=one)).warnings == ()


@pytest.mark.rule("OST-09")
def test_next_update_lies_ahead():
    """An answer says when there will be more."""
    assert refusal(CASE, checked(), "answer", **{**ANSWER, "next_update": "23/11/2026 09:00"}) == {"OST-09"}


@pytest.mark.rule("OST-11")
def test_claim_needs_a_parcel():
    """Only a parcel with a number becomes a claim."""
    assert refusal(CASE, checked(), "convert", convert_to="Claim") == {"OST-11"}


@pytest.mark.parametrize(("target", "kind"), [("Claim", "UPC"), ("Inventory discrepancy", "INV"), ("Blocker", "ESC")])
def test_conversion_opens_the_other_case_with_the_facts(target, kind):
    """What is known is not typed twice."""
    found = checked(tracking="1Z12345E6800002067", sku="H012346ACK89")
    decision = press(CASE, found, "convert", convert_to=target)
    assert decision.case.status == "Converted"
    (opening,) = decision.openings
    assert (opening.type, opening.fields["order_no"]) == (kind, "0041029384")
    assert done(CASE, decision.case, "close", evidence="x.png", ticket_ref="T-1").status == "Closed"


@pytest.mark.rule("OST-12")
@pytest.mark.rule("OST-13")
@pytest.mark.rule("COM-06")
def test_close_needs_decision_evidence_and_ticket():
    """Nothing is closed bare."""
    answered = done(CASE, checked(), "answer", **ANSWER)
    assert refusal(CASE, answered, "close") == {"OST-13", "COM-06"}
    bare = replace(answered, fields={k: v for k, v in answered.fields.items() if k != "decision"})
    assert "OST-12" in refusal(CASE, bare, "close", evidence="x", no_ticket_why="none")


@pytest.mark.parametrize(
    ("texts", "due"),
    [({}, datetime(2026, 11, 23, 12, tzinfo=UTC)), ({"vip": "Yes"}, datetime(2026, 11, 23, 10, 30, tzinfo=UTC))],
)
def test_answer_is_due_in_two_working_hours_or_half_an_hour(texts, due):
    """Half an hour for a priority client."""
    found = case(**texts)
    assert (found.instant("due"), found.text("due_what")) == (due, "Answer")


def test_after_the_answer_the_next_update_is_due():
    """A promise to write again is a deadline."""
    found = done(CASE, checked(), "answer", **ANSWER)
    assert (found.text("due_what"), found.instant("due")) == ("Next update", datetime(2026, 11, 23, 16, tzinfo=UTC))


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)
