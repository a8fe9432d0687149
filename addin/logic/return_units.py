"""A returned parcel is checked and decided piece by piece: one case is one unit, whatever came in the parcel with it.

1. A parcel may hold goods of several orders, or of none that is known yet. It is split into one case a unit.
2. Facts of the parcel (tracking, receipt, proof of sending) go to every unit; facts of an order (cancellation, basis)
   only to units of the same order.
3. A unit whose order nobody knows is received and graded; its refund waits for the order, its clock does not.
4. Goods on legal hold stay where they are until Legal lifts the hold.

Every check answers None when its rule holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from addin.logic.calendar import add_working_days
from addin.logic.case_type import Case, Context, Opening
from addin.logic.common_form import CANCELLED, DUPLICATE
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.refund_terms import received_on
from addin.logic.values import formula_like

ON_HOLD: Final = "On legal hold"
_UNKNOWN: Final = frozenset({"", "-", "?"})
_SEVERAL: Final = re.compile(r"[;,&+\n]")
#: Facts that every unit of a parcel shares.
_PARCEL: Final = ("tracking", "rma_no", "received_at", "proof_of_sending_date", "requester", "channel", "ticket_ref")
#: Facts of the order, which only its own units have.
_ORDER: Final = (
    "order_no", "legal_basis", "cancel_notice_date", "collection_offered", "agreed_date", "delivered_date",
    "info_given", "vip",
)  # fmt: skip

UNIT_FIELDS: Final = (
    Field(
        name="units", title="Units in the parcel", kind=FieldKind.LIST, width=30,
        help="When several came: order | line | SKU | serial of each, with ; between and - for what is not known.",
    ),
    Field(name="unit_no", title="Unit", system=True, queue=True, width=8),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of a parcel, as it was found: what is not known is empty."""

    order_no: str
    line_id: str
    sku: str
    serial: str

    def facts(self) -> dict[str, Value]:
        """What the unit's case is told."""
        pairs = (("order_no", self.order_no), ("line_id", self.line_id), ("sku_received", self.sku),
                 ("serial_received", self.serial))  # fmt: skip
        return {name: text for name, text in pairs if text}


def units(case: Case) -> tuple[Unit, ...]:
    """The units listed on a case.

    Raises:
        ValueError: for an entry that is not "order | line | SKU | serial", or names nothing.
    """
    found = []
    for entry in case.items("units"):
        parts = [part.strip() for part in entry.split("|")]
        if len(parts) != 4:
            raise ValueError(f"{entry!r} does not have four parts: order | line | SKU | serial.")
        known = ["" if part in _UNKNOWN else part for part in parts]
        if not (known[2] or known[3]):
            raise ValueError(f"{entry!r} names neither SKU nor serial.")
        if any(formula_like(part) or len(part) > 120 for part in known):
            raise ValueError(f"{entry!r} holds something that is no number or code.")
        found.append(Unit(*known))
    return tuple(found)


def split(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The first unit stays this case."""
    found = units(case)
    return {**found[0].facts(), "unit_no": f"1 of {len(found)}"} if found else {}


def further_units(case: Case, ctx: Context) -> Sequence[Opening]:
    """A case for every other unit of the parcel."""
    found = units(case)
    openings = []
    for number, unit in enumerate(found[1:], 2):
        names = _PARCEL + (_ORDER if unit.order_no in ("", case.text("order_no")) and unit.order_no else ())
        shared = {name: case.fields[name] for name in names if case.has(name)}
        told: dict[str, Value] = {**shared, **unit.facts(), "unit_no": f"{number} of {len(found)}"}
        openings.append(Opening(type="RQC", fields=told))
    return openings


# Rules ----------------------------------------------------------------------------------------------------------


def one_unit(case: Case, ctx: Context) -> Problem | None:
    """A check is of one piece: one serial, one article. Source: returns are decided per unit, not per parcel."""
    for name in ("serial", "serial_received", "sku", "sku_received"):
        if _SEVERAL.search(case.text(name)):
            return Problem(
                "RQC-36", f"{case.text(name)} names several pieces.", name,
                hint="One case is one piece: list them under 'Units in the parcel' and press 'Split parcel'.",
            )  # fmt: skip
    return None


def _same_unit(case: Case, ctx: Context) -> list[str]:
    """Other live checks of the very same piece: same serial and article, of one order, return or parcel."""
    serial = _piece(case, "serial")
    if not serial:
        return []
    return [
        other.case_id
        for other in ctx.of_type("RQC")
        if other.status not in {CANCELLED, DUPLICATE}
        and other.case_id != case.case_id
        and _piece(other, "serial") == serial
        and _piece(other, "sku") in ("", _piece(case, "sku"))
        and any(case.has(name) and case.text(name) == other.text(name) for name in ("order_no", "rma_no", "tracking"))
    ]


def _piece(case: Case, name: str) -> str:
    return (case.text(f"{name}_received") or case.text(name)).upper()


def unit_not_checked_twice(case: Case, ctx: Context) -> Problem | None:
    """One piece has one check. Source: refund guards, "serial"."""
    found = _same_unit(case, ctx)
    if not found:
        return None
    return Problem(
        "RQC-37", f"{', '.join(found)} already checks this very piece.", "serial",
        hint="Mark one of the two as a duplicate, or correct the serial number.",
    )  # fmt: skip


def parcel_splits(case: Case, ctx: Context) -> Problem | None:
    """A parcel is split once, into two units or more, each named once. Source: returns are decided per unit."""
    if case.has("unit_no"):
        return Problem("RQC-38", f"{case.case_id} is unit {case.text('unit_no')} already.", "units", hint="Go on.")
    try:
        found = units(case)
    except ValueError as error:
        return Problem("RQC-38", str(error), "units", hint="Write - for what is not known.")
    serials = [unit.serial.upper() for unit in found if unit.serial]
    if len(found) < 2:
        return Problem("RQC-38", "A parcel of one unit is not split.", "units", hint="List every unit, also the first.")
    if len(set(serials)) < len(serials):
        return Problem("RQC-38", "Two units have the same serial.", "units", hint="Look at them again.")
    return None


def article_named(case: Case, ctx: Context) -> Problem | None:
    """What came back is named: as it was sold, or as it was found when its order is not known yet. Source: returns."""
    if case.has("sku") or case.has("sku_received") or case.has("serial_received"):
        return None
    return Problem(
        "RQC-39", "Nothing says which article came back.", "sku_received",
        hint="Fill in the SKU as sold, or as found when the order is not known yet.",
    )  # fmt: skip


def hold_reviewed(case: Case, ctx: Context) -> Problem | None:
    """A legal hold has a near review date. Source: grade dictionary, "hold pending review with review date"."""
    day, most = case.day("hold_review"), ctx.policy.days("return.hold_review_days")
    if day is not None and 0 <= (day - ctx.today).days <= most:
        return None
    return Problem(
        "RQC-40", "The hold is not reviewed soon.", "hold_review", hint=f"Name a day within {most} days from today."
    )


def find_order_due(case: Case, ctx: Context) -> date | None:
    """When the order of goods that came without one must be known."""
    day = received_on(case)
    if day is None or case.has("order_no"):
        return None
    return add_working_days(day, ctx.policy.days("return.find_order_working_days"))
