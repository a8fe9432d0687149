"""Where a register's journal is: the one place that chooses between the file in its folder and a server."""

from __future__ import annotations

from pathlib import Path

from addin.journal.contract import Journal
from addin.journal.sqlite import SqliteJournal
from addin.settings import JOURNAL_FILE, Settings


def open_journal(folder: Path, settings: Settings, *, create: bool = False) -> Journal:
    """The journal a register's settings name: a schema on a PostgreSQL server, else the file in its folder.

    Raises:
        Unavailable: when it cannot be opened.
    """
    if settings.store.url:
        from addin.journal.postgres import PostgresJournal  # noqa: PLC0415 - a file's user need not have its driver

        return PostgresJournal(settings.store.url, settings.register_id, create=create)
    return SqliteJournal(folder / JOURNAL_FILE, create=create)
