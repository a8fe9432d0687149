"""Registers of any size for measuring: real events of one real case, written over and over with numbers of their own.

Ten events a case: opened, noted, passed on, edited. The chain, the states and the numbers are what the service would
have written; only the way there is shorter, so that a million events take seconds.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from addin.journal import SqliteJournal
from addin.journal.retell import Retold
from addin.journal.sqlite import SqliteWriter
from addin.logic.events import decode, iso
from addin.logic.outcome import Outcome
from addin.logic.values import Actor, Role
from addin.service import RowRequest, Service, begin
from addin.settings import Person, Settings

REGISTER: Final = "bench-audit"
PER_CASE: Final = 10
_CASE: Final = "CASE-2026-000001"
_ORDER: Final = "2000000001"
_START: Final = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
PERSON: Final = Actor("b.lowe", "Ben Lowe", frozenset({Role.COORDINATOR}))
_WORDS: Final = (
    "Rang the carrier, the parcel is at the depot", "Customer asks for a time window", "Depot promises the morning",
    "No answer from the depot, tried twice", "Scan found, out for delivery", "Left with the concierge",
    "Photo of the door asked for", "Photo came, door is the right one", "Customer told by the desk",
)  # fmt: skip


def make_journal(path: Path, cases: int, *, month: int = 10) -> None:
    """Write a journal of `cases` cases and about ten times as many events, spread over one month of 2026."""
    settings = Settings(register_id=REGISTER, people={PERSON.id: Person(name=PERSON.name, roles=(Role.COORDINATOR,))})
    start = _START.replace(month=month)
    texts = _story_of_one(path, settings, start)
    step = timedelta(days=29) / max(cases * PER_CASE, 1)
    db = sqlite3.connect(path, isolation_level=None)
    guards = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'events'"))
    for name in guards:
        db.execute(f"DROP TRIGGER {name}")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    db.execute("DELETE FROM events WHERE seq > 1")
    for table in ("cases", "case_keys", "numbers"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of tables of our own
    prev = db.execute("SELECT hash FROM events").fetchone()[0]
    db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", _events(texts, cases, start, step, prev))
    _keep_states(db)
    db.execute("COMMIT")
    for sql in guards.values():
        db.execute(sql)
    db.close()


def _story_of_one(path: Path, settings: Settings, start: datetime) -> list[str]:
    """The texts of one case's events, as the service writes them."""
    journal = SqliteJournal(path, create=True)
    service = Service(path.parent, settings, journal, PERSON, lambda: start)
    begin(service, REGISTER)
    _demand(service.open_cases([RowRequest("", {"order_no": _ORDER}, opens="OST")]))
    for words in _WORDS:
        _demand(service.press("note", [RowRequest(_CASE, {}, words)]))
    texts = [event.text for event in journal.events(after=1)]
    journal.close()
    return texts


def _demand(outcome: Outcome) -> None:
    if not outcome.ok:
        raise RuntimeError(outcome.message)


def _events(
    texts: list[str], cases: int, start: datetime, step: timedelta, prev: str
) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    """Every event of every case, the cases side by side in blocks as in a busy week."""
    old_at = iso(start)
    heads = [decode(text, prev="", hash="") for text in texts]
    seq, block = 1, 50
    for first in range(1, cases + 1, block):
        numbers = range(first, min(first + block, cases + 1))
        for text, event in zip(texts, heads, strict=True):
            for number in numbers:
                seq += 1
                at, case_id = iso((start + step * seq).replace(microsecond=0)), f"CASE-2026-{number:06d}"
                new = text.replace(_CASE, case_id).replace(_ORDER, f"{2_000_000_000 + number}").replace(old_at, at)
                new = new.replace(f'"seq":{event.seq}}}', f'"seq":{seq}}}')
                hashed = hashlib.sha256((prev + new).encode()).hexdigest()
                yield seq, at, case_id, event.kind, new, prev, hashed
                prev = hashed


def _keep_states(db: sqlite3.Connection) -> None:
    """The current state of each case, as its events tell it."""
    retold = Retold()
    for text, prev, hashed in db.execute("SELECT text, prev, hash FROM events ORDER BY seq"):
        event = decode(text, prev=prev, hash=hashed)
        list(retold.take(event.seq, event.at, event.case_id, event.kind, event.data))
    writer = SqliteWriter(db, lambda: "")
    for case_id in retold.told:
        case = retold.case(case_id, {})
        if case is not None:
            writer.save(case)
    for (series, year), given in retold.issued.items():
        writer.resume_numbers(series, year, max(given))


__all__ = ["PERSON", "PER_CASE", "REGISTER", "make_journal"]
