"""The checks of a return's quality control: who may grade, what a grade may be, what may be done with the goods.

Every function is a check of one rule: it answers None when the rule holds.
"""

from __future__ import annotations

from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.checklist import RETURNED, unanswered
from addin.logic.common_form import CANCELLED, DUPLICATE
from addin.logic.outcome import Problem
from addin.logic.refund_terms import CRA_REJECT, live_refunds, same_line
from addin.logic.return_terms import (
    AUTHENTICITY,
    DESTROY,
    FIRST,
    GRADES,
    INCOMPLETE,
    PENDING,
    RETURN_TO_CUSTOMER,
    SECOND,
    TRANSIT,
    WORN,
    WRONG_ITEM,
    approver,
    deductible,
    disposition_terms,
    is_secured,
    options,
    refund_effect,
    serial_differs,
    signers,
    stock_effect,
)
from addin.logic.signatures import may_sign, unsigned

_SUSPECT: Final = (
    ("cctv_ref", "CCTV reference", "the CCTV reference, or 'none' where there is no footage"),
    ("weight_kg", "Weight kg", "its weight as it came back"),
)
#: What each grade needs besides photos and checklist: field, its title, words.
_EVIDENCE: Final = {
    SECOND: (("repair_quote", "Repair quote", "a quote, or the flaw in a word"),),
    WORN: (("comparator", "Compared with", "a comparison with an unworn piece"),),
    TRANSIT: (("packaging_retained", "Packaging kept", "that the packaging is kept"),),
    INCOMPLETE: (("parts_missing", "Parts missing", "the list of missing parts"),),
    WRONG_ITEM: _SUSPECT,
    AUTHENTICITY: _SUSPECT,
}


def received_when(case: Case, ctx: Context) -> Problem | None:
    """Goods are received neither in the future nor before the customer sent them. Source: plain order of events."""
    received = case.instant("received_at")
    if received is None or received <= ctx.now:
        return None
    return Problem("RQC-01", "The goods cannot have come back in the future.", "received_at", hint="Check the date.")


def serial_or_wrong_item(case: Case, ctx: Context) -> Problem | None:
    """Another article than the one sold is KO_WRONG_ITEM and nothing else. Source: return validation."""
    grades = [case.text(name) for name in ("grade", "grade_third") if case.has(name)]
    if not serial_differs(case) or all(grade in {WRONG_ITEM, PENDING} for grade in grades):
        return None
    return Problem(
        "RQC-02", f"What came back is not what was sold; the grade cannot be {grades[-1]}.", "grade",
        hint="Grade it KO_WRONG_ITEM, or correct the serial number.",
    )  # fmt: skip


def grade_known(case: Case, ctx: Context) -> Problem | None:
    """Every grade is one of the dictionary. Source: grade dictionary."""
    for name in ("third_party_grade", "grade", "grade_third"):
        if case.has(name) and case.text(name) not in GRADES:
            return Problem("RQC-03", f"{case.text(name)} is not a grade.", name, hint="Choose one from the list.")
    return None


def deduction_within_value(case: Case, ctx: Context) -> Problem | None:
    """A deduction is never more than the price. Source: CCR 2013 reg 34(9)-(12)."""
    deduction, value = case.money("deduction_amount"), case.money("refund_goods") or case.money("goods_value")
    if deduction is None or value is None:
        return None
    if deduction.currency == value.currency and 0 <= deduction.amount <= value.amount:
        return None
    return Problem(
        "RQC-04", f"A deduction of {deduction.pretty()} does not fit a price of {value.pretty()}.", "deduction_amount",
        hint="It lies between zero and the price, in the same currency.",
    )  # fmt: skip


def refund_date_near(case: Case, ctx: Context) -> Problem | None:
    """The refund date is told when it is near: a check that waits does not stop it. Source: CCR 2013 reg 34(5)."""
    due = case.day("refund_due")
    if due is None or case.is_final or case.status == "Refund requested":
        return None
    if (due - ctx.today).days > ctx.policy.days("return.decide_before_due_days"):
        return None
    return Problem(
        "RQC-05", f"The refund is due on {due:%d/%m/%Y}, whatever the grade.", "refund_due",
        hint="Decide now, or escalate to Senior QA.",
    )  # fmt: skip


def grade_stays(case: Case, ctx: Context) -> Problem | None:
    """A grade that was given is settled by a third grader, never typed over. Source: 3PL handling."""
    for name, given in (("grade", "grade_given"), ("grade_third", "third_given")):
        if case.has(given) and case.text(name) != case.text(given):
            return Problem(
                "RQC-34", f"The grade {case.text(given)} was given and stays.", name, hint="Senior QA may grade again."
            )
    return None


def terms_stay(case: Case, ctx: Context) -> Problem | None:
    """What was approved stays as approved. Source: segregation of duties."""
    approved = case.text("approved_terms")
    if not approved or approved == disposition_terms(case, case.text("final_grade")):
        return None
    return Problem(
        "RQC-35", "Disposition or deduction differ from what was approved.", "disposition", hint="Put them back."
    )


def grader_independent(case: Case, ctx: Context) -> Problem | None:
    """Who grades is neither the 3PL's inspector nor the one who asks for the refund. Source: 3PL handling."""
    if ctx.actor.id == case.text("third_party_by"):
        return Problem("RQC-06", f"{ctx.actor.name} graded for the 3PL.", "third_party_by", hint="Ask a colleague.")
    asked = {other.text("requested_by") for other in live_refunds(case, ctx) if same_line(case, other)}
    if ctx.actor.id in asked:
        return Problem("RQC-06", f"{ctx.actor.name} asked for the refund of these goods.", hint="Ask a colleague.")
    return None


def third_independent(case: Case, ctx: Context) -> Problem | None:
    """The third grader is a third person. Source: 3PL handling."""
    if ctx.actor.id in {case.text("graded_by"), case.text("third_party_by")}:
        return Problem("RQC-07", f"{ctx.actor.name} has already graded these goods.", hint="Ask a third person.")
    return None


def third_needed(case: Case, ctx: Context) -> Problem | None:
    """A third grade is given when the 3PL and the house disagree. Source: 3PL handling."""
    if not case.has("final_grade") and case.text("grade") != PENDING:
        return None
    return Problem(
        "RQC-08",
        f"The grade {case.text('final_grade')} is not disputed.",
        "grade_third",
        hint="Clear it and press 'Approve'.",
    )


def photos_enough(case: Case, ctx: Context) -> Problem | None:
    """A grade rests on photos. Source: policy `return.photos`."""
    least = ctx.policy.number("return.photos")
    if len(case.items("photos")) >= least:
        return None
    return Problem(
        "RQC-09", f"{len(case.items('photos'))} photos are listed, {least} are needed.", "photos",
        hint="List their file names with ; between.",
    )  # fmt: skip


def checklist_answered(case: Case, ctx: Context) -> Problem | None:
    """The fixed checklist is answered line by line. Source: decision matrix, policy `qc.checklist`."""
    return unanswered("RQC-10", case, ctx, RETURNED)


def grade_decided(case: Case, ctx: Context) -> Problem | None:
    """PENDING is not a grade to go on with: the clock still runs. Source: grade dictionary."""
    if case.text("grade") != PENDING:
        return None
    return Problem("RQC-11", "PENDING is no grade yet.", "grade", hint="Ask the expert, or escalate to Senior QA.")


def uncertain_checked_here(case: Case, ctx: Context) -> Problem | None:
    """A KO or uncertain 3PL grade is checked by the house before it counts. Source: 3PL handling."""
    if case.status != "3PL graded" or case.text("third_party_grade") == case.text("grade") == FIRST:
        return None
    return Problem(
        "RQC-12", f"The 3PL graded it {case.text('third_party_grade')}; the house checks it first.", "grade",
        hint="Press 'Inspect', then grade.",
    )  # fmt: skip


def weight_agrees(case: Case, ctx: Context) -> Problem | None:
    """A weight that is off tells of a swap or a missing part. Source: policy `qc.weight_percent`."""
    weight, master = case.number("weight_kg"), case.number("master_weight_kg")
    if weight is None or not master:
        return None
    off = abs(weight - master) / master * 100
    if off <= ctx.policy.decimal("qc.weight_percent"):
        return None
    return Problem("RQC-13", f"The weight is off by {off:.1f}%.", "weight_kg", hint="Look for a swap or missing part.")


def grade_settled(case: Case, ctx: Context) -> Problem | None:
    """Nothing is approved while the 3PL and the house disagree. Source: 3PL handling."""
    if case.has("final_grade"):
        return None
    return Problem(
        "RQC-14", f"3PL says {case.text('third_party_grade')}, the house says {case.text('grade')}.", "grade_third",
        hint="Senior QA gives the third grade.",
    )  # fmt: skip


def disposition_allowed(case: Case, ctx: Context) -> Problem | None:
    """Each grade has its dispositions. Source: decision matrix."""
    allowed = options(case.text("final_grade"), ctx.policy)
    if case.text("disposition") in allowed:
        return None
    return Problem(
        "RQC-15", f"{case.text('disposition')} is not for {case.text('final_grade')}.", "disposition",
        hint=f"Choose {' or '.join(allowed)}.",
    )  # fmt: skip


def approver_of_grade(case: Case, ctx: Context) -> Problem | None:
    """Each grade has its approver. Source: decision matrix."""
    if ctx.actor.may(approver(case.text("final_grade"), ctx.policy)):
        return None
    return Problem("RQC-16", f"{ctx.actor.name} may not approve {case.text('final_grade')}.", hint="Ask Senior QA.")


def approver_apart(case: Case, ctx: Context) -> Problem | None:
    """What is not first choice is approved by another person than its grader. Source: roles and second persons."""
    graders = {case.text("graded_by"), case.text("third_by")}
    if case.text("final_grade") == FIRST or ctx.actor.id not in graders:
        return None
    return Problem("RQC-17", f"{ctx.actor.name} graded these goods and cannot approve them.", hint="Ask another.")


def all_signed(case: Case, ctx: Context) -> Problem | None:
    """Who must agree besides has agreed: Loss prevention and Legal, Finance. Source: decision matrix."""
    return unsigned("RQC-18", case, ctx, signers(case, ctx.policy))


def signature_wanted(case: Case, ctx: Context) -> Problem | None:
    """Only a signature that is wanted is taken, never the grader's. Source: segregation of duties."""
    return may_sign("RQC-19", case, ctx, signers(case, ctx.policy), case.text("graded_by"))


def second_scan(case: Case, ctx: Context) -> Problem | None:
    """A valuable first choice is scanned by a second person. Source: policy `qc.second_scan_above`."""
    value, limit = case.money("goods_value"), ctx.policy.money("qc.second_scan_above")
    if case.text("final_grade") != FIRST or value is None or value.amount <= limit.amount:
        return None
    if case.has("second_scan_by") and case.text("second_scan_by") != case.text("graded_by"):
        return None
    return Problem(
        "RQC-20", f"Goods above {limit.pretty()} need a second person's scan.", "second_scan_by",
        hint="Name who scanned it besides the grader.",
    )  # fmt: skip


def grade_evidence(case: Case, ctx: Context) -> Problem | None:
    """Each grade's own evidence is there. Source: decision matrix, column "evidence minimum"."""
    grade = case.text("final_grade")
    for name, title, what in _EVIDENCE.get(grade, ()):
        if not case.has(name) or case.fields[name] is False:
            return Problem("RQC-21", f"{grade} needs {what}.", name, hint=f"Fill in '{title}'.")
    return None


def papers_named(case: Case, ctx: Context) -> Problem | None:
    """Goods of protected species cross no border without papers. Source: CITES; decision matrix."""
    if not case.flag("cites") or case.text("disposition") != RETURN_TO_CUSTOMER or case.has("papers"):
        return None
    hint = "Name the permit under 'Species papers', or write that it stays in Great Britain."
    return Problem(
        "RQC-41", "Goods of a protected species go back to the customer without papers.", "papers", hint=hint
    )


def secured_first(case: Case, ctx: Context) -> Problem | None:
    """Goods that were swapped or may be counterfeit are in the cage with a custody log. Source: grade dictionary."""
    if not is_secured(case.text("final_grade"), ctx.policy) or case.has("secured_at"):
        return None
    return Problem("RQC-22", "The goods are not secured yet.", "custody_log", hint="Press 'Secure' first.")


def not_secured_yet(case: Case, ctx: Context) -> Problem | None:
    """Goods are secured once, and only those whose grade asks for it. Source: grade dictionary."""
    if case.has("secured_at"):
        return Problem("RQC-23", f"{case.case_id} is secured already.", hint="Go on with the investigation.")
    given = [case.text(name) for name in ("grade", "grade_third", "third_party_grade")]
    if any(is_secured(grade, ctx.policy) for grade in given) or serial_differs(case):
        return None
    return Problem(
        "RQC-23",
        "Nothing here says that the goods were swapped or may be counterfeit.",
        "grade",
        hint="Grade it first.",
    )


def destroy_rules(case: Case, ctx: Context) -> Problem | None:
    """Destruction has two witnesses and a certificate, and never hits saleable goods. Source: decision matrix."""
    if case.text("disposition") != DESTROY:
        return None
    saleable = stock_effect(case.text("final_grade"), ctx.policy) in ("available", "quarantine")
    if saleable and not ctx.policy.flag("approval.destroy.saleable_allowed"):
        return Problem("RQC-24", "Saleable goods are not destroyed.", "disposition", hint="Choose another way.")
    wanted = ctx.policy.number("approval.destroy.witnesses")
    if len(set(case.items("witnesses"))) < wanted:
        return Problem("RQC-24", f"Destruction needs {wanted} witnesses.", "witnesses", hint="Name them.")
    if not case.has("certificate_no"):
        return Problem("RQC-24", "Destruction needs a certificate.", "certificate_no", hint="Fill in its number.")
    return None


def refundable(case: Case, ctx: Context) -> Problem | None:
    """Swapped or doubtful goods are refunded only after Legal has cleared them. Source: grade dictionary."""
    if refund_effect(case.text("final_grade"), ctx.policy) != "hold":
        return None
    return Problem(
        "RQC-25", f"{case.text('final_grade')} holds the refund until the review is over.", "final_grade",
        hint="Keep the review date; it is a hold, not a refusal.",
    )  # fmt: skip


def goods_stay(case: Case, ctx: Context) -> Problem | None:
    """Goods that go back to the customer are not refunded. Source: grade dictionary, KO_WORN."""
    if case.text("disposition") != RETURN_TO_CUSTOMER:
        return None
    return Problem("RQC-26", "The goods go back to the customer.", "disposition", hint="Choose another disposition.")


def fault_is_cra(case: Case, ctx: Context) -> Problem | None:
    """A manufacturing fault goes the faulty-goods way, without deduction. Source: CRA 2015 s20; grade dictionary."""
    if refund_effect(case.text("final_grade"), ctx.policy) != "faulty":
        return None
    if case.text("legal_basis") == CRA_REJECT and not case.money("deduction_amount"):
        return None
    return Problem(
        "RQC-27", "A manufacturing fault is refunded as faulty goods, without deduction.", "legal_basis",
        hint="Choose 'CRA reject', fill in the day we agreed and clear the deduction.",
    )  # fmt: skip


def deduction_allowed(case: Case, ctx: Context) -> Problem | None:
    """A deduction needs handling or missing parts, and a reason. Source: CCR 2013 reg 34(9); grade dictionary."""
    if not case.money("deduction_amount"):
        return None
    faulty = case.text("legal_basis") == CRA_REJECT
    grade, allowing = case.text("final_grade"), deductible(ctx.policy)
    if grade in allowing and not faulty:
        if case.has("deduction_reason"):
            return None
        hint = "Say under 'Deduction reason' what was found."
        return Problem("RQC-28", "A deduction needs its reason.", "deduction_reason", hint=hint)
    words = "Goods returned as faulty" if faulty else f"Goods graded {grade}"
    hint = f"Clear 'Deduction'. These grades allow one: {', '.join(allowing)}."
    return Problem("RQC-28", f"{words} allow no deduction.", "deduction_amount", hint=hint)


def asker_not_grader(case: Case, ctx: Context) -> Problem | None:
    """Who graded the goods does not ask for the refund. Source: 3PL handling."""
    if ctx.actor.id not in {case.text("graded_by"), case.text("third_by")}:
        return None
    return Problem("RQC-29", f"{ctx.actor.name} graded these goods.", hint="A coordinator asks for the refund.")


def line_not_asked(case: Case, ctx: Context) -> Problem | None:
    """One order line has one live refund. Source: refund guards."""
    found = [other.case_id for other in live_refunds(case, ctx) if same_line(case, other)]
    if not found:
        return None
    return Problem(
        "RQC-30",
        f"{', '.join(found)} already refunds this line.",
        "line_id",
        hint="Go on with that refund, or name another line.",
    )


def script_agreed(case: Case, ctx: Context) -> Problem | None:
    """What is said about worn goods is agreed with Customer service first. Source: decision matrix."""
    if case.text("final_grade") != WORN or case.flag("script_agreed"):
        return None
    return Problem(
        "RQC-31",
        "Customer service has not agreed what is said.",
        "script_agreed",
        hint="Agree the words with them, then say Yes.",
    )


def ends_somewhere(case: Case, ctx: Context) -> Problem | None:
    """A check closes when the refund was asked for or the customer answered. Source: common block before closing."""
    if case.status == "Refund requested":
        alive = [r for r in ctx.of_type("RFD") if r.status not in {CANCELLED, DUPLICATE}]
        if any(r.text("qc_record_id") == case.case_id or r.text("parent_case") == case.case_id for r in alive):
            return None
        return Problem(
            "RQC-32",
            "No refund of this check was found.",
            "linked_cases",
            hint="Open the refund of this check, or link it.",
        )
    refunded = any(same_line(case, other) for other in live_refunds(case, ctx))
    if refunded or case.has("comms") or is_secured(case.text("final_grade"), ctx.policy):
        return None
    return Problem("RQC-32", "Nothing shows what the customer was told.", "comms", hint="Fill in the contact log.")


def evidence_there(case: Case, ctx: Context) -> Problem | None:
    """Nothing closes without photos and the end of the claim or investigation. Source: common block before closing."""
    if is_secured(case.text("final_grade"), ctx.policy) and not case.has("investigation_result"):
        return Problem(
            "RQC-33", "The investigation has no result.", "investigation_result", hint="Say what came out of it."
        )
    return None
