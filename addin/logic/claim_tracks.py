"""The two tracks of a claim: what the customer gets, what the carrier owes, and what both come to together.

1. The customer is served first and does not wait for the carrier, who owes no less because the customer was served.
2. The carrier's money and goods that were found come back; money paid for goods that were found is owed back.
3. The net is what came back less what the customer got; it can be below zero and is shown all the same.

Source: domain rules, carrier claims: customer remedy and recovery are two tracks; CRA 2015 s29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from addin.logic.case_type import Case, Context, Opening
from addin.logic.claim_terms import DNR, LATE, LOST, MISDELIVERY, RETURN_LEG
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.refund_terms import NON_DELIVERY, REASON_OF, live_refunds
from addin.logic.values import Money, rounded

REFUND: Final = "Refund"
REPLACE: Final = "Replace"
SECOND: Final = "Second shipment"
NONE_YET: Final = "None yet"
NONE_DUE: Final = "None due"
REMEDIES: Final = (REFUND, REPLACE, SECOND, NONE_YET, NONE_DUE)
#: Claims for a parcel that nobody has; finding it ends them.
GONE: Final = frozenset({LOST, DNR, MISDELIVERY, RETURN_LEG})

_MONEY, _DAY, _ID = FieldKind.MONEY, FieldKind.DAY, FieldKind.ID
FIELDS: Final = (
    Field(name="remedy", title="Customer's remedy", kind=FieldKind.CHOICE, late=True, width=14, choices=REMEDIES),
    Field(name="remedy_at", title="Remedy chosen", kind=FieldKind.INSTANT, system=True, width=16),
    Field(name="refund_ref", title="Refund reference", kind=_ID, late=True, width=17),
    Field(name="replacement_ref", title="Sent instead", kind=_ID, late=True, width=17,
          help="Order or tracking number of what was sent instead."),
    Field(name="remedy_cost", title="Remedy's cost", kind=_MONEY, late=True, width=11,
          help="Empty: the refund of this order, once there is one."),
    Field(name="found_on", title="Parcel found on", kind=_DAY, late=True, width=11),
    Field(name="found_value", title="Goods found", kind=_MONEY, late=True, width=11,
          help="What the goods that were found are still worth."),
    Field(name="repaid_amount", title="Repaid to carrier", kind=_MONEY, late=True, width=11),
    Field(name="repaid_ref", title="Repayment's reference", kind=_ID, late=True, width=16),
    Field(name="repay_due", title="Owed to carrier", kind=_MONEY, system=True, width=11),
    Field(name="customer_got", title="Customer got", kind=_MONEY, system=True, width=11),
    Field(name="came_back", title="Came back", kind=_MONEY, system=True, width=11),
    Field(name="net_position", title="Net", kind=_MONEY, system=True, width=11,
          help="What came back less what the customer got."),
)  # fmt: skip


def netted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The worked-out amounts of both tracks; in pounds only, and empty while nothing is known of them."""
    got, back = _customer_got(case, ctx), _came_back(case)
    net = (back or _zero()) - (got or _zero()) if got is not None or back is not None else None
    return {"customer_got": got, "came_back": back, "net_position": net, "repay_due": _owed_back(case, ctx)}


def _zero() -> Money:
    return Money(Decimal(0))


def _pounds(case: Case, name: str) -> Money | None:
    amount = case.money(name)
    return amount if amount is not None and amount.currency == "GBP" else None


def refunds_of(case: Case, ctx: Context) -> tuple[Case, ...]:
    """The live refunds of the claim's order."""
    order = case.text("order_no")
    return tuple(one for one in live_refunds(case, ctx) if order and one.text("order_no") == order)


def _customer_got(case: Case, ctx: Context) -> Money | None:
    typed = _pounds(case, "remedy_cost")
    if typed is not None or case.text("remedy") != REFUND:
        return typed
    paid = [amount for one in refunds_of(case, ctx) if (amount := _pounds(one, "total_refund")) is not None]
    return rounded(sum((amount.amount for amount in paid), Decimal(0))) if paid else None


def _came_back(case: Case) -> Money | None:
    back = [_pounds(case, name) for name in ("amount_paid", "insurer_paid", "found_value")]
    if all(one is None for one in back):
        return None
    repaid = _pounds(case, "repaid_amount") or _zero()
    return Money(sum((one.amount for one in back if one is not None), Decimal(0)) - repaid.amount)


def _owed_back(case: Case, ctx: Context) -> Money | None:
    """What carrier or insurer paid for goods that were found and was not repaid. Source: policy `claim.repay_found`."""
    paid = [amount for name in ("amount_paid", "insurer_paid") if (amount := _pounds(case, name)) is not None]
    found = _pounds(case, "found_value")
    if not paid or found is None or not ctx.policy.flag("claim.repay_found"):
        return None
    repaid = _pounds(case, "repaid_amount") or _zero()
    return Money(max(min(sum(one.amount for one in paid), found.amount) - repaid.amount, Decimal(0)))


# Moves ----------------------------------------------------------------------------------------------------------


def chosen(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The remedy was chosen now."""
    return {"remedy_at": ctx.now}


def refund_opened(case: Case, ctx: Context) -> Sequence[Opening]:
    """A refund as the remedy opens the refund's own case, unless the order has one. Source: customer remedy first."""
    if case.text("remedy") != REFUND or refunds_of(case, ctx) or case.has("refund_ref"):
        return ()
    names = ("order_no", "sku", "serial", "ticket_ref", "vip")
    facts = {name: case.fields[name] for name in names if case.has(name)}
    if case.text("subtype") in GONE:
        facts |= {"legal_basis": NON_DELIVERY, "reason_code": REASON_OF[NON_DELIVERY], "agreed_date": ctx.today}
    value = case.money("goods_value")
    return (Opening(type="RFD", fields=facts | ({"refund_goods": value} if value is not None else {})),)


def found(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The parcel was found, today unless a day was typed."""
    return {"found_on": case.day("found_on") or ctx.today, "outcome": None}


# Guards ---------------------------------------------------------------------------------------------------------


def remedy_named(case: Case, ctx: Context) -> Problem | None:
    """A remedy is chosen, not put off. Source: customer remedy first."""
    if case.text("remedy") != NONE_YET:
        return None
    return Problem("UPC-30", "That is no remedy.", "remedy", hint="Choose a refund, a replacement, or none due.")


def remedy_done(case: Case, ctx: Context) -> Problem | None:
    """A claim closes when the customer's side is settled too. Source: decision rules; customer remedy first."""
    remedy = case.text("remedy")
    if remedy in ("", NONE_YET):
        if case.text("subtype") == LATE:
            return None
        return Problem(
            "UPC-25", "Nothing was decided for the customer.", "remedy", hint="Refund or replace; do not wait."
        )
    if remedy == REFUND and not case.has("refund_ref") and not refunds_of(case, ctx):
        hint = "Press 'Customer's remedy', which opens one, or fill in the reference of the refund that was made."
        return Problem("UPC-25", "No refund of this order was found.", "refund_ref", hint=hint)
    if remedy in (REPLACE, SECOND) and not case.has("replacement_ref") and not _sent_again(case, ctx):
        hint = "Fill in the order or tracking number of what was sent."
        return Problem("UPC-25", "What was sent instead is not named.", "replacement_ref", hint=hint)
    return None


def _sent_again(case: Case, ctx: Context) -> bool:
    return any(other.has("tracking_new") for other in ctx.of_type("CRP"))


def still_gone(case: Case, ctx: Context) -> Problem | None:
    """A parcel that was found is not claimed as lost. Source: nothing unproven."""
    if not case.has("found_on") or case.text("subtype") not in GONE:
        return None
    hint = "Withdraw the claim, or claim the damage, what is missing or the delay instead."
    return Problem("UPC-31", f"The parcel was found on {case.day('found_on'):%d/%m/%Y}.", "subtype", hint=hint)


def repaid(case: Case, ctx: Context) -> Problem | None:
    """What the carrier paid for goods that were found is repaid. Source: no gain from a claim."""
    if case.has("found_on") and case.money("amount_paid") and case.money("found_value") is None:
        hint = "Fill in what they are worth, nought for nothing."
        return Problem("UPC-32", "What the goods that were found are worth is missing.", "found_value", hint=hint)
    owed = case.money("repay_due")
    if not owed:
        return None
    hint = "Repay it and fill in amount and reference."
    return Problem("UPC-32", f"{owed.pretty()} are owed back to the carrier.", "repaid_amount", hint=hint)


def owner_of_label(case: Case, ctx: Context) -> Problem | None:
    """The shipper of record is paid: on another's account the claim is another's. Source: UPS, who may claim."""
    owner = case.text("return_label_owner")
    if case.text("subtype") != RETURN_LEG or owner.casefold() in ("", "house", "ours", "our account"):
        return None
    hint = "Ask the owner of the label to claim, or show that the account is ours."
    return Problem(
        "UPC-33", f"The return label is {owner}'s: the carrier pays its owner.", "return_label_owner", hint=hint
    )
