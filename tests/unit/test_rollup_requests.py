"""The month's requests, type by type: the facts that an auditor asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from addin.logic.case_type import Case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.rollup import Month, roll_up, told
from addin.logic.rollup_requests import request_facts
from addin.logic.values import Money

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def case(number: int, code: str, status: str = "Closed", **fields: object) -> Case:
    return Case(f"CASE-2026-{number:06d}", code, status, {"opened_at": NOW, **fields})


def test_address_changes_are_counted_by_decision_reason_and_time():
    """Who was refused and why; an order whose address was changed twice is counted once."""
    cases = [
        case(1, "ADR", order_no="1", approved_by="b.lowe", applied_by="a.khan", minutes_to_change=10),
        case(2, "ADR", order_no="1", approved_by="b.lowe", applied_by="a.khan", minutes_to_change=40),
        case(3, "ADR", order_no="2", refusal="Fraud risk"), case(4, "ADR", order_no="3", refusal="Fraud risk"),
        case(5, "ADR", order_no="4", refusal="PO box or BFPO"), case(6, "ADR", "Requested", order_no="5"),
    ]  # fmt: skip
    assert request_facts(cases, DEFAULT_POLICY)["ADR"] == {
        "decided": 5, "refused": 3, "refused_percent": "60.0", "refused_for": "Fraud risk 2, PO box or BFPO 1",
        "median_minutes_to_change": 25, "orders_changed_twice": 1,
    }  # fmt: skip


def test_deliveries_are_counted_by_punctuality_and_cost():
    """On time by the service that was booked, whatever was asked; what was never booked costs nothing."""
    cost = Money.parse("GBP 28.50")
    cases = [
        case(1, "SPD", service="UPS Express", booking_ref="B1", late_minutes=0, cost=cost),
        case(
            2,
            "SPD",
            service="Before nine",
            booked_service="UPS Express",
            booked_otherwise=("x",),
            booking_ref="B2",
            late_minutes=7,
            cost=cost,
        ),
        case(3, "SPD", service="Same-day courier", booking_ref="B3", late_minutes=0, cost=cost),
        case(4, "SPD", service="UPS Express", cost=cost),
    ]
    assert request_facts(cases, DEFAULT_POLICY)["SPD"] == {
        "booked": 3, "booked_otherwise": 1, "arrived": 3, "on_time_percent": "66.7",
        "on_time_by_service": "Same-day courier 1 of 1, UPS Express 1 of 2", "cost": "85.50",
    }  # fmt: skip


def test_checks_are_counted_by_what_was_done_failed_and_let_go():
    """Done of triggered, failed of done, and every release after a failure."""
    cases = [
        case(1, "QCT", sku="A", trigger="Watch", inspected_by="q.reid", result="Pass"),
        case(2, "QCT", sku="A", trigger="Watch", inspected_by="q.reid", result="Fail"),
        case(3, "QCT", sku="B", trigger="Gift", inspected_by="q.reid", result="Fail", released_by="s.moreau"),
        case(4, "QCT", sku="B", trigger="Gift", result="Not done"), case(5, "QCT", "Triggered"),
    ]  # fmt: skip
    assert request_facts(cases, DEFAULT_POLICY)["QCT"] == {
        "triggered": 5, "done": 3, "done_percent": "60.0", "not_done": 1, "failed": 2, "failed_percent": "66.7",
        "failed_articles": "A 1, B 1", "failed_triggers": "Gift 1, Watch 1", "released_after_failure": 1,
    }  # fmt: skip


def test_footage_status_and_stock_have_their_facts():
    """Viewings and purposes outside the declared ones; answers and conversions; adjustments by cause and value."""
    seen = ("l.pike, 23/11/2026 10:00", "c.adler, 23/11/2026 12:00")
    cases = [
        case(1, "CTV", purpose="Claim", approved_by="c.adler", viewings=seen, deleted_at=NOW),
        case(2, "CTV", purpose="Other", approved_by="c.adler", disclosed_at=NOW), case(3, "CTV", purpose="Other"),
        *(case(10 + n, "OST", order_no="7", answered_at=NOW, minutes_to_answer=20 + n) for n in range(3)),
        case(14, "OST", "Converted", order_no="8", convert_to="Blocker"),
        case(20, "INV", location="A-1", posted_by="b.lowe", variance_value=Money.parse("GBP -40.00"), cause="MISPICK",
             recounted_by="q.reid", frozen_at=NOW + timedelta(minutes=25)),
        case(21, "INV", "Frozen", location="A-1"),
    ]  # fmt: skip
    facts = request_facts(cases, DEFAULT_POLICY)
    assert facts["CTV"] == {
        "requests": 3, "approved": 2, "viewings": 2, "disclosed": 1, "deleted": 1, "outside_purpose": 1,
    }  # fmt: skip
    assert facts["OST"] == {
        "answered": 3, "median_minutes_to_answer": 21, "converted": "Blocker 1", "orders_asked_often": 1,
    }  # fmt: skip
    assert facts["INV"] == {
        "median_minutes_to_freeze": 25,
        "counted_by_two": 1, "posted": 1, "posted_value": "-40.00", "causes": "MISPICK 1", "still_open": 1,
        "locations_again": 1,
    }  # fmt: skip


def test_roll_up_tells_the_requests_in_words_and_leaves_out_what_never_came():
    """A share of nothing is a dash, not a hundred percent; types without a case are not named."""
    lines = told(
        roll_up([case(1, "SPD", "Requested", service="UPS Express")], Month.parse("2026-11"), NOW, DEFAULT_POLICY)
    )
    at = lines.index("Requests")
    assert (
        lines[at + 1]
        == "  SPD: booked 0; booked otherwise 0; arrived 0; on time percent -; on time by service -; cost -"
    )
    assert lines[at + 2] == ""
    assert request_facts([], DEFAULT_POLICY) == {}
