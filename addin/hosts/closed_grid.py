"""One sheet of a closed workbook: read at first need, changes recorded cell by cell."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from addin.errors import HostError, Unsupported
from addin.hosts import splice
from addin.hosts.driver import TableInfo, Writable
from addin.hosts.grid import (
    ERRORS,
    MAX_COLUMNS,
    MAX_ROWS,
    CellError,
    CellValue,
    Rect,
    cell_name,
    from_serial,
    to_serial,
)
from addin.hosts.sheetxml import Cell, SheetData, read_sheet
from addin.hosts.tablexml import read_table

if TYPE_CHECKING:
    from addin.hosts.closed import ClosedDocument

_OPEN_IT: Final = "Open the workbook in Excel or LibreOffice for that."
#: A block wider than the content is a whole row, column or sheet; filling one would write millions of cells.
_MOST_CELLS: Final = 2_000_000
_BLANK: Final = Cell(None)


def unsupported(what: str) -> Unsupported:
    """The answer to what only a running program can do."""
    return Unsupported(f"A closed workbook file cannot {what}.", hint=_OPEN_IT)


class ClosedGrid:
    """One sheet of a closed workbook; implements `driver.Grid`."""

    def __init__(self, document: ClosedDocument, name: str, part: str, sheet_id: str, visibility: int) -> None:
        self.document, self.part, self.sheet_id = document, part, sheet_id
        self._name, self._visibility = name, visibility
        self._data: SheetData | None = None
        self._tables: dict[str, TableInfo] | None = None
        self._table_parts: dict[str, str] = {}
        self._tables_before: dict[str, TableInfo] = {}
        self._before: dict[tuple[int, int], Cell | None] = {}
        self._appended: set[int] = set()
        self._protected: bool | None = None
        self.selected: list[Rect] | None = None

    # ------------------------------------------------------------------ what the sheet is

    @property
    def name(self) -> str:
        """The sheet's name."""
        return self._name

    @property
    def visibility(self) -> int:
        """VISIBLE, HIDDEN or VERY_HIDDEN."""
        return self._visibility

    def set_visibility(self, value: int) -> None:
        """Not offered; asking for what is already so is no fault."""
        if value != self._visibility:
            raise unsupported("show or hide sheets")

    @property
    def data(self) -> SheetData:
        """The sheet's contents, read at first need."""
        if self._data is None:
            package = self.document.package
            self._data = read_sheet(package.read(self.part), self.part, self.document.strings)
            package.forget(self.part)
        return self._data

    def used(self) -> Rect | None:
        """The rectangle around all cells that have content or format."""
        found: Rect | None = None
        for row, cells in self.data.rows.items():
            if cells:
                line = Rect(row, min(cells), row, max(cells))
                found = line if found is None else found.union(line)
        return found

    # ------------------------------------------------------------------ contents

    def values(self, rect: Rect) -> list[list[CellValue]]:
        """The contents of a block, as rows."""
        return self._block(rect, self._shown)

    def plain(self, rect: Rect) -> list[list[CellValue]]:
        """The contents of a block without its formats: days are serial numbers."""
        return self._block(rect, lambda cell: None if cell.value == "" else cell.value)

    def _block(self, rect: Rect, shown: Callable[[Cell], CellValue]) -> list[list[CellValue]]:
        rows, columns = self.data.rows, range(rect.column, rect.last_column + 1)
        result: list[list[CellValue]] = []
        for row in range(rect.row, rect.last_row + 1):
            cells = rows.get(row)
            if not cells:
                result.append([None] * len(columns))
            else:
                result.append([shown(cells[c]) if c in cells else None for c in columns])
        return result

    def _shown(self, cell: Cell) -> CellValue:
        value = cell.value
        if type(value) is float and value >= 1 and self.document.styles.is_date(cell.style):
            moment = from_serial(value, date_1904=self.document.is_date_1904)
            return value if moment is None else moment
        return None if value == "" else value

    def formulas(self, rect: Rect) -> list[list[str]]:
        """The formulas of a block; a constant as one would type it."""
        rows = self.data.rows
        return [
            [self._formula(rows.get(row, {}).get(c, _BLANK), row, c) for c in range(rect.column, rect.last_column + 1)]
            for row in range(rect.row, rect.last_row + 1)
        ]

    def _formula(self, cell: Cell, row: int, column: int) -> str:
        if isinstance(cell.formula, int):
            return _moved(*self.data.shared[cell.formula], row, column)
        if cell.formula is not None:
            return cell.formula
        if isinstance(cell.value, bool):
            return str(cell.value).upper()
        if isinstance(cell.value, float):
            return cell.exact or _number_text(cell.value)
        return "" if cell.value is None else str(cell.value)

    def write(self, rect: Rect, rows: Sequence[Sequence[Writable]]) -> None:
        """Record a block of values; nothing is recorded when one of them cannot be written."""
        self._put(
            rect,
            [[self._stored(v, rect.row + i, rect.column + j) for j, v in enumerate(row)] for i, row in enumerate(rows)],
        )
        for row, line in enumerate(rows, rect.row):
            for column, value in enumerate(line, rect.column):
                if isinstance(value, dt.date):
                    self._show_as_day(row, column, value)

    def _show_as_day(self, row: int, column: int, value: dt.date) -> None:
        """Let a day's number show as a day, unless its cell does already; Excel does the same."""
        if self.document.has_styles and not self.document.styles.is_date(self.data.rows[row][column].style):
            moment = isinstance(value, dt.datetime) and value.time() != dt.time()
            self.set_number_format(Rect(row, column, row, column), "yyyy-mm-dd hh:mm" if moment else "yyyy-mm-dd")

    def write_formulas(self, rect: Rect, rows: Sequence[Sequence[str]]) -> None:
        """Record a block of formulas; a text without "=" is recorded as the constant it spells."""
        self._put(rect, [[_typed(str(v)) for v in row] for row in rows])

    def clear(self, rect: Rect) -> None:
        """Empty a block and keep its formats."""
        for row in sorted(row for row in self.data.rows if rect.row <= row <= rect.last_row):
            for column in sorted(c for c in self.data.rows[row] if rect.column <= c <= rect.last_column):
                self._refuse_array(row, column, _BLANK)
                self._set(row, column, _BLANK)

    def _put(self, rect: Rect, rows: Sequence[Sequence[Cell]]) -> None:
        if sum(map(len, rows)) > _MOST_CELLS:
            raise HostError("That would fill whole rows or columns.", hint="Write to the rows in use only.")
        if rect.row + len(rows) - 1 > MAX_ROWS or rect.column + max(map(len, rows), default=0) - 1 > MAX_COLUMNS:
            raise HostError("That would write outside the sheet.")
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                self._refuse_array(rect.row + i, rect.column + j, cell)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                self._set(rect.row + i, rect.column + j, cell)

    def _refuse_array(self, row: int, column: int, new: Cell) -> None:
        spot = Rect(row, column, row, column)
        if (row, column) not in self.data.masters and not any(area.covers(spot) for area in self.data.arrays):
            return
        old = self.data.rows.get(row, {}).get(column, _BLANK)
        if old.formula != new.formula or old.value != new.value:
            raise Unsupported(
                f"{self._name}!{cell_name(row, column)} holds a formula that other cells share.", hint=_OPEN_IT
            )

    def _stored(self, value: Writable, row: int, column: int) -> Cell:
        """A value as a cell stores it.

        Raises:
            TypeError: for what no cell can hold.
            HostError: for a text that is too long.
        """
        if value is None or value == "":
            return _BLANK
        if isinstance(value, bool):
            return Cell(value)
        if isinstance(value, CellError):
            return Cell(value)
        if isinstance(value, str):
            return Cell(splice.checked_text(value, f"{self._name}!{cell_name(row, column)}"))
        if isinstance(value, dt.date):
            serial = to_serial(value, date_1904=self.document.is_date_1904)
            return Cell(serial, exact=_number_text(serial))
        if isinstance(value, int | float | Decimal):
            if not math.isfinite(value):
                raise TypeError(f"A cell cannot hold {value}.")
            return Cell(float(value), exact=_number_text(value))
        raise TypeError(f"A cell cannot hold a {type(value).__name__}.")

    def _set(self, row: int, column: int, new: Cell) -> None:
        cells = self.data.rows.get(row)
        old = cells.get(column) if cells is not None else None
        if old is None:
            if new.value is None and new.formula is None:
                return
            if cells is None:
                cells = self.data.rows[row] = {}
                self._appended.add(row)
            new = new._replace(style=self._style_for_new(row, column))
        else:
            new = new._replace(style=old.style)
            if _same(old, new):
                return
        self._before.setdefault((row, column), old)
        cells = self.data.rows[row]
        cells[column] = new

    def _style_for_new(self, row: int, column: int) -> int:
        """The format of a cell that was not there: the row's, for an appended row the one above, else the column's."""
        if row in self.data.row_styles:
            return self.data.row_styles[row]
        above = self.data.rows.get(row - 1, {}).get(column)
        if row in self._appended and above is not None and not self._is_header(row - 1):
            return above.style
        for info in self.data.columns:
            if info.first <= column <= info.last:
                return info.style
        return 0

    def _is_header(self, row: int) -> bool:
        if row <= self.data.frozen_rows:
            return True
        return any(info.header_rows and info.rect.row == row for info in self.tables())

    def has_formulas(self) -> bool:
        """True when a cell holds a formula; a sheet not yet read is only searched for one."""
        if self._data is not None:
            return any(cell.formula is not None for row in self._data.rows.values() for cell in row.values())
        data = self.document.package.read(self.part)
        self.document.package.forget(self.part)
        return b"<f>" in data or b"<f " in data or b":f>" in data

    # ------------------------------------------------------------------ formats

    def _styles_of(self, rect: Rect) -> set[int]:
        area = self._within_used(rect)
        rows = self.data.rows
        return {
            rows.get(row, {}).get(column, _BLANK).style
            for row in range(area.row, area.last_row + 1)
            for column in range(area.column, area.last_column + 1)
        }

    def _within_used(self, rect: Rect) -> Rect:
        """Whole rows and columns cut down to the cells in use."""
        if rect.shape[0] < MAX_ROWS and rect.shape[1] < MAX_COLUMNS:
            return rect
        used = self.used() or Rect(rect.row, rect.column, rect.row, rect.column)
        return rect._replace(
            last_row=max(rect.row, min(rect.last_row, used.last_row)),
            last_column=max(rect.column, min(rect.last_column, used.last_column)),
        )

    def number_format(self, rect: Rect) -> str | None:
        """The block's number format; None when it has several."""
        found = {self.document.styles.number_format(style) for style in self._styles_of(rect)}
        return found.pop() if len(found) == 1 else None

    def set_number_format(self, rect: Rect, code: str) -> None:
        """Give the block a number format; cells that do not exist yet are made, empty."""
        area = self._within_used(rect)
        if area.shape[0] * area.shape[1] > _MOST_CELLS:
            raise HostError("That would format whole rows or columns.", hint="Format the rows in use only.")
        styles = self.document.styles
        if not self.document.has_styles:
            raise unsupported("format cells of a workbook without styles")
        for row in range(area.row, area.last_row + 1):
            for column in range(area.column, area.last_column + 1):
                if row not in self.data.rows:
                    self.data.rows[row] = {}
                    self._appended.add(row)
                cells = self.data.rows[row]
                old = cells.get(column)
                cell = old or Cell(None, self._style_for_new(row, column))
                style = styles.with_number_format(cell.style, code)
                if style != cell.style:
                    self._before.setdefault((row, column), old)
                    cells[column] = cell._replace(style=style)

    def color(self, rect: Rect) -> tuple[int, int, int] | None:
        """The fill colour of the first cell."""
        return self.document.styles.color(self.data.rows.get(rect.row, {}).get(rect.column, _BLANK).style)

    def set_color(self, rect: Rect, color: tuple[int, int, int] | None) -> None:
        """Not offered."""
        raise unsupported("change colours")

    def is_locked(self, rect: Rect) -> bool:
        """True when any cell of the block is locked while the sheet is protected."""
        return any(self.document.styles.is_locked(style) for style in self._styles_of(rect))

    def hidden_rows(self, rect: Rect) -> set[int]:
        """The rows of a block that do not show."""
        return {row for row in self.data.hidden_rows if rect.row <= row <= rect.last_row}

    def set_rows_hidden(self, first: int, last: int, hidden: bool) -> None:
        """Not offered; asking for what is already so is no fault."""
        if len(self.hidden_rows(Rect(first, 1, last, 1))) != (last - first + 1 if hidden else 0):
            raise unsupported("hide or show rows")

    def row_height(self, row: int) -> float:
        """Height in points; 0 for a hidden row."""
        if row in self.data.hidden_rows:
            return 0.0
        return self.data.heights.get(row, self.data.default_height)

    def column_width(self, column: int) -> float:
        """Width in characters; 0 for a hidden column."""
        for info in self.data.columns:
            if info.first <= column <= info.last:
                return 0.0 if info.hidden else info.width or self.data.default_width
        return self.data.default_width

    def is_column_hidden(self, column: int) -> bool:
        """True when the column does not show."""
        return any(info.hidden and info.first <= column <= info.last for info in self.data.columns)

    def merged(self) -> list[Rect]:
        """The merged areas."""
        return list(self.data.merged)

    # ------------------------------------------------------------------ tables and filters

    def tables(self) -> list[TableInfo]:
        """The sheet's tables."""
        if self._tables is None:
            self._tables = {}
            relations = self.document.package.relations(self.part)
            for identity in self.data.table_ids:
                kind, part = relations.get(identity, ("", ""))
                if kind == "table":
                    info = read_table(self.document.package.root(part, "table"), part)
                    self._tables[info.name.lower()] = info
                    self._table_parts[info.name.lower()] = part
        return list(self._tables.values())

    def table_areas(self) -> Mapping[str, Rect]:
        """Where each of the sheet's tables lies, by name."""
        return {info.name: info.rect for info in self.tables()}

    def _table(self, name: str) -> TableInfo:
        self.tables()
        if self._tables is None or name.lower() not in self._tables:
            raise KeyError(name)
        return self._tables[name.lower()]

    def _change_table(self, new: TableInfo) -> None:
        old = self._table(new.name)
        self._tables_before.setdefault(new.name.lower(), old)
        if self._tables is not None:
            self._tables[new.name.lower()] = new

    def resize_table(self, name: str, rect: Rect) -> None:
        """Give a table another last row; header and columns must stay where they are."""
        old = self._table(name)
        if (rect.row, rect.column, rect.last_column) != (old.rect.row, old.rect.column, old.rect.last_column):
            raise unsupported("move a table or change its columns")
        if rect.last_row < rect.row + old.header_rows + old.totals_rows:
            raise HostError(f"The table {old.name} needs at least one row below its header.")
        if old.totals_rows and rect != old.rect:
            raise unsupported("resize a table with a totals row")
        for other in self.tables():
            if other.name != old.name and _overlap(other.rect, rect):
                raise HostError(f"The tables {old.name} and {other.name} would overlap.")
        self._change_table(_with(old, rect=rect))

    def set_table_filter(self, name: str, on: bool) -> None:
        """Show or drop a table's filter buttons."""
        old = self._table(name)
        if old.criteria and not on:
            raise unsupported("clear a filter that hides rows")
        self._change_table(_with(old, has_filter=on))

    def filter_area(self) -> Rect | None:
        """The rectangle of the sheet's own filter."""
        return self.data.filter_area

    def is_filtered(self) -> bool:
        """True when a filter has criteria."""
        return self.data.has_criteria or any(info.criteria for info in self.tables())

    # ------------------------------------------------------------------ protection

    @property
    def is_protected(self) -> bool:
        """What the file says, until `protect` or `unprotect` said otherwise."""
        return self.data.is_protected if self._protected is None else self._protected

    def protect(self, password: str | None, options: dict[str, bool]) -> None:
        """Remember the sheet as protected; the file's own protection stays as it is."""
        self._protected = True

    def unprotect(self, password: str | None) -> None:
        """Remember the sheet as unprotected; the file's own protection stays as it is."""
        self._protected = False

    # ------------------------------------------------------------------ saving

    @property
    def is_changed(self) -> bool:
        """True when saving would write this sheet or one of its tables."""
        return bool(self._changes()) or bool(self._changed_tables())

    def _changes(self) -> dict[tuple[int, int], tuple[Cell | None, Cell]]:
        """The cells that differ from the file, each as (then, now)."""
        found = {}
        for (row, column), old in self._before.items():
            new = self.data.rows[row][column]
            if old is None or old.style != new.style or not _same(old, new):
                found[row, column] = (old, new)
        return found

    def _changed_tables(self) -> list[tuple[TableInfo, TableInfo]]:
        current = self._tables or {}
        return [(old, current[key]) for key, old in self._tables_before.items() if old != current[key]]

    def changed_parts(self, gone: set[tuple[str, str]]) -> dict[str, bytes]:
        """The new bytes of the parts this sheet changes; formula cells that vanished are added to `gone`."""
        package = self.document.package
        parts: dict[str, bytes] = {}
        changes = self._changes()
        if changes:
            patches = {}
            for (row, column), (old, new) in changes.items():
                if old is not None and old.formula is not None and new.formula != old.formula:
                    gone.add((self.sheet_id, cell_name(row, column)))
                only_style = old is not None and _same(old, new)
                formula = new.formula if isinstance(new.formula, str) else None
                patches[row, column] = splice.Patch(new.style, new.value, formula, new.exact, only_style)
            parts[self.part] = splice.splice_cells(package.read(self.part), patches, self.part)
        for old_table, table in self._changed_tables():
            part = self._table_parts[table.name.lower()]
            data = package.read(part)
            if table.rect != old_table.rect:
                data = splice.resized_table(data, table.rect, part)
            if table.has_filter != old_table.has_filter:
                data = splice.with_filter(data, table.has_filter, part)
            parts[part] = data
        return parts

    def accept(self) -> None:
        """What is in memory is now what the file holds."""
        self._before.clear()
        self._tables_before.clear()
        self._appended.clear()


def _moved(formula: str, from_row: int, from_column: int, row: int, column: int) -> str:
    """A shared formula as it reads in another cell."""
    from openpyxl.formula.translate import Translator  # noqa: PLC0415 - slow to import and seldom needed

    return str(Translator(formula, cell_name(from_row, from_column)).translate_formula(cell_name(row, column)))


def _same(old: Cell, new: Cell) -> bool:
    """True when two cells have the same content; 1 and TRUE differ, and so do an error and its text."""
    if old.formula is not None or new.formula is not None:
        return old.formula == new.formula
    blank = (None, "")
    if old.value in blank and new.value in blank:
        return True
    return type(old.value) is type(new.value) and old.value == new.value


def _with(info: TableInfo, *, rect: Rect | None = None, has_filter: bool | None = None) -> TableInfo:
    return TableInfo(
        info.name,
        rect or info.rect,
        info.header_rows,
        info.totals_rows,
        info.columns,
        info.has_filter if has_filter is None else has_filter,
        info.criteria,
        info.style,
    )


def _overlap(one: Rect, other: Rect) -> bool:
    return (
        one.row <= other.last_row
        and other.row <= one.last_row
        and one.column <= other.last_column
        and other.column <= one.last_column
    )


def _number_text(number: float | Decimal) -> str:
    """A number's exact decimal text: no exponent for whole numbers and Decimals, shortest form for floats."""
    if isinstance(number, Decimal):
        text = format(number, "f")
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def _typed(text: str) -> Cell:
    """What a text would become if it were typed into a cell with the format General."""
    if text.startswith("=") and len(text) > 1:
        return Cell(None, formula=text)
    if text.upper() in ("TRUE", "FALSE"):
        return Cell(text.upper() == "TRUE")
    if text in ERRORS:
        return Cell(CellError(text))
    try:
        number = float(text)
    except ValueError:
        return Cell(text or None)
    return Cell(number, exact=_number_text(number)) if math.isfinite(number) else Cell(text)
