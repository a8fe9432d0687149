"""Reads a journal file as evidence: read-only, from the stored bytes, and also when the file is damaged.

1. Every link is hashed again from the bytes as they are stored; columns beside a text must say what the text says.
2. The tables of current state, numbers and personal values must be what the events tell.
3. The file's own structure and the guards against changing events must be whole.
4. Where the file cannot be read, the first event that cannot be read is named, and reading goes on behind it.

Nothing is repaired and nothing is written: a file that nobody has open is opened without locks or side files.
"""

from __future__ import annotations

import binascii
import contextlib
import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from addin.errors import Unavailable
from addin.journal.chain_walk import Companion, Walked
from addin.journal.kept_state import STATE, is_as_told, plain_fields, state_fault
from addin.journal.retell import Retold
from addin.journal.schema import MIGRATIONS
from addin.journal.stored import keys_in, keys_of
from addin.logic.cases import case_types
from addin.logic.chain import GENESIS, Fault, Head, Link, check
from addin.logic.events import Sealed
from addin.progress import Say, say_nothing

#: More faults than this are counted, not listed: after that many the file is no longer the journal it was.
FAULT_LIMIT: Final = 500
_EVENTS: Final = "SELECT seq, at, case_id, kind, text, prev, hash FROM events WHERE seq > ? ORDER BY seq"
_ROW_OF: Final = re.compile(r"row (\d+) missing from index (\w+)")
#: A journal of so many events is long: a second process hashes it.
LONG: Final = 200_000
#: Faults after which the events no longer tell the whole story.
BREAKS: Final = frozenset({"missing", "order", "broken", "altered", "text", "unreadable", "sheet"})
#: What reading a damaged file may raise; the driver even fails to decode its own messages about it.
_BROKEN: Final = (sqlite3.Error, UnicodeDecodeError)
_FAR: Final = 2**40
#: What stands between a key and its case in one text; no number of a case holds it.
_AND: Final = "\x1f"
_WAIT_S: Final = 10.0
#: Every so many events (one more than this) it is said how far the walk has come.
_SAID: Final = 0x3FFF


class Body(msgspec.Struct):
    """The parts of an event's text that are checked."""

    seq: int
    at: str
    case: str
    kind: str
    data: dict[str, Any]


_DECODER: Final = msgspec.json.Decoder(Body)


class HashList:
    """The hash of every event by its number, 32 bytes each."""

    def __init__(self) -> None:
        self._raw = bytearray()

    def put(self, seq: int, text: str) -> None:
        """Keep the hash (hex) of an event; a number that comes again is taken over."""
        if len(text) == 64 and len(self._raw) == (seq - 1) * 32:
            with contextlib.suppress(ValueError):
                self._raw += bytes.fromhex(text)
            return
        if not 0 < seq <= len(self._raw) // 32 + 1_000_000:
            return
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            return
        if len(raw) == 32:
            self._raw.extend(bytes(max(0, (seq - 1) * 32 - len(self._raw))))
            self._raw[(seq - 1) * 32 : seq * 32] = raw

    def extend(self, after: int, raw: bytes) -> None:
        """Keep the hashes of events that follow the one numbered `after`, 32 bytes each."""
        if len(self._raw) == after * 32:
            self._raw += raw
            return
        for at in range(0, len(raw), 32):
            self.put(after + 1 + at // 32, raw[at : at + 32].hex())

    def at(self, seq: int) -> str:
        """The hash of an event as hex; empty when it is not there."""
        raw = self._raw[(seq - 1) * 32 : seq * 32] if seq > 0 else b""
        return raw.hex() if raw and any(raw) else ""

    def runs_apart(self, other: HashList, upto: int) -> Iterator[tuple[int, int]]:
        """The runs of events up to a number whose hashes differ, as first and last number."""
        mine, theirs = self._raw[: upto * 32], other._raw[: upto * 32]
        if mine == theirs:
            return
        first = 0
        for seq in range(1, upto + 1):
            apart = mine[(seq - 1) * 32 : seq * 32] != theirs[(seq - 1) * 32 : seq * 32]
            if apart and not first:
                first = seq
            elif not apart and first:
                yield first, seq - 1
                first = 0
        if first:
            yield first, upto


@dataclass(slots=True)
class Examination:
    """What a journal file says and what is wrong with it."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    head: Head = field(default_factory=Head)
    events: int = 0
    hashes: HashList = field(default_factory=HashList)
    retold: Retold = field(default_factory=Retold)
    vault: dict[str, Sealed] = field(default_factory=dict)
    unlisted: int = 0

    @property
    def whole(self) -> bool:
        """True while every event could be read and follows its predecessor, so that what they tell can be compared."""
        return not any(fault.what in BREAKS for fault in self.faults)

    def add(self, fault: Fault) -> None:
        """Note a fault; beyond the limit only their number is kept."""
        if len(self.faults) < FAULT_LIMIT:
            self.faults.append(fault)
        else:
            self.unlisted += 1


def examine(path: Path, say: Say = say_nothing) -> Examination:
    """Check a whole journal file; `say` takes words about how far it has come.

    Raises:
        Unavailable: when the file is not there, may not be read, or is busy for too long.
    """
    alone = _nobody_writes(path)
    found = _examine(path, say)
    if alone and path.with_name(path.name + "-wal").exists():  # somebody began to write meanwhile
        found = _examine(path, say)
    return found


def _examine(path: Path, say: Say) -> Examination:
    db, uri = open_read_only(path)
    try:
        return _Examiner(db, path, uri, say).run()
    finally:
        db.close()


def open_read_only(path: Path) -> tuple[sqlite3.Connection, str]:
    """A connection that changes nothing, with its address; texts come as the bytes they are stored as.

    Raises:
        Unavailable: when the file is not there or may not be read.
    """
    if not path.is_file():
        raise Unavailable(f"There is no journal at {path}.", hint="Check the path.", code="JRN-MISSING")
    uri = f"{path.resolve().as_uri()}?mode=ro" + ("&immutable=1" if _nobody_writes(path) else "")
    try:
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_WAIT_S)
    except sqlite3.Error as error:
        raise Unavailable(f"The journal {path} cannot be opened: {error}.", hint="Check the rights on it.") from error
    db.text_factory = bytes
    return db, uri


def _nobody_writes(path: Path) -> bool:
    return not any(path.with_name(path.name + tail).exists() for tail in ("-wal", "-shm"))


class _Examiner:
    """One pass over one journal file."""

    def __init__(self, db: sqlite3.Connection, path: Path, uri: str, say: Say = say_nothing) -> None:
        self.db, self.path, self.uri, self.say = db, path, uri, say
        self.found = Examination()
        self.unreadable = self.file_is_whole = False
        self.doubtful: set[str] = set()

    def run(self) -> Examination:
        """All checks, the chain first."""
        try:
            self.db.execute("BEGIN")  # one view of the file, whoever writes meanwhile
        except _BROKEN as error:
            self._busy(error)
        self._walk()
        found = self.found
        if not found.events and not self.unreadable:
            found.add(Fault(1, "beginning", "The journal holds no event; the first one should name its register."))
        whole = found.whole
        self.say("Comparing states, numbers and personal values with the events ...")
        for part in (self._structure, self._guards):
            self._guarded(part)
        for part in (found.retold.gaps, self._vault, self._cases, self._numbers) if whole else ():
            self._guarded(part)
        if not whole:
            found.notes.append("Kept states and personal values were not compared, because events are not whole.")
        if found.unlisted:
            found.notes.append(f"{found.unlisted} more faults are not listed.")
        return found

    def _guarded(self, part: Any) -> None:
        try:
            for fault in part():
                self.found.add(fault)
        except _BROKEN as error:
            self._busy(error)
            if not self.unreadable:
                self.unreadable = True
                self.found.add(self._damage(str(error)))

    def _busy(self, error: Exception) -> None:
        words = str(error)
        if "locked" in words or "unable to open" in words:
            raise Unavailable(
                f"The journal {self.path.name} cannot be read now: {words}.",
                hint="Close what has it open, or check the rights on its folder.",
            ) from error

    def _damage(self, words: str) -> Fault:
        head = self.found.head.seq
        whole = f"events 1 to {head} were read" if head else "no event could be read"
        return Fault(max(head, 1), "damaged", f"The journal's file is damaged ({words}); {whole}.")

    # ---- the chain ------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        companion = self._companion()
        self._walk_from(0, hashed_elsewhere=companion is not None)
        if companion is None:
            return
        other = companion.answer()
        found = self.found
        self.file_is_whole = other is not None and other.whole
        whole = Walked(found.events, GENESIS, found.head.seq, found.head.hash, sound=True, whole=self.file_is_whole)
        if other != whole or not found.whole:  # something is wrong, or could not be told: look at each event here
            self.found, self.unreadable = Examination(), False
            self._walk_from(0, hashed_elsewhere=False)

    def _companion(self) -> Companion | None:
        """Another process that hashes the chain of a long journal; None where that would cost more than it brings."""
        try:
            (last,) = self.db.execute("SELECT MAX(seq) FROM events").fetchone()
        except _BROKEN:
            return None
        return Companion(self.uri, 0, last, file_too=True) if isinstance(last, int) and last >= LONG else None

    def _walk_from(self, after: int, *, hashed_elsewhere: bool) -> None:
        while True:
            try:
                after = self._stride(after, hashed_elsewhere=hashed_elsewhere)
                rows = self.db.execute(_EVENTS, (after,))
                row = rows.fetchone()
                if row is None:
                    return
                self._take(row)
                after = row[0]
            except _BROKEN as error:
                self._busy(error)
                after = self._behind(max(after, self.found.head.seq), str(error))
                if after >= _FAR:
                    return

    def _behind(self, last: int, words: str) -> int:
        """The number before the next event that can be read; `_FAR` when there is none."""
        self.unreadable = True
        low, step = last, 1
        while step < _FAR and not self._readable(last + step):
            low, step = last + step, step * 2
        high = last + step
        while step < _FAR and high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._readable(middle) else (middle, high)
        row = self.db.execute(_EVENTS + " LIMIT 1", (high,)).fetchone() if step < _FAR else None
        if row is None:
            self.found.add(
                Fault(last + 1, "unreadable", f"The journal cannot be read from event {last + 1} on: {words}.")
            )
            return _FAR
        until = f" to {row[0] - 1}" if row[0] - 1 > last + 1 else ""
        self.found.add(Fault(last + 1, "unreadable", f"Event {last + 1}{until} cannot be read: {words}."))
        self.found.head = Head(row[0] - 1, _text(row[5]), self.found.head.at)
        return high

    def _readable(self, after: int) -> bool:
        try:
            self.db.execute(_EVENTS + " LIMIT 1", (after,)).fetchone()
        except _BROKEN:
            return False
        return True

    def _stride(self, after: int, *, hashed_elsewhere: bool) -> int:
        """Take events in which everything is as it must be; answers the last one before the first that is not.

        Millions of events go this way, so it compares bytes as they are stored and leaves words to `_take`. With
        `hashed_elsewhere` another process hashes the texts again meanwhile.
        """
        found, sha256, decode = self.found, hashlib.sha256, _DECODER.decode
        absorb, raw, unhex = found.retold.absorb, bytearray(), binascii.unhexlify
        head, seq, at = found.head.hash.encode(), after, found.head.at
        try:
            for number, when, case_id, kind, text, prev, hashed in self.db.execute(_EVENTS, (after,)):
                if number != seq + 1 or prev != head or type(text) is not bytes:
                    break
                if not hashed_elsewhere and sha256(prev + text).hexdigest().encode() != hashed:
                    break
                try:
                    body = decode(text)
                    raw += unhex(hashed)
                except (msgspec.DecodeError, ValueError, TypeError):
                    break
                told_at, case, told_kind = body.at, body.case, body.kind
                if body.seq != number or told_at.encode() != when or case.encode() != case_id:
                    break
                if told_kind.encode() != kind:
                    break
                if faults := absorb(number, told_at, case, told_kind, body.data):
                    for fault in faults:
                        found.add(fault)
                head, seq, at = hashed, number, told_at
                if not number & _SAID:
                    self.say(f"Checking every event: {number:,} so far ...")
        finally:
            if seq > after:
                found.hashes.extend(after, bytes(raw[: (seq - after) * 32]))
                found.events += seq - after
                found.head = Head(seq, head.decode(), at)
        return seq

    def _take(self, row: tuple[Any, ...]) -> None:
        found, seq = self.found, row[0]
        at, case_id, kind, text, prev, hashed = map(_bytes, row[1:])
        head = found.head
        faults: list[Fault] = []
        if (
            seq != head.seq + 1
            or prev.decode("ascii", "replace") != head.hash
            or hashlib.sha256(prev + text).hexdigest().encode() != hashed
        ):
            faults = list(check([Link(seq, _text(text), _text(prev), _text(hashed))], head))
        if not any(fault.what == "altered" for fault in faults):
            faults += self._contents(seq, at, case_id, kind, text)
        for fault in faults:
            found.add(fault)
        found.events += 1
        found.head = Head(seq, _text(hashed), _text(at))
        found.hashes.put(seq, found.head.hash)

    def _contents(self, seq: int, at: bytes, case_id: bytes, kind: bytes, text: bytes) -> Iterator[Fault]:
        try:
            body = _DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            yield Fault(seq, "text", f"Event {seq} is not the text of an event.")
            return
        told = (body.seq, body.at, body.case, body.kind)
        stored = (seq, *map(_text, (at, case_id, kind)))
        for name, said, column in zip(("number", "instant", "case", "kind"), told, stored, strict=True):
            if said != column:
                words = f"Event {seq}: the column beside it gives the {name} {column!r}, its text says {said!r}."
                yield Fault(seq, "column", words)
        yield from self.found.retold.take(seq, body.at, body.case, body.kind, body.data)

    # ---- the file -------------------------------------------------------------------------------------------

    def _structure(self) -> Iterator[Fault]:
        if self.file_is_whole:  # the other process looked
            return
        lines = [_text(row[0]) for row in self.db.execute("PRAGMA integrity_check")]
        if lines == ["ok"] or self.unreadable:
            return
        placed = False
        for line in lines:
            match = _ROW_OF.search(line)
            if match and (match[2].startswith("events") or "_events_" in match[2]):
                placed = True
                yield Fault(int(match[1]), "damaged", f"Event {match[1]} is not found by its index {match[2]}.")
        if any("value in events." in line for line in lines):
            wrong = " OR ".join(
                f"typeof({name}) <> 'text'" for name in ("at", "case_id", "kind", "text", "prev", "hash")
            )
            for (seq,) in self.db.execute(f"SELECT seq FROM events WHERE {wrong}"):  # noqa: S608 - fixed names
                placed = True
                yield Fault(seq, "damaged", f"Event {seq} is stored as something other than text.")
        if not placed:
            yield self._damage(lines[0].removeprefix("*** in database main ***").strip())

    def _guards(self) -> Iterator[Fault]:
        done = {_text(row[0]) for row in self.db.execute("SELECT name FROM migrations")}
        known = {name for name, _ in MIGRATIONS}
        if done - known and known <= done:
            self.found.notes.append("The journal was written by a newer version; its tables were not compared.")
            return
        expected, kept = _schema(known), dict(self.db.execute(_SCHEMA_SQL))
        stored = {_text(name): _text(sql) for name, sql in kept.items()}
        for name in expected.keys() | stored.keys():
            if expected.get(name) != stored.get(name):
                what = "is missing" if name not in stored else "was altered" if name in expected else "was added"
                words = f"The journal's own rule '{name}' {what}: somebody has worked on the file itself."
                yield Fault(max(self.found.head.seq, 1), "guard", words)

    # ---- what stands beside the events ----------------------------------------------------------------------

    def _vault(self) -> Iterator[Fault]:
        retold, head = self.found.retold, max(self.found.head.seq, 1)
        for digest, salt, value, case_id in self.db.execute("SELECT digest, salt, value, case_id FROM vault"):
            entry = Sealed(_text(digest), _text(salt), _text(value))
            seq, owner = retold.named.get(entry.digest, (0, ""))
            if hashlib.sha256(_bytes(salt) + _bytes(value)).hexdigest() != entry.digest:
                words = f"A personal value of {_text(case_id)} is not the one that event {seq or '?'} sealed."
                self.doubtful.add(owner)
                yield Fault(seq or head, "vault", words)
            elif not seq:
                yield Fault(head, "vault", f"The vault holds a value of {_text(case_id)} that no event names.")
            elif entry.digest in retold.erased:
                gone = retold.erased[entry.digest]
                yield Fault(gone, "vault", f"Event {gone} erased a personal value of {owner} that is still there.")
            elif owner != _text(case_id):
                yield Fault(seq, "vault", f"A personal value of {owner} is kept under {_text(case_id)}.")
            self.found.vault[entry.digest] = entry
        for digest, (seq, owner) in retold.named.items():
            if digest not in self.found.vault and digest not in retold.erased:
                self.doubtful.add(owner)
                yield Fault(seq, "vault", f"A personal value of {owner} (event {seq}) is gone, and no event erased it.")

    def _cases(self) -> Iterator[Fault]:
        retold, kinds = self.found.retold, case_types()
        unknown: dict[str, int] = {}
        stored = {_text(row[0]): row[1:] for row in self.db.execute(f"SELECT case_id, {STATE} FROM cases")}  # noqa: S608
        keys: set[str] = set()
        for case_id, told in retold.told.items():
            kind = kinds.get(told.type)
            plain = plain_fields(kind, told) if kind is not None else None
            if kind is not None and plain is not None and is_as_told(kind, told, plain, stored.get(case_id)):
                keys.update(f"{key}{_AND}{case_id}" for key in keys_in(case_id, plain))
                del stored[case_id]
                continue
            try:
                case = retold.case(case_id, self.found.vault)
            except (ValueError, ArithmeticError):
                case = None
            if case is None and kind is None:
                unknown[told.type] = unknown.get(told.type, 0) + 1
            if case is None or case_id in self.doubtful:  # its personal values are reported already
                stored.pop(case_id, None)
                self.doubtful.add(case_id)
                continue
            keys.update(f"{key}{_AND}{case_id}" for key in keys_of(case))
            yield from state_fault(case, stored.pop(case_id, None))
        for case_id in stored:
            yield Fault(max(self.found.head.seq, 1), "state", f"The case {case_id} is kept, but no event opened it.")
        if unknown:
            words = ", ".join(f"{count} of type {code}" for code, count in unknown.items())
            self.found.notes.append(f"Cases that this version does not know were not compared: {words}.")
        else:
            yield from self._links(keys)

    def _links(self, keys: set[str]) -> Iterator[Fault]:
        kept = {_text(row[0]) for row in self.db.execute(f"SELECT key || '{_AND}' || case_id FROM case_keys")}  # noqa: S608
        for link in sorted(keys ^ kept):
            key, _, case_id = link.rpartition(_AND)
            if case_id in self.doubtful:
                continue
            told = self.found.retold.told.get(case_id)
            seq = told.version if told else max(self.found.head.seq, 1)
            yield Fault(seq, "state", f"What relates {case_id} to others ('{key}') is not what its events say.")

    def _numbers(self) -> Iterator[Fault]:
        issued = self.found.retold.issued
        kept = {(_text(series), year): last for series, year, last in self.db.execute("SELECT * FROM numbers")}
        for (series, year), given in issued.items():
            last, counted = max(given), kept.get((series, year), 0)
            if counted != last:
                words = (
                    f"The counter of {series} numbers of {year} stands at {counted}; event {given[last]} gave {last}."
                )
                yield Fault(given[last], "number", words)


_SCHEMA_SQL: Final = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"


def _schema(names: set[str]) -> dict[str, str]:
    """The tables, indexes and triggers as they are made: name and text."""
    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
        for name, statements in MIGRATIONS:
            for statement in statements if name in names else ():
                db.execute(statement)
        return dict(db.execute(_SCHEMA_SQL))
    finally:
        db.close()


def _bytes(value: object) -> bytes:
    """A column as bytes; what is not text can only come from damage and then never matches."""
    return value if isinstance(value, bytes) else str(value).encode()


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


__all__ = ["BREAKS", "FAULT_LIMIT", "LONG", "Body", "Examination", "HashList", "examine", "open_read_only"]
