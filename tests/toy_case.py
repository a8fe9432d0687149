"""A small case type made for tests: a key that is lent, with every feature a table can have."""

from __future__ import annotations

from datetime import timedelta

from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.common_form import CLOSED
from addin.logic.forms import Field, FieldKind
from addin.logic.outcome import Problem
from addin.logic.values import Role

QA = frozenset({Role.SENIOR_QA})
DESK = frozenset({Role.COORDINATOR, Role.SENIOR_QA})


def _door_known(case: Case, ctx: Context) -> Problem | None:
    return Problem("TOY-01", "Door 13 does not exist.", "door") if case.text("door") == "13" else None


def _odd_door(case: Case, ctx: Context) -> Problem | None:
    return Problem("TOY-02", "That door is rarely used.", "door") if case.text("door") == "99" else None


def _few_keys(case: Case, ctx: Context) -> Problem | None:
    if (case.count("keys") or 0) <= 3:
        return None
    return Problem("TOY-03", "More than three keys.", "keys", hint="Lend fewer.")


def _other_person(case: Case, ctx: Context) -> Problem | None:
    if case.text("lent_by") != ctx.actor.id:
        return None
    return Problem("TOY-04", "Who lent the key does not check it.")


def _dusk(case: Case, ctx: Context) -> Problem | None:
    return Problem("TOY-05", "It is late.") if ctx.now.hour >= 18 else None


TOY = CaseType(
    code="TOY",
    name="Lent key",
    family="key",
    sheet="Keys",
    form=(
        Field(name="door", title="Door", kind=FieldKind.ID, queue=True),
        Field(name="keys", title="Keys", kind=FieldKind.COUNT, queue=True, help="How many."),
        Field(name="borrower", title="Borrower", personal=True),
        Field(name="deposit", title="Deposit", kind=FieldKind.MONEY),
        Field(name="weight", title="Weight", kind=FieldKind.NUMBER, late=True),
        Field(name="tags", title="Tags", kind=FieldKind.LIST, late=True),
        Field(name="remark", title="Remark", kind=FieldKind.NOTE, late=True, roles=QA),
        Field(name="back_by", title="Back by", kind=FieldKind.DAY),
        Field(name="lent_by", title="Lent by", kind=FieldKind.ID, system=True),
        Field(name="lent_at", title="Lent at", kind=FieldKind.INSTANT, system=True),
        Field(name="held_from", title="Held from", system=True),
        Field(name="grams", title="Grams", kind=FieldKind.NUMBER, system=True),
    ),
    states=("New", "Ready", "Lent", "On hold", "Back", CLOSED),
    moves=(
        Move(
            verb="prepare", label="Prepare", start=frozenset({"New"}), to="Ready", event="key.prepared.v1",
            says="{actor} prepared {case} for door {door}", roles=DESK, needs=("door",),
        ),
        Move(
            verb="lend", label="Lend", start=frozenset({"Ready"}), to="Lent", event="key.lent.v1",
            says="{actor} lent {keys} keys of {door} to {borrower}", roles=DESK, needs=("keys", "borrower"),
            rules=(
                Rule("TOY-03", "At most three keys.", _few_keys, override=QA),
                Rule("TOY-05", "Keys are lent by day.", _dusk, warn=True),
            ),
            sets=lambda case, ctx: {"lent_by": ctx.actor.id, "lent_at": ctx.now},
        ),
        Move(
            verb="hold", label="Hold", start=frozenset({"Ready", "Lent"}), to="On hold", event="key.held.v1",
            says="{actor} held {case}", roles=DESK, reason=True, back="held_from",
        ),
        Move(
            verb="release", label="Release", start=frozenset({"On hold"}), to="", event="key.released.v1",
            says="{actor} released {case}", roles=DESK, back="held_from",
        ),
        Move(
            verb="return", label="Return", start=frozenset({"Lent"}), to="Back", event="key.returned.v1",
            says="{actor} took {case} back", roles=DESK,
            opens=lambda case, ctx: [Opening(type="TOY", fields={"door": case.text("door")})],
        ),
        Move(
            verb="check", label="Check", start=frozenset({"Back"}), to=CLOSED, event="key.checked.v1",
            says="{actor} checked {case}", roles=DESK,
            rules=(Rule("TOY-04", "A second person checks.", _other_person),),
        ),
    ),
    asks=("door",),
    openers=DESK,
    rules=(
        Rule("TOY-01", "Only doors that exist.", _door_known),
        Rule("TOY-02", "Rare doors are looked at.", _odd_door, warn=True),
    ),
    deadlines=(
        Deadline(
            id="TOY-D1", label="Bring back", due=lambda case, ctx: case.day("back_by"),
            until=frozenset({"Back"}), legal=True, source="house rule",
        ),
        Deadline(
            id="TOY-D2", label="Prepare", until=frozenset({"Ready", "Lent", "On hold", "Back"}),
            due=lambda case, ctx: (opened := case.instant("opened_at")) and opened + timedelta(hours=1),
        ),
    ),
    frozen_from=frozenset({"Lent", "Back"}),
    derive=lambda case, ctx: {"grams": weight * 1000 if (weight := case.number("weight")) is not None else None},
    sample={"door": "7", "keys": "2", "borrower": "Ada Ngo", "deposit": "20.00"},
)  # fmt: skip
