"""The two tracks of a claim: the customer's remedy, the carrier's money, parcels found later, and their net."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case, Context
from addin.logic.cases.claim import CASE
from addin.logic.claim_terms import EVIDENCE, citable_days, goods_lines, legal_days
from addin.logic.machine import edit, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Money, Role

REFUND = Case(
    "CASE-2026-000009", "RFD", "Settled", {"order_no": "4000123456", "total_refund": Money.parse("900.00")}
)  # fmt: skip
LISTED = "; ".join(f"{kind}: shelf 4" for kinds in EVIDENCE.values() for kind in kinds)
PAID = {"amount_paid": "750.00", "payment_ref": "PAY-1", "finance_match": "Yes"}


def claim(**texts):
    return open_(CASE, **(dict(CASE.sample) | texts))


def gathering(**texts):
    return done(CASE, claim(**texts), "gather", ctx())


def filed(**texts):
    return done(CASE, gathering(**texts), "file", ctx(), manifest_match="Yes", evidence_kinds=LISTED)


def decided(**texts):
    return done(CASE, filed(**texts), "decide", ctx(), carrier_decision="Paid", amount_offered="750.00")


def recovered(**texts):
    """A claim that was paid, refunded to the customer and closed."""
    more = {"remedy": "Refund"} | PAID | texts
    return done(CASE, decided(), "close", ctx(Role.FINANCE, related=(REFUND,)), **more)


def not_filed(case, related=(), **texts):
    ready = {"manifest_match": "Yes", "evidence_kinds": LISTED} | texts
    return refusal(CASE, case, "file", ctx(related=related), **ready)


def told(decision):
    return {problem.code for problem in decision.warnings}


class TestCustomer:
    def test_the_remedy_is_chosen_at_once_and_a_refund_opens_its_own_case(self):
        """Before anything is filed: the customer does not wait for the carrier."""
        pressed = press(CASE, claim(), "remedy", ctx(), remedy="Refund")
        (opening,) = pressed.openings
        assert opening.type == "RFD"
        assert opening.fields["legal_basis"] == "Non-delivery"
        assert opening.fields["agreed_date"] == date(2026, 11, 23)
        assert opening.fields["refund_goods"] == Money.parse("900.00")
        assert pressed.case.status == "Draft"

    def test_a_refund_that_exists_is_not_opened_again(self):
        """Neither beside a live refund of the order nor beside a reference of one that was made."""
        assert press(CASE, claim(), "remedy", ctx(related=(REFUND,)), remedy="Refund").openings == ()
        assert press(CASE, claim(), "remedy", ctx(), remedy="Refund", refund_ref="RFD-7").openings == ()

    def test_damage_says_no_legal_basis_for_the_customer(self):
        """Damaged goods may be rejected or kept at a price: a person chooses the basis on the refund."""
        (opening,) = press(CASE, claim(subtype="DAMAGE"), "remedy", ctx(), remedy="Refund").openings
        assert "legal_basis" not in opening.fields

    @pytest.mark.rule("UPC-30")
    def test_none_yet_is_no_remedy(self):
        """Putting it off is not choosing."""
        assert "UPC-30" in refusal(CASE, claim(), "remedy", ctx(), remedy="None yet")

    @pytest.mark.rule("UPC-25")
    @pytest.mark.parametrize(
        ("texts", "related", "ok"),
        [
            ({"remedy": "Refund"}, (), False),
            ({"remedy": "Refund"}, (REFUND,), True),
            ({"remedy": "Refund", "refund_ref": "RFD-7"}, (), True),
            ({"remedy": "Replace"}, (), False),
            ({"remedy": "Replace", "replacement_ref": "5200417399"}, (), True),
            ({"remedy": "Second shipment"},
             (Case("CASE-2026-000008", "CRP", "Delivered", {"tracking_new": "1Z12345E6805271679"}),), True),
            ({"remedy": "None due"}, (), True),
        ],
    )  # fmt: skip
    def test_a_claim_closes_when_the_customers_side_is_done(self, texts, related, ok):
        """A refund that exists, a replacement that is named; a word alone is not enough."""
        who = ctx(Role.FINANCE, related=related)
        found = press(CASE, decided(), "close", who, **PAID, **texts)
        assert found.ok is ok, found.problems
        assert ok or {problem.code for problem in found.problems} == {"UPC-25"}

    def test_a_return_that_was_sent_runs_the_refund_clock(self):
        """Proof of sending starts it, whatever became of the parcel; a chosen remedy ends it."""
        case = claim(subtype="RETURN_LEG", proof_of_sending_date="2026-11-10")
        due = {row.id: row.due(case, ctx()) for row in CASE.deadlines}
        assert due["refund"] == date(2026, 11, 24)
        settled = done(CASE, case, "remedy", ctx(), remedy="Refund")
        assert next(row for row in CASE.deadlines if row.id == "refund").due(settled, ctx()) is None


class TestNet:
    def test_the_net_is_what_came_back_less_what_the_customer_got(self):
        """Claim paid, refund done: 750 less 900."""
        case = recovered()
        assert (case.money("came_back"), case.money("customer_got")) == (Money.parse("750.00"), Money.parse("900.00"))
        assert case.money("net_position") == Money.parse("-150.00")

    def test_a_typed_cost_counts_before_the_refund(self):
        """A replacement has a cost of its own."""
        case = recovered(remedy="Replace", replacement_ref="5200417399", remedy_cost="400.00")
        assert case.money("net_position") == Money.parse("350.00")

    def test_nothing_known_is_no_net(self):
        """A new claim shows no figure rather than a nought."""
        assert not claim().has("net_position")

    @pytest.mark.rule("UPC-32")
    def test_a_parcel_found_after_payment_opens_the_claim_and_the_money_is_owed_back(self):
        """Recovered, then found: the goods count, the carrier's money is repaid, and the net is right again."""
        case = recovered()
        case = done(CASE, case, "found", ctx(reason="stood in cage 4"))
        assert (case.status, case.day("found_on"), case.has("outcome")) == ("Decided", date(2026, 11, 23), False)
        case = edit(CASE, case, typed(CASE, {"found_value": "900.00"}), ctx(related=(REFUND,))).case
        assert case.money("repay_due") == Money.parse("750.00")
        assert "UPC-32" in refusal(CASE, case, "close", ctx(Role.FINANCE, related=(REFUND,)))
        again = ctx(Role.FINANCE, related=(REFUND,))
        case = done(CASE, case, "close", again, repaid_amount="750.00", repaid_ref="BACK-1")
        assert case.money("net_position") == Money.parse("0.00")
        assert (case.status, case.text("outcome")) == ("Closed", "Recovered")

    def test_the_carrier_may_let_the_money_stand(self):
        """Senior QA passes it with a reason, which the event keeps."""
        case = done(CASE, recovered(), "found", ctx(reason="stood in cage 4"))
        case = edit(CASE, case, typed(CASE, {"found_value": "100.00"}), ctx(related=(REFUND,))).case
        assert case.money("repay_due") == Money.parse("100.00")
        end = ctx(Role.SENIOR_QA, reason="the carrier waived it in writing", related=(REFUND,))
        assert press(CASE, case, "close", end).drafts[-1].data["overrides"] == ["UPC-32"]

    def test_goods_that_were_found_are_not_written_off(self):
        """What came back as goods is no loss; the rest is."""
        case = done(CASE, filed(), "decide", ctx(), carrier_decision="Denied")
        assert case.money("write_off_amount") == Money.parse("750.00")
        case = done(CASE, case, "found", ctx(reason="with the neighbour"), found_value="500.00")
        assert case.money("write_off_amount") == Money.parse("250.00")

    @pytest.mark.rule("UPC-31")
    @pytest.mark.parametrize(("subtype", "stopped"), [("LOST", True), ("RETURN_LEG", True), ("DAMAGE", False)])
    def test_a_parcel_that_was_found_is_not_claimed_as_lost(self, subtype, stopped):
        """It may still be damaged, short or late."""
        case = done(CASE, gathering(subtype=subtype), "found", ctx(reason="came back"))
        found = press(CASE, case, "file", ctx(), manifest_match="Yes", evidence_kinds=LISTED)
        assert ("UPC-31" in {problem.code for problem in found.problems}) is stopped


class TestFacts:
    @pytest.mark.rule("UPC-28")
    def test_an_appeal_without_a_new_document_takes_senior_qa(self):
        """What the carrier has seen does not change its mind."""
        case = done(CASE, filed(), "decide", ctx(), carrier_decision="Denied")
        assert "UPC-28" in refusal(CASE, case, "appeal", ctx(reason="they are wrong"))
        assert press(CASE, case, "appeal", ctx(Role.SENIOR_QA, reason="arithmetic mistake of theirs")).ok

    @pytest.mark.rule("UPC-29")
    def test_a_failed_check_digit_is_filed_only_with_a_reason(self):
        """It opens a claim with a warning; filing it asks why the number is right."""
        case = gathering(tracking="1Z999AA10123456785")
        assert "UPC-29" in not_filed(case)
        why = {"manifest_match": "Yes", "evidence_kinds": LISTED, "tracking_why": "so on label and manifest"}
        assert press(CASE, case, "file", ctx(), **why).ok

    @pytest.mark.rule("UPC-08")
    @pytest.mark.rule("UPC-35")
    @pytest.mark.parametrize(
        ("mine", "theirs", "same"),
        [("LOST", "DAMAGE", True), ("DNR", "LOST", True), ("LATE", "DAMAGE", False), ("LATE", "LATE", True)],
    )
    def test_a_parcel_has_one_claim_and_a_late_charge_its_own(self, mine, theirs, same):
        """A second claim is told when it is opened and refused when it is filed."""
        other = Case("CASE-2026-000002", "UPC", "Draft", {"tracking": "1Z 999 AA1 01 2345 6784", "subtype": theirs})
        texts = {"subtype": mine, "shipping_charge": "750.00"}
        given = typed(CASE, dict(CASE.sample) | texts)
        assert ("UPC-35" in told(open_case(CASE, "CASE-2026-000001", given, ctx(related=(other,))))) is same
        found = press(
            CASE, gathering(**texts), "file", ctx(related=(other,)), manifest_match="Yes", evidence_kinds=LISTED
        )
        assert ("UPC-08" in {problem.code for problem in found.problems}) is same

    @pytest.mark.rule("UPC-33")
    @pytest.mark.parametrize(("owner", "warned"), [("House", False), ("Customer", True)])
    def test_a_return_on_anothers_account_is_told(self, owner, warned):
        """The carrier pays the shipper of record."""
        case = gathering(subtype="RETURN_LEG", return_label_owner=owner)
        found = press(CASE, case, "file", ctx(), manifest_match="Yes", evidence_kinds=LISTED)
        assert ("UPC-33" in told(found)) is warned

    @pytest.mark.rule("UPC-34")
    def test_an_old_rate_is_told_and_a_fresh_one_is_not(self):
        """The cap rests on pounds for an SDR, which has a day."""
        ready = {"manifest_match": "Yes", "evidence_kinds": LISTED}
        assert "UPC-34" in told(press(CASE, gathering(), "file", ctx(), **ready))
        fresh = DEFAULT_POLICY.amended([replace(DEFAULT_POLICY.row("sdr.date"), value="2026-11-20")], "2")
        assert "UPC-34" not in told(press(CASE, gathering(), "file", replace(ctx(), policy=fresh), **ready))

    @pytest.mark.rule("UPC-36")
    @pytest.mark.parametrize(("declared", "warned"), [("40000.00", False), ("40000.01", True), ("USD 50000.01", True)])
    def test_a_declared_value_above_the_maximum_is_told(self, declared, warned):
        """USD 50,000 at the policy's rate."""
        case = gathering(declared_value=declared)
        found = press(CASE, case, "file", ctx(), manifest_match="Yes", evidence_kinds=LISTED)
        assert ("UPC-36" in told(found)) is warned

    @pytest.mark.rule("UPC-01")
    @pytest.mark.parametrize("name", ["ship_date", "event_date", "delivered_date", "last_scan_date", "found_on"])
    def test_an_event_in_the_future_is_refused(self, name):
        """Tomorrow has not happened."""
        found = edit(CASE, claim(), typed(CASE, {name: "2026-11-24"}), ctx())
        assert "UPC-01" in {problem.code for problem in found.problems}

    @pytest.mark.rule("UPC-01")
    def test_a_delivery_later_today_is_refused(self):
        """An instant is compared with the clock, not with the day."""
        found = edit(CASE, claim(), {"delivered_at": NOW + timedelta(minutes=1)}, ctx())
        assert "UPC-01" in {problem.code for problem in found.problems}

    def test_a_late_service_brings_its_charge_and_nothing_else(self):
        """However dear the goods are."""
        case = claim(subtype="LATE", shipping_charge="18.40", amount_claimed="18.40")
        assert case.money("expected_recovery") == case.money("legal_cap") == Money.parse("18.40")
        assert case.money("uninsured_gap") == Money.parse("0.00")
        assert [(line.ref, line.line_total) for line in goods_lines(case)] == [
            ("UPS Express Saver", Money.parse("18.40"))
        ]
        found = edit(CASE, case, typed(CASE, {"amount_claimed": "18.41"}), ctx())
        assert "UPC-03" in {problem.code for problem in found.problems}

    def test_an_insurer_who_does_not_answer_is_chased(self):
        """Five working days after he was told, until he acknowledges."""
        case = claim(insurer_told="2026-11-20")
        row = next(row for row in CASE.deadlines if row.id == "insurer")
        assert row.due(case, ctx()) == date(2026, 11, 27)
        assert row.due(edit(CASE, case, typed(CASE, {"insurer_ack": "2026-11-23"}), ctx()).case, ctx()) is None

    @pytest.mark.parametrize("state", ["Filed", "Appeal"])
    def test_a_question_goes_back_to_where_it_was_asked(self, state):
        """An answer during an appeal does not make it a plain claim again."""
        case = replace(filed(), status=state)
        case = done(CASE, case, "request_info", ctx(), ups_action_due="2026-11-27")
        assert case.status == "UPS info requested"
        case = done(CASE, case, "answer", ctx())
        assert (case.status, case.has("ups_action_due"), case.has("asked_from")) == (state, False, False)


class TestCiting:
    def verified(self, *keys: str) -> Context:
        rows = [replace(DEFAULT_POLICY.row(key), verified_by="l.ward", verified_on=date(2026, 11, 1)) for key in keys]
        return replace(ctx(), policy=DEFAULT_POLICY.amended(rows, "2"))

    def test_a_letter_cites_only_what_somebody_has_verified(self):
        """Both days are shown to the coordinator; a letter may name the verified one only."""
        known = self.verified("claim.uk_terms.loss")
        assert [one.label for one in legal_days(claim(), known)] == ["Notice to the carrier", "Time bar"]
        (cited,) = citable_days(claim(), known)
        assert (cited.deadline.day, cited.deadline.verified_by) == (date(2027, 1, 15), "l.ward")
        assert citable_days(claim(), ctx()) == ()

    def test_an_unknown_regime_is_never_cited(self):
        """The earliest candidate is kept as a date to work by, not as the law of the case."""
        keys = [f"claim.{regime}.loss" for regime in ("uk_terms", "cmr", "montreal")]
        assert citable_days(claim(dest_country=""), self.verified(*keys)) == ()

    def test_a_deadline_says_whether_it_is_verified(self):
        """In words, beside the day."""
        assert "not verified" in claim().text("deadline_source")
        verified = edit(CASE, claim(), typed(CASE, {"service": "Express"}), self.verified("claim.uk_terms.loss")).case
        assert verified.text("deadline_source") == "claim.uk_terms.loss"
