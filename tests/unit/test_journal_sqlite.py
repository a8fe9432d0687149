"""The journal in SQLite: the contract on a file and in memory, and what is true of files alone."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from contracts.journal import AT, JournalContract, KeptJournalContract, Stop, case, note, put, save

from addin.errors import CasebookError, Conflict, JournalError, Unavailable
from addin.journal import SqliteJournal
from addin.journal import sqlite as store
from addin.journal.places import network_kind
from addin.journal.schema import MIGRATIONS
from addin.logic.chain import check


class Sqlite:
    """What both kinds of SQLite journal share."""

    driver_error = sqlite3.IntegrityError

    def raw(self, journal, statement):
        journal._db.execute(statement)

    def alter(self, journal, seq):
        journal._db.execute("DROP TRIGGER events_never_change")
        journal._db.execute("UPDATE events SET text = 'altered' WHERE seq = ?", (seq,))


class TestFile(Sqlite, KeptJournalContract):
    """The journal of a register."""

    def open(self, place):
        return SqliteJournal(place, create=True)


class TestMemory(Sqlite, JournalContract):
    """A journal for tests and for looking at snapshots."""

    def open(self, place):
        return SqliteJournal(None)


@pytest.fixture
def path(tmp_path) -> Path:
    """The file of a journal with two events."""
    path = tmp_path / "a register" / "journal#1.sqlite"
    path.parent.mkdir()
    journal = SqliteJournal(path, create=True)
    put(journal, note(1, personal="Ada"), note(2))
    journal.close()
    return path


def refused(path: Path | None, **how) -> Unavailable:
    """How opening is refused; the message has a hint."""
    with pytest.raises(Unavailable) as caught:
        SqliteJournal(path, **how)
    assert caught.value.hint
    return caught.value


def connection(path: Path) -> sqlite3.Connection:
    """A connection past the journal."""
    return sqlite3.connect(path, isolation_level=None)


# Durability ----------------------------------------------------------------------------------------------------------


def test_a_commit_is_on_the_disk(path):
    """Write-ahead log, and a full sync at every commit."""
    journal = SqliteJournal(path)
    found = [
        journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "fullfsync")
    ]
    journal.close()
    assert found == ["wal", 2, 1]


def test_replacing_an_event_is_refused_too(path):
    """INSERT OR REPLACE would delete without the guard against deleting."""
    db = connection(path)
    first = db.execute("SELECT hash FROM events WHERE seq = 1").fetchone()[0]
    head = db.execute("SELECT hash FROM events WHERE seq = 2").fetchone()[0]
    for seq, prev, hashed in ((1, "0" * 64, "x"), (2, first, "x"), (3, head, first), (3, head, head)):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("INSERT OR REPLACE INTO events VALUES (?, '', '', '', 'x', ?, ?)", (seq, prev, hashed))
    assert db.execute("SELECT COUNT(*) FROM events").fetchone()[0] == 2
    digest = db.execute("SELECT digest FROM vault").fetchone()[0]
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT OR REPLACE INTO vault VALUES (?, '', 'x', '')", (digest,))
    db.close()


# Places --------------------------------------------------------------------------------------------------------------

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/srv /mnt/team nfs4 rw 0 0
//server/share /mnt/the\\040share cifs rw 0 0
/dev/sdb1 /mnt/team/local ext4 rw 0 0
user@host: /home/a/remote fuse.sshfs rw 0 0
tmpfs /tmp tmpfs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/register/journal.sqlite", None),
        ("/mnt/team/register/journal.sqlite", "nfs4"),
        ("/mnt/team", "nfs4"),
        ("/mnt/teamwork/journal.sqlite", None),
        ("/mnt/the share/journal.sqlite", "cifs"),
        ("/mnt/team/local/journal.sqlite", None),
        ("/home/a/remote/x/journal.sqlite", "fuse.sshfs"),
        ("/tmp/x/journal.sqlite", None),
        ("//server/share/journal.sqlite", "UNC path"),
        ("\\\\server\\share\\journal.sqlite", "UNC path"),
        ("\\\\wsl$\\x", "UNC path"),
    ],
)
def test_a_network_drive_is_recognised(path, kind):
    """By the longest mount that holds the path, or by its form."""
    assert network_kind(Path(path), MOUNTS) == kind


def test_the_computers_own_mounts_are_read(tmp_path):
    """A folder for tests is local."""
    assert network_kind(tmp_path) is None
    assert network_kind(tmp_path, "") is None


class Windll:
    """What Windows says about drives."""

    class kernel32:  # noqa: N801 - its own name
        @staticmethod
        def GetDriveTypeW(drive):
            return 4 if drive == "Z:\\" else 3


@pytest.mark.parametrize(("drive", "kind"), [("Z:", "mapped network drive"), ("C:", None)])
def test_windows_is_asked_about_a_drive(monkeypatch, drive, kind):
    """A letter does not show that another computer is behind it."""
    monkeypatch.setattr("addin.journal.places.sys.platform", "win32")
    monkeypatch.setattr("addin.journal.places.ctypes.windll", Windll, raising=False)

    class OnDrive:
        def __str__(self):
            return f"{drive}\\register"

        def absolute(self):
            return type("Absolute", (), {"drive": drive})

    assert network_kind(OnDrive()) == kind


def test_a_link_to_a_network_drive_does_not_hide_it(tmp_path):
    """What counts is where the file is."""
    (tmp_path / "remote").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "remote")
    mounts = f"server:/srv {tmp_path.resolve()}/remote nfs rw 0 0\n"
    assert network_kind(tmp_path / "link" / "journal.sqlite", mounts) == "nfs"


def test_a_journal_on_a_network_drive_is_refused(tmp_path, monkeypatch):
    """With the way out, before anything is made there."""
    monkeypatch.setattr(store, "network_kind", lambda path: "cifs")
    fault = refused(tmp_path / "journal.sqlite", create=True)
    assert fault.code == "JRN-NETWORK"
    assert "PostgreSQL" in fault.hint
    assert list(tmp_path.iterdir()) == []


# Files that are not what they should be ------------------------------------------------------------------------------


def test_a_missing_file_is_refused_and_not_made(tmp_path):
    """An empty journal must never take the place of a lost one."""
    assert refused(tmp_path / "journal.sqlite").code == "JRN-MISSING"
    assert refused(tmp_path / "journal.sqlite", read_only=True).code == "JRN-MISSING"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_an_empty_file_is_refused_and_stays_empty(tmp_path, read_only):
    """A journal that was cut to nothing is not a new register."""
    path = tmp_path / "journal.sqlite"
    path.touch()
    assert refused(path, read_only=read_only).code == "JRN-STRANGER"
    assert path.stat().st_size == 0


@pytest.mark.parametrize("how", [{}, {"read_only": True}, {"create": True}])
def test_another_programs_database_is_refused_and_not_touched(tmp_path, how):
    """Nothing of ours is written into it."""
    path = tmp_path / "journal.sqlite"
    db = connection(path)
    db.execute("CREATE TABLE bookmarks (x)")
    db.close()
    before = path.read_bytes()
    assert refused(path, **how).code == "JRN-STRANGER"
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", [{}, {"read_only": True}])
@pytest.mark.parametrize(
    "content", [b"this is not a database, but a long enough text" * 40, b"SQLite format 3\x00" + b"\x01" * 4_000]
)
def test_a_file_that_is_no_database_is_refused(tmp_path, content, how):
    """With the way to a good one, and the file is kept."""
    path = tmp_path / "journal.sqlite"
    path.write_bytes(content)
    fault = refused(path, **how)
    assert fault.code == "JRN-DAMAGED"
    assert "Keep the file" in fault.hint
    assert path.read_bytes() == content


@pytest.mark.parametrize("how", [{}, {"read_only": True}])
def test_a_journal_of_a_newer_version_is_refused(path, how):
    """It is named; an older program would not know what it destroys."""
    db = connection(path)
    db.execute("INSERT INTO migrations VALUES ('9999-tomorrow')")
    db.close()
    fault = refused(path, **how)
    assert fault.code == "JRN-NEWER"
    assert "9999-tomorrow" in fault.message


def test_a_journal_of_an_older_version_is_brought_up(tmp_path, monkeypatch):
    """Migrations that are missing are applied, in order, once; what stands stays."""
    path = tmp_path / "journal.sqlite"
    monkeypatch.setattr(store, "MIGRATIONS", MIGRATIONS[:1])
    SqliteJournal(path, create=True).close()
    monkeypatch.undo()
    for _ in range(2):
        journal = SqliteJournal(path)
        assert [row[0] for row in journal._db.execute("SELECT name FROM migrations ORDER BY name")] == [
            name for name, _ in MIGRATIONS
        ]
        save(journal, case(1))
        journal.close()


def test_two_programs_may_open_a_new_journal_at_once(tmp_path):
    """Both find it made."""
    path, faults = tmp_path / "journal.sqlite", []

    def opener():
        try:
            journal = SqliteJournal(path, create=True)
            put(journal, note(1))
            journal.close()
        except CasebookError as error:
            faults.append(error)

    threads = [threading.Thread(target=opener) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    journal = SqliteJournal(path, read_only=True)
    assert journal.head().seq == 8
    assert list(check(journal.links())) == []
    journal.close()


# Read-only -----------------------------------------------------------------------------------------------------------


def test_a_journal_opened_to_read_takes_nothing(path):
    """Everything can be read, nothing written."""
    journal = SqliteJournal(path, read_only=True)
    assert [event.seq for event in journal.events()] == [1, 2]
    with pytest.raises(Unavailable, match="readonly"):
        put(journal, note(3))
    journal.close()


# Locks and other errors ----------------------------------------------------------------------------------------------


def test_a_locked_journal_says_that_another_press_runs(path, monkeypatch):
    """After a while, in words; what is held by somebody else is not broken."""
    monkeypatch.setattr(store, "_BUSY_S", 0.05)
    journal, other = SqliteJournal(path), connection(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked") as caught:
        put(journal, note(3))
    assert "Another press is still running" in caught.value.hint
    other.execute("ROLLBACK")
    put(journal, note(3))
    assert journal.head().seq == 3
    other.close()
    journal.close()


def test_a_transaction_within_a_transaction_is_refused(path):
    """And the outer one goes on."""
    journal = SqliteJournal(path)
    with journal.write() as writer:
        with pytest.raises(Unavailable, match="within a transaction"), journal.write():
            pass
        writer.append(note(3), at=AT, actor="a", role="r")
    assert journal.head().seq == 3
    journal.close()


def test_a_full_disk_is_told_and_leaves_nothing(path):
    """SQLite itself gives up the transaction; what was reported before stands."""
    journal = SqliteJournal(path)
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(Unavailable, match="full") as caught, journal.write() as writer:  # noqa: PT012 - it stops somewhere
        for number in range(3, 400):
            with writer.row():
                writer.append(note(number, "x" * 900), at=AT, actor="a", role="r")
    assert "disk is not full" in caught.value.hint
    assert journal.head().seq == 2
    journal._db.execute("PRAGMA max_page_count = 1000000")
    put(journal, note(3))
    assert list(check(journal.links())) == []
    journal.close()


def test_a_closed_journal_says_so(path):
    """As a fault of ours, not of the driver."""
    journal = SqliteJournal(path)
    journal.close()
    with pytest.raises(JournalError):
        journal.head()
    with pytest.raises(JournalError):
        list(journal.events())


def subclasses(kind: type) -> set[type]:
    """A class and all below it."""
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


DRIVER_ERRORS = sorted(subclasses(sqlite3.Error), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", DRIVER_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_becomes_one_of_ours(kind):
    """None of its classes gets past the journal."""
    with pytest.raises(JournalError) as caught, store._mapped():
        raise kind("some words")
    assert "some words" in caught.value.message
    assert caught.value.hint
    assert isinstance(caught.value, Conflict if kind is sqlite3.IntegrityError else Unavailable)
    assert isinstance(caught.value.__cause__, kind)


def test_the_driver_has_the_errors_that_are_mapped():
    """A new class in a new Python is noticed here."""
    assert {kind.__name__ for kind in DRIVER_ERRORS} == {
        "Error", "DatabaseError", "IntegrityError", "OperationalError", "ProgrammingError", "InternalError",
        "NotSupportedError", "DataError", "InterfaceError",
    } - {kind for kind in ("InterfaceError",) if not issubclass(sqlite3.InterfaceError, sqlite3.Error)}  # fmt: skip


def test_other_errors_pass_as_they_are(path):
    """A fault of the caller is not the journal's."""
    journal = SqliteJournal(path)
    with pytest.raises(Stop), journal.write():
        raise Stop
    with pytest.raises(TypeError), journal.write() as writer:
        writer.append(note(3, 1.5), at=AT, actor="a", role="r")
    assert journal.head().seq == 2
    journal.close()
