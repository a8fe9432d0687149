"""What a claim letter may say: only what is proved, in amounts that agree, to the carrier that had the parcel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from cases_kit import ctx, done, open_, refusal, typed

from addin.logic.case_type import Case, Context
from addin.logic.cases.claim import CASE
from addin.logic.claim_purposes import APPEAL, CHASER, CLAIM, WRITE_OFF
from addin.logic.claim_terms import EVIDENCE, citable_days, goods_lines
from addin.logic.claim_truth import other_recovery, refund_paid, refund_shown, untrue
from addin.logic.forms import Value
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Money

LINES = "BAG-1 | Bag | Z-1 | 1 | 300.00; SC-1 | Scarf | | 2 | 100.00"
LISTED = "; ".join(f"{kind}: shelf 4" for kinds in EVIDENCE.values() for kind in kinds)


def claim(**texts: object) -> Case:
    return open_(CASE, **(dict(CASE.sample) | texts))


def refund(status: str, number: str = "RF-2026-000001", case_id: str = "CASE-2026-000009") -> Case:
    fields: dict[str, Value] = {"order_no": "4000123456", "refund_no": number}
    return Case(case_id, "RFD", status, fields)


def told(case: Case, purpose: str = CLAIM, *relies: str) -> list[str]:
    return [problem.code for problem in untrue(case, ctx(), purpose, relies)]


@pytest.mark.rule("UPC-40")
class TestAmounts:
    def test_goods_that_add_up_to_less_than_is_claimed_are_no_table_for_the_claim(self):
        """£500.00 of goods carry no claim of £750.00, neither in a letter nor when it is filed."""
        short = claim(goods_lines=LINES)
        assert told(short) == ["UPC-40"]
        gathered = done(CASE, short, "gather", ctx())
        said = refusal(CASE, gathered, "file", ctx(), manifest_match="Yes", evidence_kinds=LISTED)
        assert "UPC-40" in said
        assert told(claim(goods_lines=LINES, amount_claimed="500.00")) == []

    def test_what_is_filed_is_not_asked_again(self):
        """The facts are fixed then; a rule that came later must not keep a letter from being made anew."""
        assert told(replace(claim(goods_lines=LINES), status="Filed")) == []

    def test_a_claim_in_another_currency_than_its_goods_is_told(self):
        """Euros do not add up to pounds."""
        assert told(claim(amount_claimed="EUR 500.00", proven_value="EUR 900.00", goods_lines=LINES)) == ["UPC-40"]

    def test_of_a_late_service_the_charge_is_claimed_whatever_was_in_the_parcel(self):
        """Its table holds the carrier's charge alone, so that total and claim agree in every letter."""
        late = claim(subtype="LATE", shipping_charge="18.40", amount_claimed="18.40", goods_lines=LINES)
        assert [str(line.line_total) for line in goods_lines(late)] == ["GBP 18.40"]
        assert told(late) == told(late, APPEAL) == []
        assert told(replace(late, fields={**late.fields, "amount_claimed": Money.parse("20.00")})) == ["UPC-40"]


@pytest.mark.rule("LTR-01")
def test_a_letter_waits_for_what_its_words_rest_on():
    """'As the drop-off receipt shows' is not written before the receipt, or where it is, is on file."""
    (problem,) = untrue(claim(), ctx(), CLAIM, ["Proof of tender"])
    assert (problem.code, problem.field) == ("LTR-01", "evidence_kinds")
    assert "'Proof of tender'" in problem.message
    assert told(claim(evidence_kinds="Proof of tender: driver sheet 12"), CLAIM, "Proof of tender") == []


@pytest.mark.rule("LTR-02")
@pytest.mark.parametrize("purpose", [CLAIM, APPEAL, CHASER])
def test_a_parcel_of_another_carrier_gets_no_letter_to_ups(purpose: str):
    """The templates are written to UPS; the sheet that stays in the house may be made."""
    assert told(claim(carrier="DHL"), purpose) == ["LTR-02"]
    assert told(claim(carrier="DHL"), WRITE_OFF) == told(claim(carrier="UPS"), purpose) == []


@pytest.mark.rule("UPC-31")
def test_a_parcel_that_was_found_is_not_claimed_as_lost_in_a_letter():
    """Nor is a return on somebody else's label called ours."""
    assert told(claim(found_on="2026-11-20")) == ["UPC-31"]
    away = claim(subtype="RETURN_LEG", return_label_owner="The customer")
    assert told(away) == ["UPC-33"]


@pytest.mark.rule("LTR-03")
class TestRefund:
    @pytest.mark.parametrize(("status", "said"), [("Settled", "RF-2026-000001"), ("Reconciled", "RF-2026-000001"),
                                                  ("Requested", ""), ("Approved", "")])  # fmt: skip
    def test_a_letter_says_that_the_customer_was_refunded_once_the_money_is_there(self, status, said):
        """A refund that is only asked for is none, also when its number was typed into the claim."""
        around = ctx(related=(refund(status),))
        assert refund_paid(claim(), around) == said
        assert refund_paid(claim(refund_ref="RF-2026-000001"), around) == said

    def test_a_reference_of_somewhere_else_stands_for_itself(self):
        """A refund that another system made is known by what was typed."""
        assert refund_paid(claim(refund_ref="OLD-77"), ctx(related=(refund("Requested"),))) == "OLD-77"
        assert refund_paid(claim(), ctx()) == ""

    def test_of_two_refunds_the_one_that_was_paid_is_shown(self):
        """One of the order was rejected half way, the other reached the customer."""
        both = (refund("Requested", "RF-1", "CASE-2026-000008"), refund("Settled", "RF-2"))
        shown = refund_shown(claim(), ctx(related=both))
        assert shown is not None
        assert shown.text("refund_no") == "RF-2"


def test_a_write_off_shows_what_else_came_back():
    """Insurer and found goods, where there are such; nought is nothing."""
    empty = {"insurer_paid": "", "found_value": ""}
    assert other_recovery(claim()) == other_recovery(claim(insurer_paid="0")) == empty
    assert other_recovery(claim(insurer_paid="100.00"))["insurer_paid"] == Money.parse("100.00")


@pytest.mark.rule("LTR-04")
class TestCitedPeriods:
    def verified(self, *keys: str) -> Context:
        rows = [replace(DEFAULT_POLICY.row(key), verified_by="l.ward", verified_on=date(2026, 11, 1)) for key in keys]
        return replace(ctx(), policy=DEFAULT_POLICY.amended(rows, "2"))

    @pytest.mark.parametrize(("mode", "subtype", "cited"), [
        ("road", "LOST", False), ("air", "LOST", False), ("road", "DAMAGE", True), ("air", "DAMAGE", True),
    ])  # fmt: skip
    def test_no_convention_sets_a_notice_for_a_loss(self, mode, subtype, cited):
        """CMR says from when goods count as lost, Montreal nothing: a letter cites neither as a period for claiming."""
        around = self.verified("claim.cmr.loss", "claim.montreal.loss", "claim.cmr.damage", "claim.montreal.damage")
        abroad = claim(dest_country="FR", mode=mode, subtype=subtype)
        assert bool(citable_days(abroad, around)) is cited
        assert typed(CASE, {"mode": mode})
