"""A manual refund: every way through its states, every guard, every date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.refund import CASE
from addin.logic.machine import allowed, decide, edit, open_case, starts
from addin.logic.values import Actor, Money, Role

CHECK = Case(
    "CASE-2026-000090",
    "RQC",
    "Disposition approved",
    {
        "order_no": "4000123456", "sku": "BAG-0117", "serial": "Z-884201", "serial_received": "Z-884201",
        "grade": "1ST", "final_grade": "1ST", "graded_by": "q.reid", "graded_at": NOW,
        "photos": ("1.jpg", "2.jpg", "3.jpg", "4.jpg"),
    },
)  # fmt: skip
RELATED = (CHECK,)
SECOND_FINANCE = Actor("g.hale", "Gita Hale", frozenset({Role.FINANCE}))


def by(who, *, related=RELATED, **more):
    return ctx(who, related=related, **more)


def new(**texts):
    return open_(CASE, by("a.khan"), **(dict(CASE.sample) | texts))


def confirmed(**texts):
    return done(CASE, new(**texts), "confirm_qc", by("b.lowe"))


def checked(**texts):
    return done(CASE, confirmed(**texts), "check_amount", by("b.lowe"))


def approved(**texts):
    return done(CASE, checked(**texts), "approve", by(Role.SENIOR_QA))


def submitted(**texts):
    return done(CASE, approved(**texts), "submit", by(Role.FINANCE))


def accepted(**texts):
    return done(CASE, submitted(**texts), "accept", by(Role.FINANCE), refund_psp_reference="PSP-R-1")


def settled(**texts):
    return done(CASE, accepted(**texts), "settle", by(Role.FINANCE), settled_date="2026-11-23")


def reconciled(**texts):
    return done(CASE, settled(**texts), "reconcile", by(Role.FINANCE), recon_status="Matched", recon_period="2026-11")


def other_refund(status="Approved", **changes):
    fields = {
        "order_no": "4000123456", "line_id": "1", "orig_psp_reference": "PSP-88231",
        "total_refund": Money.parse("450.00"),
    }  # fmt: skip
    return Case("CASE-2026-000077", "RFD", status, fields | changes)


def code(problems):
    return {problem.code for problem in problems}


class TestWay:
    def test_goes_from_request_to_closed_and_records_every_person(self):
        """A refund passes quality check, amount, approval, payment and reconciliation, each by the right person."""
        case = done(
            CASE, reconciled(), "close", by(Role.FINANCE), credit_note_no="CN-1", credit_note_date="2026-11-23",
            customer_notified_at="2026-11-23T10:00+00:00", evidence="psp.pdf",
        )  # fmt: skip
        assert case.status == "Closed"
        assert case.text("qc_record_id") == CHECK.case_id
        assert case.text("qc_by") == "q.reid"
        people = [case.text(name) for name in ("requested_by", "approved_by", "executed_by", "recon_by")]
        assert people == ["a.khan", "s.moreau", "f.osei", "f.osei"]
        assert case.text("outcome") == "Refunded"

    def test_a_failed_payment_is_sent_again(self):
        """A payment the provider failed is retried without a second approval."""
        failed = done(CASE, accepted(), "fail", by(Role.FINANCE, reason="card closed"))
        assert failed.status == "PSP failed"
        assert done(CASE, failed, "retry", by(Role.FINANCE)).status == "Submitted to PSP"

    def test_a_rejected_and_a_reversed_refund_close(self):
        """Rejected and reversed refunds end without a credit note."""
        rejected = done(CASE, checked(), "reject", by(Role.SENIOR_QA, reason="returned to customer"))
        assert refusal(CASE, rejected, "close", by("a.khan"), ticket_ref=None) == {"COM-06"}
        assert done(CASE, rejected, "close", by("a.khan")).text("outcome") == "Rejected"
        back = done(CASE, settled(), "reverse", by(Role.FINANCE, reason="bank sent it back"))
        assert done(CASE, back, "close", by("a.khan")).text("outcome") == "Reversed"

    @pytest.mark.parametrize("before", [new, confirmed, checked, approved])
    def test_a_hold_is_released_to_where_it_was(self, before):
        """Release goes back to the very state the hold left."""
        case = before()
        held = done(CASE, case, "hold", by("a.khan", reason="dispute?"), hold_owner="f.osei", hold_review="2026-11-30")
        assert (held.status, held.text("held_from")) == ("On hold", case.status)
        freed = done(CASE, held, "release", by("a.khan"))
        assert freed.status == case.status
        assert not freed.has("held_from")

    def test_reopening_a_rejected_one_starts_afresh(self):
        """A rejected refund that was never sent may be asked for again, without its old approval."""
        rejected = done(CASE, approved(), "reject", by(Role.SENIOR_QA, reason="error"))
        closed = done(CASE, rejected, "close", by("a.khan"))
        again = done(CASE, closed, "reopen", by(Role.SENIOR_QA, reason="error of ours"))
        assert again.status == "Requested"
        assert not again.has("approved_by")

    @pytest.mark.parametrize("move", CASE.moves, ids=lambda move: move.verb)
    @pytest.mark.parametrize("state", CASE.states)
    def test_a_move_is_refused_from_every_other_state(self, move, state):
        """A move that does not start in a state is refused there and changes nothing."""
        if state in starts(CASE, move):
            return
        case = replace(new(), status=state)
        decision = decide(CASE, case, move.verb, {}, by(Role.FINANCE, reason="x"))
        assert "MOVE-STATE" in code(decision.problems)
        assert not decision.drafts

    def test_every_state_is_reached(self):
        """Every state of the table has a move into it."""
        reached = {move.to for move in CASE.moves} | {CASE.initial}
        assert set(CASE.states) <= reached


class TestGoods:
    @pytest.mark.rule("RFD-11")
    @pytest.mark.parametrize(
        "change",
        [{"final_grade": "2ND"}, {"final_grade": None}, {"serial_received": "Z-999999"}, {"sku": "BAG-0118"}],
        ids=str,
    )
    def test_needs_a_first_choice_check_of_the_same_article(self, change):
        """Money for returned goods needs a check of this very article that graded it first choice."""
        check = replace(CHECK, fields={**CHECK.fields, **change})
        case = new(qc_record_id=CHECK.case_id)
        assert "RFD-11" in refusal(CASE, case, "confirm_qc", by("b.lowe", related=(check,)))

    @pytest.mark.rule("RFD-11")
    def test_without_a_check_only_senior_qa_may_pass_it_with_a_reason(self):
        """Senior QA may pass a missing check with a reason, and the event says so."""
        assert "RFD-11" in refusal(CASE, new(), "confirm_qc", by("b.lowe", related=()))
        assert "RFD-11" in refusal(CASE, new(), "confirm_qc", by(Role.SENIOR_QA, related=()))
        decision = press(CASE, new(), "confirm_qc", by(Role.SENIOR_QA, related=(), reason="goods seen by me"))
        assert decision.drafts[-1].data["overrides"] == ["RFD-11"]

    @pytest.mark.rule("RFD-12")
    def test_the_grader_does_not_ask_for_the_money(self):
        """Who graded the goods and asked for the refund are two people."""
        case = open_(CASE, by("q.reid"), **CASE.sample)
        assert "RFD-12" in refusal(CASE, case, "confirm_qc", by("b.lowe"))

    @pytest.mark.rule("RFD-13")
    def test_the_clock_needs_its_facts(self):
        """Each legal basis needs the day that starts its clock."""
        assert "RFD-13" in refusal(CASE, new(goods_received_date=""), "confirm_qc", by("b.lowe"))
        faulty = new(legal_basis="CRA reject", reason_code="Faulty")
        assert "RFD-13" in refusal(CASE, faulty, "confirm_qc", by("b.lowe"))
        offered = new(collection_offered="Yes", cancel_notice_date="")
        assert "RFD-13" in refusal(CASE, offered, "confirm_qc", by("b.lowe"))

    @pytest.mark.rule("RFD-14")
    def test_non_delivery_is_shown_by_another_case(self):
        """A refund for goods that never came rests on a claim, a returned parcel or a status check."""
        case = new(legal_basis="Non-delivery", reason_code="Not delivered", agreed_date="2026-11-20")
        assert "RFD-14" in refusal(CASE, case, "confirm_qc", by("b.lowe", related=()))
        claim = Case("CASE-2026-000050", "UPC", "Filed", {"order_no": "4000123456"})
        assert done(CASE, case, "confirm_qc", by("b.lowe", related=(claim,))).status == "QC confirmed"

    @pytest.mark.rule("RFD-08")
    def test_goodwill_has_its_own_reason_and_needs_no_check(self):
        """Goodwill and price adjustments skip the check of goods but carry their own reason code."""
        case = new(legal_basis="Goodwill", reason_code="Goodwill")
        assert done(CASE, case, "confirm_qc", by("b.lowe", related=())).status == "QC confirmed"
        for texts in ({"legal_basis": "Goodwill"}, {"reason_code": "Price adjustment"}):
            decision = open_case(CASE, "CASE-2026-000001", typed(CASE, dict(CASE.sample) | texts), by("a.khan"))
            assert code(decision.problems) == {"RFD-08"}


class TestAmount:
    @pytest.mark.rule("RFD-02")
    def test_amounts_are_not_negative_and_of_one_currency(self):
        """A negative amount or a second currency is refused as soon as it is typed."""
        for texts in ({"refund_goods": "-5"}, {"delivery_amount": "EUR 5.00"}):
            assert code(edit(CASE, new(), typed(CASE, texts), by("a.khan")).problems) == {"RFD-02"}

    @pytest.mark.rule("RFD-03")
    def test_a_deduction_is_at_most_the_price(self):
        """Nothing more than the price is deducted."""
        changes = typed(CASE, {"deduction_amount": "450.01"})
        assert code(edit(CASE, new(), changes, by("a.khan")).problems) == {"RFD-03"}

    @pytest.mark.rule("RFD-09")
    def test_faulty_goods_are_refunded_whole(self):
        """Nothing is deducted when the goods were faulty."""
        case = new(legal_basis="CRA reject", reason_code="Faulty", agreed_date="2026-11-20")
        assert code(edit(CASE, case, typed(CASE, {"deduction_amount": "5"}), by("a.khan")).problems) == {"RFD-09"}

    @pytest.mark.rule("RFD-15")
    def test_a_refund_is_more_than_zero(self):
        """A refund of nothing is refused."""
        assert "RFD-15" in refusal(CASE, confirmed(refund_goods="0.00"), "check_amount", by("b.lowe"))

    @pytest.mark.rule("RFD-16")
    def test_a_refund_is_in_the_captured_currency(self):
        """What was captured in euros goes back in euros."""
        case = replace(confirmed(), fields={**confirmed().fields, "captured_amount": Money.parse("EUR 500.00")})
        problems = decide(CASE, case, "check_amount", {}, by("b.lowe")).problems
        assert "RFD-16" in code(problems)

    @pytest.mark.rule("RFD-17")
    def test_all_live_refunds_stay_within_the_captured_amount(self):
        """Refunds of other lines count against the same payment."""
        other = other_refund(line_id="2", total_refund=Money.parse("0.01"))
        assert "RFD-17" in refusal(CASE, confirmed(), "check_amount", by("b.lowe", related=(CHECK, other)))
        for dead in ("Rejected", "Cancelled", "Reversed", "Duplicate"):
            done(CASE, confirmed(), "check_amount", by("b.lowe", related=(CHECK, replace(other, status=dead))))

    @pytest.mark.rule("RFD-18")
    @pytest.mark.parametrize("verb", ["confirm_qc", "check_amount", "approve", "submit"])
    def test_one_line_has_one_live_refund_at_every_step(self, verb):
        """A second live refund of an order line is refused at every step, a paid and closed one included."""
        case = {"confirm_qc": new, "check_amount": confirmed, "approve": checked, "submit": approved}[verb]()
        who = {"approve": Role.SENIOR_QA, "submit": Role.FINANCE}.get(verb, "b.lowe")
        paid = other_refund("Closed", outcome="Refunded", total_refund=Money.parse("0.00"), line_id="01")
        assert "RFD-18" in refusal(CASE, case, verb, by(who, related=(CHECK, paid)))

    @pytest.mark.rule("RFD-19")
    def test_a_deduction_needs_grade_photos_and_reason(self):
        """A deduction stands on a grade that shows handling, on photos and on a reason."""
        case = confirmed(deduction_amount="50")
        assert "RFD-19" in refusal(CASE, case, "check_amount", by("b.lowe"))
        case = confirmed(deduction_amount="50", deduction_reason="soles marked", info_given="Yes")
        assert "RFD-19" in refusal(CASE, case, "check_amount", by("b.lowe"))
        worn = replace(CHECK, fields={**CHECK.fields, "final_grade": "KO_WORN"})
        assert done(CASE, case, "check_amount", by("b.lowe", related=(worn,))).money("total_refund") == Money.parse(
            "400.00"
        )
        bare = replace(worn, fields={**worn.fields, "photos": ("1.jpg",)})
        assert "RFD-19" in refusal(CASE, case, "check_amount", by("b.lowe", related=(bare,)))


class TestPayment:
    @pytest.mark.rule("RFD-04")
    def test_a_card_number_is_refused(self):
        """A full card number is never kept; a reference of as many digits is."""
        changes = typed(CASE, {"orig_payment_method": "4111 1111 1111 1111"})
        assert code(edit(CASE, new(), changes, by("a.khan")).problems) == {"RFD-04"}
        assert edit(CASE, new(), typed(CASE, {"orig_payment_method": "ref 4111111111111112"}), by("a.khan")).ok

    @pytest.mark.rule("RFD-20")
    def test_a_dispute_that_another_refund_of_the_payment_tells_of_stops_it(self):
        """Who looks at one refund need not know what was typed into the other."""
        other = other_refund(line_id="2", dispute_open=True, total_refund=Money.parse("0.00"))
        assert "RFD-20" in refusal(CASE, confirmed(), "check_amount", by("b.lowe", related=(CHECK, other)))
        elsewhere = replace(other, fields={**other.fields, "orig_psp_reference": "PSP-1"})
        assert press(CASE, confirmed(), "check_amount", by("b.lowe", related=(CHECK, elsewhere))).ok

    @pytest.mark.rule("RFD-05")
    def test_an_arn_has_23_digits(self):
        """An ARN is 23 digits, kept as text."""
        for arn, good in (("7" * 23, True), ("7" * 22, False), ("7" * 22 + "A", False)):
            assert edit(CASE, accepted(), typed(CASE, {"arn": arn}), by(Role.FINANCE)).ok is good

    @pytest.mark.rule("RFD-20")
    def test_a_dispute_stops_it_even_after_approval(self):
        """While the payment is disputed nothing is refunded, not even what was approved before."""
        assert "RFD-20" in refusal(CASE, confirmed(), "check_amount", by("b.lowe"), dispute_open="Yes")
        assert "RFD-20" in refusal(CASE, approved(), "submit", by(Role.FINANCE), dispute_open="Yes")

    @pytest.mark.rule("RFD-21")
    def test_other_means_need_express_agreement(self):
        """Money goes back the way it came unless the customer's agreement is on file."""
        case = confirmed(refund_method="IBAN of the customer")
        assert "RFD-21" in refusal(CASE, case, "check_amount", by("b.lowe"))
        assert press(CASE, case, "check_amount", by("b.lowe"), method_agreement="mail of 20/11, file 12").ok


class TestPeople:
    @pytest.mark.rule("RFD-22")
    def test_nobody_approves_their_own_request(self):
        """Senior QA does not approve what Senior QA asked for."""
        case = open_(CASE, by(Role.SENIOR_QA), **CASE.sample)
        case = done(CASE, done(CASE, case, "confirm_qc", by("b.lowe")), "check_amount", by("b.lowe"))
        assert "RFD-22" in refusal(CASE, case, "approve", by(Role.SENIOR_QA))

    @pytest.mark.rule("RFD-23")
    def test_a_delegate_approves_up_to_the_limit(self):
        """Up to the limit a delegate approves, a penny above Senior QA."""
        small = checked(refund_goods="500.00", captured_amount="900.00")
        assert press(CASE, small, "approve", by(Role.QC)).ok
        large = checked(refund_goods="500.01", captured_amount="900.00")
        assert "RFD-23" in refusal(CASE, large, "approve", by(Role.QC))

    @pytest.mark.rule("RFD-24")
    @pytest.mark.rule("RFD-26")
    def test_above_the_upper_limit_three_people_and_finance_agree(self):
        """Above the upper limit Finance agrees too, and another finance person sends it."""
        case = checked(refund_goods="5000.01", captured_amount="9000.00")
        assert "RFD-24" in refusal(CASE, case, "approve", by(Role.SENIOR_QA))
        case = done(CASE, case, "agree", by(Role.FINANCE))
        assert case.items("agreed_by") == ("finance f.osei",)
        case = done(CASE, case, "approve", by(Role.SENIOR_QA))
        assert "RFD-26" in refusal(CASE, case, "submit", by(Role.FINANCE))
        assert press(CASE, case, "submit", replace(by(Role.FINANCE), actor=SECOND_FINANCE)).ok

    @pytest.mark.rule("RFD-24")
    def test_one_person_never_signs_twice(self):
        """A person who is Finance and Senior QA cannot both agree and approve."""
        both = replace(by("f.osei"), actor=Actor("f.osei", "Femi", frozenset({Role.FINANCE, Role.SENIOR_QA})))
        case = done(CASE, checked(refund_goods="5000.01", captured_amount="9000.00"), "agree", both)
        assert "RFD-24" in refusal(CASE, case, "approve", both)

    @pytest.mark.rule("RFD-24")
    def test_signatures_lapse_when_the_amount_changes(self):
        """Who agreed to one amount has not agreed to another."""
        case = done(CASE, checked(refund_goods="5000.01", captured_amount="9000.00"), "agree", by(Role.FINANCE))
        case = edit(CASE, case, typed(CASE, {"refund_goods": "6000"}), by("a.khan")).case
        assert not case.has("agreed_by")
        assert "RFD-24" in refusal(CASE, case, "approve", by(Role.SENIOR_QA))

    @pytest.mark.rule("RFD-25")
    def test_only_a_wanted_signature_is_taken(self):
        """Below the limit no further signature is wanted."""
        assert "RFD-25" in refusal(CASE, checked(), "agree", by(Role.FINANCE))

    @pytest.mark.rule("RFD-26")
    def test_the_approver_does_not_send_it(self):
        """Who approved a refund does not send it, whatever their roles."""
        both = replace(by("s.moreau"), actor=Actor("s.moreau", "S", frozenset({Role.FINANCE, Role.SENIOR_QA})))
        assert "RFD-26" in refusal(CASE, done(CASE, checked(), "approve", both), "submit", both)

    def test_chat_text_never_approves(self):
        """Only a person with the role approves: a coordinator is refused."""
        assert "MOVE-ROLE" in refusal(CASE, checked(), "approve", by("b.lowe"))


class TestFreeze:
    def test_amounts_are_frozen_from_approval_on(self):
        """After approval amounts and the order line can no longer be typed; references can."""
        for name, text in (("refund_goods", "1"), ("line_id", "2"), ("orig_psp_reference", "X")):
            assert code(edit(CASE, approved(), typed(CASE, {name: text}), by("a.khan")).problems) >= {"EDIT-FROZEN"}
        assert edit(CASE, approved(), typed(CASE, {"comment": "x"}), by("a.khan")).ok

    @pytest.mark.rule("RFD-07")
    def test_a_hold_does_not_open_what_was_approved(self):
        """On hold after approval, what was approved stays as approved."""
        held = done(CASE, approved(), "hold", by("a.khan", reason="?"), hold_owner="f.osei", hold_review="2026-11-30")
        assert "RFD-07" in code(edit(CASE, held, typed(CASE, {"refund_goods": "1"}), by("a.khan")).problems)

    @pytest.mark.rule("RFD-31")
    def test_what_was_sent_is_never_withdrawn_or_started_again(self):
        """A refund that went to the provider is not cancelled, not a duplicate, not reopened."""
        failed = done(CASE, submitted(), "fail", by(Role.FINANCE, reason="x"))
        held = done(CASE, failed, "hold", by("a.khan", reason="?"), hold_owner="f.osei", hold_review="2026-11-30")
        assert "RFD-31" in refusal(CASE, held, "cancel", by("a.khan", reason="x"))
        assert "RFD-31" in refusal(CASE, held, "duplicate", by("a.khan"), duplicate_of="CASE-2026-000002")
        closed = done(CASE, done(CASE, failed, "reject", by(Role.FINANCE, reason="x")), "close", by("a.khan"))
        assert "RFD-31" in refusal(CASE, closed, "reopen", by(Role.SENIOR_QA, reason="x"))

    @pytest.mark.rule("RFD-33")
    def test_not_its_own_duplicate(self):
        """A refund is a duplicate of another one only."""
        assert "RFD-33" in refusal(CASE, new(), "duplicate", by("a.khan"), duplicate_of="CASE-2026-000001")


class TestEnd:
    @pytest.mark.rule("RFD-27")
    def test_settles_between_sending_and_today(self):
        """The settled date is neither before sending nor in the future."""
        for day in ("2026-11-22", "2026-11-24"):
            assert "RFD-27" in refusal(CASE, accepted(), "settle", by(Role.FINANCE), settled_date=day)

    @pytest.mark.rule("RFD-28")
    def test_only_matched_refunds_are_reconciled(self):
        """An exception or a period that is no month is refused."""
        for status, period in (("Exception", "2026-11"), ("Matched", "Nov")):
            texts = {"recon_status": status, "recon_period": period}
            assert "RFD-28" in refusal(CASE, settled(), "reconcile", by(Role.FINANCE), **texts)

    @pytest.mark.rule("RFD-29")
    def test_closes_with_its_papers(self):
        """A paid refund closes with credit note, provider's confirmation and a customer who knows."""
        assert "RFD-29" in refusal(CASE, reconciled(), "close", by(Role.FINANCE))

    @pytest.mark.rule("RFD-30")
    def test_a_late_credit_note_is_told(self):
        """A credit note after 14 days is told and recorded, not refused."""
        decision = press(
            CASE, reconciled(), "close", by(Role.FINANCE), credit_note_no="CN-1", credit_note_date="2026-12-08",
            customer_notified_at="2026-11-23T10:00+00:00", evidence="psp.pdf",
        )  # fmt: skip
        assert decision.ok
        assert "RFD-30" in code(decision.warnings)

    @pytest.mark.rule("RFD-32")
    def test_a_hold_has_a_near_review_date(self):
        """A hold is reviewed between today and the policy's limit."""
        for day in ("2026-11-22", "2026-12-08"):
            codes = refusal(CASE, new(), "hold", by("a.khan", reason="x"), hold_owner="f.osei", hold_review=day)
            assert "RFD-32" in codes


class TestOpening:
    @pytest.mark.rule("RFD-01")
    def test_a_chaser_is_told_of_the_refund_that_exists(self):
        """A second message about a refund opens with a warning that names the first."""
        given = typed(CASE, {"order_no": "4000123456"})
        decision = open_case(CASE, "CASE-2026-000002", given, by("a.khan", related=(other_refund(),)))
        assert decision.ok
        assert "RFD-01" in code(decision.warnings)
        assert "CASE-2026-000077" in decision.warnings[0].message

    def test_opens_from_nothing(self):
        """A message with no facts can still become a case; its moves then ask for the rest."""
        case = open_(CASE, by("a.khan"))
        lacking = {move.verb: problems for move, problems in allowed(CASE, case, by("b.lowe"))}
        assert {problem.field for problem in lacking["confirm_qc"]} >= {"order_no", "legal_basis"}

    def test_the_number_comes_from_its_own_series(self):
        """The refund number is a gap-free series of its own."""
        assert CASE.numbers == {"refund_no": "RFD"}
        assert CASE.fields["refund_no"].system


class TestDates:
    @pytest.mark.parametrize(
        ("facts", "due"),
        [
            ({"goods_received_date": "2026-11-01"}, date(2026, 11, 15)),
            ({"goods_received_date": "2026-11-01", "proof_of_sending_date": "2026-10-28"}, date(2026, 11, 11)),
            ({"goods_received_date": "", "collection_offered": "Yes", "cancel_notice_date": "2026-10-20"},
             date(2026, 11, 3)),
            ({"legal_basis": "CRA reject", "reason_code": "Faulty", "agreed_date": "2026-11-01"}, date(2026, 11, 14)),
        ],
        ids=["received", "sent earlier", "collection offered", "faulty"],
    )  # fmt: skip
    def test_the_refund_date_follows_the_legal_basis(self, facts, due):
        """The clock runs from facts and its last day is a calendar day."""
        assert new(**facts).day("refund_due") == due
        assert new(**facts).day("legal_due") == due

    @pytest.mark.rule("RFD-06")
    def test_a_near_date_is_told_and_raises_priority(self):
        """A refund due within the policy's days is told at every change and has high impact."""
        near = new(goods_received_date="2026-11-11")
        decision = press(CASE, near, "confirm_qc", by("b.lowe"))
        assert "RFD-06" in code(decision.warnings)
        assert "RFD-06" in code(edit(CASE, near, typed(CASE, {"qty": "2"}), by("b.lowe")).warnings)
        assert not press(CASE, new(), "confirm_qc", by("b.lowe")).warnings
        assert decision.case.text("priority") in {"P1", "P2"}

    def test_it_is_sent_within_one_working_day_of_approval(self):
        """Approved on Friday, sent by Monday."""
        friday = NOW - timedelta(days=3)
        case = done(CASE, checked(), "approve", by(Role.SENIOR_QA, now=friday))
        row = next(row for row in CASE.deadlines if row.id == "submit")
        assert row.due(case, by("a.khan")) == date(2026, 11, 23)

    def test_the_credit_note_is_due_14_days_after_settlement(self):
        """The credit note's date is legal and ends when number and date are there."""
        row = next(row for row in CASE.deadlines if row.id == "credit_note")
        assert row.due(settled(), by("a.khan")) == date(2026, 12, 7)
        with_note = edit(
            CASE, settled(), typed(CASE, {"credit_note_no": "CN-1", "credit_note_date": "2026-11-24"}), by(Role.FINANCE)
        ).case
        assert row.due(with_note, by("a.khan")) is None
        assert row.legal
