"""Bulk presses: every row is judged by itself; good rows pass, bad rows say why in their own Message cell."""

from __future__ import annotations

from e2e_kit import Day, codes, refused

from addin.logic.outcome import summary
from addin.macros.press import Asked, press


def orders(day: Day, count: int) -> list[str]:
    """Order status checks opened by one press of Add new rows."""
    for number in range(count):
        day.type_new("Requests", type="OST", order_no=f"52004173{number:02}")
    outcome = day.sure(day.click("requests.add"))
    return [row.case_id for row in outcome.rows]


def select(day: Day, cases: list[str]) -> None:
    day.select(",".join(f"A{day.row('Requests', case)}" for case in cases), "Requests")


def test_good_rows_pass_and_bad_rows_say_why_in_their_message_cells(day: Day) -> None:
    good, no_reason, closed, bad_cell, wrong_column, also_good = cases = orders(day, 6)
    day.sure(day.press("requests.cancel", closed, reason="Asked twice"))
    for case in (good, closed, bad_cell, wrong_column, also_good):
        day.type("Requests", case, "reason", "Asked the picker")
    day.type("Requests", bad_cell, "order_no", 4.1e16)
    day.type("Requests", wrong_column, "camera_zone", "Bench 2")
    select(day, cases)
    outcome = day.click("requests.note")

    assert outcome.message == "2 rows done, 4 not; see their Message cells."
    assert [row.ok for row in outcome.rows] == [True, False, False, False, False, True]
    said = {case: day.message("Requests", case) for case in cases}
    assert "Add note" in said[good]
    assert "Add note" in said[also_good]
    assert "needs a reason" in said[no_reason]
    assert "is 'Cancelled'" in said[closed]
    assert f"Requests!J{day.row('Requests', bad_cell)}" in said[bad_cell]
    assert "'Camera or zone' is not for OST cases" in said[wrong_column]
    assert codes(outcome) == {"MOVE-REASON", "MOVE-STATE", "FLD-ID-NUMBER", "EDIT-COLUMN"}
    noted = [case for case in cases if "case.noted.v1" in day.kinds(case)]
    assert noted == [good, also_good]
    assert day.cell("Requests", good, "reason") is None, "a reason that was used is cleared"
    assert day.cell("Requests", bad_cell, "reason") == "Asked the picker", "one that was not is kept"


def test_bad_rows_can_be_corrected_and_pressed_again_and_good_ones_are_not_repeated(day: Day) -> None:
    one, two = cases = orders(day, 2)
    day.type("Requests", one, "reason", "Asked the picker")
    select(day, cases)
    assert day.click("requests.note").status.value == "problems"
    day.type("Requests", two, "reason", "Asked too")
    select(day, [two])
    day.sure(day.click("requests.note"))
    assert [day.kinds(case).count("case.noted.v1") for case in cases] == [1, 1]


def test_a_press_in_which_no_row_passes_is_refused(day: Day) -> None:
    cases = orders(day, 3)
    select(day, cases)
    assert "None of 3 rows could be done" in refused(day.click("requests.note"), "MOVE-REASON")
    assert all("needs a reason" in day.message("Requests", case) for case in cases)


def test_cases_of_two_types_on_one_sheet_are_pressed_together(day: Day) -> None:
    """One button makes the move of each row's own type; a type without that move says so."""
    day.type_new("Requests", type="OST", order_no="5200417302")
    day.type_new("Requests", type="ADR", order_no="5200417301", recipient="Iris Marlow")
    both = [row.case_id for row in day.sure(day.click("requests.add")).rows]
    for case in both:
        day.type("Requests", case, "reason", "Stuck")
    select(day, both)
    assert len(day.sure(day.click("requests.escalate")).rows) == 2
    assert len(day.service.journal.cases(types=["ESC"])) == 2
    assert len(day.shown("Escalations")) == 2
    select(day, both)
    outcome = day.click("requests.relabel")
    assert {"MOVE-UNKNOWN", "MOVE-STATE"} <= codes(outcome)


def test_new_rows_are_opened_one_by_one_and_a_bad_one_stays_as_typed(day: Day) -> None:
    rows = [
        day.type_new("Requests", type="OST", order_no="5200417302"),
        day.type_new("Requests", type="XYZ", order_no="5200417303"),
        day.type_new("Requests", type="ADR", order_no="5200417304", order_value="lots"),
        day.type_new("Requests", type="ADR", order_no="5200417305"),
    ]
    outcome = day.click("requests.add")
    assert [row.ok for row in outcome.rows] == [True, False, False, True]
    ids = [day.place("Requests", row, "case_id").value for row in rows]
    assert [bool(case) for case in ids] == [True, False, False, True]
    assert "Type one of" in str(day.place("Requests", rows[1], "message").value)
    assert "Order value" in str(day.place("Requests", rows[2], "message").value)
    assert day.place("Requests", rows[2], "order_value").value == "lots"
    assert [int(case[-6:]) for case in ids if case] == [1, 2], "numbers have no gap"
    day.place("Requests", rows[2], "order_value").value = 640.0
    day.place("Requests", rows[1], "type").value = "OST"
    assert len(day.sure(day.click("requests.add")).rows) == 2
    assert len(day.shown("Requests")) == 4


def test_cases_named_on_the_command_line_are_judged_the_same_way(day: Day) -> None:
    one, two = orders(day, 2)
    day.sure(day.press("requests.cancel", two, reason="Asked twice"))
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((one, two), reason="Both"))
    assert [row.ok for row in outcome.rows] == [True, False]
    again = press(day.book, "requests.note", day.as_("a.khan"), Asked((one, "CASE-2026-000077"), reason="x"))
    assert "CASE-2026-000077" in refused(again, "CASE-UNKNOWN")


def test_a_key_makes_a_repeat_harmless_and_is_never_used_for_something_else(day: Day) -> None:
    (case,) = orders(day, 1)
    asked = Asked((case,), reason="From a script", key="script-1")
    day.sure(press(day.book, "requests.note", day.as_("a.khan"), asked))
    assert "done before" in day.sure(press(day.book, "requests.note", day.as_("a.khan"), asked)).message
    assert day.kinds(case).count("case.noted.v1") == 1
    other = Asked((case,), reason="Something else", key="script-1")
    refused(press(day.book, "requests.note", day.as_("a.khan"), other), "KEY-01")


def test_one_key_for_several_cases_counts_for_each_of_them(day: Day) -> None:
    cases = tuple(orders(day, 2))
    asked = Asked(cases, reason="From a script", key="script-1")
    assert len(day.sure(press(day.book, "requests.note", day.as_("a.khan"), asked)).rows) == 2
    day.sure(press(day.book, "requests.note", day.as_("a.khan"), asked))
    assert [day.kinds(case).count("case.noted.v1") for case in cases] == [1, 1]


def test_a_case_that_the_workbook_does_not_show_yet_can_be_pressed_by_its_number(day: Day) -> None:
    day.save()
    (case,) = orders(day, 1)
    day.reopen()
    day.sure(press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), reason="After a crash")))
    assert day.cell("Requests", case, "status") == "New"


def test_two_refunds_of_one_line_in_one_press_are_never_both_approved(day: Day) -> None:
    """Each row sees what the row before it did."""
    facts = {"order_no": "5200417310", "line_id": "1", "sku": "SC-1", "legal_basis": "Goodwill"}
    one, two = (day.open("RFD", **facts) for _ in range(2))
    for case in (one, two):
        day.fill_and_save(case, reason_code="Goodwill")
    day.select(f"A{day.row('Refunds', one)},A{day.row('Refunds', two)}", "Refunds")
    outcome = day.click("refunds.confirm_qc")
    assert "RFD-18" in codes(outcome)
    assert sum(row.ok for row in outcome.rows) <= 1


def test_an_empty_bulk_has_nothing_to_do() -> None:
    assert summary([]).ok
