"""The ceilings of a refund and the facts it stands on: lines in parts, payments, time limits, accounts, legal hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases_kit import NOW, ctx, done, open_, press, refusal, typed
from refund_kit import IBAN, SAMPLE, agreed

from addin.logic.case_type import Case
from addin.logic.cases.refund import CASE
from addin.logic.forms import ERASED, FieldKind
from addin.logic.iban import check_iban, ending
from addin.logic.machine import edit
from addin.logic.refund_booking import parts
from addin.logic.refund_terms import same_line
from addin.logic.values import Money, Role


def by(who="b.lowe", *related: Case, reason=""):
    return ctx(who, related=related, reason=reason)


def new(**texts):
    return open_(CASE, ctx("a.khan"), **(SAMPLE | texts))


def confirmed(*related, **texts):
    return done(CASE, new(**texts), "confirm_qc", by("b.lowe", *related))


def checked(*related, **texts):
    return done(CASE, confirmed(*related, **texts), "check_amount", by("b.lowe", *related))


def approved(*related, **texts):
    return done(CASE, checked(*related, **texts), "approve", by(Role.SENIOR_QA, *related))


def other(status="Approved", number=77, **texts):
    """Another refund of the same order and payment, of its second line unless said."""
    fields = typed(CASE, {"line_id": "2", **{k: v for k, v in SAMPLE.items() if k != "line_id"}, **texts})
    fields = {name: value for name, value in fields.items() if value is not None}
    fields["total_refund"] = fields["refund_goods"]
    return Case(f"CASE-2026-{number:06d}", "RFD", status, fields)


def paid(**texts):
    case = other("Closed", **texts)
    return replace(case, fields={**case.fields, "outcome": "Refunded"})


class TestPayments:
    @pytest.mark.rule("RFD-17")
    def test_the_ceiling_holds_however_a_reference_is_written(self):
        """Blanks and small letters in a payment's reference do not make another payment."""
        mate = other(orig_psp_reference="psp-88 231", order_no="4000999999", refund_goods="400.01")
        assert "RFD-17" in refusal(CASE, confirmed(), "check_amount", by("b.lowe", mate))
        assert press(CASE, confirmed(), "check_amount", by("b.lowe", other(refund_goods="400.00"))).ok

    @pytest.mark.rule("RFD-34")
    def test_a_payment_has_one_captured_amount(self):
        """Who types a larger captured amount into a second refund does not raise the ceiling."""
        mate = other(captured_amount="450.00")
        case = confirmed(captured_amount="900.00")
        assert "RFD-34" in refusal(CASE, case, "check_amount", by("b.lowe", mate))
        dead = replace(mate, status="Rejected")
        assert press(CASE, case, "check_amount", by("b.lowe", dead)).ok


class TestLines:
    @pytest.mark.rule("RFD-18")
    def test_two_pieces_of_one_line_are_two_refunds(self):
        """Pieces that are named apart are refunded apart; the same piece, or an unnamed one, is not."""
        mate = other(line_id="1", line_part="1", serial="Z-1", line_amount="100.00")
        texts = {"line_part": "2", "serial": "Z-2", "line_amount": "100.00"}
        assert press(CASE, new(**texts), "confirm_qc", by("b.lowe", mate)).ok
        for clash in ({"line_part": "01"}, {"line_part": ""}, {"serial": "z-1"}):
            codes = refusal(CASE, new(**(texts | clash)), "confirm_qc", by("b.lowe", mate))
            assert "RFD-18" in codes, clash

    def test_one_piece_that_was_paid_in_two_ways_is_refunded_in_two_parts(self):
        """A split payment makes two refunds of one piece, each within its own payment."""
        mate = other(line_id="1", line_part="1", serial="Z-1", line_amount="100.00", orig_psp_reference="GIFT-1",
                     captured_amount="50.00")  # fmt: skip
        texts = {"line_part": "2", "serial": "Z-1", "line_amount": "100.00"}
        assert not same_line(new(**texts), mate)
        assert checked(mate, **texts).status == "Amount checked"

    @pytest.mark.rule("RFD-36")
    def test_all_refunds_of_a_line_stay_within_its_price(self):
        """However the line is divided, no more than it cost goes back."""
        mate = other(line_id="1", line_part="1", serial="Z-1", line_amount="100.00")
        texts = {"line_part": "2", "serial": "Z-2", "line_amount": "100.00"}
        assert "RFD-36" in refusal(
            CASE, confirmed(mate, **texts, refund_goods="50.01"), "check_amount", by("b.lowe", mate)
        )
        assert checked(mate, **texts).money("total_refund") == Money.parse("50.00")

    @pytest.mark.rule("RFD-36")
    def test_a_line_in_parts_needs_one_price(self):
        """The price is typed, and all parts say the same."""
        mate = other(line_id="1", line_part="1", serial="Z-1", line_amount="100.00")
        for price in ("", "120.00"):
            case = confirmed(mate, line_part="2", serial="Z-2", line_amount=price)
            assert "RFD-36" in refusal(CASE, case, "check_amount", by("b.lowe", mate))

    @pytest.mark.rule("RFD-36")
    def test_what_the_return_check_says_the_article_cost_is_a_ceiling(self):
        """Without a typed price, the value of the returned article counts."""
        check = Case("CASE-2026-000050", "RQC", "Graded", {"goods_value": Money.parse("49.99")})
        case = confirmed(check, qc_record_id=check.case_id)
        assert "RFD-36" in refusal(CASE, case, "check_amount", by("b.lowe", check))

    @pytest.mark.rule("RFD-35")
    def test_a_further_refund_names_the_paid_one_it_follows(self):
        """A price adjustment, then the return: the second names the first, which the customer has got."""
        first = paid(line_id="1", line_amount="450.00")
        texts = {"line_amount": "450.00", "refund_goods": "400.00", "follows_refund": first.case_id}
        assert "RFD-18" in refusal(CASE, new(**(texts | {"follows_refund": ""})), "confirm_qc", by("b.lowe", first))
        assert checked(first, **texts).status == "Amount checked"
        on_its_way = replace(first, status="Approved")
        assert "RFD-35" in refusal(CASE, new(**texts), "confirm_qc", by("b.lowe", on_its_way))
        assert "RFD-18" in refusal(CASE, new(**texts), "confirm_qc", by("b.lowe", on_its_way))
        assert "RFD-35" in refusal(CASE, new(**(texts | {"line_id": "3"})), "confirm_qc", by("b.lowe", first))

    def test_what_follows_stays_within_the_line_too(self):
        """A further refund of a line adds to the paid one."""
        first = paid(line_id="1", line_amount="450.00")
        texts = {"line_amount": "450.00", "refund_goods": "400.01", "follows_refund": first.case_id}
        codes = refusal(CASE, confirmed(first, **texts), "check_amount", by("b.lowe", first))
        assert {"RFD-36", "RFD-17"} <= codes

    def test_approved_parts_stay_as_approved(self):
        """The part, the price of the line and what it follows belong to the approved terms."""
        held = done(CASE, approved(line_part="1", line_amount="90.00"), "hold", by("a.khan", reason="?"),
                    hold_owner="f.osei", hold_review="2026-11-30")  # fmt: skip
        for name, text in (("line_part", "2"), ("line_amount", "900.00"), ("follows_refund", "CASE-2026-000009")):
            problems = edit(CASE, held, typed(CASE, {name: text}), by("a.khan")).problems
            assert "RFD-07" in {problem.code for problem in problems}

    def test_older_approvals_read_the_same(self):
        """A refund that names no part has the approved terms it always had."""
        assert approved().text("approved_terms").count("|") == 11


class TestBasis:
    @pytest.mark.rule("RFD-39")
    @pytest.mark.parametrize(
        ("notice", "told", "good"),
        [
            ("2026-11-15", "Yes", True),
            ("2026-11-16", "Yes", False),
            ("2026-11-16", "No", True),
            ("2026-11-16", "", False),
        ],
    )
    def test_a_cancellation_has_14_days_from_delivery(self, notice, told, good):
        """The 14th day counts, the 15th does not, unless the customer was never told of the right."""
        case = new(
            legal_basis="CCR cancel", reason_code="Change of mind", delivered_date="2026-11-01",
            cancel_notice_date=notice, info_given=told, goods_received_date="2026-11-20",
        )  # fmt: skip
        problems = {problem.code for problem in press(CASE, case, "confirm_qc", by("b.lowe")).problems}
        assert ("RFD-39" not in problems) is good

    @pytest.mark.rule("RFD-39")
    @pytest.mark.parametrize(("agreed", "good"), [("2026-11-20", True), ("2026-11-21", False)])
    def test_a_short_term_rejection_has_30_days_from_delivery(self, agreed, good):
        """Delivered on 21 October: rejected until 20 November."""
        case = new(legal_basis="CRA reject", reason_code="Faulty", delivered_date="2026-10-21", agreed_date=agreed)
        problems = {problem.code for problem in press(CASE, case, "confirm_qc", by("b.lowe")).problems}
        assert ("RFD-39" not in problems) is good

    @pytest.mark.rule("RFD-39")
    def test_senior_qa_may_refund_late_with_a_reason(self):
        """A late cancellation is Senior QA's to pass, on record."""
        case = new(
            legal_basis="CCR cancel", reason_code="Change of mind", delivered_date="2026-09-01",
            cancel_notice_date="2026-11-10", info_given="Yes", goods_received_date="2026-11-20",
        )  # fmt: skip
        decision = press(CASE, case, "confirm_qc", by(Role.SENIOR_QA, reason="Carrier lost it for a month"))
        assert decision.ok
        assert "RFD-39" in decision.drafts[-1].data["overrides"]

    @pytest.mark.rule("RFD-19")
    @pytest.mark.parametrize("told", ["", "No"])
    def test_nothing_is_deducted_from_a_customer_who_was_not_told(self, told):
        """The right to deduct is lost with the information on cancelling."""
        worn = Case("CASE-2026-000050", "RQC", "Graded", {"final_grade": "KO_WORN", "photos": ("1", "2", "3", "4")})
        case = confirmed(
            worn, deduction_amount="5", deduction_reason="soles", info_given=told, qc_record_id=worn.case_id
        )
        assert "RFD-19" in refusal(CASE, case, "check_amount", by("b.lowe", worn))

    @pytest.mark.rule("RFD-40")
    def test_goods_on_legal_hold_are_not_refunded(self):
        """Legal may pass it with a reason; nobody else, at no step."""
        check = Case(
            "CASE-2026-000050", "RQC", "On legal hold",
            {"order_no": "4000123456", "sku": "BAG-0117", "final_grade": "1ST", "photos": ("1", "2", "3", "4")},
        )  # fmt: skip
        texts = {"legal_basis": "CCR cancel", "reason_code": "Change of mind", "goods_received_date": "2026-11-20"}
        assert "RFD-40" in refusal(CASE, new(**texts), "confirm_qc", by("b.lowe", check))
        free = replace(check, status="Disposition approved")
        ready = approved(free, **texts)
        assert "RFD-40" in refusal(CASE, ready, "submit", by(Role.FINANCE, check, reason="x"))


class TestAccounts:
    def test_an_iban_is_held_to_its_check_digits(self):
        """A swapped digit, a wrong length and a card number are no account."""
        assert check_iban(IBAN) is None
        assert check_iban("DE89370400440532013000") is None
        for text in ("GB82WEST12345698765423", "GB82WEST1234569876543", "4111111111111111", "GB00", ""):
            problem = check_iban(text)
            assert problem is not None
            assert text not in str(problem) or not text
        assert ending(IBAN) == "5432"

    def test_an_account_is_personal(self):
        """It lives in the erasable vault; no event's text holds it."""
        field = CASE.fields["payee_account"]
        assert field.personal
        assert CASE.fields["approved_account"].personal
        assert field.kind is FieldKind.ID
        assert "82 WEST" not in str(approved(**agreed()).text("approved_terms"))
        assert ERASED not in IBAN

    @pytest.mark.rule("RFD-37")
    @pytest.mark.parametrize("missing", ["payee_name", "payee_account", "refund_method", "method_agreement"])
    def test_an_account_is_paid_with_the_customers_agreement_only(self, missing):
        """Holder, account, method and the filed agreement belong together."""
        case = confirmed(**(agreed() | {missing: ""}))
        assert {"RFD-37", "RFD-21"} & refusal(CASE, case, "check_amount", by("b.lowe"))
        assert checked(**agreed()).status == "Amount checked"

    @pytest.mark.rule("RFD-38")
    def test_the_approved_account_is_the_one_that_is_paid(self):
        """Neither on hold nor after a failure is another account slipped in."""
        held = done(CASE, approved(**agreed()), "hold", by("a.khan", reason="?"), hold_owner="f.osei",
                    hold_review="2026-11-30")  # fmt: skip
        changes = typed(CASE, {"payee_account": "DE89370400440532013000"})
        assert {p.code for p in edit(CASE, held, changes, by("a.khan")).problems} == {"RFD-38"}
        plain = done(CASE, approved(), "hold", by("a.khan", reason="?"), hold_owner="f.osei", hold_review="2026-11-30")
        assert {p.code for p in edit(CASE, plain, changes, by("a.khan")).problems} == {"RFD-38"}


class TestParts:
    @pytest.mark.rule("RFD-43")
    @pytest.mark.parametrize("text", ["REF-1 20.00", "REF-1 25; REF-1 25", "REF-1", "REF-1 60.00; REF-2 -10.00"])
    def test_what_the_provider_paid_in_parts_makes_the_refund(self, text):
        """Parts add up to the penny, each under a reference of its own."""
        sent = done(CASE, approved(), "submit", by(Role.FINANCE))
        texts = {"refund_psp_reference": "REF-1", "psp_parts": text}
        assert "RFD-43" in refusal(CASE, sent, "accept", by(Role.FINANCE), **texts)

    def test_parts_are_read_in_the_refunds_currency(self):
        """Two payments of one refund."""
        sent = done(CASE, approved(), "submit", by(Role.FINANCE))
        case = done(
            CASE, sent, "accept", by(Role.FINANCE), refund_psp_reference="REF-1", psp_parts="REF-1 20; REF-2 30.00"
        )
        assert parts(case) == [("REF-1", Money.parse("20.00")), ("REF-2", Money.parse("30.00"))]


def test_each_sending_is_counted() -> None:
    """A retry is a new attempt, so that the provider can tell it from a repeat of the first."""
    sent = done(CASE, approved(), "submit", by(Role.FINANCE))
    failed = done(CASE, sent, "fail", by(Role.FINANCE, reason="card closed"))
    again = done(CASE, failed, "retry", by(Role.FINANCE))
    assert (sent.count("attempt"), again.count("attempt")) == (1, 2)
    assert again.instant("executed_at") == NOW
