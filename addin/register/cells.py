"""Cells as programs hand them over, compared and converted in one place.

Programs turn whole numbers into floats, drop seconds' fractions, and answer blanks as None or "". `same` says whether
a cell still shows what was written; `outgoing` makes a value safe to hand to a program.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from addin.logic.forms import Cell

_HALF_SECOND = timedelta(milliseconds=500)


def same(found: Cell, shown: Cell) -> bool:
    """True when a cell still holds what was shown in it."""
    return comparable(found) == comparable(shown)


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


def words(cell: Cell) -> str:
    """A cell's content as a short text for a message or an event."""
    if cell is None:
        return "(empty)"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return str(cell)[:200]
