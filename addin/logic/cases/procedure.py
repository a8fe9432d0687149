"""Procedure change (SOP): proposed, reviewed, approved by another, in force on its day, and read by those it binds.

1. A version is never blank and never used twice; the one it replaces is kept.
2. The author does not approve.
3. It counts as introduced when everybody named has read it, each by their own hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from addin.logic.calendar import LONDON, london_day
from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Rule
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.values import Role

PROPOSED: Final = "Proposed"
REVIEW: Final = "Review"
APPROVED: Final = "Approved"
EFFECTIVE: Final = "Effective"
READ: Final = "Read & understood"


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("sop_id", "Procedure", FieldKind.ID, queue=True, width=12),
    _f("superseded_version", "Replaces version", FieldKind.ID, width=9, help="Empty for a new procedure."),
    _f("new_version", "New version", FieldKind.ID, queue=True, width=9),
    _f("change", "Change", FieldKind.NOTE, queue=True, width=34, help="What is different, step by step."),
    _f("trigger_case", "Because of case", FieldKind.ID, width=16, help="Case or deviation that led to it."),
    _f("author", "Author", FieldKind.ID, width=12, help="Account; empty means the one who opened the case."),
    _f("document", "Document", width=20, help="File of the new version."),
    _f("training_needed", "Training needed", FieldKind.FLAG, width=9),
    _f("training_done", "Training held", FieldKind.DAY, late=True, width=12),
    _f("effective_date", "In force from", FieldKind.DAY, late=True, queue=True, width=12),
    _f("readers", "Has to be read by", FieldKind.LIST, late=True, width=24, help="Accounts, with ; between."),
    _f("old_kept_at", "Old version kept at", late=True, width=20),
    _f("read_by", "Read by", FieldKind.LIST, system=True, queue=True, width=24),
    _f("read_log", "Read when", FieldKind.LIST, system=True, help="Who, when, and after how many days."),
    _f("not_read", "Not read by", FieldKind.LIST, system=True, width=24),
    _f("approved_by", "Approved by", FieldKind.ID, system=True),
    _f("approved_at", "Approved", FieldKind.INSTANT, system=True, width=16),
    _f("effective_at", "In force since", FieldKind.INSTANT, system=True, width=16),
)  # fmt: skip


def _not_read(case: Case) -> tuple[str, ...]:
    read = {name.casefold() for name in case.items("read_by")}
    return tuple(name for name in case.items("readers") if name.casefold() not in read)


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"author": case.text("author") or case.text("opened_by"), "not_read": _not_read(case) or None}


def _numbers(version: str) -> tuple[int, ...] | None:
    parts = version.strip().lstrip("vV").split(".")
    return tuple(int(part) for part in parts) if all(re.fullmatch(r"\d{1,6}", part) for part in parts) else None


# Rules -----------------------------------------------------------------------------------------------------------


def _version_follows(case: Case, ctx: Context) -> Problem | None:
    """A new version differs from the one it replaces and, where both are numbers, is higher. Source: domain rules."""
    old, new = case.text("superseded_version"), case.text("new_version")
    if not old or not new:
        return None
    before, after = _numbers(old), _numbers(new)
    if old.casefold() == new.casefold() or (before is not None and after is not None and after <= before):
        words = f"Version {new} does not follow version {old}."
        return Problem("SOP-01", words, "new_version", hint="Give it the next version.")
    return None


def _version_free(case: Case, ctx: Context) -> Problem | None:
    """One version of one procedure is proposed once. Source: domain rules, no blank and no double version."""
    mine = (case.text("sop_id").casefold(), case.text("new_version").casefold())
    for other in ctx.of_type("SOP"):
        theirs = (other.text("sop_id").casefold(), other.text("new_version").casefold())
        if other.case_id != case.case_id and other.status not in (CANCELLED, DUPLICATE) and theirs == mine:
            words = f"{other.case_id} already has version {case.text('new_version')} of {case.text('sop_id')}."
            return Problem("SOP-02", words, "new_version", hint="Take the next version.")
    return None


def _not_the_author(case: Case, ctx: Context) -> Problem | None:
    """The author does not approve. Source: domain rules, segregation of duties."""
    if ctx.actor.id.casefold() not in (case.text("author").casefold(), case.text("opened_by").casefold()):
        return None
    return Problem("SOP-03", "You wrote or proposed this change.", "author", hint="Another person approves it.")


def _in_force_ahead(case: Case, ctx: Context) -> Problem | None:
    """Nothing comes into force before it is approved. Source: domain rules."""
    day = case.day("effective_date")
    if day is None or day >= ctx.today:
        return None
    return Problem("SOP-04", "The day it comes into force has passed.", "effective_date", hint="Choose a day ahead.")


def _day_reached(case: Case, ctx: Context) -> Problem | None:
    """A procedure comes into force on its day. Source: domain rules."""
    day = case.day("effective_date")
    if day is None or ctx.today >= day:
        return None
    return Problem("SOP-05", f"It comes into force on {day:%d/%m/%Y}.", "effective_date", hint="Wait for that day.")


def _old_kept(case: Case, ctx: Context) -> Problem | None:
    """The version that is replaced is kept. Source: domain rules."""
    if not case.has("superseded_version") or case.has("old_kept_at"):
        return None
    return Problem("SOP-06", "Nobody says where the old version is kept.", "old_kept_at", hint="Name the place.")


def _trained(case: Case, ctx: Context) -> Problem | None:
    """Where training is needed it is held before the procedure comes into force. Source: domain rules."""
    held = case.day("training_done")
    if case.flag("training_needed") is not True or (held is not None and held <= ctx.today):
        return None
    return Problem("SOP-07", "The training has not been held.", "training_done", hint="Hold it, then fill in the day.")


def _a_reader(case: Case, ctx: Context) -> Problem | None:
    """Only those it binds sign that they have read it, once, each for themselves. Source: domain rules."""
    account = ctx.actor.id.casefold()
    if account not in {name.casefold() for name in case.items("readers")}:
        return Problem("SOP-08", "You are not among those who have to read it.", "readers", hint="Add the account.")
    if account in {name.casefold() for name in case.items("read_by")}:
        return Problem("SOP-08", "You have already signed that you have read it.", "read_by", hint="Nothing to do.")
    return None


def _all_read(case: Case, ctx: Context) -> Problem | None:
    """Everybody named has read it. Source: domain rules, who read and by when."""
    missing = _not_read(case)
    if not missing:
        return None
    return Problem("SOP-09", f"Not yet read by: {', '.join(missing)}.", "not_read", hint="They press 'Read'.")


# Moves -----------------------------------------------------------------------------------------------------------


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    words = f"Version {case.text('new_version')} approved."
    return {
        "approved_by": ctx.actor.id, "approved_at": ctx.now, "decision": words,
        "decision_by": ctx.actor.id, "decision_at": ctx.now,
    }  # fmt: skip


def _in_force(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"effective_at": ctx.now, "read_by": None, "read_log": None}


def _signed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    since = case.instant("effective_at")
    days = (london_day(ctx.now) - london_day(since)).days if since else 0
    line = f"{ctx.actor.id} {ctx.now.astimezone(LONDON):%d/%m/%Y %H:%M}, after {days} days"
    return {"read_by": (*case.items("read_by"), ctx.actor.id), "read_log": (*case.items("read_log"), line)}


def _force_due(case: Case, ctx: Context) -> date | None:
    return case.day("effective_date")


def _read_due(case: Case, ctx: Context) -> date | None:
    day = case.day("effective_date")
    if day is None or case.status != EFFECTIVE:
        return None
    return day + timedelta(days=ctx.policy.days("procedure.read_days"))


_VERSION: Final = (
    Rule("SOP-01", "A version follows the one it replaces.", _version_follows),
    Rule("SOP-02", "A version is used once.", _version_free),
)
_MOVES: Final = (
    Move(verb="submit", label="Submit", start=frozenset({PROPOSED}), to=REVIEW, event="procedure.submitted.v1",
         says="{actor} submitted version {new_version} of {sop_id} for review ({case})", rules=_VERSION,
         needs=("sop_id", "new_version", "change", "trigger_case", "document", "training_needed", "effective_date",
                "readers")),
    Move(verb="approve", label="Approve", start=frozenset({REVIEW}), to=APPROVED, event="procedure.approved.v1",
         says="{actor} approved version {new_version} of {sop_id} by {author} ({case})",
         roles=frozenset({Role.SENIOR_QA}), sets=_approved,
         rules=(*_VERSION, Rule("SOP-03", "The author does not approve.", _not_the_author),
                Rule("SOP-04", "It comes into force after its approval.", _in_force_ahead))),
    Move(verb="send_back", label="Send back", start=frozenset({REVIEW, APPROVED}), to=PROPOSED, reason=True,
         event="procedure.sent_back.v1", says="{actor} sent {case} back to its author"),
    Move(verb="publish", label="In force", start=frozenset({APPROVED}), to=EFFECTIVE, event="procedure.in_force.v1",
         says="Version {new_version} of {sop_id} is in force ({case})", sets=_in_force,
         rules=(Rule("SOP-05", "It comes into force on its day.", _day_reached),
                Rule("SOP-06", "The old version is kept.", _old_kept),
                Rule("SOP-07", "Training is held first.", _trained)),
         lasting="people work by it; publish the next version."),
    Move(verb="read", label="Read", start=frozenset({EFFECTIVE}), to="", event="procedure.read.v1",
         says="{actor} has read and understood version {new_version} of {sop_id} ({case})", sets=_signed,
         roles=frozenset(Role) - {Role.SYSTEM},
         rules=(Rule("SOP-08", "Those it binds sign, each once.", _a_reader),),
         lasting="somebody confirmed having read it."),
    Move(verb="complete", label="All have read", start=frozenset({EFFECTIVE}), to=READ, event="procedure.introduced.v1",
         says="Version {new_version} of {sop_id} has been read by all: {read_by} ({case})", needs=("readers",),
         rules=(Rule("SOP-09", "Everybody named has read it.", _all_read),)),
    Move(verb="close", label="Close", start=frozenset({READ}), to=CLOSED, event="procedure.closed.v1",
         says="{actor} closed {case}", needs=("decision",)),
)  # fmt: skip

CASE: Final = CaseType(
    code="SOP",
    name="Procedure change",
    family="procedure",
    sheet="Improvement",
    form=_FORM,
    states=(PROPOSED, REVIEW, APPROVED, EFFECTIVE, READ, CLOSED),
    moves=_MOVES,
    deadlines=(
        Deadline(id="SOP-FORCE", label="In force from", due=_force_due, until=frozenset({EFFECTIVE, READ}),
                 source="its own plan"),
        Deadline(id="SOP-READ", label="Read by all", due=_read_due, until=frozenset({READ}),
                 source="policy procedure.read_days"),
    ),
    frozen_from=frozenset({REVIEW, APPROVED, EFFECTIVE, READ}),
    derive=_derive,
    messages=("improvement.procedure_brief",),
    sample={
        "sop_id": "SOP-114", "superseded_version": "3", "new_version": "4", "trigger_case": "CASE-2026-000012",
        "change": "Step 4.2: the seal number is scanned, not written.", "document": "SOP-114-v4.docx",
        "training_needed": "No", "effective_date": "30/11/2026", "readers": "a.khan; b.lowe",
    },
)  # fmt: skip
