"""What a refund rests on: its legal basis, the clock of that basis, and which other refunds are alive.

1. The clock runs from facts (notice, sending, receipt, agreement), never from a quality check.
2. A basis that is not known yet takes the earliest date that any basis would give.
3. A refund is alive until it is rejected, cancelled, a duplicate or reversed; a closed, paid one stays alive for ever.
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


def lines(case: Case) -> frozenset[str]:
    """The order lines a refund covers: "1", "1, 2" or "1;2"; leading zeros do not make another line."""
    parts = re.split(r"[\s,;/+&]+", case.text("line_id").upper())
    return frozenset(part.lstrip("0") or "0" for part in parts if part)


def same_line(one: Case, other: Case) -> bool:
    """True when two refunds are for one order line; where a line is not named, the article decides."""
    same_order = bool(one.text("order_no")) and one.text("order_no") == other.text("order_no")
    reference = one.text("orig_psp_reference")
    if not same_order and not (reference and reference == other.text("orig_psp_reference")):
        return False
    if lines(one) and lines(other):
        return bool(lines(one) & lines(other))
    pairs = [(one.text(name), other.text(name)) for name in ("serial", "sku")]
    known = [(a, b) for a, b in pairs if a and b]
    return known[0][0] == known[0][1] if known else True
