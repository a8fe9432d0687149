"""Return quality control: grading by the right people, and what each grade leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.refund import CASE as REFUND
from addin.logic.cases.return_qc import CASE
from addin.logic.machine import edit, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Actor, Money, Role

SEEN = {
    "checklist": "; ".join(f"{line}: yes" for line in DEFAULT_POLICY.items("qc.checklist")),
    "photos": "1.jpg; 2.jpg; 3.jpg; 4.jpg",
}
#: The least evidence that some grades need besides.
SUSPECT = {"cctv_ref": "C-7", "weight_kg": "1.9"}
LEAST = {"KO_WORN": {"comparator": "photo 7.jpg"}, "KO_WRONG_ITEM": SUSPECT, "KO_AUTHENTICITY": SUSPECT}
QC2 = Actor("q.two", "Second Grader", frozenset({Role.QC}))


def new(**texts):
    return open_(CASE, **(dict(CASE.sample) | texts))


def received(**texts):
    back = {"received_at": "2026-11-20T09:00+00:00", "sku_received": "BAG-0117", "serial_received": "Z-884201"}
    return done(CASE, new(), "receive", ctx(), **(back | texts))


def from_3pl(grade="1ST", **texts):
    case = received(**texts)
    return done(CASE, case, "grade_3pl", ctx(), third_party_grade=grade, third_party_by="tpl.ines")


def graded(grade="1ST", theirs="", **texts):
    case = from_3pl(theirs or grade, **texts)
    case = done(CASE, case, "inspect", ctx(Role.QC))
    return done(CASE, case, "grade", ctx(Role.QC), grade=grade, **SEEN, **LEAST.get(grade, {}))


def approved(grade="1ST", disposition="Restock", who=Role.SENIOR_QA, **texts):
    return done(CASE, graded(grade), "approve", ctx(who), disposition=disposition, **texts)


def codes(problems):
    return {problem.code for problem in problems}


def ruled(key, value, who=Role.SENIOR_QA):
    """The surroundings of a decision under a policy in which one row has another value."""
    row = replace(DEFAULT_POLICY.row(key), value=value)
    return replace(ctx(who), policy=DEFAULT_POLICY.amended([row], "test"))


class TestWay:
    def test_a_first_choice_becomes_a_refund(self):
        """First choice goes from parcel to refund, which takes over every fact of the return."""
        decision = press(CASE, approved(), "request_refund", ctx("b.lowe"))
        (opening,) = decision.openings
        assert opening.type == "RFD"
        assert opening.fields["qc_record_id"] == decision.case.case_id
        assert opening.fields["refund_goods"] == Money.parse("450.00")
        assert opening.fields["goods_received_date"] == date(2026, 11, 20)
        refund = open_case(REFUND, "CASE-2026-000002", opening.fields, ctx("b.lowe", related=(decision.case,)))
        assert refund.ok
        assert refund.case.day("refund_due") == decision.case.day("refund_due") == date(2026, 12, 4)
        ready = done(REFUND, refund.case, "confirm_qc", ctx("a.khan", related=(decision.case,)))
        assert ready.text("qc_grade") == "1ST"
        assert refusal(CASE, decision.case, "close", ctx("b.lowe", related=(refund.case,)), ticket_ref=None) == {
            "COM-06"
        }
        closed = done(CASE, decision.case, "close", ctx("b.lowe", related=(refund.case,)))
        assert closed.status == "Closed"

    def test_a_first_choice_of_the_3pl_may_be_graded_at_once(self):
        """Where 3PL and house both say first choice, no separate check is needed."""
        case = done(CASE, from_3pl("1ST"), "grade", ctx(Role.QC), grade="1ST", **SEEN)
        assert case.text("final_grade") == "1ST"
        assert case.flag("third_party_agrees") is True

    def test_a_disagreement_is_settled_by_a_third_grader(self):
        """3PL says KO, the house says first choice: Senior QA settles it and the 3PL's miss is counted."""
        case = graded("1ST", theirs="KO_WORN")
        assert not case.has("final_grade")
        case = done(CASE, case, "third_grade", ctx(Role.SENIOR_QA), grade_third="1ST")
        assert (case.text("final_grade"), case.flag("third_party_agrees")) == ("1ST", False)

    def test_damage_in_transit_opens_a_claim_once(self):
        """Damage on the way back opens a claim with the day it was received; a known claim is not doubled."""
        case = done(CASE, from_3pl("KO_DAMAGE_TRANSIT"), "inspect", ctx(Role.QC))
        (opening,) = press(CASE, case, "grade", ctx(Role.QC), grade="KO_DAMAGE_TRANSIT", **SEEN).openings
        assert (opening.type, opening.fields["subtype"]) == ("UPC", "DAMAGE")
        assert opening.fields["discovery_date"] == date(2026, 11, 20)
        known = Case("CASE-2026-000003", "UPC", "Draft", {})
        again = press(CASE, case, "grade", ctx(Role.QC, related=(known,)), grade="KO_DAMAGE_TRANSIT", **SEEN)
        assert not again.openings

    @pytest.mark.rule("RQC-25")
    def test_a_wrong_item_is_secured_and_escalated(self):
        """A switched article goes to the cage, Security is told, and the refund waits for the review."""
        case = graded("KO_WRONG_ITEM", serial_received="Z-000000")
        decision = press(
            CASE, case, "secure", ctx(), secure_location="Cage 2", custody_log="q.reid 10:02", hold_review="2026-11-27"
        )
        assert [opening.type for opening in decision.openings] == ["ESC"]
        case = edit(CASE, decision.case, typed(CASE, {"disposition": "Secure and investigate"}), ctx()).case
        for who in (Role.LOSS_PREVENTION, Role.LEGAL):
            case = done(CASE, case, "agree", ctx(who))
        case = done(CASE, case, "approve", ctx(Role.SENIOR_QA))
        assert "RQC-25" in refusal(CASE, case, "request_refund", ctx("b.lowe", reason="customer asks"))
        passed = press(CASE, case, "request_refund", ctx(Role.LEGAL, reason="cleared by the expert"))
        assert passed.drafts[-1].data["overrides"] == ["RQC-25"]
        assert done(CASE, case, "close", ctx(), investigation_result="police informed").status == "Closed"

    @pytest.mark.rule("RQC-31")
    def test_worn_goods_end_with_a_told_customer(self):
        """Worn goods that go back to the customer close after the agreed script was used."""
        case = approved("KO_WORN", "Return to customer")
        assert "RQC-31" in refusal(CASE, case, "contact", ctx(), comms="24/11 phone")
        case = done(CASE, case, "contact", ctx(), comms="24/11 phone", script_agreed="Yes")
        assert done(CASE, case, "close", ctx()).status == "Closed"

    def test_an_old_return_is_escalated_from_anywhere(self):
        """An escalation writes its four parts itself and moves nothing."""
        decision = press(CASE, received(), "escalate", ctx(reason="ten days"))
        assert decision.case.status == "Received"
        assert decision.openings[0].fields["recommendation"]

    @pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
    def test_a_move_is_refused_from_every_other_state(self, verb, state):
        """A move is refused from a state it does not leave, and changes nothing."""
        assert refused_for_state(CASE, new(), verb, state)


class TestGrading:
    @pytest.mark.rule("RQC-01")
    def test_goods_come_back_in_the_past(self):
        """A receipt in the future is refused."""
        assert "RQC-01" in refusal(CASE, new(), "receive", ctx(), received_at="2026-11-24T09:00+00:00")

    @pytest.mark.rule("RQC-02")
    def test_another_serial_is_wrong_item_only(self):
        """When another serial came back, the house's grade can only be KO_WRONG_ITEM."""
        case = done(CASE, from_3pl("1ST", serial_received="Z-000000"), "inspect", ctx(Role.QC))
        assert "RQC-02" in refusal(CASE, case, "grade", ctx(Role.QC), grade="1ST", **SEEN)
        assert press(CASE, case, "grade", ctx(Role.QC), grade="KO_WRONG_ITEM", **SEEN).ok

    @pytest.mark.rule("RQC-03")
    def test_a_grade_is_one_of_the_dictionary(self):
        """A word that is no grade is refused even when it comes from an import."""
        assert "RQC-03" in codes(edit(CASE, received(), {"third_party_grade": "MEH"}, ctx()).problems)

    @pytest.mark.rule("RQC-04")
    def test_a_deduction_is_at_most_the_price(self):
        """A deduction above the price is refused."""
        changes = typed(CASE, {"deduction_amount": "450.01"})
        assert "RQC-04" in codes(edit(CASE, received(), changes, ctx()).problems)

    @pytest.mark.rule("RQC-05")
    def test_a_near_refund_date_is_told(self):
        """A date that is near is told; it stops nothing and waits for nothing."""
        case = received(received_at="2026-11-12T09:00+00:00")
        decision = press(CASE, case, "inspect", ctx(Role.QC))
        assert decision.ok
        assert "RQC-05" in codes(decision.warnings)

    @pytest.mark.rule("RQC-06")
    def test_the_grader_is_independent(self):
        """Neither the 3PL's inspector nor who asked for the refund grades for the house."""
        case = done(CASE, received(), "grade_3pl", ctx(), third_party_grade="1ST", third_party_by="q.reid")
        assert "RQC-06" in refusal(CASE, case, "grade", ctx(Role.QC), grade="1ST", **SEEN)
        asked = Case(
            "CASE-2026-000005", "RFD", "Requested",
            {"order_no": "4000123456", "line_id": "1", "requested_by": "q.reid"},
        )  # fmt: skip
        assert "RQC-06" in refusal(CASE, from_3pl(), "grade", ctx(Role.QC, related=(asked,)), grade="1ST", **SEEN)

    @pytest.mark.rule("RQC-07")
    def test_the_third_grader_is_a_third_person(self):
        """Who graded before does not settle the disagreement."""
        both = Actor("s.moreau", "S", frozenset({Role.QC, Role.SENIOR_QA}))
        case = done(CASE, from_3pl("KO_WORN"), "inspect", replace(ctx(Role.QC), actor=both))
        case = done(CASE, case, "grade", replace(ctx(Role.QC), actor=both), grade="1ST", **SEEN)
        assert "RQC-07" in refusal(CASE, case, "third_grade", ctx(Role.SENIOR_QA), grade_third="1ST")

    @pytest.mark.rule("RQC-08")
    def test_an_undisputed_grade_has_no_third(self):
        """A third grade is only for a disagreement."""
        assert "RQC-08" in refusal(CASE, graded(), "third_grade", ctx(Role.SENIOR_QA), grade_third="2ND")

    @pytest.mark.rule("RQC-09")
    @pytest.mark.rule("RQC-10")
    @pytest.mark.rule("RQC-11")
    def test_a_grade_needs_photos_checklist_and_a_decision(self):
        """Four photos, every line of the checklist, and not PENDING."""
        case = from_3pl("1ST")
        assert "RQC-09" in refusal(CASE, case, "grade", ctx(Role.QC), **(SEEN | {"grade": "1ST", "photos": "1.jpg"}))
        thin = SEEN | {"grade": "1ST", "checklist": "stitching: yes"}
        assert "RQC-10" in refusal(CASE, case, "grade", ctx(Role.QC), **thin)
        assert "RQC-11" in refusal(CASE, case, "grade", ctx(Role.QC), **(SEEN | {"grade": "PENDING"}))

    @pytest.mark.rule("RQC-12")
    def test_a_ko_of_the_3pl_is_checked_here_first(self):
        """A KO or uncertain 3PL grade is an input: the house inspects before it grades."""
        assert "RQC-12" in refusal(CASE, from_3pl("KO_WORN"), "grade", ctx(Role.QC), grade="KO_WORN", **SEEN)

    @pytest.mark.rule("RQC-13")
    def test_a_weight_that_is_off_is_told(self):
        """More than two percent off tells of a swap or a missing part."""
        texts = SEEN | {"grade": "1ST", "weight_kg": "1.05", "master_weight_kg": "1.00"}
        decision = press(CASE, from_3pl(), "grade", ctx(Role.QC), **texts)
        assert decision.ok
        assert "RQC-13" in codes(decision.warnings)

    @pytest.mark.rule("RQC-34")
    def test_a_given_grade_is_never_typed_over(self):
        """After grading, the grade is settled by a third grader and not by typing."""
        changes = typed(CASE, {"grade": "2ND"})
        assert "RQC-34" in codes(edit(CASE, graded(), changes, replace(ctx(Role.QC), actor=QC2)).problems)


class TestDisposition:
    @pytest.mark.rule("RQC-14")
    def test_not_while_3pl_and_house_disagree(self):
        """An open disagreement stops every disposition."""
        case = graded("1ST", theirs="KO_WORN")
        assert "RQC-14" in refusal(CASE, case, "approve", ctx(Role.SENIOR_QA), disposition="Restock")

    @pytest.mark.rule("RQC-15")
    @pytest.mark.rule("RQC-16")
    @pytest.mark.rule("RQC-17")
    def test_options_and_approvers_follow_the_grade(self):
        """Second choice is not restocked, nor approved by an operator, nor by its grader."""
        assert "RQC-15" in refusal(CASE, graded("2ND"), "approve", ctx(Role.SENIOR_QA), disposition="Restock")
        found = refusal(CASE, graded("2ND"), "approve", ctx(Role.QC), disposition="Atelier repair")
        assert {"RQC-16", "RQC-17"} <= found
        assert press(CASE, graded("1ST"), "approve", ctx(Role.QC), disposition="Restock").ok

    @pytest.mark.rule("RQC-18")
    @pytest.mark.rule("RQC-19")
    def test_a_deduction_needs_finance(self):
        """Finance agrees to a deduction; the agreement lapses when the deduction changes."""
        texts = {"disposition": "Deduct and quarantine", "deduction_amount": "50", "deduction_reason": "soles"}
        case = edit(CASE, graded("KO_WORN"), typed(CASE, texts), ctx()).case
        assert "RQC-18" in refusal(CASE, case, "approve", ctx(Role.SENIOR_QA))
        assert "RQC-19" in refusal(CASE, case, "agree", ctx(Role.LEGAL))
        signed = done(CASE, case, "agree", ctx(Role.FINANCE))
        assert press(CASE, signed, "approve", ctx(Role.SENIOR_QA)).ok
        assert "RQC-18" in refusal(CASE, signed, "approve", ctx(Role.SENIOR_QA), deduction_amount="60")

    @pytest.mark.rule("RQC-20")
    def test_a_valuable_first_choice_is_scanned_twice(self):
        """Above the limit a second person scans."""
        case = edit(CASE, graded(), typed(CASE, {"goods_value": "1000.01"}), ctx()).case
        for scanned in ("", "q.reid"):
            texts = {"disposition": "Restock", "second_scan_by": scanned}
            assert "RQC-20" in refusal(CASE, case, "approve", ctx(Role.QC), **texts)
        assert press(CASE, case, "approve", ctx(Role.QC), disposition="Restock", second_scan_by="q.two").ok

    @pytest.mark.rule("RQC-21")
    @pytest.mark.parametrize(
        ("grade", "disposition", "more"),
        [
            ("2ND", "Atelier repair", {"repair_quote": "Q-1"}),
            ("KO_DAMAGE_TRANSIT", "Hold for claim", {"packaging_retained": "Yes"}),
            ("KO_INCOMPLETE", "Hold with parts list", {"parts_missing": "strap"}),
        ],
    )
    def test_each_grade_has_its_evidence(self, grade, disposition, more):
        """Each grade's own evidence is there before it is approved."""
        case = graded(grade)
        assert "RQC-21" in refusal(CASE, case, "approve", ctx(Role.SENIOR_QA), disposition=disposition)
        assert press(CASE, case, "approve", ctx(Role.SENIOR_QA), disposition=disposition, **more).ok

    @pytest.mark.rule("RQC-22")
    @pytest.mark.rule("RQC-23")
    def test_suspect_goods_are_secured_once_and_first(self):
        """What may be a counterfeit is in the cage before anything is approved; good goods never go there."""
        case = graded("KO_AUTHENTICITY")
        assert "RQC-22" in refusal(CASE, case, "approve", ctx(Role.SENIOR_QA), disposition="Secure and investigate")
        cage = {"secure_location": "Cage 2", "custody_log": "x", "hold_review": "2026-11-27"}
        assert "RQC-23" in refusal(CASE, graded(), "secure", ctx(), **cage)
        assert "RQC-23" in refusal(CASE, done(CASE, case, "secure", ctx(), **cage), "secure", ctx())

    @pytest.mark.rule("RQC-24")
    def test_destruction_has_witnesses_certificate_and_spares_saleable_goods(self):
        """Nothing saleable is destroyed, and nothing without two witnesses and a certificate."""
        second = {"disposition": "Destroy", "repair_quote": "Q-1", "witnesses": "a; b", "certificate_no": "C-1"}
        assert "RQC-24" in refusal(CASE, graded("2ND"), "approve", ctx(Role.SENIOR_QA), **second)
        for texts in ({"witnesses": "a; a", "certificate_no": "C-1"}, {"witnesses": "a; b"}):
            worn = graded("KO_WORN")
            assert "RQC-24" in refusal(CASE, worn, "approve", ctx(Role.SENIOR_QA), disposition="Destroy", **texts)
        case = edit(
            CASE, graded("KO_WORN"),
            typed(CASE, {"disposition": "Destroy", "witnesses": "a; b", "certificate_no": "C-1"}), ctx(),
        ).case  # fmt: skip
        assert refusal(CASE, case, "approve", ctx(Role.SENIOR_QA)) == {"RQC-18"}
        assert press(CASE, done(CASE, case, "agree", ctx(Role.FINANCE)), "approve", ctx(Role.SENIOR_QA)).ok

    @pytest.mark.rule("RQC-35")
    def test_what_was_approved_stays(self):
        """After approval disposition and deduction stay as they are; the clock's facts may still be typed."""
        assert "RQC-35" in codes(edit(CASE, approved(), typed(CASE, {"deduction_amount": "5"}), ctx()).problems)
        assert edit(CASE, approved(), typed(CASE, {"proof_of_sending_date": "2026-11-18"}), ctx()).ok


class TestRefund:
    @pytest.mark.rule("RQC-26")
    def test_goods_that_go_back_are_not_refunded(self):
        """The customer gets the goods or the money."""
        case = approved("KO_WORN", "Return to customer")
        assert "RQC-26" in refusal(CASE, case, "request_refund", ctx("b.lowe"))

    @pytest.mark.rule("RQC-27")
    def test_a_fault_is_refunded_as_faulty_goods(self):
        """A manufacturing fault goes the faulty-goods way."""
        case = approved("KO_DAMAGE_FAULT", "Supplier claim")
        assert "RQC-27" in refusal(CASE, case, "request_refund", ctx("b.lowe"))
        texts = {"legal_basis": "CRA reject", "agreed_date": "2026-11-20"}
        (opening,) = press(CASE, case, "request_refund", ctx("b.lowe"), **texts).openings
        assert opening.fields["reason_code"] == "Faulty"

    @pytest.mark.rule("RQC-28")
    def test_first_choice_has_no_deduction(self):
        """A deduction needs a grade that shows handling or missing parts, and a reason."""
        texts = {"disposition": "Restock", "deduction_amount": "5", "deduction_reason": "x"}
        assert "RQC-28" in refusal(CASE, graded(), "approve", ctx(Role.SENIOR_QA), **texts)

    @pytest.mark.rule("RQC-28")
    def test_the_policy_says_which_grades_allow_a_deduction_and_what_happens_to_the_goods(self):
        """A grade's row decides: 2ND without a deduction, worn goods into the cage, transit damage held."""
        texts = {"disposition": "Staff channel", "deduction_amount": "5", "deduction_reason": "Scratch",
                 "repair_quote": "Q-1"}  # fmt: skip
        second = done(CASE, graded("2ND"), "agree", ctx(Role.FINANCE), **texts)
        assert press(CASE, second, "approve", ctx(Role.SENIOR_QA)).ok
        assert "RQC-28" in refusal(CASE, second, "approve", ruled("grade.2ND.refund", "full"))
        assert second.text("grade_means").endswith("Refund: in full, less a proven deduction. Goods: to quarantine.")
        assert "RQC-22" in refusal(CASE, graded("KO_WORN"), "approve", ruled("grade.KO_WORN.stock", "secure"),
                                   disposition="Return to customer")  # fmt: skip
        hurt = approved("KO_DAMAGE_TRANSIT", "Hold for claim", packaging_retained="Yes")
        assert press(CASE, hurt, "request_refund", ctx("b.lowe")).ok
        assert "RQC-25" in refusal(
            CASE, hurt, "request_refund", ruled("grade.KO_DAMAGE_TRANSIT.refund", "hold", "b.lowe")
        )

    @pytest.mark.rule("RQC-21")
    @pytest.mark.parametrize(
        ("grade", "lacks", "filled"),
        [
            ("KO_WORN", {"comparator": None}, {"comparator": "showroom piece"}),
            ("KO_WRONG_ITEM", {"cctv_ref": None}, {"cctv_ref": "none"}),
            ("KO_AUTHENTICITY", {"weight_kg": None}, {"weight_kg": "1.9"}),
        ],
    )  # fmt: skip
    def test_each_ko_grade_has_the_least_evidence_of_the_matrix(self, grade, lacks, filled):
        """Worn goods beside an unworn piece; suspect ones with their footage and their weight."""
        case = graded(grade)
        way = {"disposition": "Return to customer" if grade == "KO_WORN" else "Secure and investigate"}
        assert "RQC-21" in refusal(CASE, case, "approve", ctx(Role.SENIOR_QA), **way, **lacks)
        again = press(CASE, case, "approve", ctx(Role.SENIOR_QA), **way, **filled)
        assert "RQC-21" not in codes(again.problems)

    @pytest.mark.rule("RQC-41")
    def test_goods_of_a_protected_species_go_back_with_their_papers(self):
        """A permit, or the word that they cross no border."""
        texts = {"disposition": "Return to customer", "cites": "Yes"}
        worn = graded("KO_WORN")
        assert codes(press(CASE, worn, "approve", ctx(Role.SENIOR_QA), **texts).problems) == {"RQC-41"}
        assert press(CASE, worn, "approve", ctx(Role.SENIOR_QA), **texts, papers="stays in Great Britain").ok

    def test_what_a_grade_means_stands_beside_it(self):
        """From the 3PL's grade on, then of the house's: meaning, refund and goods, as the Rules sheet has them."""
        assert from_3pl("KO_WRONG_ITEM").text("grade_means") == (
            "Not the article sold: switched, or an empty box. Refund: held until the review is over. "
            "Goods: to the secure cage, with a chain of custody."
        )
        assert graded().text("grade_means").startswith("First choice: as new")
        assert received().text("grade_means") == ""

    @pytest.mark.rule("RQC-29")
    def test_the_grader_does_not_ask_for_the_money(self):
        """Who graded does not ask for the refund, whatever their roles."""
        case = replace(approved(), fields={**approved().fields, "graded_by": "b.lowe"})
        assert "RQC-29" in refusal(CASE, case, "request_refund", ctx("b.lowe"))

    @pytest.mark.rule("RQC-30")
    def test_a_line_is_refunded_once(self):
        """A line with a live refund is not asked for again."""
        live = Case("CASE-2026-000007", "RFD", "Settled", {"order_no": "4000123456", "line_id": "1"})
        assert "RQC-30" in refusal(CASE, approved(), "request_refund", ctx("b.lowe", related=(live,)))

    @pytest.mark.rule("RQC-32")
    @pytest.mark.rule("RQC-33")
    def test_closes_with_a_refund_or_a_told_customer(self):
        """A check does not close into nothing, nor with an open investigation."""
        asked = done(CASE, approved(), "request_refund", ctx("b.lowe"))
        assert "RQC-32" in refusal(CASE, asked, "close", ctx())
        assert "RQC-32" in refusal(CASE, approved(), "close", ctx())
        secured = {**graded("KO_WRONG_ITEM", serial_received="Z-1").fields, "secured_at": NOW}
        held = replace(approved(), fields=secured)
        assert "RQC-33" in refusal(CASE, held, "close", ctx())


class TestDates:
    def test_deadlines_follow_receipt_and_refund_date(self):
        """Grade in two working days of receipt, decide four days before the refund date, escalate on day ten."""
        case = received()
        due = {row.id: row.due(case, ctx()) for row in CASE.deadlines}
        assert due == {
            "grade": date(2026, 11, 24), "decide": date(2026, 11, 30), "ageing": date(2026, 11, 30),
            "refund": date(2026, 12, 4), "review": None, "order": None,
        }  # fmt: skip
        assert case.text("due_what") == "Grade the goods"

    def test_the_refund_date_does_not_wait_for_the_check(self):
        """Proof of sending starts the clock before the parcel is back, and grading changes nothing."""
        sent = new(proof_of_sending_date="2026-11-12")
        assert sent.day("refund_due") == date(2026, 11, 26)
        assert graded().day("refund_due") == received().day("refund_due")

    def test_an_unknown_basis_takes_the_earliest_date(self):
        """While nobody has said why goods come back, the earliest date that could hold is shown."""
        case = new(legal_basis="", agreed_date="2026-11-12", proof_of_sending_date="2026-11-20")
        assert case.day("refund_due") == date(2026, 11, 25)
