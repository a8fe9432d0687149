"""What a refund rests on: its legal basis, the clock of that basis, and which other refunds are alive.

1. The clock runs from facts (notice, sending, receipt, agreement), never from a quality check.
2. A basis that is not known yet takes the earliest date that any basis would give.
3. A refund is alive until it is rejected, cancelled, a duplicate or reversed; a closed, paid one stays alive for ever.
4. A line has one live refund. Two are told apart only where both name their part of the line (one piece of several, or
   one of two payments); the price of the line then holds them together.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from addin.logic.calendar import LONDON
from addin.logic.case_type import Case, Context
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE
from addin.logic.forms import Field, FieldKind
from addin.logic.statute import ccr_refund_due, cra_refund_due

CCR_CANCEL: Final = "CCR cancel"
CRA_REJECT: Final = "CRA reject"
NON_DELIVERY: Final = "Non-delivery"
GOODWILL: Final = "Goodwill"
PRICE_ADJUSTMENT: Final = "Price adjustment"
LEGAL_BASES: Final = (CCR_CANCEL, CRA_REJECT, NON_DELIVERY, GOODWILL, PRICE_ADJUSTMENT)
#: Bases on which no goods come back, so that there is nothing to check.
WITHOUT_GOODS: Final = frozenset({NON_DELIVERY, GOODWILL, PRICE_ADJUSTMENT})

#: The reason code that goes with each legal basis unless a person chooses another.
REASON_OF: Final = {
    CCR_CANCEL: "Change of mind", CRA_REJECT: "Faulty", NON_DELIVERY: "Not delivered", GOODWILL: "Goodwill",
    PRICE_ADJUSTMENT: "Price adjustment",
}  # fmt: skip

#: The facts that start a refund's clock, the same on every form that has them.
CLOCK_FIELDS: Final = (
    Field(
        name="legal_basis", title="Legal basis", kind=FieldKind.CHOICE, choices=LEGAL_BASES, queue=True, width=14,
        help="Why money goes back; it decides the refund date.",
    ),
    Field(
        name="cancel_notice_date", title="Cancelled on", kind=FieldKind.DAY, width=12,
        help="The day the customer told us of the cancellation.",
    ),
    Field(
        name="proof_of_sending_date", title="Proof of sending", kind=FieldKind.DAY, width=12,
        help="The day the customer showed that the goods were sent back.",
    ),
    Field(
        name="collection_offered", title="Collection offered", kind=FieldKind.FLAG, width=10,
        help="Yes when we offered to collect the goods: then the clock runs from the cancellation.",
    ),
    Field(
        name="agreed_date", title="Agreed on", kind=FieldKind.DAY, width=12,
        help="The day we agreed that the goods were faulty, or that the sale ended because of non-delivery.",
    ),
)  # fmt: skip

#: What a refund's basis is judged by besides, on the forms that can lead to one.
BASIS_FIELDS: Final = (
    Field(
        name="delivered_date", title="Delivered on", kind=FieldKind.DAY, width=12,
        help="The day the last goods of the order reached the customer.",
    ),
    Field(
        name="info_given", title="Told of rights", kind=FieldKind.FLAG, width=10,
        help="Yes when the customer had got the information on the right to cancel; without it nothing is deducted.",
    ),
    Field(
        name="line_part", title="Part of line", kind=FieldKind.ID, width=9,
        help="When a line is refunded in parts (several pieces, two payments): which part this is, as 1.",
    ),
)  # fmt: skip


def received_on(case: Case) -> date | None:
    """The day in Europe/London on which the goods came back."""
    instant = case.instant("received_at")
    return case.day("goods_received_date") or (instant.astimezone(LONDON).date() if instant else None)


def refund_due(case: Case, ctx: Context) -> date | None:
    """The last day to refund, None while no fact starts the clock.

    Source: CCR 2013 reg 34(5)-(6); CRA 2015 s20(15); for non-delivery the law says "without undue delay" (CRA s28)
    and the policy says how many days that is.
    """
    clocks = {CCR_CANCEL: _ccr(case), CRA_REJECT: _cra(case), NON_DELIVERY: _non_delivery(case, ctx)}
    basis = case.text("legal_basis")
    if basis:
        return clocks.get(basis)
    return min((day for day in (clocks[CCR_CANCEL], clocks[CRA_REJECT]) if day), default=None)


def _ccr(case: Case) -> date | None:
    received, sent, notice = received_on(case), case.day("proof_of_sending_date"), case.day("cancel_notice_date")
    offered = case.flag("collection_offered") is True and notice is not None
    return ccr_refund_due(received, sent, collection_offered=offered, notice=notice)


def _cra(case: Case) -> date | None:
    agreed = case.day("agreed_date")
    return cra_refund_due(agreed) if agreed else None


def _non_delivery(case: Case, ctx: Context) -> date | None:
    agreed = case.day("agreed_date")
    return agreed + timedelta(days=ctx.policy.days("refund.non_delivery_days")) if agreed else None


def is_alive(refund: Case) -> bool:
    """True for a refund that is on its way or was paid."""
    if refund.status in {"Rejected", "Reversed", CANCELLED, DUPLICATE}:
        return False
    return not (refund.status == CLOSED and refund.text("outcome") in {"Rejected", "Reversed"})


def live_refunds(case: Case, ctx: Context) -> tuple[Case, ...]:
    """The other refunds among the related cases that are alive."""
    return tuple(other for other in ctx.of_type("RFD") if other.case_id != case.case_id and is_alive(other))


def is_paid(refund: Case) -> bool:
    """True for a refund whose money has reached the customer."""
    closed = refund.status == CLOSED and refund.text("outcome") == "Refunded"
    return closed or refund.status in {"Settled", "Reconciled"}


def reference(text: str) -> str:
    """A payment's reference as it is compared: without blanks, in capitals."""
    return "".join(text.split()).upper()


def same_payment(one: Case, other: Case) -> bool:
    """True when two refunds go back to one payment."""
    mine = reference(one.text("orig_psp_reference"))
    return bool(mine) and mine == reference(other.text("orig_psp_reference"))


def lines(case: Case) -> frozenset[str]:
    """The order lines a refund covers: "1", "1, 2" or "1;2"; leading zeros do not make another line."""
    parts = re.split(r"[\s,;/+&]+", case.text("line_id").upper())
    return frozenset(part.lstrip("0") or "0" for part in parts if part)


def on_one_line(one: Case, other: Case) -> bool:
    """True when two cases are about one order line, whichever part of it."""
    same_order = bool(one.text("order_no")) and one.text("order_no") == other.text("order_no")
    return (same_order or same_payment(one, other)) and bool(lines(one) & lines(other))


def same_line(one: Case, other: Case) -> bool:
    """True when two refunds are for one order line and the same part of it; where no line is named, for one article."""
    if on_one_line(one, other):
        return not _other_part(one, other)
    same_order = bool(one.text("order_no")) and one.text("order_no") == other.text("order_no")
    if not (same_order or same_payment(one, other)) or (lines(one) and lines(other)):
        return False
    pairs = [(one.text(name), other.text(name)) for name in ("serial", "sku")]
    known = [(a, b) for a, b in pairs if a and b]
    return known[0][0] == known[0][1] if known else True


def _other_part(one: Case, other: Case) -> bool:
    """True when both name their part of the line, and neither part nor piece is the same."""
    parts = (one.text("line_part").lstrip("0"), other.text("line_part").lstrip("0"))
    serials = (one.text("serial").upper(), other.text("serial").upper())
    same_piece = bool(serials[0]) and serials[0] == serials[1]
    payments = (one.text("orig_psp_reference"), other.text("orig_psp_reference"))
    two_payments = all(payments) and not same_payment(one, other)
    return all(parts) and parts[0] != parts[1] and (not same_piece or two_payments)
