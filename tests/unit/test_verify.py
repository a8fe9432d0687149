"""What verify answers for a register, a workbook, a journal and what is none of these."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from datetime import timedelta

import pytest
from proof_kit import REGISTER, START, Clock, book_bytes, finished_register, new_register, opens, some_work

from addin.errors import HostError, NotOurBook, Unavailable
from addin.journal import SqliteJournal, examine, witness
from addin.journal.examine import HashList
from addin.logic.chain import Fault, Head
from addin.logic.events import Draft, digests
from addin.register import package
from addin.settings import FILE
from addin.snapshots import MANIFEST, Store
from addin.verify import Report, verify

TOML = f'register_id = "{REGISTER}"\n'


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    """A register folder with some work in it, still open."""
    service = finished_register(tmp_path)
    (tmp_path / FILE).write_text(TOML, encoding="utf-8")
    yield service, service.clock
    service.close()


def whats(report):
    return [fault.what for fault in report.faults]


class TestRegister:
    def test_a_whole_register_is_sound(self, made):
        """Journal, workbook, settings and witness agree."""
        service, _ = made
        witness.add(service.folder / "witness.txt", service.journal.head())
        report = verify(service.folder)
        assert (report.ok, report.what, report.notes) == (True, "register", ())
        assert report.head == service.journal.head()
        assert "is sound" in report.sentence()

    def test_a_workbook_behind_the_journal_is_fine_and_said(self, made):
        """Events the workbook does not show yet are no fault."""
        service, _ = made
        before = service.journal.head().seq
        opens(service, "ADR", "b.lowe")
        report = verify(service.folder)
        assert report.ok
        assert report.notes == (
            f"The workbook shows event {before} of {before + 1}; it is 1 behind, which Refresh puts right.",
        )

    def test_a_cut_journal_is_told_from_a_workbook_behind(self, made, tmp_path):
        """A workbook that shows what the journal lacks is a fault at the first lost event."""
        service, _ = made
        service.close()
        db = sqlite3.connect(service.folder / "journal.sqlite")
        db.execute("DROP TRIGGER events_never_vanish")
        db.execute("DELETE FROM events WHERE seq > 10")
        db.commit()
        db.close()
        report = verify(service.folder)
        assert (report.faults[0].what, report.faults[0].seq) == ("ahead", 11)

    def test_another_registers_files_are_told(self, made, tmp_path):
        """A journal, workbook or settings of another register are named as mixed up."""
        service, _ = made
        (service.folder / FILE).write_text('register_id = "another"\n', encoding="utf-8")
        assert whats(verify(service.folder)) == ["foreign"]

    def test_a_workbook_of_another_chain_is_told(self, made, tmp_path):
        """The first event at which workbook and journal differ is named."""
        service, _ = made
        other, clock = tmp_path / "other", Clock(START + timedelta(minutes=1))
        other.mkdir()
        second = new_register(other / "journal.sqlite", clock)
        some_work(second, clock)
        service.workbook.write_bytes(book_bytes(second))
        second.close()
        report = verify(service.folder)
        assert (report.faults[0].what, report.faults[0].seq) == ("differs", 1)

    @pytest.mark.parametrize("name", ["journal.sqlite", "casebook.xlsm"])
    def test_a_missing_file_is_a_fault_with_its_remedy(self, made, tmp_path, name):
        """What is missing can be made anew from the other, and the report says how."""
        service, _ = made
        rest = tmp_path / "rest"
        rest.mkdir()
        for kept in {"journal.sqlite", "casebook.xlsm"} - {name}:
            service.close()
            shutil.copy(service.folder / kept, rest / kept)
        report = verify(rest)
        assert whats(report) == ["file"]
        assert "casebook rebuild" in report.faults[0].message

    def test_while_somebody_writes_it_stays_sound(self, made):
        """An open transaction of another press is not seen and does no harm."""
        service, _ = made
        with service.journal.write() as writer:
            writer.append(
                Draft("case.noted.v1", "CASE-2026-000001", {}), at="2026-10-05T12:00:00+00:00", actor="x", role="y"
            )
            assert verify(service.folder).ok

    def test_a_kept_state_of_a_case_must_be_what_its_events_say(self, made):
        """The case and its last event are named."""
        service, _ = made
        service.close()
        db = sqlite3.connect(service.folder / "journal.sqlite")
        db.execute("UPDATE cases SET status = 'Closed' WHERE case_id = 'CASE-2026-000002'")
        db.commit()
        db.close()
        fault = verify(service.folder).faults[0]
        journal = SqliteJournal(service.folder / "journal.sqlite", read_only=True)
        assert fault.seq == journal.case("CASE-2026-000002").version
        journal.close()
        assert "CASE-2026-000002 (status)" in fault.message


class TestPersonalValues:
    def test_a_value_that_vanished_without_an_event_is_a_fault(self, made):
        """Erasing is an event; a value that is merely gone is not erased but lost."""
        service, _ = made
        service.close()
        db = sqlite3.connect(service.folder / "journal.sqlite")
        db.execute("DELETE FROM vault")
        db.commit()
        db.close()
        assert set(whats(verify(service.folder / "journal.sqlite"))) == {"vault"}

    def test_an_erased_value_is_no_fault(self, made):
        """An event that lists the digests it erased explains that the values are gone."""
        service, _ = made
        named = [digest for event in service.journal.events() for digest in digests(event.data)]
        service.record("vault.erased.v1", {"erased": named})
        for case in service.journal.cases():
            changed = {name: "[erased]" for name in case.fields if service.kinds and _personal(case, name)}
            with service.journal.write() as writer:
                writer.save(type(case)(case.case_id, case.type, case.status, {**case.fields, **changed}, case.version))
        service.close()
        db = sqlite3.connect(service.folder / "journal.sqlite")
        db.execute("DELETE FROM vault")
        db.commit()
        db.close()
        assert verify(service.folder / "journal.sqlite").ok


def _personal(case, name):
    from addin.logic.cases import case_types

    return case_types()[case.type].fields[name].personal


class TestQueueSheets:
    def test_an_altered_system_cell_is_a_drift_and_no_fault(self, made, tmp_path):
        """Refresh restores it; verify names the cell."""
        path = tmp_path / "casebook.xlsm"
        parts = package.read_parts(path.read_bytes())
        strings = parts["xl/sharedStrings.xml"]
        assert b"Cancelled</t>" in strings
        parts["xl/sharedStrings.xml"] = strings.replace(b">Cancelled</t>", b">Approved by me</t>")
        path.write_bytes(package.write_parts(parts))
        report = verify(path)
        drifts = [note for note in report.notes if "Approved by me" in note]
        assert drifts
        assert drifts[0].startswith("Refunds!C8 (Status of CASE-2026-000001) reads 'Approved by me', not 'Cancelled'")

    def test_a_missing_queue_sheet_is_noted(self, made, tmp_path):
        """A renamed sheet does no harm to the proof."""
        path = tmp_path / "casebook.xlsm"
        parts = package.read_parts(path.read_bytes())
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Claims"', b'name="My claims"')
        path.write_bytes(package.write_parts(parts))
        report = verify(path)
        assert report.ok
        assert any("'Claims' is missing" in note for note in report.notes)


class TestMeta:
    @pytest.mark.parametrize("cell", ["register_id", "seq", "head"])
    def test_what_the_workbook_remembers_must_be_what_it_shows(self, made, tmp_path, cell):
        """Each of the cells of _meta counts."""
        service, _ = made
        path = tmp_path / "casebook.xlsm"
        parts = package.read_parts(path.read_bytes())
        name = package.sheet_parts(parts)["_meta"]
        head = service.journal.head()
        if cell == "seq":
            parts[name] = parts[name].replace(f"<v>{head.seq}</v>".encode(), f"<v>{head.seq + 1}</v>".encode())
        else:
            row = {"register_id": 1, "head": 4}[cell]
            start = parts[name].index(f'<c r="B{row}"'.encode())
            end = parts[name].index(b"</c>", start)
            words = f'<c r="B{row}" t="inlineStr"><is><t>other</t></is>'.encode()
            parts[name] = parts[name][:start] + words + parts[name][end:]
        path.write_bytes(package.write_parts(parts))
        report = verify(path)
        assert whats(report) == ["meta"]
        assert cell in report.faults[0].message

    def test_a_missing_audit_sheet_is_a_fault(self, made, tmp_path):
        """Without the Audit sheet a workbook proves nothing."""
        path = tmp_path / "casebook.xlsm"
        parts = package.read_parts(path.read_bytes())
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Audit"', b'name="Log"')
        path.write_bytes(package.write_parts(parts))
        report = verify(path)
        assert not report.ok
        assert "'Audit' is missing" in report.sentence()


class TestWitness:
    def test_a_workbook_older_than_the_witness_is_noted(self, made):
        """A saved copy may be older than what was witnessed; that is no fault of the copy."""
        service, _ = made
        opens(service, "ADR", "b.lowe")
        path = service.folder / "seen.txt"
        witness.add(path, service.journal.head())
        report = verify(service.workbook, witness=path)
        assert report.ok
        assert "a later one was witnessed" in report.notes[0]

    def test_a_witness_file_that_cannot_be_read_is_a_fault(self, made):
        """A witness line that makes no sense is named with its number."""
        service, _ = made
        path = service.folder / "seen.txt"
        path.write_text("once upon a time\n", encoding="ascii")
        report = verify(service.folder, witness=path)
        assert whats(report) == ["witness"]
        assert "Line 1" in report.sentence()

    def test_a_named_witness_must_be_there(self, made):
        """Nothing is checked against a file that does not exist."""
        with pytest.raises(HostError, match="no witness file"):
            verify(made[0].folder, witness=made[0].folder / "nothing.txt")


class TestWhatIsNone:
    def test_other_things_are_refused_in_words(self, tmp_path):
        """A folder, a text file and nothing at all are told apart."""
        with pytest.raises(NotOurBook, match="is no register"):
            verify(tmp_path)
        (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
        with pytest.raises(NotOurBook, match="neither a register folder"):
            verify(tmp_path / "note.txt")
        with pytest.raises(HostError, match="nothing at"):
            verify(tmp_path / "casebook.xlsm")

    def test_a_broken_zip_is_a_fault(self, tmp_path):
        """A workbook cut short is reported, not raised."""
        path = tmp_path / "casebook.xlsm"
        path.write_bytes(b"PK\x03\x04 and no more")
        assert whats(verify(path)) == ["damaged"]

    def test_a_zip_that_is_no_workbook_is_a_fault(self, tmp_path):
        """Some other zip file under our name is reported."""
        path = tmp_path / "casebook.xlsm"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("hello.txt", "hello")
        assert whats(verify(path)) == ["damaged"]

    @pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"something else entirely"])
    def test_a_file_that_only_claims_to_be_a_journal_is_a_fault(self, tmp_path, content):
        """An empty or foreign file under a journal's name is not sound."""
        path = tmp_path / "journal.sqlite"
        path.write_bytes(content)
        report = verify(path)
        assert not report.ok
        assert report.faults[0].seq == 1

    def test_an_empty_journal_is_a_fault(self, tmp_path):
        """A journal without its first event belongs to no register."""
        SqliteJournal(tmp_path / "journal.sqlite", create=True).close()
        assert whats(verify(tmp_path / "journal.sqlite")) == ["beginning"]

    def test_a_busy_journal_is_said_so(self, made, monkeypatch):
        """A journal that another program holds for itself is no broken journal."""
        monkeypatch.setattr(examine, "_WAIT_S", 0.01)
        service, _ = made
        service.close()
        db = sqlite3.connect(service.folder / "journal.sqlite", isolation_level=None)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("UPDATE numbers SET last = last")
        with pytest.raises(Unavailable, match="cannot be read now"):
            verify(service.folder / "journal.sqlite")
        db.execute("ROLLBACK")
        db.close()


class TestReport:
    def test_as_plain_values(self, made):
        """The report goes out as JSON with stable keys."""
        told = json.loads(json.dumps(verify(made[0].folder).as_dict()))
        assert set(told) == {"ok", "what", "events", "head", "faults", "notes"}
        assert set(told["head"]) == {"seq", "hash", "at"}

    def test_the_sentence_names_the_first_fault_and_counts_the_rest(self):
        """A person reads one sentence."""
        report = Report(
            False, "journal", 3, Head(), (Fault(2, "altered", "Event 2 was altered."), Fault(3, "x", "y")), ()
        )
        assert report.sentence() == "This journal is not sound. Event 2 was altered. (1 more fault below.)"
        assert report.as_dict()["faults"][0] == {
            "seq": 2,
            "what": "altered",
            "message": "Event 2 was altered.",
            "place": "",
        }

    def test_hashes_are_kept_by_number(self):
        """Numbers may be missing, and nonsense is not kept."""
        hashes = HashList()
        hashes.put(3, "ab" * 32)
        hashes.put(0, "cd" * 32)
        hashes.put(4, "not a hash")
        assert [hashes.at(number) for number in (0, 1, 3, 4)] == ["", "", "ab" * 32, ""]


def test_a_snapshot_is_verified_by_its_manifest(made):
    """A snapshot's manifest checks every chunk it names."""
    service, _ = made
    store = Store(service.folder / "snapshots")
    known = {"at": "2026-10-05T12:00:00+00:00", "why": "Before import", "by": "a.khan"}
    kept = store.keep("button", service.workbook, service.journal, **known, head=service.journal.head())
    manifest = store.folder / f"{kept.name}{MANIFEST}"
    assert verify(manifest).ok
    next((store.folder / "chunks").rglob("*.zst")).unlink()
    report = verify(manifest)
    assert whats(report) == ["chunk"]
    assert report.what == "snapshot"
    manifest.write_bytes(b"{")
    assert whats(verify(manifest)) == ["manifest"]
