"""Long journals: two processes, the chain alone, and telling events fast; each says what the slow way says."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from functools import cache

import pytest
from proof_kit import Clock, fresh_folder, month_of_work, new_register, some_work

from addin.errors import NotOurBook, Unavailable
from addin.journal import chain_only, witness
from addin.journal import examine as examining
from addin.journal.chain_only import ONLY_CHAIN, examine_chain
from addin.journal.chain_walk import Companion, walk
from addin.journal.examine import examine
from addin.journal.retell import Retold
from addin.verify import verify


@cache
def register():
    """A journal with some work in it: its file and its number of events."""
    folder, clock = fresh_folder(), Clock()
    service = new_register(folder / "journal.sqlite", clock)
    some_work(service, clock, 6)
    events = service.journal.head().seq
    service.close()
    return folder / "journal.sqlite", events


@pytest.fixture(name="path")
def fixture_path(tmp_path):
    """A copy of the journal."""
    return shutil.copyfile(register()[0], tmp_path / "journal.sqlite")


@pytest.fixture(name="long")
def fixture_long(monkeypatch):
    """Every journal counts as long, so that a second process helps."""
    monkeypatch.setattr(examining, "LONG", 2)
    monkeypatch.setattr(chain_only, "LONG", 2)


def altered(path, statement):
    """Change the journal behind its guards."""
    db = sqlite3.connect(path)
    guards = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
    for name in guards:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(statement)
    for sql in guards.values():
        db.execute(sql)
    db.commit()
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    return path


def said(found):
    """What an examination found, comparable."""
    return found.faults, found.notes, found.head, found.events, bytes(found.hashes._raw), found.retold


CHANGES = [
    "UPDATE events SET text = replace(text, 'answer 2', 'answer 3')",
    "UPDATE events SET hash = upper(hash) WHERE seq = 9",
    "UPDATE events SET kind = 'case.other.v1' WHERE seq = 5",
    "DELETE FROM events WHERE seq = 4",
    "DELETE FROM events WHERE seq = 1",
    "UPDATE events SET text = 'nothing' WHERE seq = 20",
]


class TestTwoProcesses:
    @pytest.mark.usefixtures("long")
    def test_a_sound_journal_is_told_alike(self, path, monkeypatch):
        """With and without a second process, everything that is answered is equal."""
        two = said(examine(path))
        monkeypatch.setattr(examining, "LONG", 10**9)
        assert two == said(examine(path))
        assert two[0] == []

    @pytest.mark.usefixtures("long")
    @pytest.mark.parametrize("change", CHANGES)
    def test_each_fault_is_told_alike(self, path, change, monkeypatch):
        """What only the other process can see is found, and named as one process alone names it."""
        altered(path, change)
        two = said(examine(path))
        monkeypatch.setattr(examining, "LONG", 10**9)
        assert two == said(examine(path))
        assert two[0]

    @pytest.mark.usefixtures("long")
    def test_an_index_that_lies_is_told_alike(self, path, monkeypatch):
        """The other process looks at the file's structure; what it finds odd is looked at here and named."""
        db = sqlite3.connect(path)
        (page,), (size,) = (db.execute(sql).fetchone() for sql in (
            "SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_kind'", "PRAGMA page_size"))  # fmt: skip
        db.close()
        content = bytearray(path.read_bytes())
        at = content.index(b"register.opened", (page - 1) * size)
        assert at < page * size
        content[at] += 1
        path.write_bytes(content)
        two = said(examine(path))
        monkeypatch.setattr(examining, "LONG", 10**9)
        assert two == said(examine(path))
        assert "events_by_kind" in two[0][0].message

    def test_says_how_far_it_has_come(self, path, monkeypatch):
        """Whoever watches a long journal being checked sees events go by, and then what follows."""
        monkeypatch.setattr(examining, "_SAID", 3)
        heard = []
        examine(path, heard.append)
        assert heard[0] == "Checking every event: 4 so far ..."
        assert heard[-1].startswith("Comparing states")

    def test_a_process_that_cannot_be_started_is_done_without(self, path, monkeypatch):
        """The caller then walks by itself."""
        monkeypatch.setattr("addin.journal.chain_walk.sys.executable", "/nowhere/python")
        monkeypatch.setattr(chain_only, "LONG", 2)
        assert Companion("file:x", 0, 1).answer() is None
        assert examine_chain(path).events == register()[1]


class TestKeptStates:
    """Most states are compared as bytes; a difference is then found value by value, and named."""

    @pytest.mark.parametrize(
        ("column", "value", "title"),
        [
            ("status", "'Closed'", "status"),
            ("version", "version + 1", "version"),
            ("is_open", "1 - is_open", "open mark"),
            ("due", "'8'", "due time"),
            ("priority", "'P0'", "priority"),
            ("owned", "1 - owned", "owner mark"),
            ("waiting", "1 - waiting", "waiting mark"),
            ("fields", "fields || ' '", "fields"),
            ("fields", "'{}'", "fields"),
        ],
    )
    def test_each_column_counts(self, path, column, value, title):
        """Nothing that is kept of a case is left out, not even a blank behind its fields."""
        found = examine(altered(path, f"UPDATE cases SET {column} = {value} WHERE case_id = 'CASE-2026-000002'"))
        assert [f"({title})" in fault.message for fault in found.faults if fault.what == "state"] == [True]

    @pytest.mark.parametrize(
        ("change", "case_id"),
        [
            ("DELETE FROM case_keys WHERE case_id = 'CASE-2026-000002' AND key LIKE 'order:%'", "CASE-2026-000002"),
            ("INSERT INTO case_keys VALUES ('order:1', 'CASE-2026-000003')", "CASE-2026-000003"),
        ],
    )
    def test_what_relates_cases_counts(self, path, change, case_id):
        """A key that is gone or was added is named with its case."""
        (fault,) = examine(altered(path, change)).faults
        assert fault.what == "state"
        assert case_id in fault.message

    def test_most_cases_are_not_decoded(self, path, monkeypatch):
        """Only those with personal values are."""
        decoded = []
        slow = Retold.case
        monkeypatch.setattr(
            Retold, "case", lambda self, case_id, vault: decoded.append(case_id) or slow(self, case_id, vault)
        )
        found = examine(path)
        assert found.faults == []
        assert len(decoded) < len(found.retold.told)


class TestChainOnly:
    @pytest.mark.parametrize("limit", [2, 10**9])
    def test_tells_head_register_and_what_it_left_out(self, path, monkeypatch, limit):
        """The same head as the whole examination."""
        monkeypatch.setattr(chain_only, "LONG", limit)
        found, whole = examine_chain(path, [3]), examine(path)
        assert (found.head, found.events, found.notes) == (whole.head, whole.events, [ONLY_CHAIN])
        assert found.retold.register_id == whole.retold.register_id
        assert found.hashes.at(3) == whole.hashes.at(3)

    @pytest.mark.parametrize("limit", [2, 10**9])
    @pytest.mark.parametrize("change", [change for change in CHANGES if "kind" not in change])
    def test_a_broken_chain_is_then_examined_whole(self, path, monkeypatch, limit, change):
        """So that the report names the place."""
        monkeypatch.setattr(chain_only, "LONG", limit)
        assert said(examine_chain(altered(path, change))) == said(examine(path))

    def test_is_asked_for_by_a_word_and_compares_the_witness(self, path, tmp_path):
        """A cut tail is found by the witnessed head."""
        witness.add(tmp_path / "w.txt", examine(path).head)
        assert verify(path, witness=tmp_path / "w.txt", chain_only=True).ok
        altered(path, "DELETE FROM events WHERE seq > 20")
        report = verify(path, witness=tmp_path / "w.txt", chain_only=True)
        assert [(fault.what, fault.seq) for fault in report.faults] == [("cut", 21)]

    def test_what_has_no_journal_has_no_chain(self, tmp_path):
        """A workbook is checked as a whole; an empty file is no journal."""
        (tmp_path / "x.xlsx").write_bytes(b"PK\3\4")
        with pytest.raises(NotOurBook, match="no journal"):
            verify(tmp_path / "x.xlsx", chain_only=True)
        with pytest.raises(Unavailable):
            examine_chain(tmp_path / "none.sqlite")
        (tmp_path / "empty.sqlite").write_bytes(b"")
        assert not verify(tmp_path / "empty.sqlite", chain_only=True).ok

    def test_walks_a_stretch(self, path):
        """From one event to another, saying what the first one follows."""
        db = sqlite3.connect(path)
        db.text_factory = bytes
        whole, part = walk(db, 0, 10**6), walk(db, 3, 7)
        assert (whole.sound, whole.events) == (True, register()[1])
        assert (part.sound, part.events, part.last) == (True, 4, 7)
        db.close()


def test_the_fast_way_tells_what_the_slow_way_tells():
    """Absorbing events and taking them one by one leave the same story behind."""
    clock = Clock()
    service = new_register(None, clock)
    month_of_work(service, clock, datetime(2026, 11, 1, tzinfo=UTC))
    service.record("vault.erased.v1", {"erased": ["ab" * 32]})
    slow, fast = Retold(), Retold()
    for event in service.journal.events():
        told = (event.seq, event.at, event.case_id, event.kind, event.data)
        assert list(slow.take(*told)) == list(fast.absorb(*told))
    assert slow == fast
    early = (event.seq + 1, "2001-01-01T00:00:00+00:00", event.case_id, "case.noted.v1", {})
    assert [fault.what for fault in fast.absorb(*early)] == ["clock"]
