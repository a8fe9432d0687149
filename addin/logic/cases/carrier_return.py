"""CRP: a parcel that the carrier brings back, sent a second time or taken back with a refund.

1. `Announced` is all that tracking can say; custody begins with `Received`.
2. The decision table stands in `carrier_return_rules`; `decide` holds it, and sending again holds it once more.
3. Damage opens a return check and a claim at inspection; a return opens the refund; a new address needs its own case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from addin.logic import carrier_return_rules as check
from addin.logic.calendar import add_working_days
from addin.logic.case_type import WORKING, Case, CaseType, Context, Deadline, Follow, Move, Opening, Rule
from addin.logic.claim_tracks import GONE
from addin.logic.closing import TICKETED
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE
from addin.logic.events import ERASED
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.order_terms import GOODS_KINDS
from addin.logic.postcode import check_postcode
from addin.logic.refund_terms import CCR_CANCEL, CLOCK_FIELDS, NON_DELIVERY, REASON_OF, received_on, refund_due
from addin.logic.reopening import CLOSED_FROM, ENDINGS
from addin.logic.sbar import blocker
from addin.logic.shipping_stops import clear_to_ship
from addin.logic.tracking import check_tracking, normalise
from addin.logic.values import Role

ANNOUNCED: Final = "Announced"
RECEIVED: Final = "Received"
INSPECTED: Final = "Inspected"
CONTACTED: Final = "Customer contacted"
DECIDED: Final = "Decision"
SHIPPED: Final = "Second shipment created"
DELIVERED: Final = "Delivered"
ACCEPTED: Final = "Return accepted"
ESCALATED: Final = "Escalated"
HANDLERS: Final = frozenset({Role.COORDINATOR, Role.QC, Role.SENIOR_QA})
DECIDERS: Final = frozenset({Role.COORDINATOR, Role.SENIOR_QA})
_DONE: Final = frozenset({DECIDED, SHIPPED, DELIVERED, ACCEPTED})

_ID, _DAY, _MONEY, _LIST = FieldKind.ID, FieldKind.DAY, FieldKind.MONEY, FieldKind.LIST
_INSTANT, _CHOICE, _FLAG, _NUMBER = FieldKind.INSTANT, FieldKind.CHOICE, FieldKind.FLAG, FieldKind.NUMBER

FORM: Final = (
    Field(name="tracking", title="Tracking", kind=_ID, queue=True, width=20, check=check_tracking,
          help="Of the first shipment."),
    Field(name="return_tracking", title="Return tracking", kind=_ID, width=20, help="If it came back under another."),
    Field(name="reason_code", title="Reason code", kind=_CHOICE, choices=check.REASONS, listed="carrier_return.reasons",
          queue=True, width=16),
    Field(name="our_error", title="Our error", kind=_FLAG, width=8, help="Yes when we wrote the address wrongly."),
    Field(name="line_id", title="Order line", kind=_ID, width=10),
    Field(name="sku", title="SKU", kind=_ID, queue=True, width=14),
    Field(name="serial", title="Serial", kind=_ID, queue=True, width=14),
    Field(name="goods_value", title="Goods value", kind=_MONEY, queue=True, width=12),
    Field(name="goods_kind", title="Goods", kind=_CHOICE, choices=GOODS_KINDS, width=16),
    Field(name="cites", title="Needs CITES", kind=_FLAG, width=8),
    Field(name="postcode", title="Postcode", kind=_ID, personal=True, width=10, check=check_postcode),
    Field(name="received_at", title="Received", kind=_INSTANT, queue=True, width=16),
    Field(name="condition", title="Condition", kind=_CHOICE, choices=check.CONDITIONS, width=14),
    Field(name="weight_kg", title="Weight kg", kind=_NUMBER, width=9),
    Field(name="despatch_weight_kg", title="Despatch weight kg", kind=_NUMBER, width=9),
    Field(name="photos", title="Photos", kind=_LIST, late=True, width=24, help="File names with ; between."),
    Field(name="place", title="Kept at", width=12, help="Where the parcel is now."),
    Field(name="fraud_flag", title="Fraud flag", kind=_FLAG, late=True, width=8),
    Field(name="dispute_open", title="Dispute open", kind=_FLAG, late=True, width=10),
    Field(name="recalled", title="Recalled", kind=_FLAG, late=True, width=8),
    Field(name="shipments_known", title="Second shipments before", kind=FieldKind.COUNT, width=8),
    Field(name="comms", title="Contact log", kind=_LIST, late=True, personal=True, width=28,
          help="24/11/2026 phone: what was said; one entry each, with ; between."),
    Field(name="contact_attempts", title="Contacts", kind=FieldKind.COUNT, system=True, width=8),
    Field(name="contact_days", title="Contact days", kind=FieldKind.COUNT, system=True, width=8),
    Field(name="answer", title="Customer's answer", kind=_CHOICE, choices=check.ANSWERS, width=20),
    Field(name="answer_words", title="Customer's words", kind=FieldKind.NOTE, personal=True, width=30),
    Field(name="answer_channel", title="Answered by", kind=_CHOICE, choices=check.CHANNELS, width=10),
    Field(name="window", title="Delivery window", width=18, help="Day and hours at which somebody is there."),
    Field(name="option_chosen", title="Option", kind=_CHOICE, choices=check.OPTIONS, queue=True, width=18),
    Field(name="options_considered", title="Options considered", kind=_LIST, width=24),
    Field(name="fee", title="Fee", kind=_MONEY, width=9, help="What the customer pays for sending again."),
    Field(name="carrier_rule_check", title="Carrier's rules", width=20, help="Who confirmed it, and when."),
    Field(name="next_contact", title="Next contact", kind=_DAY, late=True, width=11),
    *CLOCK_FIELDS,
    Field(name="qc_before_reship", title="Check before sending", kind=_CHOICE, choices=("Pass", "Fail"), late=True),
    Field(name="tracking_new", title="New tracking", kind=_ID, late=True, width=20, check=check_tracking),
    Field(name="cost", title="Cost", kind=_MONEY, late=True, width=9),
    Field(name="stock_moves", title="Stock moves", kind=_LIST, late=True, width=24,
          help="receive; quarantine; available or ship."),
    Field(name="delivered_date", title="Delivered on", kind=_DAY, late=True, width=11),
    Field(name="inspected_by", title="Inspected by", kind=_ID, system=True),
    Field(name="inspected_at", title="Inspected", kind=_INSTANT, system=True, width=16),
    Field(name="compromised", title="Contents in doubt", kind=_FLAG, system=True, width=9),
    Field(name="first_contact_at", title="First contact", kind=_INSTANT, system=True, width=16),
    Field(name="decided_terms", title="Decided terms", system=True, width=30),
    Field(name="decision_days", title="Working days to decision", kind=FieldKind.COUNT, system=True, width=8),
    Field(name="refund_due", title="Refund due", kind=_DAY, system=True, queue=True, width=11),
    CLOSED_FROM,
    Field(name="value_at_risk", title="Value at risk", kind=_MONEY, system=True, width=12),
)  # fmt: skip


def derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The computed fields: contacts counted from the log, doubt about the contents, refund date."""
    known = case.has("cancel_notice_date") or case.has("legal_basis")
    found: dict[str, Value | None] = {
        "compromised": check.compromised(case, ctx) if case.has("condition") else None,
        "refund_due": refund_due(case, ctx) if known else None,
        "value_at_risk": case.money("goods_value") or case.money("value_at_risk"),
    }
    if case.text("comms") != ERASED:
        log = check.contacts(case)
        found |= {"contact_attempts": len(log) or None, "contact_days": len({c.day for c in log}) or None}
    return found


def _inspected(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"inspected_by": ctx.actor.id, "inspected_at": ctx.now}


def _contacted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"first_contact_at": case.instant("first_contact_at") or ctx.now}


def _decided(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    urgent = check.ships(case) and case.flag("our_error")
    return {
        "decision_by": ctx.actor.id,
        "decision_at": ctx.now,
        "priority_wanted": "P2" if urgent else case.fields.get("priority_wanted"),
        "decision_days": _working_days(case, ctx),
        "decided_terms": check.decided_terms(case),
    }


def _working_days(case: Case, ctx: Context) -> int | None:
    day = received_on(case)
    if day is None:
        return None
    count = 0
    while add_working_days(day, count + 1) <= ctx.today:
        count += 1
    return count


def _accepted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The legal basis by what the customer said: a cancellation, or goods that never arrived."""
    if case.has("legal_basis"):
        return {}
    if case.text("answer") in check.WANTS_MONEY:
        return {"legal_basis": CCR_CANCEL}
    return {"legal_basis": NON_DELIVERY, "agreed_date": case.day("agreed_date") or ctx.today}


def _facts(case: Case, *names: str, **more: Value | None) -> dict[str, Value]:
    found = {name: case.fields[name] for name in names if case.has(name)}
    return found | {name: value for name, value in more.items() if value is not None}


def _check_and_claim(case: Case, ctx: Context) -> Sequence[Opening]:
    """Contents in doubt open a return check and a claim, once each. Source: decision table, row 2."""
    if not check.compromised(case, ctx):
        return ()
    day = received_on(case)
    goods = ("order_no", "sku", "serial", "goods_value", "goods_kind", "tracking", "ticket_ref", "despatch_weight_kg",
             "evidence_files")  # fmt: skip
    subtype = "DAMAGE" if case.text("condition") in {"Damaged", "Wet"} else "MISSING_CONTENTS"
    openings = []
    if not ctx.of_type("RQC"):
        openings.append(_return_check(case))
    if not _claims_of(case, ctx):
        facts = _facts(case, *goods, subtype=subtype, event_date=day, delivered_date=day, discovery_date=day)
        openings.append(Opening(type="UPC", fields=facts))
    return tuple(openings)


def _claims_of(case: Case, ctx: Context) -> tuple[Case, ...]:
    """The live claims for this parcel, by the number it went out or came back under."""
    numbers = {normalise(case.text(name)) for name in ("tracking", "return_tracking")} - {""}
    return tuple(
        other
        for other in ctx.of_type("UPC")
        if normalise(other.text("tracking")) in numbers and other.status not in {CANCELLED, DUPLICATE}
    )


def _parcel_found(case: Case, ctx: Context) -> Sequence[Follow]:
    """A parcel in our hands is no longer lost: each claim that says so is told, a closed one opens again."""
    reason = f"The carrier brought it back: received as {case.case_id}."
    return tuple(
        Follow(case_id=claim.case_id, verb="found", reason=reason)
        for claim in _claims_of(case, ctx)
        if claim.text("subtype") in GONE and not claim.has("found_on")
    )


def _return_check(case: Case) -> Opening:
    names = (
        "order_no", "line_id", "sku", "serial", "goods_value", "tracking", "received_at", "photos", "legal_basis",
        "cancel_notice_date", "agreed_date", "proof_of_sending_date", "collection_offered", "ticket_ref",
        "evidence_files",
    )  # fmt: skip
    return Opening(type="RQC", fields=_facts(case, *names))


def _refund(case: Case, ctx: Context) -> Sequence[Opening]:
    """A return opens its refund, and the check of the goods that the refund rests on."""
    names = ("order_no", "line_id", "sku", "serial", "legal_basis", "cancel_notice_date", "agreed_date", "vip",
             "proof_of_sending_date", "collection_offered", "dispute_open", "ticket_ref")  # fmt: skip
    facts = _facts(
        case,
        *names,
        goods_received_date=received_on(case),
        refund_goods=case.money("goods_value"),
        reason_code=REASON_OF.get(case.text("legal_basis")),
    )
    checked = () if ctx.of_type("RQC") else (_return_check(case),)
    return (Opening(type="RFD", fields=facts), *checked)


def _escalated(case: Case, ctx: Context) -> Sequence[Opening]:
    words = f"The parcel of {case.case_id} came back ({case.text('reason_code') or 'reason unknown'}). {ctx.reason}"
    return (blocker(case, "Senior QA", words, "Decide between a second shipment and a return."),)


def _inspect_due(case: Case, ctx: Context) -> date | None:
    return received_on(case)


def _contact_due(case: Case, ctx: Context) -> date | None:
    day = received_on(case)
    return add_working_days(day, ctx.policy.days("carrier_return.contact_working_days")) if day else None


def _decide_due(case: Case, ctx: Context) -> date | None:
    day = received_on(case)
    return add_working_days(day, ctx.policy.days("carrier_return.decide_working_days")) if day else None


def _silence_due(case: Case, ctx: Context) -> date | None:
    day, heard = received_on(case), case.has("answer") and case.text("answer") != check.NO_ANSWER
    return day + timedelta(days=ctx.policy.days("carrier_return.no_contact_days")) if day and not heard else None


_TABLE: Final = (
    Rule("CRP-06", "A parcel in doubt is not sent again.", check.not_compromised, source="Decision table 2"),
    Rule("CRP-08", "A refusal without a word waits, then Senior QA decides.", check.refusal_waits,
         source="Decision table 4"),
    Rule("CRP-07", "A cancellation is a return.", check.cancellation_respected, source="Decision table 3; CCR reg 34"),
    Rule("CRP-09", "A second shipment is confirmed by the customer.", check.reship_confirmed,
         source="Decision table 5, 7"),
    Rule("CRP-10", "A new address needs an approved address change.", check.new_address_approved,
         source="Decision table 6"),
    Rule("CRP-11", "Our error is free, the customer's costs what the policy says.", check.fee_right,
         source="Decision table 7, 8"),
    Rule("CRP-12", "After a failed second shipment Senior QA decides.", check.third_attempt,
         source="Decision table 9"),
    Rule("CRP-13", "Silence is counted before it is a return.", check.silence_counted,
         source="Decision table 10; CRA 2015 s28"),
    Rule("CRP-14", "Fraud, dispute or recall stop a second shipment.", check.nothing_against,
         source="Decision table 11"),
    Rule("CRP-15", "The carrier's rules are checked for export, CITES, watches and jewellery.",
         check.carrier_rules_checked, source="Decision table 12"),
)  # fmt: skip
_SHIPPING: Final = tuple(rule for rule in _TABLE if rule.id in {"CRP-06", "CRP-07", "CRP-10", "CRP-14", "CRP-15"})
_ONE_CHILD: Final = Rule("CRP-21", "A parcel is sent again or refunded, never both.", check.one_child,
                         source="Validation")  # fmt: skip

MOVES: Final = (
    Move(verb="receive", label="Receive", start=frozenset({ANNOUNCED}), to=RECEIVED, event="carrier.received.v1",
         says="{actor} received the returned parcel of {case} at {received_at}", roles=HANDLERS,
         needs=("received_at", "reason_code"), follows=_parcel_found),
    Move(verb="inspect", label="Inspect", start=frozenset({RECEIVED}), to=INSPECTED, event="carrier.inspected.v1",
         says="{actor} inspected the parcel of {case}: {condition}", roles=HANDLERS, needs=("condition", "photos"),
         sets=_inspected, opens=_check_and_claim),
    Move(verb="contact", label="Contacted", start=frozenset({INSPECTED, CONTACTED}), to=CONTACTED,
         event="carrier.contacted.v1", says="{actor} contacted the customer of {case} ({contact_attempts} attempts)",
         roles=HANDLERS, needs=("comms",), sets=_contacted,
         rules=(Rule("CRP-05", "A contact has day and channel.", check.contact_logged, source="Decision record"),)),
    Move(verb="decide", label="Decide", start=frozenset({INSPECTED, CONTACTED, DECIDED, ESCALATED}), to=DECIDED,
         event="carrier.decided.v1", says="{actor} decided for {case}: {option_chosen}. {decision}", roles=DECIDERS,
         needs=("option_chosen", "options_considered", "decision", "evidence", "next_contact"), sets=_decided,
         rules=(*_TABLE,
                Rule("CRP-16", "A coordinator decides up to the limit and to the same address.", check.decider_may,
                     source="Policy"),
                Rule("CRP-17", "The decision record is whole.", check.record_complete, source="Decision record"))),
    Move(verb="reship", label="Second shipment", start=frozenset({DECIDED}), to=SHIPPED, event="carrier.reshipped.v1",
         says="{actor} sent the goods of {case} again as {tracking_new}", roles=DECIDERS,
         needs=("tracking_new", "cost", "qc_before_reship", "stock_moves"),
         rules=(Rule("CRP-18", "Only what was decided is done.", check.is_shipment, source="Decision table"),
                Rule("CRP-19", "Goods are checked before they are sent again.", check.checked_before,
                     source="Decision table 5"),
                Rule("CRP-20", "A second shipment has its own number.", check.new_number, source="Decision record"),
                *_SHIPPING, _ONE_CHILD, clear_to_ship("CRP-23")),
         lasting="a second shipment was created with the carrier."),
    Move(verb="deliver", label="Delivered", start=frozenset({SHIPPED}), to=DELIVERED, event="carrier.delivered.v1",
         says="The second shipment of {case} was delivered on {delivered_date}", needs=("delivered_date",)),
    Move(verb="accept_return", label="Accept return", start=frozenset({DECIDED}), to=ACCEPTED,
         event="carrier.return_accepted.v1", says="{actor} took the goods of {case} back ({legal_basis})",
         roles=DECIDERS, needs=("order_no", "goods_value", "stock_moves"), sets=_accepted, opens=_refund,
         rules=(Rule("CRP-18", "Only what was decided is done.", check.is_return, source="Decision table"),
                _ONE_CHILD)),
    Move(verb="escalate", label="Escalate", start=frozenset({ANNOUNCED, RECEIVED, INSPECTED, CONTACTED, DECIDED}),
         to=ESCALATED, event="carrier.escalated.v1", says="{actor} escalated {case}", reason=True, opens=_escalated),
    Move(verb="close", label="Close", start=frozenset({DELIVERED, ACCEPTED}), to=CLOSED, back="closed_from",
         event="carrier.closed.v1",
         says="{actor} closed {case}: {option_chosen}", roles=HANDLERS,
         rules=(Rule("CRP-22", "A return closes with its refund and a written word.", check.refund_opened,
                     source="Decision table 10"), TICKETED)),
    *ENDINGS,
)  # fmt: skip

CASE: Final = CaseType(
    code="CRP",
    name="Carrier-returned parcel",
    family="carrier",
    sheet="Returns",
    form=FORM,
    states=(ANNOUNCED, RECEIVED, INSPECTED, CONTACTED, DECIDED, SHIPPED, DELIVERED, ACCEPTED, ESCALATED, CLOSED),
    moves=MOVES,
    openers=WORKING,
    rules=(
        Rule("CRP-01", "A parcel is received in the past.", check.received_when, source="Decision table 1"),
        Rule("CRP-02", "A log entry names day and channel.", check.log_readable, warn=True, source="Decision record"),
        Rule("CRP-03", "Nobody was contacted tomorrow.", check.log_past, source="Order of events"),
        Rule("CRP-04", "Another open case of the parcel is told.", check.other_open, warn=True, source="Validation"),
    ),
    deadlines=(
        Deadline(id="inspect", label="Inspect the parcel", due=_inspect_due, source="Carrier returns, same day",
                 until=_DONE | {INSPECTED, CONTACTED, ESCALATED}),
        Deadline(id="contact", label="Contact the customer", due=_contact_due, source="Policy",
                 until=_DONE | {CONTACTED, ESCALATED}),
        Deadline(id="decide", label="Decide", due=_decide_due, source="Policy", until=_DONE),
        Deadline(id="silence", label="No contact: treat as a return", due=_silence_due, source="Policy", until=_DONE),
        Deadline(id="next", label="Contact the customer again", due=lambda case, ctx: case.day("next_contact"),
                 source="Decision record", until=frozenset({DELIVERED, ACCEPTED})),
        Deadline(id="refund", label="Refund the customer", due=lambda case, ctx: case.day("refund_due"), legal=True,
                 until=frozenset({SHIPPED, DELIVERED, ACCEPTED}), source="CCR 2013 reg 34; CRA 2015 s28"),
    ),
    frozen_from=frozenset({SHIPPED, DELIVERED, ACCEPTED}),
    derive=derive,
    sample={
        "order_no": "4000123456", "tracking": "1Z999AA10123456784", "reason_code": "UNAVAILABLE", "line_id": "1",
        "sku": "BAG-0117", "serial": "Z-884201", "goods_value": "450.00", "goods_kind": "Leather goods",
        "ticket_ref": "TCK-20452",
    },
)  # fmt: skip
