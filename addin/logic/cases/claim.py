"""UPC: a claim against the carrier for a parcel lost, not received, damaged, short, late or lost on its way back.

1. The customer's remedy and the claim are two tracks; neither waits for the other.
2. Deadlines come from the regime; while it is unknown the earliest of all candidates counts.
3. Nothing is filed without evidence, manifest, value and approval; nothing closes without money or a signed write-off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from addin.logic import claim_cover as cover
from addin.logic import claim_rules as check
from addin.logic import claim_terms as terms
from addin.logic import claim_tracks as tracks
from addin.logic.calendar import LONDON, add_working_days, london_day
from addin.logic.case_type import WORKING, Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.closing import TICKETED
from addin.logic.common_form import CANCELLED, CLOSED
from addin.logic.events import ERASED
from addin.logic.evidence import Keep, pieces, safe_name
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.order_terms import CARRIERS, GOODS_KINDS
from addin.logic.priority import end_of_day
from addin.logic.reopening import CLOSED_FROM, ENDINGS
from addin.logic.sbar import blocker
from addin.logic.signatures import SIGNATURE_FIELDS, lapsed, sign
from addin.logic.statute import ccr_refund_due
from addin.logic.tracking import check_tracking, normalise
from addin.logic.values import Money, Role, total

DRAFT: Final = "Draft"
GATHERING: Final = "Evidence gathering"
TRACER: Final = "Tracer open"
FILED: Final = "Filed"
INFO: Final = "UPS info requested"
DECIDED: Final = "Decided"
APPEAL: Final = "Appeal"
SNAPSHOT: Final = "Tracking snapshot"
_WITH_CARRIER: Final = frozenset({FILED, INFO, DECIDED, APPEAL})
HANDLERS: Final = frozenset({Role.COORDINATOR, Role.SENIOR_QA})
SENIOR: Final = frozenset({Role.SENIOR_QA})
FINANCE: Final = frozenset({Role.FINANCE, Role.SYSTEM})

_ID, _DAY, _MONEY, _LIST = FieldKind.ID, FieldKind.DAY, FieldKind.MONEY, FieldKind.LIST
_INSTANT, _CHOICE, _FLAG, _NUMBER, _NOTE = (
    FieldKind.INSTANT, FieldKind.CHOICE, FieldKind.FLAG, FieldKind.NUMBER, FieldKind.NOTE,
)  # fmt: skip

FORM: Final = (
    Field(name="claim_no_own", title="Claim no.", kind=_ID, system=True, queue=True, width=17),
    Field(name="subtype", title="Subtype", kind=_CHOICE, choices=terms.SUBTYPES, queue=True, width=18),
    Field(name="tracking", title="Tracking", kind=_ID, queue=True, width=20, check=check_tracking),
    Field(name="tracking_why", title="Why the number is right", kind=_NOTE, width=20,
          help="Only when its check digit fails."),
    Field(name="carrier", title="Carrier", kind=_CHOICE, choices=CARRIERS, width=14, help="Empty means UPS."),
    Field(name="service", title="Service", width=16),
    Field(name="rma_no", title="RMA no.", kind=_ID, width=13),
    Field(name="return_leg", title="On the way back", kind=_FLAG, width=9),
    Field(name="return_label_owner", title="Label owner", width=14, help="Whose account the return label was."),
    Field(name="proof_of_sending_date", title="Proof of sending", kind=_DAY, late=True, width=11,
          help="The day the customer showed that the return was sent: it starts the refund's clock."),
    Field(name="shipping_charge", title="Carrier's charge", kind=_MONEY, width=11, help="Net of VAT; a late service."),
    Field(name="ship_date", title="Shipped", kind=_DAY, width=11),
    Field(name="expected_delivery", title="Promised for", kind=_DAY, width=12),
    Field(name="delivered_date", title="Delivered on", kind=_DAY, width=11),
    Field(name="delivered_at", title="Delivered at", kind=_INSTANT, width=16),
    Field(name="pod_name", title="Signed by", personal=True, width=16),
    Field(name="event_date", title="Happened on", kind=_DAY, width=11, help="Loss, delivery or damage: the day of it."),
    Field(name="discovery_date", title="Discovered on", kind=_DAY, width=11),
    Field(name="last_scan_date", title="Last scan", kind=_DAY, width=11),
    Field(name="consignee_name", title="Consignee", personal=True, width=18),
    Field(name="consignee_town", title="Town", personal=True, width=14),
    Field(name="consignee_postcode", title="Postcode", kind=_ID, personal=True, width=10),
    Field(name="origin_country", title="From", kind=_ID, width=6, help="Two letters: GB."),
    Field(name="dest_country", title="To", kind=_ID, width=6, help="Two letters: GB, FR, JE."),
    Field(name="mode", title="Mode", kind=_CHOICE, choices=("road", "air"), width=7),
    Field(name="regime", title="Regime", system=True, width=12),
    Field(name="sku", title="SKU", kind=_ID, width=14),
    Field(name="goods_description", title="Description", width=24),
    Field(name="serial", title="Serial", kind=_ID, width=14),
    Field(name="goods_kind", title="Goods", kind=_CHOICE, choices=GOODS_KINDS, width=16),
    Field(name="goods_lines", title="Goods lines", kind=_LIST, width=30,
          help="reference | description | serial | quantity | unit price net; one each, with ; between."),
    Field(name="goods_value", title="Goods value", kind=_MONEY, queue=True, width=12),
    Field(name="proven_value", title="Proven value", kind=_MONEY, width=12, help="Invoice or cost, net of VAT."),
    Field(name="proven_basis", title="Value is", kind=_CHOICE, choices=check.BASES, width=9,
          help="What the proven value is; empty: what the policy says (claim.proven_loss_basis)."),
    Field(name="goods_total", title="Goods total", kind=_MONEY, system=True, width=12),
    Field(name="gross_weight_kg", title="Gross weight kg", kind=_NUMBER, width=9),
    Field(name="declared_value", title="Declared value", kind=_MONEY, width=12, help="Empty: none declared."),
    *cover.FIELDS,
    Field(name="legal_cap", title="Cap in law", kind=_MONEY, system=True, width=11),
    Field(name="expected_recovery", title="Expected", kind=_MONEY, system=True, queue=True, width=11),
    Field(name="uninsured_gap", title="Gap", kind=_MONEY, system=True, width=11),
    Field(name="sdr_rate", title="SDR rate", system=True, width=20),
    Field(name="manifest_match", title="On manifest", kind=_FLAG, width=9),
    Field(name="tracking_text", title="Tracking text", kind=_NOTE, late=True, personal=True, width=30,
          help="The carrier's own words, pasted; kept as a file at once."),
    Field(name="tracking_snapshot", title="Tracking snapshot", late=True, width=20, help="File name of what was kept."),
    Field(name="despatch_weight_kg", title="Despatch weight kg", kind=_NUMBER, width=9),
    Field(name="carrier_weight_kg", title="Carrier's weight kg", kind=_NUMBER, width=9),
    Field(name="box_dimensions", title="Box dimensions", width=14),
    Field(name="committed_at", title="Committed for", kind=_INSTANT, width=16, help="When a timed service was due."),
    Field(name="neighbour_check", title="Neighbour check", width=20, help="Who was asked, when, and the answer."),
    Field(name="cctv_ref", title="CCTV reference", kind=_ID, late=True, width=14, help="Case or clip; not the clip."),
    Field(name="evidence_kinds", title="Evidence kinds", kind=_LIST, late=True, width=28,
          help="What is not attached as a file: 'Weight', or 'Invoice: where it is'; with ; between."),
    Field(name="evidence_missing", title="Evidence missing", kind=_LIST, system=True, width=28),
    Field(name="packaging_retained", title="Packaging kept", kind=_FLAG, late=True, width=10),
    Field(name="packaging_place", title="Packaging at", late=True, width=14),
    Field(name="consignee_notice", title="Customer's complaint", kind=_FLAG, late=True, width=10),
    Field(name="notice_by", title="Carrier's deadline", kind=_DAY, system=True, width=11),
    Field(name="deadline_source", title="Deadline from", system=True, width=28),
    Field(name="file_by", title="File by", kind=_DAY, system=True, queue=True, width=11),
    Field(name="time_bar", title="Time bar", kind=_DAY, system=True, width=11),
    Field(name="presumed_lost_on", title="Lost in law from", kind=_DAY, system=True, width=11),
    Field(name="late_reason", title="Why late", kind=_NOTE, width=20),
    Field(name="tracer_ref", title="Tracer", kind=_ID, late=True, width=14),
    Field(name="tracer_at", title="Tracer opened", kind=_INSTANT, system=True, width=16),
    Field(name="amount_claimed", title="Claimed", kind=_MONEY, queue=True, width=11),
    Field(name="approved_by", title="Approved by", kind=_ID, system=True),
    Field(name="approved_at", title="Approved", kind=_INSTANT, system=True, width=16),
    Field(name="approved_amount", title="Approved amount", kind=_MONEY, system=True, width=11),
    Field(name="claim_no", title="Carrier's claim no.", kind=_ID, late=True, queue=True, width=14),
    Field(name="filed_by", title="Filed by", kind=_ID, system=True),
    Field(name="filed_at", title="Filed", kind=_INSTANT, system=True, width=16),
    Field(name="filed_late", title="Filed late", kind=_FLAG, system=True, width=8),
    Field(name="asked_from", title="Asked from", system=True),
    Field(name="ups_action_due", title="Answer carrier by", kind=_DAY, late=True, width=11),
    Field(name="carrier_decision", title="Carrier's decision", kind=_CHOICE, late=True, width=12,
          choices=(check.PAID, check.PART_PAID, check.DENIED)),
    Field(name="carrier_decided_at", title="Carrier decided", kind=_INSTANT, system=True, width=16),
    Field(name="amount_offered", title="Offered", kind=_MONEY, late=True, width=11),
    Field(name="amount_paid", title="Paid", kind=_MONEY, late=True, queue=True, width=11),
    Field(name="payment_ref", title="Payment reference", kind=_ID, late=True, width=16),
    Field(name="finance_match", title="Finance match", kind=_FLAG, late=True, roles=FINANCE, width=9),
    Field(name="write_off_amount", title="Not recovered", kind=_MONEY, system=True, width=11),
    *tracks.FIELDS,
    *SIGNATURE_FIELDS,
    Field(name="outcome", title="Outcome", system=True, width=12),
    Field(name="event_type", title="Event", system=True, width=24),
    CLOSED_FROM,
    Field(name="value_at_risk", title="Value at risk", kind=_MONEY, system=True, width=12),
)  # fmt: skip


def derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The computed fields: regime, deadlines, recovery, missing evidence; signatures lapse when the rest changes."""
    legal, bar, left = terms.notice(case, ctx), terms.time_bar(case, ctx), terms.shortfall(case)
    lost = terms.presumed_lost(case, ctx)
    value = case.money("goods_value") or case.money("proven_value") or case.money("amount_claimed")
    return {
        "regime": terms.regime(case).value,
        "event_type": terms.EVENT_WORDS.get(case.text("subtype")),
        "goods_total": _goods_total(case),
        "evidence_missing": terms.missing_evidence(case) or None,
        "tracking_snapshot": _snapshot(case),
        "notice_by": legal.day if legal else None,
        "deadline_source": f"{legal.key}{'' if legal.verified else ', not verified'}" if legal else None,
        "file_by": terms.filing_day(case, ctx),
        "time_bar": bar.day if bar else None,
        "presumed_lost_on": lost.day if lost else None,
        "write_off_amount": left if case.has("carrier_decision") and left else None,
        "value_at_risk": value or case.money("value_at_risk"),
        **_recovery(case, ctx),
        **tracks.netted(case, ctx),
        **lapsed(case, str(left)),
    }


def _snapshot(case: Case) -> str | None:
    """The newest tracking snapshot in the store; while there is none, what was typed."""
    kept = [piece.name for piece in pieces(case) if piece.kind == SNAPSHOT]
    return kept[-1] if kept else case.text("tracking_snapshot") or None


def _tracking_kept(case: Case, ctx: Context) -> Sequence[Keep]:
    """Each tracking text as a file, once: the claim's own, and those of status checks of the same parcel.

    The carrier deletes what it shows after some months (policy `carrier.track_days`).
    """
    number = normalise(case.text("tracking"))
    others = [one for one in ctx.of_type("OST") if number and normalise(one.text("tracking")) == number]
    found: list[Keep] = []
    for source in (case, *others):
        text = source.text("tracking_text")
        name = safe_name(f"tracking-{number or case.case_id}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.txt")
        known = {*(piece.name for piece in pieces(case)), *(keep.name for keep in found)}
        if text and text != ERASED and name not in known and not case.is_final:
            head = f"Tracking of {number or 'a parcel without a number'}, as typed into {source.case_id}"
            kept = f"kept for {case.case_id} on {ctx.now.astimezone(LONDON):%d/%m/%Y at %H:%M %Z}"
            found.append(Keep(name, SNAPSHOT, f"{head}; {kept} by {ctx.actor.name}.\n\n{text}\n"))
    return found


def _goods_total(case: Case) -> Money | None:
    try:
        lines = terms.goods_lines(case)
    except ValueError:
        return None
    return total(line.line_total for line in lines) if lines else None


def _recovery(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    found = terms.recovered(case, ctx)
    if found is None:
        return dict.fromkeys(("legal_cap", "expected_recovery", "uninsured_gap", "sdr_rate"))
    return {
        "legal_cap": found.cap,
        "expected_recovery": found.expected,
        "uninsured_gap": cover.uncovered(found.gap, case),
        "sdr_rate": f"{found.sdr_rate} GBP on {found.sdr_day:%d/%m/%Y}",
    }


def _traced(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"tracer_at": ctx.now}


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"approved_by": ctx.actor.id, "approved_at": ctx.now, "approved_amount": case.money("amount_claimed")}


def _filed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    due = case.day("notice_by")
    late = due is not None and ctx.today > due
    return {"filed_by": ctx.actor.id, "filed_at": ctx.now, "filed_late": late}


def _answered(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"ups_action_due": None}


def _decided(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"carrier_decided_at": ctx.now, "ups_action_due": None}


def _agreed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return sign(case, ctx, check.write_off_roles(case, ctx), str(terms.shortfall(case)))


def _recovered(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return _ended(case, ctx, "Recovered", f"Recovered {_pretty(case.money('amount_paid'))}.")


def _written_off(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return _ended(case, ctx, "Written off", f"Written off {_pretty(terms.shortfall(case))}.")


def _ended(case: Case, ctx: Context, outcome: str, words: str) -> Mapping[str, Value | None]:
    decision = f"{words} {ctx.reason}".strip()
    return {"outcome": outcome, "decision": decision, "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _pretty(amount: Money | None) -> str:
    return amount.pretty() if amount else "nothing"


def _escalated(case: Case, ctx: Context) -> Sequence[Opening]:
    due = case.day("notice_by")
    when = f" The carrier's deadline is {due:%d/%m/%Y}." if due else ""
    words = f"The claim {case.case_id} ({case.text('subtype') or 'no subtype'}) is stuck at '{case.status}'.{when}"
    return (blocker(case, "Senior QA", f"{words} {ctx.reason}", "Decide how the claim goes on."),)


def _tracer_due(case: Case, ctx: Context) -> datetime | None:
    expected = case.day("expected_delivery")
    if expected is None or case.text("subtype") not in {terms.LOST, terms.RETURN_LEG}:
        return None
    return end_of_day(expected) + timedelta(hours=ctx.policy.number("claim.tracer_hours"))


def _search_due(case: Case, ctx: Context) -> date | None:
    traced = case.instant("tracer_at")
    days = ctx.policy.days("claim.search_working_days")
    return add_working_days(london_day(traced), days) if traced else None


def _snapshot_due(case: Case, ctx: Context) -> date | None:
    opened = case.instant("opened_at")
    return london_day(opened) if opened and case.has("tracking") and not case.has("tracking_snapshot") else None


def _roll_off(case: Case, ctx: Context) -> date | None:
    shipped = case.day("ship_date")
    kept = case.has("tracking_snapshot")
    return shipped + timedelta(days=ctx.policy.days("carrier.track_days")) if shipped and not kept else None


def _answer_due(case: Case, ctx: Context) -> date | None:
    return case.day("ups_action_due")


def _decision_due(case: Case, ctx: Context) -> date | None:
    filed = case.instant("filed_at")
    return london_day(filed) + timedelta(days=ctx.policy.days("claim.answer_days")) if filed else None


def _after_decision(case: Case, ctx: Context, key: str, *results: str) -> date | None:
    decided = case.instant("carrier_decided_at")
    if decided is None or case.text("carrier_decision") not in results:
        return None
    return london_day(decided) + timedelta(days=ctx.policy.days(key))


def _payment_due(case: Case, ctx: Context) -> date | None:
    if case.has("payment_ref"):
        return None
    return _after_decision(case, ctx, "claim.payment_days", check.PAID, check.PART_PAID)


def _presumed_due(case: Case, ctx: Context) -> date | None:
    return case.day("presumed_lost_on")


def _refund_due(case: Case, ctx: Context) -> date | None:
    """A return that was shown to be sent starts the customer's clock, whatever became of the parcel."""
    sent, settled = case.day("proof_of_sending_date"), case.text("remedy") not in ("", tracks.NONE_YET)
    return None if settled else ccr_refund_due(None, sent)


def _appeal_due(case: Case, ctx: Context) -> date | None:
    return _after_decision(case, ctx, "claim.appeal_days", check.DENIED, check.PART_PAID)


_FILING: Final = (
    Rule("UPC-08", "A parcel is claimed once for one event.", check.one_claim, source="One parcel per letter"),
    Rule("UPC-09", "What was approved is what is filed.", check.claim_stays, source="Segregation"),
    Rule("UPC-10", "The number stands on the despatch manifest.", check.on_manifest, source="Filing guards"),
    Rule("UPC-11", "The value is proved.", check.value_proved, source="Filing guards"),
    Rule("UPC-40", "The goods add up to what is claimed.", check.goods_covered, source="Claim letter"),
    Rule("UPC-12", "The regime is decided.", check.regime_known, override=SENIOR, source="Filing guards"),
    Rule("UPC-13", "Filing late needs a reason.", check.deadline_kept, source="Carrier's terms; CMR; Montreal"),
    Rule("UPC-14", "Each subtype's evidence is complete.", check.evidence_complete, override=SENIOR,
         source="Claim subtypes"),
    Rule("UPC-15", "A claim above the limit is approved.", check.approved_above, source="Policy"),
    Rule("UPC-29", "A failed check digit is explained.", check.digit_explained, source="UPS number"),
    Rule("UPC-31", "A parcel that was found is not claimed as lost.", tracks.still_gone, source="Nothing unproven"),
    Rule("UPC-33", "The owner of the return label is paid.", tracks.owner_of_label, warn=True,
         source="UPS, who may claim"),
    Rule("UPC-34", "An old SDR rate is told.", check.rate_fresh, warn=True, source="Policy"),
    Rule("UPC-36", "A declared value has a maximum.", check.declared_within, warn=True, source="Policy"),
    Rule("UPC-37", "Before the law presumes the loss, it is proved.", check.loss_presumed, warn=True,
         source="CMR art 20"),
    Rule("UPC-38", "The loss is proved on the basis Finance chose.", check.basis_kept, override=SENIOR | FINANCE,
         source="Policy"),
    Rule("UPC-18", "By air the consignee complains too.", check.consignee_complained, warn=True,
         source="Montreal art 31"),
    Rule("UPC-19", "Packaging is kept.", check.packaging_there, warn=True, source="Insurer's claims page"),
    Rule("UPC-06", "A claim for goods the carrier does not take may be void.", check.goods_carried, warn=True,
         source="UPS restricted articles"),
)  # fmt: skip
_SETTLED: Final = (
    Rule("UPC-25", "The customer's side is settled too.", tracks.remedy_done, source="Decision rules"),
    Rule("UPC-32", "What the carrier paid for goods that were found is repaid.", tracks.repaid, override=SENIOR,
         source="Policy"),
    TICKETED,
)  # fmt: skip

MOVES: Final = (
    Move(verb="gather", label="Gather evidence", start=frozenset({DRAFT}), to=GATHERING, event="claim.gathering.v1",
         says="{actor} began to gather evidence for {case} ({subtype}), file by {file_by}", roles=HANDLERS,
         needs=("order_no", "subtype", "tracking", "event_date", "discovery_date")),
    Move(verb="open_tracer", label="Tracer open", start=frozenset({GATHERING}), to=TRACER,
         event="claim.tracer_opened.v1", says="{actor} opened tracer {tracer_ref} for {case}", roles=HANDLERS,
         needs=("tracer_ref",), sets=_traced,
         rules=(Rule("UPC-17", "A tracer is opened a day after the expected delivery.", check.tracer_time,
                     source="UPS, 24 hours"),)),
    Move(verb="approve", label="Approve", start=frozenset({GATHERING, TRACER}), to="", event="claim.approved.v1",
         says="{actor} approved the claim of {case}: {approved_amount}", roles=SENIOR, needs=("amount_claimed",),
         sets=_approved,
         rules=(Rule("UPC-16", "Nobody approves the claim they opened.", check.approver_apart, source="Segregation"),)),
    Move(verb="file", label="File", start=frozenset({GATHERING, TRACER}), to=FILED, event="claim.filed.v1",
         says="{actor} filed {case} with the carrier: {amount_claimed} (late: {filed_late})", roles=HANDLERS,
         needs=("amount_claimed", "event_date", "ship_date"), rules=_FILING, sets=_filed,
         lasting="the claim is with the carrier."),
    Move(verb="request_info", label="Carrier asks", start=frozenset({FILED, APPEAL}), to=INFO,
         back="asked_from", event="claim.info_requested.v1",
         says="The carrier asks about {case}; answer by {ups_action_due}",
         needs=("ups_action_due",),
         rules=(Rule("UPC-27", "An answer's date is not past.", check.asked_in_time, source="Claims dashboard"),)),
    Move(verb="answer", label="Answered", start=frozenset({INFO}), to="", back="asked_from",
         event="claim.info_given.v1", says="{actor} answered the carrier about {case}", roles=HANDLERS, sets=_answered),
    Move(verb="decide", label="Decided", start=frozenset({TRACER, FILED, INFO, APPEAL}), to=DECIDED,
         event="claim.decided.v1", says="The carrier decided {case}: {carrier_decision}, {amount_offered}",
         needs=("carrier_decision", "amount_claimed"), sets=_decided,
         rules=(Rule("UPC-20", "Decision and amount agree.", check.decision_consistent, source="Arithmetic"),)),
    Move(verb="appeal", label="Appeal", start=frozenset({DECIDED}), to=APPEAL, event="claim.appealed.v1",
         says="{actor} appealed against the decision on {case}", roles=HANDLERS, reason=True,
         rules=(Rule("UPC-28", "An appeal brings a new document.", check.new_document, override=SENIOR,
                     source="Claim workflow"),),
         lasting="the appeal is with the carrier."),
    Move(verb="agree", label="Agree", start=frozenset({DECIDED, APPEAL}), to="", event="claim.agreed.v1",
         says="{actor} agreed to write off {agreed_terms} of {case}", sets=_agreed,
         roles=frozenset({Role.FINANCE, Role.LOSS_PREVENTION, Role.LEGAL}),
         rules=(Rule("UPC-24", "Only a signature that is wanted is taken.", check.signature_wanted,
                     source="Segregation"),)),
    Move(verb="close", label="Close", start=frozenset({DECIDED}), to=CLOSED, back="closed_from",
         event="claim.closed.v1",
         says="{actor} closed {case}: recovered {amount_paid} ({payment_ref})", sets=_recovered,
         roles=frozenset({Role.COORDINATOR, Role.SENIOR_QA, Role.FINANCE}),
         rules=(Rule("UPC-21", "A recovered claim has amount, reference and Finance's match.",
                     check.settlement_matched, source="Closing guards"),
                Rule("UPC-22", "What is not paid is appealed or written off.", check.nothing_left,
                     source="Decision rules"),
                *_SETTLED)),
    Move(verb="write_off", label="Write off", start=frozenset({DECIDED, APPEAL}), to=CLOSED, back="closed_from",
         event="claim.written_off.v1", says="{actor} wrote off {write_off_amount} of {case}", roles=SENIOR,
         reason=True, sets=_written_off,
         rules=(Rule("UPC-23", "A write-off has all its signatures.", check.write_off_signed, source="Policy"),
                Rule("UPC-39", "An insured loss is claimed from the insurer first.", cover.insurer_asked,
                     source="All-risks policies"),
                Rule("UPC-16", "Nobody approves the claim they opened.", check.approver_apart, source="Segregation"),
                *_SETTLED)),
    Move(verb="remedy", label="Customer's remedy", start=frozenset({"*"}), to="", event="claim.remedy_chosen.v1",
         says="{actor} settled the customer's side of {case}: {remedy}", roles=HANDLERS, needs=("remedy", "order_no"),
         sets=tracks.chosen, opens=tracks.refund_opened,
         rules=(Rule("UPC-30", "A remedy is chosen, not put off.", tracks.remedy_named, source="Decision rules"),),
         hint="The customer's side does not wait for the carrier; a refund opens its own case."),
    Move(verb="found", label="Parcel found", start=frozenset({"*", CLOSED}), to="", back="closed_from",
         event="claim.parcel_found.v1", says="{actor} says that the parcel of {case} was found on {found_on}",
         reason=True, sets=tracks.found,
         hint="Say where it was found. A closed claim opens where it was closed, to settle what the carrier paid."),
    Move(verb="escalate", label="Escalate", start=frozenset({"*"}), to="", event="claim.escalated.v1", reason=True,
         says="{actor} escalated {case}", opens=_escalated),
    Move(verb="cancel", label="Cancel", start=frozenset({"*"}), to=CANCELLED, back="closed_from",
         event="claim.cancelled.v1", reason=True,
         says="{actor} withdrew {case}; its numbers stay used",
         rules=(Rule("UPC-26", "What the carrier has is withdrawn by Senior QA only.", check.withdrawal_by_senior,
                     source="Closing guards"),)),
    *(move for move in ENDINGS if move.verb != "cancel"),
)  # fmt: skip

CASE: Final = CaseType(
    code="UPC",
    name="Carrier claim",
    family="claim",
    sheet="Claims",
    form=FORM,
    states=(DRAFT, GATHERING, TRACER, FILED, INFO, DECIDED, APPEAL, CLOSED),
    moves=MOVES,
    openers=WORKING,
    rules=(
        Rule("UPC-01", "Days stand in their order.", check.days_in_order, source="Claim validation"),
        Rule("UPC-02", "No amount is below zero.", check.amounts_sound, source="Claim validation"),
        Rule("UPC-03", "No more is claimed than proven.", check.within_proven, source="Claim validation"),
        Rule("UPC-04", "A failed check digit is told.", check.number_checked, warn=True, source="UPS number"),
        Rule("UPC-05", "The goods table can be read.", check.lines_readable, source="Claim letter"),
        Rule("UPC-35", "Another claim for the parcel is told.", check.other_claim_told, warn=True,
             source="One parcel per letter"),
        Rule("UPC-07", "A snapshot of the tracking is kept.", check.snapshot_kept, warn=True, source="UPS, 120 days"),
    ),
    deadlines=(
        Deadline(id="snapshot", label="Keep the tracking", due=_snapshot_due, source="UPS, 120 days"),
        Deadline(id="roll_off", label="Tracking disappears", due=_roll_off, source="UPS, 120 days"),
        Deadline(id="tracer", label="Open the tracer", due=_tracer_due, source="UPS, 24 hours",
                 until=_WITH_CARRIER | {TRACER}),
        Deadline(id="search", label="The carrier's search ends", due=_search_due, source="UPS help pages",
                 until=_WITH_CARRIER),
        Deadline(id="file", label="File the claim", due=lambda case, ctx: case.day("file_by"), source="Policy",
                 until=_WITH_CARRIER),
        Deadline(id="notice", label="Carrier's deadline", due=lambda case, ctx: case.day("notice_by"), legal=True,
                 until=_WITH_CARRIER, source="Carrier's terms; CMR art 30; Montreal art 31"),
        Deadline(id="time_bar", label="Time bar", due=lambda case, ctx: case.day("time_bar"), legal=True,
                 source="Carrier's terms; CMR art 32; Montreal art 35"),
        Deadline(id="answer", label="Answer the carrier", due=_answer_due, source="Claims dashboard",
                 until=frozenset({DRAFT, GATHERING, TRACER, DECIDED})),
        Deadline(id="decision", label="Chase the decision", due=_decision_due, source="Claims dashboard",
                 until=frozenset({DRAFT, GATHERING, TRACER, DECIDED})),
        Deadline(id="appeal", label="Appeal or write off", due=_appeal_due, source="Policy", until=frozenset({APPEAL})),
        Deadline(id="presumed", label="May be treated as lost", due=_presumed_due, source="CMR art 20",
                 until=_WITH_CARRIER),
        Deadline(id="insurer_tell", label="Tell the insurer", due=cover.tell_due, source="Policy"),
        Deadline(id="insurer", label="Chase the insurer", due=cover.chase_due, source="Insurer's claims page"),
        Deadline(id="refund", label="Refund the customer", due=_refund_due, legal=True, source="CCR 2013 reg 34(5)"),
        Deadline(id="payment", label="Chase the payment", due=_payment_due, source="Claims dashboard",
                 until=frozenset({APPEAL})),
    ),
    frozen_from=_WITH_CARRIER,
    derive=derive,
    evidence_kinds=terms.ALL_KINDS,
    keeps=_tracking_kept,
    numbers={"claim_no_own": "CLM"},
    letters=(
        "claims.loss", "claims.not_received", "claims.misdelivery", "claims.damage", "claims.missing_contents",
        "claims.late", "claims.return_leg", "claims.appeal", "claims.chaser", "claims.write_off",
    ),
    messages=("claims.evidence_index", "claims.credit_reference", "claims.item_description"),
    sample={
        "order_no": "4000123456", "subtype": "LOST", "tracking": "1Z999AA10123456784", "service": "UPS Express Saver",
        "ship_date": "2026-11-16", "expected_delivery": "2026-11-17", "event_date": "2026-11-17",
        "discovery_date": "2026-11-19", "origin_country": "GB", "dest_country": "GB", "sku": "BAG-0117",
        "goods_description": "Handbag", "serial": "Z-884201", "goods_value": "900.00", "proven_value": "750.00",
        "gross_weight_kg": "3.0", "amount_claimed": "750.00", "tracking_snapshot": "tracking.pdf",
        "ticket_ref": "TCK-20471",
    },
)  # fmt: skip
