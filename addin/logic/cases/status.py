"""Order status check (OST): what the systems say, what it means, what was answered, and what it turned into.

1. Three sources are compared: the order system, the warehouse system and the tracking; none of them is believed alone.
2. A status that is too old, or systems that contradict each other, is not answered away: it becomes a case of its own.
3. Asking about one order again and again is itself a deviation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from addin.logic.calendar import add_working_days, add_working_time, london_day, working_time_between
from addin.logic.carrier_status import TRACKING_STATUSES
from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.closing import TICKETED, decided, evidenced
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.order_terms import LABELLED, ORDER_STAGES, UNPREPARED, is_despatched, odd_order_number
from addin.logic.outcome import Problem
from addin.logic.sbar import blocker
from addin.logic.tracking import check_tracking

NEW: Final = "New"
CHECKED: Final = "Checked"
ANSWERED: Final = "Answered"
CONVERTED: Final = "Converted"
_BLOCKER, _STOCK, _CLAIM = "Blocker", "Inventory discrepancy", "Claim"


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("order_stage", "Order stage", FieldKind.CHOICE, choices=ORDER_STAGES, queue=True, late=True, width=14,
       help="As the order system shows it."),
    _f("stage_since", "In this stage since", FieldKind.INSTANT, late=True, width=16),
    _f("wms_stage", "Warehouse system", FieldKind.CHOICE, choices=ORDER_STAGES, queue=True, late=True, width=14,
       help="The stage as the warehouse system shows it."),
    _f("differ_since", "Systems differ since", FieldKind.INSTANT, late=True, width=16),
    _f("tracking", "Tracking", FieldKind.ID, queue=True, late=True, width=20, check=check_tracking),
    _f("tracking_status", "Tracking status", FieldKind.CHOICE, choices=TRACKING_STATUSES, late=True, width=16),
    _f("tracking_text", "Tracking text", FieldKind.NOTE, late=True, width=30, help="The carrier's own words."),
    _f("expected_delivery", "Promised for", FieldKind.DAY, late=True, width=12),
    _f("checked_at", "Checked at", FieldKind.INSTANT, late=True, width=16, help="When the systems were looked at."),
    _f("sku", "Article", FieldKind.ID, late=True, width=16),
    _f("location", "Location", FieldKind.ID, late=True),
    _f("answer", "Answer given", FieldKind.NOTE, queue=True, late=True, width=30,
       help="What happened and what comes next."),
    _f("next_step", "Next step", late=True, width=24),
    _f("next_update", "Next update", FieldKind.INSTANT, late=True, width=16),
    _f("convert_to", "Becomes", FieldKind.CHOICE, choices=(_BLOCKER, _STOCK, _CLAIM), late=True, width=14),
    _f("signals", "Signals", FieldKind.LIST, system=True, queue=True, width=30),
    _f("checks_of_order", "Checks of this order", FieldKind.COUNT, system=True, width=8),
    _f("escalated_at", "Escalated", FieldKind.INSTANT, system=True),
    _f("answered_at", "Answered", FieldKind.INSTANT, system=True),
    _f("minutes_to_answer", "Minutes to answer", FieldKind.COUNT, system=True),
)  # fmt: skip


# What the facts mean ---------------------------------------------------------------------------------------------


def _seen(case: Case, ctx: Context) -> datetime:
    """The instant the facts are of."""
    return case.instant("checked_at") or ctx.now


def _differ_for(case: Case, ctx: Context) -> timedelta | None:
    """How long the order and warehouse systems have disagreed; None when they agree or are not both known."""
    oms, wms = case.text("order_stage"), case.text("wms_stage")
    if not oms or not wms or oms == wms:
        return None
    since = case.instant("differ_since")
    return _seen(case, ctx) - since if since else timedelta(0)


def _is_blocked(case: Case, ctx: Context) -> bool:
    spent = _differ_for(case, ctx)
    return spent is not None and spent > timedelta(hours=ctx.policy.number("order_status.systems_differ_hours"))


def _not_prepared(case: Case, ctx: Context) -> bool:
    """Not prepared for longer than the policy allows, in working hours."""
    since = case.instant("stage_since")
    if case.text("order_stage") not in UNPREPARED or since is None:
        return False
    spent = working_time_between(since, _seen(case, ctx), ctx.policy.working_hours())
    return spent > timedelta(hours=ctx.policy.number("order_status.not_prepared_hours"))


def _late(case: Case, ctx: Context) -> bool:
    """Past the promised day and not with the customer."""
    promised = case.day("expected_delivery")
    arrived = case.text("order_stage") == "Delivered"
    return promised is not None and not arrived and london_day(_seen(case, ctx)) > promised


def _slow_pick(case: Case, ctx: Context) -> bool:
    since = case.instant("stage_since")
    if case.text("order_stage") != "Picking" or since is None:
        return False
    return _seen(case, ctx) - since > timedelta(hours=ctx.policy.number("order_status.picking_hours"))


def _unscanned(case: Case, ctx: Context) -> bool:
    """Packed with a label, and not scanned by the carrier by the end of the next working day."""
    since = case.instant("stage_since")
    if case.text("order_stage") not in LABELLED or since is None:
        return False
    if is_despatched(case.text("wms_stage")) and case.text("tracking_status") not in ("", "LABEL_CREATED"):
        return False
    limit = add_working_days(london_day(since), ctx.policy.days("order_status.not_scanned_working_days"))
    return london_day(_seen(case, ctx)) > limit


def _last_attempt(case: Case, ctx: Context) -> bool:
    """The carrier has tried as often as it tries. Source: policy `carrier.attempts`."""
    status = case.text("tracking_status")
    number = status.removeprefix("ATTEMPT_")
    return status == "ATTEMPT_FINAL" or (number.isdigit() and int(number) >= ctx.policy.number("carrier.attempts"))


def _attempts_over(case: Case, ctx: Context) -> Problem | None:
    """After its last attempt a parcel goes to an access point or comes back. Source: policy `carrier.attempts`."""
    if not _last_attempt(case, ctx):
        return None
    hint = "Ask the customer today, then the carrier for another attempt or an access point."
    return Problem("OST-16", "The carrier has made its last delivery attempt.", "tracking_status", hint=hint)


def _signals(case: Case, ctx: Context) -> Iterator[str]:
    if _is_blocked(case, ctx):
        yield "Systems disagree: blocker"
    if _not_prepared(case, ctx):
        yield "Not prepared for too long: escalate"
    if _late(case, ctx):
        yield "Past the promised day: escalate"
    if _slow_pick(case, ctx):
        yield "Picking for too long: look for a short pick"
    if _unscanned(case, ctx):
        yield "Packed and not scanned: watch for loss"
    if _last_attempt(case, ctx):
        yield "Last attempt made: ask the customer today, or it comes back"


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    gone = (CANCELLED, DUPLICATE)
    others = [
        other for other in ctx.of_type("OST")
        if other.case_id != case.case_id and other.status not in gone
        and other.text("order_no") == case.text("order_no") != ""
    ]  # fmt: skip
    return {"signals": tuple(_signals(case, ctx)) or None, "checks_of_order": len(others) + 1}


# Rules -----------------------------------------------------------------------------------------------------------


def _order_number(case: Case, ctx: Context) -> Problem | None:
    """An order number has the house's format; zeros at its start belong to it. Source: policy `id.order_pattern`."""
    number = case.text("order_no")
    if not (hint := odd_order_number(number, ctx.policy.text("id.order_pattern"))):
        return None
    return Problem("OST-01", f"{number} does not look like an order number.", "order_no", hint=hint)


def _differ_dated(case: Case, ctx: Context) -> Problem | None:
    """Systems that disagree are dated, or nobody can say for how long. Source: domain rule on OMS and WMS."""
    if _differ_for(case, ctx) is None or case.has("differ_since"):
        return None
    words = f"The order system says '{case.text('order_stage')}', the warehouse system '{case.text('wms_stage')}'."
    return Problem("OST-02", words, "differ_since", hint="Fill in since when they differ.")


def _checked_in_past(case: Case, ctx: Context) -> Problem | None:
    """A check lies in the past, and stages begin before it. Source: contemporaneous records (ALCOA+)."""
    checked = case.instant("checked_at")
    if checked is not None and checked > ctx.now:
        return Problem("OST-03", "The check lies in the future.", "checked_at", hint="Fill in when you looked.")
    for name, title in (("stage_since", "The stage"), ("differ_since", "The difference")):
        since = case.instant(name)
        if checked is not None and since is not None and since > checked:
            return Problem("OST-03", f"{title} begins after the check.", name, hint="Check both times.")
    return None


def _tracking_seen(case: Case, ctx: Context) -> Problem | None:
    """Once a system says that the parcel has left, the carrier's own word is the third source. Source: domain rules."""
    left = next((name for name in ("order_stage", "wms_stage") if is_despatched(case.text(name))), "")
    if not left or case.has("tracking_status"):
        return None
    words = f"The parcel has left ('{case.text(left)}'), but nobody has looked at its tracking."
    return Problem("OST-15", words, "tracking_status", hint="Look it up with the carrier and choose what it shows.")


def _systems_agree(case: Case, ctx: Context) -> Problem | None:
    """Systems that disagree for longer than the policy allows are a blocker, not an answer."""
    if not _is_blocked(case, ctx):
        return None
    hours = ctx.policy.number("order_status.systems_differ_hours")
    words = f"The order and warehouse systems have disagreed for more than {hours} hours."
    return Problem("OST-04", words, "wms_stage", hint="Convert it into a blocker.")


def _too_old(case: Case, ctx: Context) -> Problem | None:
    """Not prepared for too long, or past the promised day: somebody has to act, not only to answer."""
    if case.has("escalated_at") or not (_not_prepared(case, ctx) or _late(case, ctx)):
        return None
    words = (
        "The order is past its promised day." if _late(case, ctx) else "The order has not been prepared for too long."
    )
    return Problem("OST-05", words, "order_stage", hint="Press 'Escalate' first, then answer.")


def _short_pick(case: Case, ctx: Context) -> Problem | None:
    """A pick that takes too long is often a short one. Source: policy `order_status.picking_hours`."""
    if not _slow_pick(case, ctx):
        return None
    hint = "Ask the floor; convert it into an inventory discrepancy."
    return Problem("OST-06", "The order has been in picking for too long.", "order_stage", hint=hint)


def _lost_watch(case: Case, ctx: Context) -> Problem | None:
    """Packed and not scanned by the carrier on the next working day: perhaps lost."""
    if not _unscanned(case, ctx):
        return None
    hint = "Watch it; convert it into a claim when it stays unscanned."
    return Problem("OST-07", "The parcel has a label but the carrier has not scanned it.", "tracking_status", hint=hint)


def _asked_often(case: Case, ctx: Context) -> Problem | None:
    """Repeated checks of one order are a deviation. Source: policy `order_status.repeat_checks`."""
    count = case.count("checks_of_order") or 0
    if count < ctx.policy.number("order_status.repeat_checks"):
        return None
    return Problem("OST-08", f"This is check number {count} of one order.", "order_no", hint="Open a deviation.")


def _update_ahead(case: Case, ctx: Context) -> Problem | None:
    """The next update lies ahead. Source: domain rules, communications."""
    following = case.instant("next_update")
    if following is None or following > ctx.now:
        return None
    return Problem("OST-09", "The next update lies in the past.", "next_update", hint="Say when you will write again.")


def _becomes_blocker(case: Case, ctx: Context) -> Problem | None:
    """Systems that disagree become a blocker and nothing else. Source: domain rule on OMS and WMS."""
    if not _is_blocked(case, ctx) or case.text("convert_to") in ("", _BLOCKER):
        return None
    words = f"Systems that disagree become a blocker, not '{case.text('convert_to').lower()}'."
    return Problem("OST-10", words, "convert_to", hint=f"Choose '{_BLOCKER}'.")


def _claim_has_parcel(case: Case, ctx: Context) -> Problem | None:
    """A claim is about a parcel: it has a tracking number. Source: domain rules of claims."""
    if case.text("convert_to") != _CLAIM or case.has("tracking"):
        return None
    return Problem("OST-11", "A claim needs a tracking number.", "tracking", hint="Fill it in, or choose otherwise.")


_TIMES: Final = Rule("OST-03", "Checks and stages lie in the past, in this order.", _checked_in_past)


# Moves -----------------------------------------------------------------------------------------------------------


def _answered(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    opened = case.instant("opened_at")
    return {
        "answered_at": ctx.now,
        "minutes_to_answer": int((ctx.now - opened).total_seconds()) // 60 if opened else None,
        "decision": case.text("decision") or case.text("answer"),
        "decision_by": ctx.actor.id,
        "decision_at": ctx.now,
    }


def _escalated(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"escalated_at": ctx.now}


def _as_blocker(case: Case, ctx: Context, team: str) -> Opening:
    found = "; ".join(case.items("signals")) or "Order status unclear"
    words = f"Order {case.text('order_no')}: {found}. {ctx.reason}".strip()
    return blocker(case, team, words, "Say what holds the order and when it will move on.")


def _escalates(case: Case, ctx: Context) -> Sequence[Opening]:
    return (_as_blocker(case, ctx, "Senior QA"),)


def _converted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    words = f"Became: {case.text('convert_to').lower()}."
    return {"decision": words, "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _converts(case: Case, ctx: Context) -> Sequence[Opening]:
    carried = ("order_no", "ticket_ref", "vip", "value_at_risk", "requester_team")
    if case.text("convert_to") == _BLOCKER:
        return (_as_blocker(case, ctx, "IT"),)
    if case.text("convert_to") == _STOCK:
        names = (*carried, "sku", "location")
        return (Opening(type="INV", fields={n: case.fields[n] for n in names if case.has(n)}),)
    names = (*carried, "tracking", "expected_delivery")
    return (Opening(type="UPC", fields={n: case.fields[n] for n in names if case.has(n)} | {"subtype": "LOST"}),)


def _answer_due(case: Case, ctx: Context) -> datetime | None:
    """Two working hours, half an hour of work for a priority client or a legal date. Source: policy."""
    opened = case.instant("opened_at")
    if opened is None:
        return None
    if case.flag("vip") or case.has("legal_due"):
        allowed = timedelta(minutes=ctx.policy.number("order_status.answer_minutes_urgent"))
    else:
        allowed = timedelta(hours=ctx.policy.number("order_status.answer_hours"))
    return add_working_time(opened, allowed, ctx.policy.working_hours())


def _update_due(case: Case, ctx: Context) -> datetime | None:
    return case.instant("next_update") if case.status == ANSWERED else None


_MOVES: Final = (
    Move(verb="check", label="Check", start=frozenset({NEW, CHECKED, ANSWERED}), to=CHECKED, event="status.checked.v1",
         says="{actor} checked order {order_no} of {case}: order system {order_stage}, warehouse {wms_stage}, "
              "tracking {tracking_status}",
         needs=("order_no", "order_stage", "wms_stage", "expected_delivery", "checked_at"),
         rules=(Rule("OST-01", "An order number has the house's format.", _order_number),
                Rule("OST-02", "Systems that disagree are dated.", _differ_dated), _TIMES,
                Rule("OST-15", "The tracking of a parcel that has left is looked at.", _tracking_seen))),
    Move(verb="answer", label="Answer", start=frozenset({CHECKED}), to=ANSWERED, event="status.answered.v1",
         says="{actor} answered {case} after {minutes_to_answer} minutes", needs=("answer", "next_step", "next_update"),
         sets=_answered,
         rules=(Rule("OST-04", "Systems that disagree for long are a blocker.", _systems_agree),
                Rule("OST-05", "An order that stands still is escalated before it is answered.", _too_old),
                Rule("OST-09", "The next update lies ahead.", _update_ahead))),
    Move(verb="convert", label="Convert", start=frozenset({CHECKED, ANSWERED}), to=CONVERTED,
         event="status.converted.v1", says="{actor} turned {case} into a case of another type: {convert_to}",
         needs=("convert_to",), sets=_converted, opens=_converts,
         rules=(Rule("OST-10", "Systems that disagree become a blocker.", _becomes_blocker),
                Rule("OST-11", "A claim has a tracking number.", _claim_has_parcel))),
    Move(verb="escalate", label="Escalate", start=frozenset({"*"}), to="", event="status.escalated.v1", reason=True,
         says="{actor} escalated {case}", sets=_escalated, opens=_escalates),
    Move(verb="close", label="Close", start=frozenset({ANSWERED, CONVERTED}), to=CLOSED, event="status.closed.v1",
         says="{actor} closed {case}",
         rules=(decided("OST-12"), evidenced("OST-13", "screenshot or export row with its time"), TICKETED)),
)  # fmt: skip

CASE: Final = CaseType(
    code="OST",
    name="Order status check",
    family="status",
    sheet="Requests",
    form=_FORM,
    states=(NEW, CHECKED, ANSWERED, CONVERTED, CLOSED),
    moves=_MOVES,
    rules=(
        Rule("OST-06", "A slow pick is looked at.", _short_pick, warn=True),
        Rule("OST-07", "An unscanned parcel is watched.", _lost_watch, warn=True),
        Rule("OST-16", "The last delivery attempt is told.", _attempts_over, warn=True),
        Rule("OST-08", "Repeated checks of one order are a deviation.", _asked_often, warn=True),
    ),
    deadlines=(
        Deadline(id="OST-ANSWER", label="Answer", due=_answer_due, until=frozenset({ANSWERED, CONVERTED}),
                 source="policy order_status.answer_hours"),
        Deadline(id="OST-UPDATE", label="Next update", due=_update_due, source="domain rules"),
    ),
    derive=_derive,
    messages=("requests.order_status",),
    sample={
        "order_no": "0041029384", "order_stage": "Not prepared", "wms_stage": "Not prepared",
        "stage_since": "23/11/2026 08:00", "checked_at": "23/11/2026 09:58", "expected_delivery": "25/11/2026",
    },
)  # fmt: skip
