"""Bad input: each gets a message that names the cell or file and the remedy; nothing is lost; the chain stays whole.

Every test ends with the proof of `Day.end`: the saved register passes `verify`.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from e2e_kit import START, TRACKING, Day, codes, formulas, refused
from openpyxl import Workbook

from addin.closed_book import press_closed
from addin.errors import ConfigError, HostBusy, HostError, JournalError, NotOurBook
from addin.folder import create
from addin.hosts.closed import open_closed
from addin.macros.press import Asked, press
from addin.register.layout import HEADER_ROW, SHEETS
from addin.service import RowRequest, Service

DRIFT, CONFLICT = "workbook.drift.v1", "workbook.conflict.v1"


def ost(day: Day, order: str = "5200417302") -> str:
    return day.open("OST", order_no=order)


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
    assert any(row[9] == "case.noted.v1" for row in day.audit())


# ---- texts that look like formulas ------------------------------------------------------------------------------

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(1;2)", "-2+3", "＝1+1", "\t=1+1", '=HYPERLINK("http://evil.example")')


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_as_text_stays_text(day: Day, text: str) -> None:
    case = day.open("ADR", order_no="5200417301", recipient=text, address_new=text)
    assert day.case(case).text("recipient") == text.strip()
    day.press("requests.note", case, reason=text)
    day.save()
    assert formulas(day.service.workbook) == []
    day.reopen()
    assert str(day.cell("Requests", case, "recipient")).strip() == text.strip()


def test_no_text_becomes_a_formula_in_a_workbook_made_anew(day: Day) -> None:
    for text in FORMULAS:
        case = day.open("ADR", order_no="5200417301", recipient=text, address_new=text, owner=text)
        day.sure(day.press("requests.note", case, reason=text))
    assert formulas(day.rebuilt(), [sheet.name for sheet in SHEETS if sheet.name not in ("Desk", "Reconcile")]) == []


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_as_a_number_or_code_is_refused_with_its_cell(day: Day, text: str) -> None:
    row = day.type_new("Requests", type="ADR", order_no=text)
    words = refused(day.click("requests.add"), "FLD-FORMULA")
    assert f"Requests!J{row}" in words
    assert day.place("Requests", row, "order_no").value.strip() == text.strip(), "what was typed stays to be corrected"
    day.save()
    assert formulas(day.service.workbook) == []


def test_a_formula_in_a_message_stays_text_on_the_way_to_a_case(day: Day) -> None:
    day.sure(day.paste('=HYPERLINK("http://evil.example","5200417315") can you check this one', '=cmd|"x"'))
    for _ in day.proposals():
        day.click("desk.take")
    day.save()
    assert formulas(day.service.workbook) == []
    assert all(str(f).startswith('=HYPERLINK("#') for f in desk_formulas(day))


def desk_formulas(day: Day) -> list[str]:
    return [text.split(" ", 1)[1] for text in formulas(day.service.workbook, ["Desk"])]


# ---- rows altered by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "cell"), [("status", "Closed"), ("type", "ADR"), ("priority", "P1"), ("due", datetime(2026, 1, 1, 9, 30))]
)
def test_a_system_cell_altered_by_hand_is_restored_and_both_values_are_kept(day: Day, field: str, cell: object) -> None:
    case = ost(day)
    before = day.cell("Requests", case, field)
    where = day.queue("Requests").address(day.row("Requests", case), field)
    day.type("Requests", case, field, cell)
    assert "put back" in day.sure(day.click("requests.refresh")).message
    assert day.cell("Requests", case, field) == before
    (drift,) = day.events(case, DRIFT)
    assert drift.data["cell"] == where
    assert str(drift.data["found"]).startswith(str(cell)[:16])
    assert drift.data["kept"] not in ("", drift.data["found"])
    day.sure(day.click("requests.refresh"))
    assert len(day.events(case, DRIFT)) == 1, "one alteration is one event"


def test_a_cell_altered_in_a_row_that_somebody_else_moved_is_recorded_before_it_is_written_over(day: Day) -> None:
    """The press concerns another row; the altered one is written because the journal has news of it."""
    one, two = ost(day, "5200417302"), ost(day, "5200417303")
    day.type("Requests", one, "status", "Closed")
    press_beside(day, one, "note")
    day.sure(day.press("requests.note", two, reason="About the other"))
    assert day.cell("Requests", one, "status") == "New"
    (drift,) = day.events(one, DRIFT)
    assert (drift.data["found"], drift.data["kept"]) == ("Closed", "New")


def test_a_cell_typed_in_a_row_that_somebody_else_moved_waits_and_is_not_lost(day: Day) -> None:
    one, two = ost(day, "5200417302"), ost(day, "5200417303")
    day.type("Requests", one, "order_stage", "Packed")
    press_beside(day, one, "edit", order_stage="Picking")
    day.sure(day.press("requests.note", two, reason="About the other"))
    assert day.cell("Requests", one, "order_stage") == "Packed", "still as typed"
    assert "Packed" in refused(day.click("requests.refresh"), "EDIT-CONFLICT")
    assert [event.data["typed"] for event in day.events(one, CONFLICT)] == ["Packed"]


def press_beside(day: Day, case: str, verb: str, **changes: object) -> None:
    """Somebody else's press, on another copy of the workbook, as the journal sees it."""
    request = RowRequest(case, changes, "" if changes else "By another person")  # type: ignore[arg-type]
    service = day.as_("b.lowe")
    outcome = service.edit([request]) if verb == "edit" else service.press(verb, [request])
    assert outcome.ok


def test_a_case_of_another_sheet_is_named_with_its_own(day: Day) -> None:
    refund = day.open("RFD", order_no="5200417309", line_id="1", sku="SC-4410")
    row = day.type_new("Requests", case_id=refund, order_no="5200417302")
    words = refused(day.click("requests.refresh"), "CASE-SHEET")
    assert f"Requests!A{row}" in words
    assert "sheet Refunds" in words
    day.place("Requests", row, "case_id").value = None
    day.place("Requests", row, "order_no").value = None
    day.sure(day.click("requests.refresh"))
    assert day.events(refund, DRIFT) == []


def test_a_long_text_over_a_system_cell_is_kept_whole(day: Day) -> None:
    case = ost(day)
    text = "x" * 3_000
    day.type("Requests", case, "status", text)
    day.click("requests.refresh")
    assert day.events(case, DRIFT)[0].data["found"] == text


def test_a_row_pasted_over_another_comes_back_and_what_was_pasted_is_kept(day: Day) -> None:
    one, two = ost(day, "5200417302"), ost(day, "5200417303")
    queue = day.queue("Requests")
    source, target = day.row("Requests", one), day.row("Requests", two)
    width = len(queue.columns)
    sheet = day.book.sheets["Requests"]
    sheet.range((target, 1), (target, width)).value = sheet.range((source, 1), (source, width)).value
    words = refused(day.press("requests.note", one, reason="Which one?"), "CASE-DOUBLE")
    assert f"Requests!A{source} and Requests!A{target}" in words
    assert "Refresh" in words
    outcome = day.click("requests.refresh")
    assert day.queue("Requests").index()[one] == [source]
    assert day.cell("Requests", two, "order_no") == "5200417303"
    assert any("order_no=5200417302" in str(event.data["found"]) for event in day.events(one, DRIFT))
    assert outcome.ok, outcome.message


def test_a_pasted_row_with_personal_cells_leaves_no_name_in_the_chain(day: Day) -> None:
    """What can be erased must never stand in an event's own text."""
    one = day.open("ADR", order_no="5200417301", recipient="Iris Marlow", address_new="12 Orchard Mews, Bath")
    two = day.open("ADR", order_no="5200417316")
    sheet, queue = day.book.sheets["Requests"], day.queue("Requests")
    source, target = day.row("Requests", one), day.row("Requests", two)
    width = len(queue.columns)
    sheet.range((target, 1), (target, width)).value = sheet.range((source, 1), (source, width)).value
    day.click("requests.refresh")
    assert all("Marlow" not in event.text and "Orchard" not in event.text for event in day.events())


def test_a_deleted_row_comes_back(day: Day) -> None:
    case = ost(day)
    row = day.row("Requests", case)
    before = day.shown("Requests")[case]
    day.book.sheets["Requests"].range((row, 1), (row, len(day.queue("Requests").columns))).value = None
    assert "put back" in day.sure(day.click("desk.refresh")).message
    back = day.shown("Requests")[case]
    assert {**back, "message": ""} == {**before, "message": ""}


def test_an_unknown_case_number_is_named_with_its_cell(day: Day) -> None:
    row = day.type_new("Requests", case_id="CASE-2026-999999", type="OST", order_no="5200417302")
    day.select(f"A{row}", "Requests")
    words = refused(day.click("requests.note"), "CASE-UNKNOWN")
    assert f"Requests!A{row}" in words
    assert "Clear the cell" in words
    assert "CASE-2026-999999" in str(day.place("Requests", row, "message").value)
    refused(day.click("requests.refresh"), "CASE-UNKNOWN")
    day.place("Requests", row, "case_id").value = None
    day.sure(day.click("requests.add"))
    assert day.only("OST").text("order_no") == "5200417302", "what was typed beside it was not lost"


def test_an_unknown_action_is_refused(day: Day) -> None:
    outcome = press(day.book, "refunds.teleport", day.service)
    assert "casebook actions" in refused(outcome, "ACT-UNKNOWN")


def test_a_case_in_the_wrong_state_says_which_moves_work(day: Day) -> None:
    case = ost(day)
    words = refused(day.press("requests.close", case), "MOVE-STATE")
    assert "works from" in words
    assert "From here:" in words
    assert "works from" in day.message("Requests", case)


# ---- cells that cannot become values ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("order_value", 12.345, "FLD-MONEY"),
        ("order_value", "12.345", "FLD-MONEY"),
        ("order_value", "lots", "FLD-NUMBER"),
        ("order_value", "12 GBP EUR", "FLD-NUMBER"),
        ("order_value", "1e3", "FLD-NUMBER"),
        ("order_value", "#REF!", "FLD-NUMBER"),
        ("order_value", True, "FLD-NUMBER"),
        ("order_no", 4.102938475e16, "FLD-ID-NUMBER"),
        ("order_no", 12.5, "FLD-ID-NUMBER"),
        ("order_no", "4.1E+09", "FLD-ID-NUMBER"),
        ("order_stage", "Somewhere", "FLD-CHOICE"),
        ("tracking", "1Z12345E0305271649", None),
        ("owner", "x" * 1_001, "FLD-LONG"),
        ("address_new", "x" * 32_767, "FLD-LONG"),
        ("camera_zone", "Bench 2", "EDIT-COLUMN"),
        ("date_needed", "24/12/2026", "EDIT-COLUMN"),
    ],
)
def test_a_cell_that_is_no_value_is_named_and_keeps_what_was_typed(
    day: Day, field: str, cell: object, code: str | None
) -> None:
    case = day.open("ADR", order_no="5200417301")
    where = day.queue("Requests").address(day.row("Requests", case), field)
    day.type("Requests", case, field, cell)
    day.type("Requests", case, "recipient", "Iris Marlow") if field != "recipient" else None
    outcome = day.click("requests.refresh")
    if code is None:
        day.sure(outcome)
        return
    words = refused(outcome, code)
    assert where in words, words
    assert all(problem.hint for problem in outcome.problems)
    assert day.cell("Requests", case, field) == cell, "what was typed stays to be corrected"
    assert day.cell("Requests", case, "recipient") == "Iris Marlow", "and what was typed beside it too"
    assert where in day.message("Requests", case)
    assert day.case(case).fields.get(field) in (None, "5200417301")
    day.type("Requests", case, field, "5200417301" if field == "order_no" else None)
    day.sure(day.click("requests.refresh"))
    assert day.case(case).text("recipient") == "Iris Marlow"
    assert day.message("Requests", case) == "" or "taken over" in day.message("Requests", case)


@pytest.mark.parametrize("cell", ["31/02/2026", "2026-13-01", "tomorrow", 46_272.0, "29/02/2026 10:00"])
def test_an_impossible_date_is_named_with_its_cell(day: Day, cell: object) -> None:
    case = day.open("SPD", order_no="5200417307")
    where = day.queue("Requests").address(day.row("Requests", case), "date_needed")
    place = day.at("Requests", case, "date_needed")
    place.number_format = "@" if isinstance(cell, str) else "General"
    place.value = cell
    words = refused(day.click("requests.refresh"), "FLD-DAY")
    assert where in words
    assert "dd/mm/yyyy" in words


def test_forty_thousand_characters_in_a_cell_are_refused_with_the_cell(day: Day) -> None:
    """No program types so much into a cell; a file made by another program may hold it all the same."""
    case = day.open("ADR", order_no="5200417301")
    day.type("Requests", case, "address_new", "MARKER-OF-LENGTH")
    where = day.queue("Requests").address(day.row("Requests", case), "address_new")
    day.save()
    day.tamper(None, b"MARKER-OF-LENGTH", b"long " * 8_000)
    words = refused(day.click("requests.refresh"), "FLD-LONG")
    assert where in words
    assert len(words) < 2_000, "a message never quotes it all"
    day.type("Requests", case, "address_new", None)
    day.sure(day.click("requests.refresh"))


def test_forty_thousand_characters_on_the_command_line_are_refused(day: Day) -> None:
    case = ost(day)
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), {"answer": "x" * 40_000}, "Long"))
    assert "40,000 characters" in refused(outcome, "FLD-LONG")


def test_a_very_long_reason_is_refused_not_cut(day: Day) -> None:
    case = ost(day)
    text = "y" * 20_000
    outcome = day.press("requests.note", case, reason=text)
    assert not outcome.ok
    assert "Reason" in outcome.message
    assert day.cell("Requests", case, "reason") == text, "what was typed stays to be shortened"


def test_a_field_the_case_does_not_have_is_named(day: Day) -> None:
    case = ost(day)
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), {"colour": "red"}, "Why"))
    assert "'colour'" in refused(outcome, "EDIT-UNKNOWN")


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


# ---- two people, two copies of the workbook ---------------------------------------------------------------------


def test_two_people_who_change_one_cell_are_told_and_neither_value_is_lost(day: Day) -> None:
    case = ost(day)
    day.save()
    copy = day.folder / "casebook (Ben).xlsm"
    shutil.copyfile(day.service.workbook, copy)
    day.sure(day.press("requests.note", case, reason="From the first copy", order_stage="Packed"))

    ben = Other(day, copy)
    ben.type("Requests", case, "order_stage", "Picking")
    ben.type("Requests", case, "owner", "b.lowe")
    outcome = ben.click("requests.refresh", who="b.lowe")
    words = refused(outcome, "EDIT-CONFLICT")
    assert "You typed 'Picking' into Order stage; meanwhile somebody made it 'Packed'" in words
    assert ben.cell("Requests", case, "order_stage") == "Packed"
    (kept,) = day.events(case, CONFLICT)
    assert (kept.data["typed"], kept.data["kept"]) == ("Picking", "Packed")
    assert "You typed 'Picking'" in ben.message("Requests", case)
    assert ben.cell("Requests", case, "owner") == "b.lowe", "the other typed cell waits"

    ben.click("requests.refresh", who="b.lowe")
    assert len(day.events(case, CONFLICT)) == 1, "a conflict is told once"
    assert day.case(case).text("owner") == "b.lowe"
    ben.type("Requests", case, "order_stage", "Picking")
    day.sure(ben.click("requests.refresh", who="b.lowe"))
    assert day.case(case).text("order_stage") == "Picking", "typed again it counts"
    ben.book.close()
    day.sure(day.click("desk.refresh"))
    assert day.cell("Requests", case, "order_stage") == "Picking"


def test_two_people_who_change_different_cells_both_count(day: Day) -> None:
    case = ost(day)
    day.save()
    copy = day.folder / "casebook (Ben).xlsm"
    shutil.copyfile(day.service.workbook, copy)
    day.type("Requests", case, "order_stage", "Packed")
    day.sure(day.click("requests.refresh"))
    ben = Other(day, copy)
    ben.type("Requests", case, "owner", "b.lowe")
    day.sure(ben.click("requests.refresh", who="b.lowe"))
    ben.book.close()
    done = day.case(case)
    assert (done.text("order_stage"), done.text("owner")) == ("Packed", "b.lowe")
    assert CONFLICT not in day.kinds()
    day.sure(day.click("desk.refresh"))


def test_a_press_in_a_copy_that_is_behind_is_judged_by_the_newest_state(day: Day) -> None:
    case = ost(day)
    day.save()
    copy = day.folder / "casebook (Ben).xlsm"
    shutil.copyfile(day.service.workbook, copy)
    day.sure(day.press("requests.cancel", case, reason="Asked twice"))
    ben = Other(day, copy)
    words = refused(ben.press("requests.note", case, who="b.lowe", reason="Still there?"), "MOVE-STATE")
    assert "Cancelled" in words
    assert ben.cell("Requests", case, "status") == "Cancelled"
    ben.book.close()


class Other(Day):
    """Another copy of the workbook of the same register, held open by somebody else."""

    def __init__(self, day: Day, path: Path) -> None:
        self.folder, self.now, self.service = day.folder, day.now, day.service
        self.day = day
        self.book = open_closed(path)

    def on(self, **step: float) -> None:
        self.day.on(**step)


# ---- messages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t"])
def test_an_empty_message_box_is_said(day: Day, text: str) -> None:
    assert "Desk!B8" in refused(day.paste(text), "CHAT-EMPTY")


def test_a_message_longer_than_a_press_reads_is_refused_and_stays(day: Day) -> None:
    text = "5200417302 where is it? " * 1_300
    outcome = day.paste(text)
    if not outcome.ok:
        assert "casebook intake FILE" in refused(outcome, "CHAT-LONG")
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

    monkeypatch.setattr("addin.macros.commands.read_text", broken)
    words = refused(day.paste("where is 5200417302"), "PRESS-INCIDENT")
    assert "Press Refresh" in words
    assert "ZeroDivisionError" in next((day.folder / "incidents").glob("*.txt")).read_text(encoding="utf-8")


# ---- numbers altered by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [None, "CASE-2026-9", "5200417302"])
def test_a_number_cleared_or_overtyped_is_put_back(day: Day, typed: str | None) -> None:
    """The row still knows whose it is; it never becomes a new case or somebody else's row."""
    case = ost(day)
    row = day.row("Requests", case)
    day.type("Requests", case, "owner", "b.lowe")
    day.place("Requests", row, "case_id").value = typed
    words = refused(day.click("requests.add"), "CASE-ROW") if typed is None else None
    assert words is None or f"Requests!A{row}: This is the row of {case}" in words
    day.select(f"A{row}", "Requests")
    assert "Refresh" in refused(day.click("requests.note"), "CASE-ROW")
    assert len(day.service.journal.cases()) == 1
    assert "put back" in day.sure(day.click("requests.refresh")).message
    assert day.row("Requests", case) == row
    assert day.case(case).text("owner") == "b.lowe", "what was typed in the row counts"
    (drift,) = day.events(case, DRIFT)
    assert (drift.data["found"], drift.data["kept"]) == (typed or "(empty)", case)


def test_two_numbers_that_were_swapped_are_swapped_back(day: Day) -> None:
    """Else each case would be given the other's facts."""
    one, two = ost(day, "5200417302"), ost(day, "5200417303")
    first, second = day.row("Requests", one), day.row("Requests", two)
    day.place("Requests", first, "case_id").value = two
    day.place("Requests", second, "case_id").value = one
    day.click("requests.refresh")
    assert (day.case(one).text("order_no"), day.case(two).text("order_no")) == ("5200417302", "5200417303")
    assert (day.row("Requests", one), day.row("Requests", two)) == (first, second)


def test_a_number_overtyped_with_another_cases_number_keeps_both_rows(day: Day) -> None:
    one, two = ost(day, "5200417302"), ost(day, "5200417303")
    first, second = day.row("Requests", one), day.row("Requests", two)
    day.place("Requests", first, "case_id").value = two
    day.select(f"A{first}", "Requests")
    refused(day.click("requests.note"), "CASE-ROW")
    day.sure(day.click("requests.refresh"))
    assert (day.row("Requests", one), day.row("Requests", two)) == (first, second)
    assert day.case(two).text("order_no") == "5200417303"


def test_a_copied_row_without_its_number_is_a_new_case(day: Day) -> None:
    """Copying a row and clearing its number is how people start a similar case."""
    case = ost(day)
    sheet, queue, row = day.book.sheets["Requests"], day.queue("Requests"), day.row("Requests", case)
    new = queue.place_new(1)[0]
    width = len(queue.columns)
    sheet.range((new, 1), (new, width)).value = sheet.range((row, 1), (row, width)).value
    day.place("Requests", new, "case_id").value = None
    day.place("Requests", new, "order_no").value = "5200417344"
    day.sure(day.click("requests.add"))
    other = day.place("Requests", new, "case_id").value
    assert other not in (None, case)
    assert day.case(other).text("order_no") == "5200417344"
    assert day.cell("Requests", other, "version") == day.case(other).version
    day.sure(day.click("requests.refresh"))


# ---- the Case sheet ---------------------------------------------------------------------------------------------


def test_a_form_is_never_saved_into_another_case_than_the_one_it_shows(day: Day) -> None:
    one, two = ost(day, "5200417302"), ost(day, "5200417303")
    day.sure(day.show(one))
    day.fill(owner="b.lowe")
    day.book.sheets["Case"].range("B6").value = two
    for action in ("case.save", "case.press"):
        day.book.sheets["Case"].range("I6").value = "Add note"
        words = refused(day.click(action), "FORM-OTHER")
        assert one in words
        assert "Press Show" in words
    assert day.case(two).text("order_no") == "5200417303"
    assert day.case(two).text("owner") == ""
    day.book.sheets["Case"].range("B6").value = one
    day.sure(day.click("case.save"))
    assert day.case(one).text("owner") == "b.lowe"


def test_a_form_that_is_older_than_the_case_undoes_nobodys_change(day: Day) -> None:
    case = ost(day)
    day.sure(day.show(case))
    press_beside(day, case, "edit", order_stage="Packed")
    day.fill(owner="b.lowe")
    day.sure(day.click("case.save"))
    assert (day.case(case).text("order_stage"), day.case(case).text("owner")) == ("Packed", "b.lowe")


def test_a_form_cell_that_somebody_else_changed_too_is_told(day: Day) -> None:
    case = ost(day)
    day.sure(day.show(case))
    press_beside(day, case, "edit", order_stage="Packed")
    day.fill(order_stage="Picking")
    words = refused(day.click("case.save"), "EDIT-CONFLICT")
    assert "You typed 'Picking' into Order stage; meanwhile somebody made it 'Packed'" in words
    assert "Case!B" in words
    assert day.case(case).text("order_stage") == "Packed"


# ---- clocks and long texts --------------------------------------------------------------------------------------


def test_a_clock_that_was_set_back_is_refused(day: Day) -> None:
    case = ost(day)
    day.on(days=-2)
    assert "Set the clock" in refused(day.press("requests.note", case, reason="Yesterday"), "JRN-CLOCK")
    day.on(days=2)


def test_a_reason_of_forty_thousand_characters_on_the_command_line_is_refused(day: Day) -> None:
    case = ost(day)
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), reason="x" * 40_000))
    assert not outcome.ok
    assert "Shorten" in outcome.message
    assert day.kinds(case) == ["status.opened.v1"]
