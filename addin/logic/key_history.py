"""Which signing key held when, told from the events that added, replaced and revoked keys.

1. A key signs for the person whose account added it, from that event on.
2. A new key of the same person replaces the one before: old signatures stay good, new ones need the new key.
3. A revoked key signs nothing any more. What it signed before stays good, unless the revocation names an earlier
   instant from which it cannot be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from addin.logic.system_kinds import KEY_ADDED, KEY_REVOKED


class KeyEvent(Protocol):
    """What is read of an event."""

    @property
    def seq(self) -> int:
        """Its number."""
        ...

    @property
    def at(self) -> str:
        """Its instant."""
        ...

    @property
    def kind(self) -> str:
        """Its kind."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """Its data."""
        ...


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One key as the chain tells it: `public` as hex, instants in ISO form, sequence numbers 0 for "never"."""

    fingerprint: str
    public: str
    owner: str
    added: int
    added_at: str
    replaced: int = 0
    revoked: int = 0
    distrusted_from: str = ""

    @property
    def current(self) -> bool:
        """True while the key may sign."""
        return not self.replaced and not self.revoked


def history(events: Iterable[KeyEvent]) -> dict[str, KnownKey]:
    """Every key by its fingerprint, out of the events of both kinds in their order."""
    known: dict[str, KnownKey] = {}
    for event in events:
        fingerprint = str(event.data.get("fingerprint", ""))
        if event.kind == KEY_ADDED.name and fingerprint not in known:
            owner = str(event.data.get("owner", ""))
            for other in [key for key in known.values() if key.owner == owner and key.current]:
                known[other.fingerprint] = replace(other, replaced=event.seq)
            public = str(event.data.get("public", ""))
            known[fingerprint] = KnownKey(fingerprint, public, owner, event.seq, event.at)
        elif event.kind == KEY_REVOKED.name and fingerprint in known and not known[fingerprint].revoked:
            since = str(event.data.get("since") or event.at)
            known[fingerprint] = replace(known[fingerprint], revoked=event.seq, distrusted_from=since)
    return known


def current_key(known: Mapping[str, KnownKey], owner: str) -> KnownKey | None:
    """The key with which a person signs now."""
    return next((key for key in known.values() if key.owner == owner and key.current), None)


def doubt(known: Mapping[str, KnownKey], fingerprint: str, *, at: str, seq: int) -> str:
    """Why a signature made at an instant, after event `seq`, does not count; empty when it does."""
    key = known.get(fingerprint)
    if key is None:
        return "no event of this register ever added that key"
    if seq and key.added > seq:
        return f"event {key.added} added the key only later"
    for ended, what in ((key.replaced, "replaced"), (key.revoked, "revoked")):
        if ended and seq and ended <= seq:
            return f"event {ended} had {what} the key before"
    if key.revoked and key.distrusted_from <= at:
        return f"event {key.revoked} revoked the key, which is not trusted from {key.distrusted_from} on"
    return ""


def told(known: Mapping[str, KnownKey]) -> list[dict[str, Any]]:
    """The history as plain values, oldest first, without the accounts of people."""
    return [
        {"fingerprint": key.fingerprint, "public": key.public, "added": key.added, "added_at": key.added_at,
         "replaced": key.replaced, "revoked": key.revoked, "distrusted_from": key.distrusted_from}
        for key in sorted(known.values(), key=lambda key: key.added)
    ]  # fmt: skip
