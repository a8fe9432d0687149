"""Cases that belong together: merged without losing a field, linked, handed over, and parted again.

1. A merge fills what the kept case lacks and adds to its lists. Where both hold something different the kept value
   stays and the other stands beside it in `differences`, with the case it came from.
2. What was given is remembered on the case that gave it, so that parting takes back exactly that and nothing that
   somebody changed since.
3. A field that is frozen or not the actor's to change is never written by a merge; its value is kept as a difference.
4. Whatever happens to the other case is an event of its own, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from addin.logic.events import Json, Kind
from addin.logic.evidence import FIELD as EVIDENCE
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem

if TYPE_CHECKING:
    from addin.logic.case_type import Case, CaseType, Context

ABSORBED: Final = Kind("case.absorbed.v1", "{case} took over what {other} held")
GAVE_BACK: Final = Kind("case.gave_back.v1", "{case} gave back what it had taken over from {other}")
LINKED: Final = Kind("case.linked_from.v1", "{case} was linked with {other}")
UNLINKED: Final = Kind("case.unlinked_from.v1", "{case} is no longer linked with {other}")
HANDED: Final = Kind("case.handed_over.v1", "{case} went to {owner} with the handover {other}")
EFFECT_KINDS: Final = (ABSORBED, GAVE_BACK, LINKED, UNLINKED, HANDED)

#: Fields that say how a case is worked on, not what it is about; they stay each case's own.
_OWN_LIFE: Final = frozenset({
    "owner", "priority_wanted", "waiting_on", "waiting_until", "duplicate_of", "other_case", "linked_cases",
    "no_ticket_why",
})  # fmt: skip
#: System fields that tell what somebody said; they are kept as differences when both cases have one.
_TOLD: Final = ("chat_text", "chat_message_id")
#: How much of a differing value stands on the kept case; the whole of it stays on the case it came from.
_SHOWN: Final = 300


class Join(StrEnum):
    """What a move does to another case."""

    MERGE = "merge"
    PART = "part"
    LINK = "link"
    UNLINK = "unlink"
    HAND_OVER = "hand over"
    GIVE_BACK = "give back"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move changes on another case: the case, the kind of its event, and the fields that change there.

    `data` are further facts of the event, for its sentence.
    """

    case_id: str
    kind: Kind
    sets: Mapping[str, Value | None]
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Joined:
    """What a join asks for: fields of the case itself, effects on others, or the problems that forbid it."""

    mine: Mapping[str, Value | None] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    problems: tuple[Problem, ...] = ()


def join(kind: CaseType, case: Case, how: Join, ctx: Context) -> Joined:
    """Work out a join; the other case is looked for among the related ones."""
    return _JOINS[how](kind, case, ctx)


def _other(case: Case, name: str, ctx: Context) -> Case | None:
    wanted = case.text(name).strip().upper()
    return next((found for found in ctx.related if found.case_id == wanted), None)


# Merging -------------------------------------------------------------------------------------------------------------


def _merge(kind: CaseType, case: Case, ctx: Context) -> Joined:
    kept = _other(case, "duplicate_of", ctx)
    problem = _unfit(case, kept)
    if kept is None or problem is not None:
        return Joined(problems=(problem,) if problem else ())
    merged = _Merge(kind, case, kept, ctx)
    for item in kind.fields.values():
        if (not item.system and item.name not in _OWN_LIFE) or item.name in (*_TOLD, EVIDENCE):
            merged.take(item)
    given: dict[str, Value | None] = {
        **merged.sets,
        "merged_cases": _with(kept.items("merged_cases"), [case.case_id]),
        "differences": _with(kept.items("differences"), merged.differences) or None,
    }
    mine: dict[str, Value | None] = {"duplicate_of": kept.case_id, "gave": tuple(merged.gave) or None}
    return Joined(mine, (Effect(kept.case_id, ABSORBED, given),))


def _unfit(case: Case, kept: Case | None) -> Problem | None:
    wanted = case.text("duplicate_of")
    if wanted.strip().upper() == case.case_id:
        return None  # the rule of the move says so in its own words
    if kept is None:
        hint = "Look the number up on its sheet and type it as it stands there."
        return Problem("JOIN-NONE", f"There is no case {wanted!r} to merge into.", "duplicate_of", hint=hint)
    if kept.type != case.type:
        hint = "Type its number into 'Other case' and press 'Link' instead: each keeps its own work."
        words = f"{kept.case_id} is a case of another type ({kept.type})."
        return Problem("JOIN-TYPE", words, "duplicate_of", hint=hint)
    if kept.is_final:
        of = kept.text("duplicate_of")
        hint = f"Name {of}, which it was merged into." if of else "Name the case that is still worked on, or link them."
        return Problem("JOIN-OVER", f"{kept.case_id} is '{kept.status}'.", "duplicate_of", hint=hint)
    return None


class _Merge:
    """One merge under way: what the kept case takes over, what differs, and what was given."""

    def __init__(self, kind: CaseType, case: Case, kept: Case, ctx: Context) -> None:
        self._case, self._kept, self._ctx = case, kept, ctx
        self._frozen = kept.status in kind.frozen_from
        self.sets: dict[str, Value | None] = {}
        self.differences: list[str] = []
        self.gave: list[str] = []

    def take(self, item: Field) -> None:
        """Take over one field, or note that both cases differ in it."""
        theirs, mine = self._case.fields.get(item.name), self._kept.fields.get(item.name)
        if theirs in (None, "", ()) or theirs == mine:
            return
        if not self._may_write(item) and item.name != EVIDENCE:
            self._differ(item, theirs)
        elif item.kind is FieldKind.LIST and isinstance(theirs, tuple):
            self._add(item, theirs, mine if isinstance(mine, tuple) else ())
        elif mine in (None, "", ()):
            self.sets[item.name] = theirs
            self.gave.append(item.name)
        else:
            self._differ(item, theirs)

    def _add(self, item: Field, theirs: Sequence[str], mine: Sequence[str]) -> None:
        new = [one for one in theirs if one not in mine]
        if new:
            self.sets[item.name] = (*mine, *new)
            self.gave += [f"{item.name}: {one}" for one in new]

    def _may_write(self, item: Field) -> bool:
        if item.system or (self._frozen and not item.late):
            return False
        return not item.roles or self._ctx.actor.may(item.roles)

    def _differ(self, item: Field, theirs: Value) -> None:
        words = " ".join(item.words(theirs).split())
        more = f"... (whole on {self._case.case_id})" if len(words) > _SHOWN else ""
        self.differences.append(f"{self._case.case_id} has {item.title}: {words[:_SHOWN].replace(';', ',')}{more}")


def _with(old: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*old, *more]))


# Parting -------------------------------------------------------------------------------------------------------------


def _part(kind: CaseType, case: Case, ctx: Context) -> Joined:
    mine: dict[str, Value | None] = {"gave": None}
    kept = _other(case, "duplicate_of", ctx)
    if kept is None or case.case_id not in kept.items("merged_cases"):
        return Joined(mine)  # marked as a duplicate by an older version: nothing was given
    back: dict[str, Value | None] = {
        "merged_cases": tuple(one for one in kept.items("merged_cases") if one != case.case_id) or None,
        "differences": _without(kept.items("differences"), f"{case.case_id} has ") or None,
    }
    frozen = kept.status in kind.frozen_from
    for entry in case.items("gave"):
        name, _, item = entry.partition(": ")
        form = kind.fields.get(name)
        if form is None or (frozen and not form.late):
            continue  # decided upon meanwhile: it stays, and the event of the merge says where it came from
        if item:
            now = back.get(name, kept.fields.get(name))
            back[name] = tuple(one for one in now if one != item) or None if isinstance(now, tuple) else now
        elif kept.fields.get(name) == case.fields.get(name):
            back[name] = None
    return Joined(mine, (Effect(kept.case_id, GAVE_BACK, back),))


def _without(lines: Sequence[str], lead: str) -> tuple[str, ...]:
    return tuple(line for line in lines if not line.startswith(lead))


# Linking -------------------------------------------------------------------------------------------------------------


def _link(kind: CaseType, case: Case, ctx: Context) -> Joined:
    other = _other(case, "other_case", ctx)
    problem = _no_other(case, other)
    if problem is not None or other is None:
        return Joined(problems=(problem,) if problem else ())
    mine: dict[str, Value | None] = {
        "linked_cases": _with(case.items("linked_cases"), [other.case_id]), "other_case": None
    }  # fmt: skip
    theirs = {"linked_cases": _with(other.items("linked_cases"), [case.case_id])}
    return Joined(mine, (Effect(other.case_id, LINKED, theirs),))


def _unlink(kind: CaseType, case: Case, ctx: Context) -> Joined:
    wanted = case.text("other_case").strip().upper()
    if wanted not in case.items("linked_cases"):
        listed = ", ".join(case.items("linked_cases")) or "none"
        hint = f"Its linked cases: {listed}."
        problem = Problem("JOIN-NONE", f"{wanted} is not linked with this case.", "other_case", hint=hint)
        return Joined(problems=(problem,))
    mine: dict[str, Value | None] = {
        "linked_cases": tuple(one for one in case.items("linked_cases") if one != wanted) or None, "other_case": None
    }  # fmt: skip
    other = _other(case, "other_case", ctx)
    if other is None or case.case_id not in other.items("linked_cases"):
        return Joined(mine)
    theirs = {"linked_cases": tuple(one for one in other.items("linked_cases") if one != case.case_id) or None}
    return Joined(mine, (Effect(other.case_id, UNLINKED, theirs),))


def _no_other(case: Case, other: Case | None) -> Problem | None:
    wanted = case.text("other_case").strip().upper()
    if wanted == case.case_id:
        return Problem("JOIN-SELF", "A case is not linked with itself.", "other_case", hint="Name the other case.")
    if other is None:
        hint = "Look the number up on its sheet and type it as it stands there."
        return Problem("JOIN-NONE", f"There is no case {wanted!r} to link with.", "other_case", hint=hint)
    return None


# Handing over --------------------------------------------------------------------------------------------------------


def _hand_over(kind: CaseType, case: Case, ctx: Context) -> Joined:
    """The listed cases that are still the writer's, or nobody's, go to the one who accepts."""
    writer, taker = case.text("opened_by"), ctx.actor.id
    away = writer if case.has("away_until") else None
    moved = [
        Effect(other.case_id, HANDED, {"owner": taker, "covered_for": away})
        for other in _listed(case, ctx)
        if other.text("owner").casefold() in ("", writer.casefold())
    ]
    return Joined(effects=tuple(moved))


def _give_back(kind: CaseType, case: Case, ctx: Context) -> Joined:
    """When an absence ends, what the cover still holds goes back to the one it was covered for."""
    writer, cover = case.text("opened_by"), case.text("accepted_by")
    moved = [
        Effect(other.case_id, HANDED, {"owner": writer, "covered_for": None})
        for other in _listed(case, ctx)
        if other.text("covered_for") == writer and other.text("owner") == cover
    ]
    return Joined(effects=tuple(moved))


def _listed(case: Case, ctx: Context) -> list[Case]:
    listed = {item.strip().upper() for item in (*case.items("open_cases"), *case.items("covered_cases"))}
    return [other for other in ctx.related if other.case_id in listed and not other.is_final]


_JOINS: Final = {
    Join.MERGE: _merge, Join.PART: _part, Join.LINK: _link, Join.UNLINK: _unlink, Join.HAND_OVER: _hand_over,
    Join.GIVE_BACK: _give_back,
}  # fmt: skip
