"""When a row of an imported file becomes a case: one table of rules, each with its id.

1. A rule looks at one row and the policy; the first rule of its kind that speaks makes the finding.
2. A rule never reads a value that was doubtful: such a value is empty in the row, and the row says why.
3. What a case type already knows how to judge is asked there: stages of orders by the status check, counts by stock.
4. A finding's key names the rule, the thing and the episode, so that the same row in another file is the same finding,
   and a parcel that moved and stood still again is another one.

Sources: domain rules on claims (2.2), carrier returns (6), order status (12.5), stock (12.6), 3PL results (5.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from addin.logic import stock_rules
from addin.logic.calendar import add_working_days, london_day, to_london
from addin.logic.carrier_status import ENDED
from addin.logic.case_type import Case, Context
from addin.logic.cases import case_types
from addin.logic.forms import Value
from addin.logic.imports.rows import CountRow, ImportRow, OrderRow, ParcelRow, ReturnRow
from addin.logic.order_terms import is_despatched
from addin.logic.values import Money

#: A parcel in one of these waits for somebody: that nobody scans it says nothing.
_RESTING: Final = frozenset({"AT_ACCESS_POINT", "HELD"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that needs a case: which rule says so, the case it asks for, and the key that keeps it to one."""

    rule: str
    type_code: str
    fields: Mapping[str, Value]
    reason: str
    key: str


Check = Callable[[ImportRow, Context], Finding | None]


@dataclass(frozen=True, slots=True)
class ImportRule:
    """One rule: its id, what it says, and its check; `kind` is the kind of file it looks at."""

    id: str
    kind: str
    says: str
    check: Callable[..., Finding | None]


def find(kind: str, row: ImportRow, ctx: Context) -> Finding | None:
    """What the first rule that speaks says of a row; None when the row needs nothing."""
    for rule in RULES:
        if rule.kind == kind and (found := rule.check(row, ctx)) is not None:
            return replace(found, rule=rule.id, key=f"{rule.id}|{found.key}")
    return None


# Parcels ---------------------------------------------------------------------------------------------------------


def silent_since(ctx: Context) -> datetime:
    """A parcel last scanned before this instant is silent. Source: policy `import.no_scan_days`."""
    return ctx.now - timedelta(days=ctx.policy.days("import.no_scan_days"))


def _coming_back(row: ParcelRow, ctx: Context) -> Finding | None:
    if row.status not in ctx.policy.items("import.coming_back"):
        return None
    reason = "REFUSED" if "refus" in _carrier_words(row).casefold() else _return_reason(row)
    fields = {"tracking": row.tracking, "reason_code": reason, "order_no": row.order_no, "postcode": row.postcode,
              "return_tracking": row.return_tracking, "goods_value": _money(row.declared_value)}  # fmt: skip
    return _finding("CRP", fields, f"The carrier brings it back: {_carrier_words(row)}.", row.tracking)


def _return_reason(row: ParcelRow) -> str:
    words = _carrier_words(row).casefold()
    for needle, code in (
        ("access point", "ACCESS_POINT_EXPIRED"),
        ("damage", "DAMAGED"),
        ("incomplete", "ADDRESS_INCOMPLETE"),
        ("address", "ADDRESS_WRONG"),
        ("available", "UNAVAILABLE"),
        ("customs", "CUSTOMS/NI"),
        ("request", "SHIPPER_RECALL"),
    ):
        if needle in words:
            return code
    return "UNKNOWN"


def _harmed(row: ParcelRow, ctx: Context) -> Finding | None:
    subtype = {"DAMAGE_REPORTED": "DAMAGE", "LOST_DECLARED": "LOST"}.get(row.status)
    if subtype is None:
        return None
    if "missing" in _carrier_words(row).casefold() and subtype == "DAMAGE":
        subtype = "MISSING_CONTENTS"
    seen = row.last_scan_at or row.delivered_at
    day = london_day(seen) if seen else None
    fields = {**_parcel(row), "subtype": subtype, "event_date": day, "discovery_date": ctx.today}
    return _finding("UPC", fields, f"The carrier reports: {_carrier_words(row)}.", row.tracking, row.status)


def _excepted(row: ParcelRow, ctx: Context) -> Finding | None:
    if row.status not in ctx.policy.items("import.exceptions"):
        return None
    words = f"Delivery exception {row.status.lower().replace('_', ' ')}: {_carrier_words(row)}."
    return _finding("OST", _asked(row, ctx), words, row.tracking, f"{row.status} {_at(row.last_scan_at)}")


def _waits_too_long(row: ParcelRow, ctx: Context) -> Finding | None:
    days = ctx.policy.days("carrier.access_point_days")
    if row.status != "AT_ACCESS_POINT" or row.last_scan_at is None or row.last_scan_at > ctx.now - timedelta(days=days):
        return None
    words = f"At an access point since {_told(row.last_scan_at)}; it goes back after {days} days."
    return _finding("OST", _asked(row, ctx), words, row.tracking, _at(row.last_scan_at))


def _lost(row: ParcelRow, ctx: Context) -> Finding | None:
    if not _is_silent(row, ctx) or row.expected_delivery is None or row.status == "LABEL_CREATED":
        return None
    grace = timedelta(hours=ctx.policy.number("claim.tracer_hours"))
    if london_day(ctx.now - grace) <= row.expected_delivery:
        return None
    words = f"No scan since {_told(row.last_scan_at)}, promised for {row.expected_delivery:%d/%m/%Y}."
    fields = {**_parcel(row), "subtype": "LOST", "discovery_date": ctx.today}
    return _finding("UPC", fields, words, row.tracking, _at(row.last_scan_at))


def _silent(row: ParcelRow, ctx: Context) -> Finding | None:
    if not _is_silent(row, ctx) or row.status == "LABEL_CREATED":
        return None
    words = f"No scan since {_told(row.last_scan_at)}, last '{row.status_text}'."
    return _finding("OST", _asked(row, ctx), words, row.tracking, _at(row.last_scan_at))


def _never_collected(row: ParcelRow, ctx: Context) -> Finding | None:
    made = row.ship_date or (london_day(row.last_scan_at) if row.last_scan_at else None)
    if row.status != "LABEL_CREATED" or made is None:
        return None
    if ctx.today <= add_working_days(made, ctx.policy.days("order_status.not_scanned_working_days")):
        return None
    words = f"A label of {made:%d/%m/%Y}, and the carrier has not scanned the parcel."
    return _finding("OST", _asked(row, ctx), words, row.tracking, made.isoformat())


def _is_silent(row: ParcelRow, ctx: Context) -> bool:
    scanned = row.last_scan_at
    return scanned is not None and scanned <= silent_since(ctx) and row.status not in ENDED | _RESTING


def _parcel(row: ParcelRow) -> dict[str, Value | None]:
    """What a claim is told about a parcel."""
    return {
        "tracking": row.tracking, "order_no": row.order_no, "service": row.service, "ship_date": row.ship_date,
        "expected_delivery": row.expected_delivery, "dest_country": row.country,
        "consignee_postcode": row.postcode, "gross_weight_kg": row.weight_kg,
        "declared_value": _money(row.declared_value),
        "last_scan_date": london_day(row.last_scan_at) if row.last_scan_at else None,
    }  # fmt: skip


def _asked(row: ParcelRow, ctx: Context) -> dict[str, Value | None]:
    """What a status check is told about a parcel."""
    return {
        "tracking": row.tracking, "order_no": row.order_no, "tracking_status": row.status,
        "tracking_text": _carrier_words(row), "expected_delivery": row.expected_delivery, "checked_at": ctx.now,
    }  # fmt: skip


def _carrier_words(row: ParcelRow) -> str:
    """The carrier's own words, as one sentence without its full stop."""
    parts = [part.strip().rstrip(".") for part in (row.status_text, row.exception_text) if part.strip()]
    return ": ".join(dict.fromkeys(parts))


# Orders, stock, returns ------------------------------------------------------------------------------------------


def _order_stands(row: OrderRow, ctx: Context) -> Finding | None:
    """The status check's own signals: picking or not prepared for too long, packed and not scanned, past its day.

    What has left is the carrier's: the warehouse does not know when it arrives.
    """
    gone = is_despatched(row.wms_stage) and row.order_stage in ("", row.wms_stage)
    fields: dict[str, Value | None] = {
        "order_no": row.order_no, "wms_stage": row.wms_stage, "order_stage": row.order_stage or row.wms_stage,
        "stage_since": row.stage_since, "expected_delivery": None if gone else row.expected_delivery,
        "checked_at": ctx.now,
        "tracking": row.tracking, "sku": row.sku, "location": row.location, "value_at_risk": _money(row.order_value),
    }  # fmt: skip
    if row.order_stage and row.order_stage != row.wms_stage:
        fields["differ_since"] = row.stage_since
    derive = case_types()["OST"].derive
    signals = derive(Case("", "OST", "New", _given(fields)), ctx).get("signals") if derive else None
    if not isinstance(signals, tuple) or not signals:
        return None
    words = f"{'; '.join(signals)} ('{row.wms_stage}' since {_told(row.stage_since)})."
    return _finding("OST", fields, words, row.order_no, f"{row.wms_stage} {_at(row.stage_since)}")


def _variance(row: CountRow, ctx: Context) -> Finding | None:
    if row.counted_qty is None or row.system_qty < 0:
        return None
    fields = _place(row) | {"system_qty": row.system_qty}
    counted = _given(fields) | {"recount_qty": row.counted_qty}
    if stock_rules.within_tolerance(Case("", "INV", "Reported", counted), ctx):
        return None
    words = f"The system says {row.system_qty}, counted {row.counted_qty} on {_told(row.counted_at)}."
    episode = f"{row.system_qty} {row.counted_qty} {_at(row.counted_at)}"
    return _finding("INV", fields, words, _where(row), episode)


def _below_zero(row: CountRow, ctx: Context) -> Finding | None:
    if row.system_qty >= 0:
        return None
    words = f"The system says {row.system_qty}: less than nothing."
    return _finding("INV", _place(row), words, _where(row), str(row.system_qty))


def _place(row: CountRow) -> dict[str, Value | None]:
    return {
        "sku": row.sku, "location": row.location, "serial": row.serial, "serialised": row.serialised,
        "unit_cost": _money(row.unit_cost), "order_no": row.order_no,
    }  # fmt: skip


def _where(row: CountRow) -> str:
    return f"{row.sku} {row.location} {row.serial}".strip()


def _not_ok(row: ReturnRow, ctx: Context) -> Finding | None:
    if row.third_party_grade not in ctx.policy.items("import.third_party_grades"):
        return None
    why = f": {row.third_party_reason}" if row.third_party_reason else ""
    return _returned(row, f"The 3PL graded it {row.third_party_grade}{why}. Our own check decides.")


def _other_article(row: ReturnRow, ctx: Context) -> Finding | None:
    for sold, received, what in (
        (row.serial, row.serial_received, "serial number"),
        (row.sku, row.sku_received, "article"),
    ):
        if sold and received and sold.upper() != received.upper():
            return _returned(row, f"Sold with {what} {sold}, received {received}.")
    return None


def _returned(row: ReturnRow, words: str) -> Finding:
    names = ("rma_no", "order_no", "line_id", "sku", "sku_received", "serial", "serial_received", "tracking",
             "received_at", "third_party_grade", "third_party_reason", "third_party_by", "third_party_at")  # fmt: skip
    fields = {name: getattr(row, name) for name in names} | {"goods_value": _money(row.goods_value)}
    episode = f"{row.third_party_grade} {_at(row.third_party_at)}"
    return _finding("RQC", fields, words, f"{row.rma_no} {row.line_id} {row.sku}".strip(), episode)


# ------------------------------------------------------------------------------------------------------------------


def _finding(type_code: str, fields: Mapping[str, Value | None], words: str, thing: str, episode: str = "") -> Finding:
    return Finding("", type_code, _given(fields), words, f"{thing}|{episode}")


def _given(fields: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _money(stored: str | None) -> Money | None:
    return Money.parse(stored) if stored else None


def _told(instant: datetime | None) -> str:
    """An instant as a person reads it, in London."""
    return f"{to_london(instant):%d/%m/%Y %H:%M}" if instant else "an unknown time"


def _at(instant: datetime | None) -> str:
    """An instant as a key holds it."""
    return instant.isoformat(timespec="minutes") if instant else ""


RULES: Final = (
    ImportRule("IMP-01", "tracking", "A parcel that comes back is announced.", _coming_back),
    ImportRule("IMP-02", "tracking", "A parcel reported damaged or lost is a claim.", _harmed),
    ImportRule("IMP-03", "tracking", "A delivery exception is looked into.", _excepted),
    ImportRule("IMP-04", "tracking", "A parcel that waits at an access point is looked into in time.", _waits_too_long),
    ImportRule("IMP-05", "tracking", "A parcel that nobody scans past its promised day is a claim.", _lost),
    ImportRule("IMP-06", "tracking", "A parcel that nobody scans is looked into.", _silent),
    ImportRule("IMP-07", "tracking", "A label that the carrier never scanned is looked into.", _never_collected),
    ImportRule("IMP-08", "orders", "An order that stands still is looked into.", _order_stands),
    ImportRule("IMP-09", "stock", "A count that differs is a discrepancy.", _variance),
    ImportRule("IMP-10", "stock", "Stock below zero is a discrepancy.", _below_zero),
    ImportRule("IMP-11", "returns", "What the 3PL did not pass is checked by us.", _not_ok),
    ImportRule("IMP-12", "returns", "Another article than the sold one is checked by us.", _other_article),
)
