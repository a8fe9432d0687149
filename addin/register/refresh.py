"""Refresh: push what people typed, pull what the journal knows, restore what was altered by hand.

1. `harvest` compares rows with what was last shown and answers typed changes, new rows, drifts and conflicts.
2. `project` writes what changed since the workbook's event: rows, audit, then the meta cells, last of all.
3. A system cell altered by hand is restored; both values are kept in an event.
4. A typed change that met another person's change is not taken: the journal's value stays, both are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from addin.errors import IntegrityError
from addin.journal import Journal
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.events import Draft, Event, KindTable, digests, unseal
from addin.logic.forms import Cell, Value
from addin.logic.machine import fold
from addin.logic.outcome import Problem
from addin.logic.system_kinds import CONFLICT, DRIFT, SNAPSHOT_TAKEN
from addin.logic.values import CELL_LIMIT
from addin.register.cells import same, words
from addin.register.layout import FIRST_ROW, HEADER_ROW, QUEUES, Column, Source, has_field, types_on
from addin.register.projection import audit_cells, queue_cells, snapshot_cells
from addin.register.sheets import Live, Meta, Queue, QueueRow

#: How much of an altered cell an event keeps; an event's whole text has to fit into a cell of the Audit sheet.
_KEPT: Final = 4_000
_PERSONAL: Final = "(personal)"
_CONFLICT: Final = "EDIT-CONFLICT"


@dataclass
class Harvest:
    """What one row gave: the case (or type to open), typed changes, the reason, faults, and repairs to record."""

    row: int
    case_id: str
    opens: str = ""
    changes: dict[str, Value | None] = field(default_factory=dict)
    reason: str = ""
    problems: list[Problem] = field(default_factory=list)
    repairs: list[Draft] = field(default_factory=list)
    version: int = 0

    @property
    def key(self) -> str:
        """What makes a repeat of the same press on the same sight of the row harmless."""
        seen = f"{self.case_id}|{self.version}|{sorted((k, str(v)) for k, v in self.changes.items())}|{self.reason}"
        return hashlib.sha256(seen.encode()).hexdigest()


def check_standing(meta: Meta, journal: Journal) -> None:
    """Refuse a workbook that the journal does not bear out.

    Raises:
        IntegrityError: when the workbook is of another register, shows events the journal lacks, or another chain.
    """
    if meta.register_id != journal.register_id:
        raise IntegrityError(
            f"The workbook belongs to register {meta.register_id}, the journal beside it to {journal.register_id}.",
            hint="Put the workbook back into its own folder.",
            code="BOOK-REGISTER",
        )
    head = journal.head()
    if meta.seq > head.seq:
        raise IntegrityError(
            f"The workbook shows event {meta.seq}, but the journal ends at {head.seq}.",
            hint="The journal was cut or an old one restored: run 'casebook verify' before anything else.",
            code="BOOK-AHEAD",
        )
    stored = next((link.hash for link in journal.links(meta.seq - 1, meta.seq)), "")
    if meta.seq and stored != meta.head:
        raise IntegrityError(
            f"The workbook's event {meta.seq} is not the journal's: one of them was altered.",
            hint="Run 'casebook verify'; it names the place. Nothing was changed.",
            code="BOOK-ALTERED",
        )


def harvest(queue: Queue, journal: Journal, now: datetime, rows: Iterable[int] | None = None) -> list[Harvest]:
    """What people typed or altered in rows of a queue sheet (all when None); blank rows give nothing."""
    lines = [line for line in queue.read(rows) if any(cell not in (None, "") for cell in line.cells.values())]
    known = {case.case_id: case for case in journal.cases([line.case_id for line in lines if line.case_id])}
    doubled = {case_id: at for case_id, at in queue.index().items() if case_id and len(at) > 1}
    found = []
    for line in lines:
        case = known.get(line.case_id)
        if case is None:
            found.append(_unknown(queue, line) if line.case_id else _new(queue, line))
        elif case_types()[case.type].sheet != queue.name:
            found.append(_elsewhere(queue, line, case))
        elif line.case_id in doubled:
            found.append(_double(queue, line, doubled[line.case_id]))
        else:
            found.append(_compare(queue, line, case, journal, now))
    return found


def _unknown(queue: Queue, line: QueueRow) -> Harvest:
    where = queue.address(line.row, "case_id")
    problem = Problem(
        "CASE-UNKNOWN",
        f"There is no case {line.case_id!r} in this register.",
        "case_id",
        where,
        "Clear the cell to open a new case, or undo.",
    )
    return Harvest(line.row, line.case_id, problems=[problem])


def _elsewhere(queue: Queue, line: QueueRow, case: Case) -> Harvest:
    sheet = case_types()[case.type].sheet
    where = queue.address(line.row, "case_id")
    words_ = f"{case.case_id} is a case of sheet {sheet}."
    problem = Problem(
        "CASE-SHEET", words_, "case_id", where, f"Work on it on {sheet}; here press Undo or clear the row."
    )
    return Harvest(line.row, line.case_id, problems=[problem])


def _double(queue: Queue, line: QueueRow, rows: Sequence[int]) -> Harvest:
    cells = " and ".join(queue.address(row, "case_id") for row in rows)
    problem = Problem(
        "CASE-DOUBLE",
        f"{line.case_id} stands twice: {cells}.",
        "case_id",
        queue.address(line.row, "case_id"),
        "Press Undo, or press Refresh: it keeps the first row and restores the others.",
    )
    return Harvest(line.row, line.case_id, problems=[problem])


def _new(queue: Queue, line: QueueRow) -> Harvest:
    kinds = types_on(queue.name)
    typed = line.cells.get("type")
    code = str(typed).strip().upper() if typed not in (None, "") else (kinds[0].code if len(kinds) == 1 else "")
    found = Harvest(line.row, "", opens=code)
    if code not in {kind.code for kind in kinds}:
        choices = ", ".join(f"{kind.code} ({kind.name.lower()})" for kind in kinds)
        place = queue.address(line.row, "type")
        found.problems.append(
            Problem("OPEN-TYPE", "A new row needs its type.", "type", place, f"Type one of: {choices}.")
        )
        return found
    kind = case_types()[code]
    for column in queue.columns:
        raw = line.cells[column.name]
        if column.source is Source.FIELD and raw not in (None, "") and column.typed:
            _take(queue, line, column, raw, found) if column.name in kind.fields else _foreign(
                queue, line, column, found
            )
    _read_reason(queue, line, found)
    return found


def _compare(queue: Queue, line: QueueRow, case: Case, journal: Journal, now: datetime) -> Harvest:
    kind = case_types()[case.type]
    base = _as_seen(case, line, journal)
    shown = queue_cells(queue.name, base, now)
    current = queue_cells(queue.name, case, now)
    found = Harvest(line.row, case.case_id, version=base.version)
    _read_reason(queue, line, found)
    for column in queue.columns:
        raw = line.cells[column.name]
        if column.source in (Source.VOLATILE, Source.ASK) or same(raw, shown[column.name]):
            continue
        if same(raw, current[column.name]):
            continue
        if column.typed and not has_field(kind, column):
            _foreign(queue, line, column, found)
        elif not column.typed:
            found.repairs.append(_drift(queue, line, column, raw, current[column.name]))
        elif base.version != case.version and not same(shown[column.name], current[column.name]):
            _conflict(queue, line, column, raw, current[column.name], found)
        else:
            _take(queue, line, column, raw, found)
    return found


def _as_seen(case: Case, line: QueueRow, journal: Journal) -> Case:
    """The case as its row last showed it: at the row's version, or now when that cell makes no sense."""
    raw = line.cells.get("version")
    version = int(raw) if isinstance(raw, (int, float)) and float(raw).is_integer() else case.version
    if version >= case.version or version < 1:
        return case
    return case_at(journal, case.case_id, version) or case


def case_at(journal: Journal, case_id: str, seq: int) -> Case | None:
    """A case as it stood after an event, folded from its own events."""
    case: Case | None = None
    for event in journal.events(upto=seq, case_id=case_id):
        case = fold_event(journal, case, event)
    return case


def fold_event(journal: Journal, case: Case | None, event: Event) -> Case | None:
    """A case after one of its events; events that carry no state leave it as it is."""
    kind = case_types().get(str(event.data.get("type", "")))
    if kind is None:
        return case
    changes = unseal(event.changes, journal.vault(digests(event.data)))
    return fold(kind, case, event.case_id, event.seq, event.data, changes)


def _read_reason(queue: Queue, line: QueueRow, found: Harvest) -> None:
    column = next(column for column in queue.columns if column.name == "reason")
    value, problem = column.field.read(line.cells.get("reason"))
    found.reason = "" if value is None else str(value)
    if problem is not None:
        found.problems.append(problem.at(queue.address(line.row, "reason")))


def _take(queue: Queue, line: QueueRow, column: Column, raw: Cell, found: Harvest) -> None:
    value, problem = column.field.read(raw)
    if problem is not None and not problem.warn:
        found.problems.append(problem.at(queue.address(line.row, column.name)))
    else:
        found.changes[column.name] = value


def _foreign(queue: Queue, line: QueueRow, column: Column, found: Harvest) -> None:
    place = queue.address(line.row, column.name)
    code = found.opens or str(line.cells.get("type"))
    found.problems.append(
        Problem("EDIT-COLUMN", f"'{column.title}' is not for {code} cases.", column.name, place, "Clear the cell.")
    )


def _drift(queue: Queue, line: QueueRow, column: Column, raw: Cell, kept: Cell) -> Draft:
    data = {
        "cell": queue.address(line.row, column.name),
        "field": column.title,
        "found": words(raw, _KEPT),
        "kept": words(kept, _KEPT),
    }
    return Draft(DRIFT.name, line.case_id, dict(data))


def _conflict(queue: Queue, line: QueueRow, column: Column, raw: Cell, kept: Cell, found: Harvest) -> None:
    place = queue.address(line.row, column.name)
    personal = column.field.personal
    typed, stands = (_PERSONAL, _PERSONAL) if personal else (words(raw, _KEPT), words(kept, _KEPT))
    data = {"cell": place, "field": column.title, "typed": typed, "kept": stands}
    found.repairs.append(Draft(CONFLICT.name, line.case_id, dict(data)))
    found.problems.append(
        Problem(
            _CONFLICT,
            f"You typed '{words(raw)}' into {column.title}; meanwhile somebody made it '{words(kept)}'.",
            column.name,
            place,
            "The other value stands now; type yours again if it is right.",
        )
    )


def restore_rows(queue: Queue, journal: Journal) -> Iterator[Draft]:
    """Rows of cases that were deleted or doubled by hand: doubled ones are emptied, with what they held recorded.

    Missing ones come back by `project`, which appends what has no row.
    """
    for case_id, rows in queue.index().items():
        for row in rows[1:] if case_id else ():
            held = _held(queue, queue.read([row])[0])
            queue.write(row, dict.fromkeys((column.name for column in queue.columns), None))
            data = {"cell": queue.address(row, "case_id"), "field": "row", "found": held[:_KEPT], "kept": "(empty row)"}
            yield Draft(DRIFT.name, case_id, dict(data))


def _held(queue: Queue, line: QueueRow) -> str:
    """What a row held, for an event: personal cells only by name, since an event's own text can never be erased."""
    cells = [(column, line.cells[column.name]) for column in queue.columns]
    return "; ".join(
        f"{column.name}={_PERSONAL if column.field.personal else words(cell, _KEPT)}"
        for column, cell in cells
        if cell not in (None, "")
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What a press wants shown besides the new events.

    `messages` are message cells by case id; `taken` are the cases whose typed cells were taken over (theirs may be
    written; cells still pending in other rows are left as typed); `also` are rows to write although nothing changed,
    their alterations and conflicts recorded.
    """

    messages: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()


def unseen_drift(live: Live, journal: Journal, now: datetime, shown: Shown) -> list[Draft]:
    """Alterations in rows that a press is about to write without having read them: they are recorded first.

    These are the rows of cases that others changed meanwhile; rows in `shown.also` were read and recorded before.
    """
    meta = live.meta()
    touched = {event.case_id for event in journal.events(after=meta.seq) if event.case_id}
    found: list[Draft] = []
    for sheet, cases in _by_sheet(journal.cases(touched - set(shown.also))).items():
        queue = live.queue(sheet)
        index = queue.index()
        for case in cases:
            for row in index.get(case.case_id, [])[:1]:
                line = queue.read([row])[0]
                if _was_shown(line):
                    compared = _compare(queue, line, case, journal, now)
                    found += [draft for draft in compared.repairs if draft.kind == DRIFT.name]
    return found


def _was_shown(line: QueueRow) -> bool:
    """False for a row that has its number only since this press and was never written."""
    return any(line.cells[name] not in (None, "") for name in ("status", "version"))


def project(live: Live, journal: Journal, kinds: KindTable, now: datetime, shown: Shown) -> int:
    """Bring the workbook up to the journal's head; answers how many events it was behind."""
    meta = live.meta()
    events = list(journal.events(after=meta.seq))
    touched = dict.fromkeys([*(event.case_id for event in events if event.case_id), *shown.also, *shown.messages])
    for sheet, cases in _by_sheet(journal.cases(touched)).items():
        write_cases(live.queue(sheet), cases, journal, now, shown)
    if events:
        live.append_log("Audit", [audit_cells(event, kinds) for event in events], HEADER_ROW + events[0].seq)
        _append_snapshots(live, journal, meta.seq, events)
        live.append_vault(_vault_rows(journal, events))
        live.write_meta(events[-1].seq, events[-1].hash)
    return len(events)


def _vault_rows(journal: Journal, events: Sequence[Event]) -> list[tuple[str, str, str, str]]:
    """The personal values that events refer to, for the workbook's own vault; one that no cell can hold is left out."""
    owners = {digest: event.case_id for event in events for digest in digests(event.data)}
    kept = journal.vault(owners)
    return [
        (entry.digest, entry.salt, entry.value, owners[entry.digest])
        for entry in kept.values()
        if len(entry.value) <= CELL_LIMIT
    ]


def _append_snapshots(live: Live, journal: Journal, shown: int, events: Sequence[Event]) -> None:
    taken = [snapshot_cells(event) for event in events if event.kind == SNAPSHOT_TAKEN.name]
    if taken:
        before = sum(1 for _ in journal.events(upto=shown, kinds=[SNAPSHOT_TAKEN.name]))
        live.append_log("Snapshots", taken, FIRST_ROW + before)


def write_cases(queue: Queue, cases: Sequence[Case], journal: Journal, now: datetime, shown: Shown) -> None:
    """Write the rows of cases, where they stand or in new rows; what is typed and not yet taken stays typed."""
    index = queue.index()
    fresh = [case for case in cases if case.case_id not in index]
    places = dict(zip((case.case_id for case in fresh), queue.place_new(len(fresh)) if fresh else (), strict=True))
    for case in cases:
        cells = queue_cells(queue.name, case, now, message=shown.messages.get(case.case_id, ""))
        row = places.get(case.case_id) or index[case.case_id][0]
        if case.case_id not in places and case.case_id not in shown.taken:
            for name in _pending(queue, row, case, journal, now, told=case.case_id in shown.also):
                cells.pop(name, None)
        queue.write(row, cells)


def _pending(queue: Queue, row: int, case: Case, journal: Journal, now: datetime, *, told: bool) -> set[str]:
    """The columns of a row that hold something typed and not yet taken.

    A conflict that was told and recorded is over: the journal's value is shown. One that was not stays, and with it
    the version it was typed on, until its row is read.
    """
    found = _compare(queue, queue.read([row])[0], case, journal, now)
    open_conflict = any(problem.code == _CONFLICT for problem in found.problems) and not told
    names = {*found.changes, *(p.field for p in found.problems if p.field and not (told and p.code == _CONFLICT))}
    if found.reason:
        names.add("reason")
    return names | {"version"} if open_conflict else names


def missing_rows(live: Live, journal: Journal) -> list[str]:
    """Cases that have no row on their sheet, because somebody deleted it."""
    found = []
    for sheet in QUEUES:
        codes = [kind.code for kind in types_on(sheet.name)]
        index = live.queue(sheet.name).index()
        found += [case.case_id for case in journal.cases(types=codes) if case.case_id not in index] if codes else []
    return found


def _by_sheet(cases: Iterable[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case_types()[case.type].sheet, []).append(case)
    return found
