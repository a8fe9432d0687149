"""Proposals: for each intent and order, the fields a case form would take, what is missing, and how sure it is.

Only stated facts become fields, one value each; a fact that could belong to either of two orders is left to the
coordinator. The names of the fields are those of the case forms.
"""

from __future__ import annotations

import re
from typing import Final

from addin.logic.intake.asks import missing_for
from addin.logic.intake.cautions import Notes
from addin.logic.intake.intents import Intent, Intents
from addin.logic.intake.model import Basis, Confidence, Fact, Proposal
from addin.logic.intake.scopes import Scope
from addin.logic.intake.text import Folded

_SHARED: Final = ("order_no", "tracking", "ticket_ref", "case_id", "goods_value", "order_value")
#: Which facts become fields of which case type, besides the shared ones.
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "ADR": ("address_new", "postcode", "recipient", "order_stage", "date_needed"),
    "SPD": (
        "service", "carrier", "date_needed", "hold_until", "window_start", "window_end", "postcode", "recipient",
        "order_stage",
    ),
    "QCT": ("sku", "serial", "order_stage"),
    "CTV": ("camera_zone", "event_date", "event_at", "window_start", "window_end", "location"),
    "OST": ("order_stage", "stage_since", "age_days_claimed"),
    "INV": ("sku", "serial", "location", "system_qty", "counted_qty"),
    "UPC": (
        "subtype", "event_date", "discovery_date", "delivered_date", "ship_date", "expected_delivery", "last_scan_date",
        "service", "carrier", "sku", "serial", "claim_amount", "rma_no", "proof_of_sending_date",
    ),
    "RQC": (
        "subtype", "rma_no", "sku", "serial", "serial_received", "grade_claimed", "received_date", "cancel_notice_date",
        "proof_of_sending_date",
    ),
    "RFD": (
        "subtype", "rma_no", "sku", "grade_claimed", "refund_goods", "refund_delivery", "cancel_notice_date",
        "received_date", "order_stage", "payment_last4",
    ),
    "CRP": ("reason_code", "received_date", "carrier", "postcode", "address_new"),
    "ESC": ("time_since", "deadline", "orders_affected", "wave"),
    "DEV": ("sop_ref", "event_date"),
    "HND": ("event_date",),
    "SOP": ("sop_ref",),
    "AUD": ("date_needed",),
}  # fmt: skip
#: Facts of which an order has its own; between two orders they are not shared out by guess.
_OWN: Final = frozenset({
    "tracking", "rma_no", "sku", "serial", "goods_value", "order_value", "refund_goods", "refund_delivery",
    "address_new", "postcode", "order_stage",
})  # fmt: skip
#: What one proposal is about besides its order: a message that names several gets a proposal for each.
_SUBJECT: Final = {
    "RQC": "rma_no", "RFD": "rma_no", "INV": "location", "UPC": "tracking", "CRP": "tracking", "OST": "tracking",
}  # fmt: skip
#: Facts that belong to one subject as long as a message says more than one value, or says it beside one subject.
_OF_SUBJECT: Final = frozenset({
    "sku", "serial", "serial_received", "grade_claimed", "system_qty", "counted_qty", "goods_value", "order_value",
    "refund_goods", "reason_code", "subtype",
})  # fmt: skip
#: "Both first choice", "all worn": said of every subject at once.
_OF_ALL: Final = re.compile(r"\b(?:both|all|each|every one|tous|toutes|les deux)\b[^.;\n]{0,10}$")
_CAME_WELL: Final = re.compile(
    r"\b(?:arrived|delivered|received|came|is|was) (?:ok\b|okay|fine|safely|all right|no problem)"
)
_TEAMS: Final = frozenset({
    "cs", "customer service", "warehouse", "qc", "retail ops", "retail", "it", "finance", "3pl", "returns", "security",
    "transport", "stock", "quality", "logistics",
})  # fmt: skip


def propose(
    body: Folded,
    scoped: list[tuple[Scope, Intents]],
    notes: Notes,
    *,
    chaser: bool,
    recipient_known: bool,
    sender: str,
    message_id: str,
) -> tuple[Proposal, ...]:
    """One proposal per intent and order of each piece of the message, in reading order."""
    common = {"requester": sender, "channel": "Chat", "chat_message_id": message_id}
    if sender.casefold().strip() in _TEAMS:
        common["requester_team"] = sender
    common = {name: value for name, value in common.items() if value}
    out: list[Proposal] = []
    for scope, intents in scoped:
        orders: list[Fact | None] = list({fact.value: fact for fact in scope.orders}.values())
        for intent in intents.found:
            for order in orders or [None]:
                if order is not None and (intent.code, order.value) in notes.spared:
                    continue
                facts = _belonging(body, notes.facts, scope, scoped, order)
                out += [
                    _proposal(body, intent, order, mine, notes, common, chaser, recipient_known)
                    for mine in _by_subject(body, intent.code, facts)
                ]
    return tuple(out)


def _belonging(
    body: Folded, facts: list[Fact], scope: Scope, scoped: list[tuple[Scope, Intents]], order: Fact | None
) -> list[Fact]:
    """The stated facts of this piece that belong to this order."""
    stated = [fact for fact in facts if fact.basis is not Basis.SUGGESTED and fact.name != "order_no"]
    if len(scoped) > 1:
        stated = [fact for fact in stated if scope.holds(body.local(fact.start))]
    others = [fact for fact in scope.orders if order is None or fact.value != order.value]
    if order is None or not others:
        return stated
    # Several orders share one wish: an own fact goes to the order right before it, in the same errand.
    return [
        fact
        for fact in stated
        if (fact.name not in _OWN or _owner(body, fact, scope) == order.value)
        and (fact.name != "grade_claimed" or _owner(body, fact, scope) in (None, order.value))
    ]


def _by_subject(body: Folded, code: str, facts: list[Fact]) -> list[list[Fact]]:
    """The facts of each return, stock location or parcel, where a message names several; else all of them once.

    The outbound and the return number of one parcel are no two subjects.
    """
    named = {fact.value: fact for fact in reversed(facts) if fact.name == _SUBJECT.get(code, "")}
    subjects = sorted((fact for fact in named.values() if not _all_well(body, fact)), key=lambda fact: fact.start)
    if len(subjects) < 2 or len({fact.note for fact in subjects}) > 1:
        return [facts]
    return [[fact for fact in facts if _is_of(body, fact, subject, subjects, facts)] for subject in subjects]


def _all_well(body: Folded, fact: Fact) -> bool:
    """True for a parcel that is only named to say that it came ("the other one 1Z... arrived ok")."""
    if fact.name != "tracking":
        return False
    _, right = body.clause(at := body.local(fact.start))
    return _CAME_WELL.search(body.lower[at : min(right, at + 60)]) is not None


def _is_of(body: Folded, fact: Fact, subject: Fact, subjects: list[Fact], facts: list[Fact]) -> bool:
    if fact.name == subject.name:
        return fact.value == subject.value
    if fact.name not in _OF_SUBJECT:
        return True
    at = body.local(fact.start)
    if _OF_ALL.search(body.lower[max(0, at - 16) : at]):
        return True
    clause, errand = body.clause(at), body.errand(at)
    near = [other for other in subjects if body.clause(body.local(other.start)) == clause]
    near = near or [other for other in subjects if body.errand(body.local(other.start)) == errand] or subjects
    before = [other for other in near if other.start < fact.start]
    said_once = len({other.value for other in facts if other.name == fact.name}) == 1
    if said_once and len(before) in (0, len(near)) and body.clause(body.local(near[-1].start)) == clause:
        return subject in near  # "RMA 1 and RMA 2 came back worn"
    return bool(before) and before[-1] is subject


def _owner(body: Folded, fact: Fact, scope: Scope) -> str | None:
    errand = body.errand(body.local(fact.start))
    beside = {order.value for order in scope.orders if body.errand(body.local(order.start)) == errand}
    return next(iter(beside)) if len(beside) == 1 else None


def _proposal(  # noqa: PLR0913, PLR0917 - a private step of one pass
    body: Folded,
    intent: Intent,
    order: Fact | None,
    facts: list[Fact],
    notes: Notes,
    common: dict[str, str],
    chaser: bool,
    recipient_known: bool,
) -> Proposal:
    fields = dict(common)
    spans: dict[str, tuple[int, int]] = {}
    if intent.subtype and "subtype" in _FIELDS[intent.code]:
        fields["subtype"] = intent.subtype
        spans["subtype"] = body.place(intent.hits[0].start, intent.hits[0].end) if intent.hits else (0, 0)
    for fact in [order, *facts] if order is not None else facts:
        if fact.basis is Basis.STATED and fact.name in (*_SHARED, *_FIELDS[intent.code]) and fact.name not in fields:
            fields[fact.name] = fact.value
            spans[fact.name] = (fact.start, fact.end)
    have = frozenset(fact.name for fact in facts) | frozenset(fields)
    have |= frozenset(f.name for f in notes.facts if f.name in ("event_candidate", "overwrite_at"))
    subtype = "METHOD" if intent.code == "RFD" and "different_payment_method" in notes.flags else intent.subtype
    missing = missing_for(intent.code, subtype, have, body, chaser=chaser, recipient_known=recipient_known)
    why = tuple(dict.fromkeys(body.fact("", "", (hit.start, hit.end)).words.strip() for hit in intent.hits))
    sure = _confidence(intent, order, fields, notes)
    return Proposal(intent.code, fields, sure, missing, tuple(notes.flags), why, spans, link_to_open=chaser)


def _confidence(intent: Intent, order: Fact | None, fields: dict[str, str], notes: Notes) -> Confidence:
    """High: an explicit request with its number. Low: a hint, a forwarded or retracted text. Medium: between."""
    numbered = order is not None or bool(fields.keys() & {"tracking", "ticket_ref", "rma_no", "sku", "sop_ref"})
    doubtful = notes.flags.keys() & {"forwarded", "retraction", "courier_name_collision", "long_text_read_in_part"}
    if doubtful or intent.weight < 2 or (intent.weight == 2 and not numbered):
        return Confidence.LOW
    return Confidence.HIGH if intent.weight >= 3 and numbered else Confidence.MEDIUM
