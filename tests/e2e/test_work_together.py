"""Many cases and several people, by press: triage in bulk, sharing out, merging, handing over, telling, improving."""

from __future__ import annotations

import json
from datetime import timedelta

from e2e_kit import Day

from addin.outbox import items
from addin.register.layout import CASE_FIRST, CASE_TEXT, CASE_TEXT_COLUMN, CASE_TEXT_LINES
from addin.ticket_comments import DROP

SITUATION = {
    "priority_wanted": "P2", "target_team": "IT", "situation": "Wave 3 is stuck since 06:40",
    "background": "Scanners restarted", "assessment": "38 orders miss the collection",
    "recommendation": "Release wave 3 to the pick bench",
}  # fmt: skip


def checks(day: Day, count: int) -> list[str]:
    """Order status checks, opened by typing rows and one press."""
    for number in range(count):
        day.type_new("Requests", type="OST", order_no=f"520041740{number}")
    day.sure(day.click("requests.add"))
    return [case.case_id for case in day.service.journal.cases(types=["OST"])]


def escalated(day: Day) -> str:
    """An escalation with its four parts."""
    case = day.open("ESC", situation=SITUATION["situation"])
    day.sure(day.show(case))
    day.fill(**SITUATION)
    day.book.sheets["Case"].range("I7").value = "38 orders are affected"
    day.sure(day.click("case.save"))
    return case


def test_many_rows_are_triaged_by_what_is_typed_into_the_first(day: Day) -> None:
    """Twenty rows, one owner, one priority, one reason, one press; what a row says itself goes first."""
    ids = checks(day, 20)
    day.type("Requests", ids[0], "owner", "b.lowe")
    day.type("Requests", ids[0], "priority_wanted", "P2")
    day.type("Requests", ids[0], "reason", "Peak: wave 3")
    day.type("Requests", ids[7], "owner", "a.khan")
    day.select(",".join(f"A{day.row('Requests', case)}" for case in ids), "Requests")
    day.sure(day.click("requests.triage", who="s.moreau"))
    owners = [case.text("owner") for case in day.service.journal.cases(ids)]
    assert owners == ["b.lowe"] * 7 + ["a.khan"] + ["b.lowe"] * 12
    assert {case.text("priority") for case in day.service.journal.cases(ids)} == {"P2"}
    assert {event.reason for event in day.events(None, "case.triaged.v1")} == {"Peak: wave 3"}
    assert day.cell("Requests", ids[19], "owner") == "b.lowe"
    assert not day.cell("Requests", ids[0], "reason")


def test_a_bad_row_of_a_triage_says_why_and_the_others_are_done(day: Day) -> None:
    ids = checks(day, 3)
    day.sure(day.press("requests.cancel", ids[1], reason="asked twice"))
    outcome = day.press("requests.triage", ids[0], ids[1], ids[2], owner="b.lowe", reason="Peak")
    assert [row.ok for row in outcome.rows] == [True, False, True]
    assert "is 'Cancelled'" in day.message("Requests", ids[1])
    nobody = day.press("requests.triage", ids[2], owner="b.low", reason="Peak")
    assert "Choose one of: a.khan, b.lowe" in nobody.message


def test_work_is_shared_out_and_the_digest_says_who_has_what(day: Day) -> None:
    ids = checks(day, 5)
    day.on(hours=5)
    day.sure(day.click("desk.share", who="s.moreau"))
    assert sorted(case.text("owner") for case in day.service.journal.cases(ids)) == ["a.khan"] * 3 + ["b.lowe"] * 2
    assert day.cell("Requests", ids[0], "owner") in ("a.khan", "b.lowe")
    outcome = day.sure(day.click("desk.digest"))
    text = (day.folder / outcome.files[0]).read_text("utf-8")
    assert "5 open, 5 overdue" in text
    assert "a.khan: 3, 3" in text


def test_a_duplicate_is_merged_and_parted_by_press(day: Day) -> None:
    """The kept row shows what it took over and what differed; parting gives it back."""
    first, second = checks(day, 2)
    day.fill_and_save(second, sku="SC-90-001", answer="Leaves tonight")
    day.fill_and_save(first, answer="Picked")
    refused = day.move(second, "Duplicate", duplicate_of="CASE-2026-000999")
    assert "There is no case 'CASE-2026-000999' to merge into" in refused.message
    day.sure(day.move(second, "Duplicate", duplicate_of=first))
    kept = day.case(first)
    assert (kept.text("sku"), kept.text("answer"), kept.items("merged_cases")) == ("SC-90-001", "Picked", (second,))
    assert kept.items("differences") == (
        f"{second} has Order no.: 5200417401",
        f"{second} has Answer given: Leaves tonight",
    )
    assert day.cell("Requests", second, "status") == "Duplicate"
    day.sure(day.move(second, "Part again", reason="Two customers"))
    assert not day.case(first).has("sku")
    assert (day.case(second).status, day.case(second).text("sku")) == ("New", "SC-90-001")


def test_selected_rows_are_merged_into_the_oldest_and_linked(day: Day) -> None:
    """Three rows of one question become one case; rows of other types are linked instead, and the words say so."""
    first, second, third = checks(day, 3)
    day.sure(day.press("requests.duplicate", third, first, second))
    assert day.case(first).items("merged_cases") == (second, third)
    assert [day.cell("Requests", case, "status") for case in (first, second, third)] == [
        "New",
        "Duplicate",
        "Duplicate",
    ]
    address = day.open("ADR", order_no="5200417400")
    refused = day.press("requests.duplicate", first, address)
    assert "press 'Link' instead" in refused.message
    day.sure(day.press("requests.link", first, address))
    assert (day.case(first).items("linked_cases"), day.case(address).items("linked_cases")) == ((address,), (first,))


def test_texts_are_made_copied_sent_and_answered(day: Day) -> None:
    """On the Case sheet line by line, into the outbox, out as files, and a comment comes back to the case."""
    case = escalated(day)
    day.sure(day.show(case))
    sheet = day.book.sheets["Case"]
    sheet.range(CASE_TEXT).value = "escalations.sbar - Escalation (SBAR)"
    day.sure(day.click("case.text"))
    last = CASE_FIRST + CASE_TEXT_LINES - 1
    lines = sheet.range((CASE_FIRST, CASE_TEXT_COLUMN), (last, CASE_TEXT_COLUMN)).value
    assert lines[0].startswith(f"P2 escalation {case} to IT")
    assert "SITUATION: Wave 3 is stuck since 06:40" in lines
    assert items(day.service) == []

    day.sure(day.press("escalations.send", case))
    assert [item.channel for item in items(day.service)] == ["chat", "ticket", "email"]
    assert len({item.text_sha256 for item in items(day.service)}) == 1
    day.sure(day.click("desk.send"))
    assert len(list((day.folder / "outbox").glob("OUT-*.json"))) == 3
    assert "Nothing waits" in day.click("desk.send").message

    day.sure(day.press("escalations.update", case, update_text="Told IT", reason="x"))
    day.fill_and_save(case, ticket_ref="TCK-20417")
    drop = day.folder / DROP
    drop.mkdir(parents=True)
    row = {"ticket": "TCK-20417", "id": "c1", "at": "2026-09-07T09:00:00Z", "author": "IT desk", "text": "=Restarting"}
    (drop / "export.json").write_text(json.dumps([row]), "utf-8")
    day.sure(day.click("desk.comments"))
    assert "Comment c1" in day.message("Escalations", case)
    assert day.case(case).items("ticket_log") == ("07/09/2026 10:00 IT desk: =Restarting",)
    day.sure(day.show(case))


def test_a_handover_is_filled_accepted_and_changes_the_owner(day: Day) -> None:
    case = escalated(day)
    day.sure(day.press("escalations.take", case))
    shift = day.open("HND", shift="Late", to_person="b.lowe")
    day.sure(day.press("escalations.fill", shift))
    assert day.case(shift).items("open_cases") == (case,)
    day.sure(day.move(shift, "Accept", who="b.lowe", readback="IT has wave 3, I chase at four"))
    assert day.case(case).text("owner") == "b.lowe"
    assert day.cell("Escalations", case, "owner") == "b.lowe"


def test_what_repeats_becomes_a_deviation_and_the_month_is_rolled_up(day: Day) -> None:
    """Refresh says that something repeats; the button opens one deviation; the roll-up counts it."""
    for case in checks(day, 3):
        day.fill_and_save(case, root_cause="Carrier")
    assert "press 'Find repeats'" in day.click("desk.refresh").message
    day.sure(day.click("improvement.repeats"))
    deviation = day.only("DEV")
    assert len(deviation.items("linked_cases")) == 3
    assert day.cell("Improvement", deviation.case_id, "status") == "Open"
    assert "Nothing repeats" in day.click("improvement.repeats").message
    outcome = day.sure(day.click("improvement.rollup", period="2026-09"))
    figures = json.loads((day.folder / outcome.files[1]).read_text("utf-8"))
    assert (figures["deviations"]["repeats"], figures["cases"]["opened"]) == (1, 4)


def answered(day: Day, case: str) -> None:
    """A status check, looked up and answered on the Case sheet."""
    seen = {
        "order_stage": "Packed", "wms_stage": "Packed", "checked_at": day.now.isoformat(),
        "expected_delivery": f"{day.now:%d/%m/%Y}",
    }  # fmt: skip
    day.sure(day.move(case, "Check", **seen))
    told = {
        "answer": "Leaves tonight",
        "next_step": "Collection",
        "next_update": (day.now + timedelta(hours=6)).isoformat(),
    }
    day.sure(day.move(case, "Answer", **told))


def test_the_third_closing_of_one_cause_proposes_the_deviation_and_opens_none(day: Day) -> None:
    """Two closings say nothing; the third names the cause and the button; only that button opens the deviation."""
    closing = {"evidence": "wms.png", "no_ticket_why": "Chat only", "root_cause": "Carrier"}
    said = []
    for case in checks(day, 3):
        answered(day, case)
        said.append(day.sure(day.move(case, "Close", **closing)).message)
    assert ["of the cause" in words for words in said] == [False, False, True]
    assert "3 cases of the cause 'Carrier' within 30 days. Press 'Find repeats' on Improvement" in said[2]
    assert "Find repeats" in day.message("Requests", "CASE-2026-000003")
    assert day.service.journal.cases(types=["DEV"]) == []
    day.sure(day.click("improvement.repeats", who="s.moreau"))
    assert day.only("DEV").items("linked_cases") == tuple(f"CASE-2026-00000{number}" for number in (1, 2, 3))
    again = day.open("OST", order_no="5200417409")
    answered(day, again)
    assert "Find repeats" not in day.sure(day.move(again, "Close", **closing)).message, "the deviation answers for it"
