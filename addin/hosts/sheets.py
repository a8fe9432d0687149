"""Sheets and defined names in the generic xlwings engine."""

# `shims.complete` adds the setters that are missing here; each of them refuses.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from addin.errors import Unsupported
from addin.hosts.boot import base_classes, xw
from addin.hosts.driver import VISIBLE, Grid, NameInfo
from addin.hosts.grid import MAX_COLUMNS, MAX_ROWS, Rect, area_name, parse_area, quoted_sheet, split_reference
from addin.hosts.ranges import Range
from addin.hosts.shims import Shim, ability, complete
from addin.hosts.tables import Tables

if TYPE_CHECKING:
    from addin.hosts.engine import Book

#: The Allow... arguments of Excel's Worksheet.Protect, in its order.
PROTECT_OPTIONS: Final = (
    *("AllowFormattingCells", "AllowFormattingColumns", "AllowFormattingRows", "AllowInsertingColumns"),
    *("AllowInsertingRows", "AllowInsertingHyperlinks", "AllowDeletingColumns", "AllowDeletingRows"),
    *("AllowSorting", "AllowFiltering", "AllowUsingPivotTables"),
)


class CollectionApi(Shim):
    """Excel's Worksheets, Names and Name: none of them is used."""


@complete
class Sheets(base_classes.Sheets):
    """The sheets of a book."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def api(self) -> Shim:
        """Nothing of Excel's Worksheets is used here."""
        return CollectionApi()

    @property
    def active(self) -> Sheet:
        """The sheet in front."""
        return Sheet(self.book, self.book.document.active())

    def _all(self) -> list[Sheet]:
        return [Sheet(self.book, grid) for grid in self.book.document.grids()]

    def __call__(self, name_or_index: int | str) -> Sheet:
        """One of them, by its place from 1 or its name."""
        sheets = self._all()
        if isinstance(name_or_index, int):
            return sheets[name_or_index - 1]
        for sheet in sheets:
            if sheet.name.lower() == name_or_index.lower():
                return sheet
        raise xw.NoSuchObjectError(f"There is no sheet {name_or_index!r}.")

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self._all())

    def __contains__(self, key: object) -> bool:
        return str(key).lower() in [sheet.name.lower() for sheet in self._all()]

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """Another blank sheet, in front of the active one when no place is given; it becomes the active one."""
        place = after.index if after is not None else (before or self.active).index - 1
        taken = {sheet.name.lower() for sheet in self._all()}
        free = next(f"Sheet{number}" for number in range(1, len(taken) + 2) if f"sheet{number}" not in taken)
        added: Grid = ability(self.book.document, "add_sheet", "add sheets")(name or free, place)
        self.book.document.activate(added)
        return Sheet(self.book, added)


class WorksheetApi(Shim):
    """Excel's Worksheet, as far as it is used: protection, visibility, filter state."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid

    def Protect(  # noqa: N802 - Excel's name and order of arguments
        self,
        Password: str | None = None,  # noqa: N803
        DrawingObjects: bool = True,  # noqa: N803
        Contents: bool = True,  # noqa: N803
        Scenarios: bool = True,  # noqa: N803
        UserInterfaceOnly: bool = False,  # noqa: N803
        *more: bool,
        **named: bool,
    ) -> None:
        """Protect the sheet."""
        options = dict(zip(PROTECT_OPTIONS, more, strict=False)) | named
        if unknown := set(options).difference(PROTECT_OPTIONS):
            raise TypeError(f"Worksheet.Protect knows no {', '.join(sorted(unknown))}.")
        self._grid.protect(Password, {name: True for name, on in options.items() if on})

    def Unprotect(self, Password: str | None = None) -> None:  # noqa: N802, N803
        """Lift the protection."""
        self._grid.unprotect(Password)

    @property
    def ProtectContents(self) -> bool:  # noqa: N802
        """True while the contents are protected."""
        return self._grid.is_protected

    @property
    def Visible(self) -> int:  # noqa: N802
        """-1 visible, 0 hidden, 2 very hidden."""
        return self._grid.visibility

    @Visible.setter
    def Visible(self, value: int) -> None:  # noqa: N802
        self._grid.set_visibility(int(value))

    @property
    def AutoFilterMode(self) -> bool:  # noqa: N802
        """True when the sheet has a filter of its own."""
        return self._grid.filter_area() is not None

    @property
    def FilterMode(self) -> bool:  # noqa: N802
        """True when a filter has criteria."""
        return self._grid.is_filtered()


@complete
class Sheet(base_classes.Sheet):
    """One sheet."""

    def __init__(self, book: Book, grid: Grid) -> None:
        self._book, self.grid = book, grid

    @property
    def book(self) -> Book:
        """The book."""
        return self._book

    @property
    def api(self) -> WorksheetApi:
        """The members of Excel's Worksheet that are used here."""
        return WorksheetApi(self.grid)

    @property
    def name(self) -> str:
        """The name."""
        return self.grid.name

    @name.setter
    def name(self, value: str) -> None:
        self.grid = ability(self._book.document, "rename_sheet", "rename sheets")(self.grid.name, value)

    def delete(self) -> None:
        """Delete the sheet and what is on it."""
        ability(self._book.document, "delete_sheet", "delete sheets")(self.grid.name)

    @property
    def index(self) -> int:
        """Its place, from 1."""
        return [grid.name for grid in self._book.document.grids()].index(self.grid.name) + 1

    @property
    def names(self) -> Names:
        """The names that belong to this sheet."""
        return Names(self._book, self.grid.name)

    @property
    def tables(self) -> Tables:
        """The tables."""
        return Tables(self)

    @property
    def visible(self) -> int:
        """-1 visible, 0 hidden, 2 very hidden: Excel's numbers, as xlwings hands them out on Windows."""
        return self.grid.visibility

    @visible.setter
    def visible(self, value: Any) -> None:
        self.grid.set_visibility(VISIBLE if value is True else int(value))

    @property
    def pivot_tables(self) -> Any:
        """Not offered; xlwings has no refusal of its own for it."""
        raise Unsupported("This host has no pivot tables.", hint="Use Excel for that.")

    def activate(self) -> None:
        """Bring the sheet to the front."""
        self._book.activate()
        self._book.document.activate(self.grid)

    def select(self) -> None:
        """The same as `activate`."""
        self.activate()

    @property
    def page_setup(self) -> PageSetup:
        """What is printed of the sheet."""
        return PageSetup(self)

    @property
    def cells(self) -> Range:
        """All cells."""
        return Range(self, [Rect(1, 1, MAX_ROWS, MAX_COLUMNS)])

    @property
    def used_range(self) -> Range:
        """The rectangle around everything in use; A1 for a blank sheet."""
        return Range(self, [self.grid.used() or Rect(1, 1, 1, 1)])

    def clear_contents(self) -> None:
        """Empty all cells and keep their formats."""
        self.grid.clear(self.cells.rect)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """A range by address ("B2", "B2:C3", "A:C", "A1,C3"), by (row, column), by name or by table.

        Raises:
            NoSuchObjectError: there is no such name.
        """
        first = self._found(arg1)
        if arg2 is None:
            return first
        return Range(first.sheet, [first.rect.union(self._found(arg2).rect)])

    def _found(self, place: Any) -> Range:
        if isinstance(place, Range):
            return place
        if isinstance(place, tuple):
            if 0 in place[:2]:
                raise IndexError("Rows and columns count from 1.")
            height, width = place[2:] if len(place) == 4 else (1, 1)
            row, column = place[:2]
            return Range(self, [Rect(row, column, row + height - 1, column + width - 1)])
        areas = [parse_area(part) for part in str(place).split(",")]
        known = [area for area in areas if area is not None]
        if len(known) == len(areas):
            return Range(self, known)
        if (split := split_reference(str(place))) is not None:
            return Range(self._book.sheets(split[0]), [split[1]])
        return self._named(str(place))

    def _named(self, text: str) -> Range:
        names = self._book.names
        for scope in (self.grid.name, None):  # a name of this sheet wins
            if (found := names.find(text, scope)) is not None and (rng := found.range()) is not None:
                return rng
        for sheet in self._book.sheets:
            if text in sheet.tables and (body := sheet.tables(text).data_body_range) is not None:
                return body
        raise xw.NoSuchObjectError(f"There is no address, name or table {text!r}.")


@complete
class PageSetup(base_classes.PageSetup):
    """How a sheet is printed, as far as it is asked for: its print area."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def print_area(self) -> str | None:
        """The area that is printed, as "$A$1:$J$60"; None when the sheet has none."""
        rect = ability(self._sheet.book.document, "print_area", "say what is printed")(self._sheet.name)
        return area_name(rect) if rect else None

    @print_area.setter
    def print_area(self, value: str) -> None:
        rect = parse_area(value)
        if rect is None:
            raise ValueError(f"{value!r} is no area of a sheet.")
        ability(self._sheet.book.document, "set_print_area", "choose what is printed")(self._sheet.name, rect)


@complete
class Names(base_classes.Names):
    """The defined names of a book, or those that belong to one sheet."""

    def __init__(self, book: Book, scope: str | None = None) -> None:
        self._book, self._scope = book, scope

    def _all(self) -> list[Name]:
        infos = self._book.document.names()
        return [Name(self._book, info) for info in infos if self._scope in (None, info.scope)]

    def __len__(self) -> int:
        return len(self._all())

    def __call__(self, name_or_index: int | str) -> Name:
        """One of them, by its place from 1 or its name."""
        names = self._all()
        if isinstance(name_or_index, int):
            return names[name_or_index - 1]
        for name in names:
            if name_or_index.lower() in (name.name.lower(), name.info.name.lower()):
                return name
        raise KeyError(name_or_index)

    def contains(self, name_or_index: int | str) -> bool:
        """True when there is such a name."""
        try:
            self(name_or_index)
        except (KeyError, IndexError):
            return False
        return True

    def add(self, name: str, refers_to: str) -> Name:
        """Define a name, of the book or, written as "Sheet1!name", of that sheet."""
        sheet, _, own = name.rpartition("!")
        scope = sheet.strip("'") or self._scope
        ability(self._book.document, "add_name", "define names")(own, refers_to, scope)
        found = Names(self._book).find(own, scope)
        if found is None:
            raise KeyError(name)
        return found

    def find(self, text: str, scope: str | None) -> Name | None:
        """The name of this spelling in exactly this scope."""
        for name in self._all():
            if name.info.name.lower() == text.lower() and name.info.scope == scope:
                return name
        return None

    def of(self, sheet: str, rect: Rect) -> Name | None:
        """The name of exactly this rectangle."""
        for name in self._all():
            if split_reference(name.info.refers_to) == (sheet, rect):
                return name
        return None


@complete
class Name(base_classes.Name):
    """One defined name."""

    def __init__(self, book: Book, info: NameInfo) -> None:
        self._book, self.info = book, info

    @property
    def api(self) -> Shim:
        """Nothing of Excel's Name is used here."""
        return CollectionApi()

    @property
    def name(self) -> str:
        """The name, with its sheet when it belongs to one."""
        return self.info.name if self.info.scope is None else f"{quoted_sheet(self.info.scope)}!{self.info.name}"

    @name.setter
    def name(self, value: str) -> None:
        refers_to = self.info.refers_to
        self.delete()
        self.info = Names(self._book, self.info.scope).add(value, refers_to).info

    @property
    def refers_to(self) -> str:
        """The formula it stands for."""
        return self.info.refers_to

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        name, scope = self.info.name, self.info.scope
        self.delete()
        self.info = Names(self._book, scope).add(name, value).info

    def delete(self) -> None:
        """Take the name away; what it stood for stays."""
        ability(self._book.document, "delete_name", "delete names")(self.info.name, self.info.scope)

    def range(self) -> Range | None:
        """The range it stands for; None for a constant or a formula."""
        split = split_reference(self.info.refers_to)
        return Range(self._book.sheets(split[0]), [split[1]]) if split else None

    @property
    def refers_to_range(self) -> Range:
        """The range it stands for.

        Raises:
            ValueError: it stands for something else.
        """
        found = self.range()
        if found is None:
            raise ValueError(f"{self.info.name} refers to {self.info.refers_to}, which is no range.")
        return found
