"""The service: one journal transaction a press, the same for buttons, bulk, imports, typed edits and the command line.

1. State is loaded, rules decide, events and state are appended: all inside one transaction, durable before it returns.
2. Rows are judged one by one: a row that fails is undone alone and says why; the others stand.
3. An idempotency key fixes the payload too: the same key and payload answer what they answered before, the same key
   with another payload is refused.
4. A press that a rule or a role refuses is recorded as refused; a press that lacks something is only answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final, Self

from addin.errors import ConfigError
from addin.evidence_store import EvidenceError, keep_bytes
from addin.journal import Journal, Remembered, Writer
from addin.journal.opening import open_journal
from addin.logic import reversal
from addin.logic.absence import ABSENCE_KINDS, away_on
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case, CaseType, Context, Follow, Opening
from addin.logic.cases import case_kinds, case_types
from addin.logic.events import Draft, Event, Json, KindTable, TextFault, canonical, digests, iso, unseal
from addin.logic.evidence import Keep, Piece
from addin.logic.forms import Value
from addin.logic.joining import Effect
from addin.logic.machine import Decision, affect, attach, decide, edit, erase_evidence, linked, open_case, withdraw
from addin.logic.outcome import Outcome, Problem, RowResult, Status, counted, told
from addin.logic.periods import PERIOD_KINDS, Periods, fold
from addin.logic.policy import DEFAULT_POLICY, Policy
from addin.logic.rule_changes import RULE_KINDS, with_changes
from addin.logic.system_kinds import REFUSED, REGISTER_OPENED, SYSTEM_KINDS
from addin.logic.values import Actor, clean_text
from addin.logic.versions import BULK_ROWS, mark_before
from addin.settings import WORKBOOK_FILE, Settings, load, who

Clock = Callable[[], datetime]
_Without = Callable[[CaseType, Case, str, Context], Decision]

FOLDERS: Final = ("letters", "packs", "snapshots", "inbox", "outbox")
_RULE: Final = re.compile(r"[A-Z]{3}-\d\d")
#: How long a reason may be, in characters.
_REASON_LIMIT: Final = 2_000


def utc_now() -> datetime:
    """The computer's clock, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class RowRequest:
    """What is asked for one case: typed changes, a reason, and the key that makes a repeat harmless.

    `problems` are faults already found while its cells were read; `opens` is the type code of a case to be opened.
    """

    case_id: str
    changes: Mapping[str, Value | None] = field(default_factory=dict)
    reason: str = ""
    key: str = ""
    problems: tuple[Problem, ...] = ()
    opens: str = ""

    def payload(self, verb: str) -> str:
        """The digest of everything that is asked, for the idempotency key."""
        asked: dict[str, Json] = {name: f"{type(value).__name__} {value}" for name, value in self.changes.items()}
        body: dict[str, Json] = {"verb": verb, "case": self.case_id, "set": asked, "reason": self.reason}
        if self.opens:
            body["opens"] = self.opens
        return hashlib.sha256(canonical(body).encode()).hexdigest()


#: Asked before a commit, with the codes of the case types whose cases change.
Ready = Callable[[Collection[str]], None]


class _Refused(Exception):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)


def kind_table() -> KindTable:
    """Every kind of event this version knows."""
    return KindTable.of([*case_kinds().kinds.values(), *SYSTEM_KINDS])


@dataclass
class Service:
    """One open register: its folder, settings and journal, the person who acts and the clock."""

    folder: Path
    settings: Settings
    journal: Journal
    actor: Actor
    clock: Clock = utc_now
    policy: Policy = DEFAULT_POLICY
    kinds: KindTable = field(default_factory=kind_table)
    rules_seen: int = 0
    _touched: set[str] = field(default_factory=set, init=False, repr=False)

    @classmethod
    def open(cls, folder: Path, *, actor: Actor | None = None, clock: Clock = utc_now) -> Self:
        """Open the register of a folder as the person at the keyboard.

        Raises:
            ConfigError: for a folder that is no register, wrong settings, or a person without a role.
            Unavailable: when the journal cannot be opened.
        """
        settings = load(folder)
        actor, policy = actor or who(settings), policy_of(settings)
        journal = open_journal(folder, settings)
        try:
            found = journal.register_id
        except BaseException:
            journal.close()
            raise
        if settings.register_id and found != settings.register_id:
            journal.close()
            raise ConfigError(
                f"casebook.toml is of register {settings.register_id}, the journal of {found or 'none'}.",
                hint="Two registers were mixed; put the right files together.",
                code="CFG-REGISTER",
            )
        service = cls(folder, settings, journal, actor, clock, policy)
        service.renew_policy()
        return service

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    @property
    def workbook(self) -> Path:
        """The register's workbook file."""
        return self.folder / WORKBOOK_FILE

    def acting(self, actor: Actor) -> Service:
        """The same register with another person at the keyboard (demo registers)."""
        return replace(self, actor=actor)

    def renew_policy(self) -> None:
        """Take in the rules that people set or verified since this register was opened."""
        changes = list(self.journal.events(after=self.rules_seen, kinds=[kind.name for kind in RULE_KINDS]))
        if changes:
            self.policy, self.rules_seen = with_changes(self.policy, changes), changes[-1].seq

    def periods(self) -> Periods:
        """The accounting months as they stand."""
        return fold(self.journal.events(kinds=[kind.name for kind in PERIOD_KINDS]))

    def context(
        self, *, reason: str = "", related: tuple[Case, ...] = (), drawn: Mapping[str, str] | None = None
    ) -> Context:
        """The surroundings of a decision made now by the person at the keyboard."""
        now = self.clock()
        today = now.astimezone(LONDON).date()
        policy = self.policy
        if any(row.valid_from > today for row in policy.rows):
            policy = policy.as_of(today)
        people, away = self.settings.actors(), partial(self.away, today)
        return Context(self.actor, now, policy, reason, related, people, away, self.periods, drawn or {})

    def away(self, day: date) -> Mapping[str, str]:
        """Who is absent on a day and who covers for them, from the accepted handovers."""
        return away_on(self.journal.events(kinds=ABSENCE_KINDS), day)

    def press(self, verb: str, requests: Sequence[RowRequest], *, ready: Ready = lambda _types: None) -> Outcome:
        """Make one move on each requested case.

        Args:
            verb: the move.
            requests: one a case.
            ready: asked before the commit, with the types of all cases that change; what it raises undoes everything.
        """
        return self._each(verb, requests, self._move, ready)

    def edit(self, requests: Sequence[RowRequest]) -> Outcome:
        """Take typed changes without a move."""
        return self._each("edit", requests, self._edit)

    def take_back(self, requests: Sequence[RowRequest]) -> Outcome:
        """Take back the last step of each requested case that still stands, with a reason."""
        return self._each(reversal.VERB, requests, self._take_back)

    def step_of(self, case: Case) -> reversal.Step | None:
        """The last step of a case that still stands."""
        events = list(self.journal.events(case_id=case.case_id))
        vault = self.journal.vault(digest for event in events for digest in digests(event.data))
        unsealed = {event.seq: unseal(event.changes, vault) for event in events}
        return reversal.last_step(case_types()[case.type], events, unsealed)

    def open_cases(self, requests: Sequence[RowRequest]) -> Outcome:
        """Open one case per request; `RowRequest.opens` names the type."""
        return self._each("open", requests, self._open)

    def hear(self, effect: Effect, *, said: str, key: str = "") -> RowResult:
        """Note on a case what came from outside its own moves: a comment, a text that was made for it.

        With a key the same thing is noted once.
        """
        self._refuse_copy()
        with self.journal.write() as writer:
            if key and writer.recall(key) is not None:
                return RowResult(effect.case_id, ok=True, message=f"{said} (known already)")
            try:
                with writer.row():
                    seqs = tuple(self._affect(writer, effect, "", ""))
            except _Refused as refused:
                return failed(effect.case_id, refused.problems)
            except TextFault as error:
                return failed(effect.case_id, (Problem("EVENT", str(error), hint="Shorten it."),))
            if key:
                writer.remember(key, Remembered(key, effect.case_id, said, max(seqs, default=0)))
        return RowResult(effect.case_id, ok=True, message=said, seqs=seqs)

    def attach(self, case_id: str, pieces: Sequence[Piece]) -> RowResult:
        """Attach pieces of evidence to a case; their contents are in the store already."""
        return self._each("attach", [RowRequest(case_id)], self._attaching(pieces)).rows[0]

    def withdraw(self, case_id: str, name: str, reason: str) -> RowResult:
        """Take a piece of evidence of a case back, with a reason."""
        return self._without_file(case_id, name, reason, withdraw, f"Withdrew {name}; its content is kept.")

    def erase_evidence(self, case_id: str, name: str, reason: str) -> RowResult:
        """Record that a piece of evidence is erased, if its retention allows it; the caller deletes the content."""
        return self._without_file(case_id, name, reason, erase_evidence, f"Erased {name}.")

    def _without_file(
        self,
        case_id: str,
        name: str,
        reason: str,
        judge: Callable[[CaseType, Case, str, Context], Decision],
        words: str,
    ) -> RowResult:
        def act(writer: Writer, verb: str, request: RowRequest) -> RowResult:
            case, kind = self._load(writer, request.case_id)
            decision = judge(kind, case, name, self.context(reason=request.reason, related=writer.related(case)))
            _demand(decision)
            seqs, _ = self._store(writer, kind, decision)
            return RowResult(case.case_id, ok=True, message=words, seqs=tuple(seqs))

        return self._each("withdraw", [RowRequest(case_id, {}, reason)], act).rows[0]

    def take_rows(
        self, asked: Sequence[tuple[str, RowRequest]], closing: Callable[[Sequence[RowResult]], Draft]
    ) -> Outcome:
        """Open, fill in and note cases for the rows of one file, and record the file itself: all or nothing durable.

        Args:
            asked: "open", "edit" or the verb of a move, with its request; each row is judged by itself.
            closing: the event that tells of the file, made from what became of the rows.
        """
        acts: Mapping[str, Callable[[Writer, str, RowRequest], RowResult]] = {"open": self._open, "edit": self._edit}
        self._refuse_copy()
        with self.journal.write() as writer:
            self._mark(writer, [one for _, one in asked])
            rows = [self._one(writer, verb, _cleaned(one), acts.get(verb, self._move)) for verb, one in asked]
            self._append(writer, closing(rows))
            head = writer.head()
        return replace(summary(rows), seq=head.seq, head=head.hash)

    def record(
        self, kind: str, data: Mapping[str, Json], *, case_id: str = "", reason: str = "", personal: Iterable[str] = ()
    ) -> Event:
        """Append one event of the register's own life."""
        self._refuse_copy()
        with self.journal.write() as writer:
            return self._append(writer, Draft(kind, case_id, data, reason, frozenset(personal)))

    def record_all(self, drafts: Sequence[Draft]) -> list[Event]:
        """Append several events of the register's own life in one transaction."""
        if not drafts:
            return []
        self._refuse_copy()
        with self.journal.write() as writer:
            return [self._append(writer, draft) for draft in drafts]

    def _refuse_copy(self) -> None:
        """Nothing is recorded in a copy: its chain would part from the register's."""
        if self.settings.copy_of:
            raise ConfigError(
                f"This folder is a copy, made to look at: {self.settings.copy_of}. Nothing is recorded here.",
                hint="Work in the register itself.",
                code="CFG-COPY",
            )

    def record_and_edit(self, drafts: Sequence[Draft], requests: Sequence[RowRequest]) -> list[RowResult]:
        """Append events of the register's own life and take the changes they bring about, all in one transaction."""
        self._refuse_copy()
        with self.journal.write() as writer:
            for draft in drafts:
                self._append(writer, draft)
            return [self._one(writer, "edit", _cleaned(request), self._edit) for request in requests]

    def _each(
        self,
        verb: str,
        requests: Sequence[RowRequest],
        act: Callable[[Writer, str, RowRequest], RowResult],
        ready: Ready = lambda _types: None,
    ) -> Outcome:
        rows: list[RowResult] = []
        self._refuse_copy()
        self._touched.clear()
        with self.journal.write() as writer:
            self._mark(writer, requests)
            for request in requests:
                rows.append(self._one(writer, verb, _cleaned(request), act))
            ready(self._touched)
            head = writer.head()
        return replace(summary(rows), seq=head.seq, head=head.hash)

    def _mark(self, writer: Writer, requests: Sequence[RowRequest]) -> None:
        """Mark the version before a day's first rows and before a bulk press, unless they were all pressed before."""
        most = self.policy.number(BULK_ROWS) if len(requests) > 1 else 1
        mark = mark_before(writer.head(), self.clock(), len(requests), most)
        fresh = (one for one in requests if not one.problems and not (one.key and writer.recall(one.key)))
        if mark is not None and next(fresh, None) is not None:
            self._append(writer, mark)

    def _one(
        self, writer: Writer, verb: str, request: RowRequest, act: Callable[[Writer, str, RowRequest], RowResult]
    ) -> RowResult:
        if request.problems:
            return failed(request.case_id, request.problems)
        payload = request.payload(verb)
        if request.key and (kept := writer.recall(request.key)) is not None:
            return _repeated(request, kept, payload)
        try:
            with writer.row():
                row = act(writer, verb, request)
        except _Refused as refused:
            self._record_refusal(writer, verb, request, refused.problems)
            return failed(request.case_id, refused.problems)
        except TextFault as error:
            return failed(request.case_id, (Problem("EVENT", str(error), hint="Shorten what was typed."),))
        except ValueError as error:  # values that a rule cannot reckon with, such as two currencies in one sum
            hint = "Check the amounts, currencies and dates of this case."
            return failed(request.case_id, (Problem("VALUE", str(error), hint=hint),))
        if request.key:
            writer.remember(request.key, Remembered(payload, row.case_id, row.message, max(row.seqs, default=0)))
        return row

    def _move(
        self, writer: Writer, verb: str, request: RowRequest, drawn: Mapping[str, str] | None = None
    ) -> RowResult:
        case, kind = self._load(writer, request.case_id)
        ctx = self.context(reason=request.reason, related=writer.related(_with_keys(case, request)), drawn=drawn)
        decision = decide(kind, case, verb, request.changes, ctx)
        _demand(decision)
        ids = self._child_ids(writer, decision.openings)
        seqs, after = self._store(writer, kind, linked(decision, ids))
        for case_id, opening in zip(ids, decision.openings, strict=True):
            seqs += self._open_child(writer, case_id, opening, after)
        for effect in decision.effects:
            seqs += self._affect(writer, effect, after.case_id, request.reason)
        told = ""
        for follow in decision.follows:
            more, words = self._follow(writer, follow)
            seqs, told = seqs + more, told + words
        label = kind.all_moves[verb].label
        opened = f" Opened {', '.join(ids)}." if ids else ""
        now = f"now '{after.status}'" if after.status != case.status else f"still '{after.status}'"
        message = f"{label}: {case.case_id} is {now}.{opened}{told}{_warned(decision)}"
        return RowResult(case.case_id, ok=True, message=message, problems=decision.warnings, seqs=tuple(seqs))

    def _take_back(self, writer: Writer, verb: str, request: RowRequest) -> RowResult:
        case, kind = self._load(writer, request.case_id)
        step = self.step_of(case)
        ctx = self.context(reason=request.reason, related=writer.related(case))
        decision = reversal.take_back(kind, case, step, ctx)
        _demand(decision)
        seqs, after = self._store(writer, kind, decision)
        label = step.move.label if step else ""
        message = f"'{label}' taken back: {case.case_id} is '{after.status}' again."
        return RowResult(case.case_id, ok=True, message=message, seqs=tuple(seqs))

    def _edit(self, writer: Writer, verb: str, request: RowRequest) -> RowResult:
        case, kind = self._load(writer, request.case_id)
        ctx = self.context(reason=request.reason, related=writer.related(_with_keys(case, request)))
        decision = edit(kind, case, request.changes, ctx)
        _demand(decision)
        seqs, _ = self._store(writer, kind, decision)
        message = f"{len(request.changes)} cells taken over.{_warned(decision)}" if seqs else ""
        return RowResult(case.case_id, ok=True, message=message, problems=decision.warnings, seqs=tuple(seqs))

    def _open(self, writer: Writer, verb: str, request: RowRequest) -> RowResult:
        kind = case_types().get(request.opens)
        if kind is None:
            known = ", ".join(case_types())
            raise _Refused(
                [Problem("OPEN-TYPE", f"There is no case type {request.opens!r}.", "type", hint=f"One of: {known}.")]
            )
        case_id = self._next_case_id(writer)
        return self._open_as(writer, kind, case_id, request.changes, request.reason)

    def _open_child(self, writer: Writer, case_id: str, opening: Opening, parent: Case) -> list[int]:
        given = {**opening.fields, "parent_case": parent.case_id, "channel": "System"}
        row = self._open_as(writer, case_types()[opening.type], case_id, given, f"Follows from {parent.case_id}")
        return list(row.seqs)

    def _open_as(
        self, writer: Writer, kind: CaseType, case_id: str, given: Mapping[str, Value | None], reason: str
    ) -> RowResult:
        year = self.clock().astimezone(LONDON).year
        numbers = {name: writer.next_number(series, year) for name, series in kind.numbers.items()}
        related = writer.related(Case(case_id, kind.code, kind.initial, _filled(given)))
        decision = open_case(kind, case_id, {**given, **numbers}, self.context(reason=reason, related=related))
        _demand(decision)
        seqs, _ = self._store(writer, kind, decision)
        message = f"Opened {case_id}: {kind.name.lower()}.{_warned(decision)}"
        return RowResult(case_id, ok=True, message=message, problems=decision.warnings, seqs=tuple(seqs))

    def _attaching(self, pieces: Sequence[Piece]) -> Callable[[Writer, str, RowRequest], RowResult]:
        def act(writer: Writer, verb: str, request: RowRequest) -> RowResult:
            case, kind = self._load(writer, request.case_id)
            decision = attach(kind, case, pieces, self.context(related=writer.related(case)))
            _demand(decision)
            seqs, _ = self._store(writer, kind, decision)
            names = [str(draft.data["file"]) for draft in decision.drafts]
            held = len(pieces) - len(names)
            words = f"Attached {', '.join(names)}." if names else ""
            words += f" {held} {'was' if held == 1 else 'were'} attached before." if held else ""
            return RowResult(case.case_id, ok=True, message=words.strip() or "Nothing to attach.", seqs=tuple(seqs))

        return act

    def _affect(self, writer: Writer, effect: Effect, by: str, reason: str) -> list[int]:
        """What a move of the case `by` does to another case, as an event there; a rule of that case refuses the row."""
        other, kind = self._load(writer, effect.case_id)
        ctx = self.context(reason=reason, related=writer.related(other))
        decision = affect(kind, other, effect, by, ctx)
        _demand(decision)
        seqs, _ = self._store(writer, kind, decision)
        return seqs

    def _follow(self, writer: Writer, follow: Follow) -> tuple[list[int], str]:
        """The move another case makes because of this one, in words; its refusal is told and stops nothing."""
        other, kind = self._load(writer, follow.case_id)
        ctx = self.context(reason=follow.reason, related=writer.related(other))
        decision = decide(kind, other, follow.verb, {}, ctx)
        label = kind.all_moves[follow.verb].label
        if not decision.ok:
            return [], f" {other.case_id} did not make '{label}': {decision.problems[0]}"
        seqs, after = self._store(writer, kind, decision)
        return seqs, f" {label}: {other.case_id} is '{after.status}'."

    def _load(self, writer: Writer, case_id: str) -> tuple[Case, CaseType]:
        case = writer.case(case_id)
        if case is None:
            hint = "Check the number; rows without a number are new cases (press Add new rows)."
            raise _Refused(
                [Problem("CASE-UNKNOWN", f"There is no case {case_id!r} in this register.", "case_id", hint=hint)]
            )
        return case, case_types()[case.type]

    def _store(self, writer: Writer, kind: CaseType, decision: Decision) -> tuple[list[int], Case]:
        seqs = [self._append(writer, draft, kind).seq for draft in decision.drafts]
        case = replace(decision.case, version=max(seqs, default=decision.case.version))
        if seqs:
            writer.save(case)
        if decision.keeps:
            more, case = self._keep(writer, kind, case, decision.keeps)
            seqs += more
        return seqs, case

    def _keep(self, writer: Writer, kind: CaseType, case: Case, keeps: Sequence[Keep]) -> tuple[list[int], Case]:
        """Keep texts of a case as evidence. One that cannot be written is left to its deadline, which stays open."""
        pieces = []
        for keep in keeps:
            try:
                kept = keep_bytes(self.folder, keep.text.encode("utf-8"), keep.name)
            except EvidenceError:
                continue
            pieces.append(Piece(keep.name, keep.kind, kept.sha256, kept.size, iso(self.clock())))
        decision = attach(kind, case, pieces, self.context(related=writer.related(case)))
        return self._store(writer, kind, decision)

    def _append(self, writer: Writer, draft: Draft, kind: CaseType | None = None) -> Event:
        roles = self.actor.roles
        if kind is not None:
            self._touched.add(kind.code)
            move = kind.all_moves.get(str(draft.data.get("move")))
            roles = move.roles if move is not None else kind.openers
        role = self.actor.acting_as(roles)
        return writer.append(draft, at=iso(self.clock()), actor=self.actor.id, role=role.value)

    def _record_refusal(self, writer: Writer, verb: str, request: RowRequest, problems: Sequence[Problem]) -> None:
        rules = [p.code for p in problems if p.code == "MOVE-ROLE" or _RULE.fullmatch(p.code)]
        case = writer.case(request.case_id)
        if not rules or case is None:
            return
        move = case_types()[case.type].all_moves.get(verb)
        why = "; ".join(p.message for p in problems if p.code in rules)[:1_000]
        data: dict[str, Json] = {"move": verb, "label": move.label if move else verb, "rules": list(rules), "why": why}
        self._append(writer, Draft(REFUSED.name, case.case_id, data, request.reason))

    def _next_case_id(self, writer: Writer) -> str:
        return writer.next_number("CASE", self.clock().astimezone(LONDON).year)

    def _child_ids(self, writer: Writer, openings: Sequence[Opening]) -> list[str]:
        return [self._next_case_id(writer) for _ in openings]


def policy_of(settings: Settings) -> Policy:
    """The default policy with the register's own values over it.

    Raises:
        ConfigError: for a key the policy does not have or a value its unit cannot read.
    """
    rows = []
    for key, value in settings.policy.items():
        if not DEFAULT_POLICY.has(key):
            raise ConfigError(
                f"[policy] in casebook.toml names {key!r}, which the policy does not have.",
                hint="See the Rules sheet for its keys.",
            )
        try:
            source = "casebook.toml of this register"
            row = replace(DEFAULT_POLICY.row(key), value=str(value), source=source, verified_by="", verified_on=None)
            if key.endswith("_pattern"):
                re.compile(row.value)
            rows.append(row)
        except (ValueError, re.error) as error:
            raise ConfigError(f"[policy] {key} in casebook.toml: {error}", hint="Correct or remove it.") from error
    return DEFAULT_POLICY.amended(rows, f"{DEFAULT_POLICY.version}+{len(rows)}") if rows else DEFAULT_POLICY


def begin(service: Service, register_id: str) -> None:
    """Write the first event of a new register, which binds its chain to its id."""
    data: dict[str, Json] = {"register": register_id, "house": service.settings.house.name}
    service.record(REGISTER_OPENED.name, data)


def failed(case_id: str, problems: Iterable[Problem]) -> RowResult:
    """The result of a row that changed nothing."""
    found = tuple(problems)
    return RowResult(case_id, ok=False, message=told(found), problems=found)


def summary(rows: Sequence[RowResult]) -> Outcome:
    """The outcome of a bulk press: done, partly done or refused, with every reason."""
    good, bad = [row for row in rows if row.ok], [row for row in rows if not row.ok]
    if not rows:
        return Outcome(Status.DONE, "Nothing to do.")
    problems = tuple(problem for row in bad for problem in row.problems)
    if not bad:
        text = good[0].message if len(good) == 1 else f"{counted(len(good), 'row')} done."
        return Outcome(Status.DONE, text, tuple(rows))
    if not good:
        text = bad[0].message if len(bad) == 1 else f"None of {len(bad)} rows could be done; see their Message cells."
        return Outcome(Status.REFUSED, text, tuple(rows), problems)
    text = f"{counted(len(good), 'row')} done, {len(bad)} not; see their Message cells."
    return Outcome(Status.PROBLEMS, text, tuple(rows), problems)


def _cleaned(request: RowRequest) -> RowRequest:
    """A request whose reason can be kept: no characters that no cell holds, and not too long a one."""
    reason = clean_text(request.reason).strip()
    if len(reason) <= _REASON_LIMIT:
        return replace(request, reason=reason)
    words = f"The reason has {len(reason):,} characters, and {_REASON_LIMIT:,} fit."
    problem = Problem("FLD-LONG", words, "reason", hint="Shorten it.")
    return replace(request, reason="", problems=(*request.problems, problem))


def _repeated(request: RowRequest, kept: Remembered, payload: str) -> RowResult:
    if kept.payload == payload:
        seqs = (kept.seq,) if kept.seq else ()
        return RowResult(kept.case_id, ok=True, message=f"{kept.answer} (done before)", seqs=seqs)
    problem = Problem("KEY-01", "This key was used for something else.", hint="Refresh, then press again.")
    return failed(request.case_id, (problem,))


def _demand(decision: Decision) -> None:
    if not decision.ok:
        raise _Refused(decision.problems)


def _warned(decision: Decision) -> str:
    return "".join(f" Note: {problem}" for problem in decision.warnings)


def _filled(given: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in given.items() if value is not None}


def _with_keys(case: Case, request: RowRequest) -> Case:
    return replace(case, fields={**case.fields, **_filled(request.changes)})
