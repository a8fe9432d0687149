"""Attacks on a journal file, one function each; what each must be found at stands beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from addin.bench.audit.scene import Blow, Row, Scene, at, forge, put_events, rehashed
from addin.settings import JOURNAL_FILE, WORKBOOK_FILE

_COLUMNS: Final = ("at", "case_id", "kind", "text", "prev", "hash")


def change_character(scene: Scene, work: Path, rng: Random) -> Blow | None:
    """One character of one column of one event."""
    seq, column = rng.randint(1, scene.last), rng.randrange(1, 7)
    old = str(scene.events[seq - 1][column])
    place = rng.randrange(len(old) + 1)
    new = old[:place] + rng.choice("abcdefxyz0123456789-:{}") + old[place + 1 :]
    if new == old:
        return None
    path = scene.copy(work, JOURNAL_FILE)
    forge(path, [(f"UPDATE events SET {_COLUMNS[column - 1]} = ? WHERE seq = ?", (new, seq))])  # noqa: S608 - our names
    # A hash that was altered is found at its own event; the next one then follows what is not there.
    return Blow(path, at(seq))


def flip_bit(scene: Scene, work: Path, rng: Random) -> Blow | None:
    """One bit in the stored text of an event, in the file itself."""
    path, seq = scene.copy(work, JOURNAL_FILE), rng.randint(1, scene.last)
    content, text = bytearray(path.read_bytes()), scene.events[seq - 1].text.encode()
    start = content.find(text)
    if start < 0 or content.find(text, start + 1) >= 0:
        return None  # on two pages, or an old copy lies in free space
    content[start + rng.randrange(len(text))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    return Blow(path, at(seq))


def delete_event(scene: Scene, work: Path, rng: Random) -> Blow:
    """An event is gone; the last one is missed by the witness."""
    path, seq = scene.copy(work, JOURNAL_FILE), rng.randint(1, scene.last)
    forge(path, [("DELETE FROM events WHERE seq = ?", (seq,))])
    return Blow(path, at(seq), witness=scene.witness)


def delete_and_renumber(scene: Scene, work: Path, rng: Random) -> Blow:
    """An event is gone and all behind it are numbered and hashed anew."""
    path, seq = scene.copy(work, JOURNAL_FILE), rng.randint(2, scene.last - 1)
    put_events(path, rehashed([*scene.events[: seq - 1], *scene.events[seq:]], seq))
    return Blow(path, at(seq), witness=scene.witness)


def swap_events(scene: Scene, work: Path, rng: Random) -> Blow:
    """Two events change places."""
    first, second = sorted(rng.sample(range(1, scene.last + 1), 2))
    events = list(scene.events)
    one, two = events[first - 1], events[second - 1]
    events[first - 1], events[second - 1] = two._replace(seq=first), one._replace(seq=second)
    path = scene.copy(work, JOURNAL_FILE)
    put_events(path, events)
    return Blow(path, at(first))


def double_event(scene: Scene, work: Path, rng: Random) -> Blow:
    """An event stands a second time, the chain made anew behind it."""
    seq, after = rng.randint(1, scene.last), rng.randint(1, scene.last)
    events = list(scene.events)
    events.insert(after, events[seq - 1])
    path = scene.copy(work, JOURNAL_FILE)
    put_events(path, rehashed(events, after + 1))
    return Blow(path, at(after + 1 if seq != after + 1 else after + 2))


def insert_event(scene: Scene, work: Path, rng: Random) -> Blow:
    """An invented event between two, everything behind it numbered anew in text and column, and hashed anew."""
    after = rng.randint(1, scene.last - 1)
    when, case_id = scene.events[after - 1].at, scene.events[-1].case_id or "CASE-2026-000001"
    text = (
        f'{{"actor":"a.khan","at":"{when}","case":"{case_id}","data":{{}},"kind":"case.noted.v1","reason":"invented",'
        f'"role":"coordinator","seq":{after + 1}}}'
    )
    behind = [row._replace(text=_numbered(row.text, row.seq + 1)) for row in scene.events[after:]]
    events = [*scene.events[:after], Row(0, when, case_id, "case.noted.v1", text, "", ""), *behind]
    path = scene.copy(work, JOURNAL_FILE)
    put_events(path, rehashed(events, after + 1))
    return Blow(path, seqs=frozenset(range(after + 1, scene.last + 2)), witness=scene.witness)


def _numbered(text: str, seq: int) -> str:
    head, _, _ = text.rpartition('"seq":')
    return f'{head}"seq":{seq}}}'


def cut_tail(scene: Scene, work: Path, rng: Random) -> Blow:
    """The end is gone; only the witness knows."""
    path, keep = scene.copy(work, JOURNAL_FILE), rng.randint(1, scene.last - 1)
    forge(path, [("DELETE FROM events WHERE seq > ?", (keep,))])
    return Blow(path, at(keep + 1), witness=scene.witness)


def cut_head(scene: Scene, work: Path, rng: Random) -> Blow:
    """The beginning is gone."""
    path, gone = scene.copy(work, JOURNAL_FILE), rng.randint(1, scene.last - 1)
    forge(path, [("DELETE FROM events WHERE seq <= ?", (gone,))])
    return Blow(path, at(1))


def rehash_all(scene: Scene, work: Path, rng: Random) -> Blow:
    """One event says something else, and the whole chain behind it is hashed anew: it holds, but nobody saw it."""
    seq = rng.randint(1, scene.last)
    path = _rehashed_from(scene, work, seq)
    # Witnessed heads stand at some events only: the first of them at or behind the change is the first known place.
    return Blow(path, seqs=frozenset(range(seq, scene.last + 1)), witness=scene.witness)


def rehash_against_pack(scene: Scene, work: Path, rng: Random) -> Blow:
    """The same, against a pack that was signed before: its log names every event of its month."""
    seq = rng.randint(1, scene.known)
    return Blow(_rehashed_from(scene, work, seq), frozenset(range(seq, scene.last + 1)), other=scene.pack)


def rehash_against_workbook(scene: Scene, work: Path, rng: Random) -> Blow:
    """The same, against a workbook that was saved before: its Audit sheet names every event."""
    seq = rng.randint(1, scene.shown)
    return Blow(_rehashed_from(scene, work, seq), at(seq), other=scene.folder / WORKBOOK_FILE)


def rehash_against_snapshot(scene: Scene, work: Path, rng: Random) -> Blow:
    """The same, against a version that was kept before."""
    seq = rng.randint(1, scene.kept)
    return Blow(_rehashed_from(scene, work, seq), at(seq), other=scene.snapshot)


def _rehashed_from(scene: Scene, work: Path, seq: int) -> Path:
    events = list(scene.events)
    events[seq - 1] = events[seq - 1]._replace(text=events[seq - 1].text.replace('"reason":"', '"reason":"x', 1))
    path = scene.copy(work, JOURNAL_FILE)
    put_events(path, rehashed(events, seq))
    return path


def turn_clock_back(scene: Scene, work: Path, rng: Random) -> Blow | None:
    """An event says that it was recorded before the one it follows, hashed anew behind it."""
    seq = rng.randint(2, scene.last)
    events, row = list(scene.events), scene.events[seq - 1]
    early = f"2001{row.at[4:]}"
    events[seq - 1] = row._replace(at=early, text=row.text.replace(f'"at":"{row.at}"', f'"at":"{early}"', 1))
    path = scene.copy(work, JOURNAL_FILE)
    put_events(path, rehashed(events, seq))
    return Blow(path, at(seq))


def change_state(scene: Scene, work: Path, rng: Random) -> Blow:
    """A case's kept state, which the sheets are drawn from."""
    path, case_id = (
        scene.copy(work, JOURNAL_FILE),
        rng.choice(sorted({row.case_id for row in scene.events if row.case_id})),
    )
    column = rng.choice(["status", "fields", "priority", "is_open"])
    value: object = {"is_open": 7, "fields": "{}"}.get(column, "Xx")
    forge(path, [(f"UPDATE cases SET {column} = ? WHERE case_id = ?", (value, case_id))])  # noqa: S608 - our names
    return Blow(path, at(_last_of(scene, case_id)))


def _last_of(scene: Scene, case_id: str) -> int:
    """The last event that changed a case."""
    told = ((row.seq, msgspec.json.decode(row.text)["data"]) for row in scene.events if row.case_id == case_id)
    return max(seq for seq, data in told if "move" in data and isinstance(data.get("type"), str))


def change_beside(scene: Scene, work: Path, rng: Random) -> Blow:
    """Personal values, numbers and links that stand beside the events."""
    path = scene.copy(work, JOURNAL_FILE)
    forge(path, [(rng.choice(_BESIDE), ())])
    return Blow(path)


_BESIDE: Final = (
    "UPDATE vault SET value = '\"Somebody else\"' WHERE digest = (SELECT min(digest) FROM vault)",
    "DELETE FROM vault WHERE digest = (SELECT max(digest) FROM vault)",
    "UPDATE numbers SET last = last + 1 WHERE series = 'CASE'",
    "DELETE FROM case_keys WHERE key = (SELECT min(key) FROM case_keys)",
    "INSERT INTO case_keys SELECT 'order:9999999999', case_id FROM cases LIMIT 1",
    "DELETE FROM cases WHERE case_id = (SELECT min(case_id) FROM cases)",
    "INSERT INTO vault VALUES ('ab', '01', '\"x\"', 'CASE-2026-000001')",
)


def drop_guard(scene: Scene, work: Path, rng: Random) -> Blow:
    """The rule that events never change is taken away, and nothing else yet."""
    path = scene.copy(work, JOURNAL_FILE)
    kept = rng.choice(["events_never_change", "events_never_vanish", "events_follow"])
    db = sqlite3.connect(path)
    db.execute(f"DROP TRIGGER {kept}")
    db.commit()
    db.close()
    return Blow(path)


def put_number(scene: Scene, work: Path, rng: Random) -> Blow:
    """A column that should be text holds a number or nothing of the kind."""
    path, seq = scene.copy(work, JOURNAL_FILE), rng.randint(1, scene.last)
    forge(path, [("UPDATE events SET hash = upper(hash) WHERE seq = ?", (seq,))])
    return Blow(path, at(seq))


RANDOM: Final = (
    change_character, flip_bit, delete_event, delete_and_renumber, swap_events, double_event, insert_event, cut_tail,
    cut_head, rehash_all, rehash_against_pack, rehash_against_workbook, rehash_against_snapshot, turn_clock_back,
    change_state, change_beside, put_number,
)  # fmt: skip
DESIGNED: Final = (*RANDOM, drop_guard)


__all__ = ["DESIGNED", "RANDOM"]
