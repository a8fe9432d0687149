"""One transaction under way: rows are judged, and what was decided becomes events and states, or is undone row by row.

Whoever writes into the journal works through this: the service for presses, `gathering` for numbered documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from addin.evidence_store import EvidenceError, keep_bytes
from addin.journal import Remembered, Writer
from addin.logic import reversal
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case, CaseType, Context, Follow, Opening
from addin.logic.cases import case_types
from addin.logic.events import Draft, Event, Json, TextFault, iso
from addin.logic.evidence import Keep, Piece
from addin.logic.forms import Value
from addin.logic.joining import Effect
from addin.logic.machine import Decision, affect, attach, decide, edit, linked, open_case
from addin.logic.outcome import Problem, RowResult, failed
from addin.logic.system_kinds import REFUSED
from addin.logic.values import Actor
from addin.logic.versions import BULK_ROWS, mark_before
from addin.service.requests import RowRequest, repeated

_RULE: Final = re.compile(r"[A-Z]{3}-\d\d")

#: What is done to one case: in a transaction, a verb and its request, answered by what became of the row.
Act = Callable[["Work", str, RowRequest], RowResult]
Judge = Callable[[CaseType, Case, str, Context], Decision]


class Refused(Exception):
    """A row that a rule refuses: what it did in its transaction is undone."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)


class Surroundings(Protocol):
    """What makes the surroundings of a decision; see `Service.context`."""

    def __call__(
        self, *, reason: str = "", related: tuple[Case, ...] = (), drawn: Mapping[str, str] | None = None
    ) -> Context:
        """The surroundings of a decision made now, with its reason, the linked cases and the numbers drawn for it."""
        ...


@dataclass
class Work:
    """One transaction: where it writes, who acts and when, and the types of the cases that it changed so far."""

    writer: Writer
    actor: Actor
    clock: Callable[[], datetime]
    folder: Path
    context: Surroundings
    touched: set[str] = field(default_factory=set)

    def mark(self, requests: Sequence[RowRequest]) -> None:
        """Mark the version before a day's first rows and before a bulk press, unless they were all pressed before."""
        most = self.context().policy.number(BULK_ROWS) if len(requests) > 1 else 1
        mark = mark_before(self.writer.head(), self.clock(), len(requests), most)
        fresh = (one for one in requests if not one.problems and not (one.key and self.writer.recall(one.key)))
        if mark is not None and next(fresh, None) is not None:
            self.append(mark)

    def one(self, verb: str, request: RowRequest, act: Act) -> RowResult:
        """Judge one row by itself: what fails is undone alone and says why; a repeated key answers as before."""
        if request.problems:
            return failed(request.case_id, request.problems)
        payload = request.payload(verb)
        if request.key and (kept := self.writer.recall(request.key)) is not None:
            return repeated(request, kept, payload)
        try:
            with self.writer.row():
                row = act(self, verb, request)
        except Refused as refused:
            self.record_refusal(verb, request, refused.problems)
            return failed(request.case_id, refused.problems)
        except TextFault as error:
            return failed(request.case_id, (Problem("EVENT", str(error), hint="Shorten what was typed."),))
        except ValueError as error:  # values that a rule cannot reckon with, such as two currencies in one sum
            hint = "Check the amounts, currencies and dates of this case."
            return failed(request.case_id, (Problem("VALUE", str(error), hint=hint),))
        if request.key:
            self.writer.remember(request.key, Remembered(payload, row.case_id, row.message, max(row.seqs, default=0)))
        return row

    def move(self, verb: str, request: RowRequest, drawn: Mapping[str, str] | None = None) -> RowResult:
        """Make a move, with the cases it opens, its effects on others and the moves that follow from it."""
        case, kind = self._load(request.case_id)
        ctx = self.context(reason=request.reason, related=self.writer.related(_with_keys(case, request)), drawn=drawn)
        decision = decide(kind, case, verb, request.changes, ctx)
        demand(decision)
        ids = self._child_ids(decision.openings)
        seqs, after = self._store(kind, linked(decision, ids))
        for case_id, opening in zip(ids, decision.openings, strict=True):
            seqs += self._open_child(case_id, opening, after)
        for effect in decision.effects:
            seqs += self.affect(effect, after.case_id, request.reason)
        told = ""
        for follow in decision.follows:
            more, words = self._follow(follow)
            seqs, told = seqs + more, told + words
        label = kind.all_moves[verb].label
        opened = f" Opened {', '.join(ids)}." if ids else ""
        now = f"now '{after.status}'" if after.status != case.status else f"still '{after.status}'"
        message = f"{label}: {case.case_id} is {now}.{opened}{told}{_warned(decision)}"
        return RowResult(case.case_id, ok=True, message=message, problems=decision.warnings, seqs=tuple(seqs))

    def take_back(self, request: RowRequest, step_of: Callable[[Case], reversal.Step | None]) -> RowResult:
        """Undo the last step of a case that still stands, by a compensating event."""
        case, kind = self._load(request.case_id)
        step = step_of(case)
        ctx = self.context(reason=request.reason, related=self.writer.related(case))
        decision = reversal.take_back(kind, case, step, ctx)
        demand(decision)
        seqs, after = self._store(kind, decision)
        label = step.move.label if step else ""
        message = f"'{label}' taken back: {case.case_id} is '{after.status}' again."
        return RowResult(case.case_id, ok=True, message=message, seqs=tuple(seqs))

    def edit(self, _verb: str, request: RowRequest) -> RowResult:
        """Take typed changes without a move."""
        case, kind = self._load(request.case_id)
        ctx = self.context(reason=request.reason, related=self.writer.related(_with_keys(case, request)))
        decision = edit(kind, case, request.changes, ctx)
        demand(decision)
        seqs, _ = self._store(kind, decision)
        message = f"{len(request.changes)} cells taken over.{_warned(decision)}" if seqs else ""
        return RowResult(case.case_id, ok=True, message=message, problems=decision.warnings, seqs=tuple(seqs))

    def open(self, _verb: str, request: RowRequest) -> RowResult:
        """Open a case of the type that the request names."""
        kind = case_types().get(request.opens)
        if kind is None:
            known = ", ".join(case_types())
            raise Refused(
                [Problem("OPEN-TYPE", f"There is no case type {request.opens!r}.", "type", hint=f"One of: {known}.")]
            )
        case_id = self._next_case_id()
        return self._open_as(kind, case_id, request.changes, request.reason)

    def _open_child(self, case_id: str, opening: Opening, parent: Case) -> list[int]:
        given = {**opening.fields, "parent_case": parent.case_id, "channel": "System"}
        row = self._open_as(case_types()[opening.type], case_id, given, f"Follows from {parent.case_id}")
        return list(row.seqs)

    def _open_as(self, kind: CaseType, case_id: str, given: Mapping[str, Value | None], reason: str) -> RowResult:
        year = self.clock().astimezone(LONDON).year
        numbers = {name: self.writer.next_number(series, year) for name, series in kind.numbers.items()}
        related = self.writer.related(Case(case_id, kind.code, kind.initial, _filled(given)))
        decision = open_case(kind, case_id, {**given, **numbers}, self.context(reason=reason, related=related))
        demand(decision)
        seqs, _ = self._store(kind, decision)
        message = f"Opened {case_id}: {kind.name.lower()}.{_warned(decision)}"
        return RowResult(case_id, ok=True, message=message, problems=decision.warnings, seqs=tuple(seqs))

    def attach(self, case_id: str, pieces: Sequence[Piece]) -> RowResult:
        """Attach pieces of evidence whose contents are kept already."""
        case, kind = self._load(case_id)
        decision = attach(kind, case, pieces, self.context(related=self.writer.related(case)))
        demand(decision)
        seqs, _ = self._store(kind, decision)
        names = [str(draft.data["file"]) for draft in decision.drafts]
        held = len(pieces) - len(names)
        words = f"Attached {', '.join(names)}." if names else ""
        words += f" {held} {'was' if held == 1 else 'were'} attached before." if held else ""
        return RowResult(case.case_id, ok=True, message=words.strip() or "Nothing to attach.", seqs=tuple(seqs))

    def let_go(self, request: RowRequest, name: str, judge: Judge, words: str) -> RowResult:
        """Withdraw or erase a piece of evidence, as the rule `judge` allows."""
        case, kind = self._load(request.case_id)
        decision = judge(kind, case, name, self.context(reason=request.reason, related=self.writer.related(case)))
        demand(decision)
        seqs, _ = self._store(kind, decision)
        return RowResult(case.case_id, ok=True, message=words, seqs=tuple(seqs))

    def affect(self, effect: Effect, by: str, reason: str) -> list[int]:
        """What a move of the case `by` does to another case, as an event there; a rule of that case refuses the row."""
        other, kind = self._load(effect.case_id)
        ctx = self.context(reason=reason, related=self.writer.related(other))
        decision = affect(kind, other, effect, by, ctx)
        demand(decision)
        seqs, _ = self._store(kind, decision)
        return seqs

    def _follow(self, follow: Follow) -> tuple[list[int], str]:
        """The move another case makes because of this one, in words; its refusal is told and stops nothing."""
        other, kind = self._load(follow.case_id)
        ctx = self.context(reason=follow.reason, related=self.writer.related(other))
        decision = decide(kind, other, follow.verb, {}, ctx)
        label = kind.all_moves[follow.verb].label
        if not decision.ok:
            return [], f" {other.case_id} did not make '{label}': {decision.problems[0]}"
        seqs, after = self._store(kind, decision)
        return seqs, f" {label}: {other.case_id} is '{after.status}'."

    def _load(self, case_id: str) -> tuple[Case, CaseType]:
        case = self.writer.case(case_id)
        if case is None:
            hint = "Check the number; rows without a number are new cases (press Add new rows)."
            raise Refused(
                [Problem("CASE-UNKNOWN", f"There is no case {case_id!r} in this register.", "case_id", hint=hint)]
            )
        return case, case_types()[case.type]

    def _store(self, kind: CaseType, decision: Decision) -> tuple[list[int], Case]:
        seqs = [self.append(draft, kind).seq for draft in decision.drafts]
        case = replace(decision.case, version=max(seqs, default=decision.case.version))
        if seqs:
            self.writer.save(case)
        if decision.keeps:
            more, case = self._keep(kind, case, decision.keeps)
            seqs += more
        return seqs, case

    def _keep(self, kind: CaseType, case: Case, keeps: Sequence[Keep]) -> tuple[list[int], Case]:
        """Keep texts of a case as evidence. One that cannot be written is left to its deadline, which stays open."""
        pieces = []
        for keep in keeps:
            try:
                kept = keep_bytes(self.folder, keep.text.encode("utf-8"), keep.name)
            except EvidenceError:
                continue
            pieces.append(Piece(keep.name, keep.kind, kept.sha256, kept.size, iso(self.clock())))
        decision = attach(kind, case, pieces, self.context(related=self.writer.related(case)))
        return self._store(kind, decision)

    def append(self, draft: Draft, kind: CaseType | None = None) -> Event:
        """Append an event as the person who acts; a case's event makes its type one of those that change."""
        roles = self.actor.roles
        if kind is not None:
            self.touched.add(kind.code)
            move = kind.all_moves.get(str(draft.data.get("move")))
            roles = move.roles if move is not None else kind.openers
        role = self.actor.acting_as(roles)
        return self.writer.append(draft, at=iso(self.clock()), actor=self.actor.id, role=role.value)

    def record_refusal(self, verb: str, request: RowRequest, problems: Sequence[Problem]) -> None:
        """Put on record that a rule or a role refused a move; what merely lacks a fact is only answered."""
        rules = [p.code for p in problems if p.code == "MOVE-ROLE" or _RULE.fullmatch(p.code)]
        case = self.writer.case(request.case_id)
        if not rules or case is None:
            return
        move = case_types()[case.type].all_moves.get(verb)
        why = "; ".join(p.message for p in problems if p.code in rules)[:1_000]
        data: dict[str, Json] = {"move": verb, "label": move.label if move else verb, "rules": list(rules), "why": why}
        self.append(Draft(REFUSED.name, case.case_id, data, request.reason))

    def _next_case_id(self) -> str:
        return self.writer.next_number("CASE", self.clock().astimezone(LONDON).year)

    def _child_ids(self, openings: Sequence[Opening]) -> list[str]:
        return [self._next_case_id() for _ in openings]


def demand(decision: Decision) -> None:
    """Go on with what was decided.

    Raises:
        Refused: when it was refused.
    """
    if not decision.ok:
        raise Refused(decision.problems)


def _warned(decision: Decision) -> str:
    return "".join(f" Note: {problem}" for problem in decision.warnings)


def _filled(given: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in given.items() if value is not None}


def _with_keys(case: Case, request: RowRequest) -> Case:
    return replace(case, fields={**case.fields, **_filled(request.changes)})
