"""The people and the end of a manual refund: who approves, agrees and sends, and with what it closes.

Every function is a check of one rule: it answers None when the rule holds.
"""

from __future__ import annotations

import re
from datetime import timedelta

from addin.logic.calendar import london_day
from addin.logic.case_type import Case, Context
from addin.logic.outcome import Problem
from addin.logic.refund_rules import SENIOR
from addin.logic.signatures import may_sign, signed, unsigned
from addin.logic.statute import credit_note_due
from addin.logic.values import Role

# The people -----------------------------------------------------------------------------------------------------


def second_roles(case: Case, ctx: Context) -> tuple[Role, ...]:
    """Who must sign besides the approver: Finance above the limit. Source: policy `approval.refund.senior_qa`."""
    amount = case.money("total_refund")
    limit = ctx.policy.money("approval.refund.senior_qa")
    return (Role.FINANCE,) if amount is not None and amount.amount > limit.amount else ()


def approver_not_requester(case: Case, ctx: Context) -> Problem | None:
    """Nobody approves a refund they asked for. Source: segregation of duties."""
    if ctx.actor.id not in {case.text("requested_by"), case.text("opened_by")}:
        return None
    return Problem("RFD-22", f"{ctx.actor.name} asked for this refund and cannot approve it.", hint="Ask another.")


def approver_may(case: Case, ctx: Context) -> Problem | None:
    """Small amounts by a delegate, others by Senior QA. Source: policy `approval.refund.delegate`."""
    if ctx.actor.may(SENIOR):
        return None
    amount, limit = case.money("total_refund"), ctx.policy.money("approval.refund.delegate")
    if amount is not None and amount.amount <= limit.amount:
        return None
    return Problem(
        "RFD-23", f"{ctx.actor.name} may approve up to {limit.pretty()}.", "total_refund", hint="Ask Senior QA."
    )


def all_signed(case: Case, ctx: Context) -> Problem | None:
    """Above the limit Finance has agreed too, and is another person. Source: policy `approval.refund.senior_qa`."""
    return unsigned("RFD-24", case, ctx, second_roles(case, ctx))


def signature_wanted(case: Case, ctx: Context) -> Problem | None:
    """Only a signature that is wanted is taken, never the requester's. Source: segregation of duties."""
    return may_sign("RFD-25", case, ctx, second_roles(case, ctx), case.text("requested_by"))


def executor_apart(case: Case, ctx: Context) -> Problem | None:
    """Requester, approver and executor are different people. Source: segregation of duties."""
    parts = {
        case.text("requested_by"): "asked for",
        case.text("approved_by"): "approved",
        **dict.fromkeys(signed(case).values(), "agreed to"),
    }
    did = parts.get(ctx.actor.id)
    if did is None:
        return None
    return Problem("RFD-26", f"{ctx.actor.name} {did} this refund and cannot send it.", hint="Ask a colleague.")


# The end --------------------------------------------------------------------------------------------------------


def settled_when(case: Case, ctx: Context) -> Problem | None:
    """A refund settles neither before it was sent nor in the future. Source: plain order of events."""
    day, sent = case.day("settled_date"), case.instant("executed_at")
    if day is None or (day <= ctx.today and (sent is None or day >= london_day(sent))):
        return None
    return Problem(
        "RFD-27", f"{day:%d/%m/%Y} cannot be the day it settled.", "settled_date",
        hint="It lies between the day it was sent and today.",
    )  # fmt: skip


def recon_matched(case: Case, ctx: Context) -> Problem | None:
    """A refund is reconciled when it matched the payment provider's file. Source: matching engine, matching engine."""
    if case.text("recon_status").startswith("Matched") and re.fullmatch(r"\d{4}-\d{2}", case.text("recon_period")):
        return None
    if not case.text("recon_status").startswith("Matched"):
        return Problem("RFD-28", "It has not matched the provider's file.", "recon_status", hint="Clear it first.")
    return Problem("RFD-28", "The period is not a month.", "recon_period", hint="Type it as 2026-11.")


def papers_complete(case: Case, ctx: Context) -> Problem | None:
    """A paid refund closes with its papers: credit note, confirmation, customer told. Source: HMRC."""
    if case.text("outcome") != "Refunded":
        return None
    for name, what in (
        ("credit_note_no", "the credit note's number"),
        ("credit_note_date", "the credit note's date"),
        ("customer_notified_at", "when the customer was told"),
        ("evidence", "the provider's confirmation"),
    ):
        if not case.has(name):
            return Problem("RFD-29", f"Missing: {what}.", name, hint="Fill it in, then close.")
    return None


def credit_note_in_time(case: Case, ctx: Context) -> Problem | None:
    """The credit note is dated within 14 days of the refund. Source: HMRC VATREC13040."""
    note, settled = case.day("credit_note_date"), case.day("settled_date")
    if note is None or settled is None or note <= credit_note_due(settled):
        return None
    return Problem(
        "RFD-30", f"The credit note is {(note - settled).days} days after the refund.", "credit_note_date",
        hint="Tell Finance: it is an exception of the VAT period.",
    )  # fmt: skip


def never_sent(case: Case, ctx: Context) -> Problem | None:
    """What went to the payment provider is neither withdrawn nor asked for again. Source: refunds are idempotent."""
    if not case.has("executed_at"):
        return None
    return Problem(
        "RFD-31", f"{case.case_id} went to the payment provider: it can no longer be withdrawn or started again.",
        hint="Reject or reverse it, or open another refund.",
    )  # fmt: skip


def review_ahead(case: Case, ctx: Context) -> Problem | None:
    """A hold has a review date that is near enough to act on. Source: refund states, "On hold"."""
    day = case.day("hold_review")
    last = ctx.today + timedelta(days=ctx.policy.days("refund.hold_review_days"))
    if day is None or ctx.today <= day <= last:
        return None
    return Problem(
        "RFD-32", f"{day:%d/%m/%Y} is not between today and {last:%d/%m/%Y}.", "hold_review", hint="Review it sooner."
    )


def other_duplicate(case: Case, ctx: Context) -> Problem | None:
    """A refund is a duplicate of another refund. Source: refund guards."""
    if case.text("duplicate_of") != case.case_id:
        return None
    return Problem("RFD-33", "A refund cannot be a duplicate of itself.", "duplicate_of", hint="Name the other case.")
