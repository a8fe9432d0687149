"""The host without a program: a workbook file that nobody has open.

Reading takes only what is asked for: a sheet is parsed when its first cell is read. Writing is recorded, visible to
later reads at once, and spliced into the original package on save, so that every part without a changed cell keeps
its bytes: macros, buttons, charts, styles, protection, extensions. Saving without a change writes nothing.

What a program would do and this host does not:

- it does not calculate: formulas keep their last results until Excel opens the file, which is asked to recalculate;
- it does not enforce protection: the lock stays in the file as it is, and `protect`/`unprotect` only switch what
  `ProtectContents` answers;
- which sheet is in front and what is selected are remembered while the book is open, and not saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from lxml import etree

from addin.errors import HostBusy, NotOurBook, Unsupported
from addin.hosts import locking, splice
from addin.hosts.boot import xw
from addin.hosts.closed_grid import ClosedGrid, unsupported
from addin.hosts.driver import HIDDEN, VERY_HIDDEN, VISIBLE, NameInfo
from addin.hosts.engine import Engine, open_book
from addin.hosts.grid import Rect, area_name, parse_area, quoted_sheet, split_reference
from addin.hosts.package import MAIN, RELATIONS, Package
from addin.hosts.sheetxml import flag, read_strings
from addin.hosts.styles import Styles

_Q: Final = f"{{{MAIN}}}"
_VISIBILITY: Final = {"visible": VISIBLE, "hidden": HIDDEN, "veryHidden": VERY_HIDDEN}


class ClosedDocument:
    """One closed workbook; implements `driver.Document`."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.package = Package(path)
        self._read_only = read_only
        self._part = self.package.main_part()
        root = self.package.root(self._part, "workbook")
        self._relations = self.package.relations(self._part)
        self._by_kind = dict(self._relations.values())
        properties = root.find(f"{_Q}workbookPr")
        self._date_1904 = properties is not None and flag(properties, "date1904")
        self._grids = self._read_grids(root)
        if not self._grids:
            raise NotOurBook(f"{path.name} holds no sheet.")
        view = root.find(f"{_Q}bookViews/{_Q}workbookView")
        front = int(view.get("activeTab", "0")) if view is not None else 0
        self._active = self._grids[min(front, len(self._grids) - 1)]
        self._names = self._read_names(root)
        self._print_areas: dict[int, str] = {}
        self._styles: Styles | None = None
        self._strings: list[str] | None = None

    def _read_grids(self, root: etree._Element) -> list[ClosedGrid]:
        found = []
        for item in root.iterfind(f"{_Q}sheets/{_Q}sheet"):
            kind, part = self._relations.get(item.get(f"{{{RELATIONS}}}id", ""), ("", ""))
            if kind == "worksheet":  # chart sheets and old macro sheets have no cells
                state = _VISIBILITY.get(item.get("state", "visible"), VISIBLE)
                found.append(ClosedGrid(self, item.get("name", ""), part, item.get("sheetId", ""), state))
        return found

    def _read_names(self, root: etree._Element) -> list[NameInfo]:
        sheets = [item.get("name", "") for item in root.iterfind(f"{_Q}sheets/{_Q}sheet")]
        found = []
        for item in root.iterfind(f"{_Q}definedNames/{_Q}definedName"):
            scope = item.get("localSheetId")
            name = item.get("name", "")
            if not name.startswith("_xlnm."):
                place = sheets[int(scope)] if scope is not None and int(scope) < len(sheets) else None
                found.append(NameInfo(name, "=" + (item.text or ""), place))
        return sorted(found, key=lambda info: info.name.lower())

    @property
    def path(self) -> Path | None:
        """Where the file lies."""
        return self.package.path

    @property
    def is_read_only(self) -> bool:
        """True when it was opened for reading only."""
        return self._read_only

    @property
    def is_date_1904(self) -> bool:
        """True when day numbers count from 1904."""
        return self._date_1904

    @property
    def is_saved(self) -> bool:
        """True when nothing has changed since it was opened or saved."""
        return not self._print_areas and not any(grid.is_changed for grid in self._grids)

    @property
    def styles(self) -> Styles:
        """The cell formats, read at first need."""
        if self._styles is None:
            part = self._by_kind.get("styles", "")
            self._styles = Styles(self.package.read(part) if part else None, part)
        return self._styles

    @property
    def has_styles(self) -> bool:
        """True when the workbook has a styles part to add formats to."""
        return "styles" in self._by_kind

    @property
    def strings(self) -> list[str]:
        """The shared strings, read at first need."""
        if self._strings is None:
            part = self._by_kind.get("sharedStrings")
            self._strings = read_strings(self.package.read(part), part) if part else []
        return self._strings

    def grids(self) -> Sequence[ClosedGrid]:
        """The sheets in their order."""
        return self._grids

    def active(self) -> ClosedGrid:
        """The sheet in front."""
        return self._active

    def activate(self, grid: Any) -> None:
        """Bring a sheet to the front, in memory."""
        self._active = grid

    def selection(self) -> tuple[ClosedGrid, Sequence[Rect]]:
        """The sheet in front and its selected areas."""
        grid = self._active
        if grid.selected is None:
            areas = [parse_area(text) for text in grid.data.selection.split()]
            grid.selected = [area for area in areas if area is not None] or [Rect(1, 1, 1, 1)]
        return grid, list(grid.selected)

    def select(self, grid: Any, areas: Sequence[Rect]) -> None:
        """Select areas on a sheet, in memory."""
        self._active = grid
        grid.selected = list(areas)

    def names(self) -> Sequence[NameInfo]:
        """The defined names."""
        return self._names

    def print_area(self, sheet: str) -> Rect | None:
        """The area of a sheet that is printed; None when it has none."""
        place = self._places().index(sheet)
        workbook = self.package.root(self._part, "workbook")
        text = self._print_areas.get(place) or splice.print_area(workbook, place)
        found = split_reference(f"={text}")
        return found[1] if found else None

    def set_print_area(self, sheet: str, rect: Rect) -> None:
        """Print another area of a sheet that has one.

        Raises:
            Unsupported: the sheet is printed whole so far.
        """
        if self.print_area(sheet) is None:
            raise unsupported("print a part of a sheet that was printed whole")
        self._print_areas[self._places().index(sheet)] = f"{quoted_sheet(sheet)}!{area_name(rect)}"

    def _places(self) -> list[str]:
        root = self.package.root(self._part, "workbook")
        return [item.get("name", "") for item in root.iterfind(f"{_Q}sheets/{_Q}sheet")]

    def close(self) -> None:
        """Forget the document; recorded changes are dropped."""

    # ------------------------------------------------------------------ saving

    def save(self, path: Path | None = None) -> None:
        """Splice the recorded changes into the package and put it in place atomically.

        Raises:
            HostBusy: another program or person holds the file, or it changed since it was read.
            HostError: the disk refuses.
        """
        target = (path or self.package.path).resolve()
        same = target == self.package.path.resolve()
        if same and self.is_saved:
            return
        if same and self._read_only:
            raise HostBusy(f"{target.name} was opened for reading only.", hint="Open it for writing and try again.")
        if target.suffix.lower() != self.package.path.suffix.lower():
            raise unsupported(f"become a {target.suffix or 'nameless'} file")
        with locking.saving(target):
            locking.refuse_if_changed(self.package.path, self.package.fingerprint)
            if target.exists():
                locking.refuse_if_held(target)
            parts = self._changed_parts()
            self.package.write(target, parts)
        self._by_kind = {kind: part for kind, part in self._by_kind.items() if parts.get(part, b"") is not None}
        if self._styles is not None:
            self._styles.is_changed = False
        self._print_areas.clear()
        for grid in self._grids:
            grid.accept()

    def _changed_parts(self) -> dict[str, bytes | None]:
        if any(name.lower().startswith("_xmlsignatures/") for name in self.package.names):
            raise Unsupported(
                "The workbook carries a digital signature, which any change would break.",
                hint="Remove the signature in Excel (File, Info) if the workbook shall be written to.",
            )
        gone: set[tuple[str, str]] = set()
        parts: dict[str, bytes | None] = {}
        for grid in self._grids:
            parts.update(grid.changed_parts(gone))
        if self._styles is not None and self._styles.is_changed:
            parts[self._by_kind["styles"]] = self._styles.to_bytes()
        if gone and "calcChain" in self._by_kind:
            parts.update(self._shorter_chain(gone))
        if self._print_areas:
            parts[self._part] = splice.with_print_areas(self.package.read(self._part), self._print_areas, self._part)
        if parts and self._has_formulas():
            workbook = parts.get(self._part) or self.package.read(self._part)
            new = splice.recalculated(workbook, self._part)
            if new != workbook:
                parts[self._part] = new
        return parts

    def _has_formulas(self) -> bool:
        if "calcChain" in self._by_kind:
            return True
        for grid in self._grids:
            if grid._data is not None:
                if any(cell.formula is not None for row in grid.data.rows.values() for cell in row.values()):
                    return True
            else:
                data = self.package.read(grid.part)
                self.package.forget(grid.part)
                if b"<f>" in data or b"<f " in data or b":f>" in data:
                    return True
        return False

    def _shorter_chain(self, gone: set[tuple[str, str]]) -> dict[str, bytes | None]:
        """The calculation chain without the overwritten cells; without any left, the part goes with its mentions."""
        part = self._by_kind["calcChain"]
        data = splice.without_calculations(self.package.read(part), gone, part)
        if data is not None:
            return {part: data}
        relations = self._part.rpartition("/")[0] + "/_rels/" + self._part.rpartition("/")[2] + ".rels"
        return {
            part: None,
            relations: splice.without_mention(self.package.read(relations), "Target", part, relations),
            "[Content_Types].xml": splice.without_mention(
                self.package.read("[Content_Types].xml"), "PartName", part, "[Content_Types].xml"
            ),
        }


class ClosedDriver:
    """The host's door; implements `driver.Driver`."""

    name: Final = "closed"
    version: Final = "16.0"

    def __init__(self) -> None:
        self.status: str | None = None
        self.messages: list[str] = []

    def open(self, path: Path, *, read_only: bool = False) -> ClosedDocument:
        """Open a workbook file."""
        return ClosedDocument(path, read_only=read_only)

    def run(self, document: Any, macro: str, arguments: Sequence[object]) -> object:
        """Not offered: nothing here runs VBA."""
        raise unsupported("run macros")

    def calculate(self, document: Any) -> None:
        """Do nothing: the next program that opens the file is asked to calculate."""

    def show_status(self, text: str | None) -> None:
        """Keep the text where the caller can find it."""
        self.status = text

    def tell(self, prompt: str, title: str, buttons: str) -> str:
        """Keep the message where the caller can find it, and take the first button."""
        self.messages.append(prompt)
        return "yes" if buttons.startswith("yes") else "ok"


def open_closed(path: Path | str, *, read_only: bool = False) -> xw.Book:
    """A workbook file that no program has open, as an `xw.Book`; asked again, the same book as long as it is open.

    Raises:
        FileNotFoundError: there is no such file.
        NotOurBook: the file is no workbook this host can read.
        HostError: the file is damaged.
    """
    return open_book(CLOSED, path, read_only=read_only)


#: The engine of this host; one per process is enough, each book gets an instance of its own.
CLOSED: Final = Engine(ClosedDriver())
