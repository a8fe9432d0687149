"""Who is absent and who covers: read off the handovers that were accepted and not yet ended.

1. An absence is a handover with two days; it counts once another person has accepted it.
2. It ends with its last day, or earlier when the handover is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from addin.logic.events import Event

ACCEPTED: Final = "handover.accepted.v1"
#: The kinds of events that `away_on` reads.
ABSENCE_KINDS: Final = (ACCEPTED, "handover.closed.v1")


def away_on(events: Iterable[Event], day: date) -> Mapping[str, str]:
    """Who is absent on a day and who covers for each, by account."""
    found: dict[str, tuple[str, str]] = {}
    for event in events:
        if event.kind != ACCEPTED:
            found.pop(event.case_id, None)
            continue
        first, last = event.changes.get("cover_from"), event.changes.get("cover_until")
        if isinstance(first, str) and isinstance(last, str) and first <= day.isoformat() <= last:
            found[event.case_id] = (str(event.changes.get("cover_of") or ""), event.actor)
    return {person: cover for person, cover in found.values() if person}
