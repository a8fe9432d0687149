"""Special delivery (SPD): a timed or unusual delivery is promised only after the carrier has confirmed it.

1. Services, cut-offs, delivery days and limits are rows of the policy; nothing is offered that is not there.
2. Feasibility is worked out for the destination: its postcode, its bank holidays, the day and hour the service keeps;
   what else would be possible stands beside it.
3. What was asked, what is booked and what came of it stay apart (`delivery_promise`); late is late by the promise.
4. Watches and jewellery, and goods above a carrier's limit, need another way or an agreed exception.
5. What arrives late becomes a claim for the guaranteed service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from addin.logic.address_terms import is_forces, is_po_box
from addin.logic.calendar import bank_holiday, london_day, to_london, working_days_between
from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.claim_tracks import GONE
from addin.logic.closing import TICKETED, evidenced
from addin.logic.common_form import CLOSED
from addin.logic.delivery_promise import (
    BOOKING_FIELDS,
    as_booked,
    booked_window_whole,
    cell,
    differences,
    hard_wish_agreed,
    late_minutes,
    other_has_reason,
    other_is_told,
    planned_anew,
    planned_day,
    planned_service,
    planned_window,
)
from addin.logic.delivery_terms import (
    OTHER_SERVICE,
    also_possible,
    book_by,
    carrier_of,
    carriers_hour,
    collected_that_day,
    cut_off_of,
    held_today,
    held_until,
    is_arranged,
    leaves_on,
    reaches,
    service_code,
    transit_days,
    with_ways,
)
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.order_terms import CARRIERS, GOODS_KINDS, RESTRICTED_GOODS, UPS
from addin.logic.outcome import Problem
from addin.logic.postcode import read_postcode
from addin.logic.sbar import blocker
from addin.logic.shipping_stops import clear_to_ship
from addin.logic.tracking import check_tracking
from addin.logic.values import Money, Role

REQUESTED: Final = "Requested"
FEASIBLE: Final = "Feasibility"
APPROVED: Final = "Cost approved"
BOOKED: Final = "Booked"
CONFIRMED: Final = "Confirmed to CS"
DESPATCHED: Final = "Despatched"
ON_TIME: Final = "Delivered on time"
LATE: Final = "Late"
_HANDLERS: Final = frozenset({Role.COORDINATOR, Role.SENIOR_QA})
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PROOFS: Final = ("None", "Signature", "Signature and ID", "PIN")


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("service", "Service", listed="service.*.name", queue=True, width=18,
       help="As asked, whether it is offered or not."),
    _f("carrier", "Carrier", FieldKind.CHOICE, choices=CARRIERS, width=14, help="Empty means that of the service."),
    _f("date_needed", "Needed on", FieldKind.DAY, queue=True, width=12),
    _f("hold_until", "Hold until", FieldKind.DAY, width=12, help="The parcel does not leave before that day."),
    _f("window_start", "From", FieldKind.INSTANT, queue=True, width=16, help="As asked."),
    _f("window_end", "To", FieldKind.INSTANT, queue=True, width=16, help="As asked."),
    _f("hard_or_soft", "Hard or soft", FieldKind.CHOICE, choices=("Hard", "Soft"),
       help="Hard: another window only when the customer agrees."),
    _f("why", "Why", width=24),
    _f("recipient", "Recipient", personal=True, queue=True, width=18),
    _f("address_new", "New address", FieldKind.NOTE, personal=True, queue=True, width=30, help="Where it goes."),
    _f("postcode", "Postcode", FieldKind.ID, personal=True, queue=True, width=10),
    _f("recipient_available", "Recipient is there", FieldKind.FLAG),
    _f("goods_kind", "Goods", FieldKind.CHOICE, choices=GOODS_KINDS, width=16),
    _f("goods_value", "Goods value", FieldKind.MONEY, width=12),
    _f("weight_kg", "Weight, kg", FieldKind.NUMBER, width=9),
    _f("length_cm", "Longest side, cm", FieldKind.NUMBER, width=9),
    _f("papers", "Species papers", late=True, help="For exotic leather that crosses a border."),
    _f("delivery_proof", "Proof at the door", FieldKind.CHOICE, choices=_PROOFS, width=14),
    _f("no_neighbour", "No neighbour", FieldKind.FLAG, help="Yes: nobody but the recipient may take it."),
    _f("saturday_option", "Saturday option", FieldKind.FLAG, help="Asked for, with its label."),
    _f("postcode_proof", "Postcode served", width=18, help="Where the carrier says that it serves the postcode."),
    _f("cost", "Cost", FieldKind.MONEY, queue=True, width=10),
    _f("cost_centre", "Cost centre", FieldKind.ID),
    _f("authority", "Asked with authority of", personal=True, width=18),
    _f("fallback", "Fallback", late=True, width=24, help="What happens if it fails."),
    _f("ship_date", "Ship on", FieldKind.DAY, width=12, help="Empty: as late as the service allows."),
    *BOOKING_FIELDS,
    _f("booking_ref", "Booking", FieldKind.ID, late=True, width=16),
    _f("confirmation", "Carrier's confirmation", late=True, width=20, help="File or e-mail that confirms it."),
    _f("cs_told", "Customer Service told", FieldKind.FLAG, late=True),
    _f("tracking", "Tracking", FieldKind.ID, queue=True, late=True, width=20, check=check_tracking),
    _f("delivered_at", "Delivered at", FieldKind.INSTANT, late=True, width=16),
    _f("also_possible", "Also possible", FieldKind.LIST, system=True, width=26),
    _f("carrier_used", "Goes with", system=True),
    _f("carrier_code", "Carrier's code", FieldKind.ID, system=True, help="To book the service with."),
    _f("leaves_on", "Leaves on", FieldKind.DAY, system=True, width=12),
    _f("book_by", "Book by", FieldKind.INSTANT, system=True, width=16),
    _f("territory", "Territory", system=True, width=14),
    _f("approver_needed", "Approval by", system=True, queue=True, width=16),
    _f("checked_by", "Checked by", FieldKind.ID, system=True),
    _f("approved_by", "Approved by", FieldKind.ID, system=True),
    _f("approved_at", "Approved", FieldKind.INSTANT, system=True, width=16),
    _f("late_minutes", "Minutes late", FieldKind.COUNT, system=True),
)  # fmt: skip


# What is worked out --------------------------------------------------------------------------------------------------


def _is_dear(case: Case, ctx: Context) -> bool:
    """True when the cost or the goods are above what a coordinator may approve."""
    cost, value = case.money("cost"), case.money("goods_value")
    over_cost = cost is not None and cost.amount > ctx.policy.money("approval.special.cost_above").amount
    return over_cost or (value is not None and value.amount > ctx.policy.money("approval.special.value_above").amount)


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    code = service_code(case, ctx)
    found: dict[str, Value | None] = {
        "carrier_used": carrier_of(case, ctx) or None,
        "carrier_code": ctx.policy.text(f"service.{code}.carrier_code") if code else None,
        "leaves_on": leaves_on(case, ctx),
        "book_by": book_by(case, ctx),
        "approver_needed": "Senior QA" if _is_dear(case, ctx) else "Coordinator",
        "late_minutes": late_minutes(case),
        "booked_otherwise": differences(case, ctx) or None,
    }
    if case.status == REQUESTED:
        found["also_possible"] = also_possible(case, ctx, _POSSIBLE) or None
    place = read_postcode(case.text("postcode"))
    if place.ok:
        found["territory"] = str(place.territory) or None
    if not case.has("value_at_risk"):
        found["value_at_risk"] = case.money("goods_value")
    return found


# Rules -----------------------------------------------------------------------------------------------------------


def _day_cell(case: Case) -> str:
    return "booked_from" if case.has("booked_to") else "date_needed"


def _offered(case: Case, ctx: Context) -> Problem | None:
    """Only services of the policy that are offered. Source: policy `service`."""
    code = service_code(case, ctx)
    if code and ctx.policy.flag(f"service.{code}.offered"):
        return None
    codes = (c for c in ctx.policy.names("service") if ctx.policy.flag(f"service.{c}.offered"))
    known = ", ".join(ctx.policy.text(f"service.{c}.name") for c in codes)
    words = f"{planned_service(case)} is {'not offered' if code else 'no service we know'}."
    return Problem("SPD-01", words, cell(case, "service"), hint=f"{OTHER_SERVICE} Offered: {known}.")


def _same_carrier(case: Case, ctx: Context) -> Problem | None:
    """A carrier sells its own services. Source: policy `service`."""
    code = service_code(case, ctx)
    if not code or case.text("carrier") in ("", ctx.policy.text(f"service.{code}.carrier")):
        return None
    seller = ctx.policy.text(f"service.{code}.carrier")
    words = f"{planned_service(case)} is a service of {seller}, not of {case.text('carrier')}."
    return Problem("SPD-02", words, "carrier", hint="Leave the carrier empty, or choose another service.")


def _delivered_that_day(case: Case, ctx: Context) -> Problem | None:
    """The service delivers on that weekday; Saturday only with its option. Source: policy `service.*.days`."""
    code, day = service_code(case, ctx), planned_day(case)
    if not code or day is None:
        return None
    served, name = ctx.policy.items(f"service.{code}.days"), _WEEKDAYS[day.weekday()]
    if name not in served:
        words = f"{ctx.policy.text(f'service.{code}.name')} does not deliver on a {day:%A}."
        return Problem("SPD-03", words, _day_cell(case), hint=f"It delivers on {', '.join(served)}.")
    if name == "Sat" and case.flag("saturday_option") is not True and not is_arranged(case, ctx):
        return Problem(
            "SPD-03",
            "A Saturday delivery needs its option.",
            "saturday_option",
            hint="Ask the carrier for it, then say Yes.",
        )
    return None


def _no_holiday(case: Case, ctx: Context) -> Problem | None:
    """No delivery on a bank holiday of the destination. Source: gov.uk list of bank holidays."""
    day, place = planned_day(case), read_postcode(case.text("postcode"))
    if day is None or place.division is None or not (name := bank_holiday(day, place.division)):
        return None
    words = f"{day:%d/%m/%Y} is a bank holiday at the destination ({name})."
    return Problem("SPD-04", words, _day_cell(case), hint="Choose another day, or a courier who confirms it.")


def _in_time(case: Case, ctx: Context) -> Problem | None:
    """The cut-off of the carrier has not passed. Source: policy `service.*.cutoff`."""
    cut_off = cut_off_of(case, ctx)
    if cut_off is None or ctx.now < cut_off:
        return None
    words = f"The cut-off was {cut_off:%d/%m/%Y %H:%M}."
    return Problem("SPD-05", words, "ship_date", hint="Choose a later day or a same-day courier.")


def _arrives(case: Case, ctx: Context) -> Problem | None:
    """The parcel leaves early enough for the service's transit. Source: policy `service.*.transit`."""
    code, leaves, needed = service_code(case, ctx), leaves_on(case, ctx), planned_day(case)
    if not code or leaves is None or needed is None:
        return None
    days = transit_days(case, ctx)
    between = working_days_between(leaves, needed)
    if leaves <= needed and (between >= days or ((needed - leaves).days >= days and needed.weekday() == 5)):
        return None
    takes = f"{days} working day{'s' * (days != 1)}"
    words = f"Leaving on {leaves:%d/%m/%Y} it does not arrive by {needed:%d/%m/%Y}; it takes {takes}."
    return Problem("SPD-06", words, "ship_date", hint="Ship earlier or choose a faster service.")


def _hour_kept(case: Case, ctx: Context) -> Problem | None:
    """Nothing is promised earlier than the service's own hour. Source: policy `service.*.by`."""
    code, end = service_code(case, ctx), planned_window(case)[1]
    if not code or end is None or is_arranged(case, ctx):
        return None
    by, wanted = ctx.policy.time(f"service.{code}.by"), to_london(end)
    if wanted.time() >= by:
        return None
    name = ctx.policy.text(f"service.{code}.name")
    words = f"{name} delivers by {by:%H:%M}, but the window ends at {wanted:%H:%M}."
    return Problem("SPD-07", words, cell(case, "window_end"), hint="Widen the window or choose an earlier service.")


def _window_holds(case: Case, ctx: Context) -> Problem | None:
    """A window ends after it starts and lies on the day needed. Source: domain rules."""
    start, end, day = case.instant("window_start"), case.instant("window_end"), case.day("date_needed")
    if start is not None and end is not None and end <= start:
        return Problem("SPD-08", "The window ends before it starts.", "window_end", hint="Check both times.")
    if day is not None and any(london_day(at) != day for at in (start, end) if at is not None):
        return Problem("SPD-08", "The window is not on the day needed.", "window_start", hint="Check day and window.")
    return booked_window_whole(case, ctx)


def _ahead(case: Case, ctx: Context) -> Problem | None:
    """A delivery lies ahead. Source: domain rules."""
    end = planned_window(case)[1]
    if end is None or end > ctx.now:
        return None
    hint = "Agree on a new one and fill it in under 'Booked from' and 'Booked to'."
    return Problem("SPD-09", "The window has passed.", cell(case, "window_end"), hint=hint)


def _place_served(case: Case, ctx: Context) -> Problem | None:
    """A British postcode, and no PO box or forces' address for UPS. Source: policy `carrier.ups`."""
    found = read_postcode(case.text("postcode")).problem("postcode")
    if found is not None and not found.warn:
        return Problem("SPD-10", found.message, "postcode", hint=found.hint)
    if carrier_of(case, ctx) != UPS:
        return None
    address = case.text("address_new")
    if is_forces(address, case.text("postcode")) and not ctx.policy.flag("carrier.ups.bfpo"):
        return Problem("SPD-10", "UPS cannot deliver to a forces' address.", "address_new", hint="Send it by post.")
    if is_po_box(address) and not ctx.policy.flag("carrier.ups.po_box"):
        return Problem("SPD-10", "UPS cannot deliver to a PO box.", "address_new", hint="Ask for a street address.")
    return None


def _place_remark(case: Case, ctx: Context) -> Problem | None:
    """What a person should know about the postcode while it is typed."""
    found = read_postcode(case.text("postcode")).problem("postcode") if case.has("postcode") else None
    return Problem("SPD-11", found.message, "postcode", hint=found.hint) if found else None


def _goods_allowed(case: Case, ctx: Context) -> Problem | None:
    """Watches and jewellery above the carrier's limit go another way. Source: policy `carrier.*.limit`."""
    kind, value = case.text("goods_kind"), case.money("goods_value")
    row = f"carrier.{_slug(case, ctx)}.limit.{kind.casefold()}"
    if kind not in RESTRICTED_GOODS or value is None or not ctx.policy.has(row):
        return None
    limit = ctx.policy.money(row)
    if _in_currency(value, limit.currency, ctx) <= limit.amount:
        return None
    words = f"{carrier_of(case, ctx)} does not take a {kind.casefold()} worth more than {limit.pretty()}."
    return Problem("SPD-12", words, "goods_kind", hint="Use secure logistics, a courier or a boutique.")


def _in_currency(value: Money, currency: str, ctx: Context) -> Decimal:
    """A value compared with a limit in dollars, at the policy's rate; other currencies as they stand."""
    if (value.currency, currency) == ("GBP", "USD"):
        return value.amount * ctx.policy.decimal("carrier.usd_per_gbp")
    return value.amount


def _within_cover(case: Case, ctx: Context) -> Problem | None:
    """No carrier takes goods above its cover. Source: policy `carrier.*.limit.any`."""
    value, key = case.money("goods_value"), f"carrier.{_slug(case, ctx)}.limit.any"
    if value is None or not ctx.policy.has(key):
        return None
    limit = ctx.policy.money(key)
    if _in_currency(value, limit.currency, ctx) <= limit.amount:
        return None
    words = f"{carrier_of(case, ctx)} covers up to {limit.pretty()}; the goods are worth {value.pretty()}."
    return Problem("SPD-13", words, "goods_value", hint="Choose another carrier.")


def _slug(case: Case, ctx: Context) -> str:
    return carrier_of(case, ctx).casefold().replace(" ", "_")


def _size_allowed(case: Case, ctx: Context) -> Problem | None:
    """Weight and length are within the carrier's limits. Source: policy `carrier.*.max_kg`."""
    for name, key, unit in (("weight_kg", "max_kg", "kg"), ("length_cm", "max_length_cm", "cm")):
        size, row = case.number(name), f"carrier.{_slug(case, ctx)}.{key}"
        if size is not None and ctx.policy.has(row) and size > ctx.policy.decimal(row):
            words = f"{carrier_of(case, ctx)} takes up to {ctx.policy.decimal(row)} {unit}; this is {size}."
            return Problem("SPD-14", words, name, hint="Split it or choose another carrier.")
        if size is not None and size <= 0:
            return Problem("SPD-14", "A size is above zero.", name, hint="Measure again.")
    return None


def _signed_for(case: Case, ctx: Context) -> Problem | None:
    """Goods above the limit are signed for and never left with a neighbour. Source: policy `special`."""
    value = case.money("goods_value")
    if value is None or value.amount <= ctx.policy.money("special.signature_above").amount:
        return None
    if case.text("delivery_proof") in ("", "None"):
        words = f"Goods of {value.pretty()} are signed for."
        return Problem("SPD-15", words, "delivery_proof", hint="Choose signature, ID or PIN.")
    if case.flag("no_neighbour") is not True:
        words = f"Goods of {value.pretty()} are never left with a neighbour."
        return Problem("SPD-15", words, "no_neighbour", hint="Set it to Yes and tell the carrier.")
    return None


def _papers_known(case: Case, ctx: Context) -> Problem | None:
    """Goods of protected species cross a border with papers. Source: CITES, policy `carrier.papers_goods`."""
    place = read_postcode(case.text("postcode"))
    crosses = place.is_export or str(place.territory) == "Northern Ireland"
    goods = case.text("goods_kind")
    if goods not in ctx.policy.items("carrier.papers_goods") or not crosses or case.has("papers"):
        return None
    words = f"{goods} to {place.territory} needs its species papers."
    return Problem("SPD-16", words, "papers", hint="Name the permit under 'Species papers'.")


def _senior_pays(case: Case, ctx: Context) -> Problem | None:
    """Above the limits of cost or value Senior QA approves. Source: policy `approval.special`."""
    if not _is_dear(case, ctx) or ctx.actor.may({Role.SENIOR_QA}):
        return None
    return Problem("SPD-17", "The cost or the value is above your limit.", "approver_needed", hint="Ask Senior QA.")


def _second_person(case: Case, ctx: Context) -> Problem | None:
    """Above the limits the approver is another person than the one who asked or checked. Source: role table."""
    if not _is_dear(case, ctx) or ctx.actor.id not in (case.text("opened_by"), case.text("checked_by")):
        return None
    return Problem("SPD-18", "You opened or checked this delivery.", "approver_needed", hint="Ask somebody else.")


def _carrier_confirmed(case: Case, ctx: Context) -> Problem | None:
    """The customer is promised nothing before the carrier's confirmation is attached. Source: domain rules."""
    if case.has("confirmation"):
        return None
    words = "The carrier has not confirmed it."
    return Problem("SPD-19", words, "confirmation", hint="Attach the confirmation, then promise.")


def _on_its_way(case: Case, ctx: Context) -> Problem | None:
    """A parcel with a carrier has its tracking number. Source: domain rules."""
    if case.has("tracking") or is_arranged(case, ctx):
        return None
    return Problem("SPD-20", "There is no tracking number.", "tracking", hint="Fill it in from the label.")


def _really_on_time(case: Case, ctx: Context) -> Problem | None:
    """On time is by the end of the window that was promised. Source: domain rules."""
    arrived, end = case.instant("delivered_at"), planned_window(case)[1]
    if arrived is not None and arrived > ctx.now:
        return Problem("SPD-21", "The delivery lies in the future.", "delivered_at", hint="Check the time.")
    if arrived is None or end is None or arrived <= end:
        return None
    words = f"It arrived {late_minutes(case)} minutes after the promised window."
    return Problem("SPD-21", words, "delivered_at", hint="Press 'Late'.")


def _really_late(case: Case, ctx: Context) -> Problem | None:
    """Late is after the end of the window, arrived or not. Source: domain rules."""
    end, seen = planned_window(case)[1], case.instant("delivered_at") or ctx.now
    if end is None or seen > end:
        return None
    words = f"It is not late: it was promised by {to_london(end):%d/%m/%Y %H:%M}."
    return Problem("SPD-22", words, "delivered_at", hint="Check 'Delivered at', or press 'On time' once it has come.")


def _end_known(case: Case, ctx: Context) -> Problem | None:
    """What was asked, booked and what came of it: the last is known, too. Source: audit facts."""
    if case.has("delivered_at") or any(claim.text("subtype") in GONE for claim in ctx.of_type("UPC")):
        return None
    hint = "Fill in 'Delivered at'; if it never came, open a claim for the lost parcel first."
    return Problem("SPD-31", "Nobody knows when the late parcel came.", "delivered_at", hint=hint)


_POSSIBLE: Final = (
    with_ways(Rule("SPD-01", "Only services on the Rules sheet are offered.", _offered)),
    Rule("SPD-02", "A carrier sells its own services.", _same_carrier),
    with_ways(Rule("SPD-03", "The service delivers on that day.", _delivered_that_day)),
    Rule("SPD-04", "No bank holiday at the destination.", _no_holiday, source="gov.uk bank holidays"),
    with_ways(Rule("SPD-05", "The cut-off has not passed.", _in_time)),
    Rule("SPD-06", "The parcel leaves early enough.", _arrives),
    with_ways(Rule("SPD-07", "Nothing earlier than the service's hour is promised.", _hour_kept)),
    Rule("SPD-09", "The delivery lies ahead.", _ahead),
    Rule("SPD-10", "The carrier serves the place.", _place_served),
    with_ways(Rule("SPD-12", "Watches and jewellery go with a carrier who takes them.", _goods_allowed,
                   override=frozenset({Role.SENIOR_QA}), source="UPS restricted articles")),
    with_ways(Rule("SPD-13", "The carrier covers the value.", _within_cover)),
    Rule("SPD-14", "Weight and length are allowed.", _size_allowed),
    Rule("SPD-15", "Goods of value are signed for.", _signed_for),
    Rule("SPD-16", "Exotic leather has its papers.", _papers_known),
    with_ways(Rule("SPD-26", "The service goes to that place.", reaches, source="policy service.*.not_to")),
    Rule("SPD-28", "A parcel that is held does not leave before its day.", held_until),
    Rule("SPD-27", "The parcel leaves on a day on which it is collected.", collected_that_day),
)  # fmt: skip


_EXPLAINED: Final = Rule("SPD-29", "Booking otherwise than asked has its reason.", other_has_reason)
_TOLD: Final = Rule(
    "SPD-30", "What is booked otherwise is told with the promise, and agreed first where the wish is hard.",
    other_is_told,
)  # fmt: skip


# Moves -----------------------------------------------------------------------------------------------------------


def _checked(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"checked_by": ctx.actor.id}


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    cost = case.money("cost")
    words = f"Approved: {planned_service(case)}, {cost.pretty() if cost else 'no cost'}."
    return {
        "approved_by": ctx.actor.id, "approved_at": ctx.now, "decision": words,
        "decision_by": ctx.actor.id, "decision_at": ctx.now,
    }  # fmt: skip


def _refused(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"decision": f"Refused: {ctx.reason}", "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _sent_back(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    names = ("checked_by", "approved_by", "approved_at", "decision", "decision_by", "decision_at", "confirmation",
             "booking_ref")  # fmt: skip
    return {**dict.fromkeys(names), **planned_anew(case, ctx)}


def _late_opens(case: Case, ctx: Context) -> Sequence[Opening]:
    """A late guaranteed service of UPS is claimed; other carriers have no such claim here."""
    if carrier_of(case, ctx) != UPS:
        return ()
    arrived, needed = case.instant("delivered_at"), planned_day(case)
    fields: dict[str, Value] = {"subtype": "LATE", "service": planned_service(case)}
    for name in ("order_no", "tracking", "goods_value", "ticket_ref"):
        if case.has(name):
            fields[name] = case.fields[name]
    left = leaves_on(case, ctx)
    dated = {"expected_delivery": needed, "ship_date": left if left is not None and left <= ctx.today else None}
    fields |= {name: day for name, day in dated.items() if day is not None}
    if (promised := carriers_hour(case, ctx)) is not None:
        fields["committed_at"] = promised
    if arrived is not None:
        fields |= {"delivered_date": london_day(arrived), "delivered_at": arrived}
    return (Opening(type="UPC", fields=fields),)


def _escalates(case: Case, ctx: Context) -> Sequence[Opening]:
    words = f"Special delivery of order {case.text('order_no')} is stuck at '{case.status}'. {ctx.reason}"
    return (blocker(case, "Senior QA", words, "Decide on the service and who pays."),)


def _book_due(case: Case, ctx: Context) -> datetime | None:
    return book_by(case, ctx)


def _arrival_due(case: Case, ctx: Context) -> datetime | None:
    return planned_window(case)[1]


_DONE: Final = frozenset({ON_TIME, LATE})
_MOVES: Final = (
    Move(verb="check", label="Check", start=frozenset({REQUESTED}), to=FEASIBLE, event="delivery.checked.v1",
         says="{actor} found the special delivery of {case} possible, leaving on {leaves_on} with {carrier_used}",
         roles=_HANDLERS, sets=_checked, rules=(*_POSSIBLE, _EXPLAINED),
         needs=("order_no", "service", "date_needed", "window_start", "window_end", "hard_or_soft", "why", "recipient",
                "address_new", "postcode", "recipient_available", "goods_kind", "goods_value", "delivery_proof",
                "postcode_proof", "cost", "cost_centre", "authority", "fallback")),
    Move(verb="approve", label="Approve", start=frozenset({FEASIBLE}), to=APPROVED, event="delivery.approved.v1",
         says="{actor} approved the cost {cost} of {case}", roles=_HANDLERS, sets=_approved,
         rules=(Rule("SPD-17", "Senior QA approves above the limits.", _senior_pays),
                Rule("SPD-18", "Above the limits another person approves.", _second_person))),
    Move(verb="refuse", label="Refuse", start=frozenset({REQUESTED, FEASIBLE}), to=CLOSED, reason=True,
         event="delivery.refused.v1", says="{actor} refused the special delivery of {case}", roles=_HANDLERS,
         sets=_refused, rules=(TICKETED,)),
    Move(verb="send_back", label="Send back", start=frozenset({FEASIBLE, APPROVED, BOOKED}), to=REQUESTED,
         event="delivery.sent_back.v1", says="{actor} sent {case} back to be planned anew", reason=True,
         roles=_HANDLERS, sets=_sent_back),
    Move(verb="book", label="Book", start=frozenset({APPROVED}), to=BOOKED, event="delivery.booked.v1",
         says="{actor} booked {booked_service} for {case}: {booking_ref}", roles=_HANDLERS, needs=("booking_ref",),
         sets=as_booked, rules=(Rule("SPD-05", "The cut-off has not passed.", _in_time),
                Rule("SPD-09", "The delivery lies ahead.", _ahead), replace(_TOLD, check=hard_wish_agreed)),
         lasting="the carrier was booked."),
    Move(verb="confirm", label="Confirm", start=frozenset({BOOKED}), to=CONFIRMED, event="delivery.confirmed.v1",
         says="{actor} confirmed {case} to Customer Service after the carrier's confirmation", roles=_HANDLERS,
         needs=("cs_told",),
         rules=(Rule("SPD-19", "The carrier confirms before anybody promises.", _carrier_confirmed), _TOLD)),
    Move(verb="despatch", label="Despatch", start=frozenset({CONFIRMED}), to=DESPATCHED,
         event="delivery.despatched.v1", says="{case} was despatched with {carrier_used}: {tracking}",
         rules=(Rule("SPD-20", "A parcel has its tracking number.", _on_its_way), clear_to_ship("SPD-25"),
                Rule("SPD-28", "A parcel that is held does not leave before its day.", held_today)),
         lasting="the parcel has left."),
    Move(verb="deliver", label="On time", start=frozenset({DESPATCHED}), to=ON_TIME, event="delivery.on_time.v1",
         says="{case} arrived on time", needs=("delivered_at",),
         rules=(Rule("SPD-21", "On time is by the end of the window.", _really_on_time),)),
    Move(verb="late", label="Late", start=frozenset({DESPATCHED}), to=LATE, event="delivery.late.v1",
         says="{case} was late by {late_minutes} minutes", opens=_late_opens,
         rules=(Rule("SPD-22", "Late is after the end of the window.", _really_late),)),
    Move(verb="escalate", label="Escalate", start=frozenset({"*"}), to="", event="delivery.escalated.v1", reason=True,
         says="{actor} escalated {case}", opens=_escalates),
    Move(verb="close", label="Close", start=_DONE, to=CLOSED, event="delivery.closed.v1",
         says="{actor} closed {case}", needs=("decision",),
         rules=(Rule("SPD-31", "It is known when a late parcel came, or that it never did.", _end_known),
                evidenced("SPD-23", "booking, confirmation, proof of delivery"), TICKETED)),
)  # fmt: skip

CASE: Final = CaseType(
    code="SPD",
    name="Special delivery",
    family="delivery",
    sheet="Requests",
    form=_FORM,
    states=(REQUESTED, FEASIBLE, APPROVED, BOOKED, CONFIRMED, DESPATCHED, ON_TIME, LATE, CLOSED),
    moves=_MOVES,
    rules=(
        Rule("SPD-08", "A window lies on its day, the right way round.", _window_holds),
        Rule("SPD-11", "A doubtful postcode is told about while it is typed.", _place_remark, warn=True),
    ),
    deadlines=(
        Deadline(id="SPD-BOOK", label="Book before the cut-off", due=_book_due, source="policy special",
                 until=frozenset({BOOKED, CONFIRMED, DESPATCHED, ON_TIME, LATE})),
        Deadline(id="SPD-ARRIVE", label="End of the window", due=_arrival_due, until=_DONE, source="domain rules"),
    ),
    frozen_from=frozenset({FEASIBLE, APPROVED, BOOKED, CONFIRMED, DESPATCHED, ON_TIME, LATE}),
    derive=_derive,
    messages=("requests.delivery_confirmed", "requests.delivery_alternative"),
    sample={
        "order_no": "4102938478", "service": "UPS Express", "date_needed": "25/11/2026",
        "window_start": "25/11/2026 09:00", "window_end": "25/11/2026 13:00", "hard_or_soft": "Hard",
        "why": "Birthday", "recipient": "Mr J. Okafor", "address_new": "12 Alder Court, Leeds", "postcode": "LS1 9ZZ",
        "recipient_available": "Yes", "goods_kind": "Leather goods", "goods_value": "940.00",
        "delivery_proof": "Signature", "no_neighbour": "Yes", "postcode_proof": "ups-times-LS1.png", "cost": "28.50",
        "cost_centre": "4410", "authority": "Store manager", "fallback": "Boutique collection next day",
    },
)  # fmt: skip
