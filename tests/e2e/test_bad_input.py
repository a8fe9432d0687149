"""Bad input: each gets a message that names the cell or file and the remedy; nothing is lost; the chain stays whole.

Every test ends with the proof of `Day.end`: the saved register passes `verify`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from e2e_kit import START, TRACKING, Day, codes, ost, refused
from openpyxl import Workbook

from addin.closed_book import press_closed
from addin.errors import ConfigError, HostBusy, HostError, JournalError, NotOurBook
from addin.folder import create
from addin.hosts.closed import open_closed
from addin.macros.press import Asked, press
from addin.register.layout import HEADER_ROW
from addin.service import RowRequest, Service

# ---- the workbook itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", ["Refunds", "Desk", "Audit", "Requests", "_lists"])
def test_a_renamed_sheet_is_named_and_nothing_is_changed(day: Day, sheet: str) -> None:
    case = ost(day)
    head = day.service.journal.head()
    names = f'<sheet name="{sheet}"'.encode(), b'<sheet name="Renamed"'
    day.tamper("xl/workbook.xml", *names)
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), reason="Asked the picker"))
    words = refused(outcome, "BOOK-SHEET")
    assert f"'{sheet}'" in words
    assert "name back" in words
    assert day.service.journal.head() == head
    day.tamper("xl/workbook.xml", *reversed(names))
    day.sure(day.press("requests.note", case, reason="Asked the picker"))


def test_a_renamed_header_is_named_with_its_row(day: Day) -> None:
    case = ost(day)
    cell = day.place("Requests", HEADER_ROW, "order_stage")
    title, cell.value = cell.value, "Stage of order"
    head = day.service.journal.head()
    words = refused(day.click("requests.refresh"), "BOOK-HEADER")
    assert "Sheet Requests, row 7: the column 'Order stage' is missing" in words
    cell.value = title
    assert day.service.journal.head() == head
    day.sure(day.press("requests.note", case, reason="Fine again"))


def test_a_doubled_header_is_named(day: Day) -> None:
    cell = day.place("Requests", HEADER_ROW, "order_stage")
    title, cell.value = cell.value, "Owner"
    assert "'Owner' stands there twice" in refused(day.click("requests.add"), "BOOK-HEADER")
    cell.value = title


def test_a_broken_sheet_is_found_before_a_move_that_would_open_a_case_there(day: Day) -> None:
    """The press is refused before the journal is written, not half way."""
    case = ost(day)
    cell = day.place("Escalations", HEADER_ROW, "owner")
    title, cell.value = cell.value, "Gone"
    head = day.service.journal.head()
    refused(day.press("requests.escalate", case, reason="Stuck since Friday"), "BOOK-HEADER")
    assert day.service.journal.head() == head
    cell.value = title
    day.sure(day.press("requests.escalate", case))


def test_a_broken_sheet_does_not_stop_a_move_that_stays_on_its_own(day: Day) -> None:
    """What a press neither reads nor writes is not asked for; Refresh, which needs all sheets, names the fault."""
    case = ost(day)
    cell = day.place("Escalations", HEADER_ROW, "owner")
    title, cell.value = cell.value, "Gone"
    day.sure(day.press("requests.note", case, reason="Asked the picker"))
    assert "Sheet Escalations" in refused(day.click("desk.refresh"), "BOOK-HEADER")
    cell.value = title
    day.sure(day.click("desk.refresh"))


def test_a_broken_sheet_that_others_changed_is_found_before_any_move(day: Day) -> None:
    """A workbook that is behind shows what others did first, so all its sheets have to be sound."""
    case = ost(day)
    day.sure(day.as_("a.khan").open_cases([RowRequest("", {"order_no": "5200417309"}, opens="OST")]))
    cell = day.place("Escalations", HEADER_ROW, "owner")
    title, cell.value = cell.value, "Gone"
    head = day.service.journal.head()
    refused(day.press("requests.note", case, reason="Asked the picker"), "BOOK-HEADER")
    assert day.service.journal.head() == head
    cell.value = title
    day.sure(day.press("requests.note", case, reason="Asked the picker"))


def test_the_workbook_of_another_register_is_refused(day: Day, tmp_path: Path) -> None:
    other = create(tmp_path / "other", demo=True, clock=lambda: START)
    other.close()
    mine = day.service.workbook.read_bytes()
    day.put_workbook(other.workbook.read_bytes())
    assert "its own folder" in refused(day.click("desk.refresh"), "BOOK-REGISTER")
    day.put_workbook(mine)


def test_a_foreign_workbook_is_refused(day: Day, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    Workbook().save(path)
    book = open_closed(path)
    assert "casebook.xlsm" in refused(press(book, "desk.refresh", day.service), "BOOK-FOREIGN")
    book.close()


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "casebook.xlsm"
    path.write_bytes(b"Dear Sir or Madam")
    with pytest.raises(NotOurBook):
        open_closed(path)


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [(3, "many", "BOOK-META"), (3, 1.5, "BOOK-META"), (2, 99, "BOOK-SCHEMA"), (4, "0" * 64, "BOOK-ALTERED"),
     (1, "another", "BOOK-REGISTER"), (3, 4_000, "BOOK-AHEAD"), (3, None, "BOOK-META"), (3, -2, "BOOK-META")],
)  # fmt: skip
def test_altered_notes_of_the_workbook_are_refused(day: Day, row: int, cell: object, code: str) -> None:
    ost(day)
    notes = day.book.sheets["_meta"].range((row, 2))
    before, notes.value = notes.value, cell
    outcome = day.click("desk.refresh")
    assert "casebook" in refused(outcome, code) or "folder" in refused(outcome, code)
    notes.value = before
    day.sure(day.click("desk.refresh"))


def test_a_workbook_ahead_of_its_journal_is_refused(day: Day) -> None:
    """An old journal was put back: nothing is written into it."""
    old = day.journal_bytes()
    case = ost(day)
    day.save()
    new = day.journal_bytes()
    day.put_journal(old)
    assert "casebook verify" in refused(day.click("desk.refresh"), "BOOK-AHEAD")
    day.put_journal(new)
    day.sure(day.press("requests.note", case, reason="The right journal is back"))


def test_a_missing_journal_is_said_and_no_empty_one_is_made(day: Day) -> None:
    day.save()
    kept = day.journal_bytes()
    day.service.close()
    for path in day.folder.glob("journal.sqlite*"):
        path.unlink()
    with pytest.raises(JournalError, match=r"journal\.sqlite"):
        Service.open(day.folder, actor=day.service.actor)
    assert not (day.folder / "journal.sqlite").exists()
    (day.folder / "journal.sqlite").write_bytes(kept)
    day.again()


def test_settings_of_another_register_are_refused(day: Day) -> None:
    path = day.folder / "casebook.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(day.service.journal.register_id, "f" * 32), encoding="utf-8")
    with pytest.raises(ConfigError, match="Two registers were mixed"):
        Service.open(day.folder, actor=day.service.actor)
    path.write_text(text, encoding="utf-8")


# ---- the file is held -------------------------------------------------------------------------------------------


def held_press(day: Day, case: str) -> str:
    """Press on the closed file, which must be refused before anything is recorded; answers the words."""
    head = day.service.journal.head()
    with pytest.raises(HostBusy) as error:
        press_closed(day.as_("a.khan"), "requests.note", Asked((case,), reason="While it is held"))
    assert day.service.journal.head() == head
    return str(error.value)


def closed_case(day: Day) -> str:
    case = ost(day)
    day.save()
    day.book.close()
    return case


def test_a_workbook_open_in_excel_is_named_with_its_holder(day: Day) -> None:
    case = closed_case(day)
    owner = day.folder / "~$casebook.xlsm"
    name = "Priya"
    owner.write_bytes(bytes([len(name)]) + name.encode().ljust(54) + bytes([len(name), 0]) + name.encode("utf-16-le"))
    words = held_press(day, case)
    assert "casebook.xlsm is open in Excel (Priya)" in words
    assert "Close it there" in words
    owner.unlink()
    day.sure(press_closed(day.as_("a.khan"), "requests.note", Asked((case,), reason="Now free")))
    day.again()


def test_a_workbook_open_in_libreoffice_is_named(day: Day) -> None:
    case = closed_case(day)
    lock = day.folder / ".~lock.casebook.xlsm#"
    lock.write_text(",omar,desk-3,07.09.2026 09:00,file:///home/omar;", encoding="utf-8")
    assert "open in LibreOffice (omar)" in held_press(day, case)
    lock.unlink()
    day.again()


def test_a_read_only_workbook_is_refused_before_anything_is_recorded(day: Day) -> None:
    case = closed_case(day)
    day.service.workbook.chmod(0o444)
    assert "read-only" in held_press(day, case)
    day.service.workbook.chmod(0o644)
    day.again()


def test_a_workbook_that_was_taken_while_pressing_says_that_the_press_is_recorded(day: Day) -> None:
    """The journal has it, the file could not be written: the next press shows it."""
    case = closed_case(day)
    lock = day.folder / ".~lock.casebook.xlsm#"

    def clock() -> datetime:
        lock.write_text(",omar,desk-3,,;", encoding="utf-8")
        return day.now

    day.service.clock = clock
    with pytest.raises(HostError) as error:
        press_closed(day.as_("a.khan"), "requests.note", Asked((case,), reason="Just before"))
    assert "recorded" in str(error.value)
    assert day.kinds(case)[-1] == "case.noted.v1"
    lock.unlink()
    day.service.clock = lambda: day.now
    day.again()
    day.sure(day.click("desk.refresh"))
    assert any(row[10] == "case.noted.v1" for row in day.audit())


# ---- what is selected -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["A7", "A1:C5", "A900"])
def test_a_selection_without_a_case_is_said(day: Day, address: str) -> None:
    ost(day)
    day.select(address, "Requests")
    assert "Click a cell in the row" in refused(day.click("requests.note"), "SEL-NONE")


def test_a_selection_on_another_sheet_is_said(day: Day) -> None:
    ost(day)
    day.select("A8", "Refunds")
    refused(day.click("requests.note"), "SEL-NONE")


def test_a_selection_of_the_blank_row_is_said(day: Day) -> None:
    case = ost(day)
    day.select(f"A{day.row('Requests', case) + 1}", "Requests")
    refused(day.click("requests.note"), "SEL-NONE")


def test_several_areas_and_whole_columns_press_each_row_once(day: Day) -> None:
    cases = [ost(day, f"520041730{n}") for n in range(4)]
    for case in cases:
        day.type("Requests", case, "reason", "Bulk note")
    rows = [day.row("Requests", case) for case in cases]
    day.select(f"B{rows[0]},C{rows[2]}:D{rows[2]},A{rows[0]}:C{rows[0]}", "Requests")
    outcome = day.sure(day.click("requests.note"))
    assert [row.case_id for row in outcome.rows] == [cases[0], cases[2]]
    day.select("A:A", "Requests")
    outcome = day.click("requests.note")
    assert len(outcome.rows) == 4


def test_an_unnumbered_row_is_told_to_be_added_first(day: Day) -> None:
    row = day.type_new("Requests", type="OST", order_no="5200417302")
    day.select(f"A{row}", "Requests")
    assert "Add new rows" in refused(day.click("requests.note"), "ROW-NEW")
    assert "Add new rows" in str(day.place("Requests", row, "message").value)


# ---- new rows ---------------------------------------------------------------------------------------------------


def test_a_new_row_without_a_type_is_asked_for_it(day: Day) -> None:
    row = day.type_new("Requests", order_no="5200417302")
    words = refused(day.click("requests.add"), "OPEN-TYPE")
    assert f"Requests!B{row}" in words
    assert "OST (order status check)" in words
    day.place("Requests", row, "type").value = " ost "
    day.sure(day.click("requests.add"))


def test_a_new_row_of_a_type_of_another_sheet_is_refused(day: Day) -> None:
    day.type_new("Requests", type="RFD", order_no="5200417302")
    refused(day.click("requests.add"), "OPEN-TYPE")


def test_without_a_new_row_nothing_is_added(day: Day) -> None:
    assert "blank row" in refused(day.click("requests.add"), "ADD-NONE")


def test_two_equal_new_rows_are_two_cases_and_pressed_twice_they_stay_two(day: Day) -> None:
    for _ in range(2):
        day.type_new("Requests", type="OST", order_no="5200417302")
    assert len(day.sure(day.click("requests.add")).rows) == 2
    refused(day.click("requests.add"), "ADD-NONE")
    cases = day.service.journal.cases(types=["OST"])
    assert len(cases) == 2
    assert sorted(day.shown("Requests")) == [case.case_id for case in cases]
    assert all(len(rows) == 1 for case_id, rows in day.queue("Requests").index().items() if case_id)


# ---- messages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t"])
def test_an_empty_message_box_is_said(day: Day, text: str) -> None:
    assert "Desk!B8" in refused(day.paste(text), "CHAT-EMPTY")


def test_a_message_longer_than_a_press_reads_is_refused_and_stays(day: Day) -> None:
    with (day.folder / "casebook.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[policy]\n"intake.max_characters" = 1000\n')
    day.again()
    text = "5200417302 where is it? " * 50
    assert "casebook intake FILE" in refused(day.paste(text), "CHAT-LONG")
    assert day.book.sheets["Desk"].range("B8").value == text


def test_a_case_number_that_does_not_exist_is_said_on_the_case_sheet(day: Day) -> None:
    assert "Case!B6" in refused(day.show("CASE-2026-000099"), "CASE-UNKNOWN")
    refused(day.click("case.press"), "MOVE-NONE")
    refused(day.click("case.save"), "CASE-UNKNOWN")


def test_a_move_typed_on_the_case_sheet_that_does_not_exist_names_the_moves(day: Day) -> None:
    case = ost(day)
    outcome = day.move(case, "Beam up")
    assert "Beam up" in refused(outcome, "MOVE-UNKNOWN")


def test_a_wrong_cell_of_the_case_form_is_named(day: Day) -> None:
    case = day.open("UPC", order_no="5200417305", tracking=TRACKING)
    outcome = day.move(case, "Gather evidence", subtype="EATEN BY DOG", event_date="31/02/2026")
    words = refused(outcome, "FLD-CHOICE", "FLD-DAY")
    assert f"Case!B{day.form()['subtype']}" in words
    assert day.book.sheets["Case"].range((day.form()["subtype"], 2)).value == "EATEN BY DOG"
    assert codes(outcome) >= {"FLD-CHOICE", "FLD-DAY"}


def test_an_incident_is_written_down_and_answered_in_words(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours never reaches the spreadsheet program as an exception."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("addin.macros.commands.messages.read_text", broken)
    words = refused(day.paste("where is 5200417302"), "PRESS-INCIDENT")
    assert "Press Refresh" in words
    assert "ZeroDivisionError" in next((day.folder / "incidents").glob("*.txt")).read_text(encoding="utf-8")
