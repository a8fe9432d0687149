"""The journal in PostgreSQL, for a team: the same contract as the file, one schema for each register.

1. One writer at a time: a transaction-level advisory lock, then the newest committed state.
2. Durable: a server that does not sync to disk is refused, and every session asks for a synchronous commit.
3. Append-only by triggers; whoever may drop them is found by `verify` and by the witness.
4. A server that went away is asked again at the next press. Whether a commit that broke off was taken shows at Refresh;
   the same press repeated does nothing twice.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from addin.errors import ChainBroken, Conflict, Unavailable
from addin.journal.contract import Remembered, Tally
from addin.journal.copying import copy_rows
from addin.journal.postgres_schema import MIGRATIONS
from addin.journal.stored import fields_text, first_since, held_until, keys_of, read_case, read_event, standing, steady
from addin.logic.case_type import Case
from addin.logic.chain import Head, Link, digest, follow
from addin.logic.events import Draft, Event, Sealed, decode, encode, seal
from addin.logic.system_kinds import CLOCK_HELD

#: How long a press waits for another one, and for the server to answer at all.
_WAIT_MS: Final = 10_000
_CONNECT_S: Final = 10
#: Events fetched at a time: long journals are never held in memory.
_BATCH: Final = 5_000
_REGISTER: Final = re.compile(r"[a-z0-9_]{1,60}")  # a name on the server has 63 bytes at most
_LAST: Final = 2**62


class _PostgresReader:
    """Reading, shared by the journal and its writer."""

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        raise NotImplementedError

    def head(self) -> Head:
        """How far the chain goes."""
        rows = self._all("SELECT seq, hash, at FROM events ORDER BY seq DESC LIMIT 1")
        return Head(*rows[0]) if rows else Head()

    def case(self, case_id: str) -> Case | None:
        """The current state of a case."""
        found = self.cases([case_id])
        return found[0] if found else None

    def cases(self, ids: Iterable[str] | None = None, *, types: Sequence[str] = ()) -> list[Case]:
        """Current states in order of their ids: the named ones, or all of some types, or all."""
        shown = "SELECT case_id, type, status, version, fields FROM cases"
        if ids is not None:
            rows = self._all(f"{shown} WHERE case_id = ANY(%s) ORDER BY case_id", (list(set(ids)),))
        elif types:
            rows = self._all(f"{shown} WHERE type = ANY(%s) ORDER BY case_id", (list(types),))
        else:
            rows = self._all(f"{shown} ORDER BY case_id")
        return [read_case(*row) for row in rows]

    def related(self, case: Case) -> tuple[Case, ...]:
        """The other cases that share an order, a tracking number, a return, a payment or a link with this one."""
        rows = self._all("SELECT case_id FROM case_keys WHERE key = ANY(%s)", (list(keys_of(case)),))
        return tuple(self.cases({row[0] for row in rows} - {case.case_id}))

    def touched(self, since: str) -> list[Case]:
        """The cases to which anything happened from an instant on, in order of their ids."""
        first = first_since(self.head().seq, self._at, since)
        shown = "SELECT case_id, type, status, version, fields FROM cases"
        return [read_case(*row) for row in self._all(f"{shown} WHERE version >= %s ORDER BY case_id", (first,))]

    def _at(self, seq: int) -> str:
        ((at,),) = self._all("SELECT at FROM events WHERE seq = %s", (seq,))
        return str(at)

    def worklist(self, limit: int) -> list[Case]:
        """The open cases that are due first, then the more urgent, then the older."""
        shown = "SELECT case_id, type, status, version, fields FROM cases WHERE is_open = 1"
        rows = self._all(f"{shown} ORDER BY due, priority, case_id LIMIT %s", (limit,))
        return [read_case(*row) for row in rows]

    def tally(self, now: str, day_end: str) -> Tally:
        """Counts over the open cases, at an instant and up to the end of its day."""
        statement = """SELECT COUNT(*), COUNT(*) FILTER (WHERE due < %(now)s),
            COUNT(*) FILTER (WHERE due >= %(now)s AND due <= %(end)s),
            COUNT(*) FILTER (WHERE waiting = 1 AND due > %(end)s),
            COUNT(*) FILTER (WHERE priority = 'P1'), COUNT(*) FILTER (WHERE owned = 0)
            FROM cases WHERE is_open = 1"""
        (row,) = self._all(statement, {"now": now, "end": day_end})  # type: ignore[arg-type]
        return Tally(*row)

    def recall(self, key: str) -> Remembered | None:
        """The answer already given to an idempotency key."""
        rows = self._all("SELECT payload, case_id, answer, seq FROM answers WHERE key = %s", (key,))
        return Remembered(*rows[0]) if rows else None


class PostgresWriter(_PostgresReader):
    """The one writer of a transaction."""

    def __init__(self, db: psycopg.Connection[Any], salt: Callable[[], str]) -> None:
        self._db, self._salt = db, salt

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with _mapped():
            done = self._db.execute(statement.encode(), values)
            return done.fetchall() if done.description else []

    def _each(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            with _mapped(), self._db.cursor() as cursor:
                cursor.executemany(statement.encode(), rows)

    def next_number(self, series: str, year: int) -> str:
        """The next number of a series; given back when the transaction fails, so there are no gaps."""
        statement = """INSERT INTO numbers VALUES (%s, %s, 1)
            ON CONFLICT (series, year) DO UPDATE SET last = numbers.last + 1 RETURNING last"""
        ((last,),) = self._all(statement, (series, year))
        return f"{series}-{year}-{last:06d}"

    def _held(self) -> str:
        rows = self._all("SELECT text FROM events WHERE kind = %s ORDER BY seq DESC LIMIT 1", (CLOCK_HELD.name,))
        return held_until(rows[0][0]) if rows else ""

    def append(self, draft: Draft, *, at: str, actor: str, role: str) -> Event:
        """Seal, number, chain and store one event."""
        head = self._sound_head()
        draft, at = steady(draft, at, head, self._held)
        sealed, kept = seal(draft, self._salt)
        link = follow(head, encode(sealed, seq=head.seq + 1, at=at, actor=actor, role=role), at)
        event = decode(link.text, prev=link.prev, hash=link.hash)
        self.retake(link, event, kept)
        return event

    def _sound_head(self) -> Head:
        """The head, once its own text has been hashed again: nothing is built on an event that was altered."""
        rows = self._all("SELECT seq, hash, at, prev, text FROM events ORDER BY seq DESC LIMIT 1")
        if not rows:
            return Head()
        seq, stored, at, prev, text = rows[0]
        if (found := digest(prev, text)) != stored:
            raise ChainBroken(seq, stored, found)
        return Head(seq, stored, at)

    def save(self, case: Case) -> None:
        """Store a case's current state beside its events."""
        columns = "type, status, version, is_open, due, priority, owned, waiting, fields"
        news = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns.split(", "))
        state = tuple(int(part) if isinstance(part, bool) else part for part in standing(case))
        self._all(
            f"""INSERT INTO cases (case_id, {columns}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT (case_id) DO UPDATE SET {news}""",  # noqa: S608 - our own column names
            (case.case_id, case.type, case.status, case.version, *state, fields_text(case)),
        )
        self._all("DELETE FROM case_keys WHERE case_id = %s", (case.case_id,))
        keys = [(key, case.case_id) for key in dict.fromkeys(keys_of(case))]
        self._each("INSERT INTO case_keys VALUES (%s, %s)", keys)

    def erase(self, digests: Iterable[str]) -> int:
        """Take personal values out of the vault for good; answers how many there were."""
        rows = self._all("DELETE FROM vault WHERE digest = ANY(%s) RETURNING 1", (list(set(digests)),))
        return len(rows)

    def retake(self, link: Link, event: Event, sealed: Iterable[Sealed]) -> None:
        """Store a chained event with the personal values that are known for it."""
        self._all(
            "INSERT INTO events VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (link.seq, event.at, event.case_id, event.kind, link.text, link.prev, link.hash),
        )
        rows = [(entry.digest, entry.salt, entry.value, event.case_id) for entry in sealed]
        self._each("INSERT INTO vault VALUES (%s, %s, %s, %s) ON CONFLICT (digest) DO NOTHING", rows)

    def resume_numbers(self, series: str, year: int, last: int) -> None:
        """Let a series go on after its last number (rebuild only)."""
        statement = (
            "INSERT INTO numbers VALUES (%s, %s, %s) ON CONFLICT (series, year) DO UPDATE SET last = EXCLUDED.last"
        )
        self._all(statement, (series, year, last))

    @contextmanager
    def row(self) -> Iterator[None]:
        """One row of a bulk press: undone alone when it fails, so that the good rows stand."""
        self._all("SAVEPOINT one_row")
        try:
            yield
        except BaseException:
            if not self._db.closed:
                self._all("ROLLBACK TO one_row")
            raise
        self._all("RELEASE one_row")

    def remember(self, key: str, kept: Remembered) -> None:
        """Keep the answer of an idempotency key for good."""
        values = (key, kept.payload, kept.case_id, kept.answer, kept.seq)
        self._all("INSERT INTO answers VALUES (%s, %s, %s, %s, %s)", values)


class PostgresJournal(_PostgresReader):
    """The journal of one register on a server; `create` makes its schema, else it must exist.

    Args:
        url: a PostgreSQL connection url. It should name no password: libpq's password file or environment does.
        register: the register's id, which names the schema.
        create: make the schema when it is not there.

    Raises:
        Unavailable: when the server cannot be reached, does not sync to disk, or does not hold this register.
    """

    def __init__(self, url: str, register: str, *, create: bool = False, salt: Callable[[], str] | None = None) -> None:
        self._url, self._schema = url, _schema_of(register)
        self._salt = salt or (lambda: secrets.token_hex(16))
        self._writing = False
        self._connection = self._connect()
        try:
            self._prepare(register, create=create)
        except BaseException:
            self.close()
            raise

    # ---------------------------------------------------------------- the connection

    def _connect(self) -> psycopg.Connection[Any]:
        with _mapped():
            db = psycopg.connect(self._url, autocommit=True, connect_timeout=_CONNECT_S, application_name="casebook")
            for setting in ("fsync", "full_page_writes"):
                if db.execute(sql.SQL("SHOW {}").format(sql.Identifier(setting))).fetchone() != ("on",):
                    db.close()
                    raise Unavailable(
                        f"The server's setting {setting} is off, so a power cut can lose what was reported done.",
                        hint="Ask its administrator to turn it on.",
                        code="JRN-SYNC",
                    )
            db.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self._schema)))
            db.execute(f"SET lock_timeout TO {_WAIT_MS}")
            if db.execute("SHOW synchronous_commit").fetchone() == ("off",):
                db.execute("SET synchronous_commit TO on")
        return db

    def _live(self) -> psycopg.Connection[Any]:
        if self._connection.closed and not self._writing:
            self._connection = self._connect()
        return self._connection

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with _mapped():
            done = self._live().execute(statement.encode(), values)
            return done.fetchall() if done.description else []

    def _prepare(self, register: str, *, create: bool) -> None:
        there = bool(self._all("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self._schema,)))
        if not there and not create:
            raise Unavailable(
                f"The server holds no register {register}.",
                hint="Check [store] url in casebook.toml; 'casebook rebuild journal' makes it from the workbook.",
                code="JRN-MISSING",
            )
        if not there or len(self._done()) != len(MIGRATIONS):
            self._migrate()

    def _done(self) -> set[str]:
        """The migrations that were made; none when the schema is empty."""
        if not self._all("SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = 'migrations'", (self._schema,)):
            return set()
        done = {row[0] for row in self._all("SELECT name FROM migrations")}
        if newer := done - {name for name, _ in MIGRATIONS}:
            raise Unavailable(
                f"The journal was written by a newer version ({', '.join(sorted(newer))}).",
                hint="Update Casebook on this computer.",
                code="JRN-NEWER",
            )
        return done

    def _migrate(self) -> None:
        with _mapped(), self._connection.transaction():
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._lock_number(),))
            self._connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))
            self._connection.execute('CREATE TABLE IF NOT EXISTS migrations (name text COLLATE "C" PRIMARY KEY)')
            done = self._done()  # asked behind the lock: somebody else may just have made them
            for name, statements in MIGRATIONS:
                if name not in done:
                    for statement in statements:
                        self._connection.execute(statement.encode())
                    self._connection.execute("INSERT INTO migrations VALUES (%s)", (name,))

    def _lock_number(self) -> int:
        """The number of this register's lock: 63 bits of a hash of its name."""
        return int(digest("", self._schema)[:16], 16) >> 1

    # ---------------------------------------------------------------- the contract

    @property
    def register_id(self) -> str:
        """The id of the register, from its first event; empty before it."""
        first = next(self.events(upto=1), None)
        return str(first.data.get("register", "")) if first else ""

    @contextmanager
    def write(self) -> Iterator[PostgresWriter]:
        """One transaction behind the register's lock; commits durably at the end, rolls back on an exception."""
        db = self._live()
        with _mapped():
            db.execute("BEGIN")
        self._writing = True
        try:
            with _mapped():
                db.execute("SELECT pg_advisory_xact_lock(%s)", (self._lock_number(),))
            yield PostgresWriter(db, self._salt)
            with _mapped():
                db.execute("COMMIT")
        except BaseException:
            if not db.closed:
                with _mapped():
                    db.execute("ROLLBACK")
            raise
        finally:
            self._writing = False

    def links(self, after: int = 0, upto: int | None = None) -> Iterator[Link]:
        """Stored texts and hashes in order, for checking."""
        for row in self._in_batches("seq, text, prev, hash", after, upto, "", ()):
            yield Link(*row)

    def events(
        self, after: int = 0, upto: int | None = None, *, case_id: str | None = None, kinds: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Events in order: all, or those of one case, or of some kinds."""
        more, values = "", []
        if case_id is not None:
            more, values = " AND case_id = %s", [case_id]
        if kinds:
            more, values = f"{more} AND kind = ANY(%s)", [*values, list(kinds)]  # type: ignore[list-item]
        for seq, text, prev, hashed in self._in_batches("seq, text, prev, hash", after, upto, more, values):
            yield read_event(text, prev, hashed, seq)

    def _in_batches(
        self, columns: str, after: int, upto: int | None, more: str, values: Sequence[object]
    ) -> Iterator[tuple[Any, ...]]:
        statement = f"SELECT {columns} FROM events WHERE seq > %s AND seq <= %s{more} ORDER BY seq LIMIT {_BATCH}"  # noqa: S608 - our own texts
        while True:
            rows = self._all(statement, (after, _LAST if upto is None else upto, *values))
            yield from rows
            if len(rows) < _BATCH:
                return
            after = rows[-1][0]

    def vault(self, digests: Iterable[str]) -> dict[str, Sealed]:
        """The personal values that are still kept for these digests."""
        rows = self._all("SELECT digest, salt, value FROM vault WHERE digest = ANY(%s)", (list(set(digests)),))
        return {row[0]: Sealed(*row) for row in rows}

    def copy_to(self, target: Path) -> None:
        """Write everything that is committed into a new SQLite file, at one moment of the server."""
        with _mapped(), self._live().transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            copy_rows(self._rows, target)

    def _rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(f"all_{table}") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.Identifier(table)))
            yield from cursor

    @classmethod
    def exists(cls, url: str, register: str) -> bool:
        """True when the server holds this register."""
        try:
            cls(url, register).close()
        except Unavailable as error:
            if error.code == "JRN-MISSING":
                return False
            raise
        return True

    def rename_to(self, register: str) -> None:
        """Give this register's schema the name of another one and let go of the server (rebuild only)."""
        name = _schema_of(register)
        with _mapped():
            self._connection.execute(
                sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(self._schema), sql.Identifier(name))
            )
        self.close()

    def scrub(self) -> None:
        """Write the tables that held them anew; backups of the server are its administrator's to renew."""
        for table in ("vault", "cases"):
            self._all(f"VACUUM FULL {table}")

    def close(self) -> None:
        """Let go of the server."""
        self._connection.close()


def _schema_of(register: str) -> str:
    if not _REGISTER.fullmatch(register):
        raise Unavailable(
            f"{register!r} cannot name a register on a server.",
            hint="register_id in casebook.toml: small letters and digits only.",
        )
    return f"cb_{register}"


@contextmanager
def _mapped() -> Iterator[None]:
    """The one place where the driver's errors become ours."""
    try:
        yield
    except psycopg.errors.IntegrityError as error:
        raise Conflict(f"The journal refused the change: {_first(error)}.", hint="Refresh and press again.") from error
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
        raise Unavailable(
            "The journal cannot be used: another press is still running.", hint="Wait a moment and press again."
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise Unavailable(
            f"The journal's server refuses: {_first(error)}.",
            hint="Ask its administrator for the rights.",
            code="JRN-RIGHTS",
        ) from error
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"The journal's server cannot be reached: {_first(error)}.",
            hint="Check the network and [store] url; then press Refresh: it shows whether the last press was recorded.",
        ) from error
    except psycopg.Error as error:
        raise Unavailable(
            f"The journal cannot be read: {_first(error)}.",
            hint="Run 'casebook verify', and tell the server's administrator.",
            code="JRN-DAMAGED",
        ) from error


def _first(error: BaseException) -> str:
    """The first line of what the server said."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


__all__ = ["PostgresJournal", "PostgresWriter"]
