"""Cells by number: addresses, rectangles, serial dates and error values, the same for every host.

Rows and columns count from 1, as Excel's do. A rectangle is (first row, first column, last row, last column).
Nothing here knows a file or a program.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple, TypeAlias

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
#: Serial number of 1 January 1904 in the 1900 date system.
OFFSET_1904: Final = 1462
_MS_PER_DAY: Final = 86_400_000
_LAST_SERIAL: Final = 2_958_466  # the day after 31 December 9999
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell's date has no zone
_FIRST_TRUE_DAY: Final = 61  # Excel believes in 29 February 1900 (serial 60)
_A1: Final = re.compile(r"\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?(?::\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?)?")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_SHEET_REF: Final = re.compile(r"=?(?:'((?:[^']|'')+)'|([^'!]+))!(.+)")

ERRORS: Final = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"))


class CellError(str):
    """An error value such as "#N/A": text to look at, yet told apart from a text somebody typed."""

    __slots__ = ()


#: What a cell holds: nothing, a truth value, a number, a date and time without zone, a text, or an error.
CellValue: TypeAlias = bool | float | dt.datetime | str | None


class Rect(NamedTuple):
    """A block of cells by its corners, both included."""

    row: int
    column: int
    last_row: int
    last_column: int

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        return self.last_row - self.row + 1, self.last_column - self.column + 1

    def covers(self, other: Rect) -> bool:
        """True when every cell of `other` lies in this one."""
        return (
            self.row <= other.row
            and self.column <= other.column
            and self.last_row >= other.last_row
            and self.last_column >= other.last_column
        )

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle holding both."""
        return Rect(
            min(self.row, other.row),
            min(self.column, other.column),
            max(self.last_row, other.last_row),
            max(self.last_column, other.last_column),
        )


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The address of one cell without dollar signs: "B7"."""
    return f"{column_letters(column)}{row}"


def parse_area(text: str) -> Rect | None:
    """The rectangle of "B2", "B2:C3", "A:C" or "1:3", dollar signs allowed; None for anything else."""
    match = _A1.fullmatch(text.strip())
    if match is None:
        return None
    left, top, right, bottom = match.groups()
    if ":" not in text:
        if not (left and top):
            return None
        right, bottom = left, top
    if bool(left) != bool(right) or bool(top) != bool(bottom) or not (left or top):
        return None
    rows = sorted((int(top or 1), int(bottom or MAX_ROWS)))
    columns = sorted((column_number(left) if left else 1, column_number(right) if right else MAX_COLUMNS))
    if rows[0] < 1 or rows[1] > MAX_ROWS or columns[1] > MAX_COLUMNS:
        return None
    return Rect(rows[0], columns[0], rows[1], columns[1])


def area_name(rect: Rect, *, row_absolute: bool = True, column_absolute: bool = True) -> str:
    """The address of a rectangle as Excel writes it: "$B$2:$C$3", "$A:$C" for whole columns."""
    up = "$" if row_absolute else ""
    left = "$" if column_absolute else ""
    if (rect.column, rect.last_column) == (1, MAX_COLUMNS):
        return f"{up}{rect.row}:{up}{rect.last_row}"
    first, last = column_letters(rect.column), column_letters(rect.last_column)
    if (rect.row, rect.last_row) == (1, MAX_ROWS):
        return f"{left}{first}:{left}{last}"
    start = f"{left}{first}{up}{rect.row}"
    if rect.shape == (1, 1):
        return start
    return f"{start}:{left}{last}{up}{rect.last_row}"


def quoted_sheet(name: str) -> str:
    """A sheet's name as a formula spells it, in quotes where it must be."""
    if _PLAIN_NAME.fullmatch(name) and parse_area(name) is None:
        return name
    return "'" + name.replace("'", "''") + "'"


def split_reference(text: str) -> tuple[str, Rect] | None:
    """Sheet and rectangle of "='My Sheet'!$A$1:$B$2"; None when the text is no plain reference."""
    match = _SHEET_REF.fullmatch(text or "")
    if match is None:
        return None
    rect = parse_area(match[3])
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return (sheet, rect) if rect else None


def from_serial(serial: float, *, date_1904: bool = False) -> dt.datetime | None:
    """The date and time of a serial number, to the millisecond; None when there is no such day.

    The 1900 system counts a 29 February 1900 that never was, so serials below 61 lie one day later than the rest
    would say (ECMA-376 Part 1, 18.17.4.1).
    """
    if date_1904:
        serial += OFFSET_1904
    if not 0 <= serial < _LAST_SERIAL:
        return None
    moment = _EPOCH + dt.timedelta(milliseconds=round(serial * _MS_PER_DAY))
    if serial < _FIRST_TRUE_DAY - 1:
        moment += dt.timedelta(days=1)
    return moment


def to_serial(moment: dt.date, *, date_1904: bool = False) -> float:
    """The serial number of a day or of a moment without zone, to the millisecond.

    Raises:
        TypeError: for a moment with a zone; a cell has none, so such instants are written as text.
        ValueError: for a day before 1900.
    """
    if isinstance(moment, dt.datetime):
        if moment.tzinfo is not None:
            raise TypeError("A cell has no time zone: write an instant as text.")
    else:
        moment = dt.datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    milliseconds = ((moment - _EPOCH) // dt.timedelta(microseconds=1) + 500) // 1000
    serial = milliseconds / _MS_PER_DAY
    if serial < _FIRST_TRUE_DAY:
        serial -= 1
    if serial < 1:
        raise ValueError(f"{moment:%Y-%m-%d} lies before the first day a cell can hold.")
    serial -= OFFSET_1904 if date_1904 else 0
    return serial
