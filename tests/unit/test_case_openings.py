"""Cases that open other cases: what is handed over fits the other's form and opens it without a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases_kit import NOW, ctx, done, open_, press, typed

from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.machine import allowed, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Money, Role

TYPES = case_types()
MINE = ("RFD", "RQC", "CRP", "UPC", "INV")
FACTS = {
    "RQC": {"final_grade": "KO_DAMAGE_TRANSIT", "grade": "KO_DAMAGE_TRANSIT", "graded_by": "q.reid",
            "received_at": NOW, "hold_review": NOW.date(), "packaging_retained": True},
    "CRP": {"condition": "Damaged", "received_at": NOW, "photos": ("1.jpg",), "answer": "Cancels in writing"},
    "UPC": {},
    "INV": {"cause": "THEFT_SUSPECTED", "counted_qty": 4, "counted_by": "b.lowe"},
}  # fmt: skip


def ready(code):
    case = open_(TYPES[code], **TYPES[code].sample)
    return replace(case, fields={**case.fields, **FACTS[code]})


def openings(code):
    case = ready(code)
    return [
        (move.verb, opening)
        for move in TYPES[code].moves
        if move.opens is not None
        for opening in move.opens(case, ctx(reason="a reason"))
    ]


@pytest.mark.parametrize("code", FACTS)
def test_every_opening_opens(code):
    """Whatever a move hands over is a field of the other form, and the other case opens."""
    found = openings(code)
    assert found
    for verb, opening in found:
        kind = TYPES[opening.type]
        assert opening.fields.keys() <= kind.fields.keys(), (verb, opening)
        given = {**opening.fields, "parent_case": "CASE-2026-000001", "channel": "System"}
        decision = open_case(kind, "CASE-2026-000002", given, ctx(related=(ready(code),)))
        assert decision.ok, (verb, decision.problems)


@pytest.mark.parametrize("code", MINE)
def test_a_sample_opens_and_shows_its_first_moves(code):
    """The sample of a type opens, and something can be done with it."""
    case = open_(TYPES[code], **TYPES[code].sample)
    assert case.status == TYPES[code].initial
    assert allowed(TYPES[code], case, ctx())


@pytest.mark.parametrize("code", MINE)
def test_opens_with_nothing(code):
    """A message without facts can still become a case of every type."""
    assert open_case(TYPES[code], "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.parametrize("code", MINE)
def test_rule_ids_are_of_the_type_and_say_something(code):
    """Every rule has an id of its type and one meaning."""
    kind = TYPES[code]
    rules = [*kind.rules, *(rule for move in kind.moves for rule in move.rules)]
    said = {}
    for rule in (rule for rule in rules if not rule.id.startswith("COM-")):
        assert rule.id.startswith(f"{code}-")
        assert rule.source
        said.setdefault(rule.id, set()).add(rule.check.__name__)
    assert all(len(checks) == 1 or rule_id in {"CRP-18"} for rule_id, checks in said.items())


def test_a_return_is_refunded_from_parcel_to_closed_refund():
    """The whole way of a return: graded, refunded, approved, paid, reconciled, both cases closed."""
    returns, refunds = TYPES["RQC"], TYPES["RFD"]
    back = open_(returns, **returns.sample)
    back = done(returns, back, "receive", ctx(), received_at="2026-11-20T09:00+00:00", serial_received="Z-884201")
    back = done(returns, back, "inspect", ctx(Role.QC))
    lines = DEFAULT_POLICY.items("qc.checklist")
    checklist = "; ".join(f"{line}: yes" for line in lines)
    back = done(returns, back, "grade", ctx(Role.QC), grade="1ST", photos="1; 2; 3; 4", checklist=checklist)
    back = done(returns, back, "approve", ctx(Role.QC), disposition="Restock")
    asked = press(returns, back, "request_refund", ctx("b.lowe"))
    back = asked.case
    opened = open_case(refunds, "CASE-2026-000002", asked.openings[0].fields, ctx("b.lowe", related=(back,)))
    money = done(refunds, opened.case, "confirm_qc", ctx("b.lowe", related=(back,)))
    money = done(
        refunds, money, "check_amount", ctx("b.lowe", related=(back,)), captured_amount="450.00", dispute_open="No",
        orig_payment_method="Card ending 4242", orig_psp_reference="PSP-1",
    )  # fmt: skip
    money = done(refunds, money, "approve", ctx(Role.SENIOR_QA, related=(back,)))
    money = done(refunds, money, "submit", ctx(Role.FINANCE, related=(back,)))
    money = done(refunds, money, "accept", ctx(Role.FINANCE), refund_psp_reference="PSP-R-1")
    money = done(refunds, money, "settle", ctx(Role.FINANCE), settled_date="2026-11-23")
    money = done(
        refunds, money, "reconcile", ctx(Role.FINANCE), recon_status="Matched", recon_period="2026-11",
        credit_note_no="CN-1", credit_note_date="2026-11-23", evidence="psp.pdf",
    )  # fmt: skip
    money = done(refunds, money, "close", ctx("b.lowe"), customer_notified_at="2026-11-23T10:00+00:00")
    back = done(returns, back, "close", ctx("b.lowe", related=(money,)))
    assert (back.status, money.status) == ("Closed", "Closed")
    assert money.money("total_refund") == Money.parse("450.00")


def test_a_chaser_never_pays_twice():
    """A second refund of a line that was paid is refused at every step, and told at opening."""
    refunds = TYPES["RFD"]
    paid = Case(
        "CASE-2026-000002", "RFD", "Closed",
        {"order_no": "4000123456", "line_id": "1", "outcome": "Refunded", "total_refund": Money.parse("450.00")},
    )  # fmt: skip
    second = open_case(refunds, "CASE-2026-000003", typed(refunds, dict(refunds.sample)), ctx(related=(paid,)))
    assert {problem.code for problem in second.warnings} == {"RFD-01"}
    for verb, status in (("confirm_qc", "Requested"), ("check_amount", "QC confirmed"), ("approve", "Amount checked"),
                         ("submit", "Approved"), ("retry", "PSP failed")):  # fmt: skip
        there = replace(second.case, status=status)
        who = {"approve": Role.SENIOR_QA, "submit": Role.FINANCE, "retry": Role.FINANCE}.get(verb, "b.lowe")
        found = press(refunds, there, verb, ctx(who, related=(paid,)))
        assert "RFD-18" in {problem.code for problem in found.problems}


@pytest.mark.parametrize("code", ["RQC", "CRP", "UPC", "INV"])
def test_a_case_reopens_where_it_was_closed(code):
    """Reopening goes back to the state that was left, so that no grade, count or approval is typed over."""
    kind = TYPES[code]
    for state in kind.states[:-1]:
        case = replace(open_(kind, **kind.sample), status=state)
        over = done(kind, case, "cancel", ctx(Role.SENIOR_QA, reason="by mistake"))
        again = done(kind, over, "reopen", ctx(Role.SENIOR_QA, reason="not so"))
        assert (again.status, again.has("closed_from")) == (state, False)
