"""A carrier claim: evidence, deadlines by regime, approval, decision, recovery or a signed write-off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.claim import CASE
from addin.logic.claim_terms import EVIDENCE, goods_lines
from addin.logic.evidence import Piece
from addin.logic.machine import attach, edit, open_case, withdraw
from addin.logic.values import Actor, Money, Role

#: Fields of the sample that stand for a kind of evidence by themselves.
FACTS = {"sku", "goods_description", "gross_weight_kg", "service", "delivered_at", "consignee_town"}


def listed(*kinds):
    """Kinds of evidence with the place of their papers, as a person lists what is no file."""
    return "; ".join(f"{kind}: shelf 4" for kind in kinds)


ALL = listed(*EVIDENCE["LOST"])


def new(**texts):
    return open_(CASE, **(dict(CASE.sample) | texts))


def gathering(**texts):
    return done(CASE, new(**texts), "gather", ctx())


def filed(**texts):
    return done(CASE, gathering(**texts), "file", ctx(), manifest_match="Yes", evidence_kinds=_kinds(texts))


def _kinds(texts):
    return listed(*EVIDENCE[texts.get("subtype", "LOST")])


def decided(decision="Paid", offered="750.00", **texts):
    return done(CASE, filed(**texts), "decide", ctx(), carrier_decision=decision, amount_offered=offered)


def not_filed(case, who="a.khan", now=NOW, related=(), **texts):
    ready = {"manifest_match": "Yes", "evidence_kinds": ALL} | texts
    return refusal(CASE, case, "file", ctx(who, now=now, related=related), **ready)


def _typed_into(case, **texts):
    """The case after somebody typed into it, without a press."""
    decision = edit(CASE, case, typed(CASE, texts), ctx())
    assert decision.ok, decision.problems
    return decision.case


def codes(problems):
    return {problem.code for problem in problems}


class TestWay:
    def test_a_claim_goes_from_draft_to_recovered(self):
        """Evidence, tracer, filing, a question, the decision, and money that Finance has matched."""
        case = done(CASE, gathering(), "open_tracer", ctx(), tracer_ref="TR-1")
        case = done(CASE, case, "file", ctx(), manifest_match="Yes", evidence_kinds=ALL)
        assert case.flag("filed_late") is False
        case = done(CASE, case, "request_info", ctx(), ups_action_due="2026-11-27")
        assert case.text("due_what") == "Answer the carrier"
        case = done(CASE, case, "answer", ctx())
        case = done(CASE, case, "decide", ctx(), carrier_decision="Paid", amount_offered="750.00", claim_no="C-9")
        paid = {"amount_paid": "750.00", "payment_ref": "PAY-1", "remedy": "Replace", "finance_match": "Yes"}
        paid |= {"replacement_ref": "5200417399"}
        assert refusal(CASE, case, "close", ctx(Role.FINANCE), **paid, ticket_ref=None) == {"COM-06"}
        case = done(CASE, case, "close", ctx(Role.FINANCE), **paid)
        assert (case.status, case.text("outcome")) == ("Closed", "Recovered")

    def test_a_denied_claim_is_appealed_and_written_off_by_two(self):
        """A refusal is appealed; what is not paid is written off by Finance and Senior QA."""
        case = decided("Denied", "")
        assert "UPC-28" in refusal(CASE, case, "appeal", ctx(reason="weights prove it"))
        case = attach(CASE, case, [Piece("w.pdf", "Weight record", "0" * 64, 10, "")], ctx()).case
        case = done(CASE, case, "appeal", ctx(reason="weights prove it"))
        case = done(CASE, case, "decide", ctx(), carrier_decision="Denied")
        assert case.money("write_off_amount") == Money.parse("750.00")
        case = done(CASE, case, "agree", ctx(Role.FINANCE))
        case = done(
            CASE, case, "write_off", ctx(Role.SENIOR_QA, reason="no further proof"), remedy="Refund", refund_ref="R-1"
        )
        assert (case.status, case.text("outcome")) == ("Closed", "Written off")

    @pytest.mark.parametrize("subtype", sorted(EVIDENCE))
    def test_every_subtype_can_be_filed(self, subtype):
        """Each subtype has a checklist, and is filed when it is complete."""
        late = {"shipping_charge": "18.40", "amount_claimed": "18.40"} if subtype == "LATE" else {}
        assert filed(subtype=subtype, delivered_date="2026-11-17", **late).status == "Filed"

    def test_opens_from_a_message_with_only_a_tracking_number(self):
        """A message with few facts becomes a draft; evidence is gathered once the rest is known."""
        case = open_(CASE, tracking="1Z999AA10123456784")
        assert "MOVE-NEEDS" in refusal(CASE, case, "gather", ctx())
        assert case.text("regime") == "unknown"

    def test_an_escalation_opens_its_own_case(self):
        """A stuck claim is escalated without moving."""
        pressed = press(CASE, gathering(), "escalate", ctx(reason="no answer"))
        assert [opening.type for opening in pressed.openings] == ["ESC"]

    @pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
    def test_a_move_is_refused_from_every_other_state(self, verb, state):
        """A move is refused from a state it does not leave, and changes nothing."""
        assert refused_for_state(CASE, new(), verb, state)


class TestFacts:
    @pytest.mark.rule("UPC-01")
    @pytest.mark.parametrize(
        "texts",
        [{"discovery_date": "2026-11-24"}, {"event_date": "2026-11-20"}, {"ship_date": "2026-11-18"}],
        ids=["discovered tomorrow", "happened after discovery", "shipped after the event"],
    )
    def test_days_stand_in_their_order(self, texts):
        """Shipped, happened, discovered, today."""
        assert "UPC-01" in codes(edit(CASE, new(), typed(CASE, texts), ctx()).problems)

    @pytest.mark.rule("UPC-02")
    @pytest.mark.rule("UPC-03")
    def test_no_more_is_claimed_than_proven(self):
        """A penny above the proven value is refused, and so is a negative amount."""
        assert edit(CASE, new(), typed(CASE, {"amount_claimed": "749.99"}), ctx()).ok
        assert "UPC-03" in codes(edit(CASE, new(), typed(CASE, {"amount_claimed": "750.01"}), ctx()).problems)
        assert "UPC-02" in codes(edit(CASE, new(), typed(CASE, {"declared_value": "-1"}), ctx()).problems)

    @pytest.mark.rule("UPC-04")
    def test_a_failed_check_digit_is_told_and_does_not_stop(self):
        """A number whose check digit fails opens a case, with a warning."""
        found = open_case(CASE, "CASE-2026-000001", {"tracking": "1Z999AA10123456785"}, ctx())
        assert found.ok
        assert "UPC-04" in codes(found.warnings)

    @pytest.mark.rule("UPC-05")
    def test_the_goods_table_is_read_line_by_line(self):
        """Lines add up to the total; a line that cannot be read is named."""
        good = "BAG-1 | Bag | Z-1 | 1 | 900.00; SCF-2 | Scarf |  | 2 | 120.50"
        case = edit(CASE, new(), typed(CASE, {"goods_lines": good}), ctx()).case
        assert case.money("goods_total") == Money.parse("1141.00")
        assert goods_lines(new())[0].serial == "Z-884201"
        dear = "BAG-1 | Bag | Z-1 | 1 | £1,250.00; SCF-2 | Scarf |  | 2 | GBP 120.50; TIE-3 | Tie | | 1 | 90,50"
        case = edit(CASE, new(), typed(CASE, {"goods_lines": dear}), ctx()).case
        assert case.money("goods_total") == Money.parse("1581.50")
        for wrong in (
            "BAG-1 | Bag", "BAG-1 | Bag | Z | 0 | 9.00", "BAG-1 | Bag | Z | 1 | nine", "BAG-1 | Bag | Z | 1 | -9.00",
            "BAG-1 | Bag | Z | 1 | 1.2.3", "BAG-1 | Bag | Z | 1 | ", "A | B | | 1 | £9.00; C | D | | 1 | EUR 9.00",
        ):  # fmt: skip
            assert "UPC-05" in codes(edit(CASE, new(), typed(CASE, {"goods_lines": wrong}), ctx()).problems)

    @pytest.mark.rule("UPC-06")
    @pytest.mark.rule("UPC-18")
    @pytest.mark.rule("UPC-19")
    def test_filing_tells_what_may_weaken_the_claim(self):
        """A watch, a missing complaint of the customer by air, packaging thrown away: told, not refused."""
        case = gathering(
            subtype="DAMAGE", goods_kind="Watch", dest_country="FR", mode="air", delivered_date="2026-11-17"
        )
        found = press(CASE, case, "file", ctx(), manifest_match="Yes", evidence_kinds=listed(*EVIDENCE["DAMAGE"]))
        assert found.ok
        assert {"UPC-06", "UPC-18", "UPC-19"} <= codes(found.warnings)

    @pytest.mark.rule("UPC-07")
    def test_the_tracking_is_kept_from_the_first_day(self):
        """A claim without a snapshot says so, has it due at once, and shows the day the carrier deletes it."""
        given = typed(CASE, dict(CASE.sample) | {"tracking_snapshot": ""})
        found = open_case(CASE, "CASE-2026-000001", given, ctx())
        assert "UPC-07" in codes(found.warnings)
        due = {row.id: row.due(found.case, ctx()) for row in CASE.deadlines}
        assert due["snapshot"] == date(2026, 11, 23)
        assert due["roll_off"] == date(2026, 11, 16) + timedelta(days=120)
        pasted = open_case(CASE, "CASE-2026-000001", given | {"tracking_text": "Origin scan"}, ctx())
        assert "UPC-07" not in codes(pasted.warnings)
        assert [keep.kind for keep in pasted.keeps] == ["Tracking snapshot"]


class TestFiling:
    @pytest.mark.rule("UPC-08")
    def test_a_parcel_is_claimed_once(self):
        """The same parcel and event has one claim, however the number is written."""
        other = Case("CASE-2026-000002", "UPC", "Filed", {"tracking": "1Z 999 AA1 01 2345 6784", "subtype": "LOST"})
        assert "UPC-08" in not_filed(gathering(), related=(other,))

    @pytest.mark.rule("UPC-10")
    def test_the_number_stands_on_the_manifest(self):
        """A passed check digit is no proof: the manifest is."""
        assert "UPC-10" in not_filed(gathering(), manifest_match="No")

    @pytest.mark.rule("UPC-11")
    def test_the_value_is_proved(self):
        """No claim without proof of value, except for the charge of a late service."""
        assert "UPC-11" in not_filed(gathering(proven_value=""))
        case = gathering(subtype="LATE", proven_value="", amount_claimed="18.00")
        assert "UPC-11" in not_filed(case, evidence_kinds=listed(*EVIDENCE["LATE"]))
        case = edit(CASE, case, typed(CASE, {"shipping_charge": "18.00"}), ctx()).case
        assert press(CASE, case, "file", ctx(), manifest_match="Yes", evidence_kinds=listed(*EVIDENCE["LATE"])).ok

    @pytest.mark.rule("UPC-12")
    def test_the_regime_is_decided(self):
        """Unknown stays unknown; Senior QA may file it with a reason."""
        assert "UPC-12" in not_filed(gathering(dest_country=""))
        assert "UPC-12" in not_filed(gathering(dest_country="FR"))
        ready = {"manifest_match": "Yes", "evidence_kinds": ALL}
        assert press(CASE, gathering(dest_country=""), "file", ctx(Role.SENIOR_QA, reason="carrier says"), **ready).ok

    @pytest.mark.rule("UPC-13")
    def test_late_filing_needs_a_reason(self):
        """After the carrier's deadline a reason is needed, and the claim is marked late."""
        later = NOW + timedelta(days=70)
        assert "UPC-13" in not_filed(gathering(), now=later)
        case = gathering(late_reason="the customer wrote late")
        case = done(CASE, case, "file", ctx(now=later), manifest_match="Yes", evidence_kinds=ALL)
        assert case.flag("filed_late") is True
        no_start = gathering(subtype="LATE", expected_delivery="")
        assert "UPC-13" in not_filed(no_start)

    @pytest.mark.rule("UPC-14")
    @pytest.mark.parametrize("subtype", sorted(EVIDENCE))
    def test_every_kind_of_evidence_counts(self, subtype):
        """One missing kind is enough to refuse, and it is named."""
        case = gathering(subtype=subtype, delivered_date="2026-11-17")
        bare = replace(case, fields={k: v for k, v in case.fields.items() if k not in FACTS})
        for kind in EVIDENCE[subtype]:
            others = [other.upper() for other in EVIDENCE[subtype] if other != kind]
            found = press(CASE, bare, "file", ctx(), manifest_match="Yes", evidence_kinds=listed(*others))
            assert any(p.code == "UPC-14" and kind in p.message for p in found.problems), kind

    @pytest.mark.rule("UPC-09")
    @pytest.mark.rule("UPC-15")
    @pytest.mark.rule("UPC-16")
    def test_above_the_limit_senior_qa_approves_that_amount(self):
        """A claim above the limit is approved by Senior QA, not by its opener, and for that amount only."""
        case = gathering(proven_value="2000.00", amount_claimed="1000.01")
        assert "UPC-15" in not_filed(case)
        case = done(CASE, case, "approve", ctx(Role.SENIOR_QA))
        assert press(CASE, case, "file", ctx(), manifest_match="Yes", evidence_kinds=ALL).ok
        assert {"UPC-09", "UPC-15"} <= not_filed(case, amount_claimed="1500.00")
        own = open_(CASE, ctx(Role.SENIOR_QA), **CASE.sample)
        own = done(CASE, own, "gather", ctx())
        assert "UPC-16" in refusal(CASE, own, "approve", ctx(Role.SENIOR_QA))

    @pytest.mark.rule("UPC-17")
    def test_a_tracer_waits_for_a_day(self):
        """A lost parcel is traced a day after it should have come."""
        early = gathering(expected_delivery="2026-11-23")
        assert "UPC-17" in refusal(CASE, early, "open_tracer", ctx(), tracer_ref="TR-1")
        traced = done(CASE, early, "open_tracer", ctx(now=NOW + timedelta(days=2)), tracer_ref="TR-1")
        (search,) = [row for row in CASE.deadlines if row.id == "search"]
        assert search.due(traced, ctx()) == date(2026, 12, 9)  # ten working days from 25 November

    def test_the_facts_are_frozen_once_filed(self):
        """What was filed is not changed; references and payments can be added."""
        assert "EDIT-FROZEN" in codes(edit(CASE, filed(), typed(CASE, {"amount_claimed": "1"}), ctx()).problems)
        assert edit(CASE, filed(), typed(CASE, {"claim_no": "C-9"}), ctx()).ok

    @pytest.mark.rule("UPC-14")
    def test_a_paper_counts_as_a_file_or_with_its_place_and_a_fact_when_it_is_filled_in(self):
        """'Invoice' alone proves nothing; a file, or where it is, does. A weight is proved by the weight."""
        case = gathering(declared_value="0.00")
        assert {"Invoice", "Weight", "Declared value"} & set(case.items("evidence_missing")) == {"Invoice"}
        named = edit(CASE, case, typed(CASE, {"evidence_kinds": "Invoice; invoice:"}), ctx()).case
        assert "Invoice" in named.items("evidence_missing")
        placed = edit(CASE, case, typed(CASE, {"evidence_kinds": "invoice: SAP 90012"}), ctx()).case
        assert "Invoice" not in placed.items("evidence_missing")
        file = Piece("i.pdf", "Invoice", "0" * 64, 10, NOW.isoformat())
        filed_away = attach(CASE, case, [file], ctx()).case
        assert "Invoice" not in filed_away.items("evidence_missing")
        assert "Invoice" in withdraw(CASE, filed_away, "I.PDF", ctx(reason="wrong order")).case.items(
            "evidence_missing"
        )

    @pytest.mark.rule("UPC-14")
    @pytest.mark.parametrize(("subtype", "general", "proved"), [
        ("DNR", "Label photo", {"Address label"}), ("DAMAGE", "Label photo", {"Photo of label"}),
        ("DNR", "CCTV reference", {"Despatch CCTV"}), ("MISSING_CONTENTS", "CCTV reference", {"Pack bench CCTV"}),
        ("MISSING_CONTENTS", "Weight record", {"Despatch weight"}), ("DNR", "Weight record", set()),
    ])  # fmt: skip
    def test_a_general_kind_proves_what_the_checklist_calls_by_another_name(self, subtype, general, proved):
        """A label photo is the address label's photo; the carrier's weight is still its own record."""
        case = gathering(subtype=subtype)
        before = set(case.items("evidence_missing"))
        piece = Piece("file.pdf", general, "0" * 64, 10, NOW.isoformat())
        assert before - set(attach(CASE, case, [piece], ctx()).case.items("evidence_missing")) == proved


class TestEnd:
    @pytest.mark.rule("UPC-20")
    @pytest.mark.parametrize(
        ("decision", "offered"), [("Paid", "749.99"), ("Part-paid", "750.00"), ("Denied", "1"), ("Paid", "")]
    )
    def test_decision_and_amount_agree(self, decision, offered):
        """Paid is at least the claim, part-paid less, denied nothing."""
        texts = {"carrier_decision": decision, "amount_offered": offered}
        assert "UPC-20" in refusal(CASE, filed(), "decide", ctx(), **texts)

    @pytest.mark.rule("UPC-21")
    @pytest.mark.parametrize("gap", ["amount_paid", "payment_ref", "finance_match"])
    def test_closes_with_amount_reference_and_match(self, gap):
        """No recovered claim without the money, its reference and Finance's match."""
        paid = {"amount_paid": "750.00", "payment_ref": "PAY-1", "finance_match": "Yes", "remedy": "Refund"}
        assert "UPC-21" in refusal(CASE, decided(), "close", ctx(Role.FINANCE), **(paid | {gap: ""}))

    @pytest.mark.rule("UPC-22")
    def test_a_part_payment_below_the_expected_recovery_is_not_simply_closed(self):
        """Below the expected recovery one appeals or writes off; at it the claim closes."""
        case = decided("Part-paid", "10.00")
        assert case.money("expected_recovery") == Money.parse("25.99")
        paid = {"amount_paid": "10.00", "payment_ref": "PAY-1", "finance_match": "Yes", "remedy": "None due"}
        assert "UPC-22" in refusal(CASE, case, "close", ctx(Role.FINANCE), **paid)
        full = decided("Part-paid", "25.99")
        assert press(CASE, full, "close", ctx(Role.FINANCE), **(paid | {"amount_paid": "25.99"})).ok

    @pytest.mark.rule("UPC-23")
    @pytest.mark.rule("UPC-24")
    def test_a_write_off_is_signed_by_two_people(self):
        """Finance agrees first, Senior QA writes off, and one person never does both."""
        case = decided("Denied", "")
        assert "UPC-23" in refusal(CASE, case, "write_off", ctx(Role.SENIOR_QA, reason="x"), remedy="Refund")
        assert "UPC-24" in refusal(CASE, case, "agree", ctx(Role.LEGAL))
        both = Actor("f.osei", "Femi", frozenset({Role.FINANCE, Role.SENIOR_QA}))
        signed = done(CASE, case, "agree", replace(ctx(), actor=both))
        one = replace(ctx(reason="x"), actor=both)
        assert "UPC-23" in refusal(CASE, signed, "write_off", one, remedy="Refund")

    @pytest.mark.rule("UPC-25")
    def test_the_customer_comes_first(self):
        """A claim does not close while nothing was decided for the customer."""
        paid = {"amount_paid": "750.00", "payment_ref": "PAY-1", "finance_match": "Yes"}
        assert "UPC-25" in refusal(CASE, decided(), "close", ctx(Role.FINANCE), **paid, remedy="None yet")

    @pytest.mark.rule("UPC-26")
    def test_only_senior_qa_withdraws_a_filed_claim(self):
        """A draft may be cancelled by anyone who works on it, a filed claim by Senior QA."""
        assert press(CASE, gathering(), "cancel", ctx(reason="parcel found")).ok
        assert "UPC-26" in refusal(CASE, filed(), "cancel", ctx(reason="parcel found"))
        assert press(CASE, filed(), "cancel", ctx(Role.SENIOR_QA, reason="parcel found")).ok

    @pytest.mark.rule("UPC-27")
    def test_an_answer_date_is_not_past(self):
        """The carrier's date is today or later."""
        assert "UPC-27" in refusal(CASE, filed(), "request_info", ctx(), ups_action_due="2026-11-22")


class TestDates:
    @pytest.mark.parametrize(
        ("texts", "notice"),
        [
            ({}, date(2027, 1, 15)),
            ({"subtype": "DAMAGE", "delivered_date": "2026-11-17"}, date(2026, 12, 1)),
            ({"subtype": "DAMAGE", "delivered_date": "2026-11-17", "dest_country": "FR", "mode": "road"},
             date(2026, 11, 24)),
            ({"subtype": "DAMAGE", "delivered_date": "2026-11-17", "dest_country": ""}, date(2026, 11, 24)),
            ({"subtype": "LATE", "expected_delivery": "2026-11-17"}, date(2026, 12, 2)),
        ],
        ids=["loss at home", "damage at home", "damage by road abroad", "damage, regime unknown", "late service"],
    )  # fmt: skip
    def test_the_carriers_deadline_follows_regime_and_event(self, texts, notice):
        """Damage from receipt, loss from tender, a late service from its promise; unknown takes the earliest."""
        case = new(**texts)
        assert case.day("notice_by") == notice
        assert case.day("legal_due") == notice
        assert "not verified" in case.text("deadline_source")

    def test_the_house_files_earlier(self):
        """Five working days after the event, or the carrier's day if that is earlier."""
        assert new().day("file_by") == date(2026, 11, 24)
        road = new(subtype="DAMAGE", delivered_date="2026-11-10", event_date="2026-11-10", ship_date="2026-11-09",
                   dest_country="FR", mode="road")  # fmt: skip
        assert road.day("file_by") == date(2026, 11, 17)

    def test_recovery_is_worked_out_and_shows_the_gap(self):
        """Three kilograms at home bring a few pounds: the gap is shown from the first day."""
        case = new()
        assert case.money("legal_cap") == Money.parse("25.99")
        assert case.money("uninsured_gap") == Money.parse("724.01")
        declared = new(declared_value="500.00")
        assert declared.money("expected_recovery") == Money.parse("500.00")
        air = new(dest_country="US", mode="air")
        assert air.money("legal_cap") == Money.parse("81.12")

    def test_the_claims_number_has_its_own_series(self):
        """Claim numbers are gap-free and system-given."""
        assert CASE.numbers == {"claim_no_own": "CLM"}


class TestLostInLaw:
    """By international road the law says from when a parcel may be treated as lost (CMR, article 20)."""

    @pytest.mark.rule("UPC-37")
    def test_thirty_days_after_the_agreed_day_or_sixty_after_it_was_handed_over(self):
        """An agreed day comes first; without one the period runs from the carrier's taking over."""
        abroad = {"origin_country": "GB", "dest_country": "FR", "mode": "road"}
        agreed, unagreed = gathering(**abroad), gathering(**abroad, expected_delivery="")
        assert agreed.day("presumed_lost_on") == agreed.day("expected_delivery") + timedelta(days=30)
        assert unagreed.day("presumed_lost_on") == unagreed.day("ship_date") + timedelta(days=60)

    @pytest.mark.rule("UPC-37")
    @pytest.mark.parametrize(
        "facts",
        [{}, {"dest_country": "FR", "mode": "air"}, {"dest_country": "FR", "mode": "road", "subtype": "DAMAGE"}],
    )
    def test_no_other_carriage_and_no_other_event_has_such_a_day(self, facts):
        """Carrier's terms and Montreal do not presume a loss; damage is no loss."""
        assert gathering(**facts).day("presumed_lost_on") is None

    @pytest.mark.rule("UPC-37")
    def test_filing_earlier_is_told_and_goes_through(self):
        """The claim is filed; the warning names the day. Afterwards nothing is told."""
        case = gathering(dest_country="FR", mode="road")
        ready = {"manifest_match": "Yes", "evidence_kinds": ALL}
        early = press(CASE, case, "file", ctx(), **ready)
        assert "UPC-37" in codes(early.warnings)
        late = NOW + timedelta(days=60)
        assert "UPC-37" not in codes(
            press(CASE, case, "file", ctx(now=late), late_reason="found late", **ready).warnings
        )


class TestBasisOfTheLoss:
    """Finance decides whether a loss is measured by cost or by invoice."""

    @pytest.mark.rule("UPC-38")
    def test_another_basis_than_the_policy_is_refused_without_a_reason(self):
        """Cost is the policy's basis: an invoice value needs Senior QA or Finance to say why; silence means cost."""
        assert "UPC-38" in not_filed(gathering(proven_basis="invoice"))
        assert filed(proven_basis="cost").status == filed().status == "Filed"
        words = {"manifest_match": "Yes", "evidence_kinds": ALL}
        told = ctx("s.moreau", reason="The contract pays invoice value.")
        assert done(CASE, gathering(proven_basis="invoice"), "file", told, **words).status == "Filed"


class TestOtherCover:
    """An all-risks policy is another claim, by another way, and its money counts too."""

    def test_the_insurer_is_told_at_once_and_chased_until_it_acknowledges(self):
        """One working day to tell; five to chase, from the day it was told; an answer ends both."""
        due = {one.id: one.due for one in CASE.deadlines}
        case = gathering(other_cover="InsureShield")
        assert due["insurer_tell"](gathering(), ctx()) is None
        assert due["insurer_tell"](case, ctx()) == date(2026, 11, 20)
        told = done(CASE, case, "open_tracer", ctx(), tracer_ref="T-1", insurer_told="20/11/2026")
        assert due["insurer_tell"](told, ctx()) is None
        assert due["insurer"](told, ctx()) == date(2026, 11, 27)
        assert due["insurer"](replace(told, fields={**told.fields, "insurer_ack": date(2026, 11, 24)}), ctx()) is None

    def test_what_the_policy_covers_is_no_gap(self):
        """The gap that no carrier pays is lessened by the insured sum, never below nothing."""
        plain = gathering()
        gap = plain.money("uninsured_gap")
        assert gap.amount > 100
        assert gathering(other_cover="InsureShield", insured_sum="100.00").money("uninsured_gap") == gap - Money.parse(
            "100.00"
        )
        assert gathering(other_cover="InsureShield", insured_sum="5000.00").money("uninsured_gap").amount == 0
        assert gathering(insured_sum="5000.00").money("uninsured_gap") == gap

    def test_what_the_insurer_paid_is_not_written_off(self):
        """Of a denied claim only what neither carrier nor insurer paid is left."""
        case = decided("Denied", "0.00", other_cover="InsureShield")
        paid = _typed_into(case, insurer_paid="700.00")
        assert case.money("write_off_amount") - paid.money("write_off_amount") == Money.parse("700.00")

    @pytest.mark.rule("UPC-39")
    def test_an_insured_loss_is_not_written_off_before_the_insurer_answered(self):
        """Not told, told and silent, answered: only the last lets the write-off pass this rule."""
        case = decided("Denied", "0.00", other_cover="InsureShield")
        told = _typed_into(case, insurer_told="20/11/2026")
        answered = _typed_into(told, insurer_answered="23/11/2026", insurer_paid="0.00")
        found = [
            refusal(CASE, one, "write_off", ctx("s.moreau", reason="no further proof"))
            for one in (case, told, answered)
        ]
        assert ["UPC-39" in one for one in found] == [True, True, False]
