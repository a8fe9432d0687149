"""A reading as one JSON object: texts, whole numbers, yes/no and lists; money as text, dates in ISO form, no floats.

One table maps facts to keys. A key stands only where the message says something, but for `intents`, `orders`,
`missing`, `flags` and `do_not`, which always stand.
"""

from __future__ import annotations

from typing import Final

from addin.logic.events import Json
from addin.logic.intake.model import Basis, Fact, Proposal, Reading, Redaction
from addin.logic.intake.places import address_lines
from addin.logic.postcode import read_postcode
from addin.logic.tracking import read_tracking
from addin.logic.values import Money

#: Fact name, key, and how its value is shown.
_ONE: Final = (
    ("rma_no", "rma", str),
    ("grade_claimed", "grade_claimed", str),
    ("payment_last4", "payment_last4", str),
    ("camera_zone", "camera_zone", str),
    ("location", "location", str),
    ("system_qty", "system_qty", int),
    ("counted_qty", "counted_qty", int),
    ("variance", "variance", int),
    ("event_at", "event_at", str),
    ("event_date", "event_date", str),
    ("overwrite_at", "overwrite_at", str),
    ("last_scan_date", "last_scan_date", str),
    ("delivered_date", "delivered_date", str),
    ("notice_deadline_domestic", "notice_deadline_domestic", str),
    ("ship_date", "ship_date", str),
    ("expected_delivery", "expected_delivery_date", str),
    ("discovery_date", "discovery_date", str),
    ("received_date", "received_date", str),
    ("cancel_notice_date", "cancel_notice_date", str),
    ("proof_of_sending_date", "proof_of_sending_date", str),
    ("stage_since", "stage_since", str),
    ("refers_to_date", "refers_to_date", str),
    ("date_needed", "date_needed", str),
    ("hold_until", "hold_until", str),
    ("window_start", "window_start", str),
    ("window_end", "window_end", str),
    ("time_since", "time_since", str),
    ("deadline", "deadline", str),
    ("sar_due", "sar_due", str),
    ("service", "service", str),
    ("carrier", "carrier", str),
    ("carrier_suggested", "carrier_suggested", str),
    ("reason_code", "reason_code", str),
    ("recipient", "recipient", str),
    ("sop_ref", "sop_ref", str),
    ("case_id", "case_id", str),
    ("serial_received", "serial_received", str),
)
_MANY: Final = (
    ("sku", "skus"),
    ("serial", "serials"),
    ("order_candidate", "order_candidates"),
    ("order_suffix", "order_abbreviated"),
    ("order_withdrawn", "orders_withdrawn"),
    ("event_candidate", "event_candidates"),
)
_AMOUNTS: Final = ("order_value", "goods_value", "amount", "claim_amount", "cost", "deduction")
_STAGED: Final = frozenset({"ADR"})


def as_object(reading: Reading) -> dict[str, Json]:
    """The reading as one JSON object, for a line of output; the id of the message stands first when it has one."""
    out: dict[str, Json] = {"id": reading.message_id} if reading.message_id else {}
    out["intents"] = list(reading.intents)
    if subtype := next((p.fields["subtype"] for p in reading.proposals if "subtype" in p.fields), ""):
        out["subtype"] = subtype
    out["orders"] = list(reading.orders)
    if (ticket := reading.first("ticket_ref")) is not None:
        out[reading.ticket_key] = ticket.value
    out |= _parcels(reading) | _address(reading) | _money(reading) | _impact(reading)
    for name, key, show in _ONE:
        if (fact := reading.first(name)) is not None:
            out[key] = show(fact.value)
    for name, key in _MANY:
        if values := reading.values(name):
            out[key] = list(values)
    if len(returns := reading.values("rma_no")) > 1:
        out["rmas"] = list(returns)
    out |= _state(reading) | _marks(reading)
    out |= {"missing": list(reading.missing), "flags": list(reading.flags), "do_not": list(reading.do_not)}
    out["proposals"] = [_proposal(proposal) for proposal in reading.proposals]
    out["facts"] = [_fact(fact) for fact in reading.facts]
    return out


def _parcels(reading: Reading) -> dict[str, Json]:
    parcels: list[Json] = []
    for fact in {f.value: f for f in reversed(reading.all("tracking"))}.values():
        number = read_tracking(fact.words)
        parcel: dict[str, Json] = {
            "raw": fact.words,
            "norm": number.norm,
            "format_ok": number.format_ok,
            "check_ok": number.check_ok,
            "role": fact.note,
        }
        if len(number.suggestions) == 1:
            parcel["suggest"] = number.suggestions[0]
        elif number.suggestions:
            parcel["suggestions"] = list(number.suggestions)
        parcels.insert(0, parcel)
    return {"tracking": parcels} if parcels else {}


def _address(reading: Reading) -> dict[str, Json]:
    lines, code = reading.first("address_new"), reading.first("postcode")
    if lines is None and ("ADR" not in reading.intents or code is None):
        return {"postcode": code.value} if code is not None else {}
    address: dict[str, Json] = {"lines": list(address_lines(lines.value)) if lines else []}
    if code is not None:
        address |= {"postcode": code.value, "postcode_ok": read_postcode(code.words).ok}
    else:
        address |= {"postcode": None, "postcode_ok": None}
    return {"address_new": address}


def _money(reading: Reading) -> dict[str, Json]:
    out: dict[str, Json] = {}
    amounts = [fact for fact in reading.facts if fact.name in _AMOUNTS]
    shown: list[Json] = [_amount(fact) for fact in amounts]
    if shown:
        out["amount"] = shown[0]
    if len(shown) > 1:
        out["amounts"] = shown
    goods, delivery = reading.first("refund_goods"), reading.first("refund_delivery")
    if goods is not None or delivery is not None:
        money = {name: Money.parse(f.value) for name, f in (("goods", goods), ("delivery", delivery)) if f is not None}
        partial = reading.first("refund_partial")
        out["refund"] = {
            "goods": str(money["goods"].amount) if "goods" in money else None,
            "delivery": str(money["delivery"].amount) if "delivery" in money else None,
            "currency": next(iter(money.values())).currency,
            "partial": None if partial is None else partial.value == "yes",
        }
    if (guess := reading.first("refund_goods_candidate")) is not None:
        out["refund_suggested"] = _amount(guess)
    return out


def _amount(fact: Fact) -> dict[str, Json]:
    money = Money.parse(fact.value)
    shown: dict[str, Json] = {"value": str(money.amount), "currency": money.currency, "kind": fact.name}
    return shown if fact.basis is Basis.STATED else shown | {"suggested": True}


def _impact(reading: Reading) -> dict[str, Json]:
    affected, wave = reading.first("orders_affected"), reading.first("wave")
    if affected is None and wave is None:
        return {}
    impact: dict[str, Json] = {}
    if affected is not None:
        impact |= {"orders_affected": int(affected.value), "approx": affected.note == "approx"}
    if wave is not None:
        impact["wave"] = wave.value
    return {"impact": impact}


def _state(reading: Reading) -> dict[str, Json]:
    out: dict[str, Json] = {}
    stage, age = reading.first("order_stage"), reading.first("age_days_claimed")
    if stage is not None or _STAGED & set(reading.intents):
        out["order_stage"] = stage.value if stage is not None else None
    if age is not None and "OST" in reading.intents:
        out["age_days_claimed"] = int(age.value)
    if reading.first("attachments_claimed") is not None:
        out["attachments_claimed"] = True
    if reading.is_followup:
        out["is_followup"] = True
    if "retraction" in reading.flags:
        out["is_retraction"] = True
    if reading.withdrawn:
        out["withdrawn"] = True
    return out


def _marks(reading: Reading) -> dict[str, Json]:
    out: dict[str, Json] = {}
    if reading.triggers:
        out["triggers"] = list(reading.triggers)
    if reading.priority_hint:
        out["priority_hint"] = reading.priority_hint
    if reading.route:
        out["route"] = list(reading.route)
    if reading.refused:
        out["refused_intents"] = list(reading.refused)
    if reading.redactions:
        out["redactions"] = [_redaction(item) for item in reading.redactions]
    if reading.redactions or reading.stored_text != reading.kept_text:
        out["stored_text"] = reading.stored_text
    return out


def _redaction(item: Redaction) -> Json:
    return {"type": item.type, "keep_last4": item.keep_last4} if item.keep_last4 else {"type": item.type}


def _proposal(proposal: Proposal) -> dict[str, Json]:
    return {
        "type": proposal.type_code,
        "fields": dict(proposal.fields),
        "confidence": proposal.confidence.value,
        "missing": list(proposal.missing),
        "why": list(proposal.why),
        "link_to_open": proposal.link_to_open,
    }


def _fact(fact: Fact) -> dict[str, Json]:
    shown: dict[str, Json] = {"name": fact.name, "value": fact.value, "words": fact.words, "at": [fact.start, fact.end]}
    if fact.basis is not Basis.STATED:
        shown["basis"] = fact.basis.value
    if fact.note:
        shown["note"] = fact.note
    return shown
