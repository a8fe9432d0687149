"""Stock that does not agree: freeze, blind counts, investigation, a signed adjustment, posted before it closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.inventory import CASE
from addin.logic.machine import edit, open_case
from addin.logic.values import Actor, Money, Role

C = Actor("c.hand", "Third Hand", frozenset({Role.COORDINATOR}))
PROPOSAL = {
    "adjustment_qty": "-1",
    "cause": "MISPICK",
    "open_picks": "none",
    "movements": "pick 22/11",
    "evidence": "sheet.pdf",
}


def third(**more):
    return replace(ctx(**more), actor=C)


def new(**texts):
    return open_(CASE, **(dict(CASE.sample) | texts))


def frozen(**texts):
    return done(CASE, new(**texts), "freeze", ctx(), lock_ref="L-1")


def counted(found="4", **texts):
    return done(CASE, frozen(**texts), "count", ctx("b.lowe"), counted_qty=found)


def recounted(found="4", again="", **texts):
    return done(CASE, counted(found, **texts), "recount", ctx(Role.QC), recount_qty=again or found)


def investigating(**texts):
    return done(CASE, recounted(**texts), "investigate", ctx())


def proposed(**texts):
    return done(CASE, investigating(**texts), "propose", ctx(), **PROPOSAL)


def codes(problems):
    return {problem.code for problem in problems}


class TestWay:
    @pytest.mark.rule("COM-06")
    def test_from_report_to_posted(self):
        """Four people bring a difference from report to posting; approver and poster are not the counters."""
        case = done(CASE, proposed(), "approve", third())
        assert case.money("variance_value") == Money.parse("-40.00")
        case = done(CASE, case, "post", ctx("b.lowe"), adjustment_ref="ADJ-9")
        assert refusal(CASE, case, "close", ctx()) == {"COM-06"}
        case = done(CASE, case, "close", ctx(), ticket_ref="T-9")
        people = [case.text(f"{did}_by") for did in ("frozen", "counted", "recounted", "approved", "posted")]
        assert people == ["a.khan", "b.lowe", "q.reid", "c.hand", "b.lowe"]

    def test_a_count_that_agrees_closes_at_once(self):
        """When the blind count says what the system says, nothing is adjusted."""
        case = done(CASE, counted("5"), "close", ctx(), no_ticket_why="Found in the same shift")
        assert case.text("decision") == "Count agrees with the system."

    def test_a_reported_quantity_is_no_count(self):
        """What the message says was counted is kept apart; the blind count starts with an empty cell."""
        case = frozen(counted_qty="4")
        assert (case.count("reported_qty"), case.count("counted_qty"), case.count("variance")) == (4, None, None)
        assert "MOVE-NEEDS" in refusal(CASE, case, "count", ctx("b.lowe"))

    def test_counting_again_forgets_counts_and_signatures(self):
        """A rejected proposal goes back to the frozen stock, with empty counts."""
        case = done(CASE, proposed(), "reject", ctx(Role.SENIOR_QA, reason="count at night"))
        assert case.status == "Frozen"
        assert not any(case.has(name) for name in ("counted_qty", "recount_qty", "counted_by", "adjustment_qty"))
        assert done(CASE, case, "count", ctx("b.lowe"), counted_qty="5").count("variance") == 0

    def test_a_suspicion_goes_to_security(self):
        """A suspected theft opens an escalation to Security and is not discussed further."""
        case = edit(CASE, recounted(), typed(CASE, {"cause": "THEFT_SUSPECTED"}), ctx()).case
        (opening,) = press(CASE, case, "investigate", ctx()).openings
        assert (opening.type, opening.fields["target_team"]) == ("ESC", "Security")

    @pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
    def test_a_move_is_refused_from_every_other_state(self, verb, state):
        """A move is refused from a state it does not leave, and changes nothing."""
        assert refused_for_state(CASE, new(), verb, state)


class TestCounting:
    @pytest.mark.rule("INV-01")
    def test_quantities_are_not_negative(self):
        """Nothing is counted below zero."""
        assert "INV-01" in refusal(CASE, frozen(), "count", ctx("b.lowe"), counted_qty="-1")

    @pytest.mark.rule("INV-02")
    def test_a_recorded_count_stays(self):
        """Neither the system's quantity nor a count is typed over once recorded."""
        for name in ("system_qty", "counted_qty", "recount_qty"):
            assert "INV-02" in codes(edit(CASE, recounted(), typed(CASE, {name: "9"}), ctx()).problems)

    @pytest.mark.rule("INV-03")
    def test_a_serial_is_listed_once(self):
        """The same serial twice is one article."""
        assert "INV-03" in codes(edit(CASE, new(), typed(CASE, {"serials": "A1; a1"}), ctx()).problems)

    @pytest.mark.rule("INV-04")
    def test_a_location_that_differs_again_is_told(self):
        """A second difference at one location within the policy's days is told."""
        before = Case(
            "CASE-2026-000009", "INV", "Closed", {"location": "B-12-04", "opened_at": NOW - timedelta(days=5)}
        )
        given = typed(CASE, dict(CASE.sample))
        assert "INV-04" in codes(open_case(CASE, "CASE-2026-000001", given, ctx(related=(before,))).warnings)
        old = replace(before, fields={**before.fields, "opened_at": NOW - timedelta(days=31)})
        assert not open_case(CASE, "CASE-2026-000001", given, ctx(related=(old,))).warnings

    @pytest.mark.rule("INV-05")
    def test_nothing_is_substituted_silently(self):
        """Another article needs the customer's yes."""
        changes = typed(CASE, {"substitute_sku": "BAG-0118"})
        assert "INV-05" in codes(edit(CASE, new(), changes, ctx()).problems)
        assert edit(CASE, new(), changes | {"substitute_agreed": True}, ctx()).ok

    @pytest.mark.rule("INV-06")
    def test_the_count_is_blind(self):
        """Who reported or froze the stock knows the system's quantity and counts neither time."""
        assert "INV-06" in refusal(CASE, frozen(), "count", ctx(), counted_qty="4")
        assert "INV-06" in refusal(CASE, counted(), "recount", ctx(), recount_qty="4")
        assert not CASE.fields["system_qty"].queue

    @pytest.mark.rule("INV-07")
    def test_the_recount_is_another_persons(self):
        """One person never counts twice."""
        assert "INV-07" in refusal(CASE, counted(), "recount", ctx("b.lowe"), recount_qty="4")

    @pytest.mark.rule("INV-08")
    @pytest.mark.rule("INV-20")
    def test_a_variance_is_counted_twice_and_posted(self):
        """A variance does not close after one count, nor without being posted."""
        assert {"INV-08", "INV-20"} <= refusal(CASE, counted(), "close", ctx())
        assert "INV-20" in refusal(CASE, recounted(), "close", ctx())

    @pytest.mark.rule("INV-21")
    def test_no_order_that_falls_short_is_left_without_a_way(self):
        """An agreeing count closes; an order that falls short needs what its customer was offered."""
        texts = {"open_orders": "4102938475", "cs_told_at": "23/11/2026 09:40", "ticket_ref": "T-9"}
        assert refusal(CASE, counted("5", **texts), "close", ctx()) == {"INV-21"}
        assert done(CASE, counted("5", **texts), "close", ctx(), customer_way="Later delivery").status == "Closed"

    @pytest.mark.rule("INV-09")
    def test_two_counts_that_differ_are_counted_again(self):
        """Four and three prove nothing."""
        assert "INV-09" in refusal(CASE, recounted("4", "3"), "investigate", ctx())


class TestAdjusting:
    @pytest.mark.rule("INV-10")
    @pytest.mark.parametrize("wrong", ["1", "-2"])
    def test_the_adjustment_has_the_right_sign_and_size(self, wrong):
        """Recount less system, with its sign."""
        assert "INV-10" in refusal(CASE, investigating(), "propose", ctx(), **(PROPOSAL | {"adjustment_qty": wrong}))

    @pytest.mark.rule("INV-11")
    def test_each_serial_that_differs_is_listed(self):
        """Serialised stock names each missing article."""
        case = investigating(serialised="Yes")
        assert "INV-11" in refusal(CASE, case, "propose", ctx(), **PROPOSAL)
        assert press(CASE, case, "propose", ctx(), **PROPOSAL, serials="Z-884201").ok

    @pytest.mark.rule("INV-12")
    def test_customer_service_hears_of_short_orders(self):
        """An order that falls short is told the same day, before anything is adjusted."""
        case = investigating(open_orders="4000123456")
        assert "INV-12" in refusal(CASE, case, "propose", ctx(), **PROPOSAL)
        row = next(row for row in CASE.deadlines if row.id == "customer")
        assert row.due(case, ctx()) == date(2026, 11, 23)

    @pytest.mark.rule("INV-13")
    @pytest.mark.parametrize("gap", ["open_picks", "movements", "evidence"])
    def test_movements_and_count_sheets_are_there(self, gap):
        """Nothing is proposed without the last movements and the count sheets."""
        assert "INV-13" in refusal(CASE, investigating(), "propose", ctx(), **(PROPOSAL | {gap: ""}))

    @pytest.mark.rule("INV-14")
    def test_who_approves_follows_from_the_value(self):
        """Below the first limit a colleague, below the second Senior QA."""
        assert press(CASE, proposed(unit_cost="499.99"), "approve", third()).ok
        assert "INV-14" in refusal(CASE, proposed(unit_cost="500.00"), "approve", third())
        assert press(CASE, proposed(unit_cost="4999.99"), "approve", ctx(Role.SENIOR_QA)).ok

    @pytest.mark.rule("INV-16")
    @pytest.mark.rule("INV-17")
    @pytest.mark.parametrize("facts", [{"unit_cost": "5000.00"}, {"serialised": "Yes", "serials": "Z-884201"}], ids=str)
    def test_large_or_serialised_needs_three(self, facts):
        """From the upper limit, or for any serialised article, Finance and Loss prevention agree too."""
        case = proposed(**facts)
        assert "INV-16" in refusal(CASE, case, "approve", ctx(Role.SENIOR_QA))
        case = done(CASE, case, "agree", ctx(Role.FINANCE))
        assert "INV-17" in refusal(CASE, case, "agree", ctx(Role.FINANCE))
        assert "INV-16" in refusal(CASE, case, "approve", ctx(Role.SENIOR_QA))
        case = done(CASE, case, "agree", ctx(Role.LOSS_PREVENTION))
        assert press(CASE, case, "approve", ctx(Role.SENIOR_QA)).ok

    @pytest.mark.rule("INV-15")
    @pytest.mark.parametrize("who", ["a.khan", "b.lowe"])
    def test_nobody_approves_their_own_count_or_proposal(self, who):
        """Counters and proposer do not approve."""
        assert "INV-15" in refusal(CASE, proposed(), "approve", ctx(who))

    @pytest.mark.rule("INV-18")
    def test_a_suspicion_is_with_security_first(self):
        """No adjustment hides a theft: Security knows before it is proposed."""
        theft = PROPOSAL | {"cause": "THEFT_SUSPECTED"}
        assert "INV-18" in refusal(CASE, investigating(), "propose", ctx(), **theft)
        told = Case("CASE-2026-000010", "ESC", "Raised", {})
        assert press(CASE, investigating(), "propose", ctx(related=(told,)), **theft).ok

    @pytest.mark.rule("INV-19")
    def test_the_approver_does_not_post(self):
        """Approval and posting are two people's."""
        case = done(CASE, proposed(), "approve", third())
        assert "INV-19" in refusal(CASE, case, "post", third(), adjustment_ref="ADJ-9")


class TestDates:
    def test_deadlines_of_a_difference(self):
        """Half an hour to freeze, two working days to decide, before the month ends."""
        case = new()
        due = {row.id: row.due(case, ctx()) for row in CASE.deadlines}
        assert due == {
            "freeze": datetime(2026, 11, 23, 10, 30, tzinfo=UTC), "recount": None, "customer": None,
            "decide": date(2026, 11, 25), "month_end": date(2026, 11, 30),
        }  # fmt: skip
        assert case.text("due_what") == "Freeze the location"

    def test_the_recount_is_within_the_shift(self):
        """The recount is due eight hours after the count."""
        row = next(row for row in CASE.deadlines if row.id == "recount")
        assert row.due(counted(), ctx()) == NOW + timedelta(hours=8)
