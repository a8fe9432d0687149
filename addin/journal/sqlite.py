"""The journal in one SQLite file beside the workbook: WAL, synchronous FULL, one transaction a press.

Guarantees the contract's promises through the schema's triggers and an immediate transaction. WAL needs every user
on one computer, so a file on a network path is refused and PostgreSQL named as the way.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from addin.errors import ChainBroken, Conflict, Unavailable
from addin.journal.contract import Remembered, Tally
from addin.journal.copying import copy_file
from addin.journal.places import network_kind
from addin.journal.schema import MIGRATIONS
from addin.journal.stored import (
    fields_text,
    first_since,
    held_until,
    keys_of,
    parts,
    read_case,
    read_event,
    standing,
    steady,
)
from addin.logic.case_type import Case
from addin.logic.chain import GENESIS, Head, Link, digest, follow
from addin.logic.events import Draft, Event, Sealed, decode, encode, seal
from addin.logic.system_kinds import CLOCK_HELD

_BUSY_S: Final = 10.0


class _SqliteReader:
    """Reading, shared by the journal and its writer."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def head(self) -> Head:
        """How far the chain goes."""
        with _mapped():
            row = self._db.execute("SELECT seq, hash, at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(*row) if row else Head()

    def case(self, case_id: str) -> Case | None:
        """The current state of a case."""
        found = self.cases([case_id])
        return found[0] if found else None

    def cases(self, ids: Iterable[str] | None = None, *, types: Sequence[str] = ()) -> list[Case]:
        """Current states in order of their ids: the named ones, or all of some types, or all."""
        if ids is not None:
            wanted = sorted(set(ids))
            return [case for part in parts(wanted) for case in self._cases("case_id", part)]
        return self._cases("type", types)

    def _cases(self, column: str, values: Sequence[str]) -> list[Case]:
        where = f"WHERE {column} IN ({_marks(values)})" if values else ""
        sql = f"SELECT case_id, type, status, version, fields FROM cases {where} ORDER BY case_id"  # noqa: S608 - marks only
        with _mapped():
            return [read_case(*row) for row in self._db.execute(sql, values)]

    def related(self, case: Case) -> tuple[Case, ...]:
        """The other cases that share an order, a tracking number, a return, a payment or a link with this one."""
        keys = list(keys_of(case))
        ids: set[str] = set()
        for part in parts(keys):
            sql = f"SELECT case_id FROM case_keys WHERE key IN ({_marks(part)})"  # noqa: S608 - marks only
            with _mapped():
                ids |= {row[0] for row in self._db.execute(sql, part)}
        return tuple(self.cases(ids - {case.case_id}))

    def touched(self, since: str) -> list[Case]:
        """The cases to which anything happened from an instant on, in order of their ids."""
        with _mapped():
            first = first_since(self.head().seq, self._at, since)
            sql = "SELECT case_id, type, status, version, fields FROM cases WHERE version >= ? ORDER BY case_id"
            return [read_case(*row) for row in self._db.execute(sql, (first,))]

    def _at(self, seq: int) -> str:
        return str(self._db.execute("SELECT at FROM events WHERE seq = ?", (seq,)).fetchone()[0])

    def worklist(self, limit: int) -> list[Case]:
        """The open cases that are due first, then the more urgent, then the older."""
        sql = "SELECT case_id FROM cases WHERE is_open = 1 ORDER BY due, priority, case_id LIMIT ?"
        with _mapped():
            ids = [row[0] for row in self._db.execute(sql, (limit,))]
        found = {case.case_id: case for case in self.cases(ids)}
        return [found[case_id] for case_id in ids]

    def tally(self, now: str, day_end: str) -> Tally:
        """Counts over the open cases, at an instant and up to the end of its day."""
        sql = """SELECT COUNT(*), TOTAL(due < :now), TOTAL(due >= :now AND due <= :day_end),
                 TOTAL(waiting AND due > :day_end), TOTAL(priority = 'P1'), TOTAL(NOT owned)
                 FROM cases WHERE is_open = 1"""
        with _mapped():
            row = self._db.execute(sql, {"now": now, "day_end": day_end}).fetchone()
        return Tally(*(int(count) for count in row))

    def recall(self, key: str) -> Remembered | None:
        """The answer already given to an idempotency key."""
        sql = "SELECT payload, case_id, answer, seq FROM answers WHERE key = ?"
        with _mapped():
            row = self._db.execute(sql, (key,)).fetchone()
        return Remembered(*row) if row else None


class SqliteWriter(_SqliteReader):
    """The one writer of a transaction."""

    def __init__(self, db: sqlite3.Connection, salt: Callable[[], str]) -> None:
        super().__init__(db)
        self._salt = salt

    def next_number(self, series: str, year: int) -> str:
        """The next number of a series; given back when the transaction fails, so there are no gaps."""
        with _mapped():
            row = self._db.execute(
                "INSERT INTO numbers VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
                (series, year),
            ).fetchone()
        return f"{series}-{year}-{row[0]:06d}"

    def _held(self) -> str:
        statement = "SELECT text FROM events WHERE kind = ? ORDER BY seq DESC LIMIT 1"
        with _mapped():
            row = self._db.execute(statement, (CLOCK_HELD.name,)).fetchone()
        return held_until(row[0]) if row else ""

    def append(self, draft: Draft, *, at: str, actor: str, role: str) -> Event:
        """Seal, number, chain and store one event."""
        head = self._sound_head()
        draft, at = steady(draft, at, head, self._held)
        sealed, kept = seal(draft, self._salt)
        link = follow(head, encode(sealed, seq=head.seq + 1, at=at, actor=actor, role=role), at)
        event = decode(link.text, prev=link.prev, hash=link.hash)
        with _mapped():
            self._db.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
                (link.seq, at, draft.case_id, draft.kind, link.text, link.prev, link.hash),
            )
            rows = [(entry.digest, entry.salt, entry.value, draft.case_id) for entry in kept]
            self._db.executemany("INSERT INTO vault VALUES (?, ?, ?, ?)", rows)
        return event

    def _sound_head(self) -> Head:
        """The head, once its own text has been hashed again: nothing is built on an event that was altered."""
        with _mapped():
            row = self._db.execute("SELECT seq, hash, at, prev, text FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        if row is None:
            return Head()
        seq, stored, at, prev, text = row
        if (found := digest(prev, text)) != stored:
            raise ChainBroken(seq, stored, found)
        return Head(seq, stored, at)

    def save(self, case: Case) -> None:
        """Store a case's current state beside its events."""
        fields = fields_text(case)
        with _mapped():
            self._db.execute(
                "INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (case.case_id, case.type, case.status, case.version, *standing(case), fields),
            )
            self._db.execute("DELETE FROM case_keys WHERE case_id = ?", (case.case_id,))
            rows = [(key, case.case_id) for key in keys_of(case)]
            self._db.executemany("INSERT OR IGNORE INTO case_keys VALUES (?, ?)", rows)

    def erase(self, digests: Iterable[str]) -> int:
        """Take personal values out of the vault for good; answers how many there were."""
        count = 0
        with _mapped():
            for part in parts(list(dict.fromkeys(digests))):
                sql = f"DELETE FROM vault WHERE digest IN ({_marks(part)})"  # noqa: S608 - marks only
                count += self._db.execute(sql, part).rowcount
        return count

    def retake(self, link: Link, event: Event, sealed: Iterable[Sealed]) -> None:
        """Store an event that was chained before, with the personal values that are still known (rebuild only)."""
        with _mapped():
            self._db.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
                (link.seq, event.at, event.case_id, event.kind, link.text, link.prev, link.hash),
            )
            rows = [(entry.digest, entry.salt, entry.value, event.case_id) for entry in sealed]
            self._db.executemany("INSERT OR IGNORE INTO vault VALUES (?, ?, ?, ?)", rows)

    def resume_numbers(self, series: str, year: int, last: int) -> None:
        """Let a series go on after its last number (rebuild only)."""
        with _mapped():
            self._db.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", (series, year, last))

    @contextmanager
    def row(self) -> Iterator[None]:
        """One row of a bulk press: undone alone when it fails, so that the good rows stand."""
        with _mapped():
            self._db.execute("SAVEPOINT one_row")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # else the whole transaction is gone already, this row with it
                self._db.execute("ROLLBACK TO one_row")
            raise
        finally:
            if self._db.in_transaction:
                self._db.execute("RELEASE one_row")

    def remember(self, key: str, kept: Remembered) -> None:
        """Keep the answer of an idempotency key for good."""
        with _mapped():
            values = (key, kept.payload, kept.case_id, kept.answer, kept.seq)
            self._db.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", values)


class SqliteJournal(_SqliteReader):
    """A journal file; `create` makes it, else it must exist.

    Raises:
        Unavailable: when the file is absent, locked, damaged, read-only or on a network path.
    """

    def __init__(
        self, path: Path | None, *, create: bool = False, read_only: bool = False, salt: Callable[[], str] | None = None
    ) -> None:
        if path is not None:
            _refuse_place(path, create=create)
        self._salt = salt or (lambda: secrets.token_hex(16))
        self._read_only = read_only
        with _mapped():
            super().__init__(_connect(path, create=create, read_only=read_only))
            try:
                self._prepare(new=create or path is None)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self, *, new: bool) -> None:
        _refuse_stranger(self._db, new=new)
        if self._read_only:
            self._db.execute("PRAGMA query_only = ON")
            return
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA fullfsync = ON")
        self._db.execute("PRAGMA foreign_keys = ON")
        _migrate(self._db)

    @property
    def register_id(self) -> str:
        """The id of the register, from its first event; empty before it."""
        first = next(self.events(upto=1), None)
        return str(first.data.get("register", "")) if first else ""

    @contextmanager
    def write(self) -> Iterator[SqliteWriter]:
        """One immediate transaction; commits durably at the end, rolls back on an exception."""
        with _mapped():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield SqliteWriter(self._db, self._salt)
            with _mapped():
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def links(self, after: int = 0, upto: int | None = None) -> Iterator[Link]:
        """Stored texts and hashes in order, for checking."""
        sql = "SELECT seq, text, prev, hash FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"
        with _mapped():
            for row in self._db.execute(sql, (after, upto if upto is not None else 2**62)):
                yield Link(*row)

    def events(
        self, after: int = 0, upto: int | None = None, *, case_id: str | None = None, kinds: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Events in order: all, or those of one case, or of some kinds."""
        sql = "SELECT text, prev, hash, seq FROM events WHERE seq > ? AND seq <= ?"
        values: list[object] = [after, upto if upto is not None else 2**62]
        if case_id is not None:
            sql += " AND case_id = ?"
            values.append(case_id)
        if kinds:
            sql += f" AND kind IN ({_marks(kinds)})"
            values += kinds
        with _mapped():
            for text, prev, hashed, seq in self._db.execute(f"{sql} ORDER BY seq", values):
                yield read_event(text, prev, hashed, seq)

    def vault(self, digests: Iterable[str]) -> dict[str, Sealed]:
        """The personal values that are still kept for these digests."""
        wanted = list(dict.fromkeys(digests))
        found: dict[str, Sealed] = {}
        with _mapped():
            for part in parts(wanted):
                sql = f"SELECT digest, salt, value FROM vault WHERE digest IN ({_marks(part)})"  # noqa: S608 - marks only
                found |= {row[0]: Sealed(*row) for row in self._db.execute(sql, part)}
        return found

    def copy_to(self, target: Path) -> None:
        """Write everything that is committed into a new SQLite file."""
        copy_file(self._db, target)

    def scrub(self) -> None:
        """Write the file anew without what was deleted, and empty the log beside it."""
        with _mapped():
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()


def _connect(path: Path | None, *, create: bool, read_only: bool) -> sqlite3.Connection:
    if path is None:
        return sqlite3.connect(":memory:", isolation_level=None)
    mode = "ro" if read_only else "rwc" if create else "rw"
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    # A host may call from another thread each time; it sends one press at a time.
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)


def _refuse_place(path: Path, *, create: bool) -> None:
    if (kind := network_kind(path)) is not None:
        raise Unavailable(
            f"The journal {path} would be on a network drive ({kind}), where SQLite can lose events.",
            hint="Keep the register on a local disk, or name a PostgreSQL url in casebook.toml.",
            code="JRN-NETWORK",
        )
    if not create and not path.exists():
        raise Unavailable(
            f"There is no journal at {path}.",
            hint="Check the register folder; 'casebook rebuild journal' makes it again from the workbook.",
            code="JRN-MISSING",
        )


def _refuse_stranger(db: sqlite3.Connection, *, new: bool) -> None:
    """Refuse a file that is no journal, before anything is written into it, and one of a newer version."""
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if "migrations" not in tables and (tables or not new):
        raise Unavailable(
            "The journal file is empty." if not tables else "The journal file is another program's database.",
            hint="Put the right file back from a snapshot; 'casebook rebuild journal' makes it from the workbook.",
            code="JRN-STRANGER",
        )
    newer = _done(db) - {name for name, _ in MIGRATIONS} if tables else set()
    if newer:
        raise Unavailable(
            f"The journal was written by a newer version ({', '.join(sorted(newer))}).",
            hint="Update Casebook on this computer.",
            code="JRN-NEWER",
        )


def _done(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM migrations")}


def _migrate(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
    if len(_done(db)) == len(MIGRATIONS):
        return
    for name, statements in MIGRATIONS:
        db.execute("BEGIN IMMEDIATE")
        if name not in _done(db):  # asked inside the transaction: somebody else may just have done it
            for statement in statements:
                db.execute(statement)
            db.execute("INSERT INTO migrations VALUES (?)", (name,))
        db.execute("COMMIT")


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


@contextmanager
def _mapped() -> Iterator[None]:
    """The one place where the driver's errors become ours."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Conflict(f"The journal refused the change: {error}.", hint="Refresh and press again.") from error
    except sqlite3.OperationalError as error:
        locked = "locked" in str(error) or "busy" in str(error)
        hint = (
            "Another press is still running; wait a moment and press again."
            if locked
            else "Check that the register folder can be written and the disk is not full."
        )
        raise Unavailable(f"The journal cannot be used: {error}.", hint=hint) from error
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError) as error:
        hint = "It was closed, or is used from two places at once: open the register again."
        raise Unavailable(f"The journal cannot be used: {error}", hint=hint) from error
    except sqlite3.Error as error:
        raise Unavailable(
            f"The journal cannot be read: {error}.",
            hint="Keep the file, run 'casebook verify', and restore a snapshot or rebuild from the workbook.",
            code="JRN-DAMAGED",
        ) from error


__all__ = ["GENESIS", "SqliteJournal", "SqliteWriter"]
