"""Cells as programs hand them over, compared and converted in one place.

Programs turn whole numbers into floats, drop seconds' fractions, and answer blanks as None or "". `same` says whether
a cell still shows what was written; `outgoing` makes a value safe to hand to a program.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from addin.hosts.grid import from_serial
from addin.logic.forms import Cell, FieldKind

_HALF_SECOND = timedelta(milliseconds=500)

TEXT_FORMAT: Final = "@"
DAY_FORMAT: Final = "dd/mm/yyyy"
INSTANT_FORMAT: Final = "dd/mm/yyyy hh:mm"
MONEY_FORMAT: Final = "#,##0.00"
COUNT_FORMAT: Final = "0"
NUMBER_FORMAT: Final = "#,##0.00##"

#: The number format of each kind of field; every kind that is not here holds text.
NUMBER_FORMATS: Final[Mapping[FieldKind, str]] = MappingProxyType(
    {
        FieldKind.DAY: DAY_FORMAT,
        FieldKind.INSTANT: INSTANT_FORMAT,
        FieldKind.MONEY: MONEY_FORMAT,
        FieldKind.COUNT: COUNT_FORMAT,
        FieldKind.NUMBER: NUMBER_FORMAT,
    }
)


def number_format(kind: FieldKind) -> str:
    """The number format of cells that hold a field of this kind; "@" for everything that is text."""
    return NUMBER_FORMATS.get(kind, TEXT_FORMAT)


def same(found: Cell, shown: Cell) -> bool:
    """True when a cell still holds what was shown in it."""
    return comparable(found) == comparable(shown)


def same_plain(found: Cell, shown: Cell) -> bool:
    """The same for a cell read without its format: a day or an instant is a serial number there."""
    if isinstance(found, float) and isinstance(shown, date):
        moment = from_serial(found)
        return moment is not None and same(moment, shown)
    return same(found, shown)


def comparable(cell: Cell) -> object:
    """A cell's content in a form that survives a program's round trip."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, datetime):
        return (cell.replace(tzinfo=None) + _HALF_SECOND).replace(microsecond=0)
    if isinstance(cell, date):
        return datetime.combine(cell, time(0))
    if isinstance(cell, (int, float, Decimal)):
        # Programs keep and show 15 digits; what lies behind them is noise of their arithmetic.
        return Decimal(f"{Decimal(cell):.15g}")
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def outgoing(cell: Cell) -> str | float | int | datetime | None:
    """A cell's content as a program takes it: no Decimal, no bool, no bare date."""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, time(0))
    return cell


def words(cell: Cell, limit: int = 200) -> str:
    """A cell's content as a text for a message (short) or an event (as long as an event may be)."""
    if cell is None:
        return "(empty)"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return str(cell)[:limit]
