"""What a row tells about open cases: blanks are filled, a moving status is renewed, nothing is typed over.

1. A field that holds something is left as it is; where the file says otherwise, the case gets a note with both values.
2. A status moves on by itself, so that a newer file renews it; an older file never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from addin.logic.calendar import london_day
from addin.logic.case_type import Case, CaseType
from addin.logic.forms import Value
from addin.logic.imports.rows import ImportRow, OrderRow, ParcelRow, ReturnRow
from addin.logic.values import Money

#: The case types that rows of a kind may tell something about.
TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "tracking": ("OST", "UPC", "CRP"), "orders": ("OST",), "returns": ("RQC",), "stock": (),
}  # fmt: skip
#: The columns by which a row and an open case are known to be about the same thing, the surest first.
SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "tracking": ("tracking", "order_no"), "orders": ("order_no",), "returns": ("rma_no",), "stock": (),
}  # fmt: skip
#: Statuses of a parcel that was not lost.
_FOUND: Final = frozenset({"DELIVERED", "DELIVERED_NEIGHBOUR", "RETURNED", "RETURNING"})
#: Fields that move on by themselves.
_MOVING: Final = frozenset({"tracking_status", "tracking_text", "wms_stage", "last_scan_date"})


@dataclass(frozen=True, slots=True)
class News:
    """What a row adds to a case, and what it says otherwise than the case does."""

    changes: Mapping[str, Value]
    otherwise: tuple[str, ...] = ()


def comparable(text: str) -> str:
    """A number or code as it is compared: without blanks, in capitals."""
    return "".join(text.split()).upper()


def is_about(kind: str, row: ImportRow, case: Case) -> bool:
    """True when the surest column that both fill is the same in both."""
    for name in SAME[kind]:
        ours, theirs = case.text(name), str(getattr(row, name, "") or "")
        if ours and theirs:
            return comparable(ours) == comparable(theirs)
    return False


def news(row: ImportRow, kind: CaseType, case: Case, *, newest: bool) -> News:
    """What a row tells about a case; `newest` is False for a file that is older than one taken before."""
    changes: dict[str, Value] = {}
    otherwise: list[str] = []
    for name, value in _facts(row, case):
        field = kind.fields.get(name)
        if field is None or field.system or value in (None, ""):
            continue
        held = case.fields.get(name)
        if held in (None, "", ()) or (name in _MOVING and newest and held != value):
            changes[name] = value
        elif held != value and name not in _MOVING:
            shown = "(personal)" if field.personal else f"{field.show(value)} and not {field.show(held)}"
            otherwise.append(f"{field.title} is {shown}")
    return News(changes, (*otherwise, *_remarks(row, case)))


def _facts(row: ImportRow, case: Case) -> Iterable[tuple[str, Value | None]]:
    if isinstance(row, ParcelRow):
        words = f"{row.status_text}: {row.exception_text}" if row.exception_text else row.status_text
        yield from (
            ("tracking", row.tracking), ("tracking_status", row.status), ("tracking_text", words),
            ("expected_delivery", row.expected_delivery), ("ship_date", row.ship_date), ("service", row.service),
            ("gross_weight_kg", row.weight_kg), ("dest_country", row.country), ("pod_name", row.signed_by),
            ("last_scan_date", london_day(row.last_scan_at) if row.last_scan_at else None),
        )  # fmt: skip
        if case.type == "UPC" and row.delivered_at is not None:
            yield from (("delivered_at", row.delivered_at), ("delivered_date", london_day(row.delivered_at)))
        if case.type == "CRP":
            yield ("return_tracking", row.return_tracking)
    elif isinstance(row, OrderRow):
        yield from (
            ("wms_stage", row.wms_stage), ("stage_since", row.stage_since), ("tracking", row.tracking),
            ("expected_delivery", row.expected_delivery), ("sku", row.sku), ("location", row.location),
        )  # fmt: skip
    elif isinstance(row, ReturnRow):
        names = ("sku", "sku_received", "serial", "serial_received", "line_id", "received_at", "third_party_grade",
                 "third_party_reason", "third_party_by", "third_party_at")  # fmt: skip
        yield from ((name, getattr(row, name)) for name in names)
        yield ("goods_value", Money.parse(row.goods_value) if row.goods_value else None)


def _remarks(row: ImportRow, case: Case) -> tuple[str, ...]:
    """What a person wants to know at once: a parcel thought lost that turns up after all."""
    thought_lost = case.type == "UPC" and case.text("subtype") == "LOST"
    if thought_lost and isinstance(row, ParcelRow) and row.status in _FOUND:
        return (f"the carrier now says '{row.status_text}'",)
    return ()
