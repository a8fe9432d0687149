"""The styles part of a workbook: what a cell format says, and formats like another but for the number format.

A cell names its format by an index into `cellXfs` (ECMA-376 Part 1, 18.8.10). Reading never changes the part; asking
for a new number format appends one `xf`, a copy of the cell's own, unless such a one exists.
"""

from __future__ import annotations

import copy
import re
from typing import Final

from lxml import etree

from addin.hosts.package import MAIN, parse, serialise

_FIRST_OWN_FORMAT: Final = 164  # ids below are Excel's built-in formats
#: Excel's built-in formats (ECMA-376 Part 1, 18.8.30), as a reader with English settings sees them.
BUILTIN: Final = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
}
#: Those that look the same in every locale; the others change with the reader's settings.
_FIXED: Final = {BUILTIN[n]: n for n in (0, 1, 2, 3, 4, 9, 10, 11, 20, 21, 45, 46, 48, 49)}
#: What stands in a format without meaning day or time: quoted text, escapes, fillers, colours and locales.
_MUTE: Final = re.compile(r"""("[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\])""", re.IGNORECASE)
_Q: Final = f"{{{MAIN}}}"


def is_date_format(code: str) -> bool:
    """True when a number format shows days or times; the first section decides."""
    first = _MUTE.sub("", code).split(";")[0].lower()
    return "general" not in first and any(letter in first for letter in "dmhys")


class Styles:
    """The cell formats of one workbook."""

    def __init__(self, data: bytes | None, part: str) -> None:
        self._root = parse(data, part) if data is not None else etree.Element(f"{_Q}styleSheet")
        self._formats = {
            int(item.get("numFmtId", "0")): item.get("formatCode", "") for item in self._root.iter(f"{_Q}numFmt")
        }
        cells = self._root.find(f"{_Q}cellXfs")
        self._cells = cells if cells is not None else etree.SubElement(self._root, f"{_Q}cellXfs")
        self._fills = self._root.findall(f"{_Q}fills/{_Q}fill")
        self._dates: dict[int, bool] = {}
        self.is_changed = False

    def _xf(self, index: int) -> etree._Element | None:
        return self._cells[index] if 0 <= index < len(self._cells) else None

    def number_format(self, index: int) -> str:
        """The number format's code, in English."""
        xf = self._xf(index)
        number = int(xf.get("numFmtId", "0")) if xf is not None else 0
        return self._formats.get(number) or BUILTIN.get(number, "General")

    def is_date(self, index: int) -> bool:
        """True when a number in this format is shown as a day or a time."""
        if index not in self._dates:
            self._dates[index] = is_date_format(self.number_format(index))
        return self._dates[index]

    def is_locked(self, index: int) -> bool:
        """True when protection would lock the cell; cells are locked unless their format says no."""
        xf = self._xf(index)
        mark = xf.find(f"{_Q}protection") if xf is not None else None
        return mark is None or mark.get("locked") not in ("0", "false")

    def color(self, index: int) -> tuple[int, int, int] | None:
        """The colour of a solid fill given as RGB; None for none, a pattern or a theme colour."""
        xf = self._xf(index)
        number = int(xf.get("fillId", "0")) if xf is not None else 0
        if number >= len(self._fills):
            return None
        pattern = self._fills[number].find(f"{_Q}patternFill")
        front = pattern.find(f"{_Q}fgColor") if pattern is not None else None
        text = front.get("rgb", "") if front is not None else ""
        if pattern is None or pattern.get("patternType") != "solid" or len(text) < 6:
            return None
        return int(text[-6:-4], 16), int(text[-4:-2], 16), int(text[-2:], 16)

    def with_number_format(self, index: int, code: str) -> int:
        """The index of a format like `index` with another number format; appended when there is none."""
        if self.number_format(index) == code:
            return index
        wanted = copy.deepcopy(xf) if (xf := self._xf(index)) is not None else etree.Element(f"{_Q}xf")
        wanted.set("numFmtId", str(self._format_id(code)))
        wanted.set("applyNumberFormat", "1")
        text = etree.tostring(wanted, method="c14n")
        for position, other in enumerate(self._cells):
            if other.get("numFmtId") == wanted.get("numFmtId") and etree.tostring(other, method="c14n") == text:
                return position
        self._cells.append(wanted)
        self._cells.set("count", str(len(self._cells)))
        self.is_changed = True
        return len(self._cells) - 1

    def _format_id(self, code: str) -> int:
        if code in _FIXED:
            return _FIXED[code]
        for number, known in self._formats.items():
            if known == code:
                return number
        number = max([_FIRST_OWN_FORMAT - 1, *self._formats]) + 1
        holder = self._root.find(f"{_Q}numFmts")
        if holder is None:
            holder = etree.Element(f"{_Q}numFmts")
            self._root.insert(0, holder)
        etree.SubElement(holder, f"{_Q}numFmt", numFmtId=str(number), formatCode=code)
        holder.set("count", str(len(holder)))
        self._formats[number] = code
        return number

    def to_bytes(self) -> bytes:
        """The styles part as it is now."""
        return serialise(self._root)
