"""Refresh, the way in: what people typed or altered, as the journal has to hear of it.

1. `harvest` compares rows with what was last shown and answers typed changes, new rows, drifts and conflicts.
2. A system cell altered by hand is restored; both values are kept in an event.
3. A typed change that met another person's change is not taken: the journal's value stays, both are kept.

The way out, from the journal to the sheets, is `patch`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from addin.errors import IntegrityError
from addin.journal import Journal
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.events import Draft, Event, digests, unseal
from addin.logic.forms import Cell, Field, Value
from addin.logic.machine import fold
from addin.logic.outcome import Problem
from addin.logic.system_kinds import CONFLICT, DRIFT
from addin.register.cells import same, words
from addin.register.layout import Column, Source, has_field, types_on
from addin.register.projection import queue_cells
from addin.register.rows import KEPT, PERSONAL, owner_of
from addin.register.sheets import Meta, Queue, QueueRow

#: The code of a conflict between two people's typing.
TOLD_CONFLICT: Final = "EDIT-CONFLICT"


@dataclass
class Harvest:
    """What one row gave: the case (or type to open), typed changes, the reason, faults, and repairs to record.

    `notes` are doubts about values that are taken all the same.
    `version` is the case's when the row was written; a `stray` row bears a number that is not, or not only, its own.
    """

    row: int
    case_id: str
    opens: str = ""
    changes: dict[str, Value | None] = field(default_factory=dict)
    reason: str = ""
    problems: list[Problem] = field(default_factory=list)
    repairs: list[Draft] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    version: int = 0
    stray: bool = False

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
    doubled = {case_id: at for case_id, at in queue.places(line.case_id for line in lines).items() if len(at) > 1}
    found = []
    for line in lines:
        case = known.get(line.case_id)
        owner = "" if case is not None and line.cells["version"] == case.version else owner_of(queue, line, journal)
        if owner and not queue.places([owner]):
            found.append(_renumbered(queue, line, owner))
        elif case is None:
            found.append(_unknown(queue, line) if line.case_id else _new(queue, line))
        elif case_types()[case.type].sheet != queue.name:
            found.append(_elsewhere(queue, line, case))
        elif line.case_id in doubled:
            found.append(_double(queue, line, doubled[line.case_id]))
        else:
            found.append(compare(queue, line, case, journal, now))
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
    return Harvest(line.row, line.case_id, problems=[problem], stray=True)


def _renumbered(queue: Queue, line: QueueRow, owner: str) -> Harvest:
    where = queue.address(line.row, "case_id")
    typed = f"{line.case_id!r} stands" if line.case_id else "no number stands"
    problem = Problem(
        "CASE-ROW",
        f"This is the row of {owner}, but {typed} there.",
        "case_id",
        where,
        "Press Undo, or press Refresh: it puts the number back.",
    )
    return Harvest(line.row, line.case_id, problems=[problem], stray=True)


def _elsewhere(queue: Queue, line: QueueRow, case: Case) -> Harvest:
    sheet = case_types()[case.type].sheet
    where = queue.address(line.row, "case_id")
    words_ = f"{case.case_id} is a case of sheet {sheet}."
    problem = Problem(
        "CASE-SHEET", words_, "case_id", where, f"Work on it on {sheet}; here press Undo or clear the row."
    )
    return Harvest(line.row, line.case_id, problems=[problem], stray=True)


def _double(queue: Queue, line: QueueRow, rows: Sequence[int]) -> Harvest:
    cells = " and ".join(queue.address(row, "case_id") for row in rows)
    problem = Problem(
        "CASE-DOUBLE",
        f"{line.case_id} stands twice: {cells}.",
        "case_id",
        queue.address(line.row, "case_id"),
        "Press Undo, or press Refresh: it keeps the case's own row and empties the copy.",
    )
    return Harvest(line.row, line.case_id, problems=[problem], stray=True)


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


def compare(queue: Queue, line: QueueRow, case: Case, journal: Journal, now: datetime) -> Harvest:
    """What a row holds that the case did not show: typed changes, alterations, conflicts and faults."""
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
    value, problem = column.field.read(raw, queue.currency)
    if problem is not None and not problem.warn:
        found.problems.append(problem.at(queue.address(line.row, column.name)))
        return
    found.changes[column.name] = value
    if problem is not None:
        found.notes.append(problem.at(queue.address(line.row, column.name)))


def _foreign(queue: Queue, line: QueueRow, column: Column, found: Harvest) -> None:
    place = queue.address(line.row, column.name)
    code = found.opens or str(line.cells.get("type"))
    found.problems.append(
        Problem("EDIT-COLUMN", f"'{column.title}' is not for {code} cases.", column.name, place, "Clear the cell.")
    )


def _drift(queue: Queue, line: QueueRow, column: Column, raw: Cell, kept: Cell) -> Draft:
    found, stands = (PERSONAL, PERSONAL) if column.field.personal else (words(raw, KEPT), words(kept, KEPT))
    data = {"cell": queue.address(line.row, column.name), "field": column.title, "found": found, "kept": stands}
    return Draft(DRIFT.name, line.case_id, dict(data))


def _conflict(queue: Queue, line: QueueRow, column: Column, raw: Cell, kept: Cell, found: Harvest) -> None:
    place = queue.address(line.row, column.name)
    personal = column.field.personal
    typed, stands = (PERSONAL, PERSONAL) if personal else (words(raw, KEPT), words(kept, KEPT))
    data = {"cell": place, "field": column.title, "typed": typed, "kept": stands}
    found.repairs.append(Draft(CONFLICT.name, line.case_id, dict(data)))
    found.problems.append(conflict(column.field, raw, kept, place))


def conflict(typed_into: Field, raw: Cell, kept: Cell, place: str) -> Problem:
    """What a person is told whose typed value met another person's."""
    return Problem(
        TOLD_CONFLICT,
        f"You typed '{words(raw)}' into {typed_into.title}; meanwhile somebody made it '{words(kept)}'.",
        typed_into.name,
        place,
        "The other value stands now; type yours again if it is right.",
    )
