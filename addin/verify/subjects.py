"""What can be verified, in one shape: whose chain, how far it goes, which events it names, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from addin.journal.examine import HashList
from addin.journal.retell import Mention, Retold
from addin.logic.chain import Fault, Head
from addin.packs.manifest import Manifest


class What(StrEnum):
    """What a file is."""

    REGISTER = "register"
    WORKBOOK = "workbook"
    JOURNAL = "journal"
    SNAPSHOT = "snapshot"
    PACK = "audit pack"
    MONTH = "month-end workbook"


@dataclass
class Subject:
    """One thing that was read.

    `all` holds every event's hash up to the head, `some` single ones; `live` is true for what must never be shorter
    than its copies: a register's journal.
    """

    what: What
    register: str = ""
    head: Head = field(default_factory=Head)
    events: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    all: HashList | None = None
    some: Mapping[int, str] = field(default_factory=dict)
    live: bool = False
    retold: Retold | None = None
    manifest: Manifest | None = None
    manifest_sha256: str = ""

    @property
    def mentions(self) -> Sequence[Mention]:
        """The events that name files, versions, packs and keys."""
        return self.retold.mentions if self.retold is not None else ()

    def at(self, seq: int) -> str:
        """The hash of an event; empty where it is not known."""
        return self.all.at(seq) if self.all is not None else self.some.get(seq, "")


__all__ = ["Subject", "What"]
