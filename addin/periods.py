"""Opening, holding, closing and reopening the accounting months of a register, and telling how they stand.

The rules are in `logic.periods`; here they get the months, the bookings and the person, in one journal transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from addin.logic.case_type import Case
from addin.logic.events import Json
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.period_result import Line, booked_months, changed, lines, result, unmatched, words
from addin.logic.periods import STEPS, Period, Periods, State, Step, close, is_month, last_day, month_of
from addin.service import Service

CLOSE: Final = "close"
_DAY: Final = timedelta(days=1)
#: What can be done with a month, by the name of its button.
VERBS: Final = ("hold", "release", CLOSE, "reopen")


@dataclass(frozen=True, slots=True)
class Standing:
    """One month as a list shows it; `altered` when a closed one no longer holds what its result says."""

    period: Period
    lines: tuple[Line, ...]
    altered: bool = False

    def as_dict(self) -> dict[str, object]:
        """The month as JSON shows it."""
        period = self.period
        return {
            "period": period.name, "state": period.state.value, "by": period.by, "at": period.at,
            "reason": period.reason, "asks_to_reopen": period.asker, "result": result(self.lines),
            "kept": dict(period.result), "altered": self.altered,
        }  # fmt: skip

    def sentence(self) -> str:
        """The month in a line."""
        who = f" by {self.period.by} on {self.period.at[:10]}" if self.period.by else ""
        asks = f"; {self.period.asker} asks to reopen it" if self.period.asker else ""
        note = "; CHANGED since it was closed" if self.altered else ""
        return f"{self.period.name}  {self.period.state}{who}: {words(self.lines)}{asks}{note}"


def standings(service: Service) -> list[Standing]:
    """Every month that has bookings or was touched, in order."""
    periods, refunds = service.periods(), service.journal.cases(types=["RFD"])
    names = sorted({*periods.known, *booked_months(refunds)})
    return [_standing(periods, refunds, name) for name in names]


def standing(service: Service, name: str) -> Standing:
    """One month."""
    return _standing(service.periods(), service.journal.cases(types=["RFD"]), name)


def _standing(periods: Periods, refunds: Sequence[Case], name: str) -> Standing:
    period, found = periods.get(name), lines(refunds, name)
    return Standing(period, found, period.state is State.CLOSED and changed(period.result, found))


def next_to_close(service: Service) -> str:
    """The oldest month that is over and not closed: the oldest with bookings, else last month."""
    periods, today = service.periods(), service.context().today
    ended = [name for name in booked_months(service.journal.cases(types=["RFD"])) if last_day(name) < today]
    waiting = [name for name in ended if not periods.is_closed(name)]
    return waiting[0] if waiting else month_of(today.replace(day=1) - _DAY)


def take_step(service: Service, verb: str, name: str, reason: str = "") -> Outcome:
    """Hold, release, close or reopen a month as the person at the keyboard."""
    if not is_month(name):
        told = f"{name or 'Nothing'} is not a month."
        return Outcome.refused(Problem("PER-01", told, "period", hint="Write it like 2026-11."))
    with service.work() as work:
        refunds = work.writer.cases(types=["RFD"])
        found = lines(refunds, name)
        periods, today = service.periods(), service.context().today
        step = Step(name, service.actor, today, reason, booked_months(refunds), len(unmatched(found)))
        if verb == CLOSE:
            ruling = close(periods, step, _dated(result(found), step), words(found))
        else:
            ruling = STEPS[verb](periods, step)
        if ruling.draft is None:
            return Outcome.refused(*ruling.problems)
        event = work.append(ruling.draft)
    now = standing(service, name)
    return Outcome(Status.DONE, now.sentence(), seq=event.seq, head=event.hash)


def _dated(found: dict[str, Json], step: Step) -> dict[str, Json]:
    return {"on": step.today.isoformat(), **found}
