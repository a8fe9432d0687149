"""The workbook's domain operations, written once on the xlwings API for every host.

1. Rows are found by case id and columns by title, never by position, so sorting and moved columns do no harm.
2. Reads and writes go by blocks; one press touches the rows it concerns.
3. Text is written as text: the cell's format is "@" before an id or a note reaches it.
4. What was written is read back and compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from addin.errors import HostError, NotOurBook
from addin.logic.forms import Cell, FieldKind
from addin.logic.outcome import Problem
from addin.register.cells import outgoing, same_plain
from addin.register.layout import (
    FIRST_ROW,
    HEADER_ROW,
    MESSAGE_ROW,
    SCHEMA,
    SHEET,
    SHEETS,
    Column,
    Source,
    Use,
    columns,
)

#: What to do with a workbook that cannot be worked with.
REBUILD: Final = (
    "Make it anew with 'casebook rebuild workbook --replace': the journal has all that was recorded, and the present "
    "file is kept beside it."
)
META: Final = ("register_id", "schema", "seq", "head", "demo", "house")
#: Up to so many numbers are looked for one by one; for more the whole column is read at once.
_FEW: Final = 3
#: Kinds whose cells hold text and are formatted as such.
TEXT_KINDS: Final = frozenset(
    {FieldKind.TEXT, FieldKind.NOTE, FieldKind.ID, FieldKind.CHOICE, FieldKind.FLAG, FieldKind.LIST}
)


@dataclass(frozen=True, slots=True)
class Meta:
    """What the workbook remembers of its register: whose it is and up to which event it shows."""

    register_id: str
    schema: int
    seq: int
    head: str


def meta_of(values: Sequence[Cell]) -> Meta:
    """The workbook's notes from the cells of `_meta` in their order, more of them or fewer.

    Raises:
        NotOurBook: they are damaged, or of another layout.
    """
    cells = dict(zip(META, values, strict=False))
    try:
        meta = Meta(str(cells["register_id"]), _counted(cells["schema"]), _counted(cells["seq"]), str(cells["head"]))
    except (KeyError, TypeError, ValueError):
        raise NotOurBook("The workbook's own notes (_meta) were altered.", hint=REBUILD, code="BOOK-META") from None
    if meta.schema != SCHEMA:
        words = f"The workbook has layout {meta.schema}, this version of Casebook writes layout {SCHEMA}."
        raise NotOurBook(words, hint=REBUILD, code="BOOK-SCHEMA")
    return meta


def not_ours() -> NotOurBook:
    """The refusal of a workbook that is no register's."""
    hint = "Open casebook.xlsm in the register's folder and press there."
    return NotOurBook("This workbook is not a Casebook register.", hint=hint, code="BOOK-FOREIGN")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of a queue sheet as read: its row number and its cells by column name."""

    row: int
    cells: Mapping[str, Cell]

    @property
    def case_id(self) -> str:
        """The case number as text, "" for a new row."""
        value = self.cells.get("case_id")
        return str(value).strip() if value is not None else ""


@dataclass(frozen=True, slots=True)
class Selection:
    """What the person has selected: a sheet and its rows, top to bottom."""

    sheet: str
    rows: tuple[int, ...]


class Queue:
    """One queue sheet of an open workbook."""

    def __init__(self, sheet: Any, currency: str = "GBP") -> None:
        self.sheet = sheet
        self.currency = currency
        self.name: str = sheet.name
        self.columns: Sequence[Column] = columns(self.name)
        self._seen: dict[str, int] = {}
        self._places: dict[str, list[int]] = {}
        self._index: dict[str, list[int]] | None = None

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each column stands (1-based), by column name.

        Raises:
            NotOurBook: when a title is missing or doubled; it names the cell's row and the title.
        """
        standing = self._titles(len(self.columns) + 12)
        if any(column.title not in standing for column in self.columns):  # somebody put many columns between ours
            standing = self._titles(max(len(self.columns) + 12, self._used_columns()))
        found: dict[str, int] = {}
        for column in self.columns:
            at = standing.get(column.title, [])
            if len(at) != 1:
                what = "is missing" if not at else "stands there twice"
                raise NotOurBook(
                    f"Sheet {self.name}, row {HEADER_ROW}: the column '{column.title}' {what}.",
                    hint="Give the header its name back (Undo helps), then press again; nothing was changed.",
                    code="BOOK-HEADER",
                )
            found[column.name] = at[0]
        return found

    @property
    def width(self) -> int:
        """The last of our columns: rows are read up to it."""
        return max(self.positions.values())

    def _titles(self, width: int) -> dict[str, list[int]]:
        """Where each title stands, in so many columns."""
        standing: dict[str, list[int]] = {}
        for index, title in enumerate(_line(self.sheet.range((HEADER_ROW, 1), (HEADER_ROW, width)).value), 1):
            standing.setdefault(_title(title), []).append(index)
        return standing

    def check(self) -> None:
        """Look whether the table and every column are there, and whether cells can be written.

        Raises:
            NotOurBook: when one is missing or doubled.
            HostError: when somebody locked the sheet.
        """
        _ = self._table, self.positions
        if self.sheet.api.ProtectContents:
            raise HostError(
                f"Sheet {self.name} is locked, so nothing could be shown on it.",
                hint="Lift its protection, then press again; nothing was changed.",
                code="BOOK-LOCKED",
            )

    def _used_columns(self) -> int:
        return int(self.sheet.used_range.last_cell.column)

    @property
    def _table(self) -> Any:
        name = SHEET[self.name].table
        if name in self.sheet.tables:
            return self.sheet.tables[name]
        raise NotOurBook(
            f"Sheet {self.name}: its table {name} is missing.",
            hint="Undo, or make the workbook anew with 'casebook rebuild workbook'; the journal has everything.",
            code="BOOK-TABLE",
        )

    @property
    def last_row(self) -> int:
        """The last row of the queue's table."""
        area = self._table.range
        return int(area.row + area.rows.count - 1)

    def index(self) -> Mapping[str, list[int]]:
        """The rows of each case id, top to bottom; new rows stand under ""."""
        if self._index is None:
            self._index = self._read_index()
        return self._index

    def places(self, ids: Iterable[str]) -> Mapping[str, list[int]]:
        """The rows of some case ids, top to bottom; an id that stands nowhere is left out.

        A row that was read in this press leads to its like, where the program can look by itself; so a press on a few
        rows does not read a column that is as long as the register. Only a full look, as Refresh takes, tells a number
        that somebody typed a second time in another spelling.
        """
        wanted = {case_id for case_id in ids if case_id}
        if self._index is None and len(wanted) <= _FEW:
            for case_id in wanted - self._places.keys():
                if case_id in self._seen and (rows := self._rows_like(self._seen[case_id])):
                    self._places[case_id] = rows
            if wanted <= self._places.keys():
                return {case_id: self._places[case_id] for case_id in wanted}
        index = self.index()
        return {case_id: index[case_id] for case_id in wanted if case_id in index}

    def _rows_like(self, row: int) -> list[int] | None:
        column, last = self.positions["case_id"], self.last_row
        if not FIRST_ROW <= row <= last:
            return None
        look = getattr(self.sheet.range((FIRST_ROW, column), (last, column)).impl, "rows_like", None)
        return look(row) if look is not None else None

    def _forget_places(self) -> None:
        self._index = None
        self._places.clear()
        self._seen.clear()

    def _read_index(self) -> dict[str, list[int]]:
        column = self.positions["case_id"]
        cells = _column(self.sheet.range((FIRST_ROW, column), (self.last_row, column)).value)
        found: dict[str, list[int]] = {}
        for row, value in enumerate(cells, FIRST_ROW):
            found.setdefault("" if value is None else str(value).strip(), []).append(row)
        return found

    def read(self, rows: Iterable[int] | None = None) -> list[QueueRow]:
        """Rows as they stand in the sheet, in block reads; all rows of the table when None."""
        wanted = range(FIRST_ROW, self.last_row + 1) if rows is None else sorted(set(rows))
        found = []
        for first, last in _runs(wanted):
            block = _block(self.sheet.range((first, 1), (last, self.width)).options(ndim=2).value)
            for row, line in enumerate(block, first):
                cells = {name: line[at - 1] for name, at in self.positions.items()}
                found.append(QueueRow(row, cells))
                if cells["case_id"] == found[-1].case_id:
                    self._seen[found[-1].case_id] = row
        return found

    def place_new(self, count: int) -> list[int]:
        """Rows to put new cases in: blank ones first, then the table grows; one blank row always remains."""
        blank = [line.row for line in self.read(self.index().get("", [])) if not any(_typed(line, self.columns))]
        if len(blank) <= count:
            last = self.last_row
            more = count - len(blank) + 1
            area = self._table.range
            top_left, bottom_right = (area.row, area.column), (last + more, area.column + area.columns.count - 1)
            self._table.resize(self.sheet.range(top_left, bottom_right))
            self._forget_places()
            fresh = list(range(last + 1, last + more + 1))
            self._format(fresh)
            blank += fresh
        return blank[:count]

    def _format(self, rows: Sequence[int]) -> None:
        texts = [self.positions[c.name] for c in self.columns if c.field.kind in TEXT_KINDS]
        for first, last in _runs(rows):
            for left, right in _runs(sorted(texts)):
                self.sheet.range((first, left), (last, right)).number_format = "@"

    def write(self, row: int, cells: Mapping[str, Cell]) -> None:
        """Write cells of one row by column name, contiguous columns at once, and read them back.

        Raises:
            HostError: when the program did not take a cell; it names the cell.
        """
        if "case_id" in cells and row not in self._known(cells["case_id"]):
            self._forget_places()
        places = sorted((self.positions[name], name) for name in cells)
        for left, right in _runs([at for at, _ in places]):
            names = [name for at, name in places if left <= at <= right]
            area = self.sheet.range((row, left), (row, right))
            area.value = [outgoing(cells[name]) for name in names]
            self._check(row, left, names, plain(area)[0], cells)

    def _known(self, case_id: Cell) -> Sequence[int]:
        """The rows of a number as far as they were looked up."""
        return (self._index or self._places).get(str(case_id or ""), ())

    def _check(
        self, row: int, left: int, names: Sequence[str], found: Sequence[Cell], cells: Mapping[str, Cell]
    ) -> None:
        for offset, (name, value) in enumerate(zip(names, found, strict=True)):
            if not same_plain(value, cells[name]):
                address = cell_name(self.name, row, left + offset)
                raise HostError(
                    f"{address} did not take its value.",
                    hint="The journal has it; press Refresh. If it stays, make the workbook anew.",
                    code="HOST-WRITE",
                )

    def address(self, row: int, column: str) -> str:
        """A cell's name as a person reads it: "Refunds!F9"."""
        return cell_name(self.name, row, self.positions[column])


class Live:
    """An open workbook of ours, on whatever host has it open."""

    def __init__(self, book: Any, password: str = "", currency: str = "GBP") -> None:
        self.book = book
        self.currency = currency
        self._password = password
        self._queues: dict[str, Queue] = {}
        self._sound: set[str] = set()

    @cached_property
    def _sheets(self) -> Mapping[str, Any]:
        return {sheet.name: sheet for sheet in self.book.sheets}

    def check(self, queues: Collection[str] | None = None) -> None:
        """Look whether everything that a press may write to is there, before anything is changed.

        Args:
            queues: the queues the press may write to; all when None.

        Raises:
            NotOurBook: when a sheet, a queue's table or a column is missing; it names sheet and title.
            HostError: when a queue is locked.
        """
        for sheet in SHEETS:
            self.sheet(sheet.name)
            if sheet.use is Use.QUEUE and (queues is None or sheet.name in queues) and sheet.name not in self._sound:
                self.queue(sheet.name).check()
                self._sound.add(sheet.name)

    def sheet(self, name: str) -> Any:
        """A sheet by its name.

        Raises:
            NotOurBook: when it is missing or renamed.
        """
        if name in self._sheets:
            return self._sheets[name]
        raise NotOurBook(
            f"The sheet '{name}' is missing or was renamed.",
            hint="Give it its name back (Undo helps), or make the workbook anew with 'casebook rebuild workbook'.",
            code="BOOK-SHEET",
        )

    def queue(self, name: str) -> Queue:
        """A queue sheet."""
        if name not in self._queues:
            self._queues[name] = Queue(self.sheet(name), self.currency)
        return self._queues[name]

    def meta(self) -> Meta:
        """What the workbook says of its register.

        Raises:
            NotOurBook: for a workbook that is not ours, of another schema, or with damaged meta cells.
        """
        try:
            sheet = self.sheet("_meta")
        except NotOurBook:
            raise not_ours() from None
        return meta_of([line[0] for line in plain(sheet.range((1, 2), (len(META), 2)))])

    def write_meta(self, seq: int, head: str) -> None:
        """Remember up to which event the workbook shows; the last thing a press writes."""
        self.sheet("_meta").range((3, 2), (4, 2)).value = [[seq], [head]]

    def selection(self) -> Selection:
        """The selected rows of the active sheet that show, all areas, without header and what stands above it.

        A row that a filter or a person hides is never pressed, though a selection runs over it.

        Raises:
            NotOurBook: when nothing that can be pressed is selected.
        """
        sheet = self.book.sheets.active
        areas = str(self.book.selection.address if self.book.selection is not None else "").replace("$", "")
        rows: set[int] = set()
        queue = sheet.name in SHEET and SHEET[sheet.name].use is Use.QUEUE
        last = self.queue(sheet.name).last_row if queue else 0
        width = self.queue(sheet.name).width if queue else 1
        for area in filter(None, areas.split(",")):
            part = sheet.range(area.rpartition("!")[2])
            rows.update(range(max(part.row, FIRST_ROW), min(part.row + part.rows.count, last + 1)))
        shown = [row for top, bottom in _runs(sorted(rows)) for row in _visible(sheet, top, bottom, width)]
        return Selection(sheet.name, tuple(shown))

    def tell(self, sheet: str, text: str) -> None:
        """Put the answer to a press into the message cell under the sheet's buttons."""
        self.sheet(sheet).range((MESSAGE_ROW, 1)).value = text[:1_000]

    def append_log(self, sheet: str, rows: Sequence[Sequence[Cell]], first: int | None = None) -> None:
        """Append rows to a locked log sheet (Audit, Snapshots), below its last row or from a row of their own.

        An event has its row by its number, so that a press that died after writing it writes it again in place.
        """
        if not rows:
            return
        log = self.sheet(sheet)
        first = self.log_end(log) + 1 if first is None else first
        block = [[outgoing(cell) for cell in row] for row in rows]
        with unlocked(log, self._password):
            area = log.range((first, 1), (first + len(block) - 1, len(block[0])))
            _hold_text(area)
            area.value = [["" if cell is None else str(cell) for cell in row] for row in block]

    def append_vault(self, rows: Sequence[Sequence[str]]) -> None:
        """Append personal values to the very hidden vault sheet, so that the workbook alone can rebuild the journal."""
        if rows:
            sheet = self.sheet("_vault")
            first = int(sheet.used_range.last_cell.row) + 1
            area = sheet.range((first, 1), (first + len(rows) - 1, len(rows[0])))
            _hold_text(area)
            area.value = [list(row) for row in rows]

    def log_end(self, log: Any) -> int:
        """The last used row of a log sheet (its header row when it is empty)."""
        return max(HEADER_ROW, int(log.used_range.last_cell.row))

    def log_rows(self, sheet: str, width: int) -> list[list[Cell]]:
        """All rows of a log sheet."""
        log = self.sheet(sheet)
        end = self.log_end(log)
        if end < FIRST_ROW:
            return []
        return _block(log.range((FIRST_ROW, 1), (end, width)).options(ndim=2).value)

    def put(self, sheet: str, row: int, column: int, block: Sequence[Sequence[Cell]]) -> None:
        """Write a block of cells with its top left corner at row and column."""
        if block and block[0]:
            area = self.sheet(sheet).range((row, column), (row + len(block) - 1, column + len(block[0]) - 1))
            area.value = [[outgoing(cell) for cell in line] for line in block]

    def get(self, sheet: str, address: str) -> Cell:
        """One cell's content."""
        return self.sheet(sheet).range(address).value  # type: ignore[no-any-return]


def _hold_text(area: Any) -> None:
    """Let cells hold text as text; whole columns are drawn so, and to ask is quicker than to format once more."""
    if area.number_format != "@":
        area.number_format = "@"


def plain(area: Any) -> list[list[Cell]]:
    """A block's contents without formats, as rows: the quickest reading, for comparing with what was written."""
    found = area.api.Value2
    return [list(line) for line in found] if isinstance(found, tuple) else [[found]]


def _visible(sheet: Any, first: int, last: int, width: int) -> Iterator[int]:
    """The rows from first to last that show; a mixed run is halved until each part is one or the other.

    They are asked for in the width in which they are read next: a program that keeps ranges then fetches one.
    """
    hidden = sheet.range((first, 1), (last, width)).rows.hidden
    if hidden is False:
        yield from range(first, last + 1)
    elif hidden is None:
        middle = (first + last) // 2
        yield from _visible(sheet, first, middle, width)
        yield from _visible(sheet, middle + 1, last, width)


class unlocked:  # noqa: N801 - reads as a phrase: with unlocked(sheet)
    """Lift a sheet's lock while the block runs, and put it back whatever happens."""

    def __init__(self, sheet: Any, password: str) -> None:
        self._api, self._password = sheet.api, password

    def __enter__(self) -> None:
        if self._api.ProtectContents:
            self._api.Unprotect(self._password)

    def __exit__(self, *_: object) -> None:
        # Locked whatever it was before: a lock that was lifted by hand heals at the next press.
        self._api.Protect(self._password)


def cell_name(sheet: str, row: int, column: int) -> str:
    """A cell's name as a person reads it: "Refunds!F9"."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{sheet}!{letters}{row}"


def nothing_selected(sheet: str) -> Problem:
    """The problem of a press without a row."""
    return Problem(
        "SEL-NONE", f"No row of {sheet} is selected.", hint="Click a cell in the row of the case, then press."
    )


def _typed(line: QueueRow, cols: Sequence[Column]) -> Iterator[bool]:
    for column in cols:
        if column.typed or column.name == "type":
            yield line.cells[column.name] not in (None, "")


def _title(value: Cell) -> str:
    return "" if value is None else str(value).strip()


def _counted(value: Cell) -> int:
    number = float(str(value))
    if not number.is_integer() or number < 0:
        raise ValueError(value)
    return int(number)


def _line(value: Any) -> list[Cell]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _column(value: Any) -> list[Cell]:
    lines = value if isinstance(value, (list, tuple)) else [value]
    return [line[0] if isinstance(line, (list, tuple)) else line for line in lines]


def _block(value: Any) -> list[list[Cell]]:
    return [list(line) for line in value]


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Contiguous runs of sorted numbers, as (first, last)."""
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


__all__ = ["Live", "Meta", "Queue", "QueueRow", "Selection", "Source", "cell_name", "nothing_selected", "unlocked"]
