"""Returned parcels piece by piece: split, of unknown orders, on legal hold, and escalated when they grow old."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from cases_kit import NOW, ctx, done, open_, press, refusal, typed
from refund_kit import as_person, money_service
from service_kit import Clock, assert_sound

from addin.ageing import escalate_old_returns
from addin.logic.case_type import Case
from addin.logic.cases.refund import CASE as REFUND
from addin.logic.cases.return_qc import CASE
from addin.logic.machine import edit, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.priority import standing
from addin.logic.return_units import ON_HOLD, units
from addin.logic.values import Money, Role
from addin.service import RowRequest, Service

SEEN = {
    "checklist": "; ".join(f"{line}: yes" for line in DEFAULT_POLICY.items("qc.checklist")),
    "photos": "1.jpg; 2.jpg; 3.jpg; 4.jpg",
}
#: A parcel with two pieces of one order, one of another, and one that nobody knows.
PARCEL = (
    "4000123456 | 1 | BAG-0117 | Z-884201; 4000123456 | 2 | SCF-0044 | -; "
    "4000999888 | 1 | BAG-0118 | Z-884777; - | - | WAL-0001 | Z-990001"
)
BACK = {"received_at": "2026-11-20T09:00+00:00"}


def announced(**texts):
    return open_(
        CASE, **(dict(CASE.sample) | {"tracking": "1Z12345E0205271688", "received_at": BACK["received_at"]} | texts)
    )


def unknown(**texts):
    """Goods that came back and that no order is known of."""
    return open_(CASE, tracking="1Z12345E0205271688", **texts)


class TestSplitting:
    def test_a_parcel_becomes_a_case_for_every_piece(self):
        """The first piece stays the case, every other opens one; each is numbered among all."""
        decision = press(CASE, announced(units=PARCEL), "split", ctx())
        assert decision.ok, decision.problems
        assert decision.case.text("unit_no") == "1 of 4"
        assert decision.case.text("serial_received") == "Z-884201"
        assert [opening.type for opening in decision.openings] == ["RQC"] * 3
        assert [opening.fields["unit_no"] for opening in decision.openings] == ["2 of 4", "3 of 4", "4 of 4"]

    def test_facts_of_the_parcel_go_to_all_and_facts_of_the_order_to_its_own(self):
        """Receipt and tracking are the parcel's; the cancellation is one order's and starts no other order's clock."""
        own, other, stray = press(CASE, announced(units=PARCEL), "split", ctx()).openings
        for opening in (own, other, stray):
            assert opening.fields["tracking"] == "1Z12345E0205271688"
            assert opening.fields["received_at"]
        assert own.fields["cancel_notice_date"] == date(2026, 11, 10)
        assert own.fields["line_id"] == "2"
        assert "cancel_notice_date" not in other.fields
        assert other.fields["order_no"] == "4000999888"
        assert "order_no" not in stray.fields
        for number, opening in enumerate((own, other, stray), 2):
            assert open_case(CASE, f"CASE-2026-00000{number}", opening.fields, ctx()).ok

    def test_what_was_found_is_not_taken_for_what_was_sold(self):
        """A split tells what came back; the serial as sold still has to come from the sale."""
        decision = press(CASE, announced(units=PARCEL, serial="Z-000001"), "split", ctx())
        assert decision.case.text("serial") == "Z-000001"
        wrong = done(CASE, done(CASE, decision.case, "receive", ctx()), "inspect", ctx(Role.QC))
        assert "RQC-02" in refusal(CASE, wrong, "grade", ctx(Role.QC), grade="1ST", **SEEN)

    @pytest.mark.rule("RQC-38")
    @pytest.mark.parametrize(
        "text",
        [
            "4000123456 | 1 | BAG-0117 | Z-1",
            "4000123456 | 1 | BAG-0117; 4000123456 | 2 | SCF-0044 | -",
            "4000123456 | 1 | - | -; 4000123456 | 2 | SCF-0044 | -",
            "- | - | BAG-0117 | Z-1; - | - | BAG-0117 | z-1",
            "- | - | =cmd | Z-1; - | - | BAG-0117 | Z-2",
        ],
        ids=["one unit", "three parts", "nothing named", "same serial", "formula"],
    )
    def test_a_list_of_units_that_cannot_be_meant_is_refused(self, text):
        """Each entry is order, line, SKU, serial; two units at least; no serial twice; nothing but codes."""
        assert "RQC-38" in refusal(CASE, announced(units=text), "split", ctx())

    @pytest.mark.rule("RQC-38")
    def test_a_parcel_is_split_once(self):
        """A unit is not split again."""
        case = done(CASE, announced(units=PARCEL), "split", ctx())
        assert "RQC-38" in refusal(CASE, case, "split", ctx())

    def test_units_are_split_in_one_transaction_through_the_service(self):
        """All the cases are there or none; each keeps its own number, and the chain is sound."""
        service = money_service()
        given = {
            name: CASE.fields[name].read(text)[0] for name, text in (dict(CASE.sample) | {"units": PARCEL}).items()
        }
        case_id = service.open_cases([RowRequest("", given, opens="RQC")]).rows[0].case_id
        outcome = service.press("split", [RowRequest(case_id)])
        assert outcome.ok, outcome.message
        cases = service.journal.cases(types=["RQC"])
        assert [case.text("unit_no") for case in cases] == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"]
        assert {case.text("parent_case") for case in cases[1:]} == {case_id}
        assert_sound(service.journal)


class TestOneUnit:
    @pytest.mark.rule("RQC-36")
    @pytest.mark.parametrize("field", ["serial", "sku", "serial_received", "sku_received"])
    def test_a_check_is_of_one_piece(self, field):
        """Two serials on one case are refused as soon as they are typed."""
        problems = edit(CASE, announced(), typed(CASE, {field: "Z-1, Z-2"}), ctx()).problems
        assert "RQC-36" in {problem.code for problem in problems}

    @pytest.mark.rule("RQC-37")
    def test_one_piece_is_graded_on_one_case(self):
        """The same serial of the same return is not graded twice, however it is written."""
        case = done(CASE, done(CASE, announced(), "receive", ctx()), "inspect", ctx(Role.QC))
        twin = Case("CASE-2026-000060", "RQC", "Graded", {**case.fields, "serial": "z-884201"})
        assert "RQC-37" in refusal(CASE, case, "grade", ctx(Role.QC, related=(twin,)), grade="1ST", **SEEN)
        for harmless in (
            replace(twin, status="Duplicate"),
            replace(twin, fields={**twin.fields, "serial": "Z-2"}),
            replace(twin, fields={"serial": "Z-884201", "sku": "BAG-0117", "order_no": "4000777666"}),
        ):
            assert press(CASE, case, "grade", ctx(Role.QC, related=(harmless,)), grade="1ST", **SEEN).ok

    def test_each_piece_is_refunded_by_itself(self):
        """The refund takes over which part of the line the piece is, and what the customer was told."""
        case = done(
            CASE, done(CASE, announced(line_part="2", info_given="Yes"), "receive", ctx()), "inspect", ctx(Role.QC)
        )
        case = done(CASE, case, "grade", ctx(Role.QC), grade="1ST", **SEEN)
        case = done(CASE, case, "approve", ctx(Role.SENIOR_QA), disposition="Restock")
        (opening,) = press(CASE, case, "request_refund", ctx("b.lowe")).openings
        assert (opening.fields["line_part"], opening.fields["info_given"]) == ("2", True)
        first = Case("CASE-2026-000077", "RFD", "Approved", {
            "order_no": "4000123456", "line_id": "1", "line_part": "1", "serial": "Z-1",
            "refund_goods": Money.parse("450.00"), "total_refund": Money.parse("450.00"),
        })  # fmt: skip
        assert press(CASE, case, "request_refund", ctx("b.lowe", related=(first,))).ok
        same = replace(first, fields={**first.fields, "line_part": "2"})
        assert "RQC-30" in refusal(CASE, case, "request_refund", ctx("b.lowe", related=(same,)))
        refund = open_case(REFUND, "CASE-2026-000078", opening.fields, ctx("b.lowe", related=(case, first)))
        assert refund.ok
        assert "RFD-01" not in {problem.code for problem in refund.warnings}


class TestUnknownOrders:
    @pytest.mark.rule("RQC-39")
    def test_goods_of_an_unknown_order_are_received_and_graded(self):
        """Nobody waits for the order: what was found is enough to receive and grade it."""
        case = unknown(sku_received="WAL-0001", serial_received="Z-990001")
        case = done(CASE, case, "receive", ctx(), **BACK)
        case = done(CASE, done(CASE, case, "inspect", ctx(Role.QC)), "grade", ctx(Role.QC), grade="1ST", **SEEN)
        assert case.status == "Graded"
        assert "RQC-39" in refusal(CASE, unknown(), "receive", ctx(), **BACK)

    def test_their_clock_runs_and_their_order_is_looked_for(self):
        """The refund date comes from the receipt, and the order has a date of its own to be found by."""
        case = done(CASE, unknown(sku_received="WAL-0001"), "receive", ctx(), **BACK)
        assert case.day("refund_due") == date(2026, 12, 4)
        row = next(row for row in CASE.deadlines if row.id == "order")
        assert row.due(case, ctx()) == date(2026, 11, 24)
        assert "due" in standing(CASE, case, ctx())
        found = edit(CASE, case, typed(CASE, {"order_no": "4000123456"}), ctx()).case
        assert row.due(found, ctx()) is None

    def test_their_refund_waits_for_the_order(self):
        """No money without an order."""
        case = unknown(sku_received="WAL-0001", sku="WAL-0001", goods_value="90.00", legal_basis="CCR cancel")
        case = replace(case, status="Disposition approved", fields={**case.fields, "final_grade": "1ST"})
        problems = press(CASE, case, "request_refund", ctx("b.lowe")).problems
        assert [problem.field for problem in problems] == ["order_no"]


class TestLegalHold:
    def held(self, status="Graded", who=Role.LEGAL, **texts):
        case = replace(announced(sku_received="BAG-0117"), status=status)
        return press(
            CASE, case, "legal_hold", ctx(who, reason="Serial in doubt"), **({"hold_review": "2026-11-30"} | texts)
        )

    @pytest.mark.parametrize("status", ["Received", "House QC", "Graded", "Disposition approved", "Refund requested"])
    def test_a_hold_is_lifted_to_where_it_was_by_legal_alone(self, status):
        """Legal, Loss prevention or Senior QA hold; Legal lifts, with a reason."""
        decision = self.held(status)
        assert (decision.case.status, decision.case.text("held_from")) == (ON_HOLD, status)
        for who in (Role.SENIOR_QA, Role.LOSS_PREVENTION, Role.QC):
            assert "MOVE-ROLE" in refusal(CASE, decision.case, "lift_hold", ctx(who, reason="x"))
        assert "MOVE-REASON" in refusal(CASE, decision.case, "lift_hold", ctx(Role.LEGAL))
        assert done(CASE, decision.case, "lift_hold", ctx(Role.LEGAL, reason="Genuine")).status == status

    def test_nothing_is_done_with_goods_on_hold(self):
        """They are not graded, approved, refunded, sent back or closed; a note and an escalation are still taken."""
        case = self.held().case
        able = {verb for verb, move in CASE.all_moves.items() if case.status in move.start or "*" in move.start}
        assert {"lift_hold", "note", "escalate"} <= able
        assert not {"grade", "approve", "request_refund", "contact", "close", "secure"} & able
        problems = edit(CASE, case, typed(CASE, {"disposition": "Restock"}), ctx()).problems
        assert {problem.code for problem in problems} == {"EDIT-FROZEN"}

    def test_the_refund_date_goes_on(self):
        """A hold stops the goods, not the law's clock."""
        case = self.held().case
        assert case.day("refund_due") == date(2026, 12, 4)
        assert case.day("legal_due") == date(2026, 12, 4)

    @pytest.mark.rule("RQC-40")
    @pytest.mark.parametrize(("day", "good"), [("2026-11-22", False), ("2026-11-23", True), ("2026-12-07", True),
                                               ("2026-12-08", False)])  # fmt: skip
    def test_a_hold_is_looked_at_again_soon(self, day, good):
        """From today to the policy's limit."""
        assert self.held(hold_review=day).ok is good


class TestDayTen:
    @pytest.fixture
    def clock(self) -> Clock:
        """The day after the goods came back."""
        return Clock(NOW)

    def returned(self, service: Service) -> str:
        """A return that came back today."""
        given = {name: CASE.fields[name].read(text)[0] for name, text in CASE.sample.items()}
        case_id = service.open_cases([RowRequest("", given, opens="RQC")]).rows[0].case_id
        received = {"received_at": service.clock()}
        assert service.press("receive", [RowRequest(case_id, received)]).ok
        return case_id

    def test_a_return_still_open_on_day_ten_escalates_itself_once(self, clock):
        """On the ninth day nothing, on the tenth one escalation to Senior QA, never a second."""
        service = money_service(clock=clock)
        case_id = self.returned(service)
        clock.on(days=9)
        assert escalate_old_returns(service) == ()
        clock.on(days=1)
        (row,) = escalate_old_returns(service)
        assert row.ok
        (escalation,) = service.journal.cases(types=["ESC"])
        assert (escalation.text("parent_case"), escalation.text("target_team")) == (case_id, "Senior QA")
        clock.on(days=1)
        assert escalate_old_returns(service) == ()
        assert len(service.journal.cases(types=["ESC"])) == 1

    def test_what_is_decided_or_escalated_by_hand_is_left_alone(self, clock):
        """No escalation follows one that a person wrote, and none a decided return."""
        service = money_service(clock=clock)
        case_id = self.returned(service)
        assert service.press("escalate", [RowRequest(case_id, reason="Expert is away")]).ok
        clock.on(days=12)
        assert escalate_old_returns(service) == ()

    def test_who_only_reads_escalates_nothing(self, clock):
        """An auditor's refresh changes nothing."""
        service = money_service(clock=clock)
        self.returned(service)
        clock.on(days=12)
        head = service.journal.head()
        assert escalate_old_returns(as_person(service, "x.audit")) == ()
        assert service.journal.head() == head


def test_units_read_what_is_unknown_as_empty() -> None:
    """A dash or a question mark is nothing known."""
    case = Case("CASE-2026-000001", "RQC", "Received", {"units": ("? | - | A-1 | ", "1 | 2 | ? | S-2")})
    assert [(unit.order_no, unit.sku, unit.serial) for unit in units(case)] == [("", "A-1", ""), ("1", "", "S-2")]
