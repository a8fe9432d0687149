"""What intake finds in messages of every kind; all people, orders and places are fictional."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from addin.logic.intake import IntakeProfile, Reading, as_object, read_message
from addin.logic.intake.model import Basis

#: A Tuesday morning in winter time.
SENT = datetime(2026, 12, 8, 9, 30, tzinfo=UTC)
PROFILE = IntakeProfile(house_names=("House Orle", "Orle"), courier_now="Parcelwing")


def read(text: str, *, sender: str = "CS", at: datetime = SENT, profile: IntakeProfile = PROFILE) -> Reading:
    return read_message(text, sent_at=at, sender=sender, profile=profile)


#: Text, then the keys of the object that must hold; `flags`, `missing`, `do_not` and `triggers` must contain theirs.
MESSAGES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "address before despatch",
        " Hello, order 3300112201: please change the address to Flat 9, 4 Quince Row, Bath BA1 9ZZ",
        {
            "intents": ["ADR"],
            "orders": ["3300112201"],
            "order_stage": None,
            "address_new": {"lines": ["Flat 9, 4 Quince Row", "Bath"], "postcode": "BA1 9ZZ", "postcode_ok": True},
            "missing": ["contact_verification", "order_stage", "recipient_confirmed"],
        },
    ),
    (
        "redirect on its way",
        " 3300112202 is already out with UPS 1Z 999 AA1 01 2345 6784, pls divert to his office 77 Tanner "
        "Lane, M2 9ZZ today please. order total £8,100",
        {
            "intents": ["ADR"],
            "order_stage": "in_transit",
            "date_needed": "2026-12-08",
            "priority_hint": "high",
            "amount": {"value": "8100.00", "currency": "GBP", "kind": "order_value"},
            "flags": ["post_despatch_redirect", "senior_qa_approval_required"],
            "missing": ["contact_verification"],
        },
    ),
    (
        "out for delivery",
        "3300112203 shows out for delivery but client wants new address 1 Fir Way, LS1 9ZZ",
        {"intents": ["ADR"], "order_stage": "out_for_delivery", "flags": ["no_change_out_for_delivery"]},
    ),
    (
        "guess about the stage",
        "redirect 3300112204 to 6 Lime St, NE1 9ZZ. probably still being packed?",
        {"intents": ["ADR"], "order_stage": None, "flags": ["status_unconfirmed"]},
    ),
    (
        "post office box",
        "new address for 3300112205: PO Box 88, CT1 9ZZ",
        {"intents": ["ADR"], "flags": ["no_carrier_delivery_po_box"]},
    ),
    (
        "Jersey",
        "change delivery address of 3300112206 to 5 Dune Road, JE2 9ZZ",
        {"intents": ["ADR"], "flags": ["postcode_export"]},
    ),
    (
        "address in French",
        " Bonjour, merci de changer l'adresse de la commande 3300112207 : 14 bis rue des Tilleuls, EC1A 9ZZ",
        {
            "intents": ["ADR"],
            "address_new": {"lines": ["14 bis rue des Tilleuls"], "postcode": "EC1A 9ZZ", "postcode_ok": True},
        },
    ),
    (
        "number given for the call-back",
        " new address 3 Ivy Close, B1 9ZZ order 3300112208, call him on 07700 900456 to confirm",
        {"flags": ["contact_in_message_not_on_file"], "do_not": ["verify_on_this_number"]},
    ),
    (
        "timed delivery",
        "can we get 3300112209 delivered on Friday between 9 and 11am to W1S 9ZZ?",
        {
            "intents": ["SPD"],
            "date_needed": "2026-12-11",
            "window_start": "09:00",
            "window_end": "11:00",
            "postcode": "W1S 9ZZ",
            "missing": ["cost_approval", "carrier_confirmation"],
            "do_not": ["promise_before_confirmation"],
        },
    ),
    (
        "Saturday",
        "wedding gift 3300112210 must be there sat 12/12 before noon, SW3 9ZZ",
        {"intents": ["SPD"], "date_needed": "2026-12-12", "window_end": "12:00", "flags": ["saturday_option_required"]},
    ),
    (
        "quality check",
        "vip order 3300112211, alligator piece Z204417BXA1 - extra QC and photos before it ships please",
        {
            "intents": ["QCT"],
            "skus": ["Z204417BXA1"],
            "triggers": ["exotic_material", "customer_profile"],
            "flags": ["cites_check_if_export", "profile_flag_code_only"],
            "priority_hint": "high",
        },
    ),
    (
        "footage of a range",
        "please pull the cctv of dock 4 for 3300112212 yesterday 14:00 to 14:30",
        {
            "intents": ["CTV"],
            "camera_zone": "dock 4",
            "event_date": "2026-12-07",
            "window_start": "2026-12-07T14:00:00+00:00",
            "window_end": "2026-12-07T14:30:00+00:00",
            "missing": ["purpose_code"],
        },
    ),
    (
        "footage soon overwritten",
        "need footage of bench 2, 3300112213 was packed 09/11 around 3pm",
        {"intents": ["CTV"], "overwrite_at": "2026-12-09", "flags": ["cctv_overwrite_imminent"], "priority_hint": "P1"},
    ),
    (
        "footage overwritten",
        "cctv of bench 7 please, packed 01/10 at 10:00, order 3300112214",
        {"flags": ["cctv_probably_overwritten"]},
    ),
    (
        "access request in disguise",
        "she'd like a copy of all the footage you hold of her order 3300112215 being packed",
        {
            "intents": ["CTV"],
            "flags": ["subject_access_request"],
            "do_not": ["send_footage_or_data"],
            "sar_due": "2027-01-08",
            "route": ["DPO"],
        },
    ),
    (
        "access request without footage",
        "client asks what personal data do we hold about her, order 3300112216",
        {"intents": ["ESC"], "flags": ["subject_access_request"], "route": ["DPO", "SENIOR_QA"]},
    ),
    (
        "status",
        "where is 3300112217 please?",
        {"intents": ["OST"], "orders": ["3300112217"], "missing": []},
    ),
    (
        "leading zeros",
        "status of order 0033001122?",
        {"intents": ["OST"], "orders": ["0033001122"], "flags": ["leading_zeros"]},
    ),
    (
        "overdue",
        "3300112218 still in preparing for 4 days",
        {"order_stage": "preparing", "age_days_claimed": 4, "flags": ["overdue_preparing"]},
    ),
    (
        "status in French",
        "Où en est la commande 3300112219 ?",
        {"intents": ["OST"], "orders": ["3300112219"]},
    ),
    (
        "stock",
        "stock says 5 x Z204418BXB2 in C-02-11, picker found 3, serial K8812, short for 3300112220",
        {
            "intents": ["INV"],
            "system_qty": 5,
            "counted_qty": 3,
            "variance": -2,
            "location": "C-02-11",
            "serials": ["K8812"],
            "missing": ["second_count", "unit_cost"],
            "flags": ["serialised_zero_tolerance", "customer_order_short"],
        },
    ),
    (
        "lost parcel",
        "no scans on 1Z999AA10123456784 since last Wednesday, order 3300112221, scarf worth £420",
        {
            "intents": ["UPC"],
            "subtype": "LOST",
            "last_scan_date": "2026-12-02",
            "amount": {"value": "420.00", "currency": "GBP", "kind": "goods_value"},
            "missing": ["ship_date", "expected_delivery_date", "gross_weight", "declared_value"],
        },
    ),
    (
        "tracking that fails its check",
        "lost parcel 1Z999AA10123456785 order 3300112222",
        {"flags": ["check_digit_fail", "confirm_tracking_first"]},
    ),
    (
        "said to be delivered",
        "UPS says delivered 04/12 but she received nothing, 3300112223",
        {
            "intents": ["UPC"],
            "subtype": "DNR",
            "delivered_date": "2026-12-04",
            "flags": ["date_read_as_dd_mm", "delivered_status_is_not_proof"],
        },
    ),
    (
        "damage",
        " the box arrived crushed and the clasp is broken, delivered 30/11, photos attached, 3300112224, can we claim?",
        {
            "intents": ["UPC"],
            "subtype": "DAMAGE",
            "delivered_date": "2026-11-30",
            "notice_deadline_domestic": "2026-12-14",
            "attachments_claimed": True,
            "flags": ["keep_packaging"],
        },
    ),
    (
        "empty box",
        "client opened the parcel and nothing inside!! 3300112225",
        {"intents": ["UPC"], "subtype": "MISSING_CONTENTS"},
    ),
    (
        "late",
        "3300112226 arrived 2 hours late, we paid for express plus, can we claim?",
        {"intents": ["UPC"], "subtype": "LATE", "service": "UPS Express Plus"},
    ),
    (
        "wrong house",
        "3300112227 was delivered to the wrong house",
        {"intents": ["UPC"], "subtype": "MISDELIVERY"},
    ),
    (
        "return leg",
        "client dropped the return off at UPS on 27/11, never arrived here, RMA 551201 order 3300112228",
        {"intents": ["UPC"], "subtype": "RETURN_LEG", "proof_of_sending_date": "2026-11-27", "rma": "551201"},
    ),
    (
        "graded KO elsewhere",
        "3PL KO on RMA 551202: bag smells of perfume, photos attached, order 3300112229",
        {
            "intents": ["RQC"],
            "grade_claimed": "KO_WORN",
            "rma": "551202",
            "missing": ["photos_verified", "independent_regrade"],
            "flags": ["third_party_grade_is_input", "refund_clock_runs"],
        },
    ),
    (
        "serial of another article",
        "serial on record M4401 but received M4417, RMA 551203. not sure it's genuine",
        {
            "intents": ["RQC"],
            "serials": ["M4401"],
            "serial_received": "M4417",
            "flags": ["secure_and_investigate", "serial_mismatch"],
            "do_not": ["return_to_customer", "destroy"],
        },
    ),
    (
        "wish to return",
        "client would like to return the scarf from 3300112230 and get a full refund",
        {"intents": ["RQC"], "subtype": "RETURN", "flags": ["refund_follows_return"]},
    ),
    (
        "exchange",
        "she wants to exchange the belt for a smaller size, 3300112231",
        {"intents": ["RQC"], "subtype": "EXCHANGE", "flags": ["exchange_requested"]},
    ),
    (
        "cancellation",
        "please cancel 3300112232, ordered by mistake",
        {
            "intents": ["RFD"],
            "subtype": "CANCEL",
            "flags": ["cancellation_requested"],
            "missing": ["order_stage", "cancel_notice_date"],
        },
    ),
    (
        "cancel, or return if gone",
        "cancel 3300112233 pls, if it's already shipped he'll return it",
        {"intents": ["RQC", "RFD"], "order_stage": "__absent__"},
    ),
    (
        "refund after first choice",
        " RMA 551204 QC ok 1st choice, please trigger refund £640.50 + £12 delivery order 3300112234",
        {
            "intents": ["RFD"],
            "rma": "551204",
            "grade_claimed": "1ST",
            "missing": ["qc_record_id", "approver"],
            "refund": {"goods": "640.50", "delivery": "12.00", "currency": "GBP", "partial": None},
            "flags": ["qc_record_required", "segregation_of_duties"],
        },
    ),
    (
        "refund in French",
        "remboursement 1 250,50 € pour RMA 551205, 1er choix, commande 3300112235",
        {
            "intents": ["RFD"],
            "grade_claimed": "1ST",
            "refund": {"goods": "1250.50", "delivery": None, "currency": "EUR", "partial": None},
        },
    ),
    (
        "chaser",
        "chasing again my message from thursday: refund for 3300112236 still not done",
        {
            "intents": ["RFD"],
            "is_followup": True,
            "refers_to_date": "2026-12-03",
            "priority_hint": "raise",
            "flags": ["chaser", "duplicate_refund_risk"],
            "do_not": ["create_new_refund"],
            "missing": [],
        },
    ),
    (
        "chaser of a claim",
        "any update on the ups claim for 3300112237?",
        {"intents": ["UPC"], "is_followup": True, "do_not": ["open_second_case"]},
    ),
    (
        "card number",
        "refund to another card 5500 0000 0000 0004 exp 09/28 please, order 3300112238",
        {
            "intents": ["RFD"],
            "redactions": [{"type": "PAN", "keep_last4": "0004"}, {"type": "EXPIRY"}],
            "stored_text": "refund to another card [PAN ****0004] exp [REDACTED] please, order 3300112238",
            "flags": ["pan_redacted", "different_payment_method"],
            "do_not": ["store_pan", "route_as_tracking"],
        },
    ),
    (
        "fake approval",
        "refund 3300112239 £900 - already approved by Odette, skip the QC just do it",
        {
            "intents": ["RFD"],
            "flags": ["approval_in_text_ignored", "pressure"],
            "do_not": ["treat_as_approval"],
            "missing": ["qc_record_id", "approver"],
        },
    ),
    (
        "formula",
        '=HYPERLINK("http://example.invalid","3300112240") says packing since yesterday',
        {
            "orders": ["3300112240"],
            "flags": ["formula_injection_escaped", "url_in_text"],
            "do_not": ["write_as_formula", "open_link"],
            "stored_text": '\'=HYPERLINK("http://example.invalid","3300112240") says packing since yesterday',
        },
    ),
    (
        "brought back",
        "UPS brought back 3300112241 today, marked refused. resend or refund?",
        {
            "intents": ["CRP"],
            "reason_code": "REFUSED",
            "received_date": "2026-12-08",
            "flags": ["refusal_is_ambiguous", "customer_remedy_undecided"],
            "do_not": ["refund_on_refusal_alone"],
        },
    ),
    (
        "unclaimed",
        "3300112242 is returning to sender, unclaimed at access point",
        {"intents": ["CRP"], "reason_code": "ACCESS_POINT_EXPIRED", "flags": ["custody_unconfirmed"]},
    ),
    (
        "second shipment to a new address",
        "parcel 3300112243 came back, reship to new address 2 Elm Walk, OX1 9ZZ",
        {"intents": ["ADR", "CRP"], "flags": ["reship_to_new_address_needs_full_check"]},
    ),
    (
        "system down",
        " WMS is down since 08:15, approx 60 orders waiting, UPS collection 16:45, ticket ABC-4410 open with IT",
        {
            "intents": ["ESC"],
            "ticket_ref": "ABC-4410",
            "impact": {"orders_affected": 60, "approx": True},
            "priority_hint": "P1",
            "time_since": "2026-12-08T08:15:00+00:00",
            "deadline": "2026-12-08T16:45:00+00:00",
            "route": ["IT", "SENIOR_QA"],
            "flags": ["blocker"],
        },
    ),
    (
        "wave stuck",
        "wave 7 stuck, nobody answers at it, orders since 7am",
        {"intents": ["ESC"], "impact": {"wave": "7"}},
    ),
    (
        "stop a shipment",
        "do not ship 3300112244, fraud team has questions",
        {"intents": ["ESC"], "flags": ["stop_shipment_requested"]},
    ),
    (
        "deviation",
        "third time this week the seal check was skipped, SOP-021",
        {"intents": ["DEV"], "sop_ref": "SOP-021"},
    ),
    (
        "handover",
        "handover for night shift: wave 2 open, printer 3 slow",
        {"intents": ["HND"]},
    ),
    (
        "procedure",
        "SOP-021 step 3 is out of date, please update it to say two photos",
        {"intents": ["SOP"], "sop_ref": "SOP-021"},
    ),
    (
        "audit",
        "the auditors want a sample of 25 refunds for October",
        {"intents": ["AUD"], "orders": []},
    ),
    (
        "taken back",
        "please ignore my last message",
        {"intents": [], "is_retraction": True, "do_not": ["act_on_previous_message"]},
    ),
    (
        "corrected number",
        "sorry, redirect is for 3300112246 not 3300112245",
        {"orders": ["3300112246"], "orders_withdrawn": ["3300112245"], "flags": ["order_corrected"]},
    ),
    (
        "no refund",
        "no need for a refund on 3300112247, she keeps the bag",
        {"intents": [], "refused_intents": ["RFD"], "do_not": ["create_new_refund"]},
    ),
    (
        "do not cancel",
        "don't cancel 3300112248",
        {"intents": [], "refused_intents": ["RFD"]},
    ),
    (
        "cut short",
        "..476 still stuck in picking",
        {
            "intents": ["OST"],
            "orders": [],
            "order_abbreviated": ["476"],
            "missing": ["order_no"],
            "flags": ["abbreviated_order_no"],
        },
    ),
    (
        "letter in the number",
        "status of order 33O0112249",
        {"orders": [], "order_candidates": ["3300112249"], "flags": ["order_no_misread"]},
    ),
    (
        "courier of the same name",
        "he says the Orle parcel was left at the door, order 3300112250",
        {"flags": ["courier_name_collision"], "carrier_suggested": "Parcelwing", "do_not": ["assume_carrier"]},
    ),
    (
        "police",
        "the police want the cctv of bench 3 for 3300112251",
        {"intents": ["CTV"], "flags": ["police_request"], "do_not": ["release_footage_informally", "release_footage"]},
    ),
    (
        "threat of a chargeback",
        "where is the refund for 3300112252, she is going to dispute it with the bank",
        {"intents": ["RFD"], "flags": ["chargeback_risk", "chaser"]},
    ),
    (
        "named approver",
        "Odette approved refund 3300112270 £420 pls do it today",
        {"intents": ["RFD"], "flags": ["approval_in_text_ignored"], "do_not": ["treat_as_approval"]},
    ),
    (
        "waiting for approval is no approval",
        "refund 3300112271 needs to be approved by finance",
        {"intents": ["RFD"], "do_not": []},
    ),
    (
        "new recipient",
        "3300112272 change recipient name to Mr A. Dumas, same address",
        {"intents": ["ADR"], "recipient": "Mr A. Dumas", "flags": ["recipient_check"]},
    ),
    (
        "empty bin",
        "picker says D-04-02 empty but WMS shows 1 x Z204419BXB3 for 3300112273",
        {"intents": ["INV"], "system_qty": 1, "counted_qty": 0, "variance": -1},
    ),
    (
        "ticket without answer",
        "ABC-4411 any update?",
        {"intents": ["ESC"], "ticket_ref": "ABC-4411", "is_followup": True, "do_not": ["open_second_case"]},
    ),
    (
        "cancelled and refused",
        "client cancelled by email 02/12, parcel refused and back here today 3300112274",
        {"intents": ["CRP"], "cancel_notice_date": "2026-12-02", "flags": ["cancellation_requested"]},
    ),
    (
        "hotel in French",
        "rediriger 3300112275 vers Hôtel du Parc, 3 rue du Lac, pas encore expédiée",
        {"intents": ["ADR"], "order_stage": "not_prepared", "flags": ["hotel_or_forwarder"], "missing": ["postcode"]},
    ),
    (
        "claim in French",
        "colis 3300112276 jamais reçu, UPS dit livré le 04/12, merci d'ouvrir une réclamation",
        {"intents": ["UPC"], "subtype": "DNR", "delivered_date": "2026-12-04"},
    ),
    (
        "returned in French",
        "retour expéditeur 3300112277, adresse incomplète",
        {"intents": ["CRP"], "reason_code": "ADDRESS_INCOMPLETE"},
    ),
    (
        "unknown request",
        "merge 3300112278 into one box?",
        {"intents": ["OST"], "flags": ["request_not_recognised"]},
    ),
    (
        "delivery money only",
        "refund £15 delivery on 3300112279",
        {
            "intents": ["RFD"],
            "missing": ["approver"],
            "refund": {"goods": None, "delivery": "15.00", "currency": "GBP", "partial": None},
        },
    ),
    (
        "footage of tomorrow",
        "cctv bench 2 of 12/12 between 22:00 and 23:00 please, 3300112280",
        {"intents": ["CTV"], "flags": ["event_in_future"]},
    ),
    (
        "hold a parcel",
        "hold the parcel 3300112281, address looks wrong",
        {"intents": ["ADR", "ESC"], "flags": ["stop_shipment_requested"]},
    ),
    (
        "small talk",
        "thanks all, have a good evening 🙂",
        {"intents": [], "orders": [], "flags": [], "missing": []},
    ),
)

CONTAINED = ("flags", "missing", "do_not")


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_message_is_read(text: str, wanted: dict[str, Any]) -> None:
    """Each kind of message yields its intents, facts, questions and cautions."""
    found = as_object(read(text))
    for key, value in wanted.items():
        if value == "__absent__":
            assert key not in found
        elif key in CONTAINED and value:
            assert set(value) <= set(found[key]), (key, found[key])
        else:
            assert found.get(key) == value, (key, found.get(key))


@pytest.mark.parametrize("text", [row[1] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_every_fact_points_at_its_words(text: str) -> None:
    """The place of a stated fact in the kept text holds exactly the words that gave it."""
    reading = read(text)
    for fact in reading.facts:
        if fact.end:
            assert reading.kept_text[fact.start : fact.end] == fact.words


@pytest.mark.parametrize("text", [row[1] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_only_stated_facts_become_fields(text: str) -> None:
    """A suggested or derived value never stands in a proposal's fields."""
    reading = read(text)
    stated = {fact.value for fact in reading.facts if fact.basis is Basis.STATED}
    given = {"CS", "Chat"} | {proposal.fields.get("subtype", "") for proposal in reading.proposals}
    for proposal in reading.proposals:
        assert set(proposal.fields.values()) <= stated | given


def test_two_orders_get_their_own_proposals() -> None:
    """Facts of one errand are not given to the order of another."""
    reading = read("3300112260 redirect to 8 Oak Rd, YO1 9ZZ; 3300112261 where is it?")
    assert [(p.type_code, p.fields["order_no"]) for p in reading.proposals] == [
        ("ADR", "3300112260"),
        ("OST", "3300112261"),
    ]
    assert "address_new" not in reading.proposals[1].fields


def test_orders_of_one_wish_each_get_a_proposal() -> None:
    """Two orders named for the same wish are two proposals."""
    reading = read("3300112262 and 3300112263 are both stuck in picking")
    assert [p.fields["order_no"] for p in reading.proposals] == ["3300112262", "3300112263"]


def test_the_hour_that_happens_twice_has_two_candidates_and_no_field() -> None:
    """An ambiguous local time is shown with both offsets and chosen by nobody."""
    reading = read("cctv bench 1 please, 3300112264 packed 25/10 at 01:15", at=datetime(2026, 10, 27, 9, tzinfo=UTC))
    assert reading.values("event_candidate") == ("2026-10-25T01:15:00+01:00", "2026-10-25T01:15:00+00:00")
    assert "event_at" not in reading.proposals[0].fields
    assert "ambiguous_local_time" in reading.flags


def test_the_hour_that_never_was_is_flagged() -> None:
    """A local time that the clocks skipped yields no instant."""
    reading = read("cctv bench 1, 3300112265 packed 29/03 at 01:15", at=datetime(2026, 3, 30, 9, tzinfo=UTC))
    assert "nonexistent_local_time" in reading.flags
    assert reading.first("event_at") is None


def test_quoted_lines_are_no_new_request() -> None:
    """What is quoted from an earlier message asks for nothing again."""
    reading = read("> please refund 3300112266\nwhere is 3300112267?")
    assert reading.intents == ("OST",)
    assert reading.orders == ("3300112267",)
    assert "quoted_text_not_read" in reading.flags
    assert reading.kept_text.startswith("> please refund")


def test_a_misread_tracking_number_is_suggested_not_corrected() -> None:
    """A letter O for a zero stays as typed; the number that fits the check digit is a suggestion."""
    found = as_object(read("no scans on 1Z 999 AA1 O1 2345 6784 order 3300112268"))
    parcel = found["tracking"][0]  # type: ignore[index,call-overload]
    assert parcel["norm"] == "1Z999AA1O123456784"
    assert parcel["suggest"] == "1Z999AA10123456784"


def test_limits_and_names_come_from_the_profile() -> None:
    """Order shape, retention and value limits are settings."""
    profile = IntakeProfile(
        order_pattern=r"HB-\d{4}", cctv_retention_days=10, senior_qa_value=Decimal(100), ticket_key="jira"
    )
    found = as_object(read("redirect HB-2201 to 4 Ash St, L1 9ZZ, order total £150, ticket ABC-1234", profile=profile))
    assert found["orders"] == ["HB-2201"]
    assert found["jira"] == "ABC-1234"
    assert "senior_qa_approval_required" in found["flags"]  # type: ignore[operator]


def test_the_object_keeps_the_id_of_the_message() -> None:
    """The id given with a message stands in its object."""
    reading = read_message("hello", sent_at=SENT, sender="CS", profile=PROFILE, message_id="x-17")
    assert as_object(reading)["id"] == "x-17"


def test_the_team_of_the_sender_is_kept_apart() -> None:
    """A sender that is a team fills the team, a person's name does not."""
    assert read("where is 3300112269?", sender="Retail Ops").proposals[0].fields["requester_team"] == "Retail Ops"
    assert "requester_team" not in read("where is 3300112269?", sender="Odette").proposals[0].fields
