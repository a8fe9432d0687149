"""Versions that are kept without being asked for."""

from __future__ import annotations

from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, Block, Entry

_VERSIONS: Final[tuple[Entry, ...]] = (
    ("versions.bulk_rows", "25", "count", "A press on more rows than that marks a version before it."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = ((ASSUMED, _VERSIONS),)
