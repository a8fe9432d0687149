"""Claims from the first word to the last: for each subtype one is recovered and one denied, appealed and written off.

Everything goes through the built workbook: messages are pasted, cells typed, files dropped, buttons pressed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from claim_kit import MESSAGES, dropped, gathered, of_london, opened, with_letter
from click.testing import CliRunner
from e2e_kit import TRACKING, TRACKING_NEW, Day, refused

from addin.cli import main
from addin.logic.claim_terms import SUBTYPES


def test_every_subtype_has_its_message() -> None:
    """None is left out of the walk below."""
    assert tuple(MESSAGES) == SUBTYPES


@pytest.mark.parametrize("subtype", MESSAGES)
def test_a_claim_is_recovered_and_another_denied_appealed_and_written_off(day: Day, subtype: str) -> None:
    paid = gathered(day, subtype, "5200417401", TRACKING, 640.0)
    lost = gathered(day, subtype, "5200417402", TRACKING_NEW, 1420.0)
    if subtype == "LOST":
        day.sure(day.move(paid, "Tracer open", tracer_ref="TR-551209"))
    for case in (paid, lost):
        with_letter(day, case)
    refused(day.press("claims.file", lost), "UPC-15")
    refused(day.press("claims.approve", lost), "MOVE-ROLE")
    day.sure(day.press("claims.approve", lost, who="s.moreau"))
    day.sure(day.press("claims.file", paid, lost, claim_no="C-90417"))
    assert {day.cell("Claims", case, "status") for case in (paid, lost)} == {"Filed"}

    recovered(day, paid, subtype)
    written_off(day, lost, subtype)
    assert [line["case"] for line in blocked(day)] == []


def recovered(day: Day, case: str, subtype: str) -> None:
    """Asked, answered, paid; the customer is served meanwhile; closed by Finance with the money in hand."""
    day.sure(day.move(case, "Carrier asks", ups_action_due=of_london(10)))
    assert next(line for line in blocked(day) if line["case"] == case)["due_for"] == "Answer the carrier"
    refused(day.press("claims.decide", case), "MOVE-NEEDS")
    day.sure(day.press("claims.answer", case))
    assert day.cell("Claims", case, "status") == "Filed"
    day.sure(day.move(case, "Decided", carrier_decision="Paid", amount_offered=640.0))
    refused(day.press("claims.close", case, who="f.osei"), "UPC-21")
    remedy = "None due" if subtype == "LATE" else "Refund"
    day.sure(day.move(case, "Customer's remedy", remedy=remedy))
    assert len(day.service.journal.cases(types=["RFD"])) == (0 if subtype == "LATE" else 1)
    money = {"amount_paid": 640.0, "payment_ref": "PAY-1", "finance_match": "Yes", "ticket_ref": "TCK-31"}
    day.fill_and_save(case, who="f.osei", **money)
    day.sure(day.press("claims.close", case, who="f.osei"))
    done = day.case(case)
    assert (done.status, done.text("outcome")) == ("Closed", "Recovered")
    assert str(done.money("came_back")) == "GBP 640.00"


def written_off(day: Day, case: str, subtype: str) -> None:
    """Denied, appealed with a new document, denied again, and written off by two people."""
    day.sure(day.move(case, "Decided", carrier_decision="Denied"))
    refused(day.press("claims.appeal", case, reason="The weights prove it"), "UPC-28")
    day.on(minutes=1)
    dropped(day, case, "Statement", "driver.pdf")
    day.sure(day.press("claims.evidence", case))
    day.sure(day.press("claims.appeal", case, reason="The weights prove it"))
    with_letter(day, case)
    day.sure(day.move(case, "Decided", carrier_decision="Denied"))
    refused(day.press("claims.write_off", case, who="s.moreau", reason="No further proof"), "UPC-23")
    day.sure(day.press("claims.agree", case, who="f.osei"))
    day.fill_and_save(case, remedy="None due", no_ticket_why="Care told us by phone")
    day.sure(day.press("claims.write_off", case, who="s.moreau", reason="No further proof"))
    done = day.case(case)
    assert (done.status, done.text("outcome")) == ("Closed", "Written off")
    assert str(done.money("write_off_amount")) == "GBP 1420.00"
    assert day.kinds(case).count("claim.decided.v1") == 2


def blocked(day: Day) -> list[dict[str, Any]]:
    """What `casebook claims` lists."""
    from addin.claims.week import open_claims

    return [line.as_row() for line in open_claims(day.service)]


def test_a_parcel_is_found_after_its_claim_was_paid(day: Day) -> None:
    """Refunded, recovered, closed; then the carrier brings the parcel back: the money is owed and the net is right."""
    case = gathered(day, "LOST", "5200417401", TRACKING, 640.0)
    day.sure(day.press("claims.file", case))
    day.sure(day.move(case, "Decided", carrier_decision="Paid", amount_offered=640.0))
    money = {"amount_paid": 640.0, "payment_ref": "PAY-1", "finance_match": "Yes", "ticket_ref": "TCK-31"}
    day.fill_and_save(case, who="f.osei", **money, remedy="Refund", refund_ref="RF-1", remedy_cost=2350.0)
    day.sure(day.press("claims.close", case, who="f.osei"))
    assert str(day.case(case).money("net_position")) == "GBP -1710.00"

    day.on(days=3)
    parcel = day.open("CRP", order_no="5200417401", tracking=TRACKING, sku="HB-20417")
    outcome = day.sure(day.move(parcel, "Receive", received_at=of_london(10, 8, 40), reason_code="UNKNOWN"))
    assert f"Parcel found: {case} is 'Decided'." in outcome.message
    assert day.cell("Claims", case, "status") == "Decided"
    refused(day.press("claims.close", case, who="f.osei"), "UPC-32")
    day.fill_and_save(case, found_value=600.0)
    assert "£600.00" in refused(day.press("claims.close", case, who="f.osei"), "UPC-32")
    day.fill_and_save(case, who="f.osei", repaid_amount=600.0, repaid_ref="BACK-1")
    day.sure(day.press("claims.close", case, who="f.osei"))
    assert str(day.case(case).money("net_position")) == "GBP -1710.00"
    assert str(day.case(case).money("came_back")) == "GBP 640.00"


def test_a_damaged_return_opens_its_check_and_its_claim_with_the_photos(day: Day) -> None:
    """One press at inspection; what was attached to the parcel proves the claim."""
    parcel = day.open("CRP", order_no="5200417401", tracking=TRACKING, sku="HB-20417", goods_value=450.0)
    day.sure(day.move(parcel, "Receive", received_at=of_london(7, 8, 40), reason_code="DAMAGED"))
    dropped(day, parcel, "Photo", "corner.jpg")
    day.sure(day.press("returns.evidence", parcel))
    day.sure(day.move(parcel, "Inspect", who="q.reid", condition="Damaged", photos="1.jpg"))
    claim, check = day.only("UPC"), day.only("RQC")
    assert claim.text("subtype") == "DAMAGE"
    for case in (claim, check):
        assert "corner.jpg" in case.items("evidence_files")[0]
    assert {claim.case_id, check.case_id} <= set(day.case(parcel).items("linked_cases"))


def test_the_weekly_list_is_a_button_and_a_command(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both say what blocks the claim; the button leaves a file in the outbox."""
    case = opened(day, "LOST", "5200417401", TRACKING)
    outcome = day.sure(day.click("claims.week"))
    assert "Happened on is missing." in (day.folder / outcome.files[0]).read_text(encoding="utf-8")
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    answer = CliRunner().invoke(main, ["claims", "--register", str(day.folder), "--json"])
    (line,) = json.loads(answer.output)
    assert line["case"] == case
    assert "Happened on is missing." in line["blocked_by"]


def test_files_are_attached_listed_copied_out_and_withdrawn_by_command(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same store as the button's; the closed workbook shows it, and a file that is lost is named by verify."""
    case = opened(day, "LOST", "5200417401", TRACKING)
    day.save()
    day.book.close()
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    file = tmp_path / "invoice 4711.pdf"
    file.write_bytes(b"an invoice\n")

    def told(*words: str, code: int = 0) -> Any:
        found = CliRunner().invoke(main, [*words, "--register", str(day.folder), "--json"])
        assert found.exit_code == code, found.output
        return json.loads(found.output)

    assert told("attach", case, str(file))["ok"]
    assert told("attach", case, str(tmp_path / "gone.pdf"), code=1)["problems"][0]["code"] == "EVD-GONE"
    assert told("attach", case, str(file), "--as", "selfie", code=1)["problems"][0]["code"] == "EVD-KIND"
    (kept,) = told("evidence", case)["files"]
    assert (kept["name"], kept["kind"], kept["bytes"]) == ("invoice 4711.pdf", "Invoice", 11)
    told("evidence", case, "--copy-to", str(tmp_path / "out"))
    assert (tmp_path / "out" / "invoice 4711.pdf").read_bytes() == file.read_bytes()
    assert told("evidence", case, "--withdraw", kept["name"], code=1)["problems"][0]["code"] == "MOVE-REASON"
    assert told("evidence", case, "--withdraw", kept["name"], "--reason", "another order's")["ok"]
    assert told("evidence", case)["files"] == []
    day.again()
    assert day.queue("Claims").index()[case]
