"""LibreOffice Calc as an xlwings engine: workbooks that are open in a private office, reached over its pipe.

`LibreDriver(office)` gives the engine of `hosts.engine` what it needs. A press runs inside `LibreDocument.turn`: within
it, sheets, tables and ranges that were fetched are kept, since nobody else acts meanwhile (Calc waits for the answer);
after it they are forgotten, since people move, rename and delete things.

`save` in place asks `saver` when the owner of the document gave one: LibreOffice writes a workbook with another VBA
project, without table styles and with a weak lock, so a register's file is drawn from the journal instead.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from addin.errors import HostError, HostGone, NotOurBook, Unsupported
from addin.hosts.driver import NameInfo
from addin.hosts.grid import Rect
from addin.hosts.libre_calls import translated
from addin.hosts.libre_grid import LibreGrid, rect_of
from addin.hosts.office import Office, gone
from addin.hosts.unoboot import bridge

ENGINE: Final = "libreoffice"
#: Run this workbook's macros without asking: it is loaded because it is ours.
_MACROS_RUN: Final = 4
_MACROS_OFF: Final = 0
#: The name under which Excel files keep what is printed of a sheet.
_PRINT_AREA: Final = "_xlnm.Print_Area"
_FILTERS: Final = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xltx": "Calc MS Excel 2007 XML Template",
    ".ods": "calc8",
}
_XL_ENGLISH: Final = 4  # com.sun.star.sheet.FormulaLanguage: English names, comma between arguments
_ALL_GROUPS: Final = 0x7FFFFFFF
_CALC_A1, _EXCEL_A1 = 0, 1  # com.sun.star.sheet.AddressConvention
_CONFIGURATION: Final = "com.sun.star.configuration"
_DATE_OR_TIME: Final = 2 | 4
_AREA: Final = re.compile(
    r"\$?('(?:[^']|'')+'|[^.'!]+)\.(\$?[A-Z]+\$?\d+)(?::(?:\$?(?:'(?:[^']|'')+'|[^.'!]+)\.)?(\$?[A-Z]+\$?\d+))?"
)
#: Texts and sheet names in a formula; and what is left of "tblCases[Case]" when they are gone.
_TEXTS: Final = re.compile(r'"[^"]*"|\'[^\']*\'')
_TABLE_COLUMN: Final = re.compile(r"[\w.]\[")
_QUOTED: Final = re.compile(r'("[^"]*"|\[[^\]]*\]|AM/PM|A/P)')


_Found = TypeVar("_Found")


def option(name: str, value: object) -> Any:
    """A named value as UNO takes it."""
    item = bridge().uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    item.Name, item.Value = name, value
    return item


@translated
class LibreDocument:
    """One open workbook; implements `driver.Document`."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.is_date_1904: Final[bool] = model.NullDate.Year == 1904
        self._kept: dict[str, Any] | None = None
        self.saver: Callable[[], object] | None = None
        self._sheets = model.Sheets
        self._formats = model.getNumberFormats()
        self._english = bridge().uno.createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")
        self._grids: dict[str, LibreGrid] = {}
        self._tables: dict[str, Any] = {}
        self._homes: dict[str, str] = {}
        self._homes_of: tuple[object, ...] = ()
        self._codes: dict[int, tuple[str, int]] = {}
        self._keys: dict[str, int] = {}
        self._window: tuple[Any, Any] | None = None
        self._parsers: tuple[Any, Any] | None = None
        self._translations: dict[tuple[str, bool], str] = {}
        self._origin = bridge().uno.createUnoStruct("com.sun.star.table.CellAddress")

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """One press: what is fetched from Calc is kept until it ends."""
        self._kept = {}
        try:
            yield
        except BaseException:
            self._grids, self._tables = {}, {}
            raise
        finally:
            self._kept = None
            for grid in self._grids.values():
                grid.forget()

    @contextlib.contextmanager
    def unpainted(self) -> Iterator[None]:
        """Let Calc look at its window once at the end instead of after each write, which costs six milliseconds.

        Painting, typing and saving go on even if the lock were left behind.
        """
        self.model.lockControllers()
        try:
            yield
        finally:
            with contextlib.suppress(*gone()):
                self.model.unlockControllers()

    @property
    def in_turn(self) -> bool:
        """True while a press runs."""
        return self._kept is not None

    def _once(self, what: str, find: Callable[[], _Found]) -> _Found:
        """Something of Calc's, asked for once in a turn."""
        if self._kept is None:
            return find()
        if what not in self._kept:
            self._kept[what] = find()
        found: _Found = self._kept[what]
        return found

    @property
    def is_open(self) -> bool:
        """True while the office lives and the document is open in it."""
        try:
            return self.model.CurrentController is not None
        except Exception:  # noqa: BLE001 - whatever goes wrong here, it cannot be used
            return False

    @property
    def controller(self) -> Any:
        """What shows the document: the window in front of those it has."""
        return self._once("controller", lambda: self.model.CurrentController)

    @property
    def frame(self) -> Any:
        """The frame of that window; a window keeps it for life, so it is fetched once."""
        controller = self.controller
        if self._window is None or self._window[0] != controller:
            self._window = controller, controller.getFrame()
        return self._window[1]

    @property
    def path(self) -> Path | None:
        """Where it lies; None when it was never saved."""
        return self._once("path", self._path)

    def _drop(self, *what: str) -> None:
        if self._kept is not None:
            for name in what:
                self._kept.pop(name, None)

    def _path(self) -> Path | None:
        url = self.model.getURL()
        return Path(bridge().uno.fileUrlToSystemPath(url)) if url.startswith("file:") else None

    @property
    def is_read_only(self) -> bool:
        """True when it cannot be saved in place."""
        return bool(self.model.isReadonly())

    @property
    def is_saved(self) -> bool:
        """True when nothing has changed since it was opened or saved."""
        return not self.model.isModified()

    # ------------------------------------------------------------------ sheets and selection

    def grids(self) -> Sequence[LibreGrid]:
        """The sheets in their order."""
        names = self._sheet_names()
        if set(self._grids) - set(names):
            self._grids.clear()
        return [self._grid(name) for name in names]

    def _sheet_names(self) -> tuple[str, ...]:
        return self._once("names", lambda: tuple(self._sheets.getElementNames()))

    def place_of(self, name: str) -> int:
        """A sheet's place, from 0; -1 when there is none of that name."""
        names = self._sheet_names()
        return names.index(name) if name in names else -1

    def _grid(self, name: str) -> LibreGrid:
        if name not in self._grids:
            self._grids[name] = LazyGrid(self, name, self._sheets)
        return self._grids[name]

    def active(self) -> LibreGrid:
        """The sheet in front."""
        return self._grid(self._once("view", self._view)[0])

    def activate(self, grid: Any) -> None:
        """Bring a sheet to the front."""
        self._drop("view")
        self.controller.setActiveSheet(grid.sheet)

    def selection(self) -> tuple[LibreGrid, Sequence[Rect]]:
        """The sheet in front and its selected areas; none when a shape is selected."""
        name, areas = self._once("view", self._view)
        return self._grid(name), areas

    def _view(self) -> tuple[str, list[Rect]]:
        """The name of the sheet in front, and its selected areas; of sheets picked together only that one's."""
        chosen = self.controller.getSelection()
        if hasattr(chosen, "getRangeAddress"):
            area = chosen.getRangeAddress()
            return self._sheet_names()[area.Sheet], [rect_of(area)]
        sheet = self.controller.getActiveSheet()
        if not hasattr(chosen, "getRangeAddresses"):
            return str(sheet.Name), []
        number = sheet.getRangeAddress().Sheet
        return str(sheet.Name), [rect_of(area) for area in chosen.getRangeAddresses() if area.Sheet == number]

    def select(self, grid: Any, areas: Sequence[Rect]) -> None:
        """Select areas on a sheet and bring it to the front."""
        self.activate(grid)
        if len(areas) == 1:
            top, left, bottom, right = areas[0]
            chosen = grid.sheet.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)
        else:
            chosen = self.model.createInstance("com.sun.star.sheet.SheetCellRanges")
            number = grid.sheet.getRangeAddress().Sheet
            make = bridge().uno.createUnoStruct
            addresses = tuple(
                make("com.sun.star.table.CellRangeAddress", number, left - 1, top - 1, right - 1, bottom - 1)
                for top, left, bottom, right in areas
            )
            chosen.addRangeAddresses(addresses, False)
        self.controller.select(chosen)

    # ------------------------------------------------------------------ names, tables, formats, formulas

    def names(self) -> Sequence[NameInfo]:
        """The defined names."""
        found = _names(self.model.NamedRanges, None)
        for grid in self.grids():
            found += _names(grid.sheet.NamedRanges, grid.name)
        return sorted(found, key=lambda info: info.name.lower())

    def _scope(self, scope: str | None) -> Any:
        return (self.model if scope is None else self._grid(scope).sheet).NamedRanges

    def add_name(self, name: str, refers_to: str, scope: str | None) -> None:
        """Define a name for a formula as Excel spells it; one of the same spelling and scope is replaced."""
        names = self._scope(scope)
        if names.hasByName(name):
            names.removeByName(name)
        names.addNewByName(name, self.to_calc("=" + refers_to.removeprefix("="))[1:], self._origin, 0)

    def print_area(self, sheet: str) -> Rect | None:
        """The area of a sheet that is printed, the first of several; None when it has none."""
        areas = self._grid(sheet).sheet.getPrintAreas()
        if not areas:
            return None
        one = areas[0]
        return Rect(one.StartRow + 1, one.StartColumn + 1, one.EndRow + 1, one.EndColumn + 1)

    def set_print_area(self, sheet: str, rect: Rect) -> None:
        """Print another area of a sheet."""
        grid = self._grid(sheet)
        area = bridge().uno.createUnoStruct(
            "com.sun.star.table.CellRangeAddress", grid.sheet.getRangeAddress().Sheet,
            rect.column - 1, rect.row - 1, rect.last_column - 1, rect.last_row - 1,
        )  # fmt: skip
        grid.sheet.setPrintAreas((area,))
        if grid.sheet.NamedRanges.hasByName(_PRINT_AREA):  # from the file, and saved instead of the area
            grid.sheet.NamedRanges.removeByName(_PRINT_AREA)

    def delete_name(self, name: str, scope: str | None) -> None:
        """Take a name away."""
        self._scope(scope).removeByName(name)

    def add_sheet(self, name: str, place: int) -> LibreGrid:
        """Another blank sheet at a place, counted from 0."""
        self._sheets.insertNewByName(name, place)
        self._sheets_changed()
        return self._grid(name)

    def rename_sheet(self, name: str, wanted: str) -> LibreGrid:
        """Give a sheet another name."""
        self._grid(name).sheet.setName(wanted)
        self._sheets_changed()
        return self._grid(wanted)

    def delete_sheet(self, name: str) -> None:
        """Delete a sheet."""
        self._sheets.removeByName(name)
        self._sheets_changed()

    def _sheets_changed(self) -> None:
        self._drop("names", "view")
        self.tables_changed()
        self._grids.clear()

    def table_objects(self) -> dict[str, Any]:
        """The named database ranges of all sheets."""
        return self._once("tables", self._table_objects)

    def tables_on(self, sheet: str) -> list[str]:
        """The tables of a sheet.

        Where a table was last time it is looked for first: to ask all of them costs a call each.
        """
        tables, place = self.table_objects(), self.place_of(sheet)
        if self._homes_of != (names := (*tables, *self._sheet_names())):
            self._homes, self._homes_of = {}, names
        found = [name for name in tables if self._homes.get(name) == sheet]
        if not found or any(self.table_area(name).Sheet != place for name in found):
            homes = self._sheet_names()
            self._homes = {name: homes[self.table_area(name).Sheet] for name in tables}
            found = [name for name in tables if self._homes[name] == sheet]
        return found

    def table_area(self, name: str) -> Any:
        """Where a table lies, as UNO tells it."""
        return self._once(f"area of {name}", lambda: self.table_objects()[name].getDataArea())  # noqa: PLW0108 - looked up only then

    def tables_changed(self) -> None:
        """Forget where the tables lie."""
        self._drop(*(f"area of {name}" for name in self._tables))

    def _table_objects(self) -> dict[str, Any]:
        ranges = self.model.DatabaseRanges
        names = tuple(name for name in ranges.getElementNames() if not name.startswith("__"))
        if tuple(self._tables) != names:
            self._tables = {name: ranges.getByName(name) for name in names}
        return self._tables

    def _format(self, key: int) -> tuple[str, int]:
        if key not in self._codes:
            entry = self._formats.getByKey(key)
            kind, code = entry.Type, entry.FormatString
            if kind & _DATE_OR_TIME:  # Calc writes YYYY-MM-DD where Excel writes yyyy-mm-dd
                parts = _QUOTED.split(code)
                code = "".join(part if _QUOTED.fullmatch(part) else part.lower() for part in parts)
            self._codes[key] = code, kind
        return self._codes[key]

    def format_kind(self, key: int) -> int:
        """What a number format shows: the bits of com.sun.star.util.NumberFormat."""
        return self._format(key)[1]

    def format_code(self, key: int) -> str:
        """The number format's code, in English, as Excel spells it."""
        return self._format(key)[0]

    def format_key(self, code: str) -> int:
        """Calc's number for a number format, made when it is new."""
        if code not in self._keys:
            key = self._formats.queryKey(code, self._english, False)
            self._keys[code] = key if key != -1 else self._formats.addNew(code, self._english)
        return self._keys[code]

    def to_calc(self, formula: str) -> str:
        """A formula as Excel spells it, in Calc's spelling.

        Raises:
            Unsupported: it names a table's column: Calc would silently read another formula.
        """
        if _TABLE_COLUMN.search(_TEXTS.sub("", formula)):
            hint = "Name the cells themselves, as A8:A20."
            raise Unsupported("LibreOffice takes no reference to a table's column here.", hint=hint)
        return self._translate(formula, to_excel=False)

    def to_excel(self, formula: str) -> str:
        """A formula in Calc's spelling, as Excel spells it."""
        return self._translate(formula, to_excel=True)

    def _translate(self, formula: str, *, to_excel: bool) -> str:
        known = self._translations.get((formula, to_excel))
        if known is not None:
            return known
        if self._parsers is None:
            self._parsers = self._parser(_CALC_A1), self._parser(_EXCEL_A1)
        source, target = self._parsers if to_excel else reversed(self._parsers)
        # Addresses are parsed and printed as seen from the same cell, so any cell will do.
        text: str = "=" + target.printFormula(source.parseFormula(formula[1:], self._origin), self._origin)
        if len(self._translations) > 20_000:
            self._translations.clear()
        self._translations[formula, to_excel] = text
        return text

    def _parser(self, convention: int) -> Any:
        parser = self.model.createInstance("com.sun.star.sheet.FormulaParser")
        parser.FormulaConvention = convention
        parser.CompileEnglish = True
        if convention == _EXCEL_A1:
            mapper = self.model.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
            parser.OpCodeMap = mapper.getAvailableMappings(_XL_ENGLISH, _ALL_GROUPS)
        return parser

    @property
    def wrong_password(self) -> type[BaseException]:
        """What Calc raises for a wrong password."""
        found: type[BaseException] = bridge().uno.getClass("com.sun.star.lang.IllegalArgumentException")
        return found

    # ------------------------------------------------------------------ saving and closing

    def save(self, path: Path | None = None) -> None:
        """Save in place, or under another path that becomes the document's own."""
        if path is None and self.saver is not None:
            self.saver()
            return
        target = path or self.path
        if target is None or target.suffix.lower() not in _FILTERS:
            raise Unsupported("LibreOffice saves xlsx, xlsm, xltx and ods files here.", hint="Give it such a name.")
        url = bridge().uno.systemPathToFileUrl(str(target.resolve()))
        self.model.storeAsURL(url, (option("FilterName", _FILTERS[target.suffix.lower()]),))

    def close(self) -> None:
        """Close without saving."""
        self.model.close(True)


class LazyGrid(LibreGrid):
    """A sheet that is fetched from Calc at its first use: most presses touch few sheets."""

    def __init__(self, document: LibreDocument, name: str, sheets: Any) -> None:
        super().__init__(document, name, None)
        self._collection, self._found = sheets, None

    @property
    def sheet(self) -> Any:
        """The sheet in Calc."""
        if self._found is None:
            self._found = self._collection.getByName(self.name)
        return self._found

    @sheet.setter
    def sheet(self, value: Any) -> None:
        self._found = value


def _names(collection: Any, scope: str | None) -> list[NameInfo]:
    return [
        NameInfo(name, _as_excel(collection.getByName(name).Content), scope)
        for name in collection.getElementNames()
        if not name.startswith("_xlnm") and not name.startswith("__")
    ]


def _as_excel(content: str) -> str:
    """A name's content "$Desk.$A$1:$B$2" as Excel spells it; anything else as it is."""
    match = _AREA.fullmatch(content)
    if match is None:
        return "=" + content
    sheet, first, last = match.groups()
    return f"={sheet}!{first}:{last}" if last else f"={sheet}!{first}"


@translated
class LibreDriver:
    """The host: implements `driver.Driver` for the workbooks of one office."""

    name: Final = ENGINE

    def __init__(self, office: Office) -> None:
        self.office = office
        self._version = ""
        self._dispatcher: Any = None

    @property
    def version(self) -> str:
        """LibreOffice's version."""
        if not self._version:
            provider = self.office.context.ServiceManager.createInstance(
                "com.sun.star.configuration.ConfigurationProvider"
            )
            node = provider.createInstanceWithArguments(
                "com.sun.star.configuration.ConfigurationAccess", (option("nodepath", "/org.openoffice.Setup/Product"),)
            )
            self._version = str(node.getByName("ooSetupVersion"))
        return self._version

    def find(self, path: Path) -> LibreDocument | None:
        """The document of this file if it is open."""
        wanted = path.resolve()
        for model in self.office.documents():
            with contextlib.suppress(HostGone, *gone()):  # another one, that is being closed just now
                document = LibreDocument(model) if hasattr(model, "Sheets") else None
                if document is not None and (known := document.path) is not None and known.resolve() == wanted:
                    return document
        return None

    def open(self, path: Path, *, read_only: bool = False, with_macros: bool = False) -> LibreDocument:
        """Open a workbook, or take the one that is open already.

        Args:
            path: the file.
            read_only: cells may be changed, but the file cannot be saved in place.
            with_macros: let its macros run; only for a workbook of ours.

        Raises:
            FileNotFoundError: there is no such file.
            NotOurBook: LibreOffice cannot read it as a workbook.
        """
        if not path.is_file():
            raise FileNotFoundError(path)
        if (found := self.find(path)) is not None:
            return found
        model = self.office.desktop.loadComponentFromURL(
            bridge().uno.systemPathToFileUrl(str(path.resolve())),
            "_blank",
            0,
            (option("MacroExecutionMode", _MACROS_RUN if with_macros else _MACROS_OFF), option("ReadOnly", read_only)),
        )
        if model is None or not hasattr(model, "Sheets"):
            if model is not None:
                model.close(True)
            raise NotOurBook(f"LibreOffice cannot read {path.name} as a workbook.", hint="Choose another file.")
        return LibreDocument(model)

    def run(self, document: Any, macro: str, arguments: Sequence[object]) -> object:
        """Run a macro of the workbook, named with its module: "Buttons.Do_desk_refresh"."""
        place = f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document"
        script = document.model.getScriptProvider().getScript(place)
        answer: object = script.invoke(tuple(arguments), (), ())[0]
        return answer

    def end_entry(self, document: Any) -> None:
        """Let what is being typed into a cell be entered: a click on a button leaves it half typed."""
        if self._dispatcher is None:
            make = self.office.context.ServiceManager.createInstanceWithContext
            self._dispatcher = make("com.sun.star.frame.DispatchHelper", self.office.context)
        self._dispatcher.executeDispatch(document.frame, ".uno:AcceptFormula", "", 0, ())

    def calculate(self, document: Any) -> None:
        """Recalculate."""
        document.model.calculate()

    def show_status(self, text: str | None) -> None:
        """Show a text in the status bar of the frame in front; None gives the bar back."""
        frame = self.office.desktop.getCurrentFrame()
        if frame is None:
            return
        indicator = frame.createStatusIndicator()
        if text is None:
            indicator.end()
        else:
            indicator.start(text[:200], 0)

    def tell(self, prompt: str, title: str, buttons: str) -> str:
        """Not offered: answers reach the person through the message cell, the status bar and VBA's own box."""
        raise HostError("This host shows no message boxes of its own.", hint="See the message cell of the sheet.")
