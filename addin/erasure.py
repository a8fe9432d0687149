"""Erasing personal values without breaking the chain: what is found, what goes, what stays and why.

1. The chain holds salted digests, the vault the values. Erasing takes values out of the vault, the states, the
   workbook; every event keeps its bytes, so that the register verifies before and after.
2. One event names the digests that went, never a value. A value that is gone without such an event is a fault.
3. A case is found whole: where a person is named in one of its personal fields, all of them are theirs.
4. Letters, claim sets and evidence of a case go with its values, each by an event that names the files.
5. What cannot be erased here is listed: values held by law, free text inside events, other files, older versions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from addin.claims.erased import delete_erased, files_of_letters, prints_erased
from addin.closed_book import press_closed
from addin.errors import HostError
from addin.evidence import erase_file
from addin.folder import write_workbook
from addin.hosts.locking import refuse_if_held
from addin.journal.retell import ERASED_DIGESTS, Retold
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.events import SEALED, Draft, Event, Json, digests, iso
from addin.logic.evidence import FIELD as EVIDENCE
from addin.logic.evidence import pieces
from addin.logic.outcome import Outcome, Problem, RowResult, Status, counted
from addin.logic.policy import Policy
from addin.logic.retention import ERASERS, may_erase
from addin.logic.system_kinds import INTAKE_DISMISSED, INTAKE_READ, INTAKE_TAKEN, LETTERS_ERASED, PERSONAL_ERASED
from addin.service import Service
from addin.snapshots import Store

#: How many digests one event names: its text has to fit a cell of the Audit sheet.
_PART: Final = 300
#: How many files one event names, for the same reason.
_FILES_NAMED: Final = 200
#: Folders that hold files with people in them, and what such a file is.
_COPIES: Final = (
    "casebook-*.xlsm", "journal-before-rebuild-*.sqlite", "restored-*", "as-of-*", "packs/*full*", "incidents/*",
)  # fmt: skip
_FILES: Final = {"letters": "letter", "outbox": "outgoing file", "inbox": "incoming file"}


@dataclass(frozen=True, slots=True)
class Item:
    """One sealed value: the event that holds its digest, its case ("" for a message nobody took) and its field."""

    digest: str
    seq: int
    case_id: str
    field: str
    title: str


@dataclass(frozen=True, slots=True)
class Held:
    """One field of a case that stays, and why."""

    case_id: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure would do: values that go, fields that stay, and what else still holds the person."""

    scope: str
    items: tuple[Item, ...]
    held: tuple[Held, ...]
    remains: tuple[str, ...]
    snapshots: tuple[str, ...]
    letters: tuple[str, ...] = ()
    """Files of letters and claim sets that print what goes."""
    evidence: tuple[tuple[str, str], ...] = ()
    """Pieces of evidence that go: case and name."""

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that lose something."""
        return tuple(dict.fromkeys(item.case_id for item in self.items if item.case_id))

    def as_dict(self) -> dict[str, object]:
        """The plan as plain values; no personal value is in it."""
        return {
            "scope": self.scope,
            "values": len(self.items),
            "letters": list(self.letters),
            "evidence": [{"case": case_id, "name": name} for case_id, name in self.evidence],
            "cases": list(self.cases),
            "held": [{"case": held.case_id, "field": held.title, "why": held.why} for held in self.held],
            "remains": list(self.remains),
            "snapshots": list(self.snapshots),
        }


def plan_for_person(service: Service, person: str) -> Plan:
    """What erasing a person's values would do: those of every case and message that names them.

    Raises:
        ValueError: when the text is too short to tell one person from another.
    """
    words = _plain(person)
    if len(words) < 4:
        raise ValueError("Name the person with at least four letters, so that nobody else is meant.")
    found = _Found(service)
    named = {item.case_id or item.seq for item in found.items if words in _plain(found.values.get(item.digest, ""))}
    wanted = [item for item in found.items if (item.case_id or item.seq) in named]
    texts = [
        f"Event {event.seq} names the person in its own text, which the chain proves: it cannot be changed."
        for event in found.events
        if words in _plain(event.text)
    ]
    return _plan(service, found, wanted, "asked for by a person", asked=True, texts=texts)


def plan_for_cases(service: Service, cases: Sequence[str]) -> Plan:
    """What erasing the personal values of these cases would do.

    Raises:
        ValueError: for a case that is not there.
    """
    unknown = set(cases) - {case.case_id for case in service.journal.cases(cases)}
    if unknown:
        raise ValueError(f"There is no case {', '.join(sorted(unknown))} in this register.")
    found = _Found(service)
    wanted = [item for item in found.items if item.case_id in set(cases)]
    return _plan(service, found, wanted, "these cases", asked=True)


def plan_for_time(service: Service) -> Plan:
    """What the yearly run would erase: every value that is past its retention."""
    found = _Found(service)
    plan = _plan(service, found, found.items, "past retention", asked=False)
    return replace(plan, held=())  # nearly everything is held; the list would say nothing


def carry_out(service: Service, plan: Plan, reason: str, *, drop_snapshots: bool = False) -> Outcome:
    """Erase what a plan names: from journal, states and workbook; the event first, all in one transaction.

    Raises:
        HostError: the workbook is open or missing, or a typed cell in it could not be taken over first.
    """
    if not service.actor.may(ERASERS):
        hint = "It takes one of these roles: senior qa, legal."
        return Outcome.refused(Problem("ERA-ROLE", f"{service.actor.name} may not erase personal values.", hint=hint))
    left = delete_erased(service.folder, service.journal)  # what a kill kept from being deleted
    if not plan.items:
        words = f" {left} files of an earlier erasure were deleted." if left else ""
        return Outcome(Status.DONE, f"There is nothing to erase.{words}")
    refuse_if_held(service.workbook)
    before = press_closed(service, "desk.refresh")
    if not before.ok:
        hint = "Put the named cells right, then erase again; nothing was erased."
        raise HostError(f"Something typed could not be taken over first: {before.message}", hint=hint)
    _erase(service, plan, reason)
    delete_erased(service.folder, service.journal)
    kept = [row.message for row in _erase_evidence(service, plan, reason) if not row.ok]
    service.journal.scrub()
    write_workbook(service)
    dropped = Store(service.folder / "snapshots").drop(plan.snapshots) if drop_snapshots else 0
    values, cases = counted(len(plan.items), "personal value"), counted(len(plan.cases), "case")
    words = f"{values} of {cases} erased; the chain is unchanged."
    words += f" {_said(plan)}" if plan.letters or plan.evidence else ""
    words += f" Evidence that stays: {' '.join(kept)}" if kept else ""
    words += f" {dropped} older versions dropped." if drop_snapshots else ""
    words += f" {len(plan.held)} fields stay, each with its reason." if plan.held else ""
    head = service.journal.head()
    return Outcome(Status.DONE, words, seq=head.seq, head=head.hash)


def _erase(service: Service, plan: Plan, reason: str) -> None:
    role = service.actor.acting_as(ERASERS).value
    names = [item.digest for item in plan.items]
    with service.journal.write() as writer:
        writer.erase(names)
        for start in range(0, len(names), _PART):
            part = plan.items[start : start + _PART]
            data: dict[str, Json] = {
                ERASED_DIGESTS: [item.digest for item in part],
                "count": str(len(part)),
                "cases": [*dict.fromkeys(item.case_id for item in part if item.case_id)],
                "scope": plan.scope,
            }
            draft = Draft(PERSONAL_ERASED.name, "", data, reason)
            writer.append(draft, at=iso(service.clock()), actor=service.actor.id, role=role)
        for start in range(0, len(plan.letters), _FILES_NAMED):
            files = plan.letters[start : start + _FILES_NAMED]
            named: dict[str, Json] = {
                "files": [*files], "count": str(len(files)), "cases": list(plan.cases), "scope": plan.scope,
            }  # fmt: skip
            draft = Draft(LETTERS_ERASED.name, "", named, reason)
            writer.append(draft, at=iso(service.clock()), actor=service.actor.id, role=role)
        for case in _retold(service, plan.cases):
            writer.save(case)


def _erase_evidence(service: Service, plan: Plan, reason: str) -> list[RowResult]:
    return [row for case_id, name in plan.evidence for row in erase_file(service, case_id, name, reason).rows]


def _said(plan: Plan) -> str:
    return f"{len(plan.letters)} files of letters and {len(plan.evidence)} of evidence deleted."


def _retold(service: Service, cases: Iterable[str]) -> Iterator[Case]:
    """The cases folded anew, with the values that are left."""
    for case_id in cases:
        told, named = Retold(), list[str]()
        for event in service.journal.events(case_id=case_id):
            for _ in told.take(event.seq, event.at, event.case_id, event.kind, event.data):
                pass  # what contradicts itself is for verify to name
            named += digests(event.data)
        case = told.case(case_id, service.journal.vault(named)) if case_id in told.told else None
        if case is not None:
            yield case


# ---- what there is ----------------------------------------------------------------------------------------------


class _Found:
    """Every sealed value that is still kept, with the messages that cases came from."""

    def __init__(self, service: Service) -> None:
        self.events = list(service.journal.events())
        named = [digest for event in self.events for digest in digests(event.data)]
        self.values = {digest: entry.value for digest, entry in service.journal.vault(named).items()}
        self.taken: dict[int, list[str]] = defaultdict(list)
        self.proposed: dict[int, int] = {}
        self.settled: dict[int, int] = defaultdict(int)
        for event in self.events:
            self._message(event)
        self.cases = {case.case_id: case for case in service.journal.cases()}
        self.items = [item for event in self.events for item in self._items(event)]

    def _message(self, event: Event) -> None:
        if event.kind == INTAKE_READ.name:
            self.proposed[event.seq] = int(str(event.data.get("count", "0")) or 0)
        elif event.kind in (INTAKE_TAKEN.name, INTAKE_DISMISSED.name):
            message = int(str(event.data["message"]))
            self.settled[message] += 1
            if event.case_id:
                self.taken[message].append(event.case_id)

    def _items(self, event: Event) -> Iterator[Item]:
        for name, value in event.changes.items():
            digest = value.get(SEALED) if isinstance(value, dict) else None
            if not isinstance(digest, str) or digest not in self.values:
                continue
            case_id = event.case_id or next(iter(self.taken.get(event.seq, ())), "")
            kind = case_types().get(self.cases[case_id].type) if case_id in self.cases else None
            field = kind.fields.get(name) if kind else None
            yield Item(digest, event.seq, case_id, name, field.title if field else name.replace("_", " ").capitalize())

    def waits(self, seq: int) -> bool:
        """True for a message with proposals that nobody has taken or set aside."""
        return self.settled[seq] < self.proposed.get(seq, 0)


def _plan(
    service: Service, found: _Found, wanted: Sequence[Item], scope: str, *, asked: bool, texts: Sequence[str] = ()
) -> Plan:
    today, policy = service.context().today, service.context().policy
    going: list[Item] = []
    held: dict[tuple[str, str], Held] = {}
    for item in wanted:
        why = _why_held(found, item, today, policy, asked=asked)
        if why:
            held.setdefault((item.case_id, item.field), Held(item.case_id, item.title, why))
        else:
            going.append(item)
    cases = tuple(dict.fromkeys(item.case_id for item in going if item.case_id))
    first = min((item.seq for item in going), default=0)
    store = Store(service.folder / "snapshots")
    older = tuple(kept.name for kept in store.list() if going and kept.seq >= first)
    letters = _letters_going(service, going, held)
    evidence = tuple(
        (case.case_id, name)
        for case in (service.journal.cases(cases) if cases else ())
        if may_erase(case, EVIDENCE, today, policy, asked=asked).erase
        for name in dict.fromkeys(piece.name for piece in pieces(case))
    )
    remains = [one for one in _files(service, cases, evidence) if one.partition(":")[0] not in letters]
    return Plan(scope, tuple(going), tuple(held.values()), (*texts, *remains), older, letters, evidence)


def _letters_going(service: Service, going: Iterable[Item], held: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    fields: dict[str, set[str]] = defaultdict(set)
    kept: dict[str, set[str]] = defaultdict(set)
    for item in going:
        fields[item.case_id].add(item.field)
    for case_id, name in held:
        kept[case_id].add(name)
    cases = [case_id for case_id in fields if case_id and prints_erased(fields[case_id], kept[case_id])]
    return files_of_letters(service.folder, service.journal, cases)


def _why_held(found: _Found, item: Item, today: date, policy: Policy, *, asked: bool) -> str:
    if item.seq in found.proposed:
        if found.waits(item.seq):
            return "the message still waits on the Desk"
        owners = [found.cases[name] for name in found.taken.get(item.seq, ()) if name in found.cases]
    else:
        owners = [found.cases[item.case_id]] if item.case_id in found.cases else []
    verdicts = [may_erase(case, item.field, today, policy, asked=asked) for case in owners]
    if not owners and not asked:
        return "no case came of it; it is erased when the person asks"
    return next((verdict.why for verdict in verdicts if not verdict.erase), "")


def _files(service: Service, cases: Sequence[str], going: Collection[tuple[str, str]]) -> Iterator[str]:
    """Files beside the register that may show the people of these cases, and their evidence."""
    for case in service.journal.cases(cases) if cases else ():
        for name in dict.fromkeys(piece.name for piece in pieces(case) if (case.case_id, piece.name) not in going):
            what = f"'casebook evidence {case.case_id} --erase' erases it if it may go"
            yield f"{case.case_id}: evidence {name!r}; look at it, {what}."
    for name, what in _FILES.items():
        folder = service.folder / name
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            place = path.relative_to(service.folder).as_posix()
            if path.is_file() and (any(case_id in place for case_id in cases) or name == "inbox"):
                yield f"{place}: {what}; look through it and delete it by hand if it may go."
    for pattern in _COPIES:
        for path in sorted(service.folder.glob(pattern)):
            yield f"{path.relative_to(service.folder).as_posix()}: a copy of the register; delete it if it may go."


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def unnamed(reason: str, person: str) -> bool:
    """True when a reason does not itself say what is to be forgotten."""
    return not person or _plain(person) not in _plain(reason)


__all__ = ["ERASERS", "Plan", "carry_out", "plan_for_cases", "plan_for_person", "plan_for_time", "unnamed"]
