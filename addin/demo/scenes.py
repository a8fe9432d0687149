"""The scenes of the demo's day, each a short run of typing and pressing; `demo.Player` does both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.demo.messages import AFTERNOON, LATER, MORNING, transcript
from addin.register.layout import DESK_PASTE

if TYPE_CHECKING:
    from addin.demo.day import Player


_CHECKLIST = "; ".join(
    f"{line}: yes"
    for line in (
        "reference", "colour and size", "serial", "stitching", "hardware", "lining and odour", "handles and corners",
        "strap", "box", "ribbon", "dustbag", "booklet", "receipt", "seals", "weight",
    )
)  # fmt: skip


_CAUSES = (
    ("UPC", "5200417305", "Carrier"), ("UPC", "5200417310", "Carrier"), ("CRP", "5200417311", "Carrier"),
    ("INV", "5200417306", "Process/SOP"), ("RQC", "5200417308", "3PL"), ("CRP", "5200417312", "Customer"),
)  # fmt: skip


def _chat(player: Player, messages: tuple[tuple[str, str, str], ...]) -> None:
    player.book.sheets["Desk"].range(DESK_PASTE).value = transcript(messages, player.day)
    player.press("a.khan", "desk.read")
    while player.press_if_waiting():
        pass


def morning(player: Player) -> None:
    """The first thirteen messages; a second reading of the same paste would open nothing twice."""
    player.at("08:40")
    _chat(player, MORNING)


def address_change(player: Player) -> None:
    """Verified by a call to the number on file, approved by a second person, applied, told, closed."""
    player.at("09:00")
    case = player.find("ADR", "5200417301")
    player.press("a.khan", "requests.approve", case, refused=True)
    player.type(case, order_stage="Picking", recipient="Iris Marlow", order_value=640)
    player.press(
        "a.khan", "requests.verify", case,
        address_old="3 Quay Street, Bristol", postcode_old="BS1 9ZZ", recipient_old="Iris Marlow", why="Moved house",
        asked_through="Chat relay", goods_kind="Silk or textile", first_order="No", billing_is_new="Yes",
        payment_checks="Passed", phone_changed="No", previous_claim="No", contact_number_source="On file",
        phone_on_file="01632 960 011", spoken_to="Iris Marlow", callback_at=player.clock("08:50"),
        callback_result="Confirmed",
    )  # fmt: skip
    player.press("b.lowe", "requests.approve", case)
    player.press("a.khan", "requests.apply", case, order_screen="Passed", oms_proof="oms-5200417301.png")
    player.press("a.khan", "requests.confirm", case)
    player.press(
        "a.khan", "requests.close", case,
        decision="Address changed before picking", cs_told="Yes", ticket_ref="GATE-30421",
    )  # fmt: skip


def order_status(player: Player) -> None:
    """Checked in both systems, answered, closed."""
    player.at("09:20")
    case = player.find("OST", "0052004173")
    player.press(
        "b.lowe", "requests.check", case,
        order_stage="Packed", wms_stage="Packed", checked_at=player.clock("09:20"),
        expected_delivery=player.ahead(1),
    )  # fmt: skip
    player.press(
        "b.lowe", "requests.answer", case,
        answer="Packed and waiting for today's collection", next_step="Collection at 18:00",
        next_update=player.clock("18:30"),
    )  # fmt: skip
    player.press(
        "b.lowe", "requests.close", case, evidence="wms-0052004173.png", decision="Answered", no_ticket_why="Chat only"
    )


def special_delivery(player: Player) -> None:
    """A hard wish that cannot be booked as asked: another service is, with the reason, once the customer agreed."""
    player.at("09:30")
    case, day = player.find("SPD", "5200417307"), player.working_day(1)
    player.type(
        case, service="UPS Express 12:00", date_needed=day, window_start=f"{day} 08:00", window_end=f"{day} 10:00",
        recipient="Iris Marlow", address_new="4 Orchard Mews, London", cost=28.5,
    )  # fmt: skip
    facts: dict[str, Any] = {
        "hard_or_soft": "Hard", "why": "Birthday", "recipient_available": "Yes", "goods_kind": "Leather goods",
        "goods_value": "940.00", "delivery_proof": "Signature", "postcode_proof": "served-EC2V.png",
        "cost_centre": "4410", "authority": "Store manager", "fallback": "Boutique collection on the next day",
    }  # fmt: skip
    player.press("b.lowe", "requests.check", case, refused=True, **facts)
    player.press(
        "b.lowe", "requests.check", case, **facts, booked_service="UPS Express Plus", booked_from=f"{day} 08:30",
        booked_to=f"{day} 10:30", booked_why="The carrier does not sell the service asked for here",
    )  # fmt: skip
    player.press("b.lowe", "requests.approve", case)
    player.press("b.lowe", "requests.book", case, refused=True, booking_ref="BK-20417")
    agreed = f"Nadia (Care), {player.clock('09:34')}: agreed by phone"
    player.press("b.lowe", "requests.book", case, booking_ref="BK-20417", change_told=agreed)
    player.press("b.lowe", "requests.confirm", case, confirmation="ups-BK-20417.pdf", cs_told="Yes")


def refund(player: Player) -> None:
    """Return QC 1ST, refund requested, a self-approval refused, approved, submitted, settled, reconciled."""
    player.at("09:45")
    case = player.find("RQC", "5200417309")
    player.press(
        "q.reid", "returns.receive", case,
        received_at=player.clock("09:10"), sku="SC-4410", serial="SER-88120", serial_received="SER-88120",
        cancel_notice_date=player.ago(6), collection_offered="No",
    )  # fmt: skip
    player.press("q.reid", "returns.grade_3pl", case, third_party_grade="1ST", third_party_by="Lena Ortiz")
    player.press("q.reid", "returns.inspect", case)
    player.press(
        "q.reid", "returns.grade", case,
        grade="1ST", checklist=_CHECKLIST, photos="p1.jpg; p2.jpg; p3.jpg; p4.jpg",
    )  # fmt: skip
    player.press("s.moreau", "returns.approve", case, disposition="Restock")
    player.press("s.moreau", "returns.request_refund", case, legal_basis="CCR cancel", goods_value="780.00")
    _pay(player, player.find("RFD", "5200417309"))


def _pay(player: Player, case: str) -> None:
    player.press("a.khan", "refunds.confirm_qc", case, line_id="1", reason_code="Change of mind")
    player.press(
        "a.khan", "refunds.check_amount", case,
        refund_goods="780.00", delivery_amount="0.00", captured_amount="780.00", orig_payment_method="card ending 4471",
        orig_psp_reference="PSP-5200417309", dispute_open="No",
    )  # fmt: skip
    player.press("a.khan", "refunds.approve", case, refused=True)
    player.press("s.moreau", "refunds.approve", case, refused=True)
    player.press("d.fox", "refunds.approve", case)
    player.press("f.osei", "refunds.submit", case)
    player.press("f.osei", "refunds.accept", case, refund_psp_reference="REF-7712004")
    player.press("f.osei", "refunds.settle", case, settled_date=player.ago(0), arn="74812356789012345678901")
    player.press("d.fox", "refunds.approve", case, refused=True)


def carrier_returns(player: Player) -> None:
    """One parcel goes out again to the same address, one becomes a return with its refund."""
    player.at("11:00")
    again, back = player.find("CRP", "5200417311"), player.find("CRP", "5200417312")
    for case, reason in ((again, "UNAVAILABLE"), (back, "REFUSED")):
        player.press("a.khan", "returns.receive", case, received_at=player.clock("10:40"), reason_code=reason)
        player.press("a.khan", "returns.inspect", case, condition="Intact", photos="1.jpg; 2.jpg; 3.jpg; 4.jpg")
    player.press("a.khan", "returns.contact", again, comms=f"{player.ago(0)} phone: home on Friday, same address")
    player.press("a.khan", "returns.contact", back, comms=f"{player.ago(0)} email: she does not want it any more")
    player.press("a.khan", "returns.decide", again, refused=True)
    player.press(
        "a.khan", "returns.decide", again,
        option_chosen="Second shipment", options_considered="Second shipment; Return and refund",
        decision="Same address confirmed by telephone, somebody is home on Friday", evidence="ups-return.pdf",
        next_contact=player.ahead(2), answer="Same address", answer_words="Friday is fine", answer_channel="phone",
        window="Friday 9 to 12", goods_value="450.00", sku="SC-2210",
    )  # fmt: skip
    player.press(
        "a.khan", "returns.reship", again,
        tracking_new="1Z12345E6805271679", cost="9.50", qc_before_reship="Pass", stock_moves="receive; ship",
    )  # fmt: skip
    player.press(
        "a.khan", "returns.decide", back,
        option_chosen="Return and refund", options_considered="Second shipment; Return and refund",
        decision="Cancelled in writing by email", evidence="cancel-mail.pdf", next_contact=player.ahead(2),
        answer="Cancels in writing", answer_words="Please cancel it", answer_channel="email",
        cancel_notice_date=player.ago(0), goods_value="390.00", sku="SC-2211", serial="SER-2211",
    )  # fmt: skip
    player.press("a.khan", "returns.accept_return", back, stock_moves="receive; quarantine")


def claim(player: Player) -> None:
    """Evidence gathered, tracer opened, approved by Senior QA, letter made, filed; then the weekly list."""
    player.at("12:00")
    case = player.find("UPC", "5200417305")
    files = {
        "manifest.csv": "Manifest line", "collection.pdf": "Proof of tender", "invoice.pdf": "Invoice",
    }  # fmt: skip
    player.press(
        "a.khan", "claims.gather", case, subtype="LOST", event_date=player.ago(4), discovery_date=player.ago(0)
    )
    player.press("a.khan", "claims.letter", case, refused=True)
    player.press(
        "a.khan", "claims.open_tracer", case,
        tracer_ref="TR-551209", manifest_match="Yes", service="Express Saver", ship_date=player.ago(6),
        tracking_text=f"{player.ago(6)} 19:12 Origin scan\n{player.ago(5)} 03:40 Departed from facility",
        expected_delivery=player.ago(5), consignee_name="I. Marlow", consignee_town="Bath",
        consignee_postcode="BA1 9ZZ", origin_country="GB", dest_country="GB", mode="road", sku="HB-20417",
        goods_description="Leather bag, black", serial="SER-20417", goods_kind="Leather goods", proven_value="1420.00",
        gross_weight_kg="2.4", declared_value="0.00", amount_claimed="1420.00",
    )  # fmt: skip
    player.evidence(case, files)
    player.press("a.khan", "claims.evidence", case)
    player.press("s.moreau", "claims.approve", case)
    player.press("a.khan", "claims.set", case)
    player.press("a.khan", "claims.file", case, claim_no="C-90417")
    player.press("a.khan", "claims.request_info", case, ups_action_due=player.ahead(3))
    player.press("a.khan", "claims.answer", case)
    player.press("a.khan", "claims.week")


def escalation(player: Player) -> None:
    """A blocker with its four parts, told everywhere in the same words, answered by ticket, resolved."""
    player.at("13:00")
    case = player.service.journal.cases(types=["ESC"])[0].case_id
    player.press(
        "s.moreau", "escalations.acknowledge", case, reason="Collection at 17:30 is at risk",
        situation="Wave 2 stands in picking since 07:20, about 25 orders",
        background="Ticket open with IT, restart tried",
        assessment="Interface to the carrier stopped; collection 17:30 at risk",
        recommendation="IT restarts it by 14:00",
        target_team="IT", ask_by=player.clock("14:00"), taken_by="Noor (IT)", readback="Restart interface by 14:00",
        telephoned="Yes", priority_wanted="P1", owner="s.moreau",
    )  # fmt: skip
    player.press("s.moreau", "escalations.send", case)
    player.press("s.moreau", "desk.send")
    ticket = player.case(case).text("ticket_ref")
    player.comment(ticket, "Noor (IT)", "Interface restarts at 13:40, please check wave 2 then.")
    player.press("s.moreau", "desk.comments")
    player.press("s.moreau", "escalations.act", case)
    player.press("s.moreau", "escalations.resolve", case, resolution="Interface restarted 13:40, wave released")


def edit_and_drift(player: Player) -> None:
    """A typed edit is taken over by Refresh; a system cell altered by hand is put back and recorded."""
    player.at("13:50")
    case = player.find("OST", "5200417302")
    player.type(case, owner="b.lowe")
    player.press("b.lowe", "requests.refresh")
    for code, order, cause in _CAUSES:
        player.press("b.lowe", "case.show", player.find(code, order))
        player.fill(root_cause=cause)
        player.press("b.lowe", "case.save")
    player.type(case, status="Closed")
    player.press("b.lowe", "requests.refresh")


def carrier_export(player: Player) -> None:
    """Parcels as the carrier saw them: two become cases, one is in doubt; the same file does nothing again."""
    player.at("14:00")
    rows = (
        ("Tracking Number", "Reference 1", "Status", "Ship Date", "Scheduled Delivery", "Last Scan"),
        ("1Z12345E6802204032", "5200417401", "Delivered", player.ago(2), player.ago(1), player.clock("10:12", 1)),
        ("1Z12345E6802204041", "5200417402", "Arrival Scan", player.ago(9), player.ago(7), player.clock("05:55", 8)),
        ("1Z12345E6802204050", "5200417403", "Returned to sender", player.ago(4), player.ago(2), player.clock("07:30")),
        ("1Z12345E6802204069", "5200417404", "Diverted", player.ago(1), player.ahead(1), player.clock("06:10")),
    )  # fmt: skip
    for name in ("parcels.csv", "parcels again.csv"):
        text = "".join(f"{','.join(row)}\n" for row in rows)
        (player.folder / "inbox" / name).write_text(text, encoding="utf-8", newline="\n")
        player.press("a.khan", "desk.import")


def rest_of_day(player: Player) -> None:
    """The other messages, tricky ones among them."""
    player.at("14:30")
    _chat(player, LATER)
    _chat(player, AFTERNOON)


def peak(player: Player) -> None:
    """Every status check that nobody owns, given away by one press; one question asked twice, merged and parted."""
    player.at("15:10")
    cases = player.service.journal.cases(types=["OST"])
    nobodys = [case.case_id for case in cases if not case.is_final and not case.has("owner")]
    player.press("s.moreau", "requests.triage", *nobodys, owner="b.lowe", reason="Peak: Ben answers status checks")
    player.type_new("Requests", type="OST", order_no="5200417317")
    player.press("b.lowe", "requests.add")
    again = max(case.case_id for case in player.service.journal.cases(types=["OST"]))
    first = player.find("OST", "5200417317")
    player.press("b.lowe", "requests.duplicate", first, again)
    player.press("b.lowe", "requests.part", again, reason="Omar asks about the second parcel of the order")
    player.press("b.lowe", "requests.link", first, again)


def evening(player: Player) -> None:
    """Refresh, keep a version, make the audit workbook."""
    player.at("17:20")
    player.press("a.khan", "desk.refresh")
    player.press("a.khan", "case.show", player.find("RFD", "5200417309"))
    player.press("s.moreau", "snapshots.take", reason="End of the demo day")
    player.press("s.moreau", "desk.month_end", period=f"{player.day:%Y-%m}")
