"""A consistent copy of a journal as one SQLite file, also while somebody writes to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from addin.errors import Unavailable
from addin.journal.schema import MIGRATIONS

TABLES: Final = ("events", "cases", "case_keys", "numbers", "answers", "vault")


def copy_file(origin: sqlite3.Connection, target: Path) -> None:
    """Copy an open SQLite journal through the database's own backup.

    Raises:
        Unavailable: when the source is damaged or the target cannot be written.
    """
    with _target(target) as copy:
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it


def copy_rows(rows_of: Callable[[str], Iterable[tuple[Any, ...]]], target: Path) -> None:
    """Copy a journal of another store, table by table, as it is stored: what was altered there stays altered.

    Raises:
        Unavailable: when the target cannot be written.
    """
    made = [statement for _, statements in MIGRATIONS for statement in statements]
    guards = [statement for statement in made if "CREATE TRIGGER" in statement]
    with _target(target) as copy:
        copy.execute("BEGIN")
        for statement in made:
            if statement not in guards:
                copy.execute(statement)
        for table in TABLES:
            marks = ", ".join("?" * len(copy.execute(f"PRAGMA table_info({table})").fetchall()))
            copy.executemany(f"INSERT INTO {table} VALUES ({marks})", rows_of(table))  # noqa: S608 - our own names
        for statement in guards:
            copy.execute(statement)
        copy.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
        copy.executemany("INSERT INTO migrations VALUES (?)", [(name,) for name, _ in MIGRATIONS])
        copy.execute("COMMIT")


@contextmanager
def _target(target: Path) -> Iterator[sqlite3.Connection]:
    """A new file's connection, closed at the end; sqlite3's own `with` only ends a transaction."""
    try:
        copy = sqlite3.connect(f"{target.resolve().as_uri()}", uri=True, isolation_level=None)
        try:
            yield copy
        finally:
            copy.close()
    except sqlite3.Error as error:
        raise Unavailable(
            f"The journal could not be copied: {error}.",
            hint="Run 'casebook verify', and check that the disk is not full.",
        ) from error
