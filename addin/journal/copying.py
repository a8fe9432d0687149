"""A consistent copy of a journal file, also while somebody writes to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from addin.errors import Unavailable


def copy_journal(source: Path, target: Path) -> None:
    """Copy a journal with everything that is committed, through the database's own backup.

    Raises:
        Unavailable: when the source is not there or damaged, or the target cannot be written.
    """
    if not source.is_file():
        raise Unavailable(f"There is no journal at {source}.", hint="Check the register folder.", code="JRN-MISSING")
    try:
        with _opened(f"{source.resolve().as_uri()}?mode=ro") as origin, _opened(f"{target.resolve().as_uri()}") as copy:
            origin.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        raise Unavailable(
            f"The journal {source.name} could not be copied: {error}.",
            hint="Run 'casebook verify', and check that the disk is not full.",
        ) from error


class _opened:  # noqa: N801 - reads as a phrase: with _opened(uri)
    """A connection that is closed at the end; sqlite3's own `with` only ends a transaction."""

    def __init__(self, uri: str) -> None:
        self._db = sqlite3.connect(uri, uri=True, isolation_level=None)

    def __enter__(self) -> sqlite3.Connection:
        return self._db

    def __exit__(self, *_: object) -> None:
        self._db.close()
