"""Rows that people copied, pasted over or renumbered: whose row each one is, and how it is put right.

1. A row's hidden version is the number of the last event that it showed, so it tells whose row it is.
2. The true row of a case is kept wherever it stands; a number that was cleared or overtyped is put back.
3. Other rows of the same number are copies: they are emptied, what they held is recorded before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from addin.journal import Journal
from addin.logic.cases import case_types
from addin.logic.events import Draft
from addin.logic.forms import Cell
from addin.logic.system_kinds import DRIFT
from addin.register.cells import words
from addin.register.layout import types_on
from addin.register.sheets import Queue, QueueRow

#: How much of an altered cell or row an event keeps; an event's whole text has to fit into a cell of the Audit sheet.
KEPT: Final = 4_000
PERSONAL: Final = "(personal)"


@dataclass(frozen=True, slots=True)
class Repair:
    """One row to put right: the cells to write, and the event that is recorded before."""

    row: int
    cells: Mapping[str, Cell]
    draft: Draft


def owner_of(queue: Queue, line: QueueRow, journal: Journal) -> str:
    """The case that a row last showed, by its version; "" for a row that showed none, or none of this sheet."""
    raw = line.cells.get("version")
    if not isinstance(raw, (int, float)) or isinstance(raw, bool) or raw < 1 or not float(raw).is_integer():
        return ""
    event = next(iter(journal.events(int(raw) - 1, int(raw))), None)
    case = journal.case(event.case_id) if event is not None and event.case_id else None
    return case.case_id if case is not None and case_types()[case.type].sheet == queue.name else ""


def misplaced(queue: Queue, journal: Journal) -> list[Repair]:
    """How to put right the rows whose number was cleared, overtyped or doubled by hand."""
    codes = [kind.code for kind in types_on(queue.name)]
    versions = {case.case_id: case.version for case in journal.cases(types=codes)} if codes else {}
    lines = [line for line in queue.read() if any(cell not in (None, "") for cell in line.cells.values())]
    ids = {line.row: line.case_id for line in lines}
    owners = {line.row: _owner(queue, line, journal, versions) for line in lines}
    true: dict[str, int] = {}
    for row, case_id in ids.items():
        if case_id and owners[row] == case_id:
            true.setdefault(case_id, row)
    repairs = []
    for line in lines:
        owner = owners[line.row]
        if owner and owner not in true:
            true[owner] = line.row
            ids[line.row] = owner
            repairs.append(_renumbered(queue, line, owner))
    return [*repairs, *_copies(queue, lines, ids, true)]


def _owner(queue: Queue, line: QueueRow, journal: Journal, versions: Mapping[str, int]) -> str:
    if line.case_id in versions and line.cells.get("version") == versions[line.case_id]:
        return line.case_id
    return owner_of(queue, line, journal)


def _renumbered(queue: Queue, line: QueueRow, owner: str) -> Repair:
    data = {
        "cell": queue.address(line.row, "case_id"),
        "field": "Case",
        "found": words(line.cells.get("case_id"), KEPT),
        "kept": owner,
    }
    return Repair(line.row, {"case_id": owner}, Draft(DRIFT.name, owner, dict(data)))


def _copies(queue: Queue, lines: Sequence[QueueRow], ids: Mapping[int, str], true: Mapping[str, int]) -> list[Repair]:
    kept: dict[str, int] = {}
    for line in lines:
        kept.setdefault(ids[line.row], true.get(ids[line.row], line.row))
    blank: dict[str, Cell] = dict.fromkeys((column.name for column in queue.columns), None)
    found = []
    for line in lines:
        case_id = ids[line.row]
        if case_id and kept[case_id] != line.row:
            where = queue.address(line.row, "case_id")
            data = {"cell": where, "field": "row", "found": _held(queue, line)[:KEPT], "kept": "(empty row)"}
            found.append(Repair(line.row, blank, Draft(DRIFT.name, case_id, dict(data))))
    return found


def _held(queue: Queue, line: QueueRow) -> str:
    """What a row held, for an event: personal cells only by name, since an event's own text can never be erased."""
    cells = [(column, line.cells[column.name]) for column in queue.columns]
    return "; ".join(
        f"{column.name}={PERSONAL if column.field.personal else words(cell, KEPT)}"
        for column, cell in cells
        if cell not in (None, "")
    )
