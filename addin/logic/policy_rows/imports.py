"""Imported files: when a row becomes a case, and when a whole file is refused."""

from __future__ import annotations

from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, Block, Entry

_RAISING: Final[tuple[Entry, ...]] = (
    ("import.no_scan_days", "3", "days", "A parcel that the carrier has not scanned for this long is looked into."),
    ("import.exceptions", "ADDRESS_ISSUE; ATTEMPT_FINAL; HELD", "list", "Carrier statuses that need somebody."),
    ("import.coming_back", "REFUSED; RETURNING; RETURNED", "list", "Carrier statuses of a parcel that comes back."),
    (
        "import.third_party_grades",
        "KO_WORN; KO_DAMAGE_TRANSIT; KO_DAMAGE_FAULT; KO_WRONG_ITEM; KO_AUTHENTICITY; KO_INCOMPLETE; PENDING",
        "list",
        "Grades of the 3PL that our own check looks at.",
    ),
)
_WHOLE_FILE: Final[tuple[Entry, ...]] = (
    ("import.most_cases", "200", "count", "A file that would open more cases is refused: look at it first."),
    ("import.most_rejected_percent", "20", "percent", "A file with more rows that cannot be read is refused whole."),
    ("import.rejected_allowed", "3", "count", "As many unreadable rows never refuse a file that has good ones."),
    ("import.stale_days", "2", "days", "A file whose newest entry is older is told: perhaps an old export."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = ((ASSUMED, _RAISING), (ASSUMED, _WHOLE_FILE))
