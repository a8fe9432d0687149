"""What a journal promises; every store passes the same contract suite.

1. `write()` is one transaction: events, current state, vault, numbers and keys all stand or none does.
2. It returns only when the commit is durable; what it appended survives a kill.
3. Events are append-only: the store refuses to change or delete one, whoever asks.
4. Sequence numbers and case, refund, claim and letter numbers have no gaps.
5. Two writers never interleave: the second waits, then sees the first one's events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from addin.logic.case_type import Case
from addin.logic.chain import Head, Link
from addin.logic.events import Draft, Event, Sealed

#: Fields whose equal values make two cases related, with the prefix of the key.
RELATING = {
    "order_no": "order",
    "tracking": "tracking",
    "rma_no": "rma",
    "orig_psp_reference": "payment",
    "linked_cases": "case",
    "parent_case": "case",
    "qc_record_id": "case",
    "duplicate_of": "case",
    "merged_cases": "case",
    "other_case": "case",
    "open_cases": "case",
    "covered_cases": "case",
    "ticket_ref": "ticket",
}


@dataclass(frozen=True, slots=True)
class Remembered:
    """The answer once given to an idempotency key, and the digest of what was asked with it."""

    payload: str
    case_id: str
    answer: str
    seq: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many open cases there are, and how they stand."""

    open: int
    overdue: int
    due_today: int
    waiting: int
    urgent: int
    unowned: int


class Reader(Protocol):
    """Reading, inside and outside a transaction."""

    def head(self) -> Head:
        """How far the chain goes."""
        ...

    def case(self, case_id: str) -> Case | None:
        """The current state of a case."""
        ...

    def cases(self, ids: Iterable[str] | None = None, *, types: Sequence[str] = ()) -> list[Case]:
        """Current states in order of their ids: the named ones, or all of some types, or all."""
        ...

    def related(self, case: Case) -> tuple[Case, ...]:
        """The other cases that share an order, a tracking number, a return, a payment or a link with this one."""
        ...

    def touched(self, since: str) -> list[Case]:
        """The cases to which anything happened from an instant (ISO, UTC) on, in order of their ids."""
        ...

    def worklist(self, limit: int) -> list[Case]:
        """The open cases that are due first, then the more urgent, then the older."""
        ...

    def tally(self, now: str, day_end: str) -> Tally:
        """Counts over the open cases, at an instant and up to the end of its day (both ISO, UTC)."""
        ...

    def recall(self, key: str) -> Remembered | None:
        """The answer already given to an idempotency key."""
        ...


class Writer(Reader, Protocol):
    """The one writer of a transaction."""

    def next_number(self, series: str, year: int) -> str:
        """The next number of a series, as "CASE-2026-000001"; given back when the transaction fails."""
        ...

    def append(self, draft: Draft, *, at: str, actor: str, role: str) -> Event:
        """Seal, number, chain and store one event.

        Raises:
            JournalError: JRN-CLOCK when the clock stands well before the last event.
            Conflict: when the chain was changed under the writer.
        """
        ...

    def save(self, case: Case) -> None:
        """Store a case's current state beside its events."""
        ...

    def row(self) -> AbstractContextManager[None]:
        """One row of a bulk press: undone alone when it fails, so that the good rows stand."""
        ...

    def remember(self, key: str, kept: Remembered) -> None:
        """Keep the answer of an idempotency key for good."""
        ...

    def erase(self, digests: Iterable[str]) -> int:
        """Take personal values out of the vault for good; answers how many there were.

        The caller appends the event that names these digests and saves the states that showed them.
        """
        ...

    def retake(self, link: Link, event: Event, sealed: Iterable[Sealed]) -> None:
        """Store an event that was chained before, with the personal values that are still known (rebuild only)."""
        ...

    def resume_numbers(self, series: str, year: int, last: int) -> None:
        """Let a series go on after its last number (rebuild only)."""
        ...


class Journal(Reader, Protocol):
    """An append-only, hash-chained list of events with the current state of every case."""

    @property
    def register_id(self) -> str:
        """The id of the register whose chain this is; empty before its first event."""
        ...

    def write(self) -> AbstractContextManager[Writer]:
        """One transaction; commits durably at the end, rolls back on an exception."""
        ...

    def links(self, after: int = 0, upto: int | None = None) -> Iterator[Link]:
        """Stored texts and hashes in order, for checking; `after` and `upto` are sequence numbers."""
        ...

    def events(
        self, after: int = 0, upto: int | None = None, *, case_id: str | None = None, kinds: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Events in order: all, or those of one case, or of some kinds."""
        ...

    def vault(self, digests: Iterable[str]) -> dict[str, Sealed]:
        """The personal values that are still kept for these digests."""
        ...

    def copy_to(self, target: Path) -> None:
        """Write everything that is committed into a new SQLite file, row by row as it is stored.

        Raises:
            Unavailable: when the source is damaged or the target cannot be written.
        """
        ...

    def scrub(self) -> None:
        """Overwrite what was deleted, so that it is not on the disk any more."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
