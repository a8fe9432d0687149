"""Changed cells written into a sheet's own XML; every other byte stays as it was.

The sheet is never rebuilt from a model. One pass over its rows copies what is untouched verbatim and rewrites the
cells that changed, so validations, conditional formats, extensions and whatever a newer program put there survive.

Rules:

1. A text is written as an inline string. It can never become a formula; formulas are written by their own field only.
2. A number is written as the exact decimal text it was given, a date as its serial number, a blank keeps its format.
3. Rows and cells stay in ascending order, as the schema asks (ECMA-376 Part 1, 18.3.1.73 and 18.3.1.4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from addin.errors import HostError
from addin.hosts.grid import CellError, CellValue, Rect, area_name, cell_name, column_number, parse_area
from addin.hosts.package import MAIN, parse, serialise

_Q: Final = f"{{{MAIN}}}"
_ATTRIBUTES: Final = rb"""(?:\s+[\w:.\-]+\s*=\s*(?:"[^"]*"|'[^']*'))*"""
_ROW_NUMBER: Final = re.compile(rb"""\sr\s*=\s*["']\s*([0-9]+)""")
_CELL_NAME: Final = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]+)([0-9]+)""")
_SPANS: Final = re.compile(rb"""(\sspans\s*=\s*["'])([0-9]+):([0-9]+)(["'])""")
_STYLE: Final = re.compile(rb"""\s+s\s*=\s*(?:"[^"]*"|'[^']*')""")
_ROOT: Final = re.compile(rb"<(?![?!])(?:([\w.\-]+):)?worksheet[\s>]")
#: What XML 1.0 cannot hold, and the carriage return a parser would turn into a line feed.
_ILLEGAL: Final = "\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff"
_TO_ESCAPE: Final = re.compile(f"[{_ILLEGAL}]|_(?=x[0-9A-Fa-f]{{4}}(?:_|[{_ILLEGAL}]))")
#: Excel's limit for one cell, in UTF-16 units.
_CELL_LIMIT: Final = 32_767
_DAMAGED: Final = "Restore it from a snapshot or rebuild it from the journal."


class Patch(NamedTuple):
    """What a cell shall be: its format, and its content unless `only_style`.

    `exact` is the decimal text of a number; `formula` begins with "=".
    """

    style: int
    value: CellValue = None
    formula: str | None = None
    exact: str = ""
    only_style: bool = False


def escaped(text: str) -> str:
    """A text as Excel stores it: what XML cannot hold, and what looks like such an escape, as `_xHHHH_`."""
    return _TO_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def splice_cells(data: bytes, changes: Mapping[tuple[int, int], Patch], part: str) -> bytes:
    """The sheet's XML with these cells changed, by (row, column).

    Raises:
        HostError: the part is not a sheet, or its rows are out of order.
    """
    if not changes:
        return data
    data = _plain(data, part)
    splicer = _Splicer(data, part)
    return splicer.run(_by_row(changes))


def _by_row(changes: Mapping[tuple[int, int], Patch]) -> dict[int, dict[int, Patch]]:
    rows: dict[int, dict[int, Patch]] = {}
    for row, column in sorted(changes):
        rows.setdefault(row, {})[column] = changes[row, column]
    return rows


def _plain(data: bytes, part: str) -> bytes:
    """The same document without comments, CDATA and processing instructions, which the scanner does not know."""
    body = data.find(b"?>") + 2 if data.lstrip().startswith(b"<?xml") else 0
    if b"<!" not in data and data.find(b"<?", body) < 0:
        return data
    root = parse(data, part)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    return serialise(root)


class _Splicer:
    def __init__(self, data: bytes, part: str) -> None:
        root = _ROOT.search(data)
        if root is None:
            raise HostError(f"The part {part} of the workbook is no sheet.", hint=_DAMAGED)
        self.data, self.part = data, part
        self.prefix = root[1] + b":" if root[1] else b""
        name = re.escape(self.prefix)
        self.row_tag = re.compile(rb"<" + name + rb"row(?=[\s/>])(" + _ATTRIBUTES + rb")\s*(/?)>")
        self.cell_tag = re.compile(rb"<" + name + rb"c(?=[\s/>])(" + _ATTRIBUTES + rb")\s*(/?)>")
        self.row_end = re.compile(rb"</" + name + rb"row\s*>")
        self.cell_end = re.compile(rb"</" + name + rb"c\s*>")
        self.sheet_data = re.compile(rb"<" + name + rb"sheetData(?=[\s/>])" + _ATTRIBUTES + rb"\s*(/?)>")
        self.sheet_data_end = re.compile(rb"</" + name + rb"sheetData\s*>")
        self.dimension = re.compile(rb"(<" + name + rb"""dimension\s+ref\s*=\s*["'])([^"']*)(["'])""")

    def run(self, changes: dict[int, dict[int, Patch]]) -> bytes:
        start = self.sheet_data.search(self.data)
        if start is None:
            raise self._damaged("it has no rows")
        head = self._with_dimension(self.data[: start.start()], changes)
        if start[1]:  # <sheetData/>
            rows = b"".join(self._new_row(row, cells) for row, cells in changes.items())
            opening = start[0].rstrip(b">").rstrip(b"/") + b">"
            closing = b"</" + self.prefix + b"sheetData>" if rows else b""
            return b"".join((head, opening if rows else start[0], rows, closing, self.data[start.end() :]))
        end = self.sheet_data_end.search(self.data, start.end())
        if end is None:
            raise self._damaged("its rows do not end")
        rows = self._rows(start.end(), end.start(), changes)
        return b"".join((head, start[0], rows, self.data[end.start() :]))

    def _rows(self, position: int, end: int, changes: dict[int, dict[int, Patch]]) -> bytes:
        pieces: list[bytes] = []
        waiting = list(changes)
        waiting.reverse()
        copied = position  # everything before is in `pieces`
        number = 0
        while waiting:
            tag = self.row_tag.search(self.data, position, end)
            if tag is None:
                break
            number = self._row_number(tag, number)
            after = tag.end() if tag[2] else self._end_of(self.row_end, tag.end(), end)
            if number >= waiting[-1]:
                pieces.append(self.data[copied : tag.start()])
                while waiting and waiting[-1] < number:
                    row = waiting.pop()
                    pieces.append(self._new_row(row, changes[row]))
                copied = tag.start()
                if waiting and waiting[-1] == number:
                    pieces.append(self._edited_row(tag, after, changes[waiting.pop()], number))
                    copied = after
            position = after
        pieces.append(self.data[copied:end])
        if waiting:  # below the last row: keep white space before the closing tag where it was
            pieces.extend(self._new_row(row, changes[row]) for row in reversed(waiting))
        return b"".join(pieces)

    def _row_number(self, tag: re.Match[bytes], previous: int) -> int:
        said = _ROW_NUMBER.search(tag[1])
        number = int(said[1]) if said else previous + 1
        if number <= previous:
            raise self._damaged(f"row {number} stands behind row {previous}")
        return number

    def _edited_row(self, tag: re.Match[bytes], after: int, cells: dict[int, Patch], row: int) -> bytes:
        opening = _SPANS.sub(lambda match: _widened(match, cells), tag[0])
        if tag[2]:  # <row .../>
            body = b"".join(self._cell(row, column, patch, b"") for column, patch in cells.items())
            if not body:
                return tag[0]
            return opening.rstrip(b">").rstrip(b"/").rstrip() + b">" + body + b"</" + self.prefix + b"row>"
        closing = self.data.rindex(b"</", tag.end(), after)
        return opening + self._cells(tag.end(), closing, cells, row) + self.data[closing:after]

    def _cells(self, position: int, end: int, cells: dict[int, Patch], row: int) -> bytes:
        pieces: list[bytes] = []
        waiting = list(cells)
        waiting.reverse()
        column = 0
        last = position
        while tag := self.cell_tag.search(self.data, position, end):
            said = _CELL_NAME.search(tag[1])
            column = column_number(said[1].decode()) if said else column + 1
            after = tag.end() if tag[2] else self._end_of(self.cell_end, tag.end(), end)
            pieces.append(self.data[last : tag.start()])
            while waiting and waiting[-1] < column:
                new = waiting.pop()
                pieces.append(self._cell(row, new, cells[new], b""))
            if waiting and waiting[-1] == column:
                pieces.append(self._cell(row, waiting.pop(), cells[column], self.data[tag.start() : after]))
            else:
                pieces.append(self.data[tag.start() : after])
            last = position = after
        pieces.extend(self._cell(row, new, cells[new], b"") for new in reversed(waiting))
        pieces.append(self.data[last:end])
        return b"".join(pieces)

    def _new_row(self, row: int, cells: dict[int, Patch]) -> bytes:
        body = b"".join(self._cell(row, column, patch, b"") for column, patch in cells.items())
        if not body:
            return b""
        return b'<%srow r="%d">%s</%srow>' % (self.prefix, row, body, self.prefix)

    def _cell(self, row: int, column: int, patch: Patch, old: bytes) -> bytes:
        """The bytes of a cell; b"" for a cell that need not exist."""
        if patch.only_style and old:
            tag = self.cell_tag.match(old)
            if tag is not None:
                bare = _STYLE.sub(b"", tag[1])
                style = b' s="%d"' % patch.style if patch.style else b""
                return b"<" + self.prefix + b"c" + bare + style + (b"/>" if tag[2] else b">") + old[tag.end() :]
        p = self.prefix.decode()
        start = f'<{p}c r="{cell_name(row, column)}"' + (f' s="{patch.style}"' if patch.style else "")
        value = patch.value
        if patch.formula is not None:
            text = f"{start}><{p}f>{escape(escaped(patch.formula[1:]))}</{p}f></{p}c>"
        elif value is None or patch.only_style:
            text = f"{start}/>" if old or patch.style else ""
        elif isinstance(value, bool):
            text = f'{start} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
        elif isinstance(value, CellError):
            text = f'{start} t="e"><{p}v>{escape(value)}</{p}v></{p}c>'
        elif isinstance(value, str):
            inline = f'<{p}is><{p}t xml:space="preserve">{escape(escaped(value))}</{p}t></{p}is>'
            text = f'{start} t="inlineStr">{inline}</{p}c>'
        else:
            text = f"{start}><{p}v>{patch.exact or repr(value)}</{p}v></{p}c>"
        return text.encode("utf-8")

    def _end_of(self, pattern: re.Pattern[bytes], position: int, end: int) -> int:
        match = pattern.search(self.data, position, end)
        if match is None:
            raise self._damaged("a row or a cell does not end")
        return match.end()

    def _with_dimension(self, head: bytes, changes: dict[int, dict[int, Patch]]) -> bytes:
        """The part before the rows, its `<dimension>` grown to hold the changed cells."""
        match = self.dimension.search(head)
        old = parse_area(match[2].decode("ascii", "replace")) if match else None
        if match is None or old is None:
            return head
        filled = [(row, column) for row, cells in changes.items() for column in cells]
        rows, columns = [row for row, _ in filled], [column for _, column in filled]
        new = old.union(Rect(min(rows), min(columns), max(rows), max(columns)))
        if new == old:
            return head
        name = area_name(new, row_absolute=False, column_absolute=False).encode()
        return head[: match.start()] + match[1] + name + match[3] + head[match.end() :]

    def _damaged(self, why: str) -> HostError:
        return HostError(f"The part {self.part} of the workbook is damaged: {why}.", hint=_DAMAGED)


def _widened(match: re.Match[bytes], cells: dict[int, Patch]) -> bytes:
    first, last = min(int(match[2]), *cells), max(int(match[3]), *cells)
    return match[1] + b"%d:%d" % (first, last) + match[4]


def checked_text(text: str, where: str) -> str:
    """A text that fits a cell.

    Raises:
        HostError: it is longer than Excel can keep.
    """
    if len(text) > _CELL_LIMIT // 2 and len(text.encode("utf-16-le", "surrogatepass")) // 2 > _CELL_LIMIT:
        raise HostError(
            f"The text for {where} is longer than the {_CELL_LIMIT:,} characters a cell can hold.",
            hint="Shorten it, or keep the long text in a file and write its name.",
        )
    return text


def resized_table(data: bytes, rect: Rect, part: str) -> bytes:
    """A table part whose table (and filter) covers `rect`, its totals row left out of the filter."""
    root = parse(data, part)
    name = area_name(rect, row_absolute=False, column_absolute=False)
    root.set("ref", name)
    filtered = root.find(f"{_Q}autoFilter")
    if filtered is not None:
        totals = int(root.get("totalsRowCount", "0"))
        body = rect._replace(last_row=rect.last_row - totals)
        filtered.set("ref", area_name(body, row_absolute=False, column_absolute=False))
    return serialise(root)


def with_filter(data: bytes, on: bool, part: str) -> bytes:
    """A table part with or without filter buttons."""
    root = parse(data, part)
    found = root.find(f"{_Q}autoFilter")
    if found is not None and not on:
        root.remove(found)
    elif found is None and on:
        rect = parse_area(root.get("ref", ""))
        if rect is None:
            raise HostError(f"The part {part} of the workbook is damaged: the table has no place.", hint=_DAMAGED)
        body = rect._replace(last_row=rect.last_row - int(root.get("totalsRowCount", "0")))
        name = area_name(body, row_absolute=False, column_absolute=False)
        root.insert(0, etree.Element(f"{_Q}autoFilter", ref=name))
    return serialise(root)


def recalculated(data: bytes, part: str) -> bytes:
    """A workbook part that asks the next program to calculate everything; the same bytes if it did already."""
    root = parse(data, part)
    calculation = root.find(f"{_Q}calcPr")
    if calculation is None:
        calculation = etree.Element(f"{_Q}calcPr")
        before = ("sheets", "functionGroups", "externalReferences", "definedNames")  # CT_Workbook's order
        anchor = [child for child in root if etree.QName(child).localname in before][-1]
        anchor.addnext(calculation)
    if calculation.get("fullCalcOnLoad") in ("1", "true"):
        return data
    calculation.set("fullCalcOnLoad", "1")
    return serialise(root)


def print_area(workbook: etree._Element, place: int) -> str:
    """The print area of the sheet at a place (from 0) as its name in the workbook part says it; "" for none."""
    found = _print_names(workbook).get(place)
    return (found.text or "") if found is not None else ""


def with_print_areas(data: bytes, areas: Mapping[int, str], part: str) -> bytes:
    """A workbook part in which sheets, by their place, have another print area; they had one before."""
    root = parse(data, part)
    for place, name in _print_names(root).items():
        name.text = areas.get(place, name.text)
    return serialise(root)


def _print_names(workbook: etree._Element) -> dict[int, etree._Element]:
    names = workbook.iterfind(f"{_Q}definedNames/{_Q}definedName")
    return {int(name.get("localSheetId", "-1")): name for name in names if name.get("name") == "_xlnm.Print_Area"}


def without_calculations(data: bytes, gone: set[tuple[str, str]], part: str) -> bytes | None:
    """A calculation chain without the cells (sheet id, address) that hold no formula now; None when nothing is left.

    An entry without a sheet id means the sheet of the entry before it, so the id is handed on.
    """
    root = parse(data, part)
    sheet = ""
    for entry in list(root):
        sheet = entry.get("i", sheet)
        if (sheet, entry.get("r", "")) in gone:
            following = entry.getnext()
            if following is not None and following.get("i") is None:
                following.set("i", sheet)
            root.remove(entry)
    return serialise(root) if len(root) else None


def without_mention(data: bytes, attribute: str, target: str, part: str) -> bytes:
    """A list of parts (relations or content types) without the entry that names `target`."""
    root = parse(data, part)
    tail = target.rpartition("/")[2].lower()
    for entry in list(root):
        if entry.get(attribute, "").rpartition("/")[2].lower() == tail:
            root.remove(entry)
    return serialise(root)
