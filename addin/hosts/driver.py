"""The seam between the xlwings engine and a spreadsheet program or file.

A host is three small objects: a `Driver` opens documents, a `Document` is a workbook, a `Grid` is a sheet. The engine
(`engine`, `ranges`) speaks only to these, so a new host is one module that implements them. What a host cannot do it
answers with `addin.errors.Unsupported`, never with a silent nothing.

Values at the seam: `grid.CellValue` outwards (numbers are floats, a blank or an empty text is None, error values are
`grid.CellError`); inwards also int, Decimal and date. A text is always written as text: only `write_formulas` makes
formulas.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from addin.hosts.grid import CellValue, Rect

#: What may be written into a cell by value.
Writable: TypeAlias = bool | int | float | Decimal | dt.date | str | None

#: Excel's numbers for a sheet's visibility (XlSheetVisibility).
VISIBLE, HIDDEN, VERY_HIDDEN = -1, 0, 2


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table as it stands: its rectangle includes header and totals rows.

    `criteria` holds one entry per filtered column, by its position in the table from 1, in the form of
    `xlwings.base_classes.autofilter_criteria_snapshot`.
    """

    name: str
    rect: Rect
    header_rows: int = 1
    totals_rows: int = 0
    columns: tuple[str, ...] = ()
    has_filter: bool = False
    criteria: dict[int, dict[str, Any]] = field(default_factory=dict)
    style: str | None = None


@dataclass(frozen=True, slots=True)
class NameInfo:
    """A defined name: `scope` is the sheet it belongs to, None for the whole book; `refers_to` begins with "="."""

    name: str
    refers_to: str
    scope: str | None = None


class Grid(Protocol):
    """One sheet."""

    @property
    def name(self) -> str:
        """The sheet's name."""

    @property
    def visibility(self) -> int:
        """VISIBLE, HIDDEN or VERY_HIDDEN."""

    def set_visibility(self, value: int) -> None:
        """Show or hide the sheet."""

    def used(self) -> Rect | None:
        """The rectangle around everything that has content or format; None for a blank sheet."""

    def values(self, rect: Rect) -> list[list[CellValue]]:
        """The contents of a block, as rows."""

    def plain(self, rect: Rect) -> list[list[CellValue]]:
        """The contents of a block without its formats: days are serial numbers, a truth value may be 1 or 0."""

    def write(self, rect: Rect, rows: Sequence[Sequence[Writable]]) -> None:
        """Write a block of values; None or "" empties a cell and keeps its format."""

    def formulas(self, rect: Rect) -> list[list[str]]:
        """The formulas of a block; a constant as the text one would type, "" for a blank."""

    def write_formulas(self, rect: Rect, rows: Sequence[Sequence[str]]) -> None:
        """Write formulas in English with commas; a text without "=" is written as the constant it spells."""

    def clear(self, rect: Rect) -> None:
        """Empty a block and keep its formats."""

    def number_format(self, rect: Rect) -> str | None:
        """The block's number format; None when it has several."""

    def set_number_format(self, rect: Rect, code: str) -> None:
        """Give every cell of the block a number format."""

    def color(self, rect: Rect) -> tuple[int, int, int] | None:
        """The fill colour of the block's first cell; None for no fill."""

    def set_color(self, rect: Rect, color: tuple[int, int, int] | None) -> None:
        """Fill the block, or take its fill away."""

    def is_locked(self, rect: Rect) -> bool:
        """True when any cell of the block is locked while the sheet is protected."""

    def hidden_rows(self, rect: Rect) -> set[int]:
        """The rows of a block that do not show, by filter or by hand."""

    def set_rows_hidden(self, first: int, last: int, hidden: bool) -> None:
        """Hide or show rows."""

    def row_height(self, row: int) -> float:
        """Height in points."""

    def column_width(self, column: int) -> float:
        """Width in characters of the default font, without the margin."""

    def is_column_hidden(self, column: int) -> bool:
        """True when the column does not show."""

    def merged(self) -> list[Rect]:
        """The merged areas."""

    def tables(self) -> list[TableInfo]:
        """The sheet's tables."""

    def table_areas(self) -> Mapping[str, Rect]:
        """Where each of the sheet's tables lies, by name: what finding one's way needs of them."""

    def resize_table(self, name: str, rect: Rect) -> None:
        """Give a table another last row."""

    def set_table_filter(self, name: str, on: bool) -> None:
        """Show or drop a table's filter buttons; dropping them drops the criteria."""

    def filter_area(self) -> Rect | None:
        """The rectangle of the sheet's own filter, if it has one."""

    def is_filtered(self) -> bool:
        """True when a filter of the sheet or of one of its tables has criteria."""

    @property
    def is_protected(self) -> bool:
        """True while the sheet's contents are protected."""

    def protect(self, password: str | None, options: dict[str, bool]) -> None:
        """Protect the sheet; `options` are the Allow... arguments of Excel's Worksheet.Protect that are true."""

    def unprotect(self, password: str | None) -> None:
        """Lift the protection.

        Raises:
            HostError: when the password is wrong.
        """


class Document(Protocol):
    """One workbook."""

    @property
    def path(self) -> Path | None:
        """Where it lies; None when it was never saved."""

    @property
    def is_read_only(self) -> bool:
        """True when it cannot be saved in place."""

    @property
    def is_date_1904(self) -> bool:
        """True when day numbers count from 1904."""

    @property
    def is_saved(self) -> bool:
        """True when nothing has changed since it was opened or saved."""

    def grids(self) -> Sequence[Grid]:
        """The sheets in their order."""

    def active(self) -> Grid:
        """The sheet in front."""

    def activate(self, grid: Grid) -> None:
        """Bring a sheet to the front."""

    def selection(self) -> tuple[Grid, Sequence[Rect]]:
        """The sheet in front and its selected areas."""

    def select(self, grid: Grid, areas: Sequence[Rect]) -> None:
        """Select areas on a sheet and bring it to the front."""

    def names(self) -> Sequence[NameInfo]:
        """The defined names."""

    def save(self, path: Path | None = None) -> None:
        """Save in place, or under another path that becomes the document's own."""

    def close(self) -> None:
        """Close without saving."""


class Driver(Protocol):
    """A host: how to open documents and what it is called."""

    @property
    def name(self) -> str:
        """The engine's name in xlwings."""

    @property
    def version(self) -> str:
        """The version that `xw.App.version` shows."""

    def open(self, path: Path, *, read_only: bool = False) -> Document:
        """Open a workbook.

        Raises:
            NotOurBook: the file is no workbook this host can read.
            HostError: the file is damaged.
        """

    def run(self, document: Document, macro: str, arguments: Sequence[object]) -> object:
        """Run a macro of the workbook."""

    def calculate(self, document: Document) -> None:
        """Recalculate."""

    def show_status(self, text: str | None) -> None:
        """Show a text in the status bar; None gives the bar back to the program."""

    def tell(self, prompt: str, title: str, buttons: str) -> str:
        """Show a message and answer with the button pressed ("ok", "cancel", "yes", "no")."""
