"""The four flows of a working day, from the first word to the last move, with every refusal on the way.

Each step types into cells of the built workbook and presses a button, as one of several people.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from docx import Document
from e2e_kit import TRACKING, TRACKING_NEW, Day, refused

from addin.evidence_store import place
from addin.logic.evidence import pieces
from addin.register.layout import DESK_PASTE, PROPOSAL_HEADER
from addin.verify import verify

CHECKLIST = "; ".join(
    f"{line}: yes"
    for line in (
        "reference", "colour and size", "serial", "stitching", "hardware", "lining and odour", "handles and corners",
        "strap", "box", "ribbon", "dustbag", "booklet", "receipt", "seals", "weight",
    )
)  # fmt: skip
PHOTOS = "1.jpg; 2.jpg; 3.jpg; 4.jpg"
REFUSED = "case.refused.v1"


def of_london(month: int, number: int, hour: int = 0, minute: int = 0) -> datetime:
    """A date cell as a program hands it over."""
    return datetime(2026, month, number, hour, minute)


# ---- chat message -> case -> action -> close --------------------------------------------------------------------

ADDRESS = (
    "Order 5200417301: client asks to change the delivery address to 12 Orchard Mews, Bath BA1 9ZZ, not shipped yet"
)
WHERE = "where is 5200417302? says preparing since Friday"
FACTS = {
    "order_stage": "Picking", "address_old": "3 Quay Street, Bristol", "postcode_old": "BS1 9ZZ",
    "recipient_old": "Iris Marlow", "recipient": "Iris Marlow", "why": "Moved house", "asked_through": "Chat relay",
    "order_value": 640.0, "goods_kind": "Silk or textile", "first_order": "Yes", "billing_is_new": "Yes",
    "payment_checks": "Passed", "phone_changed": "No", "previous_claim": "No", "contact_number_source": "On file",
    "phone_on_file": "01632 960 011", "spoken_to": "Iris Marlow", "callback_at": of_london(9, 7, 8, 50),
    "callback_result": "Confirmed",
}  # fmt: skip


def taken(day: Day, text: str, code: str) -> str:
    """Paste a message, read it, take its proposal; answers the case's number."""
    day.sure(day.paste(text, "Nadia (Care)"))
    assert len(day.proposals()) == 1
    day.sure(day.click("desk.take"))
    assert day.proposals() == []
    return day.only(code).case_id


def test_an_empty_box_is_said_and_an_unread_proposal_is_not_taken(day: Day) -> None:
    assert "Desk!B8" in refused(day.click("desk.read"), "CHAT-EMPTY")
    assert "Read message" in refused(day.click("desk.take"), "TAKE-NONE")
    assert "Not done: No proposal is waiting" in day.book.sheets["Desk"].range("A5").value


def test_an_address_change_goes_from_chat_to_close_and_no_step_can_be_skipped(day: Day) -> None:
    case = taken(day, ADDRESS, "ADR")
    assert day.book.sheets["Desk"].range(DESK_PASTE).value is None
    assert day.cell("Requests", case, "order_no") == "5200417301"
    assert day.cell("Requests", case, "address_new") == "12 Orchard Mews, Bath"

    refused(day.press("requests.approve", case, who="b.lowe"), "MOVE-STATE")
    assert "works from 'Verified'" in day.message("Requests", case)
    assert "Old address is missing" in refused(day.press("requests.verify", case), "MOVE-NEEDS")
    refused(day.move(case, "Verify", **(FACTS | {"callback_result": "Denied"})), "ADR-10")
    refused(day.move(case, "Verify", **(FACTS | {"contact_number_source": "From the request"})), "FLD-CHOICE")
    refused(day.move(case, "Verify", who="q.reid", **FACTS), "MOVE-ROLE")
    refused(day.move(case, "Verify", who="x.tull", **FACTS), "MOVE-ROLE")
    day.sure(day.move(case, "Verify", **FACTS))
    assert day.cell("Requests", case, "status") == "Verified"
    assert day.case(case).text("approver_needed") == "Second coordinator"

    refused(day.press("requests.approve", case), "ADR-13")
    day.sure(day.press("requests.approve", case, who="b.lowe"))
    assert "oms_proof" in {p.field for p in day.press("requests.apply", case).problems}
    day.sure(day.move(case, "Apply", order_screen="Passed", oms_proof="oms-5200417301.png"))
    refused(day.press("requests.close", case), "MOVE-STATE")
    day.sure(day.press("requests.confirm", case))
    refused(day.press("requests.close", case), "ADR-23")
    day.sure(day.move(case, "Close", cs_told="Yes", ticket_ref="GATE-30421"))

    assert day.case(case).status == day.cell("Requests", case, "status") == "Closed"
    refused(day.press("requests.close", case), "MOVE-STATE")
    assert day.kinds(case).count(REFUSED) == 5
    assert [line[13] for line in day.audit()] == [event.hash for event in day.events()]


def test_an_order_status_is_checked_answered_and_closed(day: Day) -> None:
    case = taken(day, WHERE, "OST")
    refused(day.press("requests.answer", case), "MOVE-STATE")
    facts = {"order_stage": "Packed", "wms_stage": "Packed", "checked_at": of_london(9, 7, 9, 1)}
    facts["expected_delivery"] = of_london(9, 8)
    day.sure(day.move(case, "Check", who="b.lowe", **facts))
    day.sure(
        day.move(
            case,
            "Answer",
            who="b.lowe",
            answer="Packed, collected tonight",
            next_step="Collection at 18:00",
            next_update=of_london(9, 7, 18, 30),
        )
    )
    refused(day.press("requests.close", case, who="b.lowe"), "OST-13", "COM-06")
    closing = {"evidence": "wms.png", "decision": "Answered", "no_ticket_why": "Chat only"}
    day.sure(day.move(case, "Close", who="b.lowe", **closing))
    assert day.cell("Requests", case, "standing") == "Done"


def test_a_chaser_is_noted_on_the_open_case_and_opens_no_second_one(day: Day) -> None:
    case = taken(day, WHERE, "OST")
    day.sure(day.paste("following up AGAIN on 5200417302, still nothing", "Nadia (Care)"))
    assert day.proposals()[0][8] == case, "the proposal says which case it means"
    day.sure(day.click("desk.take"))
    assert "case.noted.v1" in day.kinds(case)
    assert [one.case_id for one in day.service.journal.cases(types=["OST"])] == [case]


def test_a_proposal_with_a_no_is_set_aside_and_a_wrong_type_is_named(day: Day) -> None:
    day.sure(day.paste(f"{WHERE}\n", "Nadia (Care)"))
    day.book.sheets["Desk"].range((PROPOSAL_HEADER + 1, 3)).value = "Holiday request"
    assert "Holiday request" in refused(day.click("desk.take"), "OPEN-TYPE")
    assert len(day.proposals()) == 1, "nothing is lost: the proposal waits"
    day.book.sheets["Desk"].range((PROPOSAL_HEADER + 1, 2)).value = "No"
    day.sure(day.click("desk.take"))
    assert day.proposals() == []
    assert day.service.journal.cases() == []
    assert "intake.dismissed.v1" in day.kinds()


# ---- return QC 1ST -> refund by three people --------------------------------------------------------------------

GOODS = {"order_no": "5200417309", "rma_no": "667811", "sku": "SC-4410", "serial": "SER-88120", "goods_value": 780.0}


def graded(day: Day) -> str:
    """A return that came back and was graded first choice by QC."""
    case = day.open("RQC", legal_basis="CCR cancel", **GOODS)
    refused(day.press("returns.grade", case, who="q.reid"), "MOVE-STATE")
    received = {"received_at": of_london(9, 7, 8, 30), "serial_received": "SER-88120"}
    received |= {"cancel_notice_date": of_london(9, 1), "collection_offered": "No"}
    day.sure(day.move(case, "Receive", who="q.reid", **received))
    day.sure(day.move(case, "3PL grade", who="q.reid", third_party_grade="1ST", third_party_by="Lena Ortiz"))
    refused(day.press("returns.inspect", case), "MOVE-ROLE")
    day.sure(day.press("returns.inspect", case, who="q.reid"))
    refused(day.move(case, "Grade", who="q.reid", grade="1ST", checklist=CHECKLIST, photos="1.jpg"), "RQC-09")
    refused(day.move(case, "Grade", who="q.reid", grade="1ST", checklist="serial: yes", photos=PHOTOS), "RQC-10")
    day.sure(day.move(case, "Grade", who="q.reid", grade="1ST", checklist=CHECKLIST, photos=PHOTOS))
    day.sure(day.move(case, "Approve", who="s.moreau", disposition="Restock"))
    return case


def checked(day: Day) -> str:
    """The refund of a graded return, ready to be approved; asked for by the first coordinator."""
    case = graded(day)
    refused(day.press("returns.request_refund", case, who="q.reid"), "MOVE-ROLE")
    day.sure(day.press("returns.request_refund", case))
    refund = day.only("RFD").case_id
    assert refund in day.message("Returns", case)
    refused(day.press("refunds.check_amount", refund), "MOVE-STATE")
    day.sure(day.move(refund, "Confirm QC", line_id="1", reason_code="Change of mind"))
    facts = {"refund_goods": 780.0, "delivery_amount": 0.0, "captured_amount": 780.0, "dispute_open": "No"}
    facts |= {"orig_payment_method": "card ending 4471", "orig_psp_reference": "PSP-5200417309"}
    refused(day.move(refund, "Check amount", **(facts | {"refund_goods": 780.01})), "RFD-17")
    refused(day.move(refund, "Check amount", **(facts | {"dispute_open": "Yes"})), "RFD-20")
    day.sure(day.move(refund, "Check amount", **facts))
    return refund


def test_a_refund_needs_three_people_and_is_paid_once(day: Day) -> None:
    refund = checked(day)
    refused(day.press("refunds.approve", refund), "MOVE-ROLE")
    refused(day.press("refunds.approve", refund, who="f.osei"), "MOVE-ROLE")
    tried = [(event.actor, event.data["rules"]) for event in day.events(refund, REFUSED)]
    assert tried[-2:] == [("a.khan", ["MOVE-ROLE"]), ("f.osei", ["MOVE-ROLE"])], "who may not approve is on record"
    day.sure(day.press("refunds.approve", refund, who="d.fox"))
    assert day.cell("Refunds", refund, "approved_by") == "d.fox"
    refused(day.press("refunds.approve", refund, who="d.fox"), "MOVE-STATE")

    refused(day.press("refunds.submit", refund), "MOVE-ROLE")
    day.sure(day.press("refunds.submit", refund, who="f.osei"))
    refused(day.press("refunds.submit", refund, who="f.osei"), "MOVE-STATE")
    refused(day.press("refunds.accept", refund, who="f.osei"), "MOVE-NEEDS")
    day.sure(day.press("refunds.accept", refund, who="f.osei", refund_psp_reference="REF-7712004"))
    refused(day.move(refund, "Settle", who="f.osei", settled_date=of_london(9, 9)), "RFD-27")
    day.sure(day.move(refund, "Settle", who="f.osei", settled_date=of_london(9, 7), arn="74812356789012345678901"))
    papers = {"recon_status": "Matched", "recon_period": "2026-09"}
    refused(day.move(refund, "Reconcile", who="f.osei", **(papers | {"recon_status": "Open"})), "RFD-28")
    day.sure(day.move(refund, "Reconcile", who="f.osei", **papers))
    refused(day.press("refunds.close", refund, who="f.osei"), "RFD-29")
    closing = {"gl_ref": "GL-1", "credit_note_no": "CN-1", "credit_note_date": of_london(9, 7)}
    closing |= {"customer_notified_at": of_london(9, 7, 9, 10), "evidence": "psp.pdf"}
    day.fill_and_save(refund, who="f.osei", **closing)
    refused(day.press("refunds.close", refund, who="f.osei"), "COM-06")
    day.fill_and_save(refund, who="f.osei", ticket_ref="TCK-30422")
    day.sure(day.press("refunds.close", refund, who="f.osei"))
    assert day.case(refund).status == "Closed"
    people = {name: day.case(refund).text(name) for name in ("requested_by", "approved_by", "executed_by")}
    assert people == {"requested_by": "a.khan", "approved_by": "d.fox", "executed_by": "f.osei"}


def test_nobody_approves_the_refund_they_asked_for_and_the_attempt_is_kept(day: Day) -> None:
    case = graded(day)
    day.sure(day.press("returns.request_refund", case, who="s.moreau"))
    refund = day.only("RFD").case_id
    facts = {"line_id": "1", "reason_code": "Change of mind"}
    day.sure(day.move(refund, "Confirm QC", **facts))
    facts = {"refund_goods": 780.0, "delivery_amount": 0.0, "captured_amount": 780.0, "dispute_open": "No"}
    facts |= {"orig_payment_method": "card ending 4471", "orig_psp_reference": "PSP-1"}
    day.sure(day.move(refund, "Check amount", **facts))
    refused(day.press("refunds.approve", refund, who="s.moreau"), "RFD-22")
    (kept,) = day.events(refund, REFUSED)
    assert (kept.actor, kept.data["rules"]) == ("s.moreau", ["RFD-22"])
    assert "refused" in str(day.audit()[-1][7])
    assert day.case(refund).status == "Amount checked"


def test_a_refund_without_a_quality_check_is_not_confirmed(day: Day) -> None:
    refund = day.open("RFD", order_no="5200417309", line_id="1", sku="SC-4410", legal_basis="CCR cancel")
    words = refused(day.move(refund, "Confirm QC", reason_code="Change of mind"), "RFD-11")
    assert "No quality check of this article" in words


def test_the_second_press_of_the_same_row_does_nothing_twice(day: Day) -> None:
    case = graded(day)
    day.sure(day.press("returns.request_refund", case))
    refused(day.press("returns.request_refund", case), "MOVE-STATE")
    assert len(day.service.journal.cases(types=["RFD"])) == 1


# ---- a parcel the carrier brings back ---------------------------------------------------------------------------


def brought_back(day: Day, order: str, reason: str, words: str) -> str:
    """A parcel that came back, was inspected, and whose customer was reached."""
    case = day.open("CRP", order_no=order, tracking=TRACKING, goods_value=450.0, sku="SC-2210", serial="SER-2210")
    refused(day.press("returns.decide", case), "MOVE-STATE")
    day.sure(day.move(case, "Receive", received_at=of_london(9, 7, 8, 40), reason_code=reason))
    refused(day.move(case, "Inspect", condition="Intact"), "MOVE-NEEDS")
    day.sure(day.move(case, "Inspect", condition="Intact", photos=PHOTOS))
    refused(day.press("returns.contact", case), "MOVE-NEEDS")
    refused(day.move(case, "Contacted", comms="08/09/2026 phone: tomorrow"), "CRP-03")
    day.sure(day.move(case, "Contacted", comms=f"07/09/2026 phone: {words}"))
    return case


RECORD = {
    "options_considered": "Second shipment; Return and refund", "evidence": "ups-return.pdf",
    "next_contact": of_london(9, 9),
}  # fmt: skip
AGAIN = RECORD | {
    "option_chosen": "Second shipment", "decision": "Same address confirmed by telephone", "answer": "Same address",
    "answer_words": "Friday is fine", "answer_channel": "phone", "window": "Friday 9 to 12",
}  # fmt: skip
BACK = RECORD | {
    "option_chosen": "Return and refund", "decision": "Cancelled in writing", "answer": "Cancels in writing",
    "answer_words": "Please cancel it", "answer_channel": "email", "cancel_notice_date": of_london(9, 7),
}  # fmt: skip


def test_a_parcel_that_came_back_is_sent_again_and_the_decision_path_is_kept(day: Day) -> None:
    case = brought_back(day, "5200417311", "UNAVAILABLE", "home on Friday, same address")
    refused(day.press("returns.decide", case), "MOVE-NEEDS")
    refused(day.move(case, "Decide", **(AGAIN | {"answer": "", "answer_words": ""})), "CRP-09")
    refused(day.move(case, "Decide", **(AGAIN | {"answer": "Cancels in writing"})), "CRP-07")
    day.sure(day.move(case, "Decide", **AGAIN))
    refused(day.move(case, "Accept return", stock_moves="receive"), "CRP-18")
    shipping = {"cost": 9.5, "qc_before_reship": "Pass", "stock_moves": "receive; ship"}
    refused(day.move(case, "Second shipment", tracking_new=TRACKING, **shipping), "CRP-20")
    day.sure(day.move(case, "Second shipment", tracking_new=TRACKING_NEW, **shipping))
    refused(day.press("returns.deliver", case), "MOVE-NEEDS")
    day.on(days=2)
    day.sure(day.move(case, "Delivered", delivered_date=of_london(9, 9)))
    refused(day.press("returns.close", case), "COM-06")
    day.fill_and_save(case, no_ticket_why="Settled with the customer by phone")
    day.sure(day.press("returns.close", case))
    done = day.case(case)
    assert done.items("options_considered") == ("Second shipment", "Return and refund")
    assert (done.text("decision_by"), done.text("option_chosen")) == ("a.khan", "Second shipment")
    path = [kind for kind in day.kinds(case) if kind.startswith("carrier.")]
    assert path == [
        f"carrier.{word}.v1"
        for word in ("opened", "received", "inspected", "contacted", "decided", "reshipped", "delivered", "closed")
    ]
    assert day.service.journal.cases(types=["RFD"]) == []


def test_a_parcel_that_came_back_becomes_a_return_with_its_refund(day: Day) -> None:
    case = brought_back(day, "5200417312", "REFUSED", "she does not want it any more")
    refused(day.move(case, "Decide", **(BACK | {"option_chosen": "Second shipment"})), "CRP-07")
    day.sure(day.move(case, "Decide", **BACK))
    refused(day.move(case, "Second shipment", tracking_new=TRACKING_NEW, cost=9.5, qc_before_reship="Pass",
                     stock_moves="receive; ship"), "CRP-18")  # fmt: skip
    day.sure(day.move(case, "Accept return", stock_moves="receive; quarantine"))
    refund, check = day.only("RFD"), day.only("RQC")
    assert refund.text("parent_case") == check.text("parent_case") == case
    assert refund.text("legal_basis") == "CCR cancel"
    assert str(refund.money("total_refund")) == "GBP 450.00"
    assert {refund.case_id, check.case_id} <= set(day.case(case).items("linked_cases"))
    assert refund.case_id in day.shown("Refunds")
    assert check.case_id in day.shown("Returns")
    refused(day.press("returns.accept_return", case), "MOVE-STATE")
    assert len(day.service.journal.cases(types=["RFD"])) == 1


# ---- a lost parcel, claimed with a letter -----------------------------------------------------------------------

FILES = {
    "manifest.csv": "Manifest line", "collection.pdf": "Proof of tender", "invoice.pdf": "Invoice",
}  # fmt: skip
CLAIM = {
    "tracer_ref": "TR-551209", "tracking_text": "01/09/2026 19:12 Origin scan", "manifest_match": "Yes",
    "service": "Express Saver", "ship_date": of_london(9, 1), "expected_delivery": of_london(9, 2),
    "consignee_name": "I. Marlow", "consignee_town": "Bath", "consignee_postcode": "BA1 9ZZ", "origin_country": "GB",
    "dest_country": "GB", "mode": "road", "sku": "HB-20417", "goods_description": "Leather bag, black",
    "serial": "SER-20417", "goods_kind": "Leather goods", "proven_value": 1420.0, "gross_weight_kg": 2.4,
    "declared_value": 0.0, "amount_claimed": 1420.0,
}  # fmt: skip


def traced(day: Day) -> str:
    """A lost parcel with a tracer and all its evidence."""
    case = day.open("UPC", order_no="5200417305", tracking=TRACKING, goods_value=2350.0)
    refused(day.press("claims.gather", case), "MOVE-NEEDS")
    began = {"subtype": "LOST", "event_date": of_london(9, 3), "discovery_date": of_london(9, 7)}
    refused(day.move(case, "Gather evidence", **(began | {"discovery_date": of_london(9, 1)})), "UPC-01")
    day.sure(day.move(case, "Gather evidence", **began))
    refused(day.press("claims.letter", case), "LET-EMPTY")
    refused(day.press("claims.file", case), "MOVE-NEEDS")
    for name, kind in FILES.items():
        folder = day.folder / "inbox" / "evidence" / case / kind
        folder.mkdir(parents=True)
        (folder / name).write_text(f"{kind}\n", encoding="utf-8")
    refused(day.move(case, "Tracer open", **(CLAIM | {"amount_claimed": 1500.0})), "UPC-03")
    day.sure(day.move(case, "Tracer open", **CLAIM))
    assert set(day.case(case).items("evidence_missing")) == set(FILES.values())
    day.sure(day.press("claims.evidence", case))
    assert not day.case(case).has("evidence_missing")
    return case


def test_a_lost_parcel_is_claimed_with_evidence_and_a_letter(day: Day) -> None:
    case = traced(day)
    refused(day.press("claims.approve", case), "MOVE-ROLE")
    refused(day.press("claims.file", case), "UPC-15")
    day.sure(day.press("claims.approve", case, who="s.moreau"))
    outcome = day.sure(day.press("claims.letter", case))
    (name,) = outcome.files
    assert name in day.message("Claims", case)
    text = letter_text(day, name)
    for words in ("1Z 123 45E 03 0527 1648", "£1,420.00", "Leather bag, black", "UPS Limited"):
        assert words in text, words
    assert (day.folder / name.replace(f"-{case}.docx", "-evidence.txt")).exists()

    again = day.sure(day.press("claims.letter", case)).files[0]
    assert again != name, "a letter made again is a new version; the first one stays"
    assert (day.folder / name).exists()
    day.sure(day.press("claims.file", case, claim_no="C-90417"))
    assert day.cell("Claims", case, "status") == "Filed"
    refused(day.press("claims.file", case), "MOVE-STATE")
    day.on(days=8)
    decided = {"carrier_decision": "Paid", "amount_offered": 1420.0}
    day.sure(day.move(case, "Decided", **decided))
    refused(day.press("claims.close", case, who="f.osei"), "UPC-21")


def test_a_letter_is_refused_while_its_evidence_files_are_not_there(day: Day) -> None:
    case = traced(day)
    day.sure(day.press("claims.approve", case, who="s.moreau"))
    (invoice,) = (piece for piece in pieces(day.case(case)) if piece.kind == "Invoice")
    place(day.folder, invoice.sha256).unlink()
    outcome = day.press("claims.letter", case)
    assert "invoice.pdf" in refused(outcome)
    assert list((day.folder / "letters").glob("*.docx")) == []
    assert "letter.issued.v1" not in day.kinds(case)
    report = verify(day.folder)
    assert [(fault.what, fault.seq) for fault in report.faults] == [
        ("evidence", next(e.seq for e in day.events(case, "evidence.attached.v1") if e.data["file"] == "invoice.pdf"))
    ]
    assert case in report.faults[0].message
    day.ends_sound = False


def letter_text(day: Day, name: str) -> str:
    """Everything a Word letter says, tables included."""
    word = Document(str(day.folder / name))
    lines = [paragraph.text for paragraph in word.paragraphs]
    for table in word.tables:
        lines += [cell.text for row in table.rows for cell in row.cells]
    for section in word.sections:
        lines += [paragraph.text for paragraph in section.header.paragraphs]
    return "\n".join(lines)


@pytest.mark.parametrize("label", ["Approve", "File", "Decided", "Close", "Answered", "Appeal"])
def test_a_new_claim_can_make_no_later_move(day: Day, label: str) -> None:
    case = day.open("UPC", order_no="5200417305", tracking=TRACKING)
    refused(day.move(case, label, who="s.moreau", reason="Tried"), "MOVE-STATE")
    assert day.case(case).status == "Draft"


def test_times_of_a_day_are_told_in_london_and_kept_in_utc(day: Day) -> None:
    """The clock stands at 08:00 UTC in September: the timeline of the Case sheet says 09:01."""
    case = day.open("OST", order_no="5200417302")
    day.sure(day.show(case))
    assert day.book.sheets["Case"].range("G10").value == datetime(2026, 9, 7, 9, 1)
    assert day.case(case).instant("opened_at") == datetime(2026, 9, 7, 8, 1, tzinfo=UTC)
