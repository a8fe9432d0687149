"""The month's returns and refunds: the facts that an auditor asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from addin.logic.case_type import Case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.rollup import Month, roll_up, told
from addin.logic.rollup_returns import return_facts
from addin.logic.values import Money

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def case(number: int, code: str, **fields: object) -> Case:
    return Case(f"CASE-2026-{number:06d}", code, "Closed", {"opened_at": NOW, **fields})


def test_checks_tell_how_often_the_3pl_was_right_and_what_was_deducted():
    """Agreement over what both graded; what was overturned for which reason; deductions with what proves them."""
    graded = {"graded_by": "q.reid", "graded_at": NOW}
    cases = [
        case(1, "RQC", **graded, received_at=NOW - timedelta(days=1), third_party_agrees=True, final_grade="1ST"),
        case(2, "RQC", **graded, received_at=NOW - timedelta(days=5), third_party_agrees=False, final_grade="2ND",
             third_party_reason="Odour", deduction_amount=Money.parse("20.00"), deduction_reason="Scratch",
             photos=("1.jpg",)),
        case(3, "RQC", **graded, received_at=NOW - timedelta(days=3), final_grade="2ND",
             deduction_amount=Money.parse("5.00")),
        case(4, "RQC"),
    ]  # fmt: skip
    assert return_facts(cases)["RQC"] == {
        "graded": 3, "median_days_to_grade": 3, "third_party_agrees_percent": "50.0", "overturned_for": "Odour 1",
        "grades": "2ND 2, 1ST 1", "deductions": 2, "deductions_with_evidence": 1,
    }  # fmt: skip


def test_parcels_that_came_back_tell_their_decisions_and_second_shipments():
    """Days to the decision, whether the path was written down whole, and whether the second shipment arrived."""
    whole = {"decision_by": "a.khan", "options_considered": ("A", "B"), "evidence": ("mail.pdf",)}
    cases = [
        case(1, "CRP", **whole, order_no="1", decision_days=1, tracking_new="X", delivered_date=date(2026, 11, 20),
             reason_code="UNAVAILABLE"),
        case(2, "CRP", **whole, order_no="1", decision_days=3, tracking_new="Y", reason_code="UNAVAILABLE"),
        case(3, "CRP", decision_by="a.khan", order_no="2", decision_days=2, reason_code="REFUSED"),
        case(4, "CRP", order_no="3"),
    ]  # fmt: skip
    assert return_facts(cases)["CRP"] == {
        "decided": 3, "median_working_days_to_decision": 2, "path_documented_percent": "66.7", "second_shipments": 2,
        "second_shipments_delivered_percent": "50.0", "orders_back_again": 1, "reasons": "UNAVAILABLE 2, REFUSED 1",
    }  # fmt: skip


def test_refunds_tell_what_was_paid_by_its_date_and_approved_by_another():
    """Paid on the due date is in time; one person for both steps is counted, and should never be."""
    value = Money.parse("100.00")
    cases = [
        case(1, "RFD", settled_date=date(2026, 11, 20), refund_due=date(2026, 11, 20), total_refund=value,
             requested_by="a.khan", approved_by="s.moreau"),
        case(2, "RFD", settled_date=date(2026, 11, 21), refund_due=date(2026, 11, 20), total_refund=value,
             requested_by="a.khan", approved_by="a.khan"),
        case(3, "RFD", refund_due=date(2026, 11, 30)),
    ]  # fmt: skip
    assert return_facts(cases)["RFD"] == {
        "paid": 2, "paid_value": "200.00", "paid_by_due_date_percent": "50.0", "approved_by_who_asked": 1,
    }  # fmt: skip
    assert "Returns" in told(roll_up(cases, Month.parse("2026-11"), NOW, DEFAULT_POLICY))


def test_blockers_that_nobody_solved_tell_how_old_they_are():
    """The oldest open escalation in whole days; none open, none told."""
    old = Case("CASE-2026-000001", "ESC", "In action", {"opened_at": NOW - timedelta(days=9, hours=5)})
    month = Month.parse("2026-11")
    found = roll_up([old, case(2, "ESC")], month, NOW, DEFAULT_POLICY)["escalations"]
    assert isinstance(found, dict)
    assert (found["still_open"], found["oldest_open_days"]) == (1, 9)
    closed = roll_up([case(2, "ESC")], month, NOW, DEFAULT_POLICY)["escalations"]
    assert isinstance(closed, dict)
    assert (closed["still_open"], closed["oldest_open_days"]) == (0, None)
