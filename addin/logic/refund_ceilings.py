"""How much may go back: never more than was captured for a payment, never more than a line cost, no line twice.

1. All live refunds of one payment together stay within what was captured, and agree on how much that was.
2. A line has one live refund. Another is taken only for another named part of the line, or when it names the paid one
   that it follows (a price adjustment, then the return).
3. All live refunds of a line together stay within the line's price.

Every function is a check of one rule: it answers None when the rule holds.
"""

from __future__ import annotations

from addin.logic.case_type import Case, Context
from addin.logic.outcome import Problem
from addin.logic.refund_rules import qc_record
from addin.logic.refund_terms import is_paid, live_refunds, on_one_line, same_line, same_payment
from addin.logic.values import Money, total


def within_captured(case: Case, ctx: Context) -> Problem | None:
    """All live refunds of one payment together stay within what was captured. Source: Adyen, refund."""
    amount, captured = case.money("total_refund"), case.money("captured_amount")
    if amount is None or captured is None or amount.currency != captured.currency:
        return None
    others = _of_payment(case, ctx)
    paid = [m for other in others if (m := other.money("total_refund")) and m.currency == captured.currency]
    together = total([amount, *paid], captured.currency)
    if together <= captured:
        return None
    before = f" with {', '.join(other.case_id for other in others)}" if others else ""
    return Problem(
        "RFD-17", f"{together.pretty()}{before} is more than the {captured.pretty()} that was captured.",
        "refund_goods", hint="Lower the amount or reject the other refund.",
    )  # fmt: skip


def _of_payment(case: Case, ctx: Context) -> list[Case]:
    """The other live refunds of the payment; one whose payment is not named yet counts for its order."""
    return [
        other
        for other in live_refunds(case, ctx)
        if same_payment(case, other)
        or (not other.has("orig_psp_reference") and other.text("order_no") == case.text("order_no"))
    ]


def captured_agreed(case: Case, ctx: Context) -> Problem | None:
    """Every live refund of a payment names the same captured amount, or the ceiling would depend on who typed it.

    Source: refund guards.
    """
    captured = case.money("captured_amount")
    for other in live_refunds(case, ctx):
        theirs = other.money("captured_amount")
        if captured and theirs and same_payment(case, other) and theirs != captured:
            return Problem(
                "RFD-34", f"{other.case_id} says that {theirs.pretty()} was captured, not {captured.pretty()}.",
                "captured_amount", hint="Look it up at the payment provider and correct the wrong one.",
            )  # fmt: skip
    return None


def line_not_refunded(case: Case, ctx: Context) -> Problem | None:
    """One order line has one live refund. Source: refund guards (duplicate)."""
    found = [o.case_id for o in live_refunds(case, ctx) if same_line(case, o) and not _followed(case, o)]
    if not found:
        return None
    return Problem(
        "RFD-18", f"{', '.join(found)} already refunds this line.", "line_id",
        hint="Mark one of the two as a duplicate, or name the right order line or the part of it.",
    )  # fmt: skip


def _followed(case: Case, other: Case) -> bool:
    return other.case_id == case.text("follows_refund") and is_paid(other)


def follows_a_paid_one(case: Case, ctx: Context) -> Problem | None:
    """A further refund of a line follows a paid one, never one on its way. Source: refund guards (duplicate)."""
    named = case.text("follows_refund")
    if not named:
        return None
    other = next((o for o in ctx.of_type("RFD") if o.case_id == named), None)
    if other is not None and is_paid(other) and on_one_line(case, other):
        return None
    return Problem(
        "RFD-35", f"{named} is not a paid refund of this line.", "follows_refund",
        hint="Name the refund of the same line that the customer has got, or leave it empty.",
    )  # fmt: skip


def within_line(case: Case, ctx: Context) -> Problem | None:
    """All live refunds of a line together stay within what the line cost. Source: refund guards, per-line ceiling.

    The price is typed where a line is refunded in parts; else what the return check says the article cost counts.
    """
    goods, price = case.money("refund_goods"), _price(case, ctx)
    mates = [other for other in live_refunds(case, ctx) if on_one_line(case, other)]
    if (case.has("line_part") or case.has("follows_refund") or mates) and not case.has("line_amount"):
        return Problem(
            "RFD-36", "A line that is refunded in parts needs its price.", "line_amount", hint="Type what it cost."
        )
    if goods is None or price is None or goods.currency != price.currency:
        return None
    for other in mates:
        theirs = other.money("line_amount")
        if theirs and theirs != price:
            words = f"{other.case_id} says that the line cost {theirs.pretty()}, not {price.pretty()}."
            return Problem("RFD-36", words, "line_amount", hint="Correct the wrong one.")
    gone = [m for other in mates if (m := other.money("refund_goods")) and m.currency == price.currency]
    together = total([goods, *gone], price.currency)
    if together <= price:
        return None
    before = f" with {', '.join(other.case_id for other in mates)}" if mates else ""
    return Problem(
        "RFD-36", f"{together.pretty()}{before} is more than the {price.pretty()} that the line cost.",
        "refund_goods", hint="Lower the amount, or correct the price of the line.",
    )  # fmt: skip


def _price(case: Case, ctx: Context) -> Money | None:
    if case.has("line_amount"):
        return case.money("line_amount")
    check = qc_record(case, ctx)
    return check.money("goods_value") if check else None
