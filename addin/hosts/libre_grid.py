"""One sheet of a workbook that is open in LibreOffice Calc.

What Calc's interface makes necessary:

1. A call costs a tenth of a millisecond, but fetching an object a whole one: blocks are read and written at once, and
   what a turn fetched it keeps (`LibreDocument.turn`).
2. A cell knows numbers and texts only. Days, truth values and errors are told by format and by query.
3. A block written must hold floats and texts, nothing else: None, bool or a large int ends the office. A text written
   in a block stays a text, whatever it begins with.
4. A block write is refused on a protected sheet, so protection is lifted before (`protect`, `unprotect`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from addin.errors import HostError, Unsupported
from addin.hosts.driver import HIDDEN, VISIBLE, TableInfo, Writable
from addin.hosts.grid import MAX_COLUMNS, CellError, CellValue, Rect, from_serial, to_serial
from addin.hosts.libre_calls import translated
from addin.hosts.unoboot import bridge

if TYPE_CHECKING:
    from addin.hosts.libre import LibreDocument

# com.sun.star.sheet.CellFlags, com.sun.star.sheet.FormulaResult, com.sun.star.util.NumberFormat
_DATETIME_CELLS, _CONTENTS, _FORMATS = 2, 1 | 2 | 4 | 16, 32 | 64 | 256
_ERROR_RESULTS: Final = 4
_DATE, _TIME, _LOGICAL = 2, 4, 1024
#: Calc's numbers for error values (their texts in Excel); others are shown as #VALUE!.
_ERRORS: Final = {
    532: "#DIV/0!",
    32767: "#N/A",
    525: "#NAME?",
    524: "#REF!",
    519: "#VALUE!",
    503: "#NUM!",
    521: "#NULL!",
}
_DAY, _MOMENT, _TRUTH = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "BOOLEAN"
_POINTS_PER_UNIT: Final = 72 / 2540  # Calc measures in hundredths of a millimetre
_PIXELS_PER_UNIT: Final = 96 / 2540
_PIXELS_PER_DIGIT, _MARGIN_PIXELS = 7.4, 5  # Calibri 11, which Calc does not round to whole pixels
#: What Calc hands out for a tab in a text of several lines.
_TAB: Final = "\x01"
_MOST_CELLS: Final = 4_000_000
#: A row of so many columns has cells of several formats; whether it has is not asked.
_WIDE: Final = 12
#: How many fetched ranges of one sheet are kept between turns.
_MOST_RANGES: Final = 64


@translated
class LibreGrid:
    """One sheet; implements `driver.Grid`."""

    def __init__(self, document: LibreDocument, name: str, sheet: Any) -> None:
        self.document, self.name, self.sheet = document, name, sheet
        self._ranges: dict[Rect, Any] = {}
        self._sure: set[Rect] = set()
        self._cursor: Any = None
        self._used: tuple[Rect | None] | None = None
        self._plain: dict[Rect, list[list[CellValue]]] = {}
        self._values: dict[Rect, list[list[CellValue]]] = {}
        self._tables: list[TableInfo] | None = None

    def forget(self) -> None:
        """Drop what was read in the last turn; ranges are kept, and looked at again before they are used."""
        self._sure.clear()
        if len(self._ranges) > _MOST_RANGES:
            self._ranges.clear()
        self._changed()

    def _changed(self, rect: Rect | None = None) -> None:
        """Contents are about to change (here, if known): what was read is no longer known."""
        self._plain.clear()
        self._values.clear()
        self._used = None
        if rect is None or self._tables is None or any(_touches_header(rect, table) for table in self._tables):
            self._tables = None

    def _range(self, rect: Rect) -> Any:
        kept = self._ranges.get(rect) if self.document.in_turn else None
        if kept is not None:
            with contextlib.suppress(HostError):  # its sheet was deleted: fetched anew, and refused there in words
                if rect in self._sure or self._still(kept, rect):
                    self._sure.add(rect)
                    return kept
        top, left, bottom, right = rect
        found = self.sheet.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)
        if self.document.in_turn:
            self._ranges[rect] = found
            self._sure.add(rect)
        return found

    def _still(self, kept: Any, rect: Rect) -> bool:
        """True when a range fetched in an earlier turn is still these cells: Calc moves it with inserted rows."""
        area = kept.getRangeAddress()
        return bool(rect_of(area) == rect and area.Sheet == self.document.place_of(self.name))

    def _cell(self, row: int, column: int) -> Any:
        return self.sheet.getCellByPosition(column - 1, row - 1)

    # ------------------------------------------------------------------ what the sheet is

    @property
    def visibility(self) -> int:
        """VISIBLE or HIDDEN: Calc does not tell very hidden from hidden."""
        return VISIBLE if self.sheet.IsVisible else HIDDEN

    def set_visibility(self, value: int) -> None:
        """Show or hide the sheet."""
        self.sheet.IsVisible = value == VISIBLE

    def used(self) -> Rect | None:
        """The rectangle around everything that has content or format; None for a blank sheet."""
        if self._used is None:
            found = (self._find_used(),)
            if not self.document.in_turn:
                return found[0]
            self._used = found
        return self._used[0]

    def _find_used(self) -> Rect | None:
        cursor, area = self._cursor, None
        self._cursor = None
        if cursor is not None:
            with contextlib.suppress(HostError):
                area = self._used_by(cursor)
        if area is None or area.Sheet != self.document.place_of(self.name):
            cursor = self.sheet.createCursor()
            area = self._used_by(cursor)
        self._cursor = cursor
        rect = rect_of(area)
        if rect == Rect(1, 1, 1, 1) and cursor.getDataArray() == (("",),):
            return None
        return rect

    def _used_by(self, cursor: Any) -> Any:
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return cursor.getRangeAddress()

    # ------------------------------------------------------------------ contents

    def values(self, rect: Rect) -> list[list[CellValue]]:
        """The contents of a block, as rows."""
        if (known := self._values.get(rect)) is None:
            known = self._read(rect)
            if self.document.in_turn:
                self._values[rect] = known
        return [list(row) for row in known]

    def plain(self, rect: Rect) -> list[list[CellValue]]:
        """The contents of a block without its formats, in one call: days and truth values are numbers."""
        if (known := self._plain.get(rect)) is None:
            block = self._range(rect)
            data = block.getDataArray()
            known = [[_text(value) if type(value) is str else value for value in line] for line in data]
            if any(value is None for line in data for value in line):
                self._mark_errors(block, rect, known)
            if self.document.in_turn:
                self._plain[rect] = known
        return [list(row) for row in known]

    def _read(self, rect: Rect) -> list[list[CellValue]]:
        rows = self.plain(rect)
        if any(type(value) is float for row in rows for value in row):
            self._mark_dates(self._range(rect), rect, rows)
            self._mark_truths(rect, rows)
        return rows

    def _mark_dates(self, block: Any, rect: Rect, rows: list[list[CellValue]]) -> None:
        """Make moments of the numbers that show as such; asking Calc for a value is ten times cheaper than a query."""
        if rect.shape[1] > _WIDE or _is_mixed(block):
            dated = list(_cells(block.queryContentCells(_DATETIME_CELLS)))
        elif self.document.format_kind(block.NumberFormat) & (_DATE | _TIME):
            dated = list(_cells_of(rect))
        else:
            dated = []
        marked = {at for at in dated if self._mark_date(rect, rows, *at)}
        formulas = block.getFormulaArray()
        for row, column in _cells_of(rect):
            value = rows[row - rect.row][column - rect.column]
            if type(value) is not float or value < 1 or (row, column) in marked:
                continue
            text = formulas[row - rect.row][column - rect.column]
            if str(text).startswith("=") and self._kind(row, column) & (_DATE | _TIME):
                self._mark_date(rect, rows, row, column)

    def _mark_date(self, rect: Rect, rows: list[list[CellValue]], row: int, column: int) -> bool:
        value = rows[row - rect.row][column - rect.column]
        if type(value) is not float or value < 1:
            return False
        moment = from_serial(value, date_1904=self.document.is_date_1904)
        rows[row - rect.row][column - rect.column] = value if moment is None else moment
        return moment is not None

    def _mark_truths(self, rect: Rect, rows: list[list[CellValue]]) -> None:
        for offset, row in enumerate(rows):
            for at, value in enumerate(row):
                if (
                    type(value) is float
                    and value in (0.0, 1.0)
                    and self._kind(rect.row + offset, rect.column + at) & _LOGICAL
                ):
                    row[at] = bool(value)

    def _mark_errors(self, block: Any, rect: Rect, rows: list[list[CellValue]]) -> None:
        for row, column in _cells(block.queryFormulaCells(_ERROR_RESULTS)):
            code = self._cell(row, column).getError()
            rows[row - rect.row][column - rect.column] = CellError(_ERRORS.get(code, "#VALUE!"))

    def _kind(self, row: int, column: int) -> int:
        return self.document.format_kind(self._cell(row, column).NumberFormat)

    def write(self, rect: Rect, rows: Sequence[Sequence[Writable]]) -> None:
        """Write a block of values; None or "" empties a cell and keeps its format."""
        height, width = rect.shape
        if height * width > _MOST_CELLS:
            raise HostError("That block is too large to write at once.", hint="Write it in parts.")
        self._changed(rect)
        plain = [[_plain(value, date_1904=self.document.is_date_1904) for value in row] for row in rows]
        for line in plain:
            line.extend([""] * (width - len(line)))
        self._range(rect).setDataArray(tuple(map(tuple, plain)))
        for area, code in _special_areas(rows):
            top, left, bottom, right = area
            self._give_format(Rect(rect.row + top, rect.column + left, rect.row + bottom, rect.column + right), code)

    def _give_format(self, rect: Rect, code: str) -> None:
        """Let a number show as day or truth value, unless it does already."""
        wanted = _LOGICAL if code == _TRUTH else _DATE | _TIME
        block = self._range(rect)
        if rect.shape == (1, 1) or not _is_mixed(block):
            if not self.document.format_kind(block.NumberFormat) & wanted:
                block.NumberFormat = self.document.format_key(code)
        elif rect.column < rect.last_column:
            for column in range(rect.column, rect.last_column + 1):
                self._give_format(rect._replace(column=column, last_column=column), code)
        else:
            for row in range(rect.row, rect.last_row + 1):
                self._give_format(rect._replace(row=row, last_row=row), code)

    def formulas(self, rect: Rect) -> list[list[str]]:
        """The formulas of a block; a constant as the text one would type, "" for a blank."""
        return [
            [self.document.to_excel(text) if text.startswith("=") else text.removeprefix("'") for text in line]
            for line in self._range(rect).getFormulaArray()
        ]

    def write_formulas(self, rect: Rect, rows: Sequence[Sequence[str]]) -> None:
        """Write formulas in English with commas; a text without "=" is written as the constant it spells."""
        own = [
            [self.document.to_calc(text) if text.startswith("=") else text for text in map(str, row)] for row in rows
        ]
        block = self._range(rect)
        self._changed(rect)
        if any(text.startswith("=") for row in own for text in row) and self.number_format(rect) in (None, "@"):
            self._free_formulas(rect, own)
        block.setFormulaArray(tuple(map(tuple, own)))

    def _free_formulas(self, rect: Rect, rows: Sequence[Sequence[str]]) -> None:
        """Take the text format off cells that get a formula: Calc would show the formula itself."""
        for offset, row in enumerate(rows):
            for at, text in enumerate(row):
                cell = Rect(rect.row + offset, rect.column + at, rect.row + offset, rect.column + at)
                if text.startswith("=") and self.number_format(cell) == "@":
                    self.set_number_format(cell, "General")

    def clear(self, rect: Rect) -> None:
        """Empty a block and keep its formats."""
        self._changed(rect)
        self._range(rect).clearContents(_CONTENTS)

    def rows_like(self, rect: Rect, row: int) -> list[int]:
        """The rows of a column whose cell holds exactly what the cell in `row` holds; hidden rows count.

        Calc compares by itself, so that nothing of a long column travels.
        """
        there = bridge().uno.createUnoStruct("com.sun.star.table.CellAddress")
        there.Sheet, there.Column, there.Row = self.document.place_of(self.name), rect.column - 1, row - 1
        other = self._range(rect).queryColumnDifferences(there)
        found: list[int] = []
        next_row = rect.row
        for part in sorted(other.getRangeAddresses(), key=lambda one: one.StartRow):
            found += range(next_row, part.StartRow + 1)
            next_row = part.EndRow + 2
        return [*found, *range(next_row, rect.last_row + 1)]

    # ------------------------------------------------------------------ formats and layout

    def number_format(self, rect: Rect) -> str | None:
        """The block's number format; None when it has several."""
        block = self._range(rect)
        if rect.shape != (1, 1) and _is_mixed(block):
            return None
        return self.document.format_code(block.NumberFormat)

    def set_number_format(self, rect: Rect, code: str) -> None:
        """Give every cell of the block a number format."""
        self._changed(rect)
        self._range(rect).NumberFormat = self.document.format_key(code)

    def color(self, rect: Rect) -> tuple[int, int, int] | None:
        """The fill colour of the block's first cell; None for no fill."""
        value = self._cell(rect.row, rect.column).CellBackColor
        return None if value is None or value < 0 else (value >> 16 & 255, value >> 8 & 255, value & 255)

    def set_color(self, rect: Rect, color: tuple[int, int, int] | None) -> None:
        """Fill the block, or take its fill away."""
        self._range(rect).CellBackColor = -1 if color is None else color[0] << 16 | color[1] << 8 | color[2]

    def is_locked(self, rect: Rect) -> bool:
        """True when any cell of the block is locked while the sheet is protected."""
        kinds = self._range(rect).getUniqueCellFormatRanges()
        return any(kinds.getByIndex(at).getByIndex(0).CellProtection.IsLocked for at in range(kinds.getCount()))

    def clear_formats(self, rect: Rect) -> None:
        """Give a block the sheet's plain format."""
        self._changed()
        self._range(rect).clearContents(_FORMATS)

    def set_merged(self, rect: Rect, merged: bool) -> None:
        """Merge the cells of a block, or take them apart."""
        self._changed()
        self._range(rect).merge(merged)

    def set_row_height(self, first: int, last: int, points: float) -> None:
        """Give rows a height."""
        self._range(Rect(first, 1, last, 1)).Rows.Height = round(points / _POINTS_PER_UNIT)

    def set_column_width(self, first: int, last: int, characters: float) -> None:
        """Give columns a width in characters of the default font."""
        pixels = characters * _PIXELS_PER_DIGIT + _MARGIN_PIXELS
        self._range(Rect(1, first, 1, last)).Columns.Width = round(pixels / _PIXELS_PER_UNIT)

    def hidden_rows(self, rect: Rect) -> set[int]:
        """The rows of a block that do not show, by filter or by hand."""
        first, last = rect.row, rect.last_row
        if first == last:
            return set() if self._range(rect).Rows.IsVisible else {first}
        lines = self._range(Rect(first, 1, last, MAX_COLUMNS))
        shown: set[int] = set()
        for area in lines.queryVisibleCells().getRangeAddresses():
            shown.update(range(area.StartRow + 1, area.EndRow + 2))
        return set(range(first, last + 1)) - shown

    def set_rows_hidden(self, first: int, last: int, hidden: bool) -> None:
        """Hide or show rows."""
        self._range(Rect(first, 1, last, 1)).Rows.IsVisible = not hidden

    def row_height(self, row: int) -> float:
        """Height in points, in quarters as Excel counts them."""
        return float(round(self.sheet.Rows.getByIndex(row - 1).Height * _POINTS_PER_UNIT * 4) / 4)

    def column_width(self, column: int) -> float:
        """Width in characters of the default font, without the margin."""
        pixels = self.sheet.Columns.getByIndex(column - 1).Width * _PIXELS_PER_UNIT
        return float(round(max(pixels - _MARGIN_PIXELS, 0) / _PIXELS_PER_DIGIT, 2))

    def is_column_hidden(self, column: int) -> bool:
        """True when the column does not show."""
        return not self.sheet.Columns.getByIndex(column - 1).IsVisible

    def merged(self) -> list[Rect]:
        """The merged areas."""
        used = self.used()
        return sorted(set(self._merged_in(used))) if used else []

    def _merged_in(self, rect: Rect) -> Iterator[Rect]:
        """Halve what holds a merged cell until single cells are left."""
        block = self._range(rect)
        if not block.getIsMerged():
            return
        height, width = rect.shape
        if (height, width) == (1, 1):
            cursor = self.sheet.createCursorByRange(block)
            cursor.collapseToMergedArea()
            yield rect_of(cursor.getRangeAddress())
        elif height >= width:
            middle = rect.row + height // 2
            yield from self._merged_in(rect._replace(last_row=middle - 1))
            yield from self._merged_in(rect._replace(row=middle))
        else:
            middle = rect.column + width // 2
            yield from self._merged_in(rect._replace(last_column=middle - 1))
            yield from self._merged_in(rect._replace(column=middle))

    # ------------------------------------------------------------------ tables and filters

    def _own_tables(self) -> Iterator[tuple[str, Any]]:
        tables = self.document.table_objects()
        yield from ((name, tables[name]) for name in self.document.tables_on(self.name))

    def table_areas(self) -> dict[str, Rect]:
        """Where each of the sheet's tables lies, by name."""
        return {name: rect_of(self.document.table_area(name)) for name, _ in self._own_tables()}

    def tables(self) -> list[TableInfo]:
        """The sheet's tables: Calc keeps them as named database ranges."""
        if self._tables is not None:
            return self._tables
        found = []
        for name, table in self._own_tables():
            rect = rect_of(self.document.table_area(name))
            header = int(table.ContainsHeader)
            titles = self.values(rect._replace(last_row=rect.row))[0] if header else [None] * rect.shape[1]
            columns = tuple(f"Column{at}" if title is None else str(title) for at, title in enumerate(titles, 1))
            found.append(TableInfo(name, rect, header, int(table.TotalsRow), columns, bool(table.AutoFilter)))
        if self.document.in_turn:
            self._tables = found
        return found

    def _table(self, name: str) -> Any:
        for own, table in self._own_tables():
            if own.lower() == name.lower():
                return table
        raise HostError(f"Sheet {self.name} has no table {name}.", hint="Undo, or make the workbook anew.")

    def resize_table(self, name: str, rect: Rect) -> None:
        """Give a table another last row."""
        table = self._table(name)
        area = table.getDataArea()
        before = rect_of(area)
        if rect[:2] != before[:2] or rect.last_column != before.last_column:
            raise Unsupported("A table can only be given another last row.", hint="Keep its header where it is.")
        area.EndRow = rect.last_row - 1
        table.setDataArea(area)
        self.document.tables_changed()
        self._tables = None

    def adopt_rows(self) -> None:
        """Take rows that were typed right below a table into it: Excel does that by itself, Calc does not."""
        for info in self.tables():
            below = Rect(info.rect.last_row + 1, info.rect.column, info.rect.last_row + 500, info.rect.last_column)
            lines = self.values(below)
            count = next((at for at, line in enumerate(lines) if all(value is None for value in line)), len(lines))
            if count:
                self.resize_table(info.name, info.rect._replace(last_row=info.rect.last_row + count))

    def set_table_filter(self, name: str, on: bool) -> None:
        """Show or drop a table's filter buttons; dropping them drops the criteria."""
        table = self._table(name)
        if not on and table.getFilterDescriptor().getFilterFields():
            table.getFilterDescriptor().setFilterFields(())
            table.refresh()
        table.AutoFilter = on
        self._changed()

    def filter_area(self) -> Rect | None:
        """The rectangle of the sheet's own filter, if it has one."""
        area = self._unnamed()
        return rect_of(area.getDataArea()) if area is not None and area.AutoFilter else None

    def _unnamed(self) -> Any:
        """The sheet's database range without a name, which holds its own filter; None when there is none."""
        found = getattr(self.document.model, "UnnamedDatabaseRanges", None)
        number = self.sheet.getRangeAddress().Sheet
        return found.getByTable(number) if found is not None and found.hasByTable(number) else None

    def is_filtered(self) -> bool:
        """True when a filter of the sheet or of one of its tables has criteria."""
        ranges = [table for _, table in self._own_tables()]
        ranges += [unnamed] if (unnamed := self._unnamed()) is not None else []
        return any(area.getFilterDescriptor().getFilterFields() for area in ranges)

    # ------------------------------------------------------------------ protection

    @property
    def is_protected(self) -> bool:
        """True while the sheet's contents are protected."""
        return bool(self.sheet.isProtected())

    def protect(self, password: str | None, options: dict[str, bool]) -> None:
        """Protect the sheet; Calc's interface takes no options: cells may be selected, nothing else."""
        self.sheet.protect(password or "")

    def unprotect(self, password: str | None) -> None:
        """Lift the protection.

        Raises:
            HostError: when the password is wrong.
        """
        with contextlib.suppress(self.document.wrong_password):
            self.sheet.unprotect(password or "")
        if self.sheet.isProtected():
            raise HostError(
                f"The sheet {self.name} is locked with another password.",
                hint="Lift the lock by hand, then press again: it is put back.",
                code="HOST-LOCK",
            )


def _touches_header(rect: Rect, table: TableInfo) -> bool:
    return bool(table.header_rows) and rect.row <= table.rect.row <= rect.last_row


def rect_of(area: Any) -> Rect:
    """The rectangle of a UNO cell range address."""
    return Rect(area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1)


def _text(value: str) -> str | None:
    if not value:
        return None
    return value.replace(_TAB, "\t") if _TAB in value and "\n" in value else value


def _is_mixed(block: Any) -> bool:
    return bool(block.getPropertyState("NumberFormat").value == "AMBIGUOUS_VALUE")


def _cells_of(rect: Rect) -> Iterator[tuple[int, int]]:
    """Every cell of a block, as (row, column) from 1."""
    return product(range(rect.row, rect.last_row + 1), range(rect.column, rect.last_column + 1))


def _cells(found: Any) -> Iterator[tuple[int, int]]:
    """Every cell of a query's result, as (row, column) from 1."""
    for area in found.getRangeAddresses():
        for row in range(area.StartRow + 1, area.EndRow + 2):
            for column in range(area.StartColumn + 1, area.EndColumn + 2):
                yield row, column


def _plain(value: Writable, *, date_1904: bool) -> float | str:
    """A value as Calc's block write takes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dt.date):
        return to_serial(value, date_1904=date_1904)
    if isinstance(value, bool | int | float | Decimal):
        number = float(value)
        if not math.isfinite(number):
            raise HostError(f"{value} is no number a cell can hold.")
        return number
    raise TypeError(f"A cell cannot hold a {type(value).__name__}.")


def _special_areas(rows: Sequence[Sequence[Writable]]) -> Iterator[tuple[Rect, str]]:
    """Blocks of cells that need a format to be told from numbers, counted from 0: down columns, or along one row."""
    if len(rows) == 1:
        for first, last, code in _special_runs([_code(value) for value in rows[0]]):
            yield Rect(0, first, 0, last), code
        return
    for column in range(max(map(len, rows), default=0)):
        codes = [_code(row[column]) if column < len(row) else None for row in rows]
        for first, last, code in _special_runs(codes):
            yield Rect(first, column, last, column), code


def _special_runs(codes: Sequence[str | None]) -> Iterator[tuple[int, int, str]]:
    """Runs of neighbouring cells that need the same format: (first, last, format)."""
    start = 0
    for at in range(1, len(codes) + 1):
        if at == len(codes) or codes[at] != codes[start]:
            if (code := codes[start]) is not None:
                yield start, at - 1, code
            start = at


def _code(value: Writable) -> str | None:
    if isinstance(value, bool):
        return _TRUTH
    if isinstance(value, dt.datetime):
        return _MOMENT if value.time() != dt.time() else _DAY
    return _DAY if isinstance(value, dt.date) else None
