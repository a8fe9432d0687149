"""One open register, and what can be asked of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final, Self

from addin.errors import ConfigError
from addin.journal import Journal, Remembered
from addin.journal.opening import open_journal
from addin.logic import reversal
from addin.logic.absence import ABSENCE_KINDS, away_on
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case, Context
from addin.logic.cases import case_kinds, case_types
from addin.logic.events import Draft, Event, Json, KindTable, TextFault, digests, unseal
from addin.logic.evidence import Piece
from addin.logic.joining import Effect
from addin.logic.machine import erase_evidence, withdraw
from addin.logic.outcome import Outcome, Problem, RowResult, failed, summary
from addin.logic.periods import PERIOD_KINDS, Periods, fold
from addin.logic.policy import DEFAULT_POLICY, Policy
from addin.logic.rule_changes import RULE_KINDS, with_changes
from addin.logic.system_kinds import REGISTER_OPENED, SYSTEM_KINDS
from addin.logic.values import Actor
from addin.service.requests import RowRequest, cleaned
from addin.service.work import Act, Judge, Refused, Work
from addin.settings import WORKBOOK_FILE, Settings, load, who

Clock = Callable[[], datetime]

FOLDERS: Final = ("letters", "packs", "snapshots", "inbox", "outbox")


def utc_now() -> datetime:
    """The computer's clock, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


#: Asked before a commit, with the codes of the case types whose cases change.
Ready = Callable[[Collection[str]], None]


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
        return self._each(verb, requests, Work.move, ready)

    def edit(self, requests: Sequence[RowRequest]) -> Outcome:
        """Take typed changes without a move."""
        return self._each("edit", requests, Work.edit)

    def take_back(self, requests: Sequence[RowRequest]) -> Outcome:
        """Take back the last step of each requested case that still stands, with a reason."""

        def act(work: Work, _verb: str, request: RowRequest) -> RowResult:
            return work.take_back(request, self.step_of)

        return self._each(reversal.VERB, requests, act)

    def step_of(self, case: Case) -> reversal.Step | None:
        """The last step of a case that still stands."""
        events = list(self.journal.events(case_id=case.case_id))
        vault = self.journal.vault(digest for event in events for digest in digests(event.data))
        unsealed = {event.seq: unseal(event.changes, vault) for event in events}
        return reversal.last_step(case_types()[case.type], events, unsealed)

    def open_cases(self, requests: Sequence[RowRequest]) -> Outcome:
        """Open one case per request; `RowRequest.opens` names the type."""
        return self._each("open", requests, Work.open)

    def hear(self, effect: Effect, *, said: str, key: str = "") -> RowResult:
        """Note on a case what came from outside its own moves: a comment, a text that was made for it.

        With a key the same thing is noted once.
        """
        with self.work() as work:
            if key and work.writer.recall(key) is not None:
                return RowResult(effect.case_id, ok=True, message=f"{said} (known already)")
            try:
                with work.writer.row():
                    seqs = tuple(work.affect(effect, "", ""))
            except Refused as refused:
                return failed(effect.case_id, refused.problems)
            except TextFault as error:
                return failed(effect.case_id, (Problem("EVENT", str(error), hint="Shorten it."),))
            if key:
                work.writer.remember(key, Remembered(key, effect.case_id, said, max(seqs, default=0)))
        return RowResult(effect.case_id, ok=True, message=said, seqs=seqs)

    def attach(self, case_id: str, pieces: Sequence[Piece]) -> RowResult:
        """Attach pieces of evidence to a case; their contents are in the store already."""

        def act(work: Work, _verb: str, request: RowRequest) -> RowResult:
            return work.attach(request.case_id, pieces)

        return self._each("attach", [RowRequest(case_id)], act).rows[0]

    def withdraw(self, case_id: str, name: str, reason: str) -> RowResult:
        """Take a piece of evidence of a case back, with a reason."""
        return self._without_file(case_id, name, reason, withdraw, f"Withdrew {name}; its content is kept.")

    def erase_evidence(self, case_id: str, name: str, reason: str) -> RowResult:
        """Record that a piece of evidence is erased, if its retention allows it; the caller deletes the content."""
        return self._without_file(case_id, name, reason, erase_evidence, f"Erased {name}.")

    def _without_file(self, case_id: str, name: str, reason: str, judge: Judge, words: str) -> RowResult:
        def act(work: Work, _verb: str, request: RowRequest) -> RowResult:
            return work.let_go(request, name, judge, words)

        return self._each("withdraw", [RowRequest(case_id, {}, reason)], act).rows[0]

    def take_rows(
        self, asked: Sequence[tuple[str, RowRequest]], closing: Callable[[Sequence[RowResult]], Draft]
    ) -> Outcome:
        """Open, fill in and note cases for the rows of one file, and record the file itself: all or nothing durable.

        Args:
            asked: "open", "edit" or the verb of a move, with its request; each row is judged by itself.
            closing: the event that tells of the file, made from what became of the rows.
        """
        acts: Mapping[str, Act] = {"open": Work.open, "edit": Work.edit}
        with self.work() as work:
            work.mark([one for _, one in asked])
            rows = [work.one(verb, cleaned(one), acts.get(verb, Work.move)) for verb, one in asked]
            work.append(closing(rows))
            head = work.writer.head()
        return replace(summary(rows), seq=head.seq, head=head.hash)

    def record(
        self, kind: str, data: Mapping[str, Json], *, case_id: str = "", reason: str = "", personal: Iterable[str] = ()
    ) -> Event:
        """Append one event of the register's own life."""
        with self.work() as work:
            return work.append(Draft(kind, case_id, data, reason, frozenset(personal)))

    def record_all(self, drafts: Sequence[Draft]) -> list[Event]:
        """Append several events of the register's own life in one transaction."""
        if not drafts:
            return []
        with self.work() as work:
            return [work.append(draft) for draft in drafts]

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One transaction of the person at the keyboard: durable when the block ends, undone when it fails.

        Raises:
            ConfigError: in a copy of a register: its chain would part from the register's.
        """
        if self.settings.copy_of:
            raise ConfigError(
                f"This folder is a copy, made to look at: {self.settings.copy_of}. Nothing is recorded here.",
                hint="Work in the register itself.",
                code="CFG-COPY",
            )
        with self.journal.write() as writer:
            yield Work(writer, self.actor, self.clock, self.folder, self.context)

    def record_and_edit(self, drafts: Sequence[Draft], requests: Sequence[RowRequest]) -> list[RowResult]:
        """Append events of the register's own life and take the changes they bring about, all in one transaction."""
        with self.work() as work:
            for draft in drafts:
                work.append(draft)
            return [work.one("edit", cleaned(request), Work.edit) for request in requests]

    def _each(self, verb: str, requests: Sequence[RowRequest], act: Act, ready: Ready = lambda _types: None) -> Outcome:
        with self.work() as work:
            work.mark(requests)
            rows = [work.one(verb, cleaned(request), act) for request in requests]
            ready(work.touched)
            head = work.writer.head()
        return replace(summary(rows), seq=head.seq, head=head.hash)


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
