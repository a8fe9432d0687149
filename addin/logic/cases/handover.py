"""Handover (HND): what a shift passes on, and the receiver who takes it.

1. A handover counts once another person has accepted it; until then it stays with the one who wrote it.
2. It names the open urgent cases, what was promised and to when, and the risks; "none" is written, not left empty.
3. Work put first by hand has its reason.
4. With the acceptance the listed cases become the receiver's. A handover for an absence gives back what is left when it
   is closed; until then nothing new is given to the absent person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from addin.logic.calendar import add_working_days, add_working_time
from addin.logic.case_type import WORKING, Case, CaseType, Context, Deadline, Move, Rule
from addin.logic.common_form import CLOSED
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.joining import Join
from addin.logic.outcome import Problem
from addin.logic.values import Role

DRAFT: Final = "Draft"
ACCEPTED: Final = "Accepted"
PUT_FIRST: Final = ("None", "Peak", "Priority client", "Legal date", "Collection cut-off", "Other")


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("shift", "Shift", FieldKind.CHOICE, choices=("Early", "Day", "Late", "Night"), queue=True, width=9),
    _f("shift_day", "Shift of", FieldKind.DAY, width=12),
    _f("to_person", "To person", FieldKind.ID, queue=True, width=14, help="Account of the one who takes over."),
    _f("open_cases", "Open P1 and P2", FieldKind.LIST, queue=True, width=30, help="Case numbers, or none."),
    _f("covered_cases", "Other cases handed over", FieldKind.LIST, width=30, help="What else becomes the receiver's."),
    _f("away_from", "Away from", FieldKind.DAY, queue=True, width=12, help="For an absence: its first day."),
    _f("away_until", "Away until", FieldKind.DAY, queue=True, width=12, help="For an absence: its last day."),
    _f("promised", "Promised times", FieldKind.NOTE, width=30, help="To whom, what and by when; or none."),
    _f("risks", "Risks", FieldKind.NOTE, queue=True, width=30, help="What may go wrong next; or none."),
    _f("priority_reason", "Put first because", FieldKind.CHOICE, choices=PUT_FIRST, width=16),
    _f("priority_cases", "Put first", FieldKind.LIST, width=24, help="Case numbers worked on before their turn."),
    _f("readback", "Read back", late=True, width=24, help="The main points in the receiver's own words."),
    _f("from_person", "From person", FieldKind.ID, system=True),
    _f("accepted_by", "Accepted by", FieldKind.ID, system=True, queue=True),
    _f("accepted_at", "Accepted", FieldKind.INSTANT, system=True, width=16),
    _f("cover_of", "Covers for", FieldKind.ID, system=True),
    _f("cover_from", "Covers from", FieldKind.DAY, system=True),
    _f("cover_until", "Covers until", FieldKind.DAY, system=True),
    _f("minutes_to_accept", "Minutes to accept", FieldKind.COUNT, system=True),
)  # fmt: skip


def _another_person(case: Case, ctx: Context) -> Problem | None:
    """Nobody hands over to themselves. Source: domain rules, receiver must accept."""
    if ctx.actor.id != case.text("opened_by"):
        return None
    return Problem("HND-01", "You wrote this handover and cannot accept it.", "to_person", hint="The receiver accepts.")


def _the_receiver(case: Case, ctx: Context) -> Problem | None:
    """When a receiver is named, that person accepts. Source: domain rules."""
    if case.text("to_person").casefold() in ("", ctx.actor.id.casefold()):
        return None
    words = f"The handover is for {case.text('to_person')}."
    return Problem("HND-02", words, "to_person", hint="They accept it, or the writer names you.")


def _not_to_self(case: Case, ctx: Context) -> Problem | None:
    """The writer is no receiver. Source: domain rules."""
    if not case.has("to_person") or case.text("to_person").casefold() != case.text("opened_by").casefold():
        return None
    return Problem("HND-03", "The receiver is the one who wrote it.", "to_person", hint="Name the next shift's person.")


def _reasoned(case: Case, ctx: Context) -> Problem | None:
    """Work put first by hand has its reason. Source: domain rules, manual priority."""
    if not case.has("priority_cases") or case.text("priority_reason") not in ("", "None"):
        return None
    words = "Cases were put first without a reason."
    return Problem("HND-04", words, "priority_reason", hint="Choose why: peak, client, legal date, collection cut-off.")


def _all_listed(case: Case, ctx: Context) -> Problem | None:
    """Urgent escalations that are known to be open stand in the list. Source: domain rules."""
    listed = {item.upper() for item in case.items("open_cases")}
    urgent = [o.case_id for o in ctx.related if not o.is_final and o.text("priority") in ("P1", "P2")
              and o.case_id != case.case_id]  # fmt: skip
    missing = [found for found in urgent if found not in listed]
    if not missing:
        return None
    words = f"Open urgent cases are not in the list: {', '.join(missing)}."
    return Problem("HND-05", words, "open_cases", hint="Add them.")


def _absence_sound(case: Case, ctx: Context) -> Problem | None:
    """An absence has a first and a last day, in this order. Source: absence cover."""
    first, last = case.day("away_from"), case.day("away_until")
    if first is None and last is None:
        return None
    if first is None or last is None:
        name = "away_from" if first is None else "away_until"
        return Problem("HND-06", "An absence needs its first and its last day.", name, hint="Fill in both, or neither.")
    if first <= last:
        return None
    words = f"The absence ends ({last:%d/%m/%Y}) before it begins ({first:%d/%m/%Y})."
    return Problem("HND-06", words, "away_until", hint="Correct the days.")


def _able_receiver(case: Case, ctx: Context) -> Problem | None:
    """The receiver is a person of the register who works on cases. Source: domain rules, receiver must accept."""
    wanted = case.text("to_person").casefold()
    if not wanted or not ctx.people:
        return None
    able = sorted(name for name, who in ctx.people.items() if who.may(WORKING))
    if wanted in {name.casefold() for name in able}:
        return None
    words = f"{case.text('to_person')!r} is nobody who works on cases here."
    return Problem("HND-07", words, "to_person", hint=f"Choose one of: {', '.join(able)}.")


def _accepted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    opened = case.instant("opened_at")
    away = case.has("away_until")
    return {
        "cover_of": case.text("opened_by") if away else None,
        "cover_from": case.day("away_from"),
        "cover_until": case.day("away_until"),
        "accepted_by": ctx.actor.id,
        "accepted_at": ctx.now,
        "minutes_to_accept": int((ctx.now - opened).total_seconds()) // 60 if opened else None,
        "decision": "Accepted.",
        "decision_by": ctx.actor.id,
        "decision_at": ctx.now,
    }


def _back_due(case: Case, ctx: Context) -> date | None:
    """When the absent person is back, the handover is closed and what is left goes back."""
    last = case.day("cover_until") if case.status == ACCEPTED else None
    return add_working_days(last, 1) if last else None


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"from_person": case.text("opened_by") or None}


def _accept_due(case: Case, ctx: Context) -> datetime | None:
    opened = case.instant("opened_at")
    if opened is None:
        return None
    hours = timedelta(hours=ctx.policy.number("handover.accept_hours"))
    return add_working_time(opened, hours, ctx.policy.working_hours())


CASE: Final = CaseType(
    code="HND",
    name="Shift handover",
    family="handover",
    sheet="Escalations",
    form=_FORM,
    states=(DRAFT, ACCEPTED, CLOSED),
    moves=(
        Move(verb="accept", label="Accept", start=frozenset({DRAFT}), to=ACCEPTED, event="handover.accepted.v1",
             says="{actor} accepted the handover {case} of the {shift} shift", joins=Join.HAND_OVER,
             needs=("shift", "open_cases", "promised", "risks", "readback"), sets=_accepted,
             rules=(Rule("HND-01", "The receiver is another person.", _another_person),
                    Rule("HND-02", "The named receiver accepts.", _the_receiver,
                         override=frozenset({Role.SENIOR_QA})),
                    Rule("HND-04", "Work put first has its reason.", _reasoned))),
        Move(verb="close", label="Close", start=frozenset({ACCEPTED}), to=CLOSED, event="handover.closed.v1",
             says="{actor} closed the handover {case}", needs=("decision",), joins=Join.GIVE_BACK),
    ),
    rules=(
        Rule("HND-03", "The writer is no receiver.", _not_to_self),
        Rule("HND-06", "An absence has its first and its last day.", _absence_sound),
        Rule("HND-07", "The receiver works on cases.", _able_receiver),
        Rule("HND-05", "Known urgent cases are handed over.", _all_listed, warn=True),
    ),
    deadlines=(
        Deadline(id="HND-ACCEPT", label="Accept handover", due=_accept_due, until=frozenset({ACCEPTED}),
                 source="policy handover.accept_hours"),
        Deadline(id="HND-BACK", label="Give back what is left", due=_back_due, source="its own plan"),
    ),
    frozen_from=frozenset({ACCEPTED}),
    derive=_derive,
    messages=("escalations.handover",),
    sample={
        "shift": "Late", "shift_day": "23/11/2026", "to_person": "b.lowe", "open_cases": "CASE-2026-000004",
        "promised": "Customer Service hears about CASE-2026-000004 by 18:00.", "risks": "Collection at 17:30 is tight.",
        "priority_reason": "None",
    },
)  # fmt: skip
