"""Checks only the chain of a journal, by two processes where it is long: every stored text hashed again, every link.

What events tell (states, numbers, personal values) is not compared; `examine` does that, and takes several times as
long. Where a link does not hold, `examine` is asked what is wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from addin.journal.chain_walk import Companion, Walked, walk
from addin.journal.examine import LONG, Body, Examination, examine, open_read_only
from addin.logic.chain import GENESIS, Head
from addin.logic.system_kinds import REGISTER_OPENED

ONLY_CHAIN = "Only the chain was checked: states, numbers and personal values were not compared with the events."


def examine_chain(path: Path, named: Iterable[int] = ()) -> Examination:
    """Check a journal's chain; the hashes of the `named` events are kept for comparing.

    Raises:
        Unavailable: when the file is not there, may not be read, or is busy for too long.
    """
    db, uri = open_read_only(path)
    try:
        found = _walked(db, uri)
        if found is not None:
            _look_up(db, found, named)
    except (sqlite3.Error, UnicodeDecodeError):
        found = None
    finally:
        db.close()
    if found is None:
        return examine(path)  # something is wrong: say what
    found.notes.append(ONLY_CHAIN)
    return found


def _walked(db: sqlite3.Connection, uri: str) -> Examination | None:
    """The chain as one or two processes find it; None when a link does not hold."""
    db.execute("BEGIN")
    last = db.execute("SELECT MAX(seq) FROM events").fetchone()[0] or 0
    middle = last // 2 if last >= LONG else last
    companion = Companion(uri, middle, last) if middle < last else None
    mine = walk(db, 0, middle)
    other = companion.answer() if companion is not None else Walked(0, mine.hash, last, mine.hash, sound=True)
    if other is None:
        other = walk(db, middle, last)
    events = mine.events + other.events
    starts = mine.first_prev == GENESIS and other.first_prev == mine.hash
    if not (mine.sound and other.sound and starts and events == other.last == last and events):
        return None
    return Examination(head=Head(last, other.hash, ""), events=events)


def _look_up(db: sqlite3.Connection, found: Examination, named: Iterable[int]) -> None:
    """Whose chain it is, when its head was recorded, and the hashes that are asked for."""
    first, at = (
        msgspec.json.decode(db.execute("SELECT text FROM events WHERE seq = ?", (seq,)).fetchone()[0], type=Body)
        for seq in (1, found.head.seq)
    )
    if first.kind == REGISTER_OPENED.name:
        found.retold.register_id = str(first.data.get("register", ""))
    found.head = Head(found.head.seq, found.head.hash, at.at)
    for seq in sorted({*named, found.head.seq}):
        row = db.execute("SELECT hash FROM events WHERE seq = ?", (seq,)).fetchone()
        if row is not None:
            found.hashes.put(seq, row[0].decode())


__all__ = ["ONLY_CHAIN", "examine_chain"]
