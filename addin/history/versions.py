"""A version of a register by any of its names: a snapshot, a workbook file, an instant, or the present.

1. A snapshot and a file are read as their workbook shows them; an instant and the present as the journal tells them.
2. Both give the same words for the same case, so that they can be compared with each other.
3. What is worked out when it is shown (standing, next step, messages) and what is typed for one press is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from addin.errors import NotOurBook
from addin.journal import Journal
from addin.journal.retell import Retold
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.difference import Listing, Row
from addin.logic.events import Event, digests, iso
from addin.logic.forms import Cell, FieldKind
from addin.register.cells import comparable
from addin.register.layout import FIRST_ROW, HEADER_ROW, QUEUES, Column, Source, columns
from addin.register.projection import queue_cells
from addin.register.reading import BookFile, Stored
from addin.snapshots import Store

NOW: Final = "now"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?")
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - the day from which spreadsheets count


@dataclass(frozen=True, slots=True)
class Version:
    """One version: what it is called, and its queue sheets as words."""

    name: str
    sheets: Mapping[str, Listing]


def read_version(name: str, folder: Path, journal: Journal, now: datetime) -> Version:
    """The version of a register that a person names.

    Args:
        name: "now", a snapshot, the path of a workbook, or an instant ("2026-11-20", "2026-11-20T12:00").
        folder: the register.
        journal: its journal.
        now: the present instant.

    Raises:
        NotOurBook: nothing has that name, or the workbook is not a register's.
        IntegrityError: the snapshot is damaged.
    """
    if name == NOW:
        return Version("now", _listings(journal.cases(), now))
    store = Store(folder / "snapshots")
    if name in store.names():
        with TemporaryDirectory(prefix="casebook-") as work:
            (path,) = store.restore(name, Path(work) / "version.xlsm").files
            return Version(name, _shown_in(path))
    if Path(name).is_file():
        return Version(name, _shown_in(Path(name)))
    if _INSTANT.fullmatch(name):
        moment = read_instant(name)
        return Version(f"as of {iso(moment)}", _listings(states_at(journal, moment), moment))
    latest = ", ".join(store.names()[-5:]) or "none yet"
    raise NotOurBook(
        f"There is no version {name!r}.",
        hint=f"Name 'now', a snapshot (the latest: {latest}), a workbook file, or an instant like 2026-11-20T12:00.",
        code="VER-UNKNOWN",
    )


def read_instant(text: str) -> datetime:
    """An instant as a person writes it: ISO, London's clock where no offset is given, a bare day at its end.

    Raises:
        NotOurBook: it is none.
    """
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        hint = "Write it like 2026-11-20 or 2026-11-20T17:30."
        raise NotOurBook(f"{text!r} is no instant.", hint=hint, code="VER-INSTANT") from None
    if len(text) == len("2026-11-20"):
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def events_until(journal: Journal, moment: datetime) -> Iterable[Event]:
    """The events recorded up to an instant, that instant included."""
    last = iso(moment)
    for event in journal.events():
        if event.at > last:
            return
        yield event


def states_at(journal: Journal, moment: datetime) -> list[Case]:
    """Every case as it stood at an instant, folded from its events; erased personal values stay erased."""
    told, named = Retold(), set[str]()
    for event in events_until(journal, moment):
        for _ in told.take(event.seq, event.at, event.case_id, event.kind, event.data):
            pass  # what contradicts itself is for verify to name; here the events are only retold
        named.update(digests(event.data))
    vault = journal.vault(named)
    return [case for case_id in sorted(told.told) if (case := told.case(case_id, vault)) is not None]


# ---- words ------------------------------------------------------------------------------------------------------


@cache
def _kept(sheet: str) -> tuple[Column, ...]:
    """The columns of a sheet that say something about the case itself."""
    return tuple(c for c in columns(sheet) if c.source in (Source.FIELD, Source.SYSTEM) and not c.hidden)


def _listings(cases: Iterable[Case], now: datetime) -> dict[str, Listing]:
    rows: dict[str, dict[str, Row]] = {sheet.name: {} for sheet in QUEUES}
    kinds = case_types()
    for case in cases:
        sheet = kinds[case.type].sheet
        cells = queue_cells(sheet, case, now)
        rows[sheet][case.case_id] = tuple(_words(column, cells[column.name]) for column in _kept(sheet))
    return {name: Listing(tuple(c.title for c in _kept(name)), found) for name, found in rows.items()}


def _shown_in(path: Path) -> dict[str, Listing]:
    """The queue sheets of a workbook file; columns are found by their titles, wherever they stand."""
    book = BookFile(path)
    if not any(sheet.name in book.sheets for sheet in QUEUES):
        raise NotOurBook(f"{path.name} holds no sheet of a register.", hint="Name a register's workbook.")
    return {sheet.name: _shown_on(book, sheet.name) for sheet in QUEUES if sheet.name in book.sheets}


def _shown_on(book: BookFile, sheet: str) -> Listing:
    places: dict[str, int] = {}
    rows: dict[str, Row] = {}
    for number, cells in book.rows(sheet):
        if number == HEADER_ROW:
            places = {str(value): at for at, value in cells.items()}
        elif number >= FIRST_ROW and places:
            kept = _kept(sheet)
            row = tuple(_words(column, _as_cell(column, cells.get(places.get(column.title, 0)))) for column in kept)
            if row[0]:
                rows[row[0]] = row
    return Listing(tuple(column.title for column in _kept(sheet)), rows)


def _as_cell(column: Column, stored: Stored) -> Cell:
    """A stored cell as a program would hand it over: serial numbers of days and instants as such."""
    if isinstance(stored, float) and column.field.kind in (FieldKind.DAY, FieldKind.INSTANT):
        return _EPOCH + timedelta(days=stored)
    return stored


def _words(column: Column, cell: Cell) -> str:
    value = comparable(cell)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if column.field.kind is FieldKind.DAY else value.isoformat(" ", "minutes")
    if isinstance(value, Decimal):
        return f"{value:.2f}" if column.field.kind is FieldKind.MONEY else f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
