"""Where each event stands on the Audit sheets: in the row of its number, and beyond a million on the next sheet.

A sheet ends at row 1,048,576. The next one is made when the workbook is drawn and the last one is nearly full, so that
a press never has to make a sheet; its first row names the hash of the last row of the sheet before, like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from addin.register.layout import FIRST_ROW

AUDIT: Final = "Audit"
#: Events on one sheet.
EVENTS_ON_A_SHEET = 1_000_000
#: A further sheet is drawn when the last one is this full.
_NEARLY_FULL: Final = 0.9
_NAME: Final = re.compile(r"Audit(?: ([2-9]|[1-9]\d+))?")


def audit_place(seq: int) -> tuple[str, int]:
    """The sheet and the row of an event."""
    sheet, offset = divmod(seq - 1, EVENTS_ON_A_SHEET)
    return audit_name(sheet + 1), FIRST_ROW + offset


def audit_name(number: int) -> str:
    """The name of an Audit sheet, counted from 1."""
    return AUDIT if number == 1 else f"{AUDIT} {number}"


def audit_count(events: int) -> int:
    """How many Audit sheets a workbook with so many events has, one that is still empty included."""
    full, rest = divmod(events, EVENTS_ON_A_SHEET)
    return full + 1 + (rest >= EVENTS_ON_A_SHEET * _NEARLY_FULL)


def is_audit(name: str) -> bool:
    """True for the name of an Audit sheet."""
    return _NAME.fullmatch(name) is not None


def audit_sheets(names: Iterable[str]) -> list[str]:
    """The Audit sheets among the sheets of a workbook, in their order."""
    found = [match for name in names if (match := _NAME.fullmatch(name))]
    return [match[0] for match in sorted(found, key=lambda match: int(match[1] or 1))]


def carried(seq: int, head: str) -> str:
    """The words at the top of a further sheet: what it follows."""
    return f"Goes on from the sheet before: follows event {seq}, head {head}."


__all__ = ["AUDIT", "audit_count", "audit_name", "audit_place", "audit_sheets", "carried", "is_audit"]
