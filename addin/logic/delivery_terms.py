"""A delivery service and its times: which one is meant, where it goes, when the parcel leaves and by when to book.

1. Every service is a set of policy rows (`service.{code}.*`); what is not there is not offered.
2. Islands and places across the water take longer than the service's own transit (`special.extra_days.*`), and some
   services do not go there at all (`service.{code}.not_to`: territories or postcode areas).
3. Where the service asked for is impossible, the others are tried by the same rules, so that the case itself shows
   what could be offered instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from addin.logic.calendar import LONDON, add_working_days, is_working_day
from addin.logic.case_type import Case, Context, Rule
from addin.logic.delivery_promise import cell, code_of, planned_day, planned_service
from addin.logic.outcome import Problem
from addin.logic.postcode import read_postcode

#: So many other ways stand in a refusal; the case lists all of them.
_TOLD: Final = 3
#: What to do about an impossible service, without losing what was asked for.
OTHER_SERVICE: Final = "Leave 'Service' as asked and name another one under 'Service booked'."


def service_code(case: Case, ctx: Context) -> str:
    """The policy's code of the service that is to be booked; "" when there is none of that name."""
    return code_of(planned_service(case), ctx)


def carrier_of(case: Case, ctx: Context) -> str:
    """The carrier as chosen, else the one that sells the service."""
    code = service_code(case, ctx)
    return case.text("carrier") or (ctx.policy.text(f"service.{code}.carrier") if code else "")


def is_arranged(case: Case, ctx: Context) -> bool:
    """True for services whose hours are agreed for each trip: courier, secure logistics, boutique."""
    return service_code(case, ctx) in ctx.policy.items("special.arranged_services")


def transit_days(case: Case, ctx: Context) -> int:
    """Working days from handing over to the door: the service's own, and more for islands and across the water."""
    code = service_code(case, ctx)
    days = ctx.policy.days(f"service.{code}.transit") if code else 0
    return days if is_arranged(case, ctx) else days + _extra_days(case, ctx)


def _extra_days(case: Case, ctx: Context) -> int:
    land = str(read_postcode(case.text("postcode")).territory).casefold().replace(" ", "_")
    row = f"special.extra_days.{land}"
    return ctx.policy.days(row) if land and ctx.policy.has(row) else 0


def leaves_on(case: Case, ctx: Context) -> date | None:
    """The day the parcel leaves: as typed, else as late as the transit allows."""
    needed = planned_day(case)
    if case.day("ship_date") is not None or needed is None or not service_code(case, ctx):
        return case.day("ship_date")
    return add_working_days(needed, -transit_days(case, ctx))


def cut_off_of(case: Case, ctx: Context) -> datetime | None:
    """When the carrier takes the last parcel of that day; None while day or service is not known."""
    day, code = leaves_on(case, ctx), service_code(case, ctx)
    if day is None or not code:
        return None
    return datetime.combine(day, ctx.policy.time(f"service.{code}.cutoff"), LONDON)


def book_by(case: Case, ctx: Context) -> datetime | None:
    """The cut-off less the policy's minutes for booking."""
    cut_off = cut_off_of(case, ctx)
    return cut_off - timedelta(minutes=ctx.policy.number("special.book_before_cutoff_minutes")) if cut_off else None


def carriers_hour(case: Case, ctx: Context) -> datetime | None:
    """When the carrier itself has to have delivered on the booked day; None where hours are agreed for each trip."""
    day, code = planned_day(case), service_code(case, ctx)
    if day is None or not code or is_arranged(case, ctx):
        return None
    return datetime.combine(day, ctx.policy.time(f"service.{code}.by"), LONDON)


# Rules of place and day ------------------------------------------------------------------------------------------


def reaches(case: Case, ctx: Context) -> Problem | None:
    """Some services do not go everywhere. Source: policy `service.*.not_to`."""
    code, place = service_code(case, ctx), read_postcode(case.text("postcode"))
    row = f"service.{code}.not_to"
    if not code or not place.ok or not ctx.policy.has(row):
        return None
    named = {name.casefold() for name in ctx.policy.items(row)}
    where = next((name for name in (str(place.territory), place.area) if name and name.casefold() in named), "")
    if not where:
        return None
    words = f"{ctx.policy.text(f'service.{code}.name')} does not go to {where} ({place.outward})."
    return Problem("SPD-26", words, cell(case, "service"), hint=OTHER_SERVICE)


def collected_that_day(case: Case, ctx: Context) -> Problem | None:
    """Carriers collect on the warehouse's working days; only a trip that is arranged starts on others."""
    day = case.day("ship_date")
    if day is None or is_arranged(case, ctx) or is_working_day(day):
        return None
    words = f"Nothing is collected on {day:%A %d/%m/%Y}: it is no working day."
    return Problem("SPD-27", words, "ship_date", hint="Leave the cell empty, or choose a working day before it.")


def held_until(case: Case, ctx: Context) -> Problem | None:
    """A parcel that the customer wants held is not planned to leave before that day. Source: request from chat."""
    hold, leaves = case.day("hold_until"), leaves_on(case, ctx)
    if hold is None or leaves is None or leaves >= hold:
        return None
    words = f"It is held until {hold:%d/%m/%Y}, but would leave on {leaves:%d/%m/%Y}."
    return Problem("SPD-28", words, "date_needed", hint="Agree on a later day, or clear 'Hold until'.")


def held_today(case: Case, ctx: Context) -> Problem | None:
    """A parcel on hold stays here. Source: request from chat."""
    hold = case.day("hold_until")
    if hold is None or ctx.today >= hold:
        return None
    return Problem("SPD-28", f"It is held until {hold:%d/%m/%Y}.", "hold_until", hint="Despatch it on that day.")


def with_ways(rule: Rule) -> Rule:
    """The same rule, whose refusal also names what would be possible instead, as far as the case knows it."""

    def check(case: Case, ctx: Context) -> Problem | None:
        problem, others = rule.check(case, ctx), case.items("also_possible")
        if problem is None or not others:
            return problem
        return replace(problem, hint=f"{problem.hint} Also possible: {', '.join(others[:_TOLD])}.")

    return replace(rule, check=check)


def also_possible(case: Case, ctx: Context, rules: Iterable[Rule]) -> tuple[str, ...]:
    """The names of the other services that every rule allows for the same day, window, place and goods."""
    if planned_day(case) is None or not case.has("postcode"):
        return ()
    chosen, checked = service_code(case, ctx), tuple(rules)
    plain = {name: value for name, value in case.fields.items() if name not in ("carrier", "ship_date")}
    found = []
    for code in ctx.policy.names("service"):
        if code == chosen or not ctx.policy.flag(f"service.{code}.offered"):
            continue
        other = replace(case, fields={**plain, "booked_service": code})
        if all(rule.check(other, ctx) is None for rule in checked):
            found.append(ctx.policy.text(f"service.{code}.name"))
    return tuple(found)
