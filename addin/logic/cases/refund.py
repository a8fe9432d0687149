"""RFD: a manual refund, from the request over quality check, amount, approval and payment to reconciliation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from addin.logic import refund_booking as booking
from addin.logic import refund_ceilings as ceiling
from addin.logic import refund_people as people
from addin.logic import refund_rules as check
from addin.logic.calendar import add_working_days, london_day
from addin.logic.case_type import WORKING, Case, CaseType, Context, Deadline, Move, Rule
from addin.logic.closing import TICKETED
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.iban import check_iban
from addin.logic.joining import Join
from addin.logic.refund_terms import BASIS_FIELDS, CLOCK_FIELDS, refund_due
from addin.logic.signatures import SIGNATURE_FIELDS, lapsed, sign
from addin.logic.statute import credit_note_due
from addin.logic.values import Money, Role, total

REQUESTED: Final = "Requested"
QC_CONFIRMED: Final = "QC confirmed"
CHECKED: Final = "Amount checked"
APPROVED: Final = "Approved"
SUBMITTED: Final = "Submitted to PSP"
ACCEPTED: Final = "PSP accepted"
SETTLED: Final = "Settled"
RECONCILED: Final = "Reconciled"
REJECTED: Final = "Rejected"
ON_HOLD: Final = "On hold"
FAILED: Final = "PSP failed"
REVERSED: Final = "Reversed"

UNSENT: Final = frozenset({REQUESTED, QC_CONFIRMED, CHECKED, APPROVED, ON_HOLD})
REASONS: Final = (
    "Change of mind", "Faulty", "Not delivered", "Wrong item", "Damaged in transit", "Price adjustment", "Goodwill",
)  # fmt: skip
RECON: Final = ("Open", "Matched", "Matched by hand", "Timing", "Exception")
FINANCE: Final = frozenset({Role.FINANCE})
PAYMENT: Final = frozenset({Role.FINANCE, Role.SYSTEM})
SENIOR: Final = frozenset({Role.SENIOR_QA})

_ID, _DAY, _MONEY, _NOTE = FieldKind.ID, FieldKind.DAY, FieldKind.MONEY, FieldKind.NOTE
_INSTANT, _CHOICE, _FLAG = FieldKind.INSTANT, FieldKind.CHOICE, FieldKind.FLAG

FORM: Final = (
    Field(name="refund_no", title="Refund no.", kind=_ID, system=True, queue=True, width=17),
    Field(name="rma_no", title="RMA no.", kind=_ID, width=13),
    Field(name="line_id", title="Order line", kind=_ID, queue=True, width=10, help="Number of the order line."),
    Field(name="sku", title="SKU", kind=_ID, queue=True, width=14),
    Field(name="serial", title="Serial", kind=_ID, width=14, help="Empty when the article has none."),
    Field(name="qty", title="Quantity", kind=FieldKind.COUNT, width=8),
    Field(name="reason_code", title="Reason code", kind=_CHOICE, choices=REASONS, listed="refund.reasons",
          width=16),
    *CLOCK_FIELDS,
    *BASIS_FIELDS,
    Field(name="line_amount", title="Line price", kind=_MONEY, width=11, help="What the whole order line cost."),
    Field(name="follows_refund", title="Follows", kind=_ID, width=17,
          help="Case number of the paid refund of the same line that this one adds to."),
    Field(name="goods_received_date", title="Goods back on", kind=_DAY, width=12),
    Field(
        name="qc_record_id", title="QC record", kind=_ID, width=17,
        help="Case number of the return check.",
    ),
    Field(name="qc_grade", title="QC grade", system=True, width=10),
    Field(name="qc_by", title="QC by", kind=_ID, system=True),
    Field(name="qc_at", title="QC at", kind=_INSTANT, system=True, width=16),
    Field(name="refund_due", title="Refund due", kind=_DAY, system=True, queue=True, width=11),
    Field(name="refund_goods", title="Goods to refund", kind=_MONEY, width=12),
    Field(
        name="delivery_amount", title="Delivery", kind=_MONEY, width=10,
        help="Standard delivery only, never the extra for a premium service.",
    ),
    Field(name="deduction_amount", title="Deduction", kind=_MONEY, width=10),
    Field(name="deduction_reason", title="Deduction reason", width=24),
    Field(name="total_refund", title="Refund", kind=_MONEY, system=True, queue=True, width=12),
    Field(name="captured_amount", title="Captured", kind=_MONEY, width=12, help="What was taken for this payment."),
    Field(name="currency", title="Currency", kind=_ID, system=True, width=8),
    Field(
        name="orig_payment_method", title="Paid with", width=16,
        help="For example: card ending 1234. Never a full number.",
    ),
    Field(name="payment_last4", title="Card ends", kind=_ID, width=8, help="The last four digits, never more."),
    Field(name="orig_psp_reference", title="Payment reference", kind=_ID, queue=True, width=20),
    Field(name="refund_method", title="Refund to", width=16, help="Only when it is not the original payment."),
    Field(
        name="method_agreement", title="Agreement on file", width=20,
        help="Where the customer's express agreement to another means is filed.",
    ),
    Field(name="payee_name", title="Account holder", personal=True, width=18,
          help="Only for a bank account that the customer expressly agreed to."),
    Field(name="payee_account", title="Account (IBAN)", kind=_ID, personal=True, width=26, check=check_iban,
          help="From the customer's form, never out of a chat."),
    Field(name="dispute_open", title="Dispute open", kind=_FLAG, late=True, width=10),
    Field(name="requested_by", title="Requested by", kind=_ID, system=True),
    *SIGNATURE_FIELDS,
    Field(name="approved_by", title="Approved by", kind=_ID, system=True, queue=True, width=12),
    Field(name="approved_at", title="Approved", kind=_INSTANT, system=True, width=16),
    Field(name="approved_terms", title="Approved terms", kind=_NOTE, system=True, width=40),
    Field(name="approved_account", title="Approved account", kind=_ID, system=True, personal=True),
    Field(name="batch_no", title="Batch", kind=_ID, system=True, queue=True, width=17),
    Field(name="attempt", title="Attempt", kind=FieldKind.COUNT, system=True, width=8),
    Field(name="executed_by", title="Executed by", kind=_ID, system=True),
    Field(name="executed_at", title="Executed", kind=_INSTANT, system=True, width=16),
    Field(name="psp_status", title="PSP status", system=True, width=12),
    Field(
        name="refund_psp_reference", title="Refund reference", kind=_ID, late=True, queue=True, width=20,
        roles=PAYMENT, help="The refund's own reference at the payment provider.",
    ),
    Field(
        name="psp_parts", title="Paid in parts", kind=FieldKind.LIST, late=True, width=24, roles=PAYMENT,
        help="When the provider paid it in several parts: reference and amount of each, with ; between.",
    ),
    Field(name="arn", title="ARN", kind=_ID, late=True, width=25, roles=PAYMENT, help="23 digits, as text."),
    Field(name="settled_date", title="Settled on", kind=_DAY, late=True, width=11, roles=PAYMENT),
    Field(name="gl_ref", title="Ledger reference", kind=_ID, late=True, roles=PAYMENT),
    Field(name="credit_note_no", title="Credit note", kind=_ID, late=True, roles=PAYMENT),
    Field(name="credit_note_date", title="Credit note date", kind=_DAY, late=True, width=12, roles=PAYMENT),
    Field(name="customer_notified_at", title="Customer told", kind=_INSTANT, late=True, width=16),
    Field(name="recon_status", title="Reconciliation", kind=_CHOICE, choices=RECON, late=True, queue=True, width=13,
          roles=PAYMENT),
    Field(name="recon_period", title="Period", kind=_ID, late=True, width=9, roles=PAYMENT, help="As 2026-11."),
    Field(name="booked_period", title="Booked in", kind=_ID, system=True, queue=True, width=9),
    Field(name="late_from", title="Late from", kind=_ID, system=True, queue=True, width=9),
    Field(name="booked_terms", title="Booked terms", kind=_NOTE, system=True, width=30),
    Field(name="recon_by", title="Reconciled by", kind=_ID, system=True),
    Field(name="recon_at", title="Reconciled", kind=_INSTANT, system=True, width=16),
    Field(name="reversed_at", title="Reversed", kind=_INSTANT, system=True, width=16),
    Field(name="reversal_period", title="Reversed in", kind=_ID, system=True, width=9),
    Field(name="held_from", title="Held from", system=True),
    Field(name="hold_owner", title="Hold owner", late=True, help="Who decides when it goes on."),
    Field(name="hold_review", title="Review on", kind=_DAY, late=True, width=11),
    Field(name="outcome", title="Outcome", system=True, width=10),
    Field(name="comment", title="Comment", kind=_NOTE, late=True, width=30),
    Field(name="value_at_risk", title="Value at risk", kind=_MONEY, system=True, width=12),
)  # fmt: skip


def derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The computed fields: total, currency, refund date, who asked; signatures lapse when the amount changes."""
    amount = _total(case)
    captured = case.money("captured_amount")
    paid_in = captured or amount
    return {
        "total_refund": amount,
        "currency": paid_in.currency if paid_in else None,
        "refund_due": refund_due(case, ctx),
        "requested_by": case.text("requested_by") or case.text("opened_by"),
        "value_at_risk": amount or case.money("value_at_risk"),
        **lapsed(case, str(amount)),
        **booking.terms_kept(case, ctx),
    }


def _total(case: Case) -> Money | None:
    goods, delivery = case.money("refund_goods"), case.money("delivery_amount")
    given = [amount for amount in (goods, delivery) if amount is not None]
    deduction = case.money("deduction_amount")
    if not given or len({amount.currency for amount in (*given, *([deduction] if deduction else []))}) > 1:
        return None
    together = total(given)
    return together - deduction if deduction else together


def _confirmed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    record = check.qc_record(case, ctx)
    if record is None:
        return {}
    return {
        "qc_record_id": record.case_id,
        "qc_grade": record.text("final_grade") or None,
        "qc_by": record.text("third_by") or record.text("graded_by") or None,
        "qc_at": record.instant("third_at") or record.instant("graded_at"),
    }


def _agreed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return sign(case, ctx, people.second_roles(case, ctx), str(case.money("total_refund")))


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    amount = case.money("total_refund")
    return {
        "approved_by": ctx.actor.id,
        "approved_at": ctx.now,
        "approved_terms": check.terms(case),
        "approved_account": case.text("payee_account") or None,
        **_decided(ctx, f"Refund {amount.pretty() if amount else ''} approved."),
    }


def _decided(ctx: Context, words: str) -> Mapping[str, Value | None]:
    text = f"{words} {ctx.reason}".strip()
    return {"decision": text, "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _sent(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {
        "executed_by": ctx.actor.id,
        "executed_at": ctx.now,
        "psp_status": "Submitted",
        "attempt": (case.count("attempt") or 0) + 1,
        "batch_no": ctx.drawn.get("batch_no"),
    }


def _psp_accepted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"psp_status": "Accepted"}


def _psp_failed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"psp_status": "Failed"}


def _settled(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"psp_status": "Settled", "outcome": "Refunded", **booking.booked(case, ctx)}


def _reversed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"psp_status": "Reversed", "outcome": "Reversed", **booking.reversal_booked(case, ctx)}


def _rejected(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"outcome": "Rejected", **_decided(ctx, "Refund rejected.")}


def _reconciled(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"recon_by": ctx.actor.id, "recon_at": ctx.now}


def _released(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"hold_owner": None, "hold_review": None}


def _afresh(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    names = (
        "outcome", "approved_by", "approved_at", "approved_terms", "approved_account", "agreed_by", "agreed_terms",
        "held_from",
    )  # fmt: skip
    return dict.fromkeys(names)


def _credit_note_due(case: Case, ctx: Context) -> date | None:
    settled = case.day("settled_date")
    done = case.has("credit_note_no") and case.has("credit_note_date")
    return credit_note_due(settled) if settled and not done else None


def _submit_due(case: Case, ctx: Context) -> date | None:
    approved = case.instant("approved_at")
    days = ctx.policy.days("refund.submit_working_days")
    return add_working_days(london_day(approved), days) if approved else None


def _review_due(case: Case, ctx: Context) -> date | None:
    return case.day("hold_review") if case.status == ON_HOLD else None


_GUARDS: Final = "Refund guards"
DUE_SOON: Final = Rule("RFD-06", "A near refund date is told.", check.due_soon, warn=True, source="CCR 2013 reg 34")
QC_RULES: Final = (
    Rule("RFD-11", "Returned goods are refunded when a quality check graded this very article first choice.",
         check.qc_first_choice, override=SENIOR, source="Role description; CCR 2013 reg 34"),
    Rule("RFD-12", "Who graded the goods does not ask for the refund.", check.qc_independent, source="Segregation"),
    Rule("RFD-13", "The facts that start the refund clock are known.", check.clock_known,
         source="CCR 2013 reg 34; CRA 2015 s20(15)"),
    Rule("RFD-14", "A refund for non-delivery rests on a claim, a returned parcel or a status check.",
         check.non_delivery_shown, override=SENIOR, source="CRA 2015 s28-29"),
    Rule("RFD-39", "A cancellation and a rejection have their time.", check.basis_in_time, override=SENIOR,
         source="CCR 2013 reg 30-31; CRA 2015 s22"),
)  # fmt: skip
LINE_RULES: Final = (
    Rule("RFD-18", "One order line has one live refund.", ceiling.line_not_refunded, source=_GUARDS),
    Rule("RFD-35", "A further refund of a line follows a paid one.", ceiling.follows_a_paid_one, source=_GUARDS),
    Rule("RFD-40", "Goods on legal hold are not refunded.", check.goods_free, override=frozenset({Role.LEGAL}),
         source="Grade dictionary"),
)  # fmt: skip
AMOUNT_RULES: Final = (
    Rule("RFD-15", "A refund is more than zero.", check.amount_positive, source=_GUARDS),
    Rule("RFD-16", "A refund is in the currency that was captured.", check.currency_captured, source=_GUARDS),
    Rule("RFD-17", "All live refunds of a payment stay within the captured amount.", ceiling.within_captured,
         source="Refund guards; PSP rule: refunded <= captured"),
    Rule("RFD-34", "A payment has one captured amount.", ceiling.captured_agreed, source=_GUARDS),
    *LINE_RULES,
    Rule("RFD-36", "All live refunds of a line stay within its price.", ceiling.within_line, source=_GUARDS),
    Rule("RFD-19", "A deduction has a grade, photos, a reason and a customer who was told.", check.deduction_proved,
         source="CCR 2013 reg 34(9)"),
    Rule("RFD-20", "Nothing is refunded while the payment is disputed.", check.no_dispute, source="Visa 13.6"),
    Rule("RFD-21", "Money goes back the way it came, unless the customer expressly agreed.", check.same_means,
         source="CCR 2013 reg 34"),
    Rule("RFD-37", "A bank account is paid only with the customer's agreement.", check.payee_sound,
         source="CCR 2013 reg 34"),
)  # fmt: skip
APPROVAL_RULES: Final = (
    Rule("RFD-22", "Nobody approves their own request.", people.approver_not_requester, source="Segregation"),
    Rule("RFD-23", "Who may approve depends on the amount.", people.approver_may, source="Policy"),
    Rule("RFD-24", "Above the limit Finance agrees too.", people.all_signed, source="Policy"),
)  # fmt: skip
EXECUTION_RULES: Final = (
    Rule("RFD-26", "Requester, approver and executor are different people.", people.executor_apart,
         source="Segregation"),
)  # fmt: skip
PARTS: Final = Rule("RFD-43", "Parts that the provider paid make the refund.", booking.parts_add_up,
                    source="Matching engine")  # fmt: skip
NEVER_SENT: Final = Rule(
    "RFD-31", "What went to the payment provider is neither withdrawn nor started again.", people.never_sent,
    source=_GUARDS,
)  # fmt: skip

MOVES: Final = (
    Move(verb="confirm_qc", label="Confirm QC", start=frozenset({REQUESTED}), to=QC_CONFIRMED,
         event="refund.qc_confirmed.v1", says="{actor} confirmed the goods of {case} (QC {qc_record_id}: {qc_grade})",
         roles=frozenset({Role.COORDINATOR, Role.QC, Role.SENIOR_QA}),
         needs=("order_no", "line_id", "sku", "reason_code", "legal_basis"), rules=(*QC_RULES, *LINE_RULES, DUE_SOON),
         sets=_confirmed),
    Move(verb="check_amount", label="Check amount", start=frozenset({QC_CONFIRMED}), to=CHECKED,
         event="refund.amount_checked.v1", says="{actor} checked the amount of {case}: {total_refund}",
         needs=("refund_goods", "captured_amount", "orig_payment_method", "orig_psp_reference", "dispute_open"),
         rules=(*AMOUNT_RULES, DUE_SOON)),
    Move(verb="agree", label="Agree", start=frozenset({CHECKED}), to="", event="refund.agreed.v1",
         says="{actor} agreed to {case}: {agreed_terms}", roles=FINANCE, sets=_agreed,
         rules=(Rule("RFD-25", "Only a signature that is wanted is taken.", people.signature_wanted,
                     source="Segregation"),)),
    Move(verb="approve", label="Approve", start=frozenset({CHECKED}), to=APPROVED, event="refund.approved.v1",
         says="{actor} approved the refund {refund_no} of {case}: {decision}",
         roles=frozenset({Role.SENIOR_QA, Role.QC}), sets=_approved,
         rules=(*QC_RULES, *AMOUNT_RULES, *APPROVAL_RULES, DUE_SOON)),
    Move(verb="reject", label="Reject", start=UNSENT | {FAILED}, to=REJECTED, event="refund.rejected.v1",
         says="{actor} rejected the refund of {case}", roles=frozenset({Role.SENIOR_QA, Role.FINANCE}), reason=True,
         sets=_rejected),
    Move(verb="hold", label="Hold", start=UNSENT - {ON_HOLD} | {FAILED}, to=ON_HOLD, event="refund.held.v1",
         says="{actor} put {case} on hold until {hold_review}; {hold_owner} decides", reason=True, back="held_from",
         needs=("hold_owner", "hold_review"),
         rules=(Rule("RFD-32", "A hold has a near review date.", people.review_ahead, source="Policy"), DUE_SOON)),
    Move(verb="release", label="Release", start=frozenset({ON_HOLD}), to="", event="refund.released.v1",
         says="{actor} released {case}; it goes on from {status}", back="held_from", sets=_released),
    Move(verb="submit", label="Submit to PSP", start=frozenset({APPROVED}), to=SUBMITTED,
         event="refund.submitted.v1", says="{actor} sent the refund {refund_no} of {case} to the payment provider",
         roles=FINANCE, rules=(*AMOUNT_RULES, *EXECUTION_RULES), sets=_sent,
         lasting="the money was ordered; when it comes back, press Reverse."),
    Move(verb="accept", label="PSP accepted", start=frozenset({SUBMITTED}), to=ACCEPTED, event="refund.accepted.v1",
         says="The payment provider accepted {case} as {refund_psp_reference}", roles=PAYMENT,
         needs=("refund_psp_reference",), rules=(PARTS,), sets=_psp_accepted,
         lasting="the provider has it; when the money comes back, press Reverse."),
    Move(verb="fail", label="PSP failed", start=frozenset({SUBMITTED, ACCEPTED}), to=FAILED,
         event="refund.failed.v1", says="The payment provider failed {case}", roles=PAYMENT, reason=True,
         sets=_psp_failed),
    Move(verb="retry", label="Retry", start=frozenset({FAILED}), to=SUBMITTED, event="refund.retried.v1",
         says="{actor} sent {case} to the payment provider again", roles=FINANCE,
         rules=(*AMOUNT_RULES, *EXECUTION_RULES), sets=_sent,
         lasting="the money was ordered; when it comes back, press Reverse."),
    Move(verb="settle", label="Settle", start=frozenset({ACCEPTED}), to=SETTLED, event="refund.settled.v1",
         says="{case} settled on {settled_date}", roles=PAYMENT, needs=("settled_date",), sets=_settled,
         rules=(Rule("RFD-27", "The settled date lies between sending and today.", people.settled_when,
                     source="Order of events"), PARTS),
         lasting="the money has been paid; when it comes back, press Reverse."),
    Move(verb="reconcile", label="Reconcile", start=frozenset({SETTLED}), to=RECONCILED,
         event="refund.reconciled.v1", says="{actor} reconciled {case} in {recon_period}: {recon_status}",
         roles=PAYMENT, needs=("recon_status", "recon_period"), sets=_reconciled,
         rules=(Rule("RFD-28", "Only what matched the provider's file is reconciled.", people.recon_matched,
                     source="Matching engine"),
                Rule("RFD-42", "Nothing is reconciled in a closed month.", booking.recon_period_open,
                     source="Period close")),
         lasting="finance has tied it out; reject the match on Reconcile, or press Reverse."),
    Move(verb="reverse", label="Reverse", start=frozenset({ACCEPTED, SETTLED, RECONCILED}), to=REVERSED,
         event="refund.reversed.v1", says="{actor} recorded that {case} was reversed", roles=FINANCE, reason=True,
         sets=_reversed,
         lasting="the provider has taken the payment back."),
    Move(verb="close", label="Close", start=frozenset({RECONCILED, REJECTED, REVERSED}), to=CLOSED,
         event="refund.closed.v1", says="{actor} closed {case}: {outcome}",
         rules=(Rule("RFD-29", "A paid refund closes with its papers.", people.papers_complete, source="HMRC"),
                Rule("RFD-30", "The credit note is in time.", people.credit_note_in_time, warn=True,
                     source="HMRC VATREC13040"), TICKETED)),
    Move(verb="cancel", label="Cancel", start=UNSENT, to=CANCELLED, event="refund.cancelled.v1", reason=True,
         says="{actor} cancelled {case}; its numbers stay used", rules=(NEVER_SENT,)),
    Move(verb="duplicate", label="Duplicate", start=UNSENT, to=DUPLICATE, event="refund.duplicate.v1",
         needs=("duplicate_of",), says="{actor} marked {case} as a duplicate of {duplicate_of}", joins=Join.MERGE,
         back="merged_from",
         rules=(NEVER_SENT, Rule("RFD-33", "A refund is never a duplicate of itself.", people.other_duplicate,
                                 source=_GUARDS))),
    Move(verb="reopen", label="Reopen", start=frozenset({"final"}), to=REQUESTED, event="refund.reopened.v1",
         says="{actor} reopened {case}; it starts afresh", roles=SENIOR, reason=True, joins=Join.PART,
         rules=(NEVER_SENT,), sets=_afresh),
)  # fmt: skip

FORM_RULES: Final = (
    Rule("RFD-01", "Another live refund of the line is told at opening.", check.other_live_refund, warn=True,
         source=_GUARDS),
    Rule("RFD-02", "Amounts are not negative and in one currency.", check.amounts_sound, source=_GUARDS),
    Rule("RFD-03", "A deduction is at most the price.", check.deduction_within_price, source="CCR 2013 reg 34(9)"),
    Rule("RFD-04", "No full card number is kept.", check.no_card_number, source="Card industry rules"),
    Rule("RFD-05", "An ARN has 23 digits.", check.arn_sound, source="Card schemes"),
    DUE_SOON,
    Rule("RFD-07", "What was approved stays as approved.", check.terms_unchanged, source="Segregation"),
    Rule("RFD-38", "The account that was approved is paid.", check.payee_unchanged, source="Segregation"),
    Rule("RFD-41", "What is booked in a closed month stays.", booking.booking_stays, source="Period close"),
    Rule("RFD-08", "Goodwill and price adjustments have their own reason.", check.reason_fits_basis, source=_GUARDS),
    Rule("RFD-09", "Nothing is deducted from faulty goods.", check.faulty_without_deduction, source="CRA 2015 s20"),
)  # fmt: skip

CASE: Final = CaseType(
    code="RFD",
    name="Manual refund",
    family="refund",
    sheet="Refunds",
    form=FORM,
    states=(
        REQUESTED, QC_CONFIRMED, CHECKED, APPROVED, SUBMITTED, ACCEPTED, SETTLED, RECONCILED, REJECTED, ON_HOLD,
        FAILED, REVERSED, CLOSED,
    ),
    moves=MOVES,
    rules=FORM_RULES,
    openers=WORKING,
    deadlines=(
        Deadline(id="refund", label="Refund the customer", due=lambda case, ctx: case.day("refund_due"), legal=True,
                 until=frozenset({SETTLED, RECONCILED, REJECTED}), source="CCR 2013 reg 34; CRA 2015 s20(15)"),
        Deadline(id="submit", label="Send to the payment provider", due=_submit_due, source="Policy",
                 until=frozenset({SUBMITTED, ACCEPTED, SETTLED, RECONCILED, REJECTED, REVERSED})),
        Deadline(id="credit_note", label="Credit note", due=_credit_note_due, legal=True,
                 until=frozenset({REJECTED, REVERSED}), source="HMRC VATREC13040"),
        Deadline(id="review", label="Review the hold", due=_review_due, source="Refund states"),
    ),
    frozen_from=frozenset({APPROVED, SUBMITTED, ACCEPTED, SETTLED, RECONCILED, REJECTED, FAILED, REVERSED}),
    derive=derive,
    numbers={"refund_no": "RFD"},
    sample={
        "order_no": "4000123456", "rma_no": "RMA-20417", "line_id": "1", "sku": "BAG-0117", "serial": "Z-884201",
        "qty": "1", "reason_code": "Change of mind", "legal_basis": "CCR cancel", "cancel_notice_date": "2026-11-10",
        "goods_received_date": "2026-11-20", "collection_offered": "No", "refund_goods": "450.00",
        "delivery_amount": "0.00", "captured_amount": "450.00", "orig_payment_method": "Card ending 4242",
        "orig_psp_reference": "PSP-88231", "dispute_open": "No", "ticket_ref": "TCK-20455",
    },
)  # fmt: skip
