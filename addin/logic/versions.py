"""Versions that the register marks by itself, without copying a file: before a day's first rows and a bulk press.

A mark is an event that names the last event before it. The journal tells everything that stood then, so a mark is as
good as a copy for comparing and bringing back, and costs a press nothing but one event in its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from addin.logic.calendar import london_day
from addin.logic.chain import Head
from addin.logic.events import Draft, Event, iso
from addin.logic.system_kinds import VERSION_MARKED

#: The policy row that says from how many rows on a press counts as bulk.
BULK_ROWS: Final = "versions.bulk_rows"
UNKEPT: Final = "day-without-file"


def mark_before(head: Head, now: datetime, rows: int, most: int) -> Draft | None:
    """The mark to record before a press, or None where none is due.

    Args:
        head: where the chain stands; its instant is empty in a register that has no event yet.
        now: the instant of the press.
        rows: how many rows are pressed at once.
        most: so many rows are no bulk press yet.
    """
    if not head.at:
        return None
    if london_day(datetime.fromisoformat(head.at)) < london_day(now):
        return _mark("day", "The day's first press", head, now)
    return _mark("bulk", f"Before a press on {rows} rows", head, now) if rows > most else None


def mark_instead(head: Head, now: datetime, why: str) -> Draft:
    """The mark of a day whose whole version could not be kept, with what stood in the way."""
    return _mark(UNKEPT, f"The day's version could not be kept as a file: {why}", head, now)


def _mark(label: str, why: str, head: Head, now: datetime) -> Draft:
    moment = iso(now).partition("+")[0].replace("-", "").replace(":", "").partition(".")[0]
    name = f"{moment}-{head.seq:07d}-{label}"
    return Draft(VERSION_MARKED.name, "", {"name": name, "upto": head.seq, "head": head.hash}, why)


def is_try(mark: Event) -> bool:
    """True for the mark of a day whose whole version could not be kept: it is not tried again that day."""
    return str(mark.data.get("name", "")).endswith(f"-{UNKEPT}")


def is_due(last: Event | None, after: Iterable[Event], now: datetime) -> bool:
    """True when the day's whole version is due: something was recorded before today, after the last version.

    Args:
        last: the event of the last whole version, or of the last try; None when there is neither.
        after: the events that follow it (all events when there is none), in order.
        now: the present instant.
    """
    today = london_day(now)
    if last is not None and london_day(datetime.fromisoformat(last.at)) == today:
        return False
    first = next(iter(after), None)
    return first is not None and london_day(datetime.fromisoformat(first.at)) < today
