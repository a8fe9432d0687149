"""The journal in a real PostgreSQL: the contract, and what is true of a server alone."""

from __future__ import annotations

import itertools
import os

import psycopg
import pytest
from contracts.journal import AT, KeptJournalContract, note, put

from addin.errors import Unavailable
from addin.journal.postgres import PostgresJournal
from addin.logic.chain import check

from .postgres_kit import Server, server

pytestmark = pytest.mark.postgres
NAMES = itertools.count(1)


@pytest.fixture(scope="module")
def there():
    if given := os.environ.get("CASEBOOK_TEST_POSTGRES"):
        yield Server(lambda _database="postgres": given, None)
        return
    with server() as running:
        yield running


class TestPostgres(KeptJournalContract):
    """One register on a server."""

    driver_error = psycopg.errors.IntegrityError

    @pytest.fixture
    def place(self, there):
        name = f"r{os.getpid()}x{next(NAMES)}"
        self.there = there
        yield name
        there.run(f"DROP SCHEMA IF EXISTS cb_{name} CASCADE")

    def open(self, place):
        return PostgresJournal(self.there.url(), place, create=True)

    def raw(self, journal, statement):
        journal._connection.execute(statement)

    def alter(self, journal, seq):
        journal._all("ALTER TABLE events DISABLE TRIGGER events_stay")
        journal._all("UPDATE events SET text = 'altered' WHERE seq = %s", (seq,))

    # ---------------------------------------------------------------- of servers alone

    def test_a_table_cannot_be_emptied_at_once(self, journal):
        """TRUNCATE asks no row trigger; it is refused all the same."""
        put(journal, note(1))
        for table in ("events", "answers", "vault"):
            with pytest.raises(psycopg.errors.IntegrityError):
                journal._connection.execute(f"TRUNCATE {table}")
        assert journal.head().seq == 1

    def test_a_register_is_not_made_by_looking(self, there):
        """A wrong url must not leave an empty register behind."""
        with pytest.raises(Unavailable) as caught:
            PostgresJournal(there.url(), "nobody")
        assert caught.value.code == "JRN-MISSING"
        assert caught.value.hint

    @pytest.mark.parametrize("name", ["", "A B", 'x"; DROP SCHEMA public', "é", "x" * 61])
    def test_only_plain_names_name_a_register(self, there, name):
        """No text becomes SQL."""
        with pytest.raises(Unavailable):
            PostgresJournal(there.url(), name, create=True)

    def test_a_server_that_is_not_there_is_told_in_words(self, tmp_path):
        """And soon."""
        with pytest.raises(Unavailable, match="cannot be reached"):
            PostgresJournal(f"postgresql://tests@/x?host={tmp_path}", "r1", create=True)

    def test_a_journal_of_a_newer_version_is_left_alone(self, journal, place):
        """Before anything is written."""
        journal._all("INSERT INTO migrations VALUES ('9999-later')")
        with pytest.raises(Unavailable) as caught:
            self.open(place)
        assert caught.value.code == "JRN-NEWER"

    def test_a_server_that_restarted_is_asked_again(self, journal, there):
        """The press that met it is refused in words, the next one works."""
        put(journal, note(1))
        there.drop_connections()
        with pytest.raises(Unavailable):
            put(journal, note(2))
        put(journal, note(3))
        assert [event.case_id[-1] for event in journal.events()] == ["1", "3"]
        assert list(check(journal.links())) == []

    def test_a_connection_lost_in_the_middle_records_nothing(self, journal, there):
        """Half a press is no press."""
        put(journal, note(1))
        with pytest.raises(Unavailable), journal.write() as writer:  # noqa: PT012 - it breaks in the middle
            writer.append(note(2), at=AT, actor="a", role="r")
            there.drop_connections()
            writer.append(note(3), at=AT, actor="a", role="r")
        assert journal.head().seq == 1

    def test_registers_in_one_database_do_not_mix(self, journal, place):
        """Each has its own schema, chain, numbers."""
        put(journal, note(1))
        other = self.open(f"{place}b")
        assert other.head().seq == 0
        with other.write() as writer:
            assert writer.next_number("CASE", 2026) == "CASE-2026-000001"
        self.there.run(f"DROP SCHEMA cb_{place}b CASCADE")
        other.close()

    def test_a_press_does_not_wait_for_ever(self, journal, place, monkeypatch):
        """Somebody else's press that hangs is told in words."""
        other = self.open(place)
        other._all("SET lock_timeout TO 50")
        with journal.write(), pytest.raises(Unavailable, match="another press"):
            put(other, note(1))
        other.close()

    def test_long_journals_are_read_in_parts(self, journal, monkeypatch):
        """Nothing is lost between two parts."""
        monkeypatch.setattr("addin.journal.postgres._BATCH", 7)
        put(journal, *(note(number) for number in range(1, 23)))
        assert [event.seq for event in journal.events()] == list(range(1, 23))
        assert [link.seq for link in journal.links(3, 18)] == list(range(4, 19))
        assert len(list(journal.events(kinds=["case.noted.v1"]))) == 22
