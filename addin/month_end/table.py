"""One table of the pack, before it is drawn: columns with a meaning, rows of plain values, and their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from addin.logic.events import canonical
from addin.logic.forms import Cell


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
    """One sheet of the pack: `hint` says what is listed and what to look for; the first column is never empty."""

    name: str
    hint: str
    columns: tuple[Col, ...]
    rows: Sequence[tuple[Cell, ...]]
    sums: str = ""
    """The title of the column whose amounts are totalled; empty for none."""
    empty: str = "Nothing to list."
    printed: int = 0
    """How many columns are printed, 0 for all; the others are there to be searched."""

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
        """SHA-256 over the rows as canonical text, one line a row: what cover and sheet state."""
        lines = (canonical([_plain(cell) for cell in row]) for row in self.rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _plain(cell: Cell) -> str | int | bool | None:
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    if isinstance(cell, (Decimal, float)):
        return str(cell)
    return cell
