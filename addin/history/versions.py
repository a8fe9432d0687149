"""A version of a register by any of its names: a snapshot, a workbook file, an instant, or the present.

1. A snapshot, an instant and the present are read as the journal tells them (a snapshot keeps a copy of it). A workbook
   file is read as its queue sheets show it, and the fields they do not show as its Audit sheet tells them.
2. A row is the whole form of a case: first the columns of its queue sheet, then every other field. All ways of reading
   give the same words for the same case, so that they can be compared with each other.
3. What is worked out when it is shown (standing, next step, messages) and what is typed for one press is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from addin.errors import NotOurBook
from addin.journal import Journal, SqliteJournal
from addin.journal.retell import Retold
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.chain import check
from addin.logic.difference import Listing, Row
from addin.logic.events import Event, Sealed, decode, digests, iso
from addin.logic.forms import Cell, Field, FieldKind
from addin.logic.system_kinds import VERSION_MARKED
from addin.register.cells import comparable
from addin.register.layout import FIRST_ROW, HEADER_ROW, QUEUES, Column, Source, columns, types_on
from addin.register.projection import queue_cells
from addin.register.reading import BookFile, Stored, audit_links, kept_values
from addin.snapshots import Store

NOW: Final = "now"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?")
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - the day from which spreadsheets count


@dataclass(frozen=True, slots=True)
class Version:
    """One version: what it is called, and its cases as words, sheet by sheet.

    Not `whole` is a workbook whose Audit sheet cannot be read: it says only what its queue sheets show.
    """

    name: str
    sheets: Mapping[str, Listing]
    whole: bool = True


def side_by_side(old: Version, new: Version, *, queue: bool = False) -> tuple[dict[str, Listing], dict[str, Listing]]:
    """Two versions cut to what both can say; with `queue` to what their queue sheets show."""
    if old.whole and new.whole and not queue:
        return dict(old.sheets), dict(new.sheets)
    one, two = ({name: _cut(name, found) for name, found in version.sheets.items()} for version in (old, new))
    return one, two


def _cut(sheet: str, listing: Listing) -> Listing:
    shown = len(_kept(sheet))
    return Listing(listing.titles[:shown], {case_id: row[:shown] for case_id, row in listing.rows.items()})


def read_version(name: str, folder: Path, journal: Journal, now: datetime) -> Version:
    """The version of a register that a person names.

    Args:
        name: "now", a snapshot or a mark, the path of a workbook, or an instant ("2026-11-20", "2026-11-20T12:00").
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
        moment = datetime.fromisoformat(store.get(name).at)
        with TemporaryDirectory(prefix="casebook-") as work:
            (path,) = store.restore(name, Path(work) / "version.sqlite").files
            kept = SqliteJournal(path)
            try:
                return Version(name, _listings(kept.cases(), moment))
            finally:
                kept.close()
    if (mark := find_mark(journal, name)) is not None:
        cases = _folded(events_before(journal, mark), journal.vault)
        return Version(name, _listings(cases, datetime.fromisoformat(mark.at)))
    if Path(name).is_file():
        return _shown_in(Path(name))
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


def find_mark(journal: Journal, name: str) -> Event | None:
    """The event that marked the version of this name, or None."""
    marks = journal.events(kinds=[VERSION_MARKED.name])
    return next((event for event in marks if event.data.get("name") == name), None)


def events_before(journal: Journal, mark: Event) -> Iterator[Event]:
    """The events of a marked version: all up to the one that the mark names."""
    return journal.events(upto=int(str(mark.data["upto"])))


def states_at(journal: Journal, moment: datetime) -> list[Case]:
    """Every case as it stood at an instant, folded from its events; erased personal values stay erased."""
    return _folded(events_until(journal, moment), journal.vault)


def _folded(events: Iterable[Event], vault: Callable[[set[str]], Mapping[str, Sealed]]) -> list[Case]:
    """Every case as events tell it; `vault` answers the personal values of digests."""
    told, named = Retold(), set[str]()
    for event in events:
        for _ in told.take(event.seq, event.at, event.case_id, event.kind, event.data):
            pass  # what contradicts itself is for verify to name; here the events are only retold
        named.update(digests(event.data))
    values = vault(named)
    return [case for case_id in sorted(told.told) if (case := told.case(case_id, values)) is not None]


# ---- words ------------------------------------------------------------------------------------------------------


@cache
def _kept(sheet: str) -> tuple[Column, ...]:
    """The columns of a sheet that say something about the case itself."""
    return tuple(c for c in columns(sheet) if c.source in (Source.FIELD, Source.SYSTEM) and not c.hidden)


@cache
def _rest(sheet: str) -> Mapping[str, int]:
    """The fields of a sheet's forms that are no column of it, by name: their place behind the columns."""
    shown = {column.name for column in columns(sheet)}
    names = (field.name for kind in types_on(sheet) for field in kind.fields.values() if field.name not in shown)
    return {name: at for at, name in enumerate(dict.fromkeys(names))}


@cache
def _titles(sheet: str) -> tuple[str, ...]:
    fields = {field.name: field.title for kind in types_on(sheet) for field in kind.fields.values()}
    return (*(column.title for column in _kept(sheet)), *(fields[name] for name in _rest(sheet)))


def _listings(cases: Iterable[Case], now: datetime) -> dict[str, Listing]:
    rows: dict[str, dict[str, Row]] = {sheet.name: {} for sheet in QUEUES}
    kinds = case_types()
    for case in cases:
        sheet = kinds[case.type].sheet
        cells = queue_cells(sheet, case, now)
        shown = (_words(column.field, cells[column.name]) for column in _kept(sheet))
        rows[sheet][case.case_id] = (*shown, *_unshown(sheet, case))
    return {name: Listing(_titles(name), found) for name, found in rows.items()}


def _unshown(sheet: str, case: Case | None) -> list[str]:
    """What the fields of a case say that its queue sheet does not show."""
    places = _rest(sheet)
    row = [""] * len(places)
    if case is not None:
        fields = case_types()[case.type].fields
        for name, value in case.fields.items():
            if name in places and value is not None:
                row[places[name]] = _words(fields[name], fields[name].show(value))
    return row


def _shown_in(path: Path) -> Version:
    """A workbook file: queue columns are found by their titles, wherever they stand."""
    book = BookFile(path)
    if not any(sheet.name in book.sheets for sheet in QUEUES):
        raise NotOurBook(f"{path.name} holds no sheet of a register.", hint="Name a register's workbook.")
    told = _told_in(book)
    cases = {case.case_id: case for case in told or ()}
    sheets = {sheet.name: _shown_on(book, sheet.name, cases) for sheet in QUEUES if sheet.name in book.sheets}
    return Version(str(path), sheets, whole=told is not None)


def _told_in(book: BookFile) -> list[Case] | None:
    """The cases as the workbook's Audit sheet tells them; None where it has none, or not a sound one."""
    try:
        links, values = list(audit_links(book)), kept_values(book)
        if not links or any(check(links)):
            return None
        events = (decode(link.text, prev=link.prev, hash=link.hash) for link in links)
        return _folded(events, lambda _named: values)
    except (NotOurBook, ValueError):
        return None


def _shown_on(book: BookFile, sheet: str, cases: Mapping[str, Case]) -> Listing:
    places: dict[str, int] = {}
    rows: dict[str, Row] = {}
    for number, cells in book.rows(sheet):
        if number == HEADER_ROW:
            places = {str(value): at for at, value in cells.items()}
        elif number >= FIRST_ROW and places:
            found = (_as_cell(column, cells.get(places.get(column.title, 0))) for column in _kept(sheet))
            row = tuple(_words(column.field, cell) for column, cell in zip(_kept(sheet), found, strict=True))
            if row[0]:
                rows[row[0]] = (*row, *_unshown(sheet, cases.get(row[0])))
    return Listing(_titles(sheet), rows)


def _as_cell(column: Column, stored: Stored) -> Cell:
    """A stored cell as a program would hand it over: serial numbers of days and instants as such."""
    if isinstance(stored, float) and column.field.kind in (FieldKind.DAY, FieldKind.INSTANT):
        return _EPOCH + timedelta(days=stored)
    return stored


def _words(field: Field, cell: Cell) -> str:
    value = comparable(cell)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if field.kind is FieldKind.DAY else value.isoformat(" ", "minutes")
    if isinstance(value, Decimal):
        return f"{value:.2f}" if field.kind is FieldKind.MONEY else f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
