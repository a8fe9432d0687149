"""Finance at the built workbook: approved rows selected and sent, the month closed and reopened by buttons."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from e2e_kit import Day

from addin.cli import main
from addin.logic.calendar import london_day
from addin.logic.outcome import Status
from addin.register import reconcile_cells as cells
from addin.register.reconcile_sheet import SHEET
from addin.service import Service
from addin.settings import load


@pytest.fixture
def day(template: Path, tmp_path: Path) -> Day:
    """A copy of the empty register."""
    return Day.begin(template, tmp_path / "register")


def approved(day: Day, line: str) -> str:
    """A refund typed as a new row and pressed as far as its approval."""
    case_id = day.open("RFD", order_no="5200417301", line_id=line, sku="SC-1", legal_basis="Goodwill")
    day.sure(day.move(case_id, "Confirm QC", who="b.lowe", reason_code="Goodwill"))
    day.sure(day.move(
        case_id, "Check amount", who="b.lowe", refund_goods=20, captured_amount=450, orig_payment_method="Card 4242",
        orig_psp_reference="PSP-1", dispute_open="No",
    ))  # fmt: skip
    day.sure(day.press("refunds.approve", case_id, who="s.moreau"))
    return case_id


def test_selected_refunds_leave_in_one_file_and_the_rows_say_so(day):
    """Good rows go and show their batch; a row that is not approved says why in its message."""
    first, second = approved(day, "1"), approved(day, "2")
    asked = day.open("RFD", order_no="5200417301", line_id="3", sku="SC-1")
    outcome = day.press("refunds.batch", first, asked, second, who="f.osei")
    assert outcome.status is Status.PROBLEMS
    assert [path.name for path in (day.folder / "outbox").iterdir()] == ["BAT-2026-000001-refunds.csv"]
    assert {day.cell("Refunds", case_id, "batch_no") for case_id in (first, second)} == {"BAT-2026-000001"}
    assert "works from" in day.message("Refunds", asked)
    again = day.press("refunds.batch", first, who="f.osei")
    assert again.status is Status.REFUSED
    assert len(list((day.folder / "outbox").iterdir())) == 1
    day.end()


def shell(day: Day, *words: str, who: str = "f.osei") -> Result:
    """A command on the closed register."""
    return CliRunner().invoke(main, [*words, "--register", str(day.folder)], env={"CASEBOOK_USER": who})


def test_the_command_line_sends_lists_and_takes_the_answer(day):
    """Batch, list, answer and month from a terminal, with the same guards as the buttons."""
    case_id = approved(day, "1")
    day.end()
    sent = shell(day, "payments", "batch", "--all", "--json")
    assert (sent.exit_code, json.loads(sent.output)["files"]) == (0, ["outbox/BAT-2026-000001-refunds.csv"])
    assert shell(day, "payments", "batch", "--all").exit_code == 1
    (batch,) = json.loads(shell(day, "payments", "list", "--json").output)
    assert (batch["total"], batch["states"]) == ("GBP 20.00", {"Submitted to PSP": 1})
    service = Service.open(day.folder, actor=load(day.folder).actors()["f.osei"])
    booked = london_day(service.journal.case(case_id).instant("executed_at")).isoformat()
    service.close()
    answer = day.folder / "inbox" / "answer.csv"
    answer.write_text(
        f"Refund,Status,Refund reference,Booked on,ARN,Reason\nRFD-2026-000001-1,settled,REF-1,{booked},,\n",
        encoding="utf-8",
    )
    for _ in range(2):
        assert shell(day, "payments", "record", str(answer)).exit_code == 0
    (month,) = json.loads(shell(day, "period", "list", "--json").output)
    assert (month["state"], month["result"]["lines"]) == ("open", 1)
    assert shell(day, "period", "show", "2026-13").exit_code == 2
    assert shell(day, "period", "close", booked[:7], who="a.khan").exit_code == 1


def test_who_may_not_send_is_refused_and_recorded(day):
    """A coordinator's press of Make batch changes nothing."""
    case_id = approved(day, "1")
    assert day.press("refunds.batch", case_id, who="a.khan").status is Status.REFUSED
    assert list((day.folder / "outbox").iterdir()) == []
    day.end()


def test_a_month_is_closed_and_reopened_at_the_sheet(day):
    """Month and reason are typed in yellow cells; the reason is gone when it was used; two people reopen."""
    sheet = day.book.sheets[SHEET]
    day.now = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)
    sheet.range(cells.MONTH_CELL).value = "2026-09"
    assert "nothing was booked" in day.sure(day.click("reconcile.close_month", who="f.osei")).message
    refused = day.click("reconcile.reopen_month", who="s.moreau")
    assert [problem.code for problem in refused.problems] == ["PER-07"]
    for who in ("s.moreau", "f.osei"):
        sheet.range(cells.REASON_CELL).value = "The provider corrected its file"
        day.sure(day.click("reconcile.reopen_month", who=who))
        assert sheet.range(cells.REASON_CELL).value is None
    assert not day.service.periods().is_closed("2026-09")
    day.end()
