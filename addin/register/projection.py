"""What each sheet shows for a given state: pure functions from cases and events to cells.

Render (a whole new workbook) and the live operations (changed rows only) both take their cells from here, so that
both show the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from addin.journal import Tally
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case, CaseType, Move
from addin.logic.cases import case_types
from addin.logic.events import Event, KindTable
from addin.logic.forms import Cell, Field
from addin.logic.machine import starts
from addin.logic.outcome import counted
from addin.logic.workload import NOTHING_WAITS
from addin.register.layout import DESK_COLUMNS, NEXT_ROOM, WORKLIST_ROWS, Column, Source, columns, has_field

#: Words of the Standing column; colours follow them, never the other way round.
OVERDUE: Final = "Overdue"
DUE_TODAY: Final = "Due today"
WAITING: Final = "Waiting"
DONE: Final = "Done"
NO_PRIORITY: Final = "P9"
MARKED: Final = "no file: the journal tells it ('casebook restore' and 'diff' take its name)"
UNVERIFIED: Final = "not verified yet"


#: So many letters fit into the column "Next step" of the Desk.
_STEP_ROOM: Final = dict(DESK_COLUMNS)["Next step"]


def standing(case: Case, now: datetime) -> str:
    """One word for where a case stands: overdue, due today, waiting, done, or nothing."""
    if case.is_final:
        return DONE
    due = case.instant("due")
    if due is not None and due < now:
        return OVERDUE
    if due is not None and due.astimezone(LONDON).date() == now.astimezone(LONDON).date():
        return DUE_TODAY
    return WAITING if case.has("waiting_since") else ""


def next_moves(kind: CaseType, case: Case) -> tuple[Move, ...]:
    """The type's own moves that leave the case's state, in table order."""
    return tuple(move for move in kind.moves if case.status in starts(kind, move))


def next_step(kind: CaseType, case: Case, room: int) -> str:
    """The next step in so many letters, as its column has room: the first move and what it needs, or the moves that
    need nothing.

    What does not fit is counted ("Check: needs Warehouse system +2"), never cut off.
    """
    if case.has("waiting_since"):
        waits = f"Wait for {case.text('waiting_on')}"
        return text if len(text := f"{waits}, then Resume") <= room else waits
    moves = next_moves(kind, case)
    if not moves:
        return ""
    first = moves[0]
    lacking = [kind.fields[name].title for name in first.needs if not case.has(name)]
    if lacking:
        start, parts, mark = f"{first.label}: needs ", lacking, ", "
    else:
        start, parts, mark = "", [m.label for m in moves if all(map(case.has, m.needs))], "; "
    for shown in range(len(parts), 0, -1):
        more = f" +{len(parts) - shown}" if shown < len(parts) else ""
        if len(text := start + mark.join(parts[:shown]) + more) <= room:
            return text
    counts = f"{first.label}: needs {counted(len(lacking), 'cell')}"
    return counts if lacking and len(counts) <= room else first.label


def queue_cells(sheet: str, case: Case, now: datetime, *, message: str = "") -> dict[str, Cell]:
    """The cells of a case's row on its queue sheet, by column name."""
    kind = case_types()[case.type]
    special: dict[str, Cell] = {
        "case_id": case.case_id,
        "type": case.type,
        "status": case.status,
        "standing": standing(case, now),
        "next": next_step(kind, case, NEXT_ROOM),
        "reason": None,
        "message": message or None,
        "version": case.version,
    }
    return {column.name: _cell(kind, column, case, special) for column in columns(sheet)}


def _cell(kind: CaseType, column: Column, case: Case, special: Mapping[str, Cell]) -> Cell:
    if column.source is not Source.FIELD:
        return special[column.name]
    if not has_field(kind, column):
        return None
    return kind.fields[column.name].show(case.fields.get(column.name))


def work_order(case: Case) -> tuple[str, str, str]:
    """The order of the worklist: earliest due first, then priority, then age."""
    due = case.instant("due")
    return (due.isoformat() if due else "9", case.text("priority") or NO_PRIORITY, case.case_id)


def desk_cells(case: Case, now: datetime) -> tuple[Cell, ...]:
    """The cells of a case's line in the Desk's worklist, in the order of `DESK_COLUMNS`."""
    kind = case_types()[case.type]
    due = case.instant("due")
    return (
        case.case_id,
        kind.name,
        case.text("order_no") or None,
        case.status,
        case.text("priority") or None,
        standing(case, now) or None,
        due.astimezone(LONDON).replace(tzinfo=None) if due else None,
        case.text("due_what") or None,
        case.text("owner") or None,
        next_step(kind, case, _STEP_ROOM) or None,
    )


def desk_lines(work: Sequence[Case], now: datetime) -> list[tuple[Cell, ...]]:
    """The lines of the Desk's worklist under its header, blank ones included; without work the first says so."""
    blank: tuple[Cell, ...] = (None,) * len(DESK_COLUMNS)
    lines = [desk_cells(case, now) for case in work[:WORKLIST_ROWS]]
    if not lines:
        lines = [(None, NOTHING_WAITS, *blank[2:])]
    return lines + [blank] * (WORKLIST_ROWS - len(lines))


def desk_counts(tally: Tally) -> tuple[tuple[str, int], ...]:
    """The counts on top of the worklist."""
    return (
        ("Open", tally.open),
        (OVERDUE, tally.overdue),
        (DUE_TODAY, tally.due_today),
        (WAITING, tally.waiting),
        ("P1", tally.urgent),
        ("Unowned", tally.unowned),
    )


def tally(cases: Iterable[Case], now: datetime) -> Tally:
    """The counts over cases at hand, as the journal would give them."""
    still_open = [case for case in cases if not case.is_final]
    stands = [standing(case, now) for case in still_open]
    return Tally(
        len(still_open),
        stands.count(OVERDUE),
        stands.count(DUE_TODAY),
        stands.count(WAITING),
        sum(case.text("priority") == "P1" for case in still_open),
        sum(not case.has("owner") for case in still_open),
    )


def audit_cells(event: Event, kinds: KindTable) -> tuple[Cell, ...]:
    """The cells of an event's row on the Audit sheet, in the order of `AUDIT_COLUMNS`."""
    return (
        event.seq,
        event.at,
        _happened(event),
        f"{late} h late" if (late := hours_late(event)) else None,
        event.actor,
        event.role,
        event.case_id or None,
        kinds.sentence(event)[:500],
        event.reason or None,
        before_and_after(event)[:2_000] or None,
        event.kind,
        event.text,
        event.prev,
        event.hash,
    )


def snapshot_cells(event: Event) -> tuple[Cell, ...]:
    """The cells of a version's row on the Snapshots sheet, out of the event that recorded it; a mark has no file."""
    data = event.data
    upto, head = str(data.get("upto", "")), str(data.get("head", ""))
    return (
        str(data.get("name", "")),
        event.at,
        event.actor,
        event.reason,
        upto,
        head,
        str(data.get("sha256", "") or MARKED),
    )


def rule_cells(row: Mapping[str, object]) -> tuple[Cell, ...]:
    """The cells of a rule's row on the Rules sheet, out of what an event or a policy row tells of it."""
    days = {name: _day_words(str(row.get(name) or "")) for name in ("verified_on", "valid_from")}
    key = str(row.get("key", ""))
    table, seen = key.split(".", maxsplit=1)[0], str(row.get("verified_by") or UNVERIFIED)
    value, unit, source, note = (str(row.get(name) or "") for name in ("value", "unit", "source", "note"))
    return (table, key, value, unit, source, seen, days["verified_on"], days["valid_from"], note)


def _day_words(iso_day: str) -> str:
    return "/".join(reversed(iso_day.split("-"))) if iso_day else ""


def _happened(event: Event) -> str | None:
    value = event.changes.get("happened_at")
    return str(value) if isinstance(value, str) else None


def hours_late(event: Event) -> int:
    """How many hours after it happened an event was recorded, where that is another day; 0 for an entry in time.

    Source: contemporaneous records (ALCOA+): a late entry is allowed, and flagged.
    """
    happened = event.changes.get("happened_at")
    if not isinstance(happened, str) or happened[:10] >= event.at[:10]:
        return 0
    return int((datetime.fromisoformat(event.at) - datetime.fromisoformat(happened)).total_seconds() // 3600)


def before_and_after(event: Event) -> str:
    """What an event changed, as "Field: old -> new" in the form's titles; personal values are not repeated."""
    kind = case_types().get(str(event.data.get("type", "")))
    was = event.data.get("was")
    old = was if isinstance(was, dict) else {}
    words = []
    if "from" in event.data:
        words.append(f"Status: {event.data['from']} -> {event.data.get('status')}")
    for name, value in event.changes.items():
        field = kind.fields.get(name) if kind else None
        title = field.title if field else name
        if isinstance(value, dict):
            words.append(f"{title}: (personal)")
        elif name in old:
            words.append(f"{title}: {_words(field, old[name])} -> {_words(field, value) or '(empty)'}")
        elif event.data.get("move") != "open":
            words.append(f"{title}: {_words(field, value)}")
    return "; ".join(words)


def _words(field: Field | None, stored: object) -> str:
    if field is None or stored is None:
        return "" if stored is None else str(stored)
    return field.words(field.decode(stored))  # type: ignore[arg-type]


def form_rows(kind: CaseType, case: Case) -> Sequence[tuple[str, str, Cell, str, str]]:
    """The Case sheet's form: (field name, title, cell, "input" or "system", help), the type's own fields first."""
    own = list(kind.form)
    common = [field for name, field in kind.fields.items() if name not in {item.name for item in own}]
    rows = []
    for field in (*own, *common):
        mode = "system" if field.system else "input"
        rows.append((field.name, field.title, field.show(case.fields.get(field.name)), mode, field.help))
    return rows


def timeline_rows(events: Iterable[Event], kinds: KindTable) -> list[tuple[Cell, ...]]:
    """The Case sheet's timeline, newest first: instant in London, who, what, why."""
    rows: list[tuple[Cell, ...]] = []
    for event in events:
        local = datetime.fromisoformat(event.at).astimezone(LONDON).replace(tzinfo=None)
        rows.append((local, event.actor, kinds.sentence(event)[:300], event.reason[:300] or None))
    return rows[::-1]
