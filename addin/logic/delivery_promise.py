"""What was asked for, what is booked, and what came of it: three facts of a special delivery that stay apart.

1. The wish stays as it was asked: service, day and window. Nobody types over it to make it possible.
2. What is booked otherwise has cells of its own; an empty one means "as asked". Every rule judges what is to be booked.
3. The booked window is the promise: late is measured against it, never against a wish that nobody promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from addin.logic.calendar import london_day, to_london
from addin.logic.case_type import Case, Context
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem

#: From and to.
_Window = tuple[datetime, datetime]
#: The wish and the cell that holds what is booked in its place.
_BOOKED_AS: Final[Mapping[str, str]] = {
    "service": "booked_service", "window_start": "booked_from", "window_end": "booked_to",
}  # fmt: skip
BOOKING_FIELDS: Final = (
    Field(name="booked_service", title="Service booked", listed="service.*.name", width=18,
          help="Empty means as asked."),
    Field(name="booked_from", title="Booked from", kind=FieldKind.INSTANT, width=16, help="Empty means as asked."),
    Field(name="booked_to", title="Booked to", kind=FieldKind.INSTANT, width=16,
          help="The promise: late is measured against it."),
    Field(name="booked_why", title="Why booked otherwise", width=24, help="What speaks against the wish."),
    Field(name="change_told", title="Told of the change", late=True, personal=True, width=24,
          help="Who was told what is booked instead, when, and what they said."),
    Field(name="booked_otherwise", title="Booked otherwise", kind=FieldKind.LIST, system=True, width=30),
)  # fmt: skip


def code_of(name: str, ctx: Context) -> str:
    """The policy's code of a service, by code or name; "" when there is none of that name."""
    wanted = " ".join(name.split()).casefold()
    for code in ctx.policy.names("service"):
        if wanted in (code.casefold(), ctx.policy.text(f"service.{code}.name").casefold()):
            return code
    return ""


def cell(case: Case, name: str) -> str:
    """The field in which what is to be booked stands: its own if filled in, else the wish."""
    return _BOOKED_AS[name] if case.has(_BOOKED_AS[name]) else name


def planned_service(case: Case) -> str:
    """The service that is to be booked."""
    return case.text(cell(case, "service"))


def planned_window(case: Case) -> tuple[datetime | None, datetime | None]:
    """The window that is to be booked."""
    return case.instant(cell(case, "window_start")), case.instant(cell(case, "window_end"))


def planned_day(case: Case) -> date | None:
    """The day of the booked window, else the day asked for."""
    end = case.instant("booked_to")
    return london_day(end) if end is not None else case.day("date_needed")


def late_minutes(case: Case) -> int | None:
    """Minutes after the promised window, 0 in time, None while one of both is not known."""
    arrived, end = case.instant("delivered_at"), planned_window(case)[1]
    return max(0, int((arrived - end).total_seconds() + 59) // 60) if arrived and end else None


def differences(case: Case, ctx: Context) -> tuple[str, ...]:
    """What is to be booked otherwise than asked, one line each; empty when it is as asked."""
    found = []
    asked, booked = case.text("service"), planned_service(case)
    if (code_of(booked, ctx) or booked) != (code_of(asked, ctx) or asked):
        found.append(f"{booked} instead of {asked}")
    wish, plan = _wished(case), _planned(case)
    if wish is not None and plan is not None and plan != wish:
        found.append(f"{_words(plan)} instead of {_words(wish)}")
    return tuple(found)


def _wished(case: Case) -> _Window | None:
    return _whole(case.instant("window_start"), case.instant("window_end"))


def _planned(case: Case) -> _Window | None:
    return _whole(*planned_window(case))


def _whole(start: datetime | None, end: datetime | None) -> _Window | None:
    return (start, end) if start is not None and end is not None else None


def _words(window: _Window) -> str:
    start, end = (to_london(at) for at in window)
    return f"{start:%d/%m/%Y %H:%M} to {end:%H:%M}"


def as_booked(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """What was booked, whole and by the service's name, so that it stands on the case even where it is as asked."""
    (start, end), service = planned_window(case), planned_service(case)
    code = code_of(service, ctx)
    named = ctx.policy.text(f"service.{code}.name") if code else service
    return {"booked_service": named, "booked_from": start, "booked_to": end}


def planned_anew(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The cells of the booking that only repeat the wish, emptied, so that the wish counts when it is changed."""
    same = {booked for wish, booked in _BOOKED_AS.items() if case.fields.get(booked) == case.fields.get(wish)}
    if code_of(case.text("booked_service"), ctx) == code_of(case.text("service"), ctx):
        same.add("booked_service")
    return dict.fromkeys(same)


# Rules -----------------------------------------------------------------------------------------------------------


def booked_window_whole(case: Case, ctx: Context) -> Problem | None:
    """A booked window is a whole one: start and end, of one day, the right way round. Source: domain rules."""
    start, end = case.instant("booked_from"), case.instant("booked_to")
    if start is None and end is None:
        return None
    if start is None or end is None:
        lacking = "booked_from" if start is None else "booked_to"
        hint = "Fill in 'Booked from' and 'Booked to', or clear both."
        return Problem("SPD-08", "Only one end of the booked window is filled in.", lacking, hint=hint)
    if end <= start:
        return Problem("SPD-08", "The booked window ends before it starts.", "booked_to", hint="Check both times.")
    if london_day(start) != london_day(end):
        return Problem("SPD-08", "The booked window is not on one day.", "booked_from", hint="Check both times.")
    return None


def other_has_reason(case: Case, ctx: Context) -> Problem | None:
    """Whoever books something else than was asked says why. Source: audit facts, requested and booked."""
    changed = differences(case, ctx)
    if not changed or case.has("booked_why"):
        return None
    words = f"It is booked otherwise than asked: {'; '.join(changed)}."
    return Problem("SPD-29", words, "booked_why", hint="Say why under 'Why booked otherwise'.")


def hard_wish_agreed(case: Case, ctx: Context) -> Problem | None:
    """A hard window is booked otherwise only after the customer has agreed. Source: hard and soft windows."""
    wish, plan = _wished(case), _planned(case)
    if case.text("hard_or_soft") != "Hard" or case.has("change_told") or wish is None or plan is None:
        return None
    if wish[0] <= plan[0] and plan[1] <= wish[1]:
        return None
    words = f"The window asked for is a hard one, and {_words(plan)} is outside it."
    hint = "Let the customer agree first; note who was told, when and the answer under 'Told of the change'."
    return Problem("SPD-30", words, "change_told", hint=hint)


def other_is_told(case: Case, ctx: Context) -> Problem | None:
    """What is booked otherwise is told with the promise. Source: promise after confirmation; fallback stated."""
    changed = differences(case, ctx)
    if not changed or case.has("change_told"):
        return None
    words = f"Nobody has been told that it is {'; '.join(changed)}."
    return Problem("SPD-30", words, "change_told", hint="Note who was told and when under 'Told of the change'.")
