"""Tables and their filters in the generic xlwings engine."""

# `shims.complete` adds the setters that are missing here; each of them refuses.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from addin.errors import HostError, Unsupported
from addin.hosts.boot import base_classes
from addin.hosts.driver import TableInfo
from addin.hosts.grid import Rect
from addin.hosts.ranges import Range
from addin.hosts.shims import Shim, complete

if TYPE_CHECKING:
    from addin.hosts.sheets import Sheet


@complete
class AutoFilter(base_classes.AutoFilter):
    """The filter of a table, to look at."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """One entry per column."""
        info = self._table.info
        blank = base_classes.empty_autofilter_criteria
        return [info.criteria.get(field) or blank(field) for field in range(1, info.rect.shape[1] + 1)]


@complete
class Table(base_classes.Table):
    """A table, found anew by its name at each use."""

    def __init__(self, sheet: Sheet, name: str) -> None:
        self._sheet, self._name = sheet, name

    @property
    def info(self) -> TableInfo:
        """The table as it stands now."""
        for info in self._sheet.grid.tables():
            if info.name.lower() == self._name.lower():
                return info
        raise KeyError(self._name)

    def _found(self) -> tuple[str, Rect]:
        """Its name as it is spelled, and where it lies."""
        for name, rect in self._sheet.grid.table_areas().items():
            if name.lower() == self._name.lower():
                return name, rect
        raise KeyError(self._name)

    @property
    def parent(self) -> Sheet:
        """The sheet."""
        return self._sheet

    @property
    def api(self) -> Shim:
        """Nothing of Excel's ListObject is used here."""
        return ListObjectApi()

    @property
    def name(self) -> str:
        """The name."""
        return self._found()[0]

    display_name = name

    def _rows(self, first: int, last: int) -> Range | None:
        rect = self.info.rect
        return Range(self._sheet, [Rect(first, rect.column, last, rect.last_column)]) if first <= last else None

    @property
    def range(self) -> Range:
        """Header, body and totals."""
        return Range(self._sheet, [self._found()[1]])

    @property
    def data_body_range(self) -> Range | None:
        """The rows between header and totals."""
        info = self.info
        return self._rows(info.rect.row + info.header_rows, info.rect.last_row - info.totals_rows)

    @property
    def header_row_range(self) -> Range | None:
        """The header."""
        info = self.info
        return self._rows(info.rect.row, info.rect.row + info.header_rows - 1)

    @property
    def totals_row_range(self) -> Range | None:
        """The totals row, if it shows."""
        info = self.info
        return self._rows(info.rect.last_row - info.totals_rows + 1, info.rect.last_row)

    @property
    def insert_row_range(self) -> Range | None:
        """The one blank row of an empty table."""
        body = self.data_body_range
        if body is None or body.shape[0] > 1 or any(v is not None for v in self._sheet.grid.values(body.rect)[0]):
            return None
        return body

    @property
    def show_headers(self) -> bool:
        """True when there is a header row."""
        return self.info.header_rows > 0

    @property
    def show_totals(self) -> bool:
        """True when there is a totals row."""
        return self.info.totals_rows > 0

    @property
    def table_style(self) -> str | None:
        """The style's name."""
        return self.info.style

    @property
    def show_autofilter(self) -> bool:
        """True when the header has filter buttons."""
        return self.info.has_filter

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        if value != self.info.has_filter:
            self._sheet.grid.set_table_filter(self._name, value)

    @property
    def autofilter(self) -> AutoFilter:
        """The filter."""
        return AutoFilter(self)

    @property
    def rows(self) -> TableRows:
        """The rows of the body."""
        return TableRows(self)

    @property
    def columns(self) -> TableColumns:
        """The columns."""
        return TableColumns(self)

    def resize(self, range: Any) -> None:
        """Give the table another rectangle; xlwings hands over its own Range."""
        self._sheet.grid.resize_table(self._name, getattr(range, "impl", range).rect)


class ListObjectApi(Shim):
    """Excel's ListObject: none of it is used."""


@complete
class TableRow(base_classes.TableRow):
    """One row of a table's body."""

    def __init__(self, table: Table, index: int) -> None:
        self._table, self._index = table, index

    @property
    def index(self) -> int:
        """Its place, from 1."""
        return self._index

    @property
    def range(self) -> Range:
        """Its cells."""
        body = self._table.data_body_range
        if body is None or not 1 <= self._index <= body.shape[0]:
            raise IndexError(self._index)
        row = body.row + self._index - 1
        return Range(self._table.parent, [Rect(row, body.column, row, body.rect.last_column)])


@complete
class TableRows(base_classes.TableRows):
    """The rows of a table's body."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def column_count(self) -> int:
        """How many columns a row has."""
        return self._table.info.rect.shape[1]

    def __len__(self) -> int:
        body = self._table.data_body_range
        return body.shape[0] if body is not None else 0

    def __call__(self, key: int) -> TableRow:
        """One of them, by its place from 1 or its name."""
        if not 1 <= key <= len(self):
            raise IndexError(key)
        return TableRow(self._table, key)

    def __iter__(self) -> Iterator[TableRow]:
        return (TableRow(self._table, index) for index in range(1, len(self) + 1))

    def add(self, values: Sequence[Any] | None, index: int | None) -> TableRow:
        """Append a row below the last; the cells there must be blank."""
        if index is not None and index <= len(self):
            raise Unsupported("Rows can only be added at the end of a table.", hint="Leave the index out.")
        rect = self._table.info.rect
        grown = rect._replace(last_row=rect.last_row + 1)
        spot = grown._replace(row=grown.last_row)
        grid = self._table.parent.grid
        if any(v is not None for v in grid.values(spot)[0]):
            raise HostError(f"The row below the table {self._table.name} is not blank.", hint="Make room below it.")
        grid.resize_table(self._table.name, grown)
        if values:
            grid.write(spot, [list(values)])
        return TableRow(self._table, len(self))


@complete
class TableColumn(base_classes.TableColumn):
    """One column of a table."""

    def __init__(self, table: Table, index: int) -> None:
        self._table, self._index = table, index

    @property
    def name(self) -> str:
        """Its header."""
        return self._table.info.columns[self._index - 1]

    @property
    def index(self) -> int:
        """Its place, from 1."""
        return self._index

    def _of(self, rows: Range | None) -> Range | None:
        if rows is None:
            return None
        column = rows.column + self._index - 1
        return Range(self._table.parent, [rows.rect._replace(column=column, last_column=column)])

    @property
    def range(self) -> Range | None:
        """Header and body."""
        return self._of(self._table.range)

    @property
    def data_body_range(self) -> Range | None:
        """The body's cells."""
        return self._of(self._table.data_body_range)


@complete
class TableColumns(base_classes.TableColumns):
    """The columns of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table.info.columns)

    def __call__(self, key: int | str) -> TableColumn:
        """One of them, by its place from 1 or its name."""
        names = [name.lower() for name in self._table.info.columns]
        if isinstance(key, str):
            if key.lower() not in names:
                raise KeyError(key)
            return TableColumn(self._table, names.index(key.lower()) + 1)
        if not 1 <= key <= len(names):
            raise IndexError(key)
        return TableColumn(self._table, key)

    def __iter__(self) -> Iterator[TableColumn]:
        return (TableColumn(self._table, index) for index in range(1, len(self) + 1))

    def __contains__(self, key: object) -> bool:
        return str(key).lower() in [name.lower() for name in self._table.info.columns]


@complete
class Tables(base_classes.Tables):
    """The tables of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def _names(self) -> list[str]:
        return list(self._sheet.grid.table_areas())

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[Table]:
        return (Table(self._sheet, name) for name in self._names())

    def __contains__(self, key: object) -> bool:
        return str(key).lower() in [name.lower() for name in self._names()]

    def __call__(self, key: int | str) -> Table:
        """One of them, by its place from 1 or its name."""
        names = self._names()
        if isinstance(key, str):
            for name in names:
                if name.lower() == key.lower():
                    return Table(self._sheet, name)
            raise KeyError(key)
        if not 1 <= key <= len(names):
            raise IndexError(key)
        return Table(self._sheet, names[key - 1])

    def add(self, *_args: Any, **_keywords: Any) -> Any:
        """Not offered."""
        raise Unsupported("This host makes no tables.", hint="Build the workbook with its tables.")
