"""The hash chain: what makes the list of events evidence.

1. `hash = SHA-256(prev || text)`: both as the ASCII/UTF-8 text that is stored and shown, so that one link can be
   checked with `printf '%s%s' "$prev" "$text" | sha256sum`.
2. The first event follows `GENESIS` (64 zeros) and names the register, which binds the whole chain to it.
3. Checking re-hashes the stored text and never re-serialises.

It does not prove that nobody rewrote the whole chain: for that a head is witnessed elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One stored event as the chain sees it: its number, its text and its two hashes (lower-case hex)."""

    seq: int
    text: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain goes: the last sequence number (0 for none), its hash and its instant (ISO, UTC)."""

    seq: int = 0
    hash: str = GENESIS
    at: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad position: `seq` names the event, `what` is a stable word, `message` the sentence for a person.

    What lies in a file beside the chain has its `place` ("csv/05-refunds.csv"), and 0 where no event is concerned.
    """

    seq: int
    what: str
    message: str
    place: str = ""


def digest(prev: str, text: str) -> str:
    """The hash of an event that follows `prev`."""
    # A text that was tampered with may hold halves of characters: it gets a digest too, so that checking never fails.
    return hashlib.sha256((prev + text).encode("utf-8", "surrogatepass")).hexdigest()


def follow(head: Head, text: str, at: str) -> Link:
    """The link that puts `text` after `head`."""
    return Link(head.seq + 1, text, head.hash, digest(head.hash, text))


def check(links: Iterable[Link], start: Head | None = None) -> Iterator[Fault]:
    """Yield every fault of a chain in its stored order, from `start` (the beginning when None).

    After a fault the walk goes on from the stored hash, so that each bad place is named once.
    """
    prev = start or Head()
    expected_seq, expected_prev = prev.seq + 1, prev.hash
    for link in links:
        if link.seq != expected_seq:
            yield _order_fault(link.seq, expected_seq)
        elif link.prev != expected_prev:
            yield Fault(link.seq, "broken", f"Event {link.seq} does not follow event {link.seq - 1}: its link was cut.")
        if digest(link.prev, link.text) != link.hash:
            yield Fault(link.seq, "altered", f"Event {link.seq} was altered: its text does not match its hash.")
        expected_seq, expected_prev = link.seq + 1, link.hash


def _order_fault(found: int, expected: int) -> Fault:
    if found > expected:
        gap = f"{expected}" if found == expected + 1 else f"{expected} to {found - 1}"
        return Fault(expected, "missing", f"Event {gap} is missing: the next one stored is {found}.")
    return Fault(found, "order", f"Event {found} stands where event {expected} belongs: inserted, doubled or moved.")
