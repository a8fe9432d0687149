"""Events: what happened, as canonical text that is hashed, stored and shown as it is.

1. Canonical text is JSON with sorted keys, no blanks, UTF-8, and no floats: one event has exactly one text.
2. Every field is inside the text: number, instant, actor, role, case, kind, reason, data.
3. Kinds are stable strings with a version ("refund.approved.v1"); old versions stay readable through upcasters.
4. A personal value never enters the text: `seal` puts a salted digest there and hands the value to the vault.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from addin.logic.values import CELL_LIMIT, cell_length

#: JSON without floats.
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
#: The key under which a sealed personal value's digest stands in an event.
SEALED: Final = "sealed"
ERASED: Final = "[erased]"
#: How a sentence names a personal value.
PERSONAL: Final = "(personal)"
#: Whole numbers beyond this are read differently by other programs (RFC 8259, section 6).
_LARGEST: Final = 2**53 - 1
#: Characters that no workbook can hold; JSON may write them as escapes.
_ESCAPED: Final = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


class TextFault(ValueError):
    """An event that has no text of its own or too long a one; the message tells a person."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event: its stable name and the sentence it has on the audit sheet.

    `says` is a template over the event's fields: `{actor}`, `{case}`, and the names in `data`, in `data["with"]` (what
    was filled in before) and in `data["set"]`.
    """

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it is numbered and chained; `personal` names the keys of `data["set"]` to seal."""

    kind: str
    case_id: str
    data: Mapping[str, Json]
    reason: str = ""
    personal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the journal; `text` is the canonical text, `prev` and `hash` its place in the chain."""

    seq: int
    at: str
    actor: str
    role: str
    case_id: str
    kind: str
    reason: str
    data: Mapping[str, Json]
    text: str
    prev: str
    hash: str

    @property
    def changes(self) -> Mapping[str, Json]:
        """The fields this event set, in stored form; sealed ones as their digest objects."""
        found = self.data.get("set")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Sealed:
    """One vault entry: the digest that stands in the event, the salt and the value it was made of."""

    digest: str
    salt: str
    value: str


@dataclass(frozen=True, slots=True)
class KindTable:
    """All kinds of events and the upcasters of old versions, looked up by name."""

    kinds: Mapping[str, Kind]
    upcasters: Mapping[str, Callable[[dict[str, Json]], tuple[str, dict[str, Json]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, kinds: Iterable[Kind]) -> KindTable:
        """A table out of kinds.

        Raises:
            ValueError: when one name has two different sentences.
        """
        found: dict[str, Kind] = {}
        for kind in kinds:
            if found.setdefault(kind.name, kind) != kind:
                raise ValueError(f"Event kind {kind.name!r} is declared twice with different sentences.")
        return cls(found)

    def current(self, kind: str, data: dict[str, Json]) -> tuple[str, dict[str, Json]]:
        """An event's kind and data brought to the newest version."""
        while kind in self.upcasters:
            kind, data = self.upcasters[kind](data)
        return kind, data

    def sentence(self, event: Event) -> str:
        """The audit sheet's sentence for an event; an unknown kind is named as such, never hidden."""
        name, data = self.current(event.kind, dict(event.data))
        kind = self.kinds.get(name)
        if kind is None:
            return f"{event.actor}: {event.kind} (a kind this version does not know)"
        sources = [part for part in (data.get("set"), data.get("with"), data) if isinstance(part, dict)]
        own = {"actor": event.actor, "case": event.case_id}
        said = []
        for literal, name in _parts(kind.says):
            said.append(literal)
            if name:
                said.append(own[name] if name in own else _named(sources, name))
                said[-1] = said[-1] or "-"
        return "".join(said)


def _named(sources: Iterable[Mapping[str, Json]], name: str) -> str:
    """What stands under a name in the first of these that has it; empty where none has."""
    return next((_words(source[name]) for source in sources if name in source), "")


@lru_cache(maxsize=1_024)
def _parts(says: str) -> tuple[tuple[str, str], ...]:
    """A sentence as literal text and the name that follows it; names are plain, without attributes or formats."""
    return tuple((literal, name or "") for literal, name, _, _ in string.Formatter().parse(says))


@lru_cache(maxsize=1_024)
def names_in(says: str) -> frozenset[str]:
    """The names a sentence asks for."""
    return frozenset(name for _, name in _parts(says) if name)


def _words(value: Json) -> str:
    if isinstance(value, dict):
        return PERSONAL
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def iso(instant: datetime) -> str:
    """An instant as stored: UTC, seconds, with offset.

    Raises:
        ValueError: for a naive datetime.
    """
    if instant.tzinfo is None:
        raise ValueError("An instant needs an offset.")
    return instant.astimezone(UTC).replace(microsecond=0).isoformat()


def canonical(value: Json) -> str:
    """The one text of a JSON value: sorted keys, no blanks, no floats.

    Raises:
        TypeError: for a float, a non-text key, a whole number beyond 2**53 or any other type.
        TextFault: for half a character.
    """
    _refuse_others(value)
    try:
        return msgspec.json.encode(value, order="sorted").decode("utf-8").translate(_ESCAPED)
    except UnicodeEncodeError:
        raise TextFault("The text holds half a character, which cannot be stored.") from None


def _refuse_others(value: object) -> None:
    if value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) <= _LARGEST):
        return
    if isinstance(value, list):
        for item in value:
            _refuse_others(item)
        return
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        for item in value.values():
            _refuse_others(item)
        return
    raise TypeError(f"{type(value).__name__} cannot stand in an event: use text, whole numbers, yes/no, lists, maps.")


def encode(draft: Draft, *, seq: int, at: str, actor: str, role: str) -> str:
    """The canonical text of a draft once it has its number; read back before it is trusted.

    Raises:
        TypeError: when the data hold a float or another type that has no one text.
        TextFault: when the text would not fit one cell of the audit sheet.
    """
    body: dict[str, Json] = {
        "actor": actor,
        "at": at,
        "case": draft.case_id,
        "data": dict(draft.data),
        "kind": draft.kind,
        "reason": draft.reason,
        "role": role,
        "seq": seq,
    }
    text = canonical(body)
    if (length := cell_length(text)) > CELL_LIMIT:
        raise TextFault(f"The event is too long ({length:,} characters; a cell holds {CELL_LIMIT:,}).")
    if msgspec.json.decode(text) != body:
        raise TextFault("The event's text does not read back as what was written.")
    return text


class _Body(msgspec.Struct):
    actor: str
    at: str
    case: str
    data: dict[str, Any]
    kind: str
    reason: str
    role: str
    seq: int


_DECODER: Final = msgspec.json.Decoder(_Body)


def decode(text: str, *, prev: str, hash: str) -> Event:
    """An event out of its canonical text.

    Raises:
        ValueError: when the text is not an event.
    """
    try:
        body = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ValueError(f"Not the text of an event: {text[:60]!r}") from error
    return Event(
        body.seq, body.at, body.actor, body.role, body.case, body.kind, body.reason, body.data, text, prev, hash
    )


def seal(draft: Draft, salt: Callable[[], str]) -> tuple[Draft, tuple[Sealed, ...]]:
    """A draft whose personal values are replaced by salted digests, and the vault entries that hold them."""
    changes = draft.data.get("set")
    if not draft.personal or not isinstance(changes, dict):
        return draft, ()
    kept: list[Sealed] = []
    public: dict[str, Json] = {}
    for name, value in changes.items():
        if name not in draft.personal or value is None:
            public[name] = value
            continue
        entry = _entry(salt(), value)
        kept.append(entry)
        public[name] = {SEALED: entry.digest}
    return Draft(draft.kind, draft.case_id, {**draft.data, "set": public}, draft.reason, draft.personal), tuple(kept)


def _entry(salt: str, value: Json) -> Sealed:
    text = canonical(value)
    return Sealed(hashlib.sha256((salt + text).encode("utf-8")).hexdigest(), salt, text)


def digests(data: Mapping[str, Json]) -> tuple[str, ...]:
    """The vault digests an event's data refer to."""
    changes = data.get("set")
    if not isinstance(changes, dict):
        return ()
    found = (value.get(SEALED) for value in changes.values() if isinstance(value, dict))
    return tuple(item for item in found if isinstance(item, str))


def unseal(changes: Mapping[str, Json], vault: Mapping[str, Sealed]) -> dict[str, Json]:
    """Changes with their personal values put back; an erased one reads "[erased]".

    Raises:
        ValueError: when a vault value does not match its digest (it was altered).
    """
    result: dict[str, Json] = {}
    for name, value in changes.items():
        if not (isinstance(value, dict) and SEALED in value):
            result[name] = value
            continue
        wanted = str(value[SEALED])
        entry = vault.get(wanted)
        if entry is None:
            result[name] = ERASED
            continue
        if hashlib.sha256((entry.salt + entry.value).encode("utf-8")).hexdigest() != wanted:
            raise ValueError(f"The vault's value of {name!r} does not match its digest.")
        result[name] = msgspec.json.decode(entry.value)
    return result
