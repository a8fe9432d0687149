"""The truth: events in a database, their chain, the vault of personal values, and the witness.

`Journal` (in `contract`) is what every store implements; the service opens one. Nothing above this package knows
which database holds the events.
"""

from __future__ import annotations

from addin.journal.contract import Journal, Remembered, Tally, Writer
from addin.journal.sqlite import SqliteJournal

__all__ = ["Journal", "Remembered", "SqliteJournal", "Tally", "Writer"]
