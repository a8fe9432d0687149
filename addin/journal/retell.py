"""What a list of events tells when it is read again: the cases, the numbers that were given, the personal values named.

One pass, in the order of the chain. The journal's own tables and the workbook's cells are compared with this, never the
other way round. Folding is "the last one wins" field by field, so changes are gathered per case and folded once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.chain import Fault
from addin.logic.events import SEALED, Sealed, digests, unseal
from addin.logic.evidence import ATTACHED
from addin.logic.machine import fold
from addin.logic.system_kinds import (
    BATCH_MADE,
    KEY_ADDED,
    KEY_REVOKED,
    LETTER_FILES,
    LETTER_ISSUED,
    LETTERS_ERASED,
    PACK_MADE,
    PACK_REVIEWED,
    REGISTER_OPENED,
    SNAPSHOT_TAKEN,
)

_NUMBER: Final = re.compile(r"([A-Z]+)-(\d{4})-(\d{6,})")
#: Under this key an event of an erasure lists the digests whose values it took out of the vault.
ERASED_DIGESTS: Final = "erased"
_MENTIONING: Final = LETTER_FILES | {
    kind.name for kind in (LETTERS_ERASED, SNAPSHOT_TAKEN, PACK_MADE, PACK_REVIEWED, KEY_ADDED, KEY_REVOKED)
}
#: Events that do more than change a case.
_SPECIAL: Final = _MENTIONING | {ATTACHED.name, REGISTER_OPENED.name}


class Mention(NamedTuple):
    """An event that names a file, a version, a pack or a key: what stands beside the chain is checked against it."""

    seq: int
    at: str
    case_id: str
    kind: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Told:
    """One case as its events tell it: what was last set in each field, still in stored form."""

    type: str
    status: str = ""
    version: int = 0
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Retold:
    """Everything the events told so far; `take` them in order."""

    register_id: str = ""
    house: str = ""
    last_at: str = ""
    last_seq: int = 0
    told: dict[str, Told] = field(default_factory=dict)
    named: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Digest of a personal value -> the first event that names it, and its case."""
    erased: dict[str, int] = field(default_factory=dict)
    """Digest of a personal value -> the event that erased it."""
    attached: dict[tuple[str, str], int] = field(default_factory=dict)
    """(case, SHA-256 of a piece of evidence) -> the event that attached it."""
    issued: dict[tuple[str, int], dict[int, int]] = field(default_factory=dict)
    """(series, year) -> number -> the event that gave it."""
    mentions: list[Mention] = field(default_factory=list)

    def take(self, seq: int, at: str, case_id: str, kind: str, data: Mapping[str, Any]) -> Iterator[Fault]:
        """Take the next event; yields what is wrong with its place in the story."""
        if at < self.last_at:
            yield Fault(seq, "clock", f"Event {seq} says {at}, which is before the event it follows ({self.last_at}).")
        yield from self._beginning(seq, kind, data)
        self.last_at, self.last_seq = max(at, self.last_at), seq
        for digest in digests(data):
            self.named.setdefault(digest, (seq, case_id))
        if isinstance(gone := data.get(ERASED_DIGESTS), list):
            self.erased |= {str(digest): seq for digest in gone}
        if kind == ATTACHED.name:
            self.attached.setdefault((case_id, str(data.get("sha256", ""))), seq)
        if kind in _MENTIONING:
            self.mentions.append(Mention(seq, at, case_id, kind, data))
        if kind == LETTER_ISSUED.name:
            yield from self._issue(data.get("letter_no"), seq, again=True)
        if kind == BATCH_MADE.name:
            yield from self._issue(data.get("batch_no"), seq)
        if case_id and "move" in data and isinstance(data.get("type"), str):
            yield from self._case(seq, case_id, data)

    def absorb(self, seq: int, at: str, case_id: str, kind: str, data: Mapping[str, Any]) -> Iterable[Fault]:
        """The same as `take`, at once and several times as fast for the ordinary event of a case."""
        told = self.told.get(case_id)
        if told is None or at < self.last_at or kind in _SPECIAL or ERASED_DIGESTS in data:
            return list(self.take(seq, at, case_id, kind, data))
        self.last_at, self.last_seq = at, seq
        get = data.get
        changes = get("set")
        if type(changes) is dict:
            for value in changes.values():
                if type(value) is dict and type(value.get(SEALED)) is str:
                    self.named.setdefault(value[SEALED], (seq, case_id))
        if "move" in data and type(get("type")) is str:
            if data["move"] == "open":
                return list(self._case(seq, case_id, data))
            if type(changes) is dict:
                told.changes.update(changes)
            status = get("status")
            if status:
                told.status = str(status)
            told.version = seq
        return ()

    def _beginning(self, seq: int, kind: str, data: Mapping[str, Any]) -> Iterator[Fault]:
        opens = kind == REGISTER_OPENED.name
        if opens and not self.last_seq:
            self.register_id, self.house = str(data.get("register", "")), str(data.get("house", ""))
        if not self.last_seq and seq == 1 and not (opens and self.register_id):
            yield Fault(1, "beginning", "Event 1 does not open a register, so nobody can say whose chain this is.")
        if opens and self.last_seq:
            yield Fault(seq, "beginning", f"Event {seq} opens a register in the middle of the chain of another.")

    def _case(self, seq: int, case_id: str, data: Mapping[str, Any]) -> Iterator[Fault]:
        told = self.told.get(case_id)
        if told is None:
            told = self.told[case_id] = Told(data["type"])
            yield from self._issue(case_id, seq)
        changes = data.get("set")
        changes = changes if isinstance(changes, dict) else {}
        kind = case_types().get(told.type)
        if kind is not None and data["move"] == "open":
            for name in kind.numbers:
                yield from self._issue(changes.get(name), seq)
        told.changes.update(changes)
        told.status = str(data.get("status") or told.status)
        told.version = seq

    def _issue(self, number: object, seq: int, *, again: bool = False) -> Iterator[Fault]:
        match = _NUMBER.fullmatch(number) if isinstance(number, str) else None
        if match is None:
            return
        given = self.issued.setdefault((match[1], int(match[2])), {})
        first = given.setdefault(int(match[3]), seq)
        if first != seq and not again:
            yield Fault(seq, "number", f"Event {seq} gives the number {number}, which event {first} had given.")

    def case(self, case_id: str, vault: Mapping[str, Sealed]) -> Case | None:
        """A case as it stands after the events taken so far; None when this version does not know its type.

        Raises:
            ValueError: when a value of the vault does not match its digest, or a stored value cannot be read.
        """
        told = self.told[case_id]
        kind = case_types().get(told.type)
        if kind is None:
            return None
        return fold(kind, None, case_id, told.version, {"status": told.status}, unseal(told.changes, vault))

    def gaps(self) -> Iterator[Fault]:
        """Numbers that were never given although later ones were."""
        for (series, year), given in self.issued.items():
            missing = [number for number in range(1, max(given)) if number not in given]
            if missing:
                after = min(seq for number, seq in given.items() if number > missing[0])
                names = f"{series}-{year}-{missing[0]:06d}" + (f" and {len(missing) - 1} more" if missing[1:] else "")
                yield Fault(after, "number", f"{names} was never given, though event {after} gives a later number.")
