"""Refresh: crash recovery, several copies, sorting, filtering, and a workbook made anew that shows the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from e2e_kit import TRACKING, Day, refused

from addin.hosts.closed import open_closed
from addin.register.layout import (
    AUDIT_COLUMNS,
    COUNTS_COLUMN,
    COUNTS_ROW,
    DESK_COLUMNS,
    HEADER_ROW,
    QUEUES,
    WORKLIST_HEADER,
    WORKLIST_ROWS,
)
from addin.register.package import read_parts, sheet_parts
from addin.register.sheets import Live, Queue
from addin.service import RowRequest
from addin.tasks import keep_snapshot

DRIFT = "workbook.drift.v1"


def orders(day: Day, count: int = 3) -> list[str]:
    return [day.open("OST", order_no=f"52004173{n:02}") for n in range(count)]


# ---- a press that dies ------------------------------------------------------------------------------------------


def test_after_a_crash_before_saving_refresh_shows_everything(day: Day) -> None:
    """The journal has it, the file is as old as its last save: the next refresh finishes the work."""
    cases = orders(day)
    day.save()
    day.sure(day.press("requests.note", cases[0], reason="Asked the picker"))
    day.sure(day.press("requests.cancel", cases[1], reason="Asked twice"))
    fourth = day.open("ADR", order_no="5200417399", recipient="Iris Marlow")
    before = day.shown("Requests"), day.audit()
    day.reopen()
    assert fourth not in day.shown("Requests")
    day.sure(day.click("desk.refresh"))
    after = day.shown("Requests"), day.audit()
    assert without_messages(after[0]) == without_messages(before[0])
    assert after[1] == before[1]
    assert "up to date" in day.click("desk.refresh").message.lower()


@pytest.mark.parametrize("first", ["requests.add", "desk.refresh", "stock.refresh", "requests.note", "desk.dismiss"])
def test_a_typed_row_whose_case_was_opened_before_the_crash_is_numbered_not_opened_again(day: Day, first: str) -> None:
    """Whatever button is pressed first after the crash."""
    (other,) = orders(day, 1)
    row = day.type_new("Requests", type="OST", order_no="5200417342", owner="b.lowe")
    second = day.type_new("Requests", type="OST", order_no="5200417342", owner="b.lowe")
    day.save()
    day.sure(day.click("requests.add"))
    opened = {case.case_id for case in day.service.journal.cases(types=["OST"])} - {other}
    assert len(opened) == 2
    day.reopen()
    assert day.place("Requests", row, "case_id").value is None
    if first == "requests.note":
        day.press(first, other, reason="Another row entirely")
    else:
        day.click(first)
    assert {day.place("Requests", at, "case_id").value for at in (row, second)} == opened
    assert len(day.service.journal.cases(types=["OST"])) == 3
    refused(day.click("requests.add"), "ADD-NONE")
    assert DRIFT not in day.kinds()


@pytest.mark.parametrize("where", ["append_log", "append_vault", "write_meta"])
def test_a_crash_half_way_through_writing_is_finished_by_the_next_press(
    day: Day, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """What was half written is written again in its own place: no row of Audit stands twice."""
    (case,) = orders(day, 1)
    plain = getattr(Live, where)

    def dies(*arguments: Any, **named: Any) -> None:
        if where != "write_meta":
            plain(*arguments, **named)
        raise OSError("the program went away")

    monkeypatch.setattr(Live, where, dies)
    address = day.open_quietly("ADR", order_no="5200417399", recipient="Iris Marlow")
    refused(address, "PRESS-INCIDENT")
    monkeypatch.undo()
    day.save()
    day.reopen()
    day.sure(day.press("requests.note", case, reason="Next press"))
    assert [row[0] for row in day.audit()] == [str(event.seq) for event in day.events()]
    assert len(day.service.journal.cases(types=["ADR"])) == 1
    assert len(day.shown("Requests")) == 2


def test_a_crash_between_the_rows_of_a_press_heals(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = orders(day)
    for case in cases:
        day.type("Requests", case, "reason", "Bulk note")
    rows = ",".join(f"A{day.row('Requests', case)}" for case in cases)
    plain, written = Queue.write, []

    def dies(self: Queue, row: int, cells: Any) -> None:
        written.append(row)
        if len(written) == 2:
            raise OSError("the program went away")
        plain(self, row, cells)

    day.select(rows, "Requests")
    monkeypatch.setattr(Queue, "write", dies)
    refused(day.click("requests.note"), "PRESS-INCIDENT")
    monkeypatch.undo()
    assert [day.kinds(case).count("case.noted.v1") for case in cases] == [1, 1, 1], "the journal has all of it"
    day.click("desk.refresh")
    versions = [day.shown("Requests")[case]["version"] for case in cases]
    assert versions == [day.case(case).version for case in cases]
    assert DRIFT not in day.kinds()


# ---- the same, made anew ----------------------------------------------------------------------------------------


def test_a_workbook_made_anew_shows_the_same_cells_as_the_one_that_was_pressed(day: Day) -> None:
    """Queue sheets, Audit, counts and worklist, cell by cell; messages are the only thing a new workbook lacks."""
    cases = orders(day, 4)
    day.sure(day.paste("5200417305 no scans since Friday, tracking 1Z12345E0305271648, open a claim?", "Nadia"))
    day.sure(day.click("desk.take"))
    day.open("ADR", order_no="5200417399", recipient="Iris Marlow", address_new="12 Orchard Mews", order_value=640.5)
    day.open("RQC", order_no="5200417309", goods_value=780.0, legal_basis="CCR cancel", tracking=TRACKING)
    day.open("RFD", order_no="5200417310", line_id="1", sku="SC-1", legal_basis="Goodwill")
    day.sure(day.press("requests.note", cases[0], reason="Asked"))
    day.sure(day.press("requests.cancel", cases[1], reason="Twice"))
    day.sure(day.move(cases[2], "Wait", reason="No answer", waiting_on="Customer", waiting_until="10/09/2026"))
    day.press("requests.close", cases[3])
    day.type("Requests", cases[3], "status", "Closed")
    day.sure(day.press("desk.refresh"))
    anew = Made(day, day.rebuilt())
    try:
        for sheet in QUEUES:
            assert without_messages(anew.shown(sheet.name)) == without_messages(day.shown(sheet.name)), sheet.name
        assert anew.audit() == day.audit()
        assert desk(anew) == desk(day)
        mine, theirs = formats(day), formats(anew)
        assert {cell: mine[cell] for cell in theirs} == theirs
    finally:
        anew.book.close()


class Made(Day):
    """A workbook made anew, to look at."""

    def __init__(self, day: Day, path: Path) -> None:
        self.folder, self.now, self.service = day.folder, day.now, day.service
        self.book = open_closed(path)


def without_messages(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {case: {name: cell for name, cell in cells.items() if name != "message"} for case, cells in rows.items()}


def desk(day: Day) -> list[Any]:
    sheet = day.book.sheets["Desk"]
    counts = sheet.range((COUNTS_ROW, COUNTS_COLUMN), (COUNTS_ROW + 1, COUNTS_COLUMN + 5)).value
    width = len(DESK_COLUMNS)
    first, last = WORKLIST_HEADER + 1, WORKLIST_HEADER + WORKLIST_ROWS
    lines = sheet.range((first, 3), (last, 1 + width)).value
    links = sheet.range((first, 2), (last, 2)).formula
    return [counts, lines, [link[0] for link in links]]


def formats(day: Day) -> dict[tuple[str, str], Any]:
    """The number formats of every cell that shows something, by case and column, and of the last Audit row."""
    found = {}
    for sheet in QUEUES:
        for case, cells in day.shown(sheet.name).items():
            filled = [name for name, cell in cells.items() if cell not in (None, "")]
            found.update({(case, name): day.at(sheet.name, case, name).number_format for name in filled})
    last = HEADER_ROW + len(day.audit())
    for at, (title, _) in enumerate(AUDIT_COLUMNS, 1):
        found["Audit", title] = day.book.sheets["Audit"].range((last, at)).number_format
    return found


# ---- what people do to sheets -----------------------------------------------------------------------------------


def test_sorted_rows_are_found_by_their_numbers(day: Day) -> None:
    cases = orders(day)
    sheet, queue = day.book.sheets["Requests"], day.queue("Requests")
    rows = [day.row("Requests", case) for case in cases]
    width = len(queue.columns)
    area = sheet.range((rows[0], 1), (rows[-1], width))
    area.value = area.value[::-1]
    assert [day.row("Requests", case) for case in cases] == rows[::-1]
    day.sure(day.press("requests.cancel", cases[0], reason="Sorted away"))
    assert [day.cell("Requests", case, "status") for case in cases] == ["Cancelled", "New", "New"]
    day.sure(day.click("desk.refresh"))
    assert DRIFT not in day.kinds()


def test_columns_that_were_moved_are_found_by_their_titles(day: Day) -> None:
    (case,) = orders(day, 1)
    queue, sheet, row = day.queue("Requests"), day.book.sheets["Requests"], day.row("Requests", case)
    one, two = queue.positions["owner"], queue.positions["order_stage"]
    for at in (HEADER_ROW, row):
        left, right = sheet.range((at, one)).value, sheet.range((at, two)).value
        sheet.range((at, one)).value, sheet.range((at, two)).value = right, left
    day.sure(day.press("requests.note", case, reason="Moved", owner="b.lowe", order_stage="Packed"))
    assert (day.case(case).text("owner"), day.case(case).text("order_stage")) == ("b.lowe", "Packed")
    assert sheet.range((row, one)).value == "Packed"


def test_a_row_that_a_filter_hides_is_not_pressed(day: Day) -> None:
    """A selection over a filtered list runs over hidden rows; only those that show are meant."""
    cases = orders(day)
    rows = [day.row("Requests", case) for case in cases]
    for case in cases:
        day.type("Requests", case, "reason", "All of these")
    day.save()
    part = sheet_parts(read_parts(day.service.workbook.read_bytes()))["Requests"]
    start = f'<row r="{rows[1]}"'.encode()
    day.tamper(part, start, start + b' hidden="1"')
    day.select(f"A{rows[0]}:C{rows[-1]}", "Requests")
    outcome = day.sure(day.click("requests.cancel"))
    assert [row.case_id for row in outcome.rows] == [cases[0], cases[2]]
    assert day.case(cases[1]).status == "New"
    assert day.cell("Requests", cases[1], "reason") == "All of these"


def test_an_unsaved_typed_cell_in_another_row_survives_a_press(day: Day) -> None:
    one, two, _ = orders(day)
    day.type("Requests", one, "owner", "b.lowe")
    day.type("Requests", one, "reason", "Not yet pressed")
    day.sure(day.press("requests.note", two, reason="The other row"))
    assert day.cell("Requests", one, "owner") == "b.lowe"
    assert day.case(one).text("owner") == ""
    day.sure(day.click("requests.refresh"))
    assert day.case(one).text("owner") == "b.lowe"


def test_a_typed_row_that_is_no_case_yet_survives_refresh(day: Day) -> None:
    orders(day, 1)
    row = day.type_new("Requests", type="OST", order_no="5200417377")
    day.sure(day.click("desk.refresh"))
    assert day.place("Requests", row, "order_no").value == "5200417377"
    day.sure(day.click("requests.add"))
    assert day.place("Requests", row, "case_id").value in day.shown("Requests")


def test_the_table_always_has_a_blank_row_for_the_next_case(day: Day) -> None:
    for number in range(5):
        day.open("OST", order_no=f"52004174{number:02}")
        queue = day.queue("Requests")
        assert "" in queue.index(), "a blank row at the end"
        assert queue.last_row == HEADER_ROW + number + 2


def test_the_person_at_the_keyboard_is_who_refresh_records(day: Day) -> None:
    (case,) = orders(day, 1)
    day.type("Requests", case, "owner", "b.lowe")
    day.sure(day.click("requests.refresh", who="b.lowe"))
    assert day.events(case)[-1].actor == "b.lowe"


def test_an_auditor_may_refresh_but_changes_nothing(day: Day) -> None:
    (case,) = orders(day, 1)
    day.type("Requests", case, "owner", "x.tull")
    refused(day.click("requests.refresh", who="x.tull"), "EDIT-ROLE")
    assert day.case(case).text("owner") == ""


def test_a_version_kept_since_does_not_make_a_workbook_old(day: Day) -> None:
    """The day's first opening keeps one: it changes no case, so nobody is sent to Refresh; one step of work does."""
    (case_id, *_) = orders(day)
    day.sure(day.click("desk.refresh"))
    keep_snapshot(day.service, "The day's first opening")
    assert day.sure(day.click("book.opened")).message.startswith("Casebook: up to date")
    assert day.service.press("note", [RowRequest(case_id, {}, "Rang the picker")]).ok
    assert day.click("book.opened").message.startswith("1 event is not shown yet. Press Refresh.")
    day.sure(day.click("desk.refresh"))
