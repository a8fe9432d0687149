"""Terms of a carrier claim: subtypes and their evidence, which clock runs, and what may come back.

1. The regime is worked out from origin, destination and mode; unknown stays unknown and takes the earliest deadline.
2. Every deadline is a calendar day with the policy row that set it; the house files earlier than the law demands.
3. What is recovered is worked out, never typed; the gap is shown from the first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.evidence import kinds_of
from addin.logic.forms import Field, FieldKind
from addin.logic.liability import Recovery, file_by, recovery, regime_of
from addin.logic.statute import ClaimDeadline, ClaimEvent, Regime, claim_deadline, earliest, lost_in_law
from addin.logic.values import Money, rounded

LOST: Final = "LOST"
DNR: Final = "DNR"
MISDELIVERY: Final = "MISDELIVERY"
DAMAGE: Final = "DAMAGE"
MISSING: Final = "MISSING_CONTENTS"
LATE: Final = "LATE"
RETURN_LEG: Final = "RETURN_LEG"

_LOST_EVIDENCE: Final = (
    "Tracking snapshot", "Manifest line", "Proof of tender", "Invoice", "Item description", "Weight", "Declared value",
)  # fmt: skip
#: What each subtype must show before it is filed.
EVIDENCE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        LOST: _LOST_EVIDENCE,
        DNR: ("Proof of delivery", "Signed denial", "Address label", "Neighbour check", "Despatch CCTV", "Invoice"),
        MISDELIVERY: ("Address label", "Proof of delivery", "Customer's right address", "Invoice"),
        DAMAGE: (
            "Photo of item", "Photo in box", "Photo of inner packing", "Photo of label", "Photos of six sides",
            "Box dimensions", "Packaging retained", "Repair estimate", "Invoice",
        ),
        MISSING: (
            "Pick and pack log", "Pack bench CCTV", "Despatch weight", "Carrier weight", "Seal photos",
            "Customer photos", "Invoice",
        ),
        LATE: ("Service and commitment", "Actual time", "Label and papers", "Tendered before cut-off"),
        RETURN_LEG: (*_LOST_EVIDENCE, "Label owner", "Drop-off receipt"),
    }
)  # fmt: skip
SUBTYPES: Final = tuple(EVIDENCE)
#: What the letter calls the event.
EVENT_WORDS: Final = {
    LOST: "Loss", DNR: "Not received", MISDELIVERY: "Misdelivery", DAMAGE: "Damage",
    MISSING: "Missing contents", LATE: "Late delivery", RETURN_LEG: "Loss of a return parcel",
}  # fmt: skip
ALL_KINDS: Final = tuple(dict.fromkeys(kind for kinds in EVIDENCE.values() for kind in kinds))


#: Kinds that facts of the claim prove: the fields of which one group must be filled. All other kinds are papers.
_FACTS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = MappingProxyType(
    {
        "Item description": (("sku", "goods_description"), ("goods_lines",)),
        "Weight": (("gross_weight_kg",),),
        "Declared value": (("declared_value",),),
        "Neighbour check": (("neighbour_check",),),
        "Despatch CCTV": (("cctv_ref",),),
        "Pack bench CCTV": (("cctv_ref",),),
        "Customer's right address": (("consignee_town", "consignee_postcode"),),
        "Box dimensions": (("box_dimensions",),),
        "Despatch weight": (("despatch_weight_kg",),),
        "Carrier weight": (("carrier_weight_kg",),),
        "Service and commitment": (("service", "committed_at"),),
        "Actual time": (("delivered_at",),),
        "Label owner": (("return_label_owner",),),
        "Packaging retained": (),
    }
)


#: Kinds that every case knows and that prove one of a checklist as well.
_SAME_AS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Address label": "Label photo",
        "Photo of label": "Label photo",
        "Weight": "Weight record",
        "Despatch weight": "Weight record",
        "Despatch CCTV": "CCTV reference",
        "Pack bench CCTV": "CCTV reference",
    }
)


def missing_evidence(case: Case) -> tuple[str, ...]:
    """The kinds of evidence the subtype still lacks, in the order of its checklist."""
    return tuple(kind for kind in EVIDENCE.get(case.text("subtype"), ()) if not is_proved(case, kind))


def is_proved(case: Case, kind: str) -> bool:
    """True when a file of this kind is attached, a fact of the claim shows it, or a reference says where it is.

    A listed kind ("Weight") is enough for a fact; for a paper the list must say where it is ("Invoice: SAP 9001").
    """
    if {kind.casefold(), _SAME_AS.get(kind, kind).casefold()} & kinds_of(case):
        return True
    if kind == "Packaging retained" and case.flag("packaging_retained"):
        return True
    if any(all(case.has(name) for name in group) for group in _FACTS.get(kind, ())):
        return True
    return any(_lists(item, kind) for item in case.items("evidence_kinds"))


def _lists(item: str, kind: str) -> bool:
    named, sign, where = (part.strip() for part in item.partition(":"))
    return named.casefold() == kind.casefold() and (kind in _FACTS or bool(sign and where))


#: A unit price is read as any amount that is typed: "1,250.00", "£90", "EUR 90.00", "90,50".
_PRICE: Final = Field(name="unit_price", title="Unit price", kind=FieldKind.MONEY)


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One article of the claim: reference, description, serial number, quantity, unit price net."""

    ref: str
    description: str
    serial: str
    qty: int
    unit_net: Money

    @property
    def line_total(self) -> Money:
        """Quantity times unit price."""
        return Money(self.unit_net.amount * self.qty, self.unit_net.currency)


def goods_lines(case: Case) -> tuple[GoodsLine, ...]:
    """What is claimed, line by line: the goods table, or the single article that the case names.

    Of a late service it is the carrier's charge, whatever was in the parcel.

    Raises:
        ValueError: when a line cannot be read; it says which.
    """
    listed = tuple(_line(text) for text in case.items("goods_lines"))
    if len({line.unit_net.currency for line in listed}) > 1:
        raise ValueError("The goods lines are in more than one currency.")
    proven, charge = case.money("proven_value"), case.money("shipping_charge")
    if case.text("subtype") == LATE and charge is not None:
        return (GoodsLine(case.text("service") or "Service", "Charge for the guaranteed service", "", 1, charge),)
    if listed or proven is None or not case.has("sku"):
        return listed
    description = case.text("goods_description")
    return (GoodsLine(case.text("sku"), description, case.text("serial"), 1, proven),)


def _line(text: str) -> GoodsLine:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 5 or not parts[0] or not parts[3].isdecimal() or not int(parts[3]):
        raise ValueError(f"{text!r} is not 'reference | description | serial | quantity | unit price'.")
    ref, description, serial, qty, unit = parts
    price, problem = _PRICE.read(unit)
    if not isinstance(price, Money) or price.amount < 0:
        why = problem.message if problem is not None else f"{unit!r} is no price."
        raise ValueError(f"{text!r}: {why}")
    return GoodsLine(ref, description, serial, int(qty), price)


def regime(case: Case) -> Regime:
    """The regime of the carriage; goods leave from and go to the United Kingdom only where the case says so."""
    start, end, mode = (case.text(name) for name in ("origin_country", "dest_country", "mode"))
    return regime_of(start, end, mode)


def event_kind(case: Case) -> ClaimEvent | None:
    """Which notice period the subtype has; None while it has none."""
    return {
        DAMAGE: ClaimEvent.DAMAGE,
        MISSING: ClaimEvent.DAMAGE,
        LATE: ClaimEvent.LATE_GUARANTEED,
        **dict.fromkeys((LOST, DNR, MISDELIVERY, RETURN_LEG), ClaimEvent.LOSS),
    }.get(case.text("subtype"))


def notice(case: Case, ctx: Context) -> ClaimDeadline | None:
    """The day by which the carrier must have the claim, and the rule that sets it; None while its start is unknown.

    Damage and missing contents run from receipt, loss from tender, a guaranteed service from its scheduled delivery.
    """
    kind = event_kind(case)
    if kind is None:
        return None
    start = {
        ClaimEvent.DAMAGE: earliest((case.day("delivered_date"), case.day("event_date"))),
        ClaimEvent.LOSS: case.day("ship_date"),
        ClaimEvent.LATE_GUARANTEED: case.day("expected_delivery"),
    }.get(kind)
    return claim_deadline(kind, start, regime(case), ctx.policy) if start else None


def time_bar(case: Case, ctx: Context) -> ClaimDeadline | None:
    """The last day to go to court; counted from the earliest of the days that could start it."""
    names = ("ship_date", "expected_delivery", "delivered_date", "event_date")
    start = earliest(case.day(name) for name in names)
    return claim_deadline(ClaimEvent.TIME_BAR, start, regime(case), ctx.policy) if start else None


def presumed_lost(case: Case, ctx: Context) -> ClaimDeadline | None:
    """The day from which a parcel by international road may be treated as lost; None for others.

    Counted from the promised day where there is one, else from the day it was handed over.
    """
    if event_kind(case) is not ClaimEvent.LOSS or regime(case) is not Regime.CMR:
        return None
    return lost_in_law(case.day("expected_delivery"), case.day("ship_date"), ctx.policy)


#: How the day is called by which the carrier must have the claim.
NOTICE: Final = "Notice to the carrier"


@dataclass(frozen=True, slots=True)
class LegalDay:
    """A day that a claim must keep, as a letter may name it: what it is, the day, and the rule it comes from."""

    label: str
    deadline: ClaimDeadline


def legal_days(case: Case, ctx: Context) -> tuple[LegalDay, ...]:
    """The days that law or contract set for a claim, verified or not: its notice and its time bar."""
    found = ((NOTICE, notice(case, ctx)), ("Time bar", time_bar(case, ctx)))
    return tuple(LegalDay(label, deadline) for label, deadline in found if deadline is not None)


def citable_days(case: Case, ctx: Context) -> tuple[LegalDay, ...]:
    """The days a letter may cite: of a regime that is known, from a row that a named person has verified."""
    if regime(case) is Regime.UNKNOWN:
        return ()
    cited = (one for one in legal_days(case, ctx) if one.label != NOTICE or has_notice(case))
    return tuple(one for one in cited if one.deadline.verified)


def has_notice(case: Case) -> bool:
    """True when the regime sets a period in which this event must be claimed, which a letter may then cite.

    For a loss neither convention does: CMR, article 20, says from when goods may be treated as lost, and Montreal has
    no notice of loss. Their rows are days to work by.
    """
    return event_kind(case) is not ClaimEvent.LOSS or regime(case) is Regime.UK_TERMS


def filing_day(case: Case, ctx: Context) -> date | None:
    """The day by which the house files: its own limit, the limit for lost parcels, or the carrier's if earlier."""
    event, legal = case.day("event_date"), notice(case, ctx)
    if event is None:
        return legal.day if legal else None
    lost = event + timedelta(days=ctx.policy.days("claim.lost_within_days"))
    within = lost if event_kind(case) is ClaimEvent.LOSS else None
    return file_by(event, earliest((legal.day if legal else None, within)), ctx.policy)


def recovered(case: Case, ctx: Context) -> Recovery | None:
    """Cap, expected recovery and gap; None while value or weight are unknown or not in pounds.

    For a late guaranteed service the carrier gives back its charge and nothing else, whatever the goods are worth.
    """
    if case.text("subtype") == LATE:
        return _charge_back(case, ctx)
    proven, weight, declared = case.money("proven_value"), case.number("gross_weight_kg"), case.money("declared_value")
    if proven is None or weight is None or weight < 0 or proven.amount < 0:
        return None
    if proven.currency != "GBP" or (declared is not None and declared.currency != "GBP"):
        return None
    return recovery(proven, declared, weight, regime(case), ctx.policy)


def _charge_back(case: Case, ctx: Context) -> Recovery | None:
    charge = case.money("shipping_charge")
    if charge is None or charge.currency != "GBP" or charge.amount < 0:
        return None
    none = Money(Decimal(0))
    return Recovery(charge, none, charge, charge, none, ctx.policy.decimal("sdr.gbp"), ctx.policy.day("sdr.date"))


def provable(case: Case) -> tuple[str, Money | None]:
    """What a claim is measured by: the field and its amount, the goods' proven value or a late service's charge."""
    name = "shipping_charge" if case.text("subtype") == LATE else "proven_value"
    return name, case.money(name)


def shortfall(case: Case) -> Money | None:
    """What was claimed and came back neither as money (the carrier's or an insurer's) nor as goods that were found.

    None while nothing was claimed.
    """
    claimed = case.money("amount_claimed")
    if claimed is None:
        return None
    back = [case.money(name) for name in ("amount_paid", "insurer_paid", "found_value")]
    same = sum((one.amount for one in back if one is not None and one.currency == claimed.currency), Decimal(0))
    return rounded(max(claimed.amount - same, Decimal(0)), claimed.currency)
