"""The Audit sheet: late entries flagged, drift that stands out, and what comes after a million events."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from proof_kit import Clock, book_bytes, new_register, opens, read, some_work

from addin.journal import SqliteJournal
from addin.journal.refill import refill
from addin.register import audit_place
from addin.register.audit_place import audit_count, audit_name, audit_sheets, carried, is_audit
from addin.register.audit_place import audit_place as place
from addin.register.layout import AUDIT_COLUMNS, FIRST_ROW, HINT_ROW
from addin.register.package import read_parts, sheet_parts, write_parts
from addin.register.projection import hours_late
from addin.register.reading import BookFile, audit_links, kept_values
from addin.service import RowRequest
from addin.verify import verify

TITLES = [title for title, _ in AUDIT_COLUMNS]


@pytest.fixture(name="small")
def fixture_small(monkeypatch):
    """Sheets that take ten events each, so that a few cases fill several."""
    monkeypatch.setattr(audit_place, "EVENTS_ON_A_SHEET", 10)


def worked(cases=4):
    clock = Clock()
    service = new_register(None, clock)
    some_work(service, clock, cases)
    return service


def written(tmp_path, content):
    path = tmp_path / "book.xlsm"
    path.write_bytes(content)
    return path


class TestPlaces:
    def test_each_event_has_the_row_of_its_number(self):
        """A million to a sheet, then on from the top of the next one."""
        assert place(1) == ("Audit", FIRST_ROW)
        assert place(1_000_000) == ("Audit", FIRST_ROW + 999_999)
        assert place(1_000_001) == ("Audit 2", FIRST_ROW)
        assert place(2_000_001) == ("Audit 3", FIRST_ROW)
        assert FIRST_ROW + 999_999 <= 1_048_576

    def test_the_next_sheet_is_there_before_it_is_needed(self):
        """A press never has to make a sheet."""
        assert [audit_count(events) for events in (0, 899_999, 900_000, 1_000_000, 1_900_000)] == [1, 1, 2, 2, 3]

    def test_sheets_are_told_by_their_names_in_their_order(self):
        """Other sheets with a like name are none."""
        names = ["Desk", "Audit 10", "Audit", "Audit 2", "Audit 1", "Audit 02", "Audit x", "audit"]
        assert audit_sheets(names) == ["Audit", "Audit 2", "Audit 10"]
        assert [audit_name(number) for number in (1, 2)] == ["Audit", "Audit 2"]
        assert not is_audit("Audit log")


class TestLateEntries:
    def test_an_entry_of_another_day_says_by_how_much_it_is_late(self, tmp_path):
        """In words in its own column, beside recorded and happened."""
        clock = Clock()
        service = new_register(None, clock)
        case = opens(service, "RFD", order_no="4000100001")
        for hours in (49, 1):
            clock.on(hours=1)
            happened = clock.now - timedelta(hours=hours)
            changes = read("RFD", {"happened_at": f"{happened:%Y-%m-%dT%H:%M}+00:00"})
            assert service.edit([RowRequest(case, changes, "Told by phone")]).ok
        found = [hours_late(event) for event in service.journal.events()][-2:]
        assert found == [49, 0]
        sheet = openpyxl.load_workbook(io.BytesIO(book_bytes(service)))["Audit"]
        rows = list(sheet.iter_rows(min_row=FIRST_ROW, values_only=True))[-2:]
        assert [row[TITLES.index("Late")] for row in rows] == ["49 h late", None]
        report = verify(written(tmp_path, book_bytes(service)))
        assert (report.ok, report.notes) == (True, ())

    def test_altered_cells_and_late_entries_are_coloured(self):
        """By conditional formats over the whole sheet, which a filter or a new row does not lose."""
        sheet = openpyxl.load_workbook(io.BytesIO(book_bytes(worked(1))))["Audit"]
        rules = {rule.formula[0] for area in sheet.conditional_formatting for rule in area.rules}
        assert any("workbook.drift.v1" in rule and "workbook.conflict.v1" in rule for rule in rules)
        assert any(rule.startswith("$D8") for rule in rules)


@pytest.mark.usefixtures("small")
class TestManySheets:
    def test_events_go_on_on_the_next_sheet_with_the_head_they_follow(self):
        """Each further sheet is locked, filtered, and names event and head of the one before."""
        service = worked()
        events = list(service.journal.events())
        book = openpyxl.load_workbook(io.BytesIO(book_bytes(service)))
        names = audit_sheets(book.sheetnames)
        assert names == [audit_name(number + 1) for number in range(audit_count(len(events)))]
        assert len(names) >= 2
        second = book["Audit 2"]
        assert second.cell(HINT_ROW, 1).value == carried(10, events[9].hash)
        assert second.cell(FIRST_ROW, 1).value == "11"
        assert second.cell(FIRST_ROW, TITLES.index("Previous hash") + 1).value == events[9].hash
        assert second.protection.sheet
        assert second.protection.algorithmName == "SHA-512"
        assert book.sheetnames.index("Audit 2") == book.sheetnames.index("Audit") + 1

    def test_the_workbook_alone_still_proves_and_rebuilds_all(self, tmp_path):
        """Verify reads all sheets; the journal made from them has the same head."""
        service = worked()
        path = written(tmp_path, book_bytes(service))
        report = verify(path)
        assert (report.ok, report.notes, report.head) == (True, (), service.journal.head())
        journal = SqliteJournal(None, create=True)
        book = BookFile(path)
        assert refill(journal, audit_links(book), kept_values(book)) == service.journal.head()

    def test_a_lost_or_exchanged_sheet_is_found_at_its_first_event(self, tmp_path):
        """Taking a whole sheet away, or telling another head at its top, is named."""
        service = worked()
        events = list(service.journal.events())
        parts = read_parts(book_bytes(service))
        renamed = {**parts, "xl/workbook.xml": parts["xl/workbook.xml"].replace(b'"Audit 2"', b'"Log 2"')}
        report = verify(written(tmp_path, write_parts(renamed)))
        assert not report.ok
        assert report.faults[0].seq == (11 if len(events) > 20 else 10)
        where = sheet_parts(parts)["Audit 2"]
        strings = parts["xl/sharedStrings.xml"].replace(
            carried(10, events[9].hash).encode(), carried(10, "ab" * 32).encode()
        )
        assert where
        report = verify(written(tmp_path, write_parts({**parts, "xl/sharedStrings.xml": strings})))
        assert [(fault.what, fault.seq) for fault in report.faults] == [("sheet", 11)]
