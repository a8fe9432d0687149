"""The guards of a manual refund: nothing is paid twice, too much, to the wrong place or by one person alone.

Every function is a check of one rule: it answers None when the rule holds. The order follows the way of a refund: what
is typed, the goods, the amount, the payment; the ceilings stand in `refund_ceilings`, the people and the end in
`refund_people`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.common_form import CANCELLED, DUPLICATE
from addin.logic.outcome import Problem
from addin.logic.refund_terms import (
    CCR_CANCEL,
    CRA_REJECT,
    GOODWILL,
    NON_DELIVERY,
    PRICE_ADJUSTMENT,
    WITHOUT_GOODS,
    live_refunds,
    same_line,
    same_payment,
)
from addin.logic.return_terms import deductible
from addin.logic.return_units import ON_HOLD
from addin.logic.statute import ccr_cancel_ends, short_term_reject_ends
from addin.logic.values import Role

AMOUNTS: Final = ("refund_goods", "delivery_amount", "deduction_amount", "captured_amount")
#: What an approver approves; a change of any of these after approval is refused, whatever the state.
TERMS: Final = (
    "order_no", "line_id", "sku", "serial", "legal_basis", "refund_goods", "delivery_amount", "deduction_amount",
    "total_refund", "captured_amount", "orig_psp_reference", "refund_method",
)  # fmt: skip
#: Terms that most refunds do not have; they are told only where they are, so that older approvals read the same.
FURTHER_TERMS: Final = ("line_part", "line_amount", "follows_refund")
SENIOR: Final = frozenset({Role.SENIOR_QA})
#: Reason codes that may only go with the legal basis of the same name, and that basis only with them.
OWN_REASONS: Final = {GOODWILL: "Goodwill", PRICE_ADJUSTMENT: "Price adjustment"}
_LONG_NUMBER: Final = re.compile(r"(?<![\dA-Za-z])\d(?:[ -]?\d){12,18}(?![\dA-Za-z])")


def terms(case: Case) -> str:
    """What is approved, as one line a person can read and a later state can be compared with."""
    further = [f"{name} {case.fields[name]}" for name in FURTHER_TERMS if case.has(name)]
    return " | ".join([*(str(case.fields.get(name, "-")) for name in TERMS), *further])


# What is typed --------------------------------------------------------------------------------------------------


def other_live_refund(case: Case, ctx: Context) -> Problem | None:
    """At opening another refund for the same line is shown and linked, so that a chaser is seen as one.

    Source: refund guards, "never two live refunds on one order line".
    """
    if case.status != "Requested":
        return None
    found = [other.case_id for other in live_refunds(case, ctx) if same_line(case, other)]
    if not found:
        return None
    named = ", ".join(found)
    return Problem(
        "RFD-01", f"{named} already refunds this line of the order.", "line_id",
        hint=f"Link this case to {named} and mark it as its duplicate, unless it is for another line.",
    )  # fmt: skip


def amounts_sound(case: Case, ctx: Context) -> Problem | None:
    """No amount is negative and all are in one currency. Source: refund guards (amount, currency)."""
    amounts = [(name, amount) for name in AMOUNTS if (amount := case.money(name)) is not None]
    for name, amount in amounts:
        if amount.amount < 0:
            return Problem("RFD-02", f"{amount.pretty()} is below zero.", name, hint="Type amounts without a sign.")
        if amount.currency != amounts[0][1].currency:
            return Problem(
                "RFD-02", f"{amount.pretty()} is in {amount.currency}, {amounts[0][1].pretty()} is not.", name,
                hint="Refund in the currency that was captured.",
            )  # fmt: skip
    return None


def deduction_within_price(case: Case, ctx: Context) -> Problem | None:
    """A deduction is never more than the price of the goods. Source: CCR 2013 reg 34(9)-(12)."""
    goods, deduction = case.money("refund_goods"), case.money("deduction_amount")
    if goods is None or deduction is None or deduction.currency != goods.currency or deduction <= goods:
        return None
    return Problem(
        "RFD-03", f"The deduction {deduction.pretty()} is more than the goods cost ({goods.pretty()}).",
        "deduction_amount", hint="Deduct at most the price of the goods.",
    )  # fmt: skip


def no_card_number(case: Case, ctx: Context) -> Problem | None:
    """No full card number is ever kept. Source: card industry rules; refund register."""
    last4 = case.text("payment_last4")
    if last4 and not re.fullmatch(r"\d{4}", last4):
        return Problem("RFD-04", f"{last4} is not four digits.", "payment_last4", hint="Keep the last four only.")
    for name in ("orig_payment_method", "refund_method", "method_agreement", "deduction_reason", "comment"):
        for found in _LONG_NUMBER.findall(case.text(name)):
            if _luhn(re.sub(r"\D", "", found)):
                return Problem(
                    "RFD-04", "A full card number must not be kept.", name, hint="Write the last four digits only."
                )
    return None


def _luhn(digits: str) -> bool:
    doubled = (int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def arn_sound(case: Case, ctx: Context) -> Problem | None:
    """An acquirer reference number has 23 digits, kept as text. Source: card schemes (Stripe, dLocal guides)."""
    arn, digits = case.text("arn"), ctx.policy.number("refund.arn_digits")
    if not arn or re.fullmatch(rf"[0-9]{{{digits}}}", arn):
        return None
    return Problem(
        "RFD-05", f"{arn} is not an ARN: it needs {digits} digits.", "arn", hint="Copy it as text from the provider."
    )


def due_soon(case: Case, ctx: Context) -> Problem | None:
    """A refund date that is near or past is told at every change. Source: CCR 2013 reg 34; CRA 2015 s20(15)."""
    due = case.day("refund_due")
    if due is None or case.status in {"Settled", "Reconciled", "Rejected"} or case.is_final:
        return None
    left = (due - ctx.today).days
    if left > ctx.policy.days("refund.warn_days"):
        return None
    when = f"was due on {due:%d/%m/%Y} and is late" if left < 0 else f"is due on {due:%d/%m/%Y}"
    return Problem("RFD-06", f"The refund {when}.", "refund_due", hint="Settle it first; nothing stops this date.")


def terms_unchanged(case: Case, ctx: Context) -> Problem | None:
    """What was approved stays as approved, also while on hold or after a failed payment. Source: segregation."""
    approved = case.text("approved_terms")
    if not approved or approved == terms(case):
        return None
    return Problem(
        "RFD-07", "The order line, amounts or payment differ from what was approved.", "total_refund",
        hint="Put them back, or reject this refund and open another.",
    )  # fmt: skip


def reason_fits_basis(case: Case, ctx: Context) -> Problem | None:
    """Goodwill and price adjustments carry their own reason code. Source: refund validation."""
    basis, reason = case.text("legal_basis"), case.text("reason_code")
    if not basis or not reason:
        return None
    if OWN_REASONS.get(basis, reason) == reason and (reason not in OWN_REASONS.values() or basis in OWN_REASONS):
        return None
    return Problem(
        "RFD-08", f"Reason {reason} does not go with the legal basis {basis}.", "reason_code",
        hint="Goodwill and price adjustments have a reason code of their own; returns never use it.",
    )  # fmt: skip


def faulty_without_deduction(case: Case, ctx: Context) -> Problem | None:
    """Faulty goods are refunded without deduction. Source: CRA 2015 s20."""
    deduction = case.money("deduction_amount")
    if case.text("legal_basis") != CRA_REJECT or not deduction:
        return None
    return Problem(
        "RFD-09", "Nothing is deducted when goods were faulty.", "deduction_amount", hint="Clear the deduction."
    )


# The goods ------------------------------------------------------------------------------------------------------


def qc_record(case: Case, ctx: Context) -> Case | None:
    """The return check this refund rests on: the one it names or comes from, else the only one of its article."""
    checks = [other for other in ctx.of_type("RQC") if other.status not in {CANCELLED, DUPLICATE}]
    named = {case.text("qc_record_id"), case.text("parent_case")} - {""}
    if case.has("qc_record_id"):
        named = {case.text("qc_record_id")}
    found = [other for other in checks if other.case_id in named]
    if not found and not case.has("qc_record_id"):
        found = [other for other in checks if _same_article(case, other)]
    return found[0] if len(found) == 1 else None


def _same_article(case: Case, check: Case) -> bool:
    same = (case.text(name).upper() == check.text(name).upper() for name in ("order_no", "sku", "serial"))
    return case.has("order_no") and all(same)


def qc_first_choice(case: Case, ctx: Context) -> Problem | None:
    """Money for returned goods needs a quality check of this very article that graded it first choice.

    Source: the role ("when QC confirms 1st choice"); refund guards. Senior QA may pass it: the law gives the customer
    the refund of a 2nd choice too, less what excess handling cost (CCR 2013 reg 34(9)).
    """
    if case.text("legal_basis") in WITHOUT_GOODS:
        return None
    check = qc_record(case, ctx)
    if check is None:
        return Problem(
            "RFD-11", "No quality check of this article was found.", "qc_record_id",
            hint="Name the return check's case number, or finish the check first.",
        )  # fmt: skip
    grade = check.text("final_grade")
    if not grade:
        return Problem("RFD-11", f"{check.case_id} has no final grade yet.", "qc_record_id", hint="Grade it first.")
    for name in ("sku", "serial"):
        sold, back = case.text(name).upper(), (check.text(f"{name}_received") or check.text(name)).upper()
        if sold != back or sold != check.text(name).upper():
            return Problem(
                "RFD-11", f"{check.case_id} checked {back or 'an article without number'}, sold was {sold or 'none'}.",
                name, hint="The article that came back must be the one that was sold.",
            )  # fmt: skip
    if grade != "1ST":
        return Problem("RFD-11", f"{check.case_id} graded it {grade}, not 1ST.", "qc_record_id", hint="")
    return None


def qc_independent(case: Case, ctx: Context) -> Problem | None:
    """Who graded the goods does not ask for the money. Source: 3PL handling."""
    check = qc_record(case, ctx)
    graders = {check.text("graded_by"), check.text("third_by")} - {""} if check else set()
    if case.text("legal_basis") in WITHOUT_GOODS or case.text("requested_by") not in graders:
        return None
    return Problem(
        "RFD-12", f"{case.text('requested_by')} graded the goods and also asked for this refund.", "requested_by",
        hint="Somebody else must ask for it.",
    )  # fmt: skip


def clock_known(case: Case, ctx: Context) -> Problem | None:
    """The legal basis has the fact that starts its clock. Source: CCR 2013 reg 34; CRA 2015 s20(15)."""
    if case.text("legal_basis") in OWN_REASONS or case.has("refund_due"):
        offered = case.flag("collection_offered") and case.text("legal_basis") == CCR_CANCEL
        if not offered or case.has("cancel_notice_date"):
            return None
        return Problem(
            "RFD-13", "We offered to collect: the refund date runs from the cancellation.", "cancel_notice_date",
            hint="Fill in the day the customer cancelled.",
        )  # fmt: skip
    agreed = case.text("legal_basis") in {CRA_REJECT, NON_DELIVERY}
    return Problem(
        "RFD-13", "The refund date cannot be worked out.", "agreed_date" if agreed else "goods_received_date",
        hint="Fill in the day we agreed." if agreed else "Fill in when the goods came back or were sent.",
    )  # fmt: skip


def non_delivery_shown(case: Case, ctx: Context) -> Problem | None:
    """A refund for goods that never arrived rests on a claim, a returned parcel or a status check.

    Source: CRA 2015 s28-29; evidence column of refund validation.
    """
    if case.text("legal_basis") != NON_DELIVERY:
        return None
    if any(ctx.of_type(code) for code in ("UPC", "CRP", "OST")):
        return None
    return Problem(
        "RFD-14", "Nothing on this order shows that the goods did not arrive.", "linked_cases",
        hint="Open the carrier claim or the returned parcel first and link it.",
    )  # fmt: skip


# The amount -----------------------------------------------------------------------------------------------------


def amount_positive(case: Case, ctx: Context) -> Problem | None:
    """A refund is more than zero. Source: refund guards."""
    amount = case.money("total_refund")
    if amount is not None and amount.amount > 0:
        return None
    return Problem("RFD-15", "The refund must be more than zero.", "refund_goods", hint="Check the amounts.")


def currency_captured(case: Case, ctx: Context) -> Problem | None:
    """A refund is paid in the currency that was captured. Source: refund guards."""
    amount, captured = case.money("total_refund"), case.money("captured_amount")
    if amount is None or captured is None or amount.currency == captured.currency:
        return None
    return Problem(
        "RFD-16", f"{amount.pretty()} is not in {captured.currency}, the currency that was captured.", "refund_goods",
        hint="Refund in the currency that was captured.",
    )  # fmt: skip


def deduction_proved(case: Case, ctx: Context) -> Problem | None:
    """A deduction needs a grade that shows handling, photos, a reason, and a customer who had been told of the rights.

    Source: CCR 2013 reg 34(9)-(12): the right to deduct is lost when the information on cancelling was not given.
    """
    if not case.money("deduction_amount"):
        return None
    if case.flag("info_given") is not True:
        return Problem(
            "RFD-19", "Nothing shows that the customer was told of the right to cancel.", "info_given",
            hint="Without that information nothing may be deducted; answer Yes only when it was given.",
        )  # fmt: skip
    if not case.has("deduction_reason"):
        return Problem("RFD-19", "The deduction has no reason.", "deduction_reason", hint="Say what was found.")
    check = qc_record(case, ctx)
    if check is None or check.text("final_grade") not in deductible(ctx.policy):
        return Problem(
            "RFD-19", "No quality check with a grade that allows a deduction was found.", "deduction_amount",
            hint=f"Have it graded; these grades allow one: {', '.join(deductible(ctx.policy))}.",
        )  # fmt: skip
    if len(check.items("photos")) < ctx.policy.number("return.photos"):
        return Problem("RFD-19", f"{check.case_id} has too few photos for a deduction.", "evidence", hint="Add them.")
    return None


# The payment ----------------------------------------------------------------------------------------------------


def no_dispute(case: Case, ctx: Context) -> Problem | None:
    """Nothing is refunded while the payment is disputed: it would be paid twice. Source: Visa 13.6."""
    said = [other.case_id for other in ctx.of_type("RFD") if same_payment(case, other) and _disputed(other)]
    if not _disputed(case) and not said:
        return None
    where = f" ({', '.join(said)} says so)" if said and not _disputed(case) else ""
    return Problem(
        "RFD-20", f"A dispute is open on the payment{where}.", "dispute_open",
        hint="Put it on hold and hand it to Finance; a refund now could pay twice.",
    )  # fmt: skip


def _disputed(refund: Case) -> bool:
    return refund.flag("dispute_open") is True


def same_means(case: Case, ctx: Context) -> Problem | None:
    """Money goes back the way it came unless the customer expressly agreed otherwise. Source: CCR 2013 reg 34."""
    wanted, original = case.text("refund_method"), case.text("orig_payment_method")
    if not wanted or wanted.casefold() == original.casefold() or case.has("method_agreement"):
        return None
    return Problem(
        "RFD-21", f"{wanted} is not how the customer paid.", "refund_method",
        hint="Refund to the original payment, or name where the customer's express agreement is filed.",
    )  # fmt: skip


def payee_sound(case: Case, ctx: Context) -> Problem | None:
    """A bank account is paid only where the customer's agreement to other means is on file. Source: CCR 2013 reg 34."""
    if not case.has("payee_account") and not case.has("payee_name"):
        return None
    for name, what in (
        ("payee_account", "the account"), ("payee_name", "the name of the account's holder"),
        ("refund_method", "to what it is refunded"), ("method_agreement", "where the customer's agreement is filed"),
    ):  # fmt: skip
        if not case.has(name):
            return Problem("RFD-37", f"A payment to a bank account lacks {what}.", name, hint="Fill it in.")
    return None


def payee_unchanged(case: Case, ctx: Context) -> Problem | None:
    """The account that was approved is the account that is paid. Source: segregation of duties."""
    if not case.has("approved_terms") or case.text("approved_account") == case.text("payee_account"):
        return None
    return Problem(
        "RFD-38", "The account is not the one that was approved.", "payee_account",
        hint="Put it back, or reject this refund and open another.",
    )  # fmt: skip


def basis_in_time(case: Case, ctx: Context) -> Problem | None:
    """A cancellation and a rejection have their time from delivery on; later only Senior QA passes them.

    Source: CCR 2013 reg 30 and 31 (14 days, longer when the customer was not told); CRA 2015 s22 (30 days). The house's
    own return period never ends before the law's (policy `return.policy_days`).
    """
    delivered, basis = case.day("delivered_date"), case.text("legal_basis")
    if delivered is None or basis not in {CCR_CANCEL, CRA_REJECT}:
        return None
    if basis == CCR_CANCEL:
        ends, said, name = _cancel_ends(case, ctx, delivered), case.day("cancel_notice_date"), "cancel_notice_date"
        hint = "A late cancellation is a goodwill refund; say why."
    else:
        ends, said, name = short_term_reject_ends(delivered), case.day("agreed_date"), "agreed_date"
        hint = "After 30 days repair or replacement comes first; say why it is refunded."
    if said is None or delivered <= said <= ends or (basis == CCR_CANCEL and said < delivered):
        return None
    return Problem("RFD-39", f"{said:%d/%m/%Y} is outside the time from delivery to {ends:%d/%m/%Y}.", name, hint=hint)


def _cancel_ends(case: Case, ctx: Context, delivered: date) -> date:
    by_law = ccr_cancel_ends(delivered, informed=case.flag("info_given") is not False)
    return max(by_law, delivered + timedelta(days=ctx.policy.days("return.policy_days")))


def goods_free(case: Case, ctx: Context) -> Problem | None:
    """Goods on legal hold are not refunded until the hold is lifted. Source: grade dictionary, "hold; Legal"."""
    check = qc_record(case, ctx)
    if check is None or check.status != ON_HOLD or case.text("legal_basis") in WITHOUT_GOODS:
        return None
    return Problem(
        "RFD-40", f"The goods are on legal hold ({check.case_id}).", "qc_record_id",
        hint="The refund date still runs: ask Legal to lift the hold.",
    )  # fmt: skip
