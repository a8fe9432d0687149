"""The default rows of the policy: data only, read by `policy`; one file for each family.

Each entry is `(key, value, unit, note)` under the source that all entries of its block share. Nobody has verified any
of them yet: `ASSUMED` ones are the house's to decide, the others are to be checked against the named text. To add a
value, add an entry to a block with the right source.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from addin.logic.policy_rows import (
    approvals,
    claims,
    deliveries,
    imports,
    improvement,
    money,
    returns,
    service_times,
    site,
    versions,
)
from addin.logic.policy_rows.sources import Row

#: Rows hold from here on unless they say otherwise.
BEGINNING: Final = date(2000, 1, 1)
VERSION: Final = "2026-11-23"

#: In the order in which the Rules sheet shows them.
_FAMILIES: Final = (
    approvals,
    service_times,
    claims,
    deliveries,
    site,
    returns,
    money,
    improvement,
    imports,
    versions,
)


def _all_rows() -> Iterator[Row]:
    for family in _FAMILIES:
        for source, block in family.BLOCKS:
            for key, value, unit, note in block:
                yield key, value, unit, source, note, BEGINNING
    yield from claims.DATED


#: `(key, value, unit, source, note, valid_from)`.
DEFAULT_ROWS: Final[tuple[Row, ...]] = tuple(_all_rows())
