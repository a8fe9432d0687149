"""RQC: quality control of returned goods, the 3PL's KO and what to do with uncertain ones.

1. The 3PL's grade is an input; the house grades independently; Senior QA settles a disagreement.
2. The refund date comes from the facts of the return and never waits for the grade.
3. A grade decides what may happen: refund, claim, customer contact, or the secure cage and an escalation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from addin.logic import return_rules as check
from addin.logic import return_units as unit
from addin.logic.calendar import add_working_days
from addin.logic.case_type import WORKING, Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.checklist import RETURNED, to_answer
from addin.logic.closing import TICKETED
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.refund_terms import BASIS_FIELDS, CLOCK_FIELDS, REASON_OF, received_on, refund_due
from addin.logic.reopening import CLOSED_FROM, ENDINGS
from addin.logic.return_terms import DISPOSITIONS, GRADES, TRANSIT, disposition_terms, final_grade, grade_words, signers
from addin.logic.return_units import ON_HOLD
from addin.logic.sbar import blocker
from addin.logic.signatures import SIGNATURE_FIELDS, lapsed, sign
from addin.logic.tracking import check_tracking
from addin.logic.values import Role

ANNOUNCED: Final = "Announced"
RECEIVED: Final = "Received"
THIRD_PARTY: Final = "3PL graded"
HOUSE_QC: Final = "House QC"
GRADED: Final = "Graded"
DISPOSED: Final = "Disposition approved"
REFUND: Final = "Refund requested"
CONTACTED: Final = "Customer contacted"

NOT_ALIVE: Final = frozenset({CANCELLED, DUPLICATE})
GRADERS: Final = frozenset({Role.QC, Role.SENIOR_QA})
HANDLERS: Final = frozenset({Role.COORDINATOR, Role.QC, Role.SENIOR_QA})
SENIOR: Final = frozenset({Role.SENIOR_QA})
SIGNERS: Final = frozenset({Role.FINANCE, Role.LOSS_PREVENTION, Role.LEGAL})

_ID, _DAY, _MONEY, _LIST = FieldKind.ID, FieldKind.DAY, FieldKind.MONEY, FieldKind.LIST
_INSTANT, _CHOICE, _FLAG, _NUMBER = FieldKind.INSTANT, FieldKind.CHOICE, FieldKind.FLAG, FieldKind.NUMBER

FORM: Final = (
    Field(name="rma_no", title="RMA no.", kind=_ID, queue=True, width=13),
    Field(name="tracking", title="Tracking", kind=_ID, queue=True, width=20, check=check_tracking,
          help="Of the return parcel."),
    Field(name="line_id", title="Order line", kind=_ID, width=10),
    Field(name="sku", title="SKU", kind=_ID, queue=True, width=14, help="As sold."),
    Field(name="serial", title="Serial", kind=_ID, queue=True, width=14, help="As sold; empty when there is none."),
    Field(name="goods_value", title="Goods value", kind=_MONEY, queue=True, width=12),
    *unit.UNIT_FIELDS,
    *CLOCK_FIELDS,
    *BASIS_FIELDS,
    Field(name="received_at", title="Received", kind=_INSTANT, queue=True, width=16),
    Field(name="sku_received", title="SKU received", kind=_ID, width=14),
    Field(name="serial_received", title="Serial received", kind=_ID, width=14),
    Field(name="third_party_grade", title="3PL grade", kind=_CHOICE, choices=GRADES, width=16),
    Field(name="third_party_reason", title="3PL reason", width=24),
    Field(name="third_party_by", title="3PL inspector", kind=_ID, personal=False, width=14),
    Field(name="third_party_at", title="3PL graded", kind=_INSTANT, width=16),
    Field(name="inspected_by", title="Inspected by", kind=_ID, system=True),
    Field(name="inspected_at", title="Inspected", kind=_INSTANT, system=True, width=16),
    Field(
        name="checklist", title="Checklist", kind=_LIST, width=30,
        help="Each line as 'stitching: yes' (or no, na), with ; between; 'Inspect' brings the lines.",
    ),
    Field(name="checklist_version", title="Checklist version", system=True),
    Field(name="photos", title="Photos", kind=_LIST, late=True, width=24, help="File names with ; between."),
    Field(name="weight_kg", title="Weight kg", kind=_NUMBER, width=9),
    Field(name="master_weight_kg", title="Master weight kg", kind=_NUMBER, width=9),
    Field(name="grade", title="Grade", kind=_CHOICE, choices=GRADES, roles=GRADERS, width=16,
          help="What each grade means and leads to is on the sheet Rules, under grade."),
    Field(name="graded_by", title="Graded by", kind=_ID, system=True),
    Field(name="graded_at", title="Graded", kind=_INSTANT, system=True, width=16),
    Field(name="grade_third", title="Third grade", kind=_CHOICE, choices=GRADES, roles=SENIOR, width=16),
    Field(name="third_by", title="Third grade by", kind=_ID, system=True),
    Field(name="third_at", title="Third grade at", kind=_INSTANT, system=True, width=16),
    Field(name="grade_given", title="Grade given", system=True),
    Field(name="third_given", title="Third grade given", system=True),
    Field(name="final_grade", title="Final grade", system=True, queue=True, width=17),
    Field(name="grade_means", title="The grade means", system=True, width=40,
          help="What the grade stands for, what the customer gets back, and where the goods go."),
    Field(name="third_party_agrees", title="3PL agrees", kind=_FLAG, system=True, width=8),
    Field(name="disposition", title="Disposition", kind=_CHOICE, choices=DISPOSITIONS, width=20),
    Field(name="second_scan_by", title="Second scan by", kind=_ID, width=12),
    Field(name="refund_goods", title="Goods to refund", kind=_MONEY, width=12, help="Empty means the goods value."),
    Field(name="deduction_amount", title="Deduction", kind=_MONEY, width=10),
    Field(name="deduction_reason", title="Deduction reason", width=24),
    Field(name="script_agreed", title="Script agreed", kind=_FLAG, width=10,
          help="Yes when Customer service agreed what the customer is told."),
    Field(name="parts_missing", title="Parts missing", kind=_LIST, width=20),
    Field(name="repair_quote", title="Repair quote", width=16, help="Reference of the quote, or the flaw in a word."),
    Field(name="packaging_retained", title="Packaging kept", kind=_FLAG, width=10),
    Field(name="cites", title="Needs CITES", kind=_FLAG, width=8),
    Field(name="papers", title="Species papers", width=16),
    Field(name="comparator", title="Compared with", width=16, help="An unworn piece, or its photo."),
    Field(name="secure_location", title="Cage", width=12),
    Field(name="custody_log", title="Custody log", kind=_LIST, late=True, width=24),
    Field(name="cctv_ref", title="CCTV reference", kind=_ID, late=True),
    Field(name="hold_review", title="Review on", kind=_DAY, late=True, width=11),
    Field(name="held_from", title="Held from", system=True),
    Field(name="held_by", title="Held by", kind=_ID, system=True),
    Field(name="held_at", title="Held", kind=_INSTANT, system=True, width=16),
    Field(name="secured_by", title="Secured by", kind=_ID, system=True),
    Field(name="secured_at", title="Secured", kind=_INSTANT, system=True, width=16),
    Field(name="investigation_result", title="Result", width=24, late=True, help="What the investigation found."),
    Field(name="witnesses", title="Witnesses", kind=_LIST, width=18, help="Accounts of those who saw it destroyed."),
    Field(name="certificate_no", title="Certificate", kind=_ID, width=14),
    *SIGNATURE_FIELDS,
    Field(name="approved_by", title="Approved by", kind=_ID, system=True, width=12),
    Field(name="approved_at", title="Approved", kind=_INSTANT, system=True, width=16),
    Field(name="approved_terms", title="Approved terms", system=True, width=30),
    Field(name="refund_due", title="Refund due", kind=_DAY, system=True, queue=True, width=11),
    CLOSED_FROM,
    Field(name="value_at_risk", title="Value at risk", kind=_MONEY, system=True, width=12),
)  # fmt: skip


def derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The computed fields: final grade, whether the 3PL agreed, refund date; signatures lapse when terms change."""
    grade = final_grade(case)
    theirs = case.text("third_party_grade")
    return {
        "final_grade": grade or None,
        "grade_means": grade_words(grade or case.text("grade") or case.text("third_party_grade"), ctx.policy) or None,
        "third_party_agrees": theirs == grade if theirs and grade else None,
        "refund_due": refund_due(case, ctx),
        "value_at_risk": case.money("goods_value") or case.money("value_at_risk"),
        **lapsed(case, disposition_terms(case, grade)),
    }


def _third_party(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"third_party_at": case.instant("third_party_at") or ctx.now}


def _inspected(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    lines = to_answer(case, ctx, RETURNED)
    return {"inspected_by": ctx.actor.id, "inspected_at": ctx.now, "checklist": lines}


def _graded(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    version = ctx.policy.text("qc.checklist_version")
    return {
        "graded_by": ctx.actor.id,
        "graded_at": ctx.now,
        "checklist_version": version,
        "grade_given": case.text("grade"),
    }


def _third(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"third_by": ctx.actor.id, "third_at": ctx.now, "third_given": case.text("grade_third")}


def _agreed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return sign(case, ctx, signers(case, ctx.policy), disposition_terms(case, case.text("final_grade")))


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {
        "approved_by": ctx.actor.id,
        "approved_at": ctx.now,
        "approved_terms": disposition_terms(case, case.text("final_grade")),
        "decision": f"{case.text('final_grade')}: {case.text('disposition')}. {ctx.reason}".strip(),
        "decision_by": ctx.actor.id,
        "decision_at": ctx.now,
    }


def _secured(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"secured_by": ctx.actor.id, "secured_at": ctx.now}


def _held(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"held_by": ctx.actor.id, "held_at": ctx.now}


def _lifted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"held_by": None, "held_at": None, "hold_review": None}


def _claim(case: Case, ctx: Context) -> Sequence[Opening]:
    """Damage on the way back opens a claim against the carrier, once."""
    tracking = case.text("tracking")
    known = [c for c in ctx.of_type("UPC") if c.status not in NOT_ALIVE and c.text("tracking") == tracking]
    if case.text("final_grade") != TRANSIT or known:
        return ()
    day = received_on(case)
    facts: dict[str, Value | None] = {
        "subtype": "DAMAGE", "tracking": case.fields.get("tracking"), "order_no": case.fields.get("order_no"),
        "sku": case.fields.get("sku"), "serial": case.fields.get("serial"),
        "goods_value": case.fields.get("goods_value"), "event_date": day, "delivered_date": day, "discovery_date": day,
        "packaging_retained": case.fields.get("packaging_retained"), "rma_no": case.fields.get("rma_no"),
        "return_leg": True, "evidence_files": case.fields.get("evidence_files"),
    }  # fmt: skip
    return (Opening(type="UPC", fields=_given(facts)),)


def _refund(case: Case, ctx: Context) -> Sequence[Opening]:
    """The refund takes over the facts of the return, so that nobody types them twice."""
    names = (
        "order_no", "rma_no", "line_id", "sku", "serial", "legal_basis", "cancel_notice_date", "agreed_date",
        "proof_of_sending_date", "collection_offered", "deduction_amount", "deduction_reason", "vip", "ticket_ref",
        "delivered_date", "info_given", "line_part",
    )  # fmt: skip
    facts: dict[str, Value | None] = {name: case.fields.get(name) for name in names}
    facts |= {
        "qc_record_id": case.case_id,
        "goods_received_date": received_on(case),
        "refund_goods": case.money("refund_goods") or case.money("goods_value"),
        "reason_code": REASON_OF.get(case.text("legal_basis")),
    }
    return (Opening(type="RFD", fields=_given(facts)),)


def _given(facts: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in facts.items() if value is not None}


def _suspicion(case: Case, ctx: Context) -> Sequence[Opening]:
    words = f"Goods of {case.case_id} are secured: grade {case.text('grade') or 'open'}, not as sold or in doubt."
    return (blocker(case, "Security", words, f"Investigate by {case.day('hold_review'):%d/%m/%Y}.", severity="P1"),)


def _escalated(case: Case, ctx: Context) -> Sequence[Opening]:
    due = case.day("refund_due")
    when = f" The refund is due on {due:%d/%m/%Y}." if due else ""
    words = f"The return {case.case_id} is still '{case.status}'.{when} {ctx.reason}"
    return (blocker(case, "Senior QA", words, "Grade or decide today."),)


def _grade_due(case: Case, ctx: Context) -> date | None:
    day = received_on(case)
    return add_working_days(day, ctx.policy.days("return.grade_working_days")) if day else None


def _decide_due(case: Case, ctx: Context) -> date | None:
    due = case.day("refund_due")
    return due - timedelta(days=ctx.policy.days("return.decide_before_due_days")) if due else None


def _ageing_due(case: Case, ctx: Context) -> date | None:
    day = received_on(case)
    return day + timedelta(days=ctx.policy.days("return.ageing_day")) if day else None


def _review_due(case: Case, ctx: Context) -> date | None:
    return case.day("hold_review")


_PER_UNIT: Final = "Returns are decided per unit"
_WEIGHT: Final = Rule("RQC-13", "A weight that is off is told.", check.weight_agrees, warn=True, source="Policy")
_NEAR: Final = Rule(
    "RQC-05", "A near refund date is told.", check.refund_date_near, warn=True, source="CCR 2013 reg 34"
)
_GRADE_RULES: Final = (
    Rule("RQC-06", "The grader is neither the 3PL's inspector nor the refund's requester.", check.grader_independent,
         source="Independent second grade"),
    Rule("RQC-09", "A grade rests on photos.", check.photos_enough, source="Policy"),
    Rule("RQC-10", "The checklist is answered line by line.", check.checklist_answered, source="Fixed checklist"),
    Rule("RQC-11", "PENDING is no grade to go on with.", check.grade_decided, source="Grade dictionary"),
    Rule("RQC-12", "A KO or uncertain 3PL grade is checked here first.", check.uncertain_checked_here,
         source="3PL handling"),
    Rule("RQC-37", "One piece has one check.", unit.unit_not_checked_twice, source="Refund guards"),
    _WEIGHT,
)  # fmt: skip
_APPROVAL_RULES: Final = (
    Rule("RQC-14", "Nothing is approved while 3PL and house disagree.", check.grade_settled, source="3PL handling"),
    Rule("RQC-15", "Each grade has its dispositions.", check.disposition_allowed, source="Policy table grade"),
    Rule("RQC-16", "Each grade has its approver.", check.approver_of_grade, source="Policy table grade"),
    Rule("RQC-17", "What is not first choice is approved by another person than its grader.", check.approver_apart,
         source="Segregation"),
    Rule("RQC-18", "Who must agree besides has agreed.", check.all_signed, source="Policy table grade"),
    Rule("RQC-20", "A valuable first choice is scanned by a second person.", check.second_scan, source="Policy"),
    Rule("RQC-21", "Each grade's own evidence is there.", check.grade_evidence, source="Decision matrix"),
    Rule("RQC-41", "Goods of protected species go back with their papers.", check.papers_named, source="CITES"),
    Rule("RQC-22", "Suspect goods are secured first.", check.secured_first, source="Grade dictionary"),
    Rule("RQC-24", "Destruction has witnesses and a certificate and spares saleable goods.", check.destroy_rules,
         source="Policy"),
    Rule("RQC-28", "A deduction needs a grade that allows it and a reason.", check.deduction_allowed,
         source="CCR 2013 reg 34(9)"),
    _NEAR,
)  # fmt: skip
_REFUND_RULES: Final = (
    Rule("RQC-25", "Swapped or doubtful goods wait for the review.", check.refundable,
         override=frozenset({Role.LEGAL}), source="Grade dictionary"),
    Rule("RQC-26", "Goods that go back to the customer are not refunded.", check.goods_stay, source="Grades"),
    Rule("RQC-27", "A manufacturing fault is refunded as faulty goods.", check.fault_is_cra, source="CRA 2015 s20"),
    Rule("RQC-28", "A deduction needs a grade that allows it and a reason.", check.deduction_allowed,
         source="CCR 2013 reg 34(9)"),
    Rule("RQC-29", "The grader does not ask for the refund.", check.asker_not_grader, source="Segregation"),
    Rule("RQC-30", "One order line has one live refund.", check.line_not_asked, source="Refund guards"),
)  # fmt: skip

MOVES: Final = (
    Move(verb="receive", label="Receive", start=frozenset({ANNOUNCED}), to=RECEIVED, event="return.received.v1",
         says="{actor} received the goods of {case} at {received_at}", needs=("received_at",), roles=HANDLERS,
         rules=(Rule("RQC-39", "What came back is named.", unit.article_named, source=_PER_UNIT),)),
    Move(verb="split", label="Split parcel", start=frozenset({ANNOUNCED, RECEIVED}), to="", event="return.split.v1",
         says="{actor} split the parcel of {case}: this is unit {unit_no}; the others are {opened}", roles=HANDLERS,
         needs=("units",), sets=unit.split, opens=unit.further_units,
         rules=(Rule("RQC-38", "A parcel is split once, into units that are named once.", unit.parcel_splits,
                     source=_PER_UNIT),),
         hint="Open a case for every piece that came in one parcel, of whatever order."),
    Move(verb="grade_3pl", label="3PL grade", start=frozenset({RECEIVED}), to=THIRD_PARTY,
         event="return.third_party_graded.v1", says="The 3PL graded {case} {third_party_grade} ({third_party_reason})",
         needs=("third_party_grade", "third_party_by"), roles=HANDLERS, sets=_third_party),
    Move(verb="inspect", label="Inspect", start=frozenset({RECEIVED, THIRD_PARTY}), to=HOUSE_QC,
         event="return.inspected.v1", says="{actor} began the house's own check of {case}", roles=GRADERS,
         sets=_inspected, rules=(_NEAR,)),
    Move(verb="grade", label="Grade", start=frozenset({THIRD_PARTY, HOUSE_QC}), to=GRADED, event="return.graded.v1",
         says="{actor} graded {case} {grade}", roles=GRADERS, needs=("grade", "checklist", "photos"),
         rules=_GRADE_RULES, sets=_graded, opens=_claim),
    Move(verb="third_grade", label="Third grade", start=frozenset({GRADED}), to="", event="return.third_graded.v1",
         says="{actor} settled the grade of {case}: {grade_third}", roles=SENIOR, needs=("grade_third",),
         rules=(Rule("RQC-07", "The third grader is a third person.", check.third_independent, source="3PL handling"),
                Rule("RQC-08", "A third grade settles a disagreement.", check.third_needed, source="3PL handling")),
         sets=_third, opens=_claim),
    Move(verb="secure", label="Secure", start=frozenset({RECEIVED, THIRD_PARTY, HOUSE_QC, GRADED}), to="",
         event="return.secured.v1", says="{actor} secured the goods of {case} in {secure_location}", roles=HANDLERS,
         needs=("secure_location", "custody_log", "hold_review"), sets=_secured, opens=_suspicion,
         rules=(Rule("RQC-23", "Goods are secured once, and only suspect ones.", check.not_secured_yet,
                     source="Grade dictionary"),)),
    Move(verb="legal_hold", label="Legal hold", to=ON_HOLD, event="return.held.v1", back="held_from",
         start=frozenset({RECEIVED, THIRD_PARTY, HOUSE_QC, GRADED, DISPOSED, REFUND, CONTACTED}), reason=True,
         says="{actor} put the goods of {case} on legal hold until {hold_review}", sets=_held, needs=("hold_review",),
         roles=frozenset({Role.SENIOR_QA, Role.LEGAL, Role.LOSS_PREVENTION}),
         rules=(Rule("RQC-40", "A legal hold has a near review date.", unit.hold_reviewed, source="Grade dictionary"),
                _NEAR)),
    Move(verb="lift_hold", label="Lift hold", start=frozenset({ON_HOLD}), to="", event="return.hold_lifted.v1",
         says="{actor} lifted the legal hold of {case}; it goes on from {status}", back="held_from", reason=True,
         roles=frozenset({Role.LEGAL}), sets=_lifted),
    Move(verb="agree", label="Agree", start=frozenset({GRADED}), to="", event="return.agreed.v1", roles=SIGNERS,
         says="{actor} agreed to {agreed_terms} for {case}", needs=("disposition",), sets=_agreed,
         rules=(Rule("RQC-19", "Only a signature that is wanted is taken.", check.signature_wanted,
                     source="Segregation"),)),
    Move(verb="approve", label="Approve", start=frozenset({GRADED}), to=DISPOSED, event="return.approved.v1",
         says="{actor} approved for {case}: {disposition}", roles=GRADERS, needs=("disposition",),
         rules=_APPROVAL_RULES, sets=_approved),
    Move(verb="contact", label="Contacted", start=frozenset({DISPOSED}), to=CONTACTED, event="return.contacted.v1",
         says="{actor} told the customer of {case}", needs=("comms",), roles=HANDLERS,
         rules=(Rule("RQC-31", "What is said about worn goods is agreed first.", check.script_agreed,
                     source="Decision matrix"),)),
    Move(verb="request_refund", label="Request refund", start=frozenset({DISPOSED, CONTACTED}), to=REFUND,
         event="return.refund_requested.v1", says="{actor} asked for the refund of {case} (due {refund_due})",
         roles=frozenset({Role.COORDINATOR, Role.SENIOR_QA, Role.LEGAL}),
         needs=("order_no", "sku", "legal_basis", "goods_value"), rules=_REFUND_RULES, opens=_refund),
    Move(verb="escalate", label="Escalate", start=frozenset({"*"}), to="", event="return.escalated.v1", reason=True,
         says="{actor} escalated {case}", opens=_escalated),
    Move(verb="close", label="Close", start=frozenset({DISPOSED, REFUND, CONTACTED}), to=CLOSED, back="closed_from",
         event="return.closed.v1", says="{actor} closed {case}: {decision}", roles=HANDLERS,
         rules=(Rule("RQC-32", "A check ends in a refund or a told customer.", check.ends_somewhere,
                     source="Common block before closing"),
                Rule("RQC-33", "Nothing closes with an open investigation.", check.evidence_there,
                     source="Common block before closing"),
                TICKETED)),
    *ENDINGS,
)  # fmt: skip

CASE: Final = CaseType(
    code="RQC",
    name="Return quality control",
    family="return",
    sheet="Returns",
    form=FORM,
    states=(ANNOUNCED, RECEIVED, THIRD_PARTY, HOUSE_QC, GRADED, DISPOSED, REFUND, CONTACTED, ON_HOLD, CLOSED),
    moves=MOVES,
    openers=WORKING,
    rules=(
        Rule("RQC-01", "Goods come back in the past.", check.received_when, source="Order of events"),
        Rule("RQC-02", "Another article than the sold one is KO_WRONG_ITEM only.", check.serial_or_wrong_item,
             source="Return quality control, validation"),
        Rule("RQC-03", "Every grade is one of the dictionary.", check.grade_known, source="Grade dictionary"),
        Rule("RQC-04", "A deduction is at most the price.", check.deduction_within_value, source="CCR 2013 reg 34(9)"),
        Rule("RQC-36", "A check is of one piece.", unit.one_unit, source=_PER_UNIT),
        Rule("RQC-34", "A grade that was given stays.", check.grade_stays, source="3PL handling"),
        Rule("RQC-35", "What was approved stays as approved.", check.terms_stay, source="Segregation"),
        _NEAR,
    ),
    deadlines=(
        Deadline(id="grade", label="Grade the goods", due=_grade_due, source="Policy",
                 until=frozenset({GRADED, DISPOSED, REFUND, CONTACTED})),
        Deadline(id="decide", label="Decide before the refund date", due=_decide_due, source="Policy",
                 until=frozenset({DISPOSED, REFUND, CONTACTED})),
        Deadline(id="order", label="Find the order", due=unit.find_order_due, source="Policy"),
        Deadline(id="ageing", label="Escalate an old return", due=_ageing_due, source="Policy",
                 until=frozenset({DISPOSED, REFUND, CONTACTED})),
        Deadline(id="refund", label="Refund the customer", due=lambda case, ctx: case.day("refund_due"), legal=True,
                 until=frozenset({REFUND}), source="CCR 2013 reg 34; CRA 2015 s20(15)"),
        Deadline(id="review", label="Review the secured goods", due=_review_due, source="Grade dictionary"),
    ),
    frozen_from=frozenset({REFUND, ON_HOLD}),
    derive=derive,
    messages=("returns.deduction", "returns.hold"),
    sample={
        "order_no": "4000123456", "rma_no": "RMA-20417", "line_id": "1", "sku": "BAG-0117", "serial": "Z-884201",
        "goods_value": "450.00", "legal_basis": "CCR cancel", "cancel_notice_date": "2026-11-10",
        "collection_offered": "No", "ticket_ref": "TCK-20449",
    },
)  # fmt: skip
