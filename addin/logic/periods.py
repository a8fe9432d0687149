"""Accounting months of the refunds: open, on hold, closed; and where a refund is booked that comes late.

1. A month is open until somebody says otherwise. On hold it takes no new bookings while it is being matched; closed it
   takes nothing, and what was booked in it stays as it is.
2. A month is closed by Finance after it has ended, and in order: none is closed before an older one that has bookings.
3. A closed month is opened again by two people, Senior QA and Finance, both with a reason; younger closed ones first.
4. What belongs to a month that takes nothing is booked in the next one that does, and keeps the name of its own month.

The cut-off rule is one for all: the day on which the provider booked it, in Europe/London.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from addin.logic.events import Draft, Event, Json, Kind
from addin.logic.outcome import Problem
from addin.logic.values import Actor, Role

PERIOD_HELD: Final = Kind("period.held.v1", "{actor} put the month {period} on hold")
PERIOD_RELEASED: Final = Kind("period.released.v1", "{actor} opened the month {period} for bookings again")
PERIOD_CLOSED: Final = Kind("period.closed.v1", "{actor} closed the month {period}: {words}")
PERIOD_REOPENING: Final = Kind("period.reopening.v1", "{actor} asked to reopen the closed month {period}")
PERIOD_REOPENED: Final = Kind("period.reopened.v1", "{actor} reopened the closed month {period}, asked for by {asker}")
PERIOD_KINDS: Final = (PERIOD_HELD, PERIOD_RELEASED, PERIOD_CLOSED, PERIOD_REOPENING, PERIOD_REOPENED)

_MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
#: Both must say so before a closed month is opened again.
REOPENERS: Final = frozenset({Role.SENIOR_QA, Role.FINANCE})

#: What each rule of a month says, by its id.
RULES: Final[Mapping[str, str]] = {
    "PER-01": "A month is named like 2026-11.",
    "PER-02": "Finance holds, releases and closes; Senior QA and Finance reopen.",
    "PER-03": "A step is taken from the state it starts in, once.",
    "PER-04": "A month is closed when it is over.",
    "PER-05": "Months are closed in order.",
    "PER-06": "Exceptions are closed over with a reason only.",
    "PER-07": "Reopening has a reason.",
    "PER-08": "The youngest closed month is reopened first.",
    "PER-09": "Two people of the two roles reopen.",
}


class State(StrEnum):
    """Whether a month takes bookings."""

    OPEN = "open"
    ON_HOLD = "on hold"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Period:
    """One month: its state, who set it and when, its result when it was closed, and who asks to reopen it."""

    name: str
    state: State = State.OPEN
    by: str = ""
    at: str = ""
    reason: str = ""
    result: Mapping[str, Json] = field(default_factory=dict)
    asker: str = ""
    """The account that asked to reopen it, while the second person has not agreed."""
    asker_role: str = ""


@dataclass(frozen=True, slots=True)
class Periods:
    """Every month that was ever touched, by name."""

    known: Mapping[str, Period] = field(default_factory=dict)

    def get(self, name: str) -> Period:
        """A month; one that nobody touched is open."""
        return self.known.get(name) or Period(name)

    def is_closed(self, name: str) -> bool:
        """True when the month takes nothing any more."""
        return self.get(name).state is State.CLOSED

    def taking(self, name: str) -> str:
        """The month in which something of month `name` is booked: itself, or the next that is open."""
        while self.get(name).state is not State.OPEN:
            name = month_after(name)
        return name

    def closed(self) -> tuple[str, ...]:
        """The names of the closed months, in order."""
        return tuple(sorted(name for name, period in self.known.items() if period.state is State.CLOSED))


def month_of(day: date) -> str:
    """The name of a day's month, "2026-11"."""
    return f"{day.year:04d}-{day.month:02d}"


def month_after(name: str) -> str:
    """The next month's name."""
    year, month = int(name[:4]), int(name[5:])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def last_day(name: str) -> date:
    """The last day of a month."""
    after = month_after(name)
    return date(int(after[:4]), int(after[5:]), 1) - timedelta(days=1)


def is_month(name: str) -> bool:
    """True for "2026-11"."""
    return _MONTH.fullmatch(name) is not None


def fold(events: Iterable[Event]) -> Periods:
    """The months as their events tell them, in order."""
    known: dict[str, Period] = {}
    for event in events:
        name = str(event.data.get("period", ""))
        period = known.get(name) or Period(name)
        if event.kind == PERIOD_REOPENING.name:
            known[name] = replace(period, asker=event.actor, asker_role=str(event.data.get("role", "")))
            continue
        state = _REACHED[event.kind]
        result = event.data.get("result")
        known[name] = Period(
            name, state, event.actor, event.at, event.reason,
            result if state is State.CLOSED and isinstance(result, dict) else {},
        )  # fmt: skip
    return Periods(known)


_REACHED: Final[Mapping[str, State]] = {
    PERIOD_HELD.name: State.ON_HOLD,
    PERIOD_RELEASED.name: State.OPEN,
    PERIOD_CLOSED.name: State.CLOSED,
    PERIOD_REOPENED.name: State.OPEN,
}


# Deciding -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A step with a month that somebody asks for: which month, who, on which day, why, and what is booked where.

    `booked` are the names of the months in which anything is booked; `unmatched` counts what month `name` holds that
    has not matched the provider's files.
    """

    name: str
    actor: Actor
    today: date
    reason: str = ""
    booked: Sequence[str] = ()
    unmatched: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """The event to append, or why not."""

    draft: Draft | None = None
    problems: tuple[Problem, ...] = ()


def hold(periods: Periods, step: Step) -> Ruling:
    """Let a month take no new bookings while it is matched. Source: period close, "hold"."""
    found = [*_sound(step), *_role(step, frozenset({Role.FINANCE}), "put a month on hold")]
    found += found or _in_state(periods, step, State.OPEN, "put on hold")
    return _ruled(PERIOD_HELD, step, found)


def release(periods: Periods, step: Step) -> Ruling:
    """Let a month on hold take bookings again. Source: period close."""
    found = [*_sound(step), *_role(step, frozenset({Role.FINANCE}), "release a month")]
    found += found or _in_state(periods, step, State.ON_HOLD, "released")
    return _ruled(PERIOD_RELEASED, step, found)


def close(periods: Periods, step: Step, result: Mapping[str, Json], words: str) -> Ruling:
    """Close a month with its dated result; an empty month has one too. Source: period close."""
    found = [*_sound(step), *_role(step, frozenset({Role.FINANCE}), "close a month")]
    if not found:
        found += _closable(periods, step)
    return _ruled(PERIOD_CLOSED, step, found, result=dict(result), words=words)


def reopen(periods: Periods, step: Step) -> Ruling:
    """Ask to reopen a closed month, or agree to what a person of the other role asked. Source: period close."""
    found = [*_sound(step), *_role(step, REOPENERS, "reopen a closed month")]
    found += found or _in_state(periods, step, State.CLOSED, "reopened")
    if not found:
        found += _reopenable(periods, step)
    period = periods.get(step.name)
    if found or not period.asker:
        return _ruled(PERIOD_REOPENING, step, found, role=_speaks_as(step.actor).value)
    return _ruled(PERIOD_REOPENED, step, found, asker=period.asker)


def _sound(step: Step) -> list[Problem]:
    if is_month(step.name):
        return []
    return [Problem("PER-01", f"{step.name or 'Nothing'} is not a month.", "period", hint="Write it like 2026-11.")]


def _role(step: Step, roles: frozenset[Role], what: str) -> list[Problem]:
    if step.actor.may(roles):
        return []
    who = " or ".join(sorted(role.value.replace("_", " ") for role in roles))
    return [Problem("PER-02", f"{step.actor.name} may not {what}.", hint=f"It takes the role {who}.")]


def _in_state(periods: Periods, step: Step, wanted: State, done: str) -> list[Problem]:
    period = periods.get(step.name)
    if period.state is wanted:
        return []
    since = f" since {period.at[:10]} by {period.by}" if period.by else ""
    words = f"{step.name} is {period.state}{since}; only a month that is {wanted} can be {done}."
    return [Problem("PER-03", words, "period", hint="See 'casebook period list'.")]


def _closable(periods: Periods, step: Step) -> list[Problem]:
    period, ends = periods.get(step.name), last_day(step.name)
    found = []
    if period.state is State.CLOSED:
        words = f"{step.name} is closed already, since {period.at[:10]} by {period.by}."
        found.append(Problem("PER-03", words, "period", hint="Nothing more is to be done."))
    if step.today <= ends:
        words = f"{step.name} is not over before {ends:%d/%m/%Y} has passed."
        found.append(Problem("PER-04", words, "period", hint="Close it on the next day or later."))
    older = [name for name in sorted(set(step.booked)) if name < step.name and not periods.is_closed(name)]
    if older:
        words = f"{', '.join(older)} must be closed before {step.name}."
        found.append(Problem("PER-05", words, "period", hint=f"Close {older[0]} first."))
    if step.unmatched and not step.reason.strip():
        words = f"{step.unmatched} refunds booked in {step.name} have not matched the provider's file."
        hint = "Reconcile them, or close it with a reason: they stay listed with its result."
        found.append(Problem("PER-06", words, "reason", hint=hint))
    return found


def _reopenable(periods: Periods, step: Step) -> list[Problem]:
    found, period = [], periods.get(step.name)
    if not step.reason.strip():
        hint = "Say why the month has to be opened again."
        found.append(Problem("PER-07", "Reopening a closed month needs a reason.", "reason", hint=hint))
    younger = [name for name in periods.closed() if name > step.name]
    if younger:
        words = f"{', '.join(younger)} was closed after {step.name} and rests on it."
        found.append(Problem("PER-08", words, "period", hint=f"Reopen {younger[-1]} first."))
    if period.asker and not _other_person(period, step.actor):
        other = "Finance" if period.asker_role == Role.SENIOR_QA else "Senior QA"
        words = f"{period.asker} asked for it as {period.asker_role.replace('_', ' ')}."
        found.append(Problem("PER-09", words, hint=f"{other}, and another person, must agree."))
    return found


def _other_person(period: Period, actor: Actor) -> bool:
    return actor.id != period.asker and bool(actor.roles & (REOPENERS - {Role(period.asker_role)}))


def _speaks_as(actor: Actor) -> Role:
    """In which of the two roles somebody asks; without either the request is refused anyway."""
    return Role.SENIOR_QA if Role.SENIOR_QA in actor.roles else Role.FINANCE


def _ruled(kind: Kind, step: Step, problems: Sequence[Problem], **data: Json) -> Ruling:
    if problems:
        return Ruling(problems=tuple(problems))
    return Ruling(Draft(kind.name, "", {"period": step.name, **data}, step.reason.strip()))


#: The steps that need nothing but the months themselves, by the name of their action.
STEPS: Final[Mapping[str, Callable[[Periods, Step], Ruling]]] = {"hold": hold, "release": release, "reopen": reopen}
