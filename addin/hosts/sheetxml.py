"""One sheet's XML, read once into plain values.

The sheet is streamed row by row, so memory holds values and not a tree. Nothing is changed here; `splice` writes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lxml import etree

from addin.errors import HostError
from addin.hosts.grid import CellError, CellValue, Rect, column_number, parse_area
from addin.hosts.package import MAIN, RELATIONS

_Q: Final = f"{{{MAIN}}}"
_ROW, _COL, _CELL, _F, _V, _IS = (f"{_Q}{tag}" for tag in ("row", "col", "c", "f", "v", "is"))
_WATCHED: Final = tuple(
    f"{_Q}{tag}"
    for tag in (
        *("row", "col", "sheetFormatPr", "sheetProtection", "autoFilter", "mergeCell"),
        *("pane", "selection", "tablePart"),
    )
)
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAMAGED: Final = "Restore it from a snapshot or rebuild it from the journal."
#: Excel's default row height in points and column width in characters, for sheets that do not say.
DEFAULT_HEIGHT, DEFAULT_WIDTH = 15.0, 8.43


class Cell(NamedTuple):
    """A cell as stored: dates are still serial numbers.

    `formula` is the text with "=", or the number of a shared formula; `exact` is the decimal text of a number that
    was written here, "" for one that was read.
    """

    value: CellValue
    style: int = 0
    formula: str | int | None = None
    exact: str = ""


class ColumnInfo(NamedTuple):
    """A run of columns with one width and default format."""

    first: int
    last: int
    width: float | None
    hidden: bool
    style: int


@dataclass(slots=True)
class SheetData:
    """What a sheet's XML says."""

    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    shared: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    #: Cells whose formula fills others too: overwriting one would change the others.
    masters: set[tuple[int, int]] = field(default_factory=set)
    arrays: list[Rect] = field(default_factory=list)
    row_styles: dict[int, int] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    columns: list[ColumnInfo] = field(default_factory=list)
    merged: list[Rect] = field(default_factory=list)
    default_height: float = DEFAULT_HEIGHT
    default_width: float = DEFAULT_WIDTH
    is_protected: bool = False
    filter_area: Rect | None = None
    has_criteria: bool = False
    frozen_rows: int = 0
    selection: str = "A1"
    table_ids: list[str] = field(default_factory=list)


def unescaped(text: str) -> str:
    """A text without Excel's `_xHHHH_` escapes for characters XML cannot hold (ECMA-376 Part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def rich_text(item: etree._Element) -> str:
    """The text of a string item, plain or in runs, without phonetic hints."""
    parts = []
    for child in item:
        if child.tag == f"{_Q}t":
            parts.append(child.text or "")
        elif child.tag == f"{_Q}r":
            parts.extend(run.text or "" for run in child.iterfind(f"{_Q}t"))
    return unescaped("".join(parts))


def flag(element: etree._Element, name: str) -> bool:
    """A boolean attribute; absent is false."""
    return element.get(name) in ("1", "true", "on")


def read_strings(data: bytes, part: str) -> list[str]:
    """The shared strings."""
    found = []
    for item in _stream(data, part, (f"{_Q}si",)):
        found.append(rich_text(item))
        item.clear()
    return found


def read_sheet(data: bytes, part: str, strings: Sequence[str]) -> SheetData:
    """Everything this host needs to know of a sheet.

    Raises:
        HostError: the part is damaged; the message names it.
    """
    sheet = SheetData()
    reader = _RowReader(sheet, strings)
    try:
        for element in _stream(data, part, _WATCHED):
            if element.tag == _ROW:
                reader.take(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            else:
                _take_setting(sheet, element)
    except (ValueError, IndexError, OverflowError) as error:
        raise HostError(f"The part {part} of the workbook is damaged: {error}.", hint=_DAMAGED) from error
    return sheet


def _stream(data: bytes, part: str, tags: Sequence[str]) -> Any:
    if b"<!DOCTYPE" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:8]:
        raise HostError(f"The part {part} of the workbook is written in a way Excel never writes.", hint=_DAMAGED)
    context = etree.iterparse(
        io.BytesIO(data), events=("end",), tag=tags, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        for _, element in context:
            yield element
    except etree.XMLSyntaxError as error:
        raise HostError(f"The part {part} of the workbook is damaged: {error}.", hint=_DAMAGED) from error


class _RowReader:
    """Turns `<row>` elements into cells; remembers where it is for rows and cells that do not say."""

    def __init__(self, sheet: SheetData, strings: Sequence[str]) -> None:
        self.sheet, self.strings = sheet, strings
        self.row = 0
        self.letters: dict[str, int] = {}

    def take(self, element: etree._Element) -> None:
        row = int(element.get("r") or self.row + 1)
        if row <= self.row:
            raise ValueError(f"row {row} stands behind row {self.row}")
        self.row = row
        sheet = self.sheet
        if flag(element, "hidden"):
            sheet.hidden_rows.add(row)
        if (height := element.get("ht")) is not None:
            sheet.heights[row] = float(height)
        if flag(element, "customFormat"):
            sheet.row_styles[row] = int(element.get("s", "0"))
        cells: dict[int, Cell] = {}
        column = 0
        for item in element:
            if item.tag == _CELL:
                column = self._column(item.get("r")) or column + 1
                cells[column] = self._cell(item, row, column)
        sheet.rows[row] = cells

    def _column(self, name: str | None) -> int:
        if not name:
            return 0
        letters = name.rstrip("0123456789")
        if letters not in self.letters:
            self.letters[letters] = column_number(letters)
        return self.letters[letters]

    def _cell(self, item: etree._Element, row: int, column: int) -> Cell:
        kind = item.get("t", "n")
        style = int(item.get("s", "0"))
        text: str | None = None
        formula: str | int | None = None
        value: CellValue = None
        for child in item:
            if child.tag == _V:
                text = child.text
            elif child.tag == _F:
                formula = self._formula(child, row, column)
            elif child.tag == _IS and kind == "inlineStr":
                value = rich_text(child)
        if text is not None and kind != "inlineStr":
            value = self._value(kind, text)
        return Cell(value, style, formula)

    def _value(self, kind: str, text: str) -> CellValue:
        if kind == "s":
            return self.strings[int(text)]
        if kind == "n":
            return float(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "e":
            return CellError(text)
        if kind == "d":
            return dt.datetime.fromisoformat(text).replace(tzinfo=None)
        return unescaped(text)

    def _formula(self, item: etree._Element, row: int, column: int) -> str | int | None:
        kind, text = item.get("t", "normal"), item.text or ""
        sheet = self.sheet
        if kind == "shared":
            number = int(item.get("si", "0"))
            if not text:
                return number
            sheet.shared[number] = ("=" + text, row, column)
            sheet.masters.add((row, column))
        elif kind in ("array", "dataTable"):
            sheet.masters.add((row, column))
            if area := parse_area(item.get("ref", "")):
                sheet.arrays.append(area)
        return "=" + text if text else None


def _take_setting(sheet: SheetData, element: etree._Element) -> None:
    name = etree.QName(element).localname
    if name == "col":
        width = element.get("width")
        sheet.columns.append(
            ColumnInfo(
                int(element.get("min", "1")),
                int(element.get("max", "1")),
                float(width) if width else None,
                flag(element, "hidden"),
                int(element.get("style", "0")),
            )
        )
    elif name == "sheetFormatPr":
        sheet.default_height = float(element.get("defaultRowHeight", DEFAULT_HEIGHT))
        sheet.default_width = float(element.get("defaultColWidth", DEFAULT_WIDTH))
    elif name == "sheetProtection":
        sheet.is_protected = flag(element, "sheet")
    elif name == "mergeCell":
        if area := parse_area(element.get("ref", "")):
            sheet.merged.append(area)
    elif name == "autoFilter":
        parent = element.getparent()
        if parent is not None and parent.tag == f"{_Q}worksheet":
            sheet.filter_area = parse_area(element.get("ref", ""))
            sheet.has_criteria = element.find(f"{_Q}filterColumn") is not None
    elif name == "pane" and element.get("state") in ("frozen", "frozenSplit"):
        sheet.frozen_rows = int(float(element.get("ySplit", "0")))
    elif name == "selection":
        sheet.selection = element.get("sqref", sheet.selection)
    elif name == "tablePart":
        sheet.table_ids.append(element.get(f"{{{RELATIONS}}}id", ""))
