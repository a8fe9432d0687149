"""Rows altered by hand, copied, renumbered, or changed by two people: put right, told, and nothing is lost."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from e2e_kit import Day, ost, refused

from addin.hosts.closed import open_closed
from addin.macros.press import press
from addin.service import RowRequest

DRIFT, CONFLICT = "workbook.drift.v1", "workbook.conflict.v1"


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
