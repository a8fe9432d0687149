"""Refresh, the way out: brings the sheets up to the journal's head, changed rows only.

1. Rows first, then the logs, then the meta cells, last of all: a press that died is repeated in place.
2. What is typed and not yet taken stays typed; what was altered is recorded before it is written over.
3. A row that shows another case's facts is never written over.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

from addin.journal import Journal
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.events import Draft, Event, KindTable, digests
from addin.logic.rule_changes import RULE_KINDS
from addin.logic.system_kinds import DRIFT, VERSION_KINDS
from addin.logic.values import CELL_LIMIT
from addin.register.audit_place import audit_place
from addin.register.layout import FIRST_ROW, QUEUES, types_on
from addin.register.projection import audit_cells, queue_cells, rule_cells, snapshot_cells
from addin.register.refresh import TOLD_CONFLICT, compare
from addin.register.rows import owner_of
from addin.register.sheets import Live, Queue, QueueRow

_RULES: Final = frozenset(kind.name for kind in RULE_KINDS)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a press wants shown besides the new events.

    `messages` are message cells by case id; `taken` are the cases whose typed cells were taken over (theirs may be
    written; cells still pending in other rows are left as typed); `also` are rows to write although nothing changed,
    their alterations recorded; `told` are the cells, by case and field, whose conflicts were told and recorded.
    """

    messages: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()
    told: frozenset[tuple[str, str]] = frozenset()


def unseen_drift(live: Live, journal: Journal, now: datetime, shown: Shown) -> list[Draft]:
    """Alterations in rows that a press is about to write without having read them: they are recorded first.

    These are the rows of cases that others changed meanwhile; rows in `shown.also` and `shown.taken` were read in this
    press, and what was altered in them is recorded.
    """
    meta = live.meta()
    touched = {event.case_id for event in journal.events(after=meta.seq) if event.case_id}
    found: list[Draft] = []
    for sheet, cases in _by_sheet(journal.cases(touched - set(shown.also) - shown.taken)).items():
        queue = live.queue(sheet)
        places = queue.places(case.case_id for case in cases)
        for case in cases:
            line = _own_row(queue, places.get(case.case_id, ()), case, journal)
            if line is not None and _was_shown(line):
                compared = compare(queue, line, case, journal, now)
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
        _append_audit(live, events, kinds)
        _append_snapshots(live, journal, meta.seq, events)
        _write_rules(live, events)
        live.append_vault(_vault_rows(journal, events))
        live.write_meta(events[-1].seq, events[-1].hash)
    return len(events)


def _append_audit(live: Live, events: Sequence[Event], kinds: KindTable) -> None:
    """Write events into the rows of their numbers, on as many Audit sheets as they reach over."""
    for sheet, group in groupby(events, key=lambda event: audit_place(event.seq)[0]):
        rows = list(group)
        live.append_log(sheet, [audit_cells(event, kinds) for event in rows], audit_place(rows[0].seq)[1])


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
    taken = [snapshot_cells(event) for event in events if event.kind in VERSION_KINDS]
    if taken:
        before = sum(1 for _ in journal.events(upto=shown, kinds=VERSION_KINDS))
        live.append_log("Snapshots", taken, FIRST_ROW + before)


def _write_rules(live: Live, events: Sequence[Event]) -> None:
    """Show rules that were set or verified: in the row of the same key and day, else in a new one at the end."""
    changed = [rule_cells(event.data) for event in events if event.kind in _RULES]
    if not changed:
        return
    shown = live.log_rows("Rules", len(changed[0]))
    places = {(line[1], line[7]): row for row, line in enumerate(shown, FIRST_ROW)}
    free = FIRST_ROW + len(shown)
    for cells in changed:
        row = places.setdefault((cells[1], cells[7]), free)
        free += row == free
        live.append_log("Rules", [cells], row)


def write_cases(queue: Queue, cases: Sequence[Case], journal: Journal, now: datetime, shown: Shown) -> None:
    """Write the rows of cases, where they stand or in new rows; what is typed and not yet taken stays typed."""
    known = queue.places(case.case_id for case in cases)
    fresh = [case for case in cases if case.case_id not in known]
    places = dict(zip((case.case_id for case in fresh), queue.place_new(len(fresh)) if fresh else (), strict=True))
    for case in cases:
        cells = queue_cells(queue.name, case, now, message=shown.messages.get(case.case_id, ""))
        if case.case_id in places:
            queue.write(places[case.case_id], cells)
            continue
        line = _own_row(queue, known[case.case_id], case, journal)
        if line is None:
            continue
        if case.case_id not in shown.taken:
            for name in _pending(queue, line, case, journal, now, shown.told):
                cells.pop(name, None)
        queue.write(line.row, cells)


def _own_row(queue: Queue, rows: Sequence[int], case: Case, journal: Journal) -> QueueRow | None:
    """The row of a case among those that bear its number; None when each of them showed another case before.

    Then somebody altered numbers by hand: nothing is written over their rows, the next Refresh puts them right.
    """
    for line in queue.read(rows):
        if line.cells["version"] == case.version or owner_of(queue, line, journal) in ("", case.case_id):
            return line
    return None


def _pending(
    queue: Queue, line: QueueRow, case: Case, journal: Journal, now: datetime, told: Container[tuple[str, str]]
) -> set[str]:
    """The columns of a row that hold something typed and not yet taken.

    A conflict that was told and recorded is over: the journal's value is shown. One that was not stays, and with it
    the version it was typed on, until its row is read.
    """
    found = compare(queue, line, case, journal, now)
    over = {p.field for p in found.problems if p.code == TOLD_CONFLICT and (case.case_id, p.field) in told}
    names = {*found.changes, *(problem.field for problem in found.problems if problem.field)} - over
    if found.reason:
        names.add("reason")
    untold = any(problem.code == TOLD_CONFLICT and problem.field in names for problem in found.problems)
    return names | {"version"} if untold else names


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
