"""Reads a workbook file as it lies on the disk: values only, without any spreadsheet program and without changing it.

Rows are streamed, so a long Audit sheet costs no more memory than a short one. Dates stay serial numbers and formulas
their last results; a proof compares, it does not calculate.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from lxml import etree

from addin.errors import HostError, NotOurBook
from addin.hosts.grid import column_number
from addin.hosts.package import MAIN, RELATIONS, Package
from addin.hosts.sheetxml import flag, read_strings, rich_text, unescaped
from addin.logic.chain import Link
from addin.logic.events import Sealed
from addin.register.audit_place import AUDIT, audit_sheets
from addin.register.layout import AUDIT_TEXT, FIRST_ROW

_Q: Final = f"{{{MAIN}}}"
_ROW, _CELL, _V, _IS = (f"{_Q}{tag}" for tag in ("row", "c", "v", "is"))
_DAMAGED: Final = "Restore it from a snapshot or rebuild it from the journal."

#: A cell as stored: text, number, truth value, or nothing.
Stored = str | float | bool | None


class BookFile:
    """One workbook file, read with suspicion.

    Raises:
        NotOurBook: it is no workbook of a kind that Excel writes today.
        HostError: it is not there, damaged, or would unpack to an absurd size.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.package = Package(path)
        part = self.package.main_part()
        root = self.package.root(part, "workbook")
        self._relations = self.package.relations(part)
        properties = root.find(f"{_Q}workbookPr")
        self.date_1904 = properties is not None and flag(properties, "date1904")
        self.sheets: Mapping[str, str] = {
            item.get("name", ""): target
            for item in root.iterfind(f"{_Q}sheets/{_Q}sheet")
            for kind, target in [self._relations.get(item.get(f"{{{RELATIONS}}}id", ""), ("", ""))]
            if kind == "worksheet"
        }

    @cached_property
    def strings(self) -> Sequence[str]:
        """The shared strings."""
        part = dict(self._relations.values()).get("sharedStrings", "")
        return read_strings(self.package.read(part), part) if part and self.package.has(part) else ()

    def rows(self, sheet: str) -> Iterator[tuple[int, dict[int, Stored]]]:
        """The rows of a sheet that hold something: row number and cells by column number, both from 1.

        Raises:
            NotOurBook: the workbook has no such sheet.
            HostError: the sheet is damaged.
        """
        part = self.sheets.get(sheet)
        if part is None:
            raise NotOurBook(f"The sheet '{sheet}' is missing or was renamed.", hint=_DAMAGED, code="BOOK-SHEET")
        data = self.package.read(part)
        self.package.forget(part)
        if b"<!DOCTYPE" in data:
            raise HostError(f"The sheet '{sheet}' is written in a way Excel never writes.", hint=_DAMAGED)
        try:
            yield from self._stream(data)
        except (etree.XMLSyntaxError, ValueError, IndexError, OverflowError) as error:
            raise HostError(f"The sheet '{sheet}' is damaged: {error}.", hint=_DAMAGED) from error

    def _stream(self, data: bytes) -> Iterator[tuple[int, dict[int, Stored]]]:
        context = etree.iterparse(
            io.BytesIO(data), events=("end",), tag=_ROW, resolve_entities=False, no_network=True, huge_tree=False
        )
        letters: dict[str, int] = {}
        last = 0
        for _, element in context:
            last = int(element.get("r") or last + 1)
            cells = self._cells(element, letters)
            if cells:
                yield last, cells
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]  # type: ignore[union-attr,unused-ignore]

    def _cells(self, row: etree._Element, letters: dict[str, int]) -> dict[int, Stored]:
        found: dict[int, Stored] = {}
        column = 0
        for item in row:
            if item.tag != _CELL:
                continue
            name = item.get("r", "").rstrip("0123456789")
            if name and name not in letters:
                letters[name] = column_number(name)
            column = letters[name] if name else column + 1
            value = self._value(item)
            if value is not None and value != "":
                found[column] = value
        return found

    def _value(self, item: etree._Element) -> Stored:
        kind = item.get("t", "n")
        if kind == "inlineStr":
            inside = item.find(_IS)
            return rich_text(inside) if inside is not None else None
        text = item.findtext(_V)
        if not text:  # a formula that nobody calculated yet has an empty result
            return None
        if kind == "s":
            return self.strings[int(text)]
        if kind == "n":
            return float(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        return unescaped(text)


def audit_links(book: BookFile) -> Iterator[Link]:
    """The chained events of the Audit sheets as they stand in the far columns, top to bottom, numbered as they stand.

    Raises:
        NotOurBook: there is no Audit sheet.
    """
    before = 0
    for sheet in audit_sheets(book.sheets) or [AUDIT]:
        last = FIRST_ROW - 1
        for number, row in book.rows(sheet):
            if number >= FIRST_ROW:
                text, prev, hashed = (as_text(row.get(AUDIT_TEXT + offset)) for offset in range(3))
                yield Link(before + number - FIRST_ROW + 1, text, prev, hashed)
                last = number
        before += last - FIRST_ROW + 1


def kept_values(book: BookFile) -> dict[str, Sealed]:
    """The personal values that the workbook carries, by digest."""
    if "_vault" not in book.sheets:
        return {}
    rows = (row for number, row in book.rows("_vault") if number > 1)
    found = (Sealed(*(as_text(row.get(at)) for at in (1, 2, 3))) for row in rows)
    return {entry.digest: entry for entry in found if entry.digest}


def as_text(value: Stored) -> str:
    """A cell as the text it shows for a whole number or a text; line ends as every program keeps them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.replace("\r\n", "\n").replace("\r", "\n")
