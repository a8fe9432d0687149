"""A parcel the carrier brings back: custody, the decision table row by row, and both ways on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.carrier_return_rules import Contact, contacts
from addin.logic.case_type import Case
from addin.logic.cases.carrier_return import CASE
from addin.logic.cases.refund import CASE as REFUND
from addin.logic.cases.return_qc import CASE as RETURN_QC
from addin.logic.machine import edit, open_case
from addin.logic.values import Money, Role

RECORD = {
    "options_considered": "Second shipment; Return and refund", "decision": "The customer is at home on Friday.",
    "evidence": "ups.pdf", "next_contact": "2026-11-27", "answer": "Same address", "answer_words": "Friday is fine",
    "answer_channel": "phone", "window": "Friday 9 to 12", "option_chosen": "Second shipment",
}  # fmt: skip
SHIPMENT = {
    "tracking_new": "1Z5R89390357567127", "cost": "9.50", "qc_before_reship": "Pass", "stock_moves": "receive; ship",
}  # fmt: skip
ADDRESS = Case("CASE-2026-000030", "ADR", "Approved", {"order_no": "4000123456", "approved_by": "s.moreau"})


def new(**texts):
    return open_(CASE, **(dict(CASE.sample) | texts))


def received(received_at="2026-11-20T09:00+00:00", **texts):
    return done(CASE, new(**texts), "receive", ctx(), received_at=received_at)


def inspected(**texts):
    back = {"condition": "Intact", "photos": "1.jpg"}
    return done(CASE, received(**texts), "inspect", ctx(), **back)


def contacted(log="23/11/2026 phone: will call back", **texts):
    return done(CASE, inspected(**texts), "contact", ctx(), comms=log)


def decided(who="a.khan", related=(), **texts):
    return done(CASE, contacted(), "decide", ctx(who, related=related), **(RECORD | texts))


def no_decision(case, who="a.khan", related=(), now=NOW, **texts):
    return refusal(CASE, case, "decide", ctx(who, related=related, now=now), **(RECORD | texts))


def decision(case, who="a.khan", related=(), now=NOW, **texts):
    return press(CASE, case, "decide", ctx(who, related=related, now=now), **(RECORD | texts))


def codes(problems):
    return {problem.code for problem in problems}


class TestWays:
    def test_a_second_shipment_is_delivered(self):
        """The parcel is received, inspected, discussed, sent again and delivered; old and new number are kept."""
        case = done(CASE, decided(), "reship", ctx(), **SHIPMENT)
        assert case.text("tracking") != case.text("tracking_new")
        case = done(CASE, case, "deliver", ctx(), delivered_date="2026-11-23")
        assert refusal(CASE, case, "close", ctx(), ticket_ref=None) == {"COM-06"}
        assert done(CASE, case, "close", ctx()).status == "Closed"
        assert case.count("decision_days") == 1

    def test_a_cancellation_becomes_a_refund_and_a_check_of_the_goods(self):
        """Who cancelled in writing gets the refund of a change of mind; the goods are checked."""
        case = decided(answer="Cancels in writing", option_chosen="Return and refund", cancel_notice_date="2026-11-19")
        pressed = press(CASE, case, "accept_return", ctx(), stock_moves="receive; quarantine")
        kinds = {opening.type: opening.fields for opening in pressed.openings}
        assert kinds["RFD"]["legal_basis"] == "CCR cancel"
        assert kinds["RFD"]["refund_goods"] == Money.parse("450.00")
        assert kinds["RQC"]["serial"] == "Z-884201"
        refund = open_case(REFUND, "CASE-2026-000008", kinds["RFD"], ctx(related=(pressed.case,)))
        assert refund.ok
        assert refund.case.day("refund_due") == date(2026, 12, 4)
        assert open_case(RETURN_QC, "CASE-2026-000009", kinds["RQC"], ctx()).ok
        told = edit(CASE, pressed.case, typed(CASE, {"comms": "23/11/2026 email: refund follows"}), ctx()).case
        assert done(CASE, told, "close", ctx(related=(refund.case,))).status == "Closed"

    def test_silence_becomes_a_refund_for_non_delivery(self):
        """After enough attempts the parcel is a return: the goods never reached the customer."""
        late = NOW + timedelta(days=10)
        log = "21/11/2026 phone: none; 23/11/2026 email: none; 25/11/2026 phone: none"
        case = done(CASE, inspected(), "contact", ctx(now=late), comms=log)
        silent = {"answer": "No answer", "answer_words": "", "option_chosen": "Return and refund"}
        case = decision(case, now=late, **silent).case
        pressed = press(CASE, case, "accept_return", ctx(now=late), stock_moves="receive")
        assert pressed.openings[0].fields["legal_basis"] == "Non-delivery"
        assert pressed.openings[0].fields["agreed_date"] == late.date()

    def test_damage_opens_a_check_and_a_claim_once(self):
        """A damaged parcel opens a return check and a claim, unless they exist."""
        texts = {"condition": "Damaged", "photos": "1.jpg"}
        pressed = press(CASE, received(), "inspect", ctx(), **texts)
        assert [opening.type for opening in pressed.openings] == ["RQC", "UPC"]
        assert pressed.openings[1].fields["subtype"] == "DAMAGE"
        known = (
            Case("CASE-2026-000003", "RQC", "Announced", {}),
            Case("CASE-2026-000004", "UPC", "Draft", {"tracking": "1Z999AA10123456784"}),
        )
        assert not press(CASE, received(), "inspect", ctx(related=known), **texts).openings

    def test_an_escalated_parcel_is_decided_by_senior_qa(self):
        """An escalation opens its own case and the decision goes on from there."""
        pressed = press(CASE, contacted(), "escalate", ctx(reason="customer is angry"))
        assert [opening.type for opening in pressed.openings] == ["ESC"]
        assert decision(pressed.case, Role.SENIOR_QA).case.status == "Decision"

    def test_tracking_alone_decides_nothing(self):
        """Announced parcels have neither contact nor decision: tracking is not custody."""
        assert "MOVE-STATE" in no_decision(new())

    @pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
    def test_a_move_is_refused_from_every_other_state(self, verb, state):
        """A move is refused from a state it does not leave, and changes nothing."""
        assert refused_for_state(CASE, new(), verb, state)


class TestLog:
    def test_contacts_are_counted_from_the_log(self):
        """Entries with day and channel count, days count once."""
        case = contacted("23/11/2026 phone: no; 2026-11-23 email: sent; called her mum")
        assert contacts(case) == (Contact(date(2026, 11, 23), "phone"), Contact(date(2026, 11, 23), "email"))
        assert (case.count("contact_attempts"), case.count("contact_days")) == (2, 1)

    @pytest.mark.rule("CRP-02")
    @pytest.mark.rule("CRP-05")
    def test_an_entry_without_day_or_channel_does_not_count(self):
        """An unreadable entry is told; a contact with none readable is refused."""
        pressed = press(CASE, inspected(), "contact", ctx(), comms="called her; 31/02/2026 phone: x; 23/11/2026 fax: y")
        assert "CRP-05" in codes(pressed.problems)
        assert "CRP-02" in codes(pressed.warnings)

    @pytest.mark.rule("CRP-03")
    def test_nobody_was_contacted_tomorrow(self):
        """A day in the future is refused."""
        assert "CRP-03" in refusal(CASE, inspected(), "contact", ctx(), comms="24/11/2026 phone: x")

    @pytest.mark.rule("CRP-01")
    def test_received_in_the_past(self):
        """A parcel is received when it is there."""
        assert "CRP-01" in refusal(CASE, new(), "receive", ctx(), received_at="2026-11-24T09:00+00:00")

    @pytest.mark.rule("CRP-04")
    def test_another_open_case_is_told(self):
        """A second open case for one parcel is told at opening."""
        other = Case("CASE-2026-000002", "CRP", "Received", {"tracking": "1Z999AA10123456784"})
        found = open_case(CASE, "CASE-2026-000001", typed(CASE, dict(CASE.sample)), ctx(related=(other,)))
        assert "CRP-04" in codes(found.warnings)


class TestTable:
    @pytest.mark.rule("CRP-06")
    def test_row_2_a_parcel_in_doubt_is_not_sent_again(self):
        """A broken seal or a weight that is off stops a second shipment."""
        opened = done(CASE, received(), "inspect", ctx(), condition="Seal broken", photos="1.jpg")
        assert "CRP-06" in no_decision(opened)
        light = edit(CASE, contacted(), typed(CASE, {"weight_kg": "0.90", "despatch_weight_kg": "1.00"}), ctx()).case
        assert "CRP-06" in no_decision(light)
        assert light.flag("compromised") is True

    @pytest.mark.rule("CRP-07")
    def test_row_3_a_cancellation_is_a_return(self):
        """Who cancelled in writing gets no second parcel."""
        for answer in ("Cancels in writing", "Refused and confirms cancellation"):
            assert "CRP-07" in no_decision(contacted(), answer=answer)

    @pytest.mark.rule("CRP-08")
    def test_row_4_a_refusal_without_a_word_waits(self):
        """A refusal is ambiguous: seven days, then Senior QA, unless the customer answers."""
        case = contacted(reason_code="REFUSED")
        silent = {"answer": "No answer", "answer_words": "", "option_chosen": "Return and refund"}
        assert "CRP-08" in no_decision(case, Role.SENIOR_QA, **silent)
        later = NOW + timedelta(days=4)
        assert "CRP-08" in no_decision(case, now=later, **silent)
        assert decision(case, Role.SENIOR_QA, now=later, **silent).ok
        assert decision(case).ok

    @pytest.mark.rule("CRP-09")
    def test_row_5_address_and_time_are_confirmed(self):
        """A second shipment without address and window is refused."""
        assert "CRP-09" in no_decision(contacted(), window="")
        assert "CRP-09" in no_decision(contacted(), answer="Collects")
        assert decision(contacted(), answer="Collects", option_chosen="Boutique collection").ok

    @pytest.mark.rule("CRP-10")
    def test_row_6_a_new_address_is_approved_first(self):
        """A new address needs an approved address change, and Senior QA."""
        case = contacted()
        assert "CRP-10" in no_decision(case, Role.SENIOR_QA, answer="New address")
        asked = Case("CASE-2026-000031", "ADR", "Requested", {"order_no": "4000123456"})
        assert "CRP-10" in no_decision(case, Role.SENIOR_QA, (asked,), answer="New address")
        assert decision(case, Role.SENIOR_QA, (ADDRESS,), answer="New address").ok
        assert "CRP-16" in no_decision(case, related=(ADDRESS,), answer="New address")

    @pytest.mark.rule("CRP-11")
    def test_rows_7_and_8_who_pays(self):
        """Our error costs the customer nothing and is urgent; the customer's costs at most the policy's fee."""
        ours = contacted(reason_code="ADDRESS_WRONG", our_error="Yes")
        assert "CRP-11" in no_decision(ours, fee="5.00")
        assert decision(ours).case.text("priority_wanted") == "P2"
        theirs = contacted(reason_code="ADDRESS_WRONG")
        assert {"CRP-10", "CRP-11"} <= no_decision(theirs, fee="5.00")
        assert decision(theirs, related=(ADDRESS,), fee="0.00").ok

    @pytest.mark.rule("CRP-12")
    def test_row_9_no_third_without_senior_qa(self):
        """After one failed second shipment Senior QA decides about another."""
        before = Case("CASE-2026-000020", "CRP", "Closed", {"tracking_new": "1Z999AA10123456784"})
        assert "CRP-12" in no_decision(contacted(), related=(before,))
        assert "CRP-12" in no_decision(contacted(shipments_known="1"))
        assert decision(contacted(), Role.SENIOR_QA, (before,)).ok

    @pytest.mark.rule("CRP-13")
    @pytest.mark.parametrize(
        "log",
        [
            "21/11/2026 phone: none; 23/11/2026 email: none",
            "21/11/2026 phone: none; 21/11/2026 email: none; 23/11/2026 phone: none",
            "21/11/2026 phone: none; 22/11/2026 phone: none; 23/11/2026 phone: none",
        ],
        ids=["two attempts", "two days", "one channel"],
    )
    def test_row_10_silence_is_counted(self, log):
        """Silence needs three different days and two channels."""
        late = NOW + timedelta(days=10)
        silent = {"answer": "No answer", "answer_words": "", "option_chosen": "Return and refund"}
        assert "CRP-13" in no_decision(contacted(log), now=late, **silent)

    @pytest.mark.rule("CRP-13")
    def test_row_10_ten_days_and_nothing_is_sent(self):
        """Silence needs ten days, and never sends anything."""
        log = "21/11/2026 phone: none; 22/11/2026 email: none; 23/11/2026 phone: none"
        silent = {"answer": "No answer", "answer_words": "", "option_chosen": "Return and refund"}
        assert "CRP-13" in no_decision(contacted(log), **silent)
        assert decision(contacted(log), now=NOW + timedelta(days=7), **silent).ok
        assert "CRP-13" in no_decision(contacted(log), answer="No answer")

    @pytest.mark.rule("CRP-14")
    @pytest.mark.parametrize("flag", ["fraud_flag", "dispute_open", "recalled"])
    def test_row_11_fraud_dispute_and_recall_stop_it(self, flag):
        """A flag stops the decision, and also a shipment that was decided before."""
        assert "CRP-14" in no_decision(contacted(), **{flag: "Yes"})
        assert "CRP-14" in refusal(CASE, decided(), "reship", ctx(), **(SHIPMENT | {flag: "Yes"}))

    @pytest.mark.rule("CRP-15")
    @pytest.mark.parametrize(
        "fact", [{"postcode": "JE2 3AB"}, {"postcode": "BT1 5GS"}, {"cites": "Yes"}, {"goods_kind": "Watch"}]
    )
    def test_row_12_the_carriers_rules_are_checked(self, fact):
        """Export, Northern Ireland, protected leather, watches: the carrier's rules come first."""
        assert "CRP-15" in no_decision(contacted(**fact))
        assert decision(contacted(**fact), carrier_rule_check="UPS desk, 23/11").ok

    @pytest.mark.rule("CRP-16")
    def test_above_the_limit_senior_qa_decides(self):
        """A penny above the limit is Senior QA's."""
        assert decision(contacted(goods_value="1000.00")).ok
        assert "CRP-16" in no_decision(contacted(goods_value="1000.01"))
        assert decision(contacted(goods_value="1000.01"), Role.SENIOR_QA).ok

    @pytest.mark.rule("CRP-17")
    @pytest.mark.parametrize(
        "gap", [{"options_considered": "one"}, {"answer_words": ""}, {"answer_channel": ""}], ids=str
    )
    def test_the_decision_record_is_whole(self, gap):
        """Options, the customer's words and their channel are on record."""
        assert "CRP-17" in no_decision(contacted(), **gap)

    @pytest.mark.parametrize("name", ["option_chosen", "options_considered", "decision", "evidence", "next_contact"])
    def test_every_part_of_the_record_is_mandatory(self, name):
        """No part of the decision record may be missing."""
        assert "MOVE-NEEDS" in no_decision(contacted(), **{name: ""})


class TestAfter:
    @pytest.mark.rule("CRP-18")
    def test_only_what_was_decided_is_done(self):
        """A return is not shipped, a shipment not refunded, and a changed decision is decided again."""
        back = decided(answer="Cancels in writing", option_chosen="Return and refund")
        assert "CRP-18" in refusal(CASE, back, "reship", ctx(), **SHIPMENT)
        assert "CRP-18" in refusal(CASE, decided(), "accept_return", ctx(), stock_moves="x")
        assert "CRP-18" in refusal(CASE, decided(), "reship", ctx(), **(SHIPMENT | {"goods_value": "9000"}))

    @pytest.mark.rule("CRP-19")
    @pytest.mark.rule("CRP-20")
    def test_goods_are_checked_and_get_a_new_number(self):
        """Goods that fail the check stay, and the old number is not the new one."""
        assert "CRP-19" in refusal(CASE, decided(), "reship", ctx(), **(SHIPMENT | {"qc_before_reship": "Fail"}))
        old = SHIPMENT | {"tracking_new": "1Z999AA10123456784"}
        assert "CRP-20" in refusal(CASE, decided(), "reship", ctx(), **old)

    @pytest.mark.rule("CRP-21")
    def test_sent_again_or_refunded_never_both(self):
        """An order with a live refund is neither sent again nor refunded a second time."""
        live = Case("CASE-2026-000040", "RFD", "Approved", {"order_no": "4000123456"})
        assert "CRP-21" in refusal(CASE, decided(), "reship", ctx(related=(live,)), **SHIPMENT)

    @pytest.mark.rule("CRP-22")
    def test_a_return_closes_with_its_refund_and_a_written_word(self):
        """No refund or no written message: the return stays open."""
        case = decided(answer="Cancels in writing", option_chosen="Return and refund")
        case = done(CASE, case, "accept_return", ctx(), stock_moves="receive")
        assert "CRP-22" in refusal(CASE, case, "close", ctx())
        live = Case("CASE-2026-000040", "RFD", "Approved", {"order_no": "4000123456"})
        assert "CRP-22" in refusal(CASE, case, "close", ctx(related=(live,)))


class TestDates:
    def test_deadlines_follow_the_receipt(self):
        """Inspect the same day, contact in one working day, decide in two, treat silence as a return after ten days."""
        case = received()
        due = {row.id: row.due(case, ctx()) for row in CASE.deadlines}
        assert due == {
            "inspect": date(2026, 11, 20), "contact": date(2026, 11, 23), "decide": date(2026, 11, 24),
            "silence": date(2026, 11, 30), "next": None, "refund": None,
        }  # fmt: skip

    def test_a_cancellation_starts_the_refund_clock(self):
        """With a cancellation on file the refund date runs from the day the goods came back."""
        case = edit(CASE, received(), typed(CASE, {"cancel_notice_date": "2026-11-19"}), ctx()).case
        assert case.day("legal_due") == date(2026, 12, 4)
