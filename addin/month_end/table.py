"""One table of the pack, before it is drawn: columns with a meaning, rows of plain values, and their digest.

The digest of a table does not depend on the order of its rows, on a program's number formats or on how it keeps dates:
whoever sorts a sheet or saves it with another program still finds the same digest in it.

1. A cell is a text: empty for nothing; a number in its shortest decimal form; a date as a spreadsheet's number for it
   (days since 30 December 1899, to the ten-millionth of a day).
2. A row is the JSON array of its cells. Rows stand in the order of their first cell, numbers before texts, then of
   their whole text. The digest is SHA-256 over these lines, joined by line feeds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from addin.logic.forms import Cell

_encode = msgspec.json.Encoder().encode
_EPOCH: Final = date(1899, 12, 30).toordinal()
_MIDNIGHT: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - what a spreadsheet counts from has no zone
_TINY: Final = Decimal("0.0000001")
_NUMBER: Final = re.compile(rb'\["(-?\d+(?:\.\d+)?)"')


class Holds(StrEnum):
    """What a column holds; it decides format, alignment and whether it is summed."""

    TEXT = "text"
    LONG = "long"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Col:
    """One column: its title, width in characters and what it holds."""

    title: str
    width: int = 14
    holds: Holds = Holds.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of the pack: `hint` says what is listed and what to look for; the first column is never empty.

    `rows` may be read more than once. With `ordered` they come in the order of the digest and may be millions, so that
    they are never held.
    """

    name: str
    hint: str
    columns: tuple[Col, ...]
    rows: Iterable[tuple[Cell, ...]]
    sums: str = ""
    """The title of the column whose amounts are totalled; empty for none."""
    empty: str = "Nothing to list."
    printed: int = 0
    """How many columns are printed, 0 for all; the others are there to be searched."""
    ordered: bool = False

    def column(self, title: str) -> int:
        """Where a column stands, from 0."""
        return next(at for at, column in enumerate(self.columns) if column.title == title)

    def values(self, title: str) -> list[Cell]:
        """All cells of a column."""
        at = self.column(title)
        return [row[at] for row in self.rows]

    def total(self) -> Decimal:
        """The sum of the column that is totalled; texts (amounts in other currencies) are left out, as SUM does."""
        if not self.sums:
            return Decimal(0)
        return sum((cell for cell in self.values(self.sums) if isinstance(cell, Decimal)), Decimal(0))

    def digest(self) -> str:
        """SHA-256 over the rows: what cover and sheet state."""
        lines = [line_of(row) for row in self.rows]
        return digest_of(lines if self.ordered else in_order(lines))


def line_of(row: Sequence[object]) -> bytes:
    """One row as the digest takes it."""
    return line_of_texts([plain(cell) for cell in row])


def line_of_texts(texts: list[str]) -> bytes:
    """One row, its cells already as `plain` gives them."""
    return _encode(texts)


def plain(cell: object) -> str:
    """One cell as the digest takes it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, datetime):
        since = cell - _MIDNIGHT if cell.tzinfo is None else cell.replace(tzinfo=None) - _MIDNIGHT
        # Rounded up, by less than 9 ms: a program that cuts seconds off would show 07:59 for a third of a day.
        return _serial(since.days, -(-since.seconds * 10**7 // 86_400))
    if isinstance(cell, date):
        return str(cell.toordinal() - _EPOCH)
    number = cell if isinstance(cell, Decimal) else Decimal(repr(cell))
    rounded = number.quantize(_TINY).normalize() if abs(number) < 10**18 else number.normalize()
    return f"{rounded:f}" if rounded else "0"


def _serial(days: int, fraction: int) -> str:
    return f"{days}.{fraction:07d}".rstrip("0").rstrip(".") if fraction else str(days)


def in_order(lines: Iterable[bytes]) -> list[bytes]:
    """Lines in the order of the digest."""
    return sorted(lines, key=_place)


def _place(line: bytes) -> tuple[int, Decimal, bytes]:
    found = _NUMBER.match(line)
    return (0, Decimal(found[1].decode()), line) if found else (1, Decimal(0), line)


def digest_of(lines: Iterable[bytes]) -> str:
    """The digest of lines that are in order."""
    running = hashlib.sha256()
    between = b""
    for line in lines:
        running.update(between + line)
        between = b"\n"
    return running.hexdigest()


__all__ = ["Col", "Holds", "Table", "digest_of", "in_order", "line_of", "line_of_texts", "plain"]
