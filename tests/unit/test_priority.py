"""Priority: impact times urgency as the policy counts them, and the law can only raise it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from cases_kit import NOW, ctx
from toy_case import TOY

from addin.logic.case_type import Case, Deadline
from addin.logic.common_form import FINAL_STATES
from addin.logic.policy import DEFAULT_POLICY, PolicyRow, Unit
from addin.logic.priority import end_of_day, standing
from addin.logic.values import Money

PLAIN = replace(TOY, deadlines=TOY.deadlines[:1])


def case(**fields: object) -> Case:
    """A case with these facts."""
    return Case("CASE-2026-000001", "TOY", "New", {"opened_at": NOW, **fields})


def stands(context=None, **fields: object):
    """How it stands."""
    return standing(PLAIN, case(**fields), context or ctx())


@pytest.mark.parametrize(
    ("value", "days", "priority"),
    [
        (None, None, "P4"), ("999.99", None, "P4"), ("1000", None, "P3"), ("4999.99", None, "P3"), ("5000", None, "P2"),
        ("5000", 0, "P1"), (None, 0, "P1"), (None, 2, "P2"), (None, 3, "P3"), (None, 4, "P3"), (None, 5, "P4"),
        ("5000", 4, "P2"), ("5000", 9, "P3"), ("1000", 4, "P3"), ("1000", 9, "P4"),
    ],
)  # fmt: skip
def test_priority_is_impact_times_urgency(value, days, priority):
    """The matrix of the domain rules, by value at risk and by days to the legal date."""
    facts = {}
    if value:
        facts["value_at_risk"] = Money(Decimal(value))
    if days is not None:
        facts["back_by"] = NOW.date() + timedelta(days=days)
    assert stands(**facts)["priority"] == priority


def test_a_priority_client_has_high_impact():
    """Whatever the goods are worth."""
    assert stands(vip=True)["priority"] == "P2"
    assert stands(vip=False)["priority"] == "P4"


@pytest.mark.parametrize(
    ("facts", "priority"),
    [
        ({"orders_affected": 21}, "P2"), ({"orders_affected": 20}, "P3"), ({"orders_affected": 0}, "P4"),
        ({"open_orders": ("4102938475",)}, "P3"), ({"open_orders": tuple("abcdefghijklmnopqrstu")}, "P2"),
        ({"cause": "THEFT_SUSPECTED"}, "P2"), ({"cause": "MISPICK"}, "P4"),
    ],
)  # fmt: skip
def test_many_orders_and_theft_have_high_impact(facts, priority):
    """More orders than the policy's number, or a cause that the policy names; one customer at risk is medium."""
    assert stands(**facts)["priority"] == priority


@pytest.mark.parametrize(
    ("wanted", "days", "priority"),
    [
        ("P1", None, "P1"),
        ("P4", None, "P4"),
        ("P4", 0, "P1"),
        ("P4", 1, "P2"),
        ("P1", 1, "P1"),
        ("P4", 9, "P4"),
        ("P3", 2, "P2"),
    ],
)
def test_a_wish_stands_unless_the_law_is_close(wanted, days, priority):
    """Then the more urgent of the two."""
    facts = {"back_by": NOW.date() + timedelta(days=days)} if days is not None else {}
    assert stands(priority_wanted=wanted, **facts)["priority"] == priority


@pytest.mark.parametrize("state", sorted(FINAL_STATES))
def test_a_case_that_is_over_owes_nothing(state):
    """Its legal date stays as a fact, nothing is due."""
    over = replace(case(legal_due=date(2026, 11, 30), due=NOW, sla_due=NOW), status=state)
    assert standing(PLAIN, over, ctx()) == {
        "due": None, "due_what": None, "sla_due": None, "ack_due": None, "legal_due": date(2026, 11, 30),
    }  # fmt: skip


def test_the_earliest_of_all_is_due_and_named():
    """Deadlines and the service level compete."""
    found = stands(back_by=NOW.date())
    assert (found["due_what"], found["legal_due"]) == ("Service level", NOW.date())
    found = stands(back_by=NOW.date() - timedelta(days=1))
    assert (found["due_what"], found["due"]) == ("Bring back", end_of_day(date(2026, 11, 22)))
    assert stands()["due_what"] == "Service level"


def test_a_deadline_may_be_an_instant():
    """Or a day, or not run at all."""
    at = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    kind = replace(TOY, deadlines=(Deadline(id="X", label="Soon", due=lambda case, ctx: at),))
    assert standing(kind, case(), ctx())["due"] == at
    assert standing(replace(TOY, deadlines=()), Case("C", "TOY", "New", {}), ctx()) == {
        "priority": "P4", "due": None, "due_what": None, "legal_due": None, "sla_due": None, "ack_due": None,
    }  # fmt: skip


def test_a_day_ends_in_london():
    """In summer an hour earlier in UTC."""
    assert end_of_day(date(2026, 7, 1)).astimezone(UTC) == datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2026, 12, 1)).astimezone(UTC) == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)


def test_the_service_level_counts_the_policys_own_hours():
    """A house that works from six to ten in the evening is due then."""
    rows = [
        PolicyRow("hours", "hours.start", "18:00", Unit.TIME, "test"),
        PolicyRow("hours", "hours.end", "22:00", Unit.TIME, "test"),
    ]
    evening = replace(ctx(), policy=DEFAULT_POLICY.amended(rows, "test"))
    assert stands(evening, priority_wanted="P1")["sla_due"] == datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    assert stands(priority_wanted="P1")["sla_due"] == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_a_case_that_nobody_has_is_to_be_taken_in_time():
    """By the priority's minutes, in working hours; with an owner the question is settled."""
    assert stands(priority_wanted="P1")["ack_due"] == datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
    assert stands()["ack_due"] == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert stands(owner="b.lowe")["ack_due"] is None


@pytest.mark.parametrize(("hours", "priority"), [(4, "P3"), (30, "P4"), (24 * 9, "P4")])
def test_a_deadline_of_the_case_makes_it_urgent(hours, priority):
    """What is due today is urgent though no law asks for it; what can lie is not."""
    kind = replace(TOY, deadlines=(Deadline(id="X", label="Soon", due=lambda c, x: NOW + timedelta(hours=hours)),))
    assert standing(kind, case(), ctx())["priority"] == priority


def test_the_clock_runs_on_while_a_case_waits_on_a_colleague():
    """Only waits on those whom the policy names stop it; the service date stays due."""
    found = stands(waiting_since=NOW, waiting_on="IT", sla_due=NOW)
    assert (found["due_what"], found["sla_due"]) == ("Service level", datetime(2026, 11, 30, 10, 0, tzinfo=UTC))


def test_waiting_until_a_day_that_is_not_given_is_due_by_nothing():
    """A case marked as waiting without a date keeps only its other deadlines."""
    found = stands(waiting_since=NOW, waiting_on="Carrier", sla_due=NOW)
    assert (found["due"], found["sla_due"]) == (None, NOW)


@pytest.mark.parametrize(("waits", "priority"), [(True, "P3"), (False, "P4"), (None, "P4")])
def test_a_customer_who_waits_makes_a_case_urgent(waits, priority):
    """Source: domain rules, priority matrix: "deadline today / customer waiting"."""
    assert stands(customer_waits=waits)["priority"] == priority
