"""Finance at the Reconcile sheet of the built workbook: a statement from the inbox, decisions typed, a later change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from e2e_kit import Day
from openpyxl import load_workbook
from reconcile_kit import MONTH, NOVEMBER, october

from addin.bench.reconcile.register import Refund, seed_refunds, write_statement
from addin.folder import write_workbook
from addin.register import reconcile_cells as cells
from addin.register.reconcile_sheet import SHEET


@pytest.fixture
def day(template: Path, tmp_path: Path) -> Day:
    """A register with twelve paid refunds of October, on the third of November."""
    found = Day.begin(template, tmp_path / "register")
    found.now = NOVEMBER
    seed_refunds(found.service, rows())
    write_workbook(found.service)
    found.again()
    return found


def rows() -> list[Refund]:
    first, *rest = october(12)
    return [replace(first, day=MONTH), *rest]


def statement(day: Day) -> None:
    """All lines but one that names neither refund nor payment, and one that nobody logged."""
    first, *rest = rows()
    lines = [first.line(reference="").replace(first.payment, ""), *(row.line() for row in rest)]
    lines.append("X-1,Y-1,5999999999,2026-10-20,GBP,12.00")
    write_statement(day.folder / "inbox" / "october.csv", lines)


def listed(day: Day) -> list[list[object]]:
    sheet = day.book.sheets[SHEET]
    last = max(cells.LIST_FIRST, sheet.used_range.last_cell.row)
    found = sheet.range((cells.LIST_FIRST, 1), (last, len(cells.COLUMNS))).value
    return [line for line in found if line[0]]


def test_a_month_goes_through_the_sheet(day):
    """Month typed, button pressed: result, equation and list stand there; Yes beside the proposal accepts it."""
    statement(day)
    day.book.sheets[SHEET].range(cells.MONTH_CELL).value = "2026-10"
    outcome = day.sure(day.click("reconcile.run", who="f.osei"))
    assert "inbox/done" in outcome.message
    assert not (day.folder / "inbox" / "october.csv").exists()
    found = listed(day)
    assert [line[0] for line in found] == [
        "Proposed T3: same order and amount, near in time", "R02 At the provider, not in the register",
    ]  # fmt: skip
    assert day.book.sheets[SHEET].range((cells.TERMS_ROW, 2)).value == 12
    day.book.sheets[SHEET].range((cells.LIST_FIRST, cells.DECIDE)).value = "Yes"
    day.sure(day.click("reconcile.decide", who="g.hale"))
    assert [line[0] for line in listed(day)] == [
        "R02 At the provider, not in the register", "Accepted T3: same order and amount, near in time",
    ]  # fmt: skip
    assert day.cell("Refunds", found[0][3], "recon_status") == "Matched by hand"
    day.end()


def test_what_is_neither_yes_nor_no_is_refused_at_its_cell(day):
    """A typed 'maybe' changes nothing and names the cell."""
    statement(day)
    day.sure(day.click("reconcile.run", who="f.osei", period="2026-10"))
    day.book.sheets[SHEET].range((cells.LIST_FIRST, cells.DECIDE)).value = "maybe"
    refused = day.click("reconcile.decide", who="f.osei")
    assert (refused.problems[0].code, refused.problems[0].cell) == ("RCN-06", f"Reconcile!B{cells.LIST_FIRST}")
    day.end()


def test_a_coordinator_may_look_and_not_reconcile(day):
    """The button says which role it takes."""
    statement(day)
    assert day.click("reconcile.run", period="2026-10").problems[0].code == "ACT-ROLE"
    assert day.click("reconcile.again").ok
    day.end()


def test_a_refused_statement_goes_aside_with_the_reason(day):
    """What cannot be read lies in inbox/refused with a text that says why."""
    (day.folder / "inbox" / "wrong.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert day.click("reconcile.run", who="f.osei", period="2026-10").problems[0].code == "STM-LAYOUT"
    (why,) = (day.folder / "inbox" / "refused").glob("*.why.txt")
    assert "booking date" in why.read_text(encoding="utf-8")
    day.end()


def test_a_later_change_is_told_at_opening_and_by_looking_again(day):
    """Somebody corrects a reference in a reconciled month: the next open and the sheet name the case."""
    statement(day)
    day.sure(day.click("reconcile.run", who="f.osei", period="2026-10"))
    case_id = day.service.journal.cases(types=["RFD"])[4].case_id
    day.press("refunds.note", case_id, who="f.osei", reason="corrected", refund_psp_reference="RF-OTHER")
    assert case_id in day.click("book.opened").message
    assert not day.click("reconcile.again").ok
    assert case_id in day.book.sheets[SHEET].range((cells.FACTS_ROW + 3, 2)).value
    day.end()


def test_a_workbook_made_anew_shows_the_same_result(day):
    """Render from the journal and live writing show the same list, equation and formulas."""
    statement(day)
    day.sure(day.click("reconcile.run", who="f.osei", period="2026-10"))
    day.save()
    live, fresh = (load_workbook(path)[SHEET] for path in (day.service.workbook, day.rebuilt()))
    for row in range(cells.FACTS_ROW, cells.LIST_FIRST + 8):
        assert [live.cell(row, at).value for at in range(1, 16)] == [fresh.cell(row, at).value for at in range(1, 16)]
    day.end()


def test_the_workbook_of_results_is_made_and_recorded(day):
    """One file in packs with its digest in the journal, the same bytes again."""
    statement(day)
    day.sure(day.click("reconcile.run", who="f.osei", period="2026-10"))
    outcome = day.sure(day.click("reconcile.results", who="f.osei"))
    book = load_workbook(day.folder / outcome.files[0])
    assert book.sheetnames == ["Reconciliation", "Matched", "Lines of the file", "Ageing", "Decisions"]
    assert book["Matched"].max_row == 4 + 11
    first = day.events(None, "recon.packed.v1")[-1].data["sha256"]
    day.sure(day.click("reconcile.results", who="f.osei"))
    assert day.events(None, "recon.packed.v1")[-1].data["sha256"] == first
    day.end()
