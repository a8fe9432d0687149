"""Ranges of the generic xlwings engine, expressed over a `driver.Grid`.

Members of xlwings that are not written here answer `Unsupported` (see `shims`), so nothing fails silently and nothing
pretends. A text given as a value is always a text, in every host: only `formula` makes formulas.
"""

# `shims.complete` adds the setters that are missing here; each of them refuses.
# mypy: disable-error-code="misc"

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from addin.errors import HostError, Unsupported
from addin.hosts.boot import base_classes, expansion, xw
from addin.hosts.driver import Writable
from addin.hosts.grid import MAX_COLUMNS, MAX_ROWS, CellValue, Rect, area_name, quoted_sheet
from addin.hosts.shims import Shim, ability, complete

if TYPE_CHECKING:
    from addin.hosts.sheets import Name, Sheet
    from addin.hosts.tables import Table

_DIRECTIONS: Final = {"d": "down", "u": "up", "l": "left", "r": "right"}
_PLAIN_BOOK: Final = re.compile(r"[\[\]\w.]+")


class RangeApi(Shim):
    """Excel's Range, as far as it is used: areas, raw values, lock state."""

    def __init__(self, owner: Range) -> None:
        self._range = owner

    @property
    def Areas(self) -> Areas:  # noqa: N802 - Excel's name
        """The rectangles of a range of several areas."""
        return Areas([RangeApi(Range(self._range.sheet, [area])) for area in self._range.areas])

    @property
    def Address(self) -> str:  # noqa: N802
        """The absolute address."""
        return str(self._range.address)

    @property
    def Count(self) -> int:  # noqa: N802
        """How many cells."""
        return len(self._range)

    @property
    def Row(self) -> int:  # noqa: N802
        """The first row."""
        return self._range.row

    @property
    def Column(self) -> int:  # noqa: N802
        """The first column."""
        return self._range.column

    @property
    def Locked(self) -> bool:  # noqa: N802
        """True when a cell would be locked by protection."""
        return any(self._range.grid.is_locked(area) for area in self._range.areas)

    @property
    def Value2(self) -> Any:  # noqa: N802
        """Values with dates as serial numbers, in tuples as COM gives them; quicker than reading what cells show."""
        plain = tuple(map(tuple, self._range.grid.plain(self._range.clipped())))
        return plain[0][0] if self._range.shape == (1, 1) else plain


class Areas:
    """Excel's collection of areas."""

    def __init__(self, items: list[RangeApi]) -> None:
        self._items = items

    @property
    def Count(self) -> int:  # noqa: N802 - Excel's name
        """How many areas."""
        return len(self._items)

    def __call__(self, index: int) -> RangeApi:
        """One of them, by its place from 1 or its name."""
        return self._items[index - 1]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[RangeApi]:
        return iter(self._items)


@complete
class Range(base_classes.Range):
    """One or several rectangles of one sheet; place and shape are those of the first."""

    def __init__(self, sheet: Sheet, areas: Sequence[Rect]) -> None:
        self._sheet, self.areas, self.grid = sheet, list(areas), sheet.grid
        self.options: Any = None

    @property
    def rect(self) -> Rect:
        """The first area."""
        return self.areas[0]

    @property
    def sheet(self) -> Sheet:
        """The sheet."""
        return self._sheet

    @property
    def api(self) -> RangeApi:
        """The members of Excel's Range that are used here."""
        return RangeApi(self)

    @property
    def coords(self) -> tuple[Any, ...]:
        """Sheet name, row, column, height, width."""
        return (self._sheet.name, self.row, self.column, *self.shape)

    @property
    def row(self) -> int:
        """The first row."""
        return self.rect.row

    @property
    def column(self) -> int:
        """The first column."""
        return self.rect.column

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rect.shape

    def __len__(self) -> int:
        return sum(area.shape[0] * area.shape[1] for area in self.areas)

    def __call__(self, arg1: int, arg2: int | None = None) -> Range:
        """One of them, by its place from 1 or its name."""
        if arg2 is None:
            arg1, arg2 = (arg1 - 1) // self.shape[1] + 1, (arg1 - 1) % self.shape[1] + 1
        return self._cell(self.row + arg1 - 1, self.column + arg2 - 1)

    def _cell(self, row: int, column: int) -> Range:
        if not (1 <= row <= MAX_ROWS and 1 <= column <= MAX_COLUMNS):
            raise IndexError(f"Row {row}, column {column} lies outside the sheet.")
        return Range(self._sheet, [Rect(row, column, row, column)])

    def clipped(self) -> Rect:
        """The first area; whole rows or columns cut down to the cells in use."""
        rect = self.rect
        if rect.shape[0] < MAX_ROWS and rect.shape[1] < MAX_COLUMNS:
            return rect
        used = self._used()
        return rect._replace(
            last_row=max(rect.row, min(rect.last_row, used.last_row)),
            last_column=max(rect.column, min(rect.last_column, used.last_column)),
        )

    def _used(self) -> Rect:
        return self.grid.used() or Rect(1, 1, 1, 1)

    # ------------------------------------------------------------------ contents

    @property
    def raw_value(self) -> Any:
        """The values of the first area: a scalar for one cell, else rows."""
        rows = self.grid.values(self.clipped())
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._write(data, self.grid.write)

    @property
    def formula(self) -> Any:
        """The formulas; a constant as its text."""
        rows = self.grid.formulas(self.clipped())
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else tuple(map(tuple, rows))

    @formula.setter
    def formula(self, value: Any) -> None:
        self._write(value, self.grid.write_formulas)

    @property
    def formula2(self) -> Any:
        """The same as `formula`: these hosts spill nothing."""
        return self.formula

    @formula2.setter
    def formula2(self, value: Any) -> None:
        self.formula = value

    def _write(self, data: Any, write: Callable[[Rect, Sequence[Sequence[Any]]], None]) -> None:
        if not isinstance(data, list | tuple):
            for area in self.areas:
                if area.shape[0] == MAX_ROWS or area.shape[1] == MAX_COLUMNS:
                    raise HostError("That would fill whole rows or columns.", hint="Write to the rows in use only.")
                write(area, [[data] * area.shape[1]] * area.shape[0])
            return
        if len(self.areas) > 1:
            raise Unsupported("A block of values cannot be written to several areas.", hint="Write area by area.")
        rows: Sequence[Sequence[Writable]] = data if data and isinstance(data[0], list | tuple) else [data]
        last_row, last_column = self.row + len(rows) - 1, self.column + max(map(len, rows)) - 1
        write(Rect(self.row, self.column, last_row, last_column), rows)

    def rows_like(self, row: int) -> list[int] | None:
        """The rows of a column whose cell holds exactly what it holds in `row`; None where the host cannot look."""
        look: Callable[[Rect, int], list[int]] | None = getattr(self.grid, "rows_like", None)
        return look(self.rect, row) if look is not None else None

    def clear_contents(self) -> None:
        """Empty the cells and keep their formats."""
        for area in self.areas:
            self.grid.clear(area)

    def clear_formats(self) -> None:
        """Give the cells the sheet's plain format."""
        for area in self.areas:
            ability(self.grid, "clear_formats", "clear formats")(area)

    def clear(self) -> None:
        """Empty the cells and give them the sheet's plain format."""
        self.clear_formats()
        self.clear_contents()

    def find(self, text: str, whole: bool, direction: str, order: str, match_case: bool) -> Range | None:
        """The first cell of the first area that holds a text, in its contents; hidden cells count."""
        wanted = text if match_case else text.casefold()
        rect = self.clipped()
        places = [(row, at) for row in range(rect.shape[0]) for at in range(rect.shape[1])]
        places.sort(key=lambda place: place if order == "rows" else place[::-1], reverse=direction == "backward")
        rows = self.grid.values(rect)
        for row, at in places:
            held = _spelled(rows[row][at])
            held = held if match_case else held.casefold()
            if held == wanted if whole else wanted in held:
                return self._cell(rect.row + row, rect.column + at)
        return None

    def merge(self, across: bool) -> None:
        """Merge the cells, or those of each row."""
        for area in self.areas:
            rows = range(area.row, area.last_row + 1) if across else [area.row]
            for row in rows:
                part = area._replace(row=row, last_row=row) if across else area
                ability(self.grid, "set_merged", "merge cells")(part, True)

    def unmerge(self) -> None:
        """Take merged cells apart."""
        for area in self.areas:
            ability(self.grid, "set_merged", "merge cells")(area, False)

    @property
    def has_array(self) -> bool:
        """False: array formulas are not looked into."""
        return False

    # ------------------------------------------------------------------ finding one's way

    def end(self, direction: str) -> Range:
        """The cell Ctrl and an arrow key would reach."""
        direction = _DIRECTIONS.get(direction, direction)
        used = self._used()
        step = 1 if direction in ("down", "right") else -1
        if direction in ("down", "up"):
            column = Rect(1, self.column, used.last_row, self.column)
            line = [row[0] for row in self.grid.values(column)]
            row = _reached(line, self.row, step, MAX_ROWS)
            return self._cell(row, self.column)
        line = self.grid.values(Rect(self.row, 1, self.row, used.last_column))[0]
        return self._cell(self.row, _reached(line, self.column, step, MAX_COLUMNS))

    def expand(self, mode: str = "table") -> Range:
        """The range grown over neighbouring filled cells, by xlwings' own rules."""
        grown: Range = expansion.expanders[mode].expand(xw.Range(impl=self)).impl
        return grown

    @property
    def current_region(self) -> Range:
        """The block of filled cells around this one, bounded by blank rows and columns."""
        used = self._used()
        values = self.grid.values(Rect(1, 1, used.last_row + 1, used.last_column + 1))

        def any_filled(top: int, left: int, bottom: int, right: int) -> bool:
            rows = values[max(top, 1) - 1 : bottom]
            return any(v is not None for row in rows for v in row[max(left, 1) - 1 : right])

        top, left, bottom, right = self.rect
        before = None
        while before != (top, left, bottom, right):
            before = (top, left, bottom, right)
            while bottom < used.last_row and any_filled(bottom + 1, left - 1, bottom + 1, right + 1):
                bottom += 1
            while top > 1 and any_filled(top - 1, left - 1, top - 1, right + 1):
                top -= 1
            while right < used.last_column and any_filled(top - 1, right + 1, bottom + 1, right + 1):
                right += 1
            while left > 1 and any_filled(top - 1, left - 1, bottom + 1, left - 1):
                left -= 1
        return Range(self._sheet, [Rect(top, left, bottom, right)])

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        """The address; areas are separated by commas."""
        text = ",".join(area_name(a, row_absolute=row_absolute, column_absolute=col_absolute) for a in self.areas)
        if not external:
            return text
        place = f"[{self._sheet.book.name}]{self._sheet.name}"
        return (place if _PLAIN_BOOK.fullmatch(place) else "'" + place.replace("'", "''") + "'") + "!" + text

    @property
    def address(self) -> str:
        """The absolute address."""
        return self.get_address(True, True, False)

    def select(self) -> None:
        """Select these areas and bring their sheet to the front."""
        self._sheet.book.activate()
        self._sheet.book.document.select(self.grid, self.areas)

    # ------------------------------------------------------------------ formats and layout

    @property
    def number_format(self) -> str | None:
        """The number format; None when there are several."""
        return self.grid.number_format(self.clipped())

    @number_format.setter
    def number_format(self, value: str) -> None:
        for area in self.areas:
            self.grid.set_number_format(area, value)

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The fill colour of the first cell."""
        return self.grid.color(self.clipped())

    @color.setter
    def color(self, value: Any) -> None:
        if isinstance(value, str):
            number = int(value.lstrip("#"), 16)
            value = (number >> 16 & 255, number >> 8 & 255, number & 255)
        elif isinstance(value, int):  # Excel counts blue, green, red
            value = (value & 255, value >> 8 & 255, value >> 16 & 255)
        for area in self.areas:
            self.grid.set_color(area, None if value is None else tuple(value))

    @property
    def row_hidden(self) -> bool | None:
        """True when no row shows, False when all do, else None."""
        hidden = len(self.grid.hidden_rows(self.rect))
        return hidden > 0 if hidden in (0, self.shape[0]) else None

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        for area in self.areas:
            self.grid.set_rows_hidden(area.row, area.last_row, value)

    @property
    def column_hidden(self) -> bool | None:
        """True when no column shows, False when all do, else None."""
        found = {self.grid.is_column_hidden(c) for c in range(self.column, self.rect.last_column + 1)}
        return found.pop() if len(found) == 1 else None

    @property
    def row_height(self) -> float | None:
        """The height in points; None when the rows differ."""
        rect = self.clipped()
        found = {self.grid.row_height(row) for row in range(rect.row, rect.last_row + 1)}
        return found.pop() if len(found) == 1 else None

    @row_height.setter
    def row_height(self, value: float) -> None:
        for area in self.areas:
            ability(self.grid, "set_row_height", "set heights")(area.row, area.last_row, value)

    @property
    def column_width(self) -> float | None:
        """The width in characters; None when the columns differ."""
        rect = self.clipped()
        found = {self.grid.column_width(c) for c in range(rect.column, rect.last_column + 1)}
        return found.pop() if len(found) == 1 else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        for area in self.areas:
            ability(self.grid, "set_column_width", "set widths")(area.column, area.last_column, value)

    @property
    def merge_cells(self) -> bool:
        """True when the range touches a merged area."""
        return any(_meet(area, mine) for area in self.grid.merged() for mine in self.areas)

    @property
    def merge_area(self) -> Range:
        """The merged area around the first cell, or that cell."""
        cell = Rect(self.row, self.column, self.row, self.column)
        return Range(self._sheet, [next((area for area in self.grid.merged() if area.covers(cell)), cell)])

    @property
    def name(self) -> Name | None:
        """The defined name of exactly this range."""
        return self._sheet.book.names.of(self._sheet.name, self.rect)

    @name.setter
    def name(self, value: str) -> None:
        self._sheet.book.names.add(value, f"={quoted_sheet(self._sheet.name)}!{self.address}")

    @property
    def table(self) -> Table | None:
        """The table this range lies in."""
        for info in self.grid.tables():
            if info.rect.covers(self.rect):
                return self._sheet.tables(info.name)
        return None


def _reached(line: Sequence[CellValue], start: int, step: int, last: int) -> int:
    """Where Ctrl and an arrow key lead from `start` along a line of values that is blank beyond its end."""

    def filled(position: int) -> bool:
        return 1 <= position <= len(line) and line[position - 1] is not None

    position = start
    if filled(position) and filled(position + step):
        while filled(position + step):
            position += step
        return position
    if step < 0:
        position = min(position, len(line) + 1)
    position += step
    while 1 <= position <= len(line) and not filled(position):
        position += step
    if position > len(line):
        return last
    return max(position, 1)


def _spelled(value: CellValue) -> str:
    """A cell's content as one would type it, for looking for a text in it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _meet(one: Rect, other: Rect) -> bool:
    rows = one.row <= other.last_row and other.row <= one.last_row
    return rows and one.column <= other.last_column and other.column <= one.last_column
