"""Accounting months: who may hold, close and reopen them, what they take, and what a late refund does."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from cases_kit import PEOPLE
from refund_kit import as_person, codes, money_service, move, request, settled, the, try_move, values
from service_kit import Clock, assert_sound

from addin.logic.outcome import Outcome
from addin.logic.period_result import changed, lines
from addin.logic.periods import Periods, State, Step, close, is_month, last_day, month_after, month_of
from addin.logic.values import Actor, Role
from addin.periods import next_to_close, standing, standings, take_step
from addin.service import RowRequest, Service

OCTOBER = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    """The twentieth of October."""
    return Clock(OCTOBER)


@pytest.fixture
def service(clock: Clock) -> Service:
    """A register in which nothing has happened."""
    return money_service(clock=clock)


def step(service: Service, who: str, verb: str, name: str = "2026-10", reason: str = "") -> Outcome:
    """Take a step with a month as somebody."""
    return take_step(as_person(service, who), verb, name, reason)


def to_november(clock: Clock) -> None:
    """The fourth of November."""
    clock.now = datetime(2026, 11, 4, 9, 0, tzinfo=UTC)


def test_months_follow_each_other() -> None:
    """A month is named like 2026-11; December is followed by January of the next year."""
    assert month_after("2026-12") == "2027-01"
    assert month_after("2026-09") == "2026-10"
    assert last_day("2028-02") == date(2028, 2, 29)
    assert last_day("2026-12") == date(2026, 12, 31)
    assert month_of(date(2026, 3, 1)) == "2026-03"
    assert [is_month(name) for name in ("2026-13", "2026-00", "26-11", "2026-11", "2026-1")] == [False] * 3 + [
        True,
        False,
    ]


class TestClosing:
    def test_a_month_is_closed_with_its_dated_result(self, service, clock):
        """What was booked, what matched and what is left stands in the closing event."""
        paid = settled(service)
        move(service, "f.osei", "reconcile", paid, recon_status="Matched", recon_period="2026-10")
        settled(service, line_id="2", refund_goods="30.00")
        to_november(clock)
        assert step(service, "f.osei", "close", reason="One is with the provider").ok
        kept = service.periods().get("2026-10").result
        totals = kept["currencies"]["GBP"]
        assert kept["on"] == "2026-11-04"
        assert (totals["refunds"], totals["refunds_minor"]) == (2, 8000)
        assert (totals["matched_minor"], totals["unmatched_minor"]) == (5000, 3000)
        assert len(kept["exceptions"]) == 1
        assert_sound(service.journal)

    def test_an_empty_month_has_a_dated_result(self, service, clock):
        """A month in which nothing was booked is closed with a result of noughts and its date."""
        to_november(clock)
        outcome = step(service, "f.osei", "close")
        assert outcome.ok
        assert "nothing was booked" in outcome.message
        kept = service.periods().get("2026-10").result
        assert (kept["on"], kept["lines"], kept["currencies"]) == ("2026-11-04", 0, {})

    @pytest.mark.rule("PER-01")
    @pytest.mark.parametrize("name", ["", "October", "2026-13", "2026-1"])
    def test_a_month_is_named_in_one_way(self, service, name):
        """Anything that is no month is refused in words."""
        assert codes(step(service, "f.osei", "close", name)) == {"PER-01"}

    @pytest.mark.rule("PER-02")
    @pytest.mark.parametrize("verb", ["hold", "release", "close"])
    @pytest.mark.parametrize("who", ["a.khan", "s.moreau", "x.audit"])
    def test_only_finance_holds_and_closes(self, service, clock, who, verb):
        """Nobody but Finance holds, releases or closes a month."""
        to_november(clock)
        assert codes(step(service, who, verb)) == {"PER-02"}

    @pytest.mark.rule("PER-03")
    def test_a_month_is_closed_once(self, service, clock):
        """A second press changes nothing and says who closed it."""
        to_november(clock)
        step(service, "f.osei", "close")
        before = service.journal.head()
        again = step(service, "f.osei", "close")
        assert codes(again) == {"PER-03"}
        assert "f.osei" in again.message
        assert service.journal.head() == before

    @pytest.mark.rule("PER-04")
    def test_a_month_that_is_not_over_is_not_closed(self, service, clock):
        """The last day still belongs to the month; the day after it can be closed."""
        clock.now = datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
        assert codes(step(service, "f.osei", "close")) == {"PER-04"}
        clock.now = datetime(2026, 11, 1, 0, 1, tzinfo=UTC)
        assert step(service, "f.osei", "close").ok

    def test_the_day_is_londons(self):
        """In summer a month ends an hour before the world's clock says so."""
        service = money_service(clock=Clock(datetime(2026, 8, 31, 23, 30, tzinfo=UTC)))
        assert step(service, "f.osei", "close", "2026-08").ok

    @pytest.mark.rule("PER-05")
    def test_months_are_closed_in_order(self, service, clock):
        """November is not closed while October, in which something is booked, is open."""
        settled(service)
        clock.now = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
        assert "PER-05" in codes(step(service, "f.osei", "close", "2026-11"))
        assert step(service, "f.osei", "close", "2026-10", "unmatched, with the provider").ok
        assert step(service, "f.osei", "close", "2026-11").ok

    @pytest.mark.rule("PER-06")
    def test_exceptions_are_closed_over_with_a_reason_only(self, service, clock):
        """A month with refunds that have not matched needs a reason, and they stay listed."""
        case_id = settled(service)
        to_november(clock)
        assert codes(step(service, "f.osei", "close")) == {"PER-06"}
        assert step(service, "f.osei", "close", reason="Provider pays on the 5th").ok
        assert service.periods().get("2026-10").result["exceptions"][0].startswith(case_id)

    def test_the_next_month_to_close_is_the_oldest_that_waits(self, service, clock):
        """A button without a month means the oldest month that is over and open; else last month."""
        to_november(clock)
        assert next_to_close(service) == "2026-10"
        clock.now = OCTOBER
        settled(service, day="2026-10-20")
        clock.now = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
        assert next_to_close(service) == "2026-10"


class TestReopening:
    @pytest.mark.rule("PER-07")
    def test_two_people_reopen_a_closed_month(self, service, clock):
        """Senior QA asks, Finance agrees, both with a reason; only then does it take bookings again."""
        to_november(clock)
        step(service, "f.osei", "close")
        assert codes(step(service, "s.moreau", "reopen")) == {"PER-07"}
        assert step(service, "s.moreau", "reopen", reason="Wrong statement").ok
        assert service.periods().is_closed("2026-10")
        assert step(service, "f.osei", "reopen", reason="Agreed, wrong statement").ok
        assert service.periods().get("2026-10").state is State.OPEN

    @pytest.mark.rule("PER-09")
    def test_one_person_never_reopens_alone(self, service, clock):
        """Neither the same person nor two of one role reopen a month, whoever begins."""
        to_november(clock)
        step(service, "f.osei", "close")
        assert step(service, "f.osei", "reopen", reason="x").ok
        for who in ("f.osei", "g.hale"):
            assert codes(step(service, who, "reopen", reason="x")) == {"PER-09"}
        assert codes(step(service, "a.khan", "reopen", reason="x")) == {"PER-02"}
        assert step(service, "s.moreau", "reopen", reason="x").ok

    def test_who_holds_both_roles_still_needs_another(self, service, clock):
        """A person who is Senior QA and Finance at once cannot ask and agree."""
        to_november(clock)
        step(service, "f.osei", "close")
        both = service.acting(Actor("z.both", "Zed Both", frozenset({Role.SENIOR_QA, Role.FINANCE})))
        assert take_step(both, "reopen", "2026-10", "x").ok
        assert codes(take_step(both, "reopen", "2026-10", "x")) == {"PER-09"}

    @pytest.mark.rule("PER-08")
    def test_the_youngest_is_reopened_first(self, service, clock):
        """A month on which a closed one rests is not reopened before it."""
        clock.now = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
        for name in ("2026-10", "2026-11"):
            assert step(service, "f.osei", "close", name).ok
        assert "PER-08" in codes(step(service, "s.moreau", "reopen", reason="x"))

    def test_only_a_closed_month_is_reopened(self, service):
        """An open month needs no reopening."""
        assert codes(step(service, "s.moreau", "reopen", reason="x")) == {"PER-03"}


class TestLateItems:
    def test_a_late_refund_is_booked_in_the_next_month_and_shown_there(self, service, clock):
        """A refund of a closed month goes into the next open one and keeps the name of its own."""
        to_november(clock)
        step(service, "f.osei", "close")
        clock.now = datetime(2026, 10, 28, 9, 0, tzinfo=UTC)
        service = money_service(clock=clock)
        case_id = settled_in_october(service, clock)
        case = the(service, case_id)
        assert (case.text("booked_period"), case.text("late_from")) == ("2026-11", "2026-10")
        shown = standing(service, "2026-11")
        assert [line.late_from for line in shown.lines] == ["2026-10"]
        assert "late from an earlier month" in shown.sentence()

    def test_a_month_on_hold_takes_no_new_bookings(self, service):
        """On hold, a refund of the month is booked in the next; released, in itself again."""
        assert step(service, "f.osei", "hold").ok
        assert the(service, settled(service)).text("booked_period") == "2026-11"
        assert step(service, "f.osei", "release").ok
        assert the(service, settled(service, line_id="2")).text("booked_period") == "2026-10"

    def test_months_on_hold_are_not_closed_months(self, service):
        """What is on hold can still be matched."""
        case_id = settled(service)
        step(service, "f.osei", "hold")
        assert move(service, "f.osei", "reconcile", case_id, recon_status="Matched", recon_period="2026-10")

    def test_a_reversal_is_booked_where_it_happens(self, service, clock):
        """A refund of a closed month that comes back is a line of its own in the open month, never a changed one."""
        case_id = settled(service)
        to_november(clock)
        step(service, "f.osei", "close", reason="unmatched")
        kept = service.periods().get("2026-10").result
        move(service, "f.osei", "reverse", case_id, reason="Bank sent it back")
        november = standing(service, "2026-11").lines
        assert [(line.reversal, line.amount.minor) for line in november] == [(True, -5000)]
        assert not changed(kept, lines(service.journal.cases(types=["RFD"]), "2026-10"))
        assert not any(one.altered for one in standings(service))

    @pytest.mark.rule("RFD-41")
    def test_what_is_booked_in_a_closed_month_stays(self, service, clock):
        """Neither the booking day nor the reference of a refund changes once its month is closed."""
        case_id = settled(service)
        to_november(clock)
        finance = as_person(service, "f.osei")
        assert finance.edit([RowRequest(case_id, values(refund_psp_reference="REF-2"))]).ok
        step(service, "f.osei", "close", reason="unmatched")
        for name, text in (("settled_date", "2026-10-19"), ("refund_psp_reference", "REF-9")):
            assert codes(finance.edit([RowRequest(case_id, values(**{name: text}))])) == {"RFD-41"}
        assert finance.edit([RowRequest(case_id, values(comment="asked the provider"))]).ok

    @pytest.mark.rule("RFD-42")
    def test_nothing_is_reconciled_in_a_closed_month(self, service, clock):
        """A refund that matches after its month was closed is reconciled in the next."""
        case_id = settled(service)
        to_november(clock)
        step(service, "f.osei", "close", reason="unmatched")
        texts = {"recon_status": "Matched by hand"}
        refused = try_move(service, "f.osei", "reconcile", case_id, recon_period="2026-10", **texts)
        assert codes(refused) == {"RFD-42"}
        assert "2026-11" in refused.message
        assert move(service, "f.osei", "reconcile", case_id, recon_period="2026-11", **texts).status == "Reconciled"


def settled_in_october(service: Service, clock: Clock) -> str:
    """A refund that the provider paid in October and that is told after October was closed."""
    case_id = request(service)
    for verb, who in (
        ("confirm_qc", "b.lowe"),
        ("check_amount", "b.lowe"),
        ("approve", "s.moreau"),
        ("submit", "f.osei"),
    ):
        move(service, who, verb, case_id)
    to_november(clock)
    assert step(service, "f.osei", "close").ok
    move(service, "f.osei", "accept", case_id, refund_psp_reference="REF-1")
    move(service, "f.osei", "settle", case_id, settled_date="2026-10-30")
    return case_id


def test_rules_of_months_need_no_register() -> None:
    """The rules are pure: the same step on the same months is the same ruling."""
    ask = Step("2026-10", PEOPLE["f.osei"], date(2026, 11, 2))
    assert close(Periods(), ask, {}, "") == close(Periods(), ask, {}, "")
