"""Whatever is changed in a journal or on an Audit sheet is found, at its place; what is left alone never alarms."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from functools import cache

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from proof_kit import Clock, book_bytes, fresh_folder, new_register, some_work

from addin.hosts.grid import column_number
from addin.hosts.sheetxml import read_strings
from addin.journal import witness
from addin.register import package
from addin.register.layout import AUDIT_COLUMNS, FIRST_ROW, HEADER_ROW
from addin.register.sheets import cell_name
from addin.verify import verify

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FEW = settings(parent=QUICK, max_examples=25)


@cache
def register():
    """A finished register on disk: its folder, its number of events, its workbook as bytes."""
    folder, clock = fresh_folder(), Clock()
    service = new_register(folder / "journal.sqlite", clock)
    some_work(service, clock, 6)
    (folder / "casebook.xlsm").write_bytes(book_bytes(service))
    witness.add(folder / "witness.txt", service.journal.head())
    events = service.journal.head().seq
    service.close()
    return folder, events


EVENTS = 26
COLUMNS = ("seq", "at", "case_id", "kind", "text", "prev", "hash")
SEQ = st.integers(1, EVENTS)


@pytest.fixture(name="copy")
def fixture_copy(tmp_path):
    """Makes fresh copies of the register's files."""

    def make(name="journal.sqlite"):
        folder, events = register()
        assert events == EVENTS
        shutil.copy(folder / name, tmp_path / name)
        return tmp_path / name

    return make


def forge(path, statement, *values):
    """Change a journal behind its guards, and put the guards back as a careful forger would."""
    db = sqlite3.connect(path)
    kept = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
    for guard in kept:
        db.execute(f"DROP TRIGGER {guard}")
    for one in statement if isinstance(statement, list) else [(statement, values)]:
        db.execute(*one)
    for sql in kept.values():
        db.execute(sql)
    db.commit()
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()


def seqs(report):
    return {fault.seq for fault in report.faults}


def rows(path):
    db = sqlite3.connect(path)
    found = db.execute("SELECT seq, at, case_id, kind, text, prev, hash FROM events ORDER BY seq").fetchall()
    db.close()
    return found


def put_all(path, events):
    forge(path, [("DELETE FROM events", ()), *(("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", e) for e in events)])


def rehashed(events, start):
    """The same events, linked anew from a position on, with their numbers in order."""
    done = []
    for number, event in enumerate(events, 1):
        linked = event[1:]
        if number >= start:
            prev = done[-1][6] if done else "0" * 64
            linked = (*event[1:5], prev, hashlib.sha256((prev + event[4]).encode()).hexdigest())
        done.append((number, *linked))
    return done


class TestJournal:
    def test_untouched_is_sound(self, copy):
        """A journal nobody touched has no fault and no note."""
        report = verify(copy(), witness=register()[0] / "witness.txt")
        assert (report.ok, report.events, report.faults, report.notes) == (True, EVENTS, (), ())

    @QUICK
    @given(seq=SEQ, column=st.sampled_from(COLUMNS[1:]), data=st.data())
    def test_one_changed_character_is_found(self, copy, seq, column, data):
        """One character changed in any column of any event is found at that event, and first there."""
        path = copy()
        old = next(row for row in rows(path) if row[0] == seq)[
            ["seq", "at", "case_id", "kind", "text", "prev", "hash"].index(column)
        ]
        at = data.draw(st.integers(0, max(len(old) - 1, 0)))
        new = (
            old[:at]
            + data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != old[at : at + 1]))
            + old[at + 1 :]
        )
        forge(path, f"UPDATE events SET {column} = ? WHERE seq = ?", new, seq)
        report = verify(path)
        assert not report.ok
        assert report.faults[0].seq == seq

    @FEW
    @given(seq=SEQ)
    def test_a_deleted_event_is_missed(self, copy, seq):
        """A deleted event is named as missing; a cut tail needs the witness."""
        path = copy()
        forge(path, "DELETE FROM events WHERE seq = ?", seq)
        report = verify(path, witness=register()[0] / "witness.txt")
        assert report.faults[0].seq == seq

    @FEW
    @given(seq=SEQ, other=SEQ)
    def test_swapped_events_are_found(self, copy, seq, other):
        """Two events that changed places are found at the first of them."""
        first, second = sorted((seq, other))
        if first == second:
            return
        path = copy()
        events = rows(path)
        events[first - 1], events[second - 1] = (first, *events[second - 1][1:]), (second, *events[first - 1][1:])
        put_all(path, events)
        assert verify(path).faults[0].seq == first

    @FEW
    @given(seq=SEQ, after=SEQ)
    def test_a_doubled_event_is_found(self, copy, seq, after):
        """An event put in a second time, with the chain made anew behind it, is found where it was put in."""
        path = copy()
        events = rows(path)
        events.insert(after, events[seq - 1])
        put_all(path, rehashed(events, after + 1))
        assert verify(path).faults[0].seq == (after + 1 if seq != after + 1 else after + 2)

    @FEW
    @given(seq=SEQ)
    def test_a_chain_made_anew_is_found_by_the_witness(self, copy, seq):
        """Who changes an event and hashes all behind it anew leaves a chain that holds, but not what was seen."""
        path = copy()
        events = rows(path)
        events[seq - 1] = (
            *events[seq - 1][:4],
            events[seq - 1][4].replace('"role":"', '"role":"x'),
            *events[seq - 1][5:],
        )
        put_all(path, rehashed(events, seq))
        report = verify(path, witness=register()[0] / "witness.txt")
        assert ("rehashed", EVENTS) in {(fault.what, fault.seq) for fault in report.faults}

    @FEW
    @given(last=st.integers(1, EVENTS - 1))
    def test_a_cut_tail_is_found_by_the_witness(self, copy, last):
        """A tail that was cut is named by its first lost event."""
        path = copy()
        forge(path, "DELETE FROM events WHERE seq > ?", last)
        report = verify(path, witness=register()[0] / "witness.txt")
        assert ("cut", last + 1) in {(fault.what, fault.seq) for fault in report.faults}

    @QUICK
    @given(data=st.data())
    def test_a_flipped_bit_in_an_event_names_an_event(self, copy, data):
        """A bit flipped anywhere in the stored text of an event is found at that event or where reading ends."""
        path = copy()
        content = bytearray(path.read_bytes())
        seq = data.draw(SEQ)
        text = next(row[4] for row in rows(path) if row[0] == seq).encode()
        start = content.find(text[:200])
        if start < 0:
            return  # it lies on two pages
        at = start + data.draw(st.integers(0, min(len(text), 200) - 1))
        content[at] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content)
        report = verify(path)
        assert not report.ok
        assert report.faults[0].seq == seq

    @settings(parent=QUICK, max_examples=150)
    @given(data=st.data())
    def test_a_damaged_file_never_ends_in_a_traceback(self, copy, data):
        """Bytes overwritten anywhere give a report; one that is not sound names a number."""
        path = copy()
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        for offset, byte in enumerate(data.draw(st.binary(min_size=1, max_size=64))):
            if at + offset < len(content):
                content[at + offset] ^= byte
        path.write_bytes(content)
        report = verify(path)
        assert report.ok == (not report.faults)
        assert all(fault.seq >= 1 for fault in report.faults)
        if report.ok:
            assert report.events == EVENTS

    @pytest.mark.parametrize(
        ("statement", "what"),
        [
            ("UPDATE cases SET status = 'Approved' WHERE case_id LIKE '%000002'", "state"),
            ("UPDATE cases SET fields = replace(fields, '450.00', '950.00') WHERE case_id LIKE '%000002'", "state"),
            ("DELETE FROM cases WHERE case_id LIKE '%000003'", "state"),
            ("DELETE FROM case_keys WHERE key LIKE 'order:%'", "state"),
            ("UPDATE numbers SET last = last + 1 WHERE series = 'CASE'", "number"),
            ("UPDATE vault SET value = '\"Somebody else\"'", "vault"),
            ("DELETE FROM vault WHERE digest = (SELECT min(digest) FROM vault)", "vault"),
        ],
    )
    def test_altered_tables_beside_the_events_are_found(self, copy, statement, what):
        """State, links, numbers and personal values that are not what the events say are found and named."""
        path = copy()
        forge(path, statement)
        report = verify(path)
        assert what in {fault.what for fault in report.faults}
        assert all(1 <= fault.seq <= EVENTS for fault in report.faults)

    def test_a_dropped_guard_is_found(self, copy):
        """Who takes the rule away that events never change is found, though no event was changed yet."""
        path = copy()
        db = sqlite3.connect(path)
        db.execute("DROP TRIGGER events_never_change")
        db.commit()
        db.close()
        assert [fault.what for fault in verify(path).faults] == ["guard"]


NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@cache
def audit_part():
    """Which part of the workbook is its Audit sheet, and all parts."""
    parts = package.read_parts((register()[0] / "casebook.xlsm").read_bytes())
    return package.sheet_parts(parts)["Audit"], parts


def edited(tmp_path, change):
    """The workbook after a change on the rows of its Audit sheet."""
    name, parts = audit_part()
    root = etree.fromstring(parts[name])
    change({int(row.get("r")): row for row in root.iter(f"{NAMESPACE}row")})
    path = tmp_path / "book.xlsm"
    path.write_bytes(package.write_parts({**parts, name: etree.tostring(root)}))
    return path


def cell_of(row, column):
    return next((cell for cell in row if column_number(cell.get("r").rstrip("0123456789")) == column), None)


def text_of(row, column):
    cell = cell_of(row, column)
    if cell is None:
        return ""
    return shared()[int(cell.findtext(f"{NAMESPACE}v"))]


@cache
def shared():
    return read_strings(audit_part()[1]["xl/sharedStrings.xml"], "strings")


def put_text(row, column, text):
    """Put a text into a cell, as a person who lifted the lock would."""
    old = cell_of(row, column)
    letters = cell_name("", 1, column).removeprefix("!").rstrip("1")
    new = etree.Element(f"{NAMESPACE}c", r=f"{letters}{row.get('r')}", t="inlineStr")
    part = etree.SubElement(etree.SubElement(new, f"{NAMESPACE}is"), f"{NAMESPACE}t")
    part.text = text
    if old is not None:
        row.replace(old, new)
    else:
        row.append(new)


class TestWorkbook:
    def test_untouched_is_sound(self, tmp_path):
        """A workbook nobody touched is sound, as it was made and when its parts were packed anew."""
        for report in (verify(register()[0] / "casebook.xlsm"), verify(edited(tmp_path, lambda rows: None))):
            assert (report.ok, report.events, report.notes) == (True, EVENTS, ())

    @pytest.mark.filterwarnings("ignore:Print area cannot be set")
    def test_another_program_may_save_it(self, tmp_path):
        """A save by another program, other widths and sorted queues are no fault."""
        book = openpyxl.load_workbook(register()[0] / "casebook.xlsm", keep_vba=True)
        book["Audit"].column_dimensions["G"].width = 90
        refunds = book["Refunds"]
        lines = [[cell.value for cell in row] for row in refunds.iter_rows(min_row=FIRST_ROW, max_row=FIRST_ROW + 5)]
        for at, line in enumerate(reversed(lines), FIRST_ROW):
            for column, value in enumerate(line, 1):
                refunds.cell(at, column).value = value
        book.save(tmp_path / "book.xlsm")
        book.vba_archive.close()
        report = verify(tmp_path / "book.xlsm")
        assert (report.ok, report.events, report.notes) == (True, EVENTS, ())

    @QUICK
    @given(seq=SEQ, column=st.integers(1, len(AUDIT_COLUMNS)), data=st.data())
    def test_one_changed_cell_is_found(self, tmp_path, seq, column, data):
        """Any one cell of any row of the Audit sheet that is changed is found at its event."""

        def change(rows):
            row = rows[FIRST_ROW + seq - 1]
            old = text_of(row, column)
            new = data.draw(st.sampled_from(["", old + " ", old[:-1], "x", old.upper() + "x", "7"]))
            put_text(row, column, new if new != old else old + "!")

        report = verify(edited(tmp_path, change))
        assert not report.ok
        assert report.faults[0].seq == seq

    @pytest.mark.parametrize("column", range(1, len(AUDIT_COLUMNS) + 1))
    def test_a_changed_title_is_found(self, tmp_path, column):
        """The titles of the Audit sheet say what its columns mean, so they count too."""
        report = verify(edited(tmp_path, lambda rows: put_text(rows[HEADER_ROW], column, "Other")))
        assert [fault.what for fault in report.faults] == ["title"]

    @FEW
    @given(seq=SEQ)
    def test_a_deleted_row_is_missed(self, tmp_path, seq):
        """A row taken out is named; the last one is missed by the workbook's own notes."""
        report = verify(edited(tmp_path, lambda rows: rows[FIRST_ROW + seq - 1].clear()))
        assert report.faults[0].seq == (seq if seq < EVENTS else seq - 1)

    @FEW
    @given(seq=SEQ, other=SEQ)
    def test_rows_in_another_order_are_found(self, tmp_path, seq, other):
        """Two rows of the Audit sheet that changed places are found at the first of them."""
        first, second = sorted((seq, other))
        if first == second:
            return

        def change(rows):
            one, two = rows[FIRST_ROW + first - 1], rows[FIRST_ROW + second - 1]
            for column in range(1, len(AUDIT_COLUMNS) + 1):
                texts = text_of(one, column), text_of(two, column)
                put_text(one, column, texts[1])
                put_text(two, column, texts[0])

        report = verify(edited(tmp_path, change))
        assert report.faults[0].what in ("missing", "order")
        assert report.faults[0].seq == first

    @FEW
    @given(data=st.data())
    def test_a_damaged_workbook_never_ends_in_a_traceback(self, tmp_path, data):
        """Bytes overwritten anywhere in the file give a report."""
        content = bytearray((register()[0] / "casebook.xlsm").read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        for offset, byte in enumerate(data.draw(st.binary(min_size=1, max_size=64))):
            if at + offset < len(content):
                content[at + offset] ^= byte
        path = tmp_path / "casebook.xlsm"
        path.write_bytes(content)
        report = verify(path)
        assert all(fault.seq >= 1 for fault in report.faults)
